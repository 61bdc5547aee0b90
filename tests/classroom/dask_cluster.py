"""A Dask cluster on this machine: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of libraries about one another
    from distributed import Client

PATIENCE_S = 90.0


@dataclass
class Cluster:
    """Processes that a test started; all of them end with it."""

    root: Path
    address: str = ""
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    scheduler: subprocess.Popen[bytes] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def __enter__(self) -> Cluster:
        self.root.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start_scheduler(self, *options: str) -> None:
        file = self.root / "scheduler.json"
        self.scheduler = self._start(
            "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", str(file), *options,
        )  # fmt: skip
        wait_until(file.exists)
        wait_until(lambda: bool(file.read_text()))
        self.address = json.loads(file.read_text())["address"]

    def start_worker(
        self, *options: str, threads: int = 1, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        worker = self._start(
            "dask_worker", self.address, "--nthreads", str(threads), "--no-nanny",
            "--no-dashboard", "--local-directory", str(self.root), *options,
            environment=environment,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def wait_for_workers(self, count: int) -> None:
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=PATIENCE_S)

    def _start(
        self, module: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        log = (self.root / f"{module}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{module}", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.root,
                env={**os.environ, **self.environment, **(environment or {})},
            )

    def stop(self) -> None:
        started = [*self.workers, *([self.scheduler] if self.scheduler else [])]
        for process in started:
            process.kill()  # what they started ends by itself, or a test will say so
        for process in started:
            process.wait()


@contextmanager
def cluster_of(root: Path, workers: int, threads: int = 1) -> Iterator[Cluster]:
    """A scheduler with so many workers, which are there when the block begins."""
    with Cluster(root) as cluster:
        cluster.start_scheduler()
        for _ in range(workers):
            cluster.start_worker(threads=threads)
        if workers:
            cluster.wait_for_workers(workers)
        yield cluster


def descendants(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """What a process has started, and that has started."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def end_at_once(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def wait_until(true: object, patience_s: float = PATIENCE_S) -> None:
    until = time.monotonic() + patience_s
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.05)
