"""Plain data is read, copied, fingerprinted and narrowed without surprises."""

from __future__ import annotations

import copy
import enum
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.assignment.values import ABSENT, NotPlain, fingerprint, narrow, plain

ARRAYS = hnp.arrays(
    dtype=st.sampled_from(["int64", "float64", "float32", "bool", "complex128", "uint8"]),
    shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text()
VALUES = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
    ),
    max_leaves=8,
)


def _encodable(value: Any) -> bool:
    try:
        plain(value)
    except NotPlain:
        return False
    return True


PLAIN_VALUES = VALUES.filter(_encodable)


class Colour(enum.IntEnum):
    RED = 1


class Point(tuple[int, int]):
    """A tuple of a class of its own."""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (Colour.RED, 1),
        (Point((1, 2)), (1, 2)),
        (OrderedDict(a=np.int8(1)), {"a": 1}),
        ({np.int64(1): [np.float64(2)]}, {1: [2.0]}),
        ({(1, "a"): None}, {(1, "a"): None}),
    ],
)
def test_scalars_of_numpy_and_subclasses_become_pythons_own(value: Any, expected: Any) -> None:
    read = plain(value)
    assert read == expected and type(read) is type(expected)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (object(), "a object"),
        ({1}, "a set"),
        (b"raw", "a bytes"),
        ([1, lambda: 1], "a function"),
        ({1.5: {frozenset(): 1}}, "a dict with a frozenset as a key"),
        (np.array([None]), "an array of dtype object"),
        (np.array(["a"]), "an array of dtype <U1"),
        (np.array([1], dtype="datetime64[s]"), "an array of dtype datetime64[s]"),
        ("\ud800", "text that is no valid Unicode"),
        ({"\ud800": 1}, "text that is no valid Unicode"),
    ],
)
def test_what_cannot_cross_is_refused_in_words(value: Any, why: str) -> None:
    with pytest.raises(NotPlain) as caught:
        plain(value)
    assert str(caught.value).startswith(why)


@settings(deadline=None)
@given(value=PLAIN_VALUES)
def test_reading_plain_data_changes_nothing(value: Any) -> None:
    assert fingerprint(plain(value)) == fingerprint(value)


@settings(deadline=None)
@given(value=PLAIN_VALUES)
def test_a_copy_has_the_same_fingerprint(value: Any) -> None:
    assert fingerprint(value) == fingerprint(copy.deepcopy(value))


@settings(deadline=None)
@given(one=PLAIN_VALUES, other=PLAIN_VALUES)
def test_equal_fingerprints_mean_equal_values(one: Any, other: Any) -> None:
    if fingerprint(one) == fingerprint(other):
        assert repr(one) == repr(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ([1, 2], (1, 2)),
        ([[1], 2], [[1, 2]]),
        ("1", 1),
        (None, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.zeros(2), np.zeros(2, dtype=np.int64)),
        (["ab", "c"], ["a", "bc"]),
    ],
)
def test_values_that_differ_in_type_or_order_have_other_fingerprints(one: Any, other: Any) -> None:
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize(
    ("value", "at", "part"),
    [
        ({"a": [1, 2]}, ("a", 1), 2),
        ([1, 2], (-1,), 2),
        ((1, 2), (0,), 1),
        ({"a": 1}, (), {"a": 1}),
        ({"a": 1}, ("b",), ABSENT),
        ([1, 2], (2,), ABSENT),
        ([1, 2], ("a",), ABSENT),
        (5, (0,), ABSENT),
        ("text", (0,), ABSENT),
        (np.arange(3), (1,), 1),
        (np.array(3), (0,), ABSENT),
    ],
)
def test_a_path_leads_to_a_part_or_to_nothing(value: Any, at: Any, part: Any) -> None:
    found = narrow(value, at)
    assert found is part or found == part
