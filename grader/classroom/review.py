"""The marking loop for free text: a sheet of answers out, points and comments back in.

The sheet lists every different answer of a question once. Answers count as the same when their
words and signs are, regardless of case and punctuation, so that a mark given once counts for all
who wrote so, and whoever marks sees no name. A mark belongs to the answer's key, a hash of the
question and those words: it fits the same answer whoever hands it in, now or after a regrade, and
no other.

A cell that is empty says nothing, since several people may fill in a copy each: what was given once
counts until it is changed, or withdrawn by a `-` in place of the points.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from grader.classroom.folder import Folder
from grader.errors import UsageError
from grader.model import Assignment, QuestionResult, Scorecard, Status, TextAnswer
from grader.report.answers import answer_key, answers, shown
from grader.report.gradebook import csv_text
from grader.report.rows import Row
from grader.report.text import counted, first_few, typed_in
from grader.report.text import points as points_text
from grader.submission.naming import listed

COLUMNS: Final = (
    *("order", "question", "answer", "students", "look_at", "text"),
    *("maximum", "points", "comment", "submissions"),
)
_NEEDED: Final = ("question", "answer", "points")
_TEXT: Final = 8_000  # characters of an answer in a cell; spreadsheets take some 32,000
_IDS: Final = 20  # submissions named beside an answer
_COMMENT: Final = 2_000
_MISTAKES: Final = 20  # of a sheet that are told
_WORKBOOK: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls
_CENT: Final = Decimal("0.01")
_WITHDRAWN: Final = "-"
_DASHES: Final = (_WITHDRAWN, "\N{EN DASH}", "\N{MINUS SIGN}")  # what spreadsheets make of it

Key: TypeAlias = tuple[str, str]
"""A question, and an answer's key."""


class Mark(Struct, frozen=True):
    """What a person gave an answer."""

    question: str
    answer: str  # its key
    points: Decimal
    comment: str = ""


class Marks(Struct, frozen=True):
    """All that a person gave, and took back."""

    given: Mapping[Key, Mark] = field(default_factory=dict)
    withdrawn: frozenset[Key] = frozenset()
    blank: frozenset[Key] = frozenset()  # stand in the sheet without points

    def over(self, older: Marks) -> Marks:
        """Decides what holds where these are newer: they, and the older ones that they leave."""
        left = {key: mark for key, mark in older.given.items() if key not in self.withdrawn}
        withdrawn = self.withdrawn | older.withdrawn.difference(self.given)
        return Marks({**left, **self.given}, withdrawn)

    def of(self, question_id: str, answer: TextAnswer | None) -> Mark | None:
        if answer is None or not self.given:
            return None
        return self.given.get((question_id, answer_key(question_id, answer)))

    def digest(self, row: Row) -> str:
        """Decides what distinguishes the marks that one submission gets; empty if it gets none."""
        told = [
            f"{question.id}\0{mark.points}\0{mark.comment}"
            for question in row.questions
            if (mark := self.of(question.id, question.text)) is not None
        ]
        return hashlib.sha256("\0\0".join(told).encode()).hexdigest()[:32] if told else ""


def keep_marks(folder: Folder, marks: Marks) -> None:
    """Keeps the marks that count in a folder of results, so that the next regrade gives them too.

    Raises:
        NotWrittenError: with the reason.
    """
    folder.write(folder.staff / "marks.json", msgspec.json.encode(list(marks.given.values())))


def kept_marks(folder: Folder, assignment: Assignment, newer: Marks) -> Marks:
    """Decides which marks count: those that were kept, and the newer ones in their place.

    Raises:
        UsageError: a question is no longer worth what a person gave for it.
    """
    try:
        data = (folder.staff / "marks.json").read_bytes()
        kept = msgspec.json.decode(data, type=list[Mark])
    except (OSError, msgspec.MsgspecError):
        kept = []
    maxima = {q.id: q.points for q in assignment.questions if q.marked_by_person}
    older = {(mark.question, mark.answer): mark for mark in kept if mark.question in maxima}
    given = newer.over(Marks(older)).given
    for mark in given.values():
        if mark.points > maxima[mark.question]:
            raise UsageError(
                f"{mark.question} {mark.answer} was given {points_text(mark.points)} points, and "
                f"is now worth {points_text(maxima[mark.question])}; mark it again, with --marks"
            )
    return Marks(given)


def with_marks(card: Scorecard, marks: Marks) -> Scorecard:
    """Puts a person's marks into a card. What has none stays "to be marked by a person"."""
    if not marks.given or card.fault is not None:
        return card
    return replace(card, questions=tuple(_with_mark(result, marks) for result in card.questions))


def _with_mark(result: QuestionResult, marks: Marks) -> QuestionResult:
    mark = marks.of(result.question.id, result.text)
    if mark is None or result.text is None:
        return result
    most = result.question.points
    status: Status = "passed" if mark.points >= most else "partial" if mark.points else "failed"
    return replace(
        result,
        status=status,
        score=mark.points,
        share=Fraction(mark.points) / Fraction(most) if most else Fraction(0),
        basis="person",
        text=replace(result.text, points=mark.points, comment=mark.comment),
    )


def told(rows: Sequence[Row], marks: Marks, newer: Marks) -> Iterator[str]:
    """Decides what to say of the newer ones of the marks that count.

    A mark of an answer that nobody gives is of a key mistyped, or of another class's.
    """
    there = _keys(rows)
    if unfit := [" ".join(key) for key in newer.given if key not in there]:
        fit = "fits" if len(unfit) == 1 else "fit"
        yield f"{counted(len(unfit), 'mark')} {fit} no answer given: {listed(unfit)}."
    if kept := len(newer.blank.intersection(marks.given)):
        keep = "keeps the mark" if kept == 1 else "keep the marks"
        yield (
            f"{counted(kept, 'answer')} without points in the sheet {keep} given before; write "
            f"{_WITHDRAWN} for the points to withdraw a mark."
        )


def pending(rows: Sequence[Row], marks: Marks, in_sheet: Marks) -> int:
    """Counts the answers of which a sheet says otherwise than the marks that count."""
    return sum(in_sheet.given.get(key) != marks.given.get(key) for key in _keys(rows))


def _keys(rows: Sequence[Row]) -> frozenset[Key]:
    return frozenset((answer.question, answer.key) for answer in answers(rows))


# --------------------------------------------------------------------------- the sheet, out


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]} … ({len(text) - _TEXT} more characters)"


def sheet(rows: Sequence[Row], marks: Marks) -> str:
    """Decides the text of review.csv, with what is known of points and comments filled in.

    Marks of answers that nobody gives any more stand at the end, so that none is lost.
    """
    lines: list[list[str | int | Decimal | None]] = [list(COLUMNS)]
    left = dict(marks.given)
    for order, answer in enumerate(answers(rows), start=1):
        place = answer.question, answer.key
        mark = left.pop(place, None)
        withdrawn = _WITHDRAWN if place in marks.withdrawn else None
        lines.append(
            [
                *(order, answer.question, answer.key, len(answer.ids)),
                "; ".join(answer.text.findings),
                _cut(shown(answer.text)),
                answer.maximum,
                mark.points if mark else withdrawn,
                mark.comment if mark else "",
                first_few(answer.ids, _IDS),
            ]
        )
    for (question, key), mark in left.items():
        gone = "nobody gives this answer now"
        lines.append([len(lines), question, key, 0, gone, "", None, mark.points, mark.comment, ""])
    return csv_text(lines)


# --------------------------------------------------------------------------- the sheet, back in


def read_marks(path: Path, assignment: Assignment) -> Marks:
    """Reads a sheet that a person filled in; a line without points says nothing.

    Spreadsheets save it in several ways: with commas, semicolons or tabs, in UTF-8, UTF-16 or
    the system's old encoding, with a comma in the numbers. All of these are read.

    Raises:
        UsageError: with every mistake, by line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    maxima = {q.id: q.points for q in assignment.questions if q.marked_by_person}
    if not maxima:
        raise UsageError(
            f"{path}: is of no use: no question of this assignment is marked by a person"
        )
    said: dict[Key, Mark | None] = {}
    blank: set[Key] = set()
    mistakes: list[str] = []
    for line, cells in _table(path, data):
        try:
            key = cells["question"].strip(), cells["answer"].strip().lower()
            if _is_blank(cells, key):
                blank.add(key)
                continue
            mark = _mark(cells, key, maxima)
            if said.setdefault(key, mark) != mark:
                raise _MistakeError(f"{key[0]} {key[1]} stands twice, with different marks")
        except _MistakeError as mistake:
            mistakes.append(f"{path}:{line}: {mistake}")
    if mistakes:
        more = len(mistakes) - _MISTAKES
        named = mistakes[:_MISTAKES] + ([f"and {more} more mistakes"] if more > 0 else [])
        raise UsageError("the marks cannot be used:\n  " + "\n  ".join(named))
    given = {key: mark for key, mark in said.items() if mark is not None}
    return Marks(given, frozenset(said.keys() - given.keys()), frozenset(blank - said.keys()))


class _MistakeError(Exception):
    """What is wrong with one line."""


def _is_blank(cells: Mapping[str, str], key: Key) -> bool:
    if cells["points"].strip():
        return False
    if _comment(cells):
        raise _MistakeError(
            f"{' '.join(key)}: a comment without points; write the points, or drop the comment"
        )
    return True


def _mark(cells: Mapping[str, str], key: Key, maxima: Mapping[str, Decimal]) -> Mark | None:
    """The mark that a line gives; None if it withdraws one."""
    question, answer = key
    if question not in maxima:
        raise _MistakeError(
            f"question {question!r} is none that a person marks ({', '.join(maxima)})"
        )
    if re.fullmatch(r"t[0-9a-f]{12}", answer) is None:
        raise _MistakeError(
            f"answer {cells['answer']!r} is no key; keep that column as it was written"
        )
    written = typed_in(cells["points"].strip())
    if written in _DASHES:
        return None
    try:
        points = Decimal(written.replace(",", "."))
        if not points.is_finite() or "_" in written:  # as 1_5 is 15 to Python
            raise InvalidOperation
    except InvalidOperation:
        raise _MistakeError(
            f"points {written!r} is no number; write {_WITHDRAWN} to withdraw a mark"
        ) from None
    most = maxima[question]
    if not 0 <= points <= most:
        raise _MistakeError(
            f"points {written} for {question}: write 0 to {points_text(most)}, its maximum"
        )
    return Mark(question, answer, abs(points.quantize(_CENT)), _comment(cells))


def _comment(cells: Mapping[str, str]) -> str:
    return typed_in(cells.get("comment", "").strip()).strip()[:_COMMENT]


def _table(path: Path, data: bytes) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The lines of a sheet by the names of their columns, however a spreadsheet saved it."""
    if data.startswith(_WORKBOOK):
        raise UsageError(f"{path}: is a workbook; save the sheet as CSV")
    text = _decoded(data)
    first = next(iter(text.splitlines()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        if twice := [name for name in (*_NEEDED, "comment") if head.count(name) > 1]:
            raise UsageError(f"{path}:1: the column {' and '.join(twice)} stands twice; keep one")
        missing = [name for name in _NEEDED if name not in head]
        if missing:
            raise UsageError(
                f"{path}:1: no column {' or '.join(missing)}; keep the first line as it was written"
            )
        for cells in reader:
            if any(cell.strip() for cell in cells[len(head) :]):
                quoted = f"write what holds a {delimiter!r} in quotes"
                raise UsageError(f"{path}:{reader.line_num}: more cells than columns; {quoted}")
            if any(cell.strip() for cell in cells):
                named = dict(zip(head, cells, strict=False))
                yield reader.line_num, {name: named.get(name, "") for name in head}
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: {error}; save it as CSV again") from error


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
