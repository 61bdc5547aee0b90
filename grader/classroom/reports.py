"""Writes what is said of the class as a whole: grades.csv, review.csv, report.html."""

from __future__ import annotations

from collections.abc import Sequence

from grader.classroom.folder import Folder
from grader.classroom.review import Marks, read_marks, sheet
from grader.errors import UsageError
from grader.model import Assignment
from grader.report.gradebook import grades_csv
from grader.report.rows import Row

_BOM = "\ufeff"  # so that spreadsheets read the students' umlauts


def write_reports(
    folder: Folder, assignment: Assignment, rows: Sequence[Row], marks: Marks
) -> None:
    """Writes the class's files.

    Raises:
        NotWrittenError: with the reason.
    """
    questions = [question.id for question in assignment.questions]
    folder.write(folder.path / "grades.csv", grades_csv(rows, questions).encode())
    if any(question.marked_by_person for question in assignment.questions):
        _write_review(folder, assignment, rows, marks)


def _write_review(
    folder: Folder, assignment: Assignment, rows: Sequence[Row], marks: Marks
) -> None:
    """Writes review.csv anew with the marks that stand in it, for a person's work is never lost.

    A sheet that cannot be read (half filled in, perhaps) stays as it is; the new one is laid
    beside it.
    """
    path = folder.path / "review.csv"
    name = "review.csv"
    known = Marks()
    if path.exists():
        try:
            known = read_marks(path, assignment)
        except UsageError:
            name = "review.new.csv"
    text = sheet(rows, Marks({**known.given, **marks.given}))
    folder.write(folder.path / name, (_BOM + text).encode())
