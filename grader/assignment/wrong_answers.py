"""Decides what every wrong answer makes of every case, and whether the cases tell them apart.

A wrong answer is a formula without guards. So what it does where a case must raise says nothing
of it: a student who has its slip may well raise there as asked. Only one that is right wherever
there is a value has its slip in a guard, and shows it where a case must raise.
"""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from grader.assignment.amounts import exact
from grader.assignment.deadline import Result, exception_kind
from grader.assignment.document import KeyPath
from grader.assignment.findings import brief, suggest
from grader.assignment.inputs import probes
from grader.assignment.signature import Parameters, parameters_of
from grader.assignment.trial import Trial
from grader.assignment.values import ABSENT, NotPlain, narrow, plain
from grader.model import Case, Raised, Raises, Returned, Rule, WrongAnswer

if TYPE_CHECKING:
    from grader.model import Value

_MISSPELT = 0.85  # how like a step's name a keyword is that means it


def build_wrong_answers(trial: Trial, cases: Sequence[Case]) -> tuple[WrongAnswer, ...]:
    """Decides the wrong answers of a question; what is unsound is noted and left out."""
    built = [
        wrong
        for name, share in trial.question.config.wrong_answers.items()
        if (wrong := _build(trial, name, share, cases)) is not None
    ]
    if cases:
        _check_separation(trial, cases, built)
    return tuple(built)


def _build(trial: Trial, name: str, share: float, cases: Sequence[Case]) -> WrongAnswer | None:
    path = (*trial.question.path, "wrong_answers", name)
    function = trial.module.function(name)
    if function is None:
        known = [n for n in trial.module.functions if n != trial.question.config.function]
        remedy = suggest(name, known, what="wrong answer")
        missing = name not in trial.module.names
        what = f"is not defined in {trial.module.file}" if missing else trial.module.lacks(name)
        trial.findings.add(path, what.removeprefix("which "), remedy)
        return None
    if function is trial.function:
        trial.findings.add(path, "is the reference itself", "name another function")
        return None
    feedback = _feedback(function)
    if not feedback:
        trial.findings.add(
            path,
            "has no docstring to tell a student",
            f"add one to {name} in {trial.module.file}: a question that helps",
        )
    parameters = parameters_of(function, name, with_hints=False)
    if parameters is not None and not _takes_its_keywords(trial, function, parameters, path):
        return None
    predictions = _predictions(trial, parameters, function, cases, path)
    if predictions is None:
        return None
    steps = _steps(trial, parameters)
    formula = function if steps else None
    wrong = WrongAnswer(name, exact(share), feedback, predictions, formula, tuple(steps))
    if steps:
        _check_steps(trial, wrong, steps, cases, path)
    return wrong


def _feedback(function: Callable[..., Any]) -> str:
    """The docstring as one run of text; that of a class, a partial's say, is none."""
    text = function.__doc__ or ""
    return "" if text == type(function).__doc__ else " ".join(inspect.cleandoc(text).split())


def _takes_its_keywords(
    trial: Trial, function: Callable[..., Any], parameters: Parameters, path: KeyPath
) -> bool:
    """Whether each keyword can do without a value, and none is a step's misspelt."""
    missed = [step for step in trial.steps if step not in parameters.steps]
    for keyword, has_default in parameters.steps.items():
        if not has_default:
            trial.findings.add(
                path,
                f"needs the keyword {keyword} in {trial.module.file}, which no case can give",
                f"give it a default: `*, {keyword}={keyword}`",
            )
            return False
        default = inspect.signature(function).parameters[keyword].default
        meant = [step for step in missed if trial.steps[step] is default]
        meant += get_close_matches(keyword, missed, n=1, cutoff=_MISSPELT)
        if meant and keyword not in trial.steps:
            trial.findings.add(
                path,
                f"takes the keyword {keyword} in {trial.module.file}, which is no step",
                f"did you mean `{meant[0]}`?",
            )
            return False
    return True


# --------------------------------------------------------------------------- predictions


def _predictions(
    trial: Trial,
    parameters: Parameters | None,
    function: Callable[..., Any],
    cases: Sequence[Case],
    path: KeyPath,
) -> tuple[Value | Raises, ...] | None:
    predictions: list[Value | Raises] = []
    for case in cases:
        if parameters is not None and not parameters.takes(len(case.args)):
            trial.findings.add(
                path,
                f"takes {parameters}, but `{case.name}` calls it with {len(case.args)} arguments",
                f"give it the parameters of {trial.parameters}",
            )
            return None
        prediction = _prediction(trial, function, case, path)
        if prediction is ABSENT:
            return None
        predictions.append(prediction)
    return tuple(predictions)


def _prediction(trial: Trial, function: Callable[..., Any], case: Case, path: KeyPath) -> Any:
    """What a wrong answer makes of a case, or `ABSENT` once a problem has been noted."""
    result = trial.deadline.call(function, *deepcopy(case.args))
    if isinstance(result, Returned):
        try:
            return plain(result.value)
        except NotPlain as why:
            trial.findings.add(
                path,
                f"returns {why} for `{case.name}`, which no student's process could",
                "return numbers, text, None, lists, tuples, dicts or arrays of numbers",
            )
    elif isinstance(result, Raised):
        kind = exception_kind(result)
        if issubclass(kind, Exception):
            return Raises(kind.__name__)
        trial.findings.add(
            path, f"raises {trial.said(result)} for `{case.name}`", "let it return a value"
        )
    else:
        trial.findings.add(
            path,
            f"does not return within {result.limit_s:g} s for `{case.name}`",
            "write it so that it ends; where a student's would hang, let it raise",
        )
    return ABSENT


def _steps(trial: Trial, parameters: Parameters | None) -> dict[str, Callable[..., Any]]:
    """The references of the steps that a wrong answer takes, by the keywords that it takes them as.

    On a student's own steps it is then recognised, too.
    """
    if parameters is None:
        return {}
    return {
        keyword: step
        for keyword, step in trial.steps.items()
        if parameters.all_steps or keyword in parameters.steps
    }


def _check_steps(
    trial: Trial,
    wrong: WrongAnswer,
    steps: Mapping[str, Callable[..., Any]],
    cases: Sequence[Case],
    path: KeyPath,
) -> None:
    """With the references of its steps put in for them, a wrong answer must give the same.

    One case is enough to see whether it calls them rightly: the first one that true steps, which
    may refuse what a formula without guards goes on with, do not refuse.
    """
    assert wrong.formula is not None
    came = ""
    for case, prediction in zip(cases, wrong.predictions, strict=True):
        if isinstance(case.expected, Raises) or isinstance(prediction, Raises):
            continue
        result = trial.deadline.call(wrong.formula, *deepcopy(case.args), **steps)
        if isinstance(result, Raised):
            came = came or f"raises {trial.said(result)} for `{case.name}`"
            continue
        if isinstance(result, Returned):
            with suppress(NotPlain):
                if _same(trial, case, prediction, plain(result.value)):
                    return
            given = f"{brief(result.value)}, without them {brief(prediction)},"
            came = f"gives {given} for `{case.name}`"
        else:
            came = f"does not return within {result.limit_s:g} s for `{case.name}`"
        break
    if came:
        trial.findings.add(
            path,
            f"with the references of {', '.join(steps)} put in as its steps {came}",
            "let it call its steps by these parameters, with the arguments that they take",
        )


# --------------------------------------------------------------------------- told apart


def _check_separation(trial: Trial, cases: Sequence[Case], built: Sequence[WrongAnswer]) -> None:
    """Each wrong answer must differ from the right one, and from each other, in some case."""
    on_values = []
    on_guards = []
    for wrong in built:
        if _differs(trial, cases, wrong, guards=False):
            on_values.append(wrong)
        elif _differs(trial, cases, wrong, guards=True):
            on_guards.append(wrong)
        else:
            trial.findings.add(
                (*trial.question.path, "wrong_answers", wrong.name),
                "is right in every case",
                "add a case in which it differs from the reference, or take it out",
            )
    _check_guards(trial, cases, on_guards)
    allowed = {frozenset(pair) for pair in trial.question.config.inseparable}
    for alike, guards in ((on_values, False), (on_guards, True)):
        for index, second in enumerate(alike):
            for first in alike[:index]:
                if frozenset((first.name, second.name)) in allowed:
                    continue
                if _alike(trial, cases, first, second, guards=guards):
                    trial.findings.add(
                        (*trial.question.path, "wrong_answers", second.name),
                        f"gives what {first.name} gives in every case",
                        "add a case in which they differ, or write "
                        f"`inseparable: [[{first.name}, {second.name}]]`",
                    )


def _check_guards(trial: Trial, cases: Sequence[Case], wrongs: Sequence[WrongAnswer]) -> None:
    """What is right in all cases may be wrong elsewhere: then they miss a slip of another kind."""
    left = list(wrongs)
    like = next((case for case in cases if not isinstance(case.expected, Raises)), cases[0])
    for at, args in probes(trial) if left else ():
        right = trial.deadline.call(trial.function, *deepcopy(args))
        for wrong in tuple(left):
            if not _same_on(trial, wrong, args, right, replace(like, at=at)):
                left.remove(wrong)
                trial.findings.add(
                    (*trial.question.path, "wrong_answers", wrong.name),
                    "is right in every case that has a value, but wrong for "
                    f"({', '.join(brief(arg) for arg in args)})",
                    "add a case such as this one",
                )


def _same_on(
    trial: Trial, wrong: WrongAnswer, args: tuple[Value, ...], right: Result, like: Case
) -> bool:
    """Whether a wrong answer gives what the reference gave, as far as both give a value."""
    function = trial.module.function(wrong.name)
    if function is None or not isinstance(right, Returned):
        return True
    slip = trial.deadline.call(function, *deepcopy(args))
    if not isinstance(slip, Returned):
        return True
    try:
        return _same(trial, like, plain(right.value), plain(slip.value))
    except NotPlain:
        return True


def _differs(trial: Trial, cases: Sequence[Case], wrong: WrongAnswer, *, guards: bool) -> bool:
    """Whether a wrong answer is wrong in a case that has a value, or in one that must raise."""
    return any(
        not _right(trial, case, prediction)
        for case, prediction in zip(cases, wrong.predictions, strict=True)
        if isinstance(case.expected, Raises) == guards
    )


def _right(trial: Trial, case: Case, prediction: Value | Raises) -> bool:
    if isinstance(case.expected, Raises) or isinstance(prediction, Raises):
        if not (isinstance(case.expected, Raises) and isinstance(prediction, Raises)):
            return False
        kind = getattr(builtins, prediction.exception)
        return issubclass(kind, getattr(builtins, case.expected.exception))
    part = narrow(prediction, case.at)
    return part is not ABSENT and trial.equal(expected=case.expected, observed=part, rule=case.rule)


def _alike(
    trial: Trial,
    cases: Sequence[Case],
    first: WrongAnswer,
    second: WrongAnswer,
    *,
    guards: bool,
) -> bool:
    return all(
        _same(trial, case, one, other)
        for case, one, other in zip(cases, first.predictions, second.predictions, strict=True)
        if isinstance(case.expected, Raises) == guards
    )


def _same(trial: Trial, case: Case, first: Value | Raises, second: Value | Raises) -> bool:
    if isinstance(first, Raises) or isinstance(second, Raises):
        # which exception a slip ends in depends on how it was written down
        return isinstance(first, Raises) and isinstance(second, Raises)
    one, other = narrow(first, case.at), narrow(second, case.at)
    if one is ABSENT or other is ABSENT:
        return one is other
    return trial.equal(expected=one, observed=other, rule=_rule_for(case.rule, one))


def _rule_for(rule: Rule, value: Value) -> Rule:
    """The rule, with one tolerance for all where a wrong result has another shape."""
    if not isinstance(rule.atol, np.ndarray):
        return rule
    if isinstance(value, np.ndarray) and value.shape == rule.atol.shape:
        return rule
    return replace(rule, atol=float(np.max(rule.atol, initial=0.0)))
