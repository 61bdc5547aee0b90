"""Marks a class on a Dask cluster: hands tasks to its workers, takes back what was marked.

Everything here is done in the grader's own process; what the workers do is in remote.py. The
assignment travels once, as data that all tasks depend on: Dask brings it to each machine that gets
a task, one that joins late too, and brings it again if the machine that held it is lost. At any
time there are a few more tasks under way than the cluster has threads, so that neither the
scheduler nor the grader ever holds the whole class, and every result leaves the cluster as soon as
it is there.

A worker that is lost costs nothing: Dask gives its tasks to others. A task under which several
workers died is reported as a fault of ours; when all workers are gone for a while the run ends,
and what was marked can be taken up again.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct

from grader.classroom import remote
from grader.classroom.desk import Desk, Marked, Task
from grader.classroom.desks import SPARE_S, DeskError
from grader.classroom.extras import extra
from grader.classroom.run import MarkAll, longest_s
from grader.errors import AuthorError, GraderFault, UsageError
from grader.sandbox.supervisor import IsolationMode

if TYPE_CHECKING:
    from distributed import Client, Future

Say: TypeAlias = Callable[[str], object]

CONNECT_S: Final = 15.0
WORKERS_S: Final = 120.0
"""How long the first worker may take to come."""
GONE_S: Final = 60.0
"""How long there may be no worker at all; one that died is started again by Dask within seconds."""
_LOOK_S: Final = 2.0  # between two looks at who works
_FETCH_S: Final = 30.0  # for results that are there to be brought here
_AHEAD: Final = 2  # tasks under way for each thread
_REMEDY: Final = "what was marked is kept; start again with --resume"


class ClusterError(GraderFault):
    """The cluster was lost before all was marked."""


class Sent(Struct, frozen=True):
    """What is sent of a course, and how it is to be used."""

    config: Path
    packages: tuple[str, ...]  # that students may import
    isolation: IsolationMode
    secrets: tuple[Path, ...] = ()  # what no submission may read, should a worker see our files


@contextmanager
def cluster(address: str, sent: Sent, say: Say) -> Iterator[MarkAll]:
    """Connects to a cluster; gives what marks a class there.

    Args:
        address: of the scheduler: tls://host:port, or tcp:// where nobody else can reach it.
        sent: the course.
        say: is told what takes a while.

    Raises:
        UsageError: there is no cluster, no worker, or one that would mark otherwise.
    """
    distributed = extra("distributed", option="--cluster", name="cluster")
    for noisy in ("distributed", "distributed.client", "distributed.core", "distributed.comm"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)  # what is lost is told by us
    try:
        asyncio.run(_knock(address))
        client: Client = distributed.Client(
            address, timeout=CONNECT_S, set_as_default=False, name="grader"
        )
    except (OSError, ValueError, TypeError, RuntimeError, asyncio.TimeoutError) as error:
        raise UsageError(
            f"--cluster {address}: no Dask scheduler answers there ({_brief(error)}); give the "
            "address that `dask scheduler` prints, e.g. tls://10.0.0.5:8786"
        ) from error
    runs: list[_Run] = []
    interrupted = threading.Event()
    try:
        machine = remote.this_machine(sent.packages)
        _wait_for_workers(client, address, say)
        _compare(client, machine, sent.packages)

        def mark(tasks: Iterable[Task], make_desk: Callable[[], Desk]) -> Iterator[Marked]:
            with make_desk() as desk, _noting_interrupts(interrupted):
                parcel = _parcel(desk, sent, machine)
                runs.append(_Run(client, parcel, desk, interrupted))
                yield from runs[-1].work(iter(tasks))

        yield mark
    finally:
        for run in runs:
            run.close()
        with suppress(OSError, asyncio.TimeoutError):
            client.close(timeout=5)


@contextmanager
def _noting_interrupts(interrupted: threading.Event) -> Iterator[None]:
    """Notes each Ctrl-C: Python drops one that comes within a destructor, and Dask has many."""

    def note(number: int, frame: FrameType | None) -> None:
        interrupted.set()
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


async def _knock(address: str) -> None:
    """Raises unless somebody answers; a client that cannot connect would not be taken down well."""
    from distributed import Security
    from distributed.comm import connect

    options = Security().get_connection_args("client")
    comm = await connect(address, timeout=CONNECT_S, **options)
    await comm.close()


def _brief(error: BaseException) -> str:
    return str(error).partition("\n")[0][:200] or type(error).__name__


def _wait_for_workers(client: Client, address: str, say: Say) -> None:
    if client.nthreads():
        return
    say(f"{address} has no workers yet; waiting up to {WORKERS_S:g} s for the first …")
    until = time.monotonic() + WORKERS_S
    while not client.nthreads():
        if time.monotonic() > until:
            raise UsageError(
                f"--cluster {address}: no worker came within {WORKERS_S:g} s; start one with "
                f"`dask worker {address}`"
            )
        time.sleep(0.1)


def _compare(client: Client, ours: remote.Machine, packages: Sequence[str]) -> None:
    """Refuses workers that would mark otherwise."""
    found: Mapping[str, Any] = client.run(remote.this_machine, packages, on_error="return")
    wrong = []
    for worker, theirs in sorted(found.items()):
        if isinstance(theirs, remote.Machine):
            if differ := ours.differences(theirs):
                wrong.append(f"{worker}: {differ}")
        else:
            wrong.append(f"{worker}: no grader of this version ({_brief(theirs)})")
    if wrong:
        raise UsageError(
            "the cluster would mark otherwise than this machine; install the same there:\n  "
            + "\n  ".join(wrong)
        )


def _parcel(desk: Desk, sent: Sent, machine: remote.Machine) -> remote.Parcel:
    folder = sent.config.parent / "reference"
    files = {sent.config.name: sent.config.read_bytes()}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder.parent)
        if path.is_file() and "__pycache__" not in inside.parts:
            files[inside.as_posix()] = path.read_bytes()
    return remote.Parcel(
        run=uuid.uuid4().hex,
        config=sent.config.name,
        files=files,
        digest=desk.assignment.digest,
        marks=desk.marks,
        isolation=sent.isolation,
        secrets=tuple(str(path.resolve()) for path in sent.secrets),
        limit_s=longest_s(desk.assignment) + SPARE_S,
        machine=machine,
    )


# --------------------------------------------------------------------------- one class


class _Run:
    """The tasks of a class that are under way."""

    def __init__(
        self, client: Client, parcel: remote.Parcel, desk: Desk, interrupted: threading.Event
    ) -> None:
        self._client = client
        self._parcel = parcel
        self._desk = desk  # says what is written of a submission that could not be marked
        self._interrupted = interrupted
        self._assignment: Future[Any] = client.submit(
            _itself, parcel, key=f"grader-{parcel.run}-assignment"
        )
        self._done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self._under_way: dict[str, tuple[Future[Any], Task]] = {}
        self._count = 0
        self._threads = sum(client.nthreads().values())
        self._looked = self._seen = time.monotonic()

    def work(self, tasks: Iterator[Task]) -> Iterator[Marked]:
        while True:
            if self._interrupted.is_set():
                raise KeyboardInterrupt
            self._look()
            while len(self._under_way) < _AHEAD * max(1, self._threads):
                task = next(tasks, None)
                if task is None:
                    break
                self._hand_out(task)
            if not self._under_way:
                return
            yield from self._collect()

    def _hand_out(self, task: Task) -> None:
        self._count += 1
        key = f"grader-{self._parcel.run}-{self._count}"
        future = self._client.submit(remote.mark, task, self._assignment, key=key, pure=False)
        self._under_way[key] = (future, task)
        future.add_done_callback(self._done.put)

    def _collect(self) -> Iterator[Marked]:
        """Waits a while for results; yields those that are there."""
        ended = []
        with suppress(queue.Empty):
            ended.append(self._done.get(timeout=_LOOK_S))
            while True:
                ended.append(self._done.get_nowait())
        found = self._fetch([future for future in ended if future.status == "finished"])
        for future in ended:
            _, task = self._under_way[future.key]
            if future.key in found:
                del self._under_way[future.key]
                yield self._marked(task, found[future.key])
            elif future.status == "error":
                del self._under_way[future.key]
                yield self._failed(task, future)
            elif future.status == "cancelled":
                raise ClusterError(f"the cluster's scheduler was lost; {_REMEDY}")
            else:  # its worker died with the result; Dask has it done again
                future.add_done_callback(self._done.put)

    def _fetch(self, finished: Sequence[Future[Any]]) -> Mapping[str, remote.Answer]:
        async def gather() -> dict[str, remote.Answer]:
            wanted = {future.key: future for future in finished}
            found = await self._client.gather(wanted, errors="skip", asynchronous=True)
            return dict(found)

        if not finished:
            return {}
        try:
            found: dict[str, remote.Answer] = self._client.sync(gather, callback_timeout=_FETCH_S)
        except (asyncio.TimeoutError, TimeoutError):
            return {}
        return found

    def _marked(self, task: Task, answer: remote.Answer) -> Marked:
        if isinstance(answer, AuthorError):
            raise answer
        if isinstance(answer, DeskError):
            return self._desk.faulted(task, answer)
        return answer

    def _failed(self, task: Task, future: Future[Any]) -> Marked:
        from distributed import KilledWorker

        error = future.exception()
        if isinstance(error, KilledWorker):
            lost = DeskError(f"several of the cluster's workers died while they marked {task.id}")
            return self._desk.faulted(task, lost)
        raise UsageError(f"a worker of the cluster cannot mark: {_brief(error)}; {_REMEDY}")

    def _look(self) -> None:
        """Takes note of how many work, now and then.

        Raises:
            ClusterError: nobody has for a while.
        """
        now = time.monotonic()
        if now < self._looked + _LOOK_S:
            return
        try:
            self._threads = sum(self._client.nthreads().values())
        except (OSError, ValueError, asyncio.TimeoutError) as error:
            raise ClusterError(f"the cluster's scheduler was lost; {_REMEDY}") from error
        self._looked = time.monotonic()
        if self._threads:
            self._seen = self._looked
        elif self._looked > self._seen + GONE_S:
            raise ClusterError(f"all workers of the cluster are gone; {_REMEDY}")

    def close(self) -> None:
        """Ends what is under way, and the desks that were opened for it."""
        with suppress(OSError, asyncio.TimeoutError, asyncio.CancelledError):
            self._client.cancel([future for future, _ in self._under_way.values()])
            self._client.run(remote.close, self._parcel.run, on_error="ignore")
            self._assignment.release()
        self._under_way.clear()


def _itself(parcel: remote.Parcel) -> remote.Parcel:
    """What the tasks depend on: Dask keeps its result, and makes it again if it is lost."""
    return parcel
