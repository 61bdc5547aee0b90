"""Values are shown exactly, aligned, bounded, and with the differing cells marked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import paths, unhurried, values

from grader.report.case_story import CaseStory, Contrast
from grader.report.lines import brief
from grader.report.values import (
    Budget,
    Entries,
    Grid,
    Line,
    Said,
    Sides,
    lay_out,
    lay_out_pair,
    scalar,
)

BUDGET = Budget()


def grid_text(side: object) -> list[list[str]]:
    """The cells of a grid, a differing one in brackets."""
    assert isinstance(side, Grid)
    return [[f"[{c.text.strip()}]" if c.differs else c.text.strip() for c in r] for r in side.rows]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (36, "36"),
        (36.0, "36.0"),
        (True, "True"),
        (None, "None"),
        ("36", "'36'"),
        (0.1 + 0.2, "0.30000000000000004"),
        (float(np.float32(0.1)), "0.10000000149011612"),
        (np.float32(0.5), "0.5"),
        (np.int64(7), "7"),
        (-0.0, "-0.0"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (1 + 2j, "(1+2j)"),
        (11329414656, "11329414656"),
        (-(10**59), "-1" + "0" * 59),
        (10**70 + 7, "10000000000000000000…00000000000000000007 (71 digits)"),
        pytest.param(
            -(10**5000),
            "-10000000000000000000…00000000000000000000 (5001 digits)",
            id="5001 digits",
        ),
        pytest.param(1 << 50_000, "an integer of 50001 bits", id="50001 bits"),
        ("x" * 100, "'" + "x" * 80 + "'… (100 characters)"),
        ("\x1b[0m\u202e", "'\\x1b[0m\\u202e'"),
        ([], "[]"),
        ((), "()"),
        ((0, 1), "(0, 1)"),
        (((0, "a"), (1,)), "((0, 'a'), (1,))"),
        ((1, "x" * 90), "(1, …"),
        ({}, "{}"),
        (np.zeros((0, 4)), "an array of shape (0, 4)"),
    ],
)
def test_a_leaf_stands_as_python_writes_it(value: object, written: str) -> None:
    assert scalar(value) == written


@given(st.integers(), st.integers())
def test_different_integers_look_different(one: int, other: int) -> None:
    assert (scalar(one) == scalar(other)) == (one == other)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_different_floats_look_different(one: float, other: float) -> None:
    assert one == other or scalar(one) != scalar(other)


@given(st.integers(61, 8000), st.integers(-3, 3))
def test_the_ends_of_a_long_integer_are_its_own(digits: int, offset: int) -> None:
    number = 10**digits + offset
    text = scalar(number)
    assert text.split(" ")[0][-15:] == str(10**20 + offset)[-15:]
    assert f"({digits + (offset >= 0)} digits)" in text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ((3, (3, 2), [1]), "(3, (3, 2), [1])"),
        ((1,), "(1,)"),
        ({"boxes": (3, 4)}, "{'boxes': (3, 4)}"),
        (list(range(20)), "[0, 1, 2, 3, 4, 5, …, 14, 15, 16, 17, 18, 19] (20 entries)"),
        (np.array(5), "5"),
        (np.arange(3), "[0, 1, 2]"),
        ([[]], "[[]]"),
    ],
)
def test_a_small_value_is_written_in_one_line(value: object, written: str) -> None:
    assert lay_out(value, BUDGET) == Line(written)


def test_a_long_line_is_cut() -> None:
    line = lay_out({"a": ["some text"] * 10}, Budget(characters=30))
    assert isinstance(line, Line)
    assert line.text == "{'a': ['some text', …"


def test_a_long_text_keeps_its_beginning() -> None:
    line = lay_out("some text " * 10, Budget(characters=12))
    assert line == Line("'some text s…")


def test_two_long_texts_are_told_in_a_few_words_from_where_they_part() -> None:
    expected, observed = "so " * 40 + "it is", "so " * 40 + "is it"
    told = brief(CaseStory("a", "failed", False, "", "f", (), Contrast(expected, observed)))
    assert "so it is'" in told and "so is it'" in told


@pytest.mark.parametrize("as_lists", [False, True])
def test_matrices_stand_side_by_side_with_differing_cells_marked(as_lists: bool) -> None:
    expected, observed = np.array([[1, 2], [3, 4]]), np.array([[1, 2], [3, 5]])
    pair = lay_out_pair(
        expected, observed.tolist() if as_lists else observed, BUDGET, differing=[(1, 1)]
    )
    assert isinstance(pair, Sides)
    assert grid_text(pair.expected) == [["1", "2"], ["3", "[4]"]]
    assert grid_text(pair.observed) == [["1", "2"], ["3", "[5]"]]


def test_decimal_points_stand_in_line() -> None:
    grid = lay_out([[1.5, 10], [10.25, 2]], BUDGET)
    assert isinstance(grid, Grid)
    assert [[cell.text for cell in row] for row in grid.rows] == [["1.5 ", "10"], ["10.25", "2"]]


def test_unequal_shapes_are_named_and_nothing_is_marked() -> None:
    pair = lay_out_pair(np.zeros((2, 2)), np.zeros((2, 3)), BUDGET, differing=[(0, 0)])
    assert isinstance(pair, Sides)
    assert isinstance(pair.expected, Grid)
    assert isinstance(pair.observed, Grid)
    assert (pair.expected.note, pair.observed.note) == ("2 × 2", "2 × 3")
    assert "[" not in str(grid_text(pair.observed)[0][0])


def test_a_large_matrix_keeps_its_ends_and_what_surrounds_a_difference() -> None:
    expected = np.zeros((50, 60), dtype=int)
    observed = expected.copy()
    observed[20, 30] = 7
    pair = lay_out_pair(expected, observed, Budget(rows=5, columns=5), differing=[(20, 30)])
    assert isinstance(pair, Sides)
    rows = grid_text(pair.observed)
    assert [row[3] for row in rows] == ["0", "…", "0", "[7]", "0", "…", "0"]
    assert pair.observed.note == "50 × 60"  # type: ignore[union-attr]


def test_of_many_dimensions_the_first_slice_that_differs_is_shown() -> None:
    expected = np.zeros((3, 2, 2), dtype=int)
    pair = lay_out_pair(expected, expected + 1, BUDGET, differing=[(2, 0, 1)])
    assert isinstance(pair, Sides)
    assert grid_text(pair.observed) == [["1", "[1]"], ["1", "1"]]
    assert pair.observed.note == "[2] of 3 × 2 × 2"  # type: ignore[union-attr]


def test_a_short_list_is_one_row() -> None:
    pair = lay_out_pair([448], [432], BUDGET, differing=[(0,)])
    assert isinstance(pair, Sides)
    assert grid_text(pair.observed) == [["[432]"]]


def test_a_long_list_is_shown_around_its_differences() -> None:
    observed = list(range(104))
    observed[50] = -1
    pair = lay_out_pair(list(range(104)), observed, BUDGET, differing=[(50,)])
    assert isinstance(pair, Entries)
    shown = [None if row is None else (row.where, row.observed, row.differs) for row in pair.rows]
    assert shown == [
        ("[0]", "0", False),
        None,
        ("[48]", "48", False),
        ("[49]", "49", False),
        ("[50]", "-1", True),
        ("[51]", "51", False),
        ("[52]", "52", False),
        None,
        ("[103]", "103", False),
    ]


def test_lists_of_unequal_length_keep_both_their_ends() -> None:
    pair = lay_out_pair(list(range(104)), list(range(102)), Budget(columns=4))
    assert isinstance(pair, Sides)
    assert grid_text(pair.expected) == [["0", "1", "…", "102", "103"]]
    assert grid_text(pair.observed) == [["0", "1", "…", "100", "101"]]


@pytest.mark.parametrize(
    ("expected", "observed", "extra_keys", "rows"),
    [
        (
            {"boxes": (3, 4), "scores": (3, 9)},
            {"boxes": (3, 5)},
            False,
            [
                ("boxes[0]", "3", "3", False),
                ("boxes[1]", "4", "5", True),
                ("scores[0]", "3", "", True),
                ("scores[1]", "9", "", True),
            ],
        ),
        ({"a": 1}, {"a": 1, "b": 2}, True, [("a", "1", "1", False)]),
        ({"a": 1}, {"a": 1, "b": 2}, False, [("a", "1", "1", False), ("b", "", "2", True)]),
        ({"a": {"b": True}}, {"a": {"b": "True"}}, False, [("a › b", "True", "'True'", False)]),
    ],
)
def test_dicts_are_compared_leaf_by_leaf(
    expected: Any, observed: Any, extra_keys: bool, rows: list[tuple[str, str, str, bool]]
) -> None:
    pair = lay_out_pair(expected, observed, BUDGET, differing=[("boxes", 1)], extra_keys=extra_keys)
    assert isinstance(pair, Entries)
    assert [(r.where, r.expected, r.observed, r.differs) for r in pair.rows if r] == rows


@pytest.mark.parametrize(
    ("expected", "observed", "shown"),
    [
        ("x" * 300 + "a", "x" * 300 + "b", ("…'" + "x" * 20 + "a'", "…'" + "x" * 20 + "b'")),
        ("z" * 60, "z" * 60, ("'" + "z" * 60 + "'", "'" + "z" * 60 + "'")),
        ("short", "shirt", ("'short'", "'shirt'")),
        ("y" * 90, "y" * 91, ("…'" + "y" * 20 + "'", "…'" + "y" * 21 + "'")),
    ],
)
def test_long_texts_are_shown_where_they_part(
    expected: str, observed: str, shown: tuple[str, str]
) -> None:
    assert lay_out_pair(expected, observed, BUDGET) == Sides(Line(shown[0]), Line(shown[1]))


def test_keys_that_are_tuples_are_written_out() -> None:
    pair = lay_out_pair({(0, 1): 2.0}, {(1, 0): 2.0}, BUDGET)
    assert isinstance(pair, Entries)
    assert [row.where for row in pair.rows if row] == ["(0, 1)", "(1, 0)"]
    assert lay_out({(0, 1): 2.0}, BUDGET) == Line("{(0, 1): 2.0}")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ([(np.ones((2, 1)), np.ones(2))] * 2, "[([[1.0], [1.0]], [1.0, 1.0]), ([[1.0], [1.0]], "),
        ([[[1, 2], [3]], [[4, 5], [6]]], "[[[1, 2], [3]], [[4, 5], [6]]]"),
        ([[{"a": 1}], [{"a": 2}]], "[[{'a': 1}], [{'a': 2}]]"),
        ([[[1, 2], 3], [[4, 5], 6]], "[[[1, 2], 3], [[4, 5], 6]]"),
    ],
)
def test_rows_of_unlike_parts_are_no_matrix(value: Any, written: str) -> None:
    """A layer's weights and bias, say, in a list of layers: each number is shown."""
    line = lay_out(value, BUDGET)
    assert isinstance(line, Line) and line.text.startswith(written)
    pair = lay_out_pair(value, value, BUDGET)
    assert isinstance(pair, Entries)
    assert {row.expected for row in pair.rows if row} <= {*"123456", "1.0"}


def test_words_stand_in_the_place_of_a_value() -> None:
    pair = lay_out_pair(np.eye(2), Said("no answer within 5 s"), BUDGET)
    assert isinstance(pair, Sides)
    assert pair.observed == Line("no answer within 5 s", words=True)


@unhurried
@given(values, values, st.lists(paths, max_size=4), st.booleans())
def test_any_two_values_can_be_laid_out_within_the_budget(
    expected: Any, observed: Any, differing: list[tuple[str | int, ...]], extra_keys: bool
) -> None:
    budget = Budget(rows=4, columns=4, characters=60)
    pair = lay_out_pair(expected, observed, budget, differing, extra_keys=extra_keys)
    if isinstance(pair, Entries):
        assert len([row for row in pair.rows if row]) <= 8
        return
    for side in (pair.expected, pair.observed):
        if isinstance(side, Grid):
            assert len([row for row in side.rows if row[0].text.strip() != "…"]) <= 4
            assert all(len(row) <= 7 for row in side.rows)
        else:
            assert len(side.text) <= 120
