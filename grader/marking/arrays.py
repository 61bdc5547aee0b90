"""Reads plain data as arrays, without losing what lists can say and arrays cannot.

A student may return nested lists, tuples, arrays, zero-dimensional tensors, or lists of any of
these. `as_array` makes one array of them if they are one. Integers stay exact: those that no
int64 holds, or that stand beside floats and are too large for one, make an array of objects.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from grader.marking.wording import describe

Array: TypeAlias = np.ndarray[Any, Any]

MOST = 1_000_000  # elements that nested lists may have
_DEEPEST = 32  # dimensions
EXACT = 2**53  # whole numbers up to here are floats exactly


def plain(value: Any) -> Any:
    """The Python scalar of a NumPy scalar or a zero-dimensional array, else the value itself."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.item()
    return value


def is_row(value: Any) -> bool:
    """Whether a value is a list, a tuple or an array with at least one dimension."""
    return isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 0)


def entries(row: Any) -> list[Any]:
    """The entries of a row; those of an array of several dimensions are arrays."""
    if isinstance(row, np.ndarray):
        found: list[Any] = row.tolist() if row.ndim == 1 else list(row)
        return found
    return list(row)


def as_array(value: Any, most: int = MOST) -> Array | str:
    """Decides whether a value is an array of numbers or bools.

    Args:
        value: any plain data.
        most: the number of elements beyond which nested lists are not looked into.

    Returns:
        The array, or in words what the value is instead.
    """
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind in "biufcO" else f"an array of {value.dtype.name}"
    if not isinstance(value, list | tuple):
        return describe(value)
    shape: list[int] = []
    level: list[Any] = [value]
    while level and all(is_row(item) for item in level):
        if len(shape) == _DEEPEST:
            return f"lists nested more than {_DEEPEST} deep"
        lengths = {len(item) for item in level}
        if len(lengths) > 1:
            return "rows of different lengths"
        shape.append(lengths.pop())
        if len(level) * shape[-1] > most:
            return f"nested lists of more than {most} elements"
        level = [entry for item in level for entry in entries(item)]
    return _fill(shape, [plain(item) for item in level])


def _fill(shape: list[int], items: list[Any]) -> Array | str:
    """An array of `shape` with these elements, in the narrowest kind that keeps them exact."""
    if any(isinstance(item, list | tuple | np.ndarray) for item in items):
        return "rows of different depths"
    kinds = {type(item) for item in items}
    if kinds == {bool}:
        return np.array(items, dtype=bool).reshape(shape)
    if not kinds <= {int, float, complex}:
        odd = next(item for item in items if type(item) not in (int, float, complex))
        return f"{describe(odd)} among the elements"
    dtype: Any = complex if complex in kinds else float if float in kinds or not kinds else np.int64
    largest = max((abs(item) for item in items if isinstance(item, int)), default=0)
    if largest > (EXACT if dtype is not np.int64 else 2**63 - 1):
        dtype = object
    array = np.empty(len(items), dtype=dtype)
    array[:] = items
    return array.reshape(shape)


def is_wide(array: Array) -> bool:
    """Whether an array holds whole numbers that float64 cannot tell apart."""
    if array.dtype.kind == "O":
        return True
    if array.dtype.kind not in "iu" or array.dtype.itemsize < 8 or not array.size:
        return False
    return int(array.max()) > EXACT or int(array.min()) < -EXACT


def as_floats(array: Array) -> Array:
    """As float64 (complex128 for complex). Not for wide arrays, which it would round."""
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
