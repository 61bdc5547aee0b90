"""The same assignment for graders from PyPI, each as its own documentation would have it.

They are installed into build/peers/, apart from the grader. Each makes the same calls and compares
with the same values; what it takes is the time of its own command, as an instructor would run it.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from course import Call
from measuring import Cost, run

ROOT = Path(__file__).parent.parent
VENV = ROOT / "build" / "peers"
PACKAGES = ("gradescope-utils==0.5.0", "otter-grader==7.0.0", "nbgrader==0.9.6")

_SAME = """
import numpy as np

def same(observed, expected):
    if hasattr(observed, "detach"):
        observed = observed.detach().numpy()
    if isinstance(expected, (list, np.ndarray)):
        observed = np.asarray(observed)
        return observed.shape == np.shape(expected) and bool(np.allclose(observed, expected))
    return observed == expected
"""
_UNITTEST = """
import unittest

import numpy as np
from gradescope_utils.autograder_utils.decorators import weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

import solution
from same import same

class Assignment(unittest.TestCase):
{tests}

if __name__ == "__main__":
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Assignment)
    with open("results.json", "w") as results:
        JSONTestRunner(stream=results, visibility="visible").run(suite)
"""


def install() -> None:
    """Installs what is compared with, once, with the NumPy that the grader uses."""
    if (VENV / "installed").is_file():
        return
    print("Installing gradescope-utils, otter-grader and nbgrader into build/peers ...")
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    pip = [
        VENV / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, *PACKAGES, f"numpy=={np.__version__}"], check=True)
    # torch, which is large, is lent: after its own packages it finds those of this interpreter.
    (packages,) = VENV.glob("lib/python*/site-packages")
    lent = [path for path in sys.path if path.endswith("-packages")]
    (packages / "zz_lent.pth").write_text("\n".join(lent) + "\n", encoding="utf-8")
    (VENV / "installed").touch()


def gradescope_utils(calls: Sequence[Call], solution: Path, place: Path) -> Cost:
    """A unittest with its decorators, run as run_autograder does."""
    tests = [
        f"    @weight(1)\n    def test_{number:02}(self):\n"
        f"        self.assertTrue({_holds(call, 'solution.')})\n"
        for number, call in enumerate(calls)
    ]
    _write(place / "run_tests.py", _UNITTEST.format(tests="\n".join(tests)))
    _write(place / "same.py", _SAME)
    shutil.copy(solution, place / "solution.py")
    cost = _run(place, "python", "run_tests.py")
    _expect(_total(place / "results.json"), len(calls))
    return cost


def otter(calls: Sequence[Call], solution: Path, place: Path) -> Cost:
    """`otter run` on a notebook, with a test file for each question."""
    for name, group in _by_function(calls):
        cases = [{"code": f">>> {_holds(call)}\nTrue", "points": 1} for call in group]
        suites = [{"cases": cases, "scored": True, "type": "doctest"}]
        test = {"name": name, "points": None, "suites": suites}
        _write(place / "tests" / f"{name}.py", f"OK_FORMAT = True\n\ntest = {test!r}\n")
    _write(place / "requirements.txt", "numpy\n")
    _notebook(place / "solution.ipynb", [_cell(solution.read_text()), _cell(_SAME)])
    if not (place / "autograder.zip").is_file():
        generate = ("generate", "-t", "tests", "-r", "requirements.txt", "-o", "autograder.zip")
        _run(place, "otter", *generate, "--no-environment")
    cost = _run(place, "otter", "run", "-a", "autograder.zip", "-o", ".", "solution.ipynb")
    _expect(_total(place / "results.json"), len(calls))
    return cost


def nbgrader(calls: Sequence[Call], solution: Path, place: Path) -> Cost:
    """`nbgrader autograde` of a notebook, with a cell of tests for each question."""
    answer = {"grade_id": "solution", "solution": True, "grade": False, "locked": False}
    cells = [_cell(solution.read_text(), answer), _cell(_SAME)]
    for name, group in _by_function(calls):
        tests = "\n".join(f"assert {_holds(call)}" for call in group)
        graded = {"grade_id": name, "solution": False, "grade": True, "locked": True}
        cells.append(_cell(tests, graded | {"points": len(group)}))
    for folder in ("source/ps", "submitted/student/ps"):
        _notebook(place / folder / "ps.ipynb", cells)
    _write(place / "nbgrader_config.py", "c = get_config()\nc.CourseDirectory.course_id = 'c'\n")
    if not (place / "gradebook.db").is_file():
        _run(place, "nbgrader", "generate_assignment", "ps", "--force")
    cost = _run(place, "nbgrader", "autograde", "ps", "--force")
    with contextlib.closing(sqlite3.connect(place / "gradebook.db")) as book:
        ((total,),) = book.execute("select sum(auto_score) from grade").fetchall()
    _expect(total, len(calls))
    return cost


PEERS: Mapping[str, Callable[[Sequence[Call], Path, Path], Cost]] = {
    "gradescope-utils": gradescope_utils,
    "otter-grader": otter,
    "nbgrader": nbgrader,
}


def _run(place: Path, command: str, *arguments: str) -> Cost:
    return run([str(VENV / "bin" / command), *arguments], place, memory=True, programs=VENV / "bin")


def _total(results: Path) -> float:
    tests = json.loads(results.read_text(encoding="utf-8"))["tests"]
    return float(sum(test.get("score") or 0 for test in tests))


def _expect(total: float, wanted: float) -> None:
    """Refuses to report the time of a grader that did not mark."""
    if total != wanted:
        raise RuntimeError(f"a perfect solution got {total} of {wanted} points")


def _holds(call: Call, prefix: str = "") -> str:
    """The expression that says whether a call came to what it should."""
    arguments = ", ".join(map(_literal, call.args))
    return f"same({prefix}{call.function}({arguments}), {_literal(call.expected)})"


def _literal(value: Any) -> str:
    """The value as source text."""
    return f"np.array({value.tolist()})" if isinstance(value, np.ndarray) else repr(value)


def _by_function(calls: Sequence[Call]) -> list[tuple[str, list[Call]]]:
    return [(name, list(group)) for name, group in groupby(calls, lambda call: call.function)]


def _cell(source: str, nbgrader: Mapping[str, Any] | None = None) -> dict[str, Any]:
    own = {} if nbgrader is None else {"nbgrader": {"schema_version": 3, "task": False, **nbgrader}}
    return {
        "cell_type": "code",
        "id": str(nbgrader["grade_id"]) if nbgrader else "same",
        "metadata": own,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def _notebook(path: Path, cells: Sequence[dict[str, Any]]) -> None:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {
        "cells": list(cells),
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    _write(path, json.dumps(document))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
