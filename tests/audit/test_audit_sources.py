"""What of reference/ a question's answer is made of, and what of it travels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.audit.sources import Library
from grader.audit.subjects import slow_imports

BOARDS = '''
"""Boards."""

from __future__ import annotations

import math
import sys as system
from typing import TYPE_CHECKING, TypeAlias

from reference.parts import doubled, never as unused
from . import sizes

if TYPE_CHECKING:
    from reference.parts import Anything

Count: TypeAlias = int
HALF = 2
STEPS = {"area": None}
system.setrecursionlimit(1000)


def area(width: Count, height: int, *, twice=doubled) -> int:
    """Count."""
    if width < 0:
        raise ValueError(message(width))
    return math.floor(twice(width * height) / HALF) + sizes.NOTHING


def message(width: Anything) -> str:
    return f"{width} is negative"


@staticmethod
def decorated():
    return undefined_wrong_answer()


def wrong(width, height):
    return area(width, height) + 1


if __name__ == "__main__":
    wrong(1, 2)
'''
PARTS = """
def doubled(value):
    return 2 * _kept(value)


def _kept(value):
    return value


def never(value):
    raise AssertionError
"""
FILES = {"boards.py": BOARDS, "parts.py": PARTS, "sizes.py": "NOTHING = 0\n\n\ndef other(): ...\n"}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    folder = tmp_path / "reference"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return Library.read(folder)


def names(library: Library, *, judged: bool) -> set[str]:
    units = library.reach([("reference.boards", "area")], judged=judged)
    return {name for unit in units if unit.is_answer for name in unit.binds}


def test_the_answer_is_what_the_function_reaches_through_calls_defaults_and_imports(
    library: Library,
) -> None:
    assert names(library, judged=True) == {"area", "HALF", "doubled", "_kept", "NOTHING", "other"}


def test_what_only_a_message_needs_runs_but_is_not_judged(library: Library) -> None:
    assert names(library, judged=False) - names(library, judged=True) == {"message"}


def test_the_files_that_travel_hold_the_answer_alone_and_run(
    library: Library, tmp_path: Path
) -> None:
    files = library.files(library.reach([("reference.boards", "area")]))
    for name, content in files.items():
        (tmp_path / "sent" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sent" / name).write_bytes(content)
    sent = b"".join(files.values())
    for left_out in (b"wrong", b"never", b"STEPS", b"__main__", b"Anything import"):
        assert left_out not in sent
    assert b"setrecursionlimit" in sent  # it binds nothing, but may be needed
    code = "from reference.boards import area; print(area(3, 5))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "sent", capture_output=True, text=True
    )
    assert ran.stdout == "15\n", ran.stderr


def test_a_unit_travels_rewritten(library: Library) -> None:
    units = library.reach([("reference.boards", "area")])
    half = next(unit for unit in units if unit.binds == {"HALF"})
    files = library.files(units, {half: "HALF = 4"})
    assert b"HALF = 4" in files["reference/boards.py"]
    assert b"HALF = 2" not in files["reference/boards.py"]


def test_lines_that_ran_are_found_again_in_the_author_s_file(library: Library) -> None:
    wanted = [("reference.boards", "area")]
    text = library.files(library.reach(wanted))["reference/boards.py"].decode().split("\n")
    place = next(n for n, line in enumerate(text, start=1) if "math.floor(" in line)
    ((unit, line),) = library.original_lines(wanted, [("reference/boards.py", place)])
    assert unit.binds == {"area"}
    assert "math.floor(" in BOARDS.split("\n")[unit.line + line - 2]


def test_functions_are_found_by_pattern_wherever_they_are_defined(library: Library) -> None:
    assert library.defining("d*d") == (
        ("reference.boards", "decorated"),
        ("reference.parts", "doubled"),
    )


@pytest.mark.parametrize(
    ("function", "wants"), [("plain", False), ("by_layer", True), ("later", True), ("told", False)]
)
def test_torch_is_loaded_beforehand_where_what_runs_imports_it(
    tmp_path: Path, function: str, wants: bool
) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "nets.py").write_text(
        "import torch.nn as nn\n\n\ndef plain(x):\n    return x\n\n\n"
        "def by_layer(x):\n    return nn.Identity()(x)\n\n\n"
        "def later(x):\n    from torch import relu\n    return relu(x)\n\n\n"
        "def told(x):\n    return 'as torch does'\n"
    )
    imports = slow_imports(Library.read(folder), [("reference.nets", function)])
    assert imports == (("torch",) if wants else ())
