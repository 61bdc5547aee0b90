"""The plain data that arguments and results are made of: read and told apart.

A value of the author's must be able to cross to a student's process and back, so what is no plain
data is refused here, before anything is marked by it. The fingerprint of a value is equal for
equal values of equal types and for no others: by it, inputs that were changed, results that vary
and cases that stand twice are found without comparing each with each.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from grader.model import Value

_DEEPEST = 32
_KINDS = "biufc"  # of array dtypes: bool, integers, floats, complex


class NotPlain(Exception):
    """A value that may not cross; the message says what it is."""


class _Absent:
    """What a path into a value leads to when there is nothing."""


ABSENT = _Absent()


def plain(value: object, depth: int = 0) -> Value:
    """Reads a value of the author's as plain data; NumPy's scalars become Python's.

    Raises:
        NotPlain: if it is none, or holds something that is none.
    """
    if value is None or type(value) in (bool, int, float, complex):
        return value  # type: ignore[return-value]
    if depth > _DEEPEST:
        raise NotPlain(f"a value nested deeper than {_DEEPEST} levels")
    if isinstance(value, str):
        return _plain_text(value)
    if isinstance(value, list):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, tuple):
        return tuple(plain(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return {_plain_key(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _plain_array(value)
    if isinstance(value, int | float | complex):  # an enum, say: read as its built-in base
        return int(value) if isinstance(value, int) else _base(value)
    raise NotPlain(f"a {type(value).__name__}")


def _base(value: float | complex) -> float | complex:
    return float(value) if isinstance(value, float) else complex(value)


def _plain_text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotPlain("text that is no valid Unicode") from None
    return str(text)


def _plain_key(key: object) -> Any:
    if isinstance(key, tuple):
        return tuple(_plain_key(item) for item in key)
    if isinstance(key, np.generic):
        key = key.item()
    if key is None or isinstance(key, bool | int | float):
        return key
    if isinstance(key, str):
        return _plain_text(key)
    raise NotPlain(f"a dict with a {type(key).__name__} as a key")


def _plain_array(value: np.ndarray[Any, Any] | np.generic) -> Value:
    if isinstance(value, np.str_):
        return _plain_text(str(value))
    kind, size = value.dtype.kind, value.dtype.itemsize
    if kind not in _KINDS or size > (16 if kind == "c" else 8):
        raise NotPlain(f"an array of dtype {value.dtype}")
    if isinstance(value, np.generic):
        return value.item()  # type: ignore[no-any-return]
    return np.array(value, order="C", subok=False)


def fingerprint(value: object) -> bytes:
    """Encodes plain data so that equal bytes mean equal values of equal types.

    >>> fingerprint([1, 2.0]) == fingerprint([1, 2])
    False
    """
    parts: list[bytes] = []
    _encode(value, parts)
    return b"".join(parts)


def _encode(value: Any, parts: list[bytes]) -> None:
    match value:
        case None:
            parts.append(b"N")
        case bool():
            parts.append(b"T" if value else b"F")
        case int():
            parts.append(b"i%d;" % value if value.bit_length() < 10_000 else b"I%x;" % value)
        case float():
            parts.append(b"f" + struct.pack("<d", value))
        case complex():
            parts.append(b"c" + struct.pack("<dd", value.real, value.imag))
        case str():
            text = value.encode(errors="surrogatepass")
            parts.append(b"s%d:" % len(text) + text)
        case list() | tuple():
            parts.append((b"l%d:" if isinstance(value, list) else b"t%d:") % len(value))
            for item in value:
                _encode(item, parts)
        case dict():
            parts.append(b"d%d:" % len(value))
            for key, item in value.items():
                _encode(key, parts)
                _encode(item, parts)
        case np.ndarray():
            head = f"a{value.dtype.str}{value.shape}:".encode()
            parts.append(head + value.tobytes())
        case _:
            parts.append(b"?" + str(type(value)).encode())


def narrow(value: Any, at: tuple[str | int, ...]) -> Any:
    """The part of a value that a path leads to, or `ABSENT`.

    >>> narrow({"rows": [1, 2]}, ("rows", 1))
    2
    """
    for step in at:
        if not _reaches(value, step):
            return ABSENT
        value = value[step]
    return value.item() if isinstance(value, np.generic) else value


def _reaches(value: Any, step: str | int) -> bool:
    if isinstance(value, dict):
        return step in value
    if isinstance(step, str) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return False
    return isinstance(value, list | tuple | np.ndarray) and -len(value) <= step < len(value)
