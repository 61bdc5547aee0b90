"""The launcher: a fresh interpreter that has imported the libraries and forks workers on request.

It holds no secret and never runs a line of a student's. It has one thread, one connection to the
grader, and does one thing at a time: start a worker, end a worker. Between requests it looks after
what its workers leave on disk. When the connection closes, whatever the reason, it ends all that
it started and removes what that left.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from grader.sandbox import frames, isolation, nursery, scratch, wire, worker

_TICK_S: Final = 0.25
_SWEEP_S: Final = 0.05
"""What a worker leaves is removed in turns of such a length, so that no other worker waits."""
_MOST_USES: Final = 100
_THREAD_S: Final = 1.0
"""A thread that has ended is counted for a moment yet."""
_DISK_FACTOR: Final = 4
"""Files may hold so many times what one file may."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A scratch directory, and the Landlock ruleset that opens it and nothing beside it."""

    scratch: Path
    ruleset: int  # each worker adds to it
    size: int  # of the directory itself, when it was new
    uses: int = 1


@dataclass(slots=True)
class _Worker:
    pid: int
    user: int | None
    place: _Place
    allowed_files: int = 0  # placed by the grader, not the worker's own
    allowed_bytes: int = 0
    excess: str = ""


def main(control_fd: int) -> None:
    """Serve the grader at the other end of `control_fd` until it hangs up.

    With its first message comes what this launcher shall be like, or the door of a nursery, which
    it then becomes.
    """
    control = socket.socket(fileno=control_fd)
    with contextlib.suppress(ImportError):  # it may stand where we are yet to be told to look
        import numpy  # noqa: F401 - first of all, as it takes longest
    try:
        config, descriptors = _hear(control)
    except frames.StreamEndedError:
        return  # none was needed
    if descriptors:
        sys.path += [path for path in config["installed"] if path not in sys.path]
        door = socket.socket(fileno=descriptors[0])
        nursery.serve(door, main, _import_torch)
    try:
        launcher = _Launcher(control, config)
    except Exception:  # noqa: BLE001 - told to the grader, whose fault it becomes
        _tell(control, {"fault": traceback.format_exc()})
        return
    launcher.serve()
    os._exit(0)  # nothing of this interpreter needs to be taken down with care


class _Launcher:
    """What has been imported, and the workers that live."""

    def __init__(self, control: socket.socket, config: dict[str, Any]) -> None:
        self.control = control
        self.parent = os.getppid()  # the grader, or a nursery of the grader's
        self.base = Path(config["base"])
        self.reply_bytes = config["reply_bytes"]
        self.workers: dict[int, _Worker] = {}
        self.started = 0
        self.free: list[_Place] = []  # left empty by workers before
        self.left_over: list[Path] = []  # scratch directories that take long to remove
        self.children = _open_children()
        self.next_look = 0.0
        # who waits for this does so no longer, and may not know whom to end
        signal.setitimer(signal.ITIMER_REAL, config["start_s"])
        installed = tuple(config["installed"])
        sys.path += [path for path in installed if path not in sys.path]
        import numpy  # noqa: F401 - for the workers

        if "torch" in config["imports"]:
            _import_torch()
        secrets = tuple(Path(secret) for secret in config["secrets"])
        canary = self.base / "canary"
        if not canary.read_bytes():
            raise RuntimeError("the canary is empty: reading it would prove nothing")
        plan = isolation.prepare(
            isolation.Request(
                limits=isolation.Limits(**config["limits"]),
                without=isolation.SECURITY
                if config["isolation"] == "off"
                else frozenset(config["without"]),
                others=tuple({self.parent, config["grader"]}),
                secrets=(canary, *secrets),
                installed=installed,
                base=self.base,
            )
        )
        worker.prepare_interpreter()
        self._import(config["imports"], plan)
        self.plan = isolation.measured(plan)
        self._assert_one_thread()
        signal.setitimer(signal.ITIMER_REAL, 0)
        gc.freeze()  # a collection in a worker shall not touch, and so copy, what all share
        _tell(control, {"pid": os.getpid(), "exposed": isolation.exposed(self.plan)})

    def _import(self, modules: Sequence[str], plan: isolation.Plan) -> None:
        """Import what workers would; what cannot be imported they meet themselves, and tell."""
        others = [module for module in modules if module != "torch"]
        if not others:
            return
        home = self.base / "home"
        home.mkdir(mode=0o700)
        isolation.move_home(str(home))  # for what a package writes when it is first imported
        before = _held()
        with _unheard():
            isolation.do_as_a_worker(plan, home, lambda: _import_all(others))
        if _held() - before:
            raise RuntimeError("a package holds files open: workers would lose or share them")
        _assert_forks()

    def _assert_one_thread(self) -> None:
        until = time.monotonic() + _THREAD_S
        while (threads := len(os.listdir("/proc/self/task"))) != 1:  # noqa: PTH208
            if time.monotonic() > until:
                raise RuntimeError(f"{threads} threads after the imports: a fork would lose them")
            time.sleep(0.001)

    def serve(self) -> None:
        """Answer requests; a worker's process never returns from here."""
        try:
            while os.getppid() == self.parent:
                wait_s = 0.0 if self.left_over else _TICK_S
                ready, _, _ = select.select([self.control], [], [], wait_s)
                if ready:
                    request, descriptors = _hear(self.control)
                    _tell(self.control, self._answer(request, descriptors))
                self._look_after_disks()
                if self.left_over and scratch.remove(self.left_over[0], within_s=_SWEEP_S):
                    del self.left_over[0]
        except (frames.StreamEndedError, ConnectionError):
            pass
        finally:
            for number in list(self.workers):
                self._end(number, 0.0)
            scratch.remove(self.base)

    def _answer(self, request: Any, descriptors: list[int]) -> dict[str, Any]:
        try:
            if request["do"] == "start":
                return self._start(descriptors)
            if request["do"] == "allow":
                one = self.workers[request["worker"]]
                one.allowed_files, one.allowed_bytes = request["files"], request["size"]
                return {}
            return self._end(request["worker"], request["grace_s"])
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _start(self, descriptors: list[int]) -> dict[str, Any]:
        self.started += 1
        number = self.started
        user = self.plan.user(number)
        try:
            place = self.free.pop() if self.free else self._new_place(number)
        except OSError as error:
            return {"fault": f"no worker could be started: {error}"}
        try:
            if user is not None:
                os.chown(place.scratch, user, user)
            pid = os.fork()
        except OSError as error:
            self._leave(place)
            return {"fault": f"no worker could be started: {error}"}
        if pid == 0:
            self._become_worker(user, place, descriptors)
        self.workers[number] = _Worker(pid, user, place)
        return {"worker": number, "pid": pid, "scratch": str(place.scratch)}

    def _new_place(self, number: int) -> _Place:
        home = self.base / f"worker-{number}"
        home.mkdir(mode=0o700)
        return _Place(home, isolation.ruleset_for(self.plan, home), scratch.size_of(home))

    def _leave(self, place: _Place) -> None:
        """Keep a worker's place for another if it holds nothing; else have it removed."""
        if place.uses < _MOST_USES and scratch.is_as_new(place.scratch, place.size):
            self.free.append(replace(place, uses=place.uses + 1))
            return
        if place.ruleset >= 0:
            os.close(place.ruleset)
        if not scratch.remove(place.scratch, within_s=_SWEEP_S):
            self.left_over.append(place.scratch)

    def _become_worker(self, user: int | None, place: _Place, descriptors: list[int]) -> None:
        try:
            conversation, out, err = descriptors
            home = str(place.scratch)
            ready = isolation.confine(
                self.plan,
                user=user,
                scratch=home,
                ruleset=place.ruleset,
                streams=(conversation, out, err),
            )
        except BaseException:  # noqa: BLE001 - whatever it is, it must not run the launcher's code
            try:
                traceback.print_exc()
                sys.stderr.flush()
            finally:
                os._exit(70)
        try:
            worker.converse(
                socket.socket(fileno=isolation.CONVERSATION),
                scratch=home,
                reply_bytes=self.reply_bytes,
                ready=ready,
            )
        finally:  # the grader hung up, or a handler of the student's raised: its stack is ours
            os._exit(70)

    def _end(self, number: int, grace_s: float) -> dict[str, Any]:
        """End a worker and everything that came of it; report how it ended and what it used."""
        one = self.workers.pop(number)
        was_killed = not _ends_within(one.pid, grace_s)
        os.kill(one.pid, signal.SIGKILL)
        _, status, usage = os.wait4(one.pid, 0)
        self._end_orphans(one.user)
        self._leave(one.place)
        return {
            "status": status,
            "was_killed": was_killed,
            "cpu_s": usage.ru_utime + usage.ru_stime,
            "max_rss_bytes": usage.ru_maxrss * 1024,
            "excess": one.excess,
        }

    def _end_orphans(self, user: int | None) -> None:
        """End what a worker started, if anything could be: it is our child now, and no worker."""
        known = {one.pid for one in self.workers.values()}
        for _ in range(1_000):
            orphans = [pid for pid in _children(self.children) if pid not in known]
            if not orphans:
                return
            if user is not None:
                _kill_all_of(user)
            for pid in orphans:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)

    def _look_after_disks(self) -> None:
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + _TICK_S
        most = self.plan.request.limits.file_bytes * _DISK_FACTOR
        for one in self.workers.values():
            if not one.excess:
                one.excess = scratch.excess(
                    one.place.scratch,
                    allowed_files=one.allowed_files,
                    allowed_bytes=one.allowed_bytes,
                    most_bytes=most,
                )
                if one.excess:
                    os.kill(one.pid, signal.SIGKILL)


def _import_torch() -> None:
    """Import torch, if it is there, and have it do once what is slow the first time."""
    if sys.modules.get("torch") is not None:
        return  # the nursery, of which this is a fork, has done it
    try:
        import torch
    except ImportError:
        return
    torch.set_num_threads(1)  # before the first operation: a pool would not survive a fork
    torch.set_num_interop_threads(1)
    image = torch.ones(1, 1, 8, 8, requires_grad=True)
    kernel = torch.ones(1, 1, 3, 3)
    torch.nn.functional.conv2d(image, kernel).sum().backward()  # type: ignore[no-untyped-call]
    _load_in_one_process(torch.utils.data.DataLoader)


def _load_in_one_process(loader: Any) -> None:
    """Have torch's data loaders do without processes of their own, which no worker may start.

    `num_workers=2` stands in many a tutorial, and changes how fast batches come, not which.
    """
    iterate = loader.__iter__

    def iterate_here(self: Any) -> Any:
        asked = self.num_workers, self.timeout
        self.num_workers = self.timeout = 0
        try:
            return iterate(self)
        finally:
            self.num_workers, self.timeout = asked

    loader.__iter__ = iterate_here


def _import_all(modules: Sequence[str]) -> None:
    """Import what can be; end the process where half of a package would stay, and confuse workers.

    The launcher that replaces it leaves them all to workers.
    """
    for module in modules:
        package, _, member = module.rpartition(".")
        before = frozenset(sys.modules)
        try:
            __import__(package or module, fromlist=[member] if package else [])
        except BaseException:  # noqa: BLE001 - a worker meets it, too, and tells
            if sys.modules.keys() - before:
                os._exit(1)
    tempfile.tempdir = None  # workers have others
    sys.stdout.flush()
    sys.stderr.flush()


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """Drop what is written to stderr: nobody reads it yet, and who fills a pipe waits for ever."""
    kept, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _held() -> frozenset[str]:
    """Name what this process has open, and what memory it would share with its forks."""
    rows = (line.split()[:2] for line in Path("/proc/self/maps").read_text().splitlines())
    shared = (place for place, mode in rows if mode[1] == "w" and mode[3] == "s")
    return frozenset((*os.listdir("/proc/self/fd"), *shared))  # noqa: PTH208


def _assert_forks() -> None:
    """Fork once, for nothing: a package may have put in what hinders it."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError("a fork ended by itself after the imports")


def _ends_within(pid: int, grace_s: float) -> bool:
    """Whether a child has ended, or does within the time; it is not reaped."""
    deadline = time.monotonic() + grace_s
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.001)
    return True


def _open_children() -> int | None:
    """Open the file that names our children; None on a kernel without it."""
    try:
        return os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def _children(file: int | None) -> list[int]:
    """Return the processes whose parent we are, the dead ones too."""
    if file is not None:
        return [int(pid) for pid in os.pread(file, 1 << 16, 0).split()]
    me = os.getpid()
    return [pid for pid in map(_as_pid, os.listdir("/proc")) if pid and _parent(pid) == me]  # noqa: PTH208


def _as_pid(name: str) -> int:
    return int(name) if name.isdigit() else 0


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _kill_all_of(user: int) -> None:
    """Kill every process of a worker's user at once, so that none can start another meanwhile."""
    child = os.fork()
    if child == 0:
        try:
            os.setresuid(user, user, user)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def _tell(control: socket.socket, message: dict[str, Any]) -> None:
    frames.send(control, frames.NO_NONCE, wire.encode(message))


def _hear(control: socket.socket) -> tuple[Any, list[int]]:
    """Wait for a request; return it with the descriptors that came along."""
    head = b""
    descriptors: list[int] = []
    while len(head) < frames.HEADER.size:
        data, came, _, _ = socket.recv_fds(control, frames.HEADER.size - len(head), 3)
        if not data:
            raise frames.StreamEndedError("the grader hung up")
        head += data
        descriptors += came
    _, length = frames.HEADER.unpack(head)
    return wire.decode(frames.receive_exactly(control, length)), descriptors
