"""The trusted end of a conversation with one worker: bounded in time, bytes and output.

The peer is a student's process. It may say nothing, say it byte by byte, say too much, say it
before it was asked, or write to its output without end. `Channel.ask` comes back by its deadline
whatever the peer does, with what happened and never with an exception.
"""

from __future__ import annotations

import math
import os
import selectors
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from msgspec import Struct

from grader.sandbox import frames

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

SLACK_BYTES: Final = 128 * 1024
"""What a reply may hold beside the value: a message, names, frames."""
_TICK_S: Final = 0.1
_DEAF_S: Final = 1.0
"""When a worker that waits for its next request has read it, on the slowest machine."""
_PIECE: Final = 1 << 16
_LAST_DRAIN: Final = 4 << 20
"""More than a socket can hold: what was written before the reply is read, an endless flood not."""


End: TypeAlias = Literal["reply", "late", "gone", "garbled", "cpu", "deaf"]


class Exchange(Struct, frozen=True):
    """What became of one request.

    late: no reply within the limit; gone: the peer closed the stream (it died, as a rule);
    garbled: what came is not one reply to this request; cpu: it used more processor time than
    it was given time, which takes several threads; deaf: it does not read its requests any more.
    """

    end: End
    payload: bytes = b""
    stdout: str = ""
    stderr: str = ""
    wall_s: float = 0.0


class Output:
    """The head of a stream of text, and how much of the rest was dropped."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._head = bytearray()
        self._cut = 0

    def feed(self, data: bytes) -> None:
        kept = data[: self._limit - len(self._head)]
        self._head += kept
        self._cut += len(data) - len(kept)

    def text(self) -> str:
        shown = self._head.decode("utf-8", "replace")
        if not self._cut:
            return shown
        return f"{shown}\n… ({self._cut:,} more bytes were cut)"


class Channel:
    """Three sockets: the conversation, and the worker's two outputs."""

    def __init__(
        self, stream: socket.socket, out: socket.socket, err: socket.socket, *, output_bytes: int
    ) -> None:
        self.stream: Final = stream
        self.selector: Final = selectors.DefaultSelector()
        self._outputs = (out, err)
        self._output_bytes = output_bytes
        for one in (stream, out, err):
            one.setblocking(False)
            self.selector.register(one, selectors.EVENT_READ)

    def close(self) -> None:
        self.selector.close()
        for one in (self.stream, *self._outputs):
            one.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Have the selector tell also when more can be sent."""
        self.selector.modify(self.stream, selectors.EVENT_READ | selectors.EVENT_WRITE)
        try:
            yield
        finally:
            self.selector.modify(self.stream, selectors.EVENT_READ)

    def is_silent(self) -> bool:
        """Whether the peer lives and has said nothing unasked since the last reply."""
        try:
            self.stream.recv(1)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False
        return False

    def greeting(self, limit_s: float) -> Exchange:
        """Wait for the first message, which answers no request."""
        return _Asking(self, frames.NO_NONCE, b"", limit_s, SLACK_BYTES, None).run()

    def ask(
        self,
        payload: bytes,
        *,
        limit_s: float,
        reply_bytes: int,
        cpu_clock: int | None = None,
        nonce: bytes | None = None,
        may_be_deaf: bool = False,
    ) -> Exchange:
        """Send one request and wait at most `limit_s` for its reply of at most `reply_bytes`.

        With `may_be_deaf`, an earlier call may have left the peer doing something else than
        waiting for this request; that is then told from a call which takes too long.
        """
        nonce = nonce or os.urandom(16)
        request = frames.pack(nonce, payload)
        most = reply_bytes + SLACK_BYTES
        asking = _Asking(self, nonce, request, limit_s, most, cpu_clock)
        asking.deaf_s = min(_DEAF_S, limit_s) if may_be_deaf else math.inf
        return asking.run()


class _Asking:
    """One exchange under way."""

    def __init__(
        self,
        channel: Channel,
        nonce: bytes,
        request: bytes,
        limit_s: float,
        most: int,
        cpu_clock: int | None,
    ) -> None:
        self.channel = channel
        self.stream = channel.stream
        self.nonce = nonce
        self.unsent = memoryview(request)
        self.most = most
        self.limit_s = limit_s
        self.deaf_s = math.inf
        self.cpu_clock = cpu_clock
        self.cpu_s = _cpu_s(cpu_clock)
        self.incoming = bytearray()
        self.outputs = [Output(channel._output_bytes) for _ in channel._outputs]

    def run(self) -> Exchange:
        started = time.monotonic()
        end = self._send() or self._wait(started)
        wall_s = time.monotonic() - started
        for output, stream in zip(self.outputs, self.channel._outputs, strict=True):
            for _ in range(_LAST_DRAIN // _PIECE):
                if not self._drain(stream, output):
                    break
        payload = bytes(memoryview(self.incoming)[frames.HEADER.size :]) if end == "reply" else b""
        stdout, stderr = (output.text() for output in self.outputs)
        return Exchange(end, payload, stdout, stderr, wall_s)

    def _wait(self, started: float) -> End:
        selector = self.channel.selector
        deadline, deaf_at = started + self.limit_s, started + self.deaf_s
        if self.unsent:
            selector.modify(self.stream, selectors.EVENT_READ | selectors.EVENT_WRITE)
        try:
            while True:
                now = time.monotonic()
                if now >= deaf_at and _is_unread(self.stream):
                    return "deaf"
                if now >= deadline:
                    return "late"  # before "cpu", which it is not if only one thread was busy
                if self.cpu_s is not None and self._cpu_used() > self.limit_s:
                    return "cpu"
                for key, events in selector.select(min(deadline - now, _TICK_S)):
                    end = self._serve(key.fileobj, events)
                    if end is not None:
                        return end
        finally:
            if self.unsent:
                selector.modify(self.stream, selectors.EVENT_READ)

    def _serve(self, ready: object, events: int) -> End | None:
        """Move what can be moved; return how the exchange ended, if it did."""
        if ready is not self.stream:
            which = self.channel._outputs.index(ready)
            self._drain(self.channel._outputs[which], self.outputs[which])
            return None
        if events & selectors.EVENT_WRITE:
            end = self._send()
            if not self.unsent:
                self.channel.selector.modify(self.stream, selectors.EVENT_READ)
            if end is not None:
                return end
        return self._receive() if events & selectors.EVENT_READ else None

    def _send(self) -> End | None:
        while self.unsent:
            try:
                self.unsent = self.unsent[self.stream.send(self.unsent) :]
            except (BlockingIOError, InterruptedError):
                return None
            except OSError:
                return "gone"
        return None

    def _receive(self) -> End | None:
        try:
            data = self.stream.recv(_PIECE)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return "gone"
        if not data:
            return "gone"
        self.incoming += data
        if len(self.incoming) < frames.HEADER.size:
            return None
        nonce, length = frames.HEADER.unpack_from(self.incoming)
        rest = len(self.incoming) - frames.HEADER.size - length
        if nonce != self.nonce or length > self.most or rest > 0 or self.unsent:
            return "garbled"
        return None if rest else "reply"

    def _drain(self, stream: socket.socket, output: Output) -> bool:
        """Read one piece of output; return whether there may be more."""
        try:
            data = stream.recv(_PIECE)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            data = b""
        if not data:  # closed: it would be ready to read for ever
            if stream.fileno() in self.channel.selector.get_map():
                self.channel.selector.unregister(stream)
            return False
        output.feed(data)
        return True

    def _cpu_used(self) -> float:
        now = _cpu_s(self.cpu_clock)
        return 0.0 if now is None or self.cpu_s is None else now - self.cpu_s


def _is_unread(stream: socket.socket) -> bool:
    """Whether the peer has not read all that it was sent, where the system tells."""
    if sys.platform != "linux":
        return False
    import fcntl
    import termios

    waiting = fcntl.ioctl(stream, termios.TIOCOUTQ, bytes(4))
    return any(waiting)


def cpu_clock(pid: int) -> int | None:
    """Return the clock of another process's processor time, all threads, where there is one."""
    clock = (~pid << 3) | 2  # Linux: CPUCLOCK_SCHED of the process
    return clock if hasattr(time, "clock_gettime") and _cpu_s(clock) is not None else None


def _cpu_s(clock: int | None) -> float | None:
    if clock is None:
        return None
    try:
        return time.clock_gettime(clock)
    except OSError:
        return None
