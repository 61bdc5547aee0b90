"""Imports the modules of reference/, whatever else in the process is called so too.

Every assignment has a package named `reference`. It stands in `sys.modules` only while it is
imported: an assignment loaded before, or a test's own import, is put aside and back. Modules of
one reference import one another as `reference.…`, at their top; whatever they need that is not
installed stands in the package too, since the folder around it is not searched.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import re
import sys
import threading
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from grader.assignment.deadline import Deadline, Stuck
from grader.assignment.findings import Findings, suggest
from grader.errors import ConfigError, Problem
from grader.model import Raised, Returned

_PACKAGE = "reference"
_IMPORTING = threading.Lock()  # sys.modules is one for all threads


class Module(Struct, frozen=True):
    """A module of reference/, with its file as the author would write it."""

    name: str
    file: str
    names: Mapping[str, Any]

    def function(self, name: str) -> Callable[..., Any] | None:
        """The function of that name, or None."""
        found = self.names.get(name)
        return found if callable(found) and not isinstance(found, type) else None

    def lacks(self, name: str) -> str:
        """Why there is no function of that name, in a clause."""
        if name not in self.names:
            return f"which {self.file} does not define"
        kind = "class" if isinstance(self.names[name], type) else "value"
        return f"which is a {kind} in {self.file}, not a function"

    @property
    def functions(self) -> list[str]:
        """The names of its public functions."""
        return [
            name
            for name, item in self.names.items()
            if isinstance(item, types.FunctionType) and not name.startswith("_")
        ]


class Reference(Struct, frozen=True):
    """The modules of reference/ that could be imported."""

    folder: Path  # as the author would write it
    modules: Mapping[str, Module] = field(default_factory=dict)

    def place(self, raised: Raised) -> str:
        """Where in reference/ something was raised, in brackets: " (reference/q2.py:33)"."""
        found = self.spot(raised)
        return f" ({found[0]}:{found[1]})" if found else ""

    def spot(self, raised: Raised) -> tuple[str, int] | None:
        """The file of reference/ and the line in which something was raised."""
        for frame in reversed(raised.frames):
            file = self.shown(frame.label)
            if file:
                return file, frame.line
        return None

    def shown(self, file: str) -> str:
        """A file of reference/ as the author would write it; nothing for other files."""
        root = self.folder.resolve()
        path = Path(file)
        return str(self.folder / path.relative_to(root)) if path.is_relative_to(root) else ""


def folder_of(config_path: Path) -> Path:
    """The folder of the reference that belongs to a config."""
    return config_path.parent / _PACKAGE


def digest_of(config_path: Path) -> str:
    """Hashes the config and every file of its reference, data too: equal digests mark alike.

    What tools leave beside them (bytecode, hidden files, an editor's copies) marks nothing.

    Raises:
        ConfigError: one of them cannot be read.
    """
    folder = folder_of(config_path)
    digest = hashlib.sha256()
    below = (file for file in folder.rglob("*") if file.is_file() and _marks(file, folder))
    files = [config_path, *sorted(below, key=lambda file: file.as_posix())]
    for file in files:
        name = "" if file is config_path else file.relative_to(folder).as_posix()
        try:
            content = file.read_bytes()
        except OSError as error:
            what = f"cannot be read ({error.strerror})"
            raise ConfigError((Problem(str(file), 0, "", what, "make it readable"),)) from error
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _marks(file: Path, folder: Path) -> bool:
    """Whether a file of the reference may take part in marking."""
    parts = file.relative_to(folder).parts
    return not any(
        part == "__pycache__" or part.startswith(".") or part.endswith((".pyc", "~"))
        for part in parts
    )


def import_reference(
    folder: Path, wanted: Mapping[str, Any], findings: Findings, limit_s: float
) -> Reference:
    """Imports the named modules; what cannot be imported becomes findings.

    Args:
        folder: of the package `reference`.
        wanted: module names, each with the key path that names it first.
        findings: takes the problems.
        limit_s: for the import of each module.
    """
    if not wanted:
        return Reference(folder)
    if not folder.is_dir():
        findings.add((), f"has no folder {folder} beside it", "put the reference's modules there")
        return Reference(folder)
    known = sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")
    present = []
    for name, path in wanted.items():
        if name in known:
            present.append(name)
        else:
            what = f"is {name!r}, but there is no {folder / name}.py"
            findings.add(path, what, suggest(name, known, what="module"))
    with _in_isolation(folder) as package:
        try:
            return Deadline(limit_s).run(lambda d: _import(d, package, present, folder, findings))
        except Stuck:
            what = f"does not finish importing within {limit_s:g} s"
            findings.add_in_file(str(folder), 0, what, "do no work at the top of its modules")
            return Reference(folder)


def _import(
    deadline: Deadline,
    package: Callable[[], None],
    names: list[str],
    folder: Path,
    findings: Findings,
) -> Reference:
    modules: dict[str, Module] = {}
    reference = Reference(folder, modules)
    for name in ["", *names]:
        file = folder / f"{name or '__init__'}.py"
        if name:
            result = deadline.call(importlib.import_module, f"{_PACKAGE}.{name}")
        else:
            result = deadline.call(package)
        if isinstance(result, Returned):
            if name:
                modules[name] = Module(name, str(file), dict(vars(result.value)))
            continue
        if isinstance(result, Raised):
            where = reference.spot(result) or (str(file), 0)
            said = f": {result.message}" if result.message else ""
            remedy = _remedy(result, folder)
            findings.add_in_file(*where, f"raises {result.exception}{said}", remedy)
        else:
            what = f"does not finish importing within {deadline.limit_s:g} s"
            findings.add_in_file(str(file), 0, what, "do no work at its top")
        if not name:
            break
    return reference


_NO_MODULE = re.compile(r"No module named '([^'.]+)")


def _remedy(raised: Raised, folder: Path) -> str:
    """What to do about a module that cannot be imported."""
    missing = _NO_MODULE.match(raised.message)
    if missing is None or missing[1] == _PACKAGE:
        return "mend it so that it can be imported"
    name = missing[1]
    if (folder / f"{name}.py").is_file() or (folder / name).is_dir():
        return f"write `from {_PACKAGE} import {name}`"
    return f"install {name} where the grader runs, or do without it"


@contextmanager
def _in_isolation(folder: Path) -> Iterator[Callable[[], None]]:
    """Puts aside every module named `reference` or in it, for as long as ours are imported."""
    with _IMPORTING:
        aside = _take_out()
        sys.path_importer_cache.pop(str(folder.resolve()), None)  # it may be as old as the process
        try:
            yield lambda: _make_package(folder.resolve())
        finally:
            _take_out()
            sys.modules.update(aside)


def _take_out() -> dict[str, types.ModuleType]:
    ours = [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]
    return {name: sys.modules.pop(name) for name in ours}


def _make_package(folder: Path) -> None:
    init = folder / "__init__.py"
    if not init.is_file():
        package = types.ModuleType(_PACKAGE)
        package.__path__ = [str(folder)]
        sys.modules[_PACKAGE] = package
        return
    spec = importlib.util.spec_from_file_location(
        _PACKAGE, init, submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{init.name} cannot be imported")
    package = importlib.util.module_from_spec(spec)
    sys.modules[_PACKAGE] = package
    spec.loader.exec_module(package)
