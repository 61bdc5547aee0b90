"""The cases of questions 3 and 4 tell right from wrong, under whatever seed they are drawn."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from drawing import Drawn, answer, draw, module_of, plan, reference_of, wrong_answers_of

from grader.marking.compare import compare
from grader.model import Rule

SEEDS = range(8)
ARRAYS = ["q3a", "q3b", "q3b_steps"]
COUNTS = ["q4_layers", "q4_total"]
QUESTIONS = ARRAYS + COUNTS
WRONG_ANSWERS = [(id_, name) for id_ in QUESTIONS for name in plan()[id_]["wrong_answers"]]
UNGUARDED = {  # right wherever there is a value; what is missing is a check
    ("q3a", "kernel_size_unchecked"),
    ("q3b", "nothing_left_unchecked"),
    ("q4_layers", "stops_before_the_latent"),
    ("q4_layers", "goes_past_the_latent"),
    ("q4_total", "total_stops_before_the_latent"),
    ("q4_total", "total_goes_past_the_latent"),
}

WRITTEN_TWO_WAYS = {("q3b", "squares_assumed"), ("q3b", "squares_assumed_by_cells")}
"""One slip: where the one formula fails, the other mostly does, too."""


@cache
def drawn(question_id: str, seed: int) -> list[tuple[Drawn, Rule]]:
    """All cases under this seed, each with the rule by which its results are compared."""
    return [(case, rule_of(question_id, case)) for case in draw(question_id, seed)]


def rule_of(question_id: str, case: Drawn) -> Rule:
    if question_id in COUNTS or case.raises:
        return Rule()
    return Rule(kind="close", atol=module_of(question_id).rounding_bound(*case.args))


def alike(one: Any, other: Any, rule: Rule) -> bool:
    """Whether two results cannot be told apart; which exception a slip ends in does not count."""
    if isinstance(one, type) or isinstance(other, type):
        return isinstance(one, type) and isinstance(other, type)
    return compare(expected=one, observed=other, rule=rule).matches


def passes(case: Drawn, given: Any, rule: Rule) -> bool:
    return given is ValueError if case.raises else alike(case.expected, given, rule)


def array_arguments(case: Drawn) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    return case.args[0], case.args[1]


# --------------------------------------------------------------------------- wrong answers


@pytest.mark.parametrize(("question_id", "name"), WRONG_ANSWERS)
def test_every_wrong_answer_fails_cases(question_id: str, name: str) -> None:
    """One that lacks a check fails where it is asked for; all others fail three values or more."""
    wrong = wrong_answers_of(question_id)[name]
    for seed in SEEDS:
        failed = [
            case
            for case, rule in drawn(question_id, seed)
            if not passes(case, answer(wrong, case.args), rule)
        ]
        values = sum(not case.raises for case in failed)
        if (question_id, name) in UNGUARDED:
            assert values == 0 < len(failed)
        else:
            assert values >= 3, seed


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("question_id", QUESTIONS)
def test_any_two_wrong_answers_are_told_apart(question_id: str, seed: int) -> None:
    """By two values or more, unless both are right wherever there is a value, or fail alike."""
    cases = drawn(question_id, seed)
    answers = {
        name: [answer(wrong, case.args) for case, _ in cases]
        for name, wrong in wrong_answers_of(question_id).items()
    }
    for one, other in combinations(answers, 2):
        differing = [
            case
            for (case, rule), a, b in zip(cases, answers[one], answers[other], strict=True)
            if not alike(a, b, rule)
        ]
        both = {(question_id, one), (question_id, other)}
        are_near = both <= UNGUARDED or both <= WRITTEN_TWO_WAYS
        assert len(differing) >= (1 if are_near else 2), (one, other)


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_every_wrong_answer_is_worth_less_than_the_question(question_id: str) -> None:
    assert all(0 < share < 1 for share in plan()[question_id]["wrong_answers"].values())


# --------------------------------------------------------------------------- weights


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_printed_and_raising_cases_weigh_a_tenth_each_at_most(question_id: str) -> None:
    cases = draw(question_id, seed=0)
    total = sum(case.weight for case in cases)
    assert 0 < sum(case.weight for case in cases if "printed" in case.name) <= total / 10
    assert sum(case.weight for case in cases if case.raises) <= total / 10


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_whoever_hard_codes_all_that_is_shown_earns_little(question_id: str) -> None:
    groups = plan()[question_id]["cases"]
    shown = [group for group in groups if group.get("shown") == "full"]
    weigh = {id(group): Fraction(str(group.get("weight", 1))) for group in groups}
    assert sum(weigh[id(group)] for group in shown) < sum(weigh.values()) * Fraction(15, 100)


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_zeros_and_other_constants_earn_next_to_nothing(question_id: str) -> None:
    cases = drawn(question_id, seed=1)
    total = sum(case.weight for case, _ in cases)
    values = [case.expected for case, _ in cases if not case.raises]
    zeros = [np.zeros_like(value) for value in values if isinstance(value, np.ndarray)]
    for guess in (0, 1, [], None, *values, *zeros):
        earned = sum(case.weight for case, rule in cases if passes(case, guess, rule))
        assert earned <= total / 8


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_there_are_8_to_14_hidden_cases(question_id: str) -> None:
    groups = plan()[question_id]["cases"]
    hidden = [group.get("count", 1) for group in groups if group.get("shown") != "full"]
    assert 8 <= sum(hidden) <= 14


# --------------------------------------------------------------------------- what is drawn


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_the_reference_meets_what_config_expects_and_raises_where_asked(question_id: str) -> None:
    function = reference_of(question_id)
    groups = plan()[question_id]["cases"]
    written = {group["name"]: group["expect"] for group in groups if "expect" in group}
    for case in draw(question_id, seed=0):
        if case.raises:
            with pytest.raises(ValueError):
                function(*case.args)
        elif case.name in written:
            assert np.array_equal(case.expected, written[case.name]), case


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("question_id", ARRAYS)
def test_hidden_arrays_are_lopsided_and_within_bounds(question_id: str, seed: int) -> None:
    shown = {g["name"] for g in plan()[question_id]["cases"] if g.get("shown") == "full"}
    hidden = [case for case in draw(question_id, seed) if case.name not in shown]
    for case in hidden:
        for matrix in array_arguments(case):
            assert matrix.dtype in (np.int64, np.float64)
            assert max(matrix.shape) < 64
            assert 0 < np.abs(matrix).min() <= np.abs(matrix).max() <= 9
        kernel = case.args[1]
        if kernel.size > 1:
            assert not any(np.array_equal(kernel, other) for other in turned(kernel))
    kernels = [case.args[1].shape for case in hidden]
    images = [case.args[0].shape for case in hidden]
    assert 4 * sum(height != width for height, width in kernels) >= len(hidden)
    assert 2 * sum(height != width for height, width in images) >= len(hidden)
    real = [case for case in hidden if any(m.dtype == float for m in array_arguments(case))]
    assert len(real) >= 2


def turned(matrix: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """All flips, turns and transposes of a matrix that move an entry."""
    flips = [matrix[::-1], matrix[:, ::-1], matrix[::-1, ::-1]]
    flips = [flip for side, flip in zip((0, 1, None), flips, strict=True) if moves(matrix, side)]
    transposes = [matrix.T, matrix.T[::-1], matrix.T[:, ::-1], matrix.T[::-1, ::-1]]
    return flips + transposes


def moves(matrix: np.ndarray[Any, Any], side: int | None) -> bool:
    return matrix.size > 1 if side is None else matrix.shape[side] > 1


@pytest.mark.parametrize("seed", SEEDS)
def test_strides_and_paddings_lie_in_their_strata(seed: int) -> None:
    for question_id in ("q3a", "q3b"):
        for case in draw(question_id, seed):
            stride, padding = (*case.args[2:], *(1, 0)[len(case.args) - 2 :])
            assert 1 <= stride <= 3
            assert 0 <= padding <= 2
            if case.name.startswith("strides"):
                assert stride > 1
            if case.name.startswith(("paddings", "strides and")):
                assert padding > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_steps_lie_within_the_image(seed: int) -> None:
    for case in draw("q3b_steps", seed):
        image, _, steps = case.args
        height, width = image.shape
        assert 0 <= steps <= image.size
        if case.name.startswith("within the first row"):
            assert 1 < steps < width
        elif case.name.startswith("within a later row"):
            assert width < steps < image.size
            assert steps % width
        elif case.name.startswith("at the end of a row"):
            assert steps in range(width, height * width, width)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("question_id", COUNTS)
def test_chains_lie_in_their_strata_and_stay_below_500_layers(question_id: str, seed: int) -> None:
    for case in draw(question_id, seed):
        if case.raises:
            continue
        size, latent, _, widths, *rest = case.args
        kernel_size = rest[0] if rest else 3
        layers = 0 if size == latent else (size - latent) // (kernel_size - 1)
        assert layers < 500
        if case.name.startswith("short chains"):
            assert layers < len(widths)
        elif case.name.startswith("as many"):
            assert layers == len(widths)
        elif case.name.startswith(("long chains", "other kernels", "a single width")):
            assert layers > len(widths)
        elif case.name.startswith("a single layer"):
            assert layers == 1


def test_a_seed_always_draws_the_same() -> None:
    for question_id in QUESTIONS:
        once, again = draw(question_id, seed=3), draw(question_id, seed=3)
        assert [repr(case.args) for case in once] == [repr(case.args) for case in again]
