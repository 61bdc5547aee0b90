"""How much memory a worker can have in the container that the grader runs in.

A container's limit holds for all of its processes together, and the kernel keeps it by killing one
of them. It takes the worker first (isolation.py sees to that). But for a moment the memory of what
it killed is not free yet, and whoever asks for some just then is not told to wait: a second one is
killed, which may be the grader. So workers get less than what the container has, and meet their
own limit before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from msgspec.structs import replace

from grader.model import Limits

_OTHERS_BYTES: Final = 256 << 20
"""For the grader, a launcher, an answer that is being read, and what started the grader."""
_TORCH_BYTES: Final = 192 << 20
"""What a launcher that imported torch needs more."""
_PACKAGES_BYTES: Final = 96 << 20
"""The same, for what else it imported beside NumPy."""
_LEAST_BYTES: Final = 64 << 20
_ROOT: Final = Path("/")


def fitting(limits: Limits, *, imports: Sequence[str] = (), root: Path = _ROOT) -> Limits:
    """Return the limits with no more memory than the container can give to a worker.

    Args:
        limits: As the assignment has them.
        imports: What the launcher imports beside NumPy.
        root: Below which the system's files are.
    """
    others = _OTHERS_BYTES
    if "torch" in imports:
        others += _TORCH_BYTES
    if any(module != "torch" for module in imports):
        others += _PACKAGES_BYTES
    room = min(_limits_above(root), default=None)
    if room is None:
        return limits
    room = max(room - others, _LEAST_BYTES)
    return replace(limits, memory_bytes=min(limits.memory_bytes, room))


def _limits_above(root: Path) -> Iterator[int]:
    """Yield the limit of our control group and of each above it, as far as they can be seen."""
    groups = root / "sys" / "fs" / "cgroup"
    for controllers, path in _groups(root / "proc" / "self" / "cgroup"):
        if controllers == "":
            base, name = groups, "memory.max"
        elif "memory" in controllers.split(","):
            base, name = groups / "memory", "memory.limit_in_bytes"
        else:
            continue
        # A container may see its own group as the uppermost, whatever the path says.
        inside = PurePosixPath(path.lstrip("/"))
        for folder in {base, *(base / one for one in (inside, *inside.parents))}:
            value = _read(folder / name).strip()
            if value.isdigit():  # not "max"
                yield int(value)


def _groups(file: Path) -> Iterator[tuple[str, str]]:
    for line in _read(file).splitlines():
        _, controllers, path = line.split(":", 2)
        if ".." not in path.split("/"):
            yield controllers, path


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, ValueError):
        return ""
