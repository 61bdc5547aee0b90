"""Decides whether an observed value is the expected one, and says where it is not.

It goes from structure to numbers and the first layer that differs speaks: type, then shape, then
the places of NaN and infinities, then values. A wrong shape is therefore never a wall of wrong
numbers. Nothing is broadcast, and every test of closeness is written in its positive form, so
that a NaN fails wherever no NaN is expected.

The type of the *expected* leaf decides how the observed one is read (see `model.Rule`); lists,
tuples, arrays and tensors of equal content are equal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.model import Comparison, Difference, Rule

if TYPE_CHECKING:
    from grader.model import Value

_WORST = 5  # differences described in full
_LISTED = 1000  # paths kept of the leaves that differ
_DIGITS = 60  # integers longer than this are described, not printed

Path = tuple[str | int, ...]


class Absent:
    """What a path into a result leads to when there is nothing."""


def narrow(value: Value, at: Path) -> Value | Absent:
    """Decides which part of a result a case compares: the one that the path `at` leads to.

    >>> narrow({"boxes": [1, 2]}, ("boxes", 1))
    2
    """
    for step in at:
        if isinstance(value, np.ndarray) and value.ndim == 0:
            return Absent()
        known = isinstance(value, dict) and step in value
        if isinstance(value, list | tuple | np.ndarray) and isinstance(step, int):
            known = -len(value) <= step < len(value)
        if not known:
            return Absent()
        value = value[step]  # type: ignore[index]
    return value


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
    tally = _Tally(rule)
    leaves = _count_leaves(expected)
    if isinstance(observed, Absent):
        return Comparison(False, claim="the result has no such entry", leaves=leaves)
    _compare(expected, observed, (), tally)
    if tally.matches:
        return Comparison(
            matches=True,
            leaves=leaves,
            matched=leaves,
            notes=tuple(tally.notes),
            error_ratio=tally.error_ratio,
        )
    worst = sorted(tally.differences, key=lambda pair: -pair[0])[:_WORST]
    return Comparison(
        matches=False,
        claim=tally.claim(leaves),
        leaves=leaves,
        matched=tally.matched,
        differences=tuple(difference for _, difference in worst),
        differing=tuple(tally.differing[:_LISTED]),
        notes=tuple(tally.notes),
        error_ratio=tally.error_ratio if not tally.structural else math.inf,
    )


@dataclass
class _Tally:
    """What the walk over both values has found so far."""

    rule: Rule
    matched: int = 0
    differences: list[tuple[float, Difference]] = field(default_factory=list)
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
        if len(self.differing) < _LISTED:
            self.differing.append(path)
        self.ratio(off_by, allowed)
        badness = off_by if off_by is not None and off_by == off_by else math.inf
        if len(self.differences) < 4 * _LISTED:
            self.differences.append(
                (badness, Difference(path, show(expected), show(observed), off_by, allowed))
            )

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
        worst = max(self.differences, key=lambda pair: pair[0])[1]
        if leaves == 1 and not worst.path:
            return f"observed {worst.observed}, expected {worst.expected}"
        claim = f"{self.differing_count} of {leaves} values differ"
        place = show_path(worst.path)
        if worst.off_by is None or not math.isfinite(worst.off_by):
            return f"{claim}, first at {place}"
        claim += f"; the greatest difference is {show(worst.off_by)} at {place}"
        if worst.allowed:
            claim += f" (allowed: {worst.allowed:.3g})"
        return claim


def show_path(path: Path) -> str:
    """The way to a leaf as Python writes it: ``['boxes'][2, 0]``."""
    text = ""
    for step in path:
        text += f"[{step!r}]"
    return text.replace("][", ", ") if all(isinstance(step, int) for step in path) else text


def show(value: Any) -> str:
    """A leaf, so that two different ones look different, in bounded length."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int) and not isinstance(value, bool):
        if value.bit_length() > 3 * _DIGITS:
            return f"an integer of {value.bit_length()} bits"
        return str(value)
    if isinstance(value, str):
        return repr(value if len(value) <= 200 else value[:200] + "…")
    if isinstance(value, bool | float | complex) or value is None:
        return repr(value)
    return describe(value)


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
            return f"a {type(value).__name__}"


def _count_leaves(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_count_leaves(item) for item in value.values())
    if isinstance(value, list | tuple):
        return sum(_count_leaves(item) for item in value)
    return int(value.size) if isinstance(value, np.ndarray) else 1


def _compare(expected: Any, observed: Any, path: Path, tally: _Tally) -> None:
    if isinstance(expected, np.ndarray) and expected.ndim > 0:
        _compare_arrays(expected, observed, path, tally)
    elif isinstance(expected, dict):
        _compare_dicts(expected, observed, path, tally)
    elif isinstance(expected, list | tuple):
        _compare_sequences(expected, observed, path, tally)
    else:
        _compare_leaves(_scalar(expected), observed, path, tally)


def _scalar(value: Any) -> Any:
    """The Python scalar of a zero-dimensional array, else the value itself."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return value.item()
    return value


def _compare_dicts(expected: Mapping[Any, Any], observed: Any, path: Path, tally: _Tally) -> None:
    if not isinstance(observed, dict):
        tally.structure(path, f"{describe(observed)}, expected a dict")
        return
    missing = [key for key in expected if key not in observed]
    extra = [key for key in observed if key not in expected]
    for key in missing:
        tally.structure((*path, key), "no value")
    if extra and not tally.rule.extra_keys:
        keys = ", ".join(show(key) for key in extra[:3])
        tally.structure(path, f"entries that were not asked for: {keys}")
    for key, value in expected.items():
        if key in observed:
            _compare(value, observed[key], (*path, key), tally)


def _compare_sequences(expected: Any, observed: Any, path: Path, tally: _Tally) -> None:
    if isinstance(observed, np.ndarray) and observed.ndim > 0:
        if observed.dtype.kind == "c":
            tally.structure(path, _complex_claim(observed, tally))
            return
        observed = observed.tolist()
    if not isinstance(observed, list | tuple):
        tally.structure(path, f"{describe(observed)}, expected {describe(expected)}")
        return
    if len(observed) != len(expected):
        tally.structure(path, f"{len(observed)} entries, expected {len(expected)}")
        return
    for index, (want, got) in enumerate(zip(expected, observed, strict=True)):
        _compare(want, got, (*path, index), tally)


def _compare_leaves(expected: Any, observed: Any, path: Path, tally: _Tally) -> None:
    observed = _scalar(observed)
    if isinstance(observed, list | tuple | dict | np.ndarray):
        tally.structure(path, f"{describe(observed)}, expected {describe(expected)}")
    elif expected is None or isinstance(expected, bool | str):
        _compare_words(expected, observed, path, tally)
    else:
        _compare_numbers(expected, observed, path, tally)


def _compare_words(expected: Any, observed: Any, path: Path, tally: _Tally) -> None:
    """None, bools and texts: equal or not."""
    if isinstance(expected, str) and isinstance(observed, str) and tally.rule.fold_text:
        same = expected.strip().casefold() == observed.strip().casefold()
    else:
        same = type(expected) is type(observed) and expected == observed
    if same:
        tally.matched += 1
    else:
        tally.leaf(path, expected, observed)


def _compare_numbers(expected: Any, observed: Any, path: Path, tally: _Tally) -> None:
    if isinstance(observed, bool) or not isinstance(observed, int | float | complex):
        tally.leaf(path, expected, observed)
        return
    if isinstance(observed, complex) and not isinstance(expected, complex):
        if observed.imag == 0 or abs(observed.imag) <= 1e-6 * abs(observed.real):
            tally.note("a complex number whose imaginary part is rounding only; return .real")
        tally.leaf(path, expected, observed)
        return
    if tally.rule.kind == "exact" and isinstance(expected, int):
        if observed == expected:  # Python compares int with float exactly
            tally.matched += 1
            if isinstance(observed, float):
                tally.note(f"{observed!r} is a float; a count is an int")
        else:
            tally.leaf(path, expected, observed, off_by=_distance(expected, observed))
        return
    allowed = _scalar_allowance(tally.rule, expected)
    off_by = _distance(expected, observed)
    if observed == expected or off_by <= allowed or _both_nan(expected, observed):
        tally.matched += 1
        if off_by == off_by:
            tally.ratio(off_by, allowed)
    else:
        tally.leaf(path, expected, observed, off_by=off_by, allowed=allowed)


def _both_nan(expected: Any, observed: Any) -> bool:
    return bool(expected != expected and observed != observed)


def _distance(expected: Any, observed: Any) -> float:
    """|observed - expected|, infinite where a float cannot hold it, NaN where it is none."""
    try:
        return float(abs(observed - expected))
    except OverflowError:
        return math.inf


def _scalar_allowance(rule: Rule, expected: Any) -> float:
    """The tolerance for one number. An array of tolerances counts as its greatest."""
    if rule.kind == "exact":
        return 0.0
    atol = float(np.max(rule.atol, initial=0.0))
    try:
        size = float(abs(expected))
    except OverflowError:
        size = math.inf
    allowed = atol + (rule.rtol * size if rule.rtol else 0.0)
    return allowed if math.isfinite(allowed) else 0.0


# --------------------------------------------------------------------------- arrays


def _compare_arrays(
    expected: np.ndarray[Any, Any], observed: Any, path: Path, tally: _Tally
) -> None:
    """Type, shape, places of NaN and infinities, then values; the first that differs speaks."""
    array = as_array(observed)
    if isinstance(array, str):
        tally.structure(path, f"{array}, expected {describe(expected)}")
        return
    if array.dtype.kind == "c" and expected.dtype.kind != "c":
        tally.structure(path, _complex_claim(array, tally))
        return
    if (array.dtype.kind == "b") != (expected.dtype.kind == "b") and array.size:
        tally.structure(path, f"elements of type {array.dtype}, expected {expected.dtype}")
        return
    if array.size == 0 == expected.size and isinstance(observed, list | tuple):
        return  # nested lists cannot say (0, 4)
    if array.shape != expected.shape:
        tally.structure(path, f"shape {array.shape}, expected {expected.shape}")
        return
    if tally.rule.same_dtype and array.dtype != expected.dtype:
        tally.structure(path, f"dtype {array.dtype}, expected {expected.dtype}")
        return
    if expected.size == 0:
        return
    _compare_elements(expected, array, path, tally)


def _complex_claim(array: np.ndarray[Any, Any], tally: _Tally) -> str:
    scale = float(np.max(np.abs(array), initial=0.0))
    if float(np.max(np.abs(array.imag), initial=0.0)) <= 1e-6 * scale:
        tally.note("the imaginary parts are rounding only; return the real part (.real)")
    return "complex numbers, expected real ones"


def as_array(value: Any) -> np.ndarray[Any, Any] | str:
    """Nested lists or an array as an array of numbers, or what stands against it, in words."""
    if isinstance(value, np.ndarray):
        return value
    if not isinstance(value, list | tuple):
        return describe(value)
    shape: list[int] = []
    level: list[Any] = [value]
    while level and all(isinstance(item, list | tuple) for item in level):
        lengths = {len(item) for item in level}
        if len(lengths) > 1:
            return "rows of different lengths"
        shape.append(lengths.pop())
        level = [entry for item in level for entry in item]
    if level and all(isinstance(item, np.ndarray) for item in level):
        if len({(item.shape, item.dtype.kind) for item in level}) > 1:
            return "rows of different shapes"
        return np.stack(level).reshape(*shape, *level[0].shape)
    level = [_scalar(item) for item in level]
    if any(isinstance(item, list | tuple | np.ndarray) for item in level):
        return "rows of different depths"
    kinds = {type(item) for item in level}
    if kinds <= {bool}:
        return np.array(level, dtype=bool if level else float).reshape(shape)
    if not kinds <= {int, float, complex}:
        odd = next(item for item in level if type(item) not in (int, float, complex))
        return f"{describe(odd)} among the elements"
    if complex in kinds:
        try:
            return np.array(level, dtype=complex).reshape(shape)
        except OverflowError:
            return "a number too large for a float among the elements"
    if kinds == {int}:
        try:
            return np.array(level, dtype=np.int64).reshape(shape)
        except OverflowError:
            exact = np.empty(len(level), dtype=object)
            exact[:] = level
            return exact.reshape(shape)
    try:
        return np.array(level, dtype=float).reshape(shape)
    except OverflowError:
        return "a number too large for a float among the elements"


def _compare_elements(
    expected: np.ndarray[Any, Any], observed: np.ndarray[Any, Any], path: Path, tally: _Tally
) -> None:
    rule = tally.rule
    if rule.kind == "exact" and expected.dtype.kind in "biu":
        if observed.dtype.kind == "f" and bool(np.all(np.isfinite(observed))):
            tally.note("the elements are floats; counts are ints")
        # as Python objects: int64, uint64 and float64 compare exactly, however large
        same = observed.astype(object) == expected.astype(object)
        allowed = np.zeros(expected.shape)
    else:
        want, got = _as_floats(expected), _as_floats(observed)
        atol = rule.atol
        if isinstance(atol, np.ndarray) and atol.shape != expected.shape:
            atol = float(np.max(atol, initial=0.0))
        allowed = np.zeros(expected.shape)
        if rule.kind == "close":
            finite = np.where(np.isfinite(want), np.abs(want), 0.0)
            allowed = atol + rule.rtol * finite
        with np.errstate(invalid="ignore", over="ignore"):
            gap = np.abs(got - want)
            near = gap <= allowed
        special = ~np.isfinite(want) | ~np.isfinite(got)
        same = np.where(special, (got == want) | (np.isnan(got) & np.isnan(want)), near)
    same = same.astype(bool)
    tally.matched += int(np.count_nonzero(same))
    if bool(same.all()):
        if rule.kind == "close":
            tally.ratio(*_tightest(gap, allowed))
        return
    wrong = np.argwhere(~same)
    worst_first = _worst_first(expected, observed, wrong)
    for index in [tuple(int(i) for i in row) for row in worst_first[:_LISTED]]:
        want_leaf, got_leaf = expected[index], observed[index]
        tally.leaf(
            (*path, *index),
            want_leaf,
            got_leaf,
            off_by=_distance(_item(want_leaf), _item(got_leaf)),
            allowed=float(allowed[index]),
        )
    beyond = len(wrong) - _LISTED
    if beyond > 0:
        tally.differing_count += beyond
    tally.differing.sort(key=lambda p: tuple(str(step).zfill(9) for step in p))


def _tightest(gap: np.ndarray[Any, Any], allowed: np.ndarray[Any, Any]) -> tuple[float, float]:
    """The error and the tolerance of the element that comes nearest to failing."""
    finite = np.isfinite(gap)
    ratios = np.divide(gap, allowed, out=np.zeros(gap.shape), where=finite & (allowed > 0))
    worst = np.unravel_index(int(np.argmax(ratios)), ratios.shape)
    return float(ratios[worst]), 1.0


def _worst_first(
    expected: np.ndarray[Any, Any], observed: np.ndarray[Any, Any], wrong: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    places = tuple(wrong.T)
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(_as_floats(observed)[places] - _as_floats(expected)[places])
    gap = np.where(np.isnan(gap), np.inf, gap)
    return wrong[np.argsort(-gap, kind="stable")]


def _item(leaf: Any) -> Any:
    return leaf.item() if isinstance(leaf, np.generic) else leaf


def _as_floats(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """As float64 (complex128 for complex), integers beyond its range as infinities."""
    if array.dtype.kind == "c":
        return array.astype(np.complex128)
    if array.dtype.kind == "O":
        return np.array([_float(item) for item in array.flat]).reshape(array.shape)
    return array.astype(np.float64)


def _float(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
