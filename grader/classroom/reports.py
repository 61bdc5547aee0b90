"""Writes what is said of the class as a whole: its page, grades.csv, review.csv, gradebooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from grader.classroom.folder import Folder
from grader.classroom.gradebook import Book, Filled, fill
from grader.classroom.review import Marks, pending, read_marks, sheet
from grader.errors import UsageError
from grader.model import Assignment
from grader.report.answers import answers
from grader.report.class_page import render_class
from grader.report.gradebook import csv_text, grades_csv
from grader.report.rows import Row
from grader.report.text import counted, first_few

if TYPE_CHECKING:
    from grader.report.similar_page import Pair

_SIMILAR = "similar.html"
_NAMED = 10  # submissions that are named in a sentence
_BOM = "\ufeff"  # so that spreadsheets read the students' umlauts


class Request(Struct, frozen=True):
    """What is wanted of a class beyond its own files."""

    books: tuple[Book, ...] = ()
    handed_out: tuple[str, ...] | None = None
    """Compare the submissions' code with one another, apart from these texts; None: do not."""


class Written(Struct, frozen=True):
    """What was written of a class beyond what it always has."""

    filled: tuple[tuple[Book, Filled], ...] = ()  # gradebooks
    pending: int = 0  # answers of which review.csv says otherwise than the marks that count


def write_reports(
    folder: Folder,
    assignment: Assignment,
    rows: Sequence[Row],
    request: Request,
    *,
    marks: Marks,
    newer: Marks,
) -> Written:
    """Writes the class's files.

    Args:
        folder: of results.
        assignment: that the class was marked by.
        rows: of all submissions.
        request: what is wanted beyond the class's own files.
        marks: all that a person gave to free texts, and that counts.
        newer: those among them that were given with this run.

    Raises:
        NotWrittenError: with the reason.
    """
    questions = [question.id for question in assignment.questions]
    folder.write(folder.path / "grades.csv", grades_csv(rows, questions).encode())
    alike = _write_similar(folder, assignment, rows, request.handed_out)
    folder.write(folder.path / "report.html", _page(folder, assignment, rows, alike).encode())
    left = 0
    if any(question.marked_by_person for question in assignment.questions):
        left = _write_review(folder, assignment, rows, marks, newer)
    return Written(_write_books(folder, rows, request.books), left)


def _page(
    folder: Folder, assignment: Assignment, rows: Sequence[Row], alike: Sequence[Pair] | None
) -> str:
    def link(submission_id: str) -> str:
        return quote(folder.staff_page(submission_id).relative_to(folder.path).as_posix())

    page = f"{folder.staff.name}/{_SIMILAR}"
    return render_class(assignment, rows, answers(rows), link, alike, page)


def _write_similar(
    folder: Folder,
    assignment: Assignment,
    rows: Sequence[Row],
    handed_out: tuple[str, ...] | None,
) -> Sequence[Pair] | None:
    """Writes the page of similar code; one of an earlier run is taken away if none is wanted."""
    path = folder.staff / _SIMILAR
    if handed_out is None:
        path.unlink(missing_ok=True)
        return None
    from grader.classroom import similarity  # late, with its page: few ask for it
    from grader.report.similar_page import render_similar

    found = similarity.look(folder, rows, handed_out)
    notes = [f"{counted(found.compared, 'submission')} compared, each with every other."]
    if not found.pairs:
        notes.append("No two of them share much.")
    if found.more:
        notes.append(f"The first {len(found.pairs)} pairs are shown; {found.more} more are alike.")
    if found.left_out:
        notes.append(f"Without code that could be compared: {first_few(found.left_out, _NAMED)}.")
    if found.cut:
        notes.append(
            f"Very long, so that the beginning was compared: {first_few(found.cut, _NAMED)}."
        )

    def link(submission_id: str) -> str:
        return quote(folder.staff_page(submission_id).relative_to(folder.staff).as_posix())

    page = render_similar(assignment.title, found.pairs, notes, link)
    folder.write(path, page.encode())
    return found.pairs


def _write_review(
    folder: Folder, assignment: Assignment, rows: Sequence[Row], marks: Marks, newer: Marks
) -> int:
    """Writes review.csv anew with the marks that stand in it, for a person's work is never lost.

    What was changed there since the last run stays, though it counts only once it is given with
    --marks: returns of how many answers. A sheet that cannot be read (half filled in, perhaps)
    stays as it is; the new one is laid beside it.
    """
    path, beside = folder.path / "review.csv", folder.path / "review.new.csv"
    known, place = Marks(), path
    if path.exists():
        try:
            known = read_marks(path, assignment)
        except UsageError:
            place = beside
    every = newer.over(known.over(marks))
    shown = Marks(every.given, every.withdrawn - newer.withdrawn)
    folder.write(place, (_BOM + sheet(rows, shown)).encode())
    if place is path:
        beside.unlink(missing_ok=True)
    return pending(rows, marks, shown)


def _write_books(
    folder: Folder, rows: Sequence[Row], books: Sequence[Book]
) -> tuple[tuple[Book, Filled], ...]:
    done = []
    table: list[tuple[str, str, str]] = [("gradebook", "who", "why")]
    for book in books:
        filled = fill(book, rows)
        folder.write(folder.path / f"{book.system}.csv", filled.data)
        table += [(book.system, left.who, left.why) for left in filled.left]
        done.append((book, filled))
    if books:
        folder.write(folder.path / "unmatched.csv", csv_text(table).encode())
    return tuple(done)
