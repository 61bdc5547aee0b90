"""Decides what is told of one case: what was expected, what came, and what it came to instead."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby

import numpy as np
from msgspec import Struct

from grader.model import (
    VALUE_NOTES,
    CaseResult,
    Frame,
    Killed,
    Malformed,
    Missing,
    NotRun,
    Outcome,
    Raised,
    Raises,
    Returned,
    TimedOut,
)
from grader.remembering import remembered
from grader.report.text import excerpt, one_line
from grader.report.values import Path, Said

_OUTPUT_LINES = 20
_FRAMES = 4  # of a student's traceback: the first and the last ones


class Quote(Struct, frozen=True):
    """Text of the student's, set apart line by line so that none of it can pass for ours."""

    label: str
    lines: tuple[str, ...]


class Step(Struct, frozen=True):
    """One line of a traceback. `label` and `line` lead to the student's source."""

    label: str
    line: int
    function: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.label}, line {self.line}, in {self.function}"


class Contrast(Struct, frozen=True):
    """What was expected and what came: values, or `Said` in the place of one."""

    expected: object
    observed: object
    differing: frozenset[Path] = frozenset()
    extra_keys: bool = False


class CaseStory(Struct, frozen=True):
    name: str
    standing: str  # "passed", "partly", "failed"
    hidden: bool  # told to staff only
    claim: str  # empty when the two values say it themselves
    function: str
    args: tuple[object, ...]
    contrast: Contrast
    trace: tuple[Step, ...] = ()
    output: tuple[Quote, ...] = ()
    notes: tuple[str, ...] = ()
    recurs: bool = False  # as in CaseResult


@remembered(8192, when=lambda function, result: result.recurs)
def tell_case(function: str, result: CaseResult) -> CaseStory:
    case, observation = result.case, result.observation
    standing = "passed" if result.passed else "partly" if result.credit > 0 else "failed"
    outcome = observation.outcome
    contrast = Contrast(
        expected=Said(f"a {one_line(case.expected.exception, 60)} to be raised")
        if isinstance(case.expected, Raises)
        else case.expected,
        observed=_narrowed(outcome.value, case.at)
        if isinstance(outcome, Returned)
        else Said(happened(outcome)),
        differing=frozenset(result.comparison.differing),
        extra_keys=case.rule.extra_keys,
    )
    return CaseStory(
        name=one_line(case.name, 120),
        standing=standing,
        hidden=not case.shown,
        claim="" if _plain_to_see(contrast) else one_line(result.comparison.claim, 400),
        function=one_line(function, 80),
        args=case.args,
        contrast=contrast,
        trace=trace(outcome.frames) if isinstance(outcome, Raised) else (),
        output=tuple(printed(observation.stdout, observation.stderr)),
        notes=tuple(_notes(result)),
        recurs=result.recurs,
    )


def _narrowed(value: object, at: Path) -> object:
    """The part of the result that the case compares."""
    for step in at:
        known = isinstance(value, dict) and step in value
        listed = isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim)
        if listed and isinstance(step, int):
            known = -len(value) <= step < len(value)  # type: ignore[arg-type]
        if not known:
            return Said("no such entry")
        value = value[step]  # type: ignore[index]
    return value


def _plain_to_see(contrast: Contrast) -> bool:
    """Whether the claim would only repeat two single values, or words."""
    sides = (contrast.expected, contrast.observed)
    single = not any(isinstance(side, list | tuple | dict | np.ndarray) for side in sides)
    return single or any(isinstance(side, Said) for side in sides)


def happened(outcome: Outcome) -> str:
    """Says in a few words what a call came to that returned no value."""
    match outcome:
        case Raised(exception=exception, message=message):
            said = one_line(message, 300)
            return f"raised {one_line(exception, 80)}" + (f": {said}" if said else "")
        case TimedOut(limit_s=limit):
            return f"no answer within {limit:g} s"
        case Killed():
            return how_killed(outcome)
        case Missing():
            return "no function of that name"
        case Malformed(why=why) | NotRun(why=why):
            return one_line(why, 300)
        case Returned():
            return "returned a value"


def how_killed(killed: Killed) -> str:
    detail = one_line(killed.detail, 100)
    match killed.cause:
        case "memory":
            return f"ran out of memory ({detail})" if detail else "ran out of memory"
        case "cpu":
            return f"used up its processor time ({detail})" if detail else "used up its time"
        case "exit":
            return f"ended the whole program ({detail})" if detail else "ended the whole program"
        case "signal":
            return f"crashed Python itself ({detail})" if detail else "crashed Python itself"


def trace(frames: tuple[Frame, ...]) -> tuple[Step, ...]:
    """Decides which lines of a student's traceback are told: the first and the last ones."""
    once = tuple(frame for frame, _ in groupby(frames))  # a recursion repeats itself
    kept = once if len(once) <= _FRAMES else (once[0], *once[1 - _FRAMES :])
    return tuple(
        Step(
            label=one_line(frame.label, 80),
            line=frame.line,
            function=one_line(frame.function, 80),
            text=one_line(frame.text.strip()),
        )
        for frame in kept
    )


def _notes(result: CaseResult) -> Iterator[str]:
    if result.followed_from:
        yield f"follows from {' and '.join(one_line(step, 80) for step in result.followed_from)}"
    if 0 < result.credit < 1:
        yield f"counts for {_fraction(result.credit)} of the case"
    for remark in (*result.remarks, *result.comparison.notes):
        yield one_line(remark, 300)
    outcome = result.observation.outcome
    if isinstance(outcome, Returned):
        for code in outcome.notes:
            if code in VALUE_NOTES:
                yield VALUE_NOTES[code]


def _fraction(share: Fraction) -> str:
    return {Fraction(1, 2): "half"}.get(share, f"{float(share):.0%}")


def printed(stdout: str, stderr: str) -> Iterator[Quote]:
    if stdout.strip():
        yield Quote("printed", excerpt(stdout, lines=_OUTPUT_LINES))
    if stderr.strip():
        yield Quote("printed to stderr", excerpt(stderr, lines=_OUTPUT_LINES))
