"""Workers that a launcher forks: the trusted end of one launcher process."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import IsolationError
from grader.sandbox import answers, frames, hosts, interpreter, scratch, wire
from grader.sandbox.channel import cpu_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.channel import Channel


class ForkingHost:
    """One launcher process.

    It does what it is asked in order, and its answers need not be waited for: the constructor
    returns at once with a first worker asked for, and so does `dismiss` with the next one. An
    answer that is `due` is heard before the next one that somebody waits for.
    """

    def __init__(self, settings: hosts.Settings) -> None:
        self.is_up = False
        self._settings = settings
        self._lock = threading.Lock()
        self._is_lost = False
        self._exposed = ""
        self._due: deque[Channel | None] = deque()  # None: of a worker's end, which nobody minds
        self._ready: deque[tuple[Channel, dict[str, Any]]] = deque()
        self._base = hosts.make_base()
        try:
            self._interpreter = interpreter.started(torch="torch" in settings.imports)
        except BaseException:
            scratch.remove(self._base)
            raise
        self._control = self._interpreter.control
        try:
            self._control.settimeout(settings.answer_s)
            with contextlib.suppress(OSError):  # it died at once: the first `start` will notice
                self._send(hosts.config_for(settings, self._base))
                self._ask_for_worker()
        except BaseException:
            self.close()
            raise

    def start(self) -> hosts.Worker:
        """Return a fresh worker when it is confined; raise hosts.LostError without a launcher."""
        channel: Channel | None = None
        try:
            with self._lock, self._losing():
                if not self._ready and not any(self._due):
                    self._ask_for_worker()
                self._hear_what_is_due()
                channel, reply = self._ready.popleft()
            if "fault" in reply:
                raise hosts.LostError(reply["fault"])
            self._refuse_exposure()
            greeting = channel.greeting(self._settings.answer_s)
            isolation = answers.attested(greeting.payload) if greeting.end == "reply" else None
            if isolation is None:
                raise hosts.LostError(f"a worker did not get ready: {greeting.stderr.strip()}")
            if not channel.is_silent():
                raise hosts.LostError("a worker was ended by something else while it waited")
        except BaseException:
            if channel is not None:
                channel.close()
            raise
        return hosts.Worker(
            number=reply["worker"],
            pid=reply["pid"],
            scratch=Path(reply["scratch"]),
            channel=channel,
            isolation=isolation,
            cpu_clock=cpu_clock(reply["pid"]),
            host=self,
        )

    def allow(self, worker: hosts.Worker, *, files: int, size: int) -> None:
        """Have so many files and bytes more in a worker's scratch directory not counted."""
        with self._lock, self._losing():
            self._hear_what_is_due()
            self._send({"do": "allow", "worker": worker.number, "files": files, "size": size})
            self._hear()

    def end(self, worker: hosts.Worker, *, grace_s: float = 0.0) -> answers.Ending:
        """End a worker, all its descendants and its scratch directory."""
        worker.channel.close()
        with self._lock, self._losing():
            self._hear_what_is_due()
            self._send({"do": "end", "worker": worker.number, "grace_s": grace_s})
            return answers.Ending(**self._hear())

    def dismiss(self, worker: hosts.Worker, *, another: bool) -> None:
        """Have a worker ended and, if asked for, the next one started meanwhile; do not wait."""
        worker.channel.close()
        with self._lock, self._losing():
            self._send({"do": "end", "worker": worker.number, "grace_s": 0.0})
            self._due.append(None)
            if another and not self._ready and not any(self._due):
                self._ask_for_worker()

    def close(self, grace_s: float = 2.0) -> None:
        """End the launcher, which ends its workers within the grace; safe to call twice."""
        for channel in (*self._due, *(channel for channel, _ in self._ready)):
            if channel is not None:
                channel.close()
        self._interpreter.end(grace_s)
        scratch.remove(self._base)

    def _ask_for_worker(self) -> None:
        channel, theirs = hosts.open_channel(self._settings.limits)
        try:
            self._send({"do": "start"}, tuple(one.fileno() for one in theirs))
        except BaseException:
            channel.close()
            raise
        finally:
            for one in theirs:
                one.close()
        self._due.append(channel)

    def _hear_what_is_due(self) -> None:
        self._hear_that_it_is_up()
        while self._due:
            reply = self._hear()
            channel = self._due.popleft()
            if channel is not None:
                self._ready.append((channel, reply))

    @contextlib.contextmanager
    def _losing(self) -> Iterator[None]:
        """Turn whatever goes wrong with the connection into hosts.LostError.

        Whatever interrupts an exchange leaves its answer unread; no other may follow.
        """
        if self._is_lost:
            raise hosts.LostError("the launcher is lost: an exchange with it was interrupted")
        self._is_lost = True
        try:
            yield
        except (OSError, EOFError, wire.WireError) as error:
            words = self._interpreter.last_words(0.5) or error
            raise hosts.LostError(f"the launcher is lost: {words}") from error
        self._is_lost = False

    def _hear_that_it_is_up(self) -> None:
        if self.is_up:
            return
        self._control.settimeout(hosts.START_S)
        up = self._hear()
        if "fault" in up:
            raise hosts.LostError(up["fault"])
        self._control.settimeout(self._settings.answer_s)
        self._interpreter.pid = up["pid"]
        self._exposed = "; ".join(up["exposed"])
        self.is_up = True

    def _refuse_exposure(self) -> None:
        if self._exposed and self._settings.isolation == "required":
            raise IsolationError(
                f"{self._exposed}, where every submission could read it; keep the course "
                "outside of the directories where Python's packages are installed"
            )

    def _send(self, message: dict[str, Any], descriptors: tuple[int, ...] = ()) -> None:
        frame = frames.pack(frames.NO_NONCE, wire.encode(message))
        if descriptors:
            frame = frame[socket.send_fds(self._control, [frame], descriptors) :]
        self._control.sendall(frame)

    def _hear(self) -> dict[str, Any]:
        _, payload = frames.receive(self._control)
        message: Any = wire.decode(payload)
        return dict(message)
