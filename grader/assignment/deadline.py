"""Calls the author's code so that whatever it does, the grader goes on.

Theory of operation. The work runs in a thread of its own, call by call; the thread that waits
for it is the watchdog. A call that takes too long has an exception raised in it, which ends any
loop of Python's; one that does not answer even to that (it waits in C) cannot be ended, so the
work as a whole is given up. Signals would do neither outside the main thread or on Windows.

That exception must never strike our own code: it is sent only while the call is known to run,
under a lock that the call must take to end, and what is on its way by then is waited for.
"""

from __future__ import annotations

import _thread
import builtins
import threading
import time
import types
import warnings
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct

from grader.model import Frame, Raised, Returned, TimedOut

T = TypeVar("T")
Result: TypeAlias = Returned | Raised | TimedOut

_BEGIN_S = 20.0  # for a thread to begin, which takes no time unless memory is short
_GRACE_S = 1.0  # for a call to end once it was told to


class _OutOfTime(BaseException):
    """Raised in a call that takes too long. No `except Exception` of the author's stops it."""


class Stuck(Exception):
    """A call neither returned nor could be ended."""

    def __init__(self, function: Callable[..., Any], limit_s: float) -> None:
        self.function, self.limit_s = function, limit_s
        super().__init__(f"{function} is stuck")


class _Running(Struct):
    function: Callable[..., Any]
    started: float
    told: bool = False


class Deadline:
    """Makes calls of the author's code, each within the limit."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._thread = 0

    def call(self, function: Callable[..., Any], /, *args: Any, **steps: Any) -> Result:
        """Decides what a call comes to: a value, an exception (of any kind), or no answer."""
        running = _Running(function, time.monotonic())
        result: Result | None = None
        try:
            self._running = running
            try:
                result = Returned(function(*args, **steps))
            except _OutOfTime:
                result = TimedOut(self.limit_s)
            except BaseException as error:  # noqa: BLE001 (the author's code may raise anything)
                result = _raised(error)
            self._end()
            if running.told:
                _let_it_strike()
        except _OutOfTime:  # it struck when the call had already come to its end
            self._end()
        return TimedOut(self.limit_s) if running.told or result is None else result

    def _end(self) -> None:
        """From here on nothing is sent; what was sent before strikes at once or has struck."""
        with self._lock:
            self._running = None

    def run(self, work: Callable[[Deadline], T]) -> T:
        """Does `work`, which makes its calls by this object.

        Raises:
            Stuck: a call could not be ended, and the rest of the work was not done.
            MemoryError: the work could not even be begun.
        """
        begun, done = threading.Event(), threading.Event()
        outcome: list[T | BaseException] = []

        def worker() -> None:
            self._thread = threading.get_ident()
            try:
                begun.set()
                outcome.append(work(self))
            except BaseException as error:  # noqa: BLE001 (raised again by the waiting thread)
                outcome.append(error)
            finally:
                done.set()

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a formula may divide by zero, whatever -W says
            # `Thread.start` would wait for ever for a thread that dies before it runs anything.
            _thread.start_new_thread(worker, ())
            if not begun.wait(_BEGIN_S) and not begun.is_set():
                raise MemoryError("no memory for a thread")
            self._watch(done)
        if not outcome:
            raise MemoryError("no memory for what the calls came to")
        result = outcome[0]
        if isinstance(result, BaseException):
            raise result
        return result

    def _watch(self, done: threading.Event) -> None:
        wait_s = self.limit_s
        while not done.wait(wait_s):
            with self._lock:
                running = self._running
                if running is None:
                    wait_s = self.limit_s
                    continue
                wait_s = running.started + self.limit_s - time.monotonic()
                if running.told:
                    wait_s += _GRACE_S
                if wait_s > 0:
                    continue
                if running.told:
                    raise Stuck(running.function, self.limit_s)
                running.told = True
                _interrupt(self._thread)
                wait_s = min(self.limit_s, _GRACE_S)  # the next call may hang as well


def _interrupt(thread: int) -> None:
    """Raises `_OutOfTime` in another thread, at its next call or turn of a loop."""
    import ctypes  # a hanging call is rare, and this import is not free

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(_OutOfTime))


def _let_it_strike() -> None:
    """Turns a loop, in which an exception that is on its way arrives.

    It could be taken back instead, but CPython then goes on looking for it at every step.
    """
    for _ in range(100):
        pass


def _raised(error: BaseException) -> Raised:
    return Raised(
        exception=type(error).__name__,
        bases=tuple(
            kind.__name__
            for kind in type(error).__mro__
            if kind.__module__ == "builtins" and issubclass(kind, BaseException)
        ),
        message=_message(error),
        frames=_frames(error),
    )


def _message(error: BaseException) -> str:
    try:
        text = str(error.msg) if isinstance(error, SyntaxError) else str(error)
    except Exception:  # noqa: BLE001 (an exception of the author's may define __str__)
        return ""
    return text.strip().partition("\n")[0]


def _frames(error: BaseException) -> tuple[Frame, ...]:
    """The lines that the exception went through, outermost first, by file."""
    frames = []
    step: types.TracebackType | None = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        frames.append(Frame(code.co_filename, step.tb_lineno, code.co_name))
        step = step.tb_next
    if isinstance(error, SyntaxError) and error.filename:
        frames.append(Frame(error.filename, error.lineno or 0, ""))
    return tuple(frames)


def exception_kind(raised: Raised) -> type[BaseException]:
    """The nearest built-in class of what was raised."""
    return getattr(builtins, raised.bases[0]) if raised.bases else BaseException
