"""A small assignment with properties, and students who get parts of it right."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np

from grader.foreground import Foreground
from grader.model import (
    Assignment,
    Case,
    Property,
    Question,
    Raises,
    SelfCheck,
    Submission,
    TextForm,
)
from grader.selfcheck import self_check

Call = Callable[..., Any]


def double_is_even(call: Call) -> str | None:
    return None if call("double", 3) % 2 == 0 else "the double of 3 is not even"


def double_keeps_zeros(call: Call) -> str | None:
    zeros = call("double", np.zeros(3, dtype=np.int64))
    return "zeros do not stay zeros" if np.asarray(zeros).any() else None


def double_refuses_text(call: Call) -> str | None:
    try:
        call("double", "a")
    except TypeError:
        return None
    return "text is not refused"


def half_undoes_double(call: Call) -> str | None:
    return None if call("half", call("double", 5)) == 5 else "half of the double of 5 is not 5"


DOUBLE = Question(
    id="q1",
    title="Q1 Twice a number",
    function="double",
    points=Decimal(4),
    cases=(
        Case("three", (3,), 6, shown=True),
        Case("nothing", (0,), 0, shown=True),
        Case("text", ("a",), Raises("TypeError"), shown=True),
        Case("large", (987654321,), 1975308642),
        Case("small", (-5,), -10),
    ),
    properties=tuple(
        Property(holds.__name__, holds)
        for holds in (double_is_even, double_keeps_zeros, double_refuses_text, half_undoes_double)
    ),
)
HALF = Question(
    id="q2",
    title="Q2 Half a number",
    function="half",
    points=Decimal(2),
    cases=(Case("six", (6,), 3, shown=True), Case("odd", (7,), 3.5)),
)
HIDDEN = Question(
    id="q3",
    title="Q3 Nothing is shown",
    function="secret",
    points=Decimal(2),
    cases=(Case("unknown", (1,), 2),),
)
WHY = Question(
    id="q4",
    title="Q4 Why?",
    function="why",
    points=Decimal(1),
    text=TextForm((3, 20)),
)
ASSIGNMENT = Assignment(
    title="Twice and half", filename="solution.py", questions=(DOUBLE, HALF, HIDDEN, WHY)
)


def double(number: Any) -> Any:
    if isinstance(number, str):
        raise TypeError("text has no double")
    return number * 2


def half(number: Any) -> Any:
    return number / 2


def unwritten(*args: Any) -> Any:
    raise NotImplementedError


RIGHT: dict[str, Any] = {
    "double": double,
    "half": half,
    "secret": lambda number: 2,
    "why": lambda: "because it is so",
}


def checked(assignment: Assignment = ASSIGNMENT, **changed: Any) -> SelfCheck:
    """What the check of a student with these functions finds; None takes a function away."""
    names = {name: value for name, value in {**RIGHT, **changed}.items() if value is not None}
    worker = Foreground(names, lambda filename: None)
    return self_check(assignment, Submission(id="", filename="solution.py"), worker)
