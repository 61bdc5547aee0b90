"""Remembers what pure functions made of frozen values, so that equal work is done once in a class.

Most students' functions return the same values for most cases. What was made of such a value (a
verdict, a story, a piece of a page) is made once and used again. Values are known by identity:
that is exact, costs nothing, and needs no value to be hashable. Each is held as long as it is
remembered, so that its identity cannot pass to another; what was not asked for longest is
forgotten first.
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
        self._most = most
        self._made: dict[Hashable, tuple[tuple[object, ...], Made]] = {}

    def get(self, parts: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What was made of these parts; made now if it is not remembered."""
        key = tuple([part if type(part) in _PLAIN else id(part) for part in parts])
        known = self._made.pop(key, None)
        if known is None:
            known = (parts, make())
            if len(self._made) >= self._most:
                del self._made[next(iter(self._made))]
        self._made[key] = known  # at the end: it was asked for last
        return known[1]


def remembered(most: int, *, when: Callable[..., bool]) -> Callable[[Function], Function]:
    """Makes a pure function of frozen values remember its last results.

    Args:
        most: how many.
        when: decides from the arguments whether it is worth it, and does not hold too much.
    """

    def remember(function: Function) -> Function:
        memory: Memory[Any] = Memory(most)

        @wraps(function)
        def remembering(*args: Any) -> Any:
            if not when(*args):
                return function(*args)
            return memory.get(args, lambda: function(*args))

        return cast(Function, remembering)

    return remember
