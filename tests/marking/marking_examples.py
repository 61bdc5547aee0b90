"""What the tests of marking are made of: short ways to write cases, questions and observations.

`Student` stands in for the sandbox: its functions are called in this process, and what they raise
becomes the observation that a worker would have sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.marking import mark
from grader.model import (
    Assignment,
    BuildsOn,
    Case,
    Killed,
    Malformed,
    Missing,
    NotRun,
    Observation,
    Outcome,
    Question,
    QuestionResult,
    Raised,
    Raises,
    Returned,
    Rule,
    TimedOut,
    WrongAnswer,
)

EXACT = Rule()


def close(rtol: float = 0.0, atol: Any = 0.0) -> Rule:
    return Rule(kind="close", rtol=rtol, atol=atol)


def returned(value: Any, **more: Any) -> Observation:
    return Observation(Returned(value), **more)


def raised(exception: type[BaseException] | str, message: str = "", **more: Any) -> Observation:
    if isinstance(exception, str):
        return Observation(Raised(exception, ("Exception",), message), **more)
    names = tuple(kind.__name__ for kind in exception.__mro__[1:] if kind is not object)
    return Observation(Raised(exception.__name__, names, message), **more)


def case(expected: Any, *args: Any, name: str = "a case", **more: Any) -> Case:
    return Case(name=name, args=args, expected=expected, **more)


def question(*cases: Case, id: str = "q", points: Any = 10, **more: Any) -> Question:
    more.setdefault("function", f"{id}_function")
    return Question(id=id, title=id, points=Decimal(str(points)), cases=cases, **more)


def assignment(*questions: Question) -> Assignment:
    return Assignment(title="An assignment", filename="solution.py", questions=questions)


def wrong(name: str, share: Any, *predictions: Any, feedback: str = "") -> WrongAnswer:
    return WrongAnswer(name, Fraction(share), feedback or f"Is it {name}?", predictions)


def nobody(function: str, args: tuple[Any, ...]) -> Observation:
    raise AssertionError(f"{function}{args} must not be asked")


def mark_values(*questions: tuple[Question, Sequence[Any]]) -> tuple[QuestionResult, ...]:
    """Marks returned values (or whole observations); no function may be asked for more."""
    seen = {
        q.id: [v if isinstance(v, Observation) else returned(v) for v in values]
        for q, values in questions
    }
    return mark(assignment(*(q for q, _ in questions)), seen, nobody)


def mark_one(q: Question, *values: Any) -> QuestionResult:
    return mark_values((q, values))[0]


# --------------------------------------------------------------------------- a student


class Hangs(BaseException):
    """Raised by a student's function that stands for one that never ends."""


class Crashes(BaseException):
    """Raised by a student's function that stands for one that ends its process."""


class Student:
    """A student's functions by name; `calls` are those that were made for follow-through."""

    def __init__(self, **functions: Callable[..., Any]) -> None:
        self.functions = functions
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def ask(self, function: str, args: tuple[Any, ...]) -> Observation:
        self.calls.append((function, args))
        return self.observe(function, args)

    def observe(self, function: str, args: tuple[Any, ...]) -> Observation:
        if function not in self.functions:
            return Observation(Missing())
        try:
            return returned(self.functions[function](*deepcopy(args)))
        except Hangs:
            return Observation(TimedOut(5.0))
        except Crashes:
            return Observation(Killed("exit", "the process ended itself with exit code 3"))
        except Exception as error:  # noqa: BLE001 - as the sandbox does
            return raised(type(error), str(error))

    def mark(self, *questions: Question) -> dict[str, QuestionResult]:
        """Marks every question as the pipeline does, and asks this student where need be."""
        seen = {q.id: [self.observe(q.function, c.args) for c in q.cases] for q in questions}
        return {r.question.id: r for r in mark(assignment(*questions), seen, self.ask)}


def composite(
    reference: Callable[..., Any],
    inputs: Sequence[tuple[Any, ...]],
    *,
    builds_on: Sequence[str] = (),
    credit: Any = 1,
    needs: Any = Fraction(1, 4),
    refusals: Sequence[tuple[Any, ...]] = (),
    **more: Any,
) -> Question:
    """A question whose expected values are its reference's, and that may build on others."""
    cases = [
        case(reference(*deepcopy(args)), *args, name=f"case {i}", shown=i == 0)
        for i, args in enumerate(inputs)
    ]
    cases += [case(Raises("ValueError"), *args, name="refusal") for args in refusals]
    steps = BuildsOn(tuple(builds_on), Fraction(credit), Fraction(needs)) if builds_on else None
    more.setdefault("id", reference.__name__)
    return question(
        *cases, function=reference.__name__, reference=reference, builds_on=steps, **more
    )


# --------------------------------------------------------------------------- strategies

numbers = st.one_of(
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.complex_numbers(),
)
leaves = st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=8))
arrays = npst.arrays(
    dtype=st.one_of(
        npst.boolean_dtypes(),
        npst.integer_dtypes(endianness="="),
        npst.unsigned_integer_dtypes(endianness="="),
        npst.floating_dtypes(endianness="=", sizes=(16, 32, 64)),
        npst.complex_number_dtypes(endianness="=", sizes=(64, 128)),
    ),
    shape=npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
keys = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(10**60, 10**61),
    st.floats(allow_nan=False),
    st.text(max_size=4),
)
values = st.recursive(
    st.one_of(leaves, arrays),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
    ),
    max_leaves=8,
)
rules = st.builds(
    Rule,
    kind=st.sampled_from(["exact", "close"]),
    rtol=st.sampled_from([0.0, 1e-6, 0.5]),
    atol=st.one_of(
        st.sampled_from([0.0, 1e-9, 2.0]),
        npst.arrays(
            np.float64,
            npst.array_shapes(min_dims=1, max_dims=2, max_side=3),
            elements=st.floats(0, 10),
        ),
    ),
    same_dtype=st.booleans(),
    fold_text=st.booleans(),
    extra_keys=st.booleans(),
    real_only=st.booleans(),
    keep_inputs=st.booleans(),
)
outcomes: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Returned, values),
    st.builds(
        Raised,
        st.sampled_from(["ValueError", "TypeError", "NotImplementedError", "MyError"]),
        st.just(("Exception",)),
        st.text(max_size=400),
    ),
    st.just(TimedOut(5.0)),
    st.builds(Killed, st.sampled_from(["memory", "exit"]), st.text(max_size=20)),
    st.builds(Missing, st.lists(st.text(min_size=1), max_size=2).map(tuple)),
    st.builds(Malformed, st.text(max_size=60)),
    st.builds(NotRun, st.sampled_from(["", "timed out twice"])),
)
observations = st.builds(
    Observation,
    outcomes,
    stdout=st.text(max_size=5),
    changed_inputs=st.lists(st.integers(0, 3), max_size=2, unique=True).map(tuple),
)


def credits(most: Mapping[str, Any] | None = None) -> st.SearchStrategy[Fraction]:
    return st.fractions(0, 1, max_denominator=20)
