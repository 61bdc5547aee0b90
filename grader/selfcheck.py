"""What a student can check of a solution without being told an answer.

Shown cases are judged as marking judges them. Beyond them there are properties: what must hold of
any right answer, whatever it is. A property calls the student's functions and compares their
results with one another; it tells what is wrong and gives nothing away. Marks never depend on it.

Nothing here is a score. Hidden cases decide marks, and a check says only how many there are.
"""

from __future__ import annotations

import builtins
import time
import warnings
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from grader.marking import mark
from grader.model import (
    Assignment,
    CaseResult,
    Loaded,
    Missing,
    NotRun,
    Observation,
    Outcome,
    Property,
    PropertyResult,
    Question,
    QuestionCheck,
    Raised,
    Returned,
    SelfCheck,
    Status,
    Submission,
    TimedOut,
)
from grader.packages import package_remarks
from grader.pipeline import Recorder, Worker
from grader.public import public
from grader.sandbox.values import Refusal, simplify
from grader.sandbox.wire import encode

if TYPE_CHECKING:
    from grader.model import Value

_MOST_BYTES = 32 << 20  # of one argument that a property makes up
_PATIENCE = 2  # time-outs of one function before it is not called again

Ask = Callable[[str, tuple["Value", ...]], Observation]


def self_check(
    assignment: Assignment,
    submission: Submission,
    worker: Worker,
    *,
    asked: frozenset[str] | None = None,
) -> SelfCheck:
    """Decides what a student learns of a submission from everything that is public.

    Args:
        assignment: whole or public; only its public part is used.
        submission: what was handed in.
        worker: runs the submission's functions.
        asked: the functions that all questions ask for, where the assignment is cut down to some.
    """
    started = time.monotonic()
    shown = public(assignment)
    asks = Patient(worker)
    asks.look_ahead(
        [
            (one.function, encode(case.args), len(case.args))
            for one in shown.questions
            for case in one.cases
        ]
    )
    functions = shown.functions if asked is None else asked
    questions = tuple(
        check_question(one, asks.ask, worker.loaded, functions) for one in shown.questions
    )
    remarks = (*submission.remarks, *package_remarks(submission, assignment.packages))
    if submission.problem:
        remarks = (submission.problem, *remarks)
    return SelfCheck(
        assignment=shown.title,
        filename=submission.filename,
        questions=questions,
        remarks=remarks,
        loaded=worker.loaded,
        wall_s=time.monotonic() - started,
    )


def check_question(
    question: Question, ask: Ask, loaded: Loaded, asked: frozenset[str]
) -> QuestionCheck:
    """Decides how one question stands, by the cases and properties that it has.

    Args:
        question: with what is public of it.
        ask: calls the student's functions.
        loaded: what loading the file came to.
        asked: the functions that all questions ask for.
    """
    inputs = [()] if question.marked_by_person else [case.args for case in question.cases]
    observations = [ask(question.function, args) for args in inputs]
    alone = Assignment(title="", filename="", questions=(question,))
    (result,) = mark(alone, {question.id: observations}, ask, loaded, asked=asked)
    properties = tuple(settle(known, ask) for known in question.properties)
    outcomes = [observation.outcome for observation in observations]
    outcomes += [
        known.outcome
        for known in properties
        if known.outcome is not None and known.function == question.function
    ]
    status = _status(question, result.cases, properties, outcomes)
    if not outcomes and not properties and question.function not in loaded.functions:
        status = "missing"  # it is never called here, but it will be
    if status == "to_mark" and result.text is not None and not any(result.text.text.values()):
        status = "failed"  # a person would have nothing before them
    helped = result.help if result.cases else ()
    return QuestionCheck(replace(result, status=status, help=helped), properties, status)


class Patient(Recorder):
    """Asks a worker, and no more for a function that does not come back."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
        self._slow: Counter[str] = Counter()

    def ask(
        self, function: str, args: tuple[Value, ...], encoding: bytes | None = None
    ) -> Observation:
        if self._slow[function] >= _PATIENCE:
            return Observation(NotRun("timed out twice"))
        observation = super().ask(function, args, encoding)
        self._slow[function] += isinstance(observation.outcome, TimedOut)
        return observation


def _status(
    question: Question,
    cases: tuple[CaseResult, ...],
    properties: tuple[PropertyResult, ...],
    outcomes: list[Outcome],
) -> Status:
    """Decides how a question stands. What waits for another function does not count against it."""
    if outcomes and all(isinstance(outcome, Missing) for outcome in outcomes):
        return "missing"
    if outcomes and all(isinstance(o, NotRun) or _is_unwritten(o) for o in outcomes):
        return "not_run"
    if question.marked_by_person:
        return "to_mark"
    own = [k for k in properties if not k.waits or k.function == question.function]
    right = [case.passed for case in cases] + [known.holds for known in own]
    if all(right):
        return "passed"
    return "partial" if any(right) else "failed"


def _is_unwritten(outcome: Outcome) -> bool:
    """Decides whether a function is still as the template has it."""
    return isinstance(outcome, Raised) and outcome.exception == "NotImplementedError"


# --------------------------------------------------------------------------- properties


class _Stopped(BaseException):
    """A call did not come back with anything that the property could go on with.

    No `except Exception` of a property's stops it.
    """

    def __init__(self, function: str, outcome: Outcome) -> None:
        self.function, self.outcome = function, outcome
        super().__init__(function)


def settle(known: Property, ask: Ask) -> PropertyResult:
    """Decides whether a property holds of the functions that `ask` calls.

    An exception of the student's comes to the property as the built-in class that it is, so that
    `except ValueError` means there what it says. What the property lets through is told as the
    exception that it was.
    """
    raised: dict[int, tuple[str, Raised]] = {}

    def call(name: str, /, *args: Any) -> Any:
        observation = ask(name, tuple(_argument(arg) for arg in args))
        outcome = observation.outcome
        if isinstance(outcome, Returned):
            return deepcopy(outcome.value)
        if isinstance(outcome, Raised) and not _is_unwritten(outcome):
            error = _likewise(outcome)
            if error is not None:
                raised[id(error)] = (name, outcome)
                raise error
        raise _Stopped(name, outcome)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NaN where a number should be: the property tells it
            said = known.holds(call)
    except _Stopped as stopped:
        return PropertyResult(known.name, "", stopped.function, stopped.outcome)
    except Exception as error:  # noqa: BLE001 - the property's own, or the student's through it
        if id(error) in raised:
            name, outcome = raised[id(error)]
            return PropertyResult(known.name, "", name, outcome)
        return PropertyResult(known.name, str(error) or type(error).__name__)
    return PropertyResult(known.name, said)


def _argument(arg: object) -> Value:
    """An argument that a property made up, as plain data."""
    try:
        value, _ = simplify(arg, max_bytes=_MOST_BYTES)
    except Refusal as refusal:
        raise TypeError(f"the property calls with {type(arg).__name__}: {refusal}") from refusal
    return value


def _likewise(raised: Raised) -> Exception | None:
    """The nearest built-in exception that the student's is; None where it would end a program."""
    for name in raised.bases:
        kind = getattr(builtins, name, None)
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            return None
        try:
            return kind(raised.message)
        except TypeError:  # one that is made otherwise, such as UnicodeDecodeError
            continue
    return None
