"""docs/security.md promises no more than attacks prove, and names what there is."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from attacking import ATTACKS, GROUPS, corpus  # noqa: E402 - found by the path above

from grader.report.machine import LAYERS  # noqa: E402
from grader.sandbox.isolation import SECURITY  # noqa: E402

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(rf"`((?:{'|'.join(GROUPS)})/\w+)`")
ROWS = [line for line in PAGE.splitlines() if line.startswith("|") and NAMED.search(line)]
CORPUS = {attack.id: attack for attack in corpus()}


TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
}


def promise(row: str) -> str:
    return row.split("|")[1].strip()


def test_every_attack_that_is_named_exists() -> None:
    missing = {name for name in NAMED.findall(PAGE) if not (ATTACKS / f"{name}.py").is_file()}
    assert not missing


def test_no_promise_goes_without_an_attack() -> None:
    tables = PAGE.partition("## What is promised")[2].partition("## When the machine fails")[0]
    lines = [line for line in tables.splitlines() if line.startswith("| ")]
    unproven = [line for line in lines if not NAMED.search(line)]
    assert {line.split("|")[1].strip() for line in unproven} <= {"promise", "---"}
    assert len(ROWS) >= 30


def test_every_test_that_is_named_exists() -> None:
    assert set(re.findall(r"`(test_\w+)`", PAGE)) <= TESTS


@pytest.mark.parametrize("start", ["report of every run.", "break things at every step:"])
def test_no_row_of_what_holds_or_fails_goes_without_a_test(start: str) -> None:
    table = PAGE.partition(start)[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 4
    assert [row for row in rows if not re.search(r"`test_\w+`", row)] == []


def test_every_point_of_the_boundary_names_its_proof() -> None:
    section = PAGE.partition("## The boundary")[2].partition("This much holds")[0]
    points = re.split(r"^\d\. ", section, flags=re.MULTILINE)[1:]
    assert len(points) == 5
    assert [point for point in points if not re.search(r"`test_\w+`", point)] == []


def test_no_promise_is_made_twice() -> None:
    assert len({promise(row) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=promise)
def test_a_promise_names_the_layers_that_its_attacks_are_contained_by(row: str) -> None:
    layers = set(re.findall(r"`(\w+)`", row.split("|")[2]))
    for name in NAMED.findall(row):
        assert CORPUS[name].relies_on <= layers, name


def test_every_layer_is_explained_as_the_doctor_knows_it() -> None:
    table = PAGE.partition("## The layers")[2].partition("\n\nA worker is ended")[0]
    explained = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    assert explained == set(LAYERS)
    assert explained >= SECURITY


def test_every_file_and_command_that_it_names_exists() -> None:
    for path in re.findall(r"`((?:grader|tests|docs)/[\w./]*)`", PAGE):
        assert (ROOT / path).exists(), path
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^ +make ([a-z-]+)", PAGE, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
