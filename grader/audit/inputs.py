"""Makes up arguments for a question, to look for one that tells a mutant from the reference.

Three kinds, from near to far: what the question's generators draw under other seeds; the cases'
arguments with one thing changed (a number one off, a matrix transposed or cut, a list shortened);
and every combination of small arguments of the kinds that the cases have, which for a function of
few arguments is a proof within those bounds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from msgspec import Struct

from grader.sandbox.wire import encode

if TYPE_CHECKING:
    from grader.model import Case, Value

Args: TypeAlias = "tuple[Value, ...]"

_COMBINATIONS: Final = 2500
_VARIATIONS: Final = 1200
_SMALL_INTS: Final = (1, 2, 3, 0, 5, 4, -1, 6)
_SMALL_FLOATS: Final = (0.5, 1.0, -1.0, 0.0, 2.5, 1e-3, 3.0, -0.5)
_SHAPES: Final = ((1, 1), (2, 3), (3, 2), (2, 2), (1, 3), (3, 1), (3, 3), (1, 2), (2, 1))


class Inputs(Struct, frozen=True):
    """Arguments to try, nearest first, and how they came about."""

    own: tuple[Args, ...]  # those of the cases
    drawn: tuple[Args, ...]
    varied: tuple[Args, ...]
    small: tuple[Args, ...]
    exhaustive: bool  # whether `small` is every combination, and not a sample of them

    def __iter__(self) -> Iterator[Args]:
        return itertools.chain(self.own, self.drawn, self.varied, self.small)


def make_inputs(cases: Sequence[Case], drawn: Iterable[Args]) -> Inputs:
    """Decides which arguments are tried for a question.

    Args:
        cases: the question's.
        drawn: what its generators gave under other seeds.
    """
    seen: set[bytes] = set()
    own = [case.args for case in cases]
    rng = np.random.default_rng(0)  # the same arguments in every audit
    small, exhaustive = _combinations(own, rng)
    return Inputs(
        own=_fresh(own, seen),
        drawn=_fresh(drawn, seen),
        varied=_fresh(itertools.islice(_variations(own, rng), _VARIATIONS), seen),
        small=_fresh(small, seen),
        exhaustive=exhaustive,
    )


def _fresh(many: Iterable[Args], seen: set[bytes]) -> tuple[Args, ...]:
    """Those that were not there before."""
    fresh = []
    for args in many:
        key = encode(args)
        if key not in seen:
            seen.add(key)
            fresh.append(args)
    return tuple(fresh)


# --------------------------------------------------------------------------- one thing changed


def _variations(own: Sequence[Args], rng: np.random.Generator) -> Iterator[Args]:
    """The cases' own arguments, each with one thing changed, then with parts of two exchanged.

    Turn by turn over the cases, so that a bound on their number leaves none of them out.
    """
    yield from _in_turns([_changed(args, rng) for args in own])
    for first, second in itertools.permutations(own, 2):
        if len(first) == len(second):
            for position in range(len(first)):
                yield (*first[:position], second[position], *first[position + 1 :])


def _in_turns(many: Sequence[Iterator[Args]]) -> Iterator[Args]:
    waiting = list(many)
    while waiting:
        for source in list(waiting):
            try:
                yield next(source)
            except StopIteration:
                waiting.remove(source)


def _changed(args: Args, rng: np.random.Generator) -> Iterator[Args]:
    for position, value in enumerate(args):
        for other in _near(value, rng):
            yield (*args[:position], other, *args[position + 1 :])


def _near(value: Any, rng: np.random.Generator) -> Iterator[Any]:
    """Values that differ from this one in one respect."""
    if value is None:
        yield 0
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from dict.fromkeys([value - 1, value + 1, 0, 1, 2, 2 * value, value + 7, -value])
    elif isinstance(value, float):
        yield from (value + 1, value - 1, 0.0, -value, value / 3)
    elif isinstance(value, str):
        yield from (f"{value}?", value.upper(), "")
    elif isinstance(value, list | tuple):
        kind = type(value)
        yield kind(value[::-1])
        for position, item in enumerate(value):
            for other in itertools.islice(_near(item, rng), 4):
                yield kind([*value[:position], other, *value[position + 1 :]])
        if isinstance(value, list) and value:
            yield from ([*value, value[-1]], value[1:], value[:-1], [])
    elif isinstance(value, np.ndarray) and value.ndim:
        yield from _near_array(value, rng)
    elif isinstance(value, np.ndarray):
        yield from map(np.array, _near(value.item(), rng))


def _near_array(value: np.ndarray[Any, Any], rng: np.random.Generator) -> Iterator[Any]:
    for axis in range(value.ndim):
        yield np.flip(value, axis).copy()
        if value.shape[axis]:
            yield np.concatenate([value, np.take(value, [0], axis)], axis)
        if value.shape[axis] > 1:
            yield np.take(value, range(1, value.shape[axis]), axis)
            yield np.take(value, [0], axis)
    yield value.T.copy()
    if value.dtype.kind == "b":
        yield ~value
    else:
        yield -value
        yield value.astype(np.result_type(value, np.float64)) + 0.25
    yield np.zeros_like(value)
    yield rng.permutation(value.ravel()).reshape(value.shape)


# --------------------------------------------------------------------------- every small one


def _combinations(own: Sequence[Args], rng: np.random.Generator) -> tuple[list[Args], bool]:
    """Every combination of small arguments; of too many of them a sample."""
    lengths = sorted({len(args) for args in own})
    for size in (8, 7, 6, 5, 4, 3, 2):
        columns = _columns(own, size)
        counts = [int(np.prod([len(column) for column in columns[:n]])) for n in lengths]
        if sum(counts) <= _COMBINATIONS:
            products = [itertools.product(*columns[:n]) for n in lengths]
            return list(itertools.chain(*products)), True
    sample: list[Args] = []
    for number in range(_COMBINATIONS):
        columns_used = columns[: lengths[number % len(lengths)]]
        sample.append(tuple(column[int(rng.integers(len(column)))] for column in columns_used))
    return sample, False


def _columns(own: Sequence[Args], size: int) -> list[list[Any]]:
    """For each position, small values of the kinds that the cases have there."""
    rng = np.random.default_rng(size)
    longest = max(map(len, own), default=0)
    columns = []
    for position in range(longest):
        column: dict[bytes, Any] = {}
        kinds: set[object] = set()
        for args in own:
            if position >= len(args):
                continue
            value: Any = args[position]
            if _kind(value) not in kinds:
                kinds.add(_kind(value))
                column |= {encode(small): small for small in _small(value, size, rng)}
            if isinstance(value, str | dict):
                column.setdefault(encode(value), value)  # words have no small ones
        columns.append(list(column.values()))
    return columns


def _kind(value: Any) -> object:
    if isinstance(value, np.ndarray):
        return "array", value.ndim, value.dtype.kind
    if isinstance(value, tuple):
        return ("tuple", *map(_kind, value))
    return type(value)


def _small(value: Any, size: int, rng: np.random.Generator) -> Iterator[Any]:
    """The first few values of the same kind, the plainest first."""
    if isinstance(value, bool):
        yield from (True, False)
    elif isinstance(value, int):
        yield from _SMALL_INTS[:size]
    elif isinstance(value, float):
        yield from _SMALL_FLOATS[:size]
    elif isinstance(value, tuple):
        few = max(2, size // 2) if len(value) < 3 else 2 + (size > 5)
        yield from itertools.product(*(list(_small(item, few, rng)) for item in value))
    elif isinstance(value, list) and all(isinstance(item, int) for item in value):
        few = 2 + (size > 4)
        for length in range(4):
            yield from map(list, itertools.product(_SMALL_INTS[:few], repeat=length))
    elif isinstance(value, np.ndarray):
        yield from _small_arrays(value, size, rng)
    else:
        yield value


def _small_arrays(
    value: np.ndarray[Any, Any], size: int, rng: np.random.Generator
) -> Iterator[Any]:
    """One array of each small shape, its entries all different."""
    shapes: Sequence[tuple[int, ...]]
    if value.ndim == 2:
        shapes = _SHAPES[: size + 1]
    else:
        shapes = [(length,) * value.ndim for length in range(1, size)]
    for shape in shapes:
        entries = rng.permutation(np.arange(1, int(np.prod(shape)) + 1))
        signed = entries * rng.choice([-1, 1], entries.shape)
        of_kind = {"b": signed > 0, "u": entries}.get(value.dtype.kind, signed)
        yield of_kind.astype(value.dtype).reshape(shape)
