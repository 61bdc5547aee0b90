"""Private directories for workers: made, watched and removed by those who own them.

What a student's process leaves behind may be nested without end, made unreadable or full of odd
names. Removal therefore never recurses and never follows a link, and counting stops early.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import stat
import time
from pathlib import Path
from typing import Final

MAX_ENTRIES: Final = 2_000
MAX_LEVELS: Final = 24
_TOO_DEEP: Final = f"it nested more than {MAX_LEVELS} directories"


def make_base(candidates: tuple[str, ...]) -> Path:
    """Make the directory that holds all scratch directories of one launcher.

    It goes to the first candidate below which another user id can reach its own directory.
    """
    usable = [Path(place) for place in candidates if place and os.access(place, os.W_OK | os.X_OK)]
    open_to_all = [place for place in usable if all(_passable(p) for p in (place, *place.parents))]
    for place in (*open_to_all, *usable):
        base = place / f"grader-{os.urandom(6).hex()}"
        base.mkdir(mode=0o711)
        base.chmod(0o711)  # whatever the umask
        return base.resolve()
    raise FileNotFoundError(f"no directory for temporary files among {', '.join(candidates)}")


def _passable(place: Path) -> bool:
    return bool(place.stat().st_mode & stat.S_IXOTH)


def excess(
    directory: Path, *, most_bytes: int, allowed_files: int = 0, allowed_bytes: int = 0
) -> str:
    """Say what the directory has outgrown, beyond what was allowed, or return an empty text."""
    entries = size = 0
    level = [str(directory)]
    for _ in range(MAX_LEVELS):
        below: list[str] = []
        for place in level:
            try:
                with os.scandir(place) as found:
                    for entry in found:
                        entries += 1
                        if entries > MAX_ENTRIES + allowed_files:
                            return f"it made more than {MAX_ENTRIES:,} files"
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
                        if entry.is_dir(follow_symlinks=False):
                            below.append(entry.path)
            except OSError as error:
                if error.errno == errno.ENAMETOOLONG:
                    return _TOO_DEEP
                continue  # it is gone meanwhile, or was closed by its owner
        # A file takes whole blocks, so that many small ones take more than their bytes.
        if size > most_bytes + allowed_bytes + allowed_files * 4096:
            return f"it wrote more than {most_bytes >> 20} MB of files"
        if not below:
            return ""
        level = below
    return _TOO_DEEP


def size_of(directory: Path) -> int:
    """Return what a directory itself takes, by which `is_as_new` knows it again."""
    return directory.stat().st_size


def is_as_new(directory: Path, size: int) -> bool:
    """Make a directory as it was before it was used; return whether that can be done.

    Nothing of it may tell the next worker what the last one knew: besides its files these are its
    mode, its times, which can be set to any number, and its size, which in some file systems
    stays when the files are gone.
    """
    try:
        directory.chmod(0o700)
        os.utime(directory)
        with os.scandir(directory) as found:
            return next(found, None) is None and size_of(directory) == size
    except OSError:
        return False


def remove(directory: Path, *, within_s: float = math.inf) -> bool:
    """Remove a directory and all it holds, however deep; what cannot be removed is left.

    Returns whether that is done. When it is not within the time, calling again goes on with it.
    """
    deadline = time.monotonic() + within_s
    while _sweep(directory, deadline):
        if time.monotonic() > deadline:
            return False
    with contextlib.suppress(OSError):
        directory.rmdir()
    return True


def _sweep(directory: Path, deadline: float) -> bool:
    """Remove the files of two levels and move the third one up, so that no path grows long.

    Returns whether there may be more for the next sweep: what moved up, or came too late.
    """
    moved = False
    for path, is_directory in _entries(directory):
        if time.monotonic() > deadline:
            return True
        with contextlib.suppress(OSError):
            if not is_directory:
                path.unlink()
                continue
            for inner, is_inner_directory in _entries(path):
                if is_inner_directory:
                    inner.chmod(0o700)  # moving a directory writes into it: its ".." changes
                    inner.rename(directory / os.urandom(16).hex())
                    moved = True
                else:
                    inner.unlink()
            path.rmdir()
    return moved


def _entries(directory: Path) -> list[tuple[Path, bool]]:
    with contextlib.suppress(OSError):
        directory.chmod(0o700)
        with os.scandir(directory) as found:
            return [(Path(entry.path), entry.is_dir(follow_symlinks=False)) for entry in found]
    return []
