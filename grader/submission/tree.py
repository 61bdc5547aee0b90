"""Files by name, none of them read yet: what a folder and a zip have in common.

A student's folder is hostile ground. It is listed without following any link, only regular files
are opened (a named pipe would wait for ever, a device never end), and a file is read only up to
the size that its reader is ready for. Names that lead elsewhere or cannot be told are left out
and said; they are never repaired.
"""

from __future__ import annotations

import io
import os
import stat
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import IO

from msgspec import Struct, field

from grader.submission.naming import inner_path, is_junk, listed, shown

MAX_ENTRIES = 50_000  # files and folders of one submission, junk included
MAX_CLASS_ENTRIES = 200_000
MAX_DEPTH = 30

LINK = "a symbolic link is not followed"
SPECIAL = "neither a file nor a folder"
ODD_NAME = "not a name that every system allows, so rename it"
CLASH = "a folder has the same name"
CLOSED = "it cannot be opened"
DEEP = "too many folders within folders"

_OF_VENV = frozenset(
    [*("bin", "etc", "include", "lib", "lib64", "share"), *("Scripts", "Include", "Lib")]
)
_JUNCTION = 0xA0000003  # Windows: the reparse tag of what is a link to a folder in all but name


class Refused(Exception):
    """Why something handed in is not read, in a sentence to the student. Never leaves the room."""


class TooManyFiles(Refused):
    """There are more than anybody would hand in, or a class."""


class Tree(Struct, frozen=True, dict=True):
    """What was handed in, by relative name. `read(name, limit)` gives a file's bytes or Refused."""

    files: Mapping[str, int]  # name -> size as the folder or the zip gives it
    read: Callable[[str, int], bytes]
    folders: frozenset[str] = frozenset()  # also the empty ones
    odd: Mapping[str, str] = field(default_factory=dict)  # name -> why it is left out
    junk: frozenset[str] = frozenset()  # what nobody means to hand in, as far as it was listed

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The files' names, sorted, without what belongs to a virtual environment.

        That is not all that lies in one: who makes it by `venv .` has their own files there.
        """
        end = "/pyvenv.cfg"
        environments = {name.removesuffix(end) for name in self.files if name.endswith(end)}
        if not environments:
            return tuple(sorted(self.files))
        own = (n for n in self.files if not n.endswith(end) and not _is_of(n, environments))
        return tuple(sorted(own))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was left out and why, a sentence for each reason."""
        reasons: dict[str, list[str]] = {}
        for name, why in self.odd.items():
            reasons.setdefault(why, []).append(name)
        return tuple(f"left out {listed(names)}: {why}" for why, names in reasons.items())

    def without(self, names: Collection[str]) -> Tree:
        """Return the tree without some of the files and folders at its top."""
        return Tree(
            files={n: size for n, size in self.files.items() if n.partition("/")[0] not in names},
            read=self.read,
            folders=frozenset(f for f in self.folders if f.partition("/")[0] not in names),
            odd={n: why for n, why in self.odd.items() if n.partition("/")[0] not in names},
        )

    def renamed(self, names: Mapping[str, str]) -> Tree:
        """Return some of the files under other names: new name -> the one that it has here."""
        return Tree(
            files={new: self.files[name] for new, name in names.items() if name in self.files},
            read=lambda new, limit: self.read(names[new], limit),
            odd={new: self.odd[name] for new, name in names.items() if name in self.odd},
        )

    def below(self, folder: str) -> Tree:
        """Return the part below a folder ("alice/"), with names relative to it."""
        first = bisect_left(self.names, folder)
        names = []
        for name in self.names[first:]:
            if not name.startswith(folder):
                break
            names.append(name)
        cut = len(folder)
        return Tree(
            files={name[cut:]: self.files[name] for name in names},
            read=lambda name, limit: self.read(folder + name, limit),
            folders=frozenset(f[cut:] for f in self.folders if f.startswith(folder)),
            odd={name[cut:]: why for name, why in self.odd.items() if name.startswith(folder)},
        )


def _is_of(name: str, environments: Collection[str]) -> bool:
    """Whether a file lies in what `venv` puts into one of these folders."""
    above = [folder.rpartition("/") for folder in _folders_of(name)]
    return any(part in _OF_VENV and folder in environments for folder, _, part in above)


def _folders_of(name: str) -> Iterator[str]:
    """Yield the folders that a file lies in, the innermost first."""
    while folder := name.rpartition("/")[0]:
        yield folder
        name = folder


def folder_tree(root: Path) -> Tree:
    """List a folder without following a link or opening a file."""
    return _listing(root, MAX_ENTRIES, is_class=False)


def files_of_folder(root: Path, names: Mapping[str, str]) -> Tree:
    """Take some files of a folder under other names: new name -> the one that it has there."""
    files: dict[str, int] = {}
    odd: dict[str, str] = {}
    for new, name in names.items():
        try:
            info = (root / name).stat(follow_symlinks=False)
        except OSError:
            odd[new] = CLOSED
            continue
        why = _why_left_out(name, info)
        if why is None:
            files[new] = info.st_size
        else:
            odd[new] = why
    return Tree(files, lambda new, limit: read_regular(root / names[new], limit), odd=odd)


def class_folder(root: Path) -> Tree:
    """List a folder that may hold a class, as far as it takes to tell.

    Nobody in it shall be able to hide the others behind too many files. So what is nearer to the
    top comes first, no folder gets more room than one submission, and where the room ends the
    list does; whoever is read later is listed anew.
    """
    return _listing(root, MAX_CLASS_ENTRIES, is_class=True)


def _listing(root: Path, max_entries: int, *, is_class: bool) -> Tree:
    files: dict[str, int] = {}
    folders: set[str] = set()
    odd: dict[str, str] = {}
    junk: set[str] = set()
    inodes: dict[str, tuple[int, int]] = {}
    waiting = deque([""])
    seen = 0
    while waiting and seen <= max_entries:
        folder = waiting.popleft()
        most = min(max_entries, seen + MAX_ENTRIES) if is_class and folder else max_entries
        for name, info in _entries(root, folder, odd):
            seen += 1
            if seen > most and not is_class:
                what = "take out what is no part of the solution"
                raise TooManyFiles(f"it holds more than {max_entries} files; {what}")
            if seen > most:
                break
            if is_junk(name):
                junk.add(name)
                continue
            why = _why_left_out(name, info)
            if why is not None:
                odd[name] = why
            elif stat.S_ISDIR(info.st_mode):
                folders.add(name)
                waiting.append(name)
            else:
                files[name] = info.st_size
                inodes[name] = (info.st_dev, info.st_ino)

    def read(name: str, limit: int) -> bytes:
        return read_regular(root.joinpath(*name.split("/")), limit, inode=inodes[name])

    return Tree(MappingProxyType(files), read, frozenset(folders), odd, frozenset(junk))


def names_in(folder: Path) -> list[str]:
    """Return what lies right in a folder; nothing if it is none, or a link to one."""
    if folder.is_symlink():
        return []
    try:
        return os.listdir(folder)  # noqa: PTH208 (names are all that is wanted)
    except OSError:
        return []


def _entries(root: Path, folder: str, odd: dict[str, str]) -> Iterator[tuple[str, os.stat_result]]:
    try:
        with os.scandir(root / folder) as entries:
            for entry in entries:
                name = f"{folder}/{entry.name}" if folder else entry.name
                try:
                    info = entry.stat(follow_symlinks=False)
                except OSError:
                    odd[name] = CLOSED
                    continue
                yield name, info
    except OSError:
        odd[folder or "the folder"] = CLOSED


def _why_left_out(name: str, info: os.stat_result) -> str | None:
    if stat.S_ISLNK(info.st_mode) or getattr(info, "st_reparse_tag", 0) == _JUNCTION:
        return LINK
    parts = name.split("/")
    if inner_path(parts) is None:
        return ODD_NAME
    if len(parts) > MAX_DEPTH:
        return DEEP
    return None if stat.S_ISREG(info.st_mode) or stat.S_ISDIR(info.st_mode) else SPECIAL


def read_regular(path: Path, limit: int, *, inode: tuple[int, int] | None = None) -> bytes:
    """Read a regular file of at most `limit` bytes, and nothing that only looks like one.

    `inode` is what the listing saw under this name: a file that was swapped since is refused.
    """
    name = shown(path.name)
    flags = os.O_RDONLY
    for extra in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
        flags |= getattr(os, extra, 0)  # Windows has only the last
    try:
        # Opening a device can do something by itself, so its kind is asked first.
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise Refused(f"{name} is not an ordinary file")
        with open(os.open(path, flags), "rb", buffering=0) as file:  # noqa: PTH123 (a descriptor)
            info = os.fstat(file.fileno())
            swapped = inode is not None and inode[1] != 0 and inode != (info.st_dev, info.st_ino)
            if swapped or not stat.S_ISREG(info.st_mode):
                raise Refused(f"{name} is not an ordinary file")
            return read_stream(file, limit, name=path.name)
    except OSError as error:
        raise Refused(f"{name} could not be read ({error.strerror})") from error


def read_stream(file: IO[bytes] | io.RawIOBase, limit: int, *, name: str) -> bytes:
    """Read a stream to its end, which must come within `limit` bytes."""
    pieces = bytearray()
    while len(pieces) <= limit:
        piece = file.read(min(1 << 20, limit + 1 - len(pieces)))
        if not piece:
            return bytes(pieces)
        pieces += piece
    raise Refused(f"{shown(name)} is larger than {size_text(limit)}")


def size_text(size: int) -> str:
    """Say a limit as people do: 2 MB (of 1024 kB each), or bytes when it is less.

    >>> size_text(2 << 20)
    '2 MB'
    """
    return f"{size >> 20} MB" if size >= 1 << 20 else f"{size} bytes"
