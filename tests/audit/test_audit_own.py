"""The problem set that the grader comes with, measured by its own audit."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.audit import audit, terminal
from grader.pipeline import read_assignment
from grader.report.terminal import Screen

CONFIG = Path(__file__).parents[2] / "config.yaml"


@pytest.mark.slow
def test_the_problem_set_has_nothing_to_mend() -> None:
    """No mutant survives that is not shown equivalent; every wrong answer is told apart."""
    report = audit(read_assignment(CONFIG), CONFIG)
    assert report.exit_code == 0, terminal(report, Screen(plain=True))
    assert report.fates["killed"] > 1000
    assert all(mutant.ground for mutant in report.of_fate("equivalent"))
    assert not report.loose
    assert not report.refused_seeds
    assert report.points
    for guess in report.guesses:
        if "printed" not in guess.name:
            assert guess.total < sum(report.points.values()) / 20, guess.name
