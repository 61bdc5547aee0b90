"""Words for values: how a leaf, a place and a sentence of somebody else's are printed.

Everything here is bounded, whatever it is given, and prints two different values differently as
far as the room allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

_BITS_IN_FULL = 180  # integers up to here (54 digits) are printed whole
_BITS_PRINTABLE = 14_000  # Python refuses to print integers of more than 4,300 digits
_TEXT = 200  # characters kept of a text
_ENTRIES, _LEVELS = 4, 2  # of a tuple that is printed whole
_SENTENCE_END = re.compile(r"""[.?!]["')]*(?=\s+["'(]?[A-Z0-9]|\s*$)""")


def show(value: Any) -> str:
    """A leaf, so that two different ones look different, in bounded length.

    >>> show(0.1 + 0.2), show(11329414656), show([1, 2]), show((0, 1))
    ('0.30000000000000004', '11329414656', 'a list of 2', '(0, 1)')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int) and not isinstance(value, bool):
        return _show_int(value)
    if isinstance(value, str):
        return repr(value if len(value) <= _TEXT else value[:_TEXT] + "…")
    if isinstance(value, bool | float | complex) or value is None:
        return repr(value)
    if isinstance(value, tuple):
        return _show_tuple(value)
    return describe(value)


def _show_tuple(value: tuple[Any, ...], depth: int = 0) -> str:
    """A short tuple, as the key of a dict is one: "(0, 1)"."""
    if len(value) > _ENTRIES or depth == _LEVELS:
        return describe(value)
    shown = [_show_tuple(i, depth + 1) if isinstance(i, tuple) else show(i) for i in value]
    return f"({', '.join(shown)}{',' if len(shown) == 1 else ''})"


def _show_int(value: int) -> str:
    bits = value.bit_length()
    if bits <= _BITS_IN_FULL:
        return str(value)
    if bits > _BITS_PRINTABLE:
        return f"an integer of {bits} bits"
    digits = str(value)
    return f"{digits[:20]}…{digits[-20:]} ({len(digits.lstrip('-'))} digits)"


def show_amount(number: float) -> str:
    """A difference: a whole one without its ".0".

    >>> show_amount(104.0), show_amount(0.25)
    ('104', '0.25')
    """
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


def show_path(path: Iterable[Any]) -> str:
    """The way to a leaf as Python writes it.

    >>> show_path(("boxes", 2, 0))
    "['boxes'][2, 0]"
    """
    text = "".join(f"[{show(step)}]" for step in path)
    return re.sub(r"(?<=\d)\]\[(?=\d)", ", ", text)


def describe(value: Any) -> str:
    """What kind of thing a value is: "a list of 3", "an array of shape (2, 2)"."""
    match value:
        case None:
            return "None"
        case bool() | np.bool_():
            return "a bool"
        case int() | np.integer():
            return "an int"
        case float() | np.floating():
            return "a float"
        case complex() | np.complexfloating():
            return "a complex number"
        case str():
            return "text"
        case list():
            return f"a list of {len(value)}"
        case tuple():
            return f"a tuple of {len(value)}"
        case dict():
            return f"a dict of {len(value)}"
        case np.ndarray():
            return f"an array of shape {value.shape}"
        case _:
            return "a value of another kind"


def one_line(text: str, most: int = _TEXT) -> str:
    """A student's own words as one printable line of at most `most` characters."""
    line = " ".join(text[: 4 * most].split())
    line = "".join(char if char.isprintable() else "�" for char in line)
    return line if len(line) <= most else line[: most - 1] + "…"


def count_sentences(text: str) -> int:
    """How many sentences a text has; what stands after the last end counts as one.

    >>> count_sentences('Add 0.5. In "a.py", line 3?'), count_sentences("One. And no end")
    (2, 2)
    """
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    has_tail = not ends or text[ends[-1] :].strip()
    return len(ends) + bool(has_tail)


def first_sentences(text: str, count: int) -> str:
    """The text as one line, cut after its first `count` sentences."""
    line = " ".join(text.split())
    ends = [match.end() for match in _SENTENCE_END.finditer(line)]
    return line[: ends[count - 1]] if len(ends) >= count else line
