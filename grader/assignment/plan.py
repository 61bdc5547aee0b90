"""The data behind the table of `grader config`: what is marked, by what, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.assignment.signature import parameters_of
from grader.model import Assignment, PlanRow, Question, Raises, Rule

if TYPE_CHECKING:
    from grader.model import Case

_SHORT = 2.0**16  # fractions of this are what sums and halves come to exactly, in any order


def plan(assignment: Assignment) -> tuple[PlanRow, ...]:
    """Says of each question what is marked and how, in the assignment's order."""
    return tuple(
        PlanRow(
            question=question.id,
            function=question.function,
            shown=sum(case.shown for case in question.cases),
            hidden=sum(not case.shown for case in question.cases) + question.hidden_count,
            points=question.points,
            rules=tuple(_rules(question)),
            to_the_last_bit=any(
                case.rule.kind == "exact" and _is_rounded(case.expected) for case in question.cases
            ),
            idle=(
                *_idle_partial(question),
                *_idle_parts(question),
                *_idle_wrong_answers(question),
                *_idle_steps(question, assignment),
                *_mixed_inputs(question),
            ),
        )
        for question in assignment.questions
    )


def _rules(question: Question) -> list[str]:
    if question.text is not None:
        fewest, most = question.text.words
        each = f" for each of {len(question.text.entries)} entries" if question.text.entries else ""
        return ["marked by a person", f"{fewest} to {most} words{each}"]
    rules = _comparison([case.rule for case in question.cases if not _refuses(case.expected)])
    if refusing := sum(_refuses(case.expected) for case in question.cases):
        rules.append(f"{refusing} must raise")
    if question.credit is not None:
        rules.append(_credit(question))
    if any(case.partial for case in question.cases):
        rules.append("credit by matched share")
    if any(case.bands for case in question.cases):
        rules.append("credit by tolerance")
    if any(case.rule.keep_inputs for case in question.cases):
        rules.append("a changed input fails")
    if question.builds_on is not None:
        rules.append(f"builds on {', '.join(question.builds_on.questions)}")
    if question.wrong_answers:
        rules.append(_counted(len(question.wrong_answers), "wrong answer"))
    if question.properties:
        rules.append(_counted(len(question.properties), "property", "properties"))
    return rules


def _idle_partial(question: Question) -> Iterator[str]:
    """Where `partial` can never have an effect."""
    whole = [
        case.name
        for case in question.cases
        if case.partial and not isinstance(case.expected, list | tuple | dict | np.ndarray)
    ]
    if whole:
        more = f" and {len(whole) - 1} more" if len(whole) > 1 else ""
        yield f'the result of "{whole[0]}"{more} is one value, of which no share can be right'


def _idle_parts(question: Question) -> Iterator[str]:
    """Where a part of a case's credit can never have an effect."""
    parts = [case.name for case in question.cases if case.partial or case.bands]
    if parts and question.credit and all(share == 1 for share, _ in question.credit):
        yield f'`credit` asks for whole cases and gives nothing for a part of "{parts[0]}"'


def _idle_wrong_answers(question: Question) -> Iterator[str]:
    """Which wrong answers give no value that a student's could be recognised by."""
    for wrong in question.wrong_answers:
        values = [
            prediction
            for case, prediction in zip(question.cases, wrong.predictions, strict=True)
            if not _refuses(case.expected)
        ]
        if values and all(map(_refuses, values)) and not wrong.formula:
            yield f"{wrong.name} raises in every case that has a value, and is never recognised"


def _idle_steps(question: Question, assignment: Assignment) -> Iterator[str]:
    """Of what the author wrote to carry errors forward, what can never have an effect."""
    builds_on = question.builds_on
    if builds_on is None or question.reference is None:
        return
    scheme = question.credit
    if scheme is not None and all(share > builds_on.credit for share, _ in scheme):
        yield f"`credit` gives nothing to cases that are worth {float(builds_on.credit):g} each"
    steps = {
        step.function: step.reference
        for step in map(assignment.question, builds_on.questions)
        if step.reference is not None
    }
    unused = steps.keys() - _called(question.reference, steps, question.cases)
    for name in sorted(unused):
        yield f"in no case does the reference call its keyword {name}, so nothing follows from it"
    for wrong in question.wrong_answers:
        taken = {name: steps[name] for name in wrong.steps if name in steps}
        if wrong.formula and taken and not _called(wrong.formula, taken, question.cases):
            yield (
                f"in no case does {wrong.name} call its keyword{'s' if len(taken) > 1 else ''} "
                f"{', '.join(taken)}, so it is known on true steps only"
            )


def _mixed_inputs(question: Question) -> Iterator[str]:
    """Which parameters are of one type in some cases, and of another in others.

    A list that is written for a parameter without an annotation stays a list, while a generator
    draws arrays: right functions then fail in the written cases.
    """
    reference = question.reference
    found = parameters_of(reference, question.function, with_hints=False) if reference else None
    names = found.names if found else ()
    ordinary = [case for case in question.cases if not _refuses(case.expected)]
    for index, name in enumerate(names):
        first: dict[tuple[int, ...], tuple[str, str]] = {}
        for case in ordinary:
            for place, kind in _kinds(case.args[index]) if index < len(case.args) else ():
                known, where = first.setdefault(place, (kind, case.name))
                if known != kind:
                    break
            else:
                continue
            example = "np.ndarray" if "an array" in (known, kind) else "tuple[int, int]"
            what, how = (
                (f"an entry of {name}", "") if place else (name, f", as in {name}: {example}")
            )
            yield (
                f'{what} is {known} in "{where}" and {kind} in "{case.name}": annotate {name} in '
                f"the reference{how}, or draw {known}"
            )
            break


def _kinds(value: object, place: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], str]]:
    """The types of rows, and of what is in them; all entries of a list stand in one place."""
    if isinstance(value, np.ndarray):
        yield place, "an array"
    elif isinstance(value, list | tuple):
        yield place, "a tuple" if isinstance(value, tuple) else "a list"
        for index, item in enumerate(value):
            yield from _kinds(item, (*place, index if isinstance(value, tuple) else 0))


def _called(
    formula: Callable[..., Any], steps: dict[str, Callable[..., Any]], cases: Sequence[Case]
) -> set[str]:
    """Which of its steps a formula calls, in any case. It stops once it has called all."""
    seen: set[str] = set()

    def noting(name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            seen.add(name)
            return steps[name](*args, **kwargs)

        return call

    given = {name: noting(name) for name in steps}
    for case in cases:
        if len(seen) == len(steps):
            break
        with suppress(Exception), np.errstate(all="ignore"):
            formula(*deepcopy(case.args), **given)
    return seen


def _is_rounded(value: object) -> bool:
    """Whether a number in it is a long fraction, so that how it was computed can show."""
    match value:
        case float() | complex() | np.inexact() | np.ndarray():
            numbers = np.asarray(value)
            if numbers.dtype.kind not in "fc":
                return False
            numbers = numbers[np.isfinite(numbers)] * _SHORT
            return bool(np.any(numbers != np.round(numbers)))
        case dict():
            return any(map(_is_rounded, value.values()))
        case list() | tuple():
            return any(map(_is_rounded, value))
    return False


def _refuses(expected: object) -> bool:
    return isinstance(expected, Raises)


def _comparison(rules: Sequence[Rule]) -> list[str]:
    """The comparison of a question's cases, of which only the tolerances may differ."""
    if not rules:
        return []
    rule = rules[0]
    if rule.kind == "exact":
        words = ["exact"]
    else:
        parts = [f"rtol {rule.rtol:g}"] if rule.rtol else []
        if any(isinstance(other.atol, np.ndarray) for other in rules):
            parts.append("atol by element")
        elif len({other.atol for other in rules}) > 1:
            parts.append("atol by case")
        elif rule.atol:
            parts.append(f"atol {rule.atol:g}")
        words = ["within " + " and ".join(parts or ["no tolerance"])]
    if rule.fold_text:
        words.append("text regardless of case")
    if rule.extra_keys:
        words.append("extra keys ignored")
    if rule.same_dtype:
        words.append("same dtype")
    if rule.real_only:
        words.append("no complex numbers")
    return words


def _credit(question: Question) -> str:
    steps = [(float(share), float(worth)) for share, worth in question.credit or ()]
    if steps == [(1.0, 1.0)]:
        return "all or nothing"
    return "steps " + ", ".join(f"{share:g}: {worth:g}" for share, worth in steps)


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
