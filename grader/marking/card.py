"""Marks a whole submission: observations in, question results out.

Per question, in this order: the cases against true values; then, for a question that builds on
others, what follows from the student's own steps; then the author's wrong answers, also on top of
those steps. The question earns the greatest of these; none ever takes away what another gave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from msgspec.structs import replace

from grader.marking.advice import advise
from grader.marking.credit import ONLY_REFUSALS, cases_share, judge, only_refusals, points_for
from grader.marking.follow import Expect, SlipOnTop, follow_through, slip_on_top
from grader.marking.freetext import read_text
from grader.marking.misconception import Diagnosis, diagnose
from grader.marking.steps import Ask, OwnSteps
from grader.model import (
    Assignment,
    Case,
    CaseResult,
    Loaded,
    Missing,
    NotRun,
    Observation,
    Question,
    QuestionResult,
    Raised,
    Raises,
    Returned,
    Status,
)
from grader.remembering import Memory

Basis: TypeAlias = Literal["cases", "wrong_answer", "follow_through", "person", "nothing"]

_NOTES = 3  # that a question repeats of its shown cases


def mark(
    assignment: Assignment,
    observations: Mapping[str, Sequence[Observation]],
    ask: Ask,
    loaded: Loaded = Loaded(),  # noqa: B008 - frozen
    *,
    expect: Expect | None = None,
    asked: frozenset[str] = frozenset(),
) -> tuple[QuestionResult, ...]:
    """Decides what every question earned.

    Args:
        assignment: the questions, with expected values and wrong answers' predictions.
        observations: question id -> one observation for each of its cases, in order (of a text
            question: the one call's).
        ask: calls a student's function with arguments of the composite's choice; used only for
            follow-through.
        loaded: what loading the file came to, for the advice.
        expect: is told beforehand what `ask` will probably be asked for.
        asked: functions that other questions ask for, when these are not all: none of them is
            meant where another one is missing.
    """
    judged = {
        question.id: tuple(
            _judged(case, seen)
            for case, seen in zip(question.cases, observations[question.id], strict=True)
        )
        for question in assignment.questions
        if not question.marked_by_person
    }
    asked |= assignment.functions
    marked: dict[str, QuestionResult] = {}
    for question in _steps_first(assignment.questions, judged):
        if question.marked_by_person:
            marked[question.id] = _to_mark(question, observations[question.id])
            continue
        own = OwnSteps(_eligible_steps(question, assignment, marked), ask)
        followed = follow_through(question, judged[question.id], own, expect)
        slip = slip_on_top(question, followed, own)
        marked[question.id] = _concluded(question, followed, slip, loaded, asked)
    return tuple(marked[question.id] for question in assignment.questions)


# Many students give the same answers. What was made of one is used again for all.
_JUDGED: Memory[CaseResult] = Memory(8192)
_CONCLUDED: Memory[QuestionResult] = Memory(512)


def _judged(case: Case, seen: Observation) -> CaseResult:
    """What a case earned; one and the same object for all who gave the same short answer."""
    outcome = seen.outcome
    if seen.stdout or seen.stderr:
        return judge(case, seen)
    if isinstance(outcome, Returned) and outcome.encoded:
        return _JUDGED.get((case, outcome.encoded), lambda: _for_all(case, seen))
    if isinstance(outcome, Missing) and not outcome.similar:
        return _JUDGED.get((case, "missing"), lambda: _for_all(case, seen))
    if isinstance(outcome, Raised) and isinstance(case.expected, Raises):
        # Once it is right to raise, where in the student's code does not matter.
        bare = replace(seen, outcome=replace(outcome, frames=()))
        key = (case, outcome.exception, outcome.message, repr((outcome.bases, seen.changed_inputs)))
        result = _JUDGED.get(key, lambda: _for_all(case, bare))
        if result.passed:
            return result
    return judge(case, seen)


def _for_all(case: Case, seen: Observation) -> CaseResult:
    return replace(judge(case, replace(seen, wall_s=0.0)), recurs=True)


def _concluded(
    question: Question,
    results: tuple[CaseResult, ...],
    slip: SlipOnTop,
    loaded: Loaded,
    asked: frozenset[str],
) -> QuestionResult:
    """What a question earned; one and the same object for all whose cases came to the same.

    Of what loading came to, only the advice on a missing function speaks.
    """
    if (
        not results
        or slip.steps
        or not all(result.recurs for result in results)
        or (loaded.problems and isinstance(results[0].observation.outcome, Missing))
    ):
        return _conclude(question, results, slip, loaded, asked)
    return _CONCLUDED.get(
        (question, *results),
        lambda: replace(_conclude(question, results, slip, loaded, asked), recurs=True),
    )


def _steps_first(
    questions: Sequence[Question], judged: Mapping[str, Sequence[CaseResult]]
) -> list[Question]:
    """Questions in an order in which each comes after the steps that it may follow from.

    Of two questions that build on each other, the one that earned more by its own cases comes
    first (the earlier one if they earned the same), and so never follows from the other.
    """
    position = {question.id: index for index, question in enumerate(questions)}
    order: list[Question] = []
    placed: set[str] = set()
    entered: set[str] = set()

    def rank(question: Question) -> tuple[Fraction, int]:
        own = cases_share(question, [result.credit for result in judged.get(question.id, ())])
        return -own, position[question.id]

    def place(question: Question) -> None:
        if question.id in placed or question.id in entered:
            return
        entered.add(question.id)
        for step in question.builds_on.questions if question.builds_on else ():
            other = questions[position[step]]
            mutual = other.builds_on is not None and question.id in other.builds_on.questions
            if not mutual or rank(other) < rank(question):
                place(other)
        placed.add(question.id)
        order.append(question)

    for question in questions:
        place(question)
    return order


def _eligible_steps(
    question: Question, assignment: Assignment, marked: Mapping[str, QuestionResult]
) -> dict[str, Question]:
    """The steps that were marked before, are not right, and earned enough to be built on."""
    if question.builds_on is None:
        return {}
    needs = question.builds_on.needs
    return {
        step: assignment.question(step)
        for step in question.builds_on.questions
        if step in marked
        and marked[step].share >= needs
        and not all(result.passed for result in marked[step].cases)
    }


def _conclude(
    question: Question,
    results: tuple[CaseResult, ...],
    slip: SlipOnTop,
    loaded: Loaded,
    asked: frozenset[str],
) -> QuestionResult:
    """The best of what cases, follow-through and wrong answers are worth."""
    share = cases_share(question, [result.credit for result in results])
    followed_from = tuple(dict.fromkeys(step for r in results for step in r.followed_from))
    basis: Basis = "follow_through" if followed_from else "cases"
    # what follows from a step throughout is right as far as this question goes
    diagnosis = Diagnosis() if followed_from and share == 1 else diagnose(question, results)
    on_top = slip.diagnosis.due > diagnosis.due
    if on_top:
        diagnosis = slip.diagnosis
    named = diagnosis.fitting
    if diagnosis.due > share:
        share, basis = diagnosis.due, "wrong_answer"
        followed_from = slip.steps if on_top else ()
        named = named or diagnosis.explaining[:1]
    result = QuestionResult(
        question=question,
        status=_status(results, share),
        score=points_for(question, share),
        share=share,
        basis=basis if share else "nothing",
        cases=results,
        diagnosis=named,
        followed_from=followed_from,
        remarks=tuple(_remarks(question, results, share)),
    )
    return replace(result, help=advise(result, loaded, asked))


def _remarks(question: Question, results: Sequence[CaseResult], share: Fraction) -> Iterator[str]:
    """What costs nothing, and what explains the score; nothing of hidden cases' values."""
    notes = dict.fromkeys(note for r in results if r.case.shown for note in r.comparison.notes)
    yield from list(notes)[:_NOTES]
    if any(result.observation.changed_inputs for result in results):
        yield "the function changes its input"
    credits = [result.credit for result in results]
    if not share and only_refusals(question, credits) and any(credits):
        yield ONLY_REFUSALS


def _status(results: Sequence[CaseResult], share: Fraction) -> Status:
    outcomes = [result.observation.outcome for result in results]
    if outcomes and all(isinstance(outcome, Missing) for outcome in outcomes):
        return "missing"
    if all(isinstance(outcome, NotRun) for outcome in outcomes):
        return "not_run"
    if share == 1:
        return "passed"
    return "partial" if share else "failed"


def _to_mark(question: Question, observations: Sequence[Observation]) -> QuestionResult:
    """A free text: kept for a person, with what its form shows."""
    return QuestionResult(
        question=question,
        status="to_mark",
        score=Decimal(0),
        text=read_text(question, observations[0]),
    )
