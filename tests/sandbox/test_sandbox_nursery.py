"""Launchers that are forks of one interpreter: as good as any, and nobody's loss when it dies."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandboxes import (
    LIMITS,
    children_of,
    is_alive,
    open_descriptors,
    submission,
    wait_until,
)

from grader.errors import SandboxFault
from grader.model import Returned
from grader.sandbox import Launcher, interpreter, start_launcher
from grader.sandbox.forking import ForkingHost

TEXT = """
    import os, sys
    def f(x): return x
    def has_torch(): return "torch" in sys.modules
    def reaches(pid):
        reached = []
        for name, attempt in {
            "signal": lambda: os.kill(pid, 0),
            "memory": lambda: open(f"/proc/{pid}/mem", "rb"),
            "environment": lambda: open(f"/proc/{pid}/environ", "rb"),
        }.items():
            try:
                attempt()
                reached.append(name)
            except OSError:
                pass
        return reached
    """


def pid_of(launcher: Launcher) -> int:
    _ = launcher.isolation  # waits for it
    host = launcher._host
    assert isinstance(host, ForkingHost)
    return host._interpreter.pid


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@contextlib.contextmanager
def opened(*imports: str) -> Iterator[Launcher]:
    with start_launcher(LIMITS, isolation="preferred", imports=imports) as launcher:
        yield launcher


def answers(launcher: Launcher) -> bool:
    with launcher.open(submission(TEXT)) as session:
        return session.call("f", (7,)).outcome == Returned(7)


def test_launchers_are_forks_of_one_interpreter_and_end_with_what_uses_them() -> None:
    before = open_descriptors()
    with interpreter.shared():
        with opened() as first, opened() as second:
            pids = [pid_of(first), pid_of(second)]
            nursery = parent_of(pids[0])
            assert parent_of(pids[1]) == nursery
            assert parent_of(nursery) == os.getpid()
            assert answers(first)
            assert answers(second)
        assert all(wait_until(lambda pid=pid: not is_alive(pid)) for pid in pids)
        with opened() as third:
            assert parent_of(pid_of(third)) == nursery
    assert wait_until(lambda: not is_alive(nursery))
    assert open_descriptors() == before
    with opened() as own:
        assert parent_of(pid_of(own)) == os.getpid()


def test_a_submission_reaches_the_nursery_no_more_than_the_grader() -> None:
    with interpreter.shared(), opened() as launcher:
        nursery = parent_of(pid_of(launcher))
        with launcher.open(submission(TEXT)) as session:
            for pid in (nursery, pid_of(launcher), os.getpid()):
                assert session.call("reaches", (pid,)).outcome == Returned([])


@pytest.mark.parametrize("killed", ["launcher", "nursery"])
def test_what_is_killed_is_replaced_and_the_session_goes_on(killed: str) -> None:
    with (
        interpreter.shared(),
        opened() as launcher,
        launcher.open(submission(TEXT)) as session,
    ):
        assert session.call("f", (1,)).outcome == Returned(1)
        first = pid_of(launcher)
        os.kill(first if killed == "launcher" else parent_of(first), signal.SIGKILL)
        assert wait_until(lambda: not is_alive(first))
        assert session.call("f", (2,)).outcome == Returned(2)
        assert pid_of(launcher) != first


def test_a_launcher_that_does_not_answer_is_ended_though_it_is_not_our_child() -> None:
    with (
        interpreter.shared(),
        start_launcher(LIMITS, isolation="preferred", answer_s=0.5) as launcher,
    ):
        first = pid_of(launcher)
        os.kill(first, signal.SIGSTOP)
        assert answers(launcher)  # by the worker that was there already
        assert answers(launcher)
        assert wait_until(lambda: not is_alive(first))


def test_only_submissions_with_torch_meet_an_interpreter_that_has_imported_it() -> None:
    with (
        interpreter.shared(),
        opened("torch") as with_torch,
        opened("torch") as as_well,
        opened() as plain,
    ):
        assert parent_of(pid_of(with_torch)) == parent_of(pid_of(as_well))
        assert parent_of(parent_of(pid_of(with_torch))) == parent_of(pid_of(plain))
        for launcher, has_it in ((with_torch, True), (as_well, True), (plain, False)):
            with launcher.open(submission(TEXT)) as session:
                assert session.call("has_torch", ()).outcome == Returned(has_it)
        nursery = parent_of(pid_of(with_torch))
        os.kill(nursery, signal.SIGKILL)
        assert wait_until(lambda: not is_alive(nursery))
        assert answers(with_torch)


def test_without_a_nursery_each_launcher_says_why_it_could_not_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with (
        interpreter.shared(),
        pytest.raises(SandboxFault, match="no launcher could be started"),
        opened(),
    ):
        pass


def test_a_nursery_leaves_no_process_behind() -> None:
    before = set(children_of(os.getpid()))
    with interpreter.shared(), opened() as launcher:
        assert answers(launcher)
    assert set(children_of(os.getpid())) <= before
