"""A small course on disk, its handout, and a student's folder."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from grader.bundle.handout import folder_name, handout_zip
from grader.pipeline import read_assignment

ROOT = Path(__file__).parents[2]

CONFIG = """\
assignment: "Areas"
submission: {file: solution.py}
limits: {call: 2 s}
hidden_seed: 7
questions:
  - id: area
    title: "The area of a rectangle"
    function: area
    reference: shapes
    points: 3
    cases:
      - {name: "two by three", args: [2, 3], expect: 6, shown: full}
      - {name: "none: at all", args: [0, 3], expect: 0, shown: full}
      - {name: "hidden one", args: [7, 9]}
      - {name: "negative", args: [-1, 2], raises: ValueError, shown: full}
    properties: [sides_exchange, cube_stands_on_its_area]
  - id: volume
    title: "The volume of a box"
    function: volume
    reference: shapes
    points: 2
    cases:
      - {name: "a cube", args: [2, 2, 2], expect: 8, shown: full}
  - id: why
    title: "Why?"
    function: why
    points: 1
    marked_by: person
    form: {words: [1, 20]}
"""
SHAPES = '''\
"""Shapes."""

from __future__ import annotations

from reference.laws import cube_stands_on_its_area, sides_exchange


def area(width: int, height: int) -> int:
    """Multiply."""
    if width < 0:
        raise ValueError("negative")
    return width * height


def volume(width: int, height: int, depth: int) -> int:
    """Multiply."""
    return width * height * depth
'''
LAWS = '''\
"""Laws."""


def sides_exchange(call):
    """Turning a rectangle keeps its area."""
    return None if call("area", 2, 5) == call("area", 5, 2) else "area(2, 5) is not area(5, 2)"


def cube_stands_on_its_area(call):
    """A box is its area times its height."""
    box = call("volume", 2, 3, 4)
    return None if box == 4 * call("area", 2, 3) else "the volume of a box is another"
'''
RIGHT = """\
def area(width, height):
    if width < 0:
        raise ValueError("negative")
    return width * height


def volume(width, height, depth):
    return width * height * depth


def why():
    return "because"
"""


def write_course(folder: Path) -> Path:
    (folder / "reference").mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "reference" / "shapes.py").write_text(SHAPES, encoding="utf-8")
    (folder / "reference" / "laws.py").write_text(LAWS, encoding="utf-8")
    return folder


def unpack_handout(course: Path, folder: Path, *, with_grader: bool = False) -> Path:
    """Unzips the course's handout; the tests' own grader serves where its own is left out."""
    config = course / "config.yaml"
    assignment = read_assignment(config)
    with zipfile.ZipFile(io.BytesIO(handout_zip(assignment, config).data)) as archive:
        names = [name for name in archive.namelist() if with_grader or "/grader/" not in name]
        archive.extractall(folder, names)
    return folder / folder_name(assignment)


def change(folder: Path, old: str, new: str) -> None:
    """Edits a student's solution in one place."""
    path = folder / "solution.py"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def run_python(
    folder: Path, *arguments: str, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs Python in a folder with the grader of these tests."""
    known = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for name in ("CI", "BUILD_NUMBER"):  # to a build server pytest says more
        known.pop(name, None)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**known, **environment},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
