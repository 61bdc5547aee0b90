"""Looks for an input that tells a mutant from the reference, where the cases did not.

What the reference gives decides whether an input counts. It does where the reference returns a
value, or raises what its own code raises on purpose; not where it stumbles over nonsense, nor
where the author rules that no case may depend on the arguments. A mutant that gives the same on
all that counts is equivalent as far as anyone looked, and the number of inputs is told with it.

Results are held against the reference's inside the worker, byte by byte; only where they differ
does the value come here, to be judged by the question's own rule.
"""

from __future__ import annotations

import ast
import pickle
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from grader.audit.bench import Bench, Pace, batches, observe, observe_batch, observe_one
from grader.audit.subjects import Subject, submit
from grader.marking import mark
from grader.marking.compare import Absent, narrow
from grader.model import Assignment, Case, Observation, Question, Raised, Raises, Returned, Rule

if TYPE_CHECKING:
    from grader.audit.inputs import Args, Inputs
    from grader.audit.sources import Library, Unit
    from grader.model import Value
    from grader.sandbox import Session

_FILE: Final = "inputs_{}.pickle"
_RULING: Final = "audit_ruling"  # as the submission calls the author's function
_TOLERANCE: Final = "audit_tolerance"
_NOTHING: Final = -3  # no result's digest
_SAMPLED: Final = 12  # ruled-out inputs that tell: enough to say so


class Witness(Struct, frozen=True):
    """An input that tells a mutant from the reference."""

    args: Args
    expected: Value | Raises
    observed: Observation


class Search(Struct, frozen=True):
    """What came of looking for a witness."""

    compared: int  # inputs that count, on which the mutant does what the reference does
    witness: Witness | None = None
    rulings: tuple[tuple[str, int], ...] = ()  # ruling -> inputs that tell but do not count
    unreached: bool = False  # the line runs for none of the inputs, so nothing was compared


class Tried(Struct, frozen=True):
    """The inputs on which a question's mutants were looked at."""

    question: str
    own: int  # of its cases
    drawn: int  # by the generators, under other seeds
    varied: int  # cases with one thing changed
    small: int  # combinations of small arguments
    exhaustive: bool  # whether these are all combinations
    counting: int  # of all these, the inputs that count
    ruled_out: int  # those on which the author rules that no case may depend


class Oracle:
    """What the reference makes of a question's inputs, and which of them count."""

    def __init__(self, bench: Bench, library: Library, subject: Subject, inputs: Inputs) -> None:
        """Asks the reference, in the sandbox, once for all mutants."""
        self.subject = subject
        self.function = subject.question.function
        self.file = _FILE.format(subject.question.id)
        functions = {self.function: subject.reference}
        functions |= {_RULING: subject.no_case} if subject.no_case else {}
        functions |= {_TOLERANCE: subject.tolerance} if subject.tolerance else {}
        submission = submit(library, functions, name="reference")
        with bench.open(submission) as session:
            self._settle(session, library, list(inputs))
        self.tried = Tried(
            question=subject.question.id,
            own=len(inputs.own),
            drawn=len(inputs.drawn),
            varied=len(inputs.varied),
            small=len(inputs.small),
            exhaustive=inputs.exhaustive,
            counting=self.counting,
            ruled_out=len(self.args) - self.counting,
        )
        packed = [pickle.dumps(args) for args in self.args]
        helpers = {**submission.helpers, self.file: _pack(packed, [])}
        with bench.open(replace(submission, helpers=helpers)) as session:
            self.packed = _pack(packed, self._digests(session))
            places = self._places(session)
        self._lines_run = library.original_lines(functions.values(), places or ())
        self._knows_lines = places is not None

    def _settle(self, session: Session, library: Library, args: Sequence[Args]) -> None:
        """Keeps the inputs that count, and after them those that are ruled out."""
        subject = self.subject
        observed = observe(session, self.function, args)
        rulings = _asked(session, _RULING if subject.no_case else None, args)
        tolerances = _asked(session, _TOLERANCE if subject.tolerance else None, args)
        purposely = _raised_on_purpose(library, subject)
        entries = [
            (one, cases, ruling if isinstance(ruling, str) else None)
            for one, seen, ruling, tolerance in zip(
                args, observed, rulings, tolerances, strict=True
            )
            if (cases := _expectations(subject, one, seen, purposely, tolerance))
        ]
        entries.sort(key=lambda entry: entry[2] is not None)  # stable: nearest stay first
        self.args = [args for args, _, _ in entries]
        self.cases = [cases for _, cases, _ in entries]
        self.rulings = [ruling for _, _, ruling in entries]
        self.counting = sum(ruling is None for ruling in self.rulings)

    def _digests(self, session: Session) -> list[int]:
        """What the reference gives for each input, in short."""
        digests: list[int] = []
        for start, stop in batches(len(self.args)):
            answer = session.call("digests", (self.file, self.function, start, stop))
            digests += _listed(answer) or [_NOTHING] * (stop - start)
        return digests

    def _places(self, session: Session) -> list[tuple[str, int]] | None:
        """The lines of the reference's files that the inputs that count run; None if unknown."""
        places: set[tuple[str, int]] = set()
        for start, stop in batches(self.counting):
            found = _listed(session.call("lines_run", (self.file, self.function, start, stop)))
            if not found:
                return None
            places.update(found)
        return sorted(places)

    @property
    def is_complete(self) -> bool:
        """Whether the inputs are all that there are: a function without arguments has one."""
        return all(not case.args for case in self.subject.question.cases)

    def search(self, session: Session) -> Search:
        """Decides whether any input that counts tells the session's mutant from the reference.

        The session's submission holds the driver and the file of this oracle's inputs.
        """
        for _, witness in self._judged(session, 0, self.counting):
            if witness is not None:
                return Search(0, witness)
        ruled: Counter[str] = Counter()
        for index, witness in self._judged(session, self.counting, len(self.args)):
            ruled[str(self.rulings[index])] += witness is not None
            if ruled.total() >= _SAMPLED:
                break
        rulings = tuple((ruling, count) for ruling, count in ruled.most_common() if count)
        return Search(self.counting, rulings=rulings)

    def runs(self, unit: Unit, lines: range | None) -> bool:
        """Whether any input that counts may run these lines of a unit (None: they always run)."""
        if lines is None or not self._knows_lines:
            return True
        return any((unit, line) in self._lines_run for line in lines)

    def _judged(
        self, session: Session, first: int, last: int
    ) -> Iterator[tuple[int, Witness | None]]:
        """The inputs whose results differ byte by byte, and what the question's rule says."""
        start, pace = first, Pace()
        while start < last:
            stop = pace.end(start, last)
            outcome = session.call("differing", (self.file, self.function, start, stop)).outcome
            match outcome:
                case Returned(value=([*found], int(reached))):
                    indices = [index for index in found if isinstance(index, int)]
                case _:
                    indices, reached = list(range(start, stop)), stop
            calls = [(self.function, self.args[index]) for index in indices]
            if self._keeps_inputs:  # which a batch would not notice
                observed = [session.call(*call) for call in calls]
            else:
                observed = observe_batch(session, calls)
            for position, index in enumerate(indices):
                seen = observed[position] if observed else observe_one(session, calls[position])
                yield index, self._judge(index, seen)
            start = reached
            pace.adapt()

    @property
    def _keeps_inputs(self) -> bool:
        return any(case.rule.keep_inputs for case in self.subject.question.cases)

    def _judge(self, index: int, observation: Observation) -> Witness | None:
        """The input as a witness, if the question's rule tells the two results apart."""
        for case in self.cases[index]:
            if not _passes(self.subject.question, case, observation):
                return Witness(self.args[index], case.expected, observation)
        return None


# --------------------------------------------------------------------------- which inputs count


def _asked(session: Session, function: str | None, args: Sequence[Args]) -> list[Any]:
    """What a function of the author's says of each input; None where it says nothing."""
    if function is None:
        return [None] * len(args)
    outcomes = [observation.outcome for observation in observe(session, function, args)]
    return [outcome.value if isinstance(outcome, Returned) else None for outcome in outcomes]


def _expectations(
    subject: Subject, args: Args, observation: Observation, purposely: set[str], tolerance: Any
) -> tuple[Case, ...]:
    """The cases that an input makes: one for each part that the question looks at, or none."""
    outcome = observation.outcome
    if isinstance(outcome, Raised) and outcome.exception in purposely:
        return (Case("", args, Raises(outcome.exception)),)
    if not isinstance(outcome, Returned):
        return ()
    ordinary = [case for case in subject.question.cases if not isinstance(case.expected, Raises)]
    rule = ordinary[0].rule if ordinary else Rule()
    if subject.tolerance is not None:
        if tolerance is None:
            return ()
        array = np.asarray(tolerance, dtype=np.float64)
        rule = replace(rule, atol=array if array.ndim else float(array))
    parts = dict.fromkeys(case.at for case in ordinary)
    if () in parts or not parts:
        parts = {(): None}
    return tuple(
        Case("", args, part, rule, at=at)
        for at in parts
        if not isinstance(part := narrow(outcome.value, at), Absent)
    )


def _raised_on_purpose(library: Library, subject: Subject) -> set[str]:
    """The exceptions that cases ask for, and that the answer's own code raises by name."""
    names = {
        case.expected.exception
        for case in subject.question.cases
        if isinstance(case.expected, Raises)
    }
    for unit in library.reach([subject.reference], judged=True):
        for node in ast.walk(unit.node):
            if isinstance(node, ast.Raise) and node.exc is not None:
                kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                names |= {kind.id} if isinstance(kind, ast.Name) else set()
    return names


# --------------------------------------------------------------------------- one result


def _passes(question: Question, case: Case, observation: Observation) -> bool:
    """Whether a call would earn the whole case, by the question's own rules."""
    alone = replace(question, cases=(case,), wrong_answers=(), builds_on=None, credit=None)
    assignment = Assignment(title="", filename="", questions=(alone,))
    results = mark(assignment, {question.id: [observation]}, _no_step)
    return results[0].cases[0].credit == 1


def _listed(answer: Observation) -> list[Any]:
    """What the driver answered; an empty list when it did not come to an answer."""
    value = answer.outcome.value if isinstance(answer.outcome, Returned) else None
    return value if isinstance(value, list) else []


def _no_step(function: str, args: tuple[Value, ...]) -> Observation:
    raise LookupError(f"{function} was asked for, but nothing follows from anything here")


def _pack(inputs: Sequence[bytes], digests: Sequence[int]) -> bytes:
    return pickle.dumps((list(inputs), list(digests)))
