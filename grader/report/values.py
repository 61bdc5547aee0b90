"""Lays values out for people: which numbers stand where, which differ, what is left out.

Nothing is rounded: a number stands as Python writes it, so that two different ones look different.
Everything is bounded: a long list or a large matrix keeps its ends and what surrounds the
differences, and a gap is marked. What comes out is cells of text; the media draw them.

A pair of values takes one of two forms. `Sides` stand beside each other: single values, rows and
matrices. `Entries` is one table, a row for each leaf: dicts, nested and long lists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice, pairwise
from typing import Any, TypeAlias, TypeGuard

import numpy as np
from msgspec import Struct

from grader.report.text import CUT, one_line, visible

Path: TypeAlias = tuple[str | int, ...]

_LEAVES = 20_000  # looked at in one value; what lies beyond is not shown
_DEPTH = 8
_DIGITS = 60  # of an integer; a longer one keeps its ends
_TEXT = 80  # characters of one text, and
_SHORT_TEXT = 40  # of one in a table
_CONTEXT = 2  # rows of a table above and below one that differs
_CELL = 64  # characters of one cell: a whole number always fits


class Said(Struct, frozen=True):
    """Words in the place of a value: "raised TypeError: …"."""

    text: str


class Cell(Struct, frozen=True):
    text: str
    differs: bool = False


class Line(Struct, frozen=True):
    """A value, or words, in one line."""

    text: str
    words: bool = False


class Grid(Struct, frozen=True):
    """A matrix, or a list of numbers as its one row. Cells end in spaces that align the points."""

    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""  # the shape, when something is left out or there is more than two dimensions


class Sides(Struct, frozen=True):
    expected: Line | Grid
    observed: Line | Grid


class Entry(Struct, frozen=True):
    """One leaf of both values. An empty text means that a side has no such leaf."""

    where: str
    expected: str
    observed: str
    differs: bool


class Entries(Struct, frozen=True):
    rows: tuple[Entry | None, ...]  # None: rows are left out here
    note: str = ""


class Budget(Struct, frozen=True):
    """How much of a value is shown."""

    rows: int = 12
    columns: int = 12
    characters: int = 200


def lay_out(value: object, budget: Budget) -> Line | Grid:
    """Decides how one value is shown: a matrix or a row of numbers as a grid, else in one line."""
    if isinstance(value, Said):
        return Line(value.text, words=True)
    shape = _shape(value)
    if len(shape) >= 2 and 0 not in shape:
        return _grid(value, shape, budget, ())
    return Line(_in_one_line(value, budget))


def lay_out_pair(
    expected: object,
    observed: object,
    budget: Budget,
    differing: Collection[Path] = (),
    *,
    extra_keys: bool = False,
) -> Sides | Entries:
    """Decides how an expected and an observed value are shown together.

    Args:
        expected: plain data, or `Said` where words stand for it.
        observed: the same.
        budget: how much is shown.
        differing: paths of the leaves that differ.
        extra_keys: entries that were not asked for are ignored, and not shown.
    """
    marked = frozenset(differing)
    one, other = _shape(expected), _shape(observed)
    if isinstance(expected, str) and isinstance(observed, str):
        first, second = _texts(expected, observed, _TEXT)
        return Sides(Line(first), Line(second))
    if len(one) == len(other) == 1 and 0 not in (*one, *other) and _flat(expected):
        if one == other and one[0] > budget.columns:
            return _entries(expected, observed, budget, marked, extra_keys=extra_keys)
        if _flat(observed):
            return Sides(
                _row(expected, one[0], budget, marked), _row(observed, other[0], budget, marked)
            )
    if len(one) >= 2 and len(other) >= 2 and 0 not in (*one, *other):
        same = one == other
        shared = marked if same else frozenset()
        return Sides(
            _grid(expected, one, budget, shared, sized=not same),
            _grid(observed, other, budget, shared, sized=not same),
        )
    nested = isinstance(expected, dict) and isinstance(observed, dict)
    if nested or (one and other and not (len(one) >= 2 or len(other) >= 2)):
        return _entries(expected, observed, budget, marked, extra_keys=extra_keys)
    return Sides(lay_out(expected, budget), lay_out(observed, budget))


# --------------------------------------------------------------------------- one number


def scalar(value: object) -> str:
    """Writes one leaf as Python does, bounded.

    >>> scalar(36.0), scalar(True), scalar("36"), scalar(10**70)
    ('36.0', 'True', "'36'", '10000000000000000000…00000000000000000000 (71 digits)')
    >>> scalar((0, "a"))
    "(0, 'a')"
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | float | complex):
        return repr(value)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, list | tuple | dict) and not value:
        return repr(value)
    if isinstance(value, tuple):  # as the key of a dict
        return _in_one_line(value, Budget(characters=_CELL))
    return f"<{one_line(type(value).__name__, 40)}>"


def _integer(value: int) -> str:
    bits = value.bit_length()
    if bits <= 3 * _DIGITS:
        return str(value)
    if bits > 40_000:  # its digits would take longer to find than anyone looks at them
        return f"an integer of {bits} bits"
    size = abs(value)
    digits = bits * 30103 // 100000  # log10(2), at most one too few
    digits += size >= 10**digits
    if digits <= _DIGITS:
        return str(value)
    sign = "-" if value < 0 else ""
    return f"{sign}{size // 10 ** (digits - 20)}{CUT}{size % 10**20:020d} ({digits} digits)"


def _text(value: str, start: int = 0, limit: int = _TEXT) -> str:
    shown = visible(repr(value[start : start + limit]))
    if start:
        shown = CUT + shown
    return shown + f"{CUT} ({len(value)} characters)" if start + limit < len(value) else shown


def _texts(expected: str, observed: str, limit: int) -> tuple[str, str]:
    """Two texts, each from shortly before the place where they part."""
    parts, end = 0, min(len(expected), len(observed))
    while parts < end:  # halving, for texts of many megabytes
        middle = (parts + end + 1) // 2
        if expected[parts:middle] == observed[parts:middle]:
            parts = middle
        else:
            end = middle - 1
    beyond = expected != observed and parts >= limit // 2
    start = max(0, parts - limit // 4) if beyond else 0
    return _text(expected, start, limit), _text(observed, start, limit)


def _leaf_pair(expected: object, observed: object) -> tuple[str, str]:
    if isinstance(expected, str) and isinstance(observed, str):
        return _texts(expected, observed, _SHORT_TEXT)
    return _leaf(expected), _leaf(observed)


def _leaf(value: object) -> str:
    return (
        _text(value, 0, _SHORT_TEXT) if isinstance(value, str) else one_line(scalar(value), _CELL)
    )


# --------------------------------------------------------------------------- structure


def _shape(value: object) -> tuple[int, ...]:
    """The shape of an array or of evenly nested lists; () for a single value or a dict.

    >>> _shape([[1, 2], [3, 4]]), _shape([[[1, 2], [3]], [[4, 5], [6]]])
    ((2, 2), (2,))
    """
    even = _even_shape(value, 0)
    return even if even is not None else (len(value),) if isinstance(value, list | tuple) else ()


def _even_shape(value: object, depth: int) -> tuple[int, ...] | None:
    """The shape down to single values, or None if rows are unlike one another."""
    if isinstance(value, np.ndarray):
        return tuple(value.shape)
    if not isinstance(value, list | tuple) or depth == _DEPTH:
        return None if isinstance(value, dict) and value else ()
    kinds = set(map(type, value))
    if kinds and kinds <= {list, tuple, np.ndarray}:
        inner = {_even_shape(item, depth + 1) for item in value}
        below = inner.pop()
        return None if inner or below is None else (len(value), *below)
    return (len(value),) if all(map(_is_leaf, value)) else None


def _flat(value: Any) -> bool:
    """Whether a list holds numbers and the like: no texts, nothing nested."""
    return all(_is_leaf(item) and not isinstance(item, str) for item in value[:_LEAVES])


def _is_leaf(value: object) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim == 0 or value.size == 0
    return not (isinstance(value, list | tuple | dict) and len(value))


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Everything single in a value, and the way to it; an empty list, dict or array is one, too."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if _is_leaf(value) or len(path) >= _DEPTH:
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    else:
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))


def _where(path: Path) -> str:
    """The way to a leaf: ``boxes[2]``, ``scores › mean``."""
    text = ""
    for step in path:
        if isinstance(step, int) and not isinstance(step, bool):
            text += f"[{_integer(step)}]"
        else:
            name = one_line(step, _CELL) if isinstance(step, str) else scalar(step)
            text += f" › {name}" if text else name
    return text


def _differs(path: Path, marked: Collection[Path]) -> bool:
    return bool(marked) and any(path[:length] in marked for length in range(1, len(path) + 1))


# --------------------------------------------------------------------------- what is kept


def _kept(
    count: int, limit: int, wanted: Collection[int], radius: int | None = None
) -> list[int | None]:
    """Chooses up to `limit` of `count` places: the ends, the wanted ones, what surrounds them.

    A None stands where places are left out. With a `radius` no more than so many around a wanted
    place are chosen, though there be room.

    >>> _kept(104, 6, {50})
    [0, None, 48, 49, 50, 51, None, 103]
    """
    if count <= limit:
        return list(range(count))
    first = [place for place in sorted(wanted) if 0 <= place < count][: max(1, limit - 2)]
    keep = set(first[:limit])
    for end in (0, count - 1):
        if len(keep) < limit:
            keep.add(end)
    centres = first or [0, count - 1]
    for place in _around(centres, count, radius or count):
        if len(keep) >= limit:
            break
        keep.add(place)
    places: list[int | None] = []
    for before, place in pairwise([-1, *sorted(keep), count]):
        if place - before > 1:
            places.append(None)
        if place < count:
            places.append(place)
    return places


def _around(centres: list[int], count: int, radius: int) -> Iterator[int]:
    for distance in range(1, radius + 1):
        for centre in centres:
            for place in (centre - distance, centre + distance):
                if 0 <= place < count:
                    yield place


# --------------------------------------------------------------------------- grids


def _grid(
    value: Any,
    shape: tuple[int, ...],
    budget: Budget,
    marked: Collection[Path],
    *,
    sized: bool = False,
) -> Grid:
    """A matrix; of more than two dimensions the first slice that holds a difference."""
    places = [path for path in marked if _inside(path, shape)]
    lead = min(places, default=(0,) * len(shape))[:-2]
    for step in lead:
        value = value[step]
    here = [path for path in places if path[:-2] == lead]
    down = _kept(shape[-2], budget.rows, {path[-2] for path in here})
    across = _kept(shape[-1], budget.columns, {path[-1] for path in here})

    def cell(row: int | None, column: int | None) -> Cell:
        if row is None or column is None:
            return Cell(CUT)
        return Cell(_leaf(value[row][column]), _differs((*lead, row, column), marked))

    rows = [[cell(row, column) for column in across] for row in down]
    size = " × ".join(map(str, shape))
    note = size if sized or None in down or None in across else ""
    if lead:
        note = f"[{', '.join(map(str, lead))}] of {size}"
    return Grid(_aligned(rows), note)


def _inside(path: Path, shape: tuple[int, ...]) -> TypeGuard[tuple[int, ...]]:
    return len(path) == len(shape) and all(
        isinstance(step, int) and 0 <= step < size for step, size in zip(path, shape, strict=True)
    )


def _row(value: Any, count: int, budget: Budget, marked: Collection[Path]) -> Grid:
    places = _kept(count, budget.columns, {p[0] for p in marked if _inside(p, (count,))})
    cells = [
        Cell(CUT) if place is None else Cell(_leaf(value[place]), _differs((place,), marked))
        for place in places
    ]
    return Grid((tuple(cells),), f"{count} entries" if None in places else "")


def _aligned(rows: list[list[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    """Pads the cells of each column so that, set flush right, decimal points stand in line."""
    tails = [max(map(_tail, column)) for column in zip(*rows, strict=True)]
    return tuple(
        tuple(
            Cell(cell.text + " " * (tail - _tail(cell)), cell.differs)
            for cell, tail in zip(row, tails, strict=True)
        )
        for row in rows
    )


def _tail(cell: Cell) -> int:
    """How many characters stand from the decimal point on."""
    point = cell.text.find(".")
    return len(cell.text) - point if point >= 0 and cell.text.lstrip("-")[:1].isdigit() else 0


# --------------------------------------------------------------------------- entries


def _entries(
    expected: Any, observed: Any, budget: Budget, marked: Collection[Path], *, extra_keys: bool
) -> Entries:
    want = dict(islice(leaves(expected), _LEAVES))
    got = dict(islice(leaves(observed), _LEAVES))
    paths = list(want)
    if not extra_keys:
        paths += [path for path in got if path not in want]
    wrong = {
        place
        for place, path in enumerate(paths)
        if _differs(path, marked) or path not in got or path not in want
    }
    rows: list[Entry | None] = []
    for place in _kept(len(paths), 2 * budget.rows, wrong, _CONTEXT):
        if place is None:
            rows.append(None)
            continue
        path = paths[place]
        if path in want and path in got:
            left, right = _leaf_pair(want[path], got[path])
        else:
            left = _leaf(want[path]) if path in want else ""
            right = _leaf(got[path]) if path in got else ""
        rows.append(Entry(_where(path), left, right, differs=place in wrong))
    return Entries(tuple(rows), f"{len(paths)} entries" if None in rows else "")


# --------------------------------------------------------------------------- one line


def _in_one_line(value: object, budget: Budget) -> str:
    text, room = [], budget.characters
    for piece in _pieces(value, 0, budget):
        if len(piece) > room:
            text.append(piece[:room] + CUT if isinstance(value, str) else CUT)
            break
        text.append(piece)
        room -= len(piece)
    return "".join(text)


def _pieces(value: Any, depth: int, budget: Budget) -> Iterator[str]:
    """A value as Python writes it, piece by piece, so that it need not be written to its end."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if _is_leaf(value):
        yield scalar(value)
    elif depth == _DEPTH:
        yield CUT
    elif isinstance(value, dict):
        yield "{"
        for number, (key, item) in enumerate(value.items()):
            if number == budget.columns:
                yield f", {CUT}"
                break
            yield f"{', ' if number else ''}{scalar(key)}: "
            yield from _pieces(item, depth + 1, budget)
        yield "}"
    else:
        opening, closing = "()" if isinstance(value, tuple) else "[]"
        yield opening
        places = _kept(len(value), budget.columns, ())
        for number, place in enumerate(places):
            yield ", " if number else ""
            if place is None:
                yield CUT
            else:
                yield from _pieces(value[place], depth + 1, budget)
        yield ",)" if len(value) == 1 and closing == ")" else closing
        if None in places:
            yield f" ({len(value)} entries)"
