"""What a wrong value is said to look like, and that nothing is said that is not so."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from marking_examples import EXACT, case, close, observations, raised, returned, rules, values

from grader.marking.credit import judge
from grader.marking.patterns import patterns
from grader.marking.recognise import GENERAL, recognise
from grader.model import Case, CaseResult, Observation, Raises, Rule

MATRIX = np.array([[1, -2, 3], [4, 5, -6], [7, 8, 10]])
OBLONG = np.array([[1, -2, 3], [4, 5, -6]])
LARGE = np.arange(49).reshape(7, 7) % 11
COLUMN = MATRIX.reshape(-1, 1)
REAL = MATRIX + 0.25
WITHIN = close(atol=np.full((3, 3), 1e-7))
PARAMS = [448, 4640, 18496, 73856]


def bordered(array: Any, before: int, after: int) -> Any:
    return np.pad(array, (before, after), constant_values=77)


RECOGNISED: list[tuple[str, Any, Any, Rule, str]] = [
    ("text for a bool", True, "True", EXACT, "text stands where True or False is asked for"),
    ("a number for a bool", False, 0, EXACT, "a number stands where True or False is asked for"),
    ("a bool for a number", 1, True, EXACT, "True or False stands where a number is asked for"),
    ("a number for text", "5", np.int64(5), EXACT, "a number stands where text is asked for"),
    ("text for the numbers of a dict", {"a": 1, "b": 2}, {"a": "1", "b": "2"}, EXACT,
     "text stands where a number is asked for"),
    ("keys that are text", {1: 2, 3: 4}, {"1": 2, "3": 4}, EXACT, "right but for their kind"),
    ("capital letters", "Hello, Ada!", "hello, Ada!", EXACT, "right but for capital letters"),
    ("a line end", "a b\nc", "a b\nc\n", EXACT, "right but for spaces and line ends"),
    ("capitals and spaces", "No b", "nob", EXACT, "right but for capital letters and spaces"),
    ("punctuation", "Hello, Ada!", "Hello Ada", EXACT, "right but for its punctuation"),
    ("one row, put in several times", MATRIX, MATRIX[[-1, -1, -1]], EXACT, "every row is the last"),
    ("transposed", MATRIX, MATRIX.T, EXACT, "equal to the expected matrix transposed"),
    ("transposed, of another shape", OBLONG, OBLONG.T, EXACT, "matrix transposed"),
    ("transposed, as lists", OBLONG.tolist(), OBLONG.T.tolist(), EXACT, "matrix transposed"),
    ("transposed up to rounding", REAL, (REAL.T * (1 + 1e-9)).astype(np.float64), WITHIN,
     "matrix transposed"),
    ("rows reversed", MATRIX, MATRIX[::-1], EXACT, "flipped upside down"),
    ("columns reversed", MATRIX, MATRIX[:, ::-1], EXACT, "flipped left to right"),
    ("both reversed", MATRIX, MATRIX[::-1, ::-1], EXACT, "turned by 180 degrees"),
    ("a quarter turn", OBLONG, np.rot90(OBLONG), EXACT, "turned by 90 degrees"),
    ("three quarter turns", OBLONG, np.rot90(OBLONG, 3), EXACT, "turned by 270 degrees"),
    ("the other diagonal", MATRIX, MATRIX[::-1, ::-1].T, EXACT, "along its other diagonal"),
    ("a list reversed", PARAMS, PARAMS[::-1], EXACT, "in reverse order"),
    ("a list in another order", PARAMS, [PARAMS[i] for i in (1, 0, 3, 2)], EXACT, "another order"),
    ("a shape in another order", (7, 4, 5), (4, 5, 7), EXACT, "another order"),
    ("a shape in a dict", {"scores": (7, 4, 5)}, {"scores": (4, 5, 7)}, EXACT,
     "at ['scores'] the result holds the right values in another order"),
    ("two matrices exchanged", (MATRIX, REAL), (REAL, MATRIX), WITHIN,
     "the parts of the result are right, but stand in another order"),
    ("a list and a matrix exchanged", (PARAMS, MATRIX), [MATRIX, PARAMS], EXACT, "the parts of"),
    ("one of several transposed", (PARAMS, MATRIX, REAL), (PARAMS, MATRIX.T, REAL), WITHIN,
     "at [1] the result is equal to the expected matrix transposed"),
    ("the second of a pair of the wrong sign", (0.5, REAL), [0.5, -REAL], WITHIN,
     "at [1] the result has the wrong sign"),
    ("all of several of the wrong sign", (0.5, REAL), [-0.5, -REAL], WITHIN,
     "the result has the wrong sign"),
    ("one of several rounded", (REAL, MATRIX), (REAL.astype(np.float32) * 1.0000001, MATRIX),
     close(atol=1e-12), "the result is right to about six digits"),
    ("entries of a dict rounded", {"y": REAL, "n": 1.5}, {"y": REAL + 1e-7, "n": 1.5},
     close(atol=1e-12), "the result is right to about six digits"),
    ("lists of unequal lengths counted from one", [[0, 1, 2], [3, 4, 5, 6]],
     [[1, 2, 3], [4, 5, 6, 7]], EXACT, "every value is off by 1"),
    ("a matrix's elements in another order", MATRIX, np.roll(MATRIX, 1, 0), EXACT, "another order"),
    ("flat", MATRIX, MATRIX.ravel(), EXACT, "the right values, but in shape (9,)"),
    ("a dimension too many", MATRIX, MATRIX[None], EXACT, "but in shape (1, 3, 3)"),
    ("one row too deep", PARAMS, [PARAMS], EXACT, "but in shape (1, 4)"),
    ("off by one everywhere", MATRIX, MATRIX + 1, EXACT, "every value is off by 1"),
    ("too small by a fraction", REAL, REAL - 0.5, WITHIN, "every value is off by -0.5"),
    ("a factor", MATRIX, MATRIX * 9, EXACT, "every value is 9 times the expected one"),
    ("a mean for a sum", MATRIX, MATRIX / 9, EXACT, "every value is 0.111111 times"),
    ("a factor in a list", PARAMS, [2 * n for n in PARAMS], EXACT, "every value is 2 times"),
    ("the wrong sign", MATRIX, -MATRIX, EXACT, "has the wrong sign"),
    ("a number of the wrong sign", 444, -444, EXACT, "has the wrong sign"),
    ("no signs", MATRIX, abs(MATRIX), EXACT, "all signs are missing"),
    ("no fractions", REAL * 3, np.trunc(REAL * 3).astype(int), WITHIN, "all fractions are missing"),
    ("no border", LARGE, LARGE[1:-1, 1:-1], EXACT, "its border is missing"),
    ("no border at two sides", LARGE, LARGE[:, 2:-2], EXACT, "its border is missing"),
    ("no end", LARGE, LARGE[:-1, :-1], EXACT, "the beginning of the expected one"),
    ("no beginning", LARGE, LARGE[1:, 1:], EXACT, "the end of the expected one"),
    ("a list without its last entry", PARAMS, PARAMS[:-1], EXACT, "the beginning of the expected"),
    ("a border too many", MATRIX, bordered(MATRIX, 2, 2), EXACT, "with a border around it"),
    ("columns too many at both sides", MATRIX, np.pad(MATRIX, ((0, 0), (1, 1))), EXACT,
     "with a border around it"),
    ("rows too many at the end", MATRIX, bordered(MATRIX, 0, 1), EXACT, "goes on after it"),
    ("rows too many in front", MATRIX, bordered(MATRIX, 1, 0), EXACT, "after something else"),
    ("a list with an entry too many", PARAMS, [*PARAMS, 100], EXACT, "goes on after it"),
    ("a stride too many", LARGE, LARGE[::2, ::2], EXACT, "only every second expected value"),
    ("a stride of three too many", LARGE, LARGE[::3, ::3], EXACT, "only every third expected"),
    ("no stride", LARGE[::2, ::2], LARGE, EXACT, "every second value of the result"),
    ("no stride of three", LARGE[::3, ::3], LARGE, EXACT, "every third value of the result"),
    ("an int32 overflow", 11336941156, -1547960732, EXACT, "an int32 overflow"),
    ("an unsigned overflow", 11336941156, 11336941156 % 2**32, EXACT, "an int32 overflow"),
    ("an int64 overflow", 3**50, (3**50 + 2**63) % 2**64 - 2**63, EXACT, "an int64 overflow"),
    ("an int32 overflow in a list", [11329414656, 7526500], [-1555487232, 7526500], EXACT,
     "an int32 overflow"),
    ("an overflow among huge numbers", [10**30, 5], [10**30 % 2**32, 5], EXACT, "int32 overflow"),
    ("a number rounded to float32", 11336941156, int(np.float32(11336941156)), EXACT, "to float32"),
    ("such a number as a float", 58810529, float(np.float32(58810529)), EXACT, "to float32"),
    ("numbers rounded to float32", [11336941156, 7526500], np.float32([11336941156, 7526500]),
     EXACT, "to float32"),
    ("float32 in a matrix", REAL / 3, (REAL / 3).astype(np.float32), close(atol=1e-12),
     "right to about six digits"),
    ("noise where less is allowed", MATRIX * [[0, 1, 1]], MATRIX * [[0, 1, 1]] + 2e-7,
     close(atol=np.array([[1e-13, 1e-5, 1e-5]] * 3)), "right to about six digits"),
    ("rounding several times", 1 / 3, 1 / 3 * (1 + 3e-7), close(atol=1e-12), "to about six digits"),
    ("the other infinity", -np.inf, np.inf, WITHIN, "the wrong sign"),
    ("float32 in a number", 1 / 3, float(np.float32(1 / 3)), close(atol=1e-12), "six digits"),
]  # fmt: skip

PLAIN: list[tuple[str, Any, Any, Rule]] = [
    ("another matrix", MATRIX, np.array([[3, 1, 4], [1, 5, 9], [2, 6, 5]]), EXACT),
    ("a symmetric matrix with one error", MATRIX + MATRIX.T, MATRIX + MATRIX.T + np.eye(3), EXACT),
    ("zeros", MATRIX, np.zeros((3, 3)), EXACT),
    ("zeros of another shape", np.zeros((2, 3)), np.ones((3, 2)), EXACT),
    ("zeros for ones", np.ones((3, 3)), np.zeros((3, 3)), EXACT),
    ("ones for zeros", np.zeros((3, 3)), np.ones((3, 3)), EXACT),
    ("a factor of the only value", np.diag([5, 0, 0]), np.diag([10, 0, 0]), EXACT),
    ("one value right", MATRIX, np.array([[5]]), EXACT),
    ("two values right", LARGE, LARGE[:1, :2], EXACT),
    ("an empty array", MATRIX, np.zeros((0, 3)), EXACT),
    ("nothing expected", np.zeros((0, 3)), MATRIX, EXACT),
    ("one count too many", 11336941156, 11336941155, EXACT),
    ("one count too many in a list", [11329414656, 7526500, 5], [11329414656, 7526500, 6], EXACT),
    ("the biases missing", 11336941156, 11336865792, EXACT),
    ("a slip of 104", 58810528, 58810632, EXACT),
    ("zero for a multiple of 2**32", 2**40, 0, EXACT),
    ("one overflow among other errors", [11329414656, 7526500], [-1555487232, 1], EXACT),
    ("a number for an array", MATRIX, 5, EXACT),
    ("an array for a number", 5, MATRIX, EXACT),
    ("a text", "pixel", "image", EXACT),
    ("a short list of texts in another order", (["a"], "b"), (["b"], "a"), EXACT),
    ("texts in another order", ["a", "b", "c"], ["b", "a", "c"], EXACT),
    ("NaN", MATRIX, np.full((3, 3), np.nan), EXACT),
    ("infinities", REAL, np.full((3, 3), np.inf), WITHIN),
    ("a number for infinity", np.inf, 5.0, WITHIN),
    ("a count for infinity", np.inf, 5, EXACT),
    ("one value off, by less than is allowed elsewhere", REAL, REAL + 0.4 * (MATRIX == 1),
     close(atol=np.where(MATRIX == 5, 0.5, 1e-9))),
    ("values off by different amounts, all about what is allowed", REAL,
     REAL + np.where(MATRIX > 3, 0.15, 0.12), close(atol=0.1)),
    ("values off by different factors, all about what is allowed", REAL,
     REAL + np.where(MATRIX > 7, -1.5, 1.2), close(atol=1)),
    ("complex numbers", MATRIX, MATRIX * 1j, EXACT),
    ("only another dtype", MATRIX + MATRIX.T, (MATRIX + MATRIX.T).astype(np.int32),
     Rule(same_dtype=True)),
    ("one column, put in several times", MATRIX, MATRIX[:, [-1, -1, -1]], EXACT),
    ("the first row, put in several times", MATRIX, MATRIX[[0, 0, 0]], EXACT),
    ("other keys", {1: 2}, {"2": 2}, EXACT),
    ("keys that are the same", {1: 2}, {1.0: 3}, EXACT),
    ("signs only", "+-", "-+", EXACT),
    ("signs of a formula", "x + y", "x - y", EXACT),
    ("a sign of a number", "-1", "1", EXACT),
    ("a decimal point", "1.5", "15", EXACT),
    ("words parted otherwise", "a bc, d", "ab c d", EXACT),
    ("zeros, where the last row is zeros", MATRIX * [[1], [1], [0]], 0 * MATRIX, EXACT),
    ("the last one of a column", COLUMN, np.full_like(COLUMN, COLUMN[-1, 0]), EXACT),
    ("another text", "Hello", "Hallo", EXACT),
    ("two of three in reverse", [1, 1, 2], [2, 1, 2], EXACT),
]  # fmt: skip


def remarks(expected: Any, observed: Any, rule: Rule) -> tuple[str, ...]:
    return recognise(expected=expected, observed=observed, rule=rule)


@pytest.mark.parametrize(
    ("expected", "observed", "rule", "remark"),
    [row[1:] for row in RECOGNISED],
    ids=[row[0] for row in RECOGNISED],
)
def test_it_is_recognised(expected: Any, observed: Any, rule: Rule, remark: str) -> None:
    (found,) = remarks(expected, observed, rule)
    assert remark in found
    assert found.startswith("at ") is remark.startswith("at ")


@pytest.mark.parametrize(
    ("expected", "observed", "rule"), [row[1:] for row in PLAIN], ids=[row[0] for row in PLAIN]
)
def test_of_what_is_plainly_different_nothing_is_said(
    expected: Any, observed: Any, rule: Rule
) -> None:
    assert remarks(expected, observed, rule) == ()


@settings(deadline=None)
@given(expected=values, observed=values, rule=rules)
def test_recognising_never_raises(expected: Any, observed: Any, rule: Rule) -> None:
    assert all(len(remark) < 500 for remark in remarks(expected, observed, rule))


@settings(deadline=None)
@given(seeds=st.tuples(st.integers(0, 2**32), st.integers(0, 2**32)), sides=st.data())
def test_of_unrelated_matrices_nothing_is_said(
    seeds: tuple[int, int], sides: st.DataObject
) -> None:
    """Drawn by NumPy, since Hypothesis would shrink both towards the same small matrix."""
    if seeds[0] == seeds[1]:
        return
    expected, observed = (
        np.random.default_rng([seed, which]).integers(-(10**6), 10**6, sides.draw(shapes))
        for which, seed in enumerate(seeds)
    )
    assert remarks(expected, observed, EXACT) == ()
    assert remarks(expected / 7, observed / 7, close(atol=1e-9)) == ()


shapes = npst.array_shapes(min_dims=1, max_dims=2, min_side=2, max_side=7)

TRUE_OF: dict[str, Any] = {
    "transposed": lambda m: m.T,
    "flipped upside down": lambda m: m[::-1],
    "flipped left to right": lambda m: m[:, ::-1],
    "turned by 180 degrees": lambda m: m[::-1, ::-1],
    "turned by 90 degrees": np.rot90,
    "turned by 270 degrees": lambda m: np.rot90(m, 3),
    "transposed along its other diagonal": lambda m: m[::-1, ::-1].T,
}


@settings(deadline=None)
@given(
    matrix=npst.arrays(
        np.int64,
        npst.array_shapes(min_dims=2, max_dims=2, max_side=3),
        elements=st.integers(-1, 1),
    ),
    turn=st.sampled_from(sorted(TRUE_OF)),
)
def test_every_remark_on_small_matrices_is_true(matrix: Any, turn: str) -> None:
    """Small entries make matrices that equal some of their own turns."""
    observed = TRUE_OF[turn](matrix)
    for remark in remarks(matrix, observed, EXACT):
        for how, turned in TRUE_OF.items():
            if remark.endswith(f"matrix {how}"):
                assert np.array_equal(turned(matrix), observed)
        assert not np.array_equal(matrix, observed)


# --------------------------------------------------------------------------- over all cases


def judged(*pairs: tuple[Case, Any]) -> list[CaseResult]:
    return [
        judge(c, seen if isinstance(seen, Observation) else returned(seen)) for c, seen in pairs
    ]


def counts(*pairs: tuple[Any, Any]) -> list[CaseResult]:
    return judged(*((case(expected), observed) for expected, observed in pairs))


NONE = "In every failed case the result is None: is it printed, or does a branch return nothing?"
NONE_ELSEWHERE = "In every failed case the result is None, which is right in other cases only."
TEXT = "In every failed case the result is text: return the number itself, not its digits."
EVERY = "In every failed case the result is"
SQUARE, WIDE = np.eye(3), np.ones((2, 3))


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        (counts((5, 6), (7, 8), (9, 9), (10, 11)), f"{EVERY} too large by one."),
        (counts((5, 4), (7, 6), (9, 8)), f"{EVERY} too small by one."),
        (counts((5, 9), (7, 11), (9, 13)), f"{EVERY} too large by the same amount."),
        (counts((5, 10), (7, 14), (9, 18)), f"{EVERY} twice the right one."),
        (counts((4, 2), (6, 3), (8, 4)), f"{EVERY} half the right one."),
        (counts((4, -4), (6, -6), (8, -8)), "In every failed case the result has the wrong sign."),
        (counts((5, 15), (7, 21), (9, 27)), f"{EVERY} the right one times the same factor."),
        (judged((case(MATRIX), MATRIX.T), (case(OBLONG), OBLONG.T)),
         "In every failed case the result is equal to the expected matrix transposed."),
        (judged((case(1, SQUARE), 1), (case(2, SQUARE), 2), (case(3, WIDE), 0), (case(4, WIDE), 0)),
         "It is right for square inputs only: where do height and width change places?"),
        (judged((case(1, (3, 8, 8)), 1), (case(1, (1, 5, 5)), 1), (case(3, (3, 8, 9)), 0),
                (case(4, (2, 3)), 1)),
         "It is right for square inputs only: where do height and width change places?"),
        (judged((case(1), 1), (case(Raises("ValueError")), 1)),
         "All is right, except for an exception that the statement asks for."),
        (judged((case(5), None)), NONE),
        (judged((case([5]), None), (case(None), None), (case({"n": 6}, at=("n",)), {"n": None})),
         NONE),
        (judged((case(5), None), (case(None, shown=True), None)), NONE_ELSEWHERE),
        (judged((case(5), "5"), (case(6.5), np.array("6.5"))), TEXT),
        (judged((case([5, 6]), ["5", "6"]), (case((7,)), "[7]")), TEXT),
    ],
)  # fmt: skip
def test_what_failed_cases_have_in_common_is_said(results: list[CaseResult], sentence: str) -> None:
    assert patterns(results) == (sentence,)


@pytest.mark.parametrize(
    "results",
    [
        [],
        counts((5, 5), (7, 7)),
        counts((5, 6), (7, 8)),
        counts((5, 6), (7, 8), (9, 11)),
        counts((5, 6), (5, 6), (5, 6)),
        counts((5, 6), (7, 8), (9, None)),
        counts((5, 6), (7, 8), (9, 10.5)),
        counts((0, 0.5), (7, 14), (9, 18)),
        counts((10**20, 10**20 + 1), (7, 8), (9, 10)),
        judged((case(5), 6), (case(7), raised(ValueError)), (case(9), 10)),
        judged((case(5), None), (case(7), raised(ValueError))),
        judged((case(5), None), (case(7), "7")),
        judged((case(5), None), (case(7), 8)),
        judged((case("five"), "5"), (case(True), "True")),
        judged((case(5), "none found"), (case([5, 6]), "5 or 6")),
        judged((case(1, np.ones(2)), 1), (case(2, np.ones(3)), 2), (case(3, WIDE), 0),
               (case(4, WIDE), 0)),
        judged((case([5, 6]), ["5", 6]), (case([7]), [])),
        judged((case(1, SQUARE), 1), (case(3, WIDE), 0), (case(4, WIDE), 0)),
        judged((case(1, SQUARE), 1), (case(2, SQUARE), 2), (case(3, WIDE), 0), (case(4, WIDE), 4)),
        judged((case(1, (4, 4)), 1), (case(2, (5, 5)), 2),
               (case(3, (4, 5)), raised(TypeError)), (case(4, (2, 3)), raised(TypeError))),
        judged((case(MATRIX), MATRIX.T)),
        judged((case(MATRIX), MATRIX + 1), (case(OBLONG), OBLONG + 1)),
        judged((case(Raises("ValueError")), 1)),
        judged((case(5, rule=Rule(keep_inputs=True)), returned(5, changed_inputs=(0,))),
               (case(6, rule=Rule(keep_inputs=True)), returned(6, changed_inputs=(0,))),
               (case(7, rule=Rule(keep_inputs=True)), returned(7, changed_inputs=(0,)))),
    ],
)  # fmt: skip
def test_where_nothing_is_common_nothing_is_said(results: list[CaseResult]) -> None:
    assert patterns(results) == ()


FIXED = {
    NONE,
    NONE_ELSEWHERE,
    TEXT,
    "All is right, except for an exception that the statement asks for.",
    "It is right for square inputs only: where do height and width change places?",
    *(f"In every failed case {remark}{'' if remark.endswith('?') else '.'}" for remark in GENERAL),
    *(
        f"In every failed case the result is too {size} by {amount}."
        for size in ("large", "small")
        for amount in ("one", "the same amount")
    ),
    *(
        f"In every failed case the result is {factor} the right one."
        for factor in ("twice", "half")
    ),
    "In every failed case the result is the right one times the same factor.",
}


@settings(deadline=None)
@given(st.lists(st.tuples(values, observations), max_size=5))
def test_a_pattern_is_one_of_a_fixed_few_sentences(pairs: list[tuple[Any, Observation]]) -> None:
    assert set(patterns(judged(*((case(value), seen) for value, seen in pairs)))) <= FIXED


@settings(deadline=None)
@given(
    expected=st.lists(st.integers(-50, 50), min_size=3, max_size=5),
    offset=st.integers(-5, 5),
    factor=st.integers(-3, 3),
)
def test_no_number_of_a_case_is_in_a_pattern(expected: list[int], offset: int, factor: int) -> None:
    results = counts(*((n, n * factor + offset) for n in expected))
    assert set(patterns(results)) <= FIXED


def test_what_may_be_told_of_hidden_cases_holds_no_number_of_theirs() -> None:
    fixed = re.compile(r"(float|int|by )?(32|64|90|180|270)( bits| degrees)?")
    assert not any(re.search(r"\d", fixed.sub("", remark)) for remark in GENERAL)
