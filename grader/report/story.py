"""Decides what is told of a scorecard, and in which order, for every report alike.

The reports draw the same story in different media; what it says stands here once. All text in it
has been made visible (see text.py). It holds what the card holds: who may see what was decided
when the card was redacted. Only a fault is told apart by audience: staff read the traceback, a
student one neutral sentence, and no score is told to either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from msgspec import Struct

from grader.model import (
    Isolation,
    Killed,
    Late,
    Loaded,
    LoadProblem,
    Malformed,
    Missing,
    NotRun,
    QuestionResult,
    Scorecard,
    Status,
    TimedOut,
)
from grader.remembering import remembered
from grader.report.case_story import CaseStory, Quote, how_killed, printed, tell_case
from grader.report.text import CUT, counted, excerpt, one_line, points, waiting

STATUS_WORDS: Mapping[Status, str] = MappingProxyType(
    {
        "passed": "passed",
        "partial": "partly",
        "failed": "failed",
        "missing": "not found",
        "not_run": "not run",
        "to_mark": "for a person",
    }
)

FAULT = (
    "The grader itself failed while it marked this submission. This says nothing about the work "
    "handed in, and no points have been decided. The staff can see what happened and will have it "
    "marked again."
)

_PROBLEMS = 10  # load problems told
_ANSWER = 15_000  # characters of a free text; a person marks all of what was asked for


class QuestionStory(Struct, frozen=True):
    id: str
    title: str
    status: Status
    by_person: bool
    score: str
    points: str
    share: float
    opening: tuple[str, ...] = ()
    cases: tuple[CaseStory, ...] = ()
    help: tuple[str, ...] = ()
    counts: str = ""
    remarks: tuple[str, ...] = ()
    answers: tuple[Quote, ...] = ()
    findings: tuple[str, ...] = ()
    comment: str = ""
    recurs: bool = False  # as in QuestionResult

    @property
    def status_word(self) -> str:
        return STATUS_WORDS[self.status]

    @property
    def waits(self) -> bool:
        return self.status == "to_mark"

    @property
    def result(self) -> str:
        """The points in a few words: "3.5 of 6 points"."""
        if self.waits:
            return waiting(self.points)
        return f"{self.score} of {self.points} points"


class Story(Struct, frozen=True):
    assignment: str
    filename: str
    submission_id: str
    observed_label: str  # what the student's side of a case is called
    score: str
    max_score: str
    share: float
    to_mark: str  # empty when nothing waits for a person
    questions: tuple[QuestionStory, ...]
    notices: tuple[str, ...] = ()
    output: tuple[Quote, ...] = ()  # of loading the file
    fault: tuple[str, ...] | None = None  # the traceback's lines; empty for a student
    isolation: tuple[str, ...] = ()
    wall_s: float = 0.0


@remembered(2)
def tell(card: Scorecard) -> Story:
    """Decides everything that the reports say of this card."""
    faulted = card.fault is not None
    score, most, waiting = totals(card)
    staff = card.audience == "staff"
    return Story(
        assignment=one_line(card.assignment),
        filename=one_line(card.filename, 100),
        submission_id=one_line(card.submission_id, 100),
        observed_label="observed" if staff else "yours",
        score=points(score),
        max_score=points(most),
        share=_share(score, most),
        to_mark=points(waiting) if waiting else "",
        questions=tuple(_untold(r) if faulted else _question(r, staff) for r in card.questions),
        notices=tuple(_notices(card)),
        output=() if faulted else tuple(printed(card.loaded.stdout, card.loaded.stderr)),
        fault=_fault(card),
        isolation=tuple(_isolation(card.isolation)) if staff else (),
        wall_s=card.wall_s,
    )


def by_person(result: QuestionResult) -> bool:
    """Decides whether a person marks the question."""
    return result.question.marked_by_person or result.text is not None or result.status == "to_mark"


def decided(result: QuestionResult) -> bool:
    """Decides whether the question counts now: the machine marks it, or a person has."""
    return not by_person(result) or (result.text is not None and result.text.points is not None)


@remembered(4)
def totals(card: Scorecard) -> tuple[Decimal, Decimal, Decimal]:
    """Sums what was earned, what could be, and what waits for a person; after a fault nothing
    was earned, and what was handed in late keeps a part."""
    counted_in = [r for r in card.questions if decided(r)]
    earned = sum((r.score for r in counted_in), Decimal(0))
    if card.late is not None:
        earned = card.late.kept(earned)
    most = sum((r.question.points for r in counted_in), Decimal(0))
    waiting = sum((r.question.points for r in card.questions if not decided(r)), Decimal(0))
    return (Decimal(0) if card.fault is not None else earned), most, waiting


def _share(score: Decimal, most: Decimal) -> float:
    return min(1.0, max(0.0, float(score / most))) if most > 0 else 0.0


# --------------------------------------------------------------------------- the card as a whole


def _fault(card: Scorecard) -> tuple[str, ...] | None:
    if card.fault is None:
        return None
    return excerpt(card.fault, lines=200) if card.audience == "staff" else ()


def _notices(card: Scorecard) -> Iterator[str]:
    if card.fault is not None:
        return
    if card.late is not None:
        yield _lateness(card.late)
    for remark in card.remarks:
        yield one_line(remark, 600)
    yield from _load_notices(card.loaded)


def _lateness(late: Late) -> str:
    """How late, and what that costs: times as they are told at the course."""
    after = late.handed_in - late.due
    hours, minutes = divmod(after.seconds // 60, 60)
    amounts = ((after.days, "day"), (hours, "hour"), (minutes, "minute"))
    parts = [counted(amount, unit) for amount, unit in amounts if amount][:2]
    by = " and ".join(parts) or "less than a minute"
    due = late.due.astimezone(late.handed_in.tzinfo)
    return (
        f"Handed in {by} after it was due ({due:%Y-%m-%d %H:%M}): {float(100 * late.share):.4g} % "
        "of the points are taken off."
    )


def _load_notices(loaded: Loaded) -> Iterator[str]:
    again = (
        "It was read again with its definitions only: imports, functions, classes, plain values."
        if loaded.definitions_only
        else "Nothing in it could be run."
    )
    match loaded.failure:
        case TimedOut(limit_s=limit):
            yield f"Reading the file took longer than {limit:g} s. {again}"
        case Killed() as killed:
            yield f"While it was read the file {how_killed(killed)}. {again}"
        case Malformed(why=why):
            yield f"Reading the file failed: {one_line(why)}. {again}"
        case None:
            pass
    yield from map(_load_problem, loaded.problems[:_PROBLEMS])
    more = len(loaded.problems) - _PROBLEMS
    if more > 0:
        yield f"{counted(more, 'more statement')} could not be run."
    if any(problem.what.startswith("EOFError: EOF when") for problem in loaded.problems):
        yield 'Nobody answers input() here; below if __name__ == "__main__": it does no harm.'
    if loaded.problems and loaded.failure is None:
        yield "Everything else in the file was read."


def _load_problem(problem: LoadProblem) -> str:
    place = f"{one_line(problem.label, 60)}, line {problem.line}"
    statement = f" ({one_line(problem.statement.strip(), 80)})" if problem.statement.strip() else ""
    return f"{place}{statement}: {one_line(problem.what)}"


def _isolation(isolation: Isolation) -> Iterator[str]:
    layers = ", ".join(one_line(layer, 60) for layer in isolation.layers) or "no layer active"
    yield f"isolation {isolation.level}: {layers}"
    if isolation.missing:
        yield "missing: " + "; ".join(one_line(reason) for reason in isolation.missing)
    if isolation.refused:
        refused = sum(isolation.refused.values())
        yield f"refused when tried: {refused} of {len(isolation.refused)}"
    allowed = [one_line(probe, 60) for probe, held in isolation.refused.items() if not held]
    if allowed:
        yield "NOT refused: " + ", ".join(allowed)


# --------------------------------------------------------------------------- a question


def _untold(result: QuestionResult) -> QuestionStory:
    """A question of a run in which the grader failed: what it is worth, and nothing more."""
    waits = by_person(result)
    return QuestionStory(
        id=one_line(result.question.id, 80),
        title=one_line(result.question.title) or one_line(result.question.id, 80),
        status="to_mark" if waits else "not_run",
        by_person=waits,
        score="0",
        points=points(result.question.points),
        share=0.0,
        opening=() if waits else ("Nothing was decided here: the grader itself failed.",),
    )


@remembered(1024, when=lambda result, staff: result.recurs)
def _question(result: QuestionResult, staff: bool) -> QuestionStory:
    question = result.question
    waits = by_person(result) and not decided(result)
    text = result.text
    return QuestionStory(
        id=one_line(question.id, 80),
        title=one_line(question.title) or one_line(question.id, 80),
        status="to_mark" if waits and result.status != "missing" else result.status,
        by_person=by_person(result),
        score=points(result.score),
        points=points(question.points),
        share=_share(result.score, question.points),
        opening=tuple(_opening(result, staff)),
        cases=()
        if _all_alike(result)
        else tuple(tell_case(question.function, c) for c in result.cases),
        help=tuple(one_line(sentence, 600) for sentence in result.help),
        counts=_counts(result),
        remarks=tuple(one_line(remark, 400) for remark in result.remarks),
        answers=tuple(_answers(text.text)) if text else (),
        findings=tuple(one_line(finding, 400) for finding in text.findings) if text else (),
        comment=one_line(text.comment, 2000) if text else "",
        recurs=result.recurs,
    )


def _all_alike(result: QuestionResult) -> bool:
    """Whether one sentence says it for every case: the function is missing, or nothing ran."""
    return result.status in ("missing", "not_run") and all(
        isinstance(case.observation.outcome, Missing | NotRun) for case in result.cases
    )


def _opening(result: QuestionResult, staff: bool) -> Iterator[str]:
    """What explains the score, unless the help says it already."""
    helped = " ".join(result.help)
    if not helped:
        yield from _absence(result)
    steps = " and ".join(one_line(step, 80) for step in result.followed_from)
    owner = "the student's" if staff else "your"
    if result.basis == "wrong_answer":
        slip = f"one slip on top of {owner} {steps}" if steps else "one slip"
        yield f"All results follow from {slip}; what is right besides it earns part of the points."
    elif not all(step in helped for step in result.followed_from):
        yield (
            f"Cases that follow from {owner} {steps} are counted here, so that an error there is "
            "not charged twice."
        )
    names = [one_line(wrong.name, 80) for wrong in result.diagnosis if wrong.name]
    if staff and names:
        yield f"Wrong answer: {' or '.join(names)}."
    if by_person(result) and not decided(result) and result.status != "missing":
        yield "A person marks this question; below is what was received."


def _absence(result: QuestionResult) -> Iterator[str]:
    """Why there is nothing to mark."""
    outcomes = [case.observation.outcome for case in result.cases]
    function = one_line(result.question.function, 80)
    if result.status == "missing":
        yield f"There is no function named {function} in what was handed in."
        similar = next((o.similar for o in outcomes if isinstance(o, Missing) and o.similar), ())
        if similar:
            names = " or ".join(one_line(name, 60) for name in similar[:3])
            yield (
                f"Is it the one called {names}? It counts under its exact name only, at the left "
                "margin."
            )
    elif result.status == "not_run":
        reasons = {one_line(o.why): None for o in outcomes if isinstance(o, NotRun)}
        yield f"{function} was not run" + (f": {'; '.join(reasons)}." if reasons else ".")


def _counts(result: QuestionResult) -> str:
    """The cases in one sentence: "Passed: 2 of 3 shown and 9 of 12 hidden cases."."""
    if _all_alike(result):
        return ""
    shown = [case for case in result.cases if case.case.shown]
    hidden = [case for case in result.cases if not case.case.shown]
    tallies = (
        ("shown", sum(case.passed for case in shown), len(shown)),
        (
            "hidden",
            sum(case.passed for case in hidden) + result.hidden_passed,
            len(hidden) + result.hidden_total,
        ),
    )
    parts = [
        f"{'all' if right == total > 1 else f'{right} of'} {total} {kind}"
        for kind, right, total in tallies
        if total
    ]
    return f"Passed: {' and '.join(parts)} cases." if parts else ""


def _answers(texts: Mapping[str, str]) -> Iterator[Quote]:
    for entry, text in texts.items():
        lines = excerpt(text[:_ANSWER], lines=_ANSWER, width=_ANSWER)
        if len(text) > _ANSWER:
            lines = (*lines, f"({CUT} {len(text) - _ANSWER} more characters)")
        yield Quote(one_line(entry, 80), lines if text.strip() else ("(empty)",))
