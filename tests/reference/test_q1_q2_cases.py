"""The cases of questions 1 and 2 tell right from wrong, under whatever seed they are drawn."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from math import prod
from typing import Any

import drawing
import pytest
from drawing import answer, draw, fits, part, plan, reference_of, wrong_answers_of

SEEDS = range(8)
QUESTIONS = [
    "q1a_table",
    "q1a_shapes",
    "q2a_i",
    "q2a_ii",
    "q2b_size",
    "q2b_i",
    "q2b_ii",
    "q2b_iii",
    "q2b_iv",
]
WRONG_ANSWERS = [(id_, name) for id_ in QUESTIONS for name in plan()[id_]["wrong_answers"]]
MOST_FOR_A_CONSTANT = Fraction(15, 100)


@pytest.mark.parametrize(("question_id", "name"), WRONG_ANSWERS)
def test_every_wrong_answer_fails_a_case(question_id: str, name: str) -> None:
    wrong = wrong_answers_of(question_id)[name]
    for seed in SEEDS:
        assert any(
            not fits(part(case.expected, case.at), part(answer(wrong, case.args), case.at))
            for case in draw(question_id, seed)
        )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("question_id", QUESTIONS)
def test_wrong_answers_are_told_apart_where_a_value_is_asked_for(
    question_id: str, seed: int
) -> None:
    """Two that agree on every value are one, unless their slip is what they do with bad input."""
    cases = draw(question_id, seed)
    answers = {
        name: [part(answer(wrong, case.args), case.at) for case in cases if not case.raises]
        for name, wrong in wrong_answers_of(question_id).items()
    }
    alike = [(a, b) for a, b in combinations(answers, 2) if fits(answers[a], answers[b])]
    assert alike == []


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_the_reference_meets_what_config_expects_and_raises_where_asked(question_id: str) -> None:
    function = reference_of(question_id)
    written = {
        group["name"]: group["expect"]
        for group in plan()[question_id]["cases"]
        if "expect" in group
    }
    for case in draw(question_id, seed=0):
        if case.raises:
            with pytest.raises(ValueError):
                function(*case.args)
        elif case.name in written:
            assert fits(written[case.name], case.expected), case


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_printed_and_raising_cases_weigh_a_tenth_each_at_most(question_id: str) -> None:
    cases = draw(question_id, seed=0)
    total = sum(case.weight for case in cases)
    assert sum(case.weight for case in cases if "printed" in case.name) <= total / 10
    assert sum(case.weight for case in cases if case.raises) <= total / 10


@pytest.mark.parametrize("question_id", [id_ for id_ in QUESTIONS if id_ != "q1a_table"])
def test_no_constant_earns_much(question_id: str) -> None:
    """Whoever returns one value for everything, and cannot know the seed, earns little."""
    drawn = [draw(question_id, seed) for seed in SEEDS]
    total = sum(case.weight for cases in drawn for case in cases)
    values = [case.expected for cases in drawn for case in cases if not case.raises]
    for guess in [None, 0, 1, [], {}, *values]:
        earned = sum(c.weight for cases in drawn for c in cases if fits(c.expected, guess))
        assert earned <= MOST_FOR_A_CONSTANT * total, guess


def test_a_table_of_random_words_earns_little() -> None:
    """A row without a slip earns all, a row with one earns half: a guesser has below a tenth."""
    chances = [
        [Fraction(1, 4), Fraction(1, 4), Fraction(1, 3)],
        *[[Fraction(1, 4), Fraction(1, 4), Fraction(1, 3), Fraction(1, 2)]] * 3,
    ]
    earned = Fraction(0)
    for cells in chances:
        all_right = prod(cells)
        one_wrong = sum(all_right / right * (1 - right) for right in cells)
        earned += all_right + one_wrong / 2
    assert earned / 4 < Fraction(1, 10)


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_public_cases_do_not_carry_a_question(question_id: str) -> None:
    """Whoever hard-codes every value that can be seen stays below two fifths."""
    groups = plan()[question_id]["cases"]
    total = sum(Fraction(str(group.get("weight", 1))) for group in groups)
    shown = sum(
        Fraction(str(group.get("weight", 1))) for group in groups if group.get("shown") == "full"
    )
    assert shown <= total * Fraction(2, 5)


@pytest.mark.parametrize("seed", SEEDS)
def test_kernels_and_channels_differ_enough(seed: int) -> None:
    hidden = [case for case in draw("q2b_i", seed) if "kernels" in case.name]
    assert all(case.args[0] != case.args[1] for case in hidden)
    oblong = [case for case in hidden if isinstance(case.args[2], tuple)]
    assert all(case.args[2][0] != case.args[2][1] for case in oblong)
    assert 4 * len(oblong) >= len(hidden)


@pytest.mark.parametrize("seed", SEEDS)
def test_chains_fall_into_their_strata_and_stay_below_500_layers(seed: int) -> None:
    for case in draw("q2b_ii", seed):
        layers = case.expected
        if any(word in case.name for word in ("passing", "outgrowing", "same padding")):
            assert layers is None, case
        elif case.name.startswith("equal"):
            assert layers == 0, case
        elif "reachable" in case.name or "growing" in case.name or "one cell" in case.name:
            assert layers is None or 2 <= layers < 500, case
            assert (layers is None) == (case.name == "kernel of one cell"), case


@pytest.mark.parametrize("seed", SEEDS)
def test_maps_and_images_are_oblong_where_they_may_be(seed: int) -> None:
    for question_id, group in (("q2a_ii", "images"), ("q2b_iii", "maps")):
        for case in draw(question_id, seed):
            if group in case.name:
                _, height, width = case.args[0]
                assert height != width, case


@pytest.mark.parametrize(("question_id", "name"), WRONG_ANSWERS)
def test_the_feedback_asks_and_the_share_is_below_all(question_id: str, name: str) -> None:
    feedback = inspect.getdoc(wrong_answers_of(question_id)[name])
    assert feedback is not None
    assert "?" in feedback
    assert 0 <= plan()[question_id]["wrong_answers"][name] < 1


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_a_wrong_answer_takes_the_same_arguments_as_the_reference(question_id: str) -> None:
    names = _by_position(reference_of(question_id))
    for wrong in wrong_answers_of(question_id).values():
        assert _by_position(wrong) == names, wrong.__name__


def _by_position(function: Callable[..., Any]) -> list[str]:
    """The names of its parameters; steps are given by keyword."""
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD)]


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_every_property_holds_for_the_reference(question_id: str) -> None:
    for name in plan()[question_id].get("properties", []):
        holds = getattr(drawing.module_of(question_id), name)
        assert holds(_call_reference) is None, name


def _call_reference(function: str, *args: object) -> object:
    modules = ["q1_vision_tasks", "q2a_fully_connected", "q2b_layer", "q2b_convolutional"]
    for module in modules:
        found = getattr(importlib.import_module(f"reference.{module}"), function, None)
        if found is not None:
            return found(*args)
    raise AssertionError(f"no module of {modules} has {function}")
