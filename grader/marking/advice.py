"""Chooses what helps a student on: one to three sentences for a question that is not all right.

The most telling comes first: that the function is missing, the author's feedback to a recognised
wrong answer, an exception with the student's own line, what a shown value looks like, and, when
only hidden cases fail, what kind of input to try. Of a hidden case nothing is said but which of a
few fixed kinds of outcome occurred: no input, no value, no text of the student's process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.marking.credit import claim_of
from grader.marking.patterns import patterns
from grader.marking.wording import count_sentences, first_sentences, one_line
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
    Returned,
    TimedOut,
)

_SENTENCES = 3


def advise(result: QuestionResult, loaded: Loaded) -> tuple[str, ...]:
    """Decides which sentences, three at most, help with this question; none if all is right."""
    if result.share == 1 and all(case.passed for case in result.cases):
        return ()
    chosen: list[str] = []
    room = _SENTENCES
    for candidate in _candidates(result, loaded):
        advice = first_sentences(candidate, room if not chosen else _SENTENCES)
        length = count_sentences(advice)
        if advice and length <= room and advice not in chosen:
            chosen.append(advice)
            room -= length
    return tuple(chosen)


def _candidates(result: QuestionResult, loaded: Loaded) -> Iterator[str]:
    """All that could be said, the most telling first; at least one sentence."""
    failed = [case for case in result.cases if not case.passed]
    if not failed:
        yield "No case of this question is here; it is marked once you have handed in."
        return
    if result.status == "missing":
        yield from _missing(result, loaded)
        return
    if result.status == "not_run":
        yield f"Nothing of this question was run{_because(failed)}."
        return
    function = result.question.function
    if all(_raised(case, "NotImplementedError") for case in failed):
        yield f"{function} is not written yet: it raises NotImplementedError."
        return
    for wrong in result.diagnosis[:2]:
        yield wrong.feedback
    if result.followed_from:
        steps = " and ".join(result.followed_from)
        yield f"This follows from your {steps}, and is counted as such."
    shown = [case for case in failed if case.case.shown]
    hidden = [case for case in failed if not case.case.shown]
    yield from _broken(shown)
    common = patterns(result.cases)
    yield from common
    yield from _different(shown, common)
    yield from _refusals(shown)
    yield from _hidden(hidden, {type(case.observation.outcome) for case in shown})
    if hidden and not shown:
        yield _try_others(result, hidden)
    for case in shown:
        if isinstance(case.observation.outcome, Missing | NotRun):
            yield f'In the case "{case.case.name}": {_own_words(case.comparison.claim)}.'


def _missing(result: QuestionResult, loaded: Loaded) -> Iterator[str]:
    name = result.question.function
    # shown cases are called before any hidden one, so that these names cannot tell of those
    outcomes = [case.observation.outcome for case in result.cases if case.case.shown]
    missing = [outcome for outcome in outcomes if isinstance(outcome, Missing)]
    similar = missing[0].similar if missing else ()
    if similar:
        yield (
            f"No function named {name} is defined; is it the one you called "
            f"{one_line(similar[0], 80)}?"
        )
    else:
        yield f"No function named {name} is defined."
    if loaded.problems:
        problem = loaded.problems[0]
        what = _own_words(problem.what)
        label = one_line(problem.label, 80)
        yield f"{label}, line {problem.line}, could not be used: {what}."


def _because(failed: Sequence[CaseResult]) -> str:
    """Why cases were not run, as the grader said it."""
    outcomes = [case.observation.outcome for case in failed]
    why = next((outcome.why for outcome in outcomes if isinstance(outcome, NotRun)), "")
    return f": {_own_words(why)}" if why else ""


def _own_words(text: str) -> str:
    """A clause of somebody else's: its first sentence, without the end."""
    return first_sentences(one_line(text), 1).rstrip(".?! ")


def _broken(shown: Sequence[CaseResult]) -> Iterator[str]:
    """Shown cases in which a call that should return a value returned none."""
    for case in shown:
        returned = isinstance(case.observation.outcome, Returned | Missing | NotRun)
        if not returned and not _must_raise(case):
            yield f'In the case "{case.case.name}": {_own_words(claim_of(case.observation))}.'
    if any(isinstance(case.observation.outcome, TimedOut) for case in shown):
        yield "Can a loop in it run for ever?"


def _refusals(shown: Sequence[CaseResult]) -> Iterator[str]:
    for case in shown:
        if _must_raise(case):
            yield f'In the case "{case.case.name}": {_own_words(case.comparison.claim)}.'


def _different(shown: Sequence[CaseResult], common: Sequence[str]) -> Iterator[str]:
    """What the first shown case with a wrong value looks like, or else how to go on from it."""
    for case in shown:
        returned = isinstance(case.observation.outcome, Returned)
        if not returned or _must_raise(case) or case.followed_from:
            continue
        name = case.case.name
        remarks = [r for r in case.remarks if not any(r in pattern for pattern in common)]
        for remark in remarks:
            yield f'In the case "{name}" {remark}{"" if remark.endswith("?") else "."}'
        if not remarks and not case.comparison.differences:
            yield f'In the case "{name}": {_own_words(case.comparison.claim)}.'
        elif not case.remarks:
            yield f'Work the case "{name}" out by hand: where does your function part from it?'
        return


def _hidden(hidden: Sequence[CaseResult], told: set[type]) -> Iterator[str]:
    """What kinds of outcome, other than those told, cases had that should return a value."""
    kinds = {type(case.observation.outcome) for case in hidden if not _must_raise(case)} - told
    if Raised in kinds:
        yield "In a hidden case the function raised an exception."
    if TimedOut in kinds:
        yield "In a hidden case the function did not finish in time: can it loop for ever?"
    if Killed in kinds:
        yield "In a hidden case the function ended its own process or ran out of memory."
    if Malformed in kinds:
        yield "In a hidden case the function returned something that is no plain value."
    if any(case.observation.changed_inputs and case.case.rule.keep_inputs for case in hidden):
        yield "In a hidden case the function changed its input."
    if NotRun in kinds:
        yield f"Some hidden cases were not run{_because(hidden)}."


def _try_others(result: QuestionResult, hidden: Sequence[CaseResult]) -> str:
    """What to try when no shown case fails."""
    if all(_must_raise(case) for case in hidden):
        return "Which inputs does the statement ask you to refuse, and with which exception?"
    shown = "The shown cases are right and some hidden ones are not"
    if not any(case.case.shown for case in result.cases):
        shown = "Some hidden cases are not right"
    return f"{shown}: try unequal sizes, the smallest that are allowed, and every argument."


def _raised(case: CaseResult, exception: str) -> bool:
    outcome = case.observation.outcome
    return isinstance(outcome, Raised) and outcome.exception == exception


def _must_raise(case: CaseResult) -> bool:
    return isinstance(case.case.expected, Raises)
