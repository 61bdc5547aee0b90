"""What follows from a wrong step is not charged twice: each step's wrong answers, carried forward.

The student writes every composite as the reference does, on top of the one wrong step.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from grader.marking import mark
from grader.model import Assignment, Missing, Observation, Question, Raised, Returned
from grader.pipeline import read_assignment

CONFIG = Path(__file__).parents[2] / "config.yaml"

FOLLOWED = {
    ("q2b_size", "size_without_start", "q2b_ii"): "long chains call the step hundreds of times",
    ("q2b_size", "size_padded_once", "q2b_ii"): "",
    ("q2b_size", "size_without_start", "q2b_iv"): "most of its targets are never met then",
    ("q2b_size", "size_without_start", "q4_total"): "where the layers raise, so does their sum",
    ("q2b_size", "size_of_transposed", "q2b_ii"): "worth little, and no garbage",
    ("q2b_i", "conv_one_flat_kernel_always", "q2b_iv"): "worth least of all",
    ("q2b_iii", "classifier_axes_added_always", "q2b_iv"): "",
    ("q2b_ii", "layers_as_ratio", "q2b_iv"): "",
    ("q2b_i", "conv_one_flat_kernel", "q4_total"): "",
    ("q2b_ii", "layers_one_more_if_any", "q2b_iv"): "",
    ("q2b_ii", "layers_past_target", "q4_layers"): "a number where None is right",
    ("q2b_ii", "layers_past_target", "q4_total"): "a list where the true steps refuse",
    ("q2a_i", "layers_single_bias", "q2a_ii"): "",
    ("q2b_i", "conv_bias_per_input", "q4_total"): "by way of the layers",
    ("q2b_i", "conv_no_bias_of_a_number", "q4_layers"): "right where a number is asked for",
    ("q2b_i", "conv_weights_per_position", "q2b_iv"): "50,000 times as many as there are",
    ("q2b_i", "conv_weights_per_position", "q4_total"): "",
}


# A slip of the composite's own on top of these steps.
ON_TOP = {
    ("q2a_ii", "network_first_layer_only"): {"q2a_i": "layers_single_bias"},
    ("q2b_ii", "layers_past_target"): {"q2b_size": "size_padded_once"},
    ("q2b_iv", "network_without_classifier"): {"q2b_i": "conv_no_bias"},
    ("q2b_iv", "network_classifier_no_bias"): {"q2b_ii": "layers_one_more_if_any"},
    ("q2b_iv", "network_classifier_repeated"): {
        "q2b_i": "conv_single_bias",
        "q2b_ii": "layers_one_less_if_any",
        "q2b_iii": "classifier_no_bias",
    },
    ("q4_layers", "repeats_one_early"): {"q2b_i": "conv_no_bias"},
    ("q4_layers", "image_channels_ignored"): {
        "q2b_i": "conv_bias_per_pair",
        "q2b_ii": "layers_one_more_if_any",
    },
    ("q4_total", "total_layers_added"): {"q4_layers": "one_layer_short"},
}


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return read_assignment(CONFIG)


def _functions(questions: Sequence[Question], wrong: Question, name: str) -> dict[str, Any]:
    """The reference's functions by name, where every composite calls the wrong step."""
    module = importlib.import_module(wrong.reference.__module__)  # type: ignore[union-attr]
    own: dict[str, Any] = {wrong.function: getattr(module, name)}

    def function(question: Question) -> Callable[..., Any]:
        if question.function not in own:
            steps = [q for q in questions if q.id in _steps(question) and q.id in built_on_it]
            assert question.reference is not None
            own[question.function] = partial(
                question.reference, **{step.function: function(step) for step in steps}
            )
        return own[question.function]

    built_on_it = {wrong.id}
    for _ in questions:
        built_on_it |= {q.id for q in questions if built_on_it.intersection(_steps(q))}
    return {q.function: function(q) for q in questions if not q.marked_by_person}


def _steps(question: Question) -> tuple[str, ...]:
    mutual = question.id in ("q3b", "q3b_steps")
    return question.builds_on.questions if question.builds_on and not mutual else ()


def _observe(functions: dict[str, Any], name: str, args: tuple[Any, ...]) -> Observation:
    if name not in functions:
        return Observation(Missing())
    try:
        return Observation(Returned(functions[name](*deepcopy(args))))
    except Exception as error:  # noqa: BLE001 - as the sandbox does
        return Observation(Raised(type(error).__name__, ("Exception",)))


@pytest.mark.parametrize(("step", "slip", "composite"), FOLLOWED)
def test_a_composite_on_a_wrong_step_loses_nothing(
    step: str, slip: str, composite: str, assignment: Assignment
) -> None:
    functions = _functions(assignment.questions, assignment.question(step), slip)
    ask = partial(_observe, functions)
    seen = {
        q.id: [ask(q.function, ())]
        if q.marked_by_person
        else [ask(q.function, c.args) for c in q.cases]
        for q in assignment.questions
    }
    shares = {r.question.id: r.share for r in mark(assignment, seen, ask)}
    assert shares[step] < 1
    assert shares[composite] == 1


@pytest.mark.parametrize(("composite", "slip"), ON_TOP)
def test_a_slip_on_top_of_wrong_steps_is_recognised(
    composite: str, slip: str, assignment: Assignment
) -> None:
    steps = {
        assignment.question(step).function: _formula(assignment.question(step), name)
        for step, name in ON_TOP[composite, slip].items()
    }
    question = assignment.question(composite)
    functions = {
        **{q.function: q.reference for q in assignment.questions if q.reference},
        **steps,
        question.function: partial(_formula(question, slip), **steps),
    }
    ask = partial(_observe, functions)
    asked = [q for q in assignment.questions if not q.marked_by_person]
    seen = {q.id: [ask(q.function, c.args) for c in q.cases] for q in asked}
    marked = mark(replace(assignment, questions=tuple(asked)), seen, ask)
    result = next(r for r in marked if r.question.id == composite)
    worth = {answer.name: answer.share for answer in question.wrong_answers}
    assert result.share == worth[slip]
    assert slip in [answer.name for answer in result.diagnosis]
    assert result.followed_from == tuple(ON_TOP[composite, slip])


def _formula(question: Question, name: str) -> Callable[..., Any]:
    module = importlib.import_module(question.reference.__module__)  # type: ignore[union-attr]
    formula: Callable[..., Any] = getattr(module, name)
    return formula
