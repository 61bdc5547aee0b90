"""A check tells of imports that work here and may not where it counts, and the other way round."""

from __future__ import annotations

import pytest

from grader.model import Chunk, Submission
from grader.packages import package_remarks
from grader.submission.magics import plain_python


def remarks(source: str, *packages: str, **helpers: str) -> tuple[str, ...]:
    files = {f"{name}.py": text.encode() for name, text in helpers.items()}
    return package_remarks(
        Submission("", "solution.py", (Chunk("solution.py", source),), files), packages
    )


@pytest.mark.parametrize(
    ("source", "names", "sure"),
    [
        ("import msgspec", "msgspec", "NumPy is"),
        ("import msgspec.json as j, no_such_package", "msgspec and no_such_package", "NumPy is"),
        ("def f():\n    from click.core import Command", "click", "NumPy is"),
    ],
)
def test_a_package_that_need_not_be_there_is_told(source: str, names: str, sure: str) -> None:
    told = f"it imports {names}: when it is marked, only {sure} sure to be there"
    assert remarks(source) == (told,)


def test_what_will_be_there_is_told_with_it() -> None:
    told = "it imports click: when it is marked, only NumPy, yaml and msgspec are sure to be there"
    assert remarks("import click, yaml", "yaml", "msgspec") == (told,)


def test_a_package_that_will_be_there_and_is_not_here_is_told() -> None:
    assert remarks("import no_such_package.part", "no_such_package") == (
        "no_such_package will be there when it is marked, but is not installed here: what needs "
        "it cannot be checked",
    )


@pytest.mark.parametrize(
    "source",
    [
        "import numpy.linalg\nimport os.path, sys\nfrom __future__ import annotations",
        "import yaml",
        "import grader, json",
        "from . import click",
        '"""\nimport click\n"""',
        "import click, (",
        "(" * 5_000,
        "import click\0",
        "x = '\\d'",  # of which Python warns
    ],
)
def test_of_all_else_nothing_is_said(source: str) -> None:
    assert remarks(source, "yaml", mine="import os", json="") == ()


@pytest.mark.parametrize("place", ["mine.py", "-a mine.py", "mine/part.py", "/content/mine.py"])
def test_a_module_that_a_notebook_writes_comes_along_with_it(place: str) -> None:
    cell = plain_python(f"%%writefile {place}\nx = 'y'")
    assert remarks(f"{cell.writing}\nimport mine") == ()


def test_a_module_of_the_students_own_is_looked_at_too() -> None:
    _, told = remarks("import mine", mine="import click")
    assert told.startswith("it imports click:")


def test_what_the_solution_does_not_import_is_not_looked_at() -> None:
    """Tests of the student's own lie beside it, and a module may import what imports it."""
    assert remarks("", tests="import pytest") == ()
    told = remarks("import mine", mine="import yours", yours="import mine", tests="import pytest")
    assert told == ("it imports mine and yours, which lie beside it: hand them in, too",)


def test_what_lies_beside_a_solution_has_to_be_handed_in_with_it() -> None:
    assert remarks("import mine", mine="import yours", yours="", unused="") == (
        "it imports mine and yours, which lie beside it: hand them in, too",
    )
    assert remarks("from mine.part import f", mine="") == (
        "it imports mine, which lies beside it: hand that in, too",
    )
