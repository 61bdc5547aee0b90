"""What the tests of the sandbox share: small submissions, and short ways to run them."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from grader.model import Chunk, Limits, Loaded, Observation, Submission
from grader.sandbox import Launcher

LIMITS = Limits(load_s=30, call_s=30, submission_s=120, memory_bytes=256 << 20)


def submission(
    *texts: str, label: str = "solution.py", helpers: Mapping[str, bytes] | None = None
) -> Submission:
    """A submission of one file, or of several cells."""
    chunks = [Chunk(label, textwrap.dedent(text)) for text in texts]
    if len(texts) > 1:
        chunks = [Chunk(f"cell {i}", chunk.text) for i, chunk in enumerate(chunks, 1)]
    return Submission("id", label, tuple(chunks), helpers=helpers or {})


class Run:
    """Loads and calls in one go; keeps what loading came to."""

    def __init__(self, launcher: Launcher) -> None:
        self.launcher = launcher
        self.loaded = Loaded()

    def load(self, *texts: str, **options: Any) -> Loaded:
        with self.launcher.open(submission(*texts, **options)) as session:
            self.loaded = session.loaded
        return self.loaded

    def call(self, text: str, *args: Any, function: str = "f") -> Observation:
        with self.launcher.open(submission(text)) as session:
            self.loaded = session.loaded
            return session.call(function, args)


def children_of(pid: int) -> list[int]:
    """Ids of a process's children, the dead ones too."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                found.append(int(place.name))
    return found


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(holds: Callable[[], bool], limit_s: float = 5.0) -> bool:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False
