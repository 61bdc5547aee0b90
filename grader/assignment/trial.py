"""What is at hand when a question of the config is tried against the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from msgspec import Struct

from grader.assignment.config import CompareConfig
from grader.assignment.deadline import Deadline
from grader.assignment.document import KeyPath
from grader.assignment.draft import QuestionDraft
from grader.assignment.findings import Findings
from grader.assignment.reference import Module, Reference
from grader.assignment.signature import Parameters
from grader.assignment.values import NotPlain, fingerprint, plain
from grader.model import Comparison, Limits, Raised, Rule

if TYPE_CHECKING:
    from grader.model import Value

_MOST_BYTES = Limits().reply_bytes


class Compare(Protocol):
    """Decides whether an observed value equals the expected one (grader.marking.compare)."""

    def __call__(self, *, expected: Value, observed: Value, rule: Rule) -> Comparison: ...


class Trial(Struct, frozen=True):
    """A question, its functions in reference/, and how they are called and compared."""

    question: QuestionDraft
    reference: Reference
    module: Module
    function: Callable[..., Any]
    parameters: Parameters
    steps: Mapping[str, Callable[..., Any]]  # keyword -> the reference of the step's question
    compare_config: CompareConfig
    compare_path: KeyPath
    keep_inputs: bool
    shown: bool  # unless a case says otherwise
    seed: int
    deadline: Deadline
    findings: Findings
    compare: Compare

    def said(self, raised: Raised) -> str:
        """What was raised and where: "ValueError: too small (reference/q2.py:33)"."""
        message = f": {raised.message}" if raised.message else ""
        return f"{raised.exception}{message}{self.reference.place(raised)}"

    def cause(self, raised: Raised) -> str:
        """What all cases share in which the same line of reference/ raises the same."""
        place = self.reference.place(raised)
        return raised.exception + place if place else ""

    def equal(self, *, expected: Value, observed: Value, rule: Rule) -> bool:
        """Decides whether two plain values are the same by a case's rule."""
        verdict = foregone(expected, observed, rule)
        if verdict is not None:
            return verdict
        return self.compare(expected=expected, observed=observed, rule=rule).matches


def crossing(value: object) -> Value:
    """Reads what a function of the author's returned.

    Raises:
        NotPlain: if it could not come back from a student's process.
    """
    read = plain(value)
    if len(fingerprint(read)) > _MOST_BYTES:
        raise NotPlain(f"more than {_MOST_BYTES // 1024**2} MB")
    return read


def foregone(expected: Value, observed: Value, rule: Rule) -> bool | None:
    """Decides cheaply what any reading of the rule must say of two values; None if that is open.

    Nearly every question that is asked of two wrong answers is settled here, at the first leaf.
    """
    kinds = {type(expected), type(observed)}
    if type(None) in kinds:
        return len(kinds) == 1
    if kinds == {bool} or kinds == {str}:
        return expected == observed or (None if rule.fold_text else False)
    if kinds == {int} or kinds == {float}:
        return expected == observed or (False if rule.kind == "exact" and int in kinds else None)
    if isinstance(expected, np.ndarray) and isinstance(observed, np.ndarray):
        return _foregone_arrays(expected, observed, rule)
    if isinstance(expected, dict) and isinstance(observed, dict):
        if any(key not in observed for key in expected):
            return False
        pairs = [(item, observed[key]) for key, item in expected.items()]
        verdict = _foregone_all(pairs, rule)
        return verdict if len(expected) == len(observed) or verdict is False else None
    if isinstance(expected, list | tuple) and isinstance(observed, list | tuple):
        if len(expected) != len(observed):
            return False
        return _foregone_all(zip(expected, observed, strict=True), rule)
    return None


def _foregone_all(pairs: Iterable[tuple[Value, Value]], rule: Rule) -> bool | None:
    whole: bool | None = True
    for expected, observed in pairs:
        verdict = foregone(expected, observed, rule)
        if verdict is False:
            return False
        whole = whole and verdict
    return whole


def _foregone_arrays(
    expected: np.ndarray[Any, Any], observed: np.ndarray[Any, Any], rule: Rule
) -> bool | None:
    if expected.shape != observed.shape:
        return False
    if expected.dtype == observed.dtype and bool((expected == observed).all()):
        return True
    numbers = expected.dtype.kind in "if" and observed.dtype.kind in "if" and expected.size
    if rule.kind != "close" or not numbers:
        return None
    # well beyond the widest tolerance of all; a NaN or an infinity leaves it open
    widest = float(np.max(rule.atol)) + rule.rtol * float(np.max(np.abs(expected)))
    apart = np.abs(np.subtract(observed, expected, dtype=float))
    return False if bool((apart > 2 * widest).any()) else None
