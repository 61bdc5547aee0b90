"""What is asked of a worker: each call once, and together what can be known beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.model import Loaded, Observation, Returned
from grader.pipeline import Recorder, grade, read_assignment
from grader.sandbox import Session, start_launcher, wire
from grader.submission import read_submission

if TYPE_CHECKING:
    from grader.model import Value

ROOT = Path(__file__).parent.parent


class Worker:
    """Doubles numbers; of several at once it answers only so many."""

    loaded = Loaded()

    def __init__(self, at_once: int = 100) -> None:
        self.at_once = at_once
        self.alone: list[object] = []
        self.together: list[list[object]] = []

    def call(self, function: str, args: tuple[Value, ...]) -> Observation:
        self.alone.append(args)
        return self._doubled(args)

    def call_many(self, calls: Sequence[tuple[str, bytes, int]]) -> list[Observation]:
        asked = [wire.decode(args) for _, args, _ in calls]
        self.together.append(asked)
        return [self._doubled(args) for args in asked[: self.at_once]]

    def _doubled(self, args: Value) -> Observation:
        assert isinstance(args, tuple)
        return Observation(Returned(2 * args[0]))


def test_what_is_expected_is_asked_together_and_then_known() -> None:
    worker = Worker()
    recorder = Recorder(worker)
    recorder.expect([("f", (1,)), ("f", (2,)), ("f", (1,))])
    assert recorder.ask("f", (2,)).outcome == Returned(4)
    assert recorder.ask("f", (1,)).outcome == Returned(2)
    recorder.expect([("f", (1,))])
    assert (worker.together, worker.alone) == ([[(1,), (2,)]], [])


def test_what_was_not_answered_together_is_asked_alone() -> None:
    worker = Worker(at_once=1)
    recorder = Recorder(worker)
    recorder.expect([("f", (1,)), ("f", (2,))])
    assert recorder.ask("f", (2,)).outcome == Returned(4)
    assert worker.alone == [(2,)]


def test_what_cannot_cross_is_not_asked() -> None:
    worker = Worker()
    Recorder(worker).expect([("f", (object(),)), ("f", (2,))])  # type: ignore[arg-type]
    assert worker.together == [[(2,)]]


def test_what_follows_from_a_students_steps_takes_no_round_trip_for_each_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone: list[str] = []
    call = Session.call

    def counted(self: Session, function: str, args: tuple[Value, ...]) -> Observation:
        alone.append(function)
        return call(self, function, args)

    monkeypatch.setattr(Session, "call", counted)
    assignment = read_assignment(ROOT / "config.yaml")
    example = ROOT / "submissions_example" / "carried_forward"
    submission = read_submission(example, expected_name=assignment.filename, submission_id="a")
    with start_launcher(assignment.limits, isolation="preferred") as launcher:
        card, transcript = grade(assignment, submission, launcher)
    assert any(result.basis == "follow_through" for result in card.questions)
    cases = {
        (question.function, wire.encode(case.args))
        for question in assignment.questions
        for case in question.cases
    }
    asked = [key for key in transcript.calls if key not in cases]
    assert len(asked) > 20
    assert len(alone) < 5
