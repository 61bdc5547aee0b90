"""Decides which of the author's wrong answers a student gave, if any.

A wrong answer is diagnosed only if it reproduces every result of the student's on the question,
the wrong and the right ones, and at least one of them is wrong. Guards are a separate matter.
Where a value is wrong, the values alone decide: what a formula makes of input that is to be
refused depends on how it was written down, as does what stands in a guard's place (None, -1, a
message). Where all values are right, only a wrong answer whose slip is the guard can explain what
is not; a student who refuses contradicts none, and speaks for one only by raising the very
exception that it, in place of the one asked for, ends in.

A loop that never ends where there is nothing to find is a guard that was forgotten, too: a few
calls without an answer contradict nothing, and neither do a few that end in an exception, as
`min(sizes)` does where there are none.

Where a wrong answer ends in an exception, so may the student's own formula, or None in its place;
and where it finds nothing (None), the student may raise what a step of their own raises there. But
exceptions alone are no slip's: at least one wrong value has to be the wrong answer's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.marking.compare import Absent, matches, narrow
from grader.marking.credit import must_raise, refused
from grader.model import (
    CaseResult,
    NotRun,
    Question,
    Raised,
    Raises,
    Returned,
    TimedOut,
    WrongAnswer,
)

if TYPE_CHECKING:
    from grader.model import Value

_FEW = Fraction(1, 10)
"""Of the weight of the calls that are to give a value: so much of them may have no answer, and as
much may end in an exception that is not the wrong answer's."""


class Diagnosis(Struct, frozen=True):
    """What wrong answers say of a question's results."""

    fitting: tuple[WrongAnswer, ...] = ()  # reproduce all results; the one worth most first
    explaining: tuple[WrongAnswer, ...] = ()  # all wrong values are theirs; worth most first
    due: Fraction = Fraction(0)  # the share that the results are worth by any of them


def diagnose(question: Question, results: Sequence[CaseResult]) -> Diagnosis:
    """Decides which wrong answers reproduce all results, and what that makes the results worth.

    Who gets right what a wrong answer gets wrong is due no less than that wrong answer. So `due`
    counts every one that predicts all wrong values, whatever it makes of the right ones and of
    input that is to be refused; where no value is wrong, it counts them all.
    """
    if not question.wrong_answers or all(result.passed for result in results):
        return Diagnosis()
    values = _answered(results)
    wrong_values = [index for index in values if not results[index].passed]
    forgiven = _FEW * _weight(results, values)
    no_better = [
        answer
        for answer in question.wrong_answers
        if _predicts(answer, results, wrong_values, forgiven)
        and (
            not wrong_values
            or any(
                not isinstance(answer.predictions[index], Raises)
                and isinstance(results[index].observation.outcome, Returned)
                for index in wrong_values
            )
        )
    ]
    no_better.sort(key=lambda answer: -answer.share)
    if wrong_values:
        right_values = [index for index in values if results[index].passed]
        fitting = [answer for answer in no_better if _predicts(answer, results, right_values)]
    else:
        fitting = [answer for answer in no_better if _explains_guards(answer, results)]
    return Diagnosis(
        fitting=tuple(fitting),
        explaining=tuple(no_better) if wrong_values else (),
        due=max((answer.share for answer in no_better), default=Fraction(0)),
    )


def _answered(results: Sequence[CaseResult]) -> list[int]:
    """The calls that are to give a value, without those that never ended if these are few."""
    values = [index for index, result in enumerate(results) if not must_raise(result)]
    endless = {
        index
        for index in values
        if isinstance(results[index].observation.outcome, TimedOut | NotRun)
    }
    answered = [index for index in values if index not in endless]
    lost, total = _weight(results, endless), _weight(results, values)
    return answered if lost <= _FEW * total and lost < total else values


def _weight(results: Sequence[CaseResult], indices: Iterable[int]) -> Fraction:
    return sum((results[index].case.weight for index in indices), Fraction(0))


def _predicts(
    answer: WrongAnswer,
    results: Sequence[CaseResult],
    indices: Sequence[int],
    forgiven: Fraction = Fraction(0),
) -> bool:
    """Whether results are the wrong answer's, but for exceptions of at most so much weight."""
    for index in indices:
        if not same_result(answer.predictions[index], results[index]):
            forgiven -= results[index].case.weight
            if forgiven < 0 or not stumbled(results[index]):
                return False
    return True


def _explains_guards(answer: WrongAnswer, results: Sequence[CaseResult]) -> bool:
    """Whether, all values being right, what was not refused as asked is its doing."""
    guards = [index for index, result in enumerate(results) if _is_guard(result)]
    others = [index for index, result in enumerate(results) if not _is_guard(result)]
    explained = any(not results[index].passed for index in others) or any(
        _same_exception(answer.predictions[index], results[index]) for index in guards
    )
    return explained and _predicts(answer, results, others)


def _is_guard(result: CaseResult) -> bool:
    """Whether a call refused, by whichever exception, an input that is to be refused."""
    return must_raise(result) and (result.passed or refused(result.observation))


def _same_exception(prediction: Value | Raises, result: CaseResult) -> bool:
    """Whether a refusal by another exception than the asked one is the predicted one."""
    outcome = result.observation.outcome
    return (
        not result.passed
        and isinstance(prediction, Raises)
        and isinstance(outcome, Raised)
        and outcome.exception == prediction.exception
    )


def same_result(prediction: Value | Raises, result: CaseResult) -> bool:
    """Decides whether a predicted result is what the student's call came to."""
    outcome = result.observation.outcome
    if isinstance(prediction, Raises):
        # which exception a slip ends in, and whether it is headed off, depends on how it was
        # written down
        if isinstance(outcome, Returned):
            return outcome.value is None and not must_raise(result)
        return stumbled(result)
    at = () if must_raise(result) else result.case.at
    predicted = narrow(prediction, at)
    if not isinstance(outcome, Returned):
        return predicted is None and stumbled(result)
    observed = narrow(outcome.value, at)
    if isinstance(predicted, Absent):
        return isinstance(observed, Absent)
    return matches(expected=predicted, observed=observed, rule=result.case.rule)


def stumbled(result: CaseResult) -> bool:
    """Whether the student's formula ended in an exception, and is not one still to be written."""
    outcome = result.observation.outcome
    return isinstance(outcome, Raised) and outcome.exception != "NotImplementedError"
