"""Makes the mutants of a piece of source: every slip of `operators.py` wherever it fits.

The tree says where and what; the text of a mutant is the author's own with one span replaced, so
that a diff shows the slip and nothing else. That the span reads as the tree means (brackets!) is
checked by parsing it again.

What is not judged is not mutated: docstrings, annotations, decorators, and the text of an
exception's message. Mutants that compile to the same code as the original, or as each other, are
told by that.
"""

from __future__ import annotations
import __future__ as future

import ast
import difflib
import types
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from grader.audit.operators import OPERATORS, Scope

_HOLE: Final = "HOLE_{}_"
_SHORT: Final = 120


class Mutation(Struct, frozen=True):
    """One slip in a piece of source (a function, a class or an assignment at the top level)."""

    operator: str
    line: int  # in the piece, from 1
    before: str
    after: str
    text: str  # of the piece, mutated
    lines: range | None  # of the statement, which must run for the slip to matter; None: it does
    same_code: bool = False  # whether it compiles to what the original compiles to

    def diff(self, original: str, file: str, first_line: int) -> str:
        """Writes the slip as a unified diff; `first_line` is where the piece begins in its file."""
        lines = difflib.unified_diff(
            original.split("\n"), self.text.split("\n"), file, file, n=1, lineterm=""
        )
        return "\n".join(_moved(line, first_line - 1) for line in lines)


def _moved(line: str, by: int) -> str:
    """A diff's line; of a hunk's head, the line numbers count from the file's beginning."""
    if not line.startswith("@@"):
        return line
    spans = []
    for span in line.strip("@ ").split():
        start, _, length = span[1:].partition(",")
        spans.append(f"{span[0]}{int(start) + by}" + (f",{length}" if length else ""))
    return f"@@ {' '.join(spans)} @@"


def mutations(text: str) -> tuple[Mutation, ...]:
    """Decides the mutants of a piece of source, in the order of its text, no two alike.

    >>> [mutation.after for mutation in mutations("half = a / 2")]
    ['a * 2', 'a // 2', 'a', '2', '2 / a', '3', '1']
    """
    piece = _Piece(text)
    original = fingerprint(text)
    seen: set[Hashable] = set()
    found = []
    for operator, old, new in _slips(piece.tree.body[0]):
        replaced = piece.replace(old, new)
        if replaced is None:
            continue
        after, mutated = replaced
        code = fingerprint(mutated)
        if code is None or code in seen:
            continue
        if code != original:
            seen.add(code)
        found.append(
            Mutation(
                operator=operator,
                line=getattr(old, "lineno", 1),
                before=_in_short(piece.text_of(old)),
                after=_in_short(after),
                text=mutated,
                lines=_statement_lines(piece.tree.body[0], old),
                same_code=code == original,
            )
        )
    return tuple(found)


def fingerprint(text: str) -> Hashable | None:
    """What a piece of source compiles to, places in the text apart; None if it does not compile.

    >>> fingerprint("x = 2 * 3") == fingerprint("x = 6")
    True
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `is` with a number, say: that is the slip
            code = compile(text, "", "exec", future.annotations.compiler_flag, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return _plain(code)


def _plain(item: object) -> Hashable:
    if isinstance(item, types.CodeType):
        facts = (item.co_argcount, item.co_posonlyargcount, item.co_kwonlyargcount, item.co_flags)
        names = (item.co_names, item.co_varnames, item.co_freevars, item.co_cellvars)
        handlers = getattr(item, "co_exceptiontable", b"")  # since Python 3.11
        return (item.co_code, _plain(item.co_consts), facts, names, handlers)
    if isinstance(item, tuple):
        return tuple(_plain(part) for part in item)
    if isinstance(item, frozenset):
        return frozenset(_plain(part) for part in item)
    return (type(item).__name__, repr(item))  # 1, 1.0 and True differ, and so do 0.0 and -0.0


# --------------------------------------------------------------------------- where


def _slips(top: ast.stmt) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """Every slip at every place: the operator's name, what is replaced, by what."""
    for node, scope in _places(top):
        for operator, rewrite in OPERATORS.items():
            for old, new in rewrite(node, scope):
                yield operator, old, new


def _places(top: ast.stmt) -> Iterator[tuple[ast.AST, Scope]]:
    """The nodes that may be mutated, in the order of the text, with what is known there."""
    if isinstance(top, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield from _inside(top, {}, frozenset())
        return
    value = getattr(top, "value", None)  # of an assignment
    if isinstance(value, ast.expr):
        yield from _inside(value, {}, frozenset())


def _inside(
    node: ast.AST, siblings: Mapping[str, Sequence[str]], held: frozenset[str]
) -> Iterator[tuple[ast.AST, Scope]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        siblings = {**siblings, **_siblings(node)}
        held = held | {argument.arg for argument in _arguments(node.args)}
    elif not isinstance(node, ast.ClassDef):
        yield node, Scope(siblings, held)
    for child in _mutable(node):
        yield from _inside(child, siblings, held)
        if isinstance(child, ast.stmt):
            held |= _names_stored(child)


def _mutable(node: ast.AST) -> list[ast.AST]:
    """The children that are mutated: what is run and judged."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            defaults = [] if isinstance(node, ast.ClassDef) else _defaults(node.args)
            return [*defaults, *_without_docstring(node.body)]
        case ast.Lambda(args=args, body=body):
            return [*_defaults(args), body]
        case ast.AnnAssign(target=target, value=value):
            return [part for part in (target, value) if part is not None]
        case ast.Assert(test=test):
            return [test]
        case ast.Raise() | ast.JoinedStr():
            return []
        case _:
            return list(ast.iter_child_nodes(node))


def _without_docstring(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    first = body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if documented else body


def _defaults(args: ast.arguments) -> list[ast.expr]:
    return [*args.defaults, *(default for default in args.kw_defaults if default is not None)]


def _arguments(args: ast.arguments) -> list[ast.arg]:
    return [*args.posonlyargs, *args.args, *args.kwonlyargs]


def _siblings(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, list[str]]:
    """Names easily taken for one another: parameters of one type, names of one tuple."""
    groups: dict[str, list[str]] = {}
    for argument in (*function.args.posonlyargs, *function.args.args):
        kind = ast.unparse(argument.annotation) if argument.annotation else ""
        groups.setdefault(kind, []).append(argument.arg)
    together = list(groups.values())
    for node in ast.walk(function):
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
            together.append([item.id for item in node.elts if isinstance(item, ast.Name)])
    siblings: dict[str, list[str]] = {}
    for group in together:
        for name in group:
            others = siblings.setdefault(name, [])
            others.extend(other for other in group if other != name and other not in others)
    return siblings


def _names_stored(node: ast.stmt) -> frozenset[str]:
    return frozenset(
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    )


def _statement_lines(top: ast.stmt, node: Any) -> range | None:
    """The lines of the statement that a node is a part of; of a block, those of its head.

    None for what runs whenever the module does: a default, or a constant at the top level.
    """
    found: ast.stmt | None = None
    for statement in ast.walk(top):
        inside = isinstance(statement, ast.stmt) and (
            (statement.lineno, statement.col_offset)
            <= (node.lineno, node.col_offset)
            <= (node.end_lineno, node.end_col_offset)
            <= (statement.end_lineno, statement.end_col_offset)
        )
        if inside and isinstance(statement, ast.stmt):
            found = statement  # in breadth, so the innermost comes last
    if found is None or found is top or isinstance(found, ast.FunctionDef | ast.ClassDef):
        return None
    body = getattr(found, "body", None)
    last = body[0].lineno - 1 if body else found.end_lineno or found.lineno
    return range(found.lineno, max(last, found.lineno) + 1)


# --------------------------------------------------------------------------- text


class _Piece:
    """A piece of source, in which spans are replaced."""

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        self._bytes = text.encode()  # the tree counts columns in bytes
        self._starts = [0]
        for line in self._bytes.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def replace(self, old: ast.AST, new: ast.AST) -> tuple[str, str] | None:
        """What stands in the place of a node, and the whole text; None if that is no Python."""
        start, end = self._span(old)
        if isinstance(new, ast.stmt):
            written = self._written(new)
            return written, self._spliced(start, end, written)
        bare = isinstance(new, ast.Slice) or not isinstance(new, ast.expr)
        safe = ast.unparse(new) if bare else f"({ast.unparse(new)})"
        meant = self._spliced(start, end, safe)
        tree = _tree(meant)
        if tree is None:
            return None
        for wrap in (False, True):
            written = self._written(new, wrap=wrap)
            for tried in (written, f"({written})"):
                text = self._spliced(start, end, tried)
                if _tree(text) == tree:
                    return tried, text
        return safe, meant

    def text_of(self, node: ast.AST) -> str:
        """A node of the original as the author wrote it."""
        start, end = self._span(node)
        return self._bytes[start:end].decode()

    def _span(self, node: ast.AST) -> tuple[int, int]:
        place: Any = node  # every node of the original that is replaced or kept has one
        start = self._starts[place.lineno - 1] + place.col_offset
        return start, self._starts[place.end_lineno - 1] + place.end_col_offset

    def _spliced(self, start: int, end: int, text: str) -> str:
        return (self._bytes[:start] + text.encode() + self._bytes[end:]).decode()

    def _written(self, node: ast.AST, *, wrap: bool = False) -> str:
        """The text of a node: what is new as Python writes it, what is old as the author did."""
        old: list[str] = []

        def keep(item: ast.AST) -> ast.expr:
            text = self.text_of(item)
            atom = isinstance(item, ast.Name | ast.Constant | ast.Call | ast.Attribute)
            old.append(f"({text})" if wrap and not atom else text)
            return ast.Name(_HOLE.format(len(old) - 1), ast.Load())

        if hasattr(node, "lineno"):
            return self.text_of(node)
        text = ast.unparse(_with_holes(node, keep))
        for number, kept in enumerate(old):
            text = text.replace(_HOLE.format(number), kept)
        return text


def _in_short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"


def _with_holes(node: Any, keep: Callable[[ast.AST], ast.expr]) -> Any:
    """A copy of what is new, with a name in place of every expression of the original."""
    if isinstance(node, list):
        return [_with_holes(item, keep) for item in node]
    if not isinstance(node, ast.AST):
        return node
    if isinstance(node, ast.expr) and hasattr(node, "lineno"):
        return keep(node)
    fields = {field: _with_holes(value, keep) for field, value in ast.iter_fields(node)}
    return ast.copy_location(type(node)(**fields), ast.Pass(lineno=1, col_offset=0))


def _tree(text: str) -> str | None:
    """What a text means, as far as Python reads it at all."""
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return None
