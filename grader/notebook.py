"""`grader.check()` in a notebook: public cases and properties of the functions in its cells.

They run in the kernel itself, as the student's own cells do: no sandbox, no time limit, and a loop
that never ends is stopped as any cell is. What is found is shown below the cell.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import __main__ as main_module
from grader.checking import find_assignment, only
from grader.errors import GraderError, UsageError
from grader.foreground import Foreground
from grader.model import Submission
from grader.pipeline import read_assignment
from grader.report.check import render_cell, render_check
from grader.report.terminal import Screen
from grader.selfcheck import self_check

if TYPE_CHECKING:
    from grader.model import Assignment, SelfCheck


def check_here(questions: Sequence[str], given: str | None) -> None:
    """Checks the functions that are defined here, and shows what was found.

    Args:
        questions: their ids; without any, all whose function is defined.
        given: the path of an assignment, or None to look for one.
    """
    shell = _shell()
    names: Mapping[str, Any] = vars(main_module) if shell is None else shell.user_ns
    try:
        found = _check(questions, given, names, shell)
    except GraderError as error:
        _say(str(error))
        return
    if shell is None:
        _say(render_check(found, Screen.of(sys.stdout)).rstrip())
        return
    from IPython.display import display  # it is there: there is a shell of its

    text = render_check(found, Screen(plain=True))
    display({"text/html": render_cell(found), "text/plain": text}, raw=True)  # type: ignore[no-untyped-call]


def _check(
    questions: Sequence[str], given: str | None, names: Mapping[str, Any], shell: Any
) -> SelfCheck:
    assignment = read_assignment(find_assignment(None if given is None else Path(given)))
    wanted = questions or _defined(assignment, names)
    submission = Submission(id="", filename="" if shell is None else "this notebook")
    worker = Foreground(names, _Labels(shell))
    return self_check(only(assignment, wanted), submission, worker, asked=assignment.functions)


def _defined(assignment: Assignment, names: Mapping[str, Any]) -> Sequence[str]:
    """The questions whose function is there."""
    defined = [question.id for question in assignment.questions if question.function in names]
    if not defined:
        functions = ", ".join(question.function for question in assignment.questions)
        raise UsageError(f"none of the functions is defined yet: {functions}")
    return defined


class _Labels:
    """Names the cells and files of the student's in tracebacks; all else has no name."""

    def __init__(self, shell: Any) -> None:
        # IPython has no public way from a code's file name to the number of its cell.
        self._cells: Mapping[str, int] = getattr(
            getattr(shell, "compile", None), "_filename_map", {}
        )
        self._folder = Path.cwd()
        self._ours = Path(__file__).parent

    def __call__(self, filename: str) -> str | None:
        if filename in self._cells:
            return f"cell [{self._cells[filename]}]"
        path = Path(filename)
        if path.is_relative_to(self._ours) or not path.is_relative_to(self._folder):
            return None
        inside = path.relative_to(self._folder)
        return None if "site-packages" in inside.parts else inside.as_posix()


def _shell() -> Any:
    """IPython's shell, when this runs in one."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()


def _say(text: str) -> None:
    print(text)  # noqa: T201 - this door's only stream is the notebook's
