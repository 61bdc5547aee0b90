"""Error carried forward: what a wrong composite earns when it follows from the student's steps.

The reference of the composite is evaluated again with the student's own functions in place of the
steps that are not right themselves; each of their calls goes through `ask`, that is, through the
sandbox or a stored transcript. A case that now matches earns the credit that the author gave.
True values come first and nothing here ever lowers a credit.

A student's step is arbitrary code whose values enter the reference, so they are tamed before they
do: the kind of value that the true step gives, of a size that keeps the composite's own loops
short, within a budget of calls and time.
"""

from __future__ import annotations

import builtins
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from inspect import signature
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from grader.marking.compare import Absent, as_array, compare, narrow
from grader.marking.credit import cases_share
from grader.model import CaseResult, Observation, Question, Raised, Returned

if TYPE_CHECKING:
    from grader.model import Value

Ask: TypeAlias = "Callable[[str, tuple[Value, ...]], Observation]"

_CALLS = 500  # of the student's steps, for one composite
_SECONDS = 20.0
_LARGEST = 10**6  # of a step's numbers, or 10,000 times the true one if that is more


class _Unavailable(Exception):
    """The student's step gave nothing that the composite could go on with."""


def follow_through(
    question: Question,
    results: Sequence[CaseResult],
    steps: Mapping[str, Question],
    ask: Ask,
) -> tuple[CaseResult, ...]:
    """Decides which failed cases follow from the student's own steps.

    Args:
        question: the composite; its reference takes the steps as keyword parameters.
        results: its cases as marked against the true values.
        steps: question id -> question, of the steps that are eligible and not right themselves.
        ask: calls a student's function.

    Returns:
        The results, with the credit raised and `followed_from` set where a case follows. Of
        the ways to mix true and own steps, the one that earns most.
    """
    if not steps or all(result.passed for result in results) or question.reference is None:
        return tuple(results)
    budget = _Budget(ask)
    best, best_share = tuple(results), cases_share(question, [r.credit for r in results])
    for size in range(len(steps), 0, -1):
        for chosen in itertools.combinations(steps.values(), size):
            tried = tuple(_follow_case(question, result, chosen, budget) for result in results)
            share = cases_share(question, [r.credit for r in tried])
            if share > best_share:
                best, best_share = tried, share
    return best


class _Budget:
    """Asks, remembers, and stops when a composite has asked for too much."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._known: dict[tuple[str, str], Observation] = {}
        self._deadline = time.monotonic() + _SECONDS

    def ask(self, function: str, args: tuple[Value, ...]) -> Observation:
        if time.monotonic() > self._deadline:
            raise _Unavailable("the steps took too long")
        key = (function, repr(args))
        if key not in self._known:
            if len(self._known) >= _CALLS:
                raise _Unavailable("the steps were called too often")
            self._known[key] = self._ask(function, args)
        return self._known[key]


def _follow_case(
    question: Question, result: CaseResult, chosen: Sequence[Question], budget: _Budget
) -> CaseResult:
    """The result with follow-through's credit, if the student's value follows from `chosen`."""
    outcome = result.observation.outcome
    if result.passed or not isinstance(outcome, Returned) or question.reference is None:
        return result
    used: list[str] = []
    own = {step.function: _own_step(step, question, used, budget) for step in chosen}
    try:
        value = question.reference(*deepcopy(result.case.args), **own)
    except Exception:  # noqa: BLE001 - the composite stumbled over a student's value
        return result
    predicted = narrow(value, result.case.at)
    if isinstance(predicted, Absent) or not used:
        return result
    observed = narrow(outcome.value, result.case.at)
    rule = result.case.rule
    if not compare(expected=predicted, observed=observed, rule=rule).matches:
        return result
    credit = question.builds_on.credit if question.builds_on else Fraction(0)
    if credit <= result.credit:
        return result
    return replace(result, credit=credit, followed_from=tuple(dict.fromkeys(used)))


def _own_step(
    step: Question, composite: Question, used: list[str], budget: _Budget
) -> Callable[..., Any]:
    """The student's function, to be called by the composite's reference."""

    def call(*args: Any, **kwargs: Any) -> Any:
        true_step = step.reference
        if true_step is None:
            raise _Unavailable("no reference to hold the step against")
        bound = signature(true_step).bind(*args, **kwargs)
        positional = tuple(deepcopy(bound.args))
        observation = budget.ask(step.function, positional)
        used.append(step.id)
        outcome = observation.outcome
        if isinstance(outcome, Raised):
            for name in (outcome.exception, *outcome.bases):
                kind = getattr(builtins, name, None)
                if isinstance(kind, type) and issubclass(kind, Exception):
                    raise kind("raised by the student's step")
        if not isinstance(outcome, Returned):
            raise _Unavailable("the step did not return")
        try:
            true: Any = true_step(*deepcopy(positional))
        except Exception:  # noqa: BLE001 - the true step refuses these arguments
            true = None
        return tame(outcome.value, true)

    call.__name__ = step.function
    return call


def tame(value: Any, true: Any) -> Any:
    """Decides whether a step's value is of the true one's kind and of a size one can go on with.

    Returns:
        The value, in the types that the reference works with (an integral float as an int, an
        array as a list where the true step gives a list).

    Raises:
        _Unavailable: if it is rubbish.
    """
    match true:
        case np.ndarray():
            array = as_array(value)
            if isinstance(array, str) or array.dtype.kind not in "iuf" or array.ndim != true.ndim:
                raise _Unavailable("not an array of numbers")
            if array.size > 100 * max(true.size, 100):
                raise _Unavailable("an array of absurd size")
            return array
        case list() | tuple():
            items = value.tolist() if isinstance(value, np.ndarray) else value
            if not isinstance(items, list | tuple) or len(items) > 100 * max(len(true), 100):
                raise _Unavailable("not a list of sensible length")
            like = true[0] if true else 0
            return type(true)(tame(item, like) for item in items)
        case dict():
            if not isinstance(value, dict) or not all(key in value for key in true):
                raise _Unavailable("not such a dict")
            return {key: tame(value[key], item) for key, item in true.items()}
        case str() | bool():
            if type(value) is not type(true):
                raise _Unavailable("another type")
            return value
        case _:
            return _tame_number(value, true)


def _tame_number(value: Any, true: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unavailable("not a number")
    size = abs(true) if isinstance(true, int | float) else 0
    if not abs(value) <= max(_LARGEST, 10_000 * size):
        raise _Unavailable("a number of absurd size")
    if isinstance(value, float) and not isinstance(true, float) and value.is_integer():
        return int(value)
    return value
