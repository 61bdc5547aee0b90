"""Runs submissions that the audit made up, several at a time, and marks them as any other.

A worker's time is short here, because every mutant that loops for ever costs all of it. So that a
busy machine kills no mutant that is only slow, what failed by time alone is run again with more
time (`patient`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Final, TypeVar

from grader.model import Assignment, Limits, Observation, Raised, Returned, Submission, TimedOut
from grader.pipeline import grade
from grader.sandbox import start_launcher

if TYPE_CHECKING:
    from grader.model import Isolation, QuestionResult, Value
    from grader.sandbox import Launcher, Session

    T = TypeVar("T")
    R = TypeVar("R")

_SHORT_S: Final = 0.5
_MEMORY: Final = 256 << 20
_PATIENT_S: Final = 2.0
_FIRST_BATCH: Final = 16  # calls that one exchange with a worker makes
_LARGEST_BATCH: Final = 512
_QUICK_S: Final = 0.05  # a batch that took less is followed by a larger one

DRIVER: Final = """
def call_many(name, inputs):
    results = []
    for args in inputs:
        try:
            results.append(("returned", globals()[name](*args)))
        except Exception as error:
            kinds = [kind.__name__ for kind in type(error).__mro__]
            results.append(("raised", kinds))
    return results
"""


class Bench:
    """Launchers, and as many submissions at once as there are workers."""

    def __init__(self, limits: Limits, *, workers: int, torch: bool = False) -> None:
        """Starts what it needs; `torch` says whether a right implementation imports it."""
        self.workers = workers
        self._limits = limits
        self._torch = torch
        self._open = ExitStack()
        self._lock = threading.Lock()
        self._launchers: dict[bool, Launcher] = {}
        self.runs = 0

    def __enter__(self) -> Bench:
        self._launcher(patient=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def _launcher(self, *, patient: bool) -> Launcher:
        with self._lock:
            if patient not in self._launchers:
                limits = replace(
                    self._limits,
                    call_s=min(_PATIENT_S if patient else _SHORT_S, self._limits.call_s),
                    memory_bytes=min(_MEMORY, self._limits.memory_bytes),
                )
                # the author's own code: as much isolation as there is, and no secret to keep
                launcher = start_launcher(limits, torch=self._torch, isolation="preferred")
                self._launchers[patient] = self._open.enter_context(launcher)
            return self._launchers[patient]

    @property
    def isolation(self) -> Isolation:
        return self._launcher(patient=False).isolation

    def mark(
        self, assignment: Assignment, submission: Submission, *, patient: bool = False
    ) -> dict[str, QuestionResult]:
        """Takes a submission through the whole journey; the results by question."""
        card, _ = grade(assignment, submission, self._launcher(patient=patient))
        with self._lock:
            self.runs += 1
        results = {result.question.id: result for result in card.questions}
        if not patient and any(map(_failed_by_time_alone, results.values())):
            return self.mark(assignment, submission, patient=True)
        return results

    def observe(
        self,
        submission: Submission,
        function: str,
        inputs: Sequence[tuple[Value, ...]],
        *,
        singly: bool = False,
        until: Callable[[int, Observation], bool] = lambda index, observation: False,
    ) -> list[Observation]:
        """Calls one function with many arguments, in few exchanges with a worker.

        Args:
            submission: holds `DRIVER`.
            function: one of its functions.
            inputs: the arguments of each call.
            singly: make each call on its own, so that a changed input is noticed.
            until: told of each call; once it says True, no more calls are made.

        Returns:
            As many observations as calls were made.
        """
        observations: list[Observation] = []
        with self._lock:
            self.runs += 1
        with self._launcher(patient=False).open(submission) as session:
            size = 1 if singly else _FIRST_BATCH
            while len(observations) < len(inputs):
                begun = time.monotonic()
                batch = inputs[len(observations) : len(observations) + size]
                for observation in _called(session, function, batch):
                    observations.append(observation)
                    if until(len(observations) - 1, observation):
                        return observations
                if not singly and time.monotonic() - begun < _QUICK_S:
                    size = min(2 * size, _LARGEST_BATCH)
        return observations

    def map(
        self, task: Callable[[T], R], items: Sequence[T], tick: Callable[[int, int], None]
    ) -> list[R]:
        """Does a task for each item, several at a time; `tick` is told how many are done."""
        done = 0
        with ThreadPoolExecutor(self.workers) as pool:

            def tell(result: R) -> R:
                nonlocal done
                done += 1
                tick(done, len(items))
                return result

            tick(0, len(items))
            return [tell(result) for result in pool.map(task, items)]


def _failed_by_time_alone(result: QuestionResult) -> bool:
    outcomes = [case.observation.outcome for case in result.cases if not case.passed]
    return any(isinstance(outcome, TimedOut) for outcome in outcomes) and not any(
        isinstance(outcome, Returned | Raised) for outcome in outcomes
    )


def _called(
    session: Session, function: str, batch: Sequence[tuple[Value, ...]]
) -> Iterable[Observation]:
    """What each call of a batch came to; call by call where the batch as one came to nothing."""
    if len(batch) > 1:
        outcome = session.call("call_many", (function, list(batch))).outcome
        if isinstance(outcome, Returned) and isinstance(outcome.value, list):
            yield from (Observation(_outcome(entry)) for entry in outcome.value)
            return
    for args in batch:
        yield session.call(function, args)


def _outcome(entry: object) -> Returned | Raised:
    match entry:
        case ("returned", value):
            return Returned(value)  # type: ignore[arg-type]
        case ("raised", [kind, *bases]):
            return Raised(str(kind), tuple(map(str, bases)))
        case _:
            raise ValueError(f"the driver answered {entry!r}")
