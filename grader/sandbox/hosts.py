"""Where workers come from, seen from the trusted side: a launcher that forks, or new interpreters.

Both give a `Worker`, which has said that it is ready and how it is confined, and tell how it ended.
`ForkingHost` is one launcher process; when it does not answer it is of no more use (`LostError`),
and the supervisor makes another. `SpawningHost` needs nothing that only Linux has.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from grader.errors import IsolationError, SandboxFault
from grader.sandbox import answers, frames, scratch, wire
from grader.sandbox.channel import Channel, cpu_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.model import Isolation, Limits

START_S: Final = 120.0
"""For a launcher's imports, on a slow disk and half a core."""
ANSWER_S: Final = 15.0
"""For a fork, or the end of a process that holds a lot of memory."""

_PACKAGE: Final = Path(__file__).resolve().parent.parent
# The package's own __init__ is not run: what it imports is the grader's business.
_BOOTSTRAP: Final = """
import sys, types
sys.path[:] = [path for path in sys.path if path]
for name, path in (("grader", sys.argv[1]), ("grader.sandbox", sys.argv[1] + "/sandbox")):
    module = types.ModuleType(name)
    module.__path__ = [path]
    sys.modules[name] = module
from grader.sandbox.MODULE import main
main(int(sys.argv[2]))
"""


ENVIRONMENT: Final = {
    # The interpreter is as isolated as with -I, as nothing else of Python's is in here; but that
    # would ignore this, and then sets of texts had another order in every run.
    "PYTHONHASHSEED": "0",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",  # a plot must not look for a screen
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TORCHDYNAMO_DISABLE": "1",
    "CUDA_VISIBLE_DEVICES": "",  # its threads would not survive a fork
}
"""All that a launcher, and with it every worker, finds in its environment."""


class LostError(Exception):
    """The launcher died or does not answer."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What every launcher of one supervisor is started with."""

    limits: Limits
    torch: bool
    isolation: Literal["required", "preferred", "off"]
    without: frozenset[str]
    secrets: tuple[Path, ...]
    answer_s: float


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that has said it is ready, and that nothing of the student's has reached yet."""

    number: int
    pid: int
    scratch: Path
    channel: Channel
    isolation: Isolation
    cpu_clock: int | None
    host: Host


class Host(Protocol):
    """Starts and ends workers."""

    @property
    def torch_available(self) -> bool: ...
    def start(self) -> Worker: ...
    def allow(self, worker: Worker, *, files: int, size: int) -> None: ...
    def end(self, worker: Worker, *, grace_s: float = 0.0) -> answers.Ending: ...
    def close(self, grace_s: float = 2.0) -> None: ...


class ForkingHost:
    """One launcher process.

    The constructor returns at once, with a first worker already asked for; `start` waits.
    """

    def __init__(self, settings: Settings) -> None:
        self.torch_available = False
        self._settings = settings
        self._lock = threading.Lock()
        self._is_up = False
        self._is_lost = False
        self._exposed = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: Channel | None = None
        self._base = _make_base()
        try:
            self._control, theirs = socket.socketpair()
        except OSError:
            scratch.remove(self._base)
            raise
        try:
            with theirs:
                self._process = _run_python(
                    "launcher", theirs.fileno(), subprocess.DEVNULL, subprocess.PIPE
                )
            self._control.settimeout(settings.answer_s)
            with contextlib.suppress(OSError):  # it died at once: the first `start` will notice
                self._send(_config(settings, self._base))
                self._asked = self._ask_for_worker()
        except BaseException:
            self.close()
            raise

    def start(self) -> Worker:
        """Return a fresh worker when it is confined; raise LostError without a launcher."""
        channel: Channel | None = None
        try:
            with self._lock, self._losing():
                channel, self._asked = self._asked or self._ask_for_worker(), None
                self._hear_that_it_is_up()
                reply = self._hear()
            if "fault" in reply:
                raise LostError(reply["fault"])
            self._refuse_exposure()
            greeting = channel.greeting(self._settings.answer_s)
            isolation = answers.attested(greeting.payload) if greeting.end == "reply" else None
            if isolation is None:
                raise LostError(f"a worker did not get ready: {greeting.stderr.strip()}")
        except BaseException:
            if channel is not None:
                channel.close()
            raise
        return Worker(
            number=reply["worker"],
            pid=reply["pid"],
            scratch=Path(reply["scratch"]),
            channel=channel,
            isolation=isolation,
            cpu_clock=cpu_clock(reply["pid"]),
            host=self,
        )

    def allow(self, worker: Worker, *, files: int, size: int) -> None:
        """Have so many files and bytes more in a worker's scratch directory not counted."""
        with self._lock, self._losing():
            self._send({"do": "allow", "worker": worker.number, "files": files, "size": size})
            self._hear()

    def end(self, worker: Worker, *, grace_s: float = 0.0) -> answers.Ending:
        """End a worker, all its descendants and its scratch directory."""
        worker.channel.close()
        with self._lock, self._losing():
            self._send({"do": "end", "worker": worker.number, "grace_s": grace_s})
            return answers.Ending(**self._hear())

    def close(self, grace_s: float = 2.0) -> None:
        """End the launcher, which ends its workers within the grace; safe to call twice."""
        self._control.close()
        if self._asked is not None:
            self._asked.close()
        if self._process is not None:
            _end_process(self._process, grace_s)
        scratch.remove(self._base)

    def _ask_for_worker(self) -> Channel:
        channel, theirs = _open_channel(self._settings.limits)
        try:
            self._send({"do": "start"}, tuple(one.fileno() for one in theirs))
        except BaseException:
            channel.close()
            raise
        finally:
            for one in theirs:
                one.close()
        return channel

    @contextlib.contextmanager
    def _losing(self) -> Iterator[None]:
        """Turn whatever goes wrong with the connection into LostError.

        Whatever interrupts an exchange leaves its answer unread; no other may follow.
        """
        if self._is_lost:
            raise LostError("the launcher is lost: an exchange with it was interrupted")
        self._is_lost = True
        try:
            yield
        except (OSError, EOFError, wire.WireError) as error:
            raise LostError(f"the launcher is lost: {self._last_words() or error}") from error
        self._is_lost = False

    def _hear_that_it_is_up(self) -> None:
        if self._is_up:
            return
        self._control.settimeout(START_S)
        up = self._hear()
        if "fault" in up:
            raise LostError(up["fault"])
        self._control.settimeout(self._settings.answer_s)
        self.torch_available = up["torch"]
        self._exposed = "; ".join(up["exposed"])
        self._is_up = True

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

    def _last_words(self) -> str:
        """Return what a launcher that died wrote to stderr."""
        if self._process is None or self._process.stderr is None:
            return ""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.5)
            return self._process.stderr.read(8_000).decode("utf-8", "replace").strip()
        return ""


class SpawningHost:
    """A new interpreter for every worker: the same conversation where nothing can be forked."""

    def __init__(self, settings: Settings) -> None:
        self.torch_available = importlib.util.find_spec("torch") is not None
        self._settings = settings
        self._base = _make_base()
        self._started = itertools.count(1)
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self) -> Worker:
        """Start an interpreter and wait until it is ready; raise LostError if it never is."""
        number = next(self._started)
        home = self._base / f"worker-{number}"
        home.mkdir(mode=0o700)
        channel, theirs = _open_channel(self._settings.limits)
        try:
            try:
                process = _run_spawned(theirs, home)
            finally:
                for one in theirs:
                    one.close()
            self._processes[number] = process
            config = {**_config(self._settings, self._base), "scratch": str(home)}
            greeting = channel.ask(
                wire.encode(config), limit_s=START_S, reply_bytes=0, nonce=frames.NO_NONCE
            )
            isolation = answers.attested(greeting.payload) if greeting.end == "reply" else None
            if isolation is None:
                raise LostError(f"a worker did not get ready: {greeting.stderr.strip()}")
        except BaseException:
            channel.close()
            if number in self._processes:
                _kill_group(self._processes[number])
                self._processes.pop(number).wait()
            scratch.remove(home)
            raise
        return Worker(
            number=number,
            pid=process.pid,
            scratch=home,
            channel=channel,
            isolation=isolation,
            cpu_clock=cpu_clock(process.pid),
            host=self,
        )

    def allow(self, worker: Worker, *, files: int, size: int) -> None:
        """Nothing counts files here."""

    def end(self, worker: Worker, *, grace_s: float = 0.0) -> answers.Ending:
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

    def close(self, grace_s: float = 2.0) -> None:
        """End all workers; safe to call twice."""
        for process in self._processes.values():
            _kill_group(process)
            process.wait()
        self._processes.clear()
        scratch.remove(self._base)


def _open_channel(limits: Limits) -> tuple[Channel, tuple[socket.socket, ...]]:
    """Make the three connections with a worker: our ends as a channel, and the worker's ends."""
    with contextlib.ExitStack() as stack:
        pairs = []
        for _ in range(3):
            pairs.append(socket.socketpair())
            for one in pairs[-1]:
                stack.callback(one.close)
        ours, theirs = zip(*pairs, strict=True)
        channel = Channel(*ours, output_bytes=limits.output_bytes)
        stack.pop_all()
    return channel, theirs


def _make_base() -> Path:
    """Make the directory that holds all scratch directories of a host, and the canary in it."""
    base = scratch.make_base((os.environ.get("TMPDIR", ""), "/tmp", "/var/tmp", "/dev/shm"))
    canary = base / "canary"
    canary.touch(mode=0o600)
    canary.write_bytes(os.urandom(32))
    return base


def _config(settings: Settings, base: Path) -> dict[str, Any]:
    limits = settings.limits
    return {
        "base": str(base),
        "torch": settings.torch,
        "isolation": settings.isolation,
        "without": sorted(settings.without),
        "secrets": [str(secret.resolve()) for secret in settings.secrets],
        "installed": _installed(),
        "reply_bytes": limits.reply_bytes,
        "limits": {
            "memory_bytes": limits.memory_bytes,
            "file_bytes": limits.file_bytes,
            "processes": limits.processes,
            "cpu_s": cpu_limit_s(limits),
        },
    }


def cpu_limit_s(limits: Limits) -> int:
    """Return the processor time of a worker's whole life: what its submission gets by the clock."""
    return max(1, int(limits.submission_s + limits.load_s + 0.5))


def _installed() -> list[str]:
    """Return where this interpreter's packages are, which a clean one might not find."""
    return [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]


def _command(module: str, *arguments: str) -> list[str]:
    if not sys.executable:
        raise SandboxFault("the path of the Python interpreter is unknown")
    bootstrap = _BOOTSTRAP.replace("MODULE", module)
    return [sys.executable, "-s", "-X", "utf8", "-c", bootstrap, str(_PACKAGE), *arguments]


def _environment() -> dict[str, str]:
    kept = ("LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")  # what an interpreter may need to start at all
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **ENVIRONMENT}


def _run_python(module: str, descriptor: int, out: int, err: int) -> subprocess.Popen[bytes]:
    """Start a clean interpreter that runs a module of this package, given one descriptor."""
    try:
        return subprocess.Popen(
            _command(module, str(descriptor)),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=_environment(),
            cwd=os.sep,
            pass_fds=(descriptor,),
            start_new_session=True,  # Ctrl-C in a terminal is the grader's to handle
        )
    except OSError as error:
        raise SandboxFault(f"Python could not be started again: {error}") from error


def _run_spawned(theirs: tuple[socket.socket, ...], home: Path) -> subprocess.Popen[bytes]:
    """Start a worker's interpreter with its conversation and its two outputs."""
    conversation, out, err = theirs
    if sys.platform != "win32":
        return _run_python("spawned", conversation.fileno(), out.fileno(), err.fileno())
    process = subprocess.Popen(  # no descriptors to inherit: sockets are handed over by value
        _command("spawned", "-1"),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(),
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


def _end_process(process: subprocess.Popen[bytes], grace_s: float) -> None:
    try:
        process.wait(grace_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stderr is not None:
        process.stderr.close()
