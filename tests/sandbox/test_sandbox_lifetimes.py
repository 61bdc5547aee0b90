"""What is started is ended, what is made is removed, and what is lost is replaced."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from canaries import waiting_workers
from sandboxes import (
    LIMITS,
    Run,
    children_of,
    is_alive,
    open_descriptors,
    submission,
    wait_until,
)

from grader.errors import SandboxFault
from grader.model import Killed, Raised, Returned
from grader.sandbox import Launcher, hosts, interpreter, scratch, start_launcher
from grader.sandbox.forking import ForkingHost
from grader.sandbox.spawning import SpawningHost

TEXT = """
    import os, time
    def f(x): return x
    def ends(): os._exit(3)
    def hangs():
        while True: pass
    def litters():
        os.makedirs("a/b/c")
        for name in ("x", "a/y", "a/b/z"): open(name, "w").write("x")
        os.symlink("/etc", "a/link")
        os.chmod("a/b", 0)
    """


def process_of(launcher: Launcher) -> int:
    host = launcher._host
    assert isinstance(host, ForkingHost)
    assert host._interpreter.pid
    return host._interpreter.pid


def base_of(launcher: Launcher) -> Path:
    host = launcher._host
    assert isinstance(host, ForkingHost | SpawningHost)
    return host._base


@pytest.mark.parametrize("fork", [True, False])
def test_nothing_is_left_when_a_launcher_is_closed(fork: bool) -> None:
    descriptors, children = open_descriptors(), children_of(os.getpid())
    launcher = start_launcher(LIMITS, isolation="preferred", fork=fork)
    base = base_of(launcher)
    with launcher:
        for _ in range(2):
            with launcher.open(submission(TEXT)) as session:
                assert session.call("f", (1,)).outcome == Returned(1)
                assert isinstance(session.call("ends", ()).outcome, Killed)
                session.call("litters", ())
            assert wait_until(lambda: not any(base.glob("worker-*/*")))
        left_open = launcher.open(submission(TEXT))
        assert left_open.loaded.functions
    assert not base.exists()
    assert children_of(os.getpid()) == children
    left_open.close()
    assert open_descriptors() == descriptors


def test_crash_after_crash_leaks_no_descriptor_and_no_process() -> None:
    with start_launcher(LIMITS, isolation="preferred") as launcher:
        with launcher.open(submission(TEXT)) as session:
            session.call("ends", ())
            descriptors = open_descriptors()
            for _ in range(15):
                session.call("ends", ())
            assert open_descriptors() == descriptors
            assert len(children_of(process_of(launcher))) == 0
            session.call("f", (1,))
            assert len(children_of(process_of(launcher))) == 1
        assert wait_until(lambda: children_of(process_of(launcher)) == [])


def test_a_launcher_that_is_never_used_is_closed_as_well() -> None:
    descriptors, children = open_descriptors(), children_of(os.getpid())
    start_launcher(LIMITS, isolation="preferred").close()
    assert open_descriptors() == descriptors
    assert children_of(os.getpid()) == children


def test_starting_a_launcher_does_not_wait_for_it() -> None:
    started = time.monotonic()
    launcher = start_launcher(LIMITS, isolation="preferred")
    started_s = time.monotonic() - started
    _ = launcher.isolation
    ready_s = time.monotonic() - started
    launcher.close()
    assert started_s < ready_s / 2


@pytest.mark.parametrize("doing", ["nothing", "hangs"])
def test_when_the_grader_is_killed_everything_ends_with_it(doing: str) -> None:
    script = (
        f"import sys; sys.path[:0] = [{str(Path(__file__).parent)!r},"
        f" {str(Path(__file__).parents[2])!r}]\n"
        "from sandboxes import LIMITS, submission\n"
        "from grader.sandbox import start_launcher\n"
        "launcher = start_launcher(LIMITS, isolation='preferred')\n"
        f"session = launcher.open(submission({TEXT!r}))\n"
        "host = launcher._host\n"
        "print(host._interpreter.pid, session._worker.pid, host._base, flush=True)\n"
        f"session.call({doing!r}, ()) if {doing!r} != 'nothing' else sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as grader:
        assert grader.stdout is not None
        launcher, worker, base = grader.stdout.readline().split()
        time.sleep(0.1)
        grader.kill()
    for pid in (launcher, worker):
        assert wait_until(lambda pid=pid: not is_alive(int(pid)))
    assert wait_until(lambda: not Path(base).exists())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
def test_a_lost_launcher_is_replaced_and_the_session_goes_on(how: signal.Signals) -> None:
    with (
        start_launcher(LIMITS, isolation="preferred", answer_s=0.5) as launcher,
        launcher.open(submission(TEXT)) as session,
    ):
        assert session.call("f", (1,)).outcome == Returned(1)
        first, base = process_of(launcher), base_of(launcher)
        os.kill(first, how)
        assert isinstance(session.call("ends", ()).outcome, Killed)
        assert session.call("f", (2,)).outcome == Returned(2)
        assert process_of(launcher) != first
        assert not is_alive(first)
        assert not base.exists()


def test_a_launcher_that_is_lost_during_a_call_costs_nothing() -> None:
    text = "import time\ndef f():\n    time.sleep(0.3)\n    return 1\n"
    with (
        start_launcher(LIMITS, isolation="preferred") as launcher,
        launcher.open(submission(text)) as session,
    ):
        threading.Timer(0.1, os.kill, (process_of(launcher), signal.SIGKILL)).start()
        assert session.call("f", ()).outcome == Returned(1)


def test_a_worker_that_waits_ends_with_its_launcher() -> None:
    """By the kernel: its conversation is with the grader, and stays open."""
    with (
        start_launcher(LIMITS, isolation="preferred") as launcher,
        launcher.open(submission(TEXT)) as session,
    ):
        assert session._worker is not None
        worker = session._worker.pid
        os.kill(process_of(launcher), signal.SIGKILL)
        assert wait_until(lambda: not is_alive(worker))


@pytest.mark.parametrize("after_s", [0.1, 0.4], ids=["while_loading", "during_a_call"])
def test_a_worker_that_is_killed_once_costs_nothing(after_s: float) -> None:
    text = "import time\ntime.sleep(0.3)\ndef f():\n    time.sleep(0.3)\n    return 1\n"
    with start_launcher(LIMITS, isolation="preferred") as launcher:
        assert launcher.isolation  # so it has started

        def strike() -> None:
            for worker in children_of(process_of(launcher)):
                os.kill(worker, signal.SIGKILL)

        struck = threading.Timer(after_s, strike)
        struck.start()
        with launcher.open(submission(text)) as session:
            assert session.loaded.failure is None
            assert session.loaded.functions == ("f",)
            assert session.call("f", ()).outcome == Returned(1)
        struck.join()


def test_who_kills_himself_does_it_twice() -> None:
    text = (
        "import os\n"
        "def f():\n    print('before')\n    os.kill(os.getpid(), 9)\n"
        "def g():\n    return 1\n"
    )
    with (
        start_launcher(LIMITS, isolation="preferred") as launcher,
        launcher.open(submission(text)) as session,
    ):
        for _ in range(2):
            told = session.call("f", ())
            assert told.outcome == Killed("signal", "SIGKILL")
            assert told.stdout == "before\n"
        assert session.call("g", ()).outcome == Returned(1)


def test_where_a_submission_ends_the_worker_s_own_code_no_stack_of_ours_is_told() -> None:
    """A handler of signals that raises, as many use for a time limit, may do so at any moment."""
    text = "import socket\ndef f():\n    socket.socket.sendall = None\n    return 1\n"
    with (
        start_launcher(LIMITS, isolation="preferred") as launcher,
        launcher.open(submission(text)) as session,
    ):
        told = session.call("f", ())
    assert isinstance(told.outcome, Killed)
    assert told.stderr == ""


def test_a_launcher_lost_twice_in_a_row_is_a_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    started: list[Launcher] = []
    new_host = Launcher._new_host

    def counted(launcher: Launcher) -> hosts.Host:
        started.append(launcher)
        return new_host(launcher)

    monkeypatch.setattr(Launcher, "_new_host", counted)
    with (
        start_launcher(LIMITS, isolation="preferred") as launcher,
        pytest.raises(SandboxFault, match="and so was the one before"),
    ):
        launcher.open(submission(TEXT))
    assert len(started) == 2


@pytest.mark.parametrize("fork", [True, False])
def test_a_fault_says_what_the_launcher_said(monkeypatch: pytest.MonkeyPatch, fork: bool) -> None:
    monkeypatch.setattr(interpreter, "_BOOTSTRAP", "import no_such_module")
    with (
        start_launcher(LIMITS, isolation="preferred", fork=fork) as launcher,
        pytest.raises(SandboxFault, match="No module named 'no_such_module'"),
    ):
        launcher.open(submission(TEXT))


def test_a_python_that_cannot_be_started_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(SandboxFault, match="no launcher could be started"):
        start_launcher(LIMITS, isolation="preferred")


def test_no_descriptors_left_is_a_fault_and_mends_itself() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with start_launcher(LIMITS, isolation="preferred") as launcher:
        _ = launcher.isolation
        with launcher.open(submission(TEXT)) as session:
            assert session.call("f", (1,)).outcome == Returned(1)
        resource.setrlimit(resource.RLIMIT_NOFILE, (open_descriptors() + 2, hard))
        try:
            with pytest.raises(SandboxFault):
                launcher.open(submission(TEXT))
            with pytest.raises(SandboxFault):
                start_launcher(LIMITS, isolation="preferred")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        with launcher.open(submission(TEXT)) as session:
            assert session.call("f", (2,)).outcome == Returned(2)


def test_no_place_for_scratch_directories_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(candidates: tuple[str, ...]) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scratch, "make_base", full)
    with pytest.raises(SandboxFault, match="No space left on device"):
        start_launcher(LIMITS, isolation="preferred")


def test_helpers_that_find_no_space_are_a_fault_and_no_remark(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with start_launcher(LIMITS, isolation="preferred") as launcher:
        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(SandboxFault, match="No space left on device"):
            launcher.open(submission(TEXT, helpers={"helper.py": b""}))
        monkeypatch.undo()


def test_an_interrupted_exchange_does_not_mix_up_the_next_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C may come while an answer is on its way."""
    with start_launcher(LIMITS, isolation="preferred") as launcher:
        with launcher.open(submission(TEXT)) as session:
            assert session.call("f", (1,)).outcome == Returned(1)

        def interrupted(self: ForkingHost) -> Any:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(ForkingHost, "_hear", interrupted)
            launcher.open(submission(TEXT))
        with launcher.open(submission(TEXT)) as session:
            assert session.call("f", (2,)).outcome == Returned(2)


def test_a_closed_launcher_says_so(tmp_path: Path) -> None:
    launcher = start_launcher(LIMITS, isolation="preferred")
    launcher.close()
    launcher.close()
    with pytest.raises(SandboxFault, match="was closed"):
        launcher.open(submission(TEXT))


def test_processes_that_a_submission_started_end_with_it() -> None:
    """Without the filter they can be started: the launcher must find them all the same."""
    text = """
        import os, signal, time, ctypes
        def f():
            if os.fork() == 0:
                os.setsid()
                for number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)
                ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
                if os.fork() == 0:
                    while True: time.sleep(1)
                os._exit(0)
            return os.getpid()
        """
    with start_launcher(LIMITS, isolation="preferred", without=frozenset({"seccomp"})) as launcher:
        with launcher.open(submission(text)) as session:
            assert isinstance(session.call("f", ()).outcome, Returned)
            launcher_pid = process_of(launcher)
            assert wait_until(lambda: len(children_of(launcher_pid)) == 2)
        assert wait_until(lambda: children_of(launcher_pid) == [])


def test_sessions_in_several_threads_share_a_launcher() -> None:
    results: dict[int, list[Any]] = {}
    text = "def f(x): return x * 2\nimport os\ndef ends(): os._exit(1)\n"

    def grade(number: int, launcher: Launcher) -> None:
        with launcher.open(submission(text)) as session:
            found = [session.call("f", (number * 100 + i,)).outcome for i in range(20)]
            found.append(session.call("ends", ()).outcome)
            found.append(session.call("f", (number,)).outcome)
        results[number] = found

    with start_launcher(LIMITS, isolation="preferred") as launcher:
        threads = [threading.Thread(target=grade, args=(n, launcher)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for number in range(4):
        doubled = [Returned((number * 100 + i) * 2) for i in range(20)]
        assert results[number][:20] == doubled
        assert isinstance(results[number][20], Killed)
        assert results[number][21] == Returned(number * 2)


def test_a_scratch_directory_is_removed_however_deep_and_closed(tmp_path: Path) -> None:
    top = tmp_path / "scratch"
    top.mkdir()
    here = os.getcwd()  # noqa: PTH109 - deeper than any path can be
    os.chdir(top)
    try:
        for _ in range(600):
            os.mkdir("d" * 40)  # noqa: PTH102
            Path("file").touch()
            os.chdir("d" * 40)
    finally:
        os.chdir(here)
    (top / "link").symlink_to(tmp_path)
    (top / "closed").mkdir()
    (top / "closed" / "inner").mkdir()
    (top / "closed" / "inner").chmod(0)
    (top / "closed").chmod(0)
    (tmp_path / "kept").touch()
    scratch.remove(top)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_worker_that_closes_its_directories_does_not_keep_them() -> None:
    text = """
        import os
        def f():
            os.makedirs("a/b/c"); os.chmod("a/b", 0); os.chmod("a", 0); os.chmod(".", 0)
        """
    with start_launcher(LIMITS, isolation="preferred") as launcher:
        with launcher.open(submission(text)) as session:
            outcome = session.call("f", ()).outcome
            assert isinstance(outcome, Returned | Raised)
        assert wait_until(lambda: not any(base_of(launcher).glob("worker-*")))


LEAVES = {
    "nothing": "def f():\n    return os.listdir('.')\n",
    "a file": "open('note.txt', 'w').write('the answer')\ndef f():\n    return os.listdir('.')\n",
    "a closed directory": "os.chmod('.', 0)\ndef f():\n    return 'closed'\n",
    "a number for a time": "os.utime('.', (77, 77))\ndef f():\n    return 'told'\n",
    "a directory grown large": """
names = [str(number).rjust(250, "n") for number in range(1_000)]
for name in names:
    open(name, "w").close()
for name in names:
    os.unlink(name)
def f():
    return "large"
""",
}


@pytest.mark.parametrize("left", LEAVES)
def test_a_scratch_directory_is_as_new_for_the_next_worker(run: Run, left: str) -> None:
    """A friend who is marked next, and whose output is shown, would read what was left."""
    look = """
        import os, stat, time
        def f():
            state = os.stat(".")
            recent = min(state.st_mtime, state.st_atime) > time.time() - 1_000
            open("own.txt", "w").write("own")
            own = state.st_uid == os.getuid() and os.getcwd() == os.environ["HOME"]
            return os.listdir("."), own, stat.S_IMODE(state.st_mode), recent, state.st_size
        """
    first = run.call(look).outcome
    run.call("import os\n" + LEAVES[left])
    assert run.call(look).outcome == first
    assert isinstance(first, Returned)
    assert first.value[:4] == (["own.txt"], True, 0o700, True)  # type: ignore[index]


def test_many_workers_after_one_another_leave_the_launcher_as_it_was(run: Run) -> None:
    text = "def f():\n    return 1\n"
    run.call(text)
    descriptors = Path(f"/proc/{process_of(run.launcher)}/fd")
    before = len(list(descriptors.iterdir()))
    for _ in range(5):
        run.call(text)
        run.call("open('left', 'w')\n" + text)
    run.call(text)
    # Of the workers before these, some may only now have come to their end.
    assert len(list(descriptors.iterdir())) <= before


def test_a_scratch_directory_serves_a_hundred_workers_and_no_more(run: Run) -> None:
    """Each of them leaves a rule in the ruleset that goes with it, where its own memory is told."""
    text = "import os\ndef f():\n    open('/proc/self/maps').close()\n    return os.getcwd()\n"
    places = [getattr(run.call(text).outcome, "value", None) for _ in range(210)]
    assert None not in places
    assert 2 < len(set(places)) < 7
    descriptors = Path(f"/proc/{process_of(run.launcher)}/fd")
    assert len(list(descriptors.iterdir())) < 40


def test_from_the_second_submission_on_a_worker_waits_for_the_next() -> None:
    with start_launcher(LIMITS, isolation="preferred") as launcher:
        pid = process_of(launcher)
        for opened in range(1, 4):
            with launcher.open(submission(TEXT)) as session:
                assert session.call("f", (opened,)).outcome == Returned(opened)
            waiting = 0 if opened == 1 else 1
            assert wait_until(lambda n=waiting: len(children_of(pid)) == n)  # type: ignore[misc]
    assert wait_until(lambda: not is_alive(pid))


def test_a_worker_that_is_killed_while_it_waits_is_no_fault_of_the_next_submission() -> None:
    with start_launcher(LIMITS, isolation="preferred") as launcher:
        for number in range(4):
            with launcher.open(submission(TEXT)) as session:
                assert session.loaded.failure is None
                assert session.call("f", (number,)).outcome == Returned(number)
            waiting = waiting_workers(launcher)
            assert len(waiting) == (1 if number else 0)
            for pid in waiting:
                os.kill(pid, signal.SIGKILL)
                assert wait_until(lambda pid=pid: not is_alive(pid))  # type: ignore[misc]
