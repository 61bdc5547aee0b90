"""A self-check judges shown cases and properties, and knows what it cannot know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from checks import ASSIGNMENT, DOUBLE, HALF, RIGHT, Call, checked, double, unwritten
from msgspec.structs import replace

from grader.model import (
    Killed,
    Loaded,
    Malformed,
    Missing,
    NotRun,
    Observation,
    Property,
    Raised,
    Returned,
    Submission,
    TimedOut,
)
from grader.report.check import render_check
from grader.report.terminal import Screen
from grader.selfcheck import self_check, settle


def statuses(**changed: Any) -> list[str]:
    return [question.status for question in checked(**changed).questions]


def property_(check: Any, name: str) -> Any:
    return next(known for known in check.questions[0].properties if known.name == name)


def test_all_that_is_public_passes_for_a_right_solution() -> None:
    found = checked()
    assert [question.status for question in found.questions] == ["passed"] * 3 + ["to_mark"]
    assert found.all_well
    assert (found.passed, found.total, found.hidden) == (8, 8, 4)


@pytest.mark.parametrize(
    ("similar", "hint"), [("area_of", "; is it the one you called area_of?"), ("areas", ".")]
)
def test_a_function_that_another_question_asks_for_is_not_the_one_that_is_missing(
    similar: str, hint: str
) -> None:
    class WithoutArea:
        loaded = Loaded(functions=(similar,))

        def call(self, function: str, args: tuple[Any, ...]) -> Observation:
            return Observation(Missing((similar,)))

    first, second, *_ = ASSIGNMENT.questions
    named = (replace(first, function="area"), replace(second, function="areas"))
    found = self_check(
        replace(ASSIGNMENT, questions=named), Submission("", "solution.py"), WithoutArea()
    )
    assert found.questions[0].result.help[0] == f"No function named area is defined{hint}"


def test_hidden_cases_are_never_called() -> None:
    asked: list[str] = []

    def spying(number: Any) -> Any:
        asked.append(repr(number))
        return double(number)

    checked(double=spying)
    assert "3" in asked
    assert not {"987654321", "-5"} & set(asked)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"double": None}, "missing"),
        ({"double": unwritten}, "not_run"),
        ({"double": lambda number: 7}, "failed"),
        ({"double": lambda number: number * 2}, "partial"),  # accepts text
        ({"double": lambda number: number * 3}, "partial"),
        ({"double": 7}, "failed"),  # no function
    ],
)
def test_a_question_stands_as_its_checks_do(changed: dict[str, Any], expected: str) -> None:
    found = checked(**changed)
    assert found.questions[0].status == expected
    assert not found.all_well


def test_a_question_without_public_checks_is_looked_for_all_the_same() -> None:
    assert statuses()[2] == "passed"
    assert statuses(secret=None)[2] == "missing"


@pytest.mark.parametrize("why", [lambda: 1 / 0, lambda: 5, lambda: None, lambda: ""])
def test_where_a_person_would_have_nothing_before_them_not_all_is_well(why: Any) -> None:
    found = checked(why=why)
    assert found.questions[3].status == "failed"
    assert not found.all_well
    assert found.questions[3].result.text is not None
    assert found.questions[3].result.text.findings[0] in render_check(
        found, Screen(width=200, plain=True)
    )


def test_a_text_is_for_a_person_and_missing_if_it_is_not_there() -> None:
    assert statuses()[3] == "to_mark"
    assert statuses(why=None)[3] == "missing"
    assert statuses(why=unwritten)[3] == "not_run"
    (finding,) = checked(why=lambda: "no idea").questions[3].result.text.findings  # type: ignore[union-attr]
    assert finding == "2 words, at least 3 were asked for"


def test_a_property_that_needs_an_unwritten_function_of_another_question_waits() -> None:
    for absent in (None, unwritten):
        found = checked(half=absent)
        assert found.questions[0].status == "passed"
        known = property_(found, "half_undoes_double")
        assert not known.holds
        assert known.function == "half"
        assert found.passed < found.total


def test_a_property_that_another_function_breaks_counts_against_the_question() -> None:
    found = checked(half=lambda number: number)
    assert found.questions[0].status == "partial"
    assert property_(found, "half_undoes_double").said == "half of the double of 5 is not 5"


def test_a_students_exception_comes_to_a_property_as_the_built_in_class_that_it_is() -> None:
    class NoText(TypeError):
        pass

    def strict(number: Any) -> Any:
        if isinstance(number, str):
            raise NoText("no text")
        return number * 2

    assert property_(checked(double=strict), "double_refuses_text").holds


def test_an_exception_that_a_property_lets_through_is_told_as_it_was() -> None:
    def broken(number: Any) -> Any:
        raise KeyError("lost")

    known = property_(checked(double=broken), "double_is_even")
    assert not known.holds
    assert known.outcome == Raised("KeyError", known.outcome.bases, "'lost'")
    assert known.function == "double"


def test_a_property_may_change_what_it_was_given_and_what_it_hands_over() -> None:
    def selfish(call: Call) -> str | None:
        image = np.ones(3)
        first = call("double", image)
        first[:] = 0
        image[:] = 1
        return None if np.all(call("double", np.ones(3)) == 2) else "changed"

    def greedy(image: Any) -> Any:
        result = image * 2
        image[:] = 99
        return result

    question = replace(DOUBLE, cases=(), properties=(Property("selfish", selfish),))
    found = checked(replace(ASSIGNMENT, questions=(question,)), double=greedy)
    assert found.questions[0].properties[0].holds


@pytest.mark.parametrize(
    "outcome",
    [TimedOut(5.0), Killed("memory"), Malformed("odd"), NotRun("no time"), Missing()],
)
def test_a_call_that_does_not_come_back_ends_a_property(outcome: Any) -> None:
    def holds(call: Call) -> str | None:
        try:
            call("double", 1)
        except Exception:  # noqa: BLE001 - even one that catches everything
            return "went on"
        return None

    result = settle(Property("holds", holds), lambda function, args: Observation(outcome))
    assert result.outcome == outcome
    assert not result.holds


def test_what_would_end_a_program_ends_a_property_only() -> None:
    outcome = Raised("SystemExit", ("SystemExit", "BaseException"), "0")
    result = settle(
        Property("holds", lambda call: call("double", 1)),
        lambda function, args: Observation(outcome),
    )
    assert result.outcome == outcome


def test_what_a_property_makes_of_rubbish_warns_nobody() -> None:
    """Warnings are errors in these tests; a student would be shown a line of the property's."""

    def holds(call: Call) -> str | None:
        return "no number" if np.array([call("f")]).astype(np.int64)[0] else None

    result = settle(Property("holds", holds), lambda f, args: Observation(Returned(float("nan"))))
    assert result.said == "no number"


def test_a_property_that_cannot_read_a_result_says_so_itself() -> None:
    def holds(call: Call) -> str | None:
        raise ValueError(f"expected a whole number, got {call('double', 1)!r}")

    result = settle(Property("holds", holds), lambda f, args: Observation(Returned([2])))
    assert result.said == "expected a whole number, got [2]"
    assert result.outcome is None


def test_numpy_numbers_that_a_property_hands_over_arrive_as_plain_ones() -> None:
    asked: list[Any] = []

    def holds(call: Call) -> str | None:
        call("double", np.int64(3), (np.float64(2.5),))
        return None

    def ask(function: str, args: tuple[Any, ...]) -> Observation:
        asked.append(args)
        return Observation(Returned(None))

    assert settle(Property("holds", holds), ask).holds
    assert asked == [(3, (2.5,))]
    assert type(asked[0][0]) is int


def test_what_a_property_may_not_hand_over_is_the_authors_mistake_in_a_sentence() -> None:
    result = settle(
        Property("holds", lambda call: call("double", object())),
        lambda function, args: Observation(Returned(None)),
    )
    assert result.said is not None
    assert "the property calls with object" in result.said


class Slow:
    """A worker on which one function never comes back."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    @property
    def loaded(self) -> Any:
        from grader.model import Loaded

        return Loaded(functions=tuple(RIGHT))

    def call(self, function: str, args: tuple[Any, ...]) -> Observation:
        self.calls.append(function)
        if function == "double":
            return Observation(TimedOut(5.0))
        return Observation(Returned(RIGHT[function](*args)))


def test_a_function_that_never_comes_back_is_tried_twice_and_costs_only_its_own() -> None:
    worker = Slow()
    found = self_check(ASSIGNMENT, Submission(id="", filename=""), worker)
    assert worker.calls.count("double") == 2
    assert found.questions[0].status == "failed"
    assert found.questions[1].status == "passed"


def test_only_what_is_public_reaches_the_report() -> None:
    found = checked()
    for question in found.questions:
        assert all(result.case.shown for result in question.result.cases)
        assert all(case.shown for case in question.result.question.cases)
        assert question.result.question.reference is None


def test_the_question_on_its_own_counts_its_own_hidden_cases() -> None:
    found = checked(replace(ASSIGNMENT, questions=(HALF,)))
    assert found.hidden == 1
