"""Who gains and who loses by a regrade: as a table for the terminal, and as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from grader.report.gradebook import csv_text
from grader.report.sheet import Run, Sheet, Style
from grader.report.terminal import Screen, draw
from grader.report.text import counted, one_line, points

_ROWS = 40  # submissions that a table lists


class QuestionChange(Struct, frozen=True):
    """What a regrade changed of one question of one submission."""

    question: str
    before: Decimal | None  # None: not asked, or not decided
    after: Decimal | None
    why: tuple[str, ...]

    @property
    def gain(self) -> Decimal:
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


class Change(Struct, frozen=True):
    """What a regrade changed of one submission."""

    id: str
    name: str
    before: Decimal
    after: Decimal
    questions: tuple[QuestionChange, ...] = ()

    @property
    def gain(self) -> Decimal:
        return self.after - self.before


def signed(amount: Decimal) -> str:
    """Writes a gain with its sign.

    >>> signed(Decimal("1.50")), signed(Decimal("-2"))
    ('+1.5', '-2')
    """
    return f"+{points(amount)}" if amount > 0 else points(amount)


def changes_csv(changes: Sequence[Change]) -> str:
    """Decides changes.csv: a line for each question of each submission whose points changed."""
    head = ["id", "name", "total_before", "total_after", "question", "before", "after", "why"]
    return csv_text(
        [
            head,
            *(
                [
                    *(change.id, change.name, change.before, change.after),
                    *(one.question, one.before, one.after, "; ".join(one.why)),
                ]
                for change in changes
                for one in change.questions
            ),
        ]
    )


def render_changes(
    changes: Sequence[Change], rules: Sequence[tuple[str, str]], screen: Screen
) -> str:
    """Decides what a terminal shows: what changed in the assignment, then who gains and loses.

    Args:
        changes: of every submission, also of those that nothing changed for.
        rules: (question, what changed of it).
        screen: what it can show.
    """
    sheet = Sheet(screen.width, ascii_alone=screen.plain)
    if rules:
        sheet.say("Changed in the assignment:", "strong")
        for question, what in rules:
            sheet.say(f"{one_line(question, 60)}: {one_line(what, 300)}", indent=2)
        sheet.blank()
    moved = sorted((c for c in changes if c.questions), key=lambda change: (change.gain, change.id))
    for change in moved[:_ROWS]:
        _submission(sheet, change)
    if len(moved) > _ROWS:
        sheet.say(f"and {len(moved) - _ROWS} more, in changes.csv", "faint")
    if moved:
        sheet.blank()
    sheet.say(_summary(changes), "strong")
    return draw(sheet.rows, screen)


def _submission(sheet: Sheet, change: Change) -> None:
    style: Style = "good" if change.gain > 0 else "bad" if change.gain < 0 else ""
    name = one_line(change.id, 40)
    sheet.row(
        Run(f"{name:<24} {points(change.before):>7} -> {points(change.after):<7}"),
        Run(f" {signed(change.gain):>7}", style),
    )
    for one in change.questions:
        why = "; ".join(one.why) or "counted otherwise"
        sheet.say(f"{one.question} {signed(one.gain)}: {one_line(why, 400)}", "faint", indent=4)


def _summary(changes: Sequence[Change]) -> str:
    gain = sum(change.gain > 0 for change in changes)
    lose = sum(change.gain < 0 for change in changes)
    parts = [f"{counted(len(changes), 'submission')}: {gain} gain, {lose} lose"]
    parts.append(f"{len(changes) - gain - lose} keep their total")
    if changes:
        before = sum((c.before for c in changes), Decimal(0)) / len(changes)
        after = sum((c.after for c in changes), Decimal(0)) / len(changes)
        parts.append(f"mean {before:.2f} -> {after:.2f}")
    return ", ".join(parts) + "."
