"""Says what a wrong value looks like: "equal to the expected matrix transposed".

Two views: one case's value against the expected one (`recognise`), and the pattern over all cases
of a question (`patterns`). What is seen is a remark that helps a person; it never earns points.
Beyond the author's catalogue of wrong answers these are the slips that every course meets.
A remark over several cases holds no number of a hidden case, so it may be shown to students.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.marking.compare import as_array, compare, narrow, show
from grader.model import CaseResult, Raises, Returned, Rule

if TYPE_CHECKING:
    from grader.model import Value

    Array = np.ndarray[Any, Any]

_FLOAT32 = 2.0**-23
_NUMBERED = ("every value is", "the right values, but in shape")  # remarks that quote numbers
_FEWEST = 3  # elements, or cases, before "the same everywhere" means anything


def recognise(*, expected: Value, observed: Value, rule: Rule) -> tuple[str, ...]:
    """Decides what a value that differs from the expected one is instead, most telling first."""
    if isinstance(expected, bool) or isinstance(observed, bool):
        return ()
    if isinstance(expected, int | float) and isinstance(observed, int | float):
        return _recognise_number(expected, observed)
    if isinstance(expected, list | tuple | np.ndarray):
        return _recognise_array(expected, observed, rule)
    return ()


def _recognise_number(expected: float, observed: float) -> tuple[str, ...]:
    if isinstance(expected, int) and isinstance(observed, int) and _overflowed(expected, observed):
        return ("what is left of the expected number in 32 bits (an int32 overflow)",)
    if isinstance(expected, int) and abs(expected) > 2**24 and _rounded(expected, observed):
        return ("the expected number, rounded to float32",)
    return ()


def _overflowed(expected: int, observed: int) -> bool:
    wrapped = (expected + 2**31) % 2**32 - 2**31
    return observed != expected and observed in (wrapped, expected % 2**32)


def _rounded(expected: float, observed: float) -> bool:
    """Whether `observed` is `expected` but for a few roundings to float32."""
    try:
        return 0 < abs(observed - expected) <= 8 * _FLOAT32 * abs(expected)
    except OverflowError:
        return False


def _recognise_array(expected: Value, observed: Value, rule: Rule) -> tuple[str, ...]:
    want, got = as_array(expected), as_array(observed)
    if isinstance(want, str) or isinstance(got, str):
        return ()
    if not (want.size and got.size) or {want.dtype.kind, got.dtype.kind} & set("bOc"):
        return _object_array(want, got)

    def equal(candidate: Array) -> bool:
        # what arrives in another layout is compared by the rule's greatest tolerance
        return compare(expected=candidate, observed=got, rule=rule).matches

    return tuple(_layouts(want, got, equal)) or tuple(_arithmetic(want, got, rule))


def _object_array(want: Array, got: Array) -> tuple[str, ...]:
    """Integers beyond 64 bits: only the overflow is looked for."""
    if want.shape != got.shape or "b" in (want.dtype.kind, got.dtype.kind):
        return ()
    pairs = list(zip(want.flat, got.flat, strict=True))
    if any(_overflowed(int(w), int(g)) for w, g in pairs if isinstance(g, int)):
        return ("what is left of the expected numbers in 32 bits (an int32 overflow)",)
    return ()


def _layouts(want: Array, got: Array, equal: Callable[[Array], bool]) -> Iterator[str]:
    """The right values in another place."""
    if want.ndim == 2:
        yield from _turned(want, equal)
    elif want.ndim == 1 and got.shape == want.shape and want.size > 1:
        if equal(want[::-1]):
            yield "the expected values in reverse order"
        elif equal_sorted(want, got):
            yield "the right values in another order"
    if want.shape != got.shape and want.size == got.size:
        if equal(want.reshape(got.shape)):
            yield f"the right values, but in shape {got.shape}"
    elif want.shape != got.shape and want.ndim == got.ndim:
        yield from _cut_out(want, got, equal)


def _turned(want: Array, equal: Callable[[Array], bool]) -> Iterator[str]:
    candidates = {
        "transposed": want.T,
        "flipped upside down": want[::-1],
        "flipped left to right": want[:, ::-1],
        "turned by 180 degrees": want[::-1, ::-1],
        "turned by 90 degrees": np.rot90(want),
        "turned by 270 degrees": np.rot90(want, 3),
    }
    for how, candidate in candidates.items():
        if not np.array_equal(candidate, want) and equal(candidate):
            yield f"equal to the expected matrix {how}"
            return


def equal_sorted(want: Array, got: Array) -> bool:
    """Whether both hold the same numbers in any order."""
    return bool(np.array_equal(np.sort(want), np.sort(got)))


def _cut_out(want: Array, got: Array, equal: Callable[[Array], bool]) -> Iterator[str]:
    """One is a part of the other: padding, cropping or a stride."""
    if all(g <= w for g, w in zip(got.shape, want.shape, strict=True)):
        spare = [w - g for g, w in zip(got.shape, want.shape, strict=True)]
        if all(s % 2 == 0 for s in spare):
            centre = tuple(
                slice(s // 2, w - s // 2) for s, w in zip(spare, want.shape, strict=True)
            )
            if equal(want[centre]):
                yield "the middle of the expected matrix: its border is missing"
                return
        if equal(want[tuple(slice(g) for g in got.shape)]):
            yield "the beginning of the expected matrix: the last rows or columns are missing"
            return
        for stride in (2, 3):
            part = want[tuple(slice(None, None, stride) for _ in want.shape)]
            if part.shape == got.shape and equal(part):
                yield f"only every {'second' if stride == 2 else 'third'} expected value"
                return
    elif all(g >= w for g, w in zip(got.shape, want.shape, strict=True)):
        spare = [g - w for g, w in zip(got.shape, want.shape, strict=True)]
        offsets = {"with a border around it": tuple(s // 2 for s in spare)}
        offsets["with rows or columns too many at the end"] = tuple(0 for _ in spare)
        for how, start in offsets.items():
            padded = np.array(got)
            window = tuple(slice(a, a + w) for a, w in zip(start, want.shape, strict=True))
            padded[window] = want
            if equal(padded):
                yield f"the expected matrix {how}"
                return


def _arithmetic(want: Array, got: Array, rule: Rule) -> Iterator[str]:
    """The right shape, and numbers that are related to the expected ones."""
    if want.shape != got.shape:
        return
    integral = want.dtype.kind in "iu" and got.dtype.kind in "iu"
    if integral and any(
        _overflowed(int(w), int(g)) for w, g in zip(want.flat, got.flat, strict=True)
    ):
        yield "what is left of the expected numbers in 32 bits (an int32 overflow)"
        return
    w, g = want.astype(float), got.astype(float)
    if not (np.isfinite(w).all() and np.isfinite(g).all()):
        return
    scale = float(np.max(np.abs(w)))
    near = float(np.max(np.abs(g - w)))
    if 0 < near <= 16 * _FLOAT32 * scale:
        yield "right up to rounding"
        return
    if want.size < _FEWEST:
        return
    slack = 1e-9 * max(scale, 1.0) + (
        0.0 if rule.kind == "exact" else 2 * float(np.max(rule.atol, initial=0.0))
    )
    offset = float(np.median(g - w))
    if float(np.max(np.abs(g - w - offset))) <= slack:
        yield f"every value is off by {show(_tidy(offset))}"
        return
    top = np.unravel_index(int(np.argmax(np.abs(w))), w.shape)
    if w[top] and g[top]:
        factor = float(g[top] / w[top])
        if float(np.max(np.abs(g - factor * w))) <= slack and np.count_nonzero(w) >= _FEWEST - 1:
            if factor == -1:
                yield "every value has the wrong sign"
            else:
                yield f"every value is {show(_tidy(factor))} times the expected one"
            return
    if np.array_equal(g, np.abs(w)):
        yield "the expected values without their signs"


def _tidy(number: float) -> float | int:
    return int(number) if number.is_integer() else float(f"{number:.6g}")


# --------------------------------------------------------------------------- over all cases


def patterns(results: Sequence[CaseResult]) -> tuple[str, ...]:
    """Decides what the failed cases of a question have in common. No value is repeated."""
    values = [r for r in results if not isinstance(r.case.expected, Raises)]
    guards = [r for r in results if isinstance(r.case.expected, Raises)]
    failed = [r for r in values if not r.passed]
    found: list[str] = []
    if not failed and any(not r.passed for r in guards) and values:
        found.append("right, except that bad input is not refused as the statement asks")
        return tuple(found)
    if not failed:
        return ()
    if len(failed) < len(values) and _square_only(values):
        found.append("right for square inputs only")
    found += _same_remark(failed)
    found += _same_step(failed)
    return tuple(found)


def _square_only(results: Sequence[CaseResult]) -> bool:
    oblong = [r for r in results if _is_oblong(r.case.args)]
    square = [r for r in results if not _is_oblong(r.case.args)]
    return (
        len(oblong) >= 2
        and len(square) >= 1
        and all(r.passed for r in square)
        and not any(r.passed for r in oblong)
    )


def _is_oblong(args: Sequence[Any]) -> bool:
    """Whether a matrix, or the last two of a shape, among the arguments has unequal sides."""
    for arg in args:
        if isinstance(arg, np.ndarray) and arg.ndim >= 2 and arg.shape[-1] != arg.shape[-2]:
            return True
        is_shape = isinstance(arg, tuple) and len(arg) >= 2
        if is_shape and all(isinstance(n, int) for n in arg) and arg[-1] != arg[-2]:
            return True
    return False


def _same_remark(failed: Sequence[CaseResult]) -> list[str]:
    """A remark that every failed case carries (those with numbers of a case apart)."""
    common = set(failed[0].remarks)
    for result in failed[1:]:
        common &= set(result.remarks)
    if len(failed) < 2:
        return []
    return [
        f"in every failed case: {remark}"
        for remark in failed[0].remarks
        if remark in common and not remark.startswith(_NUMBERED)
    ]


def _same_step(failed: Sequence[CaseResult]) -> list[str]:
    """Single numbers that are off by one and the same amount or factor in every failed case."""
    pairs: list[tuple[float, float]] = []
    for result in failed:
        outcome = result.observation.outcome
        if not isinstance(outcome, Returned):
            return []
        expected = result.case.expected
        observed = narrow(outcome.value, result.case.at)
        for number in (expected, observed):
            if isinstance(number, bool) or not isinstance(number, int | float):
                return []
        pairs.append((expected, observed))  # type: ignore[arg-type]
    if len(pairs) < _FEWEST or any(abs(e) > 2**60 or abs(o) > 2**60 for e, o in pairs):
        return []
    offsets = {o - e for e, o in pairs}
    if len(offsets) == 1 and len({e for e, _ in pairs}) > 1:
        offset = offsets.pop()
        direction = "large" if offset > 0 else "small"
        by = "one" if abs(offset) == 1 else "the same amount"
        return [f"every failed case is too {direction} by {by}"]
    ratios = {o / e for e, o in pairs if e}
    if len(ratios) == 1 and all(e for e, _ in pairs):
        factor = ratios.pop()
        named = {2.0: "twice", 0.5: "half"}.get(factor)
        if named:
            return [f"every failed case is {named} what it should be"]
        return ["every failed case is the right value times one and the same factor"]
    return []
