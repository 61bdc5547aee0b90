"""Several desks side by side, each in a process of its own.

The processes are forked once the assignment is loaded, so that nothing of it is computed twice,
copied or sent. The grader's own process reads submissions, hands them out and writes what comes
back; it has one thread, which makes forking safe. A desk whose process ends (killed, out of
memory) costs nothing: its submission goes to another desk, and is reported as a fault of ours only
if that one ends, too. Without fork there is one desk, in the grader's own process.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from grader.classroom.desk import Desk, Marked, Task
from grader.errors import AuthorError, GraderFault
from grader.sandbox import interpreter

if TYPE_CHECKING:
    from multiprocessing import connection

ATTEMPTS: Final = 2
GRACE_S: Final = 3.0  # for a desk to end its launchers
SPARE_S: Final = 300.0  # beyond the limits of a submission, for marking and writing


class DeskError(GraderFault):
    """A desk's process ended, or did not come back, while it marked a submission."""


def mark_all(
    tasks: Iterable[Task], make_desk: Callable[[], Desk], *, jobs: int, limit_s: float
) -> Iterator[Marked]:
    """Marks submissions at so many desks; yields each as it is done.

    Args:
        tasks: taken one by one, when a desk is free.
        make_desk: called in each desk's process.
        jobs: how many desks.
        limit_s: what a submission may take at most; a desk that takes longer is ended.

    Raises:
        AuthorError: no submission can be marked so.
        GraderFault: a desk cannot work at all.
    """
    if jobs == 1 or sys.platform != "linux":
        with make_desk() as desk:
            for task in tasks:
                yield desk.mark(task)
        return
    with interpreter.shared():
        team = _Team(make_desk, limit_s + SPARE_S)
        try:
            yield from team.work(iter(tasks), jobs)
        finally:
            team.close()


class _Member(Struct):
    """A desk's process, seen from the grader's."""

    process: Any
    wire: connection.Connection
    task: Task | None = None
    attempt: int = 0
    deadline: float = 0.0


class _Team:
    def __init__(self, make_desk: Callable[[], Desk], limit_s: float) -> None:
        import multiprocessing  # late: one submission alone does without

        gc.collect()
        gc.freeze()  # a collection in a desk shall not touch, and so copy, what all share
        self._make_desk = make_desk
        self._limit_s = limit_s
        self._fork = multiprocessing.get_context("fork")
        self._members: list[_Member] = []

    def work(self, tasks: Iterator[Task], jobs: int) -> Iterator[Marked]:
        from multiprocessing import connection

        again: list[tuple[Task, int]] = []
        while True:
            self._hand_out(tasks, again, jobs)
            busy = [member for member in self._members if member.task is not None]
            if not busy:
                return
            left = min(member.deadline for member in busy) - time.monotonic()
            ready = connection.wait([member.wire for member in busy], max(0.0, left))
            for member in busy:
                late = member.deadline < time.monotonic()
                if member.wire in ready or late:
                    marked = self._receive(member, again, late=member.wire not in ready)
                    # at once: the desk shall not wait until what it marked is written
                    self._hand_out(tasks, again, jobs)
                    if marked is not None:
                        yield marked

    def _hand_out(self, tasks: Iterator[Task], again: list[tuple[Task, int]], jobs: int) -> None:
        """Gives every free desk something to do, and makes desks as long as they are needed."""
        while True:
            free = next((m for m in self._members if m.task is None), None)
            if free is None and len(self._members) >= jobs:
                return
            if again:
                task, attempt = again.pop()
            else:
                following = next(tasks, None)
                if following is None:
                    return
                task, attempt = following, 1
            member = free or self._hire()
            member.task, member.attempt = task, attempt
            member.deadline = time.monotonic() + self._limit_s
            with suppress(OSError):  # it has ended: noticed when it should answer
                member.wire.send(task)

    def _receive(
        self, member: _Member, again: list[tuple[Task, int]], *, late: bool
    ) -> Marked | None:
        task = member.task
        assert task is not None
        found: Marked | Exception | None = None
        if not late:
            with suppress(EOFError, OSError):
                found = member.wire.recv()
        if isinstance(found, Exception):
            raise found
        if found is not None:
            member.task = None
            return found
        self._dismiss(member)
        if member.attempt < ATTEMPTS:
            again.append((task, member.attempt + 1))
            return None
        what = "took too long" if late else f"ended ({_how(member.process.exitcode)})"
        lost = DeskError(f"the process that marked {task.id} {what}, {ATTEMPTS} times")
        with self._make_desk() as desk:
            return desk.faulted(task, lost)

    def _hire(self) -> _Member:
        ours, theirs = self._fork.Pipe()
        others = [ours, *(member.wire for member in self._members)]
        process = self._fork.Process(
            target=_serve, args=(theirs, others, self._make_desk, os.getpid()), daemon=True
        )
        process.start()
        theirs.close()
        member = _Member(process, ours)
        self._members.append(member)
        return member

    def _dismiss(self, member: _Member) -> None:
        """Ends a desk that is of no more use."""
        self._members.remove(member)
        member.process.kill()
        member.process.join()
        member.wire.close()

    def close(self) -> None:
        """Ends all desks: at once those that wait, and those at work with what they started."""
        for member in self._members:
            if member.task is not None:
                member.process.terminate()
            member.wire.close()
        until = time.monotonic() + GRACE_S
        for member in self._members:
            member.process.join(max(0.0, until - time.monotonic()))
            if member.process.is_alive():
                member.process.kill()
                member.process.join()
        self._members.clear()
        gc.unfreeze()


def _how(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        return signal.Signals(-exitcode).name
    return f"exit code {exitcode}"


# --------------------------------------------------------------------------- in the desk's process


def _serve(
    wire: connection.Connection,
    others: list[connection.Connection],
    make_desk: Callable[[], Desk],
    parent: int,
) -> None:
    """Answers tasks until the grader hangs up, or is no more."""
    from grader.sandbox import kernel  # only where there is Linux

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
    signal.signal(signal.SIGTERM, stop)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)  # end when the grader ends, however
    if os.getppid() != parent:
        return  # it has ended already
    for other in others:
        other.close()
    with make_desk() as desk:
        while True:
            try:
                task = wire.recv()
            except EOFError:
                return
            wire.send(answer(desk, task))


def answer(desk: Desk, task: Task) -> Marked | AuthorError | DeskError:
    """Decides what a desk's process says of a task; nothing is raised."""
    try:
        return replace(desk.mark(task), card=None)
    except AuthorError as error:
        return error
    except Exception:  # noqa: BLE001 - told to the grader, whose fault it is
        return DeskError(traceback.format_exc())


def stop(number: int, frame: object) -> None:
    """Ends the process as it would end by itself, with all that it started."""
    sys.exit(128 + number)
