"""Writes a report whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from grader.errors import NotWrittenError


def write_whole(path: Path, data: bytes) -> None:
    """Replaces a file at once: a reader finds the old content or the new, never a part.

    The data goes to a new file in the same directory, down to the disk, and takes the place of
    the old one. Whatever fails before that leaves the old file as it was.

    Raises:
        NotWrittenError: with the reason.
    """
    draft = path.with_name(f".{path.name[:200]}.{os.urandom(6).hex()}")
    try:
        try:
            # O_EXCL: a link that somebody laid there is not followed; the umask sets who may read
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
        _settle(path.parent)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NotWrittenError(f"{path}: could not be written: {reason}") from error


def _settle(directory: Path) -> None:
    """Makes the new name last through a power cut, where the system can do that."""
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems refuse; the file itself is safe
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
