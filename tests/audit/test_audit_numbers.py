"""The audit takes numbers of every kind: positions beside fractions, and infinite results."""

from __future__ import annotations

import pytest

from grader.audit import AuditReport, audit
from grader.pipeline import read_assignment

PICKING = '''
from __future__ import annotations

import math

import numpy as np


def picked(values: np.ndarray, positions: np.ndarray) -> np.ndarray:
    return values[positions]


def doubled(values: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """How often do you take each?"""
    return 2 * values[positions]


def ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom else math.inf
'''

CONFIG = """
assignment: "Picking"
submission: {file: solution.py}
questions:
  - id: picked
    title: "Picked"
    function: picked
    reference: picking
    points: 1
    compare: {rtol: 1e-4}
    cases:
      - {name: "the last two", args: [[0.1, 0.2, 0.3], [2, 1]]}
      - {name: "the first", args: [[0.7, 0.2], [0]]}
    wrong_answers: {doubled: 0.5}
  - id: ratio
    title: "Ratio"
    function: ratio
    reference: picking
    points: 1
    cases:
      - {name: "by nothing", args: [3, 0], expect: .inf}
      - {name: "by two", args: [5, 2]}
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    folder = tmp_path_factory.mktemp("picking")
    (folder / "reference").mkdir()
    (folder / "reference" / "picking.py").write_text(PICKING)
    config = folder / "config.yaml"
    config.write_text(CONFIG)
    return audit(read_assignment(config), config, workers=1)


def test_positions_stay_whole_in_single_precision(report: AuditReport) -> None:
    (confusion,) = report.confusions
    assert confusion.missed == ()


def test_an_infinite_result_is_guessed_at(report: AuditReport) -> None:
    assert max(guess.scores["ratio"] for guess in report.guesses) < 1
