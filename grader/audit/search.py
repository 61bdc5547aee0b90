"""Looks for an input that tells a mutant from the reference, where the cases did not.

What the reference gives decides whether an input counts. It does where the reference returns a
value, or raises what its own code raises on purpose; not where it stumbles over nonsense, nor
where the author rules that no case may depend on the arguments. A mutant that gives the same on
all that counts is equivalent as far as anyone looked, and the number of inputs is told with it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.audit.bench import DRIVER, Bench
from grader.audit.subjects import Subject, submit
from grader.marking import mark
from grader.model import Assignment, Case, Observation, Question, Raised, Raises, Returned, Rule
from grader.sandbox.wire import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.audit.inputs import Args, Inputs
    from grader.audit.sources import Library, Unit
    from grader.model import Submission, Value


@dataclass(frozen=True, slots=True)
class Witness:
    """An input that tells a mutant from the reference."""

    args: Args
    expected: Value | Raises
    observed: Observation


@dataclass(frozen=True, slots=True)
class Search:
    """What came of looking for a witness."""

    compared: int  # inputs that count, on which the mutant does what the reference does
    witness: Witness | None = None
    ruled_out: tuple[tuple[str, int], ...] = ()  # ruling -> inputs that tell but do not count


class Oracle:
    """What the reference makes of a question's inputs, and which of them count."""

    def __init__(self, bench: Bench, library: Library, subject: Subject, inputs: Inputs) -> None:
        """Asks the reference, in the sandbox, once for all mutants."""
        self.subject = subject
        self.inputs = inputs
        self._bench = bench
        self._library = library
        self._args = list(inputs)
        self._singly = any(case.rule.keep_inputs for case in subject.question.cases)
        functions = {subject.question.function: subject.reference}
        for extra in (subject.no_case, subject.tolerance):
            if extra is not None:
                functions[extra] = subject.name(extra)
        submission = submit(library, functions, name="reference", code=DRIVER)
        purposely = _raised_on_purpose(library.reach([subject.reference], judged=True))
        purposely |= {
            case.expected.exception
            for case in subject.question.cases
            if isinstance(case.expected, Raises)
        }
        observed = bench.observe(submission, subject.question.function, self._args)
        rulings = self._asked(submission, subject.no_case)
        tolerances = self._asked(submission, subject.tolerance)
        self.rulings = [ruling if isinstance(ruling, str) else None for ruling in rulings]
        self._cases = [
            self._expectations(args, observation, purposely, tolerance)
            for args, observation, tolerance in zip(self._args, observed, tolerances, strict=True)
        ]
        self._replies = [_reply(observation) for observation in observed]

    def _asked(self, submission: Submission, function: str | None) -> list[Any]:
        if function is None:
            return [None] * len(self._args)
        observed = self._bench.observe(submission, function, self._args)
        return [
            seen.outcome.value if isinstance(seen.outcome, Returned) else None for seen in observed
        ]

    @property
    def counting(self) -> int:
        """How many inputs count."""
        pairs = zip(self._cases, self.rulings, strict=True)
        return sum(bool(cases) and ruling is None for cases, ruling in pairs)

    def _expectations(
        self, args: Args, observation: Observation, purposely: set[str], tolerance: Any
    ) -> tuple[Case, ...]:
        """The cases that an input makes: one for each part that the question looks at."""
        outcome = observation.outcome
        question = self.subject.question
        if isinstance(outcome, Raised):
            if outcome.exception in purposely:
                return (Case("", args, Raises(outcome.exception)),)
            return ()
        if not isinstance(outcome, Returned):
            return ()
        ordinary = [case for case in question.cases if not isinstance(case.expected, Raises)]
        rule = ordinary[0].rule if ordinary else Rule()
        if self.subject.tolerance is not None:
            if tolerance is None:
                return ()
            rule = replace(rule, atol=_as_tolerance(tolerance))
        parts = list(dict.fromkeys(case.at for case in ordinary))
        if () in parts:
            parts = [()]
        cases = []
        for at in parts:
            found, part = _narrow(outcome.value, at)
            if found:
                cases.append(Case("", args, part, rule, at=at))
        return tuple(cases)

    def search(self, replaced: Mapping[Unit, str]) -> Search:
        """Decides whether any input that counts tells a mutant from the reference."""
        question = self.subject.question
        submission = submit(
            self._library,
            {question.function: self.subject.reference},
            name="mutant",
            code=DRIVER,
            replaced=replaced,
        )
        compared = 0
        ruled_out: Counter[str] = Counter()
        witness: Witness | None = None

        def until(index: int, observation: Observation) -> bool:
            nonlocal compared, witness
            cases = self._cases[index]
            if not cases:
                return False
            same = _reply(observation) == self._replies[index] and not observation.changed_inputs
            failed = [] if same else [c for c in cases if not _passes(question, c, observation)]
            ruling = self.rulings[index]
            if not failed:
                compared += ruling is None
            elif ruling is not None:
                ruled_out[ruling] += 1
            else:
                witness = Witness(self._args[index], failed[0].expected, observation)
            return witness is not None

        self._bench.observe(
            submission, question.function, self._args, singly=self._singly, until=until
        )
        return Search(compared, witness, tuple(ruled_out.most_common()))


def _raised_on_purpose(units: Sequence[Unit]) -> set[str]:
    """The exceptions that the answer's own code raises by name."""
    names = set()
    for unit in units:
        for node in ast.walk(unit.node):
            if isinstance(node, ast.Raise) and node.exc is not None:
                kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                if isinstance(kind, ast.Name):
                    names.add(kind.id)
    return names


def _as_tolerance(value: Any) -> Any:
    array = np.asarray(value, dtype=np.float64)
    return array if array.ndim else float(array)


def _narrow(value: Any, at: Sequence[str | int]) -> tuple[bool, Any]:
    """The part of a value that a path leads to, if there is one."""
    for step in at:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return False, None
    return True, value


def _reply(observation: Observation) -> bytes | None:
    """What a call came to, as bytes: equal bytes are equal results."""
    outcome = observation.outcome
    if isinstance(outcome, Returned):
        return b"=" + encode(outcome.value)
    if isinstance(outcome, Raised):
        return b"!" + outcome.exception.encode()
    return None


def _passes(question: Question, case: Case, observation: Observation) -> bool:
    """Whether a call would earn the whole case, by the question's own rules."""
    alone = replace(
        question,
        cases=(case,),
        wrong_answers=(),
        builds_on=None,
        properties=(),
        points=question.points,
    )
    assignment = Assignment(title="", filename="", questions=(alone,))
    results = mark(assignment, {question.id: [observation]}, _no_step)
    return results[0].cases[0].credit == 1


def _no_step(function: str, args: tuple[Value, ...]) -> Observation:
    raise LookupError(f"{function} was asked for, but nothing follows from anything here")
