"""Decides the arguments of every case: written in config.yaml, or drawn by a generator.

A drawn case has a seed of its own, made by SHA-256 from the config's `hidden_seed`, the question,
the group's name and the case's index in it. So every submission meets the same inputs, and an
edit of one group leaves the others as they were. No two cases of a question have the same
arguments: what was drawn before is drawn again, from the same stream.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from grader.assignment.amounts import exact
from grader.assignment.config import CaseConfig
from grader.assignment.consistency import case_names
from grader.assignment.document import KeyPath
from grader.assignment.draft import CaseDraft
from grader.assignment.findings import brief, suggest
from grader.assignment.signature import Misfit, fit, wanted
from grader.assignment.spelt import spelt
from grader.assignment.trial import Trial, crossing
from grader.assignment.values import NotPlain, fingerprint
from grader.model import Raised, Returned, TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeAlias

    from grader.model import Value

    Seen: TypeAlias = dict[tuple[bytes, tuple[str | int, ...]], str]

_REDRAWS = 100
_PROBES = 4  # from each generator


class Input(Struct, frozen=True):
    """The arguments of one case, and where in the config they come from."""

    name: str
    path: KeyPath
    config: CaseConfig
    args: tuple[Value, ...]
    weight: Fraction

    @property
    def source(self) -> KeyPath:
        """The key that the arguments come from."""
        return (*self.path, "args" if self.config.generate is None else "generate")

    @property
    def label(self) -> str:
        """Tells a drawn case from the others of its group, for messages."""
        if self.config.generate is None:
            return ""
        return f"for `{self.name}` ({', '.join(brief(arg) for arg in self.args)}), "


def read_inputs(trial: Trial) -> list[Input]:
    """Decides the arguments of all cases, in the config's order. What is unsound is left out."""
    seen: Seen = {}
    groups: dict[KeyPath, list[Input]] = {}
    # what is written stands fast, so the drawn ones give way to it wherever they stand
    for case in trial.question.cases:
        if case.config.args is not None:
            groups[case.path] = _written(trial, case, seen)
    for case in trial.question.cases:
        if case.config.args is None and case.config.generate is not None:
            groups[case.path] = _drawn(trial, case, seen)
    return [entry for case in trial.question.cases for entry in groups.get(case.path, [])]


# --------------------------------------------------------------------------- written


def _written(trial: Trial, case: CaseDraft, seen: Seen) -> list[Input]:
    written, path = case.config.args or [], (*case.path, "args")
    if not _right_count(trial, len(written), path):
        return []
    args = []
    for index, value in enumerate(written):
        try:
            args.append(fit(value, trial.parameters.hint(index)))
        except Misfit as misfit:
            if case.config.raises is None:
                trial.findings.add(
                    (*path, index, *misfit.path),
                    f"is {brief(misfit.value)}, which is not what {trial.parameters} takes as "
                    f"{_parameter(trial, index)}",
                    _respelt(value, trial.parameters.hint(index)) or f"write {misfit.wanted}",
                )
                return []
            args.append(value)  # a wrong type may be what must be refused
    key = (fingerprint(tuple(args)), case.config.at)
    if key in seen:
        trial.findings.add(
            path,
            f"is {brief(written)}, the arguments of `{seen[key]}` once more",
            "take one of the two cases out",
        )
        return []
    seen[key] = case.config.name
    return [Input(case.config.name, case.path, case.config, tuple(args), exact(case.config.weight))]


def _respelt(value: object, hint: Any) -> str:
    """The remedy where a value is right but for how its numbers are spelt."""
    meant, remedy = spelt(value)
    try:
        fit(meant, hint)
    except Misfit:
        return ""
    return remedy


def _right_count(trial: Trial, count: int, path: KeyPath) -> bool:
    parameters = trial.parameters
    if parameters.takes(count):
        return True
    are = f"has {count} argument{'' if count == 1 else 's'} for {parameters}"
    if count < parameters.required:
        missing = ", ".join(parameters.names[count : parameters.required])
        trial.findings.add(path, are, f"add {missing}")
    else:
        brackets = "; a list that is one argument needs brackets of its own"
        one = parameters.counts == "1"
        trial.findings.add(path, are, f"write {parameters.counts}{brackets if one else ''}")
    return False


def _parameter(trial: Trial, index: int) -> str:
    names = trial.parameters.names
    return names[index] if index < len(names) else "*args"


# --------------------------------------------------------------------------- drawn


def seed_of(hidden_seed: int, question: str, group: str, index: int) -> int:
    """Decides the seed of one drawn case; `index` counts from 0 within its group."""
    text = "\0".join([str(hidden_seed), question, group, str(index)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def probes(trial: Trial) -> Iterator[tuple[tuple[str | int, ...], tuple[Value, ...]]]:
    """Draws inputs that are no cases, from every generator of a question's that has values.

    Each comes with the path to the part of the result that its group compares.
    """
    for case in trial.question.cases:
        generator = trial.module.function(case.config.generate or "")
        if generator is None or case.config.raises is not None:
            continue
        for index in range(_PROBES):
            name = f"{case.config.name}, a probe"
            seed = seed_of(trial.seed, trial.question.config.id, name, index)
            args = _draw(trial, case, generator, np.random.default_rng(seed))
            if args is None:
                return
            yield case.config.at, args


def _drawn(trial: Trial, case: CaseDraft, seen: Seen) -> list[Input]:
    """Draws the cases of a group; stops at the first that is unsound."""
    name, path = case.config.generate or "", (*case.path, "generate")
    generator = trial.module.function(name)
    if generator is None:
        remedy = suggest(name, trial.module.functions, what="generator")
        trial.findings.add(path, f"is {name!r}, {trial.module.lacks(name)}", remedy)
        return []
    names = case_names(case.config)
    weight = exact(case.config.weight) / len(names)
    drawn: list[Input] = []
    for index, case_name in enumerate(names):
        seed = seed_of(trial.seed, trial.question.config.id, case.config.name, index)
        if index == 0 and not _repeats(trial, case, generator, seed):
            return []
        args = _draw_unseen(trial, case, generator, seed, seen)
        if args is None:
            return []
        seen[fingerprint(args), case.config.at] = case_name
        drawn.append(Input(case_name, case.path, case.config, args, weight))
    return drawn


def _repeats(trial: Trial, case: CaseDraft, generator: Callable[..., Any], seed: int) -> bool:
    """Whether a generator draws the same from the same seed; if not, that is noted."""
    first = _draw(trial, case, generator, np.random.default_rng(seed))
    again = None if first is None else _draw(trial, case, generator, np.random.default_rng(seed))
    if first is None or again is None:
        return False
    if fingerprint(first) == fingerprint(again):
        return True
    trial.findings.add(
        (*case.path, "generate"),
        f"draws {brief(first)}, then {brief(again)} from the same seed",
        "let it draw from its argument only, and keep nothing between calls",
    )
    return False


def _draw_unseen(
    trial: Trial, case: CaseDraft, generator: Callable[..., Any], seed: int, seen: Seen
) -> tuple[Value, ...] | None:
    """Draws until no other case has these arguments."""
    stream = np.random.default_rng(seed)
    args = _draw(trial, case, generator, stream)
    for _ in range(_REDRAWS):
        if args is None or (fingerprint(args), case.config.at) not in seen:
            return args
        args = _draw(trial, case, generator, stream)
    trial.findings.add(
        (*case.path, "generate"),
        f"draws arguments that another case has, {_REDRAWS} times in a row: {brief(args)}",
        "let it draw from more, or lower `count`",
    )
    return None


def _draw(
    trial: Trial, case: CaseDraft, generator: Callable[..., Any], stream: np.random.Generator
) -> tuple[Value, ...] | None:
    """Decides one set of arguments, or notes why there is none."""
    path = (*case.path, "generate")
    result = trial.deadline.call(generator, stream)
    if isinstance(result, TimedOut):
        what = f"draws nothing within {result.limit_s:g} s"
        trial.findings.add(path, what, "mend the generator so that it ends")
        return None
    if isinstance(result, Raised):
        what = f"raises {trial.said(result)}"
        trial.findings.add(path, what, "mend the generator", cause=trial.cause(result))
        return None
    return _fitting(trial, case, result)


def _fitting(trial: Trial, case: CaseDraft, result: Returned) -> tuple[Value, ...] | None:
    path = (*case.path, "generate")
    value: object = result.value
    if not isinstance(value, tuple):
        trial.findings.add(
            path,
            f"draws {brief(value)}, which is no tuple",
            "return a tuple of the arguments by position, e.g. (3, 4), or (3,) for one",
        )
        return None
    try:
        args = [crossing(item) for item in value]
    except NotPlain as why:
        trial.findings.add(
            path, f"draws {why}", "draw numbers, text, lists, tuples, dicts or arrays of numbers"
        )
        return None
    if not _right_count(trial, len(args), path):
        return None
    for index, arg in enumerate(args):
        try:
            args[index] = fit(arg, trial.parameters.hint(index))
        except Misfit:
            if case.config.raises is None:
                trial.findings.add(
                    path,
                    f"draws {brief(arg)}, which is not what {trial.parameters} takes as "
                    f"{_parameter(trial, index)}",
                    f"draw {wanted(trial.parameters.hint(index))}",
                )
                return None
    return tuple(args)
