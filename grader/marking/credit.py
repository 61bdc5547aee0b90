"""Decides what a case, and from its cases a question, earns. Exact fractions throughout.

A question's share is the weighted share of its cases, put through the question's scheme. Cases
that must raise count only when at least one ordinary case earned something: a function that
does nothing but raise has answered nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from grader.marking.compare import Absent, compare, count_leaves, mismatch, narrow
from grader.marking.recognise import recognise
from grader.marking.wording import describe, one_line, show, show_path
from grader.model import (
    Case,
    CaseResult,
    Comparison,
    Killed,
    Malformed,
    Missing,
    NotRun,
    Observation,
    Question,
    Raised,
    Raises,
    Returned,
    TimedOut,
)

ONLY_REFUSALS = "cases that must raise count only once an ordinary case is right"
OTHER_EXCEPTION = Fraction(1, 2)  # what a refusal by another exception than the asked one earns

# an exception that says something else than "I refuse this input"
_NO_REFUSAL = frozenset(
    {
        *("NotImplementedError", "RecursionError", "MemoryError"),
        *("SystemExit", "KeyboardInterrupt", "GeneratorExit"),
    }
)


def judge(case: Case, observation: Observation) -> CaseResult:
    """Decides what one case earned, from what was observed."""
    comparison = _verdict(case, observation)
    credit = _case_credit(case, observation, comparison)
    remarks: tuple[str, ...] = ()
    outcome = observation.outcome
    if (
        isinstance(outcome, Returned)
        and not comparison.matches
        and not isinstance(case.expected, Raises)
    ):
        part = narrow(outcome.value, case.at)
        if not isinstance(part, Absent):
            remarks = recognise(expected=case.expected, observed=part, rule=case.rule)
    if observation.changed_inputs:
        remarks = (changed_inputs(observation), *remarks)
        if case.rule.keep_inputs:
            credit = Fraction(0)
            if comparison.matches:
                claim = "the result is right, but the call changed its input"
                comparison = replace(comparison, matches=False, claim=claim)
    return CaseResult(case, observation, comparison, credit, remarks=remarks)


def changed_inputs(observation: Observation) -> str:
    """Which arguments the call changed, in a clause."""
    which = ", ".join(str(position + 1) for position in observation.changed_inputs[:10])
    plural = "s" if len(observation.changed_inputs) > 1 else ""
    return f"the call changed its input (argument{plural} {which})"


def must_raise(result: CaseResult) -> bool:
    """Decides whether a case asks for an exception."""
    return isinstance(result.case.expected, Raises)


def refused(observation: Observation) -> bool:
    """Decides whether a call refused its input, by whichever exception."""
    outcome = observation.outcome
    return isinstance(outcome, Raised) and not _NO_REFUSAL & {outcome.exception, *outcome.bases}


def _verdict(case: Case, observation: Observation) -> Comparison:
    outcome = observation.outcome
    if isinstance(case.expected, Raises):
        return _refusal(case.expected, observation)
    leaves = count_leaves(case.expected)
    if not isinstance(outcome, Returned):
        return mismatch(claim_of(observation), leaves)
    observed = narrow(outcome.value, case.at)
    if isinstance(observed, Absent):
        return mismatch(f"{describe(outcome.value)} has no entry {show_path(case.at)}", leaves)
    return compare(expected=case.expected, observed=observed, rule=case.rule)


def _refusal(expected: Raises, observation: Observation) -> Comparison:
    outcome = observation.outcome
    if isinstance(outcome, Raised):
        if expected.exception in (outcome.exception, *outcome.bases):
            return Comparison(matches=True, matched=1)
        exception = one_line(outcome.exception, 80)
        return mismatch(f"raised {exception}, expected {expected.exception}")
    if isinstance(outcome, Returned):
        return mismatch(f"returned {show(outcome.value)}, expected {expected.exception}")
    return mismatch(claim_of(observation))


def claim_of(observation: Observation) -> str:
    """One clause on what a call came to, for people; a student's own words in one short line."""
    match observation.outcome:
        case Returned(value=value):
            return f"returned {describe(value)}"
        case Raised(exception=exception, message=message, frames=frames):
            label = one_line(frames[-1].label, 80) if frames else ""
            where = f" at {label}, line {frames[-1].line}" if frames else ""
            said = one_line(message.strip().partition("\n")[0])
            return f"raised {one_line(exception, 80)}{where}{': ' + said if said else ''}"
        case TimedOut(limit_s=limit_s):
            return f"no answer within {limit_s:g} s"
        case Killed(detail=detail):
            ended = "" if detail.startswith("the process ended") else "the process ended: "
            return f"{ended}{detail}" if detail else "the process ended"
        case Missing():
            return "the function is not defined"
        case Malformed(why=why):
            return why or "the result is no plain data"
        case NotRun(why=why):
            return f"not run: {why}" if why else "not run"


def _case_credit(case: Case, observation: Observation, comparison: Comparison) -> Fraction:
    if comparison.matches:
        return Fraction(1)
    if isinstance(case.expected, Raises):
        return OTHER_EXCEPTION if refused(observation) else Fraction(0)
    earned = Fraction(0)
    if comparison.matched:
        matched = Fraction(comparison.matched, comparison.leaves)
        earned = max((c for share, c in case.partial if matched >= share), default=earned)
    for factor, credit in case.bands:
        if comparison.error_ratio <= factor:
            earned = max(earned, credit)
    return earned


def cases_share(question: Question, credits: Sequence[Fraction]) -> Fraction:
    """Decides the share of a question's points that credits, one for each case, are worth.

    Whatever the scheme, a question whose cases are all right is worth all of its points.
    """
    if credits and all(credit == 1 for credit in credits):
        return Fraction(1)
    pairs = list(zip(question.cases, credits, strict=True))
    total = sum((case.weight for case, _ in pairs), Fraction(0))
    if not total or only_refusals(question, credits):
        return Fraction(0)
    share = sum((case.weight * credit for case, credit in pairs), Fraction(0)) / total
    if question.credit is None or share == 1:
        return share
    return max((worth for step, worth in question.credit if share >= step), default=Fraction(0))


def only_refusals(question: Question, credits: Sequence[Fraction]) -> bool:
    """Whether, of ordinary and raising cases, nothing but raising ones earned anything."""
    ordinary = [
        credit
        for case, credit in zip(question.cases, credits, strict=True)
        if not isinstance(case.expected, Raises)
    ]
    return bool(ordinary) and not any(ordinary)


def points_for(question: Question, share: Fraction) -> Decimal:
    """The share of the points, rounded once (half up) to the hundredth, never above the points.

    Totals are sums of these, and so exact decimals.
    """
    points = Fraction(question.points)
    exact = points * max(Fraction(0), min(share, Fraction(1)))
    hundredths = min(int(exact * 100 + Fraction(1, 2)), int(points * 100))
    return Decimal(hundredths).scaleb(-2)
