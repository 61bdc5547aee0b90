"""What the benchmarks mark: a small assignment, cut out of this one, and a class that did it.

The small one has the first cases of each question whose inputs stand in config.yaml: some thirty
calls, which every other grader can make just so. It has no wrong answers and nothing builds on
anything, as no other grader knows of that.
"""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from grader.model import Assignment, Raises
from grader.pipeline import read_assignment

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "submissions_example"
_CASES = 3  # of each question
_NUMPY = (
    *("perfect_numpy", "perfect_lists", "no_bias"),
    *("flipped_kernel", "wrong_shapes", "carried_forward"),
)
_TORCH = ("perfect_torch",)
_COUNTS = ("conv_layer_params", "classifier_params", "encoder_params")


class Call(NamedTuple):
    """A call that every grader makes: of which function, with what, and what should come."""

    function: str
    args: tuple[Any, ...]
    expected: Any
    raises: str  # the exception's name, or nothing


def cut_course(folder: Path) -> Path:
    """Writes the small assignment with its reference; returns the path of its config."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    questions = []
    for question in config["questions"]:
        cases = [case for case in question.get("cases", []) if "args" in case and "at" not in case]
        if cases:
            kept = {"id", "title", "function", "reference", "points", "compare"} & question.keys()
            questions.append({name: question[name] for name in kept} | {"cases": cases[:_CASES]})
    config["questions"] = questions
    config.pop("total_points", None)
    folder.mkdir(parents=True)
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    shutil.copytree(ROOT / "reference", folder / "reference")
    return path


def calls_of(config: Path) -> list[Call]:
    """The calls that the cases of an assignment come to."""
    assignment: Assignment = read_assignment(config)
    return [
        Call(question.function, case.args, None, case.expected.exception)
        if isinstance(case.expected, Raises)
        else Call(question.function, case.args, case.expected, "")
        for question in assignment.questions
        for case in question.cases
    ]


def write_calls(calls: list[Call], path: Path) -> Path:
    """Keeps functions and inputs where a bare process finds them (floor.py)."""
    path.write_bytes(pickle.dumps([(call.function, call.args) for call in calls]))
    return path


def write_class(folder: Path, count: int, *, torch: bool = False) -> Path:
    """Writes so many submissions: the examples in turn, no two alike.

    Every third has a function of its own that is wrong in a way of its own, so that what is
    remembered of others' answers does not decide it.
    """
    sources = [
        (EXAMPLES / name / "solution.py").read_text(encoding="utf-8")
        for name in (_TORCH if torch else _NUMPY)
    ]
    for number in range(count):
        source = f"{sources[number % len(sources)]}\nSTUDENT = {number}\n"
        functions = [name for name in _COUNTS if f"def {name}(" in source]
        if number % 3 == 0 and functions:
            name = functions[number // 3 % len(functions)]
            source += (
                f"_own_{name} = {name}\n"
                f"def {name}(*args, **named):\n"
                f"    return _own_{name}(*args, **named) + {number + 1}\n"
            )
        one = folder / f"student_{number:04}"
        one.mkdir(parents=True)
        (one / "solution.py").write_text(source, encoding="utf-8")
    return folder
