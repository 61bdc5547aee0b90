"""The audit in words: inputs as config.yaml has them, what a call or a mutant came to."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from grader.model import Killed, Malformed, Missing, NotRun, Raised, Raises, Returned, TimedOut
from grader.report.text import CUT

if TYPE_CHECKING:
    from grader.audit.judge import Ground, Verdict
    from grader.audit.search import Witness
    from grader.model import Outcome

_LONGEST: Final = 160

GROUNDS: Final[dict[Ground, str]] = {
    "code": "compile to the same code as the reference",
    "unreached": "change a line that runs for no input that was tried",
    "all": "give the same on the only input there is",
    "inputs": "give the same on every input that was tried",
}


def in_yaml(value: Any) -> str:
    """Writes a value as config.yaml would have it, whole.

    >>> in_yaml((3, (2, 5), None, True, "a b", 1e-6))
    '[3, [2, 5], null, true, "a b", 1e-06]'
    """
    match value:
        case np.ndarray():
            return in_yaml(value.tolist())
        case list() | tuple():
            return f"[{', '.join(map(in_yaml, value))}]"
        case dict():
            pairs = (f"{in_yaml(key)}: {in_yaml(item)}" for key, item in value.items())
            return f"{{{', '.join(pairs)}}}"
        case None | bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case float() if not math.isfinite(value):
            return ".nan" if math.isnan(value) else f"{'-' if value < 0 else ''}.inf"
        case _:
            return repr(value)


def case_line(witness: Witness) -> str:
    """The case that would kill a mutant, ready for config.yaml but for its name."""
    parts = ['name: "…"', f"args: {in_yaml(witness.args)}"]
    if isinstance(witness.expected, Raises):
        parts.append(f"raises: {witness.expected.exception}")
    return f"- {{{', '.join(parts)}}}"


def expectation(witness: Witness) -> str:
    """What the reference does and the mutant does not."""
    expected, outcome = witness.expected, witness.observed.outcome
    if isinstance(expected, Raises):
        return f"the reference raises {expected.exception}, the mutant {happened(outcome)}"
    return f"the reference returns {_brief(expected)}, the mutant {happened(outcome)}"


def happened(outcome: Outcome) -> str:
    """What a call came to, as a predicate."""
    match outcome:
        case Returned(value=value):
            return f"returns {_brief(value)}"
        case Raised(exception=exception):
            return f"raises {exception}"
        case TimedOut():
            return "does not end"
        case Killed(detail=detail):
            return f"ends its process ({detail})"
        case Missing():
            return "is not defined"
        case Malformed(why=why):
            return f"returns no plain value ({why})"
        case NotRun(why=why):
            return f"was not run ({why})"


def _brief(value: Any) -> str:
    text = in_yaml(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + CUT


def percentage(share: float) -> str:
    """A share as people write it; never 100 % for less than all.

    >>> percentage(0.9999), percentage(1), percentage(0.25)
    ('99 %', '100 %', '25 %')
    """
    return f"{math.floor(100 * share + 1e-9)} %"


def verdict_line(verdict: Verdict) -> str:
    """What one question made of a mutant."""
    if verdict.killed:
        cases = ", ".join(verdict.failed[:3]) + (f", {CUT}" if len(verdict.failed) > 3 else "")
        line = f"{verdict.question} keeps {percentage(float(verdict.share))}: fails {cases}"
        return f"{line}; taken for {', '.join(verdict.diagnosis)}" if verdict.diagnosis else line
    if verdict.search is None:
        return f"{verdict.question} gives full marks"
    if verdict.search.witness:
        return f"{verdict.question} gives full marks; {expectation(verdict.search.witness)}"
    return f"{verdict.question} gives full marks, as no input tells it"


def refusal_line(refusal: tuple[tuple[int, ...], str]) -> str:
    """That the assignment is sound by the luck of its seed."""
    seeds, problem = refusal
    return f"With hidden_seed {' or '.join(map(str, seeds))} it would not be sound: {problem}."
