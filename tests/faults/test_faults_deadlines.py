"""The grader's own deadlines: what is known is marked, and in the end the process ends itself."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from machines import FULL, SLOW, assert_sound, autograder, results

from grader import gradescope, pipeline


def test_what_is_not_called_in_time_is_not_run_and_the_rest_is_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = autograder(tmp_path / "autograder")
    looks = itertools.count()

    def clock() -> float:
        """A clock on which the deadline comes between two calls."""
        return time.monotonic() + (1e6 if next(looks) > 20 else 0)

    monkeypatch.setattr(pipeline, "time", SimpleNamespace(monotonic=clock))
    assert gradescope.run_autograder(root, root / "source" / "config.yaml") == 0
    document = results(root)
    assert document is not None
    assert "the time for marking was used up" in capsys.readouterr().out
    assert 0 < document["score"] < FULL
    assert document["extra_data"]["graded"] is True


def test_marking_that_takes_too_long_is_stopped_and_publishes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = autograder(tmp_path / "autograder", SLOW)
    monkeypatch.setattr(gradescope, "_MARKING_S", -79.0)  # one second after the start
    started = time.monotonic()
    assert gradescope.run_autograder(root, root / "source" / "config.yaml") == 3
    assert time.monotonic() - started < 30
    assert "the grader's own time was up" in capsys.readouterr().out
    assert_sound(root, 3)
    assert results(root) is not None


def test_the_grader_ends_before_gradescope_does_by_the_limits_that_are_asked_for() -> None:
    """The documents ask for 3 min more than `limits.submission`; some of them start Python."""
    assert gradescope._START_S + gradescope._MARKING_S + gradescope._ENDING_S <= 180 - 20


_STUCK = """
import sys
from pathlib import Path
from grader import gradescope

def stuck(*args, **options):
    return sum(range(10**15))  # in C: no signal is handled, no other thread runs

gradescope._mark = stuck
gradescope._MARKING_S, gradescope._ENDING_S = -79.0, 1.0
root = Path(sys.argv[1])
gradescope.run_autograder(root, root / "source" / "config.yaml")
"""


def test_a_grader_that_cannot_be_interrupted_ends_itself(tmp_path: Path) -> None:
    root = autograder(tmp_path / "autograder")
    run = subprocess.run(
        [sys.executable, "-c", _STUCK, str(root)], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 1
    assert "in stuck" in run.stderr
    assert_sound(root, run.returncode)
    assert results(root) is not None
