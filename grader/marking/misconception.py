"""Decides which of the author's wrong answers a student gave, if any.

A wrong answer is diagnosed only if it reproduces every result of the student's on the question,
the wrong and the right ones, and at least one of them is wrong. Guards are a separate matter: on
a case that must raise, a student who raises as asked fits any wrong answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.marking.compare import Absent, compare, narrow
from grader.model import CaseResult, Question, Raised, Raises, Returned, WrongAnswer

if TYPE_CHECKING:
    from grader.model import Value


def diagnose(question: Question, results: Sequence[CaseResult]) -> tuple[WrongAnswer, ...]:
    """Decides which wrong answers reproduce all results, the one worth most first."""
    if all(result.passed for result in results):
        return ()
    fitting = [wrong for wrong in question.wrong_answers if _reproduces(wrong, results)]
    return tuple(sorted(fitting, key=lambda wrong: -wrong.share))


def _reproduces(wrong: WrongAnswer, results: Sequence[CaseResult]) -> bool:
    explained = False
    for prediction, result in zip(wrong.predictions, results, strict=True):
        must_raise = isinstance(result.case.expected, Raises)
        if must_raise and result.passed:
            continue
        if not same_result(prediction, result):
            return False
        explained = explained or not result.passed
    return explained


def same_result(prediction: Value | Raises, result: CaseResult) -> bool:
    """Decides whether a predicted result is what the student's call came to."""
    outcome = result.observation.outcome
    if isinstance(prediction, Raises):
        # which exception a slip ends in depends on how it was written down
        unwritten = isinstance(outcome, Raised) and outcome.exception == "NotImplementedError"
        return isinstance(outcome, Raised) and not unwritten
    if not isinstance(outcome, Returned):
        return False
    at = () if isinstance(result.case.expected, Raises) else result.case.at
    predicted, observed = narrow(prediction, at), narrow(outcome.value, at)
    if isinstance(predicted, Absent):
        return isinstance(observed, Absent)
    return compare(expected=predicted, observed=observed, rule=result.case.rule).matches
