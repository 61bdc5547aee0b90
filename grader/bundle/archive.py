"""Writes a zip that is the same to the bit whenever it holds the same files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Decides the bytes of a zip: sorted names, no times; what begins with #! is executable."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = _UNIX  # else Windows would forget what is executable
            entry.compress_type = zipfile.ZIP_DEFLATED
            mode = 0o755 if files[name].startswith(b"#!") else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, files[name])
    return stream.getvalue()


def files_below(folder: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Yields the files of a folder by the names that they get in a zip, but no tool's own."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(map(_is_a_tools_own, inside.parts)):
            yield str(PurePosixPath(prefix, *inside.parts)), path.read_bytes()


def _is_a_tools_own(name: str) -> bool:
    """Whether it is bytecode, a cache, or what an editor leaves."""
    return name == "__pycache__" or name.startswith(".") or name.endswith((".pyc", "~"))
