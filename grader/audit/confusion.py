"""Runs every wrong answer as a submission: is it diagnosed as itself, and as nothing else?

Each is run in the forms in which a student may give it: as the formula that it is; behind the
guards of a right answer; in float32, where the question has a tolerance and does not ask for the
expected dtype. A form that leaves nothing wrong (guards, where the slip is a missing guard) says
nothing and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from grader.audit.subjects import Subject, submit

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction

    from grader.audit.bench import Bench
    from grader.audit.sources import Library
    from grader.model import QuestionResult, WrongAnswer

_GUARDED: Final = """
import copy
def {function}(*args):
    {function}_right(*copy.deepcopy(args))
    return {function}_wrong(*args)
"""
_FLOAT32: Final = """
import numpy
def {function}(*args):
    return {function}_wrong(
        *(arg.astype(numpy.float32) if is_real(arg) else arg for arg in args)
    )
def is_real(arg):
    return isinstance(arg, numpy.ndarray) and arg.dtype.kind == "f"
"""
_PLAIN: Final = """
{function} = {function}_wrong
"""
_FORMS: Final = {"plain": _PLAIN, "guarded": _GUARDED, "float32": _FLOAT32}


class Form(Struct, frozen=True):
    """One form of a wrong answer, and what marking made of it."""

    name: str
    diagnosis: tuple[str, ...]
    failed: tuple[str, ...]  # names of cases
    share: Fraction
    score: Decimal


class Confusion(Struct, frozen=True):
    """A wrong answer, and what it was taken for."""

    question: str
    name: str
    worth: Fraction  # the share that config.yaml gives it
    twins: tuple[str, ...]  # wrong answers that config.yaml lists as inseparable from it
    forms: tuple[Form, ...]

    @property
    def taken_for(self) -> tuple[str, ...]:
        """All that it was diagnosed as, in any form."""
        return tuple(dict.fromkeys(name for form in self.forms for name in form.diagnosis))

    @property
    def missed(self) -> tuple[str, ...]:
        """The forms in which it was not diagnosed as itself."""
        return tuple(form.name for form in self.forms if self.name not in form.diagnosis)

    @property
    def confused(self) -> tuple[str, ...]:
        """What it was taken for and should not have been."""
        return tuple(n for n in self.taken_for if n != self.name and n not in self.twins)

    @property
    def is_told_apart(self) -> bool:
        return not (self.missed or self.confused)


def run_wrong_answers(
    bench: Bench, library: Library, subjects: Sequence[Subject]
) -> tuple[tuple[Confusion, QuestionResult], ...]:
    """Decides of every wrong answer what it is taken for; with the plain form's result."""

    def run(pair: tuple[Subject, WrongAnswer]) -> tuple[Confusion, QuestionResult]:
        subject, wrong = pair
        name = wrong.name
        results = {form: _run_form(bench, library, subject, name, form) for form in _forms(subject)}
        forms = [
            _form(form, result)
            for form, result in results.items()
            if form == "plain" or not all(case.passed for case in result.cases)
        ]
        twins = {twin for listed in subject.listed if name in listed for twin in listed - {name}}
        confusion = Confusion(
            question=subject.question.id,
            name=name,
            worth=wrong.share,
            twins=tuple(sorted(twins)),
            forms=tuple(forms),
        )
        return confusion, results["plain"]

    pairs = [(s, wrong) for s in subjects for wrong in s.question.wrong_answers]
    return tuple(bench.map("wrong answers", run, pairs))


def _forms(subject: Subject) -> list[str]:
    return [*_FORMS] if subject.takes_any_precision else ["plain", "guarded"]


def _run_form(
    bench: Bench, library: Library, subject: Subject, name: str, form: str
) -> QuestionResult:
    """What marking makes of a form of a wrong answer."""
    question = subject.question
    functions = {f"{question.function}_wrong": subject.name(name)}
    if form == "guarded":
        functions[f"{question.function}_right"] = subject.reference
    code = _FORMS[form].format(function=question.function)
    submission = submit(library, functions, name=f"{name} ({form})", code=code)
    return bench.mark([question], submission)[question.id]


def _form(name: str, result: QuestionResult) -> Form:
    return Form(
        name=name,
        diagnosis=tuple(wrong.name for wrong in result.diagnosis),
        failed=tuple(case.case.name for case in result.cases if not case.passed),
        share=result.share,
        score=result.score,
    )
