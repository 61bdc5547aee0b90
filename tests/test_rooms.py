"""The table of rooms in docs/design.md, held against the imports that the code makes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "grader"
WINGS = {"assignment", "submission", "sandbox", "marking", "report"}
GROUND = {"model", "errors"}
ROOMS = {
    "model": set(),
    "errors": set(),
    **{wing: GROUND for wing in WINGS},
    "pipeline": GROUND | WINGS,
    "classroom": GROUND | WINGS | {"pipeline"},
}
DOORS = {"cli", "__init__", "__main__"}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """The rooms of grader/ that a file imports, wherever in the file the import stands."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "grader" and len(parts) > 1:
                rooms.add(parts[1])
    return rooms


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_what_the_table_allows(path: Path) -> None:
    room = room_of(path)
    if room in DOORS:
        return
    assert room in ROOMS, f"{room} is not in the table of rooms"
    assert imported_rooms(path) <= ROOMS[room] | {room}


def test_nothing_imports_a_door() -> None:
    for path in FILES:
        assert not imported_rooms(path) & (DOORS - {"__init__"}) or room_of(path) in DOORS


def test_the_harness_knows_nothing_of_this_problem_set() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert "from reference" not in text and "import reference" not in text
        assert "conv_layer" not in text and "q2b" not in text, path
