"""Chooses what helps a student on: at most three sentences for a question.

The most telling comes first: that the function is missing, the author's feedback to a recognised
wrong answer, an exception with the student's own line, what a shown value looks like, and, when
only hidden cases fail, what kind of input to try. Of a hidden case nothing is said but which of a
few fixed kinds of outcome occurred: no input, no value, no text of the student's process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.marking.credit import claim_of
from grader.model import (
    CaseResult,
    Killed,
    Loaded,
    Malformed,
    Missing,
    NotRun,
    QuestionResult,
    Raised,
    Raises,
    TimedOut,
)

_SENTENCES = 3
_SENTENCE_END = re.compile(r"[.?!](?=\s|$)")


def advise(result: QuestionResult, patterns: Sequence[str], loaded: Loaded) -> tuple[str, ...]:
    """Decides which sentences, three at most, help with this question."""
    if all(case.passed for case in result.cases):
        return ()
    chosen: list[str] = []
    room = _SENTENCES
    for advice in _candidates(result, patterns, loaded):
        length = max(1, len(_SENTENCE_END.findall(advice)))
        if length <= room and advice not in chosen:
            chosen.append(advice)
            room -= length
    return tuple(chosen)


def _candidates(result: QuestionResult, patterns: Sequence[str], loaded: Loaded) -> Iterator[str]:
    failed = [case for case in result.cases if not case.passed]
    if result.status == "missing":
        yield from _missing(result, failed[0], loaded)
        return
    if result.status == "not_run":
        yield f"Nothing of this question was run: {_not_run_reason(failed[0])}."
        return
    if _unwritten(failed):
        yield f"{result.question.function} is not written yet: it raises NotImplementedError."
        return
    for wrong in result.diagnosis[:2]:
        yield wrong.feedback
    if result.followed_from:
        steps = " and ".join(result.followed_from)
        yield f"This follows from your {steps}, and is counted as such."
    shown = [case for case in failed if case.case.shown]
    for case in shown:
        broke = isinstance(case.observation.outcome, Raised | TimedOut | Killed | Malformed)
        if broke and not _refuses(case):
            yield f'In the case "{case.case.name}": {claim_of(case.observation)}.'
    for pattern in patterns:
        yield f"Over all cases: {pattern}."
    for case in shown:
        for remark in case.remarks:
            yield f'In the case "{case.case.name}": {remark}.'
    yield from _hidden(failed, shown, result)


def _missing(result: QuestionResult, case: CaseResult, loaded: Loaded) -> Iterator[str]:
    name = result.question.function
    outcome = case.observation.outcome
    similar = outcome.similar if isinstance(outcome, Missing) else ()
    hint = f"; is it the one you called {similar[0]}?" if similar else "."
    yield f"No function named {name} is defined{hint}"
    if loaded.problems:
        problem = loaded.problems[0]
        yield f"{problem.label}, line {problem.line} could not be used: {problem.what}."


def _not_run_reason(case: CaseResult) -> str:
    outcome = case.observation.outcome
    return outcome.why if isinstance(outcome, NotRun) else "the reason is not known"


def _unwritten(failed: Sequence[CaseResult]) -> bool:
    return all(
        isinstance(case.observation.outcome, Raised)
        and case.observation.outcome.exception == "NotImplementedError"
        for case in failed
    )


def _hidden(
    failed: Sequence[CaseResult], shown: Sequence[CaseResult], result: QuestionResult
) -> Iterator[str]:
    hidden = [case for case in failed if not case.case.shown]
    kinds = {type(case.observation.outcome) for case in hidden if not _refuses(case)}
    if Raised in kinds:
        yield "In a hidden case the function raised an exception."
    if TimedOut in kinds:
        yield "In a hidden case the function did not finish in time: can it loop for ever?"
    if Killed in kinds:
        yield "In a hidden case the function ended its own process or ran out of memory."
    if hidden and not shown:
        if all(_refuses(case) for case in hidden):
            yield "Which inputs does the statement ask you to refuse, and with which exception?"
        else:
            yield (
                "The shown cases are right and some hidden ones are not: "
                "try sizes that are unequal, the smallest that are allowed, and every argument."
            )


def _refuses(case: CaseResult) -> bool:
    return isinstance(case.case.expected, Raises)
