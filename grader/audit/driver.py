"""Makes many calls in one exchange with a worker. Sent along with a variant of the reference.

This file is not imported by the grader: it travels as a helper of the submissions that the audit
makes up, and calls the functions of the module that the worker loads as `solution`. The inputs of
a search travel as a file, too, packed once and unpacked afresh for each call.

A call that loops is stopped from inside, by the processor time that it used: that costs no worker,
and a busy machine stops no call that is only waiting.
"""

from __future__ import annotations

import functools
import hashlib
import pickle
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

_HERE = Path(__file__).parent
CALL_CPU_S = float((_HERE / "call_cpu_s").read_text())


class Late(BaseException):
    """A call has used its time. No `except Exception` of a mutant's holds it."""


def call_many(calls: list[tuple[str, tuple[Any, ...]]], patience: int) -> list[tuple[str, Any]]:
    """What each call came to, see `_outcome`.

    A function that was late `patience` times is not tried again; 0 is patience without end.
    """
    late: Counter[str] = Counter()
    outcomes = []
    for name, args in calls:
        if patience and late[name] >= patience:
            outcomes.append(("skipped", None))
            continue
        outcome = _outcome(name, args)
        late[name] += outcome[0] == "late"
        outcomes.append(outcome)
    return outcomes


def slowest(calls: list[tuple[str, tuple[Any, ...]]]) -> float:
    """The processor time of the call that takes longest, in seconds."""
    times = [0.0]
    for name, args in calls:
        begun = time.process_time()
        _outcome(name, args)
        times.append(time.process_time() - begun)
    return max(times)


def digests(file: str, name: str, start: int, stop: int) -> list[int]:
    """What a range of the inputs in a file came to, each as a number."""
    inputs, _ = _unpacked(file)
    return [_digest(name, packed) for packed in inputs[start:stop]]


def differing(file: str, name: str, start: int, stop: int) -> tuple[list[int], int]:
    """The inputs of a range whose results are, byte by byte, not those that the file says.

    Returns them, and where it stopped: behind the first call that was late, or at the end.
    """
    inputs, expected = _unpacked(file)
    found = []
    for index in range(start, stop):
        digest = _digest(name, inputs[index])
        if digest != expected[index]:
            found.append(index)
        if digest == _LATE:
            return found, index + 1
    return found, stop


def lines_run(file: str, name: str, start: int, stop: int) -> list[tuple[str, int]]:
    """The lines of the reference's files that run for any input of a range: (file, line)."""
    found: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, arg: object) -> Callable[..., Any] | None:
        if not frame.f_code.co_filename.startswith(str(_HERE)):
            return None
        if event == "line":
            found.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    inputs, _ = _unpacked(file)
    sys.settrace(trace)
    try:
        for packed in inputs[start:stop]:
            _outcome(name, pickle.loads(packed))
    finally:
        sys.settrace(None)
    places = [(Path(place).relative_to(_HERE).as_posix(), line) for place, line in found]
    return sorted(places)


@functools.cache
def _unpacked(file: str) -> tuple[list[bytes], list[int]]:
    inputs, expected = pickle.loads((_HERE / file).read_bytes())
    return inputs, expected


# --------------------------------------------------------------------------- one call


def _outcome(name: str, args: tuple[Any, ...]) -> tuple[str, Any]:
    """("returned", value), ("raised", names of its classes), ("late", s) or ("missing", None)."""
    function = vars(sys.modules["solution"]).get(name)
    if function is None:
        return ("missing", None)
    _set_alarm()
    try:
        return ("returned", function(*args))
    except Exception as error:  # noqa: BLE001 - whatever a mutant raises
        return ("raised", [kind.__name__ for kind in type(error).__mro__])
    except Late:
        return ("late", CALL_CPU_S)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _set_alarm() -> None:
    signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, CALL_CPU_S)


def _ring(number: int, frame: FrameType | None) -> None:
    raise Late


_LATE, _UNPACKABLE = -1, -2  # digests are never negative


def _digest(name: str, packed: bytes) -> int:
    args = pickle.loads(packed)
    kind, result = _outcome(name, args)
    if kind == "late":
        return _LATE
    if kind == "raised":
        result = result[0]
    try:
        content = pickle.dumps((kind, result, pickle.dumps(args) == packed))
    except Exception:  # noqa: BLE001 - a generator, say; no reference returns one
        return _UNPACKABLE
    return int.from_bytes(hashlib.sha256(content).digest()[:7], "little")
