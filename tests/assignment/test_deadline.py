"""The author's code is called so that whatever it does, the grader goes on."""

from __future__ import annotations

import _thread
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.assignment import deadline
from grader.assignment.deadline import Deadline, Result, Stuck, exception_kind
from grader.model import Raised, Returned, TimedOut


def outcome(function: Callable[..., Any], *args: Any, limit_s: float = 0.1) -> Result:
    return Deadline(limit_s).run(lambda deadline: deadline.call(function, *args))


def spin() -> None:
    while True:
        pass


def spin_and_swallow() -> str:
    try:
        spin()
    except BaseException:  # noqa: BLE001 (what an author might do)
        return "done"
    return "never"


def test_a_value_comes_back() -> None:
    assert outcome(divmod, 7, 2) == Returned((3, 1))


def test_keywords_are_handed_on_whatever_they_are_called() -> None:
    result = Deadline(1).run(lambda deadline: deadline.call(dict, self=1, function=2))
    assert result == Returned({"self": 1, "function": 2})


@pytest.mark.parametrize(
    "error", [KeyError("k"), SystemExit(3), KeyboardInterrupt(), GeneratorExit()]
)
def test_an_exception_of_any_kind_is_an_outcome(error: BaseException) -> None:
    def fail() -> None:
        raise error

    result = outcome(fail)
    assert isinstance(result, Raised)
    assert result.exception == type(error).__name__
    assert exception_kind(result) is type(error)
    assert result.frames[-1].function == "fail"


def test_a_loop_is_ended_at_the_limit() -> None:
    started = time.monotonic()
    assert outcome(spin) == TimedOut(0.1)
    assert time.monotonic() - started < 1


def test_the_calls_after_a_loop_are_made_as_if_nothing_had_been() -> None:
    def work(deadline: Deadline) -> list[Result]:
        return [
            deadline.call(spin if index % 2 else abs, *[] if index % 2 else [-1])
            for index in range(6)
        ]

    assert Deadline(0.05).run(work) == [Returned(1), TimedOut(0.05)] * 3


def test_a_call_that_swallows_its_end_has_timed_out_all_the_same() -> None:
    assert outcome(spin_and_swallow) == TimedOut(0.1)


def test_a_call_that_waits_in_c_is_given_up() -> None:
    release = threading.Event()
    with pytest.raises(Stuck) as caught:
        outcome(release.wait, 10)
    release.set()
    assert caught.value.limit_s == 0.1


def test_calls_that_end_near_the_limit_never_harm_the_next_one() -> None:
    def work(deadline: Deadline) -> set[str]:
        seen = set()
        for extra in range(40):
            end = time.monotonic() + 0.0195 + extra * 2.5e-5
            result = deadline.call(
                lambda end=end: [None for _ in iter(lambda: time.monotonic() < end, False)]
            )
            seen.add(type(result).__name__)
            for _ in range(50):
                assert deadline.call(abs, -1) == Returned(1)
        return seen

    assert Deadline(0.02).run(work) <= {"Returned", "TimedOut"}


def test_a_fault_of_the_work_itself_is_raised_where_it_was_asked_for() -> None:
    def work(deadline: Deadline) -> None:
        raise LookupError("ours")

    with pytest.raises(LookupError, match="ours"):
        Deadline(1).run(work)


def test_warnings_are_no_errors_whatever_the_filters_say() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = outcome(lambda: float(np.float64(1) / np.float64(0)))
        assert result == Returned(float("inf"))
        with pytest.raises(UserWarning):
            warnings.warn("still an error", stacklevel=1)


def test_a_thread_that_dies_before_it_begins_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stillborn(function: Callable[..., Any], *rest: Any) -> int:
        return start(lambda *_: None, *rest)  # as where there is no memory for its first call

    start = _thread.start_new_thread
    monkeypatch.setattr(deadline, "_BEGIN_S", 0.05)
    monkeypatch.setattr(_thread, "start_new_thread", stillborn)
    with pytest.raises(MemoryError):
        outcome(abs, -1)


def test_it_works_outside_the_main_thread() -> None:
    results: list[Result] = []
    thread = threading.Thread(target=lambda: results.append(outcome(spin)))
    thread.start()
    thread.join()
    assert results == [TimedOut(0.1)]
