"""Where one submission is marked: run, judged, and turned into the files that are written of it.

A desk touches no results on disk. It takes a submission and gives back bytes, so it works the same
in the grader's own process, in one that was forked for it (desks.py) and on another machine
(cluster.py). It has a launcher for each set of modules that submissions import, and keeps the last
few, so that a submission meets the same interpreter alone, in a small class and in a large one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from grader.classroom import records
from grader.classroom.review import Marks, with_marks
from grader.classroom.rules import limits_of
from grader.errors import AuthorError
from grader.harness import harness_digest
from grader.model import (
    Assignment,
    Loaded,
    Observation,
    Scorecard,
    Submission,
    Transcript,
)
from grader.pipeline import (
    NeedsRunError,
    fault_card,
    grade,
    mark_transcript,
    redact,
    refuse_if_a_package_is_missing,
)
from grader.report import gradescope, page
from grader.report.rows import Row, row_of
from grader.sandbox import Launcher, Session
from grader.submission import imports_of

if TYPE_CHECKING:
    from grader.model import Value

OpenLauncher: TypeAlias = Callable[[tuple[str, ...]], Launcher]
"""Starts a launcher, which imports these modules."""
_MOST_LAUNCHERS: Final = 6
"""A desk keeps so many, each with modules of its own in memory."""


class Kept(Struct, frozen=True):
    """What is known of a submission from before: enough to mark it without running it."""

    body: bytes
    inputs: records.Inputs
    head: records.Head
    helpers: Mapping[str, bytes] = field(default_factory=dict)  # needed only if it is to run


class Task(Struct, frozen=True):
    """A submission to be marked: as handed in, or as it was kept."""

    id: str
    submission: Submission | None = None
    kept: Kept | None = None
    may_run: bool = True  # False: only from what was kept; if that does not suffice, say so
    row_only: bool = False  # decide the marks, and write nothing of them


class Marked(Struct, frozen=True):
    """A submission that has been marked: all that is written of it."""

    id: str
    row: Row
    files: Mapping[str, bytes]
    record: bytes
    helpers: Mapping[str, bytes] = field(default_factory=dict)  # hash -> content
    fault: str = ""  # the traceback, when the grader itself failed
    needs_run: str = ""  # why nothing could be decided without running the code
    card: Scorecard | None = None  # staff's; only from a desk in the same process


class Desk:
    """Marks one submission after the other."""

    def __init__(
        self, assignment: Assignment, open_launcher: OpenLauncher, marks: Marks | None = None
    ) -> None:
        self.assignment = assignment
        self.inputs = records.Inputs.of_assignment(assignment)
        self.marks = marks or Marks()
        self._open_launcher = open_launcher
        self._launchers: dict[tuple[str, ...], Launcher] = {}  # the one used last stands last

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *raised: object) -> None:
        with ExitStack() as stack:
            for launcher in self._launchers.values():
                stack.push(launcher)

    def mark(self, task: Task) -> Marked:
        """Decides everything that is written of one submission, whatever it does.

        Raises:
            AuthorError: no submission can be marked so, as they cannot be isolated.
        """
        try:
            card, submission, transcript = self._card(task)
        except AuthorError:
            raise
        except NeedsRunError as error:
            card = fault_card(self.assignment, task.id, error)
            return Marked(task.id, row_of(card), files={}, record=b"", needs_run=str(error))
        except Exception as error:  # noqa: BLE001 - one submission's fault must not stop the others
            return self.faulted(task, error)
        card = with_marks(card, self.marks)
        if task.row_only:
            return Marked(task.id, row_of(card), files={}, record=b"")
        return self._finish(card, submission, transcript, task.kept)

    def faulted(self, task: Task, error: BaseException) -> Marked:
        """Decides what is written of a submission on which the grader itself failed."""
        kept = task.kept if task.submission is None else None  # then it is all that there is
        card = fault_card(self.assignment, task.id, error)
        return self._finish(card, task.submission, None, kept)

    def _card(self, task: Task) -> tuple[Scorecard, Submission, Transcript]:
        if task.kept is None:
            if task.submission is None:
                raise ValueError(f"task {task.id!r} holds nothing to mark")
            card, transcript = grade(
                self.assignment, task.submission, self._launcher(task.submission)
            )
            return card, task.submission, transcript
        submission, transcript = records.unpack_body(
            task.kept.body,
            submission_id=task.id,
            inputs=task.kept.inputs,
            helpers=task.kept.helpers,
        )
        sessions: list[Session] = []
        with ExitStack() as opened:

            def start() -> Session:
                sessions.append(opened.enter_context(self._launcher(submission).open(submission)))
                return sessions[-1]

            worker = _OnDemand(start) if task.may_run else None
            card, transcript = mark_transcript(self.assignment, submission, transcript, worker)
        for session in sessions:
            ran = replace(transcript, loaded=session.loaded)
            refuse_if_a_package_is_missing(self.assignment, submission, ran)
        return replace(card, wall_s=task.kept.head.row.wall_s), submission, transcript

    def _launcher(self, submission: Submission) -> Launcher:
        imports = imports_of(submission)
        launcher = self._launchers.pop(imports, None)
        if launcher is None:
            if len(self._launchers) >= _MOST_LAUNCHERS:
                self._launchers.pop(next(iter(self._launchers))).close()
            launcher = self._open_launcher(imports)
        self._launchers[imports] = launcher
        return launcher

    def _finish(
        self,
        card: Scorecard,
        submission: Submission | None,
        transcript: Transcript | None,
        kept: Kept | None,
    ) -> Marked:
        row = row_of(card)
        seen = redact(card, "student")
        files = {
            "results.json": gradescope.encoded(seen, digest=self.assignment.digest),
            "report.html": page.encoded(seen),
            "staff.html": page.encoded(card),
        }
        body = b""
        helpers: dict[str, bytes] = {}
        if submission is not None and transcript is not None:
            # of what was kept, the helper files themselves were read only if it was to run
            named = records.source_of(kept.body)[1] if kept else None
            body = records.pack_body(submission, transcript, self.inputs, named)
            helpers = {records.hash_of(data): data for data in submission.helpers.values()}
        elif kept is not None:
            return self._not_marked_again(card, row, files, kept)
        head = records.Head(
            id=card.submission_id,
            submission=handed_digest(submission) if submission is not None else "",
            assignment=self.assignment.digest,
            harness=kept.head.harness if kept else harness_digest(),
            marks=self.marks.digest(row),
            row=row,
            code=code_digest(submission) if submission is not None else "",
            files={name: records.hash_of(data) for name, data in files.items()},
            inputs=self.inputs.name,
            body=records.hash_of(body) if body else "",
            limits=kept.head.limits if kept else limits_of(self.assignment),
        )
        return Marked(
            id=card.submission_id,
            row=row,
            files=files,
            record=records.pack(records.Record(head, body)),
            helpers=helpers,
            fault=card.fault or "",
            card=card,
        )

    def _not_marked_again(
        self, card: Scorecard, row: Row, files: Mapping[str, bytes], kept: Kept
    ) -> Marked:
        """What is written of a regrade that failed: the fault, beside all that was kept."""
        head = replace(
            kept.head,
            assignment=self.assignment.digest,
            marks=self.marks.digest(row),
            row=row,
            files={name: records.hash_of(data) for name, data in files.items()},
        )
        record = records.pack(records.Record(head, kept.body))
        return Marked(card.submission_id, row, files, record, fault=card.fault or "", card=card)


class _OnDemand:
    """A worker that is started when it is first asked."""

    def __init__(self, start: Callable[[], Session]) -> None:
        self._start = start

    @cached_property
    def _session(self) -> Session:
        return self._start()

    @property
    def loaded(self) -> Loaded:
        return self._session.loaded

    def call(self, function: str, args: tuple[Value, ...]) -> Observation:
        return self._session.call(function, args)


# --------------------------------------------------------------------------- what a mark hangs on


def handed_digest(submission: Submission) -> str:
    """Decides whether two submissions give the same results: what runs, and what is said of it."""
    told = (submission.digest, submission.filename, submission.problem or "", *submission.remarks)
    digest = hashlib.sha256()
    for piece in told:
        data = piece.encode("utf-8", "backslashreplace")
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()


def code_digest(submission: Submission) -> str:
    """Decides whether two submissions are the same code; empty when none was handed in."""
    wrote = any(chunk.text.strip() for chunk in submission.chunks)
    return submission.digest if wrote else ""
