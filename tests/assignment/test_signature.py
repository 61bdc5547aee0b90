"""What YAML writes is fitted to a reference's annotations, or refused with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, Optional, TypeVar, Union

import numpy as np
import numpy.typing as npt
import pytest

from grader.assignment.signature import Misfit, fit, parameters_of, wanted
from grader.assignment.values import fingerprint

Array = np.ndarray[Any, np.dtype[np.float64]]


class Tensor:
    """Stands for torch's, of which no value can cross."""


FITS: list[tuple[Any, Any, Any]] = [
    (3, int, 3),
    (np.int64(3), int, 3),
    (3, float, 3.0),
    (2.5, float, 2.5),
    (np.float32(0.5), float, 0.5),
    (3, complex, 3 + 0j),
    (True, bool, True),
    ("a", str, "a"),
    (None, None, None),
    (None, Optional[int], None),  # noqa: UP045 (an author may write it so)
    (3, int | None, 3),
    ([1, 2], tuple[int, int], (1, 2)),
    ([1, 2, 3], tuple[int, ...], (1, 2, 3)),
    ([], tuple[int, ...], ()),
    ([1, [2]], tuple, (1, [2])),
    ([1, 2], list[int], [1, 2]),
    ((1, 2), Sequence[int], [1, 2]),
    ([1, 2], Iterable[float], [1.0, 2.0]),
    ([1, "a"], list, [1, "a"]),
    ([[1, 2]], list[tuple[int, int]], [(1, 2)]),
    ({"a": [1]}, dict[str, tuple[int, ...]], {"a": (1,)}),
    ({"a": 1}, Mapping[str, float], {"a": 1.0}),
    ({"a": 1}, dict, {"a": 1}),
    (7, int | tuple[int, int], 7),
    ([3, 5], int | tuple[int, int], (3, 5)),
    ([3, 5], Union[int, tuple[int, int]], (3, 5)),  # noqa: UP007 (an author may write it so)
    (3, float | int, 3),
    (True, int | bool, True),
    ("mean", Literal["mean", "sum"], "mean"),
    (3, Annotated[int, "a count"], 3),
    ([[1, 2]], np.ndarray, np.array([[1, 2]])),
    ([[1, 2.5]], np.ndarray, np.array([[1, 2.5]])),
    ([[1, 2]], Array, np.array([[1.0, 2.0]])),
    ([1, 2], npt.NDArray[np.float32], np.array([1, 2], dtype=np.float32)),
    ([], np.ndarray, np.array([])),
    (np.array([1, 2]), Array, np.array([1, 2])),
    ([1, "a"], Any, [1, "a"]),
    (None, Callable[[int], int] | None, None),
    ("as it is", TypeVar("T"), "as it is"),
    ([1, 2], Tensor | np.ndarray, np.array([1, 2])),
]


@pytest.mark.parametrize(("value", "hint", "expected"), FITS, ids=repr)
def test_a_value_becomes_what_the_annotation_says(value: Any, hint: Any, expected: Any) -> None:
    assert fingerprint(fit(value, hint)) == fingerprint(expected)


@pytest.mark.parametrize(
    ("value", "hint", "path", "words"),
    [
        (True, int, (), "a whole number"),
        (3.0, int, (), "a whole number"),
        ("3", int, (), "a whole number"),
        (True, float, (), "a number"),
        (10**400, float, (), "a number"),
        (1, bool, (), "true or false"),
        (1, str, (), "text"),
        (1, None, (), "null"),
        ([1, 2, 3], tuple[int, int], (), "[a whole number, a whole number]"),
        ([1, "x"], tuple[int, int], (1,), "a whole number"),
        ([[1, 2], [3, "x"]], list[tuple[int, int]], (1, 1), "a whole number"),
        (5, Sequence[int], (), "a list of which each is a whole number"),
        ("ab", Sequence[str], (), "a list of which each is text"),
        ({"a": "x"}, dict[str, int], ("a",), "a whole number"),
        ([], dict[str, int], (), "a mapping"),
        ("x", int | tuple[int, int], (), "a whole number, or [a whole number, a whole number]"),
        ("product", Literal["mean", "sum"], (), "mean or sum"),
        ([[1, 2], [3]], np.ndarray, (), "a list of numbers, or equally long rows of them"),
        (["a"], np.ndarray, (), "a list of numbers, or equally long rows of them"),
        ([2**70], np.ndarray, (), "a list of numbers, or equally long rows of them"),
        (3, np.ndarray, (), "a list of numbers, or equally long rows of them"),
        ([1, 2], Tensor, (),
         "the annotation np.ndarray: students get arrays, and make tensors of them"),
        ("sin", Callable[[int], int], (),
         "text: annotate it as str and name the function, which cannot cross itself"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_with_its_place(
    value: Any, hint: Any, path: tuple[int | str, ...], words: str
) -> None:
    with pytest.raises(Misfit) as caught:
        fit(value, hint)
    assert caught.value.path == path
    assert caught.value.wanted == words


def composite(
    shape: tuple[int, int],
    depth: float = 1.0,
    *rest: int,
    step: Callable[..., int] = max,
    must: int,
) -> None:
    """Takes something of every kind."""


def test_parameters_are_told_apart_by_how_they_are_given() -> None:
    found = parameters_of(composite, "composite")
    assert found is not None
    assert str(found) == "composite(shape, depth, *args)"
    assert (found.required, found.counts) == (1, "at least 1")
    assert [found.takes(count) for count in range(4)] == [False, True, True, True]
    assert found.hint(0) == tuple[int, int]
    assert found.hint(5) is int
    assert dict(found.steps) == {"step": True, "must": False}


def unresolvable(image: Image, sizes: SomeArray, n: Missing[int]) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Annotated by names that exist only for a type checker."""


def test_annotations_that_cannot_be_resolved_judge_nothing_but_arrays_by_their_name() -> None:
    found = parameters_of(unresolvable, "unresolvable")
    assert found is not None
    assert found.hints == (Any, np.ndarray, Any)


def test_a_function_without_a_readable_signature_is_told_apart() -> None:
    assert parameters_of(iter, "iter") is None


def test_a_kind_that_is_not_known_has_words_too() -> None:
    assert wanted(object) == "another value"
    assert wanted(list) == "a list"
