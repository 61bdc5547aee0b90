"""Starts clean interpreters for a launcher or a spawned worker, and a launcher's ahead of time.

What a launcher imports takes as long as all that the grader does before it needs one. A door that
is going to need a launcher says so first of all (`start_ahead`), and the two go on side by side.
So this module imports nothing of ours, and of Python's only what starts a process.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time

TYPE_CHECKING = False  # what says so takes as long to import as a process to start
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

_MOST_WORDS: Final = 8_000
_PACKAGE: Final = __file__.rsplit(os.sep, 2)[0]
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
    "LOGNAME": "student",  # a worker's user has no name in the system's list
    "MPLBACKEND": "Agg",  # a plot must not look for a screen
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TORCHDYNAMO_DISABLE": "1",
    "CUDA_VISIBLE_DEVICES": "",  # its threads would not survive a fork
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # of large pages a fork has fewer to copy
}
"""What a launcher, and with it every worker, finds in its environment."""


def command_for(module: str, *arguments: str) -> list[str]:
    """Return the command that starts a clean interpreter with `main` of a module of this room."""
    if not sys.executable:
        raise FileNotFoundError("the path of the Python interpreter is unknown")
    bootstrap = _BOOTSTRAP.replace("MODULE", module)
    return [sys.executable, "-s", "-X", "utf8", "-c", bootstrap, _PACKAGE, *arguments]


def environment() -> dict[str, str]:
    """Return all that a clean interpreter finds in its environment."""
    kept = ("LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")  # what an interpreter may need to start at all
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **ENVIRONMENT}


def run_python(module: str, descriptor: int, out: int, err: int) -> subprocess.Popen[bytes]:
    """Start a clean interpreter that runs a module of this package, given one descriptor."""
    return subprocess.Popen(
        command_for(module, str(descriptor)),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        env=environment(),
        cwd=os.sep,
        pass_fds=(descriptor,),
        start_new_session=True,  # Ctrl-C in a terminal is the grader's to handle
    )


def installed() -> list[str]:
    """Return where this interpreter's packages are, which a clean one might not find."""
    return [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]


class Started:
    """A launcher's interpreter, and our end of the connection with it. Nothing was said yet."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = run_python(
                    "launcher", theirs.fileno(), subprocess.DEVNULL, subprocess.PIPE
                )
        except BaseException:
            self.control.close()
            raise
        self.pid = self._process.pid

    def last_words(self, wait_s: float) -> str:
        """Return what it wrote to stderr, if it ends within the time."""
        assert self._process.stderr is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(wait_s)
            return self._process.stderr.read(_MOST_WORDS).decode("utf-8", "replace").strip()
        return ""

    def end(self, grace_s: float) -> None:
        """Hang up, and see it end, or end it; safe to call twice."""
        self.control.close()
        try:
            self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


class Forked:
    """The same of a launcher that a nursery forks (nursery.py). It is not our child."""

    def __init__(self, door: socket.socket, *, torch: bool) -> None:
        self.pid = 0  # until it has said it
        self.control, theirs = socket.socketpair()
        self._err, err = os.pipe()  # closed by its end, which is how that is noticed
        try:
            wanted = b"torch" if torch else b"plain"
            socket.send_fds(door, [wanted], [theirs.fileno(), err])
        except BaseException:
            self.control.close()
            os.close(self._err)
            raise
        finally:
            theirs.close()
            os.close(err)

    def last_words(self, wait_s: float) -> str:
        """Return what it wrote to stderr, if it ends within the time."""
        return (self._read_to_end(wait_s) or b"").decode("utf-8", "replace").strip()

    def end(self, grace_s: float) -> None:
        """Hang up, and see it end, or end it; safe to call twice."""
        self.control.close()
        if self._err < 0:
            return
        if self._read_to_end(grace_s) is None and self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._read_to_end(grace_s)
        os.close(self._err)
        self._err = -1

    def _read_to_end(self, wait_s: float) -> bytes | None:
        words = b""
        until = time.monotonic() + wait_s
        while select.select([self._err], [], [], max(0.0, until - time.monotonic()))[0]:
            piece = os.read(self._err, _MOST_WORDS)
            if not piece:
                return words
            words = words or piece
        return None


class Nursery:
    """An interpreter that forks launchers for this process and for all that it forks."""

    def __init__(self) -> None:
        from grader.sandbox import frames, wire  # late, as this module imports nothing of ours

        self._interpreter = _ahead.pop() if _ahead else Started()
        self.door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            about = wire.encode({"installed": installed()})
            frame = frames.pack(frames.NO_NONCE, about)
            socket.send_fds(self._interpreter.control, [frame], [theirs.fileno()])

    def close(self) -> None:
        """Have it end, when all others that could ask it have ended."""
        self.door.close()
        self._interpreter.end(grace_s=2.0)


_ahead: list[Started] = []
_nurseries: list[Nursery] = []


def start_ahead() -> None:
    """Start the interpreter of the first launcher now; it ends by itself if none is needed."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # told by who needs it
            _ahead.append(Started())


@contextlib.contextmanager
def shared() -> Iterator[None]:
    """Have one interpreter fork the launchers of all processes that this one forks meanwhile."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # then each has one of its own, or says why not
            nursery = Nursery()
            stack.callback(nursery.close)
            _nurseries.append(nursery)
            stack.callback(_nurseries.remove, nursery)
        yield


def started(*, torch: bool) -> Started | Forked:
    """Return a launcher's interpreter: a fork of the nursery, or one of its own."""
    if _nurseries:
        with contextlib.suppress(OSError):  # it has ended
            return Forked(_nurseries[-1].door, torch=torch)
    return _ahead.pop() if _ahead else Started()
