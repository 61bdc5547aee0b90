"""What a worker is asked, as bytes: mostly read and compared in C, as there are many short calls.

These bytes are the grader's own, so `marshal` may read them, which must never be given a
stranger's. What a worker answers crosses as plain data (wire.py), and so do the few requests that
marshal has no form for. In its second version an encoding is canonical, as wire.py's is: nothing is
shared within it, and equal bytes mean equal values, type by type.
"""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any, Final

from grader.sandbox import wire

if TYPE_CHECKING:
    from grader.model import Value

_VERSION: Final = 2
_TUPLE: Final = b"("  # what marshal begins one with; wire.py begins it with "t"


def pack(function: str, args: tuple[Value, ...]) -> bytes:
    """Return the request for a call with plain data."""
    if any(_holds_array(arg) for arg in args if not wire.is_array(arg)):
        return wire.encode(("call", function, args))
    return _marshalled(function, args)


def unpack(request: bytes) -> Any:
    """Read a request: a tuple of what is to be done, and with what."""
    if not request.startswith(_TUPLE):
        return wire.decode(request)
    function, args, arrays = marshal.loads(request)
    if arrays:
        import numpy as np  # late: a worker whose calls have none does without

        args = list(args)
        for position, dtype, shape, data in arrays:
            args[position] = np.ndarray(shape, dtype, data).copy()
        args = tuple(args)
    return "call", function, args


def is_of(request: bytes, function: str, args: tuple[Any, ...]) -> bool:
    """Whether these are still the arguments that a request handed over."""
    try:
        if request.startswith(_TUPLE):
            return _marshalled(function, args) == request
        return wire.encode(("call", function, args), max_bytes=len(request)) == request
    except (wire.WireError, ValueError, RecursionError, MemoryError):
        return False


def _marshalled(function: str, args: tuple[Any, ...]) -> bytes:
    """Arrays stand apart, as marshal would take them for bytes."""
    plain = tuple([None if wire.is_array(arg) else arg for arg in args])
    arrays = tuple(
        [
            (position, arg.dtype.str, arg.shape, arg.tobytes())
            for position, arg in enumerate(args)
            if wire.is_array(arg)
        ]
    )
    return marshal.dumps((function, plain, arrays), _VERSION)


def _holds_array(value: object) -> bool:
    if isinstance(value, dict):
        return any(_holds_array(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_holds_array(item) for item in value)
    return wire.is_array(value)
