"""Whatever may come from a student's process, for the tests of all who read it."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.sandbox import wire

atoms = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**2000), 2**2000)
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters())
)
arrays = npst.arrays(
    npst.boolean_dtypes()
    | npst.integer_dtypes(endianness="=")
    | npst.unsigned_integer_dtypes(endianness="=")
    | npst.floating_dtypes(endianness="=", sizes=(16, 32, 64))
    | npst.complex_number_dtypes(endianness="=", sizes=(64, 128)),
    npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
keys = st.recursive(atoms, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=4)
values = st.recursive(
    atoms | arrays,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)
"""Any value that can cross."""


@st.composite
def mutated(draw: st.DrawFn, message: bytes) -> bytes:
    """A message with bits turned over, bytes put in, taken out or made huge, or its end cut off."""
    data = bytearray(message)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data) - 1))
        kind = draw(st.sampled_from(["flip", "insert", "delete", "cut", "huge"]))
        if kind == "flip":
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=8))
        elif kind == "delete" and len(data) > 1:
            del data[at]
        elif kind == "cut" and at:
            del data[at:]
        else:
            data[at : at + 4] = b"\xff\xff\xff\xff"
    return bytes(data)


@st.composite
def near(draw: st.DrawFn, value: object) -> object:
    """A value whose encoding differs from another's in a few bits, if that is one; else any."""
    try:
        return wire.decode(draw(mutated(wire.encode(value))))
    except wire.WireError:
        return draw(values)
