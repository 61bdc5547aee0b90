"""What honest and dishonest results are read as, before they leave the worker."""

from __future__ import annotations

import array
import collections
import decimal
import enum
import fractions
import itertools
import math
import numbers
import sys
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch

from grader.model import VALUE_NOTES
from grader.sandbox import answers, values, wire


class Liar:
    """Overrides whatever a careless reader would ask."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[Any]:
        return iter([99])

    def __len__(self) -> int:
        return 1

    def __float__(self) -> float:
        return 99.0

    def __int__(self) -> int:
        return 99

    def __index__(self) -> int:
        return 99

    def __str__(self) -> str:
        return "99"

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        return np.array(99)

    def items(self) -> Any:
        return [("lie", 99)]

    def item(self) -> Any:
        return 99

    def tolist(self) -> Any:
        return 99


LyingInt = type("LyingInt", (Liar, int), {})
LyingFloat = type("LyingFloat", (Liar, float), {})
LyingComplex = type("LyingComplex", (Liar, complex), {})
LyingStr = type("LyingStr", (Liar, str), {})
LyingList = type("LyingList", (Liar, list), {})
LyingTuple = type("LyingTuple", (Liar, tuple), {})
LyingDict = type("LyingDict", (Liar, dict), {})
LyingArray = type("LyingArray", (Liar, np.ndarray), {"shape": (9, 9), "dtype": "lie"})
LyingNumber = type("LyingNumber", (Liar, np.float64), {})
Point = namedtuple("Point", "x y")


class Colour(enum.IntEnum):
    RED = 3


def simplified(value: object) -> tuple[Any, tuple[str, ...]]:
    return values.simplify(value, max_bytes=10_000_000)


def numbered(rows: list[Any]) -> list[str]:
    """Names that do not ask the values for theirs."""
    return [f"{i}-{type(row[0]).__name__}" for i, row in enumerate(rows)]


SCALARS: list[tuple[Any, Any, tuple[str, ...]]] = [
    (None, None, ()),
    (True, True, ()),
    (3, 3, ()),
    (-0.0, -0.0, ()),
    ("text", "text", ()),
    (2j, 2j, ()),
    (np.int64(3), 3, ("numpy_scalar",)),
    (np.uint8(200), 200, ("numpy_scalar",)),
    (np.float64(2.5), 2.5, ("numpy_scalar",)),
    (np.float32(0.1), float(np.float32(0.1)), ("numpy_scalar",)),
    (np.float16(0.5), 0.5, ("numpy_scalar",)),
    (np.longdouble(2.5), 2.5, ("numpy_scalar",)),
    (np.complex64(1j), 1j, ("numpy_scalar",)),
    (np.clongdouble(1j), 1j, ("numpy_scalar",)),
    (np.bool_(True), True, ("numpy_scalar",)),
    (np.str_("a"), "a", ("numpy_scalar",)),
    (LyingInt(3), 3, ("subclass",)),
    (LyingFloat(2.5), 2.5, ("subclass",)),
    (LyingComplex(2j), 2j, ("subclass",)),
    (LyingStr("a"), "a", ("subclass",)),
    (LyingNumber(2.5), 2.5, ("subclass",)),
    (Colour.RED, 3, ("subclass",)),
    (LyingList([1]), [1], ("subclass",)),
    (LyingTuple((1,)), (1,), ("subclass",)),
    (LyingDict({"a": 1}), {"a": 1}, ("subclass",)),
    (Point(1, 2), (1, 2), ("subclass",)),
    (OrderedDict(a=1), {"a": 1}, ()),
    (defaultdict(list, a=[1]), {"a": [1]}, ()),
    (collections.Counter("aab"), {"a": 2, "b": 1}, ()),
    (range(3), [0, 1, 2], ()),
    (collections.deque([1, np.int64(2)]), [1, 2], ("numpy_scalar",)),
    (array.array("q", [1, 2]), [1, 2], ()),
    (array.array("d"), [], ()),
    ({"a": (1, [np.int32(2)])}, {"a": (1, [2])}, ("numpy_scalar",)),
    ({np.int64(1): 2}, {1: 2}, ("numpy_scalar",)),
    (np.array(["a", "b"]), ["a", "b"], ()),
    (np.array("a"), "a", ()),
    (np.array([[1, "a"], [None, 2.5]], dtype=object), [[1, "a"], [None, 2.5]], ()),
    (np.array([np.int64(1), [2]], dtype=object), [1, [2]], ("numpy_scalar",)),
    (torch.Size([2, 3]), (2, 3), ("subclass",)),
]


@pytest.mark.parametrize(("value", "plain", "notes"), SCALARS, ids=numbered(SCALARS))
def test_a_value_is_read_as_the_plain_data_that_it_holds(
    value: object, plain: object, notes: tuple[str, ...]
) -> None:
    assert simplified(value) == (plain, notes)
    assert type(simplified(value)[0]) is type(plain)


ARRAYS: list[tuple[Any, Any, tuple[str, ...]]] = [
    (np.array([1, 2]), np.array([1, 2]), ()),
    (np.array(3.5), np.array(3.5), ()),
    (np.array([True]), np.array([True]), ()),
    (np.array([1j]), np.array([1j]), ()),
    (np.array([1], dtype=np.longdouble), np.array([1.0]), ()),
    (np.array([1], dtype=np.clongdouble), np.array([1 + 0j]), ()),
    (np.arange(4).reshape(2, 2).T, np.array([[0, 2], [1, 3]]), ()),
    (np.array([1, 2]).view(LyingArray), np.array([1, 2]), ("subclass",)),
    (np.ma.array([1, 2], mask=[0, 1]), np.array([1, 2]), ("masked",)),
    (np.array([1.0, 2.0], dtype=">f8"), np.array([1.0, 2.0], dtype=">f8"), ()),
    (torch.tensor([1, 2]), np.array([1, 2]), ("tensor",)),
    (torch.tensor(3), np.array(3), ("tensor",)),
    (torch.ones(2, requires_grad=True), np.ones(2, np.float32), ("tensor",)),
    (torch.nn.Parameter(torch.ones(2)), np.ones(2, np.float32), ("tensor",)),
    (torch.ones(2).to_sparse(), np.ones(2, np.float32), ("tensor",)),
    (torch.ones(2, dtype=torch.bfloat16), np.ones(2, np.float32), ("bfloat16", "tensor")),
    (torch.tensor([1j]).conj(), np.array([-1j], np.complex64), ("tensor",)),
    (torch.tensor([1j]).conj().imag, np.array([-1], np.float32), ("tensor",)),
    (torch.arange(4).reshape(2, 2).T, np.array([[0, 2], [1, 3]]), ("tensor",)),
    (scipy.sparse.eye_array(2, format="csr"), np.eye(2), ("sparse",)),
    (scipy.sparse.coo_matrix(([1, 2], ([0, 0], [1, 1]))), np.array([[0, 3]]), ("sparse",)),
]


@pytest.mark.parametrize(("value", "plain", "notes"), ARRAYS, ids=numbered(ARRAYS))
def test_an_array_or_tensor_is_read_as_its_elements(
    value: object, plain: Any, notes: tuple[str, ...]
) -> None:
    read, noted = simplified(value)
    assert type(read) is np.ndarray
    assert read.dtype == plain.dtype
    assert read.shape == plain.shape
    assert (read == plain).all()
    assert noted == notes
    assert wire.decode(wire.encode(read)) is not None


def a_generator() -> Iterator[int]:
    yield 1


class Own:
    pass


class OwnIterator:
    def __next__(self) -> int:
        return 1


class OwnNumber:  # as sympy.Integer is one
    pass


numbers.Integral.register(OwnNumber)
Pretender = type("generator", (), {})
Borrower = type("Fraction", (), {"__module__": "fractions"})

REFUSED: list[tuple[Any, str]] = [
    (a_generator(), "a generator; return a list or an array"),
    (map(str, [1]), "list(map(…))"),
    ({1, 2}, "a set"),
    (frozenset(), "a frozenset"),
    (b"abc", "bytes"),
    ({}.keys(), "the keys of a dict"),
    (reversed([1]), "an iterator; return a list, as in list(…)"),
    (iter({1}), "an iterator"),
    (itertools.count(), "an iterator"),
    (OwnIterator(), "an iterator"),
    (OwnNumber(), "a number of a class of its own; return an int or a float"),
    (fractions.Fraction(1, 2), "a Fraction; return an int or a float"),
    (decimal.Decimal(1), "a Decimal; return an int or a float"),
    (array.array("w" if sys.version_info >= (3, 13) else "u", "text"), "an object of type array"),
    (len, "a function"),
    (test_an_array_or_tensor_is_read_as_its_elements, "a function; return what it computes"),
    (int, "a class"),
    (math, "a module"),
    (..., "still to be written"),
    (slice(1), "an object of type slice"),
    (object(), "an object of type object"),
    (ValueError("too large"), "an exception; raise it"),
    (ValueError, "an exception; raise it"),
    (Own(), "an object of a class of its own"),
    (Liar(), "an object of a class of its own"),
    (Pretender(), "an object of a class of its own"),
    (Borrower(), "an object of a class of its own"),
    (np.array([b"bytes"]), "an array of records, dates or bytes"),
    (np.array(["2020-01-01"], dtype="M8[D]"), "an array of records, dates or bytes"),
    (np.datetime64("2020-01-01"), "an array of records, dates or bytes"),
    (np.datetime64("NaT"), "an array of records, dates or bytes"),  # of which item() is None
    (np.timedelta64(36, "ns"), "an array of records, dates or bytes"),  # and of which an int
    (np.zeros(1, dtype=[("a", "i4")]), "an array of records, dates or bytes"),
    ([np.array([Own()], dtype=object)], "an object of a class of its own"),
    ({(1, Own()): 1}, "an object of a class of its own"),
    ({LyingInt(3): 1, 3: 2}, "two keys that are equal"),
    (10**5000, "more than 4,000 digits"),
    (LyingInt(10**5000), "more than 4,000 digits"),
    (np.broadcast_to(0.0, (10**6, 10**6)), "more data"),
    (np.broadcast_to(np.array(None), (10**4, 10**3)), "more data"),
    (range(10**12), "more data"),
    (torch.ones(1).expand(10**9), "more data"),
    (torch.ones(2, device="meta"), "without data"),
    (scipy.sparse.eye_array(10**6), "more data"),
]


@pytest.mark.parametrize(("value", "sentence"), REFUSED, ids=numbered(REFUSED))
def test_what_has_no_plain_meaning_is_refused_with_a_sentence_that_helps(
    value: object, sentence: str
) -> None:
    with pytest.raises(values.Refusal) as refusal:
        simplified(value)
    reply = wire.encode(("refused", refusal.value.code, ()))
    outcome = answers.called(reply, arguments=0, memory=answers.out_of_memory(1)).outcome
    assert isinstance(outcome, answers.Malformed)
    assert sentence in outcome.why


def test_a_list_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(values.Refusal, match="too_deep"):
        simplified(loop)


def test_a_shared_list_with_a_huge_meaning_is_refused() -> None:
    value: list[Any] = []
    for _ in range(50):
        value = [value, value]
    with pytest.raises(values.Refusal, match="too_large"):
        simplified(value)


@pytest.mark.parametrize(
    ("entry", "read"),
    [
        (..., "<ellipsis>"),
        ({1, 2}, "<set>"),
        (ValueError("no"), "<exception>"),
        (Liar(), "<own_class>"),
        ([1, Liar()], "<own_class>"),
        (np.datetime64("2026-01-01"), "<dtype>"),
        (torch.empty(2, device="meta"), "<meta_tensor>"),
    ],
)
def test_an_entry_of_a_dict_that_is_no_plain_data_leaves_the_others(entry: Any, read: str) -> None:
    value, notes = simplified({"rows": {"a": entry, "b": 1}})
    assert value == {"rows": {"a": read, "b": 1}}
    assert "entry" in notes


def test_too_much_in_an_entry_of_a_dict_is_too_much() -> None:
    with pytest.raises(values.Refusal, match="huge_int"):
        simplified({"a": 10**5000})


def test_every_note_is_one_of_the_model() -> None:
    noted = {note for *_, notes in (*SCALARS, *ARRAYS) for note in notes}
    noted |= {"value", "entry"}  # of what stands for a function, and of a part of a result
    assert noted == set(VALUE_NOTES)
