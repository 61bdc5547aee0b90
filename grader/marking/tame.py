"""Makes a stranger's value safe to go on with: the kind and about the size of the true one.

In follow-through a student's value enters the author's reference, which may loop as often as it
says. So a number has to be finite and at most a thousand times the true one, and a list or an
array at most a hundred times as long.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.marking.arrays import as_array, plain

_LARGEST = 10_000  # a number may always be so large
_NUMBERS = 1000  # times the true number
_LENGTHS = 100  # times the true length
_LONGEST = 10_000  # entries that a value may always have


class Unusable(Exception):
    """The student's step gave nothing that the composite could go on with."""


def tame(value: Any, true: Any) -> Any:
    """Decides whether a step's value is of the true one's kind and of a size one can go on with.

    Returns:
        The value, in the types that the reference works with (an integral float as an int, an
        array as a list where the true step gives a list).

    Raises:
        Unusable: if it is rubbish.
    """
    true = plain(true)
    match true:
        case np.ndarray():
            return _tame_array(value, true)
        case list() | tuple():
            return _tame_row(value, true)
        case dict():
            if not isinstance(value, dict) or not all(key in value for key in true):
                raise Unusable("not such a dict")
            return {key: tame(value[key], item) for key, item in true.items()}
        case str():
            if not isinstance(value, str) or len(value) > _longest(len(true)):
                raise Unusable("no text of sensible length")
            return value
        case bool():
            if not isinstance(plain(value), bool):
                raise Unusable("no bool")
            return plain(value)
        case _:
            return _tame_number(plain(value), true)


def _longest(true: int) -> int:
    return max(_LONGEST, _LENGTHS * true)


def _tame_array(value: Any, true: np.ndarray[Any, Any]) -> Any:
    array = as_array(value, most=_longest(true.size))
    if isinstance(array, str):
        raise Unusable(array)
    kinds = "b" if true.dtype.kind == "b" else "iufc" if true.dtype.kind == "c" else "iuf"
    if array.dtype.kind not in kinds or array.ndim != true.ndim:
        raise Unusable("no such array")
    if array.size > _longest(true.size) or not np.isfinite(array).all():
        raise Unusable("an array of absurd size or values")
    return array.copy()


def _tame_row(value: Any, true: list[Any] | tuple[Any, ...]) -> Any:
    if isinstance(value, np.ndarray) and value.ndim > 0 and value.size <= _longest(len(true)):
        value = value.tolist()
    if not isinstance(value, list | tuple) or len(value) > _longest(len(true)):
        raise Unusable("no list of sensible length")
    like = _like(true)
    return type(true)(tame(item, like) for item in value)


def _like(true: list[Any] | tuple[Any, ...]) -> Any:
    """What an entry is held against: of numbers the greatest, as entries may have moved along."""
    if all(isinstance(item, int | float) and not isinstance(item, bool) for item in true):
        return max(true, key=abs, default=0)
    return true[0]


def _tame_number(value: Any, true: Any) -> Any:
    if value is None and true is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable("not a number")
    size = abs(true) if isinstance(true, int | float) else 0
    if not abs(value) <= max(_LARGEST, _NUMBERS * size):
        raise Unusable("a number of absurd size")
    if isinstance(value, float) and not isinstance(true, float) and value.is_integer():
        return int(value)
    return value
