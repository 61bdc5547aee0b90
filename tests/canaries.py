"""What an attack must not reach, laid out so that it could: secrets, listeners, processes, results.

Each canary is looked at twice. `assert_set_up` proves that it would notice: a file that is there
and holds the token, a listener that hears a knock. `trouble` tells what an attack has done to it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from grader.model import Chunk, Submission
from grader.sandbox import Launcher, Session
from grader.sandbox.hosts import Worker

SHARED = tuple(
    Path(place) for place in ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue") if Path(place).is_dir()
)
_WORKERS = 1_900_000_000
"""The first user id that is given to a worker; nobody else has one so high."""
_REMOVED_S = 60.0
"""For a launcher to remove many directories between its other work, on a busy disk."""
_SIBLING = """
import sys, time
token = sys.argv[1]
print("up", flush=True)
time.sleep(3600)
"""
_NEIGHBOUR = """
from pathlib import Path

def kept():
    return [Path("mine.txt").read_text(), sorted(p.name for p in Path(".").iterdir())]
"""


class Canaries:
    """All of them together, for as long as one launcher lives."""

    def __init__(self, launcher: Launcher, course: Path) -> None:
        self.token = f"token-{secrets.token_hex(16)}"
        self.course = course
        # In the name of everything that an attack leaves where it should leave nothing.
        self.mark = f"attack-was-here-{secrets.token_hex(8)}"
        self._closing = contextlib.ExitStack()
        self.home = Path(self._closing.enter_context(tempfile.TemporaryDirectory(prefix="canary-")))
        self.home.chmod(0o755)  # a listener or a file below it can be reached by anybody ...
        self.private = self.home / "private"
        self.private.mkdir(mode=0o700)  # ... and a secret by its owner alone
        self.secret = self.private / "hidden_cases.json"
        self.secret.touch(mode=0o600)
        self.secret.write_text(self.token)
        self.results = self.private / "results.json"
        self.precious = self.home / "precious"
        self.precious.mkdir()
        (self.precious / "work").write_text("of years")
        self._closing.callback(os.environ.pop, "GRADER_TOKEN", None)
        self.listeners = _Listeners(self.home / "socket")
        self._closing.callback(self.listeners.close)
        self.sibling = self._start_sibling()
        self._closing.callback(self._end_sibling)
        self.launcher = launcher
        self.process_id = launcher_pid(launcher)
        self.neighbour = self._closing.enter_context(
            launcher.open(
                Submission(
                    "neighbour",
                    "n.py",
                    (Chunk("n.py", _NEIGHBOUR),),
                    helpers={"mine.txt": self.token.encode()},
                )
            )
        )

    def __enter__(self) -> Canaries:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.close()

    @property
    def places(self) -> dict[str, str]:
        """What an attack may know of where things are."""
        worker = worker_of(self.neighbour)
        return {
            "SECRET": str(self.secret),
            "RESULTS": str(self.results),
            "SOURCE": str(self.course),
            "PRECIOUS": str(self.precious),
            "HOME": str(self.home),
            "TCP": str(self.listeners.tcp_port),
            "UDP": str(self.listeners.udp_port),
            "SOCKET": str(self.home / "socket"),
            "ABSTRACT": self.listeners.abstract,
            "SIBLING": str(self.sibling.pid),
            "GRADER": str(os.getpid()),
            "LAUNCHER": str(self.process_id),
            "NEIGHBOUR": str(worker.pid),
            "NEIGHBOUR_HOME": str(worker.scratch),
            "MARK": self.mark,
        }

    def assert_set_up(self) -> None:
        """Prove that each canary is where it is said to be and notices what it has to notice."""
        self.results.write_text("placeholder")
        os.environ["GRADER_TOKEN"] = self.token
        assert self.secret.read_text() == self.token
        assert (self.course / "reference" / "targets.py").exists()
        assert self.course.stat().st_mode & 0o777 == 0o700
        assert self.secret.stat().st_mode & 0o777 == 0o600
        assert self.private.stat().st_mode & 0o777 == 0o700
        self.listeners.assert_hearing()
        assert self.sibling.poll() is None
        assert self.token.encode() in Path(f"/proc/{self.sibling.pid}/cmdline").read_bytes()
        assert self.neighbour.call("kept", ()).outcome.value[0] == self.token  # type: ignore[union-attr,index]
        assert not list(self.left_behind())

    def mend(self) -> None:
        """Put back what an attack that nothing held has destroyed."""
        if self.sibling.poll() is not None:
            self._end_sibling()
            self.sibling = self._start_sibling()
        self.sibling.send_signal(signal.SIGCONT)
        self.listeners.heard.clear()
        for path in self.left_behind():
            path.unlink()

    def trouble(self) -> Iterator[str]:
        """Yield what an attack has done, a clause each."""
        time.sleep(0.01)  # what it sent may still be on its way
        yield from (f"knocked at {listener}" for listener in set(self.listeners.heard))
        if not self.results.exists() or self.results.read_text() != "placeholder":
            yield "wrote the results"
        if self.secret.read_text() != self.token:
            yield "changed the secret"
        if not (self.precious / "work").exists() or len(list(self.precious.iterdir())) != 1:
            yield "changed a directory that it could only link to"
        state = _state(self.sibling.pid)
        if self.sibling.poll() is not None or state in "TtZ":
            yield f"stopped the sibling (state {state!r})"
        if launcher_pid(self.launcher) != self.process_id:
            yield "made an end of the launcher"
        found = self.neighbour.call("kept", ()).outcome
        if getattr(found, "value", None) != [self.token, ["mine.txt"]]:
            yield f"changed its neighbour's directory: {found}"
        yield from (f"left {path}" for path in self.left_behind())
        known = {worker_of(self.neighbour).pid, *waiting_workers(self.launcher)}
        more = children(self.process_id) - known
        if more:
            yield f"left processes: {[_command(pid) for pid in more]}"
        deadline = time.monotonic() + _REMOVED_S
        while (rest := self._scratch_directories()) and time.monotonic() < deadline:
            time.sleep(0.05)
        if rest:
            yield f"left in the scratch directories: {rest}"

    def _scratch_directories(self) -> set[str]:
        """All that hold something, but the neighbour's and the canary of the sandbox's own."""
        home = worker_of(self.neighbour).scratch
        places = {path for path in home.parent.iterdir() if path.name != "canary"} - {home}
        return {path.name for path in places if not path.is_dir() or any(path.iterdir())}

    def left_behind(self) -> Iterator[Path]:
        """Yield files of an attack's where everybody may write."""
        for place in (*SHARED, self.home, Path.cwd(), Path.home()):
            for path in place.iterdir():
                with contextlib.suppress(FileNotFoundError):  # somebody else's, and gone
                    if self.mark in path.name or path.lstat().st_uid >= _WORKERS:
                        yield path

    def gave_away(self, text: str) -> bool:
        """Whether a text holds the token."""
        return re.search(r"token-[0-9a-f]{32}", text) is not None

    def _start_sibling(self) -> subprocess.Popen[str]:
        sibling = subprocess.Popen(
            [sys.executable, "-c", _SIBLING, self.token], stdout=subprocess.PIPE, text=True
        )
        assert sibling.stdout is not None
        assert sibling.stdout.readline() == "up\n"
        return sibling

    def _end_sibling(self) -> None:
        self.sibling.kill()
        self.sibling.wait()
        if self.sibling.stdout is not None:
            self.sibling.stdout.close()


class _Listeners:
    """A listener of each kind that a process on the same machine could reach."""

    def __init__(self, path: Path) -> None:
        self.heard: list[str] = []
        self.path = str(path)
        self.abstract = f"grader-canary-{secrets.token_hex(8)}"
        tcp = socket.socket()
        tcp.bind(("127.0.0.1", 0))
        self.tcp_port = tcp.getsockname()[1]
        udp = socket.socket(type=socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        self.udp_port = udp.getsockname()[1]
        named = socket.socket(socket.AF_UNIX)
        named.bind(self.path)
        path.chmod(0o777)
        hidden = socket.socket(socket.AF_UNIX)
        hidden.bind("\0" + self.abstract)
        self._sockets = {"tcp": tcp, "udp": udp, "unix": named, "abstract": hidden}
        self._is_open = True
        self._threads = [
            threading.Thread(target=self._listen, args=item, daemon=True)
            for item in self._sockets.items()
        ]
        for name, one in self._sockets.items():
            one.settimeout(0.2)
            if name != "udp":
                one.listen(64)
        for thread in self._threads:
            thread.start()

    def _listen(self, name: str, one: socket.socket) -> None:
        while self._is_open:
            with contextlib.suppress(TimeoutError):
                if name == "udp":
                    one.recv(100)
                else:
                    one.accept()[0].close()
                self.heard.append(name)

    def assert_hearing(self) -> None:
        for family, kind, address in (
            (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", self.tcp_port)),
            (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", self.udp_port)),
            (socket.AF_UNIX, socket.SOCK_STREAM, self.path),
            (socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.abstract),
        ):
            with socket.socket(family, kind) as knock:
                knock.connect(address)
                if kind == socket.SOCK_DGRAM:
                    knock.send(b"knock")
        deadline = time.monotonic() + 5
        while len(self.heard) < 4 and time.monotonic() < deadline:
            time.sleep(0.001)
        assert sorted(self.heard) == ["abstract", "tcp", "udp", "unix"]
        self.heard.clear()

    def close(self) -> None:
        self._is_open = False
        for thread in self._threads:
            thread.join()
        for one in self._sockets.values():
            one.close()


def launcher_pid(launcher: Launcher) -> int:
    host: Any = launcher._host
    return int(host._interpreter.pid)


def waiting_workers(launcher: Launcher) -> set[int]:
    """Workers that wait for the next submission; afterwards all others have been ended."""
    host: Any = launcher._host
    with host._lock, host._losing():
        host._hear_what_is_due()
    return {reply["pid"] for _, reply in host._ready}


def worker_of(session: Session) -> Worker:
    """The neighbour's worker, in which no student's code is ever called that ends it."""
    assert session._worker is not None
    return session._worker


def children(pid: int) -> set[int]:
    return {int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def _state(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return "Z"


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return f"{pid} {Path(f'/proc/{pid}/stat').read_text()[:200]}"
    return f"{pid} (gone)"
