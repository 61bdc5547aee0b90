"""A small assignment as an author writes it, to be broken in one place by each test."""

from __future__ import annotations

from pathlib import Path

from grader.assignment import load_assignment
from grader.errors import ConfigError
from grader.marking import compare
from grader.model import Assignment

CONFIG = """\
assignment: "Areas and volumes"
submission: {file: solution.py}
limits: {load: 10 s, call: 300 ms, memory: 512 MB, submission: 1 min}
hidden_seed: 7
defaults: {compare: exact, shown: outcome}
total_points: 10
questions:
  - id: area
    title: "The area of a rectangle"
    function: area
    reference: shapes
    points: 5
    cases:
      - {name: "two by three", args: [2, 3], expect: 6, shown: full}
      - {name: "drawn", generate: rectangles, count: 4, weight: 3}
      - {name: "negative", args: [-1, 2], raises: ValueError, shown: full}
    credit: {steps: {0.5: 0.4}}
    wrong_answers: {half_the_rim: 0.5, scale_forgotten: 0.25}
    properties: [sides_exchange]
  - id: volume
    title: "The volume of a box"
    function: volume
    reference: solids
    points: 2.5
    compare: {rtol: 1e-6, atol: rounding}
    changed_inputs: fail
    cases:
      - {name: "a cube", args: [[2, 2], 2.0], expect: 8.0, bands: {10: 0.5}}
      - {name: "a slab", args: [[3, 5], 1], weight: 2}
    wrong_answers: {depth_forgotten: 0.5}
    builds_on: {questions: [area], needs: 0.5}
  - id: sides
    title: "The sides of many rectangles"
    function: sides
    reference: shapes
    points: 1.5
    compare: {text: loose, extra_keys: ignored}
    cases:
      - {name: "the first", args: [[[2, 3], [4, 5]]], at: [first], partial: {0.5: 0.25}}
    credit: all_or_nothing
    wrong_answers: {sides_crossed: 0.5}
  - id: why
    title: "Why?"
    function: why
    points: 1
    marked_by: person
    form: {words: [5, 20], entries: [cause, effect], misplaced: {cause: [therefore]}}
"""

SHAPES = '''\
"""Areas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def area(width: int, height: int, scale: int = 1) -> int:
    """Multiply the sides."""
    if width < 0:
        raise ValueError("negative width")
    return width * height * scale


def half_the_rim(width: int, height: int, scale: int = 1) -> int:
    """Have you added where you meant to multiply?"""
    return (width + height) * scale


def scale_forgotten(width: int, height: int, scale: int = 1) -> int:
    """What does `scale` do
    to the area?"""
    return width * height


def rectangles(rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw sides and a scale."""
    width, height, scale = (int(n) for n in rng.integers(2, 30, 3))
    return width, height, scale


def sides_exchange(call: Callable[..., Any]) -> str | None:
    """The area does not care which side is called the width."""
    return None if call("area", 2, 5) == call("area", 5, 2) else "area(2, 5) is not area(5, 2)"


def sides(rectangles: list[tuple[int, int]]) -> dict[str, list[int]]:
    """Name the sides of the first and of the last rectangle."""
    return {"first": list(rectangles[0]), "last": list(rectangles[-1])}


def sides_crossed(rectangles: list[tuple[int, int]]) -> dict[str, list[int]]:
    """Which side comes first?"""
    return {"first": list(rectangles[0][::-1])}
'''

SOLIDS = '''\
"""Volumes."""

from __future__ import annotations

from collections.abc import Callable

from reference.shapes import area


def volume(
    base: tuple[int, int], depth: float, *, area: Callable[..., int] = area
) -> float:
    """Multiply the base's area by the depth."""
    return area(*base) * depth


def depth_forgotten(base: tuple[int, int], depth: float) -> float:
    """How deep is the box?"""
    return float(base[0] * base[1])


def rounding(base: tuple[int, int], depth: float) -> float:
    """Allow what rounding can do."""
    return 1e-9 * depth
'''

REFERENCE = {"shapes": SHAPES, "solids": SOLIDS}


def write(folder: Path, config: str = CONFIG, **modules: str) -> Path:
    """Writes an assignment into a folder; modules that are not given are the sound ones."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reference").mkdir(exist_ok=True)
    for name, text in {**REFERENCE, **modules}.items():
        (folder / "reference" / f"{name}.py").write_text(text, encoding="utf-8")
    path = folder / "config.yaml"
    path.write_text(config, encoding="utf-8")
    return path


def edited(text: str, old: str, new: str) -> str:
    """The text with one place changed; the place must be there once."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


def load(path: Path) -> Assignment:
    return load_assignment(path, compare=compare)


def problems_of(path: Path) -> list[str]:
    """What the loader says of an assignment, a line for each problem."""
    try:
        load(path)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []
