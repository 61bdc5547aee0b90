"""The plan says in words what is marked and how."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from authoring import CONFIG, SOLIDS, edited, load, write

from grader.assignment import PlanRow, plan


def rows(path: Path) -> dict[str, PlanRow]:
    return {row.question: row for row in plan(load(path))}


def test_a_row_counts_the_cases_and_tells_the_rules(tmp_path: Path) -> None:
    found = rows(write(tmp_path))
    assert list(found) == ["area", "volume", "sides", "why"]
    assert found["area"] == PlanRow(
        question="area",
        title="The area of a rectangle",
        function="area",
        shown=2,
        hidden=4,
        points=Decimal(5),
        rules=("exact", "1 must raise", "steps 0.5: 0.4, 1: 1", "2 wrong answers", "1 property"),
    )
    assert found["volume"].rules == (
        "within rtol 1e-06 and atol by case",
        "credit by tolerance",
        "a changed input fails",
        "builds on area",
        "1 wrong answer",
    )
    assert found["sides"].rules == (
        "exact",
        "text regardless of case",
        "extra keys ignored",
        "all or nothing",
        "credit by matched share",
        "1 wrong answer",
    )
    assert found["why"].rules == ("marked by a person", "5 to 20 words for each of 2 entries")


@pytest.mark.parametrize(
    ("compare", "words"),
    [
        ("{rtol: 0.001}", "within rtol 0.001"),
        ("{atol: 0.5}", "within atol 0.5"),
        ("{atol: 0}", "within no tolerance"),
        ("{rtol: 1e-6, dtype: same}", "within rtol 1e-06"),
    ],
)
def test_a_tolerance_is_told_in_words(tmp_path: Path, compare: str, words: str) -> None:
    config = edited(CONFIG, "{rtol: 1e-6, atol: rounding}", compare)
    assert rows(write(tmp_path, config))["volume"].rules[0] == words


def test_a_tolerance_for_each_element_is_told_as_one(tmp_path: Path) -> None:
    solids = edited(SOLIDS, "return 1e-9 * depth", "return np.full(2, 1e-9)")
    solids = edited(solids, "return area(*base) * depth", "return np.full(2, area(*base) * depth)")
    solids = edited(solids, "return float(base", "return np.zeros(2) + float(base")
    solids = edited(solids, "from reference", "import numpy as np\n\nfrom reference")
    config = edited(CONFIG, "expect: 8.0", "expect: [8.0, 8.0]")
    found = rows(write(tmp_path, config, solids=solids))
    assert found["volume"].rules[0] == "within rtol 1e-06 and atol by element"
