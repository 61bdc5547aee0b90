"""The report of a self-check: side by side what is wrong, and never a word too many."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from checks import ASSIGNMENT, DOUBLE, checked, unwritten
from msgspec.structs import replace

from grader.model import LoadProblem, SelfCheck
from grader.report.check import check_rows, render_cell, render_check, verdict
from grader.report.sheet import plain
from grader.report.terminal import Screen

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str, text: str) -> None:
    """Holds a report to what it was when a person last looked; GOLDEN=write writes it anew."""
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


def text_of(found: SelfCheck) -> str:
    return render_check(replace(found, wall_s=0.0), Screen(width=80, plain=True))


def mixed() -> SelfCheck:
    """A student with something of everything."""

    def broken(number: Any) -> Any:
        return {}["lost"] if isinstance(number, int) and number == 3 else number * 2

    found = checked(double=broken, half=unwritten, secret=None, why=lambda: "no idea")
    problem = LoadProblem("solution.py", 3, "ModuleNotFoundError: no such module", "import x")
    return replace(
        found,
        remarks=("read solution.py, not solution.ipynb beside it",),
        loaded=replace(found.loaded, problems=(problem,)),
    )


def test_the_report_of_a_right_solution() -> None:
    golden("right.txt", text_of(checked()))


def test_the_report_of_a_solution_with_something_of_everything() -> None:
    golden("mixed.txt", text_of(mixed()))


def test_the_report_of_one_question_that_is_not_written() -> None:
    one = replace(ASSIGNMENT, questions=(DOUBLE,))
    golden("unwritten.txt", text_of(checked(one, double=unwritten)))


def test_the_report_of_a_fresh_template_is_short() -> None:
    found = checked(double=unwritten, half=unwritten, secret=unwritten, why=unwritten)
    text = text_of(found)
    assert text.count("not written") == 3
    assert len(text.splitlines()) < 12


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, "All 8 public checks passed; 4 hidden cases decide."),
        ({"double": unwritten}, "1 of 8 public checks passed; 4 hidden cases decide."),
        ({"why": None}, "8 of 8 public checks passed; 4 hidden cases decide."),
    ],
)
def test_the_last_sentence_promises_nothing(changed: dict[str, Any], sentence: str) -> None:
    assert verdict(checked(**changed)) == sentence


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (1, "The one public check passed; 1 hidden case decides."),
        (2, "Nothing could be checked here; 1 hidden case decides."),
        (3, "Nothing could be checked here; there are no hidden cases."),
    ],
)
def test_the_last_sentence_counts_in_words(question: int, sentence: str) -> None:
    one = replace(ASSIGNMENT, questions=ASSIGNMENT.questions[question : question + 1])
    assert verdict(checked(one)) == sentence


@pytest.mark.parametrize("found", [checked(), mixed()], ids=["right", "mixed"])
def test_no_report_speaks_of_points_or_promises(found: SelfCheck) -> None:
    for word in ("point", "score", "correct", "mark", "all right", "987654321", "unknown"):
        assert word not in text_of(found).lower()


def test_a_page_in_a_notebook_says_the_same_and_escapes_what_it_is_told() -> None:
    found = replace(mixed(), remarks=("<script>alert(1)</script>",))
    html = render_cell(found)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert html.startswith("<pre style=")
    assert "class=" not in html  # nothing that the notebook's own styles could take up
    assert "hidden cases decide" in html


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    lines = plain(check_rows(mixed(), width)).splitlines()
    assert max(map(len, lines)) <= width
