"""Workers that are new interpreters: the trusted end, where nothing can be forked."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from grader.errors import SandboxFault
from grader.sandbox import answers, frames, hosts, interpreter, scratch, wire
from grader.sandbox.channel import cpu_clock

if TYPE_CHECKING:
    import socket
    from pathlib import Path


class SpawningHost:
    """A new interpreter for every worker: the same conversation where nothing can be forked."""

    def __init__(self, settings: hosts.Settings) -> None:
        self.is_up = True
        self._settings = settings
        self._base = hosts.make_base()
        self._started = itertools.count(1)
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self) -> hosts.Worker:
        """Start an interpreter and wait until it is ready; raise LostError if it never is."""
        number = next(self._started)
        home = self._base / f"worker-{number}"
        home.mkdir(mode=0o700)
        channel, theirs = hosts.open_channel(self._settings.limits)
        try:
            try:
                process = _run_spawned(theirs, home)
            except OSError as error:
                raise SandboxFault(f"Python could not be started again: {error}") from error
            finally:
                for one in theirs:
                    one.close()
            self._processes[number] = process
            config = {**hosts.config_for(self._settings, self._base), "scratch": str(home)}
            greeting = channel.ask(
                wire.encode(config), limit_s=hosts.START_S, reply_bytes=0, nonce=frames.NO_NONCE
            )
            isolation = answers.attested(greeting.payload) if greeting.end == "reply" else None
            if isolation is None:
                raise hosts.LostError(f"a worker did not get ready: {greeting.stderr.strip()}")
        except BaseException:
            channel.close()
            if number in self._processes:
                _kill_group(self._processes[number])
                self._processes.pop(number).wait()
            scratch.remove(home)
            raise
        return hosts.Worker(
            number=number,
            pid=process.pid,
            scratch=home,
            channel=channel,
            isolation=isolation,
            cpu_clock=cpu_clock(process.pid),
            host=self,
        )

    def allow(self, worker: hosts.Worker, *, files: int, size: int) -> None:
        """Nothing counts files here."""

    def end(self, worker: hosts.Worker, *, grace_s: float = 0.0) -> answers.Ending:
        """End a worker with its group of processes, and its scratch directory."""
        worker.channel.close()
        process = self._processes.pop(worker.number)
        try:
            process.wait(grace_s)
            was_killed = False
        except subprocess.TimeoutExpired:
            was_killed = True
        _kill_group(process)
        code = process.wait()
        scratch.remove(worker.scratch)
        return answers.Ending(status=-code if code < 0 else code << 8, was_killed=was_killed)

    def dismiss(self, worker: hosts.Worker, *, another: bool) -> None:
        """End a worker. Another is started when it is needed, as that shares nothing with this."""
        self.end(worker)

    def close(self, grace_s: float = 2.0) -> None:
        """End all workers; safe to call twice."""
        for process in self._processes.values():
            _kill_group(process)
            process.wait()
        self._processes.clear()
        scratch.remove(self._base)


def _run_spawned(theirs: tuple[socket.socket, ...], home: Path) -> subprocess.Popen[bytes]:
    """Start a worker's interpreter with its conversation and its two outputs."""
    conversation, out, err = theirs
    if sys.platform != "win32":
        return interpreter.run_python("spawned", conversation.fileno(), out.fileno(), err.fileno())
    process = subprocess.Popen(  # no descriptors to inherit: sockets are handed over by value
        interpreter.command_for("spawned", "-1"),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=interpreter.environment(),
        cwd=home,
    )
    assert process.stdin is not None
    with process.stdin as stdin:
        for one in theirs:
            shared = one.share(process.pid)
            stdin.write(len(shared).to_bytes(4, "little") + shared)
    return process


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
