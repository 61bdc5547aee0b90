"""Finds numbers and the like that config.yaml spells as YAML does not: they were read as text."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

_WORDS = {
    **dict.fromkeys(("inf", "+inf", "np.inf", "math.inf"), (math.inf, ".inf")),
    **dict.fromkeys(("-inf", "-np.inf", "-math.inf"), (-math.inf, "-.inf")),
    **dict.fromkeys(("nan", "np.nan", "math.nan"), (math.nan, ".nan")),
    "none": (None, "null"),
    **dict.fromkeys(("yes", "on"), (True, "true")),
    **dict.fromkeys(("no", "off"), (False, "false")),
}


def spelt(value: Any) -> tuple[Any, str]:
    """A value with its text read as Python would, and the remedy for the first such text.

    >>> spelt(["NaN", 2])
    ([nan, 2], 'write .nan: YAML reads NaN as text')
    >>> spelt("maybe")
    ('maybe', '')
    """
    if isinstance(value, list):
        items = [spelt(item) for item in value]
        return [item for item, _ in items], next((told for _, told in items if told), "")
    if isinstance(value, dict):
        keys, told = list(value), spelt(list(value.values()))
        return dict(zip(keys, told[0], strict=True)), told[1]
    if not isinstance(value, str):
        return value, ""
    if value.lower() in _WORDS:
        meant, word = _WORDS[value.lower()]
        return meant, f"write {word}: YAML reads {value} as text"
    for kind in (int, float, complex):
        with suppress(ValueError):
            number = kind(value.replace(" ", ""))
            break
    else:
        return value, ""
    if isinstance(number, complex):
        return number, f"YAML reads {value} as text, as it has no complex numbers: use `generate`"
    return number, f"write {value} without quotes: it is text"
