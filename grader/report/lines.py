"""Sets a story in lines of a given width: for the terminal and for Gradescope."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from grader.report.case_story import CaseStory, Quote
from grader.report.sheet import STYLES, Row, Run, Sheet, Style, width_of
from grader.report.story import FAULT, QuestionStory, Story
from grader.report.text import CUT, columns, counted, one_line, waiting, wrapped
from grader.report.values import (
    Budget,
    Entries,
    Entry,
    Grid,
    Line,
    Said,
    Sides,
    lay_out,
    lay_out_pair,
)

_DETAILED = 3  # failed cases told whole; the others in a line each
_NAMED = 12  # of those lines
_GAP = 4  # columns between two things side by side
_NARROWER = (12, 9, 7, 5, 3, 2, 1)  # columns of a matrix that are tried, until it fits


# --------------------------------------------------------------------------- the card


def card_rows(story: Story, width: int, *, ascii_alone: bool = False) -> list[Row]:
    """Decides the whole report of one submission: header, table, then what there is to say."""
    sheet = Sheet(width, ascii_alone=ascii_alone)
    _header(sheet, story)
    if story.fault is None:
        _table(sheet, story.questions)
    for question in story.questions if story.fault is None else ():
        rows = question_rows(question, story.observed_label, sheet.width, ascii_alone=ascii_alone)
        if rows and (question.status != "passed" or question.remarks or question.answers):
            sheet.blank()
            _heading(sheet, question)
            sheet.rows += rows
    if story.isolation:
        sheet.blank()
        for line in story.isolation:
            sheet.say(line, "bad" if line.startswith("NOT") else "faint")
    return sheet.rows


def notice_rows(story: Story, width: int, *, ascii_alone: bool = False) -> list[Row]:
    """Decides what is said of the submission as a whole."""
    sheet = Sheet(width, ascii_alone=ascii_alone)
    for notice in story.notices:
        sheet.say(notice, "partly", lead="! ")
    for quote in story.output:
        sheet.blank()
        sheet.quote(Quote(f"{quote.label} while the file was read", quote.lines), 0)
    return sheet.rows


def _header(sheet: Sheet, story: Story) -> None:
    sheet.say(story.assignment, "strong")
    parts = (story.filename, story.submission_id, f"{story.wall_s:.1f} s")
    sheet.say("  ".join(part for part in parts if part), "faint")
    sheet.blank()
    if story.fault is not None:
        sheet.say(FAULT, "bad", lead="! ")
        for line in story.fault:
            sheet.barred(line, 2)
        return
    result = f"{story.score} of {story.max_score} points"
    sheet.row(
        Run(result, "strong"),
        Run("  "),
        *sheet.bar(story.share, max(10, sheet.width - len(result) - 4), _tone(story.share)),
    )
    if story.to_mark:
        sheet.say(f"{waiting(story.to_mark, 'more ')}.", "faint")
    notices = notice_rows(story, sheet.width, ascii_alone=sheet.ascii_alone)
    if notices:
        sheet.blank()
        sheet.rows += notices


def _tone(share: float) -> Style:
    return "good" if share >= 1 else "partly" if share > 0 else "bad"


def _table(sheet: Sheet, questions: Sequence[QuestionStory]) -> None:
    """A line for each question: title, bar, status, points."""
    sheet.blank()
    status_width = 2 + max((len(q.status_word) for q in questions), default=0)
    results = [sheet.fit(f"{CUT if q.waits else q.score} / {q.points}") for q in questions]
    result_width = max(map(len, results), default=0)
    cells = 12 if sheet.width >= 76 else 6
    ends = sum(map(len, sheet.glyphs.ends))
    title_width = sheet.width - cells - ends - status_width - result_width - 6
    for question, result in zip(questions, results, strict=True):
        style = STYLES[question.status]
        first, *others = wrapped(sheet.fit(question.title), max(12, title_width))
        mark = sheet.glyphs.marks[question.status]
        sheet.row(
            Run(first + " " * (max(12, title_width) - columns(first) + 2)),
            *sheet.bar(question.share, cells, style),
            Run(f"  {mark} {question.status_word}".ljust(status_width + 4), style),
            Run(result.rjust(result_width)),
        )
        for line in others:
            sheet.row(Run("  " + line))


def _heading(sheet: Sheet, question: QuestionStory) -> None:
    sheet.row(Run(sheet.glyphs.rule * sheet.width, "faint"))
    mark = sheet.glyphs.marks[question.status]
    room = sheet.width - columns(question.result) - 2
    first, *others = wrapped(sheet.fit(f"{mark} {question.title}"), max(12, room - 2))
    gap = max(2, sheet.width - columns(first) - columns(question.result))
    sheet.row(Run(first, "strong"), Run(" " * gap), Run(question.result, STYLES[question.status]))
    for line in others:
        sheet.row(Run("  " + line, "strong"))


# --------------------------------------------------------------------------- a question


def question_rows(
    question: QuestionStory, label: str, width: int, *, ascii_alone: bool = False, indent: int = 2
) -> list[Row]:
    """Decides what is said of one question, below its title.

    Args:
        question: its story.
        label: what the observed side is called.
        width: columns.
        ascii_alone: no other character is used.
        indent: columns on the left.
    """
    sheet = Sheet(width, ascii_alone=ascii_alone)
    for sentence in question.opening:
        sheet.say(sentence, indent=indent)
    for finding in question.findings:
        sheet.say(finding, "partly", indent=indent, lead="! ")
    for answer in question.answers:
        sheet.blank()
        sheet.quote(answer, indent, at_spaces=True)
    if question.comment:
        sheet.say(question.comment, indent=indent, lead="comment: ")
    failed = [case for case in question.cases if case.standing != "passed"]
    for case in failed[:_DETAILED]:
        sheet.blank()
        _case(sheet, case, label, indent)
    _others(sheet, failed[_DETAILED:], indent)
    if question.help:
        sheet.blank()
    for sentence in question.help:
        sheet.say(sentence, "help", indent=indent, lead=f"{sheet.glyphs.help} ")
    if question.counts:
        sheet.blank()
        sheet.say(question.counts, indent=indent)
    for remark in question.remarks:
        sheet.say(remark, "faint", indent=indent, lead="note: ")
    return sheet.rows


def _others(sheet: Sheet, cases: Sequence[CaseStory], indent: int) -> None:
    if cases:
        sheet.blank()
    for case in cases[:_NAMED]:
        mark = sheet.glyphs.marks[case.standing]
        sheet.say(f"{_name(case)}: {brief(case)}", indent=indent, lead=f"{mark} ")
    if len(cases) > _NAMED:
        sheet.say(f"and {counted(len(cases) - _NAMED, 'more case')}", "faint", indent=indent)


def _name(case: CaseStory) -> str:
    return f"{case.name} (hidden)" if case.hidden else case.name


def brief(case: CaseStory) -> str:
    """Decides a failed case in a few words: "expected 36, observed 37"."""
    contrast = case.contrast
    if case.claim:
        return case.claim
    if isinstance(contrast.observed, Said) and not isinstance(contrast.expected, Said):
        return contrast.observed.text
    small = Budget(rows=2, columns=4, characters=60)
    sides = [lay_out(side, small) for side in (contrast.expected, contrast.observed)]
    texts = isinstance(contrast.expected, str) and isinstance(contrast.observed, str)
    pair = lay_out_pair(contrast.expected, contrast.observed, small) if texts else None
    if isinstance(pair, Sides):  # each from where they part
        sides = [pair.expected, pair.observed]
    expected, observed = (side.text if isinstance(side, Line) else "a matrix" for side in sides)
    return one_line(f"expected {expected}, observed {observed}", 160)


# --------------------------------------------------------------------------- a case


def _case(sheet: Sheet, case: CaseStory, label: str, indent: int) -> None:
    mark = sheet.glyphs.marks[case.standing]
    sheet.say(_name(case), STYLES[case.standing], indent=indent, lead=f"{mark} ")
    inner = indent + 4
    if case.claim:
        sheet.say(case.claim, indent=indent + 2)
    _call(sheet, case, inner)
    _contrast(sheet, case, label, inner)
    sheet.trace(case.trace, inner)
    for quote in case.output:
        sheet.quote(quote, inner)
    for note in case.notes:
        sheet.say(note, "faint", indent=inner, lead="note: ")


def call_parts(case: CaseStory, budget: Budget) -> tuple[str, list[tuple[str, Grid]]]:
    """The call as written, matrices in it by letters, and the matrices by their letters."""
    grids: list[tuple[str, Grid]] = []
    texts: list[str] = []
    for arg in case.args:
        shown = lay_out(arg, budget)
        if isinstance(shown, Line):
            texts.append(shown.text)
        else:
            letter = chr(ord("A") + len(grids) % 26)
            grids.append((letter, shown))
            texts.append(letter)
    return f"{case.function}({', '.join(texts)})", grids


def _call(sheet: Sheet, case: CaseStory, indent: int) -> None:
    room = sheet.width - indent
    for across in _NARROWER:
        text, grids = call_parts(case, Budget(columns=across))
        blocks = [_block(sheet, letter, grid) for letter, grid in grids]
        if max((block.width for block in blocks), default=0) <= room:
            break
    sheet.say(text, indent=indent)
    _beside(sheet, blocks, indent)


class _Block(Struct, frozen=True):
    """Rows that are set beside other ones."""

    rows: list[Row]
    width: int


def _contrast(sheet: Sheet, case: CaseStory, label: str, indent: int) -> None:
    contrast = case.contrast
    for across in _NARROWER:
        pair = lay_out_pair(
            contrast.expected,
            contrast.observed,
            Budget(columns=across),
            contrast.differing,
            extra_keys=contrast.extra_keys,
        )
        if isinstance(pair, Entries):
            _entries(sheet, pair, label, indent)
            return
        sides = (("expected", pair.expected), (label, pair.observed))
        blocks = [_block(sheet, name, side) for name, side in sides if isinstance(side, Grid)]
        if max((block.width for block in blocks), default=0) <= sheet.width - indent:
            break
    if len(blocks) == 2:
        _beside(sheet, blocks, indent)
        return
    for name, side in sides:
        if isinstance(side, Line):
            sheet.say(side.text, indent=indent, lead=name.ljust(10))
        else:
            _beside(sheet, blocks, indent)


def _block(sheet: Sheet, name: str, grid: Grid) -> _Block:
    """A matrix below its name, every row padded to the same width."""
    rows = [*_grid(sheet, grid)]
    head = sheet.fit(f"{name} ({grid.note})" if grid.note else name)
    rows.insert(0, (Run(" " + head, "faint"),))
    width = max(map(width_of, rows))
    return _Block([(*row, Run(" " * (width - width_of(row)))) for row in rows], width)


def _grid(sheet: Sheet, grid: Grid) -> Iterator[Row]:
    """Cells flush right; a differing one stands in brackets."""
    texts = [[sheet.fit(cell.text) for cell in row] for row in grid.rows]
    widths = [max(map(columns, column)) for column in zip(*texts, strict=True)]
    if max(widths, default=0) <= 5:
        widths = [max(widths)] * len(widths)
    touching = any(
        one.differs and other.differs for row in grid.rows for one, other in pairwise(row)
    )
    for row, line in zip(grid.rows, texts, strict=True):
        runs: list[Run] = []
        for cell, text, width in zip(row, line, widths, strict=True):
            body = text.rstrip()
            if touching and runs:
                runs.append(Run(" "))
            before = " " * (width - columns(text))
            after = " " * (len(text) - len(body))
            if cell.differs:
                runs += [Run(before), Run(f"[{body}]", "differs"), Run(after)]
            else:
                runs.append(Run(f"{before} {body} {after}"))
        yield tuple(runs)


def _beside(sheet: Sheet, blocks: Sequence[_Block], indent: int) -> None:
    """Sets blocks side by side as long as they fit, else below each other."""
    if not blocks:
        return
    together = sum(block.width for block in blocks) + _GAP * (len(blocks) - 1)
    if together > sheet.width - indent and len(blocks) > 1:
        for block in blocks:
            _beside(sheet, [block], indent)
        return
    for number in range(max(len(block.rows) for block in blocks)):
        runs = [Run(" " * max(0, indent - 1))]
        for place, block in enumerate(blocks):
            if place:
                runs.append(Run(" " * _GAP))
            runs += block.rows[number] if number < len(block.rows) else (Run(" " * block.width),)
        sheet.row(*runs)


def _entries(sheet: Sheet, table: Entries, label: str, indent: int) -> None:
    """A row for each leaf; below each other where the width does not suffice."""
    heads = Entry(f"({table.note})" if table.note else "", "expected", label, differs=False)
    full = [heads, *(row for row in table.rows if row is not None)]
    texts = [(sheet.fit(e.where), sheet.fit(e.expected), sheet.fit(e.observed)) for e in full]
    where, expected, observed = (max(map(columns, column)) for column in zip(*texts, strict=True))
    if indent + where + expected + observed + 6 > sheet.width:
        _stacked_entries(sheet, table, label, indent)
        return
    for entry in (heads, *table.rows):
        if entry is None:
            sheet.row(Run(" " * indent + CUT, "faint"))
            continue
        style: Style = "" if entry.differs else "faint"
        left, middle = _padded(sheet, entry.where, where), _padded(sheet, entry.expected, expected)
        runs = [Run(" " * indent + f"{left}  {middle}  ", style)]
        runs.append(_observed(entry))
        sheet.row(*runs)


def _stacked_entries(sheet: Sheet, table: Entries, label: str, indent: int) -> None:
    if table.note:
        sheet.say(f"({table.note})", "faint", indent=indent)
    for entry in table.rows:
        if entry is None:
            sheet.row(Run(" " * indent + CUT, "faint"))
        elif entry.differs:
            sheet.say(entry.where, indent=indent)
            sheet.say(entry.expected or "nothing", indent=indent + 2, lead="expected  ")
            sheet.say(f"[{entry.observed}]", "differs", indent=indent + 2, lead=label.ljust(10))


def _padded(sheet: Sheet, text: str, width: int) -> str:
    text = sheet.fit(text)
    return text + " " * (width - columns(text))


def _observed(entry: Entry) -> Run:
    if entry.differs:
        return Run(f"[{entry.observed or 'nothing'}]", "differs")
    return Run(f" {entry.observed}", "faint")
