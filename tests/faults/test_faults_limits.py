"""The machine has too few descriptors, too little memory, or a clock that goes backwards."""

from __future__ import annotations

import itertools
import resource
import time
from pathlib import Path
from typing import Any

import pytest
from machines import assert_mends, assert_sound, autograder, begin, mark, results

from grader import gradescope


def some(*values: int, now: int) -> list[Any]:
    """A row for each value; all but one of them are for the slow tests."""
    slow = pytest.mark.slow
    return [pytest.param(value, marks=() if value == now else slow) for value in values]


@pytest.mark.parametrize("most", some(4, 8, 12, 16, 20, 24, 32, now=8))
def test_a_grader_with_few_descriptors_publishes_all_or_nothing(most: int, tmp_path: Path) -> None:
    root = autograder(tmp_path / "autograder")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    run = mark(root, prepare=limit)
    assert_sound(root, run.returncode, run.stdout + run.stderr)
    if most == 4:
        assert run.returncode != 0
        assert_mends(root)
    if most == 32:
        assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("megabytes", some(60, 120, 200, 300, 400, 600, now=120))
def test_a_grader_without_memory_publishes_all_or_nothing(megabytes: int, tmp_path: Path) -> None:
    root = begin(autograder(tmp_path / "autograder"))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    run = mark(root, prepare=limit)
    assert_sound(root, run.returncode, run.stdout + run.stderr)
    if megabytes == 60:
        assert run.returncode != 0
        assert_mends(root)


@pytest.mark.parametrize(
    "stage", ["read_submission", "start_launcher", "grade", "redact", "render"]
)
def test_memory_that_runs_out_at_a_stage_publishes_no_score(
    stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = autograder(tmp_path / "autograder")
    honest = getattr(gradescope, stage)
    calls = itertools.count()

    def out_of_memory(*args: object, **options: object) -> object:
        if stage == "redact" and next(calls) != 1:  # the first and the last file need it
            return honest(*args, **options)
        raise MemoryError

    monkeypatch.setattr(gradescope, stage, out_of_memory)
    if stage == "render":  # the results are written by then; only the staff's report is lost
        with pytest.raises(MemoryError):
            gradescope.run_autograder(root, root / "source" / "config.yaml")
        document = results(root)
        assert document is not None
        assert document["score"] == 63
        return
    code = gradescope.run_autograder(root, root / "source" / "config.yaml")
    assert code == 3
    assert_sound(root, code)
    assert results(root) is not None


def test_a_clock_that_is_set_back_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = autograder(tmp_path / "autograder")
    hours = itertools.count()
    monkeypatch.setattr(time, "time", lambda: 1e9 - 3600 * next(hours))
    monkeypatch.setattr(time, "time_ns", lambda: 10**18 - 3600 * 10**9 * next(hours))
    assert gradescope.run_autograder(root, root / "source" / "config.yaml") == 0
    assert_sound(root, 0)
    document = results(root)
    assert document is not None
    assert 0 <= document["execution_time"] < 60
