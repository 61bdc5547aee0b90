"""Counts handed from one question's function to the next.

A composite (a whole network, say) calls its steps as functions. In follow-through these are the
student's own, so what they return is read here before it is used: 36.0 is 36 as everywhere in the
problem set, and anything that is no whole number is refused, because arithmetic on it (a text
repeated, a True added) could come out looking like an answer.
"""

from __future__ import annotations

import numpy as np


def whole_number(value: object) -> int:
    """Read what a step returned as one count.

    Raises:
        ValueError: if it is no whole number. True and "36" are none, 36.0 is one.

    >>> whole_number(36.0)
    36
    """
    if isinstance(value, np.ndarray | np.generic) and value.ndim == 0:
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"expected a whole number, got {value!r}")


def whole_numbers(values: object) -> list[int]:
    """Read what a step returned as a list of counts, one per layer.

    Raises:
        ValueError: if it is no list, tuple or one-dimensional array, or an entry is no count.

    >>> whole_numbers((448, 4640.0))
    [448, 4640]
    """
    if isinstance(values, np.ndarray) and values.ndim == 1:
        values = values.tolist()
    if not isinstance(values, list | tuple):
        raise ValueError(f"expected a list of whole numbers, got {values!r}")
    return [whole_number(value) for value in values]
