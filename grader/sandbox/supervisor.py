"""The trusted side: keeps a launcher alive, and holds one conversation per submission.

`Session.call` returns an `Observation` whatever the student's function does. A worker that did
anything but answer is ended, and the next call meets a fresh one which has loaded the file again;
so one bad function costs only its own cases. Only what the grader itself cannot mend is raised:
`SandboxFault` when a launcher is lost twice in a row, `IsolationError` when a required layer of
isolation is missing.
"""

from __future__ import annotations

import errno
import sys
import threading
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, Literal

from grader.errors import IsolationError, SandboxFault
from grader.model import (
    Isolation,
    Killed,
    Limits,
    Loaded,
    LoadProblem,
    Malformed,
    NotRun,
    Observation,
    Outcome,
    TimedOut,
)
from grader.sandbox import answers, hosts, wire

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from grader.model import Submission, Value
    from grader.sandbox.channel import Exchange

IsolationMode = Literal["required", "preferred", "off"]
_GRACE_S: Final = 0.2
"""For a process whose connection closed to end by itself, so that we learn how."""
_NO_TIME: Final = NotRun("the submission's time was used up")


def start_launcher(
    limits: Limits,
    *,
    torch: bool = False,
    isolation: IsolationMode = "required",
    secrets: Sequence[Path] = (),
    without: frozenset[str] = frozenset(),
    fork: bool | None = None,
    answer_s: float = hosts.ANSWER_S,
) -> Launcher:
    """Start the process that student code will be forked from; return at once.

    Its imports run beside the caller's own. The first use waits for it.

    Args:
        limits: What one submission may use.
        torch: Import torch, too, if it is installed.
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
            limits=limits,
            torch=torch,
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
        self._isolation: Isolation | None = None
        if settings.isolation == "required" and not self._forks:
            raise IsolationError(_explain(Isolation(missing=("fork: this system cannot do it",))))
        self._host: hosts.Host | None = self._new_host()
        self._torch_available = False
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

    @property
    def torch_available(self) -> bool:
        """Whether torch was asked for and is installed. Waits for the launcher."""
        _ = self.isolation
        return self._torch_available

    def open(self, submission: Submission) -> Session:
        """Load a submission; return the conversation with it, to be closed."""
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _new_host(self) -> hosts.Host:
        try:
            if self._forks:
                return hosts.ForkingHost(self._settings)
            return hosts.SpawningHost(self._settings)
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
            self._torch_available = host.torch_available
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


class Session:
    """The conversation with one submission. Not to be shared among threads."""

    def __init__(self, launcher: Launcher, submission: Submission) -> None:
        self._launcher = launcher
        self._limits = launcher.limits
        self._submission = submission
        self._worker: hosts.Worker | None = None
        self._definitions_only = False
        self._unusable: NotRun | None = None
        self._is_used = False  # an earlier call may have left something in the worker
        self._memory = answers.out_of_memory(self._limits.memory_bytes)
        self._spent_s = 0.0
        try:
            self._loaded = self._load_first()
        except BaseException:
            self.close()
            raise

    @property
    def loaded(self) -> Loaded:
        """What running the file's top level came to, the first time."""
        return self._loaded

    def call(self, function: str, args: tuple[Value, ...]) -> Observation:
        """Call one of the student's functions with a fresh copy of `args`; tell what it came to."""
        request = wire.encode(("call", function, args))
        while True:
            worker = self._ready()
            if worker is None:
                return Observation(self._unusable or _NO_TIME)
            limit_s = min(self._limits.call_s, self._left_s())
            if limit_s <= 0:
                return Observation(_NO_TIME)
            was_used, self._is_used = self._is_used, True
            exchange = self._ask(worker, request, limit_s, may_be_deaf=was_used)
            answer = self._answer(exchange, len(args))
            if was_used and _may_be_anothers(exchange, answer):
                self._drop()
                continue
            if answer is not None:
                self._launcher.is_well()
                if answer.outcome == self._memory or answer.outcome is answers.NO_REPLY:
                    self._drop()
                return _observed(exchange, answer.outcome, answer.changed_inputs)
            outcome = self._ended(exchange, limit_s)
            if isinstance(outcome, TimedOut) and limit_s < self._limits.call_s:
                return _observed(exchange, _NO_TIME)
            if outcome is not None:
                return _observed(exchange, outcome)

    def _answer(self, exchange: Exchange, arguments: int) -> answers.Answer | None:
        if exchange.end != "reply":
            return None
        return answers.called(exchange.payload, arguments=arguments, memory=self._memory)

    def close(self) -> None:
        """End the worker and all that it left."""
        self._drop()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _left_s(self) -> float:
        return self._limits.submission_s - self._spent_s

    def _ask(
        self, worker: hosts.Worker, request: bytes, limit_s: float, *, may_be_deaf: bool = False
    ) -> Exchange:
        exchange = worker.channel.ask(
            request,
            limit_s=limit_s,
            reply_bytes=self._limits.reply_bytes,
            cpu_clock=worker.cpu_clock,
            may_be_deaf=may_be_deaf,
        )
        self._spent_s += exchange.wall_s
        return exchange

    def _ready(self) -> hosts.Worker | None:
        """Return a worker that has loaded the file and waits; None when there will be none."""
        if self._worker is not None and not self._worker.channel.is_silent():
            self._drop()  # it died since the last reply, or said something unasked
        while self._worker is None and self._unusable is None and self._left_s() > 0:
            self._load()
        return self._worker

    def _drop(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            self._launcher.end_worker(worker)

    def _ended(self, exchange: Exchange, limit_s: float) -> _Failure | None:
        """End a worker that did not reply; return why it did not. None: for no fault of its own."""
        worker, self._worker = self._worker, None
        assert worker is not None
        grace_s = _GRACE_S if exchange.end == "gone" else 0.0
        ending = self._launcher.end_worker(worker, grace_s=grace_s)
        if exchange.end == "late":
            return TimedOut(limit_s)
        if exchange.end == "cpu":
            return answers.out_of_cpu(limit_s)
        if exchange.end in ("garbled", "deaf"):
            return answers.NO_REPLY
        if ending is None:
            return None
        cpu_limit_s = hosts.cpu_limit_s(self._limits)
        memory_bytes = self._limits.memory_bytes
        killed = answers.killed(ending, memory_bytes=memory_bytes, cpu_limit_s=cpu_limit_s)
        return killed or answers.HUNG_UP

    # --------------------------------------------------------------- loading

    def _load_first(self) -> Loaded:
        """Load the file; say what that came to, of which later calls remind nobody."""
        first: Exchange | None = None
        failure: _Failure | None = None
        found: _Found = ((), ())
        wall_s = 0.0
        while self._worker is None and self._unusable is None:
            exchange, result = self._load()
            wall_s += exchange.wall_s
            if result is None:
                continue
            first = first or exchange
            if isinstance(result, tuple):
                found = result
            else:
                failure = failure or result
        return Loaded(
            functions=found[0],
            problems=found[1],
            failure=failure,
            definitions_only=self._worker is not None and self._definitions_only,
            stdout="" if first is None else first.stdout,
            stderr="" if first is None else first.stderr,
            wall_s=wall_s,
        )

    def _load(self) -> tuple[Exchange, _Found | _Failure | None]:
        """Load the file in a fresh worker, which `self._worker` is when that went well.

        Returns what was found, or why not, or None when it was for no fault of the file's. After
        a failure the next attempt is with definitions only, and after that there is none.
        """
        self._worker, self._is_used = self._launcher.start_worker(), False
        worker = self._worker
        self._launcher.allow_helpers(worker, self._submission)
        unplaced = _place(self._submission, worker.scratch)
        chunks = [(chunk.label, chunk.text) for chunk in self._submission.chunks]
        limit_s = max(0.0, min(self._limits.load_s, self._left_s()))
        request = wire.encode(("load", chunks, self._definitions_only))
        exchange = self._ask(worker, request, limit_s)
        failure: _Failure | None
        if exchange.end == "reply":
            found = answers.loaded(exchange.payload)
            if isinstance(found, tuple):
                return exchange, (found[0], unplaced + found[1])
            failure = found or self._memory
            self._drop()
        else:
            failure = self._ended(exchange, limit_s)
        if failure is not None:
            if self._left_s() <= 0:
                self._unusable = _NO_TIME
            elif self._definitions_only:
                self._unusable = NotRun(f"the file could not be loaded: {_in_words(failure)}")
            self._definitions_only = True
        return exchange, failure


def _may_be_anothers(exchange: Exchange, answer: answers.Answer | None) -> bool:
    """Whether an earlier call in the same worker may have done this, so that a fresh one is asked.

    A reply that was not asked for, a worker that is busy with something else, memory that is full.
    """
    if answer is None:
        return exchange.end in ("garbled", "deaf")
    return answer.outcome is answers.NO_REPLY or isinstance(answer.outcome, Killed)


_Failure = TimedOut | Killed | Malformed
_Found = tuple[tuple[str, ...], tuple[LoadProblem, ...]]


def _in_words(failure: _Failure) -> str:
    if isinstance(failure, TimedOut):
        return f"it had not come to its end after {failure.limit_s:g} s"
    return failure.detail if isinstance(failure, Killed) else f"it {failure.why}"


def _observed(
    exchange: Exchange, outcome: Outcome, changed_inputs: tuple[int, ...] = ()
) -> Observation:
    return Observation(
        outcome=outcome,
        stdout=exchange.stdout,
        stderr=exchange.stderr,
        changed_inputs=changed_inputs,
        wall_s=exchange.wall_s,
    )


_FAULTS_OF_THE_MACHINE: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
)


def _place(submission: Submission, scratch: Path) -> tuple[LoadProblem, ...]:
    """Write helper files beside the solution; return those that could not be.

    Nothing of the student's has run in this directory, so no link in it leads anywhere.
    """
    problems = []
    for name, content in submission.helpers.items():
        path = PurePosixPath(name)
        target = scratch.joinpath(*path.parts)
        try:
            if path.is_absolute() or ".." in path.parts or not path.parts:
                raise OSError("its path leads out of the submission")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            target.chmod(0o644)
            for above in target.relative_to(scratch).parents[:-1]:
                (scratch / above).chmod(0o755)
        except (OSError, ValueError) as error:
            if getattr(error, "errno", None) in _FAULTS_OF_THE_MACHINE:
                raise SandboxFault(f"helper files could not be written: {error}") from error
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            problems.append(LoadProblem(label=name[:200], line=0, what=f"not placed: {why}"))
    return tuple(problems)
