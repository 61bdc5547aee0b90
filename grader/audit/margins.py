"""Measures every tolerance from both sides: what right answers need, and what wrong ones leave.

From below: right implementations (the reference on float32 and on extended-precision inputs, and
the other ones that the author wrote) must pass; how much of the tolerance do they use up? From
above: of the mutants and wrong answers that are wrong on a case, which comes nearest to passing?
A right answer that fails makes a tolerance too tight, unless results must have the expected dtype:
then no other precision is tried. A slip that passes a case, further off than any right answer,
shows where it is too loose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, isfinite
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec import Struct

from grader.audit.subjects import Subject, submit
from grader.model import Missing, Raised, Raises

if TYPE_CHECKING:
    from fractions import Fraction

    from grader.audit.bench import Bench
    from grader.audit.sources import Library, Name
    from grader.model import QuestionResult

_CAST: Final = """
import numpy
def cast(value):
    is_real = isinstance(value, numpy.ndarray) and value.dtype.kind in "iuf"
    return value.astype(numpy.{kind}) if is_real else value
def {function}(*args):
    return cast_back({function}_right(*map(cast, args)))
def cast_back(value):
    is_real = isinstance(value, numpy.ndarray) and value.dtype.kind == "f"
    return value.astype(numpy.float64) if is_real and value.dtype.itemsize > 8 else value
"""
_LISTS: Final = """
def {function}(*args):
    return {function}_right(*args).tolist()
"""
SINGLE: Final = "the reference in float32"
_DERIVED: Final = {
    SINGLE: _CAST.replace("{kind}", "float32"),
    "the reference in float64": _CAST.replace("{kind}", "float64"),
    "the reference in extended precision": _CAST.replace("{kind}", "longdouble"),
    "the reference, as nested lists": _LISTS,
}
_OWN: Final = """
{function} = {function}_right
"""
_SLIP: Final = 1e-12  # of the tolerance: less is no slip, but how a machine rounds


class Right(Struct, frozen=True):
    """Another right implementation, and what it earned."""

    question: str
    name: str
    runs: bool  # False: what it imports is not installed here
    share: Fraction
    failed: tuple[str, ...]  # names of cases


class Slip(Struct, frozen=True):
    """A wrong one that passes a case, further off than any right one."""

    name: str
    ratio: float  # its error, in multiples of the tolerance


class Margin(Struct, frozen=True):
    """One case with a tolerance; errors are given in multiples of it."""

    question: str
    case: str
    tolerance: float  # of the case, where it is largest
    used: float  # by the right implementation that is furthest off
    used_by: str
    nearest: float  # of those wrong on this case, the least error; infinite if all differ in shape
    nearest_by: str
    slips: tuple[Slip, ...]


Wrong = tuple[str, "QuestionResult"]
"""A mutant or wrong answer that some case tells from the reference: its name, its result."""


def run_right_answers(
    bench: Bench, library: Library, subjects: Sequence[Subject]
) -> tuple[list[Right], dict[str, list[Wrong]]]:
    """Marks the right implementations; the results of those that run, by question."""

    def run(job: tuple[Subject, str, Name, str]) -> tuple[Right | None, QuestionResult]:
        subject, name, function, code = job
        question = subject.question
        submission = submit(
            library,
            {f"{question.function}_right": function},
            name=name,
            code=code.format(function=question.function),
        )
        result = bench.mark([question], submission)[question.id]
        return _judged(subject, name, result, derived=code is not _OWN), result

    jobs = [
        (subject, name, function, code)
        for subject in subjects
        for name, function, code in _implementations(subject)
    ]
    rights: list[Right] = []
    results: dict[str, list[Wrong]] = {}
    for right, result in bench.map("right answers", run, jobs):
        if right is not None:
            rights.append(right)
            if right.runs:
                results.setdefault(right.question, []).append((right.name, result))
    return rights, results


def _implementations(subject: Subject) -> list[tuple[str, Name, str]]:
    """Every right implementation: what people call it, its function, the code around it."""
    own = [(function[1], function, _OWN) for function in subject.alternatives]
    reals = any(
        isinstance(arg, np.ndarray) and case.rule.kind == "close"
        for case in subject.question.cases
        for arg in case.args
    )
    derived = [
        (name, subject.reference, code)
        for name, code in _DERIVED.items()
        if reals and (subject.takes_any_precision or code is _LISTS)
    ]
    return [*own, *derived]


def _judged(subject: Subject, name: str, result: QuestionResult, *, derived: bool) -> Right | None:
    """What a right implementation earned; None for one of ours that this reference cannot take."""
    failed = [case for case in result.cases if not case.passed]
    outcomes = [case.observation.outcome for case in failed]
    if derived and any(
        isinstance(seen, Raised) and not isinstance(case.case.expected, Raises)
        for case, seen in zip(failed, outcomes, strict=True)
    ):
        return None
    unavailable = any(
        isinstance(seen, Missing)
        or (isinstance(seen, Raised) and seen.exception in ("ImportError", "ModuleNotFoundError"))
        for seen in outcomes
    )
    names = tuple(case.case.name for case in failed)
    return Right(subject.question.id, name, runs=not unavailable, share=result.share, failed=names)


def measure(
    subjects: Sequence[Subject],
    rights: dict[str, list[Wrong]],
    wrongs: dict[str, list[Wrong]],
) -> tuple[Margin, ...]:
    """Decides the margins of every case with a tolerance."""
    return tuple(
        _margin(subject, index, rights.get(subject.question.id, []), wrongs[subject.question.id])
        for subject in subjects
        for index, case in enumerate(subject.question.cases)
        if case.rule.kind == "close" and not isinstance(case.expected, Raises)
    )


def _margin(
    subject: Subject, index: int, rights: Iterable[Wrong], wrongs: Iterable[Wrong]
) -> Margin:
    case = subject.question.cases[index]
    passing = [(ratio, name) for name, result in rights if (ratio := _ratio(result, index)) <= 1]
    used, used_by = max(passing, default=(0.0, ""))
    nearest, nearest_by = inf, ""
    slips = []
    for name, result in wrongs:
        ratio = _ratio(result, index)
        if ratio > 1:
            if ratio < nearest:
                nearest, nearest_by = ratio, name
        elif ratio > max(used, _SLIP):
            slips.append(Slip(name, ratio))
    return Margin(
        question=subject.question.id,
        case=case.name,
        tolerance=float(np.max(case.rule.atol, initial=0.0)),
        used=used,
        used_by=used_by,
        nearest=nearest,
        nearest_by=nearest_by,
        slips=tuple(slips),
    )


def _ratio(result: QuestionResult, index: int) -> float:
    """The error of a case in multiples of its tolerance; infinite where there is no value."""
    case = result.cases[index]
    ratio = case.comparison.error_ratio
    if not case.passed and not (isfinite(ratio) and ratio > 1):
        return inf
    return ratio
