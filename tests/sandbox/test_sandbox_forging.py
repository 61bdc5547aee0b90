"""Words that a worker may say in place of an honest reply, and what the grader makes of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sandboxes import LIMITS, Run, submission

from grader.model import (
    Frame,
    Killed,
    Malformed,
    Missing,
    Raised,
    Returned,
    TimedOut,
)
from grader.sandbox import Launcher, answers, start_launcher, wire

# What every forger here knows: the connection, the nonce of the call under way, the encoder.
KNOWS = """
import os, socket, struct, sys, threading, time
worker = sys._getframe(1)
while "stream" not in worker.f_locals:
    worker = worker.f_back
wire, stream = worker.f_globals["wire"], worker.f_locals["stream"]
def nonce():
    frame = sys._getframe(1)
    while "nonce" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["nonce"]
def say(nonce, payload, length=None):
    size = len(payload) if length is None else length
    os.write(3, struct.pack("<16sQ", nonce, size) + payload)
def returned(value):
    return wire.encode(("returned", value, (), ()))
def honest():
    return 1
"""


@pytest.fixture(scope="module")
def quick() -> Iterator[Launcher]:
    with start_launcher(replace(LIMITS, call_s=0.5), isolation="preferred") as one:
        yield one


NO_REPLY = "sent the grader something that is not the answer to its call"
FORGERIES: dict[str, tuple[str, Any]] = {
    "an exact forgery is an answer like any other": (
        "say(nonce(), returned(42)); time.sleep(9)",
        Returned(42),
    ),
    "another nonce": ("say(bytes(16), returned(42))", Malformed(NO_REPLY)),
    "a length beyond all bounds": ("say(nonce(), b'', 2**64 - 1)", Malformed(NO_REPLY)),
    "a length just beyond": ("say(nonce(), b'', 34_000_000)", Malformed(NO_REPLY)),
    "random bytes": ("say(nonce(), os.urandom(100))", Malformed(NO_REPLY)),
    "nothing": ("say(nonce(), b'')", Malformed(NO_REPLY)),
    "a pickle": ("import pickle; say(nonce(), pickle.dumps(42))", Malformed(NO_REPLY)),
    "a bare value": ("say(nonce(), wire.encode(42))", Malformed(NO_REPLY)),
    "another verb": ("say(nonce(), wire.encode(('passed', 42, (), ())))", Malformed(NO_REPLY)),
    "a note of its own": (
        "say(nonce(), wire.encode(('returned', 42, ('perfect',), ())))",
        Malformed(NO_REPLY),
    ),
    "a changed input that was never there": (
        "say(nonce(), wire.encode(('returned', 42, (), (7,))))",
        Malformed(NO_REPLY),
    ),
    "a reason of its own": (
        "say(nonce(), wire.encode(('refused', 'own words', ())))",
        Malformed(NO_REPLY),
    ),
    "an answer to a load": (
        "say(nonce(), wire.encode(('loaded', ['f'], [])))",
        Malformed(NO_REPLY),
    ),
    "a greeting": (
        "say(nonce(), wire.encode(('ready', {})))",
        Malformed(NO_REPLY),
    ),
    "two replies in one": ("say(nonce(), returned(42)); say(nonce(), returned(43))", None),
    "half a header, then an end": (
        "os.write(3, nonce()); os._exit(0)",
        Killed("exit", "the process ended itself with exit code 0"),
    ),
    "half a reply, then an end": (
        "say(nonce(), b'l', 100); os._exit(0)",
        Killed("exit", "the process ended itself with exit code 0"),
    ),
    "half a reply, then silence": ("say(nonce(), b'l', 100); time.sleep(9)", TimedOut(0.5)),
    "a reply byte by byte": (
        "\n    for byte in struct.pack('<16sQ', nonce(), 10**6) + bytes(10**6):\n"
        "        os.write(3, bytes([byte])); time.sleep(0.02)",
        TimedOut(0.5),
    ),
    "the connection closed": (
        "os.close(3); time.sleep(9)",
        Malformed("closed its connection to the grader"),
    ),
    "the connection shut down": (
        "socket.socket(fileno=3).shutdown(2); time.sleep(9)",
        Malformed("closed its connection to the grader"),
    ),
    "every descriptor closed": (
        "os.closerange(0, 100); time.sleep(9)",
        None,  # some versions of Python end themselves at that
    ),
    "an honest exception forged": (
        "say(nonce(), wire.encode(('raised', 'E', (), 'm' * 9999, [('l', -5, 'f', 't')], ())));"
        "time.sleep(9)",
        Raised("E", (), "m" * 2000, (Frame("l", 0, "f", "t"),)),
    ),
}


@pytest.mark.parametrize(("body", "outcome"), FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_reply_costs_its_own_case_and_no_other(
    quick: Launcher, body: str, outcome: Any
) -> None:
    started = time.monotonic()
    with quick.open(submission(f"{KNOWS}def f():\n    {body}\n")) as session:
        assert session.call("honest", ()).outcome == Returned(1)
        seen = session.call("f", ()).outcome
        if outcome is None:
            assert seen == Returned(42) or not isinstance(seen, Returned)
        else:
            assert seen == outcome
        assert session.call("honest", ()).outcome == Returned(1)
    assert time.monotonic() - started < 5


UNASKED = {
    "before the first request": "say(bytes(16), returned(42))",
    "when it was loaded": "threading.Timer(0.05, say, (bytes(16), returned(42))).start()",
    "again and again": "def talk():\n    while True:\n        say(bytes(16), returned(42))\n"
    "        time.sleep(0.001)\nthreading.Thread(target=talk, daemon=True).start()",
    "without end": "def talk():\n    while True: os.write(3, bytes(65536))\n"
    "threading.Thread(target=talk, daemon=True).start()",
}


@pytest.mark.parametrize("statement", UNASKED.values(), ids=UNASKED.keys())
def test_replies_that_nobody_asked_for_are_never_taken_for_one(
    quick: Launcher, statement: str
) -> None:
    with quick.open(submission(f"{KNOWS}{statement}\ndef f(): return 7\n")) as session:
        for _ in range(5):
            outcome = session.call("f", ()).outcome
            assert outcome == Returned(7) or not isinstance(outcome, Returned)
            time.sleep(0.02)


def test_a_second_reply_is_not_the_answer_to_the_next_call(quick: Launcher) -> None:
    text = (
        f"{KNOWS}def f():\n    mine = nonce()\n"
        "    threading.Timer(0.05, say, (mine, returned(42))).start()\n    return 1\n"
    )
    with quick.open(submission(text)) as session:
        assert session.call("f", ()).outcome == Returned(1)
        time.sleep(0.15)
        assert session.call("honest", ()).outcome == Returned(1)


def test_a_worker_that_eats_its_requests_is_soon_replaced(quick: Launcher) -> None:
    eater = "threading.Thread(target=os.read, args=(3, 9)).start()"
    text = f"{KNOWS}def f():\n    {eater}\n    return 1\n"
    with quick.open(submission(text)) as session:
        assert session.call("f", ()).outcome == Returned(1)
        outcomes = [session.call("honest", ()).outcome for _ in range(4)]
    assert outcomes.count(Returned(1)) >= 3, "it may cost the one call whose request it ate"


def test_a_process_that_one_call_ends_later_is_not_the_fault_of_the_next(quick: Launcher) -> None:
    text = (
        f"{KNOWS}def f():\n    threading.Timer(0.1, os._exit, (3,)).start()\n    return 1\n"
        "def g():\n    time.sleep(0.4)\n    return 7\ndef h():\n    os._exit(4)\n"
    )
    with quick.open(submission(text)) as session:
        assert session.call("f", ()).outcome == Returned(1)
        assert session.call("g", ()).outcome == Returned(7)
        assert session.call("h", ()).outcome == Killed(
            "exit", "the process ended itself with exit code 4"
        )
        assert session.call("g", ()).outcome == Returned(7)


def test_memory_that_one_call_keeps_is_not_taken_from_the_next(run: Run) -> None:
    text = """
        kept = []
        def f(): kept.append(bytearray(200 << 20))
        def g(): return len(bytearray(100 << 20))
        """
    with run.launcher.open(submission(text)) as session:
        assert session.call("f", ()).outcome == Returned(None)
        assert session.call("g", ()).outcome == Returned(100 << 20)


# ------------------------------------------------------------------- the reader alone

MEMORY = answers.out_of_memory(1 << 30)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["returned", "raised", "missing", "refused", "memory", "loaded", "ready"])
    | st.builds(np.arange, st.integers(0, 3)),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.lists(inner, max_size=6).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)
messages = st.one_of(
    anything,
    st.tuples(st.sampled_from(["returned", "raised", "missing", "refused", "loaded"]), anything),
    st.tuples(st.just("returned"), anything, anything, anything),
    st.tuples(st.just("loaded"), anything, anything),
    st.tuples(st.just("refused"), anything, anything),
    st.tuples(st.just("raised"), anything, anything, anything, anything, anything),
)


@given(messages)
def test_whatever_a_message_says_it_is_read_without_an_exception(message: Any) -> None:
    payload = wire.encode(message)
    answers.called(payload, arguments=2, memory=MEMORY)
    answers.loaded(payload)


@given(st.binary(max_size=100))
def test_whatever_bytes_come_they_are_read_without_an_exception(payload: bytes) -> None:
    answers.called(payload, arguments=2, memory=MEMORY)
    answers.loaded(payload)


READINGS: list[tuple[Any, Any]] = [
    (("returned", 1, (), (0, 1)), Returned(1)),
    (("returned", 1, ["tensor"], ()), Returned(1, ("tensor",))),
    (("returned", 1, (), (1, 0)), answers.NO_REPLY),
    (("returned", 1, (), (0, 0)), answers.NO_REPLY),
    (("returned", 1, (), (True,)), answers.NO_REPLY),
    (("returned", 1, (), [0]), answers.NO_REPLY),
    (("returned", 1, ()), answers.NO_REPLY),
    (["returned", 1, (), ()], answers.NO_REPLY),
    (("missing", ("g",)), Missing(("g",))),
    (("missing", ("g" * 201,)), answers.NO_REPLY),
    (
        ("refused", "type:generator", ()),
        Malformed("returned a generator; return a list or an array"),
    ),
    (("refused", "type:Robert'); DROP", ()), answers.NO_REPLY),
    (("refused", "own_class", ()), Malformed(answers.REFUSALS["own_class"])),
    (("memory",), MEMORY),
    (("memory", 1), answers.NO_REPLY),
    ((np.array([1, 2]),), answers.NO_REPLY),
]


@pytest.mark.parametrize(
    ("message", "outcome"), READINGS, ids=[str(row[0])[:40] for row in READINGS]
)
def test_a_message_means_what_the_table_says(message: Any, outcome: Any) -> None:
    assert answers.called(wire.encode(message), arguments=2, memory=MEMORY).outcome == outcome


def test_every_refusal_of_the_worker_has_a_sentence() -> None:
    import inspect

    from grader.sandbox import values, worker

    for module in (values, worker):
        source = inspect.getsource(module)
        for code in answers.REFUSALS:
            source = source.replace(f'"{code}"', "")
        assert 'Refusal("' not in source
        assert '("refused", "' not in source


ENDINGS: list[tuple[answers.Ending, Any]] = [
    (answers.Ending(3 << 8, False), Killed("exit", "the process ended itself with exit code 3")),
    (answers.Ending(0, False), Killed("exit", "the process ended itself with exit code 0")),
    (answers.Ending(11, False), Killed("signal", "SIGSEGV")),
    (answers.Ending(11 | 0x80, False), Killed("signal", "SIGSEGV")),
    (answers.Ending(11, False, max_rss_bytes=1 << 30), MEMORY),
    (answers.Ending(6, False, max_rss_bytes=1 << 30), MEMORY),
    (answers.Ending(9, False), Killed("signal", "SIGKILL")),
    (answers.Ending(9, False, max_rss_bytes=1 << 29), MEMORY),
    (answers.Ending(9, False, cpu_s=10.0), Killed("cpu", "used more than 10 s of processor time")),
    (answers.Ending(24, False), Killed("cpu", "used more than 10 s of processor time")),
    (answers.Ending(31, False), Killed("signal", "SIGSYS")),
    (answers.Ending(40, False), Killed("signal", "signal 40")),
    (answers.Ending(9, True), None),
    (answers.Ending(9, True, excess="it ate"), Killed("signal", "stopped: it ate")),
]


@pytest.mark.parametrize(("ending", "killed"), ENDINGS, ids=[str(row[0])[:60] for row in ENDINGS])
def test_an_ending_is_told_by_its_cause(ending: answers.Ending, killed: Any) -> None:
    assert answers.killed(ending, memory_bytes=1 << 30, cpu_limit_s=10) == killed
