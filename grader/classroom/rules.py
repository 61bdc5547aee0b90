"""What an assignment's rules were when a class was marked, so that a regrade can tell what changed.

Values and inputs are kept as hashes: enough to tell that they changed, and all that a list of
changes needs to say of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct

from grader.classroom.folder import Folder
from grader.model import Assignment, Case, Question, Raises, Rule
from grader.report.text import points
from grader.sandbox import wire

_VERSION: Final = 2
_NAMED: Final = 3  # cases named in a sentence


class CaseRules(Struct, frozen=True):
    name: str
    inputs: str  # hash
    expected: str  # hash
    rule: str  # in words
    credit: str  # in words: weight, partial credit


class QuestionRules(Struct, frozen=True):
    id: str
    points: Decimal
    credit: str
    builds_on: str
    wrong_answers: Mapping[str, str]  # name -> worth, hash of predictions, steps
    cases: tuple[CaseRules, ...]


class Rules(Struct, frozen=True):
    version: int
    questions: tuple[QuestionRules, ...]

    def question(self, question_id: str) -> QuestionRules | None:
        return next((q for q in self.questions if q.id == question_id), None)


def rules_of(assignment: Assignment) -> Rules:
    """Decides what is kept of an assignment's rules."""
    return Rules(_VERSION, tuple(map(_question, assignment.questions)))


def write(folder: Folder, assignment: Assignment) -> None:
    folder.write(folder.staff / "rules.json", msgspec.json.encode(rules_of(assignment)))


def read(folder: Folder) -> Rules | None:
    """Reads the rules by which a class was marked; None if they are not there or of old."""
    try:
        rules = msgspec.json.decode((folder.staff / "rules.json").read_bytes(), type=Rules)
    except (OSError, msgspec.MsgspecError):
        return None
    return rules if rules.version == _VERSION else None


def limits_of(assignment: Assignment) -> str:
    """Tells the limits that a submission runs under."""
    limits = assignment.limits
    times = {"load": limits.load_s, "call": limits.call_s, "submission": limits.submission_s}
    words = [f"{name} {seconds:g} s" for name, seconds in times.items()]
    return ", ".join([*words, f"memory {limits.memory_bytes / (1 << 20):g} MB"])


def _question(question: Question) -> QuestionRules:
    steps = ", ".join(f"{share} for {of}" for of, share in question.credit or ())
    builds_on = question.builds_on
    return QuestionRules(
        id=question.id,
        points=question.points,
        credit=steps or "proportional",
        builds_on=""
        if builds_on is None
        else f"{' and '.join(builds_on.questions)}, credit {builds_on.credit}, "
        f"needs {builds_on.needs}",
        wrong_answers={
            wrong.name: " ".join([str(wrong.share), _hash(wrong.predictions), *wrong.steps])
            for wrong in question.wrong_answers
        },
        cases=tuple(map(_case, question.cases)),
    )


def _case(case: Case) -> CaseRules:
    credit = [f"weight {case.weight}"]
    credit += [f"{worth} for {share} right" for share, worth in case.partial]
    credit += [f"{worth} within {factor:g} x the tolerance" for factor, worth in case.bands]
    return CaseRules(
        name=case.name,
        inputs=_hash(case.args),
        expected=_hash((case.expected, case.at)),
        rule=_rule(case.rule),
        credit=", ".join(credit),
    )


def _rule(rule: Rule) -> str:
    if rule.kind == "exact":
        words = ["exact"]
    else:
        by_element = isinstance(rule.atol, np.ndarray)
        atol = f"by element ({_hash(rule.atol)})" if by_element else f"{rule.atol!r}"
        words = [f"rtol {rule.rtol!r}, atol {atol}"]
    named = {
        "same dtype": rule.same_dtype,
        "text regardless of case": rule.fold_text,
        "extra keys ignored": rule.extra_keys,
        "complex numbers refused": rule.real_only,
        "a changed input fails": rule.keep_inputs,
    }
    return ", ".join(words + [words_ for words_, holds in named.items() if holds])


def _hash(value: object) -> str:
    return hashlib.sha256(wire.encode(_plain(value))).hexdigest()[:12]


def _plain(value: object) -> object:
    if isinstance(value, Raises):
        return {"raises": value.exception}
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


# --------------------------------------------------------------------------- what changed


def changed(before: QuestionRules | None, after: QuestionRules | None) -> tuple[str, ...]:
    """Decides what changed of a question's rules, in a clause each."""
    if before is None or after is None:
        return ("a new question",) if before is None else ("no longer asked",)
    return tuple(_changed(before, after))


def _changed(before: QuestionRules, after: QuestionRules) -> Iterator[str]:
    if before.points != after.points:
        yield f"worth {points(after.points)} points, not {points(before.points)}"
    if before.credit != after.credit:
        yield f"credit {after.credit}, not {before.credit}"
    if before.builds_on != after.builds_on:
        yield f"builds on {after.builds_on or 'nothing'}, not {before.builds_on or 'nothing'}"
    yield from _changed_wrong_answers(before.wrong_answers, after.wrong_answers)
    old = {case.name: case for case in before.cases}
    new = {case.name: case for case in after.cases}
    both = [(old[name], new[name]) for name in new if name in old]
    if added := [name for name in new if name not in old]:
        yield f"new: {cases(added)}"
    if gone := [name for name in old if name not in new]:
        yield f"gone: {cases(gone)}"
    for what in ("inputs", "expected"):
        if other := [b.name for a, b in both if getattr(a, what) != getattr(b, what)]:
            yield f"other {what}{' values' if what == 'expected' else ''}: {cases(other)}"
    for what in ("rule", "credit"):
        pairs: dict[tuple[str, str], list[str]] = {}
        for a, b in both:
            pair = getattr(a, what), getattr(b, what)
            if pair[0] != pair[1]:
                pairs.setdefault(pair, []).append(b.name)
        for (was, now), names in pairs.items():
            yield f"{now}, not {was}: {cases(names)}"


def _changed_wrong_answers(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name, "").split(), after.get(name, "").split()
        if not was or not now:
            yield f"wrong answer {name} {'is new' if now else 'is no more'}"
        elif was[0] != now[0]:
            yield f"wrong answer {name} worth {now[0]} of the points, not {was[0]}"
        elif was[2:] != now[2:]:
            taken, before_that = (" and ".join(row[2:]) or "no steps" for row in (now, was))
            yield f"wrong answer {name} takes {taken}, not {before_that}"
        elif was != now:
            yield f"wrong answer {name} predicts other values"


def cases(names: Sequence[str]) -> str:
    """Names cases in a sentence, or counts them where they are many."""
    if len(names) <= _NAMED:
        return ", ".join(f'"{name}"' for name in names)
    return f"{len(names)} cases"
