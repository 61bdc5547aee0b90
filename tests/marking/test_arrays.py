"""What is read as an array, in which kind, and what is refused without reading it all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.marking.arrays import as_array, is_wide

LARGE = 2**53 + 1


@pytest.mark.parametrize(
    ("value", "shape", "dtype"),
    [
        ([1, 2], (2,), "int64"),
        ([True, False], (2,), "bool"),
        ([1, 0.5], (2,), "float64"),
        ([1, 1j], (2,), "complex128"),
        ([], (0,), "float64"),
        ([[], []], (2, 0), "float64"),
        ([2**63 - 1], (1,), "int64"),
        ([2**63], (1,), "object"),
        ([LARGE, 0.5], (2,), "object"),
        ([LARGE - 1, 0.5], (2,), "float64"),
        ([LARGE, 1j], (2,), "object"),
        ([np.float32(1), np.array(2)], (2,), "float64"),
        ([np.ones(2), np.ones(2, int)], (2, 2), "float64"),
        ((np.ones((2, 3)),), (1, 2, 3), "float64"),
    ],
)
def test_nested_lists_become_the_narrowest_exact_array(value: Any, shape: Any, dtype: str) -> None:
    array = as_array(value)
    assert not isinstance(array, str)
    assert array.shape == shape and array.dtype == dtype
    flat = np.array(value, dtype=object).ravel().tolist()
    assert array.ravel().tolist() == flat


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (5, "an int"),
        ([[1], 2], "rows of different depths"),
        ([[1], [2, 3]], "rows of different lengths"),
        ([[1], [[2]]], "rows of different depths"),
        ([1, True], "a bool among the elements"),
        ([1, {}], "a dict of 0 among the elements"),
        (np.array(["a"]), "an array of str"),
        ([[0] * 100] * 100, "nested lists of more than 1000 elements"),
        ([np.ones(100)] * 100, "nested lists of more than 1000 elements"),
        ([[0] * 1001], "nested lists of more than 1000 elements"),
        ([0] * 1001, "nested lists of more than 1000 elements"),
    ],
)
def test_what_is_no_array_is_said(value: Any, said: str) -> None:
    array = as_array(value, most=1000)
    assert isinstance(array, str) and array.startswith(said)


@pytest.mark.parametrize(
    ("array", "wide"),
    [
        (np.array([LARGE]), True),
        (np.array([-LARGE]), True),
        (np.array([LARGE], np.uint64), True),
        (np.array([LARGE - 1]), False),
        (np.array([], int), False),
        (np.array([1e300]), False),
        (np.array([1], np.uint8), False),
        (np.array([1], object), True),
    ],
)
def test_integers_that_floats_cannot_tell_apart_are_wide(array: Any, wide: bool) -> None:
    assert is_wide(array) is wide
