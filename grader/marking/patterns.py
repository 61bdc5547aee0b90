"""Says what the failed cases of a question have in common, in sentences to the student.

Hidden cases are looked at too, so a sentence is one of a fixed few: none holds an input, an
expected or an observed value, or any text of the student's process.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from grader.marking.arrays import EXACT, entries, is_row, plain
from grader.marking.compare import narrow
from grader.marking.credit import must_raise
from grader.marking.recognise import GENERAL
from grader.model import CaseResult, Returned

_FEWEST = 3  # cases before "in every failed case" means anything
_LONGEST = 10_000  # entries of a sequence that is held against others


def patterns(results: Sequence[CaseResult]) -> tuple[str, ...]:
    """Decides which sentences hold over all cases of a question."""
    values = [r for r in results if not must_raise(r)]
    failed = [r for r in values if not r.passed]
    if not failed:
        refusals_fail = any(not result.passed for result in results)
        return (_NOT_REFUSED,) if refusals_fail and values else ()
    found = list(_same_kind(failed, values))
    if _square_only(values):
        found.append(_SQUARE_ONLY)
    if _goes_on(values):
        found.append(_KEPT)
    if len(failed) >= 2:
        found += _same_remark(failed)
    if len(failed) >= _FEWEST:
        found += _same_step(failed)
    return tuple(found)


_DIGITS = 1000  # of numbers that were written out; a longer text is none
_NOT_REFUSED = "All is right, except for an exception that the statement asks for."
_SQUARE_ONLY = "It is right for square inputs only: where do height and width change places?"
NONE = "the result is None: is it printed, or does a branch return nothing?"
_NONE = f"In every failed case {NONE}"
_NONE_ELSEWHERE = "In every failed case the result is None, which is right in other cases only."
_KEPT = "Each result goes on from that of the call before: what is kept between calls?"
_TEXT = "In every failed case the result is text: return the number itself, not its digits."
OF_ANOTHER_KIND = frozenset({_NONE, _TEXT})
"""Sentences after which nothing is left to say of the values."""


def _same_kind(failed: Sequence[CaseResult], values: Sequence[CaseResult]) -> Iterator[str]:
    """What no value is: a result that was not returned, or that was written out."""
    kinds = {_kind(result) for result in failed}
    if kinds == {_NONE} and any(_is_rightly_none(result) for result in values):
        yield _NONE_ELSEWHERE
    elif len(kinds) == 1:
        yield from kinds - {""}


def _kind(result: CaseResult) -> str:
    outcome = result.observation.outcome
    if not isinstance(outcome, Returned):
        return ""
    observed, expected = plain(narrow(outcome.value, result.case.at)), plain(result.case.expected)
    if observed is None:
        return _NONE
    got = observed if isinstance(observed, list | tuple) else [observed]
    asked = expected if isinstance(expected, list | tuple) else [expected]
    written = bool(got) and all(isinstance(item, str) and _is_written(item) for item in got)
    numbers = all(isinstance(item, int | float) and not isinstance(item, bool) for item in asked)
    return _TEXT if written and numbers else ""


def _is_written(text: str) -> bool:
    """Whether a text is a number, or several of them, written out.

    >>> _is_written("[7, 0.5]"), _is_written("no root"), _is_written("")
    (True, False, False)
    """
    if len(text) > _DIGITS:
        return False
    words = re.sub(r"[\[\](),]", " ", text).split()
    try:
        return [float(word) for word in words] != []
    except ValueError:
        return False


def _is_rightly_none(result: CaseResult) -> bool:
    return result.passed and result.case.shown and result.case.expected is None


def _square_only(results: Sequence[CaseResult]) -> bool:
    kinds = [_has_unequal_sides(result.case.args) for result in results]
    oblong = [result for result, unequal in zip(results, kinds, strict=True) if unequal]
    return (
        len(oblong) >= 2
        and kinds.count(False) >= 2
        and all(result.passed != bool(kind) for result, kind in zip(results, kinds, strict=True))
        and any(isinstance(result.observation.outcome, Returned) for result in oblong)
    )


def _has_unequal_sides(args: Sequence[Any]) -> bool | None:
    """Whether a matrix, or the last two of a shape, among the arguments has unequal sides.

    None: there is no such argument.
    """
    sides = [arg.shape[-2:] for arg in args if isinstance(arg, np.ndarray) and arg.ndim >= 2]
    for arg in args:
        is_shape = isinstance(arg, tuple) and 2 <= len(arg) <= 4
        if is_shape and all(isinstance(n, int) for n in arg):
            sides.append(arg[-2:])
    return any(height != width for height, width in sides) if sides else None


def _goes_on(results: Sequence[CaseResult]) -> bool:
    """Whether every result but the first is what the call before gave and the right one.

    Of calls that leave an argument to its default two are enough: a list made by default is kept.
    """
    shown = [result for result in results if result.case.shown]
    most = max((len(result.case.args) for result in shown), default=0)
    by_default = [result for result in shown if len(result.case.args) < most]
    return _all_go_on(shown, _FEWEST) or _all_go_on(by_default, 2)


def _all_go_on(results: Sequence[CaseResult], fewest: int) -> bool:
    collected = [_collected(result) for result in results]
    known = [pair for pair in collected if pair is not None]
    if len(known) < len(results) or len(known) < fewest:
        return False
    if not any(len(got) > len(before) for (_, before), (_, got) in pairwise(known)):
        return False  # the same each time: nothing is added to it
    return all(_goes_on_from(before, *pair) for (_, before), pair in pairwise(known))


def _goes_on_from(before: Any, want: Any, got: Any) -> bool:
    if isinstance(before, dict) and isinstance(want, dict) and isinstance(got, dict):
        return before.keys() > want.keys() & before.keys() and got.keys() == before.keys() | want
    lists = isinstance(before, list) and isinstance(want, list)
    return lists and bool(before) and got == before + want


def _collected(result: CaseResult) -> tuple[Any, Any] | None:
    """Expected and observed, if both are dicts or both are sequences of single values."""
    outcome = result.observation.outcome
    if not isinstance(outcome, Returned) or result.case.at:
        return None
    both: tuple[Any, Any] = result.case.expected, outcome.value
    if all(isinstance(side, dict) and len(side) <= _LONGEST for side in both):
        return both
    if not all(is_row(side) and len(side) <= _LONGEST for side in both):
        return None
    want, got = map(entries, both)
    flat = all(isinstance(item, int | float | str) for item in [*want, *got])
    return (want, got) if flat else None


def _same_remark(failed: Sequence[CaseResult]) -> Iterator[str]:
    """What is recognised in every failed case."""
    common = GENERAL.intersection(*(result.remarks for result in failed))
    for remark in failed[0].remarks:
        if remark in common:
            end = "" if remark.endswith("?") else "."
            yield f"In every failed case {remark}{end}"


def _same_step(failed: Sequence[CaseResult]) -> Iterator[str]:
    """Single numbers that are off by one and the same amount or factor in every failed case."""
    pairs = [_numbers(result) for result in failed]
    known = [pair for pair in pairs if pair is not None]
    if len(known) < len(pairs) or len({expected for expected, _ in known}) == 1:
        return
    offsets = {observed - expected for expected, observed in known}
    if len(offsets) == 1 and offsets != {0}:
        offset = offsets.pop()
        by = "one" if abs(offset) == 1 else "the same amount"
        size = "large" if offset > 0 else "small"
        yield f"In every failed case the result is too {size} by {by}."
    elif 0 not in offsets and all(expected and observed for expected, observed in known):
        (first, other), *rest = known
        if all(observed * first == expected * other for expected, observed in rest):
            named = {2: "twice", 0.5: "half"}.get(other / first)
            what = f"{named} the right one" if named else "the right one times the same factor"
            if other != -first:  # which has been recognised in each of them
                yield f"In every failed case the result is {what}."


def _numbers(result: CaseResult) -> tuple[float, float] | None:
    """Expected and observed, if both are single numbers that a float holds exactly."""
    outcome = result.observation.outcome
    if not isinstance(outcome, Returned):
        return None
    pair = plain(result.case.expected), plain(narrow(outcome.value, result.case.at))
    for number in pair:
        if isinstance(number, bool) or not isinstance(number, int | float):
            return None
        if abs(number) > EXACT or not math.isfinite(number):
            return None
    return pair
