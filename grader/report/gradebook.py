"""Writes grades.csv, and text for spreadsheets in general.

What a student wrote ends in cells (a name, an id, an answer), and a spreadsheet would run a cell
that begins like a formula; such a cell gets an apostrophe in front. Numbers are ours and stay
numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from grader.report.rows import Row
from grader.report.text import csv_cell, points

_HEAD = ("id", "name", "sid", "email", "total", "maximum", "to_mark")


def csv_text(rows: Iterable[Sequence[str | int | Decimal | None]]) -> str:
    """Decides the text of a CSV file: no cell is a formula, no line end is inside a cell's line.

    >>> csv_text([["id", "total"], ["=evil", Decimal("3.50")], ["b", None]])
    "id,total\\n'=evil,3.5\\nb,\\n"
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return file.getvalue()


def _cell(cell: str | int | Decimal | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return points(cell)
    return str(cell) if isinstance(cell, int) else csv_cell(cell)


def grades_csv(rows: Sequence[Row], questions: Sequence[str]) -> str:
    """Decides grades.csv: a line for each submission, in the order given.

    A score that is not decided is an empty cell, never a 0: a text that waits for a person, and
    everything where the grader itself failed.
    """
    head = [*_HEAD, *questions, "flags"]
    return csv_text([head, *(_line(row, questions) for row in rows)])


def _line(row: Row, questions: Sequence[str]) -> list[str | Decimal | None]:
    scores = {q.id: q.score for q in row.questions if q.decided and not row.faulted}
    return [
        row.id,
        *("; ".join(filter(None, field)) for field in _people(row)),
        None if row.faulted else row.score,
        row.max_score,
        row.to_mark,
        *(scores.get(question) for question in questions),
        "; ".join(row.flags),
    ]


def _people(row: Row) -> tuple[list[str], list[str], list[str]]:
    return (
        [person.name for person in row.people],
        [person.sid for person in row.people],
        [person.email for person in row.people],
    )
