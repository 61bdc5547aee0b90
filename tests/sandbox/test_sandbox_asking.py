"""A request arrives as it was made, and tells whether its arguments were changed since."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from decodable import values
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox import asking, wire

ARGUMENTS = st.lists(values, max_size=4).map(tuple)


def same(one: Any, other: Any) -> bool:
    """Equal type by type and bit by bit."""
    return wire.encode(one) == wire.encode(other)


@given(st.text(max_size=9), ARGUMENTS)
def test_a_request_arrives_as_it_was_made(function: str, args: tuple[Any, ...]) -> None:
    request = asking.pack(function, args)
    assert same(asking.unpack(request), ("call", function, args))
    assert asking.is_of(request, function, asking.unpack(request)[2])


@given(ARGUMENTS, ARGUMENTS)
def test_a_request_is_of_equal_arguments_alone(
    args: tuple[Any, ...], others: tuple[Any, ...]
) -> None:
    assert asking.is_of(asking.pack("f", args), "f", others) == same(args, others)


def test_what_is_handed_over_may_be_changed_and_shares_nothing() -> None:
    row, matrix = [1, 2], np.ones((2, 2))
    request = asking.pack("f", ([row, row], matrix, row))
    _, _, (rows, array, third) = asking.unpack(request)
    rows[0].append(3)
    array[0, 0] = 7.0
    assert rows == [[1, 2, 3], [1, 2]]
    assert third == [1, 2]
    assert same(asking.unpack(request)[2], ([[1, 2], [1, 2]], np.ones((2, 2)), [1, 2]))


class Number(int):
    """What equals a plain int, and is none."""


def endless() -> list[Any]:
    row: list[Any] = []
    row.append(row)
    return row


CHANGES: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "an int became a float": ([1, 2], lambda row: [1.0, 2]),
    "an int became a bool": ([1, 0], lambda row: [True, 0]),
    "an int became one of NumPy's": ([1, 2], lambda row: [np.int64(1), 2]),
    "an int became one of a class of its own": ([1, 2], lambda row: [Number(1), 2]),
    "a zero lost its sign": ([-0.0], lambda row: [0.0]),
    "a tuple became a list": ([(1,)], lambda row: [[1]]),
    "a row became an array": ([[1, 2]], lambda row: [np.array([1, 2])]),
    "an array became rows": (np.ones((2, 2)), lambda array: array.tolist()),
    "an array became one of float32": (np.ones(2), lambda array: array.astype(np.float32)),
    "an array has another shape": (np.ones(4), lambda array: array.reshape(2, 2)),
    "an array holds another number": (np.ones(2), lambda array: array * 2),
    "an array is one of strings": (np.ones(2), lambda array: array.astype("U8")),
    "an array among others changed": ([np.ones(2)], lambda arrays: [np.zeros(2)]),
    "the keys are in another order": ({"a": 1, "b": 2}, lambda d: {"b": 2, "a": 1}),
    "a row holds itself": ([1], lambda row: endless()),
    "a row holds what nobody can encode": ([1], lambda row: [object()]),
}


@pytest.mark.parametrize(("handed", "change"), CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_argument_is_noticed(handed: Any, change: Callable[[Any], Any]) -> None:
    request = asking.pack("f", (handed, 1))
    assert asking.is_of(request, "f", (handed, 1))
    assert not asking.is_of(request, "f", (change(handed), 1))
    assert not asking.is_of(request, "g", (handed, 1))


def test_not_a_number_is_no_change() -> None:
    args = ([math.nan], np.array([math.nan]))
    assert asking.is_of(asking.pack("f", args), "f", ([math.nan], np.array([math.nan])))


def test_an_array_that_lies_otherwise_in_memory_holds_the_same() -> None:
    image = np.arange(6.0).reshape(2, 3)
    assert asking.is_of(asking.pack("f", (image,)), "f", (np.asfortranarray(image),))
