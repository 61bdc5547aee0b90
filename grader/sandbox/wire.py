"""Plain data as bytes: all that may cross between the grader and a worker.

The one thing to know: `decode` reads bytes that a student's process wrote. It trusts no length,
builds nothing but the plain types named below, and answers every other input with `WireError`,
in time and memory proportional to the bytes that it was given.

A value is one byte of tag and what the tag asks for, little-endian throughout:

    N  T  F       None, True, False
    i             length (u16), two's complement, no longer than it needs to be
    f  c          8 bytes, 16 bytes: IEEE 754, bit for bit (NaN payloads and -0.0 survive)
    s             length (u32), UTF-8 (a lone surrogate as its three bytes)
    l  t          count (u32), that many values
    d             count (u32), that many pairs of key and value, no key twice
    a             kind (one of "biufc"), item size (u8), dimensions (u8), lengths (u64 each), data

An encoding is canonical: equal bytes mean equal values, type by type, which is how a changed
input is noticed. NumPy is imported when the first array is met and not before.
"""

from __future__ import annotations

import struct
import sys
from math import prod
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeGuard

    import numpy as np

    from grader.model import Value

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_DEPTH: Final = 64
MAX_NODES: Final = 1_000_000
"""Values in one message, counting containers and keys; an array counts once."""
_NODE_BYTES: Final = 80
"""What Python spends on a value beside its content: an empty dict and its place in a list."""
MAX_INT_BYTES: Final = 1_750
"""4,215 digits. Python refuses to print an int of more than 4,300, and so would our reports."""
MAX_DIMENSIONS: Final = 32
MAX_EMPTY: Final = 1_000_000
"""Rows of an array without elements: its bytes do not bound them, `tolist` would build them."""
MAX_COLLISIONS: Final = 8
"""Keys of one dict with the same hash: chosen ones would make its construction quadratic."""
MAX_MEETINGS: Final = 1 << 26
"""Keys of different hashes can be chosen so that each is looked for where all before it are. So
many such pairs there may be in one message: one dict of 11,584 keys, or many of fewer. Text does
not count, as its hash is salted, nor do integers of which there are too few to choose from."""
_FEW: Final = 1 << 20

_U16: Final = struct.Struct("<H")
_U32: Final = struct.Struct("<I")
_U64: Final = struct.Struct("<Q")
_DOUBLE: Final = struct.Struct("<d")
_COMPLEX: Final = struct.Struct("<dd")
_DTYPES: Final = frozenset(
    (kind, size)
    for kind, sizes in (("b", (1,)), ("iu", (1, 2, 4, 8)), ("f", (2, 4, 8)), ("c", (8, 16)))
    for kind in kind
    for size in sizes
)


class WireError(ValueError):
    """What was to be encoded is not plain data, or what was to be decoded is no encoding."""


def encode(value: object, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Turn plain data into its one encoding, or raise WireError naming the type that is not plain.

    Types count exactly: a subclass of int, a NumPy scalar or an array of objects is refused.
    """
    encoder = _Encoder(max_bytes)
    encoder.write(value, 0)
    return b"".join(encoder.parts)


def encode_tuple(*parts: bytes) -> bytes:
    """Join encodings to that of the tuple of their values."""
    return b"".join((b"t", _U32.pack(len(parts)), *parts))


def decode(data: bytes, *, max_bytes: int = MAX_BYTES) -> Value:
    """Read one value that fills `data` to its last byte, or raise WireError."""
    value, _ = decode_and_weigh(data, max_bytes=max_bytes)
    return value


def decode_and_weigh(data: bytes, *, max_bytes: int = MAX_BYTES) -> tuple[Value, int]:
    """Read one value as `decode` does; return it with the bytes that it takes up at most."""
    if len(data) > max_bytes:
        raise WireError(f"{len(data)} bytes, at most {max_bytes} are allowed")
    decoder = _Decoder(data)
    value: Value = decoder.read(0)
    if decoder.at != len(data):
        raise WireError(f"{len(data) - decoder.at} bytes are left over")
    return value, len(data) + _NODE_BYTES * (MAX_NODES - decoder.nodes)


class _Encoder:
    """Collects the pieces of one encoding and what they have cost so far."""

    __slots__ = ("left", "meetings", "nodes", "parts")

    def __init__(self, max_bytes: int) -> None:
        self.parts: list[bytes] = []
        self.left = max_bytes
        self.nodes = MAX_NODES
        self.meetings = MAX_MEETINGS

    def put(self, part: bytes) -> None:
        self.reserve(len(part))
        self.parts.append(part)

    def reserve(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise WireError("the value is too large")

    def write(self, value: object, depth: int) -> None:
        self.nodes -= 1
        if self.nodes < 0:
            raise WireError(f"more than {MAX_NODES} values")
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        kind = type(value)
        writer = _WRITERS.get(kind)
        if writer is not None:
            writer(self, value, depth)
        elif is_array(value):
            self.array(value)
        else:
            raise WireError(f"{kind.__module__}.{kind.__qualname__} is not plain data")

    def singleton(self, value: object, depth: int) -> None:
        self.put(b"N" if value is None else b"T" if value is True else b"F")

    def integer(self, value: int, depth: int) -> None:
        size = value.bit_length() // 8 + 1
        if size > MAX_INT_BYTES:
            raise WireError(f"an int of {value.bit_length()} bits")
        self.put(b"i" + _U16.pack(size) + value.to_bytes(size, "little", signed=True))

    def double(self, value: float, depth: int) -> None:
        self.put(b"f" + _DOUBLE.pack(value))

    def two_doubles(self, value: complex, depth: int) -> None:
        self.put(b"c" + _COMPLEX.pack(value.real, value.imag))

    def text(self, value: str, depth: int) -> None:
        if len(value) > self.left:
            raise WireError("the value is too large")
        data = value.encode("utf-8", "surrogatepass")
        self.put(b"s" + _U32.pack(len(data)) + data)

    def sequence(self, value: list[object] | tuple[object, ...], depth: int) -> None:
        self.put((b"l" if type(value) is list else b"t") + _U32.pack(len(value)))
        for item in value:
            self.write(item, depth + 1)

    def mapping(self, value: dict[object, object], depth: int) -> None:
        self.put(b"d" + _U32.pack(len(value)))
        others = 0
        for key, item in value.items():
            _check_key(key, depth)
            if _can_be_chosen(key):
                others += 1
                self.meetings = _left(self.meetings, others)
            self.write(key, depth + 1)
            self.write(item, depth + 1)

    def array(self, value: np.ndarray[Any, Any]) -> None:
        dtype = value.dtype
        if (dtype.kind, dtype.itemsize) not in _DTYPES:
            raise WireError(f"an array of dtype {dtype} is not plain data")
        if value.ndim > MAX_DIMENSIONS:
            raise WireError(f"an array of {value.ndim} dimensions")
        if not value.size and _rows(value.shape) > MAX_EMPTY:
            raise WireError(f"an array of shape {value.shape}")
        self.put(b"a%c%c%c" % (ord(dtype.kind), dtype.itemsize, value.ndim))
        self.put(b"".join(_U64.pack(length) for length in value.shape))
        self.reserve(value.nbytes)  # before the bytes are made: a broadcast array is large for free
        self.parts.append(value.astype(dtype.newbyteorder("<"), copy=False).tobytes())


def is_array(value: object) -> TypeGuard[np.ndarray[Any, Any]]:
    """Whether `value` is exactly a NumPy array; NumPy is not imported to find out."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is getattr(numpy, "ndarray", None)


def _rows(shape: tuple[int, ...]) -> int:
    return prod(length for length in shape if length)


def _can_be_chosen(key: object) -> bool:
    """Whether there are keys of its kind that one dict takes long to tell apart."""
    return type(key) is not str and not (type(key) is int and abs(key) <= _FEW)


def _left(meetings: int, others: int) -> int:
    """Count a key that may meet all others such before it in its dict."""
    if others > meetings:
        raise WireError("too many keys that are neither text nor small integers")
    return meetings - others


def _check_key(key: object, depth: int) -> None:
    if type(key) is tuple:
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        for part in key:
            _check_key(part, depth + 1)
    elif type(key) not in _KEY_TYPES:
        raise WireError(f"a key of type {type(key).__qualname__} is not plain data")


_WRITERS: Final[dict[type, Callable[[_Encoder, Any, int], None]]] = {
    type(None): _Encoder.singleton,
    bool: _Encoder.singleton,
    int: _Encoder.integer,
    float: _Encoder.double,
    complex: _Encoder.two_doubles,
    str: _Encoder.text,
    list: _Encoder.sequence,
    tuple: _Encoder.sequence,
    dict: _Encoder.mapping,
}
_KEY_TYPES: Final = frozenset({type(None), bool, int, float, complex, str})
_KEY_TAGS: Final = frozenset(b"NTFifcst")


class _Decoder:
    """A place in the bytes, and what may still be built of them."""

    __slots__ = ("at", "data", "meetings", "nodes")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.nodes = MAX_NODES
        self.meetings = MAX_MEETINGS

    def take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self.data):
            raise WireError(f"{end - len(self.data)} bytes are missing")
        part = self.data[self.at : end]
        self.at = end
        return part

    def read(self, depth: int, tags: frozenset[int] | None = None) -> Any:
        self.nodes -= 1
        if self.nodes < 0:
            raise WireError(f"more than {MAX_NODES} values")
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        tag = self.take(1)[0]
        reader = _READERS.get(tag)
        if reader is None or (tags is not None and tag not in tags):
            raise WireError(f"unexpected tag {tag:#04x}")
        return reader(self, depth, tags)

    def count(self, smallest: int) -> int:
        """Read a count of items that take at least `smallest` bytes each, if there are so many."""
        count: int = _U32.unpack(self.take(4))[0]
        if count * smallest > len(self.data) - self.at:
            raise WireError(f"{count} items are declared, the bytes end before")
        if count > self.nodes:
            raise WireError(f"more than {MAX_NODES} values")
        return count

    def integer(self, depth: int, tags: frozenset[int] | None) -> int:
        size = _U16.unpack(self.take(2))[0]
        if not 0 < size <= MAX_INT_BYTES:
            raise WireError(f"an int of {size} bytes")
        value = int.from_bytes(self.take(size), "little", signed=True)
        if value.bit_length() // 8 + 1 != size:
            raise WireError("an int longer than it needs to be")
        return value

    def double(self, depth: int, tags: frozenset[int] | None) -> float:
        value: float = _DOUBLE.unpack(self.take(8))[0]
        return value

    def two_doubles(self, depth: int, tags: frozenset[int] | None) -> complex:
        return complex(*_COMPLEX.unpack(self.take(16)))

    def text(self, depth: int, tags: frozenset[int] | None) -> str:
        data = self.take(_U32.unpack(self.take(4))[0])
        try:
            return data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise WireError("text that is not UTF-8") from error

    def read_list(self, depth: int, tags: frozenset[int] | None) -> list[Any]:
        return [self.read(depth + 1, tags) for _ in range(self.count(1))]

    def read_tuple(self, depth: int, tags: frozenset[int] | None) -> tuple[Any, ...]:
        return tuple([self.read(depth + 1, tags) for _ in range(self.count(1))])

    def mapping(self, depth: int, tags: frozenset[int] | None) -> dict[Any, Any]:
        value: dict[Any, Any] = {}
        hashes: dict[int, int] = {}
        others = 0
        for _ in range(self.count(2)):
            key = self.read(depth + 1, _KEY_TAGS)
            if _can_be_chosen(key):
                others += 1
                self.meetings = _left(self.meetings, others)
                alike = hashes[hash(key)] = hashes.get(hash(key), 0) + 1
                if alike > MAX_COLLISIONS:
                    raise WireError("too many keys with the same hash")
            if key in value:
                raise WireError("a key stands twice")
            value[key] = self.read(depth + 1)
        return value

    def array(self, depth: int, tags: frozenset[int] | None) -> np.ndarray[Any, Any]:
        kind, itemsize, dimensions = self.take(3)
        if (chr(kind), itemsize) not in _DTYPES:
            raise WireError(f"an array of kind {kind:#04x} and item size {itemsize}")
        if dimensions > MAX_DIMENSIONS:
            raise WireError(f"an array of {dimensions} dimensions")
        shape = tuple(_U64.unpack(self.take(8))[0] for _ in range(dimensions))
        size = prod(shape)
        if not size and _rows(shape) > MAX_EMPTY:
            raise WireError(f"an array of shape {shape}")
        if size * itemsize > len(self.data) - self.at:
            raise WireError(f"an array of shape {shape} is declared, the bytes end before")
        import numpy as np  # late: a message without arrays does not need it

        dtype = np.dtype(f"<{chr(kind)}{itemsize}")
        data = np.frombuffer(self.data, dtype, size, self.at) if size else np.empty(0, dtype)
        self.at += size * itemsize
        if kind == ord("b") and (data.view(np.uint8) > 1).any():
            raise WireError("a bool that is neither 0 nor 1")
        return data.astype(dtype.newbyteorder("=")).reshape(shape)  # a copy: its own, writable


_READERS: Final[dict[int, Callable[[_Decoder, int, frozenset[int] | None], Any]]] = {
    ord("N"): lambda decoder, depth, tags: None,
    ord("T"): lambda decoder, depth, tags: True,
    ord("F"): lambda decoder, depth, tags: False,
    ord("i"): _Decoder.integer,
    ord("f"): _Decoder.double,
    ord("c"): _Decoder.two_doubles,
    ord("s"): _Decoder.text,
    ord("l"): _Decoder.read_list,
    ord("t"): _Decoder.read_tuple,
    ord("d"): _Decoder.mapping,
    ord("a"): _Decoder.array,
}
