"""Chooses what helps a student on: one to three sentences for a question that is not all right.

The most telling comes first: that the function is missing, the author's feedback to a recognised
wrong answer, an exception with the student's own line, what a shown value looks like, and, when
only hidden cases fail, what kind of input to try. Of a hidden case nothing is said but which of a
few fixed kinds of outcome occurred: no input, no value, no text of the student's process.
"""

from __future__ import annotations

import builtins
import difflib
import re
import sys
from collections.abc import Collection, Iterator, Sequence

from grader.marking.compare import narrow
from grader.marking.credit import must_raise
from grader.marking.patterns import NONE, OF_ANOTHER_KIND, patterns
from grader.marking.wording import count_sentences, first_sentences, one_line
from grader.model import (
    CaseResult,
    Killed,
    Loaded,
    LoadProblem,
    Malformed,
    Missing,
    NotRun,
    QuestionResult,
    Raised,
    Returned,
    TimedOut,
)

_SENTENCES = 3


def advise(result: QuestionResult, loaded: Loaded, asked: Collection[str] = ()) -> tuple[str, ...]:
    """Decides which sentences, three at most, help with this question; none if all is right.

    Args:
        result: the question's, marked.
        loaded: what loading the file came to.
        asked: the functions of all questions, none of which stands for another.
    """
    if result.share == 1 and all(case.passed for case in result.cases):
        return ()
    chosen: list[str] = []
    room = _SENTENCES
    for candidate in _candidates(result, loaded, asked):
        advice = first_sentences(candidate, room if not chosen else _SENTENCES)
        length = count_sentences(advice)
        if advice and length <= room and advice not in chosen:
            chosen.append(advice)
            room -= length
    return tuple(chosen)


def _candidates(result: QuestionResult, loaded: Loaded, asked: Collection[str]) -> Iterator[str]:
    """All that could be said, the most telling first; at least one sentence."""
    failed = [case for case in result.cases if not case.passed]
    if not failed:
        yield "No case of this question is here; it is marked once you have handed in."
        return
    if result.status == "missing":
        yield from _missing(result, loaded, asked)
        return
    if result.status == "not_run":
        yield f"Nothing of this question was run{_because(failed)}."
        return
    if unwritten := _unwritten(result, failed, asked):
        yield unwritten
        return
    for wrong in result.diagnosis[:2]:
        yield wrong.feedback
    if result.basis == "follow_through":
        steps = " and ".join(result.followed_from)
        yield f"This follows from your {steps}, and is counted as such."
    shown = [case for case in failed if case.case.shown]
    hidden = [case for case in failed if not case.case.shown]
    yield from _broken(shown)
    common = patterns(result.cases)
    yield from common
    told = any(wrong.feedback.strip() for wrong in result.diagnosis)
    if not told and not OF_ANOTHER_KIND.intersection(common):
        asked_for_none = any(c.case.shown and c.case.expected is None for c in result.cases)
        yield from _different(shown, common, asked_for_none=asked_for_none)
    yield from _claims([case for case in shown if must_raise(case)])
    yield from _hidden(hidden, {type(case.observation.outcome) for case in shown})
    unexplained = [case for case in hidden if not case.followed_from]
    if unexplained and not shown:
        yield _try_others(result, unexplained)
    yield from _claims([c for c in shown if isinstance(c.observation.outcome, Missing | NotRun)])


def _unwritten(
    result: QuestionResult, failed: Sequence[CaseResult], asked: Collection[str]
) -> str | None:
    """That the function, or one that was asked for and that it calls, is still a stub."""
    if not all(_raised(case, "NotImplementedError") for case in failed):
        return None
    function = result.question.function
    outcomes = [case.observation.outcome for case in failed if case.case.shown]
    raisers = [o.frames[-1].function for o in outcomes if isinstance(o, Raised) and o.frames]
    for step in raisers:
        if step in asked and step != function:
            return f"{function} waits for {step}, which is not written yet."
    if any(case.passed for case in result.cases):
        return None  # written for some inputs
    return f"{function} is not written yet: it raises NotImplementedError."


def _missing(result: QuestionResult, loaded: Loaded, asked: Collection[str]) -> Iterator[str]:
    name = result.question.function
    # shown cases are called before any hidden one, so that these names cannot tell of those
    outcomes = [case.observation.outcome for case in result.cases if case.case.shown]
    names = [n for o in outcomes if isinstance(o, Missing) for n in o.similar]
    names = [n for n in names if n not in asked and _is_meant(n, name, asked)]
    owner = names[0].rpartition(".")[0] if names else ""
    if owner:
        where = one_line(owner, 80)
        yield f"{name} is not defined at the left margin: the one inside {where} does not count."
    else:
        hint = f"; is it the one you called {one_line(names[0], 80)}?" if names else "."
        yield f"No function named {name} is defined{hint}"
    for problem in sorted(loaded.problems, key=lambda problem: name not in problem.statement):
        if _may_hide(problem, name, asked):
            label, what = one_line(problem.label, 80), _own_words(problem.what)
            yield f"{label}, line {problem.line}, could not be used: {what}."
            if problem.what.startswith("SyntaxError"):
                yield f"Python {sys.version_info.major}.{sys.version_info.minor} reads it here."
            return


def _is_meant(candidate: str, name: str, asked: Collection[str]) -> bool:
    """Whether no other function that was asked for is more like the candidate."""
    own = candidate.rpartition(".")[2].lower()
    others = difflib.get_close_matches(own, [other.lower() for other in asked], n=1)
    return not others or others[0] == name.lower()


def _may_hide(problem: LoadProblem, name: str, asked: Collection[str]) -> bool:
    """Whether the function may be missing because this statement could not be used."""
    if name in problem.statement or "import *" in problem.statement:
        return True
    if not problem.what.startswith(("SyntaxError", "IndentationError", "TabError")):
        return False
    # an open bracket or text swallows what follows; else a definition hides only its own name
    open_ended = any(word in problem.what for word in ("never closed", "unterminated", "EOF"))
    return open_ended or not any(other in problem.statement for other in asked)


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
    broken = [
        case
        for case in shown
        if not isinstance(case.observation.outcome, Returned | Missing | NotRun)
        and not must_raise(case)
    ]
    yield from _claims(broken)
    if any(isinstance(case.observation.outcome, TimedOut) for case in broken):
        yield "Can a loop in it run for ever?"
    for beginning, advice in _REFUSED_HERE.items():
        if any(_said(case).startswith(beginning) for case in broken):
            yield advice
    taken = {name: None for case in broken for name in _names_taken(case)}
    if taken:
        names = " or ".join(taken)
        yield f"Was {names} given to a value somewhere? It is no longer Python's function then."


def _names_taken(case: CaseResult) -> Iterator[str]:
    """Python's own functions that a line calls where something that was called is no function."""
    outcome = case.observation.outcome
    if isinstance(outcome, Raised) and outcome.frames and _NO_FUNCTION.fullmatch(outcome.message):
        if outcome.message.startswith("'str'") and any(isinstance(a, str) for a in case.case.args):
            return  # a function's name was handed over, and called as if it were the function
        called = _CALLED.findall(outcome.frames[-1].text)
        yield from (name for name in called if name in dir(builtins))


_NO_SUCH_CALL = re.compile(r"\(\) (?:takes|missing) .*\barguments?\b")
_NO_FUNCTION = re.compile(r"'\w+' object is not callable")
_CALLED = re.compile(r"(?<![\w.])([a-z]\w*)\(")
_REFUSED_HERE = {
    "PermissionError": "New processes, the network and files elsewhere are refused here.",
    "EOFError: EOF when": "Nobody answers input() here: take every value from the arguments.",
}


def _claims(cases: Sequence[CaseResult]) -> Iterator[str]:
    """What happened in each of these shown cases; the same is said of one only."""
    first: dict[str, str] = {}
    for case in cases:
        first.setdefault(_own_words(case.comparison.claim), case.case.name)
    for claim, name in first.items():
        yield f'In the case "{name}": {claim}.'


def _different(
    shown: Sequence[CaseResult], common: Sequence[str], *, asked_for_none: bool
) -> Iterator[str]:
    """What the first shown case with a wrong value looks like, or else how to go on from it."""
    for case in shown:
        outcome = case.observation.outcome
        if not isinstance(outcome, Returned) or must_raise(case) or case.followed_from:
            continue
        name = case.case.name
        if narrow(outcome.value, case.case.at) is None and not asked_for_none:
            yield f'In the case "{name}" {NONE}'
            return
        remarks = [r for r in case.remarks if not any(r in pattern for pattern in common)]
        for remark in remarks:
            yield f'In the case "{name}" {remark}{"" if remark.endswith("?") else "."}'
        if not remarks and (case.comparison.structural or not case.comparison.differences):
            yield from _claims([case])
        elif not case.remarks:
            yield f'Work the case "{name}" out by hand: where does your function part from it?'
        return


def _hidden(hidden: Sequence[CaseResult], told: set[type]) -> Iterator[str]:
    """What kinds of outcome, other than those told, cases had that should return a value."""
    kinds = {type(case.observation.outcome) for case in hidden if not must_raise(case)} - told
    if Raised in kinds:
        yield "In a hidden case the function raised an exception."
        if any(map(_takes_others, hidden)):
            yield "Does it take every argument of the statement, each in its place?"
    if TimedOut in kinds:
        yield "In a hidden case the function did not finish in time: is it slow, or without end?"
    if Killed in kinds:
        yield "In a hidden case the function ended its own process or ran out of memory."
    if Malformed in kinds:
        yield "In a hidden case the function returned something that is no plain value."
    if any(case.observation.changed_inputs and case.case.rule.keep_inputs for case in hidden):
        yield "In a hidden case the function changed its input."
    if NotRun in kinds:
        yield f"Some hidden cases were not run{_because(hidden)}."


def _takes_others(case: CaseResult) -> bool:
    """Whether the call itself raised: the function takes more, fewer, or some by name alone."""
    outcome = case.observation.outcome
    return (
        isinstance(outcome, Raised)
        and outcome.exception == "TypeError"
        and not outcome.frames
        and _NO_SUCH_CALL.search(outcome.message) is not None
    )


def _try_others(result: QuestionResult, hidden: Sequence[CaseResult]) -> str:
    """What to try when no shown case fails."""
    if all(must_raise(case) for case in hidden):
        return "When does the statement ask for an exception, and for which one?"
    if not any(case.case.args for case in result.cases):
        return "Something in the result is not right: hold each part of it against the statement."
    shown = "The shown cases are right and some hidden ones are not"
    if not any(case.case.shown for case in result.cases):
        shown = "Some hidden cases are not right"
    return f"{shown}: try unequal sizes, the smallest that are allowed, and every argument."


def _said(case: CaseResult) -> str:
    """An exception and its message, as Python writes them."""
    outcome = case.observation.outcome
    return f"{outcome.exception}: {outcome.message}" if isinstance(outcome, Raised) else ""


def _raised(case: CaseResult, exception: str) -> bool:
    outcome = case.observation.outcome
    return isinstance(outcome, Raised) and outcome.exception == exception
