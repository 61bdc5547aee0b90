"""A student's text, cut into the top-level statements that parse. Runs in the worker.

A mistake in one function must not cost the others. Python's parser gives up at the first error,
so a text that does not parse is cut where a top-level statement may begin: at a line that starts
in column 0, is no comment, closes no bracket and continues no block (`else`). Each piece is parsed
alone; one that fails only because it is cut short (an open bracket, a string in triple quotes, a
decorator) is tried again with what follows. What still fails is reported and left out.
"""

from __future__ import annotations

import ast
import re
import sys
import types
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONTINUES: Final = re.compile(r"(else|elif|except|finally)\b|[)\]}#]|\s|$")
_BEGINS: Final = re.compile(r"(def|class|import|from|return|raise|with|while|try|if|for|async)\b|@")
COROUTINE: Final = 0x80  # inspect.CO_COROUTINE, and as stable as the flags of the future
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES: Final = (*_FUNCTIONS, ast.ClassDef)
_INNER_SCOPES: Final = (*_SCOPES, ast.Lambda)
_OWNER: Final = 60
_FARTHEST: Final = 60
"""Cuts over which a piece may be extended: bounds the work on a text that never parses."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A piece that is no Python: where it is wrong, how, and the first line of it."""

    line: int
    what: str
    statement: str


def normal(text: str) -> str:
    """Return the text without byte-order mark, its lines ending as Python's parser counts them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def parse(text: str, *, flags: int = 0) -> tuple[list[ast.stmt], list[Broken]]:
    """Return the top-level statements of a `normal` text that parse, and the pieces that do not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they come again when the statements are compiled
        whole = _try(text, 0, flags)
        if isinstance(whole, list):
            return whole, []
        return _cut(text.split("\n"), flags)


def whole(text: str, label: str, *, flags: int = 0) -> types.CodeType | None:
    """Return the code of a `normal` text if all of it compiles and nothing is to be said of it.

    None also where its top level awaits, and before Python 3.11, which cannot say what raised.
    """
    if sys.version_info < (3, 11):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # they come again when the statements are compiled
        try:
            code: types.CodeType = compile(text, label, "exec", flags, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, Warning):
            return None
    return None if code.co_flags & COROUTINE else code


def owner_of(name: str, text: str) -> str | None:
    """Return what a function of that name is hidden in, where it does not stand at the top level.

    That is a class, another function, or the first words of a statement: `if __name__ == …`.
    """
    if f"def {name}" not in text:
        return None
    text = normal(text)
    for statement in parse(text)[0]:
        inner = (part for part in ast.walk(statement) if part is not statement)
        if any(isinstance(part, _FUNCTIONS) and part.name == name for part in inner):
            line = text.split("\n")[statement.lineno - 1]
            return getattr(statement, "name", line.strip()[:_OWNER].rstrip(":"))
    return None


def function_below(name: str, statements: Sequence[ast.stmt]) -> ast.stmt | None:
    """Return the function of that name, when its name is no data to any other function.

    `area = area(3, 4)` at the end of a file gives the name away for a look at a result.
    """
    found: ast.stmt | None = None
    scopes: list[ast.AST] = []
    for statement in statements:
        if isinstance(statement, _SCOPES):
            scopes.append(statement)
            found = statement if statement.name == name else found
        else:  # double = lambda x: 2 * x
            scopes += [part for part in ast.walk(statement) if isinstance(part, _INNER_SCOPES)]
    for scope in scopes:
        parts = list(ast.walk(scope))
        called = {id(part.func) for part in parts if isinstance(part, ast.Call)}
        names = (part for part in parts if isinstance(part, ast.Name) and part.id == name)
        if any(id(part) not in called for part in names):
            return None
    return found


def describe(error: BaseException) -> str:
    """Say what the parser or the compiler said, with the column when it is known."""
    if isinstance(error, SyntaxError):
        column = f" (column {error.offset})" if error.offset and error.offset > 0 else ""
        return f"{type(error).__name__}: {error.msg}{column}"
    if isinstance(error, (RecursionError, MemoryError)):
        return "SyntaxError: too deeply nested to be read"
    if isinstance(error, UnicodeError):
        return "SyntaxError: characters that are no text"
    return f"SyntaxError: {error}"


def _try(text: str, above: int, flags: int) -> list[ast.stmt] | Exception:
    """Parse a piece that has `above` lines before it; return its statements or the error."""
    try:
        tree = compile(text, "?", "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return error
    if above:  # it looks at every node
        for statement in tree.body:
            ast.increment_lineno(statement, above)
    return list(tree.body)


def _cut(lines: list[str], flags: int) -> tuple[list[ast.stmt], list[Broken]]:
    starts = _starts(lines)
    good: list[ast.stmt] = []
    bad: list[Broken] = []
    at = 0
    while at < len(starts) - 1:
        piece = _piece(lines, starts, at, at + 1)
        first = _try(piece, starts[at], flags)
        result, end = first, at + 1
        if isinstance(first, Exception):
            for further in _extensions(first, piece, lines, starts, at):
                longer = _try(_piece(lines, starts, at, further), starts[at], flags)
                if isinstance(longer, list):
                    result, end = longer, further
                    break
        if isinstance(result, Exception):
            bad.append(_broken(result, starts[at], lines))
        else:
            good += result
        at = end
    return good, bad


def _starts(lines: list[str]) -> list[int]:
    """Return the lines (from 0) where a piece may begin, and one past the end."""
    starts = [0]
    decorates = lines[0].startswith("@")  # nothing but decorators since the last start
    for number in range(1, len(lines)):
        line = lines[number]
        continues, is_decorator = bool(_CONTINUES.match(line)), line.startswith("@")
        if continues or decorates:
            decorates = decorates and (continues or is_decorator)
        else:
            starts.append(number)
            decorates = is_decorator
    return [*starts, len(lines)]


def _piece(lines: list[str], starts: list[int], first: int, last: int) -> str:
    return "\n".join(lines[starts[first] : starts[last]]) + "\n"


def _extensions(
    error: Exception, piece: str, lines: list[str], starts: list[int], at: int
) -> list[int]:
    """Return the ends worth trying when a piece fails, nearest first."""
    message = str(getattr(error, "msg", ""))
    ends = range(at + 2, min(len(starts), at + 2 + _FARTHEST * 4))
    if "triple-quoted" in message:
        quotes = '"""' if piece.rfind('"""') > piece.rfind("'''") else "'''"
        return [end for end in ends if quotes in _piece(lines, starts, end - 1, end)][:3]
    if "never closed" in message or "EOF" in message or "expected an indented" in message:
        near: list[int] = []
        for end in ends[:_FARTHEST]:
            if _BEGINS.match(lines[starts[end - 1]]):
                break
            near.append(end)
        return near
    return []


def _broken(error: Exception, above: int, lines: list[str]) -> Broken:
    line = above + max(1, min(getattr(error, "lineno", None) or 1, len(lines) - above))
    below = (lines[number] for number in range(above, len(lines)))
    code = (text for text in below if text.strip() and not text.startswith("#"))
    shown = next(code, "")
    # Python names lines in its messages, too; it counts them from the start of the piece.
    what = re.sub(r"\bline (\d+)", lambda found: f"line {int(found[1]) + above}", describe(error))
    return Broken(line=line, what=what, statement=shown.strip()[:200])
