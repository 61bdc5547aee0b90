"""What students get of an assignment is the shown cases and no more, and survives its file."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from msgspec.structs import replace

from grader.errors import UsageError
from grader.model import (
    Assignment,
    BuildsOn,
    Case,
    Property,
    Question,
    Raises,
    Rule,
    TextForm,
    WrongAnswer,
)
from grader.pipeline import read_assignment
from grader.public import NAME, public, write_public
from grader.sandbox.wire import encode

PROPERTIES = '''\
"""Properties."""


def is_even(call):
    """The result is even."""
    return None if call("double", 3) % 2 == 0 else "the double of 3 is not even"
'''

WHOLE = Assignment(
    title="Doubling",
    filename="solution.py",
    questions=(
        Question(
            id="q1",
            title="Twice",
            function="double",
            points=Decimal("2.5"),
            cases=(
                Case("three", (3,), 6, weight=Fraction(2), shown=True),
                Case("text", ("a",), Raises("TypeError"), shown=True),
                Case("secret", (987654321,), 1975308642),
            ),
            credit=((Fraction(1, 2), Fraction(1, 3)),),
            wrong_answers=(WrongAnswer("squared", Fraction(1, 2), "Twice?", (9, 0, 8)),),
            builds_on=BuildsOn(("q2",)),
            reference=lambda number: 2 * number,
            properties=(Property("is_even", lambda call: None),),
        ),
        Question(
            id="q2",
            title="Why",
            function="why",
            points=Decimal(1),
            text=TextForm((5, 20), ("cause",), {"cause": ("therefore",)}),
        ),
    ),
    digest="of config.yaml",
)


def write(folder: Path, assignment: Assignment = WHOLE) -> Path:
    (folder / "checks").mkdir(exist_ok=True)
    (folder / "checks" / "even.py").write_text(PROPERTIES, encoding="utf-8")
    path = folder / NAME
    path.write_bytes(write_public(assignment, {"is_even": "checks/even.py"}))
    return path


def test_only_shown_cases_are_left_and_the_hidden_ones_are_counted() -> None:
    question = public(WHOLE).questions[0]
    assert [case.name for case in question.cases] == ["three", "text"]
    assert question.hidden_count == 1


def test_nothing_that_decides_marks_is_left() -> None:
    cut = public(WHOLE)
    assert cut.digest == ""
    for question in cut.questions:
        assert question.reference is None
        assert question.wrong_answers == ()
        assert question.builds_on is None
        assert question.credit is None
        assert question.text is None or question.text.misplaced == {}
        assert all(case.weight == 1 and case.shown for case in question.cases)


def test_cutting_down_twice_is_cutting_down_once() -> None:
    assert public(public(WHOLE)) == public(WHOLE)


def test_the_file_holds_what_is_public_and_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path)
    text = path.read_text(encoding="utf-8")
    for secret in ("secret", "987654321", "1975308642", "squared", "Twice?", "therefore"):
        assert secret not in text
    read = read_assignment(path)
    expected = public(WHOLE)
    assert read.digest
    same = [replace(question, properties=()) for question in expected.questions]
    assert [replace(question, properties=()) for question in read.questions] == same


def test_a_property_runs_from_the_file_beside_the_assignment(tmp_path: Path) -> None:
    (known,) = read_assignment(write(tmp_path)).questions[0].properties
    assert known.name == "is_even"
    assert known.holds(lambda function, number: 2 * number) is None
    assert known.holds(lambda function, number: number) == "the double of 3 is not even"


def test_a_property_without_a_file_is_left_out() -> None:
    assert b"is_even" not in write_public(WHOLE, {})


def test_the_file_has_a_line_for_each_case(tmp_path: Path) -> None:
    lines = write(tmp_path).read_text(encoding="utf-8").splitlines()
    assert sum('"name":"three"' in line for line in lines) == 1
    assert '  {"name":"three","args":[3],"expected":6},' in lines


# --------------------------------------------------------------------------- values

atoms = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.just(math.nan)  # the payload and sign of another one are not kept
    | st.complex_numbers(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
)
dtypes = st.sampled_from([np.bool_, np.int64, np.uint8, np.float32, np.float64, np.complex128])
arrays = dtypes.map(np.dtype).flatmap(
    lambda dtype: hnp.arrays(
        dtype,
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
        elements=hnp.from_dtype(dtype, allow_nan=False),
    )
)
keys = st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
values = st.recursive(
    atoms | arrays,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(value=values, expected=values)
def test_every_value_comes_back_as_it_was(
    value: Any, expected: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    case = Case("drawn", (value,), expected, shown=True)
    question = replace(WHOLE.questions[0], cases=(case,), properties=())
    path = tmp_path_factory.getbasetemp() / "drawn.json"
    path.write_bytes(write_public(replace(WHOLE, questions=(question,)), {}))
    (read,) = read_assignment(path).questions[0].cases
    assert encode(read.args) == encode(case.args)
    assert encode(read.expected) == encode(case.expected)


@pytest.mark.parametrize(
    "rule",
    [
        Rule(),
        Rule(kind="close", rtol=1e-6, atol=1e-9),
        Rule(kind="close", atol=np.array([[0.5, 0.25]])),
        Rule(same_dtype=True, fold_text=True, extra_keys=True, keep_inputs=True),
        Rule(kind="close", atol=1.0, real_only=True),
    ],
)
def test_a_rule_comes_back_as_it_was(rule: Rule, tmp_path: Path) -> None:
    case = Case("one", (1,), 2, rule=rule, shown=True, at=("rows", 0))
    question = replace(WHOLE.questions[0], cases=(case,))
    (read,) = (
        read_assignment(write(tmp_path, replace(WHOLE, questions=(question,)))).questions[0].cases
    )
    assert read.at == ("rows", 0)
    assert np.array_equal(read.rule.atol, rule.atol)
    assert replace(read.rule, atol=0.0) == replace(rule, atol=0.0)


# --------------------------------------------------------------------------- other files


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda data: data[:-20], "is damaged"),
        (lambda data: b"\xff\xfe" + data, "is damaged"),
        (lambda data: data.replace(b'"2.5"', b'"many"'), "is damaged"),
        (lambda data: data.replace(b'"expected":6', b'"expected":{"set":[1]}'), "is damaged"),
        (lambda data: data.replace(b'"expected":6', b'"expected":{}'), "is damaged"),
        (lambda data: data.replace(b"load_s", b"load_min"), "is damaged"),
        (lambda data: data.replace(b'"title"', b'"heading"'), "is damaged"),
        (
            lambda data: data.replace(b"assignment 1", b"assignment 9"),
            "reads 'grader assignment 1'",
        ),
    ],
)
def test_a_damaged_file_is_a_sentence(damage: Any, complaint: str, tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UsageError, match=complaint):
        read_assignment(path)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_assignment(tmp_path / NAME)
    path = write(tmp_path)
    (tmp_path / "checks" / "even.py").unlink()
    with pytest.raises(UsageError, match=r"even\.py: is missing; unzip the handout again"):
        read_assignment(path)
