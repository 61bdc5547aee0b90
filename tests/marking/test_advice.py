"""What a student is told, word for word: one row for each kind of trouble."""

from __future__ import annotations

import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from marking_examples import assignment, case, mark_one, nobody, question, raised, returned, wrong

from grader.marking import mark
from grader.marking.wording import (
    count_sentences,
    describe,
    first_sentences,
    one_line,
    show,
    show_amount,
    show_path,
)
from grader.model import (
    Case,
    Frame,
    Killed,
    Loaded,
    LoadProblem,
    Malformed,
    Missing,
    NotRun,
    Observation,
    QuestionResult,
    Raised,
    Raises,
    Rule,
    TimedOut,
)

OBLONG = np.arange(6).reshape(2, 3)
TRY_OTHERS = "try unequal sizes, the smallest that are allowed, and every argument."
NONE_HERE = "the result is None: is it printed, or does a branch return nothing?"
NONE = f"In every failed case {NONE_HERE}"
READ_BY = f"Python {sys.version_info.major}.{sys.version_info.minor} reads it here."
KEPT = "Each result goes on from that of the call before: what is kept between calls?"
TIMED_OUT = Observation(TimedOut(5.0))


def shown(expected: Any, name: str = "printed", **more: Any) -> Case:
    return case(expected, name=name, shown=True, **more)


HIDDEN = case(6, 2, 3)
TO_A_LIST = (case([5, 6], 6, [5], shown=True),)
BY_DEFAULT = (case([6], 6, shown=True), case([7], 7, name="b", shown=True))
REFUSAL = shown(Raises("ValueError"), name="no channels")

ROWS: list[tuple[str, list[Case], list[Any], tuple[str, ...]]] = [
    ("all is right", [shown(5), HIDDEN], [5, 6], ()),
    ("another value", [shown(5), HIDDEN], [4, 6],
     ('Work the case "printed" out by hand: where does your function part from it?',)),
    ("another structure", [shown([5]), HIDDEN], [5, 6],
     ('In the case "printed": an int, expected a list of 1.',)),
    ("another structure in part", [shown([5, 6]), HIDDEN], [[[5, 6], 11], 6],
     ('In the case "printed": a list of 2, expected an int at [0].',)),
    ("no such entry", [shown(5, at=("boxes",))], [None],
     ("In the case \"printed\": None has no entry ['boxes'].",)),
    ("only hidden cases fail", [shown(5), HIDDEN], [5, 7],
     (f"The shown cases are right and some hidden ones are not: {TRY_OTHERS}",)),
    ("there are only hidden cases", [HIDDEN], [7],
     (f"Some hidden cases are not right: {TRY_OTHERS}",)),
    ("no arguments", [case(6, at=("a",)), case(7, at=("b",))], [{"a": 6, "b": 8}] * 2,
     ("Something in the result is not right: hold each part of it against the statement.",)),
    ("None for a value", [shown(5), HIDDEN], [None, None], (NONE,)),
    ("None for a value and for a refusal", [shown([5]), REFUSAL], [None, None],
     (NONE, 'In the case "no channels": returned None, expected ValueError.')),
    ("None for a value, and an exception", [shown(5), shown(6, name="b")],
     [None, raised(ValueError)],
     ('In the case "b": raised ValueError.', f'In the case "printed" {NONE_HERE}')),
    ("None for a value, and another value", [shown([5]), shown([6], name="b")], [None, [7]],
     (f'In the case "printed" {NONE_HERE}',)),
    ("text for True", [shown(True), HIDDEN], ["True", 6],
     ('In the case "printed" text stands where True or False is asked for.',)),
    ("a number for True", [shown(True), HIDDEN], [1, 6],
     ('In the case "printed" a number stands where True or False is asked for.',)),
    ("a text for numbers, and not a number's", [shown(5), shown(6, name="b")], ["5", "none"],
     ('In the case "printed" text stands where a number is asked for.',)),
    ("text for numbers", [shown([5]), HIDDEN], [["5"], "6"],
     ("In every failed case the result is text: return the number itself, not its digits.",)),
    ("all are off by one", [shown(5), HIDDEN, case(8)], [6, 7, 9],
     ("In every failed case the result is too large by one.",
      'Work the case "printed" out by hand: where does your function part from it?')),
    ("transposed throughout", [shown(OBLONG), case(OBLONG + 1)], [OBLONG.T, OBLONG.T + 1],
     ("In every failed case the result is equal to the expected matrix transposed.",
      'In the case "printed": shape (3, 2), expected (2, 3).')),
    ("off by an amount of its own", [shown(OBLONG)], [OBLONG + 7],
     ('In the case "printed" every value is off by 7.',)),
    ("an exception", [shown(5), HIDDEN],
     [Observation(Raised("IndexError", ("LookupError",), "4 is out.\nReally. It is.",
                         (Frame("solution.py", 12, "f"),))), 6],
     ('In the case "printed": raised IndexError at solution.py, line 12: 4 is out.',)),
    ("a new process", [shown(5)], [raised(PermissionError)],
     ('In the case "printed": raised PermissionError.',
      "New processes, the network and files elsewhere are refused here.")),
    ("input()", [shown(5)], [raised(EOFError, "EOF when reading a line")],
     ('In the case "printed": raised EOFError: EOF when reading a line.',
      "Nobody answers input() here: take every value from the arguments.")),
    ("the end of a file", [shown(5)], [raised(EOFError, "Ran out of input")],
     ('In the case "printed": raised EOFError: Ran out of input.',)),
    ("a name of Python's that was taken", [shown(5)],
     [Observation(Raised("TypeError", (), "'int' object is not callable",
                         (Frame("a.py", 3, "f", "return int(sum(own(x.max(7)) for x in r))"),)))],
     ("In the case \"printed\": raised TypeError at a.py, line 3: 'int' object is not callable.",
      "Was int or sum given to a value somewhere? It is no longer Python's function then.")),
    ("a function's name that was called", [case(5, "sin", name="printed", shown=True)],
     [Observation(Raised("TypeError", (), "'str' object is not callable",
                         (Frame("a.py", 3, "f", "return sum(f(x) for x in range(n))"),)))],
     ("In the case \"printed\": raised TypeError at a.py, line 3: 'str' object is not callable.",)),
    ("a name of the student's that was taken", [shown(5)],
     [Observation(Raised("TypeError", (), "'int' object is not callable",
                         (Frame("a.py", 3, "f", "return total(r)"),)))],
     ("In the case \"printed\": raised TypeError at a.py, line 3: 'int' object is not callable.",)),
    ("a list that is kept", [shown([5]), shown([6, 7], name="b"), shown([8], name="c")],
     [[5], [5, 6, 7], (5, 6, 7, 8)], (KEPT, 'In the case "b": 3 entries, expected 2.')),
    ("a dict that is kept", [shown({"a": 2}), shown({"b": 1}, name="b"), shown({}, name="c")],
     [{"a": 2}, {"a": 2, "b": 1}, {"a": 2, "b": 1}],
     (KEPT, "In the case \"b\": entries that were not asked for: 'a'.")),
    ("a default that is kept", [*TO_A_LIST, *BY_DEFAULT],
     [[5, 6], [6], [6, 7]], (KEPT, 'In the case "b": 2 entries, expected 1.')),
    ("a dict that has more than it should, each time",
     [shown({"a": 2}), shown({"b": 1}, name="b"), shown({"c": 1})], [dict.fromkeys("abc", 2)] * 3,
     ("In the case \"printed\": entries that were not asked for: 'b', 'c'.",)),
    ("the same list by default", [*TO_A_LIST, case([], 6, shown=True), case([], 7, shown=True)],
     [[5, 6], [6], [6]], ('In the case "a case": 1 entry, expected 0.',)),
    ("None for a value, where others are None", [shown([5]), shown([6], name="b"), shown(None)],
     [None, [7], None], ('In the case "printed": None, expected a list of 1.',)),
    ("a default that is made anew", [*TO_A_LIST, *BY_DEFAULT],
     [[5, 6], [6], [8, 7]], ('In the case "b": 2 entries, expected 1.',)),
    ("a list that is kept, for a while", [shown([5]), shown([6, 7], name="b"), shown([8])],
     [[5], [5, 6, 7], [8]], ('In the case "b": 3 entries, expected 2.',)),
    ("an exception in hidden cases", [shown(5), HIDDEN], [5, raised(IndexError, "hush")],
     ("In a hidden case the function raised an exception.",
      f"The shown cases are right and some hidden ones are not: {TRY_OTHERS}")),
    ("a hidden case's arguments do not fit", [shown(5), HIDDEN],
     [5, raised(TypeError, "f() takes 1 positional argument but 2 were given")],
     ("In a hidden case the function raised an exception.",
      "Does it take every argument of the statement, each in its place?",
      f"The shown cases are right and some hidden ones are not: {TRY_OTHERS}")),
    ("a loop", [shown(5), HIDDEN], [TIMED_OUT, TIMED_OUT],
     ('In the case "printed": no answer within 5 s.', "Can a loop in it run for ever?")),
    ("a loop in hidden cases", [shown(5), HIDDEN, HIDDEN, HIDDEN],
     [5, TIMED_OUT, TIMED_OUT, Observation(NotRun("timed out twice"))],
     ("In a hidden case the function did not finish in time: is it slow, or without end?",
      "Some hidden cases were not run: timed out twice.",
      f"The shown cases are right and some hidden ones are not: {TRY_OTHERS}")),
    ("a crash", [shown(5), HIDDEN], [5, Observation(Killed("signal", "SIGSEGV"))],
     ("In a hidden case the function ended its own process or ran out of memory.",
      f"The shown cases are right and some hidden ones are not: {TRY_OTHERS}")),
    ("no plain value", [shown([5])], [Observation(Malformed("returned a set; return a list"))],
     ('In the case "printed": returned a set; return a list.',)),
    ("no plain value in hidden cases", [HIDDEN], [Observation(Malformed("returned a hush"))],
     ("In a hidden case the function returned something that is no plain value.",
      f"Some hidden cases are not right: {TRY_OTHERS}")),
    ("not written", [shown(5), HIDDEN, REFUSAL], [raised(NotImplementedError)] * 3,
     ("q_function is not written yet: it raises NotImplementedError.",)),
    ("written for some inputs", [shown(5), shown(6)], [5, raised(NotImplementedError)],
     ('In the case "printed": raised NotImplementedError.',)),
    ("no guard", [shown(5), REFUSAL], [5, 0],
     ("All is right, except for an exception that the statement asks for.",
      'In the case "no channels": returned 0, expected ValueError.')),
    ("the same in several cases", [shown(5), shown(6), shown(7)], [raised(KeyError)] * 3,
     ('In the case "printed": raised KeyError.',)),
    ("another exception", [shown(5), REFUSAL], [5, raised(TypeError)],
     ("All is right, except for an exception that the statement asks for.",
      'In the case "no channels": raised TypeError, expected ValueError.')),
    ("no guard in hidden cases", [shown(5), case(Raises("ValueError"))], [5, 0],
     ("All is right, except for an exception that the statement asks for.",
      "When does the statement ask for an exception, and for which one?")),
    ("a changed input that counts", [shown(5, rule=Rule(keep_inputs=True))],
     [returned(5, changed_inputs=(0,))],
     ('In the case "printed" the call changed its input (argument 1).',)),
    ("a changed input in hidden cases", [case(5, [1], rule=Rule(keep_inputs=True))],
     [returned(5, changed_inputs=(0,))],
     ("In a hidden case the function changed its input.",
      f"Some hidden cases are not right: {TRY_OTHERS}")),
    ("nothing was run", [shown(5), HIDDEN], [Observation(NotRun("loading took too long."))] * 2,
     ("Nothing of this question was run: loading took too long.",)),
    ("nothing was run, for no reason given", [shown(5)], [Observation(NotRun(""))],
     ("Nothing of this question was run.",)),
    ("a shown case was not run", [shown(5), HIDDEN], [Observation(NotRun("no time")), 6],
     ('In the case "printed": not run: no time.',)),
    ("no function", [shown(5), HIDDEN], [Observation(Missing())] * 2,
     ("No function named q_function is defined.",)),
    ("a function of a similar name", [HIDDEN, shown(5)],
     [Observation(Missing(("hush",))), Observation(Missing(("q_funktion",)))],
     ("No function named q_function is defined; is it the one you called q_funktion?",)),
    ("a function that stands in a class", [shown(5)], [Observation(Missing(("A.q_function",)))],
     ("q_function is not defined at the left margin: the one inside A does not count.",)),
    ("a function below an if", [shown(5)],
     [Observation(Missing(('if __name__ == "__main__".q_function',)))],
     ('q_function is not defined at the left margin: the one inside if __name__ == "__main__" does '
      "not count.",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cases", "seen", "told"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_the_student_is_told(cases: list[Case], seen: list[Any], told: tuple[str, ...]) -> None:
    result = mark_one(question(*cases), *seen)
    assert result.help == told
    assert sum(map(count_sentences, told)) <= 3


def test_the_authors_feedback_comes_first() -> None:
    answer = wrong("slip", "1/2", 4, 3, feedback="Which units own a bias? Look at them.")
    result = mark_one(question(shown(5), HIDDEN, wrong_answers=(answer,)), 4, 3)
    assert result.help == ("Which units own a bias? Look at them.",)


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (LoadProblem("cell 3", 7, "SyntaxError: bad. Mend it.", "for n in (:"),
         ("cell 3, line 7, could not be used: SyntaxError: bad.", READ_BY)),
        (LoadProblem("cell 3", 7, "SyntaxError: '(' was never closed", "def p_function(n):"),
         ("cell 3, line 7, could not be used: SyntaxError: '(' was never closed.", READ_BY)),
        (LoadProblem("cell 3", 7, "ImportError: no", "from mine import q_function"),
         ("cell 3, line 7, could not be used: ImportError: no.",)),
        (LoadProblem("cell 3", 7, "ImportError: no", "from mine import *"),
         ("cell 3, line 7, could not be used: ImportError: no.",)),
        (LoadProblem("cell 3", 7, "SyntaxError: bad", "def p_function(n:"), ()),
        (LoadProblem("cell 3", 7, "ImportError: no", "import seaborn"), ()),
    ],
)  # fmt: skip
def test_of_a_missing_function_a_statement_that_may_have_hidden_it_is_named(
    problem: LoadProblem, told: tuple[str, ...]
) -> None:
    asked = assignment(question(shown(5)), question(shown(5), id="p"))
    other = LoadProblem("cell 1", 1, "ImportError: no", "import pandas")
    loaded = Loaded(problems=(other, problem))
    result, _ = mark(asked, {"q": [Observation(Missing())], "p": [returned(5)]}, nobody, loaded)
    assert result.help == ("No function named q_function is defined.", *told)


def test_of_a_missing_function_the_statement_that_names_it_is_told_first() -> None:
    problems = (
        LoadProblem("a.py", 7, "SyntaxError: bad", "type Sizes = list"),
        LoadProblem("a.py", 8, "SyntaxError: worse", "def q_function[T](n):"),
    )
    absent = {"q": [Observation(Missing())]}
    (result,) = mark(assignment(question(shown(5))), absent, nobody, Loaded(problems=problems))
    assert result.help[1:] == ("a.py, line 8, could not be used: SyntaxError: worse.", READ_BY)


@pytest.mark.parametrize(
    ("raiser", "told"),
    [
        ("q_function", "q_function is not written yet: it raises NotImplementedError."),
        ("its_helper", "q_function is not written yet: it raises NotImplementedError."),
        ("p_function", "q_function waits for p_function, which is not written yet."),
    ],
)
def test_of_a_stub_that_another_function_calls_the_stub_is_named(raiser: str, told: str) -> None:
    asked = assignment(question(shown(5), HIDDEN), question(shown(5), id="p"))
    frames = (Frame("a.py", 9, "q_function"), Frame("a.py", 3, raiser))
    unwritten = Observation(Raised("NotImplementedError", ("RuntimeError",), "", frames))
    result, _ = mark(asked, {"q": [unwritten] * 2, "p": [unwritten]}, nobody)
    assert result.help == (told,)


def test_no_function_that_was_asked_for_is_taken_for_another() -> None:
    asked = assignment(question(shown(5)), question(shown(5), id="p"))
    absent = Observation(Missing(("p_function", "q_funktion")))
    result, other = mark(asked, {"q": [absent], "p": [returned(5)]}, nobody)
    assert "q_funktion?" in result.help[0] and other.help == ()
    nearer = Observation(Missing(("p_funktion",)))
    result, _ = mark(asked, {"q": [nearer], "p": [returned(5)]}, nobody)
    assert result.help == ("No function named q_function is defined.",)


def test_advice_on_a_missing_function_is_shared_only_where_it_is_nobodys_own() -> None:
    asked = assignment(question(shown(5), HIDDEN))
    broken = Loaded(problems=(LoadProblem("a.py", 3, "SyntaxError: was never closed", "x = ("),))

    def marked(similar: tuple[str, ...] = (), loaded: Loaded = Loaded()) -> QuestionResult:  # noqa: B008
        (result,) = mark(asked, {"q": [Observation(Missing(similar))] * 2}, nobody, loaded)
        return result

    bare = marked()
    assert marked() is bare
    assert "a.py, line 3" in " ".join(marked(loaded=broken).help)
    assert "q_funktion" in " ".join(marked(("q_funktion",)).help)
    assert marked().help == bare.help == ("No function named q_function is defined.",)


def test_changed_inputs_and_floats_are_remarks_that_cost_nothing() -> None:
    result = mark_one(
        question(shown(5), shown([6, 7]), HIDDEN), 5.0, [6.0, 7.0], returned(6, changed_inputs=(0,))
    )
    assert result.share == Fraction(1) and result.help == ()
    assert result.remarks == (
        "5.0 is a float; a count is an int",
        "some entries are floats; counts are ints",
        "the function changes its input",
    )


def test_notes_of_hidden_cases_are_not_repeated() -> None:
    assert mark_one(question(HIDDEN), 6.0).remarks == ()


# --------------------------------------------------------------------------- wording


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("no end", 1),
        ("One. And no end", 2),
        ("One.", 1),
        ("One. Two?", 2),
        ("At 0.5 it is 3.", 1),
        ("See solution.py, line 3.", 1),
        ("Is it e.g. a bias?", 1),
        ('Say "no." Then go.', 2),
        ("What?! Really...", 2),
    ],
)
def test_sentences_are_counted(text: str, count: int) -> None:
    assert count_sentences(text) == count


def test_a_text_is_cut_after_whole_sentences() -> None:
    assert first_sentences("One is.\n   Two is! Three", 1) == "One is."
    assert first_sentences("One is.\n   Two is! Three", 2) == "One is. Two is!"
    assert first_sentences("One is. Two", 3) == "One is. Two"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.1 + 0.2, "0.30000000000000004"),
        (np.int64(5), "5"),
        (True, "True"),
        (None, "None"),
        ("a'b", '"a\'b"'),
        ("x" * 300, "'" + "x" * 200 + "…'"),
        ("\x1b[0m\u202e", r"'\x1b[0m\u202e'"),
        (10**60, "10000000000000000000…00000000000000000000 (61 digits)"),
        (-(10**60), "-1000000000000000000…00000000000000000000 (61 digits)"),
        (1 << 20_000, "an integer of 20001 bits"),
        ([1, 2], "a list of 2"),
    ],
    ids=lambda value: show(value)[:20],
)
def test_a_leaf_is_shown(value: Any, shown: str) -> None:
    assert show(value) == shown


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"),
        (np.bool_(True), "a bool"),
        (np.uint8(3), "an int"),
        (0.5, "a float"),
        (np.complex64(1j), "a complex number"),
        ("text", "text"),
        ([], "a list of 0"),
        ((1,), "a tuple of 1"),
        ({}, "a dict of 0"),
        (OBLONG, "an array of shape (2, 3)"),
        (object(), "a value of another kind"),
    ],
)
def test_a_value_is_described(value: Any, said: str) -> None:
    assert describe(value) == said


def test_a_place_is_written_as_python_writes_it() -> None:
    assert show_path(()) == ""
    assert show_path((1, 2)) == "[1, 2]"
    assert show_path(((0, 1),)) == "[(0, 1)]"
    assert show_path((((0, "a"), (1,)), 2)) == "[((0, 'a'), (1,))][2]"
    assert show_path(((((0,),),),)) == "[((a tuple of 1,),)]"
    assert show_path(((0, 1, 2, 3, 4),)) == "[a tuple of 5]"
    assert show_path(("boxes", 0, "a1", 3, -1)) == "['boxes'][0]['a1'][3][-1]"


def test_somebody_elses_words_are_one_short_printable_line() -> None:
    assert one_line("a\n\tb\x00c") == "a b�c"
    assert one_line("x" * 10_000, 5) == "xxxx…"


def test_an_amount_is_written_without_needless_digits() -> None:
    assert [show_amount(n) for n in (3.0, 0.1, 1e300, float("inf"))] == [
        "3",
        "0.1",
        "1e+300",
        "inf",
    ]
