"""Whatever a mutant does, it costs the audit neither its time nor its other cases' results."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest

from grader.audit.bench import Bench, observe, open_bench
from grader.audit.inputs import make_inputs
from grader.audit.search import Oracle
from grader.audit.sources import Library, Module
from grader.audit.subjects import Subject, submit
from grader.model import (
    Case,
    Killed,
    Limits,
    Question,
    Raised,
    Returned,
    Rule,
    TimedOut,
)

TEXT = """
def work(n):
    return n
"""
LIMITS = Limits(call_s=2.0, load_s=10.0)
CASES = tuple(Case(f"case {n}", (n,), n) for n in (1, 2, 3, 4))
QUESTION = Question("q", "Q", "work", Decimal(4), cases=CASES)


def library(text: str) -> Library:
    return Library([Module("reference.work", "reference/work.py", text)])


def subject(question: Question = QUESTION) -> Subject:
    return Subject(
        question=question,
        module="reference.work",
        alternatives=(),
        no_case=None,
        tolerance=None,
        listed=frozenset(),
    )


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with open_bench(LIMITS, workers=1, imports=(), progress=lambda *_: None) as bench:
        bench.call_cpu_s = 0.1
        yield bench


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        ("return n + (n == 3)", ["case 3"]),
        ("if n == 2: raise KeyError\n    return n", ["case 2"]),
        ("while n == 4: pass\n    return n", ["case 4"]),
        ("import os\n    return os._exit(0) if n == 3 else n", ["case 3"]),
        ("return (n for _ in '') if n == 1 else n", ["case 1"]),
        ("return bytearray(10**10) if n == 2 else n", ["case 2"]),
        ("try:\n        while n == 4: pass\n    except Exception: pass\n    return n", ["case 4"]),
        ("return undefined", [case.name for case in CASES]),
    ],
)
def test_a_mutant_fails_where_it_is_wrong_and_nowhere_else(
    bench: Bench, body: str, failed: list[str]
) -> None:
    text = f"def work(n):\n    {body}\n"
    submission = submit(library(text), {"work": ("reference.work", "work")}, name="mutant")
    result = bench.mark([QUESTION], submission)["q"]
    assert [case.case.name for case in result.cases if not case.passed] == failed


def test_a_module_that_does_not_load_fails_everywhere(bench: Bench) -> None:
    text = "def work(n, m=1 / 0):\n    return n\n"
    submission = submit(library(text), {"work": ("reference.work", "work")}, name="mutant")
    assert bench.mark([QUESTION], submission)["q"].status == "missing"


def test_a_loop_costs_a_fraction_of_the_limit(bench: Bench) -> None:
    text = "def work(n):\n    while True: pass\n"
    submission = submit(library(text), {"work": ("reference.work", "work")}, name="mutant")
    begun = time.process_time()
    result = bench.mark([QUESTION], submission)["q"]
    assert all(not case.passed for case in result.cases)
    assert isinstance(result.cases[0].observation.outcome, TimedOut)
    assert time.process_time() - begun < 1


def test_a_changed_input_is_noticed_where_it_costs_the_case(bench: Bench) -> None:
    array = np.arange(3.0)
    case = Case("kept", (array,), array + 1, Rule(keep_inputs=True))
    question = Question("q", "Q", "work", Decimal(1), cases=(case,))
    text = "def work(n):\n    n += 1\n    return n\n"
    submission = submit(library(text), {"work": ("reference.work", "work")}, name="mutant")
    result = bench.mark([question], submission)["q"]
    assert [case.passed for case in result.cases] == [False]


def test_observe_answers_for_every_input_whatever_some_of_them_do(bench: Bench) -> None:
    text = (
        "import os\n\ndef work(n):\n    while n == 5: pass\n    if n == 7: raise ValueError\n"
        "    return os._exit(1) if n == 9 else n\n"
    )
    submission = submit(library(text), {"work": ("reference.work", "work")}, name="mutant")
    with bench.open(submission) as session:
        found = [seen.outcome for seen in observe(session, "work", [(n,) for n in range(12)])]
    kinds = [type(outcome) for outcome in found]
    assert kinds == [Returned] * 5 + [TimedOut, Returned, Raised, Returned, Killed] + [Returned] * 2


# --------------------------------------------------------------------------- searching


def searched(bench: Bench, mutant: str, question: Question = QUESTION, text: str = TEXT):  # type: ignore[no-untyped-def]
    """What a search makes of a mutant of `work`."""
    own = library(text)
    oracle = Oracle(bench, own, subject(question), make_inputs(question.cases, []))
    functions = {"work": ("reference.work", "work")}
    submission = submit(
        library(mutant), functions, name="mutant", more={oracle.file: oracle.packed}
    )
    with bench.open(submission) as session:
        return oracle, oracle.search(session)


@pytest.mark.parametrize(
    ("mutant", "args"),
    [
        ("def work(n):\n    return n if n else 1\n", (0,)),
        ("def work(n):\n    while n == 6: pass\n    return n\n", (6,)),
        ("def work(n):\n    import os\n    return os._exit(0) if n == 6 else n\n", (6,)),
    ],
)
def test_an_input_that_tells_a_mutant_is_found_whatever_the_mutant_does(
    bench: Bench, mutant: str, args: tuple[int, ...]
) -> None:
    _, found = searched(bench, mutant)
    assert found.witness is not None
    assert found.witness.args == args


@pytest.mark.parametrize(
    "mutant",
    [
        "def work(n):\n    return n + 0\n",
        "def work(n):\n    return float(n)\n",  # another type, but no other mark
    ],
)
def test_a_mutant_that_is_never_told_was_compared_on_everything(bench: Bench, mutant: str) -> None:
    oracle, found = searched(bench, mutant)
    assert found.witness is None
    assert found.compared == oracle.counting == len(oracle.args) > 10


def test_inputs_on_which_the_reference_stumbles_do_not_count(bench: Bench) -> None:
    text = "def work(n):\n    if n < 0:\n        raise ValueError\n    return 1 // n and n\n"
    oracle, _ = searched(bench, text, text=text)
    assert (0,) not in oracle.args  # ZeroDivisionError is no answer
    assert (-1,) in oracle.args  # what it raises by name is one


def test_a_submission_of_the_audit_is_the_reference_and_the_driver() -> None:
    submission = submit(library(TEXT), {"work": ("reference.work", "work")}, name="mutant")
    assert set(submission.helpers) == {
        "audit_driver.py",
        "reference/__init__.py",
        "reference/work.py",
    }
    assert submission.chunks[0].text.startswith("from reference.work import work as work\n")
