"""The same conversation where nothing can be forked: a new interpreter for each worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from sandboxes import LIMITS, submission

from grader.model import Killed, Malformed, Missing, Raised, Returned, TimedOut
from grader.sandbox import Session, start_launcher

TEXT = """
    import os, sys, time
    import numpy as np
    from helper import double
    print("loading")
    def f(x): return double(x)
    def g(x):
        x[0] = 9
        return np.asarray(x) + 1
    def raises(): raise ValueError("no")
    def prints():
        print("out")
        sys.stderr.write("err")
    def ends(): os._exit(3)
    def dies(): os.kill(os.getpid(), 11)
    def hangs():
        while True: pass
    def fills(): return bytearray(1 << 30)
    def floods(): print("a" * 10**6)
    def yields(): yield 1
    async def waits(): return 5
    def writes(): open("x", "w").write("x"); return os.path.exists("x")
    def hangs_up(): os.close(fd()); time.sleep(9)
    def fd():
        frame = sys._getframe()
        while "stream" not in frame.f_locals: frame = frame.f_back
        return frame.f_locals["stream"].fileno()
    """


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    limits = replace(LIMITS, call_s=1.0)
    handed_in = submission(TEXT, helpers={"helper.py": b"def double(x): return 2 * x\n"})
    with (
        start_launcher(limits, isolation="preferred", fork=False) as launcher,
        launcher.open(handed_in) as one,
    ):
        assert launcher.isolation.level == "none"
        yield one


OUTCOMES: list[tuple[str, tuple[Any, ...], Any]] = [
    ("f", (3,), Returned(6)),
    ("raises", (), Raised),
    ("waits", (), Returned(5)),
    ("writes", (), Returned(True)),
    ("yields", (), Malformed("returned a generator; return a list or an array")),
    ("nothing", (), Missing),
    ("ends", (), Killed("exit", "the process ended itself with exit code 3")),
    ("dies", (), Killed("signal", "SIGSEGV")),
    ("hangs", (), TimedOut(1.0)),
    ("fills", (), Killed("memory", "out of memory at 256 MB")),
    ("hangs_up", (), Malformed("closed its connection to the grader")),
    ("f", (4,), Returned(8)),
]


@pytest.mark.parametrize(("function", "args", "outcome"), OUTCOMES, ids=lambda part: str(part)[:9])
def test_a_spawned_worker_answers_like_any_other(
    session: Session, function: str, args: tuple[Any, ...], outcome: Any
) -> None:
    seen = session.call(function, args).outcome
    assert isinstance(seen, outcome) if isinstance(outcome, type) else seen == outcome


def test_loading_and_printing_and_changing_are_told(session: Session) -> None:
    assert session.loaded.stdout == "loading\n"
    assert session.loaded.problems == ()
    seen = session.call("prints", ())
    assert (seen.stdout, seen.stderr) == ("out\n", "err")
    changed = session.call("g", (np.zeros(2),))
    assert changed.changed_inputs == (0,)
    assert "more bytes were cut" in session.call("floods", ()).stdout
