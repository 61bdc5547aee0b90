"""The encoding of plain data: what crosses, bit for bit, and what is refused at the door."""

from __future__ import annotations

import math
import struct
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from decodable import mutated, values
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox import wire

U16, U32, U64 = (struct.Struct(code) for code in ("<H", "<I", "<Q"))


def same(a: Any, b: Any) -> bool:
    """Equal type by type and bit by bit, unlike `==`."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    if isinstance(a, float):
        return struct.pack("<d", a) == struct.pack("<d", b)
    if isinstance(a, complex):
        return same((a.real, a.imag), (b.real, b.imag))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    return bool(a == b)


@given(values)
def test_whatever_is_plain_comes_back_as_it_was(value: Any) -> None:
    assert same(wire.decode(wire.encode(value)), value)


@given(values)
def test_an_encoding_is_canonical(value: Any) -> None:
    once = wire.encode(value)
    assert wire.encode(wire.decode(once)) == once


EXACT = [
    0,
    -1,
    127,
    128,
    -128,
    -129,
    2**63,
    -(2**64),
    10**4000,
    -0.0,
    math.inf,
    struct.unpack("<d", b"\x01\0\0\0\0\0\xf8\x7f")[0],  # a NaN with a payload
    complex(-0.0, math.nan),
    "",
    "Straße\0",
    "\ud800 alone",
    [],
    (),
    {},
    [[], ()],
    {None: 1, True: 2, (1, (2.5, "a")): []},
    np.array(7),
    np.zeros((0, 3)),
    np.array([[True, False]]),
    np.arange(6, dtype=np.int8)[::-2],
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
]


@pytest.mark.parametrize("value", EXACT, ids=lambda value: repr(value)[:30])
def test_a_value_of_every_kind_survives(value: Any) -> None:
    assert same(wire.decode(wire.encode(value)), value)


def test_an_array_of_another_byte_order_becomes_the_same_numbers() -> None:
    decoded = wire.decode(wire.encode(np.array([1, 2], dtype=">i4")))
    assert isinstance(decoded, np.ndarray)
    assert decoded.tolist() == [1, 2]
    assert decoded.dtype == np.dtype(np.int32)


def test_a_decoded_array_is_writable_and_shares_nothing() -> None:
    data = wire.encode(np.zeros(3))
    first, second = wire.decode(data), wire.decode(data)
    assert isinstance(first, np.ndarray)
    assert isinstance(second, np.ndarray)
    first[0] = 5
    assert second[0] == 0


class Whole(int):
    """A subclass: not plain, however much it looks like it."""


NOT_PLAIN = [
    Whole(3),
    np.int64(3),
    np.float64(3),
    np.bool_(True),
    b"bytes",
    {1, 2},
    object(),
    range(3),
    2 ** (8 * wire.MAX_INT_BYTES),
    {b"key": 1},
    {(1, b"key"): 1},
    {frozenset(): 1},
    np.array(["text"]),
    np.array([object()]),
    np.zeros(2, dtype=[("a", "i4")]),
    np.zeros(2, dtype=np.longdouble),
    np.zeros((2**40, 0)),
    np.array([1, 2]).view(np.recarray),
    np.ma.array([1, 2]),
]


@pytest.mark.parametrize("value", NOT_PLAIN, ids=lambda value: type(value).__name__)
def test_what_is_not_plain_is_not_encoded(value: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.encode(value)


def test_a_list_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(wire.WireError, match="deep"):
        wire.encode(loop)


def test_a_small_list_with_a_huge_meaning_is_refused_in_bounded_time() -> None:
    value: list[Any] = []
    for _ in range(50):
        value = [value, value]
    with pytest.raises(wire.WireError, match="values"):
        wire.encode(value)


def test_a_broadcast_array_is_measured_before_its_bytes_are_made() -> None:
    with pytest.raises(wire.WireError, match="large"):
        wire.encode(np.broadcast_to(np.float64(1), (10**6, 10**6)))


def nested(tag: bytes, depth: int) -> bytes:
    return (tag + U32.pack(1)) * depth + b"N"


def an_array(kind: bytes, itemsize: int, *shape: int, data: bytes = b"") -> bytes:
    head = b"a" + kind + bytes((itemsize, len(shape)))
    return head + b"".join(U64.pack(length) for length in shape) + data


COLLIDING = b"".join(wire.encode(i * (2**61 - 1)) + b"N" for i in range(1, 1000))

HOSTILE = {
    "nothing": b"",
    "an unknown tag": b"?",
    "a tag of pickle": b"\x80\x04N.",
    "trailing bytes": b"NN",
    "half a float": b"f\0\0\0",
    "half a count": b"l\x01",
    "a list longer than its bytes": b"l" + U32.pack(2**32 - 1),
    "a dict longer than its bytes": b"d" + U32.pack(2) + b"NNN",
    "text longer than its bytes": b"s" + U32.pack(2**32 - 1) + b"abc",
    "text that is not UTF-8": b"s" + U32.pack(1) + b"\xff",
    "an int of no bytes": b"i" + U16.pack(0),
    "an int longer than needed": b"i" + U16.pack(2) + b"\x01\0",
    "an int with too many digits": b"i" + U16.pack(60_000) + b"\x01" * 60_000,
    "lists nested 65 deep": nested(b"l", 65),
    "lists nested 100,000 deep": nested(b"l", 100_000),
    "tuples nested 100,000 deep": nested(b"t", 100_000),
    "a list as a key": b"d" + U32.pack(1) + b"l" + U32.pack(0) + b"N",
    "a list inside a key": b"d" + U32.pack(1) + b"t" + U32.pack(1) + b"l" + U32.pack(0) + b"N",
    "an array as a key": b"d" + U32.pack(1) + an_array(b"i", 8, data=bytes(8)) + b"N",
    "a key twice": b"d" + U32.pack(2) + b"TNTN",
    "keys equal across types": b"d" + U32.pack(2) + b"TN" + wire.encode(1) + b"N",
    "keys chosen to collide": b"d" + U32.pack(999) + COLLIDING,
    "an array of objects": an_array(b"O", 8, 1, data=bytes(8)),
    "an array of records": an_array(b"V", 8, 1, data=bytes(8)),
    "an array of int24": an_array(b"i", 3, 1, data=bytes(3)),
    "an array longer than its bytes": an_array(b"f", 8, 2**61),
    "an array whose size overflows": an_array(b"f", 8, 2**63, 2**63, 2),
    "an array of negative length": an_array(b"f", 8, 2**64 - 1),
    "rows without end in an empty array": an_array(b"f", 8, 2**40, 0),
    "rows hidden behind an empty axis": an_array(b"f", 8, 0, 2**20, 2**20),
    "an array of 33 dimensions": an_array(b"f", 8, *[1] * 33, data=bytes(8)),
    "a bool that is two": an_array(b"b", 1, 1, data=b"\x02"),
    "an array cut in its shape": an_array(b"f", 8, 1, 1)[:-3],
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_message_is_a_wire_error(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(data)


def test_a_message_longer_than_allowed_is_refused() -> None:
    with pytest.raises(wire.WireError, match="at most"):
        wire.decode(wire.encode("a" * 100), max_bytes=50)


def test_more_values_than_allowed_are_refused() -> None:
    with pytest.raises(wire.WireError, match="values"):
        wire.decode(b"l" + U32.pack(wire.MAX_NODES) + b"N" * wire.MAX_NODES)


@given(st.binary(max_size=300) | values.map(wire.encode).flatmap(mutated))
def test_any_bytes_are_decoded_or_refused_within_bounds(data: bytes) -> None:
    tracemalloc.start()
    started = time.process_time()
    try:
        decoded = wire.decode(data)
    except wire.WireError:
        return
    finally:
        spent_s = time.process_time() - started
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 60 * len(data) + 20_000
        assert spent_s < 5
    assert wire.encode(decoded) == data


@pytest.mark.parametrize(
    "data",
    [
        b"l" + U32.pack(10_000) + (b"l" + U32.pack(0)) * 10_000,
        b"l" + U32.pack(10_000) + (b"d" + U32.pack(0)) * 10_000,
        b"l" + U32.pack(210_000) + b"N" * 210_000,
        b"d" + U32.pack(10_000) + b"".join(wire.encode(i << 40) + b"N" for i in range(10_000)),
        wire.encode("ä" * 20_000),
        wire.encode(np.zeros(10_000)),
    ],
    ids=["lists", "dicts", "singletons", "keys with equal low bits", "text", "array"],
)
def test_a_message_is_read_in_time_and_memory_that_its_length_bounds(data: bytes) -> None:
    tracemalloc.start()
    started = time.process_time()
    wire.decode(data)
    spent_s = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 * len(data)
    assert spent_s < 5


LARGE = 1 << 30
NUMBERED = dict.fromkeys(range(LARGE, LARGE + 4_000))


def test_numbers_as_keys_are_bounded_for_all_dicts_of_a_message_together() -> None:
    """Ints can be chosen so that each new key is looked for wherever the others are."""
    most = int((2 * wire.MAX_MEETINGS) ** 0.5) - 1
    many = dict.fromkeys(range(LARGE, LARGE + most))
    assert wire.decode(wire.encode(many)) == many
    assert wire.decode(wire.encode([NUMBERED] * 8)) == [NUMBERED] * 8
    numbered = wire.encode(NUMBERED)
    one = (wire.encode(LARGE + n) + b"N" for n in range(2 * most))
    for data in (b"l" + U32.pack(9) + 9 * numbered, b"d" + U32.pack(2 * most) + b"".join(one)):
        with pytest.raises(wire.WireError, match="neither text nor small"):
            wire.decode(data)
    for value in ([NUMBERED] * 9, dict.fromkeys(range(LARGE, LARGE + 2 * most))):
        with pytest.raises(wire.WireError, match="neither text nor small"):
            wire.encode(value)


@pytest.mark.parametrize("key", [str, int, lambda n: 10 - n])
def test_text_and_small_integers_as_keys_are_not_bounded(key: Callable[[int], Any]) -> None:
    value: Any = {key(n): n for n in range(30_000)}
    assert wire.decode(wire.encode(value)) == value


def test_numpy_is_not_imported_for_data_without_arrays() -> None:
    script = (
        "import sys; from grader.sandbox import wire; import grader.sandbox;"
        "wire.decode(wire.encode([1, {'a': (2.5, None)}]));"
        "print('numpy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
