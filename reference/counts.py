"""Counts handed from one question's function to the next.

A composite (a whole network, say) calls its steps as functions. In follow-through these are the
student's own, so what they return is read here before it is used: 36.0 is 36 as everywhere in the
problem set, and anything that is no whole number is refused, because arithmetic on it (a text
repeated, a True added) could come out looking like an answer.
"""

from __future__ import annotations

import numpy as np


def whole_number(value: object) -> int:
    """Read what a step returned as a count.

    Raises:
        ValueError: if it is no whole number. True and "36" are none, 36.0 is one.

    >>> whole_number(36.0)
    36
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"a step must return a whole number, got {value!r}")
