"""Says what a wrong value looks like: "the result is equal to the expected matrix transposed".

Here one case's value is held against the expected one; patterns.py looks at all cases together.
What is seen is a remark that helps a person; it never earns points. Beyond the author's catalogue
of wrong answers these are the slips that every course meets.

A remark must be true and must mean something: nothing is said of values so few or so uniform that
they would look so by chance.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from grader.marking.arrays import Array, as_array, as_floats, entries, is_row, is_wide, plain
from grader.marking.compare import matches
from grader.marking.wording import show, show_amount, show_path
from grader.model import Rule

if TYPE_CHECKING:
    from grader.model import Value

_TURNS: dict[str, Callable[[Array], Array]] = {
    "transposed": lambda matrix: matrix.T,
    "flipped upside down": np.flipud,
    "flipped left to right": np.fliplr,
    "turned by 180 degrees": lambda matrix: np.rot90(matrix, 2),
    "turned by 90 degrees": np.rot90,
    "turned by 270 degrees": lambda matrix: np.rot90(matrix, 3),
    "transposed along its other diagonal": lambda matrix: np.rot90(matrix, 2).T,
}
_TURNED = {how: f"the result is equal to the expected matrix {how}" for how in _TURNS}
_REVERSED = "the result holds the expected values in reverse order"
_REORDERED = "the result holds the right values in another order"
_LAST_ROW = "every row is the last expected one: is it one list, put in several times?"
_EXCHANGED = "the parts of the result are right, but stand in another order"
_BORDER_MISSING = "the result is the middle of the expected one: its border is missing"
_END_MISSING = "the result is the beginning of the expected one: the rest is missing"
_BEGINNING_MISSING = "the result is the end of the expected one: the beginning is missing"
_BORDER_TOO_MANY = "the result is the expected one with a border around it"
_END_TOO_MANY = "the result begins with the expected one and goes on after it"
_BEGINNING_TOO_MANY = "the result ends with the expected one, after something else"
_SKIPPED = {
    2: "the result holds only every second expected value",
    3: "the result holds only every third expected value",
}
_NOT_SKIPPED = {
    2: "every second value of the result is an expected one: is the stride missing?",
    3: "every third value of the result is an expected one: is the stride missing?",
}
_OVERFLOW = {
    32: "the result is what 32 bits keep of the expected one (an int32 overflow)",
    64: "the result is what 64 bits keep of the expected one (an int64 overflow)",
}
_FLOAT32 = "the result is the expected one rounded to float32"
_ROUNDING = "the result is right to about six digits: is it rounded, or in single precision?"
_NEGATED = "the result has the wrong sign"
_UNSIGNED = "the result is right except that all signs are missing"
_CUT_OFF = "the result is right except that all fractions are missing"

_KEYS = "the keys are right but for their kind: 1 and '1' are two keys"
_PUNCTUATION = re.compile(r"(?<=[^\W\d]{2})[.,;:!?]+(?!\S)")  # after words: 1.5, -1, n! say more
_TEXT_BUT_FOR: dict[str, Callable[[str], str]] = {
    "capital letters": str.casefold,
    "spaces and line ends": lambda text: "".join(text.split()),
    "capital letters and spaces": lambda text: "".join(text.casefold().split()),
    "its punctuation": lambda text: " ".join(_PUNCTUATION.sub("", text).split()),
}

GENERAL = frozenset(
    {
        *_TURNED.values(),
        *(_REVERSED, _REORDERED, _LAST_ROW, _EXCHANGED),
        *(_BORDER_MISSING, _END_MISSING, _BEGINNING_MISSING),
        *(_BORDER_TOO_MANY, _END_TOO_MANY, _BEGINNING_TOO_MANY),
        *_SKIPPED.values(),
        *_NOT_SKIPPED.values(),
        *_OVERFLOW.values(),
        *(_FLOAT32, _ROUNDING, _NEGATED, _UNSIGNED, _CUT_OFF),
    }
)
"""The remarks that hold nothing of a case's inputs or values, so that students may be told them
of hidden cases too."""

_FEWEST = 3  # elements before "the same everywhere" means anything
_FLOAT32_DIGIT = 2.0**-23
_ENTRIES = 2  # of those that differ, that are told of
_PARTS = 8  # of a tuple, or entries of a dict, that are looked at
_LARGEST = 10_000  # elements of an expected array that are still turned and cut
_TIMES = 100  # as many elements as expected, or as this, that an observed array may have


def recognise(*, expected: Value, observed: Value, rule: Rule) -> tuple[str, ...]:
    """Decides what a value that differs from the expected one is instead, most telling first."""
    want, got = plain(expected), plain(observed)
    kinds = _leaf_kind(want), _leaf_kind(got)
    if all(kinds) and kinds[0] != kinds[1]:
        return (f"{kinds[1]} stands where {kinds[0]} is asked for",)
    if isinstance(want, bool) or isinstance(got, bool):
        return ()
    with np.errstate(all="ignore"):
        if isinstance(want, int | float) and isinstance(got, int | float):
            return tuple(_recognise_number(want, got))
        if isinstance(want, str) and isinstance(got, str):
            return tuple(_recognise_text(want, got))
        if isinstance(want, dict) and isinstance(got, dict):
            keys = _KEYS if _are_keys_of_another_kind(want, got) else ""
            return (keys,) if keys else tuple(_recognise_parts(want, got, rule))
        if isinstance(want, list | tuple | np.ndarray):
            if is_row(got) and len(got) == len(want) and _are_several(want):
                return tuple(_recognise_several(list(want), entries(got), rule))
            return tuple(_recognise_array(want, got, rule))
    return ()


def _leaf_kind(value: Any) -> str:
    """What kind of leaf a value is, where two kinds may look alike: True, 1, "1" and "True"."""
    if isinstance(value, bool):
        return "True or False"
    if isinstance(value, int | float | complex):
        return "a number"
    return "text" if isinstance(value, str) else ""


def _are_keys_of_another_kind(expected: dict[Any, Any], observed: dict[Any, Any]) -> bool:
    if not 0 < len(expected) == len(observed) <= _LARGEST or expected.keys() == observed.keys():
        return False
    if not all(isinstance(key, int | float | str) for key in [*expected, *observed]):
        return False
    return sorted(map(_spelt, expected)) == sorted(map(_spelt, observed))


def _spelt(key: float | str) -> str:
    """A key as text; a number too long to be printed is none."""
    return key if isinstance(key, str) else show(key)


def _recognise_text(expected: str, observed: str) -> Iterator[str]:
    """In what alone two texts differ."""
    if max(len(expected), len(observed)) > _LARGEST:
        return
    for remark, rest in _TEXT_BUT_FOR.items():
        left = rest(expected)
        if left and left == rest(observed):
            yield f"the text is right but for {remark}"
            return


def _are_several(value: Any) -> bool:
    """Whether a value is several ones, and not one array: (Q, R), or rows of unequal length."""
    if not isinstance(value, list | tuple) or len(value) > _LARGEST:
        return False
    nested = any(isinstance(part, list | tuple | dict | np.ndarray) for part in value)
    arrays = isinstance(value, tuple) and any(isinstance(part, np.ndarray) for part in value)
    return arrays or (nested and isinstance(as_array(value), str))


def _recognise_several(expected: list[Any], observed: list[Any], rule: Rule) -> Iterator[str]:
    if len(expected) <= _PARTS and _are_exchanged(expected, observed, rule):
        yield _EXCHANGED
    else:
        yield from _recognise_parts(dict(enumerate(expected)), dict(enumerate(observed)), rule)


def _are_exchanged(expected: list[Any], observed: list[Any], rule: Rule) -> bool:
    left = list(observed)
    for part in expected:
        alike = (n for n, it in enumerate(left) if matches(expected=part, observed=it, rule=rule))
        place = next(alike, None)
        if place is None:
            return False
        del left[place]
    return True


def _recognise_parts(
    expected: dict[Any, Any], observed: dict[Any, Any], rule: Rule
) -> Iterator[str]:
    """What all parts look like that differ, or else what the first ones do."""
    differing = [
        key
        for key, item in expected.items()
        if key in observed and not matches(expected=item, observed=observed[key], rule=rule)
    ]
    remarks = [
        recognise(expected=expected[key], observed=observed[key], rule=rule)
        for key in differing[:_PARTS]
    ]
    if len(expected) >= 2 and 0 < len(differing) == len(remarks):
        # of a part that is right nothing holds but that it is right to six digits
        of_all = set(remarks[0]) if len(differing) == len(expected) else {_ROUNDING, _FLOAT32}
        shared = [remark for remark in remarks[0] if of_all.intersection({remark}, *remarks)]
        if shared:
            yield from shared
            return
    for key, found in zip(differing[:_ENTRIES], remarks, strict=False):
        for remark in found:
            yield f"at {show_path((key,))} {remark}"


# --------------------------------------------------------------------------- single numbers


def _recognise_number(expected: float, observed: float) -> Iterator[str]:
    if isinstance(expected, int) and isinstance(observed, int):
        bits = _overflow([(expected, observed)])
        if bits:
            yield _OVERFLOW[bits]
            return
    if _is_rounded(expected, observed):
        yield _FLOAT32 if isinstance(expected, int) else _ROUNDING
    elif expected == -observed and expected != observed:
        yield _NEGATED


def _overflow(pairs: list[tuple[int, int]]) -> int:
    """The number of bits that explains all differences between the pairs, or 0."""
    wrong = [(e, o) for e, o in pairs if e != o]
    for bits in (32, 64):
        kept = [((e + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1), e % 2**bits) for e, _ in wrong]
        explained = all(o in both for (_, o), both in zip(wrong, kept, strict=True))
        # a small remainder, such as 0, may have come about in any way
        if explained and any(abs(o) >= 2**16 for _, o in wrong):
            return bits
    return 0


def _is_rounded(expected: float, observed: float) -> bool:
    """Whether `observed` is what single precision makes of `expected`."""
    try:
        error = abs(observed - expected)
        allowed = 8 * _FLOAT32_DIGIT * abs(expected)
        if not (math.isfinite(allowed) and 0 < error <= allowed):
            return False
        if isinstance(expected, float):
            return True
        nearest = float(np.float32(expected))
        # a sum of such numbers is off by more than one step; far up, few integers are such
        held = float(np.float32(observed)) == observed and abs(expected) > 2**30
        return observed == nearest or held
    except OverflowError:
        return False


# --------------------------------------------------------------------------- arrays


class _Pair(Struct, frozen=True, dict=True):
    """An expected array, an observed one, and the rule at its most lenient for other layouts."""

    want: Array
    got: Array
    rule: Rule

    def equal(self, want: Array, got: Array | None = None) -> bool:
        part = self.got if got is None else got
        return want.shape == part.shape and matches(expected=want, observed=part, rule=self.rule)


def _recognise_array(expected: Any, observed: Any, rule: Rule) -> Iterator[str]:
    want = as_array(expected)
    if isinstance(want, str) or not 0 < want.size <= _LARGEST or want.dtype.kind not in "iufO":
        return
    most = _TIMES * max(want.size, _TIMES)
    got = as_array(observed, most=most)
    if isinstance(got, str) or not 0 < got.size <= most or got.dtype.kind not in "iufO":
        return
    if want.shape == got.shape:
        yield from _precision(want, got)
    if is_wide(want) or is_wide(got):
        return
    loose = replace(rule, atol=float(np.max(rule.atol, initial=0.0)), same_dtype=False)
    pair = _Pair(want, got, loose)
    if pair.equal(want):
        if not matches(expected=want, observed=got, rule=replace(rule, same_dtype=False)):
            yield from _arithmetic(pair)  # some places allow less than the greatest tolerance
        return  # else the values are right; something else is not, such as the dtype
    views = (_repeated, _turned, _reordered, _reshaped, _cut_out, _arithmetic)
    # the first view that recognises something has said what matters
    yield from next((found for view in views if (found := list(view(pair)))), [])


def _precision(want: Array, got: Array) -> Iterator[str]:
    """Integers that did not fit where they were put."""
    if want.dtype.kind == "f":
        return
    pairs = [(plain(w), plain(g)) for w, g in zip(want.flat, got.flat, strict=True)]
    if all(isinstance(n, int) for both in pairs for n in both):
        bits = _overflow(pairs)
        if bits:
            yield _OVERFLOW[bits]
            return
    wrong = [(w, g) for w, g in pairs if w != g]
    numbers = all(isinstance(w, int) and isinstance(g, int | float) for w, g in wrong)
    if wrong and numbers and all(_is_rounded(w, g) for w, g in wrong):
        yield _FLOAT32


def _varies(array: Array) -> bool:
    return bool((array != array.flat[0]).any())


def _repeated(pair: _Pair) -> Iterator[str]:
    """What `[[0] * n] * n` and appending one list again and again come to."""
    want = pair.want
    if want.ndim < 2 or want.size <= _FEWEST or not _varies(want[-1]):
        return  # one number everywhere, such as zeros, may have come about in any way
    if pair.equal(np.broadcast_to(want[-1], want.shape)):
        yield _LAST_ROW


def _turned(pair: _Pair) -> Iterator[str]:
    want = pair.want
    if want.ndim != 2 or not _varies(want):
        return
    for how, turn in _TURNS.items():
        if pair.equal(turn(want)):
            yield _TURNED[how]
            return


def _reordered(pair: _Pair) -> Iterator[str]:
    want, got = pair.want, pair.got
    if want.shape != got.shape or not _varies(want):
        return
    if want.ndim == 1 and pair.equal(want[::-1]):
        yield _REVERSED
    elif want.size >= _FEWEST and pair.equal(np.sort(want, axis=None), np.sort(got, axis=None)):
        yield _REORDERED


def _reshaped(pair: _Pair) -> Iterator[str]:
    want, got = pair.want, pair.got
    if want.shape != got.shape and want.size == got.size and pair.equal(want.reshape(got.shape)):
        yield f"the result holds the right values, but in shape {got.shape}"


def _cut_out(pair: _Pair) -> Iterator[str]:
    """One is a part of the other: padding, cropping or a stride."""
    want, got = pair.want, pair.got
    if want.shape == got.shape or want.ndim != got.ndim:
        return
    if all(g <= w for g, w in zip(got.shape, want.shape, strict=True)):
        whole, part, places = want, got, (_BORDER_MISSING, _END_MISSING, _BEGINNING_MISSING)
        skipped = _SKIPPED
    elif all(g >= w for g, w in zip(got.shape, want.shape, strict=True)):
        whole, part, places = got, want, (_BORDER_TOO_MANY, _END_TOO_MANY, _BEGINNING_TOO_MANY)
        skipped = _NOT_SKIPPED
    else:
        return
    if part.size < _FEWEST or not _varies(part):
        return
    spare = [w - p for w, p in zip(whole.shape, part.shape, strict=True)]
    starts = ([s // 2 for s in spare], [0] * len(spare), spare)
    for place, start in zip(places, starts, strict=True):
        centred = any(s % 2 for s in spare) and place is places[0]
        window = tuple(slice(a, a + p) for a, p in zip(start, part.shape, strict=True))
        if not centred and _same(pair, whole[window], part):
            yield place
            return
    for stride, remark in skipped.items():
        if _same(pair, whole[(slice(None, None, stride),) * whole.ndim], part):
            yield remark
            return


def _same(pair: _Pair, whole: Array, part: Array) -> bool:
    """Whether a part of the greater one equals the smaller one, whichever is expected."""
    return pair.equal(part, whole) if part is pair.want else pair.equal(whole, part)


def _arithmetic(pair: _Pair) -> Iterator[str]:
    """The right shape, and numbers that are related to the expected ones."""
    if pair.want.shape != pair.got.shape:
        return
    want, got = as_floats(pair.want), as_floats(pair.got)
    if not (np.isfinite(want).all() and np.isfinite(got).all()):
        return
    counted = pair.want.dtype.kind in "iu" and pair.got.dtype.kind in "iu"
    scale = float(np.max(np.abs(want)))
    if not counted and 0 < float(np.max(np.abs(got - want))) <= 16 * _FLOAT32_DIGIT * scale:
        if pair.want.dtype.kind == "f" or pair.rule.kind == "close":
            yield _ROUNDING
        return
    if want.size < _FEWEST or not _varies(want):
        return
    rounding = 0.0 if counted else 1e-9 * scale
    tolerated = 0.0 if counted else 2 * float(np.max(pair.rule.atol))
    offset = float((got - want).flat[0])
    # what is tolerated says nothing of differences of about that size
    slack = rounding + min(tolerated, abs(offset) / 8)
    if offset and float(np.max(np.abs(got - want - offset))) <= slack:
        yield f"every value is off by {show_amount(_tidy(offset))}"
    elif pair.equal(-pair.want):
        yield _NEGATED
    elif factor := _factor(pair, rounding, tolerated):
        yield f"every value is {show_amount(_tidy(factor))} times the expected one"
    elif pair.equal(np.abs(pair.want)):
        yield _UNSIGNED
    elif _varies(np.trunc(want)) and pair.equal(np.trunc(want)):
        yield _CUT_OFF


def _factor(pair: _Pair, rounding: float, tolerated: float) -> float:
    """The one number that takes every expected value to the observed one, or 0."""
    want, got = pair.want.ravel().tolist(), pair.got.ravel().tolist()
    top, other = max(zip(want, got, strict=True), key=lambda both: abs(both[0]))
    if not other or np.count_nonzero(pair.want) < _FEWEST - 1:
        return 0.0
    # cross-multiplied, so that whole numbers are compared as whole numbers
    limit = (rounding + min(tolerated, abs(other - top) / 8)) * abs(top)
    alike = all(abs(g * top - other * w) <= limit for w, g in zip(want, got, strict=True))
    return float(other / top) if alike else 0.0


def _tidy(number: float) -> float:
    return number if number.is_integer() else float(f"{number:.6g}")
