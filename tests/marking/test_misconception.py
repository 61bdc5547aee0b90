"""Which wrong answers are diagnosed, and what they earn."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from marking_examples import (
    case,
    close,
    mark_one,
    question,
    raised,
    returned,
    wrong,
)

from grader.model import (
    Killed,
    Malformed,
    Missing,
    NotRun,
    Observation,
    QuestionResult,
    Raises,
    Rule,
    TimedOut,
)

VALUE_ERROR = Raises("ValueError")
CASES = (case(12), case(20), case(35))
NO_BIAS = wrong("no_bias", "6/10", 9, 16, 30)
ONE_BIAS = wrong("one_bias", "5/10", 10, 17, 31)
RIGHT_ON_FIRST = wrong("right_on_first", "5/10", 12, 16, 30)
ALSO_NO_BIAS = wrong("also_no_bias", "7/10", 9, 16, 30)


def names(result: QuestionResult) -> list[str]:
    return [answer.name for answer in result.diagnosis]


def marked(cases: tuple[Any, ...], answers: tuple[Any, ...], values: list[Any]) -> QuestionResult:
    return mark_one(question(*cases, wrong_answers=answers), *values)


@pytest.mark.parametrize(
    ("answers", "values", "diagnosed"),
    [
        ([NO_BIAS, ONE_BIAS], [9, 16, 30], ["no_bias"]),
        ([NO_BIAS, ONE_BIAS], [10, 17, 31], ["one_bias"]),
        ([NO_BIAS], [9.0, 16, np.array(30)], ["no_bias"]),
        ([NO_BIAS], [9, 16, 31], []),
        ([wrong("cheap", "1/4", 9, 16, 30)], [12, 16, 30], []),
        ([NO_BIAS], [12, 20, 35], []),
        ([RIGHT_ON_FIRST], [12, 16, 30], ["right_on_first"]),
        ([RIGHT_ON_FIRST], [12, 20, 30], []),
        ([wrong("right", 1, 12, 20, 35)], [12, 20, 35], []),
        ([NO_BIAS, ALSO_NO_BIAS], [9, 16, 30], ["also_no_bias", "no_bias"]),
        ([NO_BIAS], [9, 16, raised(ValueError)], []),
        ([NO_BIAS], [9, 16, Observation(TimedOut(5.0))], []),
        ([NO_BIAS], [9, 16, Observation(NotRun("timed out twice"))], []),
        ([NO_BIAS], [9, 16, Observation(Malformed("a set"))], []),
        ([NO_BIAS], [9, 16, None], []),
        ([NO_BIAS], [Observation(Missing())] * 3, []),
        ([wrong("divides by zero", "1/2", 9, 16, Raises("ZeroDivisionError"))],
         [9, 16, raised(ZeroDivisionError)], ["divides by zero"]),
        ([wrong("divides by zero", "1/2", 9, 16, Raises("ZeroDivisionError"))],
         [9, 16, raised(OverflowError)], ["divides by zero"]),
        ([wrong("divides by zero", "1/2", 9, 16, Raises("ZeroDivisionError"))],
         [9, 16, raised(NotImplementedError)], []),
        ([wrong("divides by zero", "1/2", 9, 16, Raises("ZeroDivisionError"))],
         [9, 16, Observation(Killed("exit"))], []),
        ([wrong("divides by zero", "1/2", 9, 16, Raises("ZeroDivisionError"))],
         [9, 16, None], ["divides by zero"]),
        ([wrong("divides by zero", "1/2", 9, 16, Raises("ZeroDivisionError"))],
         [9, 16, 0], []),
        ([wrong("None", "1/2", 12, None, None)], [12, None, None], ["None"]),
        ([wrong("None", "1/2", 9, 16, None)], [9, 16, raised(ValueError)], ["None"]),
        ([wrong("None", "1/2", 9, 16, None)], [9, 16, raised(NotImplementedError)], []),
        ([wrong("None", "1/2", 9, 16, None)], [9, 16, Observation(Killed("exit"))], []),
        ([wrong("None", "1/2", 12, 20, None)], [12, 20, raised(ValueError)], []),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_diagnosed_if_it_reproduces_all_results(
    answers: list[Any], values: list[Any], diagnosed: list[str]
) -> None:
    assert names(marked(CASES, tuple(answers), values)) == diagnosed


GUARDED = (case(12), case(20), case(VALUE_ERROR), case(VALUE_ERROR))
FORMULA = wrong("formula", "6/10", 9, 16, 0, -3)
FORMULA_RAISES = wrong("formula", "6/10", 9, 16, Raises("IndexError"), -3)
UNGUARDED = wrong("unguarded", "8/10", 12, 20, 0, -3)
UNGUARDED_RAISES = wrong("unguarded", "8/10", 12, 20, Raises("IndexError"), -3)


@pytest.mark.parametrize(
    ("answer", "values", "fits"),
    [
        (FORMULA, [9, 16, raised(ValueError), raised(ValueError)], True),
        (FORMULA, [9, 16, raised(TypeError), raised(ValueError)], True),
        (FORMULA, [9, 16, 0, -3], True),
        (FORMULA, [9, 16, 0, raised(ValueError)], True),
        (FORMULA, [9, 16, 0, -4], True),
        (FORMULA, [9, 16, None, -3], True),
        (FORMULA, [9, 16, raised(NotImplementedError), -3], True),
        (FORMULA, [9, 16, Observation(TimedOut(5.0)), Observation(Killed("exit"))], True),
        (FORMULA, [9, 20, raised(ValueError), raised(ValueError)], False),
        (FORMULA_RAISES, [9, 16, raised(IndexError), -3], True),
        (FORMULA_RAISES, [9, 16, 0, -3], True),
        (UNGUARDED, [12, 20, 0, -3], True),
        (UNGUARDED, [12, 20, 0, raised(ValueError)], True),
        (UNGUARDED, [12, 20, None, None], False),
        (UNGUARDED, [12, 20, raised(ValueError), raised(ValueError)], False),
        (UNGUARDED, [12, 20, raised(TypeError), raised(ValueError)], False),
        (UNGUARDED_RAISES, [12, 20, raised(IndexError), -3], True),
        (UNGUARDED_RAISES, [12, 20, raised(IndexError), raised(ValueError)], True),
        (UNGUARDED_RAISES, [12, 20, raised(TypeError), raised(ValueError)], False),
    ],
)
def test_guards_are_a_separate_matter(answer: Any, values: list[Any], fits: bool) -> None:
    """Wrong values alone decide; where values are right, only what is done in a guard's place does.

    A refusal contradicts no wrong answer, and alone proves none but by its very exception.
    """
    assert bool(marked(GUARDED, (answer,), values).diagnosis) is fits


ENDLESS = [Observation(TimedOut(5.0)), Observation(NotRun("timed out twice"))]


@pytest.mark.parametrize(
    ("weight", "values", "fits"),
    [
        (1, [9, 16], True),
        (2, [9, 16], False),
        (1, [9, 17], False),
        (1, [12, 20], False),
    ],
)
def test_a_few_calls_that_never_end_contradict_nothing(
    weight: int, values: list[Any], fits: bool
) -> None:
    """So much as a tenth; a value must be wrong, and all values the wrong answer's."""
    heavy = [case(12, weight=Fraction(9)), case(20, weight=Fraction(9))]
    light = [case(None, weight=Fraction(weight)), case(None, weight=Fraction(1))]
    answer = wrong("formula", "6/10", 9, 16, None, 3)
    assert bool(marked((*heavy, *light), (answer,), values + ENDLESS).diagnosis) is fits


@pytest.mark.parametrize(
    ("weight", "values", "fits"),
    [
        (1, [9, 16, raised(ValueError)], True),
        (3, [9, 16, raised(ValueError)], False),
        (1, [9, 16, raised(NotImplementedError)], False),
        (1, [9, 17, raised(ValueError)], False),
        (1, [9, 16, 4], False),
        (1, [12, 20, raised(ValueError)], False),
    ],
)
def test_a_few_calls_that_end_in_an_exception_contradict_nothing(
    weight: int, values: list[Any], fits: bool
) -> None:
    """So much as a tenth; a value must be wrong, and all values the wrong answer's."""
    cases = [case(value, weight=Fraction(w)) for value, w in ((12, 9), (20, 9), (0, weight))]
    answer = wrong("formula", "6/10", 9, 16, 0)
    assert bool(marked(tuple(cases), (answer,), values).diagnosis) is fits


def test_a_guard_that_is_not_written_refuses_nothing() -> None:
    cases = (case(12), case(Raises("NotImplementedError")))
    answer = wrong("formula", "1/2", 9, 4)
    assert names(marked(cases, (answer,), [9, raised(NotImplementedError)])) == ["formula"]


def test_predictions_are_compared_by_the_cases_rule_and_part() -> None:
    cases = (
        case(1.0, rule=close(atol=0.1)),
        case("pixel", rule=Rule(fold_text=True)),
        case(6, at=("n", 0)),
    )
    answer = wrong("all three", "1/2", 2.0, "image", {"n": [7]})
    assert names(marked(cases, (answer,), [2.05, " Image", {"n": np.array([7]), "m": 1}]))
    assert not names(marked(cases, (answer,), [2.2, "image", {"n": [7]}]))
    assert not names(marked(cases, (answer,), [2.0, "image", {"n": [8]}]))
    assert not names(marked(cases, (answer,), [2.0, "image", {}]))


def test_a_prediction_without_the_part_fits_a_result_without_it() -> None:
    cases = (case(6, at=("n",)),)
    assert names(marked(cases, (wrong("no n", "1/2", {"m": 1}),), [{"k": 1}]))


def test_a_prediction_of_another_shape_is_held_to_the_greatest_tolerance() -> None:
    cases = (case(np.zeros((2, 3)), rule=close(atol=np.full((2, 3), 0.1))),)
    answer = wrong("transposed", "1/2", np.ones((3, 2)))
    assert names(marked(cases, (answer,), [np.full((3, 2), 1.05)]))
    assert not names(marked(cases, (answer,), [np.full((3, 2), 1.2)]))


def test_credit_is_the_greater_of_cases_and_wrong_answer() -> None:
    assert marked(CASES, (NO_BIAS,), [9, 16, 30]).share == Fraction(6, 10)
    cheap = wrong("cheap", "1/10", 12, 20, 30)
    result = marked(CASES, (cheap,), [12, 20, 30])
    assert (result.share, result.basis) == (Fraction(2, 3), "cases")
    assert names(result) == ["cheap"]
    dear = wrong("dear", "9/10", 12, 20, 30)
    result = marked(CASES, (cheap, dear), [12, 20, 30])
    assert (result.share, result.basis, names(result)) == (
        Fraction(9, 10),
        "wrong_answer",
        ["dear", "cheap"],
    )


@pytest.mark.parametrize(
    ("values", "share", "diagnosed"),
    [
        ([9, 16, 30], Fraction(6, 10), ["no_bias"]),
        ([12, 16, 30], Fraction(6, 10), ["no_bias"]),
        ([12, 20, 30], Fraction(2, 3), []),
        ([12, 16, 31], Fraction(1, 3), []),
    ],
)
def test_who_gets_more_right_than_a_wrong_answer_is_due_no_less(
    values: list[Any], share: Fraction, diagnosed: list[str]
) -> None:
    """It is named then only where its share counts: all that is wrong is its doing."""
    result = marked(CASES, (NO_BIAS,), values)
    assert (result.share, names(result)) == (share, diagnosed)


def test_right_values_with_other_exceptions_are_due_no_less_and_nothing_is_named() -> None:
    cases = (case(12), case(VALUE_ERROR, weight=Fraction(9)))
    answer = wrong("formula", "6/10", 9, 3)
    result = marked(cases, (answer,), [12, raised(TypeError)])
    assert (result.share, names(result)) == (Fraction(6, 10), [])
    assert marked(cases, (answer,), [9, raised(TypeError)]).share == Fraction(6, 10)


@pytest.mark.parametrize("guard", [raised(ValueError), raised(TypeError), -7, None])
def test_the_last_value_put_right_never_lowers_the_score(guard: Any) -> None:
    """Whatever stands in the guard's place, which speaks only once all values are right."""
    cases = (case(12), case(20), case(VALUE_ERROR, weight=Fraction(9)))
    answer = wrong("formula", "6/10", 12, 16, 3)
    before = marked(cases, (answer,), [12, 16, guard])
    after = marked(cases, (answer,), [12, 20, guard])
    assert names(before) == ["formula"] and after.share >= before.share


@pytest.mark.parametrize("instead", [raised(ValueError), raised(IndexError), None])
def test_exceptions_alone_are_no_slip(instead: Any) -> None:
    """Whoever raises on what is hard would earn the share of a slip that mostly ends so."""
    fails = Raises("IndexError")
    answer = wrong("indices exchanged", "3/4", 12, 16, fails, fails)
    cases = (*CASES, case(40))
    result = marked(cases, (answer,), [12, 20, instead, instead])
    assert (result.share, names(result)) == (Fraction(1, 2), [])
    assert names(marked(cases, (answer,), [12, 16, instead, instead])) == ["indices exchanged"]


def test_the_feedback_comes_first_in_the_help_and_alternatives_are_named() -> None:
    answers = (
        wrong("a", "1/2", 9, 16, 30, feedback="Does each unit own\n    another number?"),
        wrong("b", "1/4", 9, 16, 30, feedback="Which side owns them?"),
        wrong("c", "1/8", 9, 16, 30, feedback="A third one?"),
    )
    result = marked(CASES, answers, [9, 16, 30])
    assert result.help[:2] == ("Does each unit own another number?", "Which side owns them?")
    assert "A third one?" not in result.help


def test_a_long_feedback_is_cut_to_three_sentences() -> None:
    answer = wrong("a", "1/2", 9, 16, 30, feedback="One. Two? Three! Four.")
    assert marked(CASES, (answer,), [9, 16, 30]).help == ("One. Two? Three!",)


def test_nothing_is_diagnosed_where_all_is_right() -> None:
    result = marked(CASES, (wrong("same", "1/2", 12, 20, 35),), [12, 20, returned(35)])
    assert not result.diagnosis and result.status == "passed"
