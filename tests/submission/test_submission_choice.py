"""Which of several files is the solution."""

from __future__ import annotations

import pytest

from grader.submission.choice import choose
from grader.submission.tree import Refused


@pytest.mark.parametrize(
    ("names", "chosen", "remarks"),
    [
        (["solution.py"], "solution.py", ()),
        (["helper.py", "solution.py", "data.csv"], "solution.py", ()),
        (["hw1/solution.py", "hw1/helper.py"], "hw1/solution.py", ()),
        (["hw1/solution.py", "README.md"], "hw1/solution.py", ()),
        (["src/solution.py", "docs/conf.py"], "src/solution.py", ("read src/solution.py",)),
        (["solution.py", "old/solution.py"], "solution.py", ()),
        (["solution.ipynb"], "solution.ipynb", ()),
        (
            ["solution.ipynb", "solution.py"],
            "solution.py",
            ("read solution.py, not solution.ipynb beside it",),
        ),
        (
            ["solution (1).py", "solution.py"],
            "solution.py",
            ("read solution.py, not solution (1).py beside it",),
        ),
        (["Solution.py"], "Solution.py", ("read Solution.py, as there was no solution.py",)),
        (
            ["solution (1).py", "helper.py"],
            "solution (1).py",
            ("read solution (1).py, as there was no solution.py",),
        ),
        (
            ["solution.py.txt"],
            "solution.py.txt",
            ("read solution.py.txt, as there was no solution.py",),
        ),
        (["solution.ipynb", "helper.py"], "solution.ipynb", ()),
        (["homework.py"], "homework.py", ("read homework.py, as there was no solution.py",)),
        (
            ["a/b/homework.ipynb", "a/notes.txt"],
            "a/b/homework.ipynb",
            ("read a/b/homework.ipynb, as there was no solution.py",),
        ),
        (
            ["homework.py", "package/one.py", "package/two.py"],
            "homework.py",
            ("read homework.py, as there was no solution.py",),
        ),
        (
            ["homework.py", "__init__.py", "conftest.py", "setup.py"],
            "homework.py",
            ("read homework.py, as there was no solution.py",),
        ),
        (
            ["homework.py", "test_homework.py", "more_test.py"],
            "homework.py",
            ("read homework.py, as there was no solution.py",),
        ),
        (["test_1.py"], "test_1.py", ("read test_1.py, as there was no solution.py",)),
        (
            ["exe\u202eyp.py"],
            "exe\u202eyp.py",
            ("read exe�yp.py, as there was no solution.py",),
        ),
    ],
)
def test_the_file_that_was_meant_is_chosen_and_said(
    names: list[str], chosen: str, remarks: tuple[str, ...]
) -> None:
    choice = choose(sorted(names), expected_name="solution.py")
    assert (choice.name, choice.remarks) == (chosen, remarks)


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (
            ["a.py", "b.py"],
            "several files may be the solution: a.py and b.py; "
            "name the one that counts solution.py",
        ),
        (
            ["x/solution.py", "y/solution.py"],
            "several files may be the solution: x/solution.py and y/solution.py; keep one of them",
        ),
        (
            ["solution (1).py", "solution (2).py"],
            "several files may be the solution: solution (1).py and solution (2).py; "
            "name the one that counts solution.py",
        ),
        (
            [f"part{n}.py" for n in range(1, 9)],
            "several files may be the solution: part1.py, part2.py, part3.py, part4.py, part5.py "
            "and 3 more; name the one that counts solution.py",
        ),
        (
            [],
            "no solution.py was found, nor any other .py or .ipynb file; nothing was handed in",
        ),
        (
            ["deep/down/data.csv", "answers.pdf", "bad\x1bname"],
            "no solution.py was found, nor any other .py or .ipynb file; "
            "there was answers.pdf, bad�name and deep/down/data.csv",
        ),
        (
            ["hw.zip"],
            "no solution.py was found, nor any other .py or .ipynb file; "
            "there was hw.zip; a zip within a zip is not opened",
        ),
    ],
)
def test_where_nobody_can_know_the_student_is_told_what_to_do(
    names: list[str], problem: str
) -> None:
    with pytest.raises(Refused) as refusal:
        choose(names, expected_name="solution.py")
    assert str(refusal.value) == problem


def test_the_expected_name_may_be_a_notebooks() -> None:
    names = ["hw3.ipynb", "solution.py"]
    assert choose(names, expected_name="hw3.ipynb").name == "hw3.ipynb"
