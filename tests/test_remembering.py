"""What is remembered of one value is never given out for another, and no more than was said is."""

from __future__ import annotations

import gc
import weakref

from msgspec import Struct

from grader.remembering import Memory, remembered


class Thing(Struct, frozen=True, weakref=True):
    name: str = ""


def test_equal_values_are_two_values() -> None:
    calls: list[Thing] = []

    @remembered(8)
    def look(thing: Thing) -> int:
        calls.append(thing)
        return len(calls)

    one, other = Thing("a"), Thing("a")
    assert (look(one), look(other), look(one), look(other)) == (1, 2, 1, 2)


def test_texts_and_numbers_are_known_by_what_they_are() -> None:
    memory: Memory[str] = Memory(8)
    thing = Thing()
    assert memory.get((thing, "".join(["a", "b"])), lambda: "first") == "first"
    assert memory.get((thing, "".join(["a", "b"])), lambda: "second") == "first"
    assert memory.get((thing, b"ab"), lambda: "second") == "second"


def test_a_value_is_held_as_long_as_it_is_remembered_and_no_longer() -> None:
    memory: Memory[int] = Memory(6)
    alive = [weakref.ref(thing) for thing in _remember(memory, 20)]
    gc.collect()
    held = [place for place, thing in enumerate(alive) if thing() is not None]
    assert held == [*range(15, 20)]


def _remember(memory: Memory[int], count: int) -> list[Thing]:
    things = [Thing(str(number)) for number in range(count)]
    for number, thing in enumerate(things):
        memory.get((thing,), lambda number=number: number)  # type: ignore[misc]
    return things


def test_what_is_asked_for_again_and_again_outlives_what_is_not() -> None:
    memory: Memory[str] = Memory(6)
    often, once = Thing("often"), Thing("once")
    memory.get((often,), lambda: "often")
    memory.get((once,), lambda: "once")
    for _ in range(20):
        memory.get((Thing(),), lambda: "another")
        assert memory.get((often,), lambda: "made again") == "often"
    assert memory.get((once,), lambda: "made again") == "made again"


def test_what_is_not_worth_it_is_made_each_time() -> None:
    made: list[str] = []

    @remembered(8, when=lambda text: len(text) < 3)
    def shout(text: str) -> str:
        made.append(text)
        return text.upper()

    assert [shout(text) for text in ("ab", "abc", "ab", "abc")] == ["AB", "ABC", "AB", "ABC"]
    assert made == ["ab", "abc", "abc"]
