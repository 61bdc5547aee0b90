"""A student's own steps as functions, which a composite's formula is evaluated on.

Each call goes through `ask`, that is, through the sandbox or a stored transcript. A student's step
is arbitrary code whose values enter the author's formulas, so they are tamed first (tame.py), and
there is a budget of calls and of the grader's own time. A formula that allocates by a step's
number must bound it itself.
"""

from __future__ import annotations

import builtins
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from msgspec import Struct

from grader.errors import GraderError
from grader.marking.arrays import is_row, plain
from grader.marking.compare import count_leaves
from grader.marking.tame import Unusable, tame
from grader.model import Killed, Observation, Question, Raised, Returned, TimedOut
from grader.remembering import remembered

if TYPE_CHECKING:
    from grader.model import Value

Ask: TypeAlias = "Callable[[str, tuple[Value, ...]], Observation]"

MOST_CALLS = 2000  # different ones, of the student's steps, for one composite
_CALLS = 50_000  # counting equal ones
_PATIENCE = 2  # time-outs or crashes of a step, after which it is not called again
_EXACT = frozenset({int, str, bool, type(None)})  # types of which what is equal is the same
_BY_POSITION = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_SECONDS = 10.0  # of the grader's own processor time, for one composite


class Came(Struct, frozen=True):
    """What a formula came to."""

    value: Any
    raised: Exception | None
    used: tuple[str, ...]  # ids of the student's own steps that it called, in order


class OwnSteps:
    """The steps of one composite that a student has wrong. Stops when too much was asked for."""

    def __init__(self, steps: Mapping[str, Question], ask: Ask) -> None:
        """
        Args:
            steps: question id -> question, of the steps that may be followed.
            ask: calls a student's function.
        """
        self.steps = steps
        self._ask = ask
        self._known: dict[Any, Any] = {}
        self._calls = 0
        self._failures: Counter[str] = Counter()
        self._deadline = time.thread_time() + _SECONDS

    @property
    def is_spent(self) -> bool:
        return self._calls > _CALLS or time.thread_time() > self._deadline

    def mixes(self) -> Iterator[tuple[Question, ...]]:
        """Which steps are the student's own, the others being true: the fewest first."""
        for size in range(1, len(self.steps) + 1):
            yield from itertools.combinations(self.steps.values(), size)

    def evaluate(
        self, formula: Callable[..., Any], args: tuple[Value, ...], own: Sequence[Question]
    ) -> Came:
        """What a formula comes to when these steps, which it takes, are the student's own.

        Raises:
            GraderError: whatever asking raised.
        """
        used: dict[str, None] = {}
        given = {step.function: self._function(step, used) for step in own}
        value = raised = None
        try:
            with np.errstate(all="ignore"):
                value = formula(*deepcopy(args), **given)
        except GraderError:
            raise
        except Exception as error:  # noqa: BLE001 - it refused, or stumbled over a step's value
            raised = error
        return Came(value, raised, tuple(used))

    def _function(self, step: Question, used: dict[str, None]) -> Callable[..., Any]:
        """The student's function, to be called by a formula; notes in `used` that it was."""

        def call(*args: Any, **kwargs: Any) -> Any:
            if step.reference is None:
                raise Unusable("there is no reference to hold the step against")
            came = self._come_to(step, _positional(step, args, kwargs))
            used[step.id] = None
            if isinstance(came, Raised):
                raise _likewise(came)
            if isinstance(came, Unusable):
                raise Unusable(*came.args)
            return deepcopy(came)

        call.__name__ = step.function
        return call

    def _come_to(self, step: Question, args: tuple[Value, ...]) -> Any:
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
            if len(self._known) >= MOST_CALLS:
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


@remembered(256)
def true_calls(question: Question, step: Question) -> tuple[tuple[tuple[Value, ...], ...], ...]:
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
        if len(called) < MOST_CALLS:
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
