"""Draws the cases of config.yaml under any seed, so that the tests can ask what holds for all.

The grader draws one set of cases, from its hidden seed. What must hold of the cases (that they
tell every wrong answer apart, say) should not hang on that one draw; so this reads the plan anew,
apart from the grader's own loader, and draws it again and again.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

CONFIG = Path(__file__).parents[2] / "config.yaml"


@dataclass(frozen=True)
class Drawn:
    """One case: what the question's function is called with, and what that should come to."""

    name: str
    args: tuple[Any, ...]
    weight: Fraction
    expected: object  # a value, or the class of the exception that is asked for
    at: tuple[str, ...]

    @property
    def raises(self) -> bool:
        return isinstance(self.expected, type)


@cache
def plan() -> Mapping[str, dict[str, Any]]:
    """Read the questions that the grader marks, by id."""
    questions = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["questions"]
    return {q["id"]: q for q in questions if "reference" in q}


def module_of(question_id: str) -> Any:
    return importlib.import_module(f"reference.{plan()[question_id]['reference']}")


def reference_of(question_id: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(module_of(question_id), plan()[question_id]["function"])
    return function


def wrong_answers_of(question_id: str) -> dict[str, Callable[..., Any]]:
    return {
        name: getattr(module_of(question_id), name) for name in plan()[question_id]["wrong_answers"]
    }


def draw(question_id: str, seed: int) -> list[Drawn]:
    """Draw all cases of a question as they come out under this seed."""
    function = reference_of(question_id)
    drawn = []
    for number, group in enumerate(plan()[question_id]["cases"]):
        count = group.get("count", 1)
        for index in range(count):
            if "generate" in group:
                rng = np.random.default_rng([seed, number, index])
                args = getattr(module_of(question_id), group["generate"])(rng)
            else:
                args = _as_annotated(function, group["args"])
            drawn.append(
                Drawn(
                    name=group["name"] if count == 1 else f"{group['name']} {index + 1}",
                    args=args,
                    weight=Fraction(str(group.get("weight", 1))) / count,
                    expected=ValueError if "raises" in group else function(*args),
                    at=tuple(group.get("at", ())),
                )
            )
    return drawn


def answer(function: Callable[..., object], args: Sequence[object]) -> object:
    """Call a wrong answer: its value, or the class of what it raises."""
    try:
        return function(*args)
    except (ArithmeticError, LookupError) as error:
        return type(error)
    except ValueError:
        return ValueError


def part(value: Any, at: Sequence[str]) -> Any:
    """Take out what a case compares."""
    for key in at:
        value = value.get(key)
    return value


def fits(asked: object, given: object) -> bool:
    """Whether a value passes for what is asked: 36.0 for 36, but neither True nor "36"."""
    if isinstance(asked, Mapping) and isinstance(given, Mapping):
        return asked.keys() == given.keys() and all(fits(asked[k], given[k]) for k in asked)
    if isinstance(asked, list | tuple) and isinstance(given, list | tuple):
        return len(asked) == len(given) and all(map(fits, asked, given))
    return isinstance(asked, bool) == isinstance(given, bool) and asked == given


def _as_annotated(function: Callable[..., object], args: Sequence[Any]) -> tuple[Any, ...]:
    """Turn YAML's lists into tuples or arrays where the function asks for them."""
    wanted = [
        str(parameter.annotation) for parameter in inspect.signature(function).parameters.values()
    ]
    return tuple(_as_wanted(arg, annotation) for arg, annotation in zip(args, wanted, strict=False))


def _as_wanted(arg: Any, annotation: str) -> Any:
    if isinstance(arg, list) and "tuple" in annotation:
        return tuple(arg)
    if isinstance(arg, list) and "Matrix" in annotation:
        return np.array(arg)
    return arg
