"""The marking loop for free text: a sheet of answers out, points and comments back in.

The sheet lists every different answer of a question once. Answers count as the same when their
words and signs are, regardless of case and punctuation, so that a mark given once counts for all
who wrote so, and whoever marks sees no name. A mark belongs to the answer's key, a hash of the
question and those words: it fits the same answer whoever hands it in, now or after a regrade, and
no other.
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
from typing import Final

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from grader.classroom.folder import Folder
from grader.errors import UsageError
from grader.model import Assignment, QuestionResult, Scorecard, Status, TextAnswer
from grader.report.answers import answer_key, answers, shown
from grader.report.gradebook import csv_text
from grader.report.rows import Row
from grader.report.text import first_few, typed_in
from grader.report.text import points as points_text

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


class Mark(Struct, frozen=True):
    """What a person gave an answer."""

    points: Decimal
    comment: str = ""


class Marks(Struct, frozen=True):
    """All that a person gave, by question and answer key."""

    given: Mapping[tuple[str, str], Mark] = field(default_factory=dict)

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
    kept = [
        _KeptMark(question, answer, mark.points, mark.comment)
        for (question, answer), mark in marks.given.items()
    ]
    folder.write(folder.staff / "marks.json", msgspec.json.encode(kept))


def kept_marks(folder: Folder, assignment: Assignment, newer: Marks) -> Marks:
    """Decides which marks count: those that were kept, and the newer ones in their place.

    Raises:
        UsageError: a question is no longer worth what a person gave for it.
    """
    try:
        data = (folder.staff / "marks.json").read_bytes()
        kept = msgspec.json.decode(data, type=list[_KeptMark])
    except (OSError, msgspec.MsgspecError):
        return newer
    maxima = {q.id: q.points for q in assignment.questions if q.marked_by_person}
    given = {
        (one.question, one.answer): Mark(one.points, one.comment)
        for one in kept
        if one.question in maxima
    }
    given.update(newer.given)
    for (question, answer), mark in given.items():
        if mark.points > maxima[question]:
            raise UsageError(
                f"{question} {answer} was given {points_text(mark.points)} points, and is now "
                f"worth {points_text(maxima[question])}; mark it again, with --marks"
            )
    return Marks(given)


class _KeptMark(Struct, frozen=True):
    question: str
    answer: str
    points: Decimal
    comment: str


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


def unfit(rows: Sequence[Row], marks: Marks) -> tuple[str, ...]:
    """Names the marks of answers that nobody gives: of a key mistyped, or of another class's."""
    given = {(answer.question, answer.key) for answer in answers(rows)}
    return tuple(
        f"{question} {key}" for question, key in marks.given if (question, key) not in given
    )


# --------------------------------------------------------------------------- the sheet, out


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]} … ({len(text) - _TEXT} more characters)"


def sheet(rows: Sequence[Row], marks: Marks) -> str:
    """Decides the text of review.csv, with the points and comments that are known filled in.

    Marks of answers that nobody gives any more stand at the end, so that none is lost.
    """
    lines: list[list[str | int | Decimal | None]] = [list(COLUMNS)]
    left = dict(marks.given)
    for order, answer in enumerate(answers(rows), start=1):
        mark = left.pop((answer.question, answer.key), None)
        lines.append(
            [
                *(order, answer.question, answer.key, len(answer.ids)),
                "; ".join(answer.text.findings),
                _cut(shown(answer.text)),
                answer.maximum,
                mark.points if mark else None,
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
    """Reads a sheet that a person filled in; a line without points is not marked yet.

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
    given: dict[tuple[str, str], Mark] = {}
    mistakes: list[str] = []
    for line, cells in _table(path, data):
        try:
            read = _mark(cells, maxima)
            if read is None:
                continue
            key, mark = read
            if given.setdefault(key, mark) != mark:
                raise _MistakeError(f"{key[0]} {key[1]} stands twice, with different marks")
        except _MistakeError as mistake:
            mistakes.append(f"{path}:{line}: {mistake}")
    if mistakes:
        more = len(mistakes) - _MISTAKES
        told = mistakes[:_MISTAKES] + ([f"and {more} more mistakes"] if more > 0 else [])
        raise UsageError("the marks cannot be used:\n  " + "\n  ".join(told))
    return Marks(given)


class _MistakeError(Exception):
    """What is wrong with one line."""


def _mark(
    cells: Mapping[str, str], maxima: Mapping[str, Decimal]
) -> tuple[tuple[str, str], Mark] | None:
    written = cells["points"].strip()
    comment = typed_in(cells.get("comment", "").strip()).strip()[:_COMMENT]
    question, key = cells["question"].strip(), cells["answer"].strip().lower()
    if not written:
        if comment:
            raise _MistakeError(
                f"{question} {key}: a comment without points; write the points, or drop the comment"
            )
        return None
    if question not in maxima:
        known = ", ".join(maxima) or "none"
        raise _MistakeError(f"question {question!r} is none that a person marks ({known})")
    if re.fullmatch(r"t[0-9a-f]{12}", key) is None:
        raise _MistakeError(
            f"answer {cells['answer']!r} is no key; keep that column as it was written"
        )
    try:
        points = Decimal(written.replace(",", "."))
        if not points.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise _MistakeError(f"points {written!r} is no number") from None
    most = maxima[question]
    if not 0 <= points <= most:
        raise _MistakeError(
            f"points {written} for {question}: write 0 to {points_text(most)}, its maximum"
        )
    return (question, key), Mark(abs(points.quantize(_CENT)), comment)


def _table(path: Path, data: bytes) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The lines of a sheet by the names of their columns, however a spreadsheet saved it."""
    if data.startswith(_WORKBOOK):
        raise UsageError(f"{path}: is a workbook; save the sheet as CSV")
    text = _decoded(data)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in _NEEDED if name not in head]
        if missing:
            raise UsageError(
                f"{path}:1: no column {' or '.join(missing)}; keep the first line as it was written"
            )
        for cells in reader:
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
