"""Notebooks as students hand them in, from the file to the mark and to what students read.

Each row is a notebook with right functions and something that only a notebook has. The functions
count whatever stands around them, and what could not run is named by its cell and first line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from courses import write_course

from grader.model import Assignment, Scorecard
from grader.pipeline import grade, read_assignment, redact
from grader.report.gradescope import encoded
from grader.sandbox import Launcher, start_launcher
from grader.submission import read_submission

AREA = """\
def area(width, height):
    if width < 0:
        raise ValueError("negative")
    return width * height"""
VOLUME = """\
def volume(width, height, depth):
    return area(width, height) * depth"""
FULL = 5
COLAB = {
    "colab": {"provenance": [], "collapsed_sections": ["x"], "toc_visible": True},
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
    "language_info": {"name": "python"},
    "accelerator": "GPU",
}


@dataclass(frozen=True)
class Row:
    """Code cells, what they should earn, and what should be said of them."""

    cells: list[str]
    score: int = FULL
    problems: list[str] = field(default_factory=list)  # label, line: how they begin
    said: list[str] = field(default_factory=list)  # to the student


def code(source: str, **known: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    return {**cell, "source": source, **known}


ROWS: dict[str, Row] = {
    "plain": Row([AREA, VOLUME]),
    "functions in the order of the page, not of running": Row([VOLUME, AREA]),
    "an empty cell is counted": Row(
        ["", AREA, VOLUME, "1 / 0"], problems=["cell 4, line 1: ZeroDivisionError"]
    ),
    "line magics": Row(
        [
            "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\nimport numpy as np",
            f"%timeit 1 + 1\n{AREA}\n%time x = area(2, 3)",
            VOLUME,
        ]
    ),
    "a magic over several lines": Row(
        ["%config InlineBackend.figure_formats = \\\n    ['svg']", AREA, VOLUME]
    ),
    "shell escapes": Row(
        [
            "!pip install --quiet torch",
            "!pip install numpy \\\n    scipy\nfiles = !ls",
            AREA,
            VOLUME,
        ]
    ),
    "an install without its escape": Row(["pip install numpy", AREA, VOLUME]),
    "a timed cell": Row([f"%%time\n{AREA}", f"%%capture out\n{VOLUME}"]),
    "a cell for another language": Row(
        ["%%bash\necho $HOME; exit 1", "%%html\n<b>1</b>", AREA, VOLUME],
        said=["cell 1 begins with %%bash and was left out"],
    ),
    "help": Row(["?len\nlen?\nimport math\nmath.prod??", AREA, VOLUME]),
    "awaiting at the top": Row(
        [
            "import asyncio\nawait asyncio.sleep(0)\nawait asyncio.gather(asyncio.sleep(0))",
            AREA,
            VOLUME,
        ]
    ),
    "an async function": Row([AREA.replace("def", "async def", 1), VOLUME], score=3),
    "a cell that raises": Row(
        [AREA, "values = [1]\nvalues[7]\nafter = 1", VOLUME],
        problems=["cell 2, line 2: IndexError: list index out of range"],
        said=["cell 2, line 2 (values[7]): IndexError", "Everything else in the file was read."],
    ),
    "a name that is defined further down": Row(
        ["print(area(2, 3))", AREA, VOLUME], problems=["cell 1, line 1: NameError"]
    ),
    "a cell that does not parse": Row(
        [AREA, "def broken(:\n    pass", VOLUME], problems=["cell 2, line 1: SyntaxError"]
    ),
    "asking for input": Row(
        ["name = input('Who are you?')", AREA, VOLUME],
        problems=["cell 1, line 1: EOFError"],
        said=["Nobody answers input() here"],
    ),
    "ending the program": Row(
        [AREA, "import sys\nsys.exit(0)", VOLUME, "exit()", "quit()"],
        problems=[
            "cell 2, line 2: SystemExit",
            "cell 4, line 1: SystemExit",
            "cell 5, line 1: SystemExit",
        ],
    ),
    "Colab's drive": Row(
        [
            "from google.colab import drive\ndrive.mount('/content/drive')",
            "%cd /content/drive/MyDrive",
            AREA,
            VOLUME,
        ],
        problems=["cell 1, line 1: ModuleNotFoundError", "cell 1, line 2: NameError"],
    ),
    "Jupyter's own names": Row(
        [
            "ip = get_ipython()\nip.run_line_magic('matplotlib', 'inline')",
            f"{AREA}\ndisplay(area(2, 3))",
            "from IPython.display import display, clear_output\nclear_output()",
            VOLUME,
        ],
        problems=[],
    ),
    "a package that is not installed": Row(
        ["import no_such_package as nsp", AREA, VOLUME],
        problems=["cell 1, line 1: ModuleNotFoundError: No module named 'no_such_package'"],
    ),
    "figures": Row(
        [
            "import os\nassert os.environ['MPLBACKEND'] == 'Agg'",
            AREA,
            VOLUME,
        ]
    ),
    "printing a lot": Row(["for _ in range(100_000): print('x' * 100)", AREA, VOLUME]),
    "a failing assertion of the student's": Row(
        [AREA, "assert area(1, 1) == 2, 'my test'", VOLUME],
        problems=["cell 2, line 1: AssertionError: my test"],
    ),
    "a loop that never ends": Row(
        [AREA, "while True:\n    pass", VOLUME],
        said=["Reading the file took longer than 1 s. It was read again with its definitions"],
    ),
    "checks of the handout's": Row(
        ["import grader", AREA, "grader.check('area')", VOLUME, "grader.check()"]
    ),
    "a module written by a cell": Row(
        [f"%%writefile mine.py\nimport no_such\n{AREA}", "from mine import area", VOLUME],
        problems=["mine.py, line 1: ModuleNotFoundError: No module named 'no_such'"],
    ),
    "a module written above a loop that never ends": Row(
        [f"%%writefile lib/mine.py\n{AREA}", "from lib.mine import area", "while 1: pass", VOLUME],
        said=["Reading the file took longer than 1 s. It was read again with its definitions"],
    ),
    "a module that is run": Row([f"%%writefile mine.py\n{AREA}", "%run mine.py", VOLUME]),
    "a cell that writes what is to be handed in": Row(
        [f"%%writefile solution.py\n{AREA}\n\n{VOLUME}", "!python solution.py"],
        said=["cell 1 writes solution.py and was read as code"],
    ),
    "a name that is given to a result": Row(
        [AREA, VOLUME, "area = area(3, 4)"],
        problems=["cell 1, line 1: its name was given to a result later (int)"],
    ),
    "a decorator and a class": Row(
        [
            "import functools\n\n@functools.cache\n" + AREA,
            "class Box:\n    def __init__(self): self.unit = 1",
            f"{VOLUME} * Box().unit",
        ]
    ),
    "future annotations": Row(
        ["from __future__ import annotations", AREA.replace("width,", "width: Nothing,"), VOLUME]
    ),
    "the last definition counts": Row([AREA.replace("* height", "+ height"), AREA, VOLUME]),
    "nothing but text": Row([], score=0, said=["the notebook has no code"]),
}


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    course = write_course(tmp_path_factory.mktemp("courses") / "course")
    config = course / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("call: 2 s", "call: 2 s, load: 1 s"), encoding="utf-8")
    return read_assignment(config)


@pytest.fixture(scope="module")
def launcher(assignment: Assignment) -> Iterator[Launcher]:
    with start_launcher(assignment.limits, isolation="preferred") as one:
        yield one


def write(path: Path, document: dict[str, Any]) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def version_4(path: Path, cells: list[str], **metadata: Any) -> Path:
    text = {"cell_type": "markdown", "metadata": {}, "source": ["# A heading\n", "and text"]}
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata}
    return write(path, {**document, "cells": [text, *map(code, cells)]})


def marked(path: Path, assignment: Assignment, launcher: Launcher) -> Scorecard:
    submission = read_submission(path, expected_name="solution.py")
    card, _ = grade(assignment, submission, launcher)
    return card


def problems_of(card: Scorecard) -> list[str]:
    return [f"{one.label}, line {one.line}: {one.what}" for one in card.loaded.problems]


def assert_row(card: Scorecard, row: Row) -> None:
    found = problems_of(card)
    assert len(found) == len(row.problems), found
    for problem, expected in zip(found, row.problems, strict=True):
        assert problem.startswith(expected)
    assert card.score == row.score, found
    told = json.loads(encoded(redact(card, "student")))["output"]
    told += " ".join(
        test["output"] for test in json.loads(encoded(redact(card, "student")))["tests"]
    )
    flat = " ".join(told.split())
    for sentence in row.said:
        assert sentence in flat


@pytest.mark.parametrize("name", ROWS)
def test_a_notebook_counts_for_its_functions(
    name: str, assignment: Assignment, launcher: Launcher, tmp_path: Path
) -> None:
    path = version_4(tmp_path / "solution.ipynb", ROWS[name].cells)
    assert_row(marked(path, assignment, launcher), ROWS[name])


@pytest.mark.parametrize("name", ["plain", "line magics", "a cell that raises", "help"])
def test_version_3_counts_alike(
    name: str, assignment: Assignment, launcher: Launcher, tmp_path: Path
) -> None:
    cells = [
        {"cell_type": "code", "language": "python", "input": source, "outputs": [], "metadata": {}}
        for source in ROWS[name].cells
    ]
    sheet = {"cells": [{"cell_type": "heading", "level": 1, "source": "Text"}, *cells]}
    document = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [sheet]}
    path = write(tmp_path / "solution.ipynb", document)
    assert_row(marked(path, assignment, launcher), ROWS[name])


def test_a_notebook_of_colab_counts(
    assignment: Assignment, launcher: Launcher, tmp_path: Path
) -> None:
    row = ROWS["Colab's drive"]
    cells = [
        code(
            source,
            metadata={"id": f"x{number}", "colab": {"base_uri": "https://localhost:8080/"}},
            execution_count=90 - number,
        )
        for number, source in enumerate(row.cells)
    ]
    document = {"nbformat": 4, "nbformat_minor": 0, "metadata": COLAB, "cells": cells}
    card = marked(write(tmp_path / "Copy of solution.ipynb", document), assignment, launcher)
    assert_row(card, row)


def test_sources_may_be_lists_of_lines(
    assignment: Assignment, launcher: Launcher, tmp_path: Path
) -> None:
    cells = [{**code(""), "source": text.splitlines(keepends=True)} for text in (AREA, VOLUME)]
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    card = marked(write(tmp_path / "solution.ipynb", document), assignment, launcher)
    assert card.score == FULL


def outputs(size: int) -> list[dict[str, Any]]:
    """What a cell showed when the student ran it: text, a picture, a page, an error."""
    picture = {"image/png": "A" * size, "text/plain": "<Figure size 640x480>"}
    return [
        {"output_type": "stream", "name": "stdout", "text": ["def area(w, h): return 0\n"] * 9},
        {"output_type": "display_data", "metadata": {}, "data": picture},
        {
            "output_type": "error",
            "ename": "ValueError",
            "evalue": "old",
            "traceback": ["\x1b[0;31m---", "area = None"],
        },
    ]


def test_what_cells_showed_is_no_code(
    assignment: Assignment, launcher: Launcher, tmp_path: Path
) -> None:
    cells = [code(text, outputs=outputs(10_000_000)) for text in (AREA, VOLUME)]
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    card = marked(write(tmp_path / "solution.ipynb", document), assignment, launcher)
    assert card.score == FULL
    assert problems_of(card) == []


def test_a_notebook_that_is_too_large_says_what_to_do(
    assignment: Assignment, launcher: Launcher, tmp_path: Path
) -> None:
    cells = [code(text, outputs=outputs(30_000_000)) for text in (AREA, VOLUME)]
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    card = marked(write(tmp_path / "solution.ipynb", document), assignment, launcher)
    assert card.score == 0
    told = " ".join(json.loads(encoded(redact(card, "student")))["output"].split())
    assert "solution.ipynb is larger than 50 MB" in told


def test_an_exception_in_a_case_names_its_cell_and_line(
    assignment: Assignment, launcher: Launcher, tmp_path: Path
) -> None:
    broken = "import math\n\ndef area(width, height):\n    return {}[width]"
    card = marked(version_4(tmp_path / "solution.ipynb", ["x = 1", broken]), assignment, launcher)
    told = " ".join(
        " ".join(test["output"].split())
        for test in json.loads(encoded(redact(card, "student")))["tests"]
    )
    assert "cell 2, line 4, in area" in told
    assert "return {}[width]" in told


def test_the_students_own_check_says_the_same(assignment: Assignment, tmp_path: Path) -> None:
    from grader.selfcheck import self_check

    path = version_4(tmp_path / "solution.ipynb", ROWS["a cell that raises"].cells)
    submission = read_submission(path, expected_name="solution.py")
    with (
        start_launcher(assignment.limits, isolation="preferred") as launcher,
        launcher.open(submission) as session,
    ):
        found = self_check(assignment, submission, session)
    assert found.passed == found.total
    assert [(one.label, one.line) for one in found.loaded.problems] == [("cell 2", 2)]
