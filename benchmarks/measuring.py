"""How the benchmarks measure: clock, processor time, memory of all processes (Linux)."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_LOOK_S = 0.02  # between two looks at the memory


class Cost(NamedTuple):
    """What a command took, with all that it started and waited for."""

    wall_s: float
    cpu_s: float
    peak_mb: float  # 0 where it was not looked at


def run(
    command: Sequence[str], folder: Path, *, memory: bool = False, programs: Path | None = None
) -> Cost:
    """Runs a command to its end; `programs` is a folder of others that it may call.

    Raises:
        RuntimeError: with what it printed, if it failed.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    if programs is not None:
        environment["PATH"] = f"{programs}{os.pathsep}{environment['PATH']}"
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        peak = _Peak(process.pid) if memory else None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        text = said.decode("utf-8", "replace")[-3000:]
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{text}")
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, peak.stop() if peak else 0.0)


class _Peak:
    """Looks at the memory of a process and its descendants until it is stopped."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._mb = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._stopped.wait(_LOOK_S):
            self._mb = max(self._mb, sum(map(_pss_mb, _descendants(self._pid))))

    def stop(self) -> float:
        self._stopped.set()
        self._thread.join()
        return self._mb


def _descendants(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def _pss_mb(pid: int) -> float:
    """The process's proportional set size: what it shares is divided among those who share it."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def machine() -> str:
    """The machine, in a line."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    cores = len(os.sched_getaffinity(0))
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{model}, {cores} cores, Linux {platform.release()}, Python {python}"
