"""The table of rooms in docs/design.md, held against the imports that the code makes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

PACKAGE = Path(__file__).parent.parent / "grader"
WINGS = {"assignment", "submission", "sandbox", "marking", "report"}
GROUND = {"model", "errors", "remembering"}
ROOMS = {
    "model": set(),
    "errors": set(),
    "remembering": set(),
    "harness": set(),
    **dict.fromkeys(WINGS, GROUND),
    "public": GROUND,
    "pipeline": GROUND | WINGS | {"public"},
    "packages": GROUND,
    "selfcheck": GROUND | WINGS | {"packages", "pipeline", "public"},
    "foreground": GROUND | {"sandbox"},
    "debugging": GROUND | {"sandbox"},
    "checking": GROUND | {"public", "submission"},
    "handing_in": GROUND,
    "classroom": GROUND | WINGS | {"pipeline", "harness"},
}
# These may use anything but a door.
ABOVE = {"audit", "bundle", "gradescope", "notebook"}
DOORS = {"cli", "pytest_plugin", "__init__", "__main__"}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """The rooms of grader/ that a file imports, wherever in the file the import stands."""
    names = (name.split(".") for name in imported_names(path))
    return {parts[1] for parts in names if parts[0] == "grader" and len(parts) > 1}


def imported_packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported_names(path)}


def imported_names(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_what_the_table_allows(path: Path) -> None:
    room = room_of(path)
    if room in DOORS | ABOVE:
        return
    assert room in ROOMS, f"{room} is not in the table of rooms"
    assert imported_rooms(path) <= ROOMS[room] | {room}


def test_nothing_imports_a_door() -> None:
    for path in FILES:
        assert not imported_rooms(path) & (DOORS - {"__init__"}) or room_of(path) in DOORS


def test_the_harness_knows_nothing_of_this_problem_set() -> None:
    config = yaml.safe_load((PACKAGE.parent / "config.yaml").read_text(encoding="utf-8"))
    words = {question[key] for question in config["questions"] for key in ("id", "function")}
    for path in FILES:
        assert "reference" not in imported_packages(path), path
        assert not words & set(re.findall(r"\w+", path.read_text(encoding="utf-8"))), path


NEWER = {
    *("add_note", "co_branches", "co_exceptiontable", "co_positions", "co_qualname"),
    *("get_identifiers", "is_junction", "name_from", "subgroup"),
}
"""Attributes that Python 3.10 lacks, of objects whose type a linter seldom knows."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_python_3_10_lacks_is_asked_for_by_getattr_alone(path: Path) -> None:
    """Gradescope's images have Python 3.10."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert used.isdisjoint(NEWER)
