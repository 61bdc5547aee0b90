"""Paper for reports made of lines: rows of styled runs, a width, and the characters to draw with.

A row is a sequence of runs, and a run is text with the name of a style. Terminals draw the styles
as colours (terminal.py); elsewhere the text alone remains. So nothing is said by colour alone: a
differing cell stands in brackets, a status has its word. Where asked, ASCII suffices.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

from grader.report.case_story import Quote, Step
from grader.report.text import ascii_only, chopped, columns, wrapped

Style: TypeAlias = Literal["", "strong", "faint", "good", "partly", "bad", "differs", "help"]


class Run(Struct, frozen=True):
    text: str
    style: Style = ""


Row: TypeAlias = tuple[Run, ...]

# "partly" and "failed" are also the standing of a case.
STYLES: dict[str, Style] = {
    "passed": "good",
    "partial": "partly",
    "partly": "partly",
    "failed": "bad",
    "missing": "bad",
    "not_run": "bad",
    "to_mark": "faint",
}

_NARROWEST = 40
_WIDEST = 100  # longer lines are hard to read


class Glyphs(Struct, frozen=True):
    """The few characters that are drawn rather than written."""

    marks: dict[str, str]
    full: str
    empty: str
    rule: str
    quote: str
    help: str
    cut: str
    ends: tuple[str, str]  # of a bar


UNICODE = Glyphs(
    marks={
        "passed": "✓",
        "partial": "◐",
        "partly": "◐",
        "failed": "✗",
        "missing": "?",
        "not_run": "–",
        "to_mark": "✎",
    },
    full="━",
    empty="─",
    rule="─",
    quote="│",
    help="→",
    cut="…",
    ends=("", ""),
)
ASCII = Glyphs(
    marks={
        "passed": "+",
        "partial": "~",
        "partly": "~",
        "failed": "x",
        "missing": "?",
        "not_run": "-",
        "to_mark": "*",
    },
    full="#",
    empty=".",
    rule="-",
    quote="|",
    help="->",
    cut=">",
    ends=("[", "]"),
)


def plain(rows: Iterable[Row]) -> str:
    """The rows' text alone."""
    return "".join("".join(run.text for run in row).rstrip() + "\n" for row in rows)


def width_of(row: Row) -> int:
    """The columns that a row takes."""
    return sum(columns(run.text) for run in row)


class Sheet:
    """Rows under construction, of one width and one set of glyphs."""

    def __init__(self, width: int, *, ascii_alone: bool = False) -> None:
        self.width = min(max(width, _NARROWEST), _WIDEST)
        self.glyphs = ASCII if ascii_alone else UNICODE
        self.rows: list[Row] = []
        self.ascii_alone = ascii_alone

    def fit(self, text: str) -> str:
        """The text in the characters that may be used here."""
        return ascii_only(text) if self.ascii_alone else text

    def row(self, *runs: Run) -> None:
        """Writes runs as they stand, cut at the sheet's edge where they would go beyond it."""
        fitted = tuple(Run(self.fit(run.text), run.style) for run in runs)
        self.rows.append(fitted if width_of(fitted) <= self.width else self._clipped(fitted))

    def _clipped(self, row: Row) -> Row:
        room = self.width - 1
        kept: list[Run] = []
        for run in row:
            text = chopped(run.text, room)[0] if columns(run.text) > room > 1 else run.text
            if columns(text) > room:
                break
            kept.append(Run(text, run.style))
            room -= columns(text)
            if text != run.text:
                break
        return (*kept, Run(self.glyphs.cut, "faint"))

    def blank(self) -> None:
        """Separates what follows from what stands above, if anything does."""
        if self.rows and self.rows[-1]:
            self.rows.append(())

    def say(self, text: str, style: Style = "", *, indent: int = 0, lead: str = "") -> None:
        """Writes a sentence; its further lines stand below its first word."""
        lead = self.fit(lead)
        margin = indent + columns(lead)
        first, *others = wrapped(self.fit(text), self.width - margin)
        self.rows.append((Run(" " * indent + lead + first, style),))
        self.rows.extend((Run(" " * margin + line, style),) for line in others)

    def quote(self, quote: Quote, indent: int, *, at_spaces: bool = False) -> None:
        """Writes a student's text behind a bar on the left."""
        if quote.label:
            self.say(f"{quote.label}:", "faint", indent=indent)
        for line in quote.lines:
            self.barred(line, indent, at_spaces=at_spaces)

    def barred(self, line: str, indent: int, *, at_spaces: bool = False) -> None:
        bar = Run(" " * indent + self.glyphs.quote + " ", "faint")
        broken = wrapped if at_spaces else chopped
        for part in broken(self.fit(line), self.width - indent - 2):
            self.rows.append((bar, Run(part)))

    def trace(self, steps: Iterable[Step], indent: int) -> None:
        """Writes the lines of a traceback behind such a bar."""
        for step in steps:
            self.barred(step.place, indent)
            if step.text:
                self.barred(f"    {step.text}", indent)

    def bar(self, share: float, cells: int, style: Style) -> tuple[Run, Run, Run, Run]:
        """A bar that is full for everything and empty for nothing only."""
        full = round(share * cells)
        if 0 < share < 1:
            full = min(max(full, 1), cells - 1)
        opening, closing = self.glyphs.ends
        return (
            Run(opening, "faint"),
            Run(self.glyphs.full * full, style),
            Run(self.glyphs.empty * (cells - full), "faint"),
            Run(closing, "faint"),
        )
