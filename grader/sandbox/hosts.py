"""Where workers come from, seen from the trusted side: what both kinds of hosts have in common.

A host gives a `Worker`, which has said that it is ready and how it is confined, and tells how it
ended. forking.py holds one launcher process; when that does not answer it is of no more use
(`LostError`), and the supervisor makes another. spawning.py needs nothing that only Linux has.
"""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from grader.sandbox import answers, interpreter, scratch
from grader.sandbox.channel import Channel

if TYPE_CHECKING:
    from grader.model import Isolation, Limits

START_S: Final = 120.0
"""For a launcher's imports, on a slow disk and half a core."""
ANSWER_S: Final = 15.0
"""For a fork, or the end of a process that holds a lot of memory."""


class LostError(Exception):
    """The launcher died or does not answer."""


class Settings(Struct, frozen=True):
    """What every launcher of one supervisor is started with."""

    limits: Limits
    imports: tuple[str, ...]  # beside NumPy, before the first worker
    isolation: Literal["required", "preferred", "off"]
    without: frozenset[str]
    secrets: tuple[Path, ...]
    answer_s: float


def with_fewer_imports(settings: Settings) -> Settings:
    """Return the settings for another try, when a launcher was lost before it was up."""
    torch = tuple(module for module in settings.imports if module == "torch")
    return replace(settings, imports=() if torch == settings.imports else torch)


class Worker(Struct, frozen=True):
    """A process that has said it is ready, and that nothing of the student's has reached yet."""

    number: int
    pid: int
    scratch: Path
    channel: Channel
    isolation: Isolation
    cpu_clock: int | None
    host: Host


class Host(Protocol):
    """Starts and ends workers."""

    @property
    def is_up(self) -> bool: ...
    def start(self) -> Worker: ...
    def allow(self, worker: Worker, *, files: int, size: int) -> None: ...
    def end(self, worker: Worker, *, grace_s: float = 0.0) -> answers.Ending: ...
    def dismiss(self, worker: Worker, *, another: bool) -> None: ...
    def close(self, grace_s: float = 2.0) -> None: ...


def open_channel(limits: Limits) -> tuple[Channel, tuple[socket.socket, ...]]:
    """Make the three connections with a worker: our ends as a channel, and the worker's ends."""
    with contextlib.ExitStack() as stack:
        pairs = []
        for _ in range(3):
            pairs.append(socket.socketpair())
            for one in pairs[-1]:
                stack.callback(one.close)
        ours, theirs = zip(*pairs, strict=True)
        channel = Channel(*ours, output_bytes=limits.output_bytes)
        stack.pop_all()
    return channel, theirs


def make_base() -> Path:
    """Make the directory that holds all scratch directories of a host, and the canary in it."""
    named = (os.environ.get(name, "") for name in ("TMPDIR", "TEMP", "TMP"))
    base = scratch.make_base((*named, "/tmp", "/var/tmp", "/dev/shm"))
    canary = base / "canary"
    canary.touch(mode=0o600)
    canary.write_bytes(os.urandom(32))
    return base


def config_for(settings: Settings, base: Path) -> dict[str, Any]:
    """Return what a launcher or a spawned worker is told first, as plain data."""
    limits = settings.limits
    return {
        "grader": os.getpid(),
        "base": str(base),
        "imports": list(settings.imports),
        "start_s": START_S,
        "isolation": settings.isolation,
        "without": sorted(settings.without),
        "secrets": [str(secret.resolve()) for secret in settings.secrets],
        "installed": interpreter.installed(),
        "reply_bytes": limits.reply_bytes,
        "limits": {
            "memory_bytes": limits.memory_bytes,
            "file_bytes": limits.file_bytes,
            "processes": limits.processes,
            "cpu_s": cpu_limit_s(limits),
        },
    }


def cpu_limit_s(limits: Limits) -> int:
    """Return the processor time of a worker's whole life: what its submission gets by the clock."""
    return max(1, int(limits.submission_s + limits.load_s + 0.5))
