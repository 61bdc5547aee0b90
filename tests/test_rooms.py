"""The table of rooms in docs/design.md, held against the imports that the code makes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

PACKAGE = Path(__file__).parent.parent / "grader"
TABLE = (PACKAGE.parent / "docs" / "design.md").read_text(encoding="utf-8").partition("| room |")[2]
ROWS = {
    room: allowed
    for rooms, allowed in re.findall(
        r"^\| (`.*?) \| .*? \| (.*?) \|$", TABLE.partition("\n\n")[0], re.MULTILINE
    )
    for room in re.findall(r"`(\w+)(?:\.py|/)?`", rooms)
}
THE_ROOMS = {"model", "errors", "remembering", "public"} | {
    *("assignment", "submission", "sandbox", "marking", "report")
}
DOORS = {room for room, allowed in ROWS.items() if allowed == "anything"}
ABOVE = {room for room, allowed in ROWS.items() if allowed == "anything but a door"}
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
    allowed = set(re.findall(r"\w+", ROWS[room]))
    assert imported_rooms(path) <= allowed | {room} | (THE_ROOMS if "rooms" in allowed else set())


def test_the_table_has_a_row_for_each_room_and_no_other() -> None:
    assert set(ROWS) == {room_of(path) for path in FILES}
    assert {"cli", "pytest_plugin", "__init__", "__main__"} == DOORS


def test_a_notebook_is_read_with_nothing_of_jupyter_s() -> None:
    ours = [path for path in FILES if imported_packages(path) & {"IPython", "nbformat", "jupyter"}]
    assert ours == [PACKAGE / "notebook.py"], "which runs in one"


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
