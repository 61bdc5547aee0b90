"""A zip as a `Tree`: its list of contents, and its entries unpacked into memory, never to disk.

A zip's own statements about itself are believed in nothing that matters. An entry is unpacked
only when it is asked for, and only up to what its reader is ready for, so that a bomb costs as
much as it is let: deflate gives at most about a thousand bytes for one, and what it gives is
counted. The other methods of compression give far more before anybody can count, so they are not
unpacked at all. Links, devices, encrypted entries and names that lead elsewhere are left out.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from grader.submission.naming import inner_path, is_junk, leads_out, shown
from grader.submission.tree import (
    CLASH,
    DEEP,
    LINK,
    MAX_CLASS_ENTRIES,
    MAX_DEPTH,
    MAX_ENTRIES,
    ODD_NAME,
    SPECIAL,
    Refused,
    TooManyFiles,
    Tree,
    read_stream,
)

_LONGEST_DIRECTORY = 4 << 20  # bytes of one submission's list of contents
_LONGEST_CLASS_DIRECTORY = 32 << 20  # bytes
_ENTRY = b"PK\x01\x02"  # how each entry of that list begins
_ENCRYPTED = 0x1  # a flag bit
_UTF_8 = 0x800  # another one

_LOCKED = "it is encrypted"
_METHOD = "it is compressed in a way that the grader does not read"

# Whatever zipfile and zlib raise on bytes that are no zip, or no longer.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)
_DAMAGED = "the zip is damaged, cut short or no zip at all: pack it again"


class _Guarded:
    """A file whose single reads are bounded while zipfile reads the list of contents.

    zipfile asks for that list in one read, whose size the zip itself states. Where no list begins
    the size is not one of many files, but damaged.
    """

    def __init__(self, file: BinaryIO, longest_directory: int) -> None:
        self._file = file
        self._most: int | None = longest_directory

    def __del__(self) -> None:
        self._file.close()

    def unbounded(self) -> None:
        self._most = None

    def read(self, size: int = -1) -> bytes:
        if self._most is not None and size > self._most:
            if self._file.read(len(_ENTRY)) != _ENTRY:
                raise zipfile.BadZipFile("no list of contents where one should begin")
            raise TooManyFiles("the zip lists too many files")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def zip_tree(content: bytes) -> Tree:
    """List the zip that one student handed in."""
    return _listing(_Guarded(io.BytesIO(content), _LONGEST_DIRECTORY), MAX_ENTRIES)


def class_zip(path: Path) -> Tree:
    """List a zip of many submissions; it stays open, so that each reads its own part at once."""
    try:
        info = path.stat()
        # A forked process shares the file's position with its parent: each opens its own.
        return _class_zip(path, info.st_mtime_ns, info.st_size, os.getpid())
    except OSError as error:
        raise Refused(f"{shown(path.name)} could not be read ({error.strerror})") from error


@lru_cache(maxsize=4)
def _class_zip(path: Path, _mtime_ns: int, _size: int, _process: int) -> Tree:
    file = path.open("rb")
    return _listing(_Guarded(file, _LONGEST_CLASS_DIRECTORY), MAX_CLASS_ENTRIES)


def _listing(file: _Guarded, max_entries: int) -> Tree:
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGE as error:
        raise Refused(_DAMAGED) from error
    file.unbounded()
    entries = archive.infolist()
    if len(entries) > max_entries:
        raise TooManyFiles(f"the zip holds more than {max_entries} files")
    files: dict[str, zipfile.ZipInfo] = {}
    folders: set[str] = set()
    odd: dict[str, str] = {}
    junk: set[str] = set()
    for entry in entries:
        # Some programs on Windows write backslashes.
        parts = [part for part in _name_of(entry).replace("\\", "/").split("/") if part != "."]
        is_folder = parts[-1:] == [""]
        if is_folder:
            parts.pop()
        name = "/".join(parts)
        if is_junk(name):
            junk.add(name)
            continue
        if not parts:
            continue
        folder = inner_path((parts if is_folder else parts[:-1])[:MAX_DEPTH])
        if folder is not None:  # also when its files are left out: somebody handed it in
            _add_with_parents(folders, folder)
        why = _why_left_out(entry, parts)
        if why is not None:
            odd[_where_odd(parts) if why == ODD_NAME else name] = why
        elif not is_folder:
            files[name] = entry  # the last of equal names, as when it is unpacked
    for name in folders.intersection(files):
        del files[name]
        odd[name] = CLASH
    one_at_a_time = Lock()  # zipfile counts its open entries without one

    def read(name: str, limit: int) -> bytes:
        entry = files[name]
        try:
            with one_at_a_time, archive.open(entry) as stream:
                return read_stream(stream, limit, name=name)
        except _DAMAGE as error:
            raise Refused(f"{shown(name)} is damaged in the zip: pack it again") from error

    sizes = {name: entry.file_size for name, entry in files.items()}
    return Tree(sizes, read, frozenset(folders), odd, frozenset(junk))


def _name_of(entry: zipfile.ZipInfo) -> str:
    """The whole name of an entry; zipfile's own ends at a NUL.

    macOS writes UTF-8 without the flag that says so, and zipfile reads it as IBM's old code page.
    """
    name = entry.orig_filename
    if name.isascii() or entry.flag_bits & _UTF_8:
        return name
    try:
        return name.encode("cp437").decode()
    except UnicodeError:
        return name


def _where_odd(parts: Sequence[str]) -> str:
    """The folder or file whose name is odd, as a folder's listing would have it."""
    if leads_out(parts):
        return "/".join(parts)
    ends = range(1, min(len(parts), MAX_DEPTH + 1))  # where one is odd, so are all that follow
    at = bisect_left(ends, True, key=lambda end: inner_path(parts[:end]) is None)
    return "/".join(parts[: at + 1])


def _add_with_parents(folders: set[str], folder: str) -> None:
    while folder and folder not in folders:
        folders.add(folder)
        folder = folder.rpartition("/")[0]


def _why_left_out(entry: zipfile.ZipInfo, parts: Sequence[str]) -> str | None:
    if inner_path(parts[: MAX_DEPTH + 1]) is None:
        return ODD_NAME
    if len(parts) > MAX_DEPTH:
        return DEEP
    kind = stat.S_IFMT(entry.external_attr >> 16)  # 0 where the zip was not made on Unix
    if kind == stat.S_IFLNK:
        return LINK
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return SPECIAL
    if entry.flag_bits & _ENCRYPTED:
        return _LOCKED
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return _METHOD
    return None
