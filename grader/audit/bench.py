"""Runs submissions that the audit made up, several at a time, and marks them as any other.

What is asked is batched, since a mutant is asked many small things (driver.py); where a batch as a
whole comes to nothing (a call ends the process, or returns what cannot cross), each call is made on
its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from msgspec.structs import replace

from grader.model import (
    Assignment,
    Limits,
    NotRun,
    Observation,
    Raised,
    Returned,
    Submission,
    TimedOut,
    Transcript,
)
from grader.pipeline import mark_transcript
from grader.sandbox import start_launcher
from grader.sandbox.wire import encode

if TYPE_CHECKING:
    from grader.audit.inputs import Args
    from grader.model import Isolation, Question, QuestionResult
    from grader.sandbox import Launcher, Session

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told what is going on, how much of it is done, and how much there is."""

T = TypeVar("T")
R = TypeVar("R")

_PATIENCE: Final = 2  # as the pipeline has it
_LEAST_S: Final = 0.1  # of processor time that a call may use
_SLOWER: Final = 20  # times that a call may take longer than the reference's slowest
_FIRST_BATCH: Final = 32
_LARGEST_BATCH: Final = 4096
_QUICK_S: Final = 0.1  # a batch that took less is followed by a larger one
_SLOW_S: Final = 0.25  # one that took more, by a smaller one


class Bench:
    """A launcher, and as many submissions at once as there are workers."""

    def __init__(self, launcher: Launcher, workers: int, progress: Progress) -> None:
        self.workers = workers
        self.progress = progress
        self.call_cpu_s = launcher.limits.call_s  # stopped from inside, by the driver
        self._launcher = launcher

    @property
    def isolation(self) -> Isolation:
        return self._launcher.isolation

    @contextmanager
    def open(self, submission: Submission) -> Iterator[Session]:
        """Loads a submission into a worker."""
        limit = {"call_cpu_s": str(self.call_cpu_s).encode()}
        submission = replace(submission, helpers={**submission.helpers, **limit})
        with self._launcher.open(submission) as session:
            yield session

    def calibrate(self, calls: Sequence[tuple[str, Args]], reference: Submission) -> None:
        """Decides how long a call may take, from how long the reference takes for these."""
        with self.open(reference) as session:
            outcome = session.call("slowest", (list(calls),)).outcome
        slowest = outcome.value if isinstance(outcome, Returned) else self._launcher.limits.call_s
        if isinstance(slowest, float):
            self.call_cpu_s = min(max(_LEAST_S, _SLOWER * slowest), self._launcher.limits.call_s)

    def mark(
        self, questions: Iterable[Question], submission: Submission
    ) -> dict[str, QuestionResult]:
        """Takes a submission through the whole journey; the results by question.

        The submission holds the driver. Each question is marked by its own cases alone.
        """
        alone = tuple(replace(question, builds_on=None) for question in questions)
        assignment = Assignment(title="", filename="", questions=alone)
        calls = [
            (question.function, case.args)
            for shown in (True, False)  # as the pipeline asks, so that it meets the same time-outs
            for question in assignment.questions
            for case in question.cases
            if case.shown is shown and not case.rule.keep_inputs  # a batch notices no change
        ]
        with self.open(submission) as session:
            observed = {
                (function, encode(args)): observation
                for (function, args), observation in zip(
                    calls, observe_batch(session, calls, patience=_PATIENCE), strict=False
                )
            }
            transcript = Transcript(session.loaded, observed, self.isolation)
            card, _ = mark_transcript(assignment, submission, transcript, session)
        return {result.question.id: result for result in card.questions}

    def map(self, stage: str, task: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Does a task for each item, several at a time, and tells how many are done."""
        done = 0
        lock = threading.Lock()

        def run(item: T) -> R:
            nonlocal done
            result = task(item)
            with lock:
                done += 1
                self.progress(stage, done, len(items))
            return result

        self.progress(stage, 0, len(items))
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(run, items))


@contextmanager
def open_bench(
    limits: Limits, *, workers: int, imports: tuple[str, ...], progress: Progress
) -> Iterator[Bench]:
    """Starts a bench's launcher; `imports` are done once for all."""
    # the author's own code: as much isolation as there is, and no secret to keep
    with start_launcher(limits, imports=imports, isolation="preferred") as launcher:
        yield Bench(launcher, workers, progress)


# --------------------------------------------------------------------------- many calls at once


def observe(session: Session, function: str, inputs: Sequence[Args]) -> list[Observation]:
    """Calls one function with many arguments, in few exchanges."""
    observations: list[Observation] = []
    for start, stop in batches(len(inputs)):
        calls = [(function, args) for args in inputs[start:stop]]
        observations += observe_batch(session, calls) or [observe_one(session, c) for c in calls]
    return observations


def observe_one(session: Session, call: tuple[str, Args]) -> Observation:
    """What one call came to: by the driver, which stops a loop soon, or else by the sandbox."""
    found = observe_batch(session, [call])
    return found[0] if found else session.call(*call)


def observe_batch(
    session: Session, calls: Sequence[tuple[str, Args]], *, patience: int = 0
) -> list[Observation]:
    """What each of a batch's calls came to; nothing if the batch as a whole came to nothing.

    With `patience`, a function that was late so often is not tried again.
    """
    outcome = session.call("call_many", (list(calls), patience)).outcome
    entries: Any = outcome.value if isinstance(outcome, Returned) else None
    if not isinstance(entries, list):
        return []
    observations = [Observation(found) for entry in entries if (found := _outcome(entry))]
    return observations if len(observations) == len(calls) else []


def _outcome(entry: Any) -> Returned | Raised | TimedOut | NotRun | None:
    match entry:
        case ("returned", value):
            return Returned(value)
        case ("raised", [kind, *bases]):
            return Raised(str(kind), tuple(map(str, bases)))
        case ("late", float(limit_s)):
            return TimedOut(limit_s)
        case ("skipped", None):
            return NotRun("timed out twice")
        case _:
            return None


class Pace:
    """How many calls the next batch makes: more after a quick one, fewer after a slow one."""

    def __init__(self) -> None:
        self.size = _FIRST_BATCH
        self._begun = time.monotonic()

    def end(self, start: int, count: int) -> int:
        """Where a batch ends that starts now."""
        self._begun = time.monotonic()
        return min(start + self.size, count)

    def adapt(self) -> None:
        """Takes note that the batch is done."""
        took_s = time.monotonic() - self._begun
        if took_s < _QUICK_S:
            self.size = min(2 * self.size, _LARGEST_BATCH)
        elif took_s > _SLOW_S:
            self.size = max(self.size // 4, 1)


def batches(count: int) -> Iterator[tuple[int, int]]:
    """Cuts a range into batches."""
    start, pace = 0, Pace()
    while start < count:
        stop = pace.end(start, count)
        yield start, stop
        pace.adapt()
        start = stop
