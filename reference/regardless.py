"""Wrong answers of students who, beside their slip, never look at `bias`.

They count a layer with bias=False as one with biases. That is a slip of its own, which alone is
worth most of the points; it must not hide the other one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any, TypeVar

Wrong = TypeVar("Wrong", bound=Callable[..., Any])


def regardless(wrong: Wrong) -> Wrong:
    """Make the wrong answer that gives with any `bias` what `wrong` gives with biases.

    It has the same feedback: the other slip shows in the cases without biases.
    """
    required = sum(one.default is Parameter.empty for one in signature(wrong).parameters.values())

    @wraps(wrong)
    def always(*args: Any) -> Any:
        return wrong(*args[:required])

    return always  # type: ignore[return-value]
