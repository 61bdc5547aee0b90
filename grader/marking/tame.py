"""Makes a stranger's value safe to go on with: the kind and about the size of the true one.

In follow-through a student's value enters the author's reference, which may loop as often as it
says. So a number has to be at most 100,000 times the true one (who counts parameters once for each
pixel has 50,000 times as many), and finite where that is; a list, an array or a dict is at most a
hundred times as long. An entry may stand in another place than in the true value, and a dict may
have other keys: it only has to be like one of the true entries.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import numpy as np

from grader.marking.arrays import as_array, plain

_LARGEST = 10_000  # a number may always be so large
_NUMBERS = 100_000  # times the true number
_LENGTHS = 100  # times the true length
_ROUNDING = 1e-9  # of the greatest absolute value
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
            return _tame_dict(value, true)
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
    if array.dtype.kind == "c" and true.dtype.kind == "f" and _is_real(array):
        array = array.real
    kinds = "b" if true.dtype.kind == "b" else "iufc" if true.dtype.kind == "c" else "iuf"
    if array.dtype.kind not in kinds or array.ndim != true.ndim:
        raise Unusable("no such array")
    if array.size > _longest(true.size) or not _finite_as(array, true):
        raise Unusable("an array of absurd size or values")
    return array.copy()


def _is_real(array: np.ndarray[Any, Any]) -> bool:
    """Whether complex numbers have no imaginary part but what rounding leaves of one."""
    with np.errstate(all="ignore"):
        size = float(np.max(np.abs(array), initial=0.0))
    allowed = _ROUNDING * size if math.isfinite(size) else 0.0
    return bool((np.abs(array.imag) <= allowed).all())


def _finite_as(array: Any, true: Any) -> bool:
    """Whether all is finite, but for NaN or infinities if the true one has such."""
    allowed = np.isfinite(array)
    if np.isnan(true).any():
        allowed |= np.isnan(array)
    if np.isinf(true).any():
        allowed |= np.isinf(array)
    return bool(allowed.all())


def _tame_row(value: Any, true: list[Any] | tuple[Any, ...]) -> Any:
    if isinstance(value, np.ndarray) and value.ndim > 0 and value.size <= _longest(len(true)):
        value = value.tolist()
    if not isinstance(value, list | tuple) or len(value) > _longest(len(true)):
        raise Unusable("no list of sensible length")
    kinds = _kinds(true)
    own = [[item] for item in true] if len(value) == len(true) else [[]] * len(value)
    pairs = zip(value, own, strict=True)
    return type(true)(_tame_as_one_of(item, [*place, *kinds]) for item, place in pairs)


def _tame_dict(value: Any, true: dict[Any, Any]) -> Any:
    """Entries under other keys count if they are like the true ones; what is unlike is left out."""
    if not isinstance(value, dict) or len(value) > _longest(len(true)):
        raise Unusable("no dict of sensible length")
    keys, items = _kinds(true), _kinds(true.values())
    tamed = {}
    for key, item in value.items():
        if key in true:
            tamed[key] = _tame_as_one_of(item, [true[key], *items])
            continue
        with suppress(Unusable):
            tamed[_tame_as_one_of(key, keys)] = _tame_as_one_of(item, items)
    return tamed


def _tame_as_one_of(value: Any, true: list[Any]) -> Any:
    """The value, tamed by the first of several that it is like."""
    for one in true:
        with suppress(Unusable):
            return tame(value, one)
    raise Unusable("nothing like any entry")


def _kinds(entries: Iterable[Any]) -> list[Any]:
    """What an entry is held against: of each kind of the true ones one, of numbers the greatest."""
    found: dict[Any, Any] = {}
    for entry in map(plain, entries):
        if isinstance(entry, int | float | complex) and not isinstance(entry, bool):
            kind: Any = "finite" if _is_finite(entry) else str(entry)
            found[kind] = max(found.get(kind, entry), entry, key=_size)
        else:
            kind = (type(entry), entry.ndim if isinstance(entry, np.ndarray) else 0)
            found.setdefault(kind, entry)
    return list(found.values()) or [0, "", True]  # of nothing, any plain entry is like it


def _tame_number(value: Any, true: Any) -> Any:
    if value is None and true is None:
        return None
    if isinstance(value, complex) and isinstance(true, float) and _is_real(np.array(value)):
        value = value.real
    kinds = int | float | complex if isinstance(true, complex) else int | float
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise Unusable("not a number")
    if not _is_finite(value):
        if isinstance(true, float | complex) and _finite_as(np.array(value), np.array(true)):
            return value
        raise Unusable("not a finite number")
    size = _size(true) if isinstance(true, int | float | complex) and _is_finite(true) else 0
    if not _size(value) <= max(_LARGEST, _NUMBERS * size):
        raise Unusable("a number of absurd size")
    if isinstance(value, float) and not isinstance(true, float | complex) and value.is_integer():
        return int(value)
    return value


def _size(number: complex) -> float:
    """The absolute value, infinite where no float can hold that of a complex number."""
    try:
        return abs(number)
    except OverflowError:
        return math.inf


def _is_finite(number: complex) -> bool:
    """Whether a number is finite, as every integer is, however large."""
    return isinstance(number, int) or cmath.isfinite(number)
