"""Whether a value is the expected one: one row for each rule, and what holds for any two values."""

from __future__ import annotations

import math
import time
from copy import deepcopy
from typing import Any

import decodable
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from marking_examples import EXACT, arrays, close, rules, values
from msgspec.structs import replace

from grader.marking import compare
from grader.marking.compare import Absent, count_leaves, matches, narrow
from grader.model import Comparison, Rule

NAN, INF = math.nan, math.inf
FOLD = Rule(fold_text=True)
EXTRA = Rule(extra_keys=True)
DTYPE = Rule(same_dtype=True)
CLOSE = close(rtol=1e-6, atol=1e-9)

IMAGE = np.array([[1, 2, 3], [4, 5, 6]])
HUGE = 10**100_000

MATCHES: list[tuple[str, Any, Any, Rule]] = [
    ("a count", 444, 444, EXACT),
    ("a count as an integral float", 36, 36.0, EXACT),
    ("a count beyond 64 bits", 10**30, 10**30, EXACT),
    ("a count as a zero-dimensional array", 36, np.array(36), EXACT),
    ("a count as an unsigned zero-dimensional array", 36, np.array(36, dtype=np.uint8), EXACT),
    ("zero as minus zero", 0, -0.0, EXACT),
    ("None", None, None, EXACT),
    ("a bool", True, True, EXACT),
    ("a bool as a zero-dimensional array", False, np.array(False), EXACT),
    ("a text", "image", "image", EXACT),
    ("a text in other case with outer spaces", "class per image", " Class per IMAGE\n", FOLD),
    ("a text whose folding changes its length", "strasse", "STRAßE", FOLD),
    ("a float that is equal", 0.1, 0.1, EXACT),
    ("a float within the relative tolerance", 1.0, 1.0 + 9e-7, CLOSE),
    ("a float within the absolute tolerance", 0.0, 9e-10, CLOSE),
    ("a float at the edge of the tolerance", 0.0, 0.5, close(atol=0.5)),
    ("an element at the edge of the tolerance", np.zeros(2), [0.5, 0.0], close(atol=0.5)),
    ("a float for an int where the rule is close", 2, 2.0000001, CLOSE),
    ("an int for a float", 2.0, 2, EXACT),
    ("NaN where NaN is expected", NAN, NAN, CLOSE),
    ("infinity where it is expected", INF, INF, CLOSE),
    ("a complex number where one is expected", 1 + 2j, 1 + 2j, EXACT),
    ("a real number where a complex one is expected", 2 + 0j, 2, EXACT),
    ("ints beyond floats within the relative tolerance", 10**400, 10**400 + 1, CLOSE),
    ("a list", [448, 4640], [448, 4640], EXACT),
    ("a list as a tuple", [448, 4640], (448, 4640), EXACT),
    ("a list as an array", [448, 4640], np.array([448, 4640]), EXACT),
    ("a list as an array of floats", [448, 4640], np.array([448.0, 4640.0]), EXACT),
    ("a list as zero-dimensional arrays", [448, 4640], [np.array(448), np.array(4640)], EXACT),
    ("a tuple as a list", (3, 8, 8), [3, 8, 8], EXACT),
    ("an empty list", [], [], EXACT),
    ("an empty list as an empty array", [], np.zeros(0), EXACT),
    ("nested lists as a list of arrays", [[1, 2], [3, 4]], [np.array([1, 2]), [3, 4]], EXACT),
    ("nested lists as an array", [[1, 2], [3, 4]], np.array([[1, 2], [3, 4]]), EXACT),
    ("a list of bools as an array", [True, False], np.array([True, False]), EXACT),
    ("a list of complex numbers as an array", [1j, 2j], np.array([1j, 2j]), EXACT),
    ("an array", IMAGE, IMAGE.copy(), EXACT),
    ("an array as nested lists", IMAGE, IMAGE.tolist(), EXACT),
    ("an array as nested tuples", IMAGE, ((1, 2, 3), (4, 5, 6)), EXACT),
    ("an array as a list of arrays", IMAGE, [IMAGE[0], IMAGE[1]], EXACT),
    ("an array as rows of different types", IMAGE, [[1, 2, 3], np.array([4.0, 5.0, 6.0])], EXACT),
    ("an array as rows of ints and of an array", IMAGE, [[1, 2, 3], IMAGE[1]], EXACT),
    ("an array as lists of zero-dimensional arrays", IMAGE, [list(map(np.array, r)) for r in IMAGE],
     EXACT),
    ("an array as uint8", IMAGE, IMAGE.astype(np.uint8), EXACT),
    ("an array as float32", IMAGE, IMAGE.astype(np.float32), EXACT),
    ("an array as float16", IMAGE, IMAGE.astype(np.float16), EXACT),
    ("an array in column order", IMAGE, np.asfortranarray(IMAGE), EXACT),
    ("the same dtype where it is asked for", IMAGE, IMAGE.copy(), DTYPE),
    ("int64 and uint64 with equal values", np.array([2**62]), np.array([2**62], np.uint64), EXACT),
    ("a uint64 beyond int64 as ints", np.array([2**63], np.uint64), [2**63], EXACT),
    ("ints beyond 64 bits in an array", np.array([10**30, 1], dtype=object), [10**30, 1], EXACT),
    ("NaN and infinities in their places", np.array([NAN, INF, -INF]), [NAN, INF, -INF], CLOSE),
    ("an array of bools", np.array([True, False]), [True, False], EXACT),
    ("a real number as a complex one", 2.0, 2 + 0j, CLOSE),
    ("a real array as a complex one", np.array([[2.0, -1]]), np.array([[2 + 0j, -1]]), CLOSE),
    ("a list of real numbers as a complex array", [2.0, 1.0], np.array([2 + 0j, 1]), CLOSE),
    ("an array of complex numbers as a real one", np.array([1 + 0j]), [1.0], CLOSE),
    ("an array of texts", np.array(["a", "b"]), ["a", "b"], EXACT),
    ("an empty array", np.zeros((0, 4)), np.zeros((0, 4)), EXACT),
    ("an empty array as the lists that can be said", np.zeros((0, 4)), [], EXACT),
    ("an empty array as empty rows", np.zeros((2, 0, 3)), [[], []], EXACT),
    ("an empty array as an array of no rows", np.zeros((0, 4)), np.array([]), EXACT),
    ("an empty array as an array of empty rows", np.zeros((2, 0, 3)), np.zeros((2, 0)), EXACT),
    ("empty coordinates as no rows", (np.zeros((0, 2)), 1), [np.array([]), 1], EXACT),
    ("an element within its own tolerance", np.array([0.0, 0.0]), [0.5, 0.0],
     close(atol=np.array([1.0, 0.1]))),
    ("a list's element within its own tolerance", [0.0, 0.0], [0.5, 0.0],
     close(atol=np.array([1.0, 0.1]))),
    ("a dict in another order", {"a": 1, "b": 2}, {"b": 2, "a": 1}, EXACT),
    ("a dict with other keys where they are ignored", {"a": 1}, {"a": 1, "b": 2}, EXTRA),
    ("a dict of arrays", {"a": IMAGE}, {"a": IMAGE.tolist()}, EXACT),
    ("a dict with odd keys", {None: 1, 2.5: 2}, {2.5: 2, None: 1}, EXACT),
]  # fmt: skip

DIFFERS: list[tuple[str, Any, Any, Rule, str]] = [
    ("another count", 444, 443, EXACT, "observed 443, expected 444"),
    ("True for 1", 1, True, EXACT, "observed True, expected 1"),
    ("1 for True", True, 1, EXACT, "observed 1, expected True"),
    ("1.0 for True", True, 1.0, EXACT, "observed 1.0, expected True"),
    ("a count as text", 36, "36", EXACT, "observed '36', expected 36"),
    ("a fraction", 36, 36.5, EXACT, "observed 36.5, expected 36"),
    ("a count nearly", 58810528, 58810632, EXACT, "observed 58810632, expected 58810528"),
    ("a count one off beyond floats", 2**53, 2.0**53 + 2, EXACT, "observed 9007199254740994.0"),
    ("an int that no float tells apart", 2**60 + 1, float(2**60), EXACT, "expected 115292150460"),
    ("NaN for a count", 36, NAN, EXACT, "observed nan, expected 36"),
    ("infinity for a count", 36, INF, EXACT, "observed inf, expected 36"),
    ("None for a count", 36, None, EXACT, "observed None, expected 36"),
    ("0 for None", None, 0, EXACT, "observed 0, expected None"),
    ("False for None", None, False, EXACT, "observed False, expected None"),
    ("a list for a count", 36, [36], EXACT, "a list of 1, expected an int"),
    ("an array of one for a count", 36, np.array([36]), EXACT, "an array of shape (1,), expected"),
    ("a dict for a count", 36, {}, EXACT, "a dict of 0, expected an int"),
    ("a complex count", 36, 36 + 0j, EXACT, "observed (36+0j), expected 36"),
    ("a float beyond the tolerance", 1.0, 1.0 + 2e-6, CLOSE, "expected 1.0"),
    ("a float within a tolerance that the rule does not use", 1.0, 1.5, Rule(atol=1.0, rtol=1.0),
     "observed 1.5, expected 1.0"),
    ("an element within such a tolerance", np.ones(2), [1, 1.5], Rule(atol=1.0, rtol=1.0),
     "1 of 2 values differ"),
    ("a float that is not quite equal", 0.3, 0.1 + 0.2, EXACT, "observed 0.30000000000000004"),
    ("NaN for a float", 1.0, NAN, CLOSE, "observed nan"),
    ("a float for NaN", NAN, 1.0, CLOSE, "expected nan"),
    ("infinity of the other sign", INF, -INF, CLOSE, "observed -inf, expected inf"),
    ("the greatest float for infinity", INF, 1.7e308, CLOSE, "expected inf"),
    ("anything within an infinite tolerance", 1.0, 2.0, close(atol=INF), "expected 1.0"),
    ("ints beyond floats and the tolerance", 10**400, 2 * 10**400, CLOSE, "(401 digits)"),
    ("text in other case where that counts", "a", "A", EXACT, "observed 'A', expected 'a'"),
    ("other text though folded", "pixel", "pixels", FOLD, "observed 'pixels', expected 'pixel'"),
    ("a bool as text", True, "True", FOLD, "observed 'True', expected True"),
    ("a count for text", "36", 36, EXACT, "observed 36, expected '36'"),
    ("a list too short", [1, 2], [1], EXACT, "1 entry, expected 2"),
    ("a list too long", [1], [1, 1], EXACT, "2 entries, expected 1"),
    ("a number for a list", [1], 1, EXACT, "an int, expected a list of 1"),
    ("a text for a list", ["a", "b"], "ab", EXACT, "text, expected a list of 2"),
    ("a zero-dimensional array for a list", [1], np.array(1), EXACT, "an int, expected a list"),
    ("a row too many deep", [1, 2], [[1], [2]], EXACT, "a list of 1, expected an int at [0]"),
    ("a list in a list that differs", [[1, 2], [3, 4]], [[1, 2], [3, 5]], EXACT,
     "1 of 4 values differ; the greatest difference is 1 at [1, 1]"),
    ("a list with True", [1, 2], [True, 2], EXACT, "at [0] observed True, expected 1"),
    ("complex counts in a list", [1, 2], np.array([1 + 0j, 2]), EXACT, "(1+0j), expected 1"),
    ("complex counts in an array", np.array([1]), np.array([1 + 0j]), EXACT, "complex numbers"),
    ("a complex NaN", np.array([1.0]), np.array([complex(1, np.nan)]), CLOSE, "complex numbers, "),
    ("a complex array for a list", [1, 2], np.array([1, 2j]), EXACT, "complex numbers, expected"),
    ("None for an array", IMAGE, None, EXACT, "None, expected an array of shape (2, 3)"),
    ("a number for an array", IMAGE, 3, EXACT, "an int, expected an array of shape (2, 3)"),
    ("a scalar to broadcast", np.ones((2, 2)), np.array(1.0), CLOSE, "shape (), expected (2, 2)"),
    ("a row to broadcast", np.ones((2, 2)), np.ones((1, 2)), CLOSE, "shape (1, 2), expected"),
    ("a vector to broadcast", np.ones((2, 2)), [1, 1], CLOSE, "shape (2,), expected (2, 2)"),
    ("an empty array to broadcast", np.ones((1, 2)), np.ones((0, 2)), CLOSE, "shape (0, 2)"),
    ("the transpose", IMAGE, IMAGE.T, EXACT, "shape (3, 2), expected (2, 3)"),
    ("an empty array of another shape", np.zeros((0, 4)), np.zeros((0, 5)), EXACT, "shape (0, 5)"),
    ("empty rows for no rows", np.zeros((0, 4)), [[], []], EXACT, "shape (2, 0), expected (0, 4)"),
    ("no rows for empty rows", np.zeros((2, 0)), [], EXACT, "shape (0,), expected (2, 0)"),
    ("ragged rows", IMAGE, [[1, 2, 3], [4]], EXACT, "rows of different lengths, expected"),
    ("rows of different depths", IMAGE, [[1, 2, 3], 4], EXACT, "rows of different depths"),
    ("text among the elements", IMAGE, [[1, 2, 3], [4, 5, "6"]], EXACT, "text among the elements"),
    ("None among the elements", IMAGE, [[1, 2, 3], [4, 5, None]], EXACT, "None among the elements"),
    ("a bool among the elements", IMAGE, [[True, 2, 3], [4, 5, 6]], EXACT, "a bool among the"),
    ("bools for numbers", np.array([1, 0]), np.array([True, False]), EXACT,
     "elements of type bool, expected int64"),
    ("numbers for bools", np.array([True]), np.array([1]), EXACT, "elements of type int64"),
    ("a complex array", np.array([1.0]), np.array([1j]), CLOSE, "complex numbers, expected real"),
    ("another dtype where it is asked for", IMAGE, IMAGE.astype(np.int32), DTYPE, "dtype int32"),
    ("another element", IMAGE, [[1, 2, 3], [4, 5, 16]], EXACT,
     "1 of 6 values differ; the greatest difference is 10 at [1, 2]"),
    ("NaN for an element", np.ones(3), [1, NAN, 1], CLOSE,
     "1 of 3 values differ; at [1] observed nan, expected 1.0"),
    ("an element for NaN", np.array([NAN, 1]), [0.0, 1], CLOSE, "observed 0.0, expected nan"),
    ("infinity of the other sign in an array", np.array([INF]), [-INF], CLOSE, "observed -inf"),
    ("int64 that no float tells apart", np.array([2**60 + 1]), [float(2**60)], EXACT, "1 of 1"),
    ("int64 one off where floats are equal", np.array([2**60]), np.array([2**60 + 1]),
     close(atol=0.5), "1 of 1"),
    ("ints beyond 64 bits", np.array([10**30], dtype=object), [10**30 + 1], EXACT, "1 of 1"),
    ("ints beyond all floats", np.array([10**400], dtype=object), [10**401], CLOSE, "1 of 1"),
    ("an element beyond its own tolerance", np.array([0.0, 0.0]), [0.0, 0.5],
     close(atol=np.array([1.0, 0.1])),
     "1 of 2 values differ; the greatest difference is 0.5 at [1] (allowed: 0.1)"),
    ("a list's element beyond its own tolerance", [0.0, 0.0], [0.0, 0.5],
     close(atol=np.array([1.0, 0.1])), "greatest difference is 0.5 at [1] (allowed: 0.1)"),
    ("a dict without a key", {"a": 1, "b": 2}, {"a": 1}, EXACT, "no value at ['b']"),
    ("a dict with a key too many", {"a": 1}, {"a": 1, "b": 2}, EXACT,
     "entries that were not asked for: 'b'"),
    ("a dict with another value", {"a": 1}, {"a": 2}, EXACT,
     "1 of 1 values differ; the greatest difference is 1 at ['a']"),
    ("a list for a dict", {"a": 1}, [1], EXACT, "a list of 1, expected a dict"),
    ("several keys missing", {"a": 1, "b": 2}, {}, EXTRA, "no value at ['a'] (and 1 more such)"),
    ("a wrong shape within a dict", {"a": IMAGE}, {"a": IMAGE.T}, EXACT,
     "shape (3, 2), expected (2, 3) at ['a']"),
]  # fmt: skip

HOSTILE: list[tuple[str, Any]] = [
    ("an integer of 100,000 digits", HUGE),
    ("its negative", -HUGE),
    ("a text of a million characters", "x" * 1_000_000),
    ("a text of spaces", " " * 1_000_000),
    ("a million entries", [0] * 1_000_000),
    ("a million rows", [[0]] * 1_000_000),
    ("ragged rows", [[1], [1, 2], []]),
    ("lists 200 deep", eval("[" * 60 + "]" * 60)),
    ("rows of rows 60 deep", eval("[" * 60 + "1" + "]" * 60)),
    ("integers of 100,000 digits", [HUGE, -HUGE]),
    ("such integers beside floats", [[HUGE, 0.5]]),
    ("such integers beside complex numbers", [[HUGE, 1j]]),
    ("a dict with odd keys", {HUGE: 1, None: 2, NAN: 3, "\ud800": 4, True: 5}),
    ("a lone surrogate", "\ud800"),
    ("control characters", "\x1b[31m\x00"),
    ("a NaN with a payload", np.array([0x7FF0000000000001], dtype=np.uint64).view(np.float64)),
    ("signalling float32 NaNs", np.array([[0x7F800001] * 2] * 2, np.uint32).view(np.float32)),
    ("a zero-dimensional NaN", np.array(NAN)),
    ("an array of 32 dimensions", np.zeros((1,) * 32)),
    ("an array without elements but many rows", np.zeros((1_000_000, 0))),
    ("an array of a million", np.zeros(1_000_000)),
    ("an array of texts", np.array([["a", "b"], ["c", "d"]])),
    ("an array of dates", np.array([["2020-01-01"] * 2] * 2, dtype="datetime64[D]")),
    ("an array of objects", np.array([[None, "a"], [1, 2.5]], dtype=object)),
    ("an array of records", np.zeros((2, 2), dtype=[("a", int)])),
    ("the greatest floats", np.full((2, 2), 1.7e308)),
    ("the greatest complex numbers", np.full((2, 2), 1.7e308 + 1.7e308j)),
    ("a complex number beyond floats", complex(1.7e308, 1.7e308)),
    ("arrays among lists", [np.zeros((2, 2)), [[1, 2], [3, 4]]]),
    ("arrays of other shapes in a list", [np.zeros(2), np.zeros(3)]),
]
EXPECTED = [444, 0.5, "pixel", True, None, 1j, [448, 4640], (3, 8, 8), IMAGE, np.ones((2, 2)),
            np.full((2, 2), -1.7e308), np.zeros((0, 4)), {"scores": (3, 8)}, 10**400,
            np.array([10**400, 1], dtype=object), [[1, 2], [3, 4]]]  # fmt: skip


def verdict(expected: Any, observed: Any, rule: Rule = EXACT) -> Comparison:
    """The comparison, after checking what must hold of every one."""
    comparison = compare(expected=expected, observed=observed, rule=rule)
    assert matches(expected=expected, observed=observed, rule=rule) is comparison.matches
    assert bool(comparison.claim) is not comparison.matches
    assert 0 <= comparison.matched <= comparison.leaves == count_leaves(expected)
    assert comparison.error_ratio >= 0
    if comparison.matches:
        assert comparison.matched == comparison.leaves
        assert not comparison.differences and not comparison.differing
    assert len(comparison.claim) < 2000
    assert len(comparison.differences) <= 5 and len(comparison.differing) <= 1000
    assert len(comparison.notes) <= 5 and all(len(note) < 500 for note in comparison.notes)
    for difference in comparison.differences:
        assert len(difference.expected) < 1000 and len(difference.observed) < 1000
    return comparison


@pytest.mark.parametrize(
    ("expected", "observed", "rule"), [row[1:] for row in MATCHES], ids=[row[0] for row in MATCHES]
)
def test_it_is_equal(expected: Any, observed: Any, rule: Rule) -> None:
    comparison = verdict(expected, observed, rule)
    assert comparison.matches, comparison.claim


@pytest.mark.parametrize(
    ("expected", "observed", "rule", "claim"),
    [row[1:] for row in DIFFERS],
    ids=[row[0] for row in DIFFERS],
)
def test_it_differs_and_the_claim_says_how(
    expected: Any, observed: Any, rule: Rule, claim: str
) -> None:
    comparison = verdict(expected, observed, rule)
    assert not comparison.matches
    assert claim in comparison.claim


@pytest.mark.parametrize("observed", [row[1] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_hostile_value_is_only_a_wrong_one(observed: Any) -> None:
    for expected in EXPECTED:
        for rule in (EXACT, CLOSE, FOLD, DTYPE):
            assert not verdict(expected, observed, rule).matches


# --------------------------------------------------------------------------- notes and accounts


def test_a_float_for_a_count_passes_with_a_note() -> None:
    assert verdict(36, 36.0).notes == ("36.0 is a float; a count is an int",)
    assert verdict(36, 36).notes == ()
    assert verdict(36.0, 36).notes == ()


@pytest.mark.parametrize("observed", [[36.0, 104.0], np.array([36.0, 104.0])])
def test_floats_for_many_counts_make_one_note(observed: Any) -> None:
    assert len(verdict([36, 104], observed).notes) == 1
    assert len(verdict(np.array([36, 104]), observed).notes) == 1


@pytest.mark.parametrize(
    ("expected", "observed"),
    [
        (2.0, 2 + 1e-9j),
        (np.array([2.0, 1.0]), np.array([2 + 1e-9j, 1])),
        ([2.0, 1.0], np.array([2 + 1e-9j, 1])),
        ([2.0, 1.0], [2 + 1e-9j, 1]),
        ([[2.0], [1.0]], np.array([[2 + 1e-9j], [1]])),
        ((np.array([2.0]), 1.0), (np.array([2 + 1e-9j]), 1)),
        (2, 2 + 1e-9j),
        (np.array([2, 1]), np.array([2 + 1e-9j, 1])),
        ([2, 1], [2 + 1e-9j, 1]),
    ],
)
def test_an_imaginary_part_of_rounding_only_is_noted(expected: Any, observed: Any) -> None:
    """It counts as none where the tolerance allows it, and only there."""
    comparison = verdict(expected, observed, CLOSE)
    assert comparison.matches and ".real" in comparison.notes[0]
    for rule in (EXACT, close(atol=1e-12)):
        comparison = verdict(expected, observed, rule)
        assert not comparison.matches and ".real" in comparison.notes[0]


@pytest.mark.parametrize("observed", [2 + 0j, np.array(2 + 0j)])
def test_a_complex_number_that_is_read_as_a_real_one_is_noted(observed: Any) -> None:
    assert "read as real" in verdict(2.0, observed, CLOSE).notes[0]
    assert "read as real" in verdict(np.array([2.0]), np.array([observed]), CLOSE).notes[0]
    assert not verdict(2.0, 3 + 0j, CLOSE).matches


@pytest.mark.parametrize(
    ("expected", "observed"),
    [
        (2.0, 2 + 0j),
        (2, 2 + 0j),
        ([2.0, 1.0], [2 + 0j, 1.0]),
        ([2.0, 1.0], np.array([2 + 0j, 1])),
        (np.array([2.0, 1.0]), np.array([2 + 0j, 1])),
        (np.array([2, 1]), np.array([2 + 0j, 1])),
    ],
)
def test_where_complex_numbers_are_refused_none_is_read_as_a_real_one(
    expected: Any, observed: Any
) -> None:
    assert verdict(expected, observed, CLOSE).matches
    refused = replace(CLOSE, real_only=True)
    comparison = verdict(expected, observed, refused)
    assert not comparison.matches and ".real" not in comparison.claim
    assert "real" in comparison.notes[0] and "read as" not in comparison.notes[0]
    assert not matches(expected=expected, observed=observed, rule=refused)
    assert verdict(np.array([1j]), np.array([1j]), refused).matches


def test_a_true_imaginary_part_is_not_called_rounding() -> None:
    assert verdict(2.0, 2 + 1j, CLOSE).notes == ()
    assert verdict(np.array([2.0]), np.array([2 + 1j]), CLOSE).notes == ()


@pytest.mark.parametrize("expected", [1e-9j, [2 + 1e-9j], np.array([2 + 1e-9j])])
def test_where_a_complex_number_is_expected_none_is_read_as_a_real_one(expected: Any) -> None:
    comparison = verdict(expected, deepcopy(expected), CLOSE)
    assert comparison.matches and comparison.error_ratio == 0 and comparison.notes == ()


def test_matched_counts_leaves() -> None:
    row = {"annotation": "class per pixel", "granularity": "pixel", "separates": True}
    seen = {"annotation": "CLASS PER PIXEL", "granularity": "image", "separates": True}
    comparison = verdict(row, seen, FOLD)
    assert (comparison.matched, comparison.leaves) == (2, 3)
    assert comparison.differing == (("granularity",),)
    assert verdict(row, {"separates": True}).matched == 1
    assert verdict(row, None).matched == 0


def test_the_worst_differences_come_first_and_all_places_are_listed() -> None:
    expected = np.zeros((10, 10))
    observed = np.arange(100.0).reshape(10, 10)
    comparison = verdict(expected, observed)
    assert [difference.off_by for difference in comparison.differences] == [99, 98, 97, 96, 95]
    assert comparison.differences[0].path == (9, 9)
    assert len(comparison.differing) == 99 and comparison.differing[0] == (0, 1)


def test_of_very_many_differences_the_worst_are_still_found() -> None:
    observed = np.ones(5000)
    observed[4321] = 7
    comparison = verdict(np.zeros(5000), observed)
    assert comparison.claim.startswith(
        "5000 of 5000 values differ; the greatest difference is 7 at"
    )
    assert comparison.differences[0].path == (4321,)
    listed = verdict([0] * 5000, observed)
    assert listed.differences[0].path == (4321,) and len(listed.differing) == 1000


def test_the_error_is_measured_in_tolerances() -> None:
    rule = close(atol=0.1)
    assert verdict(1.0, 1.05, rule).error_ratio == pytest.approx(0.5)
    assert verdict(1.0, 1.5, rule).error_ratio == pytest.approx(5)
    assert verdict(np.ones(2), [1.05, 1.01], rule).error_ratio == pytest.approx(0.5)
    assert verdict(np.ones(2), [1.5, 1.0], rule).error_ratio == pytest.approx(5)
    assert verdict(np.ones(2), [1.0, 1.0], rule).error_ratio == 0
    assert verdict(1, 2).error_ratio == INF


@pytest.mark.parametrize(
    "observed", [Absent(), None, [1.0], np.ones(3), [1.0, NAN], [1.0, "x"], [INF, 1.0]]
)
def test_what_is_no_value_of_the_kind_is_beyond_any_band(observed: Any) -> None:
    assert verdict(np.ones(2), observed, close(atol=0.1)).error_ratio == INF


def test_two_huge_integers_look_different() -> None:
    (difference,) = verdict(10**300, 10**300 + 1).differences
    assert difference.expected != difference.observed


# --------------------------------------------------------------------------- a part of a result


@pytest.mark.parametrize(
    ("value", "at", "part"),
    [
        ({"boxes": (1, 2)}, ("boxes",), (1, 2)),
        ({"boxes": (1, 2)}, ("boxes", -1), 2),
        (np.array([5, 6]), (1,), 6),
        ([np.array([[5, 6]])], (0, 0, 1), 6),
        (np.array([0.5]), (0,), 0.5),
        (7, (), 7),
    ],
)
def test_a_path_leads_to_a_part(value: Any, at: tuple[Any, ...], part: Any) -> None:
    found = narrow(value, at)
    assert found == part and type(found) is type(part)


@pytest.mark.parametrize(
    ("value", "at"),
    [
        (None, ("boxes",)),
        ({"boxes": 1}, ("scores",)),
        ({"boxes": 1}, ("boxes", 0)),
        ([1], (1,)),
        ([1], (-2,)),
        ([1], ("boxes",)),
        (np.array(1), (0,)),
        (np.array([1]), ("0",)),
        ("text", (0,)),
        (5, (0,)),
    ],
)
def test_a_path_may_lead_to_nothing(value: Any, at: tuple[Any, ...]) -> None:
    assert isinstance(narrow(value, at), Absent)
    assert not verdict(1, narrow(value, at)).matches


def test_an_element_of_an_array_is_a_count_like_any_other() -> None:
    assert verdict(6, narrow(np.array([5, 6]), (1,))).matches


# --------------------------------------------------------------------------- for any two values


@given(expected=values | decodable.values, data=st.data(), rule=rules)
def test_whatever_comes_is_compared_without_an_exception_and_within_bounds(
    expected: Any, data: st.DataObject, rule: Rule
) -> None:
    observed = data.draw(values | decodable.values | decodable.near(expected))
    before = deepcopy((expected, observed))
    started = time.process_time()
    comparison = verdict(expected, observed, rule)
    assert time.process_time() - started < 5
    assert matches(expected=expected, observed=observed, rule=rule) is comparison.matches
    assert repr((expected, observed)) == repr(before)
    texts = [comparison.claim, *comparison.notes]
    for difference in comparison.differences:
        texts += [difference.expected, difference.observed]
    assert max(map(len, texts)) < 400
    assert len(comparison.differences) <= 5
    assert len(comparison.differing) <= 1000
    assert 0 <= comparison.matched <= comparison.leaves == count_leaves(expected)
    assert not math.isnan(comparison.error_ratio)


@given(value=values | decodable.values, at=st.lists(st.integers(-3, 3) | st.text(max_size=2)))
def test_a_path_into_anything_leads_to_a_part_or_nowhere(value: Any, at: list[Any]) -> None:
    narrow(value, tuple(at))


@settings(deadline=None)
@given(value=values, rule=rules)
def test_every_value_equals_itself(value: Any, rule: Rule) -> None:
    comparison = verdict(value, deepcopy(value), rule)
    assert comparison.matches, comparison.claim
    assert comparison.error_ratio == 0


@settings(deadline=None)
@given(first=st.integers(), second=st.integers())
def test_equality_of_counts_is_symmetric(first: int, second: int) -> None:
    assert verdict(first, second).matches is verdict(second, first).matches is (first == second)


@settings(deadline=None)
@given(array=npst.arrays(np.int64, npst.array_shapes(max_side=3)))
def test_an_array_equals_its_nested_lists_and_back(array: np.ndarray[Any, Any]) -> None:
    assert verdict(array, array.tolist()).matches
    assert verdict(array.tolist(), array).matches


@settings(deadline=None)
@given(array=arrays, data=st.data())
def test_one_other_element_never_matches(array: np.ndarray[Any, Any], data: st.DataObject) -> None:
    if array.size == 0 or array.ndim == 0:
        return
    place = data.draw(st.integers(0, array.size - 1))
    other = array.copy()
    one = array.flat[place]
    other.flat[place] = not one if array.dtype.kind == "b" else (5 if one == 3 else 3)
    comparison = verdict(array, other)
    assert not comparison.matches and comparison.matched == array.size - 1
    assert comparison.differing == (np.unravel_index(place, array.shape),)


@settings(deadline=None)
@given(
    expected=st.floats(-1e6, 1e6),
    rtol=st.floats(0, 0.1),
    atol=st.floats(0, 1),
    beyond=st.floats(1e-6, 1e6),
    sign=st.sampled_from([-1, 1]),
)
def test_an_error_above_the_tolerance_never_matches(
    expected: float, rtol: float, atol: float, beyond: float, sign: int
) -> None:
    observed = expected + sign * (atol + rtol * abs(expected) + beyond)
    rule = close(rtol=rtol, atol=atol)
    assert not verdict(expected, observed, rule).matches
    assert not verdict(np.array([0.0, expected]), [0.0, observed], rule).matches
    assert not verdict(np.array([expected]), [observed], close(atol=np.array([atol]))).matches


@settings(deadline=None)
@given(
    expected=npst.arrays(np.float64, (2, 2), elements=st.floats(-1e6, 1e6)),
    error=npst.arrays(np.float64, (2, 2), elements=st.floats(-0.9, 0.9)),
    atol=npst.arrays(np.float64, (2, 2), elements=st.floats(1e-6, 10)),
)
def test_an_error_below_every_elements_tolerance_always_matches(
    expected: Any, error: Any, atol: Any
) -> None:
    comparison = verdict(expected, expected + error * atol, close(atol=atol))
    assert comparison.matches and comparison.error_ratio < 1
