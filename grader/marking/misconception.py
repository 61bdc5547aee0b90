"""Decides which of the author's wrong answers a student gave, if any.

A wrong answer is diagnosed only if it reproduces every result of the student's on the question,
the wrong and the right ones, and at least one of them is wrong. Guards are a separate matter.
Where a value is wrong, the values alone decide: what a formula makes of input that is to be
refused depends on how it was written down, as does what stands in a guard's place (None, -1, a
message). Where all values are right, only a wrong answer whose slip is the guard can explain what
is not; a student who refuses contradicts none, and speaks for one only by raising the very
exception that it, in place of the one asked for, ends in.

Where a wrong answer ends in an exception, so may the student's own formula, or None in its place.
But exceptions alone are no slip's: at least one wrong value has to be the wrong answer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.marking.compare import Absent, matches, narrow
from grader.marking.credit import cases_share, refused
from grader.model import CaseResult, Question, Raised, Raises, Returned, WrongAnswer

if TYPE_CHECKING:
    from grader.model import Value


class Diagnosis(Struct, frozen=True):
    """What wrong answers say of a question's results."""

    fitting: tuple[WrongAnswer, ...] = ()  # reproduce all results; the one worth most first
    explaining: tuple[WrongAnswer, ...] = ()  # most values are right or theirs; worth most first
    due: Fraction = Fraction(0)  # the share that the results are worth by any of them


def diagnose(question: Question, results: Sequence[CaseResult]) -> Diagnosis:
    """Decides which wrong answers reproduce all results, and what that makes the results worth.

    Who gets right what a wrong answer gets wrong is due no less than that wrong answer. So `due`
    counts every one that predicts all wrong values, whatever it makes of the right ones and of
    input that is to be refused; where no value is wrong, it counts them all. Who has a small fault
    beside the slip is due that part of its worth which the results would earn without the slip.
    """
    if not question.wrong_answers or all(result.passed for result in results):
        return Diagnosis()
    values = [index for index, result in enumerate(results) if not _must_raise(result)]
    wrong_values = [index for index in values if not results[index].passed]
    parts = [
        (answer, _explained(question, answer, results, wrong_values))
        for answer in question.wrong_answers
    ]
    explaining = [(answer, part) for answer, part in parts if part]
    explaining.sort(key=lambda pair: -pair[0].share * pair[1])
    if wrong_values:
        fitting = [answer for answer, _ in explaining if _predicts(answer, results, values)]
    else:
        fitting = [answer for answer, _ in explaining if _explains_guards(answer, results)]
    return Diagnosis(
        fitting=tuple(fitting),
        explaining=tuple(answer for answer, _ in explaining) if wrong_values else (),
        due=max((answer.share * part for answer, part in explaining), default=Fraction(0)),
    )


_MOST = Fraction(3, 4)  # of a question: what a slip has to explain at least, beside what is right


def _explained(
    question: Question,
    answer: WrongAnswer,
    results: Sequence[CaseResult],
    wrong_values: Sequence[int],
) -> Fraction:
    """Which part of its worth a wrong answer is due: all of it if it predicts all wrong values.

    Nothing, if what it predicts are exceptions, or if it leaves too much unexplained. Where it does
    not predict all, None explains nothing, either: giving up looks the same after any slip.
    """
    if not wrong_values:
        return Fraction(1)
    if _predicts(answer, results, wrong_values):
        return Fraction(any(_is_value(answer, index) for index in wrong_values))
    credits = [result.credit for result in results]
    for index in wrong_values:
        tells = _is_value(answer, index) and answer.predictions[index] is not None
        if tells and same_result(answer.predictions[index], results[index]):
            credits[index] = Fraction(1)
    part = cases_share(question, credits)
    return part if part >= _MOST else Fraction(0)


def _predicts(answer: WrongAnswer, results: Sequence[CaseResult], indices: Sequence[int]) -> bool:
    return all(same_result(answer.predictions[index], results[index]) for index in indices)


def _is_value(answer: WrongAnswer, index: int) -> bool:
    return not isinstance(answer.predictions[index], Raises)


def _explains_guards(answer: WrongAnswer, results: Sequence[CaseResult]) -> bool:
    """Whether, all values being right, what was not refused as asked is its doing."""
    guards = [index for index, result in enumerate(results) if _is_guard(result)]
    others = [index for index, result in enumerate(results) if not _is_guard(result)]
    explained = any(not results[index].passed for index in others) or any(
        _same_exception(answer.predictions[index], results[index]) for index in guards
    )
    return explained and _predicts(answer, results, others)


def _must_raise(result: CaseResult) -> bool:
    return isinstance(result.case.expected, Raises)


def _is_guard(result: CaseResult) -> bool:
    """Whether a call refused, by whichever exception, an input that is to be refused."""
    return _must_raise(result) and (result.passed or refused(result.observation))


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
            return outcome.value is None and not _must_raise(result)
        return isinstance(outcome, Raised) and outcome.exception != "NotImplementedError"
    if not isinstance(outcome, Returned):
        return False
    at = () if _must_raise(result) else result.case.at
    predicted, observed = narrow(prediction, at), narrow(outcome.value, at)
    if isinstance(predicted, Absent):
        return isinstance(observed, Absent)
    return matches(expected=predicted, observed=observed, rule=result.case.rule)
