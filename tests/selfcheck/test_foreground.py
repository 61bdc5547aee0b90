"""In the foreground a call comes to the same as in the sandbox, for honest functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from grader.foreground import Foreground
from grader.model import (
    Chunk,
    Limits,
    Malformed,
    Missing,
    Observation,
    Raised,
    Returned,
    Submission,
)
from grader.sandbox import Launcher, start_launcher
from grader.sandbox.wire import encode

SOURCE = """\
import enum
import sys
import numpy as np

class Own(ValueError):
    pass

class Colour(enum.IntEnum):
    RED = 1

def same(value): return value
def shape(value): return np.asarray(value).shape
def grow(values): values.append(1); return values
def fill(array): array[:] = 7; return array
def scalar(): return np.float32(0.5)
def colour(): return Colour.RED
def generator(): yield 1
def damaged():
    from scipy.sparse import lil_matrix
    matrix = lil_matrix((2, 2)); matrix.rows[0], matrix.data[0] = [9], [1]
    return matrix
def own(): return Own()
def huge(): return 10 ** 5000
def fails(): raise Own("no")
def wordy(): raise Own("no " * 2000)
def lacks(): from numpy import what_there_is_none_of
def deep(): return [deep]
def leaves(): sys.exit(3)
def prints(): print("out"); print("err", file=sys.stderr); return 1
async def later(): return 5
not_a_function = 7
def nested(): raise KeyError("lost")
"""

CALLS: list[tuple[str, tuple[Any, ...]]] = [
    ("same", (3,)),
    ("same", ([1, (2.5, "a")],)),
    ("same", ({"a": None, 1: True},)),
    ("same", (np.arange(6).reshape(2, 3),)),
    ("shape", ([[1, 2], [3, 4]],)),
    ("grow", ([0],)),
    ("fill", (np.zeros(3),)),
    ("scalar", ()),
    ("colour", ()),
    ("generator", ()),
    ("damaged", ()),
    ("own", ()),
    ("huge", ()),
    ("fails", ()),
    ("wordy", ()),
    ("lacks", ()),
    ("deep", ()),
    ("leaves", ()),
    ("prints", ()),
    ("later", ()),
    ("not_a_function", ()),
    ("not_a_function", (1,)),
    ("absent", ()),
    ("nested", ()),
    ("same", ()),
]


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    with start_launcher(Limits(), isolation="preferred") as one:
        yield one


@pytest.fixture(scope="module")
def foreground() -> Foreground:
    names: dict[str, Any] = {"__name__": "solution"}
    exec(compile(SOURCE, "solution.py", "exec"), names)
    return Foreground(names, lambda filename: filename if filename == "solution.py" else None)


def alike(observation: Observation) -> Any:
    """What must be the same in both: everything but time and the words of a traceback."""
    outcome: Any = observation.outcome
    if isinstance(outcome, Returned):
        outcome = (encode(outcome.value), outcome.notes)
    elif isinstance(outcome, Raised):
        frames = [(frame.label, frame.line, frame.function) for frame in outcome.frames]
        outcome = (outcome.exception, outcome.bases, outcome.message, frames)
    elif isinstance(outcome, Missing):
        outcome = Missing()
    return outcome, observation.stdout, observation.stderr, observation.changed_inputs


def test_a_call_comes_to_the_same_as_in_the_sandbox(
    launcher: Launcher, foreground: Foreground
) -> None:
    submission = Submission("one", "solution.py", (Chunk("solution.py", SOURCE),))
    with launcher.open(submission) as session:
        for function, args in CALLS:
            here = alike(foreground.call(function, args))
            assert here == alike(session.call(function, args)), function


def test_arguments_are_handed_over_fresh(foreground: Foreground) -> None:
    values: list[Any] = [0]
    first = foreground.call("grow", (values,))
    assert values == [0]
    assert first.changed_inputs == (0,)
    assert first.outcome == Returned([0, 1])


def test_what_is_printed_stays_with_the_call(
    foreground: Foreground, capsys: pytest.CaptureFixture[str]
) -> None:
    observation = foreground.call("prints", ())
    assert (observation.stdout, observation.stderr) == ("out\n", "err\n")
    assert capsys.readouterr() == ("", "")


def test_an_interrupt_is_the_students_own() -> None:
    def loops() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Foreground({"loops": loops}, lambda filename: None).call("loops", ())


def test_a_value_stands_for_what_a_function_without_parameters_returns() -> None:
    worker = Foreground({"table": {"a": 1}}, lambda filename: None)
    assert worker.call("table", ()).outcome == Returned({"a": 1}, ("value",))
    assert worker.call("table", (1,)).outcome == Malformed("is defined, but is not a function")


def test_a_name_that_is_similar_is_found() -> None:
    worker = Foreground({"cross_corelate": len}, lambda filename: None)
    assert worker.call("cross_correlate", ()).outcome == Missing(("cross_corelate",))


def test_an_exception_without_words_has_none() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def fails() -> None:
        raise Mute

    outcome = Foreground({"fails": fails}, lambda filename: None).call("fails", ()).outcome
    assert isinstance(outcome, Raised)
    assert outcome.message == ""


def test_frames_of_files_without_a_label_are_left_out() -> None:
    def fails() -> None:
        raise ValueError

    outcome = Foreground({"fails": fails}, lambda filename: None).call("fails", ()).outcome
    assert isinstance(outcome, Raised)
    assert outcome.frames == ()
    labelled = Foreground(
        {"fails": fails}, lambda filename: "here" if filename == __file__ else None
    )
    outcome = labelled.call("fails", ()).outcome
    assert isinstance(outcome, Raised)
    assert [frame.label for frame in outcome.frames] == ["here"]
    assert outcome.frames[0].text == "raise ValueError"
