"""Error carried forward: what follows from a student's own steps, and what does not.

The references are small ones of the problem set's kind: `layer` and `depth` are steps, `network`
is a composite of both, `report` a composite of a composite; `scatter` and `scatter_some` build on
each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from marking_examples import (
    Crashes,
    Hangs,
    Student,
    assignment,
    composite,
    question,
    raised,
    returned,
    values,
    wrong,
)
from msgspec.structs import replace

from grader.errors import GraderError
from grader.marking import mark
from grader.marking.steps import by_position, freeze
from grader.marking.tame import Unusable, tame
from grader.model import (
    BuildsOn,
    Case,
    NotRun,
    Observation,
    Question,
    QuestionResult,
    Raises,
    Returned,
    TimedOut,
)

# --------------------------------------------------------------------------- references


def layer(inputs: int, outputs: int, bias: bool = True) -> int:
    if min(inputs, outputs) < 1:
        raise ValueError
    return inputs * outputs + (outputs if bias else 0)


def depth(size: int, target: int, loss: int = 2) -> int | None:
    return (size - target) // loss if (size - target) % loss == 0 else None


def network(
    size: int, target: int, width: int, *, layer: Any = layer, depth: Any = depth
) -> list[int]:
    layers = depth(size, target)
    if layers is None:
        raise ValueError
    return [layer(width if i else 3, width) for i in range(layers)]


def report(size: int, target: int, width: int, *, network: Any = network) -> int:
    return sum(network(size, target, width))


def scatter(image: Any, *, scatter_some: Any = None) -> Any:
    return 2 * image if scatter_some is None else scatter_some(image, image.size)


def scatter_some(image: Any, steps: int, *, scatter: Any = None) -> Any:
    kept = np.where(np.arange(image.size).reshape(image.shape) < steps, image, 0)
    return 2 * kept if scatter is None else scatter(kept)


LAYER = composite(layer, [(3, 4), (4, 4), (5, 2), (7, 3, False), (2, 2, False)], refusals=[(0, 1)])
DEPTH = composite(depth, [(10, 4), (12, 6), (9, 9), (9, 4)])
NETWORK = composite(
    network, [(10, 4, 5), (16, 10, 4), (9, 9, 4), (9, 5, 2)], builds_on=["layer", "depth"]
)
REPORT = composite(report, [(10, 4, 5), (16, 10, 4), (9, 5, 2)], builds_on=["network"])
ALL = (LAYER, DEPTH, NETWORK, REPORT)

# --------------------------------------------------------------------------- a student's functions


def layer_no_bias(inputs: int, outputs: int, bias: bool = True) -> int:
    if min(inputs, outputs) < 1:
        raise ValueError
    return inputs * outputs


def depth_one_more(size: int, target: int, loss: int = 2) -> int | None:
    layers = depth(size, target, loss)
    return layers + 1 if layers else layers


def network_of(layer: Callable[..., Any], depth: Callable[..., Any]) -> Callable[..., Any]:
    """A right composite that calls the student's own steps."""
    return lambda size, target, width: [*network(size, target, width, layer=layer, depth=depth)]


def report_of(network: Callable[..., Any]) -> Callable[..., Any]:
    return lambda size, target, width: sum(network(size, target, width))


def student(
    layer: Callable[..., Any] | None = layer,
    depth: Callable[..., Any] | None = depth,
    network: Callable[..., Any] | None = None,
    report: Callable[..., Any] | None = None,
) -> Student:
    """A student whose composites are right on top of the steps, unless they are given."""
    functions = {"layer": layer, "depth": depth}
    if layer is not None and depth is not None:
        functions["network"] = network or network_of(layer, depth)
        functions["report"] = report or report_of(functions["network"])
    return Student(**{name: function for name, function in functions.items() if function})


def with_slip(size: int, target: int, width: int) -> list[int]:
    """A composite with an error of its own: the first layer is forgotten."""
    return network(size, target, width)[1:]


# --------------------------------------------------------------------------- the classic cases


def test_when_all_is_right_nothing_is_asked() -> None:
    someone = student()
    results = someone.mark(*ALL)
    assert all(result.status == "passed" for result in results.values())
    assert someone.calls == []


def test_the_calls_that_true_steps_would_get_are_told_beforehand() -> None:
    someone = student(layer=layer_no_bias)
    told: list[tuple[str, tuple[Any, ...]]] = []
    seen = {q.id: [someone.observe(q.function, c.args) for c in q.cases] for q in ALL}
    results = mark(assignment(*ALL), seen, someone.ask, expect=told.extend)
    assert {r.question.id: r.share for r in results} == {
        id: result.share for id, result in student(layer=layer_no_bias).mark(*ALL).items()
    }
    assert ("layer", (3, 5)) in told
    # how many layers there are does not hang on what the student's own makes of them
    layers = [call for call in someone.calls if call[0] == "layer"]
    assert layers and all(call in told for call in layers)


def total(count: int, *, layer: Any = layer) -> int:
    return sum(layer(1, 1 + at // 2) for at in range(count))


def test_of_very_many_calls_no_more_are_told_than_would_be_made() -> None:
    many = composite(total, [(40,), (4000,), (3000,)], builds_on=["layer"])
    someone = Student(layer=layer_no_bias, total=lambda count: total(count, layer=layer_no_bias))
    seen = {q.id: [someone.observe(q.function, c.args) for c in q.cases] for q in (LAYER, many)}
    told: list[tuple[str, tuple[Any, ...]]] = []
    mark(assignment(LAYER, many), seen, someone.ask, expect=told.extend)
    assert len(told) == len(set(told)), "none twice"
    assert 20 < len(told) <= 2000


def of_a_set(count: int, *, layer: Any = layer) -> int:
    return 1 + sum(layer({1, 2}, count) if count > 9 else layer(1, count) for _ in range(2))


def test_a_call_that_no_process_could_be_asked_for_is_not_told() -> None:
    odd = composite(of_a_set, [(2,), (3,), (4,)], builds_on=["layer"])
    odd = replace(odd, cases=(replace(odd.cases[0], args=(10,)), *odd.cases[1:]))
    someone = Student(layer=layer_no_bias, of_a_set=lambda count: 1 + 2 * layer_no_bias(1, count))
    seen = {q.id: [someone.observe(q.function, c.args) for c in q.cases] for q in (LAYER, odd)}
    told: list[tuple[str, tuple[Any, ...]]] = []
    *_, result = mark(assignment(LAYER, odd), seen, someone.ask, expect=told.extend)
    assert told == [("layer", (1, 3)), ("layer", (1, 4))]
    assert [case.followed_from for case in result.cases] == [(), ("layer",), ("layer",)]


def as_it_crossed(seen: Observation) -> Observation:
    if not isinstance(seen.outcome, Returned):
        return seen
    return replace(seen, outcome=replace(seen.outcome, encoded=repr(seen.outcome.value).encode()))


def test_a_case_that_follows_is_one_value_for_all_who_gave_the_same() -> None:
    someone = student(layer=layer_no_bias)
    built = assignment(LAYER, DEPTH, NETWORK)

    def network_of_another() -> QuestionResult:
        seen = {
            q.id: [as_it_crossed(someone.observe(q.function, c.args)) for c in q.cases]
            for q in built.questions
        }
        return mark(built, seen, someone.ask)[-1]

    first = network_of_another()
    assert first.basis == "follow_through"
    assert network_of_another() is first


def test_a_right_composite_on_a_wrong_step_earns_its_credit() -> None:
    someone = student(layer=layer_no_bias)
    results = someone.mark(*ALL)
    assert 0 < results["layer"].share < 1
    followed = results["network"]
    assert (followed.share, followed.basis, followed.status) == (1, "follow_through", "passed")
    assert followed.followed_from == ("layer",)
    assert "This follows from your layer, and is counted as such." in followed.help
    assert [case.followed_from for case in followed.cases] == [("layer",)] * 2 + [(), ("layer",)]
    assert [case.passed for case in followed.cases] == [False, False, True, False]
    assert {function for function, _ in someone.calls} <= {"layer", "network"}


@pytest.mark.parametrize("is_shown", [True, False])
def test_who_has_all_that_follows_is_told_to_look_for_nothing_else(is_shown: bool) -> None:
    cases = tuple(replace(case, shown=is_shown) for case in NETWORK.cases)
    network_ = replace(NETWORK, cases=cases)
    followed = student(layer=layer_no_bias).mark(LAYER, DEPTH, network_)["network"]
    assert followed.help == ("This follows from your layer, and is counted as such.",)


@pytest.mark.parametrize("is_shown", [True, False])
def test_who_has_some_that_does_not_follow_is_told_more(is_shown: bool) -> None:
    def one_more(size: int, target: int, width: int) -> list[int]:
        return [0] if width == 4 else network(size, target, width, layer=layer_no_bias)

    cases = tuple(replace(case, shown=is_shown) for case in NETWORK.cases)
    partly = student(layer_no_bias, network=one_more)
    with_more = partly.mark(LAYER, DEPTH, replace(NETWORK, cases=cases))["network"]
    assert with_more.followed_from and len(with_more.help) > 1


def test_a_composite_of_a_composite_follows_too() -> None:
    results = student(layer=layer_no_bias).mark(*ALL)
    assert (results["report"].share, results["report"].followed_from) == (1, ("network",))


def test_two_wrong_steps_are_both_named() -> None:
    results = student(layer=layer_no_bias, depth=depth_one_more).mark(*ALL)
    assert results["network"].share == 1
    assert results["network"].followed_from == ("depth", "layer")


def test_only_the_step_that_made_the_difference_is_named() -> None:
    """Both steps are wrong, but the composite carries only one of the errors."""
    someone = student(layer_no_bias, depth_one_more, network_of(layer_no_bias, depth))
    assert someone.mark(*ALL)["network"].followed_from == ("layer",)


def test_the_error_may_be_repeated_in_the_composites_own_formula() -> None:
    """The composite never calls the step; its value follows from it all the same."""

    def inlined(size: int, target: int, width: int) -> list[int]:
        return [width * (width if i else 3) for i in range((size - target) // 2)]

    assert student(layer=layer_no_bias, network=inlined).mark(*ALL)["network"].share == 1


def test_an_error_of_the_composites_own_earns_nothing_more() -> None:
    someone = student(network=with_slip)
    results = someone.mark(*ALL)
    assert results["network"].share == Fraction(1, 4)  # the case without layers
    assert results["network"].followed_from == ()
    assert {function for function, _ in someone.calls} == {"network"}  # asked for the report only
    assert results["report"].share == 1


def test_an_error_of_its_own_on_top_of_a_wrong_step_earns_nothing_more() -> None:
    def both(size: int, target: int, width: int) -> list[int]:
        return network_of(layer_no_bias, depth)(size, target, width)[1:]

    assert student(layer=layer_no_bias, network=both).mark(*ALL)["network"].share == Fraction(1, 4)


def without_first(size: int, target: int, width: int, **steps: Any) -> list[int]:
    return network(size, target, width, **steps)[1:]


def doubled(size: int, target: int, width: int, *, layer: Any = layer) -> list[int]:
    return [2 * count for count in network(size, target, width, layer=layer)]


def knowing(*slips: tuple[Callable[..., Any], Fraction, tuple[str, ...]], **more: Any) -> Question:
    """The composite, with these wrong answers that take these steps."""
    known = composite(
        network, [(10, 4, 5), (16, 10, 4), (9, 9, 4), (9, 5, 2)], builds_on=["layer", "depth"]
    )
    assert known.builds_on is not None
    answers = [
        replace(
            wrong(slip.__name__, share, *(slip(*case.args) for case in known.cases)),
            formula=slip,
            steps=steps,
        )
        for slip, share, steps in slips
    ]
    builds_on = replace(known.builds_on, **more)
    return replace(known, wrong_answers=tuple(answers), builds_on=builds_on)


FIRST_FORGOTTEN = (without_first, Fraction(3, 5), ("layer", "depth"))
DOUBLED = (doubled, Fraction(1, 2), ("layer",))


@pytest.mark.parametrize(
    ("layer_", "depth_", "steps"),
    [
        (layer_no_bias, depth, ("layer",)),
        (layer, depth_one_more, ("depth",)),
        (layer_no_bias, depth_one_more, ("layer", "depth")),
    ],
)
def test_a_known_slip_on_top_of_wrong_steps_is_worth_what_it_is_on_top_of_right_ones(
    layer_: Any, depth_: Any, steps: tuple[str, ...]
) -> None:
    on_top = partial(without_first, layer=layer_, depth=depth_)
    result = student(layer_, depth_, on_top).mark(LAYER, DEPTH, knowing(FIRST_FORGOTTEN, DOUBLED))
    network_ = result["network"]
    assert (network_.share, network_.basis) == (Fraction(3, 5), "wrong_answer")
    assert [answer.name for answer in network_.diagnosis] == ["without_first"]
    assert network_.followed_from == steps
    assert network_.help[0] == "Is it without_first?"
    assert not any(case.followed_from for case in network_.cases)


def test_a_slip_on_top_is_worth_its_share_of_what_would_have_followed() -> None:
    on_top = partial(without_first, layer=layer_no_bias)
    question_ = knowing(FIRST_FORGOTTEN, credit=Fraction(1, 2))
    result = student(layer_no_bias, network=on_top).mark(LAYER, DEPTH, question_)["network"]
    assert result.share == Fraction(3, 10) > Fraction(1, 4), "one case has no layers"


@pytest.mark.parametrize(
    ("scheme", "worth"),
    [
        (None, Fraction(4, 5)),
        (((Fraction(1, 2), Fraction(1, 10)), (Fraction(4, 5), Fraction(2, 5))), Fraction(2, 5)),
        (((Fraction(1), Fraction(1)),), Fraction(0)),
    ],
)
def test_a_slip_on_top_earns_its_share_of_what_the_scheme_gives_to_what_follows(
    scheme: Any, worth: Fraction
) -> None:
    question_ = replace(
        knowing(FIRST_FORGOTTEN, credit=Fraction(4, 5)),
        credit=scheme,
        cases=NETWORK.cases[:2],
        wrong_answers=tuple(
            replace(answer, predictions=answer.predictions[:2])
            for answer in knowing(FIRST_FORGOTTEN).wrong_answers
        ),
    )
    follows, slips = (
        student(layer_no_bias, network=on_top).mark(LAYER, DEPTH, question_)["network"].share
        for on_top in (None, partial(without_first, layer=layer_no_bias))
    )
    assert (follows, slips) == (worth, worth * Fraction(3, 5))


def test_a_slip_that_takes_no_such_step_is_recognised_on_true_ones_only() -> None:
    on_top = partial(doubled, layer=layer)
    steps = {"layer": layer, "depth": depth_one_more}
    result = student(**steps, network=on_top).mark(LAYER, DEPTH, knowing(DOUBLED))["network"]
    assert (result.share, result.followed_from) == (Fraction(1, 2), ())
    on_both = [2 * count for count in network(10, 4, 5, depth=depth_one_more)]
    assert on_both != doubled(10, 4, 5)
    other = student(
        **steps, network=lambda *args: [2 * count for count in network(*args, depth=depth_one_more)]
    )
    assert other.mark(LAYER, DEPTH, knowing(DOUBLED))["network"].share == Fraction(1, 4)


def test_a_slip_on_top_of_garbage_earns_nothing() -> None:
    someone = student(depth=lambda *_: 0, network=lambda *_: [])
    demanding = knowing(FIRST_FORGOTTEN, needs=Fraction(1, 3))
    result = someone.mark(LAYER, DEPTH, demanding)["network"]
    assert result.share == Fraction(1, 4), "the case that has no layers"


def test_a_slip_on_top_that_explains_only_some_wrong_values_is_none() -> None:
    def both(size: int, target: int, width: int) -> list[int]:
        return [0] if width == 4 else without_first(size, target, width, layer=layer_no_bias)

    result = student(layer_no_bias, network=both).mark(LAYER, DEPTH, knowing(FIRST_FORGOTTEN))
    assert result["network"].share == 0 and not result["network"].diagnosis


def test_a_slip_on_top_is_named_where_the_cases_that_follow_earn_more() -> None:
    least = (without_first, Fraction(1, 10), ("layer", "depth"))
    on_top = partial(without_first, layer=layer_no_bias)
    result = student(layer_no_bias, network=on_top).mark(LAYER, DEPTH, knowing(least))["network"]
    assert (result.share, result.basis, result.followed_from) == (Fraction(1, 4), "cases", ())
    assert result.help[0] == "Is it without_first?"


def test_what_follows_earns_no_less_for_a_slip_that_fits_too() -> None:
    someone = student(layer=layer_no_bias)
    result = someone.mark(LAYER, DEPTH, knowing(FIRST_FORGOTTEN, DOUBLED))["network"]
    assert (result.share, result.basis) == (1, "follow_through")


def guarded(size: int, target: int, width: int, *, layer: Any = layer) -> int:
    if size < target:
        raise ValueError
    return int(layer(size, width))


def unguarded(size: int, target: int, width: int, *, layer: Any = layer) -> int:
    return int(layer(size, width)) + (size == 10)


def test_the_last_value_put_right_never_lowers_what_a_slip_on_top_is_due() -> None:
    """The guard is missing; what is still wrong is the slip's, and follows from the step, too."""
    inputs = [(10, 4, 5), (16, 10, 4), (4, 9, 2)]
    known = question(
        *(Case(str(args), args, guarded(*args)) for args in inputs[:2]),
        Case("refused", inputs[2], Raises("ValueError")),
        function="guarded",
        reference=guarded,
        builds_on=BuildsOn(("layer",), Fraction(1), Fraction(0)),
        wrong_answers=(
            replace(
                wrong("unguarded", Fraction(4, 5), *(unguarded(*args) for args in inputs)),
                formula=unguarded,
                steps=("layer",),
            ),
        ),
    )
    slips = partial(unguarded, layer=layer_no_bias)
    before, after = (
        Student(layer=layer_no_bias, guarded=function).mark(LAYER, known)[known.id]
        for function in (slips, lambda *args: guarded(*args) if args[0] == 10 else slips(*args))
    )
    assert (before.share, before.basis) == (Fraction(4, 5), "wrong_answer")
    assert (after.share, after.basis) == (Fraction(4, 5), "wrong_answer")
    assert [answer.name for answer in after.diagnosis] == ["unguarded"]


def test_a_composite_that_follows_in_some_cases_is_credited_for_those() -> None:
    def sometimes(size: int, target: int, width: int) -> list[int]:
        return network_of(layer_no_bias, depth)(size, target, width) if width != 4 else [0]

    results = student(layer=layer_no_bias, network=sometimes).mark(*ALL)
    assert results["network"].share == Fraction(1, 2)


@pytest.mark.parametrize("needs", [Fraction(1, 4), Fraction(0)])
def test_from_a_missing_step_nothing_follows(needs: Fraction) -> None:
    someone = Student(depth=depth, network=network_of(layer_no_bias, depth))
    built = composite(network, [(10, 4, 5), (16, 10, 4)], builds_on=["layer", "depth"], needs=needs)
    results = someone.mark(LAYER, DEPTH, built)
    assert results["layer"].status == "missing"
    assert results["network"].share == 0


@pytest.mark.parametrize(
    "value",
    [None, "444", b"x", True, float("nan"), float("inf"), 10**400, -(10**9), 10**9, [1], {}, 1j],
    ids=lambda value: repr(value)[:12],
)
def test_a_step_that_returns_rubbish_gives_no_credit(value: Any) -> None:
    """Right in some cases of its own, rubbish in what the composite asks, which repeats it."""

    def rubbish(inputs: int, outputs: int, bias: bool = True) -> Any:
        return value if bias else layer(inputs, outputs, bias)

    someone = student(rubbish, network=lambda *args: [value] * len(network(*args)))
    results = someone.mark(*ALL)
    assert results["layer"].share >= Fraction(1, 4)
    assert results["network"].followed_from == ()


@pytest.mark.parametrize(
    "value", [10**7, 10**400, float("inf"), "9" * 10**6, [3] * 10**6, -(10**8)]
)
def test_a_step_cannot_make_the_reference_run_for_ever(value: Any) -> None:
    def endless(size: int, target: int, loss: int = 2) -> Any:
        return depth(size, target) if (size, target) in [(10, 4), (12, 6)] else value

    started = time.process_time()
    someone = student(depth=endless, network=lambda *_: [1, 2, 3])
    assert someone.mark(*ALL)["network"].followed_from == ()
    assert time.process_time() - started < 5


def test_a_loop_that_a_step_never_ends_is_ended() -> None:
    """By the number of calls, though all are equal and the student's process is asked once."""
    rounds = 0

    def filled(count: int, *, layer: Any = layer) -> int:
        nonlocal rounds
        full = 0
        while full < count and rounds < 200_000:
            rounds += 1
            full += layer(1, 1)
        return full

    def nothing(inputs: int, outputs: int, bias: bool = True) -> int:
        return 0 if (inputs, outputs) == (1, 1) else layer(inputs, outputs, bias) + (inputs > 3)

    someone = Student(layer=nothing, filled=lambda count: 7)
    results = someone.mark(LAYER, composite(filled, [(4,), (6,)], builds_on=["layer"]))
    assert Fraction(1, 4) <= results["layer"].share < 1
    assert results["filled"].followed_from == ()
    assert someone.calls == [("layer", (1, 1))]
    assert 1_000 < rounds < 100_000


def test_as_many_layers_as_a_step_may_say_are_gone_through_in_seconds() -> None:
    def many(size: int, target: int, loss: int = 2) -> Any:
        return depth(size, target) if (size, target) in [(10, 4), (12, 6)] else 9_999

    someone = student(layer_no_bias, many, network=lambda *_: [1, 2, 3])
    started = time.process_time()
    assert someone.mark(*ALL)["network"].followed_from == ()
    assert time.process_time() - started < 20
    assert len(someone.calls) < 100


def test_a_step_with_a_different_answer_each_time_is_asked_a_bounded_number_of_times() -> None:
    inputs = [(10, 4, 5 + i) for i in range(1500)]
    built = composite(network, inputs, builds_on=["layer", "depth"])
    someone = student(layer_no_bias, depth_one_more, network=lambda *_: [1])
    someone.mark(LAYER, DEPTH, built)
    assert len(someone.calls) == 2000


@pytest.mark.parametrize("failure", [Hangs, Crashes])
def test_a_step_that_does_not_come_back_is_given_up_soon(failure: type[BaseException]) -> None:
    def fails_later(inputs: int, outputs: int, bias: bool = True) -> int:
        if not bias:
            return layer_no_bias(inputs, outputs)
        raise failure

    tried = student(layer=fails_later, network=network_of(layer_no_bias, depth))
    tried.mark(LAYER, DEPTH, composite(network, [(10, 4, n) for n in range(5, 15)],
                                       builds_on=["layer", "depth"]))  # fmt: skip
    assert len(tried.calls) == 2


def test_a_step_that_raises_only_in_follow_through_gives_no_credit() -> None:
    def raises_later(inputs: int, outputs: int, bias: bool = True) -> int:
        if not bias or (inputs, outputs) in [(3, 4), (4, 4)]:
            return layer_no_bias(inputs, outputs)
        raise KeyError(inputs)

    someone = student(layer=raises_later, network=network_of(layer_no_bias, depth))
    result = someone.mark(*ALL)["network"]
    # in the second case all calls are for (3, 4) and (4, 4), where the step does answer
    assert [case.followed_from for case in result.cases] == [(), ("layer",), (), ()]


def test_a_step_that_is_no_longer_run_gives_no_credit() -> None:
    someone = student(layer=layer_no_bias)
    built = assignment(*ALL)
    seen = {q.id: [someone.observe(q.function, c.args) for c in q.cases] for q in built.questions}

    def out_of_time(function: str, args: tuple[Any, ...]) -> Observation:
        return Observation(NotRun("the submission's time was used up"))

    results = {r.question.id: r for r in mark(built, seen, out_of_time)}
    assert results["network"].followed_from == ()


def test_what_the_grader_itself_raises_is_not_taken_for_the_students() -> None:
    someone = student(layer=layer_no_bias)
    built = assignment(*ALL)
    seen = {q.id: [someone.observe(q.function, c.args) for c in q.cases] for q in built.questions}

    def broken(function: str, args: tuple[Any, ...]) -> Observation:
        raise GraderError("the sandbox is gone")

    with pytest.raises(GraderError, match="the sandbox is gone"):
        mark(built, seen, broken)


def test_a_hard_coded_composite_does_not_follow() -> None:
    printed = network(10, 4, 5)
    someone = student(layer=layer_no_bias, network=lambda *_: printed)
    result = someone.mark(*ALL)["network"]
    assert result.share == Fraction(1, 4) and result.followed_from == ()


def test_steps_that_are_garbage_do_not_make_a_composite_easy() -> None:
    """A step that earned less than is needed is not followed."""
    someone = student(depth=lambda *_: 0, network=lambda *_: [])
    results = someone.mark(*ALL)
    assert results["depth"].share == Fraction(1, 4)
    demanding = composite(
        network, [(10, 4, 5), (16, 10, 4)], builds_on=["layer", "depth"], needs=Fraction(1, 3)
    )
    assert someone.mark(LAYER, DEPTH, demanding)["network"].share == 0


def test_a_composite_that_only_raises_has_no_value_that_could_follow() -> None:
    def refuses(size: int, target: int, loss: int = 2) -> int | None:
        return None if size != 10 else depth(size, target, loss)

    result = student(depth=refuses).mark(*ALL)["network"]
    assert all(not case.followed_from for case in result.cases)


def _loses_three(size: int, target: int, loss: int = 2) -> int | None:
    return depth(size, target, loss + 1)


@pytest.mark.parametrize(
    ("inputs", "slip", "share"),
    [
        # 6 cells are lost three at a time, 4 are not, so that the second input is refused
        ([(10, 4, 5), (8, 4, 5)], {}, 1),
        ([(8, 4, 5), (12, 8, 3)], {}, 0),  # nothing but refusals
        ([(10, 4, 5), (8, 4, 5), (16, 4, 7)], {16: []}, Fraction(1, 2)),  # a slip beside it
        ([(10, 4, 5), (8, 4, 5)], {8: RuntimeError}, Fraction(2, 3)),  # that was not asked for
        ([(10, 4, 5), (8, 4, 5), (22, 4, 7)], {22: ValueError}, Fraction(1, 2)),  # has a value
    ],
)
def test_the_exception_asked_for_follows_beside_a_value_if_nothing_is_left_over(
    inputs: list[Any], slip: dict[int, Any], share: Fraction
) -> None:
    def on_its_step(size: int, target: int, width: int) -> Any:
        given = slip.get(size)
        if isinstance(given, type):
            raise given
        return network(size, target, width, depth=_loses_three) if given is None else given

    steps = composite(depth, [(10, 4), (9, 9), (9, 4)])
    built = composite(network, inputs, builds_on=["depth"], refusals=[(9, 8, 5)])
    someone = Student(depth=_loses_three, network=on_its_step)
    assert someone.mark(steps, built)["network"].share == share


def test_the_exception_that_a_step_asks_for_follows_where_the_step_raises_it() -> None:
    def layer_too_strict(inputs: int, outputs: int, bias: bool = True) -> int:
        if outputs > 6:
            raise ValueError
        return layer_no_bias(inputs, outputs, bias)

    built = composite(network, [(10, 4, 5), (10, 4, 7), (9, 9, 4)], builds_on=["layer"])
    result = student(layer=layer_too_strict).mark(LAYER, built)["network"]
    assert (result.share, result.followed_from) == (1, ("layer",))


def test_a_value_where_an_error_was_asked_for_may_follow_from_a_step() -> None:
    def rounds_down(size: int, target: int, loss: int = 2) -> int:
        return (size - target) // loss

    built = composite(
        network, [(10, 4, 5)], builds_on=["layer", "depth"], refusals=[(9, 4, 5), (11, 4, 5)]
    )
    result = student(depth=rounds_down).mark(LAYER, DEPTH, built)["network"]
    assert (result.share, result.followed_from) == (1, ("depth",))


def test_a_list_follows_from_a_step_that_should_have_refused() -> None:
    """The true step has no list there to hold it against, but has lists elsewhere."""

    def rounds_down(size: int, target: int, width: int) -> list[int]:
        return [width] * ((size - target) // 2)

    inputs = [(10, 4, 5), (16, 10, 4), (9, 9, 4), (8, 8, 2)]
    steps = composite(network, inputs, refusals=[(9, 4, 5)])
    built = composite(report, inputs, builds_on=["network"], refusals=[(9, 4, 5), (11, 4, 5)])
    someone = Student(network=rounds_down, report=report_of(rounds_down))
    assert (someone.mark(steps, built)["report"].share) == 1
    endless = Student(network=lambda *args: rounds_down(*args) * 5000, report=lambda *_: 1)
    assert not endless.mark(steps, built)["report"].followed_from


def test_none_is_followed_from_a_step_that_may_give_it() -> None:
    """`depth` gives None where no number of layers is enough; the composite tells the two apart."""

    def reachable(size: int, target: int, *, depth: Any = depth) -> str:
        return "never" if depth(size, target) is None else "reachable"

    def too_strict(size: int, target: int, loss: int = 2) -> int | None:
        return None if size > 10 else depth(size, target, loss)

    built = composite(reachable, [(12, 6), (14, 4)], builds_on=["depth"])
    someone = Student(
        depth=too_strict, reachable=lambda *a: "never" if too_strict(*a) is None else "reachable"
    )
    result = someone.mark(DEPTH, built)["reachable"]
    assert (result.share, result.followed_from) == (1, ("depth",))


def test_credit_may_be_less_than_full() -> None:
    built = composite(
        network, [(10, 4, 5), (9, 9, 4)], builds_on=["layer", "depth"], credit=Fraction(1, 2)
    )
    result = student(layer=layer_no_bias).mark(LAYER, DEPTH, built)["network"]
    assert (result.share, result.status) == (Fraction(3, 4), "partial")


# --------------------------------------------------------------------------- mutual building

IMAGES = [np.arange(1, 7).reshape(2, 3) * sign for sign in (1, -1, 3)]
SCATTER = composite(scatter, [(image,) for image in IMAGES], builds_on=["scatter_some"])
SOME = composite(
    scatter_some, [(image, image.size) for image in IMAGES[:2]] + [(IMAGES[0], 2)],
    builds_on=["scatter"],
)  # fmt: skip


def thrice(image: Any) -> Any:
    return 3 * np.asarray(image)


def thrice_some(image: Any, steps: int) -> Any:
    kept = np.where(np.arange(image.size).reshape(image.shape) < steps, image, 0)
    return 3 * kept


def partly(function: Callable[..., Any], right: Callable[..., Any], *inputs: int) -> Any:
    """`right` for the images of these numbers (by their first element), else `function`."""
    return lambda image, *rest: (right if int(image[0, 0]) in inputs else function)(image, *rest)


@pytest.mark.parametrize("order", [(SCATTER, SOME), (SOME, SCATTER)], ids=["as is", "swapped"])
def test_two_questions_never_vouch_for_each_other(order: tuple[Question, Question]) -> None:
    results = Student(scatter=thrice, scatter_some=thrice_some).mark(*order)
    assert all(result.share == 0 for result in results.values())


@pytest.mark.parametrize("order", [(SCATTER, SOME), (SOME, SCATTER)], ids=["as is", "swapped"])
def test_of_two_wrong_questions_the_better_one_is_the_base(order: tuple[Question, ...]) -> None:
    better = partly(thrice, scatter, 1)
    some = partly(thrice_some, scatter_some)
    someone = Student(scatter=better, scatter_some=some)
    results = someone.mark(*order)
    assert (results["scatter"].share, results["scatter"].followed_from) == (Fraction(1, 3), ())
    # only the negative image is tripled by both
    assert results["scatter_some"].followed_from == ("scatter",)
    assert results["scatter_some"].share == Fraction(1, 3)
    assert {function for function, _ in someone.calls} == {"scatter"}


@pytest.mark.parametrize(
    ("order", "base"), [((SCATTER, SOME), "scatter"), ((SOME, SCATTER), "scatter_some")]
)
def test_of_two_equally_wrong_questions_the_earlier_is_the_base(
    order: tuple[Question, ...], base: str
) -> None:
    someone = Student(
        scatter=partly(thrice, scatter, 1), scatter_some=partly(thrice_some, scatter_some, 3)
    )
    first = composite(scatter, [(IMAGES[0],), (IMAGES[1],)], builds_on=["scatter_some"])
    second = composite(scatter_some, [(IMAGES[2], 6), (IMAGES[1], 6)], builds_on=["scatter"])
    results = someone.mark(*({"scatter": first, "scatter_some": second}[q.id] for q in order))
    other = next(q.id for q in order if q.id != base)
    assert (results[base].share, results[base].followed_from) == (Fraction(1, 2), ())
    assert (results[other].share, results[other].followed_from) == (1, (base,))


def test_a_ring_of_three_ends_and_vouches_for_nothing() -> None:
    def one(n: int, *, two: Any = None) -> int:
        return n + 1 if two is None else two(n)

    def two(n: int, *, three: Any = None) -> int:
        return n + 1 if three is None else three(n)

    def three(n: int, *, one: Any = None) -> int:
        return n + 1 if one is None else one(n)

    ring = [
        composite(reference, [(1,), (2,)], builds_on=[step])
        for reference, step in ((one, "two"), (two, "three"), (three, "one"))
    ]
    off = {"one": lambda n: n + 2, "two": lambda n: n + 2, "three": lambda n: n + 2}
    assert all(result.share == 0 for result in Student(**off).mark(*ring).values())


# --------------------------------------------------------------------------- how steps are called


def test_arrays_that_differ_beyond_their_printed_digits_are_asked_for_apart() -> None:
    """repr() of a large array, or of many digits, is the same for different arrays."""
    large = np.zeros((40, 40))
    other = large.copy()
    other[20, 20] = 1
    assert freeze((large,)) != freeze((other,))
    assert freeze([np.array([0.123456789012])]) != freeze([np.array([0.123456789013])])


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (1, 1.0), ([1], (1,)), (0.0, -0.0), ({"a": 1}, {"a": 2}),
                       (np.zeros(2), np.zeros((2, 1))), (np.zeros(2), np.zeros(2, np.float32))],
)  # fmt: skip
def test_values_of_other_types_are_asked_for_apart(one: Any, other: Any) -> None:
    assert freeze(one) != freeze(other)


@settings(deadline=None)
@given(value=values)
def test_every_value_can_be_remembered(value: Any) -> None:
    assert hash(freeze(value)) == hash(freeze(value)) and freeze(value) == freeze(value)


@pytest.mark.parametrize(
    ("args", "kwargs", "positional"),
    [
        ((3, 4), {}, (3, 4)),
        ((3,), {"outputs": 4}, (3, 4)),
        ((3, 4), {"padding": 2}, (3, 4, 1, 2)),
        ((3, 4), {"stride": 2}, (3, 4, 2)),
        ((), {"outputs": 4, "inputs": 3}, (3, 4)),
    ],
)
def test_a_step_is_called_by_position_with_the_defaults_it_needs(
    args: Any, kwargs: Any, positional: Any
) -> None:
    from inspect import signature

    def step(inputs: int, outputs: int, stride: int = 1, padding: int = 0, *, other: Any = None):
        raise NotImplementedError

    assert by_position(signature(step), args, kwargs) == positional


def test_a_step_called_by_keyword_reaches_the_student_by_position() -> None:
    def network_by_keyword(size: int, *, layer: Any = layer) -> int:
        return int(layer(outputs=np.int64(size), inputs=3))

    built = composite(network_by_keyword, [(4,), (6,)], builds_on=["layer"])

    someone = Student(layer=lambda a, b, c=True: a * b, network_by_keyword=lambda size: 3 * size)
    assert someone.mark(LAYER, built)["network_by_keyword"].share == 1
    assert all(type(arg) is int for _, args in someone.calls for arg in args)


def test_a_step_that_changes_its_input_does_not_change_the_composites() -> None:
    def clears(image: Any, steps: int) -> Any:
        kept = thrice_some(image, steps)
        image[:] = 0
        return kept

    someone = Student(scatter=partly(thrice, scatter), scatter_some=partly(clears, scatter_some, 1))
    assert someone.mark(SCATTER, SOME)["scatter"].share == Fraction(2, 3)


# --------------------------------------------------------------------------- taming


@pytest.mark.parametrize(
    ("value", "true", "tamed"),
    [
        (36, 5, 36),
        (36.0, 5, 36),
        (np.array(36), 5, 36),
        (36.5, 5, 36.5),
        (-3, 5, -3),
        (None, None, None),
        (7, None, 7),
        (2, 0.5, 2),
        (0.25, np.float64(0.5), 0.25),
        (5_000_000, 5_000, 5_000_000),
        (1_235_624, 26, 1_235_624),
        (2_600_000, 26, 2_600_000),
        ([1, 2.0], (3,), (1, 2)),
        (np.array([1, 2]), [3], [1, 2]),
        ([], [3], []),
        ([], [(1, "a")], []),
        (["", 7, False], [], ["", 7, False]),
        ({"a": 2}, {}, {"a": 2}),
        ([("b", 2.0)], [(1, "a"), (2, "b")], [("b", 2)]),
        ((1.5, 3, True), (2.5, 4, False), (1.5, 3, True)),
        ([3, None, "x", 70_000], ["x", 80, None], [3, None, "x", 70_000]),
        ([float("inf"), 2], [1, float("inf")], [float("inf"), 2]),
        (2 + 1j, 1j, 2 + 1j),
        (2 + 0j, 0.5, 2.0),
        ([2 + 1e-15j, 3], [0.5], [2.0, 3]),
        (complex(np.inf, 0), np.inf, np.inf),
        ({"a": 1, "b": 2}, {"a": 5}, {"a": 1, "b": 2}),
        ({"a": 1, "b": "?", 3: 4}, {"a": 5}, {"a": 1}),
        ({"a": [1]}, {"a": 5, "rows": [2]}, {"a": [1]}),
        ({}, {"a": 1}, {}),
        ("text", "other", "text"),
        (np.array(True), False, True),
    ],
)
def test_what_is_of_the_kind_is_tamed(value: Any, true: Any, tamed: Any) -> None:
    result = tame(value, true)
    assert result == tamed and type(result) is type(tamed)


def test_a_matrix_is_tamed_to_an_array() -> None:
    assert tame([[1, 2]], np.zeros((3, 3))).tolist() == [[1, 2]]
    assert tame(np.array([[2 + 0j, 3 + 1e-14j]]), np.zeros((2, 2))).dtype == float
    assert tame(np.array([True]), np.array([False])).tolist() == [True]
    assert np.isnan(tame([[1, np.nan]], np.array([[np.nan, 2]]))[0, 1])
    loss, slope = tame([0.5, [1, 2]], (1.5, np.zeros(3)))
    assert loss == 0.5 and slope.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("value", "true"),
    [
        (None, 5),
        (True, 5),
        ("36", 5),
        ([5], 5),
        (float("nan"), 5),
        (float("nan"), 0.5),
        (float("inf"), 0.5),
        (10**9, 5),
        (2_600_001, 26),
        (10**400, 0.5),
        (1j, 5),
        ([1] * 20_000, [1]),
        (np.zeros(20_000), [1]),
        (np.zeros((3, 3)), [1]),
        (np.array(3), [1]),
        (["a"], [1]),
        ("ab", ["a"]),
        (5, [1]),
        ([1], {"a": 1}),
        (dict.fromkeys(range(20_000), 1), {1: 1}),
        ([1, True], [1, "a"]),
        ([np.inf], [np.nan]),
        (np.array([np.inf]), np.array([np.nan])),
        (1, True),
        (5, "text"),
        ("x" * 20_000, "text"),
        ([[1, 2], [3]], np.zeros((2, 2))),
        ([1, 2], np.zeros((2, 2))),
        (np.full((2, 2), np.nan), np.zeros((2, 2))),
        (np.full((2, 2), np.inf), np.zeros((2, 2))),
        (np.zeros((200, 200)), np.zeros((2, 2))),
        (np.zeros((2, 2)) > 0, np.zeros((2, 2))),
        (np.ones((2, 2)) * 1j, np.zeros((2, 2))),
        (np.array([[1 + 1e-6j]]), np.zeros((2, 2))),
        (1 + 1e-6j, 0.5),
        (2 + 0j, 5),
        (complex(1.3e308, 1.3e308), 1e308),
        ([[10**30, 1], [1, 1]], np.zeros((2, 2))),
        (None, np.zeros((2, 2))),
        ([[0]] * 20_000, None),
        (complex(1.3e308, 1.3e308), 1j),  # whose absolute value no float can hold
        (1, [complex(1.3e308, 1.3e308)]),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_rubbish_is_unusable(value: Any, true: Any) -> None:
    with pytest.raises(Unusable):
        tame(value, true)


@settings(deadline=None)
@example(value=0, true=complex(1.3e308, 1.3e308))
@example(value=[1j], true=[complex(1.3e308, 1.3e308), 1j])
@given(value=values, true=values)
def test_taming_gives_a_value_or_says_that_there_is_none(value: Any, true: Any) -> None:
    try:
        tame(value, true)
    except Unusable:
        return


# --------------------------------------------------------------------------- laws

STEP_VALUES = st.one_of(st.integers(-5, 40), values)


@settings(deadline=None, max_examples=60)
@given(
    layers=st.lists(STEP_VALUES, min_size=1, max_size=4),
    depths=st.lists(STEP_VALUES, min_size=1, max_size=4),
    nets=st.lists(STEP_VALUES, min_size=1, max_size=4),
)
def test_whatever_the_steps_return_follow_through_never_lowers_nor_raises(
    layers: list[Any], depths: list[Any], nets: list[Any]
) -> None:
    def cycle(answers: list[Any], right: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: (
            right(*args) if sum(args) % 3 == 0 else answers[sum(args) % len(answers)]
        )

    someone = student(cycle(layers, layer), cycle(depths, depth), cycle(nets, network))
    alone: dict[str, QuestionResult] = {}
    for q in ALL:
        seen = {q.id: [someone.observe(q.function, c.args) for c in q.cases]}
        plain = Question(**{f: getattr(q, f) for f in q.__slots__} | {"builds_on": None})
        (alone[q.id],) = mark(assignment(plain), seen, someone.ask)
    together = someone.mark(*ALL)
    assert all(together[q.id].score >= alone[q.id].score for q in ALL)


def test_a_followed_result_keeps_its_verdict_against_the_true_value() -> None:
    result = student(layer=layer_no_bias).mark(*ALL)["network"].cases[0]
    assert not result.passed and result.credit == 1 and result.comparison.claim
    assert isinstance(result.observation, type(returned(1)))
    assert not isinstance(result.observation.outcome, TimedOut)
    assert raised(ValueError) != result.observation
