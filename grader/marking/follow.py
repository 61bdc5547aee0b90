"""Error carried forward: what a wrong composite earns when it follows from the student's steps.

The reference of the composite is evaluated again with the student's own functions in place of the
steps that are not right themselves; each of their calls goes through `ask`, that is, through the
sandbox or a stored transcript. A case that now matches earns the credit that the author gave.
True values come first and nothing here ever lowers a credit. Which function the composite itself
called is not asked: what counts is that its value follows from the student's own step.

A composite that hung or crashed has given nothing that could follow, and a step that did so leaves
nothing to go on with. An exception that the question or a step asks for may follow as well: the
student's own steps leave nothing else to do. But raising is easy. It counts only beside a wrong
value that follows, and only if nothing is left over that does not follow.

A student's step is arbitrary code whose values enter the reference, so they are tamed first
(tame.py), within a budget of calls and of the grader's own time. A reference that allocates by a
step's number must bound it itself.
"""

from __future__ import annotations

import builtins
import itertools
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from copy import deepcopy
from fractions import Fraction
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from msgspec.structs import replace

from grader.errors import GraderError
from grader.marking.arrays import is_row, plain
from grader.marking.compare import Absent, count_leaves, matches, narrow
from grader.marking.credit import cases_share
from grader.marking.tame import Unusable, tame
from grader.model import (
    CaseResult,
    Killed,
    Observation,
    Question,
    Raised,
    Raises,
    Returned,
    TimedOut,
)
from grader.remembering import remembered

if TYPE_CHECKING:
    from grader.model import Value

Ask: TypeAlias = "Callable[[str, tuple[Value, ...]], Observation]"
Expect: TypeAlias = "Callable[[Sequence[tuple[str, tuple[Value, ...]]]], None]"

_DIFFERENT_CALLS = 2000  # of the student's steps, for one composite
_CALLS = 50_000  # counting equal ones
_PATIENCE = 2  # time-outs or crashes of a step, after which it is not called again
_EXACT = frozenset({int, str, bool, type(None)})  # types of which what is equal is the same
_BY_POSITION = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_SECONDS = 10.0  # of the grader's own processor time, for one composite


def follow_through(
    question: Question,
    results: Sequence[CaseResult],
    steps: Mapping[str, Question],
    ask: Ask,
    expect: Expect | None = None,
) -> tuple[CaseResult, ...]:
    """Decides which failed cases follow from the student's own steps.

    Args:
        question: the composite; its reference takes the steps as keyword parameters.
        results: its cases as marked against the true values.
        steps: question id -> question, of the steps that are eligible and not right themselves.
        ask: calls a student's function.
        expect: is told beforehand of the calls that would be asked for if the student's steps
            gave what the true ones give; most are asked for.

    Returns:
        The results, with the credit raised and `followed_from` set where a case follows. Of
        the ways to mix true and own steps, the one that earns most; of equal ones, the one with
        the fewest own steps.

    Raises:
        GraderError: whatever `ask` raised.
    """
    best = tuple(results)
    asked = _exceptions(question, *steps.values())
    open_cases = [
        index for index, result in enumerate(results) if _may_follow(question, result, asked)
    ]
    if not open_cases:
        return best
    best_share = cases_share(question, [result.credit for result in results])
    if expect is not None:
        calls = {
            id(args): (step.function, args)
            for step in steps.values()
            for index in open_cases
            for args in _true_calls(question, step)[index]
        }
        expect(list(calls.values())[:_DIFFERENT_CALLS])
    budget = _Budget(ask)
    for size in range(1, len(steps) + 1):
        for chosen in itertools.combinations(steps.values(), size):
            tried = list(results)
            for index in open_cases:
                tried[index] = _follow_case(question, results[index], chosen, asked, budget)
            if not _all_is_explained(question, tried):
                tried = [
                    old if isinstance(new.observation.outcome, Raised) else new
                    for old, new in zip(results, tried, strict=True)
                ]
            share = cases_share(question, [result.credit for result in tried])
            if share > best_share:
                best, best_share = tuple(tried), share
            if all(tried[index].followed_from for index in open_cases) or budget.is_spent:
                return best
    return best


def _may_follow(question: Question, result: CaseResult, asked: Set[str]) -> bool:
    outcome = result.observation.outcome
    return _is_open(question, result) and (
        isinstance(outcome, Returned)
        or (isinstance(outcome, Raised) and not asked.isdisjoint(_kinds(outcome)))
    )


def _is_open(question: Question, result: CaseResult) -> bool:
    return (
        question.reference is not None
        and question.builds_on is not None
        and question.builds_on.credit > result.credit
    )


def _exceptions(*questions: Question) -> frozenset[str]:
    """The exceptions that questions ask for."""
    expected = [case.expected for question in questions for case in question.cases]
    return frozenset(one.exception for one in expected if isinstance(one, Raises))


def _kinds(raised: Raised) -> tuple[str, ...]:
    return raised.exception, *raised.bases


def _all_is_explained(question: Question, tried: Sequence[CaseResult]) -> bool:
    """Whether a wrong value follows, and nothing is left that does not."""
    values = [result for result in tried if isinstance(result.observation.outcome, Returned)]
    return any(result.followed_from for result in values) and not any(
        _is_open(question, result) for result in tried if not result.followed_from
    )


class _Budget:
    """Asks, remembers, and stops when a composite has asked for too much."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._known: dict[Any, Any] = {}
        self._calls = 0
        self._failures: Counter[str] = Counter()
        self._deadline = time.thread_time() + _SECONDS

    @property
    def is_spent(self) -> bool:
        return self._calls > _CALLS or time.thread_time() > self._deadline

    def ask(self, step: Question, args: tuple[Value, ...]) -> Any:
        """What the student's step makes of `args`, each different call made once.

        Returns:
            A value that the composite can go on with, what was raised, or why there is neither.

        Raises:
            Unusable: if there have been too many calls, or the step does not come back.
        """
        self._calls += 1
        if self.is_spent:
            raise Unusable("the steps took too long")
        key = (step.id, freeze(args))
        if key not in self._known:
            if len(self._known) >= _DIFFERENT_CALLS:
                raise Unusable("the steps were called too often")
            if self._failures[step.id] >= _PATIENCE:
                raise Unusable("the step does not come back")
            observation = self._ask(step.function, deepcopy(args))
            self._failures[step.id] += isinstance(observation.outcome, TimedOut | Killed)
            self._known[key] = _usable(step, args, observation)
        return self._known[key]


def _usable(step: Question, args: tuple[Value, ...], observation: Observation) -> Any:
    """What the step came to, in the kind and about the size of what the true one gives."""
    outcome = observation.outcome
    if isinstance(outcome, Raised):
        return outcome
    if not isinstance(outcome, Returned):
        return Unusable("the step did not return")
    if outcome.value is None and any(case.expected is None for case in step.cases):
        return None
    assert step.reference is not None
    try:
        true: Any = step.reference(*deepcopy(args))
    except Exception:  # noqa: BLE001 - the true step refuses these arguments
        true = _ordinary(step)
    try:
        return tame(outcome.value, true)
    except Unusable as why:
        return why


@remembered(64)
def _ordinary(step: Question) -> Any:
    """What stands in for a true value: the step's longest row, or of another kind a small number.

    Of numbers, one of ordinary size is the most that can be gone on with.
    """
    rows = [case.expected for case in step.cases if is_row(case.expected)]
    return max(rows, key=count_leaves, default=0)


def freeze(value: Any) -> Any:
    """A value as a key: equal keys mean equal values, type by type and bit by bit.

    >>> freeze([1, 2.0]) == freeze([1, 2]), freeze((3,)) == freeze((3,))
    (False, True)
    """
    kind = type(value)
    if kind in _EXACT:
        return kind, value
    if isinstance(value, np.ndarray):
        return ("array", value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, list | tuple):
        return (kind, *map(freeze, value))
    if isinstance(value, dict):
        return ("dict", *((freeze(key), freeze(item)) for key, item in value.items()))
    return (kind, repr(value) if isinstance(value, float | complex) else value)


def _follow_case(
    question: Question,
    result: CaseResult,
    chosen: Sequence[Question],
    asked: Set[str],
    budget: _Budget,
) -> CaseResult:
    """The result with follow-through's credit, if what the student gave follows from `chosen`."""
    outcome = result.observation.outcome
    if question.reference is None or question.builds_on is None:
        return result
    credit = question.builds_on.credit
    used: list[str] = []
    own = {step.function: _own_step(step, used, budget) for step in chosen}
    try:
        with np.errstate(all="ignore"):
            value = question.reference(*deepcopy(result.case.args), **own)
    except GraderError:
        raise
    except Exception as error:  # noqa: BLE001 - refused, or stumbled over a student's value
        own_kinds = {kind.__name__ for kind in type(error).__mro__}
        if not isinstance(outcome, Raised) or (asked & own_kinds).isdisjoint(_kinds(outcome)):
            return result
        return _followed(result, credit, *dict.fromkeys(used)) if used else result
    if not used or not isinstance(outcome, Returned):
        return result
    predicted = narrow(value, result.case.at)
    observed = narrow(outcome.value, result.case.at)
    if isinstance(predicted, Absent) or not _equal(predicted, observed, result):
        return result
    return _followed(result, credit, *dict.fromkeys(used))


def _equal(predicted: Value, observed: Value | Absent, result: CaseResult) -> bool:
    changed = bool(result.observation.changed_inputs) and result.case.rule.keep_inputs
    return not changed and matches(expected=predicted, observed=observed, rule=result.case.rule)


@remembered(8192, when=lambda result, credit, *used: result.recurs)
def _followed(result: CaseResult, credit: Fraction, *used: str) -> CaseResult:
    """The result with the credit of follow-through."""
    return replace(result, credit=credit, followed_from=used)


def _own_step(step: Question, used: list[str], budget: _Budget) -> Callable[..., Any]:
    """The student's function, to be called by the composite's reference."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if step.reference is None:
            raise Unusable("there is no reference to hold the step against")
        came = budget.ask(step, _positional(step, args, kwargs))
        used.append(step.id)
        if isinstance(came, Raised):
            raise _likewise(came)
        if isinstance(came, Unusable):
            raise Unusable(*came.args)
        return deepcopy(came)

    call.__name__ = step.function
    return call


@remembered(256)
def _true_calls(question: Question, step: Question) -> tuple[tuple[tuple[Value, ...], ...], ...]:
    """What the composite calls a step with in each case, as long as all steps are true ones.

    Equal arguments are one object. Of more calls than would be made, only the first are told.
    """
    known: dict[Any, tuple[Value, ...]] = {}
    found = []
    for case in question.cases:
        called: list[tuple[Value, ...]] = []
        with suppress(Exception), np.errstate(all="ignore"):
            own = {step.function: _noting(step, called, known)}
            question.reference(*deepcopy(case.args), **own)  # type: ignore[misc]
        found.append(tuple(called))
    return tuple(found)


def _noting(
    step: Question, called: list[tuple[Value, ...]], known: dict[Any, tuple[Value, ...]]
) -> Callable[..., Any]:
    """The true step, which notes what it is called with."""

    def call(*args: Any, **kwargs: Any) -> Any:
        assert step.reference is not None
        if len(called) < _DIFFERENT_CALLS:
            positional = deepcopy(_positional(step, args, kwargs))
            called.append(known.setdefault(freeze(positional), positional))
        return step.reference(*args, **kwargs)

    return call


def _positional(
    step: Question, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[Value, ...]:
    assert step.reference is not None
    takes, counts = _taken_by(step.reference)
    as_they_are = not kwargs and len(args) in counts
    return tuple(map(plain, args if as_they_are else by_position(takes, args, kwargs)))


@remembered(64)
def _taken_by(function: Callable[..., Any]) -> tuple[Signature, range]:
    """What a function takes, and how many arguments by position alone are all that it needs."""
    takes = signature(function)
    by_name = [one for one in takes.parameters.values() if one.kind in _BY_POSITION]
    needed = [one for one in takes.parameters.values() if _must_be_given(one)]
    if any(one not in by_name for one in needed):
        return takes, range(0)
    return takes, range(len(needed), len(by_name) + 1)


def _must_be_given(parameter: Parameter) -> bool:
    several = parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return parameter.default is Parameter.empty and not several


def by_position(
    takes: Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[Any, ...]:
    """The arguments of a call as positional ones, defaults filled in as far as they are needed.

    Students name their parameters as they like, so their functions are called by position.
    """
    bound = takes.bind(*args, **kwargs)
    given = set(bound.arguments)
    bound.apply_defaults()
    by_name = [one for one in takes.parameters.values() if one.kind in _BY_POSITION]
    last = max((i for i, one in enumerate(by_name) if one.name in given), default=-1)
    return tuple(bound.arguments[one.name] for one in by_name[: last + 1])


def _likewise(raised: Raised) -> Exception:
    """The built-in exception that the student's step raised, so that the composite meets it."""
    for name in (raised.exception, *raised.bases):
        kind = getattr(builtins, name, None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            try:
                return kind("raised by the student's step")
            except TypeError:  # one that is made otherwise, such as UnicodeDecodeError
                continue
    return Unusable("the step raised")
