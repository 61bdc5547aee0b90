"""One submission as a row: what a class's table, gradebook and report know of it.

A row is small, holds no value of any case and no object of the assignment's, so that thousands of
them fit in memory, go from one process to another and lie on disk beside the results.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from grader.model import (
    CaseResult,
    Killed,
    NotRun,
    Outcome,
    Person,
    QuestionResult,
    Returned,
    Scorecard,
    Status,
    TextAnswer,
    TimedOut,
)
from grader.remembering import remembered
from grader.report.story import decided, totals
from grader.report.text import counted
from grader.report.values import leaves

PASSED, PARTLY, FOLLOWED, FAILED = "+~>-"
"""How one case stands, a character each: right, right in part, right given own steps, wrong."""


class QuestionRow(Struct, frozen=True):
    """What one question came to."""

    id: str
    points: Decimal
    score: Decimal
    status: Status
    basis: str = "nothing"
    cases: str = ""  # one of the four characters for each case, in the assignment's order
    wrong_answers: tuple[str, ...] = ()
    followed_from: tuple[str, ...] = ()
    text: TextAnswer | None = None

    @property
    def decided(self) -> bool:
        """Whether the question counts: the machine marks it, or a person has."""
        return self.status != "to_mark"


class Row(Struct, frozen=True):
    """What one submission came to."""

    id: str
    filename: str
    score: Decimal
    max_score: Decimal
    to_mark: Decimal
    questions: tuple[QuestionRow, ...]
    faulted: bool = False  # the grader itself failed: no score was decided
    note: str = ""  # what a table says beside it
    flags: tuple[str, ...] = ()  # to staff, in a few words each
    wall_s: float = 0.0
    people: tuple[Person, ...] = ()

    @property
    def share(self) -> float:
        """What was earned of what is decided, 0 to 1."""
        return float(self.score / self.max_score) if self.max_score else 0.0


def row_of(card: Scorecard) -> Row:
    """Decides what a class knows of a staff's card."""
    score, most, waiting = totals(card)
    return Row(
        id=card.submission_id,
        filename=_writable(card.filename),
        score=score,
        max_score=most,
        to_mark=waiting,
        questions=tuple(_question(result) for result in card.questions),
        faulted=card.fault is not None,
        note=_writable(_note(card)),
        flags=_flags(card),
        wall_s=round(card.wall_s, 3),
    )


def _note(card: Scorecard) -> str:
    if card.fault is not None:
        last = card.fault.strip().splitlines()[-1:]
        return f"no score: {last[0]}" if last else ""
    if card.remarks:
        return card.remarks[0]
    left_out = len(card.loaded.problems)
    return f"{counted(left_out, 'statement')} left out" if left_out else ""


@remembered(512, when=lambda result: result.recurs)
def _question(result: QuestionResult) -> QuestionRow:
    return QuestionRow(
        id=result.question.id,
        points=result.question.points,
        score=result.score,
        status=result.status if decided(result) else "to_mark",
        basis=result.basis,
        cases="".join(map(_standing, result.cases)),
        wrong_answers=tuple(wrong.name for wrong in result.diagnosis if wrong.name),
        followed_from=result.followed_from,
        text=_writable_text(result.text),
    )


def _writable_text(answer: TextAnswer | None) -> TextAnswer | None:
    if answer is None:
        return None
    return replace(
        answer,
        text={_writable(entry): _writable(text) for entry, text in answer.text.items()},
        findings=tuple(map(_writable, answer.findings)),
    )


def _writable(text: str) -> str:
    """The text as UTF-8 can hold it: half a surrogate pair is spelled out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _standing(result: CaseResult) -> str:
    if result.passed:
        return PASSED
    if not result.credit:
        return FAILED
    return FOLLOWED if result.followed_from else PARTLY


def _flags(card: Scorecard) -> tuple[str, ...]:
    """What staff may want to look at, beyond the score."""
    if card.fault is not None:
        return ("no score: the grader failed",)
    outcomes = [case.observation.outcome for r in card.questions for case in r.cases]
    wrote = any(chunk.text.strip() for chunk in card.source)
    flags = {
        "nothing to run": not wrote,
        "read in part": bool(card.loaded.problems) or card.loaded.failure is not None,
        "timed out": _any(outcomes, TimedOut),
        "crashed": _any(outcomes, Killed),
        "not all run": wrote and _any(outcomes, NotRun),
        "not isolated": card.isolation.level == "none",
        "only a constant follows": any(map(_only_a_constant_follows, card.questions)),
    }
    return tuple(flag for flag, holds in flags.items() if holds)


@remembered(512, when=lambda result: result.recurs)
def _only_a_constant_follows(result: QuestionResult) -> bool:
    """Whether all that follows from a wrong step is one number, as a stub gives, too."""
    followed = [case for case in result.cases if case.followed_from]
    outcomes = [case.observation.outcome for case in followed]
    given = [outcome.value for outcome in outcomes if isinstance(outcome, Returned)]
    expected = [case.case.expected for case in followed]
    return len(followed) > 1 and _is_one(given) and not _is_one(expected)


def _is_one(values: Sequence[object]) -> bool:
    """Whether no two single values in these differ."""
    single = (
        leaf for _, leaf in leaves(values) if not isinstance(leaf, list | tuple | dict | np.ndarray)
    )
    first = next(single, None)
    return all(leaf == first for leaf in single)


def _any(outcomes: list[Outcome], kind: type) -> bool:
    return any(isinstance(outcome, kind) for outcome in outcomes)
