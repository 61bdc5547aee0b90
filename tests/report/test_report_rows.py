"""What staff are told to look at, beside the score."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from grader.model import (
    Case,
    CaseResult,
    Comparison,
    Observation,
    Question,
    QuestionResult,
    Raised,
    Raises,
    Returned,
    Scorecard,
)
from grader.report.rows import row_of

LAYERS = [[112, 222], [27, 65, 105]]
EMPTY = [[], []]


def _flags(expected: list[Any], given: list[Any], steps: tuple[str, ...]) -> tuple[str, ...]:
    """Of a card whose only question is wrong in all cases, and follows from these steps."""
    question = Question("layers", "Layers", "layer_params", Decimal(2))
    cases = tuple(
        CaseResult(
            Case(f"case {number}", (number,), want),
            Observation(got if isinstance(got, Raised) else Returned(got)),
            Comparison(matches=False, claim=""),
            Fraction(1),
            followed_from=steps,
        )
        for number, (want, got) in enumerate(zip(expected, given, strict=True))
    )
    result = QuestionResult(question, "passed", Decimal(2), cases=cases, followed_from=steps)
    return row_of(
        Scorecard(assignment="", submission_id="ada", filename="ada.py", questions=(result,))
    ).flags


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        (LAYERS, EMPTY),
        (LAYERS, [[0, 0], [0, 0, 0]]),
        ([334, 302, 58810528], [0, 0, 0]),
        ([np.eye(2), np.ones(3)], [np.zeros((2, 2)), np.zeros(3)]),
        ([334, 302, Raises("ValueError")], [0, 0, Raised("ValueError")]),
    ],
)
def test_what_a_stub_on_a_spoilt_step_gives_is_flagged(
    expected: list[Any], given: list[Any]
) -> None:
    assert "only a constant follows" in _flags(expected, given, ("depth",))
    assert "only a constant follows" not in _flags(expected, given, ())


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        (LAYERS, [[112], [27, 65]]),
        ([334, 302], [112, 92]),
        ([True, True], [False, False]),
        ([7], [0]),
    ],
)
def test_what_follows_and_varies_is_not_flagged(expected: list[Any], given: list[Any]) -> None:
    assert "only a constant follows" not in _flags(expected, given, ("depth",))
