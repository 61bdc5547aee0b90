"""Decides what a regrade changed for each submission, and through which rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from grader.classroom import rules
from grader.classroom.rules import QuestionRules, Rules
from grader.report.changes import Change, QuestionChange
from grader.report.rows import FAILED, PASSED, QuestionRow, Row
from grader.report.text import points


def changes(
    before: Mapping[str, Row], after: Sequence[Row], old: Rules | None, new: Rules
) -> tuple[Change, ...]:
    """Decides who gained and lost what, through which rule.

    Args:
        before: the rows as they were, by id.
        after: the rows as they are.
        old: the rules as they were, if they are known.
        new: the rules as they are.
    """
    return tuple(_change(before[row.id], row, old, new) for row in after if row.id in before)


def changed_rules(old: Rules | None, new: Rules) -> tuple[tuple[str, str], ...]:
    """Decides what to say of the rules themselves: (question, what changed of it)."""
    if old is None:
        return ()
    ids = dict.fromkeys(q.id for q in (*new.questions, *old.questions))
    return tuple(
        (ident, what)
        for ident in ids
        for what in rules.changed(old.question(ident), new.question(ident))
    )


def _change(before: Row, after: Row, old: Rules | None, new: Rules) -> Change:
    was = {question.id: question for question in before.questions}
    now = {question.id: question for question in after.questions}
    questions = []
    for ident in dict.fromkeys((*now, *was)):
        one, other = was.get(ident), now.get(ident)
        if _score(one, before) == _score(other, after):
            continue
        why = tuple(_why(one, other, old.question(ident) if old else None, new.question(ident)))
        questions.append(QuestionChange(ident, _score(one, before), _score(other, after), why))
    return Change(
        id=after.id,
        name="; ".join(person.name for person in after.people if person.name),
        before=before.score,
        after=after.score,
        questions=tuple(questions),
    )


def _score(question: QuestionRow | None, row: Row) -> Decimal | None:
    if question is None or row.faulted or not question.decided:
        return None
    return question.score


def _why(
    before: QuestionRow | None,
    after: QuestionRow | None,
    old: QuestionRules | None,
    new: QuestionRules | None,
) -> Iterator[str]:
    """What of this question is other for this submission, the nearest cause last."""
    if before is None or after is None:
        yield "a new question" if before is None else "no longer asked"
        return
    if "person" in (before.basis, after.basis):
        taken = before.basis == "person" != after.basis
        yield "a person's mark was withdrawn" if taken else "marked by a person"
        return
    if before.points != after.points:
        yield f"worth {points(after.points)} points, not {points(before.points)}"
    flipped = list(_flipped(before, after, old, new))
    yield from flipped
    if (before.basis, before.wrong_answers) != (after.basis, after.wrong_answers):
        yield f"counts by {_basis(after)}, not by {_basis(before)}"
    elif before.basis == "wrong_answer" and _worth(before, old) != _worth(after, new):
        yield f"wrong answer {before.wrong_answers[0]} is worth another share"
    elif not flipped and before.points == after.points:
        yield "other credit for the same cases"
    if old is not None and new is not None and flipped:
        yield from (what for what in rules.changed(old, new) if " points, not " not in what)


def _flipped(
    before: QuestionRow, after: QuestionRow, old: QuestionRules | None, new: QuestionRules | None
) -> Iterator[str]:
    """Which cases stand otherwise than before."""
    was, now = _standing(before, old), _standing(after, new)
    if was is None or now is None:
        if before.cases != after.cases:
            yield "other cases pass"
        return
    both = [name for name in now if name in was]
    better = [n for n in both if now[n] == PASSED != was[n]]
    worse = [n for n in both if was[n] == PASSED != now[n]]
    other = [n for n in both if was[n] != now[n] and PASSED not in (was[n], now[n])]
    if better:
        yield f"passes now: {rules.cases(better)}"
    if worse:
        yield f"fails now: {rules.cases(worse)}"
    if other:
        yield f"other partial credit: {rules.cases(other)}"
    if added := [name for name in now if name not in was]:
        wrong = sum(now[name] == FAILED for name in added)
        yield f"{len(added)} new cases, {wrong} of them wrong"


def _standing(question: QuestionRow, rules_: QuestionRules | None) -> dict[str, str] | None:
    if rules_ is None or len(rules_.cases) != len(question.cases):
        return None
    return {
        case.name: standing for case, standing in zip(rules_.cases, question.cases, strict=True)
    }


def _basis(question: QuestionRow) -> str:
    if question.basis == "wrong_answer":
        return f"the wrong answer {' or '.join(question.wrong_answers)}"
    if question.basis == "follow_through":
        return f"what follows from {' and '.join(question.followed_from)}"
    return {"cases": "its cases", "person": "a person's mark"}.get(question.basis, "nothing")


def _worth(question: QuestionRow, rules_: QuestionRules | None) -> str:
    if rules_ is None or not question.wrong_answers:
        return ""
    return rules_.wrong_answers.get(question.wrong_answers[0], "").partition(" ")[0]
