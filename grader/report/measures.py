"""What a class's scores say of the questions, by the usual measures of classical test theory."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import StatisticsError, fmean, median, pstdev, pvariance
from statistics import correlation as pearson

from msgspec import Struct

from grader.model import Assignment, Question, Status
from grader.report.rows import FOLLOWED, PASSED, QuestionRow, Row

_FEWEST = 5  # submissions, for a correlation or a reliability to mean anything


class CaseMeasure(Struct, frozen=True):
    """How one case fared."""

    name: str
    shown: bool
    passed: int
    tried: int

    @property
    def rate(self) -> float:
        return self.passed / self.tried if self.tried else 0.0


class QuestionMeasure(Struct, frozen=True):
    """How one question fared."""

    id: str
    title: str
    points: float
    difficulty: float | None  # mean share of the points: 1 is easy
    discrimination: float | None  # correlation with the rest of the total
    statuses: Mapping[Status, int]
    cases: tuple[CaseMeasure, ...]

    @property
    def hidden_rate(self) -> float | None:
        """The share of the hidden cases that were passed; None if there are none."""
        hidden = [case for case in self.cases if not case.shown]
        tried = sum(case.tried for case in hidden)
        return sum(case.passed for case in hidden) / tried if tried else None


class WrongAnswerMeasure(Struct, frozen=True):
    """A wrong answer, and who gave it."""

    question: str
    name: str
    feedback: str
    ids: tuple[str, ...]


class ClassMeasure(Struct, frozen=True):
    """What is measured of a class."""

    totals: tuple[float, ...]
    maximum: float
    mean: float
    median: float
    deviation: float
    alpha: float | None  # Cronbach's, over the questions that are decided for all
    questions: tuple[QuestionMeasure, ...]
    wrong_answers: tuple[WrongAnswerMeasure, ...]

    @property
    def error(self) -> float | None:
        """The standard error of a total, in points."""
        if self.alpha is None:
            return None
        return self.deviation * math.sqrt(max(0.0, 1 - self.alpha))


def measure(assignment: Assignment, rows: Sequence[Row]) -> ClassMeasure:
    """Measures a class. Submissions on which the grader failed have no score and do not count."""
    scored = [row for row in rows if not row.faulted]
    by_question = {
        question.id: [_question_of(row, question.id) for row in scored]
        for question in assignment.questions
    }
    common = {
        ident: [one.score for one in ones if one is not None]
        for ident, ones in by_question.items()
        if ones and all(one is not None and one.decided for one in ones)
    }
    # in hundredths, which add up exactly: what is the same for all must not vary by a rounding
    columns = {ident: [float(100 * score) for score in scores] for ident, scores in common.items()}
    totals = tuple(float(row.score) for row in scored)
    return ClassMeasure(
        totals=totals,
        maximum=max((float(row.max_score) for row in scored), default=0.0),
        mean=fmean(totals) if totals else 0.0,
        median=median(totals) if totals else 0.0,
        deviation=pstdev(totals) if totals else 0.0,
        alpha=alpha(list(columns.values())) if len(scored) >= _FEWEST else None,
        questions=tuple(
            _measure(question, by_question[question.id], columns)
            for question in assignment.questions
        ),
        wrong_answers=_wrong_answers(assignment, scored),
    )


def alpha(columns: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha: how far the questions measure the same thing; None where undefined.

    >>> alpha([[1, 2, 3, 4], [1, 2, 3, 4]])
    1.0
    """
    if len(columns) < 2 or len(columns[0]) < 2:
        return None
    total = pvariance([sum(scores) for scores in zip(*columns, strict=True)])
    if total <= 0:
        return None
    parts = math.fsum(pvariance(column) for column in columns)
    return float(len(columns) / (len(columns) - 1) * (1 - parts / total))


def correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Pearson's correlation; None where one of the two does not vary, or there are too few."""
    if len(one) < _FEWEST or min(map(len, (set(one), set(other)))) < 2:
        return None  # asked of the values: a mean of equal ones may be off by a rounding
    try:
        return pearson(one, other)
    except StatisticsError:  # what they vary by is too small for its square
        return None


def _question_of(row: Row, ident: str) -> QuestionRow | None:
    return next((question for question in row.questions if question.id == ident), None)


def _measure(
    question: Question,
    ones: Sequence[QuestionRow | None],
    columns: Mapping[str, Sequence[float]],
) -> QuestionMeasure:
    there = [one for one in ones if one is not None]
    counted = [one for one in there if one.decided]
    points = float(question.points)
    own = columns.get(question.id)
    discrimination = None
    if own is not None:
        rest = [sum(scores) for scores in zip(*columns.values(), strict=True)]
        discrimination = correlation(own, [a - b for a, b in zip(rest, own, strict=True)])
    return QuestionMeasure(
        id=question.id,
        title=question.title,
        points=points,
        difficulty=fmean(float(one.score) for one in counted) / points
        if counted and points
        else None,
        discrimination=discrimination,
        statuses=Counter(one.status for one in there),
        cases=tuple(_cases(question, there)),
    )


def _cases(question: Question, there: Sequence[QuestionRow]) -> list[CaseMeasure]:
    told = [one.cases for one in there if len(one.cases) == len(question.cases)]
    return [
        CaseMeasure(
            name=case.name,
            shown=case.shown,
            passed=sum(cases[index] in (PASSED, FOLLOWED) for cases in told),
            tried=len(told),
        )
        for index, case in enumerate(question.cases)
    ]


def _wrong_answers(assignment: Assignment, rows: Sequence[Row]) -> tuple[WrongAnswerMeasure, ...]:
    """The wrong answers that were given, the most frequent first."""
    feedback = {
        (question.id, wrong.name): wrong.feedback
        for question in assignment.questions
        for wrong in question.wrong_answers
    }
    ids: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for question in row.questions:
            for name in question.wrong_answers[:1]:  # the one that counts
                ids.setdefault((question.id, name), []).append(row.id)
    order = {question.id: place for place, question in enumerate(assignment.questions)}
    return tuple(
        WrongAnswerMeasure(question, name, feedback.get((question, name), ""), tuple(who))
        for (question, name), who in sorted(
            ids.items(), key=lambda item: (-len(item[1]), order.get(item[0][0], 0), item[0][1])
        )
    )
