"""Calling functions: every honest way to answer, and every way not to."""

from __future__ import annotations

import resource
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from sandboxes import LIMITS, Run, submission

from grader.model import (
    Killed,
    Malformed,
    Missing,
    NotRun,
    Observation,
    Raised,
    Returned,
    Submission,
    TimedOut,
)
from grader.sandbox import start_launcher

ANSWERS: dict[str, tuple[str, tuple[Any, ...], Any, tuple[str, ...]]] = {
    "a function": ("def f(a, b): return a * b", (6, 7), 42, ()),
    "a lambda": ("f = lambda x: x + 1", (1,), 2, ()),
    "a class": ("class f(int): pass", (3,), 3, ("subclass",)),
    "an object": ("class C:\n    def __call__(self, x): return x\nf = C()", (3,), 3, ()),
    "a partial": ("import functools\nf = functools.partial(max, 3)", (9,), 9, ()),
    "a cached function": ("import functools\n@functools.cache\ndef f(x): return x", (3,), 3, ()),
    "a coroutine": (
        "import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return x",
        (3,),
        3,
        (),
    ),
    "an imported function": ("from math import gcd as f", (12, 18), 6, ()),
    "a NumPy count": ("import numpy as np\ndef f(): return np.int64(7)", (), 7, ("numpy_scalar",)),
    "a value for a function without parameters": ("f = {'a': 1}", (), {"a": 1}, ("value",)),
    "threads": (
        "from concurrent.futures import ThreadPoolExecutor\ndef f(n):\n"
        "    with ThreadPoolExecutor(4) as pool: return sum(pool.map(abs, range(n)))",
        (10,),
        45,
        (),
    ),
    "scipy": (
        "import scipy.signal\ndef f(): return round(scipy.signal.convolve([1], [2])[0])",
        (),
        2,
        (),
    ),
    "a breakpoint": ("breakpoint()\ndef f(x):\n    breakpoint()\n    return x", (3,), 3, ()),
    "a debugger": (
        "import pdb\ndef f(x):\n    pdb.set_trace()\n    pdb.Pdb().set_trace()\n    return x",
        (3,),
        3,
        (),
    ),
    "a temporary file": (
        "import tempfile\ndef f():\n    with tempfile.TemporaryFile('w+') as t:\n"
        "        t.write('x'); t.seek(0); return t.read()",
        (),
        "x",
        (),
    ),
    "a file beside it": (
        "def f():\n    open('a', 'w').write('hi')\n    return open('a').read()",
        (),
        "hi",
        (),
    ),
    "a random number": (
        "import numpy as np\ndef f(): return np.random.default_rng(1).integers(1, 2)",
        (),
        1,
        ("numpy_scalar",),
    ),
    "a late import": (
        "def f():\n    import fractions, csv, statistics\n    return statistics.mean([1, 3])",
        (),
        2,
        (),
    ),
    "its environment": (
        "import os\ndef f(): return sorted(os.environ)",
        (),
        [
            "CUDA_VISIBLE_DEVICES",
            "HOME",
            "LANG",
            "LOGNAME",
            "MKL_NUM_THREADS",
            "MPLBACKEND",
            "MPLCONFIGDIR",
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "TMPDIR",
            "TORCHDYNAMO_DISABLE",
        ],
        (),
    ),
    "its arguments": ("import sys\ndef f(): return sys.argv", (), ["solution.py"], ()),
}


@pytest.mark.parametrize(("text", "args", "value", "notes"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_honest_answer_arrives(
    run: Run, text: str, args: tuple[Any, ...], value: Any, notes: tuple[str, ...]
) -> None:
    assert run.call(text, *args).outcome == Returned(value, notes)


def test_a_set_has_the_same_order_in_every_run() -> None:
    text = "def f(): return list({str(i) for i in range(20)})"
    orders = []
    for fork in (True, True, False):
        with start_launcher(LIMITS, isolation="preferred", fork=fork) as launcher:
            orders.append(Run(launcher).call(text).outcome)
    assert orders[0] == orders[1] == orders[2]


def test_arrays_go_and_come_with_type_and_shape(run: Run) -> None:
    outcome = run.call("def f(x, y): return x @ y", np.ones((2, 3)), np.ones((3, 4))).outcome
    assert isinstance(outcome, Returned)
    assert isinstance(outcome.value, np.ndarray)
    assert outcome.value.tolist() == [[3.0] * 4] * 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("f = None", "is defined, but is not a function"),
        ("def f():\n    yield 1", "returned a generator; return a list or an array"),
        ("def f(): return {1, 2}", "returned a set, which has no order; return a list"),
        ("class C: pass\ndef f(): return C()", "an object of a class of its own"),
        ("def f(): return [0] * 10**7", "returned more data than the grader accepts"),
        ("def f():\n    x = []\n    x.append(x)\n    return x", "nested more than 64 deep"),
        ("def f(): return 'a' * 10**8", "returned more data than the grader accepts"),
        ("import numpy as np\ndef f(): return np.zeros((4000, 4000))", "more data"),
        ("import numpy as np\ndef f(): return np.zeros((2**40, 0))", "more data"),
    ],
)
def test_what_is_no_plain_data_is_said_in_our_words(run: Run, text: str, why: str) -> None:
    outcome = run.call(text).outcome
    assert isinstance(outcome, Malformed)
    assert why in outcome.why


def test_a_value_is_no_function_with_parameters(run: Run) -> None:
    assert run.call("f = 3", 1).outcome == Malformed("is defined, but is not a function")


def test_a_missing_function_is_told_with_names_like_it(run: Run) -> None:
    text = "def conv_layer_parms(): pass\ndef ConvLayer_Params(): pass\ndef other(): pass\n_x = len"
    outcome = run.call(text, function="conv_layer_params").outcome
    assert isinstance(outcome, Missing)
    assert set(outcome.similar) == {"conv_layer_parms", "ConvLayer_Params"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("class Solution:\n    def f(self): pass\nclass Sub(Solution): pass", "Solution.f"),
        ("import math\ndef main():\n    if math:\n        async def f(): pass\nmain()", "main.f"),
        ("if __name__ == 'main':\n\n    def f(): pass", "if __name__ == 'main'.f"),
        ("def broken(:\n    pass\r\nwhile False:\r\n    def f(): pass", "while False.f"),
    ],
)
def test_a_missing_function_that_does_not_stand_at_the_top_is_told_with_its_owner(
    run: Run, text: str, told: str
) -> None:
    assert run.call(text, function="f").outcome == Missing((told,))


def test_a_name_without_any_like_it_is_just_missing(run: Run) -> None:
    assert run.call("def g(): pass", function="unheard_of").outcome == Missing(())


RAISED: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "a built-in": (
        "raise ValueError('no')",
        "ValueError",
        ("ValueError", "Exception", "BaseException"),
        "no",
    ),
    "an own class": (
        "class E(KeyError, ValueError): pass\n    raise E('x')",
        "E",
        ("KeyError", "LookupError", "ValueError", "Exception", "BaseException"),
        "'x'",
    ),
    "a liar": (
        "raise type('ValueError', (Exception,), {})",
        "ValueError",
        ("Exception", "BaseException"),
        "",
    ),
    "an exit": (
        "import sys; sys.exit('bye')",
        "SystemExit",
        ("SystemExit", "BaseException"),
        "bye",
    ),
    "an interrupt": (
        "raise KeyboardInterrupt",
        "KeyboardInterrupt",
        ("KeyboardInterrupt", "BaseException"),
        "",
    ),
    "no message": (
        "class E(Exception):\n        def __str__(self): raise TypeError\n    raise E",
        "E",
        ("Exception", "BaseException"),
        "",
    ),
    "NumPy's": (
        "import numpy; numpy.zeros(2) + numpy.zeros(3)",
        "ValueError",
        ("ValueError", "Exception", "BaseException"),
        "operands could not be broadcast together with shapes (2,) (3,) ",
    ),
    "a warning made an error": (
        "import warnings; warnings.simplefilter('error'); warnings.warn('w')",
        "UserWarning",
        ("UserWarning", "Warning", "Exception", "BaseException"),
        "w",
    ),
    "asking for input": (
        "input()",
        "EOFError",
        ("EOFError", "Exception", "BaseException"),
        "EOF when reading a line",
    ),
    "wrong arguments": (
        "(lambda: 0)(1)",
        "TypeError",
        ("TypeError", "Exception", "BaseException"),
        "f.<locals>.<lambda>() takes 0 positional arguments but 1 was given",
    ),
}


@pytest.mark.parametrize(("body", "name", "bases", "message"), RAISED.values(), ids=RAISED.keys())
def test_an_exception_is_told_with_its_builtin_bases(
    run: Run, body: str, name: str, bases: tuple[str, ...], message: str
) -> None:
    outcome = run.call(f"def f():\n    {body}\n").outcome
    assert isinstance(outcome, Raised)
    assert (outcome.exception, outcome.bases, outcome.message) == (name, bases, message)


def test_frames_are_the_students_own_lines_and_no_path_of_the_machine(run: Run) -> None:
    outcome = run.call(
        "import json\ndef g(x):\n    return json.loads(x)\ndef f():\n    return g('{')\n"
    ).outcome
    assert isinstance(outcome, Raised)
    assert [(frame.label, frame.line, frame.function, frame.text) for frame in outcome.frames] == [
        ("solution.py", 5, "f", "return g('{')"),
        ("solution.py", 3, "g", "return json.loads(x)"),
    ]


def test_of_a_deep_recursion_both_ends_are_kept(run: Run) -> None:
    outcome = run.call("def g(n):\n    return g(n + 1)\ndef f():\n    return g(0)\n").outcome
    assert isinstance(outcome, Raised)
    assert outcome.exception == "RecursionError"
    assert outcome.frames[0].function == "f"
    assert len(outcome.frames) == 16


def test_a_long_message_is_cut(run: Run) -> None:
    outcome = run.call("def f(): raise ValueError('a' * 10**7)").outcome
    assert isinstance(outcome, Raised)
    assert len(outcome.message) == 2000


CHANGES: list[tuple[str, tuple[Any, ...], tuple[int, ...]]] = [
    ("def f(x, y): y[0] = 5", ([1], [2]), (1,)),
    ("def f(x, y): x[0] = 5; y += 1", (np.zeros(2), np.zeros(2)), (0, 1)),
    ("def f(x): x.shape = (4,)", (np.zeros((2, 2)),), (0,)),
    ("def f(x): x['a'].append(x)", ({"a": []},), (0,)),
    ("def f(x): x.append(object())", ([],), (0,)),
    ("def f(x): x[0] = -0.0", ([0.0],), (0,)),
    ("def f(x): x[0] = True", ([1],), (0,)),
    ("def f(x): x.sort()", ([1, 2],), ()),
    ("def f(x): x = x + 1", (np.zeros(2),), ()),
    ("def f(x): x[0] = 1; raise ValueError", ([0],), (0,)),
    ("def f(x): x[0] = 1; return object()", ([0],), (0,)),
]


@pytest.mark.parametrize(("text", "args", "changed"), CHANGES, ids=[row[0] for row in CHANGES])
def test_a_changed_input_is_noticed(
    run: Run, text: str, args: tuple[Any, ...], changed: tuple[int, ...]
) -> None:
    assert run.call(text, *args).changed_inputs == changed


def test_inputs_are_handed_over_fresh_for_each_call(run: Run) -> None:
    argument = [1]
    with run.launcher.open(submission("def f(x):\n    x.append(1)\n    return len(x)")) as session:
        assert [session.call("f", (argument,)).outcome for _ in range(3)] == [Returned(2)] * 3
    assert argument == [1]


def test_output_belongs_to_the_call_that_printed_it(run: Run) -> None:
    text = """
        import os, sys
        def f(x):
            print("out", x)
            sys.stderr.write(f"err {x}")
            os.write(1, b"raw \\xff")
            print("no newline", end="")
            return x
        """
    with run.launcher.open(submission(text)) as session:
        for x in (1, 2):
            seen = session.call("f", (x,))
            assert seen.stdout == f"out {x}\nraw \ufffdno newline"
            assert seen.stderr == f"err {x}"


def test_output_before_a_timeout_or_a_crash_is_kept() -> None:
    text = """
        import os
        def f():
            print("busy")
            while True: pass
        def g():
            print("bye")
            os._exit(1)
        """
    with (
        start_launcher(replace(LIMITS, call_s=0.3), isolation="preferred") as launcher,
        launcher.open(submission(text)) as session,
    ):
        assert session.call("f", ()).stdout == "busy\n"
        assert session.call("g", ()).stdout == "bye\n"


@pytest.mark.parametrize(
    "flood",
    [
        "import os\nwhile True: os.write(1, b'a' * 65536)",
        "import sys\nfor _ in range(20000): print('a' * 1000)",
        "import os, threading\ndef flood():\n    while True: os.write(2, b'a' * 65536)\n"
        "threading.Thread(target=flood, daemon=True).start()",
    ],
    ids=["for ever", "20 MB", "from a thread"],
)
def test_a_flood_of_output_neither_blocks_nor_fills_memory(flood: str) -> None:

    body = flood.replace("\n", "\n    ")
    text = f"def f():\n    {body}\n    return 1\ndef g():\n    return 2\n"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with (
        start_launcher(replace(LIMITS, call_s=1.0), isolation="preferred") as launcher,
        launcher.open(submission(text)) as session,
    ):
        seen = session.call("f", ())
        assert seen.outcome in (Returned(1), TimedOut(1.0))
        for output in (seen.stdout, seen.stderr):
            assert len(output) < LIMITS.output_bytes + 100
        assert session.call("g", ()).outcome == Returned(2)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_what_was_cut_of_an_output_is_said(run: Run) -> None:
    seen = run.call("def f(): print('a' * 100_000)")
    assert seen.stdout == "a" * 65536 + "\n… (34,465 more bytes were cut)"


def test_a_function_that_bends_the_interpreter_harms_only_itself(run: Run) -> None:
    text = """
        import builtins, sys, json, numpy
        def f():
            sys.stdout = None
            sys.setrecursionlimit(50)
            builtins.print = builtins.isinstance = builtins.len = lambda *a: 1 / 0
            return 3
        def g():
            for name in list(sys.modules):
                if name != "sys": del sys.modules[name]
            return 4
        def h():
            return 5
        """
    with run.launcher.open(submission(text)) as session:
        assert isinstance(session.call("f", ()).outcome, Returned | Malformed | Killed)
        assert isinstance(session.call("g", ()).outcome, Returned | Malformed | Killed)
        assert session.call("h", ()).outcome == Returned(5), "the next worker is a fresh one"


def test_an_empty_submission_opens_and_lacks_everything(run: Run) -> None:
    with run.launcher.open(Submission("id", "solution.py")) as session:
        assert session.loaded.functions == ()
        assert session.call("f", ()).outcome == Missing()


def test_the_submissions_time_is_one_budget() -> None:
    limits = replace(LIMITS, submission_s=1.0, call_s=0.6)
    text = "import time\ndef f(): time.sleep(10)\ndef g(): return 1"
    used_up = Observation(NotRun("the submission's time was used up"))
    with start_launcher(limits, isolation="preferred") as launcher:
        with launcher.open(submission(text)) as session:
            assert session.call("g", ()).outcome == Returned(1)
            assert session.call("f", ()).outcome == TimedOut(0.6)
            assert isinstance(session.call("f", ()).outcome, NotRun)
            assert session.call("g", ()) == used_up
        with launcher.open(submission(text)) as session:
            assert session.call("g", ()).outcome == Returned(1), "the next one has its own"


def test_a_worker_killed_by_nobody_knows_whom_is_told_by_its_signal(run: Run) -> None:
    text = "import os, signal\ndef f(): os.kill(os.getpid(), signal.SIGTERM)\ndef g(): return 1"
    with run.launcher.open(submission(text)) as session:
        assert session.call("f", ()).outcome == Killed("signal", "SIGTERM")
        assert session.call("g", ()).outcome == Returned(1)
