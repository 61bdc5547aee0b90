"""Asks of every case what it is for: which mutants and wrong answers only it tells.

Three kinds of thing are to be told: a mutant from the reference, a wrong answer from the reference,
two wrong answers from each other. A case without which all of them are still told adds nothing to
telling right from wrong. It may have other merits (it is printed, it is a hint, it makes guessing
harder), which is for its author to say; what is counted here is only this one.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from grader.marking.compare import Absent, Path, compare, narrow
from grader.model import Case, NotRun, Question, Raises, WrongAnswer

if TYPE_CHECKING:
    from grader.audit.confusion import Confusion
    from grader.audit.judge import Candidate
    from grader.audit.subjects import Subject
    from grader.model import QuestionResult


class CaseWorth(Struct, frozen=True):
    """What one case tells of all that is to be told."""

    name: str
    tells: int
    alone: int  # of these, what no other case tells
    needed: bool  # whether it stands in a smallest set of cases (found greedily) that tells all


class Telling(Struct, frozen=True):
    """What the cases of one question tell."""

    question: str
    things: int  # mutants and wrong answers to be told from the reference, pairs of wrong answers
    cases: tuple[CaseWorth, ...]

    @property
    def needed(self) -> tuple[str, ...]:
        """A smallest set of cases that tells all."""
        return tuple(worth.name for worth in self.cases if worth.needed)


def weigh_cases(
    subjects: Sequence[Subject],
    candidates: Sequence[Candidate],
    wrong: Sequence[tuple[Confusion, QuestionResult]],
) -> tuple[Telling, ...]:
    """Decides what each case is worth, from the results of mutants and wrong answers."""
    results: dict[str, dict[str, QuestionResult]] = {}
    for confusion, result in wrong:
        results.setdefault(confusion.question, {})[confusion.name] = result
    return tuple(
        _weigh(subject.question, candidates, results.get(subject.question.id, {}))
        for subject in subjects
    )


def _weigh(
    question: Question, candidates: Sequence[Candidate], wrong: dict[str, QuestionResult]
) -> Telling:
    told: dict[Hashable, frozenset[int]] = {}
    for number, candidate in enumerate(candidates):
        if question.id in candidate.results:
            told["mutant", number] = _failed(candidate.results[question.id])
    for name, result in wrong.items():
        told["wrong", name] = _failed(result)
    for first, second in combinations(question.wrong_answers, 2):
        told["pair", first.name, second.name] = _separating(question, first, second)
    things = [cases for cases in told.values() if cases]
    cover = _cover(things)
    return Telling(
        question=question.id,
        things=len(things),
        cases=tuple(
            CaseWorth(
                name=case.name,
                tells=sum(index in cases for cases in things),
                alone=sum(cases == {index} for cases in things),
                needed=index in cover,
            )
            for index, case in enumerate(question.cases)
        ),
    )


def _failed(result: QuestionResult) -> frozenset[int]:
    """The cases that tell: those that failed, but not for want of being tried."""
    return frozenset(
        index
        for index, case in enumerate(result.cases)
        if case.credit < 1 and not isinstance(case.observation.outcome, NotRun)
    )


def _cover(things: Sequence[frozenset[int]]) -> set[int]:
    """A small set of cases that tells every thing: each time the one that tells most of the rest.

    What only one case tells decides for that case first.
    """
    cover = {next(iter(cases)) for cases in things if len(cases) == 1}
    left = [cases for cases in things if not cases & cover]
    while left:
        counts: dict[int, int] = {}
        for cases in left:
            for index in cases:
                counts[index] = counts.get(index, 0) + 1
        best = min(counts, key=lambda index: (-counts[index], index))
        cover.add(best)
        left = [cases for cases in left if best not in cases]
    return cover


# --------------------------------------------------------------------------- two wrong answers


def _separating(question: Question, first: WrongAnswer, second: WrongAnswer) -> frozenset[int]:
    """The cases in which two wrong answers differ.

    Where a case must raise they count only if nothing else tells them: a guard is a matter apart.
    """
    differing = {
        index: isinstance(case.expected, Raises)
        for index, case in enumerate(question.cases)
        if not _same(case, first.predictions[index], second.predictions[index])
    }
    ordinary = frozenset(index for index, raises in differing.items() if not raises)
    return ordinary or frozenset(differing)


def _same(case: Case, one: Any, other: Any) -> bool:
    if isinstance(one, Raises) or isinstance(other, Raises):
        return isinstance(one, Raises) and isinstance(other, Raises)
    one, other = (_part(value, case.at) for value in (one, other))
    rule = case.rule
    if isinstance(rule.atol, np.ndarray) and getattr(one, "shape", None) != rule.atol.shape:
        rule = replace(rule, atol=float(np.max(rule.atol, initial=0.0)))
    return compare(expected=one, observed=other, rule=rule).matches


def _part(value: Any, at: Path) -> Any:
    part = narrow(value, at)
    return None if isinstance(part, Absent) else part
