"""The trusted side's door: keeps a launcher alive, and opens a session for each submission.

Nothing that a submission does is raised, it is told (session.py). What the grader itself cannot
mend is: `SandboxFault` when a launcher is lost twice in a row, `IsolationError` when a required
layer of isolation is missing.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from grader.errors import IsolationError, SandboxFault
from grader.model import Isolation, Limits
from grader.sandbox import answers, container, hosts
from grader.sandbox.forking import ForkingHost
from grader.sandbox.session import Session
from grader.sandbox.spawning import SpawningHost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.model import Submission

IsolationMode = Literal["required", "preferred", "off"]


def start_launcher(
    limits: Limits,
    *,
    imports: tuple[str, ...] = (),
    isolation: IsolationMode = "required",
    secrets: Sequence[Path] = (),
    without: frozenset[str] = frozenset(),
    fork: bool | None = None,
    answer_s: float = hosts.ANSWER_S,
) -> Launcher:
    """Start the process that student code will be forked from; return at once.

    Its imports run beside the caller's own. The first use waits for it.

    Args:
        limits: What one submission may use; less memory where the container has no more.
        imports: What to import beside NumPy, so that no worker needs to; what cannot be imported
            is left to workers.
        isolation: "required": raise IsolationError unless no submission can read a secret or
            reach the grader; "preferred": as much as there is; "off": limits only.
        secrets: Files and directories that no submission may read.
        without: Layers to leave out, for tests and for looking at a machine.
        fork: False to start a new interpreter for each worker, which needs no Linux.
        answer_s: How long the launcher may take for one answer before it is replaced.

    Raises:
        SandboxFault: Python could not be started.
    """
    return Launcher(
        hosts.Settings(
            limits=container.fitting(limits, imports=imports),
            imports=imports,
            isolation=isolation,
            secrets=tuple(secrets),
            without=without,
            answer_s=answer_s,
        ),
        fork=fork,
    )


class Launcher:
    """Starts workers, and replaces its process when that is lost. Safe to share among threads."""

    def __init__(self, settings: hosts.Settings, *, fork: bool | None) -> None:
        self.limits: Final = settings.limits
        self._settings = settings
        self._forks = sys.platform == "linux" if fork is None else fork
        self._lock = threading.Lock()
        self._is_closed = False
        self._lost_in_a_row = 0
        self._spare: hosts.Worker | None = None
        self._opened = 0
        self._isolation: Isolation | None = None
        if settings.isolation == "required" and not self._forks:
            raise IsolationError(_explain(Isolation(missing=("fork: this system cannot do it",))))
        self._host: hosts.Host | None = self._new_host()
        self._is_hidden = settings.isolation == "off" or not self._forks

    @property
    def isolation(self) -> Isolation:
        """How submissions are confined, as the first worker found. Waits for it."""
        if self._isolation is None:
            worker = self.start_worker()
            with self._lock:
                left_over, self._spare = self._spare, worker
            if left_over is not None:
                self.end_worker(left_over)
        assert self._isolation is not None
        return self._isolation

    def open(self, submission: Submission) -> Session:
        """Load a submission; return the conversation with it, to be closed."""
        self._opened += 1
        return Session(self, submission)

    def close(self) -> None:
        """End all processes and remove all that they left."""
        with self._lock:
            self._is_closed = True
            if self._spare is not None:
                self._spare.channel.close()
            if self._host is not None:
                self._host.close()
            self._spare = self._host = None

    def __enter__(self) -> Launcher:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def _new_host(self) -> hosts.Host:
        try:
            if self._forks:
                return ForkingHost(self._settings)
            return SpawningHost(self._settings)
        except OSError as error:  # no directory, no descriptor, no memory: nobody's fault but ours
            raise SandboxFault(f"no launcher could be started: {error}") from error

    def start_worker(self) -> hosts.Worker:
        """Return a worker that is confined as it must be."""
        self._hide()
        while True:
            with self._lock:
                if self._is_closed:
                    raise SandboxFault("the launcher was closed while a submission needed it")
                spare, self._spare = self._spare, None
                if spare is not None:
                    return spare
                host = self._host = self._host or self._new_host()
            try:
                worker = host.start()
            except hosts.LostError as error:
                self._lose(host, error)
                continue
            if self._settings.isolation == "required" and worker.isolation.level == "none":
                self.end_worker(worker)
                raise IsolationError(_explain(worker.isolation))
            self._isolation = self._isolation or worker.isolation
            return worker

    def _hide(self) -> None:
        """Keep other processes of our user out of our memory, which holds every right answer."""
        if not self._is_hidden:
            from grader.sandbox import kernel  # late: it is Linux's only

            kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
            self._is_hidden = True

    def end_worker(self, worker: hosts.Worker, *, grace_s: float = 0.0) -> answers.Ending | None:
        """End a worker; None means that the launcher was lost or closed, and the worker with it."""
        if self._is_closed:
            worker.channel.close()
            return None
        try:
            ending = worker.host.end(worker, grace_s=grace_s)
        except hosts.LostError as error:
            self._lose(worker.host, error)
            return None
        self.is_well()
        return ending

    def dismiss_worker(self, worker: hosts.Worker) -> None:
        """End a worker that did what it was to do.

        Where there was a second submission a third is likely: the next worker gets ready while
        this one is being marked.
        """
        if self._is_closed:
            worker.channel.close()
            return
        try:
            worker.host.dismiss(worker, another=self._opened > 1)
        except hosts.LostError as error:
            self._lose(worker.host, error)

    def allow_helpers(self, worker: hosts.Worker, submission: Submission) -> None:
        """Keep the files that we place from being counted as the worker's own."""
        if submission.helpers:
            size = sum(map(len, submission.helpers.values()))
            try:
                worker.host.allow(worker, files=2 * len(submission.helpers), size=size)
            except hosts.LostError as error:
                self._lose(worker.host, error)

    def is_well(self) -> None:
        """Take note that the launcher, or a worker of it, has just done its work."""
        self._lost_in_a_row = 0

    def _lose(self, host: hosts.Host, error: hosts.LostError) -> None:
        """End a launcher that is lost, so that the next worker brings another; twice is a fault."""
        with self._lock:
            if self._host is not host:
                return  # another thread has done it
            if self._spare is not None:
                self._spare.channel.close()
            self._spare = self._host = None
            host.close(grace_s=0.5)
            if self._settings.imports and not host.is_up:  # e.g. a package that starts threads
                self._settings = hosts.with_fewer_imports(self._settings)
                return
            self._lost_in_a_row += 1
            if self._lost_in_a_row > 1:
                raise SandboxFault(f"{error} (and so was the one before)") from error


def _explain(isolation: Isolation) -> str:
    """Say what a submission could do here, why, and what an instructor can change."""
    could = [_COULD[probe] for probe in answers.VITAL if not isolation.refused.get(probe, False)]
    why = "; ".join(isolation.missing) or "layers of isolation were left out"
    return (
        f"submissions cannot be isolated on this machine: they could {', '.join(could)} "
        f"({why}). Grade on Linux 5.13 or later, or as root in a "
        "container, or pass --no-isolation if you trust every submission"
    )


_COULD: Final = {
    "read_secret": "read the reference and the hidden cases",
    "read_memory": "read the grader's memory",
    "signal": "end the grader",
    "trace": "control the grader",
}
