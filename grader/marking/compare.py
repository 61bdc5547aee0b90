"""Decides whether an observed value is the expected one, and says where it is not.

It goes from structure to numbers and the first layer that differs speaks: type, then shape, then
the places of NaN and infinities, then values. A wrong shape is therefore never a wall of wrong
numbers. Nothing is broadcast, and every test of closeness is written in its positive form, so
that a NaN fails wherever no NaN is expected.

The type of the *expected* leaf decides how the observed one is read (see `model.Rule`); lists,
tuples, arrays and tensors of equal content are equal. The observed side is a stranger's: nothing
in it makes this raise, and the work is bounded by the size of the expected side.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from msgspec import Struct, field

from grader.marking.arrays import Array, as_array, as_floats, entries, is_row, is_wide, plain
from grader.marking.wording import describe, show, show_amount, show_path
from grader.model import Comparison, Difference, Rule

if TYPE_CHECKING:
    from grader.model import Value

_WORST = 5  # differences described in full
_LISTED = 1000  # leaves that are kept, of those that differ
_ROUNDING = 1e-6  # of a complex number's size: a smaller imaginary part may be rounding
_LEAST_READ = 10_000  # elements of nested lists that are looked at whatever was expected
_READ_AS_REAL: Final = "complex numbers without an imaginary part were read as real ones"
"""As NumPy's eigenvalues are real where all of them happen to be, and torch's and SciPy's never."""
_ROUNDING_READ_AS_REAL: Final = "imaginary parts within the tolerance were left out; return .real"
"""Whether rounding leaves such a part is luck: of equal inverse FFTs some have one, some do not."""

Path: TypeAlias = tuple[str | int, ...]


class Absent:
    """What a path into a result leads to when there is nothing."""


def narrow(value: Value, at: Path) -> Value | Absent:
    """Decides which part of a result a case compares: the one that the path `at` leads to.

    >>> narrow({"boxes": [1, 2]}, ("boxes", 1))
    2
    """
    part: Any = value
    for step in at:
        known = isinstance(part, dict) and step in part
        if is_row(part) and isinstance(step, int):
            known = -len(part) <= step < len(part)
        if not known:
            return Absent()
        part = part[step]
    return plain(part) if at else value


def compare(*, expected: Value, observed: Value | Absent, rule: Rule) -> Comparison:
    """Decides whether `observed` equals `expected` under `rule`.

    Args:
        expected: the reference's value; its structure and types lead.
        observed: plain data from the student's side, or `Absent`.
        rule: tolerances and leniencies.

    Returns:
        The verdict, with the number of leaves (elements, cells) that match and the worst
        differences.
    """
    leaves = count_leaves(expected)
    if isinstance(observed, Absent):
        return mismatch("the result has no such entry", leaves)
    tally = _Tally(rule)
    with np.errstate(all="ignore"):
        _compare(expected, observed, (), tally)
    if tally.matches:
        return Comparison(
            matches=True,
            leaves=leaves,
            matched=leaves,
            notes=tuple(tally.notes),
            error_ratio=tally.error_ratio,
        )
    tally.keep_worst()
    return Comparison(
        matches=False,
        claim=tally.claim(leaves),
        structural=bool(tally.structural),
        leaves=leaves,
        matched=tally.matched,
        differences=tuple(difference for _, difference in tally.differences),
        differing=tuple(tally.differing[:_LISTED]),
        notes=tuple(tally.notes),
        error_ratio=math.inf if tally.structural else tally.error_ratio,
    )


def matches(*, expected: Value, observed: Value | Absent, rule: Rule) -> bool:
    """Decides what `compare` decides, and nothing more: no account of the differences."""
    if isinstance(observed, Absent):
        return False
    tally = _Tally(rule, brief=True)
    with np.errstate(all="ignore"):
        _compare(expected, observed, (), tally)
    return tally.matches


def mismatch(claim: str, leaves: int = 1) -> Comparison:
    """The verdict on a call that gave no value to compare: nothing matches, by any tolerance."""
    return Comparison(matches=False, claim=claim, leaves=leaves, error_ratio=math.inf)


def count_leaves(value: Any) -> int:
    """How many leaves (elements, cells) a value has."""
    if isinstance(value, dict):
        return sum(count_leaves(item) for item in value.values())
    if isinstance(value, list | tuple):
        return sum(count_leaves(item) for item in value)
    return int(value.size) if isinstance(value, np.ndarray) else 1


class _Tally(Struct):
    """What the walk over both values has found so far."""

    rule: Rule
    brief: bool = False  # only the verdict is wanted
    matched: int = 0
    differences: list[tuple[float, Difference]] = field(default_factory=list)  # with badness
    differing: list[Path] = field(default_factory=list)
    differing_count: int = 0
    structural: list[str] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)  # an ordered set
    error_ratio: float = 0.0

    @property
    def matches(self) -> bool:
        return not self.structural and not self.differing_count

    def note(self, text: str) -> None:
        self.notes[text] = None

    def structure(self, path: Path, claim: str) -> None:
        self.structural.append(f"{claim} at {show_path(path)}" if path else claim)
        if path:
            self.differing.append(path)

    def leaf(
        self,
        path: Path,
        expected: Any,
        observed: Any,
        *,
        off_by: float | None = None,
        allowed: float | None = None,
    ) -> None:
        """Records one leaf that differs."""
        self.differing_count += 1
        if self.brief:
            return
        if len(self.differing) < _LISTED:
            self.differing.append(path)
        self.ratio(off_by, allowed)
        self.difference(path, expected, observed, off_by, allowed)

    def difference(
        self,
        path: Path,
        expected: Any,
        observed: Any,
        off_by: float | None,
        allowed: float | None,
    ) -> None:
        """Keeps how one leaf differs, as long as it is among the worst."""
        badness = off_by if off_by is not None and off_by == off_by else math.inf
        difference = Difference(path, show(expected), show(observed), off_by, allowed)
        self.differences.append((badness, difference))
        if len(self.differences) > 4 * _WORST:
            self.keep_worst()

    def keep_worst(self) -> None:
        """Sorts the differences, worst and then first ones first, and drops the rest."""
        self.differences.sort(key=lambda pair: -pair[0])
        del self.differences[_WORST:]

    def ratio(self, off_by: float | None, allowed: float | None) -> None:
        """Keeps the greatest error as a multiple of the tolerance."""
        ratio = math.inf
        if off_by == 0:
            ratio = 0.0
        elif off_by is not None and allowed and off_by == off_by:
            ratio = off_by / allowed
        self.error_ratio = max(self.error_ratio, ratio)

    def claim(self, leaves: int) -> str:
        """One sentence: the first layer that differs speaks."""
        if self.structural:
            more = len(self.structural) - 1
            return self.structural[0] + (f" (and {more} more such)" if more else "")
        _, worst = self.differences[0]
        if leaves == 1 and not worst.path:
            return f"observed {worst.observed}, expected {worst.expected}"
        place = show_path(worst.path)
        claim = f"{self.differing_count} of {leaves} values differ"
        if worst.off_by is None or not math.isfinite(worst.off_by):
            return f"{claim}; at {place} observed {worst.observed}, expected {worst.expected}"
        claim += f"; the greatest difference is {show_amount(worst.off_by)} at {place}"
        if worst.allowed:
            claim += f" (allowed: {worst.allowed:.3g})"
        return claim


def _compare(expected: Any, observed: Any, path: Path, tally: _Tally) -> None:
    if isinstance(expected, np.ndarray) and expected.ndim > 0:
        if expected.dtype.kind in "biufcO":
            _compare_arrays(expected, observed, path, tally)
        else:  # an array of texts
            _compare_rows(expected.tolist(), observed, path, tally)
    elif isinstance(expected, dict):
        _compare_dicts(expected, observed, path, tally)
    elif isinstance(expected, list | tuple):
        _compare_rows(expected, observed, path, tally)
    else:
        _compare_leaves(plain(expected), observed, path, tally)


def _compare_dicts(expected: dict[Any, Any], observed: Any, path: Path, tally: _Tally) -> None:
    if not isinstance(observed, dict):
        tally.structure(path, f"{describe(observed)}, expected a dict")
        return
    for key in expected:
        if key not in observed:
            tally.structure((*path, key), "no value")
    if not tally.rule.extra_keys:
        extra = list(islice((key for key in observed if key not in expected), 3))
        if extra:
            keys = ", ".join(show(key) for key in extra)
            tally.structure(path, f"entries that were not asked for: {keys}")
    for key, value in expected.items():
        if key in observed:
            _compare(value, observed[key], (*path, key), tally)


def _compare_rows(
    expected: list[Any] | tuple[Any, ...], observed: Any, path: Path, tally: _Tally
) -> None:
    """An expected list or tuple, entry by entry."""
    if not is_row(observed):
        tally.structure(path, f"{describe(plain(observed))}, expected {describe(expected)}")
        return
    if len(observed) != len(expected):
        tally.structure(path, f"{_count(len(observed))}, expected {len(expected)}")
        return
    if isinstance(observed, np.ndarray) and observed.dtype.kind == "c":
        # what may be rounding is left to the leaves, which have the tolerances
        slack = _ROUNDING * _size(observed) if tally.rule.kind == "close" else 0.0
        if _beyond_real(observed, slack) and not any(isinstance(w, complex) for w in expected):
            tally.structure(path, _complex_claim(observed, tally))
            return
    for index, (want, got) in enumerate(zip(expected, entries(observed), strict=True)):
        _compare(want, got, (*path, index), tally)


def _count(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries} entries"


# --------------------------------------------------------------------------- leaves


def _compare_leaves(expected: Any, observed: Any, path: Path, tally: _Tally) -> None:
    observed = plain(observed)
    if isinstance(observed, list | tuple | dict | np.ndarray):
        tally.structure(path, f"{describe(observed)}, expected {describe(expected)}")
    elif expected is None or isinstance(expected, bool | str):
        _compare_words(expected, observed, path, tally)
    else:
        _compare_numbers(expected, observed, path, tally)


def _compare_words(expected: Any, observed: Any, path: Path, tally: _Tally) -> None:
    """None, bools and texts: equal or not."""
    if isinstance(expected, str) and isinstance(observed, str) and tally.rule.fold_text:
        same = _same_folded(expected.strip(), observed.strip())
    else:
        same = type(expected) is type(observed) and expected == observed
    if same:
        tally.matched += 1
    else:
        tally.leaf(path, expected, observed)


def _same_folded(expected: str, observed: str) -> bool:
    """Equal regardless of case. Folding makes a text at most three times as long."""
    alike = len(observed) <= 3 * len(expected) and expected.casefold() == observed.casefold()
    return alike or expected == observed


def _compare_numbers(expected: Any, observed: Any, path: Path, tally: _Tally) -> None:
    if isinstance(observed, bool) or not isinstance(observed, int | float | complex):
        tally.leaf(path, expected, observed)
        return
    is_complex = isinstance(observed, complex) and not isinstance(expected, complex)
    if is_complex and _may_be_read(tally.rule, isinstance(expected, float)):
        allowed = _allowance(tally.rule, expected, path)
        if abs(observed.imag) <= allowed:
            tally.note(_ROUNDING_READ_AS_REAL if observed.imag else _READ_AS_REAL)
            observed = observed.real
    if isinstance(observed, complex) and not isinstance(expected, complex):
        if abs(observed.imag) <= _ROUNDING * abs(observed.real):
            tally.note("a complex number whose imaginary part is rounding only; return .real")
        tally.leaf(path, expected, observed)
        return
    off_by = _distance(expected, observed)
    if tally.rule.kind == "exact" and isinstance(expected, int):
        if observed == expected:  # Python compares int with float exactly
            tally.matched += 1
            if isinstance(observed, float):
                _note_floats(observed, path, tally)
        else:
            tally.leaf(path, expected, observed, off_by=off_by)
        return
    allowed = _allowance(tally.rule, expected, path)
    close = observed == expected or off_by <= allowed or _both_nan(expected, observed)
    if close or _close_beyond_floats(expected, observed, tally.rule):
        tally.matched += 1
        if math.isfinite(off_by):
            tally.ratio(off_by, allowed)
    else:
        tally.leaf(path, expected, observed, off_by=off_by, allowed=allowed)


def _may_be_read(rule: Rule, is_float: bool) -> bool:
    """Whether a complex number may stand for a real one: not for a count."""
    return not rule.real_only and (is_float or rule.kind == "close")


def _note_floats(observed: float, path: Path, tally: _Tally) -> None:
    if path:
        tally.note("some entries are floats; counts are ints")
    else:
        tally.note(f"{observed!r} is a float; a count is an int")


def _both_nan(expected: Any, observed: Any) -> bool:
    return bool(expected != expected and observed != observed)


def _distance(expected: Any, observed: Any) -> float:
    """|observed - expected|, infinite where a float cannot hold it, NaN where it is none."""
    try:
        return float(abs(observed - expected))
    except OverflowError:
        return math.inf


def _allowance(rule: Rule, expected: Any, path: Path) -> float:
    """The tolerance for one number, where nothing is allowed if it is infinite or none."""
    if rule.kind == "exact":
        return 0.0
    try:
        size = float(abs(expected))
    except OverflowError:
        size = math.inf
    allowed = _atol_at(rule.atol, path) + (rule.rtol * size if rule.rtol else 0.0)
    return allowed if math.isfinite(allowed) else 0.0


def _atol_at(atol: Any, path: Path) -> float:
    """The element of an array of tolerances that the path leads to, else the greatest."""
    if not isinstance(atol, np.ndarray):
        return float(atol)
    place = tuple(step for step in path if type(step) is int)
    fits = len(path) == len(place) == atol.ndim and all(
        0 <= step < length for step, length in zip(place, atol.shape, strict=True)
    )
    return float(atol[place]) if fits else float(np.max(atol, initial=0.0))


def _close_beyond_floats(expected: Any, observed: Any, rule: Rule) -> bool:
    """Whether two integers, at least one of them beyond all floats, are close."""
    if rule.kind != "close" or not (isinstance(expected, int) and isinstance(observed, int)):
        return False
    if max(expected.bit_length(), observed.bit_length()) <= 1023 or not math.isfinite(rule.rtol):
        return False
    return abs(observed - expected) <= Fraction(rule.rtol) * abs(expected)


# --------------------------------------------------------------------------- arrays


def _compare_arrays(expected: Array, observed: Any, path: Path, tally: _Tally) -> None:
    """Type, shape, places of NaN and infinities, then values; the first that differs speaks."""
    array = as_array(observed, most=max(_LEAST_READ, 8 * expected.size))
    if isinstance(array, str):
        tally.structure(path, f"{array}, expected {describe(expected)}")
        return
    wanted, found = expected.dtype.kind, array.dtype.kind
    if found == "c" and wanted not in "cO":
        may_be_read = wanted in "fiu" and _may_be_read(tally.rule, wanted == "f")
        same = may_be_read and array.shape == expected.shape
        limits = _allowances(tally.rule, as_floats(expected)) if same else 0.0
        if not may_be_read or _beyond_real(array, limits):
            tally.structure(path, _complex_claim(array, tally))
            return
    if (found == "b") != (wanted == "b") and array.size and wanted != "O":
        tally.structure(path, f"elements of type {array.dtype}, expected {expected.dtype}")
        return
    # nested lists end at a length of 0, and so does np.array of them: [] may be (0, 4)
    ends = expected.shape.index(0) + 1 if not expected.size else expected.ndim
    if array.shape not in (expected.shape, expected.shape[:ends]):
        tally.structure(path, f"shape {array.shape}, expected {expected.shape}")
        return
    if tally.rule.same_dtype and array.dtype != expected.dtype:
        tally.structure(path, f"dtype {array.dtype}, expected {expected.dtype}")
        return
    if found == "c" and wanted in "fiu":
        tally.note(_ROUNDING_READ_AS_REAL if array.imag.any() else _READ_AS_REAL)
        array = array.real
    if is_wide(expected) or is_wide(array):
        for index in np.ndindex(expected.shape):
            _compare_leaves(plain(expected[index]), array[index], (*path, *index), tally)
    elif expected.size:
        _compare_elements(expected, array, path, tally)


def _beyond_real(array: Array, allowed: float | Array) -> bool:
    """Whether imaginary parts of an array are more than is allowed."""
    return not bool((np.abs(array.imag) <= allowed).all())


def _size(array: Array) -> float:
    """The greatest absolute value in an array of numbers."""
    return float(np.max(np.abs(array), initial=0.0))


def _complex_claim(array: Array, tally: _Tally) -> str:
    if not _beyond_real(array, _ROUNDING * _size(array)):
        tally.note("the imaginary parts are rounding only; return the real part (.real)")
    return "complex numbers, expected real ones"


def _compare_elements(expected: Array, observed: Array, path: Path, tally: _Tally) -> None:
    """Elements of equal shape, all of which float64 (or complex128) holds exactly."""
    rule = tally.rule
    if rule.kind == "exact" and expected.dtype.kind in "biu":
        same = observed == expected
        allowed: float | Array = 0.0
        if observed.dtype.kind == "f" and same.all():
            tally.note("the elements are floats; counts are ints")
    else:
        want, got = as_floats(expected), as_floats(observed)
        allowed = _allowances(rule, want)
        gap = np.abs(got - want)
        same = gap <= allowed
        if not same.all() and not np.isfinite(gap).all():
            same |= (got == want) | (np.isnan(got) & np.isnan(want))
        if rule.kind == "close" and not tally.brief and same.all():
            tally.ratio(_tightest(gap, allowed), 1.0)
    matched = int(np.count_nonzero(same))
    tally.matched += matched
    if tally.brief:
        tally.differing_count += same.size - matched
    elif matched < same.size:
        _record(expected, observed, ~same, allowed, path, tally)


def _record(
    expected: Array,
    observed: Array,
    differs: Array,
    allowed: float | Array,
    path: Path,
    tally: _Tally,
) -> None:
    """Records the elements that differ: all their places, and the worst of them in full."""
    places = np.argwhere(differs)
    limits = np.broadcast_to(allowed, expected.shape)[differs]
    gap = np.abs(as_floats(observed)[differs] - as_floats(expected)[differs])
    gap = np.where(np.isnan(gap), np.inf, gap)
    tally.differing_count += len(places)
    room = _LISTED - len(tally.differing)
    tally.differing += [(*path, *place) for place in places[: max(0, room)].tolist()]
    tally.ratio(float(np.max(gap / limits)), 1.0)
    for worst in np.argsort(-gap, kind="stable")[:_WORST].tolist():
        place = tuple(places[worst].tolist())
        want, got = plain(expected[place]), plain(observed[place])
        off_by = None if isinstance(want, bool) else _distance(want, got)
        tally.difference((*path, *place), want, got, off_by, float(limits[worst]))


def _allowances(rule: Rule, want: Array) -> float | Array:
    """The tolerance of every element. An array of tolerances in another shape counts as its
    greatest; an infinite one allows nothing."""
    if rule.kind == "exact":
        return 0.0
    atol = rule.atol
    if isinstance(atol, np.ndarray) and atol.shape != want.shape:
        atol = float(np.max(atol, initial=0.0))
    if rule.rtol:
        atol = atol + rule.rtol * np.where(np.isfinite(want), np.abs(want), 0.0)
    return atol if np.all(np.isfinite(atol)) else np.where(np.isfinite(atol), atol, 0.0)


def _tightest(gap: Array, allowed: float | Array) -> float:
    """The error of the element that comes nearest to failing, as a multiple of its tolerance."""
    limits = np.broadcast_to(allowed, gap.shape)
    usable = np.isfinite(gap) & (limits > 0)
    return float(np.max(gap[usable] / limits[usable], initial=0.0))
