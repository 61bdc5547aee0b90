"""What holds of every marking: bounds, monotony, independence of order, and secrecy.

The assignments drawn here have up to four questions on a single small number, with wrong answers,
schemes, refusals and questions that build on others; small numbers, so that results coincide with
predictions and follow from steps often.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marking_examples import (
    assignment,
    case,
    mark_one,
    observations,
    question,
    raised,
    returned,
    values,
    wrong,
)
from msgspec import Struct
from msgspec.structs import replace

from grader.marking import mark, redact
from grader.marking.redact import FAULT_TO_STUDENTS
from grader.marking.wording import count_sentences
from grader.model import (
    Assignment,
    BuildsOn,
    Case,
    Isolation,
    Loaded,
    LoadProblem,
    Missing,
    Observation,
    Property,
    Question,
    QuestionResult,
    Raises,
    Returned,
    Scorecard,
    TextForm,
    WrongAnswer,
)

INPUTS = range(4)
SHARES = st.fractions(0, 1, max_denominator=10)
SCHEMES = st.sampled_from(
    [
        None,
        ((Fraction(1), Fraction(1)),),
        ((Fraction(1, 2), Fraction(2, 5)), (Fraction(9, 10), Fraction(4, 5))),
    ]
)
POINTS = st.decimals(0, 20, places=2)
SMALL = st.integers(0, 2)


class Class(Struct, frozen=True):
    """An assignment and what one student's functions return for each input."""

    questions: tuple[Question, ...]
    answers: Mapping[str, tuple[Observation, ...]]

    def ask(self, function: str, args: tuple[Any, ...]) -> Observation:
        return self.answers[function][args[0]]

    def mark(self) -> dict[str, QuestionResult]:
        seen = {
            q.id: [self.answers[q.function][c.args[0]] for c in q.cases] for q in self.questions
        }
        return {r.question.id: r for r in mark(assignment(*self.questions), seen, self.ask)}

    def having(self, **changes: Any) -> Class:
        """The same with these fields of every question replaced."""
        return replace(self, questions=tuple(replace(q, **changes) for q in self.questions))


def reference_of(truth: Mapping[str, tuple[int, ...]], own: str) -> Any:
    """A reference that adds up how far its steps are from the truth."""

    def reference(x: int, **steps: Any) -> int:
        return truth[own][x] + sum(step(x) - truth[name][x] for name, step in steps.items())

    return reference


def slip_of(
    truth: Mapping[str, tuple[int, ...]], share: Any, name: str, steps: list[str], made: list[int]
) -> WrongAnswer:
    """A wrong answer that likewise adds how far its steps are from the truth."""
    formula = reference_of({**truth, "slip": tuple(made)}, "slip")
    return replace(wrong(name, share, *made), formula=formula, steps=tuple(steps))


@st.composite
def classes(draw: st.DrawFn, mutual: bool = True) -> Class:
    names = [f"q{i}" for i in range(draw(st.integers(1, 4)))]
    truth = {name: tuple(draw(SMALL) for _ in INPUTS) for name in names}
    questions = []
    for number, name in enumerate(names):
        steps = [n for i, n in enumerate(names) if (n != name if mutual else i < number)]
        questions.append(draw(question_on(name, truth, steps)))
    answers = {q.function: draw(answers_for(q)) for q in questions}
    for q in questions:
        if q.builds_on and draw(st.booleans()):
            slipped = q.wrong_answers[0].predictions
            idea = draw(st.sampled_from([truth[q.id], truth[q.id], slipped]))
            answers[q.function] = followed(q, {**truth, q.id: idea}, answers)
    return Class(tuple(questions), answers)


@st.composite
def question_on(
    draw: st.DrawFn, name: str, truth: Mapping[str, tuple[int, ...]], steps: list[str]
) -> Question:
    cases = []
    for x in INPUTS:
        refuse = draw(st.sampled_from([False, False, False, True]))
        cases.append(
            Case(
                name=f"{name} {x}",
                args=(x,),
                expected=Raises("ValueError") if refuse else truth[name][x],
                weight=draw(st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(2)])),
                shown=draw(st.booleans()),
            )
        )
    chosen = draw(st.lists(st.sampled_from(steps), unique=True)) if steps else []
    needs = draw(st.sampled_from([Fraction(0), Fraction(1, 4)]))
    return question(
        *cases,
        id=name,
        function=name,
        points=draw(POINTS),
        reference=reference_of(truth, name),
        credit=draw(SCHEMES),
        builds_on=BuildsOn(tuple(chosen), draw(SHARES), needs) if chosen else None,
        wrong_answers=tuple(
            slip_of(truth, draw(SHARES), f"w{i}", chosen, [draw(SMALL) for _ in INPUTS])
            for i in range(2)
        ),
    )


@st.composite
def answers_for(draw: st.DrawFn, q: Question) -> tuple[Observation, ...]:
    """A student who knows it, has a wrong idea of it, or answers anything; and slips at times."""
    idea = draw(st.sampled_from(["right", "wrong", "any"]))
    answers = []
    for x, asked in enumerate(q.cases):
        kind = draw(st.sampled_from([idea, idea, idea, "right", "any"]))
        if kind == "right":
            answers.append(right_for(asked))
        elif kind == "wrong":
            answers.append(returned(q.wrong_answers[0].predictions[x]))
        else:
            answers.append(draw(answer_for(asked)))
    return tuple(answers)


def followed(
    q: Question, truth: Mapping[str, tuple[int, ...]], answers: Mapping[str, Any]
) -> tuple[Observation, ...]:
    """What a right composite returns on top of the student's own steps."""
    steps = q.builds_on.questions if q.builds_on else ()
    own = {step: [getattr(a.outcome, "value", None) for a in answers[step]] for step in steps}
    return tuple(
        returned(truth[q.id][x] + sum(own[step][x] - truth[step][x] for step in steps))
        if all(type(own[step][x]) is int for step in steps)
        else answers[q.function][x]
        for x in INPUTS
    )


def answer_for(asked: Case) -> st.SearchStrategy[Observation]:
    right = right_for(asked)
    return st.one_of(st.just(right), SMALL.map(returned), observations)


def right_for(asked: Case) -> Observation:
    return raised(ValueError) if isinstance(asked.expected, Raises) else returned(asked.expected)


# --------------------------------------------------------------------------- scores


@settings(deadline=None)
@given(drawn=classes())
def test_a_score_is_between_nothing_and_the_points(drawn: Class) -> None:
    for result in drawn.mark().values():
        assert 0 <= result.score <= result.question.points
        assert 0 <= result.share <= 1
        assert (result.score == result.question.points) or result.share < 1
        assert (result.basis == "nothing") is (result.share == 0)


@settings(deadline=None)
@given(drawn=classes())
def test_a_total_is_an_exact_decimal(drawn: Class) -> None:
    results = tuple(drawn.mark().values())
    card = Scorecard("An assignment", "1", "solution.py", results)
    hundredths = [result.score * 100 for result in results]
    assert all(number == int(number) for number in hundredths)
    assert card.score == Decimal(sum(int(number) for number in hundredths)) / 100
    assert 0 <= card.score <= card.max_score


@settings(deadline=None)
@given(drawn=classes())
def test_marking_twice_gives_the_same(drawn: Class) -> None:
    assert {k: (r.score, r.help) for k, r in drawn.mark().items()} == {
        k: (r.score, r.help) for k, r in drawn.mark().items()
    }


@settings(deadline=None, max_examples=300)
@given(drawn=classes(), data=st.data())
def test_a_case_more_right_never_lowers_its_questions_score(
    drawn: Class, data: st.DataObject
) -> None:
    """With wrong answers too; other questions' functions stay as they are."""
    alone = drawn.having(builds_on=None)
    chosen = data.draw(st.sampled_from(alone.questions))
    index = data.draw(st.sampled_from(INPUTS))
    answers = list(alone.answers[chosen.function])
    answers[index] = right_for(chosen.cases[index])
    better = replace(alone, answers={**alone.answers, chosen.function: tuple(answers)})
    assert better.mark()[chosen.id].share >= alone.mark()[chosen.id].share


@settings(deadline=None, max_examples=300)
@given(drawn=classes(mutual=False), data=st.data())
def test_a_case_more_right_never_lowers_a_composites_score(
    drawn: Class, data: st.DataObject
) -> None:
    last = drawn.questions[-1]  # no question builds on it
    index = data.draw(st.sampled_from(INPUTS))
    answers = list(drawn.answers[last.function])
    answers[index] = right_for(last.cases[index])
    better = replace(drawn, answers={**drawn.answers, last.function: tuple(answers)})
    assert better.mark()[last.id].share >= drawn.mark()[last.id].share


@settings(deadline=None, max_examples=300)
@given(drawn=classes())
def test_wrong_answers_and_follow_through_never_lower_a_score(drawn: Class) -> None:
    full = drawn.mark()
    for less in (
        drawn.having(wrong_answers=()),
        drawn.having(builds_on=None),
        drawn.having(wrong_answers=(), builds_on=None),
    ):
        for name, result in less.mark().items():
            assert full[name].share >= result.share


@settings(deadline=None)
@given(drawn=classes())
def test_all_right_is_full_marks_and_asks_for_nothing(drawn: Class) -> None:
    answers = {q.function: tuple(right_for(c) for c in q.cases) for q in drawn.questions}
    perfect = replace(drawn, answers=answers)
    seen = {q.id: answers[q.function] for q in drawn.questions}

    def nobody(function: str, args: tuple[Any, ...]) -> Observation:
        raise AssertionError

    for result in mark(assignment(*perfect.questions), seen, nobody):
        assert result.share == 1 and result.status == "passed" and result.help == ()
        assert not result.diagnosis and not result.followed_from


@settings(deadline=None)
@given(drawn=classes(mutual=False), data=st.data())
def test_the_order_of_questions_does_not_matter(drawn: Class, data: st.DataObject) -> None:
    shuffled = replace(drawn, questions=tuple(data.draw(st.permutations(drawn.questions))))
    expected = {name: (r.share, r.help, r.status) for name, r in drawn.mark().items()}
    assert {name: (r.share, r.help, r.status) for name, r in shuffled.mark().items()} == expected


@settings(deadline=None)
@given(drawn=classes(), data=st.data())
def test_the_order_of_cases_does_not_matter(drawn: Class, data: st.DataObject) -> None:
    order = data.draw(st.permutations(INPUTS))
    shuffled = replace(
        drawn,
        questions=tuple(
            replace(
                q,
                cases=tuple(q.cases[i] for i in order),
                wrong_answers=tuple(
                    replace(w, predictions=tuple(w.predictions[i] for i in order))
                    for w in q.wrong_answers
                ),
            )
            for q in drawn.questions
        ),
    )
    expected = {name: (r.share, r.status, r.basis) for name, r in drawn.mark().items()}
    assert {n: (r.share, r.status, r.basis) for n, r in shuffled.mark().items()} == expected


# --------------------------------------------------------------------------- help


def sentences(result: QuestionResult) -> int:
    return sum(count_sentences(text) for text in result.help)


@settings(deadline=None, max_examples=200)
@given(drawn=classes())
def test_who_lost_points_is_helped_in_one_to_three_sentences(drawn: Class) -> None:
    for result in drawn.mark().values():
        if result.share < 1:
            assert 1 <= sentences(result) <= 3
        assert sentences(result) <= 3
        assert len(set(result.help)) == len(result.help)


@settings(deadline=None, max_examples=300)
@given(
    expected=st.lists(values, min_size=1, max_size=4),
    seen=st.lists(observations, min_size=4, max_size=4),
    shown=st.lists(st.booleans(), min_size=4, max_size=4),
    feedback=st.text(max_size=300),
)
def test_whatever_came_back_the_help_is_one_to_three_sentences(
    expected: list[Any], seen: list[Observation], shown: list[bool], feedback: str
) -> None:
    cases = [case(e, shown=shown[i], name=f"case {i}") for i, e in enumerate(expected)]
    answer = wrong("w", 0, *(getattr(o.outcome, "value", None) for o in seen[: len(cases)]))
    q = question(*cases, wrong_answers=(replace(answer, feedback=feedback),))
    result = mark_one(q, *seen[: len(cases)])
    assert (result.share == 1) or 1 <= sentences(result) <= 3
    assert all(0 < len(text) < 3000 and "\n" not in text for text in result.help)


# --------------------------------------------------------------------------- secrecy

SECRET = "hush"
NUMBER = 918_273_645
SHOWN_NUMBER = 555
HIDDEN_CASE = Case(
    name=f"{SECRET} name",
    args=(NUMBER, f"{SECRET} input"),
    expected={f"{SECRET} key": np.array([NUMBER, 1])},
    shown=False,
)


def words(value: Any) -> Iterator[str]:
    """Every text and number in a value, however deep."""
    if isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from words(getattr(value, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from words(key)
            yield from words(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from words(item)
    elif isinstance(value, np.ndarray):
        yield from words(value.tolist())
    elif callable(value):
        yield f"{SECRET}: code"
    else:
        yield str(value)


def secret_observation(outcome: Any) -> Observation:
    return Observation(
        outcome, stdout=f"{SECRET} out {NUMBER}", stderr=f"{SECRET} err", changed_inputs=(0,)
    )


def secret_function(*_: Any) -> None:
    """hush: what the reference does."""


def card_of(*results: QuestionResult, **more: Any) -> Scorecard:
    more.setdefault("isolation", Isolation("strong", (f"{SECRET} layer",), (), {SECRET: True}))
    return Scorecard("An assignment", "1", "solution.py", results, **more)


HIDDEN_OUTCOMES = st.one_of(
    st.just(Returned({f"{SECRET} key": np.array([NUMBER, 2])})),
    st.just(Returned(f"{SECRET} text")),
    st.just(Returned({f"{SECRET} key": np.array([1, NUMBER])})),
    st.just(Returned({f"{SECRET} key": np.array([NUMBER + 0, 1]), f"{SECRET} more": NUMBER})),
    st.builds(lambda o: replace(o, exception=f"{SECRET}Error"), st.just(raised(SECRET).outcome)),
    st.just(raised(ValueError, f"{SECRET} {NUMBER}").outcome),
    st.just(raised(NotImplementedError, f"{SECRET} {NUMBER}").outcome),
    st.just(Missing((f"{SECRET}_name",))),
    observations.map(lambda observation: observation.outcome).filter(
        lambda outcome: not any(SECRET in word for word in words(outcome))
    ),
)


@settings(deadline=None, max_examples=300)
@given(
    hidden=st.lists(HIDDEN_OUTCOMES, min_size=1, max_size=4),
    shown=st.one_of(st.just(returned(SHOWN_NUMBER)), observations),
    fits=st.booleans(),
    first=st.booleans(),
)
def test_nothing_hidden_is_anywhere_in_a_students_card(
    hidden: list[Any], shown: Observation, fits: bool, first: bool
) -> None:
    open_case = Case(name="open", args=(7,), expected=SHOWN_NUMBER, shown=True)
    cases = (open_case, *[HIDDEN_CASE] * len(hidden))
    seen = (shown, *map(secret_observation, hidden))
    predictions = tuple(getattr(o.outcome, "value", NUMBER) if fits else NUMBER for o in seen)
    if not first:
        cases, seen, predictions = cases[::-1], seen[::-1], predictions[::-1]
    q = question(
        *cases,
        wrong_answers=(wrong(f"{SECRET}_slip", "1/2", *predictions, feedback="Is it so?"),),
        reference=secret_function,
        properties=(Property(f"{SECRET} property", secret_function),),
    )
    result = mark_one(q, *seen)
    card = card_of(result, fault=f"{SECRET} traceback")
    public = redact(card, "student")
    told = list(words(public))
    assert not any(SECRET in word or str(NUMBER) in word for word in told)
    assert (public.score, public.max_score) == (card.score, card.max_score)
    (open_result,) = public.questions
    assert open_result.share == result.share and open_result.status == result.status
    assert len(open_result.cases) == 1 and open_result.cases[0].case.name == "open"
    assert open_result.hidden_total == len(hidden)
    assert open_result.hidden_passed == sum(not c.case.shown and c.passed for c in result.cases)
    assert public.fault == FAULT_TO_STUDENTS


@settings(deadline=None)
@given(drawn=classes())
def test_redaction_changes_no_score_and_can_be_repeated(drawn: Class) -> None:
    card = card_of(*drawn.mark().values())
    public = redact(card, "student")
    assert [q.score for q in public.questions] == [q.score for q in card.questions]
    assert [q.help for q in public.questions] == [q.help for q in card.questions]
    assert redact(public, "student") == public
    for before, after in zip(card.questions, public.questions, strict=True):
        passed = sum(result.passed for result in before.cases)
        assert sum(result.passed for result in after.cases) + after.hidden_passed == passed


def test_what_was_taken_away_does_not_come_back_for_staff() -> None:
    card = card_of(mark_one(question(HIDDEN_CASE), 5))
    assert redact(card, "staff") is card
    assert redact(redact(card, "student"), "staff").audience == "student"


def test_a_students_card_keeps_what_students_may_see() -> None:
    q = question(
        case(5, 7, name="open", shown=True),
        case(6, 8),
        wrong_answers=(wrong("slip", "1/2", 4, 6, feedback="Which side owns them?"),),
    )
    result = mark_one(q, returned(4, stdout="printed"), 6)
    public = redact(card_of(result, remarks=("read homework.py",)), "student")
    (seen,) = public.questions
    assert seen.cases[0].observation.stdout == "printed"
    assert [(w.name, w.feedback, w.predictions) for w in seen.diagnosis] == [
        ("", "Which side owns them?", ())
    ]
    assert public.remarks == ("read homework.py",) and public.isolation == Isolation("strong")


# --------------------------------------------------------------------------- questions as a whole


def test_a_free_text_waits_for_a_person() -> None:
    text = Question("t", "t", "essay", Decimal(7), text=TextForm((1, 5)))
    (result,) = mark(assignment(text), {"t": [returned("three words here")]}, lambda *_: None)  # type: ignore[arg-type,return-value]
    assert (result.status, result.score) == ("to_mark", 0)
    assert result.text is not None and result.text.text == {"": "three words here"}


@pytest.mark.parametrize("similar", [(), ("conv_layer_parms",)])
def test_of_a_missing_function_the_name_and_the_cause_are_told(similar: tuple[str, ...]) -> None:
    loaded = Loaded(problems=(LoadProblem("solution.py", 3, "SyntaxError: bad. Very bad."),))
    q = question(case(5, shown=True), function="conv_layer_params")
    built: Assignment = assignment(q)
    (result,) = mark(built, {"q": [Observation(Missing(similar))]}, lambda *_: None, loaded)  # type: ignore[arg-type,return-value]
    hint = "; is it the one you called conv_layer_parms?" if similar else "."
    assert result.help[:2] == (
        f"No function named conv_layer_params is defined{hint}",
        "solution.py, line 3, could not be used: SyntaxError: bad.",
    )
    assert result.status == "missing"


def test_a_question_without_cases_says_that_it_is_marked_later() -> None:
    result = mark_one(question(hidden_count=3))
    assert (result.status, result.score) == ("not_run", 0)
    assert result.help == (
        "No case of this question is here; it is marked once you have handed in.",
    )
