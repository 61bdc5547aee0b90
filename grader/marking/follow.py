"""Error carried forward: what a wrong composite earns when it follows from the student's steps.

The reference of the composite is evaluated again with the student's own functions in place of the
steps that are not right themselves (steps.py). A case that now matches earns the credit that the
author gave. True values come first and nothing here ever lowers a credit. Which function the
composite itself called is not asked: what counts is that its value follows from the student's own
step.

A composite that hung or crashed has given nothing that could follow, and a step that did so leaves
nothing to go on with. An exception that the question or a step asks for may follow as well: the
student's own steps leave nothing else to do. But raising is easy. It counts only beside a wrong
value that follows, and only if nothing is left over that does not follow.

Whoever makes a slip of their own on top of a wrong step gives neither what follows nor what a
wrong answer predicts of true steps. So a wrong answer that takes the steps as the reference does
is held against the results on the student's own steps, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from grader.marking.compare import Absent, matches, narrow
from grader.marking.credit import cases_share, must_raise
from grader.marking.misconception import Diagnosis, diagnose, same_result, stumbled
from grader.marking.steps import MOST_CALLS, OwnSteps, true_calls
from grader.marking.tame import Unusable
from grader.model import CaseResult, Question, Raised, Raises, Returned, WrongAnswer
from grader.remembering import remembered

if TYPE_CHECKING:
    from grader.model import Value

Expect: TypeAlias = "Callable[[Sequence[tuple[str, tuple[Value, ...]]]], None]"


def follow_through(
    question: Question,
    results: Sequence[CaseResult],
    own: OwnSteps,
    expect: Expect | None = None,
) -> tuple[CaseResult, ...]:
    """Decides which failed cases follow from the student's own steps.

    Args:
        question: the composite; its reference takes the steps as keyword parameters.
        results: its cases as marked against the true values.
        own: the steps that are eligible and not right themselves.
        expect: is told beforehand of the calls that would be asked for if the student's steps
            gave what the true ones give; most are asked for.

    Returns:
        The results, with the credit raised and `followed_from` set where a case follows. Of
        the ways to mix true and own steps, the one that earns most; of equal ones, the one with
        the fewest own steps.

    Raises:
        GraderError: whatever asking raised.
    """
    best = tuple(results)
    asked = _exceptions(question, *own.steps.values())
    open_cases = [
        index for index, result in enumerate(results) if _may_follow(question, result, asked)
    ]
    if not open_cases:
        return best
    best_share = cases_share(question, [result.credit for result in results])
    if expect is not None:
        calls = {
            id(args): (step.function, args)
            for step in own.steps.values()
            for index in open_cases
            for args in true_calls(question, step)[index]
        }
        expect(list(calls.values())[:MOST_CALLS])
    for mix in own.mixes():
        tried = list(results)
        for index in open_cases:
            tried[index] = _follow_case(question, results[index], mix, asked, own)
        if not _all_is_explained(question, tried):
            tried = [
                old if isinstance(new.observation.outcome, Raised) else new
                for old, new in zip(results, tried, strict=True)
            ]
        share = cases_share(question, [result.credit for result in tried])
        if share > best_share:
            best, best_share = tuple(tried), share
        if all(tried[index].followed_from for index in open_cases) or own.is_spent:
            break
    return best


def _may_follow(question: Question, result: CaseResult, asked: frozenset[str]) -> bool:
    outcome = result.observation.outcome
    return _is_open(question, result) and (
        isinstance(outcome, Returned)
        or (isinstance(outcome, Raised) and not asked.isdisjoint(_kinds(outcome)))
    )


def _is_open(question: Question, result: CaseResult) -> bool:
    return (
        question.reference is not None
        and question.builds_on is not None
        and question.builds_on.credit > result.credit
    )


def _exceptions(*questions: Question) -> frozenset[str]:
    """The exceptions that questions ask for."""
    expected = [case.expected for question in questions for case in question.cases]
    return frozenset(one.exception for one in expected if isinstance(one, Raises))


def _kinds(raised: Raised) -> tuple[str, ...]:
    return raised.exception, *raised.bases


def _all_is_explained(question: Question, tried: Sequence[CaseResult]) -> bool:
    """Whether a wrong value follows, and nothing is left that does not."""
    values = [result for result in tried if isinstance(result.observation.outcome, Returned)]
    return any(result.followed_from for result in values) and not any(
        _is_open(question, result) for result in tried if not result.followed_from
    )


def _follow_case(
    question: Question,
    result: CaseResult,
    mix: Sequence[Question],
    asked: frozenset[str],
    own: OwnSteps,
) -> CaseResult:
    """The result with follow-through's credit, if what the student gave follows from these."""
    outcome = result.observation.outcome
    if question.reference is None:
        return result
    came = own.evaluate(question.reference, result.case.args, mix)
    if not came.used or isinstance(came.raised, Unusable):
        return result
    if came.raised is not None:
        kinds = asked.intersection(kind.__name__ for kind in type(came.raised).__mro__)
        follows = isinstance(outcome, Raised) and not kinds.isdisjoint(_kinds(outcome))
    else:
        predicted = narrow(came.value, result.case.at)
        follows = (
            isinstance(outcome, Returned)
            and not isinstance(predicted, Absent)
            and _equal(predicted, narrow(outcome.value, result.case.at), result)
        )
    return _followed(result, _credit(question), *came.used) if follows else result


def _credit(question: Question) -> Fraction:
    return question.builds_on.credit if question.builds_on else Fraction(0)


def _equal(predicted: Value, observed: Value | Absent, result: CaseResult) -> bool:
    changed = bool(result.observation.changed_inputs) and result.case.rule.keep_inputs
    return not changed and matches(expected=predicted, observed=observed, rule=result.case.rule)


@remembered(8192, when=lambda result, credit, *used: result.recurs)
def _followed(result: CaseResult, credit: Fraction, *used: str) -> CaseResult:
    """The result with the credit of follow-through."""
    return replace(result, credit=credit, followed_from=used)


# --------------------------------------------------------------------------- a slip on top


class SlipOnTop(Struct, frozen=True):
    """What the author's wrong answers say of the results, on the student's own steps."""

    diagnosis: Diagnosis = Diagnosis()
    steps: tuple[str, ...] = ()  # question ids of those that are the student's own


def slip_on_top(question: Question, results: Sequence[CaseResult], own: OwnSteps) -> SlipOnTop:
    """Decides whether a wrong answer explains the results on top of the student's own steps.

    Args:
        question: the composite.
        results: its cases, with what follows from these steps.
        own: the steps that are eligible and not right themselves.

    Returns:
        Of the ways to mix true and own steps, the one that is due most; of equal ones, the one
        with the fewest own steps. A wrong answer is worth its share of what the question would be
        worth if all of it followed.

    Raises:
        GraderError: whatever asking raised.
    """
    best = SlipOnTop()
    wrong_values = [result for result in results if _is_wrong_value(result)]
    follows = all(result.followed_from for result in wrong_values)
    followed = cases_share(question, [_credit(question)] * len(results))
    worth = cases_share(question, [result.credit for result in results])
    if not wrong_values or (follows and worth >= followed):
        return best
    for mix in own.mixes():
        functions = {step.function for step in mix}
        answers = [
            replace(answer, share=answer.share * followed, predictions=predictions)
            for answer in question.wrong_answers
            if functions.issubset(answer.steps)
            and (predictions := _predictions(answer, results, mix, own)) is not None
        ]
        diagnosis = diagnose(replace(question, wrong_answers=tuple(answers)), results)
        if follows:  # without any slip, too: named only if it is worth more, as `explaining`
            diagnosis = replace(diagnosis, fitting=())
        if diagnosis.due > best.diagnosis.due:
            best = SlipOnTop(diagnosis, tuple(step.id for step in mix))
        if own.is_spent:
            break
    return best


def _predictions(
    answer: WrongAnswer, results: Sequence[CaseResult], mix: Sequence[Question], own: OwnSteps
) -> tuple[Value | Raises, ...] | None:
    """What a wrong answer makes of all cases on these steps; None if a wrong value is not its."""
    predictions = []
    for result in results:
        prediction = _prediction(answer, result, mix, own)
        if _is_wrong_value(result) and not (same_result(prediction, result) or stumbled(result)):
            return None
        predictions.append(prediction)
    return tuple(predictions)


def _prediction(
    answer: WrongAnswer, result: CaseResult, mix: Sequence[Question], own: OwnSteps
) -> Value | Raises:
    """What it makes of one; an exception is one that the student's own formula may end in."""
    assert answer.formula is not None
    came = own.evaluate(answer.formula, result.case.args, mix)
    value: Value | Raises = came.value
    return value if came.raised is None else Raises(type(came.raised).__name__)


def _is_wrong_value(result: CaseResult) -> bool:
    return not result.passed and not must_raise(result)
