"""The launcher or a worker is killed, or stops, at every stage of marking."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from canaries import children
from machines import FULL, GOOD, assert_sound, autograder, results

from grader import gradescope
from grader.sandbox import hosts, start_launcher
from grader.sandbox.channel import Channel
from grader.sandbox.forking import ForkingHost

SHORT = (  # few calls, so that every one of them can be the one that goes wrong
    "def conv_output_size(size, kernel_size, stride=1, padding=0):\n"
    "    return (size + 2 * padding - kernel_size) // stride + 1\n"
)


class Blow:
    """Strikes the launcher, or its workers, just before the n-th step of talking to either."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, number: int, blow: signal.Signals, *, worker: bool
    ) -> None:
        self.steps = 0
        self._number = number
        self._blow = blow
        self._worker = worker
        self._host: ForkingHost | None = None
        for kind, name in (
            (ForkingHost, "_send"),
            (ForkingHost, "_hear"),
            (Channel, "greeting"),
            (Channel, "ask"),
        ):
            monkeypatch.setattr(kind, name, self._wrapped(getattr(kind, name)))

    def _wrapped(self, method: Any) -> Any:
        @functools.wraps(method)
        def call(one: Any, *args: Any, **options: Any) -> Any:
            if isinstance(one, ForkingHost):
                self._host = one
            self.steps += 1
            if self.steps == self._number:
                self._strike()
            return method(one, *args, **options)

        return call

    def _strike(self) -> None:
        assert self._host is not None
        launcher = self._host._interpreter.pid
        targets = children(launcher) if self._worker else {launcher}
        for pid in targets:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, self._blow)


def strike(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int, blow: signal.Signals, *, worker: bool
) -> tuple[int, float, bool]:
    """Mark once, with a blow at that step; return the code, the score, and whether it came."""
    impatient = functools.partial(start_launcher, answer_s=1.0)
    autograder(root, SHORT)
    with monkeypatch.context() as patches:
        patches.setattr(gradescope, "start_launcher", impatient)
        patches.setattr(hosts, "START_S", 8.0)
        struck = Blow(patches, number, blow, worker=worker)
        code = gradescope.run_autograder(root, root / "source" / "config.yaml")
    document = results(root)
    assert document is not None
    assert document["extra_data"]["graded"] is (code == 0)
    return code, document["score"], struck.steps >= number


def strike_at_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blow: signal.Signals, *, worker: bool
) -> list[tuple[int, float]]:
    """Mark once for each step, with a blow at that step; return codes and scores."""
    found = []
    for number in itertools.count(1):
        root = tmp_path / f"autograder-{number}"
        code, score, came = strike(root, monkeypatch, number, blow, worker=worker)
        found.append((code, score))
        if not came:
            break
    return found


@pytest.mark.parametrize("number", [3, 6, 9])
def test_a_launcher_that_is_killed_is_replaced(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "autograder"
    code, score, came = strike(root, monkeypatch, number, signal.SIGKILL, worker=False)
    assert came
    assert (code, score) in [(0, 4), (3, 0)]
    assert code == 0 or number == 3  # before there was anything to replace


@pytest.mark.parametrize("number", [7, 10])
def test_a_worker_that_is_killed_is_replaced(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "autograder"
    code, score, came = strike(root, monkeypatch, number, signal.SIGKILL, worker=True)
    assert came
    assert (code, score) == (0, 4)


@pytest.mark.slow
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP], ids=lambda blow: blow.name)
def test_a_launcher_that_is_struck_at_any_step_costs_nobody_a_point(
    blow: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = strike_at_every_step(tmp_path, monkeypatch, blow, worker=False)
    assert len(found) > 12
    assert {score for code, score in found if code == 0} == {4}
    assert {score for code, score in found if code != 0} <= {0}
    assert sum(code != 0 for code, _ in found) <= 1  # before there was anything to replace


@pytest.mark.slow
def test_a_worker_that_is_killed_at_any_step_costs_nobody_a_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = strike_at_every_step(tmp_path, monkeypatch, signal.SIGKILL, worker=True)
    assert len(found) > 12
    assert set(found) == {(0, 4)}


def test_launchers_that_are_always_killed_publish_no_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = autograder(tmp_path / "autograder")
    honest = ForkingHost._hear

    def killed(host: ForkingHost) -> dict[str, Any]:
        assert host._interpreter.pid
        os.kill(host._interpreter.pid, signal.SIGKILL)
        return honest(host)

    with monkeypatch.context() as patches:
        patches.setattr(ForkingHost, "_hear", killed)
        code = gradescope.run_autograder(root, root / "source" / "config.yaml")
    assert code == 3
    assert_sound(root, code)
    assert gradescope.run_autograder(root, root / "source" / "config.yaml") == 0
    assert_sound(root, 0)


def test_a_kill_after_the_last_call_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = autograder(tmp_path / "autograder", GOOD)
    honest = ForkingHost.close

    def killed_first(host: ForkingHost, grace_s: float = 2.0) -> None:
        if host._interpreter.pid:
            os.kill(host._interpreter.pid, signal.SIGKILL)
        honest(host, grace_s)

    monkeypatch.setattr(ForkingHost, "close", killed_first)
    assert gradescope.run_autograder(root, root / "source" / "config.yaml") == 0
    document = results(root)
    assert document is not None
    assert document["score"] == FULL
