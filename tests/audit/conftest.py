"""A small assignment with known gaps, and the same one mended; each is audited once."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.audit import AuditReport, audit
from grader.pipeline import read_assignment

BOARDS = '''
"""Boards."""

from __future__ import annotations

import numpy as np

from reference.limits import clamp, SMALLEST
from reference import limits as _limits


def area(width: int, height: int, frame: int = 0) -> int:
    """Count the cells of a board, its frame included."""
    if min(width, height) < 1:
        raise ValueError(f"no board of {width} by {height}")
    return (width + 2 * frame) * (height + 2 * frame)


def area_no_case(width: int, height: int, frame: int = 0) -> str | None:
    """A frame has cells or none."""
    return "a frame is not negative" if frame < 0 else None


def area_by_rows(width: int, height: int, frame: int = 0) -> float:
    """Row by row; a whole number all the same."""
    if width < 1 or height < 1:
        raise ValueError
    return float(sum(width + 2 * frame for _ in range(height + 2 * frame)))


def part(total: int, parts: int) -> int:
    """Deal out `total` and forget the rest."""
    return clamp(total // max(parts, SMALLEST), 0, 10)


def part_no_case(total: int, parts: int) -> str | None:
    """Nobody deals to nobody."""
    return "there are parts" if parts < 1 else None


def smooth(values: np.ndarray) -> np.ndarray:
    """Average each entry with the next."""
    return (values[:-1] + values[1:]) / 2


def smooth_by_torch(values: np.ndarray) -> object:
    """Needs what is nowhere installed."""
    import torch_of_another_world

    return torch_of_another_world.smooth(values)


# ---------------------------------------------------------------- draws

def boards(rng: np.random.Generator) -> tuple[int, int, int]:
    return int(rng.integers(2, 9)), int(rng.integers(10, 19)), int(rng.integers(1, 4))


def entries(rng: np.random.Generator) -> tuple[np.ndarray]:
    return (rng.uniform(1, 9, 5),)


def deals(rng: np.random.Generator) -> tuple[int, int]:
    return int(rng.integers(20, 50)), int(rng.integers(5, 9))


# ---------------------------------------------------------------- wrong answers

def frame_forgotten(width: int, height: int, frame: int = 0) -> int:
    """What about the frame?"""
    return width * height


def frame_left_out(width: int, height: int, frame: int = 0) -> int:
    """Is the frame a part of the board?"""
    return sum(width for _ in range(height))


def frame_on_one_side(width: int, height: int, frame: int = 0) -> int:
    """On how many sides is the frame?"""
    return (width + frame) * (height + frame)


def no_board_unchecked(width: int, height: int, frame: int = 0) -> int:
    """What is a board without cells?"""
    return (width + 2 * frame) * (height + 2 * frame)


def summed(values: np.ndarray) -> np.ndarray:
    """What makes an average of a sum?"""
    return values[:-1] + values[1:]
'''

LIMITS = '''
"""What several questions need."""

SMALLEST = 1


def clamp(value: int, low: int, high: int) -> int:
    if isinstance(value, str):
        raise TypeError("a step gave a text")
    if value < low:
        return low
    if value > high:
        return high
    return value
'''

CONFIG = """
assignment: "Boards"
submission: {{file: solution.py}}
hidden_seed: 7
questions:
  - id: area
    title: "Area"
    function: area
    reference: boards
    points: 4
    cases:
      - {{name: "a small board", args: [2, 3], expect: 6, shown: full}}
      - {{name: "framed", args: [2, 3, 1], expect: 20, shown: full}}
      - {{name: "one cell", args: [1, 1, 2]}}
      - {{name: "boards", generate: boards, count: 3, weight: 6}}
      - {{name: "no width", args: [0, 3], raises: ValueError}}
      - {{name: "no height", args: [3, 0], raises: ValueError}}
    wrong_answers:
      frame_forgotten: 0.5
      frame_left_out: 0.5
      frame_on_one_side: 0.5
      no_board_unchecked: 0.75
    {inseparable}
  - id: part
    title: "Part"
    function: part
    reference: boards
    points: 2
    cases:
      - {{name: "seven by two", args: [7, 2], expect: 3, shown: full}}
      - {{name: "a debt", args: [-3, 2], expect: 0}}
      - {{name: "one part", args: [4, 1]}}
      - {{name: "deals", generate: deals, count: 2}}
{more}
  - id: smooth
    title: "Smooth"
    function: smooth
    reference: boards
    points: 1.5
    compare: {{atol: {atol}}}
    cases:
      - {{name: "three", args: [[1, 2, 4]], expect: [1.5, 3.0], shown: full}}
      - {{name: "real", generate: entries, count: 2, weight: 4}}
    wrong_answers: {{summed: 0.25}}
  - id: why
    title: "Why"
    function: why
    points: 1
    marked_by: person
    form: {{words: [1, 9]}}
"""
LISTED = "inseparable: [[frame_forgotten, frame_left_out]]"
MORE = '      - {name: "more than there is room for", args: [90, 2]}\n'


def write(folder: Path, *, listed: bool, more: bool, atol: str) -> Path:
    """Writes the assignment; `more` closes the gap of `part`."""
    (folder / "reference").mkdir(exist_ok=True)
    (folder / "reference" / "boards.py").write_text(BOARDS, "utf-8")
    (folder / "reference" / "limits.py").write_text(LIMITS, "utf-8")
    config = folder / "config.yaml"
    text = CONFIG.format(inseparable=LISTED if listed else "", more=MORE if more else "", atol=atol)
    config.write_text(text, "utf-8")
    return config


@pytest.fixture(scope="session")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    """The audit of an assignment with a gap, a tolerance too tight, and twins not listed."""
    folder = tmp_path_factory.mktemp("flawed")
    assignment = read_assignment(write(folder, listed=True, more=False, atol="1e-12"))
    return audit(assignment, write(folder, listed=False, more=False, atol="1e-12"), workers=2)


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    """The audit of the same assignment, mended."""
    config = write(tmp_path_factory.mktemp("sound"), listed=True, more=True, atol="1e-5")
    return audit(read_assignment(config), config, workers=2)


@pytest.fixture(scope="session")
def exact(tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    """The audit of the mended one where double precision is asked for."""
    config = write(
        tmp_path_factory.mktemp("exact"), listed=True, more=True, atol="1e-12, dtype: same"
    )
    return audit(read_assignment(config), config, workers=2)
