"""What a worker may read: the interpreter's own libraries, what is installed, the system's.

A directory is never granted for being on the search path: the checkout of a course, with its
reference and its config, may well stand there. And where other users may not pass (a Python
below /root), a door is opened: a descriptor of the directory, by which a worker with a user of
its own reaches what is in it and nothing above.
"""

from __future__ import annotations

import fcntl
import os
import pathlib
import stat
import sys
import sysconfig
from pathlib import Path
from typing import Any, Final

_SYSTEM: Final = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)
_FIRST_DOOR: Final = 10
_DOOR: Final = "/proc/self/fd/"


def readable(installed: tuple[str, ...]) -> tuple[Path, ...]:
    """Return what a worker may read; `installed` are directories of packages beside our own."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    places: list[str | None] = [*installed]
    places += [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    places += [path for path in sys.path if is_package_directory(path)]
    for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix):
        places += [f"{prefix}/lib/{version}", f"{prefix}/lib64/{version}"]
    if sys.base_prefix not in ("/", "/usr"):
        places.append(f"{sys.base_prefix}/lib")  # libpython, and a distribution's own libraries
    paths = [Path(place) for place in (*places, *_SYSTEM) if place]
    return tuple(dict.fromkeys(path for path in paths if path.exists()))


def is_package_directory(path: str) -> bool:
    """Whether packages are installed here, by the name of the directory."""
    return path.endswith(("site-packages", "dist-packages"))


def holding(secret: Path, grants: tuple[Path, ...]) -> Path | None:
    """Return the granted path under which a secret lies, if there is one."""
    secret = secret.resolve()
    return next((grant for grant in grants if _is_below(secret, grant.resolve())), None)


def _is_below(path: Path, above: Path) -> bool:
    return path == above or above in path.parents


def closed_to_others() -> Path | None:
    """Return what of the libraries another user could not read even through a door, if anything."""
    samples = [Path(os.__file__)]
    numpy = sys.modules.get("numpy")
    if numpy is not None and numpy.__file__:
        samples.append(Path(numpy.__file__))
    for sample in samples:
        for path, needed in (
            (sample, stat.S_IROTH),
            (sample.parent, stat.S_IROTH | stat.S_IXOTH),
            (sample.parent.parent, stat.S_IXOTH),
        ):
            if path.stat().st_mode & needed != needed:
                return path
    return None


def open_doors(grants: tuple[Path, ...]) -> dict[Path, int]:
    """Make modules importable that lie below directories which other users may not pass.

    The search path of this interpreter, and of every package it has imported, is changed to go
    through the doors. Returns the descriptors of the doors, which must stay open in workers.
    """
    closed = [path for path in grants if path.is_dir() and not _others_may_pass(path)]
    doors: dict[Path, int] = {}
    for path in sorted(closed, key=lambda path: len(path.parts)):
        if not any(_is_below(path, above) for above in doors):
            handle = os.open(path, os.O_PATH | os.O_DIRECTORY)
            doors[path] = fcntl.fcntl(handle, fcntl.F_DUPFD_CLOEXEC, _FIRST_DOOR)
            os.close(handle)
    if doors:
        _redirect_imports({str(path): f"{_DOOR}{number}" for path, number in doors.items()})
        _resolve_no_door(tuple(f"{_DOOR}{number}" for number in doors.values()))
    return doors


def ways_to(secret: Path, doors: dict[Path, int]) -> tuple[Path, ...]:
    """Return the paths by which a secret might be reached: its own, and out through each door.

    From a directory one may go up, past those above that nobody may enter from the top.
    """
    real = secret.resolve()
    through = (
        Path(f"{_DOOR}{number}", os.path.relpath(real, path.resolve()))
        for path, number in doors.items()
    )
    return (secret, *through)


def _others_may_pass(path: Path) -> bool:
    return all(above.stat().st_mode & stat.S_IXOTH for above in path.resolve().parents)


def _redirect_imports(doors: dict[str, str]) -> None:
    def through(path: object) -> object:
        if type(path) is str:
            for closed, door in doors.items():
                if path == closed or path.startswith(f"{closed}/"):
                    return door + path[len(closed) :]
        return path

    sys.path[:] = [through(path) for path in sys.path]  # type: ignore[misc]
    for module in list(sys.modules.values()):
        search = getattr(module, "__path__", None)
        if type(search) is list:
            search[:] = [through(path) for path in search]
        file = vars(module).get("__file__")
        if type(file) is str:
            vars(module)["__file__"] = through(file)  # some modules guard setattr
    sys.path_importer_cache.clear()


def _resolve_no_door(doors: tuple[str, ...]) -> None:
    """Have a path through a door stay one: what it is a link to is where nobody may pass.

    Packages resolve the place of their own data, as matplotlib does to find its fonts.
    """
    resolve = os.path.realpath

    def realpath(path: Any, **how: Any) -> Any:
        text = os.fspath(path)
        if type(text) is str and any(_is_below(Path(text), Path(door)) for door in doors):
            if how.get("strict") is True:
                os.stat(text)  # noqa: PTH116 - raises where nothing is
            return os.path.normpath(text)
        return resolve(path, **how)

    os.path.realpath = realpath  # type: ignore[assignment]
    accessor = getattr(pathlib, "_NormalAccessor", None)  # in Python 3.10, which keeps it there
    if accessor is not None:
        accessor.realpath = staticmethod(realpath)


def search_path(grants: tuple[Path, ...]) -> tuple[str, ...]:
    """Return what of the search path may be read."""
    return tuple(
        path
        for path in sys.path
        if path.startswith(_DOOR) or any(_is_below(Path(path), grant) for grant in grants)
    )


def clean_finders() -> None:
    """Leave no finder that leads elsewhere than the search path does."""
    sys.meta_path[:] = [
        finder for finder in sys.meta_path if not _module_of(finder).startswith("__editable__")
    ]


def _module_of(finder: object) -> str:
    kind = finder if isinstance(finder, type) else type(finder)
    return str(kind.__module__)
