"""The author's own text: which parts of reference/ a question's answer is made of.

A reference module holds more than the answer: generators, properties, wrong answers. What the
question's function reaches, through calls, defaults and imports, is the answer; that is what gets
mutated, and only that is sent to a worker. It is found in the syntax trees, name by name. A local
name that hides a global one makes the answer seem a little larger than it is, never smaller.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

PACKAGE = "reference"

Name: TypeAlias = tuple[str, str]
"""A module and a name at its top: ("reference.circles", "area")."""


class Unit(Struct, frozen=True, eq=False, dict=True):
    """One thing that a module's top level does: a statement, or one name of an import."""

    module: str
    node: ast.stmt
    text: str  # as written; of an import, that one name's
    binds: frozenset[str]
    uses: frozenset[str]  # names of the same module
    judged: frozenset[str]  # those of them that can change a result: not in a message's text
    imports: tuple[Name, ...] = ()  # names of other modules of reference/

    @property
    def line(self) -> int:
        """Where it begins, decorators included."""
        return _first_line(self.node)

    @property
    def is_answer(self) -> bool:
        """Whether it computes something: a function, a class, or a constant."""
        if isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return True
        if isinstance(self.node, ast.AnnAssign):
            return self.node.value is not None and "TypeAlias" not in ast.dump(self.node.annotation)
        return isinstance(self.node, ast.Assign)


class Module(Struct, frozen=True, eq=False, dict=True):
    """A module of reference/ as text."""

    name: str
    file: str  # "reference/circles.py"
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def names(self) -> frozenset[str]:
        """What its top level binds, but for what it imports by `*`."""
        return frozenset(name for node in self.tree.body for name in _bound(node) if name != "*")


class Library:
    """All modules of reference/, and what reaches what."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules: Mapping[str, Module] = {module.name: module for module in modules}
        self._units = {name: tuple(self._units_of(m)) for name, m in self.modules.items()}

    @classmethod
    def read(cls, folder: Path) -> Library:
        """Reads every module under the folder of the package `reference`."""
        modules = []
        for file in sorted(folder.rglob("*.py")):
            place = file.relative_to(folder)
            parts = [PACKAGE, *place.with_suffix("").parts]
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            text = file.read_text("utf-8-sig").replace("\r\n", "\n")
            modules.append(Module(name, f"{PACKAGE}/{place.as_posix()}", text))
        return cls(modules)

    def reach(self, wanted: Iterable[Name], *, judged: bool = False) -> tuple[Unit, ...]:
        """Decides which units the wanted names need, each module's in its order.

        With `judged`, only those that can change a result: what nothing but the text of an
        exception's message needs is left out.
        """
        reached: set[Unit] = set()
        seen: set[Name] = set()
        opened: set[str] = set()
        queue = list(wanted)
        while queue:
            name = queue.pop()
            if name in seen or name[0] not in self._units:
                continue
            seen.add(name)
            module, bound = name
            for unit in self._units[module]:
                always = not unit.binds and module not in opened
                if (always or bound in unit.binds) and unit not in reached:
                    reached.add(unit)
                    needs = unit.judged if judged else unit.uses
                    queue.extend((module, used) for used in needs)
                    queue.extend(unit.imports)
            opened.add(module)
        return tuple(unit for units in self._units.values() for unit in units if unit in reached)

    def defining(self, pattern: str) -> tuple[Name, ...]:
        """The names of functions, defined anywhere, that fit a pattern (`area_by_*`)."""
        return tuple(
            (unit.module, name)
            for units in self._units.values()
            for unit in units
            if unit.is_answer
            for name in sorted(unit.binds)
            if fnmatchcase(name, pattern)
        )

    def files(
        self, units: Iterable[Unit], replaced: Mapping[Unit, str] | None = None
    ) -> dict[str, bytes]:
        """The files of a package `reference` that holds these units, some of them rewritten."""
        texts: dict[str, list[str]] = {}
        for unit in units:
            file = self.modules[unit.module].file
            text = unit.text if replaced is None else replaced.get(unit, unit.text)
            texts.setdefault(file, []).append(text)
        files = {f"{PACKAGE}/__init__.py": b""}
        return files | {file: "\n".join(lines).encode() + b"\n" for file, lines in texts.items()}

    def original_lines(
        self, wanted: Iterable[Name], places: Iterable[tuple[str, int]]
    ) -> frozenset[tuple[Unit, int]]:
        """Where lines of the files of what the wanted names need stand: (unit, line in it)."""
        lines: dict[str, list[tuple[Unit, int]]] = {}
        for unit in self.reach(wanted):
            count = unit.text.count("\n") + 1
            file = lines.setdefault(self.modules[unit.module].file, [])
            file.extend((unit, line) for line in range(1, count + 1))
        return frozenset(
            lines[file][line - 1] for file, line in places if line <= len(lines.get(file, ()))
        )

    # ------------------------------------------------------------------------- units

    def _units_of(self, module: Module) -> Iterator[Unit]:
        lines = module.text.split("\n")
        postponed = any(
            isinstance(node, ast.ImportFrom) and node.module == "__future__"
            for node in module.tree.body
        )
        for node in module.tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield from self._imports(module, node)
                continue
            binds = frozenset(_bound(node))
            acts = isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
            if not binds and not acts:
                continue  # a docstring, a `__main__` block
            text = "\n".join(lines[_first_line(node) - 1 : node.end_lineno])
            uses = _used(node, annotations=not postponed)
            judged = _used(node, annotations=False, messages=False)
            yield Unit(module.name, node, text, binds, uses, judged)

    def _imports(self, module: Module, node: ast.Import | ast.ImportFrom) -> Iterator[Unit]:
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                single: ast.stmt = ast.ImportFrom(node.module, [alias], node.level)
                source = _absolute(module, node)
            else:
                single = ast.Import([alias])
                source = alias.name
            ours = self._imported(source, alias.name if isinstance(node, ast.ImportFrom) else "")
            bound = alias.asname or alias.name.partition(".")[0]
            binds = {bound} if alias.name != "*" else {name for _, name in ours}
            if source == "__future__":
                binds = set()  # kept wherever anything of the module is
            ast.copy_location(single, node)
            none: frozenset[str] = frozenset()
            text = ast.unparse(single)
            yield Unit(module.name, single, text, frozenset(binds), none, none, ours)

    def _imported(self, source: str, name: str) -> tuple[Name, ...]:
        """The names of reference/ that an import brings in; of a whole module all of them."""
        whole = f"{source}.{name}" if f"{source}.{name}" in self.modules else source
        if whole not in self.modules:
            return ()
        if whole == source and name not in ("", "*"):
            return ((source, name),)
        return tuple((whole, every) for every in sorted(self.modules[whole].names))


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    """The module that an import names, a relative one included."""
    if not node.level:
        return node.module or ""
    base = module.name.split(".")
    base = base[: len(base) - node.level + module.file.endswith("__init__.py")]
    return ".".join([*base, *([node.module] if node.module else [])])


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(int(item.lineno) for item in decorators)])


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds where it stands, not inside functions."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Store):
            yield node.id
    elif not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def _used(node: ast.AST, *, annotations: bool, messages: bool = True) -> frozenset[str]:
    """The names that a statement reads anywhere inside it."""
    found: set[str] = set()
    queue = [node]
    while queue:
        inner = queue.pop()
        if isinstance(inner, ast.Name):
            found.add(inner.id)
        left_out = set() if annotations else {"annotation", "returns"}
        if isinstance(inner, ast.Raise) and not messages:
            left_out = {"exc", "cause"}
        for field, value in ast.iter_fields(inner):
            if field not in left_out:
                items = value if isinstance(value, list) else [value]
                queue.extend(item for item in items if isinstance(item, ast.AST))
    return frozenset(found)
