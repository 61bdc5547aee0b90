"""The template of an author who wrote none: the reference's signatures, and nothing in them.

It runs as it is handed out, also as a notebook, where annotations are evaluated. So an annotation
stands in it as its author wrote it if the template can import every name in it, and not at all if
it cannot; in place of a name of the author's own (`Array = np.ndarray`) stands what it means. A
default is the value itself where that can be written down.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from msgspec import Struct

from grader.model import Assignment, Question

EMPTY = "raise NotImplementedError"


def positional(question: Question) -> list[inspect.Parameter]:
    """The reference's parameters that a case can give."""
    assert question.reference is not None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(question.reference).parameters.values()
    return [parameter for parameter in parameters if parameter.kind in kinds]


def template_of(assignment: Assignment) -> str:
    """Decides the template: an empty function for each question, below what its head needs."""
    allowed = {*sys.stdlib_module_names, "numpy", *assignment.packages}
    imports: set[_Import] = set()
    functions: list[str] = []
    for question in assignment.questions:
        source = _source_of(question, allowed)
        head = f"def {question.function}({_parameters(question, source)})"
        head += f"{_returns(question, source)}:"
        functions.append(f'\n\n{head}\n    """{_said(question.title)}"""\n    {EMPTY}\n')
        imports |= source.used
    opening = f'"""{_said(assignment.title)}"""\n\nfrom __future__ import annotations\n'
    return "".join([opening, *_statements(imports), *functions])


def _said(title: str) -> str:
    """A title as the text of a docstring."""
    text = title.replace("\\", "\\\\").replace('"""', "'''")
    return text if text.endswith(("?", "!", ".")) else f"{text}."


def _statements(imports: Collection[_Import]) -> Iterator[str]:
    """The imports as they are usually written: modules first, and of each module once."""
    if imports:
        yield "\n"
    for name in sorted(one.name for one in imports if not one.module):
        yield f"import {name}\n"
    for module in sorted({one.module for one in imports if one.module}):
        names = sorted(one.name for one in imports if one.module == module)
        yield f"from {module} import {', '.join(names)}\n"


class _Import(Struct, frozen=True):
    """What an import brings: a module ("numpy as np"), or a name from a module."""

    name: str
    module: str = ""


class _Source(Struct):
    """Where a reference is defined, and which of its file's imports its head was found to need."""

    definition: ast.FunctionDef | None
    imports: Mapping[str, _Import]  # by the name that it is known by
    aliases: Mapping[str, ast.expr]  # what names of the file's own stand for
    used: set[_Import]

    def written(self, node: ast.expr | None) -> str:
        """An expression as its author wrote it; nothing if the template could not evaluate it."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):  # in quotes
            try:
                node = ast.parse(node.value, mode="eval").body
            except SyntaxError:
                return ""
        if node is None:
            return ""
        node = _Unaliased(self.aliases).visit(deepcopy(node))
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        names -= set(dir(builtins))
        if not names <= self.imports.keys():
            return ""
        self.used |= {self.imports[name] for name in names}
        return ast.unparse(node)


class _Unaliased(ast.NodeTransformer):
    """Puts what a name stands for in its place."""

    def __init__(self, aliases: Mapping[str, ast.expr]) -> None:
        self._aliases = aliases

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._aliases.get(node.id, node)


def _source_of(question: Question, allowed: Collection[str]) -> _Source:
    tree, definition = definition_of(question)
    return _Source(definition, dict(_imports(tree, allowed)), dict(_aliases(tree)), set())


def definition_of(question: Question) -> tuple[ast.Module, ast.FunctionDef | None]:
    """The file of a question's reference, and the reference in it, as far as they can be read."""
    code = None
    if question.reference is not None:
        code = getattr(inspect.unwrap(question.reference), "__code__", None)
    try:
        tree = ast.parse(Path(code.co_filename).read_bytes() if code else b"")
    except (OSError, ValueError, SyntaxError):
        tree = ast.parse(b"")
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return tree, next((one for one in functions if code and one.name == code.co_name), None)


def _aliases(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """The names of a file's own that stand for a type: `Array = np.ndarray`."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(value, ast.Name | ast.Attribute | ast.Subscript | ast.BinOp):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, value


def _imports(tree: ast.Module, allowed: Collection[str]) -> Iterator[tuple[str, _Import]]:
    """What a file imports of what students have, too, by the name that it is known by."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        module = "" if isinstance(node, ast.Import) else "." * node.level + (node.module or "")
        for alias in node.names:
            if (module or alias.name).partition(".")[0] in allowed and module != "__future__":
                name = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
                known = alias.asname or alias.name
                yield known if module else known.partition(".")[0], _Import(name, module)


def _parameters(question: Question, source: _Source) -> str:
    if question.reference is None:
        return ""
    arguments = source.definition.args if source.definition else None
    hints: dict[str, str] = {}
    defaults: dict[str, ast.expr] = {}
    if arguments is not None:
        plain = [*arguments.posonlyargs, *arguments.args]
        hints = {argument.arg: source.written(argument.annotation) for argument in plain}
        last = plain[len(plain) - len(arguments.defaults) :]
        defaults = {one.arg: value for one, value in zip(last, arguments.defaults, strict=True)}
    written = []
    for parameter in positional(question):
        hint = hints.get(parameter.name, "")
        text = f"{parameter.name}: {hint}" if hint else parameter.name
        if parameter.default is not inspect.Parameter.empty:
            default = _default(parameter.default, defaults.get(parameter.name), source)
            text += f" = {default}" if hint else f"={default}"
        written.append(text)
    every = inspect.signature(question.reference).parameters.values()
    written += [
        f"*{parameter.name}" for parameter in every if parameter.kind is parameter.VAR_POSITIONAL
    ]
    return ", ".join(written)


def _default(value: Any, node: ast.expr | None, source: _Source) -> str:
    """A default as a value that can be written down; else as its author wrote it, or None."""
    text = repr(value)
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return source.written(node) or "None"
    return text


def _returns(question: Question, source: _Source) -> str:
    if question.reference is None:
        return " -> dict[str, str]" if question.text and question.text.entries else " -> str"
    hint = source.written(source.definition.returns) if source.definition else ""
    return f" -> {hint}" if hint else ""
