"""Desks on another machine: what a Dask worker runs.

Theory of operation. The grader sends each worker the assignment once, as the bytes of its files (a
`Parcel`), and then tasks. A Dask worker answers tasks in threads, and forking beside threads is
not safe; so each thread takes a desk that stands in a process of its own, a plain interpreter,
which reads tasks from a socket and writes back what was marked. It loads the assignment when it
starts; the files lie on the disk for that long only, where nobody else can read them. There are
never more desks than threads.

A desk's process ends when its Dask worker does, however that comes: then the socket is closed. It
also ends when it is told to, and when there was nothing to do for a while, so that a grader which
was killed leaves nothing running on the machines of others. It takes its launchers along.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from copy import deepcopy
from importlib import metadata
from multiprocessing.connection import Connection
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from grader.classroom.desk import Desk, Marked, Task
from grader.classroom.desks import ATTEMPTS, GRACE_S, DeskError, answer, stop
from grader.classroom.review import Marks
from grader.errors import AuthorError, IsolationError, UsageError
from grader.harness import harness_digest
from grader.model import Assignment, Raises
from grader.pipeline import read_assignment
from grader.sandbox import Launcher, start_launcher
from grader.sandbox.supervisor import IsolationMode

Answer: TypeAlias = Marked | AuthorError | DeskError
"""What comes back of a task. Nothing is raised: Dask would log the task, with a student's code."""

_START: Final = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from grader.classroom.remote import serve; serve(int(sys.argv[1]))"
)


class Parcel(Struct, frozen=True):
    """All that a machine needs to mark by an assignment."""

    run: str  # names the run that it belongs to
    config: str  # the name of the config among the files
    files: Mapping[str, bytes]  # relative path -> content
    digest: str  # the assignment's
    marks: Marks
    isolation: IsolationMode
    secrets: tuple[str, ...]  # of the grader's machine; here only if both see the same files
    limit_s: float  # what a submission may take at most
    machine: Machine  # the grader's own
    idle_s: float = 120.0  # after which a desk that has nothing to do ends

    def __repr__(self) -> str:
        """Names the run alone: Dask may log what it is sent."""
        return f"Parcel({self.run!r})"


class Machine(Struct, frozen=True):
    """What marks hang on beside the assignment and the submission."""

    harness: str
    python: str
    packages: Mapping[str, str]

    def differences(self, other: Machine) -> str:
        """Says in what another machine differs; nothing if both mark alike."""
        told = []
        if self.python != other.python:
            told.append(f"Python {other.python} there, {self.python} here")
        told += [
            f"{name} {other.packages.get(name)} there, {version} here"
            for name, version in self.packages.items()
            if other.packages.get(name) != version
        ]
        if self.harness != other.harness and not told:
            told.append("another grader is installed there")
        return "; ".join(told)


def this_machine(packages: Sequence[str]) -> Machine:
    """Returns what marks hang on here.

    Args:
        packages: what students may import, beside those that the grader knows.
    """
    names = dict.fromkeys(("numpy", "torch", *packages))
    versions = {name: _version(name) for name in names}
    return Machine(harness_digest(), platform.python_version(), versions)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # sklearn is of scikit-learn
        if known := metadata.packages_distributions().get(name):
            return metadata.version(known[0])
        with suppress(ImportError, ValueError):
            if importlib.util.find_spec(name) is not None:
                return "of unknown version"
        return "missing"


# --------------------------------------------------------------------------- in the Dask worker

_POOLS: dict[str, _Pool] = {}
_CLOSED: set[str] = set()
_LOCK = threading.Lock()


def mark(task: Task, parcel: Parcel) -> Answer:
    """Marks one submission at a free desk of this machine's."""
    with _LOCK:
        if parcel.run in _CLOSED:
            return DeskError("the run has ended")
        pool = _POOLS.get(parcel.run)
        if pool is None:
            _hide()
            hidden = replace(parcel, secrets=(*parcel.secrets, *_own_secrets()))
            pool = _POOLS[parcel.run] = _Pool(hidden)
    return pool.mark(task)


def close(run: str) -> None:
    """Ends what was started here for a run, and refuses what may still come of it."""
    with _LOCK:
        _CLOSED.add(run)
        pool = _POOLS.pop(run, None)
    if pool is not None:
        pool.close()


def _hide() -> None:
    """Keeps other processes of our user out of our memory, which holds the reference."""
    if sys.platform == "linux":
        from grader.sandbox import kernel

        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)


def _own_secrets() -> tuple[str, ...]:
    """Where Dask may lay what it was sent when memory is short, and what it proves itself with."""
    import dask
    from distributed import get_worker

    key = dask.config.get("distributed.comm.tls.worker.key", None)
    return (str(get_worker().local_directory), *([str(key)] if key else []))


class _Pool:
    """The desks of one run in this process. Any thread may use it."""

    def __init__(self, parcel: Parcel) -> None:
        self._parcel = parcel
        self._lock = threading.Lock()
        self._free: list[_Member] = []
        self._all: list[_Member] = []
        self._closed = False

    def mark(self, task: Task) -> Answer:
        how = ""
        for _ in range(ATTEMPTS):
            member = self._take()
            if member is None:
                return DeskError("the run has ended")
            found = member.ask(task, self._parcel.limit_s)
            if not isinstance(found, str):
                self._give_back(member)
                return found
            how = found
            self._dismiss(member)
        return DeskError(f"the process that marked {task.id} {how}, {ATTEMPTS} times")

    def _take(self) -> _Member | None:
        with self._lock:
            while self._free:
                member = self._free.pop()
                if member.process.poll() is None:
                    return member
                self._all.remove(member)  # it had nothing to do for long
                member.end()
            if self._closed:
                return None
            member = _Member(self._parcel)
            self._all.append(member)
            return member

    def _give_back(self, member: _Member) -> None:
        with self._lock:
            self._free.append(member)

    def _dismiss(self, member: _Member) -> None:
        with self._lock:
            self._all.remove(member)
        member.end()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            members = list(self._all)
            free, self._free = self._free, []
        for member in members:
            member.process.terminate()
        until = time.monotonic() + GRACE_S
        for member in members:
            member.wait(until)
        for member in free:  # whoever is asked something has a thread that does this
            member.end()


class _Member:
    """A desk's process, seen from the Dask worker's."""

    def __init__(self, parcel: Parcel) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _START, str(theirs.fileno()), *sys.path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C ends the Dask worker, and that us
            )
        self._wire = Connection(ours.detach())
        with suppress(OSError):  # it has ended: noticed when it should answer
            self._wire.send(parcel)

    def ask(self, task: Task, limit_s: float) -> Answer | str:
        """Returns what a task came to, or how the process failed."""
        try:
            self._wire.send(task)
            if not self._wire.poll(limit_s):
                return "took too long"
            found: Any = self._wire.recv()
        except (OSError, EOFError):
            self.wait(time.monotonic() + GRACE_S)
            return f"ended (exit code {self.process.returncode})"
        answered: Answer = found
        return answered

    def wait(self, until: float) -> None:
        """Waits for the end of the process, and brings it about in the end."""
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def end(self) -> None:
        self._wire.close()
        self.process.terminate()
        self.wait(time.monotonic() + GRACE_S)


# --------------------------------------------------------------------------- in the desk's process


def serve(descriptor: int) -> None:
    """Answers tasks until the Dask worker hangs up, or has had nothing to ask for a while."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, stop)
    wire = Connection(descriptor)
    parcel: Parcel = wire.recv()
    tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(wire, tasks), daemon=True).start()
    try:
        desk = desk_of(parcel)
    except AuthorError as error:
        tasks.get()
        wire.send(error)
        return
    with desk, suppress(queue.Empty):
        while True:
            wire.send(answer(desk, tasks.get(timeout=parcel.idle_s)))


def _listen(wire: Connection, tasks: queue.SimpleQueue[Task]) -> None:
    """Takes tasks in, and ends the process when there will be none any more."""
    with suppress(EOFError, OSError):
        while True:
            tasks.put(wire.recv())
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


def _refuse_reading(assignment: Assignment) -> None:
    """Refuses a reference that reads files when it is called: here they are gone by then.

    It would refuse what it should answer, and errors would not be carried forward.
    """
    for question in assignment.questions:
        ordinary = (case for case in question.cases if not isinstance(case.expected, Raises))
        case = next(ordinary, None)
        if question.reference is None or case is None:
            continue
        try:
            question.reference(*deepcopy(case.args))
        except OSError as error:
            raise UsageError(
                f"the reference of {question.id} reads a file when it is called "
                f"({error.strerror}), which a cluster's workers keep no longer than they load it; "
                "read it at the top of the module"
            ) from error


def desk_of(parcel: Parcel) -> Desk:
    """Loads the assignment of a parcel; its files are gone from the disk when it is done.

    Raises:
        UsageError: marks would differ here, or the assignment cannot be used.
    """
    differ = parcel.machine.differences(this_machine(tuple(parcel.machine.packages)))
    if differ:
        raise UsageError(f"{platform.node()} marks otherwise: {differ}")
    with tempfile.TemporaryDirectory(prefix="grader-") as directory:  # mode 0700
        root = Path(directory)
        for name, content in parcel.files.items():
            inside = PurePosixPath(name)
            if inside.is_absolute() or ".." in inside.parts:
                raise UsageError(f"{name}: does not lie with the assignment")
            path = root / inside
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        try:
            assignment = read_assignment(root / parcel.config)
        except AuthorError as error:
            said = str(error).replace(f"{root}{os.sep}", "")
            raise UsageError(f"{platform.node()}: cannot load the assignment: {said}") from error
    if assignment.digest != parcel.digest:
        raise UsageError("the assignment changed while it was sent; start again")
    _refuse_reading(assignment)

    def open_launcher(imports: tuple[str, ...]) -> Launcher:
        secrets = [path for path in map(Path, parcel.secrets) if path.exists()]
        with ExitStack() as unless_all_is_well:
            launcher = unless_all_is_well.enter_context(
                start_launcher(
                    assignment.limits, imports=imports, isolation=parcel.isolation, secrets=secrets
                )
            )
            if parcel.isolation == "required" and not launcher.isolation.refused.get("network"):
                raise IsolationError(
                    f"{platform.node()}: submissions could connect to the cluster, which runs "
                    "whatever it is told; use machines whose kernel has seccomp"
                )
            unless_all_is_well.pop_all()
        return launcher

    return Desk(assignment, open_launcher, parcel.marks)
