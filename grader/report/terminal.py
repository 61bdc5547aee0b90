"""Draws a scorecard, or a table of a class, for a terminal.

rich is imported only where colour is wanted: a plain report, as it goes into a file or a pipe, is
ASCII and costs no import.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterable, Sequence
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct

from grader.model import Scorecard
from grader.report.lines import card_rows
from grader.report.sheet import STYLES, Row, Run, Sheet, Style, plain
from grader.report.story import STATUS_WORDS, tell
from grader.report.text import CUT, chopped, columns, counted, one_line, points

if TYPE_CHECKING:
    from grader.report.rows import Row as ClassRow

_COLOURS: dict[Style, str] = {
    "strong": "bold",
    "faint": "dim",
    "good": "green",
    "partly": "yellow",
    "bad": "red",
    "differs": "bold red",
    "help": "cyan",
}

_LISTED = 40  # submissions of a class, one by one


class Screen(Struct, frozen=True):
    """What the place can show that a report is written to."""

    width: int = 80
    plain: bool = False  # ASCII alone, and no colour
    colour: bool = True

    @staticmethod
    def of(stream: TextIO, *, plain: bool = False) -> Screen:
        """Decides what a stream can show: colour on a terminal only, unless NO_COLOR is set."""
        width = shutil.get_terminal_size().columns
        able = stream.isatty() and os.environ.get("TERM") != "dumb"
        speaks = (getattr(stream, "encoding", None) or "").lower().startswith("utf")
        return Screen(
            width=width,
            plain=plain or not (able and speaks),
            colour=not os.environ.get("NO_COLOR") and find_spec("rich") is not None,
        )


def render(card: Scorecard, screen: Screen = Screen()) -> str:  # noqa: B008 - frozen
    """Decides the report of one submission as text for the screen."""
    return draw(card_rows(tell(card), screen.width, ascii_alone=screen.plain), screen)


def draw(rows: Iterable[Row], screen: Screen) -> str:
    """Decides the text of rows on this screen: coloured, or without a control character."""
    if screen.plain or not screen.colour:
        return plain(rows)
    from rich.console import Console
    from rich.text import Text

    file = io.StringIO()
    console = Console(
        file=file,
        width=2 * screen.width,  # rows have their width already; a wide character may exceed it
        color_system="standard",  # the sixteen that the terminal's theme makes readable
        force_terminal=True,
        legacy_windows=False,
        _environ={},
    )
    for row in rows:
        text = Text(no_wrap=True, overflow="ignore")
        for run in row:
            text.append(run.text, style=_COLOURS.get(run.style, ""))
        text.rstrip()
        console.print(text, soft_wrap=True)
    return file.getvalue()


# --------------------------------------------------------------------------- a class


def render_class_table(rows: Sequence[ClassRow], screen: Screen) -> str:
    """Decides the table of several submissions: score, a mark for each question, time, a note.

    Of many, only those without a score are listed: who marks a class reads its report.
    """
    sheet = Sheet(screen.width, ascii_alone=screen.plain)
    listed = rows if len(rows) <= _LISTED else [row for row in rows if row.faulted][:_LISTED]
    if listed:
        _class_table(sheet, listed)
        _legend(sheet, listed)
        sheet.blank()
    _summary(sheet, rows)
    return draw(sheet.rows, screen)


def _class_table(sheet: Sheet, rows: Sequence[ClassRow]) -> None:
    names = [sheet.fit(one_line(row.id, 60)) for row in rows]
    scores = [CUT if row.faulted else points(row.score) for row in rows]
    results = [
        sheet.fit(f"{score} / {points(row.max_score)}")
        for score, row in zip(scores, rows, strict=True)
    ]
    times = [f"{row.wall_s:.1f} s" for row in rows]
    result_width, time_width = max(map(len, [*results, "score"])), max(map(len, [*times, "time"]))
    marks_width = max([len(row.questions) for row in rows] + [len("questions")])
    cells = 8 if sheet.width >= 76 else 0
    fixed = result_width + time_width + marks_width + cells + 8 + sum(map(len, sheet.glyphs.ends))
    name_width = min(max(map(columns, [*names, "submission"])), max(12, sheet.width - fixed))
    head = f"{'submission':{name_width}}  {'score':>{result_width}}  "
    bar_width = cells + sum(map(len, sheet.glyphs.ends)) + 2 if cells else 0
    head += f"{' ' * bar_width}{'questions':{marks_width}}  {'time':>{time_width}}"
    sheet.row(Run(head, "faint"))
    for row, name, result, time in zip(rows, names, results, times, strict=True):
        style: Style = "bad" if row.faulted else ""
        shown = _cut(name, name_width, sheet.fit(CUT))
        sheet.row(
            Run(shown + " " * (name_width - columns(shown)), style),
            Run(f"  {result:>{result_width}}  "),
            *(sheet.bar(row.share, cells, "good" if row.share >= 1 else "partly") if cells else ()),
            Run("  " if cells else ""),
            *(Run(sheet.glyphs.marks[q.status], STYLES[q.status]) for q in row.questions),
            Run(" " * (marks_width - len(row.questions)) + f"  {time:>{time_width}}"),
        )
        if row.note:
            sheet.say(one_line(row.note), "partly", indent=2)


def _cut(name: str, width: int, sign: str) -> str:
    if columns(name) <= width:
        return name
    return chopped(name, width - columns(sign))[0] + sign


def _legend(sheet: Sheet, rows: Sequence[ClassRow]) -> None:
    orders = {tuple(question.id for question in row.questions): None for row in rows}
    used = {question.status for row in rows for question in row.questions}
    line = ""
    sheet.blank()
    for status in (status for status in STATUS_WORDS if status in used):
        item = f"{sheet.glyphs.marks[status]} {STATUS_WORDS[status]}"
        if line and len(line) + len(item) + 3 > sheet.width:
            sheet.row(Run(line, "faint"))
            line = ""
        line += f"   {item}" if line else item
    sheet.row(Run(line, "faint"))
    for order in filter(None, orders):
        sheet.say("questions in order: " + ", ".join(one_line(q, 60) for q in order), "faint")


def _summary(sheet: Sheet, rows: Sequence[ClassRow]) -> None:
    scored = [row for row in rows if not row.faulted]
    total = counted(len(rows), "submission")
    if scored:
        mean = sum((row.score for row in scored), Decimal(0)) / len(scored)
        most = {points(row.max_score) for row in scored}
        total += f", {mean:.1f} points on average" + (f" of {most.pop()}" if len(most) == 1 else "")
    sheet.say(total + ".", "strong")
    failed = len(rows) - len(scored)
    if failed:
        verb = "has" if failed == 1 else "have"
        sheet.say(
            f"{counted(failed, 'submission')} {verb} no score: the grader itself failed.", "bad"
        )
