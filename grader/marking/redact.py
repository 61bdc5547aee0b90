"""Decides, in this one place, what an audience may see of a scorecard.

Reports print whatever card they are given. A student's card holds the shown cases and counts of
the hidden ones, the feedback on a wrong answer but not its name or code's predictions, and never
the grader's own traceback. Redaction changes no score.
"""

from __future__ import annotations

from msgspec.structs import replace

from grader.model import Audience, Isolation, Question, QuestionResult, Scorecard, WrongAnswer
from grader.remembering import remembered

FAULT_TO_STUDENTS = (
    "The grader itself failed on this submission. It is not your fault; the staff have been told "
    "and no score has been decided."
)


def redact(card: Scorecard, audience: Audience) -> Scorecard:
    """Decides what `audience` may see of `card`. What was taken away once does not come back."""
    if audience == "staff":
        return card
    return replace(
        card,
        audience="student",
        questions=tuple(_for_student(result) for result in card.questions),
        isolation=Isolation(level=card.isolation.level),
        fault=FAULT_TO_STUDENTS if card.fault else None,
    )


@remembered(512, when=lambda result: result.recurs)
def _for_student(result: QuestionResult) -> QuestionResult:
    shown = tuple(case for case in result.cases if case.case.shown)
    hidden = [case for case in result.cases if not case.case.shown]
    return replace(
        result,
        question=_public(result.question),
        cases=shown,
        hidden_passed=result.hidden_passed + sum(case.passed for case in hidden),
        hidden_total=result.hidden_total + len(hidden),
        diagnosis=tuple(
            WrongAnswer(name="", share=wrong.share, feedback=wrong.feedback, predictions=())
            for wrong in result.diagnosis
        ),
    )


def _public(question: Question) -> Question:
    """The question without anything that tells hidden inputs or right answers."""
    return replace(
        question,
        cases=tuple(case for case in question.cases if case.shown),
        wrong_answers=(),
        reference=None,
        properties=(),
    )
