"""In a notebook: `grader.check` takes functions from the cells and shows what it found below."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from courses import RIGHT, ROOT, run_python, unpack_handout, write_course
from nbclient import NotebookClient

WRONG = """\
def helper(a):
    return {}[a]

def area(width, height):
    return helper(width)
"""
LOOP = """\
import _thread, threading
def volume(a, b, c):
    threading.Timer(0.2, _thread.interrupt_main).start()
    while True: pass
"""

# What a student runs, one cell after the other; each row begins without any names.
ROWS: dict[str, list[str]] = {
    "right": [RIGHT, "grader.check('area', 'volume')"],
    "wrong": [WRONG, "grader.check('area')"],
    "no name": ["def volume(a, b, c): return a * b * c", "grader.check()"],
    "again": [
        "def volume(a, b, c): return 0",
        "def volume(a, b, c): return a * b * c",
        "grader.check('volume')",
    ],
    "prints": [
        "def volume(a, b, c):\n    print('hello')\n    return 0",
        "grader.check('volume')",
    ],
    "async": ["async def volume(a, b, c): return a * b * c", "grader.check('volume')"],
    "loop": [LOOP, "grader.check('volume')"],
    "misspelt": ["grader.check('aera')"],
    "nothing defined": ["grader.check()"],
    "no assignment": ["grader.check('area', assignment='nothing.json')"],
}


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    return unpack_handout(write_course(folder / "course"), folder / "student")


def execute(folder: Path, cells: list[str]) -> list[Any]:
    """Runs cells in a real kernel; returns what each showed."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("PYTHONWARNINGS", "ignore")
        client.execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.fixture(scope="module")
def shown(handout: Path) -> dict[str, list[Any]]:
    """What the last cell of each row showed."""
    cells: list[str] = []
    last: dict[str, int] = {}
    for name, row in ROWS.items():
        cells += ["%reset -f", "import grader", *row]
        last[name] = len(cells) - 1
    outputs = execute(handout, cells)
    return {name: outputs[place] for name, place in last.items()}


def html_of(outputs: list[Any]) -> str:
    (one,) = outputs
    return str(one["data"]["text/html"])


def text_of(outputs: list[Any]) -> str:
    (one,) = outputs
    return str(one["data"]["text/plain"])


def test_a_right_function_is_shown_to_pass(shown: dict[str, list[Any]]) -> None:
    assert "All 6 public checks passed; 1 hidden case decides." in text_of(shown["right"])
    assert html_of(shown["right"]).startswith("<pre style=")
    assert "All 6 public checks passed" in html_of(shown["right"])


def test_a_wrong_one_is_shown_side_by_side_with_the_cell_and_line(
    shown: dict[str, list[Any]],
) -> None:
    text = text_of(shown["wrong"])
    assert "raised KeyError: 2" in text
    assert re.search(r"cell \[\d+\], line 5, in area", text)
    assert re.search(r"cell \[\d+\], line 2, in helper", text)
    assert "return {}[a]" in text
    assert "ipykernel" not in text
    assert str(ROOT) not in text


def test_without_a_name_all_that_is_defined_is_checked(shown: dict[str, list[Any]]) -> None:
    text = text_of(shown["no name"])
    assert "volume" in text
    assert "area" not in text
    assert "The one public check passed; there are no hidden cases." in text


def test_a_function_that_was_written_again_is_the_one_that_counts(
    shown: dict[str, list[Any]],
) -> None:
    assert "The one public check passed" in text_of(shown["again"])


def test_what_a_function_prints_is_told_with_its_case(shown: dict[str, list[Any]]) -> None:
    assert "hello" in text_of(shown["prints"])


def test_an_async_function_is_awaited_though_the_notebook_has_a_loop_of_its_own(
    shown: dict[str, list[Any]],
) -> None:
    assert "The one public check passed" in text_of(shown["async"])


def test_a_loop_that_never_ends_is_stopped_as_any_cell_is(shown: dict[str, list[Any]]) -> None:
    assert shown["loop"][-1]["ename"] == "KeyboardInterrupt"


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("misspelt", "no question 'aera'; did you mean area?"),
        ("nothing defined", "none of the functions is defined yet: area, volume, why"),
        ("no assignment", "nothing.json: cannot be read"),
    ],
)
def test_what_cannot_be_checked_is_a_sentence(
    shown: dict[str, list[Any]], row: str, complaint: str
) -> None:
    (one,) = shown[row]
    assert complaint in one["text"]
    assert "Traceback" not in one["text"]


def test_the_template_runs_from_top_to_bottom(handout: Path) -> None:
    """Every function is not written yet, and every check below says so."""
    notebook = nbformat.read(handout / "solution.ipynb", as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    texts = [text_of(outputs) for outputs in execute(handout, cells) if outputs]
    assert len(texts) == 3
    assert all("not written" in text for text in texts)


def test_a_notebook_that_checks_itself_is_marked_all_the_same(
    handout: Path, tmp_path: Path
) -> None:
    """What was handed in runs without the grader: its checks then do nothing."""
    from grader.pipeline import grade, read_assignment
    from grader.sandbox import start_launcher
    from grader.submission import read_submission

    course = write_course(tmp_path / "course")
    cells = ["import grader", RIGHT, "grader.check('area')", "grader.check()"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    path = tmp_path / "solution.ipynb"
    nbformat.write(notebook, path)
    assignment = read_assignment(course / "config.yaml")
    submission = read_submission(path, expected_name="solution.py")
    with start_launcher(assignment.limits, isolation="preferred") as launcher:
        card, _ = grade(assignment, submission, launcher)
    assert card.loaded.problems == ()
    assert card.score == 5


# --------------------------------------------------------------------------- elsewhere


def test_outside_of_a_notebook_it_prints_text(handout: Path) -> None:
    done = run_python(handout, "-c", f"{RIGHT}\nimport grader\ngrader.check('area')")
    assert (done.returncode, done.stderr) == (0, "")
    assert "All 5 public checks passed" in done.stdout
    assert "<pre" not in done.stdout


def test_what_is_missing_is_said_below_the_cell(handout: Path) -> None:
    program = (
        "import importlib.util as u\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name: None if name == 'msgspec' else real(name)\n"
        "import grader\ngrader.check('area')\n"
    )
    done = run_python(handout, "-c", program)
    assert done.returncode == 0
    assert f"{sys.executable} -m pip install msgspec" in done.stdout
