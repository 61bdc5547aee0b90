"""The templates that students begin with: a file and a notebook of the same functions.

The author writes reference/starter.py: the functions with their statements, and nothing in them.
Without it the template has the signatures alone. The notebook is made of the file: its sections
become headings, and below each function stands a cell that checks it.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from grader.bundle.signatures import EMPTY, definition_of, positional, template_of
from grader.errors import ConfigError, Problem
from grader.model import Assignment, Question

_NAME = "starter.py"
_SECTION = re.compile(r"^# -{4,} *(.*?) *$", re.MULTILINE)


class Starter(Struct, frozen=True):
    """A template's text, and what the author should know of it."""

    text: str
    notes: tuple[str, ...] = ()


def read_starter(assignment: Assignment, folder: Path) -> Starter:
    """Decides the template, from reference/starter.py or from the signatures.

    Args:
        assignment: whole, with its reference.
        folder: of the reference.

    Raises:
        ConfigError: the author's template is no Python, lacks a function, or gives an answer away.
    """
    file = folder / _NAME
    if not file.is_file():
        note = f"{file} does not exist, so the template has signatures and no statements"
        return Starter(template_of(assignment), (note,))
    try:
        text = file.read_text(encoding="utf-8-sig")
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError) as error:
        raise ConfigError((_unreadable(file, error),)) from error
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    problems = tuple(_problems(assignment, functions, file))
    if problems:
        raise ConfigError(problems)
    filled = [question.function for question in assignment.questions]
    filled = [name for name in filled if not _is_empty(functions[name])]
    notes = (f"{file} has code in {', '.join(filled)}",) if filled else ()
    return Starter(text, notes)


def _unreadable(file: Path, error: Exception) -> Problem:
    match error:
        case SyntaxError():
            return Problem(
                str(file), error.lineno or 0, "", f"is no Python: {error.msg}", "mend it"
            )
        case UnicodeDecodeError():
            return Problem(str(file), 0, "", "is not UTF-8", "save it as UTF-8")
        case OSError():
            what = f"cannot be read ({error.strerror})"
            return Problem(str(file), 0, "", what, "make it readable")
    return Problem(str(file), 0, "", f"is no Python: {error}", "mend it")


def _problems(
    assignment: Assignment, functions: Mapping[str, ast.FunctionDef], file: Path
) -> Iterator[Problem]:
    for question in assignment.questions:
        found = functions.get(question.function)
        if found is None:
            what = f"has no function {question.function}, which {question.id} asks for"
            yield Problem(str(file), 0, "", what, f"add it, with `{EMPTY}` as its body")
        elif question.reference is not None:
            yield from _compared(found, question, file)


def _compared(found: ast.FunctionDef, question: Question, file: Path) -> Iterator[Problem]:
    """What is wrong with a function of the template, held against the reference."""
    names = [argument.arg for argument in (*found.args.posonlyargs, *found.args.args)]
    asked = [parameter.name for parameter in positional(question)]
    if names != asked:
        what = f"{question.function} takes {', '.join(names) or 'nothing'}"
        yield Problem(str(file), found.lineno, "", what, f"write {', '.join(asked) or '()'}")
    _, reference = definition_of(question)
    if reference and _body(found) == _body(reference) and not _is_empty(found):
        what = f"{question.function} has the body of the reference"
        yield Problem(str(file), found.lineno, "", what, f"write `{EMPTY}` instead")


def _body(function: ast.FunctionDef) -> str:
    """A function's statements without its docstring, as a text that two of them can share."""
    return "\n".join(ast.dump(statement) for statement in _statements(function))


def _is_empty(function: ast.FunctionDef) -> bool:
    return all(
        isinstance(statement, ast.Raise | ast.Pass) or ast.unparse(statement) == "..."
        for statement in _statements(function)
    )


def _statements(function: ast.FunctionDef) -> list[ast.stmt]:
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


# --------------------------------------------------------------------------- the notebook


def notebook_of(text: str, assignment: Assignment) -> str:
    """Makes a notebook of a template, with a check below each function."""
    questions = {question.function: question for question in assignment.questions}
    lines = text.split("\n")
    tree = ast.parse(text)
    cells = [*_opening(tree, assignment)]
    after = tree.body[0].end_lineno or 0 if ast.get_docstring(tree) is not None else 0
    pending: list[str] = ["import grader  # checks what you write here"]
    for node in tree.body[1 if after else 0 :]:
        start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        between = "\n".join(lines[after : start - 1])
        after = node.end_lineno or start
        for heading in _SECTION.findall(between):
            cells += _flushed(pending)
            cells.append(_cell("markdown", f"## {heading}"))
        comments = _SECTION.sub("", between).strip("\n")
        code = "\n".join(lines[start - 1 : after])
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            continue
        question = questions.get(getattr(node, "name", ""))
        if question is None:
            pending.append(f"{comments}\n{code}".strip("\n"))
            continue
        cells += _flushed(pending)
        cells.append(_cell("markdown", f"### {question.title} ({question.points} points)"))
        cells.append(_cell("code", f"{comments}\n{code}".strip("\n")))
        cells.append(_cell("code", f'grader.check("{question.id}")'))
    cells += _flushed(pending)
    return _notebook(cells)


def _opening(tree: ast.Module, assignment: Assignment) -> list[dict[str, Any]]:
    said = ast.get_docstring(tree) or ""
    title, _, rest = said.partition("\n")
    title = title.rstrip(".") or assignment.title
    return [_cell("markdown", f"# {title}\n\n{rest.strip()}".strip())]


def _flushed(pending: list[str]) -> list[dict[str, Any]]:
    """What has gathered outside of the questions' functions, as one cell."""
    text = ""
    before = ""
    for part in pending:
        together = all(line.startswith(("import ", "from ")) for line in (before, part))
        text += ("\n" if together else "\n\n") + part
        before = part
    pending.clear()
    return [_cell("code", text.strip("\n"))] if text else []


def _cell(kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": text}
    if kind == "code":
        cell.update(execution_count=None, outputs=[])
    return cell


def _notebook(cells: list[dict[str, Any]]) -> str:
    for number, cell in enumerate(cells, start=1):
        cell["id"] = f"cell-{number}"
        cell["source"] = cell["source"].splitlines(keepends=True)
    document = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
