"""The grader is told to stop: what it leaves is whole, and marking again repairs it."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from machines import (
    GOOD,
    SLOW,
    are_gone,
    assert_mends,
    assert_sound,
    autograder,
    begin,
    command,
    descendants,
    results,
    wait_until,
)

from grader import gradescope

STAGES = ("starting", "reading the assignment", "starting a launcher", "calling")
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL)


def wait_for(stage: str, process: subprocess.Popen[str]) -> None:
    """Wait until the grader is there; whether it reads the assignment is up to the machine."""
    if stage == "reading the assignment":
        time.sleep(0.4)
    if stage == "starting a launcher":
        wait_until(lambda: len(descendants(process.pid)) >= 1)
    if stage == "calling":  # a launcher, and a worker below it
        wait_until(lambda: len(descendants(process.pid)) >= 2)
        time.sleep(0.3)


@pytest.mark.parametrize(
    ("number", "stage"),
    [
        pytest.param(
            number,
            stage,
            id=f"{number.name} when {stage}",
            marks=() if number == signal.SIGTERM or stage == "calling" else pytest.mark.slow,
        )
        for number in SIGNALS
        for stage in STAGES
    ],
)
def test_a_grader_that_is_stopped_leaves_no_points_and_no_process(
    stage: str, number: signal.Signals, tmp_path: Path
) -> None:
    root = begin(autograder(tmp_path / "autograder", SLOW))
    with subprocess.Popen(
        command(root), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        wait_for(stage, process)
        below = descendants(process.pid)
        process.send_signal(number)
        told, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert_sound(root, process.returncode, told)
    assert results(root) is not None
    wait_until(lambda: are_gone(below))
    drafts = [path for path in (root / "results").iterdir() if path.name != "results.json"]
    assert number == signal.SIGKILL or drafts == []


STEPS = (
    ("read_assignment", 1),
    ("write_results", 1),
    ("read_handing_in", 1),
    ("read_submission", 1),
    ("start_launcher", 1),
    ("grade", 1),
    ("redact", 2),
    ("write_results", 2),
)


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("step", "which"), STEPS, ids=str)
def test_a_signal_at_any_step_publishes_no_score(
    step: str, which: int, late: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = begin(autograder(tmp_path / "autograder"))
    before = descendants(os.getpid())  # of other tests that ran in this process
    honest = getattr(gradescope, step)
    calls = itertools.count(1)

    def interrupted(*args: Any, **options: Any) -> Any:
        is_struck = next(calls) == which
        if is_struck and not late:
            signal.raise_signal(signal.SIGTERM)
        with contextlib.ExitStack() as closing:
            result = honest(*args, **options)
            if is_struck and late:
                if step == "start_launcher":  # nobody has it yet who would close it
                    closing.enter_context(result)
                signal.raise_signal(signal.SIGTERM)
        return result

    with monkeypatch.context() as patches:
        patches.setattr(gradescope, step, interrupted)
        assert gradescope.run_autograder(root, root / "source" / "config.yaml") == 3
    assert_sound(root, 3)
    assert results(root) is not None
    assert descendants(os.getpid()) <= before
    assert gradescope.run_autograder(root, root / "source" / "config.yaml") == 0
    assert_sound(root, 0)


@pytest.mark.slow
def test_two_signals_at_once_are_one(tmp_path: Path) -> None:
    root = autograder(tmp_path / "autograder", SLOW)
    with subprocess.Popen(
        command(root), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        wait_for("calling", process)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process.send_signal(number)
        told, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "_Stopped: stopped by SIG" in told
    assert_sound(root, process.returncode, told)
    assert_mends(root)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_class_that_is_stopped_is_whole_as_far_as_it_has_come(
    number: signal.Signals, tmp_path: Path
) -> None:
    handed_in = tmp_path / "handed in"
    for name in ("ada", "bob", "eve"):
        (handed_in / name).mkdir(parents=True)
        (handed_in / name / "solution.py").write_text(SLOW if name == "eve" else GOOD)
    course = autograder(tmp_path / "autograder") / "source"
    out = tmp_path / "out"
    grade = [sys.executable, "-m", "grader", "grade", str(handed_in), "--out", str(out)]
    grade += ["--config", str(course / "config.yaml"), "--plain", "--jobs", "1"]
    with subprocess.Popen(
        grade, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        wait_until((out / "bob" / "results.json").exists)
        below = descendants(process.pid)
        process.send_signal(number)
        told, _ = process.communicate(timeout=60)
    assert process.returncode != 0, told
    for path in out.glob("*/results.json"):
        document = json.loads(path.read_bytes())
        assert document["score"] in (0, 63)
        assert document["extra_data"]["graded"] is (document["score"] == 63)
    wait_until(lambda: are_gone(below))
    (handed_in / "eve" / "solution.py").write_text(GOOD)
    again = subprocess.run(grade, capture_output=True, text=True, timeout=120)
    assert again.returncode == 0, again.stdout + again.stderr
    scores = {
        path.parent.name: json.loads(path.read_bytes())["score"]
        for path in out.glob("*/results.json")
    }
    assert scores == {"ada": 63, "bob": 63, "eve": 63}
