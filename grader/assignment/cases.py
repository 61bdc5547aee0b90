"""Decides what every case expects, by asking the reference, and whether the case can tell.

The reference is called twice with fresh copies: it must give the same again, leave its inputs
alone, and return what could come back from a student's process. A composite is called once more
with the references of its steps, which is what follow-through does with a student's.
"""

from __future__ import annotations

import math
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from msgspec import UNSET
from msgspec.structs import replace

from grader.assignment.amounts import exact
from grader.assignment.consistency import is_close, refusal
from grader.assignment.deadline import exception_kind
from grader.assignment.document import KeyPath
from grader.assignment.findings import brief, suggest
from grader.assignment.inputs import Input, read_inputs
from grader.assignment.spelt import spelt
from grader.assignment.trial import Trial, crossing
from grader.assignment.values import ABSENT, NotPlain, fingerprint, narrow
from grader.model import Case, Raised, Raises, Returned, Rule, TimedOut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.model import FloatArray, Value


_LISTED = 20  # keys of a result that a message names
_SLIPS = (NameError, AttributeError, ImportError)  # of whoever wrote the reference; no refusals


class _Unsound(Exception):
    """A case that cannot be used; its problem has been noted."""

    def __init__(self, *, hopeless: bool = False) -> None:
        self.hopeless = hopeless  # the other cases would only say the same
        super().__init__()


def build_cases(trial: Trial) -> tuple[Case, ...]:
    """Decides the cases of a question; what is unsound is noted and left out."""
    cases: list[Case] = []
    unsound: set[KeyPath] = set()
    for entry in read_inputs(trial):
        if entry.path in unsound:
            continue  # a group says once what is wrong with it
        try:
            cases.append(_build(trial, entry))
        except _Unsound as problem:
            unsound.add(entry.path)
            if problem.hopeless:
                break
    if cases and not unsound and all(case.expected is None and not case.at for case in cases):
        trial.findings.add(
            (*trial.question.path, "cases"),
            f"expect nothing but null of {trial.parameters.function}: an empty function is right",
            "let the reference return what it prints or changes, or add a case that must raise",
        )
    return tuple(cases)


def _build(trial: Trial, entry: Input) -> Case:
    config = entry.config
    expected = _expected(trial, entry)
    rule = Rule(keep_inputs=trial.keep_inputs)
    if not isinstance(expected, Raises):
        rule = _rule(trial, entry, expected)
        _check_expect(trial, entry, expected, rule)
        _check_can_fail(trial, entry, expected, rule)
        if trial.steps:
            _check_steps(trial, entry, expected, rule)
    return Case(
        name=entry.name,
        args=entry.args,
        expected=expected,
        rule=rule,
        weight=entry.weight,
        shown=trial.shown if config.shown is None else config.shown == "full",
        at=config.at,
        partial=tuple((exact(share), exact(credit)) for share, credit in _items(config.partial)),
        bands=tuple((factor, exact(credit)) for factor, credit in _items(config.bands)),
    )


def _items(steps: Mapping[float, float] | None) -> list[tuple[float, float]]:
    return list(steps.items()) if steps else []


# --------------------------------------------------------------------------- what is expected


def _expected(trial: Trial, entry: Input) -> Value | Raises:
    if trial.findings.any_under((*entry.path, "raises")):
        raise _Unsound  # whether there is a value at all is not known
    first = _call(trial, entry)
    again = _call(trial, entry)
    if entry.config.raises is not None:
        _expected_refusal(trial, entry, again)
        return _expected_refusal(trial, entry, first)
    value = _value(trial, entry, first)
    if not isinstance(again, Returned) or not trial.equal(
        expected=value, observed=_value(trial, entry, again), rule=Rule()
    ):
        shown = brief(again.value) if isinstance(again, Returned) else "an exception"
        _refuse(
            trial,
            entry,
            f"the reference gives {brief(value)}, then {shown} for the same arguments",
            "take out what varies: time, unseeded random numbers, what is kept between calls",
        )
    part = narrow(value, entry.config.at)
    if part is ABSENT:
        where = "" if entry.config.generate is None else f"for `{entry.name}`, "
        trial.findings.add(
            (*entry.path, "at"),
            f"{where}is {list(entry.config.at)!r}, which leads to nothing in {brief(value)}",
            _way_on(value, entry.config.at),
        )
        raise _Unsound
    return part  # type: ignore[no-any-return]


def _way_on(value: Value, at: tuple[str | int, ...]) -> str:
    """The remedy for a way that ends too early: the keys that are there."""
    for length in range(len(at)):
        part = narrow(value, at[:length])
        if isinstance(part, dict) and at[length] not in part and len(part) <= _LISTED:
            return suggest(at[length], map(str, part), what="key")
    return "write keys and positions that the result has"


def _call(trial: Trial, entry: Input) -> Returned | Raised:
    """Calls the reference with fresh arguments, which it must leave alone."""
    args = deepcopy(entry.args)
    result = trial.deadline.call(trial.function, *args)
    if isinstance(result, TimedOut):
        trial.findings.add(
            entry.source,
            f"{entry.label}the reference does not return within limits.call ({result.limit_s:g} s)",
            "mend the reference so that it ends, or raise limits.call",
        )
        raise _Unsound(hopeless=True)
    for index, (before, after) in enumerate(zip(entry.args, args, strict=True)):
        if fingerprint(before) != fingerprint(after):
            name = trial.parameters.names[index : index + 1] or (f"argument {index + 1}",)
            _refuse(
                trial,
                entry,
                f"the reference changes its input {name[0]}",
                "let it work on a copy",
            )
    return result


def _expected_refusal(trial: Trial, entry: Input, result: Returned | Raised) -> Raises:
    wanted = refusal(entry.config.raises or "")
    if wanted is None:
        raise _Unsound  # noted when the config was read
    place = (*entry.path, "raises")
    if isinstance(result, Raised):
        if wanted.__name__ in result.bases:
            return Raises(wanted.__name__)
        trial.findings.add(
            place,
            f"{entry.label}is {wanted.__name__}, but the reference raises {trial.said(result)}",
            f"mend the reference{_or_say_so(result)}",
            cause=trial.cause(result),
        )
    else:
        trial.findings.add(
            place,
            f"{entry.label}is {wanted.__name__}, but the reference returns {brief(result.value)}",
            "take `raises` out, or mend the reference",
        )
    raise _Unsound


def _value(trial: Trial, entry: Input, result: Returned | Raised) -> Value:
    if isinstance(result, Raised):
        _refuse(
            trial,
            entry,
            f"the reference raises {trial.said(result)}",
            _as_arrays(trial, entry) or f"mend the reference{_or_say_so(result)}",
            cause=trial.cause(result),
        )
    try:
        return crossing(result.value)
    except NotPlain as why:
        _refuse(
            trial,
            entry,
            f"the reference returns {why}, which cannot cross to a student's process and back",
            "return numbers, text, None, lists, tuples, dicts or arrays of numbers",
        )


def _as_arrays(trial: Trial, entry: Input) -> str:
    """The remedy where a written list stayed one, and as an array would have done."""
    if entry.config.generate is not None:
        return ""
    args = list(deepcopy(entry.args))
    lists = []
    for index, name in enumerate(trial.parameters.names[: len(args)]):
        if isinstance(args[index], list) and trial.parameters.hint(index) is Any:
            with suppress(ValueError):  # rows of unequal length
                args[index] = np.asarray(args[index])
                lists.append(name)
    if not lists or not isinstance(trial.deadline.call(trial.function, *args), Returned):
        return ""
    which = " and ".join(lists)
    return f"a list stays one: annotate {which} in the reference, as in {lists[0]}: np.ndarray"


def _or_say_so(raised: Raised) -> str:
    kind = exception_kind(raised)
    if issubclass(kind, _SLIPS):
        return ""
    return f", or write `raises: {kind.__name__}`" if refusal(kind.__name__) else ""


def _refuse(trial: Trial, entry: Input, what: str, remedy: str, *, cause: str = "") -> NoReturn:
    trial.findings.add(entry.source, f"{entry.label}{what}", remedy, cause=cause)
    raise _Unsound


def _check_steps(trial: Trial, entry: Input, expected: Value, rule: Rule) -> None:
    """With the references of its steps put in for them, a composite must give the same."""
    args = deepcopy(entry.args)
    result = trial.deadline.call(trial.function, *args, **trial.steps)
    names = ", ".join(trial.steps)
    if isinstance(result, Returned):
        try:
            part = narrow(crossing(result.value), entry.config.at)
            same = part is not ABSENT and trial.equal(expected=expected, observed=part, rule=rule)
        except NotPlain:
            same = False
        came = brief(result.value)
    else:
        same = False
        came = trial.said(result) if isinstance(result, Raised) else "no answer in time"
    if not same:
        trial.findings.add(
            (*trial.question.path, "builds_on"),
            f"for `{entry.name}`, with the references of {names} put in as its steps the reference "
            f"gives {came}, without them {brief(expected)}",
            "let it call its steps by these parameters, with the arguments that they take",
        )
        raise _Unsound(hopeless=True)


# --------------------------------------------------------------------------- how it is compared


def _rule(trial: Trial, entry: Input, expected: Value) -> Rule:
    compare = trial.compare_config
    atol: float | FloatArray = 0.0
    if isinstance(compare.atol, str):
        atol = _tolerance(trial, entry, compare.atol, expected)
    elif compare.atol is not None:
        atol = compare.atol
    return Rule(
        kind="close" if is_close(compare) else "exact",
        rtol=compare.rtol or 0.0,
        atol=atol,
        same_dtype=compare.dtype == "same",
        fold_text=compare.text == "loose",
        extra_keys=compare.extra_keys == "ignored",
        real_only=compare.complex == "refused",
        keep_inputs=trial.keep_inputs,
    )


def _tolerance(trial: Trial, entry: Input, name: str, expected: Value) -> float | FloatArray:
    """The tolerance that the author's function gives for a case: finite, and of its shape."""
    path = (*trial.compare_path, "atol")
    function = trial.module.function(name)
    assert function is not None  # else no case is built
    result = trial.deadline.call(function, *deepcopy(entry.args))
    where = f"for `{entry.name}`, {name} "
    if not isinstance(result, Returned):
        came = f"raises {trial.said(result)}" if isinstance(result, Raised) else "does not return"
        remedy = "let it take the case's arguments and return a number or an array"
        trial.findings.add(path, where + came, remedy)
        raise _Unsound(hopeless=True)
    try:
        array = np.asarray(result.value, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.array(math.nan)
    shape = expected.shape if isinstance(expected, np.ndarray) else _rows(expected) or ()
    if not bool(np.all(np.isfinite(array))) or bool(np.any(array < 0)):
        what = f"gives {brief(result.value)}"
        remedy = "return tolerances that are finite and at least 0"
    elif array.ndim and array.shape != shape:
        what = f"gives shape {array.shape} for an expected value of shape {shape}"
        remedy = "return one number, or one tolerance for each expected element"
    else:
        return array if array.ndim else float(array)
    trial.findings.add(path, where + what, remedy)
    raise _Unsound(hopeless=True)


def _rows(value: Value) -> tuple[int, ...] | None:
    """The shape of equally long rows of numbers; None if it is anything else."""
    if not isinstance(value, list | tuple):
        return () if isinstance(value, int | float | complex) else None
    shapes = {_rows(item) for item in value}
    inner = shapes.pop() if len(shapes) == 1 else None
    return None if inner is None else (len(value), *inner)


def _check_expect(trial: Trial, entry: Input, expected: Value, rule: Rule) -> None:
    if entry.config.expect is UNSET or entry.config.generate is not None:
        return
    if trial.findings.any_under((*trial.question.path, "compare")):
        return  # by which rule the two are to be equal is not known
    any_dtype = replace(rule, same_dtype=False)  # YAML knows none
    comparison = trial.compare(expected=expected, observed=entry.config.expect, rule=any_dtype)
    if not comparison.matches:
        meant, remedy = spelt(entry.config.expect)
        found = trial.compare(expected=expected, observed=meant, rule=any_dtype).matches
        trial.findings.add(
            (*entry.path, "expect"),
            f"is {brief(entry.config.expect)}, but the reference gives {brief(expected)}",
            remedy if found else "mend the one that is wrong",
        )
        raise _Unsound


def _check_can_fail(trial: Trial, entry: Input, expected: Value, rule: Rule) -> None:
    """A case that accepts a value which is wrong in every place tells nothing."""
    spoiled = _spoiled(expected, min(2 * float(np.max(rule.atol, initial=0.0)) + 1, 1e300))
    if not trial.equal(expected=expected, observed=spoiled, rule=rule):
        return
    close = rule.kind == "close"
    trial.findings.add(
        trial.compare_path
        if close and trial.findings.is_written(trial.compare_path)
        else entry.path,
        f"`{entry.name}` cannot fail: {brief(spoiled)} passes for {brief(expected)}",
        "lower the tolerance" if close else "ask for more, or compare it exactly",
    )
    raise _Unsound(hopeless=close)


def _spoiled(value: Any, off: float) -> Any:
    """A value of the same structure that is wrong in every place: zeros where there are none."""
    if isinstance(value, np.ndarray):
        if value.size == 0:
            return None
        if value.dtype.kind == "b":
            return ~value
        return np.where(value == 0, np.ceil(off), 0).astype(value.dtype)
    if isinstance(value, list | tuple):
        return [_spoiled(item, off) for item in value] or [0]
    if isinstance(value, dict):
        return {key: _spoiled(item, off) for key, item in value.items()} or {"": 0}
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"{value}?"
    if value is None:
        return 0
    zero = 0 if value else math.ceil(off)
    return type(value)(zero)
