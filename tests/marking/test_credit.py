"""What a case and a question earn: one row for each rule."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marking_examples import case, close, mark_one, observations, question, raised, returned, values

from grader.marking.credit import ONLY_REFUSALS, cases_share, judge, points_for
from grader.model import (
    Case,
    Frame,
    Killed,
    Malformed,
    Missing,
    NotRun,
    Observation,
    Raised,
    Raises,
    Rule,
    TimedOut,
)

HALF = Fraction(1, 2)
ROW = {"annotation": "a", "output": "b", "granularity": "c"}
ROW_CASE = case(ROW, partial=((Fraction(66, 100), HALF),))
TENTH = close(atol=0.1)
BANDS = case(1.0, rule=TENTH, bands=((2.0, Fraction(3, 4)), (10.0, HALF)))
REFUSE = case(Raises("ValueError"))
KEEP = Rule(keep_inputs=True)
NOTHING_RETURNED = [
    raised(ValueError),
    Observation(TimedOut(5.0)),
    Observation(Killed("exit", "")),
    Observation(Missing()),
    Observation(Malformed("a set is no plain data")),
    Observation(NotRun("timed out twice")),
]


@pytest.mark.parametrize(
    ("case", "observation", "credit"),
    [
        (case(5), returned(5), 1),
        (case(5), returned(5.0), 1),
        (case(5), returned(6), 0),
        (case(5), raised(ValueError), 0),
        (ROW_CASE, returned(ROW), 1),
        (ROW_CASE, returned(ROW | {"output": "x"}), HALF),
        (ROW_CASE, returned({"annotation": "a", "granularity": "c"}), HALF),
        (ROW_CASE, returned({"annotation": "a"}), 0),
        (case([1, 2], partial=((HALF, HALF),)), returned([1, 3]), HALF),  # just that share
        (ROW_CASE, returned(None), 0),
        (ROW_CASE, raised(ValueError), 0),
        (case({}, partial=((Fraction(0), HALF),)), returned(None), 0),
        (case(5, partial=((Fraction(0), HALF),)), returned(6), 0),
        (BANDS, returned(1.05), 1),
        (BANDS, returned(1.15), Fraction(3, 4)),
        (BANDS, returned(1.5), HALF),
        (BANDS, returned(2.5), 0),
        (case(1.0, rule=close(atol=0.5), bands=((2.0, HALF),)), returned(2.0), HALF),  # just there
        (BANDS, returned(float("nan")), 0),
        (BANDS, returned(None), 0),
        (BANDS, returned([1.0]), 0),
        (case([1.0, 1.0], rule=TENTH, bands=((10.0, HALF),)), returned([1.0, 1.5]), HALF),
        (case([1.0, 1.0], rule=TENTH, bands=((10.0, HALF),)), returned([1.0, 9.0]), 0),
        (case([1.0, 1.0], rule=TENTH, bands=((10.0, HALF),)), returned([1.0]), 0),
        (case(np.ones(2), rule=TENTH, bands=((10.0, HALF),)), returned(np.ones((1, 2))), 0),
        (case(6, at=("n",), rule=TENTH, bands=((10.0, HALF),)), returned({}), 0),
        (case(6, at=("n", 1)), returned({"n": np.array([5, 6])}), 1),
        (case(5, rule=KEEP), returned(5), 1),
        (case(5, rule=KEEP), returned(5, changed_inputs=(0,)), 0),
        (case(5), returned(5, changed_inputs=(0,)), 1),
        (case(ROW, rule=KEEP, partial=ROW_CASE.partial),
         returned(ROW | {"output": "x"}, changed_inputs=(1,)), 0),
        (REFUSE, raised(ValueError), 1),
        (REFUSE, raised(UnicodeError), 1),
        (REFUSE, raised("ShapeError"), HALF),
        (REFUSE, raised(TypeError), HALF),
        (REFUSE, raised(AssertionError), HALF),
        (REFUSE, raised(NotImplementedError), 0),
        (REFUSE, raised(RecursionError), 0),
        (REFUSE, raised(SystemExit), 0),
        (case(Raises("NotImplementedError")), raised(NotImplementedError), 1),
        (REFUSE, returned(None), 0),
        (REFUSE, returned("ValueError"), 0),
        (REFUSE, Observation(TimedOut(5.0)), 0),
        (REFUSE, Observation(Killed("signal", "SIGSEGV")), 0),
        (REFUSE, Observation(Missing()), 0),
    ],
)  # fmt: skip
def test_a_case_earns(case: Case, observation: Observation, credit: Any) -> None:
    result = judge(case, observation)
    assert result.credit == credit
    assert result.passed is (credit == 1)
    assert bool(result.comparison.claim) is not result.passed


@pytest.mark.parametrize("observation", NOTHING_RETURNED)
def test_where_nothing_came_back_no_band_and_no_share_counts(observation: Observation) -> None:
    generous = case(
        1.0, rule=TENTH, bands=((1e9, HALF),), partial=((Fraction(1, 100), Fraction(9, 10)),)
    )
    assert judge(generous, observation).credit == 0


def test_a_changed_input_is_remarked_and_costs_nothing() -> None:
    result = judge(case(5), returned(5, changed_inputs=(0, 2)))
    assert result.remarks == ("the call changed its input (arguments 1, 3)",)
    assert result.passed


def test_a_right_result_that_changed_its_input_is_not_said_to_look_like_anything() -> None:
    symmetric = np.eye(3)
    result = judge(case(symmetric, rule=KEEP), returned(symmetric, changed_inputs=(0,)))
    assert result.comparison.claim == "the result is right, but the call changed its input"
    assert result.remarks == ("the call changed its input (argument 1)",)


@pytest.mark.parametrize(
    ("observation", "claim"),
    [
        (Observation(TimedOut(5.0)), "no answer within 5 s"),
        (Observation(Killed("memory", "out of memory at 1 GB")),
         "the process ended: out of memory at 1 GB"),
        (Observation(Killed("exit", "the process ended itself with exit code 3")),
         "the process ended itself with exit code 3"),
        (Observation(Killed("exit")), "the process ended"),
        (Observation(Missing()), "the function is not defined"),
        (Observation(Malformed("returned a set")), "returned a set"),
        (Observation(NotRun("timed out twice")), "not run: timed out twice"),
        (Observation(Raised("ValueError", (), "no\x1b[31m way\nat all",
                            (Frame("solution.py", 7, "f"),))),
         "raised ValueError at solution.py, line 7: no�[31m way"),
    ],
)  # fmt: skip
def test_the_claim_says_why_nothing_came_back(observation: Observation, claim: str) -> None:
    assert judge(case(5), observation).comparison.claim == claim


def test_the_claim_on_a_refusal_names_both_sides() -> None:
    assert judge(REFUSE, returned([1, 2])).comparison.claim == (
        "returned a list of 2, expected ValueError"
    )
    assert (
        judge(REFUSE, raised(KeyError)).comparison.claim == "raised KeyError, expected ValueError"
    )


@settings(deadline=None)
@given(expected=values, observation=observations, keep=st.booleans())
def test_judging_never_raises(expected: Any, observation: Observation, keep: bool) -> None:
    for asked in (case(expected, rule=Rule(keep_inputs=keep)), REFUSE):
        result = judge(asked, observation)
        assert 0 <= result.credit <= 1
        assert len(result.comparison.claim) < 2000


# --------------------------------------------------------------------------- a question

STEPS = ((Fraction(1, 2), Fraction(4, 10)), (Fraction(9, 10), Fraction(8, 10)))
ALL_OR_NOTHING = ((Fraction(1), Fraction(1)),)


def weighted(*weights: Any) -> list[Case]:
    return [case(5, weight=Fraction(weight)) for weight in weights]


@pytest.mark.parametrize(
    ("cases", "scheme", "credits", "share"),
    [
        (weighted(1, 1, 1), None, [1, 1, 1], 1),
        (weighted(1, 1, 1), None, [1, 0, 0], Fraction(1, 3)),
        (weighted(1, 1, 1), None, [1, HALF, 0], HALF),
        (weighted(1, "1/4", "1/4"), None, [0, 1, 1], Fraction(1, 3)),
        (weighted(3, 1), None, [1, 0], Fraction(3, 4)),
        (weighted(1, 1), STEPS, [1, 1], 1),
        (weighted(1, 1), STEPS, [1, 0], Fraction(4, 10)),
        (weighted(1, 1), STEPS, [1, Fraction(4, 5)], Fraction(8, 10)),
        (weighted(3, 7), STEPS, [1, 0], 0),
        (weighted(1, 1), ALL_OR_NOTHING, [1, 1], 1),
        (weighted(1, 1), ALL_OR_NOTHING, [1, Fraction(99, 100)], 0),
        (weighted(0, 1), None, [0, 1], 1),
        (weighted(0, 0), None, [1, 1], 1),
        (weighted(0, 0), None, [1, 0], 0),
        ([], None, [], 0),
        ([*weighted(9), REFUSE], None, [0, 1], 0),
        ([*weighted(9), REFUSE], None, [1, 0], Fraction(9, 10)),
        ([*weighted(9), REFUSE], None, [Fraction(1, 9), 1], Fraction(2, 10)),
        ([REFUSE, REFUSE], None, [1, 0], HALF),
    ],
)  # fmt: skip
def test_a_question_is_worth(
    cases: list[Case], scheme: Any, credits: list[Any], share: Any
) -> None:
    q = question(*cases, credit=scheme)
    assert cases_share(q, [Fraction(credit) for credit in credits]) == share


def test_a_function_that_only_raises_earns_nothing_and_is_told_why() -> None:
    result = mark_one(question(case(5), REFUSE, REFUSE), *[raised(ValueError)] * 3)
    assert (result.share, result.status, result.basis) == (0, "failed", "nothing")
    assert ONLY_REFUSALS in result.remarks


@pytest.mark.parametrize(
    ("points", "share", "score"),
    [
        ("10", Fraction(1), "10.00"),
        ("10", Fraction(1, 3), "3.33"),
        ("10", Fraction(2, 3), "6.67"),
        ("1", Fraction(1, 200), "0.01"),
        ("1", Fraction(1, 200) - Fraction(1, 10**40), "0.00"),
        ("1", Fraction(3, 200), "0.02"),
        ("0", Fraction(1), "0.00"),
        ("2.5", Fraction(1, 2), "1.25"),
        ("0.335", Fraction(1), "0.33"),
        ("10", Fraction(7, 6), "10.00"),
    ],
)
def test_points_are_rounded_half_up_once(points: str, share: Fraction, score: str) -> None:
    earned = points_for(question(points=points), share)
    assert str(earned) == score
    assert earned <= Decimal(points)
