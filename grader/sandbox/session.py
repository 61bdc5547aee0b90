"""The conversation with one submission: load it, call its functions, whatever they do.

A worker that did anything but answer is ended, and the next call meets a fresh one which has
loaded the file again; so one bad function costs only its own cases.
"""

from __future__ import annotations

import errno
import time
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from grader.errors import SandboxFault
from grader.model import (
    Killed,
    Loaded,
    LoadProblem,
    Malformed,
    NotRun,
    Observation,
    Outcome,
    TimedOut,
)
from grader.sandbox import answers, asking, hosts, wire
from grader.sandbox.volley import fire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.model import Submission, Value
    from grader.sandbox.channel import Exchange
    from grader.sandbox.supervisor import Launcher

_GRACE_S: Final = 0.2
"""For a process whose connection closed to end by itself, so that we learn how."""
_CALL: Final = wire.encode("call")
_NO_TIME: Final = NotRun("the submission's time was used up")
_SMALL_BYTES: Final = 64 * 1024
"""A reply of this weight is kept always, so that no function takes the room from the others."""
_LARGE_REPLIES: Final = 4
"""All larger ones of a submission together may weigh so many times what one of them may have."""


class Session:
    """The conversation with one submission. Not to be shared among threads."""

    def __init__(self, launcher: Launcher, submission: Submission) -> None:
        self._launcher = launcher
        self._limits = launcher.limits
        self._submission = submission
        self._worker: hosts.Worker | None = None
        self._definitions_only = False
        self._unusable: NotRun | None = None
        self._is_ordinary = True  # nothing has happened that calls for calls one by one
        self._is_used = False  # an earlier call may have left something in the worker
        self._was_struck = False  # by SIGKILL, for once: a file that does it itself does it again
        self._memory = answers.out_of_memory(self._limits.memory_bytes)
        self._spent_s = 0.0
        self._room_bytes = _LARGE_REPLIES * self._limits.reply_bytes
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
                if answer.outcome in (self._memory, answers.NO_REPLY, answers.UNREADABLE):
                    self._drop()
                return _observed(exchange, answer.outcome, answer.changed_inputs)
            outcome = self._ended(exchange, limit_s)
            if isinstance(outcome, TimedOut) and limit_s < self._limits.call_s:
                return _observed(exchange, _NO_TIME)
            if outcome is not None:
                return _observed(exchange, outcome)

    def call_many(self, calls: Sequence[tuple[str, bytes, int]]) -> list[Observation]:
        """Make several calls at once; tell what the first ones came to, in order.

        A call is a function, its encoded arguments and their number. Where nothing out of the
        ordinary happens these are all, and it is faster than one by one. Otherwise they may be
        none: what is missing is to be asked by `call`, which a fresh worker answers.
        """
        left_s = self._left_s()
        worker = self._ready() if self._is_ordinary and left_s > 0 else None
        if worker is None:
            return []
        self._is_used = True
        requests = [_request(function, args) for function, args, _ in calls]
        volley = fire(
            worker.channel,
            requests,
            limit_s=self._limits.call_s,
            total_s=left_s,
            reply_bytes=self._limits.reply_bytes,
        )
        self._is_ordinary = volley.is_whole
        found: list[Observation] = []
        if volley.is_silent:
            started_s = time.thread_time()
            for payload, wall_s, (_, _, arguments) in zip(
                volley.payloads, volley.walls_s, calls, strict=False
            ):
                answer = self._read(payload, arguments)
                if not _is_sound(answer):
                    self._is_ordinary = False
                    break
                found.append(
                    Observation(answer.outcome, changed_inputs=answer.changed_inputs, wall_s=wall_s)
                )
                self._spent_s += wall_s
            self._spent_s += time.thread_time() - started_s
        if self._is_ordinary:
            self._launcher.is_well()
        else:
            self._drop()
        return found

    def _answer(self, exchange: Exchange, arguments: int) -> answers.Answer | None:
        """Read what came, on the submission's time; None if it is no reply."""
        if exchange.end != "reply":
            return None
        started_s = time.thread_time()
        answer = self._read(exchange.payload, arguments)
        self._spent_s += time.thread_time() - started_s
        return answer

    def _read(self, payload: bytes, arguments: int) -> answers.Answer:
        answer = answers.called(payload, arguments=arguments, memory=self._memory)
        if answer.weight_bytes > max(self._room_bytes, _SMALL_BYTES):
            return answers.Answer(answers.TOO_LARGE)
        if answer.weight_bytes > _SMALL_BYTES:
            self._room_bytes -= answer.weight_bytes
        return answer

    def close(self) -> None:
        """Have the worker ended with all that it left; nobody waits for that."""
        worker, self._worker = self._worker, None
        if worker is not None:
            self._launcher.dismiss_worker(worker)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *raised: object) -> None:
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
        if killed == answers.STRUCK and not self._was_struck:
            self._was_struck = True
            return None
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


def _request(function: str, args: bytes) -> bytes:
    """The request for a call with encoded arguments; those of cases are the same for all."""
    if len(args) > _SMALL_BYTES:
        return wire.encode_tuple(_CALL, wire.encode(function), args)
    return _packed(function, args)


@lru_cache(maxsize=1024)
def _packed(function: str, args: bytes) -> bytes:
    arguments: Any = wire.decode(args)
    return asking.pack(function, arguments)


def _may_be_anothers(exchange: Exchange, answer: answers.Answer | None) -> bool:
    """Whether an earlier call in the same worker may have done this, so that a fresh one is asked.

    A reply that was not asked for, a worker that is busy with something else or has ended, memory
    that is full, or what the worker encodes its answers with has been bent.
    """
    if answer is None:
        return exchange.end in ("garbled", "deaf", "gone")
    return not _is_sound(answer)


def _is_sound(answer: answers.Answer) -> bool:
    unsound = answer.outcome in (answers.NO_REPLY, answers.UNREADABLE)
    return not unsound and not isinstance(answer.outcome, Killed)


_Failure = TimedOut | Killed | Malformed
_Found = tuple[tuple[str, ...], tuple[LoadProblem, ...]]


def _in_words(failure: _Failure) -> str:
    """Why a file could not be loaded, in one of a few sentences.

    A student is told it of hidden cases, too, and may know of them by then: how long a function
    took before it ended its process is a number that the next one can read off a clock. So there
    is no number in it that a submission chooses, as an exit code is.
    """
    if isinstance(failure, TimedOut):
        return f"it had not come to its end after {failure.limit_s:g} s"
    return _KILLED[failure.cause] if isinstance(failure, Killed) else f"it {failure.why}"


_KILLED: Final[Mapping[str, str]] = {
    "memory": "it ran out of memory",
    "cpu": "it used up its processor time",
    "exit": "it ended its own process",
    "signal": "its process crashed or was stopped",
}


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
