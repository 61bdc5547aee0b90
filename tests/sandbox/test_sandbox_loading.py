"""Loading a file: what runs, what is left out and said, what a second try may still give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from sandboxes import LIMITS, Run, submission

from grader.model import Killed, LoadProblem, Malformed, NotRun, Raised, Returned, TimedOut
from grader.sandbox import loading, start_launcher

RAISES = [
    ("import no_such_package", "ModuleNotFoundError: No module named 'no_such_package'"),
    ("x = input('number? ')", "EOFError: EOF when reading a line"),
    ("assert 1 == 2, 'not equal'", "AssertionError: not equal"),
    ("import sys; sys.exit(4)", "SystemExit: 4"),
    ("exit()", "SystemExit: None"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ("undefined", "NameError: name 'undefined' is not defined"),
    ("open('/etc/shadow').read()", "PermissionError: [Errno 13] Permission denied: '/etc/shadow'"),
    ("return 3", "SyntaxError: 'return' outside function (column 1)"),
    ("def bad(:", "SyntaxError: invalid syntax (column 9)"),
    ("class E(Exception):\n    def __str__(self): raise self\nraise E", "E"),
]


@pytest.mark.parametrize(("statement", "what"), RAISES, ids=[row[1][:30] for row in RAISES])
def test_a_statement_that_fails_is_reported_and_the_rest_goes_on(
    run: Run, statement: str, what: str
) -> None:
    text = f"def before():\n    return 1\n{statement}\ndef after():\n    return 2\n"
    loaded = run.load(text)
    assert {"before", "after"} <= set(loaded.functions)
    assert len(loaded.problems) == 1
    problem = loaded.problems[0]
    assert problem.label == "solution.py"
    assert problem.what == what
    assert problem.line >= 3
    assert problem.statement in statement
    assert loaded.failure is None


def test_problems_stand_in_the_order_of_the_file(run: Run) -> None:
    loaded = run.load("one\ntwo = = 2\nthree\n")
    assert [(p.line, p.what) for p in loaded.problems] == [
        (1, "NameError: name 'one' is not defined"),
        (2, "SyntaxError: invalid syntax (column 7)"),
        (3, "NameError: name 'three' is not defined"),
    ]


WITHOUT_COLUMNS = """
import sys
from grader.sandbox import loading
loading.import_also_from(sys.argv[1])
module = loading.new_module(sys.argv[1], "solution.py")
text = "a = (1 +\\n  no)\\n@no\\ndef f(): pass\\nb = 1; no; c = 3\\nd = 4\\n"
problems = loading.run([("solution.py", text)], module, definitions_only=False)
print([line for _, line, *_ in problems], *(name for name in vars(module) if len(name) == 1))
"""


def test_where_python_knows_no_columns_a_line_tells_which_statement_raised(tmp_path: Path) -> None:
    """So it is in Python 3.10, which Gradescope's images have."""
    done = subprocess.run(
        [sys.executable, "-X", "no_debug_ranges", "-c", WITHOUT_COLUMNS, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=60,
    )
    assert done.stdout == "[1, 4, 5] b c d\n", done.stderr
    assert loading._column(SimpleNamespace(), 0) == loading._LINE_BEGINS  # type: ignore[arg-type]


def test_the_module_is_named_solution_so_that_a_main_block_does_not_run(run: Run) -> None:
    observation = run.call(
        """
        if __name__ == "__main__":
            raise SystemExit
        def f():
            import __main__, sys
            same = sys.modules["solution"].f is f
            return __name__, same, hasattr(__main__, "f"), __file__.split("/")[-1]
        """
    )
    assert observation.outcome == Returned(("solution", True, False, "solution.py"))
    assert run.loaded.problems == ()


def test_the_future_of_one_statement_reaches_the_later_ones(run: Run) -> None:
    observation = run.call(
        '''
        """The docstring."""
        from __future__ import annotations
        def f(x: Undefined = 1) -> AlsoUndefined:
            return f.__annotations__["x"], __doc__
        '''
    )
    assert observation.outcome == Returned(("Undefined", "The docstring."))


def test_libraries_that_look_at_their_module_work(run: Run) -> None:
    observation = run.call(
        """
        import dataclasses, inspect, pickle, typing, enum, functools
        @dataclasses.dataclass
        class Point:
            x: int
            y: "Point | None" = None
        class Colour(enum.Enum):
            RED = 1
        @functools.lru_cache
        def g(x: int) -> "Point": return Point(x)
        def f():
            again = pickle.loads(pickle.dumps(Point(1)))
            hints = typing.get_type_hints(Point)
            sources = inspect.getsource(f)[:7], inspect.getsource(Point)[:8]
            return again.x, list(hints), *sources, g(2).x
        """
    )
    assert observation.outcome == Returned((1, ["x", "y"], "def f()", "@datacla", 2))


def test_helper_files_are_importable_and_readable(run: Run) -> None:
    helpers = {
        "helper.py": b"def help():\n    return 41\n",
        "pack/__init__.py": b"",
        "pack/inner.py": b"from helper import help\nanswer = help() + 1\n",
        "data/table.csv": b"1,2",
    }
    with run.launcher.open(
        submission(
            """
            from helper import help
            from pack.inner import answer
            def f(): return answer, open("data/table.csv").read()
            """,
            helpers=helpers,
        )
    ) as session:
        assert session.loaded.problems == ()
        assert session.loaded.functions == ("f", "help")
        assert session.call("f", ()).outcome == Returned((42, "1,2"))


@pytest.mark.parametrize(
    "texts",
    [
        ("def f(x):\n    return x + 1\nf = f(3)\n",),
        ("def f(x):\n    return x + 1\n", "def g(x):\n    return f(x)\n", "f = g(1)\n"),
        ("from __future__ import annotations\ndef f(x: no):\n    return x + 1\nf: int = f(3)\n",),
        ("def f(x):\n    return 0\n", "def f(x):\n    return x + 1\n", "f = f(3)\n"),
    ],
)
def test_a_function_whose_name_was_given_to_a_result_still_counts_and_that_is_said(
    run: Run, texts: tuple[str, ...]
) -> None:
    with run.launcher.open(submission(*texts)) as session:
        (problem,) = session.loaded.problems
        assert session.call("f", (1,)).outcome == Returned(2)
    assert problem.what == "its name was given to a result later (int); the function counts"
    assert problem.statement == "def f"


@pytest.mark.parametrize(
    "use",
    [
        "def f():\n    return table\n",
        "f = lambda: table\n",
        "if True:\n    def f(): return table\n",
    ],
)
def test_a_name_that_other_functions_use_as_data_stays_what_it_is(run: Run, use: str) -> None:
    text = f"def table():\n    return [1]\ntable = table()\n{use}"
    assert run.call(text).outcome == Returned([1])
    assert run.loaded.problems == ()


def test_a_function_that_cannot_be_defined_again_is_not_said_to_count(run: Run) -> None:
    text = "n = 1\ndef f(x=n):\n    return x\nf = f()\ndel n\n"
    assert run.call(text, 2).outcome == Malformed("is defined, but is not a function")
    assert [problem.what for problem in run.loaded.problems] == [
        "NameError: name 'n' is not defined"
    ]


HELP = "def help():\n    return 41\n"


@pytest.mark.parametrize(
    ("beside", "problem"),
    [
        (HELP + "import no_such\n", (3, "ModuleNotFoundError: No module named 'no_such'")),
        ("input()\n" + HELP, (1, "EOFError: EOF when reading a line")),
        (HELP + "raise SystemExit\n", (3, "SystemExit")),
        (HELP + "def bad(:\n", (3, "SyntaxError: invalid syntax (column 9)")),
    ],
)
@pytest.mark.parametrize("statement", ["from helper import *", "from pack import help"])
def test_a_module_beside_the_solution_is_forgiven_as_the_solution_is(
    run: Run, beside: str, problem: tuple[int, str], statement: str
) -> None:
    helpers = {"helper.py": beside.encode(), "pack/__init__.py": b"from helper import help\n"}
    with run.launcher.open(
        submission(f"{statement}\ndef f():\n    return help()\n", helpers=helpers)
    ) as session:
        found = [(p.label, p.line, p.what) for p in session.loaded.problems]
        assert session.call("f", ()).outcome == Returned(41)
    assert found == [("helper.py", *problem)]


def test_what_a_file_tries_to_import_may_fail_where_only_definitions_run(run: Run) -> None:
    text = """
    try:
        from fast import help
    except ImportError:
        from slow import help
    def f(): return help()
    import os
    os._exit(3)
    """
    helpers = {"fast.py": b"import no_such\ndef help(): return 1\n", "slow.py": HELP.encode()}
    with run.launcher.open(submission(text, helpers=helpers)) as session:
        assert isinstance(session.loaded.failure, Killed)
        assert session.loaded.problems == ()
        assert session.call("f", ()).outcome == Returned(41)


def test_what_a_file_tries_to_import_may_fail_as_ever(run: Run) -> None:
    helpers = {
        "fast.py": b"import no_such\n",
        "slow.py": b"def help():\n    return 41\n",
    }
    with run.launcher.open(
        submission(
            """
            try:
                import fast as way
            except ImportError:
                import slow as way
            def f(): return way.help()
            def g():
                import fast
            """,
            helpers=helpers,
        )
    ) as session:
        assert session.loaded.problems == ()
        assert session.call("f", ()).outcome == Returned(41)
        outcome = session.call("g", ()).outcome
    assert isinstance(outcome, Raised) and outcome.exception == "ModuleNotFoundError"


def test_several_modules_of_one_import_are_each_forgiven(run: Run) -> None:
    helpers = {"one.py": b"undefined\nx = 1\ny = 2\n", "two.py": b"undefined\nx = 2\n"}
    text = "import one, two\ndef f(): return one.x + two.x\n"
    with run.launcher.open(submission(text, helpers=helpers)) as session:
        assert [problem.label for problem in session.loaded.problems] == ["one.py", "two.py"]
        assert session.call("f", ()).outcome == Returned(3)


def test_what_a_module_beside_the_solution_tries_to_import_may_fail_as_ever(run: Run) -> None:
    helpers = {
        "helper.py": b"try:\n    import fast as way\nexcept ImportError:\n    import slow as way\n",
        "fast.py": b"import no_such\n",
        "slow.py": HELP.encode(),
    }
    text = "undefined; from helper import way\nfrom helper import way\ndef f(): return way.help()\n"
    with run.launcher.open(submission(text, helpers=helpers)) as session:
        assert len(session.loaded.problems) == 1
        assert session.call("f", ()).outcome == Returned(41)


def test_a_module_that_a_cell_wrote_is_found_where_the_clock_of_the_disk_is_slow(run: Run) -> None:
    """Python remembers what a folder holds until the folder's time is another."""
    texts = (
        "import os\nopen('one.py', 'w').write('x = 1')\nimport one\n",
        "then = os.stat('.').st_mtime_ns\nopen('two.py', 'w').write('x = 2')\n",
        "os.utime('.', ns=(then, then))\n",
        "from two import x\ndef f(): return x\n",
    )
    with run.launcher.open(submission(*texts)) as session:
        assert session.loaded.problems == ()
        assert session.call("f", ()).outcome == Returned(2)


def test_a_module_beside_the_solution_that_ends_the_process_still_defines(run: Run) -> None:
    helpers = {"helper.py": f"{HELP}import os\nos._exit(3)\n".encode()}
    with run.launcher.open(
        submission("from helper import help\ndef f(): return help()\n", helpers=helpers)
    ) as session:
        assert isinstance(session.loaded.failure, Killed)
        assert session.call("f", ()).outcome == Returned(41)


def test_modules_beside_the_solution_are_imported_by_relative_names_too(run: Run) -> None:
    helpers = {"helper.py": b"from .pack.inner import help\n", "pack/inner.py": HELP.encode()}
    text = "from . import helper\nfrom .helper import help\ndef f(): return help()\n"
    with run.launcher.open(submission(text, helpers=helpers)) as session:
        assert session.loaded.problems == ()
        assert session.call("f", ()).outcome == Returned(41)


def test_a_breakpoint_in_a_module_beside_the_solution_is_passed_over(run: Run) -> None:
    helpers = {"helper.py": b"def help():\n    import pdb; pdb.set_trace()\n    return 41\n"}
    with run.launcher.open(
        submission("from helper import help\ndef f(): return help()\n", helpers=helpers)
    ) as session:
        assert session.call("f", ()).outcome == Returned(41)


def test_a_message_names_files_by_their_places_beside_the_solution(run: Run) -> None:
    """Where a worker's own directory lies is of the machine, and another in every run."""
    texts = """\
        import pathlib
        from helper import nothing
        def f(name):
            return pathlib.Path(__file__).with_name(name).read_text()
        def g():
            raise ValueError(pathlib.Path(__file__).parent)
        """
    with run.launcher.open(submission(texts, helpers={"helper.py": b""})) as session:
        (problem,) = session.loaded.problems
        lost, place = session.call("f", ("lost.csv",)), session.call("g", ())
    assert problem.what == "ImportError: cannot import name 'nothing' from 'helper'"
    assert isinstance(lost.outcome, Raised)
    assert lost.outcome.message == "[Errno 2] No such file or directory: 'lost.csv'"
    assert isinstance(place.outcome, Raised)
    assert place.outcome.message == "."


def test_a_frame_in_a_helper_is_named_by_its_path_beside_the_solution(run: Run) -> None:
    helpers = {"pack/deep.py": b"def go():\n    raise ValueError('deep')\n"}
    with run.launcher.open(
        submission("from pack.deep import go\ndef f():\n    return go()\n", helpers=helpers)
    ) as session:
        outcome = session.call("f", ()).outcome
    assert isinstance(outcome, Raised)
    assert [(f.label, f.line, f.function, f.text) for f in outcome.frames] == [
        ("solution.py", 3, "f", "return go()"),
        ("pack/deep.py", 2, "go", "raise ValueError('deep')"),
    ]


@pytest.mark.parametrize(
    "name", ["numpy.py", "sitecustomize.py", "usercustomize.py", "random.py", "os.py", "json.py"]
)
def test_a_helper_named_like_a_library_does_not_take_its_place(run: Run, name: str) -> None:
    helpers = {name: b"raise SystemExit('shadowed')\n", "conftest.py": b"raise SystemExit\n"}
    with run.launcher.open(
        submission(
            "import numpy, os, random, json\ndef f(): return int(numpy.sum([1, 2]))\n",
            helpers=helpers,
        )
    ) as session:
        assert session.loaded.problems == ()
        assert session.call("f", ()).outcome == Returned(3)


BAD_PLACES = [
    "/tmp/grader-test-absolute.py",
    "../outside.py",
    "a/../../outside.py",
    "a" * 300,
    "a\0b",
]


@pytest.mark.parametrize("name", BAD_PLACES, ids=lambda name: name[:20])
def test_a_helper_that_would_lie_elsewhere_is_not_placed_and_said(run: Run, name: str) -> None:
    loaded = run.load("def f(): return 1\n", helpers={name: b"x = 1"})
    assert loaded.functions == ("f",)
    assert [problem.label for problem in loaded.problems] == [name[:200]]
    assert loaded.problems[0].what.startswith("not placed: ")


def test_cells_share_one_namespace_and_are_named(run: Run) -> None:
    loaded = run.load("x = 1\n", "def f():\n    return x\n", "y = z\n")
    assert loaded.functions == ("f",)
    assert loaded.problems == (
        LoadProblem("cell 3", 1, "NameError: name 'z' is not defined", "y = z"),
    )


def test_a_cell_may_await_and_use_the_names_that_jupyter_gives(run: Run) -> None:
    loaded = run.load(
        """
        get_ipython().run_line_magic("matplotlib", "inline")
        get_ipython().run_cell_magic("time", "", "pass")
        files = get_ipython().getoutput("ls")
        display(files)
        import asyncio
        await asyncio.sleep(0)
        """,
        "import grader\ngrader.check('q1')\n",
    )
    assert loaded.problems == ()


@pytest.mark.parametrize("mark", ["# In[ ]:", "# %%", '"""Automatically generated by Colab."""'])
def test_an_exported_notebook_has_the_names_that_a_notebook_has(run: Run, mark: str) -> None:
    text = f"{mark}\ndef f():\n    display(1)\n    get_ipython().system('ls')\n    return 2\n"
    assert run.call(text).outcome == Returned(2)


def test_a_file_is_not_a_cell(run: Run) -> None:
    loaded = run.load("display(1)\nawait f()\n")
    assert [problem.what for problem in loaded.problems] == [
        "NameError: name 'display' is not defined",
        "SyntaxError: 'await' outside function (column 1)",
    ]


def test_what_loading_prints_is_kept_of_the_first_worker_only(run: Run) -> None:
    with run.launcher.open(
        submission(
            """
            import os, sys, warnings
            print("loading", flush=True)
            warnings.warn("beware")
            def f(): os._exit(3)
            def g(): return 1
            """
        )
    ) as session:
        assert session.loaded.stdout == "loading\n"
        assert "UserWarning: beware" in session.loaded.stderr
        assert session.call("f", ()).outcome == Killed(
            "exit", "the process ended itself with exit code 3"
        )
        again = session.call("g", ())
        assert (again.outcome, again.stdout, again.stderr) == (Returned(1), "", "")


FAILURES = {
    "hangs": ("while True:\n    pass", TimedOut(1.0)),
    "sleeps": ("import time\ntime.sleep(60)", TimedOut(1.0)),
    "exits": (
        "import os\nos._exit(0)",
        Killed("exit", "the process ended itself with exit code 0"),
    ),
    "crashes": ("import ctypes\nctypes.string_at(0)", Killed("signal", "SIGSEGV")),
    "outgrows its memory": ("x = bytearray(1 << 30)", Killed("memory", "out of memory at 256 MB")),
}


@pytest.mark.parametrize(("statement", "failure"), FAILURES.values(), ids=FAILURES.keys())
def test_a_file_whose_loading_does_not_end_is_loaded_again_with_definitions_only(
    statement: str, failure: Killed | TimedOut
) -> None:
    limits = replace(LIMITS, load_s=1.0)
    with start_launcher(limits, isolation="preferred") as launcher:
        run = Run(launcher)
        text = (
            "from math import pi\nK = 3\nclass A:\n    v = 1\ndef own():\n    return 1\n"
            "try:\n    import no_such\nexcept ImportError:\n    no_such = None\n"
            f"computed = own()\nprint('hello')\n{statement}\n"
            "def f():\n    return K, A.v, round(pi), no_such, 'computed' in globals()\n"
        )
        outcome = run.call(text).outcome
    assert run.loaded.failure == failure
    assert run.loaded.stdout == "hello\n"
    assert run.loaded.definitions_only
    assert outcome == Returned((3, 1, 3, None, False))


def test_where_a_package_lies_on_this_machine_is_not_told(run: Run) -> None:
    (problem,) = run.load("from typing import no_such_name\ndef f(): return 1\n").problems
    assert problem.what == "ImportError: cannot import name 'no_such_name' from 'typing'"


def test_an_exception_that_says_it_is_of_no_class_is_told_as_any_other(run: Run) -> None:
    text = """\
        class Odd(RuntimeError):
            __class__ = property(lambda self: 1 / 0)
            def __str__(self):
                return "odd" if str.__len__(self.args[0]) else 1 / 0
        def f(text):
            raise Odd(text)
        f("x")
        """
    with run.launcher.open(submission(text)) as session:
        assert [problem.what for problem in session.loaded.problems] == ["Odd: odd"]
        outcomes = [session.call("f", (message,)).outcome for message in ("x", "")]
    assert [one.message for one in outcomes if isinstance(one, Raised)] == ["odd", ""]


def test_a_large_file_is_loaded(run: Run) -> None:
    text = f"def f(): return len(DATA)\nDATA = '{'a' * 3_000_000}'\n"
    assert run.call(text).outcome == Returned(3_000_000)


def test_a_name_too_long_to_tell_does_not_cost_the_others(run: Run) -> None:
    loaded = run.load(f"def {'f' * 300}(): pass\ndef g(): pass\n")
    assert loaded.functions == ("g",)
    assert loaded.failure is None


@pytest.mark.parametrize(
    ("ends", "failure", "why"),
    [
        (
            "os._exit(5)",
            Killed("exit", "the process ended itself with exit code 5"),
            "it ended its own process",
        ),
        (
            "os.kill(os.getpid(), 11)",
            Killed("signal", "SIGSEGV"),
            "its process crashed or was stopped",
        ),
    ],
)
def test_a_file_whose_definitions_do_not_load_either_has_no_functions(
    run: Run, ends: str, failure: Killed, why: str
) -> None:
    """Of cases that are not run for it nothing is said that the file could choose freely."""
    text = f"import os\n@lambda f: {ends}\ndef f():\n    return 1\n"
    with run.launcher.open(submission(text)) as session:
        assert session.loaded.functions == ()
        assert not session.loaded.definitions_only
        assert session.loaded.failure == failure
        outcome = session.call("f", ()).outcome
    assert outcome == NotRun(f"the file could not be loaded: {why}")


PLACES = [
    ("one = 1; nowhere; after = 2", 1),
    ("one = 1\nif one:\n    for i in range(2):\n        nowhere\nafter = 2", 2),
    ("def helper():\n    raise NameError('nowhere')\nhelper(); after = 2", 3),
    ("@nowhere\ndef f():\n    pass\nafter = 2", 2),
    ("class A:\n    x = 1\n    y = nowhere\nafter = 2", 1),
    ("text = '''ä\nö'''; ü = (1,\n nowhere); after = 2", 2),
    ("raise NameError('nowhere').with_traceback(None); after = 2", 1),
    ("try:\n    nowhere\nfinally:\n    one = 1\nafter = 2", 1),
    ("eval('nowhere'); after = 2", 1),
]


@pytest.mark.parametrize(("text", "line"), PLACES, ids=[row[0] for row in PLACES])
def test_what_stands_after_the_statement_that_failed_runs_once(
    run: Run, text: str, line: int
) -> None:
    times = "import sys\nsys.runs = getattr(sys, 'runs', 0) + 1\n"
    shown = "\ndef f():\n    import sys\n    return after, sys.runs\n"
    observation = run.call(times + text + shown)
    assert observation.outcome == Returned((2, 1))
    assert [(p.line, "nowhere" in p.what) for p in run.loaded.problems] == [(line + 2, True)]


def test_every_statement_that_fails_is_reported(run: Run) -> None:
    loaded = run.load("a = one\nb = 2; c = two\nassert b == 2\nthree()\n")
    assert [(p.line, p.what.split("'")[1]) for p in loaded.problems] == [
        (1, "one"),
        (2, "two"),
        (4, "three"),
    ]
