"""The arguments that the audit makes up."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.audit.inputs import Inputs, make_inputs
from grader.audit.search import Witness
from grader.audit.words import case_line, expectation, in_yaml
from grader.model import Case, Observation, Raised, Raises, Returned, TimedOut
from grader.sandbox.wire import encode


def inputs_of(*many: tuple[object, ...], drawn: list[tuple[object, ...]] | None = None) -> Inputs:
    return make_inputs([Case("", args, None) for args in many], drawn or [])  # type: ignore[arg-type]


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-50, 300)
    | st.floats(allow_nan=False, width=32)
    | st.sampled_from(["word", ""])
)
VALUES = st.one_of(
    LEAVES,
    st.lists(st.integers(0, 9), max_size=3),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.sampled_from([np.arange(6).reshape(2, 3), np.array([0.5, 1.5]), np.ones((3, 3))]),
    st.sampled_from([np.zeros(0), np.zeros((0, 4)), np.zeros((3, 0), dtype=int), np.array(5.0)]),
    st.sampled_from([np.eye(2) > 0, np.eye(2) * 1j, np.eye(3, dtype=np.uint8)]),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 9) | st.lists(st.text(max_size=2))),
)


@given(st.lists(st.lists(VALUES, min_size=1, max_size=4).map(tuple), min_size=1, max_size=4))
def test_inputs_can_cross_and_none_comes_twice(many: list[tuple[object, ...]]) -> None:
    made = inputs_of(*many)
    keys = [encode(args) for args in made]
    assert len(keys) == len(set(keys))
    assert {encode(args) for args in many} <= set(keys)
    assert {len(args) for args in made} == {len(args) for args in many}


def test_the_same_cases_give_the_same_inputs() -> None:
    many = (np.arange(6).reshape(2, 3), 3, [1, 2])
    assert [encode(a) for a in inputs_of(many)] == [encode(a) for a in inputs_of(many)]


def test_the_cases_come_first_and_then_what_other_seeds_draw() -> None:
    made = inputs_of((3, 4), drawn=[(8, 9), (3, 4), (3, 5)])
    assert made.drawn == ((8, 9), (3, 5))
    assert list(made)[:3] == [(3, 4), (8, 9), (3, 5)]


def test_every_combination_of_small_arguments_is_tried_where_there_are_few() -> None:
    made = inputs_of((5, True))
    assert made.exhaustive
    tried = {encode(args) for args in made}
    wanted = itertools.product([-1, 0, 1, 2, 3, 4], [True, False])
    assert {encode(args) for args in wanted} <= tried


def test_of_too_many_combinations_a_sample_is_tried_and_said_to_be_one() -> None:
    made = inputs_of(tuple(range(14)))
    assert not made.exhaustive
    assert 1000 < len(made.small) <= 2500


def test_one_thing_is_changed_in_what_the_cases_have() -> None:
    tried = {encode(args) for args in inputs_of((7, [3, 4], "left"))}
    for args in ((8, [3, 4], "left"), (6, [3, 4], "left"), (7, [4, 3], "left"), (7, [], "left")):
        assert encode(args) in tried


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ((3, (2, 5), None, True), "[3, [2, 5], null, true]"),
        (np.array([[1.0, -0.5]]), "[[1.0, -0.5]]"),
        ({"a b": 'c "d"'}, '{"a b": "c \\"d\\""}'),
        (float("-inf"), "-.inf"),
        (float("nan"), ".nan"),
    ],
)
def test_a_value_is_written_as_config_yaml_has_it(value: object, written: str) -> None:
    assert in_yaml(value) == written


@pytest.mark.parametrize(
    ("expected", "outcome", "words", "case"),
    [
        (
            5,
            Returned([1, 2]),
            "the reference returns 5, the mutant returns [1, 2]",
            '- {name: "…", args: [3]}',
        ),
        (
            Raises("ValueError"),
            TimedOut(0.1),
            "the reference raises ValueError, the mutant does not end",
            '- {name: "…", args: [3], raises: ValueError}',
        ),
        (
            None,
            Raised("KeyError"),
            "the reference returns null, the mutant raises KeyError",
            '- {name: "…", args: [3]}',
        ),
    ],
)
def test_a_witness_says_what_differs_and_how_to_write_the_case(
    expected: object, outcome: Returned | Raised | TimedOut, words: str, case: str
) -> None:
    witness = Witness((3,), expected, Observation(outcome))  # type: ignore[arg-type]
    assert expectation(witness) == words
    assert case_line(witness) == case
