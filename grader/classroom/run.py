"""Takes a class from what was handed in to its folder of results.

Every submission is read here, marked at a desk, and written as it comes: its own files first, its
record last. A submission counts as done when its record is whole, was made from the same content
by the same assignment and the same grader, and its files are as the record says; so a run that was
ended in any way can be taken up again, and nothing is lost or done twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

from msgspec import Struct, field

from grader.classroom import register, rules
from grader.classroom.desk import (
    Desk,
    Kept,
    Marked,
    OpenLauncher,
    Task,
    code_digest,
    handed_digest,
)
from grader.classroom.desks import mark_all
from grader.classroom.folder import Folder
from grader.classroom.records import DamagedRecordError, Head, Inputs, hash_of, unpack
from grader.classroom.reports import Request, Written, write_reports
from grader.classroom.review import Marks, keep_marks, kept_marks, told
from grader.harness import harness_digest
from grader.model import Assignment, Submission
from grader.report.rows import Row
from grader.submission import Handed, read_handed

MarkAll: TypeAlias = Callable[[Iterable[Task], Callable[[], Desk]], Iterator[Marked]]


class Watcher(Protocol):
    """Is told how far a class has come."""

    def skipped(self, row: Row) -> None: ...
    def marked(self, marked: Marked) -> None: ...


class Outcome(Struct, frozen=True):
    """What a run came to."""

    rows: tuple[Row, ...]  # in the order of what was handed in
    skipped: int  # unchanged since they were marked last
    faults: tuple[str, ...] = ()  # tracebacks of the grader's own failures
    others: tuple[str, ...] = ()  # submissions that lie in the folder and were not handed in now
    notes: tuple[str, ...] = ()  # on what was given with this run and does not count
    written: Written = Written()


class _Progress(Struct):
    rows: dict[str, Row] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)  # id -> digest of the code
    skipped: int = 0
    faults: list[str] = field(default_factory=list)


def grade_class(
    assignment: Assignment,
    handed_in: Sequence[Handed],
    out: Path,
    *,
    open_launcher: OpenLauncher,
    watcher: Watcher,
    jobs: int | None = None,
    resume: bool = False,
    marks: Marks | None = None,
    mark: MarkAll | None = None,
    request: Request = Request(),  # noqa: B008 - frozen
) -> Outcome:
    """Marks a class and writes its folder of results.

    Args:
        assignment: validated.
        handed_in: what lies where.
        out: made if need be.
        open_launcher: starts a launcher.
        watcher: told of each submission as it is done.
        jobs: how many at a time; as many as cores if None.
        resume: leave out what is done already; marks given before count, too.
        marks: what a person gave to free texts.
        mark: how submissions are marked; at desks on this machine if None.
        request: what is wanted beyond the class's own files.

    Raises:
        AuthorError: no submission can be marked so, or `out` cannot be used.
        NotWrittenError: a file could not be written; what is there can be taken up again.
    """
    folder = Folder(out)
    progress = _Progress()

    def make_desk() -> Desk:
        return Desk(assignment, open_launcher, given)

    def on_this_machine(tasks: Iterable[Task], make: Callable[[], Desk]) -> Iterator[Marked]:
        several = min(jobs or os.cpu_count() or 1, len(handed_in))
        return mark_all(tasks, make, jobs=max(1, several), limit_s=longest_s(assignment))

    with folder.held():
        class_ = register.members(handed_in)
        newer = marks or Marks()
        given = kept_marks(folder, assignment, newer) if resume else newer
        keep_marks(folder, given)
        inputs = Inputs.of_assignment(assignment)
        folder.write_once(folder.inputs(inputs.name), inputs.pack())
        rules.write(folder, assignment)
        register.write(folder, assignment, class_)
        # what is marked now is what a regrade may change
        folder.before_regrade.unlink(missing_ok=True)
        tasks = _tasks(assignment, handed_in, folder, given, progress, watcher, resume=resume)
        for marked in (mark or on_this_machine)(tasks, make_desk):
            folder.changes.unlink(missing_ok=True)  # it tells of marks that are no more
            store(folder, marked)
            progress.rows[marked.id] = marked.row
            if marked.fault:
                progress.faults.append(marked.fault)
            watcher.marked(marked)
        rows = register.joined(
            [progress.rows[handed.id] for handed in handed_in],
            class_,
            progress.code,
        )
        written = write_reports(folder, assignment, rows, request, marks=given, newer=newer)
        others = folder.ids().difference(handed.id for handed in handed_in)
        folder.settle()
    return Outcome(
        rows,
        progress.skipped,
        tuple(progress.faults),
        others=tuple(sorted(others)),
        notes=(*told(rows, given, newer), *_on_lateness(assignment, handed_in)),
        written=written,
    )


def _on_lateness(assignment: Assignment, handed_in: Sequence[Handed]) -> Iterator[str]:
    if assignment.gradescope.late is not None and any(one.created_at for one in handed_in):
        yield "Lateness costs points on Gradescope alone: nothing was taken off here."


def longest_s(assignment: Assignment) -> float:
    """Decides what a submission may take at most, loaded twice and called to its limit."""
    return assignment.limits.submission_s + 2 * assignment.limits.load_s


def store(folder: Folder, marked: Marked) -> None:
    """Writes what was marked: the record last, as it vouches for the rest.

    Raises:
        NotWrittenError: with the reason.
    """
    for digest, content in marked.helpers.items():
        folder.write_once(folder.helper(digest), content)
    places = folder.files(marked.id)
    for name, data in marked.files.items():
        folder.write(places[name], data)
    folder.write(folder.record(marked.id), marked.record)


def _tasks(
    assignment: Assignment,
    handed_in: Sequence[Handed],
    folder: Folder,
    marks: Marks,
    progress: _Progress,
    watcher: Watcher,
    *,
    resume: bool,
) -> Iterator[Task]:
    """Reads one submission after the other; yields those that are not done."""
    for handed in handed_in:
        submission = read_handed(handed, expected_name=assignment.filename)
        if code := code_digest(submission):
            progress.code[handed.id] = code
        head = folder.head(handed.id) if resume else None
        if head is None or not _same_work(head, submission, assignment):
            yield Task(handed.id, submission)
        elif head.marks == marks.digest(head.row) and folder.holds(handed.id):
            progress.rows[handed.id] = head.row
            progress.skipped += 1
            watcher.skipped(head.row)
        else:
            yield Task(handed.id, submission, _kept_of(folder, submission))


def _same_work(head: Head, submission: Submission, assignment: Assignment) -> bool:
    """Decides whether running this submission again could come to nothing else."""
    return (
        bool(head.body)
        and not head.row.faulted
        and head.submission == handed_digest(submission)
        and head.assignment == assignment.digest
        and head.harness == harness_digest()
        and head.limits == rules.limits_of(assignment)  # which differ after a regrade
    )


def _kept_of(folder: Folder, submission: Submission) -> Kept | None:
    """Returns what is kept of this very submission, if it is all there."""
    try:
        record = unpack(folder.record(submission.id).read_bytes())
        inputs = Inputs.unpack(folder.inputs(record.head.inputs).read_bytes(), record.head.inputs)
    except (OSError, DamagedRecordError):
        return None
    helpers = {hash_of(data): data for data in submission.helpers.values()}
    return Kept(record.body, inputs, record.head, helpers) if record.body else None
