"""Runs the top level of what was handed in, statement by statement. Runs in the worker.

One statement that raises (a package that is not installed, `input()`, a failing assertion,
`sys.exit`) is reported with its place, and the rest goes on: right functions count wherever they
stand. All chunks share one module named `solution`, as the cells of a notebook do.
"""

from __future__ import annotations
import __future__ as future

import ast
import contextlib
import linecache
import os
import sys
import types
from importlib.machinery import FileFinder, SourceFileLoader
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from grader.sandbox import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MODULE: Final = "solution"
MAX_PROBLEMS: Final = 40
MAX_TEXT: Final = 300
MAX_NAMES: Final = 500
MAX_NAME: Final = 200
_FUTURE_FLAGS: Final = sum(
    {getattr(future, name).compiler_flag for name in future.all_feature_names}
)

_LINE_BEGINS: Final = 1  # a decorator stands behind its @
_IMPORTS: Final = (ast.Import, ast.ImportFrom)

Problem = tuple[str, int, str, str]  # label, line, what, statement


class OutOfMemory(MemoryError):
    """A statement of the top level outgrew the memory."""


def import_also_from(folder: str) -> None:
    """Let helpers be found, after the standard library and before what is installed.

    One named like a module of the standard library does not shadow it, one named like some package
    does.
    """
    sys.path_hooks.insert(0, _finder_below(folder))
    first = next((i for i, path in enumerate(sys.path) if path.endswith("-packages")), None)
    sys.path.insert(len(sys.path) if first is None else first, folder)


def new_module(scratch: str, label: str) -> types.ModuleType:
    """Make the module that the submission becomes, known to pickle, dataclasses and inspect."""
    module = types.ModuleType(MODULE)
    name = label if label.endswith(".py") else f"{MODULE}.py"
    module.__file__ = os.path.join(scratch, name)  # noqa: PTH118 - pathlib costs a worker time
    module.__package__, module.__path__ = MODULE, [scratch]  # from .layers import *
    sys.modules[MODULE] = module
    return module


def run(
    chunks: Iterable[tuple[str, str]], module: types.ModuleType, *, definitions_only: bool
) -> list[Problem]:
    """Run every chunk's statements in `module`; return what was left out or raised.

    With `definitions_only`, nothing but imports, functions, classes and plain assignments runs:
    the second try, when the first one did not come to its end.
    """
    chunks = list(chunks)
    problems: list[Problem] = []
    _Beside.problems, _Beside.definitions_only = problems, definitions_only
    _provide_notebook(chunks, module)
    _import_what_torch_imports_late(chunks)
    flags = 0
    for label, text in chunks:
        text = source.normal(text)
        _remember(label, text, module)
        flags, found = _run_chunk(label, text, module, flags, definitions_only=definitions_only)
        problems += found
    _Beside.definitions_only = False
    problems += _give_back(chunks, module, flags)
    return problems[:MAX_PROBLEMS]


def _run_chunk(
    label: str, text: str, module: types.ModuleType, flags: int, *, definitions_only: bool
) -> tuple[int, list[Problem]]:
    """Run one chunk: all at once as far as that goes, the rest statement by statement."""
    awaitable = 0 if label.endswith(".py") else ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = None if definitions_only else source.whole(text, label, flags=flags | awaitable)
    failure: _Failure | None = None
    if code is not None:
        flags = code.co_flags & _FUTURE_FLAGS
        failure = _execute(code, module)
        if failure is None:
            return flags, []
    lines = text.split("\n")
    statements, broken = source.parse(text, flags=awaitable)
    found = [(label, piece.line, piece.what, piece.statement) for piece in broken]

    def report(statement: ast.stmt, what: str) -> None:
        at = min(statement.lineno, len(lines)) - 1
        found.append((label, statement.lineno, what, lines[at].strip()[:200]))

    if definitions_only:
        statements = list(_definitions(statements))
    elif failure is not None:
        at = _index(statements, failure)
        if not isinstance(statements[at], _IMPORTS):  # those are tried again
            report(statements[at], failure.what)
            at += 1
        statements = statements[at:]
    elif statements and module.__doc__ is None:
        module.__doc__ = ast.get_docstring(ast.Module(statements[:1], []), clean=False)
    for statement in statements:
        try:
            flags, what = _run_statement(statement, label, module, flags | awaitable)
        except OutOfMemory:
            if not definitions_only:
                raise
            what = "MemoryError"
        if what is not None:
            report(statement, what)
    return flags, sorted(found, key=lambda problem: problem[1])


def _give_back(
    chunks: list[tuple[str, str]], module: types.ModuleType, flags: int
) -> list[Problem]:
    """Define those functions again whose names were given to what they returned."""
    lost = {
        name: value
        for name, value in module.__dict__.items()
        if not callable(value) and any(f"def {name}(" in text for _, text in chunks)
    }
    if not lost:
        return []
    labels: dict[ast.stmt, str] = {}
    for label, text in chunks:
        parsed, _ = source.parse(source.normal(text), flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        labels |= dict.fromkeys(parsed, label)
    problems: list[Problem] = []
    for name, value in lost.items():
        function = source.function_below(name, list(labels))
        if function is not None:
            _, failed = _run_statement(function, labels[function], module, flags)
            kind = type.__dict__["__name__"].__get__(type(value))[:100]
            what = f"its name was given to a result later ({kind}); the function counts"
            problems.append((labels[function], function.lineno, failed or what, f"def {name}"))
    return problems


class _Failure(NamedTuple):
    """What a piece of code raised, in words, and where in it: line, column."""

    what: str
    line: int
    column: int


def _index(statements: list[ast.stmt], failure: _Failure) -> int:
    """Return which statement raised: the last one that begins before the place."""
    place = (failure.line, failure.column)
    return max(sum(_start(statement) <= place for statement in statements) - 1, 0)


def _start(statement: ast.stmt) -> tuple[int, int]:
    first = [statement, *getattr(statement, "decorator_list", ())]
    return min((node.lineno, node.col_offset) for node in first)


def _remember(label: str, text: str, module: types.ModuleType) -> None:
    """Let tracebacks and `inspect.getsource` find the text, which is in no file."""
    lines = [line + "\n" for line in text.split("\n")]
    for name in (label, str(module.__file__)):
        linecache.cache[name] = (len(text), None, lines, name)


def _run_statement(
    statement: ast.stmt, label: str, module: types.ModuleType, flags: int
) -> tuple[int, str | None]:
    """Run one statement; return the flags of the future from here on, and what went wrong.

    What an import brings from beside the solution is run statement by statement, too.
    """
    try:
        code = compile(ast.Module([statement], []), label, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:  # `return` outside a function
        return flags & _FUTURE_FLAGS, source.describe(error)
    _Beside.forgives = isinstance(statement, _IMPORTS)
    if _Beside.forgives:  # a cell may just have written it
        sys.path_importer_cache.pop(_Beside.folder, None)
    failure = _execute(code, module)
    _Beside.forgives = False
    return code.co_flags & _FUTURE_FLAGS, None if failure is None else failure.what


def _execute(code: types.CodeType, module: types.ModuleType) -> _Failure | None:
    """Run code in `module`; return what it raised, whatever that is."""
    try:
        if code.co_flags & source.COROUTINE:
            import asyncio  # only for the notebook that awaits at its top level

            asyncio.run(eval(code, module.__dict__))
        else:
            exec(code, module.__dict__)
    except MemoryError as error:
        error.__traceback__ = None  # its frames hold what filled the memory
        raise OutOfMemory from None
    except BaseException as error:  # noqa: BLE001 - the student's code; sys.exit included
        return _Failure(describe(error), *_place(error, code))
    return None


def _place(error: BaseException, code: types.CodeType) -> tuple[int, int]:
    """Return line and column in `code` where it raised; the end of all if that is not known."""
    traceback = BaseException.__dict__["__traceback__"].__get__(error)
    while traceback is not None:
        if traceback.tb_frame.f_code is code:
            return traceback.tb_lineno, _column(code, traceback.tb_lasti)
        traceback = traceback.tb_next
    return sys.maxsize, 0


def _column(code: types.CodeType, instruction: int) -> int:
    """Return where in its line an instruction begins; Python 3.10 knows lines alone."""
    positions = getattr(code, "co_positions", None)
    column = None if positions is None else list(positions())[instruction // 2][2]
    return _LINE_BEGINS if column is None else column


# ------------------------------------------------------------------- beside the solution


class _Beside(SourceFileLoader):
    """Loads a student's own modules, which may hold what cannot run here as the solution may.

    At first as Python does. Only what an import at the top level could not bring is read again
    with forgiveness: `try: import fast` shall find out, also where only definitions run.
    """

    forgives: ClassVar[bool] = False
    definitions_only: ClassVar[bool] = False
    problems: ClassVar[list[Problem]] = []
    folder: ClassVar[str] = ""

    def exec_module(self, module: types.ModuleType) -> None:
        if b"pdb" in self.get_data(self.path):
            pass_over_debugger()
        forgives = self.forgives
        if not (forgives or self.definitions_only):
            super().exec_module(module)
            return
        text = source.normal(self.get_source(module.__name__) or "")
        _Beside.forgives = False  # what it tries to import may fail as well
        _, found = _run_chunk(self.path, text, module, 0, definitions_only=self.definitions_only)
        _Beside.forgives = forgives  # import this, and_that
        if found and not forgives:
            raise ImportError(found[0][2])
        label = self.path.removeprefix(f"{self.folder}{os.sep}")
        _Beside.problems += [(label, *problem[1:]) for problem in found]


def _finder_below(folder: str) -> Callable[[str], FileFinder]:
    """Return a hook for sys.path_hooks that finds modules in this folder."""
    _Beside.folder = folder

    def finder(path: str) -> FileFinder:
        if path != folder and not path.startswith(f"{folder}{os.sep}"):
            raise ImportError(path)
        return FileFinder(path, (_Beside, [".py"]))

    return finder


def pass_over_debugger() -> None:
    """Have `pdb.set_trace()` go on; only for the student who left one in, since it is imported."""
    import pdb

    pdb.set_trace = pdb.Pdb.set_trace = pass_over  # type: ignore[method-assign]


def pass_over(*_args: object, **_named: object) -> None:
    """In place of a debugger, which finds nobody at the keyboard and would end the call."""
    sys.stderr.write("a breakpoint, passed over; `grader check --debug` stops there\n")


def describe(error: BaseException) -> str:
    """Return "Name: message" of whatever the student's code raised, bounded."""
    name = type.__dict__["__name__"].__get__(type(error))[:100]
    message = message_of(error, MAX_TEXT)
    return f"{name}: {message}" if message else name


def message_of(error: BaseException, most: int) -> str:
    """Return the exception's text, cut at `most` characters; its `__str__` is the student's."""
    try:
        message = str.__str__(str(error))
    except BaseException:  # noqa: BLE001 - the student's code
        return ""
    if issubclass(type(error), ImportError):  # its `__class__` is the student's, too
        message = message.partition(" (/")[0]  # where the package lies on this machine
    return message if len(message) <= most else message[: most - 1] + "…"


# ------------------------------------------------------------------- definitions


def _definitions(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that only define: nothing of the student's is called by them."""
    statements = list(statements)
    own = {node.name for node in statements if isinstance(node, _NAMED)}
    return (statement for statement in statements if _defines(statement, own))


_NAMED: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _defines(statement: ast.stmt, own: set[str]) -> bool:
    if isinstance(statement, (*_IMPORTS, *_NAMED)):
        return True
    if isinstance(statement, ast.Try):  # try: import torch; except ImportError: torch = None
        parts = [*statement.body, *statement.orelse, *statement.finalbody]
        parts += [part for handler in statement.handlers for part in handler.body]
        return all(_defines(part, own) for part in parts)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return statement.value is None or not any(
            _calls_own(node, own) for node in ast.walk(statement.value)
        )
    return isinstance(statement, ast.Pass)


def _calls_own(node: ast.AST, own: set[str]) -> bool:
    """Whether running this may run the student's code, or wait, or read."""
    if isinstance(node, (ast.Await, ast.NamedExpr)):
        return True
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    while isinstance(function, ast.Attribute):
        function = function.value
    if not isinstance(function, ast.Name):
        return True
    return function.id in own or function.id in {"input", "exec", "eval", "open"}


# ------------------------------------------------------------------- notebooks


class _Nothing:
    """Stands for IPython's shell: every method exists and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *arguments, **options: None


def _import_what_torch_imports_late(chunks: Iterable[tuple[str, str]]) -> None:
    """Import what the first optimizer would: seconds, which belong to loading and to no call."""
    if "torch" in sys.modules and any("optim" in text for _, text in chunks):
        with contextlib.suppress(ImportError):
            import torch._dynamo  # noqa: F401


def _provide_notebook(chunks: Iterable[tuple[str, str]], module: types.ModuleType) -> None:
    """Give a notebook's cells, exported ones too, the two names that Jupyter gives them."""
    if any("get_ipython" in text for _, text in chunks):
        module.__dict__["get_ipython"] = _Nothing
    cells = [text for label, text in chunks if not label.endswith(".py") or _is_exported(text)]
    if any("display(" in text for text in cells):
        module.__dict__["display"] = lambda *values, **options: None


def _is_exported(text: str) -> bool:
    """Whether Jupyter, VS Code or Colab made the file of a notebook, by what they leave in it."""
    return any(mark in text for mark in ("# In[", "# %%", "generated by Colab"))


def provide_grader() -> None:
    """Put a stand-in where `import grader` finds it: a notebook may end with `grader.check()`."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "grader"]:
        del sys.modules[name]
    stand_in = types.ModuleType("grader")
    stand_in.__dict__["__getattr__"] = _Nothing().__getattr__
    sys.modules["grader"] = stand_in


def function_names(module: types.ModuleType, scratch: str) -> list[str]:
    """Return the public names of the functions, classes and callables that are the student's."""
    names = []
    for name, value in list(module.__dict__.items()):
        try:
            is_public = not name.startswith("_") and len(name) <= MAX_NAME
            is_one = is_public and callable(value) and _is_own(value, scratch)
        except BaseException:  # noqa: BLE001 - the student's metaclass, or a name that is no text
            is_one = False
        if is_one:
            names.append(name)
    return sorted(names)[:MAX_NAMES]


def _is_own(value: object, scratch: str) -> bool:
    """Whether it was not imported from a library."""
    if isinstance(value, types.BuiltinFunctionType):
        return False
    if not isinstance(value, (type, types.FunctionType)):
        return True  # an object that can be called, made by the submission
    if value.__module__ == MODULE:
        return True
    home = getattr(sys.modules.get(value.__module__), "__file__", None)
    return home is not None and home.startswith(scratch)
