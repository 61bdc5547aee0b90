"""The journey of one submission, in order. This is the file to read first.

    config.yaml + reference/ ─► assignment ─┐
                                            ├─► sandbox ─► observations ─► marking ─► scorecard
    a file, folder, notebook, zip ─► submission ─┘

`read_assignment` and `read_submission` make the two inputs; `grade` takes them through the
sandbox and marking to a `Scorecard`; the rooms of report/ print it. Data moves one way: nothing
that the student's process says reaches back into the assignment.
"""

from __future__ import annotations

import importlib.util
import math
import re
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from msgspec import Struct
from msgspec.structs import replace

from grader.errors import GraderError, NotInstalledError
from grader.marking import compare, mark, redact
from grader.model import (
    Assignment,
    Case,
    Loaded,
    NotRun,
    Observation,
    Question,
    QuestionResult,
    Raised,
    Scorecard,
    Submission,
    TimedOut,
    Transcript,
)
from grader.remembering import remembered
from grader.sandbox.wire import WireError, encode

if TYPE_CHECKING:
    from grader.model import Value
    from grader.sandbox import Launcher

__all__ = [
    "fault_card",
    "grade",
    "mark_transcript",
    "observe",
    "read_assignment",
    "redact",
    "refuse_if_a_package_is_missing",
]

_PATIENCE = 2  # time-outs of a question before its remaining cases are skipped


class Worker(Protocol):
    """What the pipeline needs of a sandbox's session."""

    @property
    def loaded(self) -> Loaded: ...
    def call(self, function: str, args: tuple[Value, ...]) -> Observation: ...


@runtime_checkable
class AnswersMany(Protocol):
    """What a worker may offer beside that: several calls at once, as far as all goes well."""

    def call_many(self, calls: Sequence[tuple[str, bytes, int]]) -> list[Observation]: ...


def read_assignment(path: Path, *, wrong_answers: bool = True) -> Assignment:
    """The assignment at `path`: a config with its reference/, or the file of a handout.

    A config is validated whole, which takes the reference; a handout's assignment.json holds what
    students may have, and is read at once. Without wrong answers there is enough for a self-check.

    Raises:
        ConfigError: with every problem that was found in a config.
        UsageError: if a handout's file is damaged.
    """
    if path.suffix == ".json":
        from grader.public import read_public

        return read_public(path)
    from grader.assignment import load_assignment  # not in a handout's way: it takes its time

    return load_assignment(path, compare=compare, wrong_answers=wrong_answers)


def grade(
    assignment: Assignment,
    submission: Submission,
    launcher: Launcher,
    *,
    until: float = math.inf,
) -> tuple[Scorecard, Transcript]:
    """Runs and marks one submission.

    Args:
        assignment: validated.
        submission: as it was read.
        launcher: starts the process that it runs in.
        until: on the monotonic clock; what has not been called by then is not run.

    Returns:
        The staff's scorecard, and all that the student's process said, for a regrade. Whatever
        the submission does, there is a scorecard with the full maximum.

    Raises:
        GraderError: if the sandbox fails; never for anything that the submission did.
    """
    started = time.monotonic()
    if submission.problem is not None:
        transcript = Transcript(Loaded(), {}, launcher.isolation)
        return mark_transcript(assignment, submission, transcript, _NothingToRun())
    with launcher.open(submission) as session:
        recorder = Recorder(session, until=until)
        results = _observe_and_mark(assignment, recorder, session.loaded)
        transcript = Transcript(session.loaded, recorder.calls, launcher.isolation)
    refuse_if_a_package_is_missing(assignment, submission, transcript)
    card = scorecard(assignment, submission, transcript, results)
    return replace(card, wall_s=time.monotonic() - started), transcript


def _observe_and_mark(
    assignment: Assignment, recorder: Recorder, loaded: Loaded
) -> tuple[QuestionResult, ...]:
    observations = observe(assignment, recorder)
    return mark(assignment, observations, recorder.ask, loaded, expect=recorder.expect)


def observe(assignment: Assignment, recorder: Recorder) -> dict[str, list[Observation]]:
    """Calls the student's functions on every case: all shown ones first, then the hidden ones.

    The order matters: a function that keeps a hidden input has no shown call left in which to
    give it away. A question whose cases time out twice skips its rest.
    """
    seen: dict[str, dict[int, Observation]] = {q.id: {} for q in assignment.questions}
    slow: dict[str, int] = {}
    for asked in _asked(assignment):
        recorder.look_ahead([(one.function, one.encoded, len(one.args)) for one in asked])
        for one in asked:
            if slow.get(one.question, 0) >= _PATIENCE:
                seen[one.question][one.index] = Observation(NotRun("timed out twice"))
                continue
            observation = recorder.ask(one.function, one.args, one.encoded)
            if isinstance(observation.outcome, TimedOut):
                slow[one.question] = slow.get(one.question, 0) + 1
            seen[one.question][one.index] = observation
    return {
        question: [observed[index] for index in range(len(observed))]
        for question, observed in seen.items()
    }


class _Asked(Struct, frozen=True):
    """One case as it is asked; the same for every submission."""

    question: str
    index: int
    function: str
    args: tuple[Value, ...]
    encoded: bytes


@remembered(8)
def _asked(assignment: Assignment) -> tuple[tuple[_Asked, ...], ...]:
    """All shown cases, and all hidden ones."""
    return tuple(
        tuple(
            _Asked(question.id, index, question.function, case.args, encode(case.args))
            for question in assignment.questions
            for index, case in enumerate(_cases(question))
            if case.shown is shown
        )
        for shown in (True, False)
    )


_NO_MODULE = re.compile(r"No module named '(\w+)")
_LEFT_WITHOUT = ("NameError", "AttributeError", "TypeError", "UnboundLocalError")
"""What comes of `try: import torch`, `except ImportError: torch = None`."""


def refuse_if_a_package_is_missing(
    assignment: Assignment, submission: Submission, transcript: Transcript
) -> None:
    """Raises where a package that students may use is missing: that is no fault of theirs."""
    missing = _not_installed(assignment.packages)
    if not missing:
        return
    words = [problem.what for problem in transcript.loaded.problems]
    words += [
        f"{observation.outcome.exception}: {observation.outcome.message}"
        for observation in transcript.calls.values()
        if isinstance(observation.outcome, Raised)
    ]
    failed = {name for text in words for name in _NO_MODULE.findall(text)}
    caught = any(text.startswith(_LEFT_WITHOUT) for text in words)
    for name in missing:
        if name in failed or (caught and _imports(submission, name)):
            raise NotInstalledError(
                f"It imports {name}, which students may use and which is not installed where "
                f"the grader ran. Install {name} there and mark it again."
            )


@remembered(8)
def _not_installed(packages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in packages if importlib.util.find_spec(name) is None)


def _imports(submission: Submission, package: str) -> bool:
    texts = [chunk.text for chunk in submission.chunks]
    texts += [content.decode("utf-8", "replace") for content in submission.helpers.values()]
    statement = re.compile(
        rf"^[ \t]*(?:import|from)[ \t][^\n]*\b{re.escape(package)}\b", re.MULTILINE
    )
    return any(map(statement.search, texts))


def _cases(question: Question) -> tuple[Case, ...]:
    """The question's cases; of a free text, the one call that collects it."""
    return (_TEXT,) if question.marked_by_person else question.cases


_TEXT = Case(name="the text", args=(), expected=None, shown=True)


class Recorder:
    """Asks a worker, makes equal calls once, and keeps what they came to."""

    def __init__(
        self,
        worker: Worker,
        known: Mapping[tuple[str, bytes], Observation] | None = None,
        *,
        until: float = math.inf,
    ) -> None:
        self._worker = worker
        self._until = until
        self.calls: dict[tuple[str, bytes], Observation] = dict(known or {})

    def look_ahead(self, asked: Sequence[tuple[str, bytes, int]]) -> None:
        """Makes calls that will be asked for all at once, where the worker can.

        Args:
            asked: function, encoded arguments, and how many these are.
        """
        if not isinstance(self._worker, AnswersMany) or self._until < math.inf:
            return
        new = {
            (function, encoded): count
            for function, encoded, count in asked
            if (function, encoded) not in self.calls
        }
        calls = [(function, args, count) for (function, args), count in new.items()]
        if calls:
            self.calls.update(zip(new, self._worker.call_many(calls), strict=False))

    def expect(self, calls: Sequence[tuple[str, tuple[Value, ...]]]) -> None:
        """Makes calls that will probably be asked for, all at once; what cannot cross is left."""
        asked = []
        for function, args in calls:
            with suppress(WireError):
                asked.append((function, _encoded(args), len(args)))
        self.look_ahead(asked)

    def ask(
        self, function: str, args: tuple[Value, ...], encoding: bytes | None = None
    ) -> Observation:
        key = (function, encode(args) if encoding is None else encoding)
        if key not in self.calls:
            if time.monotonic() >= self._until:
                return Observation(NotRun("the time for marking was used up"))
            self.calls[key] = self._worker.call(function, args)
        return self.calls[key]


@remembered(8192)
def _encoded(args: tuple[Value, ...]) -> bytes:
    return encode(args)


class _NothingToRun:
    """Stands in for a worker when nothing that could run was handed in."""

    loaded = Loaded()

    def call(self, function: str, args: tuple[Value, ...]) -> Observation:
        return Observation(NotRun("no Python source was found in what was handed in"))


class _Nobody:
    """Stands in for a worker when marking from a transcript alone."""

    loaded = Loaded()

    def call(self, function: str, args: tuple[Value, ...]) -> Observation:
        raise NeedsRunError(f"of {function} no answer to such inputs is kept")


class NeedsRunError(GraderError):
    """Marking again needs a call that the transcript does not hold."""

    exit_code = 2


def mark_transcript(
    assignment: Assignment, submission: Submission, transcript: Transcript, worker: Worker | None
) -> tuple[Scorecard, Transcript]:
    """Marks again from what was observed; `worker` (if any) answers what is new.

    Raises:
        NeedsRunError: if new inputs would be needed and there is no worker.
    """
    recorder = Recorder(worker or _Nobody(), transcript.calls)
    results = _observe_and_mark(assignment, recorder, transcript.loaded)
    extended = replace(transcript, calls=recorder.calls)
    return scorecard(assignment, submission, extended, results), extended


def scorecard(
    assignment: Assignment,
    submission: Submission,
    transcript: Transcript,
    results: tuple[QuestionResult, ...],
) -> Scorecard:
    """All that the reports need, for the staff."""
    remarks = submission.remarks
    if submission.problem:
        remarks = (submission.problem, *remarks)
    return Scorecard(
        assignment=assignment.title,
        submission_id=submission.id,
        filename=submission.filename,
        questions=results,
        remarks=remarks,
        loaded=transcript.loaded,
        isolation=transcript.isolation,
        source=submission.chunks,
    )


def fault_card(assignment: Assignment, submission_id: str, error: BaseException) -> Scorecard:
    """The scorecard of a submission on which the grader itself failed: nothing is earned."""
    return Scorecard(
        assignment=assignment.title,
        submission_id=submission_id,
        filename="",
        questions=tuple(
            QuestionResult(
                question,
                status="to_mark" if question.marked_by_person else "not_run",
                score=Decimal(0),
            )
            for question in assignment.questions
        ),
        fault=str(error)
        if isinstance(error, NotInstalledError)
        else "".join(traceback.format_exception(error)),
    )
