"""Decides what a case, and from its cases a question, earns. Exact fractions throughout.

A question's share is the weighted share of its cases, put through the question's scheme. Cases
that must raise count only when at least one ordinary case earned something: a function that
does nothing but raise has answered nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from grader.marking.compare import Absent, compare, describe, narrow, show
from grader.marking.recognise import recognise
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

HUNDREDTH = Decimal("0.01")
ONLY_REFUSALS = "cases that must raise count only once an ordinary case is right"


def judge(case: Case, observation: Observation) -> CaseResult:
    """Decides what one case earned, from what was observed."""
    comparison = _verdict(case, observation)
    credit = _case_credit(case, comparison)
    remarks: tuple[str, ...] = ()
    if observation.changed_inputs:
        which = ", ".join(str(position + 1) for position in observation.changed_inputs)
        remarks += (f"the call changed its input (argument {which})",)
        if case.rule.keep_inputs and comparison.matches:
            comparison = Comparison(
                matches=False,
                claim="the result is right, but the call changed its input",
                leaves=comparison.leaves,
                matched=comparison.matched,
            )
            credit = Fraction(0)
    outcome = observation.outcome
    if isinstance(outcome, Returned) and not comparison.matches:
        part = narrow(outcome.value, case.at)
        if not isinstance(part, Absent) and not isinstance(case.expected, Raises):
            remarks += recognise(expected=case.expected, observed=part, rule=case.rule)
    return CaseResult(case, observation, comparison, credit, remarks=remarks)


def _verdict(case: Case, observation: Observation) -> Comparison:
    outcome = observation.outcome
    if isinstance(case.expected, Raises):
        return _refusal(case.expected, observation)
    if isinstance(outcome, Returned):
        observed = narrow(outcome.value, case.at)
        return compare(expected=case.expected, observed=observed, rule=case.rule)
    leaves = compare(expected=case.expected, observed=case.expected, rule=case.rule).leaves
    return Comparison(matches=False, claim=claim_of(observation), leaves=leaves)


def _refusal(expected: Raises, observation: Observation) -> Comparison:
    outcome = observation.outcome
    if isinstance(outcome, Raised):
        if expected.exception in (outcome.exception, *outcome.bases):
            return Comparison(matches=True, matched=1)
        claim = f"raised {outcome.exception}, expected {expected.exception}"
    elif isinstance(outcome, Returned):
        claim = f"returned {show(outcome.value)}, expected {expected.exception} to be raised"
    else:
        claim = claim_of(observation)
    return Comparison(matches=False, claim=claim)


def claim_of(observation: Observation) -> str:
    """One clause on a call that did not return, for people."""
    match observation.outcome:
        case Returned(value=value):
            return f"returned {describe(value)}"
        case Raised(exception=exception, message=message, frames=frames):
            where = f" at {frames[-1].label}, line {frames[-1].line}" if frames else ""
            first = message.strip().splitlines()[0] if message.strip() else ""
            return f"raised {exception}{': ' + first if first else ''}{where}"
        case TimedOut(limit_s=limit_s):
            return f"no answer within {limit_s:g} s"
        case Killed(detail=detail):
            return detail or "the process ended"
        case Missing():
            return "the function is not defined"
        case Malformed(why=why):
            return why
        case NotRun(why=why):
            return f"not run: {why}"


def _case_credit(case: Case, comparison: Comparison) -> Fraction:
    if comparison.matches:
        return Fraction(1)
    earned = Fraction(0)
    matched = Fraction(comparison.matched, comparison.leaves) if comparison.leaves else Fraction(0)
    for share, credit in case.partial:
        if matched >= share:
            earned = max(earned, credit)
    for factor, credit in case.bands:
        if comparison.error_ratio <= factor:
            earned = max(earned, credit)
    return earned


def cases_share(question: Question, credits: Sequence[Fraction]) -> Fraction:
    """Decides the share of a question's points that credits, one for each case, are worth."""
    pairs = list(zip(question.cases, credits, strict=True))
    total = sum((case.weight for case, _ in pairs), Fraction(0))
    if not total:
        return Fraction(0)
    if only_refusals(question, credits):
        return Fraction(0)
    share = sum((case.weight * credit for case, credit in pairs), Fraction(0)) / total
    if question.credit is None:
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
    """The share of the points, rounded once to the hundredth; totals are sums of these."""
    exact = Fraction(question.points) * share
    quotient = Decimal(exact.numerator) / Decimal(exact.denominator)
    return quotient.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
