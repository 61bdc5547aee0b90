"""The plan says in words what is marked and how."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from authoring import CONFIG, SHAPES, SOLIDS, edited, load, write

from grader.assignment import plan
from grader.model import PlanRow
from grader.report.plan import render_plan
from grader.report.terminal import Screen

WHOLE = '`credit` asks for whole cases and gives nothing for a part of "the first"'
NEVER = "in no case does"
ONE, MANY = 'a list in "one" and', 'in "many": annotate x in the reference'
OR = ", or draw a list"


def rows(path: Path) -> dict[str, PlanRow]:
    return {row.question: row for row in plan(load(path))}


def test_a_row_counts_the_cases_and_tells_the_rules(tmp_path: Path) -> None:
    found = rows(write(tmp_path))
    assert list(found) == ["area", "volume", "sides", "why"]
    assert found["area"] == PlanRow(
        question="area",
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


@pytest.mark.parametrize(
    ("expected", "fragile"),
    [
        ("width * height", False),
        ("width * 0.75", False),
        ("float('nan')", False),
        ("width / 3", True),
        ("{'sides': [width, (height / 7,)]}", True),
        ("np.array([1.0, width / 3])", True),
        ("np.array([width])", False),
        ("1j * width / 3", True),
    ],
)
def test_long_fractions_that_are_compared_to_the_last_bit_are_told(
    tmp_path: Path, expected: str, fragile: bool
) -> None:
    config = CONFIG.split("  - id: volume")[0].replace("total_points: 10", "total_points: 5")
    config = config.replace(", expect: 6", "").split("    wrong_answers:")[0]
    shapes = edited(SHAPES, "return width * height * scale", f"return {expected}")
    path = write(tmp_path, config, shapes=shapes)
    found = plan(load(path))
    assert [row.to_the_last_bit for row in found] == [fragile]
    told = render_plan("A title", found, Screen(plain=True))
    assert ("area: right answers may differ in the last digit" in told) == fragile


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "    return area(*base) * depth",
            "    return base[0] * base[1] * depth",
            f"{NEVER} the reference call its keyword area, so nothing follows from it",
        ),
        (
            'depth: float) -> float:\n    """How',
            'depth: float, **steps: object) -> float:\n    """How',
            f"{NEVER} depth_forgotten call its keyword area, so it is known on true steps only",
        ),
        (
            'depth: float) -> float:\n    """How',
            'depth: float, *, area: object = None) -> float:\n    """How',
            f"{NEVER} depth_forgotten call its keyword area, so it is known on true steps only",
        ),
    ],
)
def test_steps_that_are_never_called_are_told(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    found = plan(load(write(tmp_path, solids=edited(SOLIDS, old, new))))
    assert [row.idle for row in found] == [(), (told,), (WHOLE,), ()]
    drawn = render_plan("A title", found, Screen(plain=True))
    assert f"volume: {told}." in " ".join(drawn.split())


@pytest.mark.parametrize(
    ("credit", "following", "idle"),
    [
        ("all_or_nothing", "0.5", True),
        ("all_or_nothing", "1", False),
        ("{steps: {0.5: 0.4}}", "0.5", False),
        ("{steps: {0.6: 0.4}}", "0.5", True),
        ("proportional", "0.5", False),
    ],
)
def test_a_credit_for_what_follows_that_the_scheme_makes_nothing_of_is_told(
    tmp_path: Path, credit: str, following: str, idle: bool
) -> None:
    config = edited(CONFIG, "needs: 0.5}", f"credit: {following}}}\n    credit: {credit}")
    config = edited(config, ", bands: {10: 0.5}", "")
    told = ("`credit` gives nothing to cases that are worth 0.5 each",) if idle else ()
    assert rows(write(tmp_path, config))["volume"].idle == told


def test_a_wrong_answer_that_only_raises_is_told(tmp_path: Path) -> None:
    shapes = edited(SHAPES, "return (width + height) * scale", "raise KeyError(width)")
    told = "half_the_rim raises in every case that has a value, and is never recognised"
    assert rows(write(tmp_path, shapes=shapes))["area"].idle == (told,)


def test_partial_credit_for_a_single_value_is_told(tmp_path: Path) -> None:
    config = edited(CONFIG, "expect: 6, shown: full", "shown: full, partial: {0.5: 0.25}")
    config = edited(config, "count: 4, weight: 3", "count: 4, weight: 3, partial: {0.5: 0.25}")
    found = rows(write(tmp_path, config))
    told = 'the result of "two by three" and 4 more is one value, of which no share can be right'
    assert (found["area"].idle, found["sides"].idle) == ((told,), (WHOLE,))


@pytest.mark.parametrize(
    ("credit", "part", "idle"),
    [
        ("all_or_nothing", "bands: {10: 0.5}", True),
        ("{steps: {1: 1}}", "bands: {10: 0.5}", True),
        ("{steps: {0.9: 0.5}}", "bands: {10: 0.5}", False),
        ("proportional", "bands: {10: 0.5}", False),
        ("all_or_nothing", "weight: 2", False),
    ],
)
def test_a_part_of_a_case_that_the_scheme_makes_nothing_of_is_told(
    tmp_path: Path, credit: str, part: str, idle: bool
) -> None:
    config = edited(CONFIG, "needs: 0.5}", f"needs: 0.5}}\n    credit: {credit}")
    config = edited(config, "bands: {10: 0.5}", part)
    told = (WHOLE.replace("the first", "a cube"),) if idle else ()
    assert rows(write(tmp_path, config))["volume"].idle == told


@pytest.mark.parametrize(
    ("hint", "written", "drawn", "told"),
    [
        ("x", "[1.5, 2]", "rng.random(2)", f"x is {ONE} an array {MANY}, as in x: np.ndarray{OR}"),
        ("x: np.ndarray", "[1.5, 2]", "rng.random(2)", ""),
        ("x", "[1.5, 2]", "rng.random(2).tolist()", ""),
        ("x", "[1, 2]", "(3, 4)", f"x is {ONE} a tuple {MANY}, as in x: tuple[int, int]{OR}"),
        ("x", "[[1, 2]]", "[rng.random(2)]", f"an entry of x is {ONE} an array {MANY}{OR}"),
        ("x: tuple[int, np.ndarray]", "[2, [1, 2]]", "(2, rng.random(2))", ""),
        ("x", "5", "rng.random(2)", ""),
    ],
)
def test_inputs_that_are_lists_here_and_arrays_there_are_told(
    tmp_path: Path, hint: str, written: str, drawn: str, told: str
) -> None:
    """Right functions that take one of them fail in the cases that have the other."""
    text = f"""import numpy as np

def total({hint}):
    if not isinstance(x, int) and not len(x):
        raise ValueError("nothing")
    return len(repr(x))

def draws(rng):
    return ({drawn},)
"""
    config = f"""assignment: Sums
submission: {{file: solution.py}}
hidden_seed: 1
questions:
  - id: q
    title: Sum
    function: total
    reference: sums
    points: 1
    cases:
      - {{name: one, args: [{written}]}}
      - {{name: many, generate: draws}}
      - {{name: none, args: [[]], raises: ValueError}}
"""
    assert rows(write(tmp_path, config, sums=text))["q"].idle == ((told,) if told else ())


@pytest.mark.parametrize(("points", "told"), [("1", "1 point."), ("2.5", "2.5 points.")])
def test_a_single_point_is_one(points: str, told: str) -> None:
    row = PlanRow("a", "f", shown=1, hidden=0, points=Decimal(points), rules=())
    drawn = render_plan("A title", [row], Screen(plain=True))
    assert drawn.endswith(f"1 question, 1 case, {told}\n")
