"""The quick verdict on two values never contradicts the comparison that marks by it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.assignment.trial import foregone
from grader.marking import compare
from grader.model import Rule

NUMBERS = st.integers(-3, 3) | st.sampled_from([0.5, -0.0, 1.0, 2.0, float("nan"), float("inf")])
ARRAYS = hnp.arrays(
    dtype=st.sampled_from(["int64", "float64", "bool"]),
    shape=hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=2),
    elements=st.sampled_from([0, 1]),
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.sampled_from(["a", "A ", "b", ""]) | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)
    ),
    max_leaves=5,
)
RULES = st.builds(
    Rule,
    kind=st.sampled_from(["exact", "close"]),
    rtol=st.sampled_from([0.0, 0.25]),
    atol=st.sampled_from([0.0, 0.5, 1.0]),
    fold_text=st.booleans(),
    extra_keys=st.booleans(),
    real_only=st.booleans(),
)


@settings(deadline=None)
@given(expected=VALUES, observed=VALUES, rule=RULES)
def test_a_quick_verdict_is_the_verdict(expected: Any, observed: Any, rule: Rule) -> None:
    verdict = foregone(expected, observed, rule)
    if verdict is not None:
        assert verdict == compare(expected=expected, observed=observed, rule=rule).matches


@settings(deadline=None)
@given(value=VALUES, rule=RULES)
def test_a_value_never_differs_from_itself(value: Any, rule: Rule) -> None:
    assert foregone(value, value, rule) is not False


EXACT, CLOSE = Rule(), Rule(kind="close", rtol=0.1)


@pytest.mark.parametrize(
    ("expected", "observed", "rule", "verdict"),
    [
        (1, 1, EXACT, True),
        (1, 2, EXACT, False),
        (1, 2, CLOSE, None),
        (1, 1.0, EXACT, None),
        (1, True, EXACT, None),
        (None, None, EXACT, True),
        (None, 0, EXACT, False),
        ("a", "b", EXACT, False),
        ("a", "A", Rule(fold_text=True), None),
        ([1, 2], (1, 2), EXACT, True),
        ([1, 2], [1, 3], EXACT, False),
        ([1, 2], [1], EXACT, False),
        ({"a": 1}, {"b": 1}, EXACT, False),
        ({"a": 1}, {"a": 1, "b": 2}, EXACT, None),
        (np.zeros(2), np.zeros(3), CLOSE, False),
        (np.ones(2), np.full(2, 1.05), CLOSE, None),
        (np.ones(2), np.full(2, 5.0), CLOSE, False),
        (np.ones(2), np.array([1, np.nan]), CLOSE, None),
    ],
)
def test_most_pairs_are_decided_at_once(
    expected: Any, observed: Any, rule: Rule, verdict: bool | None
) -> None:
    assert foregone(expected, observed, rule) is verdict
