"""Runs a command in a container like Docker's, within limits, and watches how much it takes.

What is real here: namespaces, the file system in layers, masked paths, capabilities, the filter on
system calls (inside.py says how), and, where this machine lets us make control groups, the limits
of memory and processor time. Where it does not, `Machine.words` says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_PERIOD_US = 100_000
_EVERY_S = 0.02


@dataclass(frozen=True)
class Limits:
    """What a container may use, in all."""

    memory_bytes: int
    cores: float


@dataclass(frozen=True)
class Finished:
    """How a command ended, and what it took."""

    code: int | None  # None: it had not ended in time
    output: str
    wall_s: float
    peak_bytes: int  # of all its processes, at its highest
    killed_for_memory: int  # processes that the kernel ended since memory ran out


@dataclass(frozen=True)
class Container:
    """File systems from the lowest up, and the layer into which everything is written."""

    images: tuple[Path, ...]  # the uppermost first
    layer: Path
    binds: tuple[str, ...] = ()  # of the host's, to be seen at the same place
    environment: Mapping[str, str] = field(default_factory=dict)
    shows_groups: bool = True  # whether it can read what its limits are

    def run(
        self, command: Sequence[str], *, limits: Limits | None = None, limit_s: float
    ) -> Finished:
        """Runs a command to its end or until its time is up; nothing of it is left running."""
        with contextlib.ExitStack() as closing:
            root, work = (self.layer.parent / name for name in ("root", "work"))
            for folder in (self.layer, root, work):
                folder.mkdir(parents=True, exist_ok=True)
            group = closing.enter_context(_group(limits))
            asked = {
                "groups": list(map(str, group.folders)),
                "shows_groups": self.shows_groups,
                "images": list(map(str, self.images)),
                "layer": str(self.layer),
                "work": str(work),
                "root": str(root),
                "binds": list(self.binds),
                "command": list(command),
                "environment": {
                    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "HOME": "/root",
                    **self.environment,
                },
            }
            return _watched(asked, group, limit_s)


def _watched(asked: Mapping[str, object], group: _Group, limit_s: float) -> Finished:
    unshare = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]
    inside = [sys.executable, str(Path(__file__).with_name("inside.py")), json.dumps(asked)]
    started = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*unshare, *inside], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        watch = _Watch(process.pid)
        code: int | None
        try:
            code = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            process.kill()
            process.wait()
            watch.stop()
        wall_s = time.monotonic() - started
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    peak_bytes = max(watch.peak_bytes, group.peak_bytes())
    return Finished(code, text, wall_s, peak_bytes, group.killed_for_memory())


# --------------------------------------------------------------------------- memory


class _Watch:
    """Looks again and again at how much memory a process's descendants hold.

    A control group knows better, but does not count what an earlier one has read into the cache.
    """

    def __init__(self, pid: int) -> None:
        self.peak_bytes = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_EVERY_S):
            held = sum(map(proportional_bytes, descendants(self._pid)))
            self.peak_bytes = max(self.peak_bytes, held)


def descendants(pid: int) -> Iterator[int]:
    """Yields the processes that came from one, itself left out."""
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                yield child
                yield from descendants(child)


def proportional_bytes(pid: int) -> int:
    """The memory of a process, what it shares divided among those who share it."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


# --------------------------------------------------------------------------- limits


@dataclass(frozen=True)
class _Group:
    """A control group: its folders, and where the kernel counts what it took and what it killed."""

    folders: tuple[Path, ...] = ()
    counter: Path | None = None
    peak: Path | None = None

    def peak_bytes(self) -> int:
        """The most memory that it held, files in the cache included; 0 if the kernel is silent."""
        return int(self.peak.read_text()) if self.peak and self.peak.exists() else 0

    def killed_for_memory(self) -> int:
        if self.counter is None:
            return 0
        rows = (line.split() for line in self.counter.read_text().splitlines())
        return next((int(row[1]) for row in rows if row[0] == "oom_kill"), 0)


@contextlib.contextmanager
def _group(limits: Limits | None) -> Iterator[_Group]:
    if limits is None:
        yield _Group()
        return
    name = f"rehearsal-{os.getpid()}"
    quota = int(limits.cores * _PERIOD_US)
    group = _Group()
    settings: dict[Path, object] = {}
    if (_GROUPS / "cgroup.controllers").exists():
        folder = _GROUPS / name
        settings = {
            folder / "memory.max": limits.memory_bytes,
            folder / "cpu.max": f"{quota} {_PERIOD_US}",
        }
        group = _Group((folder,), folder / "memory.events", folder / "memory.peak")
    elif (_GROUPS / "memory").is_dir():
        memory, cpu = _GROUPS / "memory" / name, _GROUPS / "cpu" / name
        settings = {
            memory / "memory.limit_in_bytes": limits.memory_bytes,
            cpu / "cpu.cfs_period_us": _PERIOD_US,
            cpu / "cpu.cfs_quota_us": quota,
        }
        group = _Group(
            (memory, cpu), memory / "memory.oom_control", memory / "memory.max_usage_in_bytes"
        )
    made: list[Path] = []
    try:
        try:
            for folder in group.folders:
                folder.mkdir(exist_ok=True)
                made.append(folder)
            for path, value in settings.items():
                path.write_text(str(value))
        except OSError:
            group = _Group()
        yield group
    finally:
        for folder in made:
            _remove(folder)


def _remove(folder: Path) -> None:
    """Removes a group; its last processes may need a moment to be gone."""
    for _ in range(100):
        with contextlib.suppress(OSError):
            folder.rmdir()
            return
        time.sleep(0.05)


def limits_are_real() -> bool:
    """Whether this machine lets us limit what a container uses."""
    with _group(Limits(1 << 30, 1.0)) as group:
        return bool(group.folders)
