"""What a worker's words mean, read by the side that believes none of them.

A reply is plain data of one of five shapes. Anything else, a wrong type in any place included,
is `Malformed`. The worker chooses among our words by code; the sentences are ours. The student's
own text (an exception's message, names) is bounded, and is the reports' to escape.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeGuard

from msgspec import Struct
from msgspec.structs import replace

from grader.model import (
    VALUE_NOTES,
    Frame,
    Isolation,
    Killed,
    LoadProblem,
    Malformed,
    Missing,
    Outcome,
    Raised,
    Returned,
)
from grader.sandbox import wire

if TYPE_CHECKING:
    from grader.model import Value

UNREADABLE: Final = Malformed("returned something that could not be read as plain data")
NO_REPLY: Final = Malformed("sent the grader something that is not the answer to its call")
HUNG_UP: Final = Malformed("closed its connection to the grader")
STRUCK: Final = Killed("signal", "SIGKILL")
TOO_LARGE: Final = Malformed("returned more data than the grader accepts")
_RETURN: Final = "return a number, text, a list, a dict or an array"
REFUSALS: Final[Mapping[str, str]] = {
    "unreadable": UNREADABLE.why,
    "not_callable": "is defined, but is not a function",
    "too_large": TOO_LARGE.why,
    "too_deep": f"returned data nested more than {wire.MAX_DEPTH} deep",
    "huge_int": "returned an integer of more than 4,000 digits",
    "key": "returned a dict with a key that is not plain data; make the keys numbers or text, "
    "as in int(key)",
    "same_keys": "returned a dict with two keys that are equal as plain data",
    "dtype": "returned an array of records, dates or bytes; return an array of numbers",
    "meta_tensor": "returned a tensor without data (on the device 'meta')",
    "exception": "returned an exception; raise it, as in raise ValueError(…)",
    "iterator": "returned an iterator; return a list, as in list(…)",
    "own_number": "returned a number of a class of its own; return an int or a float, as in int(…)",
    "own_class": f"returned an object of a class of its own; {_RETURN}",
}
_ARTICLE: Final[Mapping[str, str]] = {
    "generator": "a generator; return a list or an array",
    "map": "a map object; return a list, as in list(map(…))",
    "filter": "a filter object; return a list, as in list(filter(…))",
    "zip": "a zip object; return a list, as in list(zip(…))",
    "set": "a set, which has no order; return a list",
    "frozenset": "a frozenset, which has no order; return a list",
    "bytes": "bytes; return text or a list of numbers",
    "bytearray": "a bytearray; return text or a list of numbers",
    "dict_keys": "the keys of a dict; return a list, as in list(…)",
    "dict_values": "the values of a dict; return a list, as in list(…)",
    "dict_items": "the items of a dict; return the dict itself",
    "function": "a function; return what it computes, as in f(…)",
    "builtin_function_or_method": "a function; return what it computes, as in f(…)",
    "method": "a method; return what it computes, as in x.f(…)",
    "type": f"a class; {_RETURN}",
    "module": f"a module; {_RETURN}",
    "ellipsis": f"…, the place of something still to be written; {_RETURN}",
    "Fraction": "a Fraction; return an int or a float",
    "Decimal": "a Decimal; return an int or a float",
}

_SHORT_BYTES: Final = 4096
_NAME: Final = 200
_MESSAGE: Final = 2_000
_MANY: Final = 500


class Answer(Struct, frozen=True):
    """The outcome of a call, the positions of the arguments that it changed, and its size."""

    outcome: Outcome
    changed_inputs: tuple[int, ...] = ()
    weight_bytes: int = 0  # that it takes up in the grader's memory, at most


class Ending(Struct, frozen=True):
    """How a worker's process ended, as the launcher saw it."""

    status: int  # as waitpid reports it
    was_killed: bool  # by us: it had not ended by itself
    cpu_s: float = 0.0
    max_rss_bytes: int = 0
    excess: str = ""  # what it outgrew, when the launcher killed it for that


def loaded(payload: bytes) -> tuple[tuple[str, ...], tuple[LoadProblem, ...]] | Malformed | None:
    """Read the answer to a load: functions and problems. None means: out of memory."""
    message, _ = _decode(payload)
    if _is(message, "memory", 1):
        return None
    if not (_is(message, "loaded", 3) and _all(message[1], _is_name)):
        return NO_REPLY
    problems = message[2]
    if not (type(problems) is list and len(problems) <= _MANY):
        return NO_REPLY
    read = []
    for problem in problems:
        if not _fits(problem, (str, int, str, str)):
            return NO_REPLY
        label, line, what, statement = problem
        read.append(
            LoadProblem(
                label=label[:_NAME],
                line=_line(line),
                what=what[:_MESSAGE],
                statement=statement[:_NAME],
            )
        )
    return tuple(message[1]), tuple(read)


def called(payload: bytes, *, arguments: int, memory: Killed) -> Answer:
    """Read the answer to a call that passed so many arguments.

    Short answers are read once: many students' functions give the same. Nobody changes a value
    that was observed, so that it may stand for all of them.
    """
    if len(payload) <= _SHORT_BYTES:
        answer = _called_shortly(payload, arguments)
    else:
        answer = _called(payload, arguments)
    return Answer(memory) if answer is None else answer


@lru_cache(maxsize=4096)
def _called_shortly(payload: bytes, arguments: int) -> Answer | None:
    answer = _called(payload, arguments)
    if answer is None or not isinstance(answer.outcome, Returned):
        return answer
    return replace(answer, outcome=replace(answer.outcome, encoded=payload))


def _called(payload: bytes, arguments: int) -> Answer | None:
    """Read the answer; None means: out of memory."""
    message, weight = _decode(payload)
    if _is(message, "memory", 1):
        return None
    if not (type(message) is tuple and message and type(message[0]) is str):
        return Answer(NO_REPLY)
    reader = _READERS.get(message[0])
    outcome = None if reader is None else reader(message)
    if outcome is None:
        return Answer(NO_REPLY)
    if type(outcome) is Missing:
        return Answer(outcome, weight_bytes=weight)
    changed = message[-1]
    if not (
        type(changed) is tuple
        and all(type(position) is int and 0 <= position < arguments for position in changed)
        and list(changed) == sorted(set(changed))
    ):
        return Answer(NO_REPLY)
    return Answer(outcome, changed, weight)


VITAL: Final = ("read_secret", "read_memory", "signal", "trace")
"""The probes (attest.py) that must be refused: else marks could be forged, hidden cases read."""


def attested(payload: bytes) -> Isolation | None:
    """Read what a worker says before any of the student's code has reached it."""
    message, _ = _decode(payload)
    if not (_is(message, "ready", 2) and type(message[1]) is dict):
        return None
    said = message[1]
    refused: dict[str, bool] = said["refused"]
    level: Literal["strong", "partial", "none"] = "none"
    if refused and all(refused[probe] for probe in VITAL):
        level = "strong" if all(refused.values()) else "partial"
    return Isolation(level, tuple(said["layers"]), tuple(said["missing"]), refused)


def _decode(payload: bytes) -> tuple[Any, int]:
    try:
        return wire.decode_and_weigh(payload, max_bytes=len(payload))  # the channel has bounded it
    except wire.WireError:
        return None, 0


def _returned(message: tuple[Any, ...]) -> Outcome | None:
    if len(message) != 4 or not _all(message[2], lambda note: note in VALUE_NOTES):
        return None
    value: Value = message[1]
    return Returned(value, tuple(message[2]))


def _raised(message: tuple[Any, ...]) -> Outcome | None:
    if not _fits(message, (str, str, tuple, str, list, tuple)):
        return None
    _, exception, bases, text, frames, _ = message
    if not (_all(bases, _is_name) and len(frames) <= _MANY):
        return None
    if not all(_fits(frame, (str, int, str, str)) for frame in frames):
        return None
    return Raised(
        exception=exception[:_NAME],
        bases=bases,
        message=text[:_MESSAGE],
        frames=tuple(
            Frame(label[:_NAME], _line(line), function[:_NAME], shown[:_NAME])
            for label, line, function, shown in frames
        ),
    )


def _missing(message: tuple[Any, ...]) -> Outcome | None:
    if len(message) != 2 or not _all(message[1], _is_name):
        return None
    return Missing(tuple(message[1]))


def _refused(message: tuple[Any, ...]) -> Outcome | None:
    if not _fits(message, (str, str, tuple)):
        return None
    return refusal(message[1])


def refusal(code: str) -> Malformed | None:
    """Say why a value was refused, by the code of `values.Refusal`; None for no code of ours."""
    if code.startswith("type:"):
        name = code.removeprefix("type:")
        from grader.sandbox import values  # the list of names; needed on this path only

        if name not in values.NAMED:
            return None
        return Malformed(f"returned {_ARTICLE.get(name, f'an object of type {name}; {_RETURN}')}")
    return Malformed(REFUSALS[code]) if code in REFUSALS else None


_READERS: Final[Mapping[str, Callable[[tuple[Any, ...]], Outcome | None]]] = {
    "returned": _returned,
    "raised": _raised,
    "missing": _missing,
    "refused": _refused,
}


def _is(message: Any, kind: str, length: int) -> bool:
    # The type first: an array compared with a text is an array.
    return (
        type(message) is tuple
        and len(message) == length
        and type(message[0]) is str
        and message[0] == kind
    )


def _fits(value: Any, types: tuple[type, ...]) -> bool:
    return (
        type(value) is tuple
        and len(value) == len(types)
        and all(type(part) is kind for part, kind in zip(value, types, strict=True))
    )


def _all(value: Any, holds: Callable[[str], bool]) -> bool:
    return (
        type(value) in (list, tuple)
        and len(value) <= _MANY
        and all(type(part) is str and holds(part) for part in value)
    )


def _is_name(text: str) -> TypeGuard[str]:
    return len(text) <= _NAME


def _line(number: int) -> int:
    return min(max(number, 0), 10_000_000)


# ------------------------------------------------------------------- endings


def killed(ending: Ending, *, memory_bytes: int, cpu_limit_s: float) -> Killed | None:
    """Say why a worker ended that was not asked to. None: it did not end, it was killed by us."""
    if ending.excess:
        return Killed("signal", f"stopped: {ending.excess}")
    if ending.was_killed:
        return None
    if ending.status & 0x7F == 0:
        code = ending.status >> 8
        return Killed("exit", f"the process ended itself with exit code {code}")
    number = ending.status & 0x7F
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    if name == "SIGXCPU" or (name == "SIGKILL" and ending.cpu_s >= cpu_limit_s):
        return out_of_cpu(cpu_limit_s)
    # Libraries crash when memory is refused to them. The system kills sooner, when the whole
    # machine is short of it; but not a process that has next to nothing.
    share = {"SIGKILL": 0.3, "SIGSEGV": 0.8, "SIGABRT": 0.8, "SIGBUS": 0.8}.get(name)
    if share is not None and ending.max_rss_bytes >= share * memory_bytes:
        return out_of_memory(memory_bytes)
    return STRUCK if name == "SIGKILL" else Killed("signal", name)


def out_of_memory(memory_bytes: int) -> Killed:
    """Return the one sentence for every way to run out of memory."""
    unit, name = (1 << 30, "GB") if memory_bytes >= 1 << 30 else (1 << 20, "MB")
    return Killed("memory", f"out of memory at {memory_bytes / unit:.3g} {name}")


def out_of_cpu(limit_s: float) -> Killed:
    """Return the sentence for more processor time than wall-clock time was allowed."""
    return Killed("cpu", f"used more than {limit_s:g} s of processor time")
