"""Runs one public check of a question here, in the foreground, so that a debugger sees it.

No sandbox, no time limit, the student's own terminal: breakpoint(), print and input() work, and an
editor that runs `python -m grader check --debug q1` stops at its own breakpoints, since the code
carries the path of the file that it stands in.
"""

from __future__ import annotations

import bdb
import traceback
import types
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.model import Property, Question, QuestionCheck, Raises, Submission
from grader.sandbox import loading

if TYPE_CHECKING:
    from grader.model import Case, Value

Say = Callable[[str], object]


def debug(
    question: Question, found: QuestionCheck, submission: Submission, folder: Path, say: Say
) -> None:
    """Runs the first public check that fails, or the first one if all pass.

    Args:
        question: what is checked.
        found: what its check in the sandbox came to.
        submission: the student's code.
        folder: where it stands.
        say: prints a line.
    """
    wrong = next((result.case for result in found.result.cases if not result.passed), None)
    violated = next((known.name for known in found.properties if not known.holds), None)
    properties = {known.name: known for known in question.properties}
    case = wrong or next((result.case for result in found.result.cases), None)
    if wrong is None and violated is not None:
        _announce(say, question, violated.replace("_", " "), wrong=True)
        module = _load(submission, folder, say)
        _run_property(properties[violated], module, say)
    elif case is not None:
        _announce(say, question, case.name, wrong=wrong is not None)
        module = _load(submission, folder, say)
        _run_case(question.function, case, module, say)
    else:
        say(f"{question.id} has no public case that could be run here.")


def _announce(say: Say, question: Question, name: str, *, wrong: bool) -> None:
    if not wrong:
        say(f"All public checks of {question.id} pass; this is the first of them.")
    say(f"{question.id}: {name}. No sandbox and no time limit here; breakpoint() works.")


def _load(submission: Submission, folder: Path, say: Say) -> types.ModuleType:
    """Runs the top level as the sandbox does, but under the path that the file really has."""
    loading.import_also_from(str(folder.resolve()))
    chunks = [(_place(chunk.label, folder), chunk.text) for chunk in submission.chunks]
    label = chunks[0][0] if len(chunks) == 1 else submission.filename
    module = loading.new_module(str(folder.resolve()), label)
    for where, line, what, _ in loading.run(chunks, module, definitions_only=False):
        say(f"{where}, line {line}: {what}")
    return module


def _place(label: str, folder: Path) -> str:
    file = folder.resolve() / label
    return str(file) if file.is_file() else label


def _run_case(function: str, case: Case, module: types.ModuleType, say: Say) -> None:
    say(f"\n{function}({', '.join(map(repr, case.args))})\n")
    if hasattr(module, function):
        done, value = _called(getattr(module, function), deepcopy(case.args), say)
        if done:
            say(f"\nreturned  {value!r}")
    else:
        say(f"No function named {function} is defined.")
    if isinstance(case.expected, Raises):
        say(f"expected  a {case.expected.exception} to be raised")
    else:
        say(f"expected  {case.expected!r}")


def _run_property(known: Property, module: types.ModuleType, say: Say) -> None:
    def call(function: str, /, *args: Value) -> Any:
        say(f"{function}({', '.join(map(repr, args))})")
        value = getattr(module, function)(*deepcopy(args))
        say(f"    returned {value!r}")
        return value

    say("")
    done, said = _called(known.holds, (call,), say)
    if done:
        say(f"\n{said or 'It holds.'}")


def _called(
    function: Callable[..., object], args: tuple[Any, ...], say: Say
) -> tuple[bool, object]:
    """Whether a call came back, and with what; an exception is printed as Python prints it."""
    try:
        return True, function(*args)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the student's code
        if _is_of_the_debugger(error):
            say("\nended in the debugger")
            return False, None
        step = error.__traceback__
        error.__traceback__ = step.tb_next if step is not None else None  # without our own frame
        say("".join(traceback.format_exception(error)))
    return False, None


def _is_of_the_debugger(error: BaseException) -> bool:
    """Whether the student quit there; since Python 3.14 that is an exit out of pdb itself."""
    *_, (innermost, _line) = traceback.walk_tb(error.__traceback__)
    return isinstance(error, bdb.BdbQuit) or (
        isinstance(error, SystemExit) and innermost.f_globals.get("__name__") == "pdb"
    )
