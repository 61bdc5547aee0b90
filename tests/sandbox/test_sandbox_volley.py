"""Many calls at once come to what they come to one by one; whatever is odd is asked one by one."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from sandboxes import LIMITS, submission

from grader.model import Killed, NotRun, Observation, Raised, Returned, TimedOut
from grader.sandbox import Launcher, Session, start_launcher, wire

Call = tuple[str, tuple[Any, ...]]


def at_once(session: Session, calls: Sequence[Call]) -> list[Observation]:
    return session.call_many([(name, wire.encode(args), len(args)) for name, args in calls])


def as_the_pipeline_does(launcher: Launcher, text: str, calls: Sequence[Call]) -> list[Observation]:
    """At once as far as that goes, then one by one."""
    with launcher.open(submission(text)) as session:
        found = at_once(session, calls)
        return found + [session.call(name, args) for name, args in calls[len(found) :]]


def one_by_one(launcher: Launcher, text: str, calls: Sequence[Call]) -> list[Observation]:
    with launcher.open(submission(text)) as session:
        return [session.call(name, args) for name, args in calls]


def told(observations: Sequence[Observation]) -> list[Any]:
    return [(o.outcome, o.stdout, o.stderr, o.changed_inputs) for o in observations]


CALLS: list[Call] = [("f", (n,)) for n in range(20)]


@pytest.mark.parametrize(
    "text",
    [
        "def f(n): return n * n",
        "def f(n): return [1] / n",
        "def g(n): return n",
        "def f(n): return {'text': 'ü' * n, 'row': [n] * n}",
        "import numpy as np\ndef f(n): return np.arange(n, dtype=np.float32)",
        "def f(n): return object()",
        "seen = []\ndef f(n):\n    seen.append(n)\n    return len(seen)",
        "def f(n): raise SystemExit",
    ],
)
def test_at_once_is_as_one_by_one(launcher: Launcher, text: str) -> None:
    with launcher.open(submission(text)) as session:
        found = at_once(session, CALLS)
    assert len(found) == len(CALLS)
    assert [repr(one) for one in told(found)] == [
        repr(one) for one in told(one_by_one(launcher, text, CALLS))
    ]


def test_inputs_are_fresh_and_changes_are_told(launcher: Launcher) -> None:
    text = "def f(row):\n    row.append(1)\n    return len(row)"
    with launcher.open(submission(text)) as session:
        found = at_once(session, [("f", ([0],)), ("f", ([0],)), ("f", ([],))])
    assert [o.outcome for o in found] == [Returned(2), Returned(2), Returned(1)]
    assert all(o.changed_inputs == (0,) for o in found)


def test_short_answers_carry_their_bytes_and_long_ones_do_not(launcher: Launcher) -> None:
    text = "import numpy as np\ndef f(n): return np.zeros(n)"
    with launcher.open(submission(text)) as session:
        short, same, long = at_once(session, [("f", (3,)), ("f", (3,)), ("f", (3000,))])
    assert isinstance(short.outcome, Returned)
    assert isinstance(long.outcome, Returned)
    assert short.outcome is same.outcome
    assert short.outcome.encoded
    assert not long.outcome.encoded
    assert np.array_equal(np.asarray(long.outcome.value), np.zeros(3000))


def test_more_than_the_socket_holds_goes_through(launcher: Launcher) -> None:
    big = np.arange(40_000.0)
    text = "def f(row): return row[::-1]"
    with launcher.open(submission(text)) as session:
        found = at_once(session, [("f", (big,))] * 12)
    assert len(found) == 12
    assert all(isinstance(o.outcome, Returned) for o in found)


def test_answers_that_weigh_too_much_together_are_asked_for_one_by_one(launcher: Launcher) -> None:
    text = "import numpy as np\ndef f(n): return np.full(100_000, n)"
    calls = [("f", (n,)) for n in range(12)]
    with launcher.open(submission(text)) as session:
        assert len(at_once(session, calls)) == (4 << 20) // 800_000
    found = as_the_pipeline_does(launcher, text, calls)
    rows = [o.outcome.value for o in found if isinstance(o.outcome, Returned)]
    assert [float(np.asarray(row)[0]) for row in rows] == list(range(12))


# --------------------------------------------------------------------------- out of the ordinary


@pytest.mark.parametrize(
    "act",
    [
        "print('here')",
        "import sys; print('here', file=sys.stderr)",
        "import os; os.write(1, b'here')",
        "import warnings; warnings.warn('here')",
    ],
)
def test_what_is_printed_is_told_with_the_call_that_printed_it(
    launcher: Launcher, act: str
) -> None:
    text = f"def f(n):\n    if n == 7:\n        {act}\n    return n"
    found = as_the_pipeline_does(launcher, text, CALLS)
    assert [o.outcome for o in found] == [Returned(n) for n in range(20)]
    assert ["here" in o.stdout + o.stderr for o in found] == [n == 7 for n in range(20)]


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        ("import os; os._exit(3)", Killed("exit", "ended its process with exit code 3")),
        ("import os; os.close(3)", None),
        ("import os; os.write(3, b'x' * 100)", None),
        ("import ctypes; ctypes.string_at(0)", Killed),
        ("x = [0] * 10**12", None),
    ],
)
def test_a_call_that_ends_its_worker_costs_only_itself(
    launcher: Launcher, act: str, outcome: object
) -> None:
    text = f"def f(n):\n    if n == 7:\n        {act}\n    return n"
    found = as_the_pipeline_does(launcher, text, CALLS)
    others = [o.outcome for at, o in enumerate(found) if at != 7]
    assert others == [Returned(n) for n in range(20) if n != 7]
    expected = one_by_one(launcher, text, CALLS)[7]
    assert found[7].outcome == expected.outcome
    if isinstance(outcome, type):
        assert isinstance(found[7].outcome, outcome)


def test_a_slow_call_is_asked_alone_and_has_its_time(launcher: Launcher) -> None:
    text = "import time\ndef f(n):\n    if n == 2:\n        time.sleep(0.8)\n    return n"
    found = as_the_pipeline_does(launcher, text, CALLS[:5])
    assert [o.outcome for o in found] == [Returned(n) for n in range(5)]
    assert found[2].wall_s >= 0.8


def test_all_of_a_volley_has_the_time_of_the_submission_and_no_more() -> None:
    text = "import time\ndef f(n):\n    time.sleep(0.2)\n    return n"
    limits = replace(LIMITS, call_s=5.0, submission_s=1.0)
    with start_launcher(limits, isolation="preferred") as launcher:
        found = as_the_pipeline_does(launcher, text, CALLS)
    done = [one for one in found if isinstance(one.outcome, Returned)]
    assert 0 < len(done) <= 5
    assert found[-1].outcome == NotRun("the submission's time was used up")


def test_a_call_that_never_ends_costs_only_itself() -> None:
    text = "def f(n):\n    while n == 2:\n        pass\n    return n"
    with start_launcher(replace(LIMITS, call_s=1.0), isolation="preferred") as launcher:
        found = as_the_pipeline_does(launcher, text, CALLS[:5])
    assert [o.outcome for o in found] == [
        Returned(0), Returned(1), TimedOut(1.0), Returned(3), Returned(4),
    ]  # fmt: skip


FORGER = """
    import os, struct

    def f(n):
        if n == 3:
            # Read the requests that wait, and answer the next ones in their place.
            waiting = os.read(3, 1 << 16)
            at = 0
            while at + 24 <= len(waiting):
                nonce, length = struct.unpack_from("<16sQ", waiting, at)
                at += 24 + length
                answer = b"t" + (4).to_bytes(4, "little") + b"s" + (8).to_bytes(4, "little")
                answer += b"returnedi" + (2).to_bytes(2, "little") + (999).to_bytes(2, "little")
                answer += b"t" + bytes(4) + b"t" + bytes(4)
                os.write(3, struct.pack("<16sQ", nonce, len(answer)) + answer)
        return n
"""


def test_answers_that_come_before_their_turn_do_not_count() -> None:
    with start_launcher(replace(LIMITS, call_s=1.0), isolation="preferred") as launcher:
        found = as_the_pipeline_does(launcher, textwrap.dedent(FORGER), CALLS[:8])
    others = [o.outcome for at, o in enumerate(found) if at != 3]
    assert others == [Returned(n) for n in range(8) if n != 3]


def test_after_something_odd_there_are_no_more_volleys(launcher: Launcher) -> None:
    text = "def f(n):\n    print(n)\n    return n"
    with launcher.open(submission(text)) as session:
        assert at_once(session, CALLS) == []
        assert session.call("f", (1,)).outcome == Returned(1)
        assert at_once(session, CALLS) == []


def test_a_file_that_cannot_be_loaded_answers_none(launcher: Launcher) -> None:
    with launcher.open(submission("import os; os._exit(1)")) as session:
        found = at_once(session, CALLS)
    assert not any(isinstance(o.outcome, Returned) for o in found)


def test_a_right_refusal_is_told_with_its_lines(launcher: Launcher) -> None:
    with launcher.open(submission("def f(n):\n    raise ValueError('no')")) as session:
        (found,) = at_once(session, [("f", (1,))])
    assert isinstance(found.outcome, Raised)
    assert [frame.line for frame in found.outcome.frames] == [2]
