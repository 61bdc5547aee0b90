"""Remembers what pure functions made of frozen values, so that equal work is done once in a class.

Most students' functions return the same values for most cases. What was made of such a value (a
verdict, a story, a piece of a page) is made once and used again. Values are known by identity:
that is exact, costs nothing, and needs no value to be hashable. Each is held as long as it is
remembered, so that its identity cannot pass to another; what has not been asked for since half of
the room was filled anew is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Generic, TypeVar, cast

Made = TypeVar("Made")
Function = TypeVar("Function", bound=Callable[..., Any])

_PLAIN = frozenset({str, int, bool, bytes, type(None)})


class Memory(Generic[Made]):
    """At most so many things, by what they were made of."""

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._recent: dict[Hashable, tuple[tuple[object, ...], Made]] = {}
        self._older: dict[Hashable, tuple[tuple[object, ...], Made]] = {}

    def get(self, parts: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What was made of these parts; made now if it is not remembered."""
        key = tuple([part if type(part) in _PLAIN else id(part) for part in parts])
        known = self._recent.get(key)
        if known is None:
            known = self._older.get(key) or (parts, make())
            if len(self._recent) >= self._half:
                self._older, self._recent = self._recent, {}
            self._recent[key] = known
        return known[1]


def remembered(
    most: int, *, when: Callable[..., bool] | None = None
) -> Callable[[Function], Function]:
    """Makes a pure function of frozen values remember its last results.

    Args:
        most: how many.
        when: decides from the arguments whether it is worth it, and does not hold too much; it
            always is if None.
    """

    def remember(function: Function) -> Function:
        memory: Memory[Any] = Memory(most)

        @wraps(function)
        def remembering(*args: Any) -> Any:
            if when is not None and not when(*args):
                return function(*args)
            return memory.get(args, lambda: function(*args))

        return cast(Function, remembering)

    return remember
