"""Every slip, in a table; and what must hold of all mutants of any source."""

from __future__ import annotations

import ast
import bisect
import inspect
import statistics
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.audit.mutants import fingerprint, mutations

# operator, source, what stands in the place of something in it: all that the operator makes
SLIPS = [
    ("arithmetic", "x = a + b", ["a - b", "a * b"]),
    ("arithmetic", "x = a - b", ["a + b"]),
    ("arithmetic", "x = a * b", ["a + b", "a // b"]),
    ("arithmetic", "x = a // b", ["a * b", "a / b", "-(-a // b)"]),
    ("arithmetic", "x = a % b", ["a // b"]),
    ("arithmetic", "x = a ** b", ["a * b"]),
    ("dropped operand", "x = a + b", ["a", "b"]),
    ("dropped operand", "x = -a", ["a"]),
    ("dropped operand", "x = a and b and c", ["b and c", "a and c", "a and b"]),
    ("swapped operands", "x = a - b", ["b - a"]),
    ("swapped operands", "x = a + b", []),
    ("constant", "x = 3", ["4", "2"]),
    ("constant", "x = 0", ["1", "-1"]),
    ("constant", "x = 0.5", ["1.5", "-0.5"]),
    ("constant", "x = True", ["False"]),
    ("constant", "x = None", ["0"]),
    ("constant", "x = 'word'", ["'word?'"]),
    ("constant", "x = f'{a}'", ["''"]),
    ("comparison", "x = a < b", ["a <= b", "a >= b"]),
    ("comparison", "x = a == b", ["a != b", "a <= b", "a >= b"]),
    ("comparison", "x = 0 < a < b", ["0 <= a < b", "0 >= a < b", "0 < a <= b", "0 < a >= b"]),
    ("comparison", "x = a not in b", ["a in b"]),
    ("comparison", "x = a is b", ["a is not b"]),
    ("and, or", "x = a or b", ["a and b"]),
    ("condition", "x = a if b else c", ["not b", "True", "False"]),
    ("condition", "x = [a for a in b if a]", ["not a", "True", "False"]),
    ("swapped arguments", "x = f(a, b, c)", ["f(b, a, c)", "f(a, c, b)"]),
    ("swapped arguments", "x = min(a, b)", []),
    ("swapped arguments", "x = f(*a, b)", []),
    ("dropped argument", "x = f(a, b, axis=c)", ["f(b, axis=c)", "f(a, axis=c)", "f(a, b)"]),
    ("call", "x = int(a)", ["a"]),
    ("call", "x = min(a, b)", ["max"]),
    ("call", "x = np.floor(a)", ["np.ceil", "a"]),
    ("call", "x = a.copy()", ["a"]),
    ("call", "x = a.T", ["a"]),
    ("slice", "x = a[i:j]", ["i + 1:j", "i - 1:j", "i:j + 1", "i:j - 1", ":j", "i:"]),
    ("slice", "x = a[::2]", ["1::2", ":-1:2", ":"]),
    ("index", "x = a[i]", ["i + 1", "i - 1"]),
    ("index", "x = a[i, j]", ["i + 1", "i - 1", "j + 1", "j - 1"]),
    ("index", "x = a[0]", []),
    ("range", "x = range(n)", ["range(1, n)", "n + 1", "n - 1"]),
    ("range", "x = range(m, n)", ["m + 1", "m - 1", "n + 1", "n - 1"]),
    ("display", "x = a, b", ["(b, a)", "(b,)", "(a,)"]),
    ("display", "x = [a, b, c]", ["[b, a, c]", "[a, c, b]", "[b, c]", "[a, c]", "[a, b]"]),
    ("display", "x = {1: a, 2: b}", ["{1: b, 2: a}", "{2: b}", "{1: a}"]),
]
# the same for functions: operator, body, what the body becomes
STATEMENTS = [
    ("name", "(h: int, w: int, s: str)", "return h", ["return w"]),
    ("name", "(a)", "for i, j in a: return i", ["for i, j in a: return j"]),
    ("exception", "()", "raise ValueError('no')", ["raise TypeError('no')"]),
    ("exception", "()", "raise TypeError", ["raise ValueError"]),
    (
        "condition",
        "(a)",
        "while a: f()",
        ["while not a: f()", "while True: f()", "while False: f()"],
    ),
    ("statement", "(a)", "return a", ["return"]),  # which at the end is as good as nothing
    (
        "statement",
        "(a)",
        "for b in a: return b\n    return 1",
        [
            "pass\n    return 1",
            "for b in a: return\n    return 1",
            "for b in a: pass\n    return 1",
            "for b in a: return b\n    return",
        ],
    ),
    ("statement", "()", "return None", ["pass"]),
    ("statement", "(a)", "if a < 1: raise ValueError", ["pass", "if a < 1: pass"]),
    ("statement", "(a)", "a.sort()", ["pass"]),
    ("statement", "(a)", "a = a + b", ["pass"]),
    ("statement", "(a)", "c = a + b", []),  # only an undefined name would come of it
    ("arithmetic", "(a)", "a += b", ["a -= b", "a *= b", "a = b"]),
    ("statement", "(a)", "for i in a: break", ["pass", "for i in a: continue"]),
]


@pytest.mark.parametrize(("operator", "source", "expected"), SLIPS)
def test_an_operator_makes_its_slips_and_no_others(
    operator: str, source: str, expected: list[str]
) -> None:
    made = [mutation.after for mutation in mutations(source) if mutation.operator == operator]
    assert made == expected


@pytest.mark.parametrize(("operator", "head", "body", "expected"), STATEMENTS)
def test_an_operator_on_statements_makes_its_slips_and_no_others(
    operator: str, head: str, body: str, expected: list[str]
) -> None:
    found = mutations(f"def f{head}:\n    {body}")
    made = [m.text.split("\n    ", 1)[1] for m in found if m.operator == operator]
    assert made == expected


def test_what_nobody_judges_is_not_mutated() -> None:
    source = textwrap.dedent('''
        @decorated(1)
        def f(a: Literal["left"]) -> Literal["right"]:
            """Says 2."""
            b: Literal["local"] = a
            if b:
                raise ValueError(f"{a + 3} is not {'4'}")
            return b
    ''').strip()
    places = {mutation.line for mutation in mutations(source)}
    assert places <= {4, 5, 6, 7}
    texts = "\n".join(mutation.text for mutation in mutations(source))
    assert "left?" not in texts and "right?" not in texts and "local?" not in texts
    assert "decorated(2)" not in texts and "3 is" not in texts and "- 3" not in texts


def test_defaults_of_parameters_are_mutated() -> None:
    found = mutations("def f(a, b=1, *, c=True):\n    return a, b, c")
    heads = {mutation.text.split("\n")[0] for mutation in found if mutation.line == 1}
    assert heads == {
        "def f(a, b=2, *, c=True):",
        "def f(a, b=0, *, c=True):",
        "def f(a, b=1, *, c=False):",
    }


@pytest.mark.parametrize(
    ("source", "after", "text"),
    [
        ("x = (a + b) * c", "a", "x = (a) * c"),
        ("x = a * b * c", "a + b", "x = (a + b) * c"),
        ("x = a - (b - c)", "b + c", "x = a - (b + c)"),
        ("x = a - (b - c)", "b - c - a", "x = b - c - a"),
        ("x = (a, b)[i - 1]", "i + 1", "x = (a, b)[i + 1]"),
        ("x = 'ä' + a + b", "'ä' + a - b", "x = 'ä' + a - b"),  # columns count bytes
        ("x = f(a,  # why\n      b)", "f(b, a)", "x = f(b, a)"),
    ],
)
def test_the_text_of_a_mutant_means_what_its_tree_means(source: str, after: str, text: str) -> None:
    found = [mutation.text for mutation in mutations(source)]
    assert text in found, found


def test_a_mutant_that_compiles_to_the_same_code_is_told_so() -> None:
    found = {mutation.after: mutation.same_code for mutation in mutations("x = 2 * (1 + 0)")}
    assert found["1"] is True  # what remains of 1 + 0
    assert found["2 + (1 + 0)"] is False


def test_a_fingerprint_tells_numbers_apart_that_are_equal() -> None:
    prints = {fingerprint(f"x = {number}") for number in ("1", "1.0", "True", "0.0", "-0.0")}
    assert len(prints) == 5


def test_a_diff_shows_the_slip_where_it_stands_in_the_file() -> None:
    source = "def f(a):\n    b = a\n    return b + 1"
    mutation = next(m for m in mutations(source) if m.after == "b - 1")
    assert mutation.diff(source, "reference/f.py", first_line=10).split("\n") == [
        "--- reference/f.py",
        "+++ reference/f.py",
        "@@ -11,2 +11,2 @@",
        "     b = a",
        "-    return b + 1",
        "+    return b - 1",
    ]


@pytest.mark.parametrize(
    ("after", "lines"),
    [
        ("a <= 0", range(2, 3)),  # the head of the block
        ("-1 // a", range(3, 4)),
        ("b + a", range(5, 7)),  # a statement over two lines
        ("c=3", None),  # a default runs with the module
    ],
)
def test_a_mutation_knows_the_lines_that_must_run_for_it(after: str, lines: range | None) -> None:
    source = (
        "def f(a, b, c=2):\n    if a < 0:\n        return -1 * a\n    "
        "# the rest\n    return (\n        b * a)"
    )
    wanted = "3" if after == "c=3" else after
    mutation = next(m for m in mutations(source) if m.after == wanted)
    assert mutation.lines == lines


FUNCTIONS = [
    textwrap.dedent(inspect.getsource(function))
    for module in (bisect, statistics, textwrap)
    for function in vars(module).values()
    if inspect.isfunction(function) and function.__module__ == module.__name__
    if function.__name__ != "__annotate__"  # since Python 3.14; it has no source
]


@given(st.sampled_from(FUNCTIONS))
def test_mutants_of_any_function_compile_and_differ_from_it_and_each_other(source: str) -> None:
    found = mutations(source)
    codes = [fingerprint(mutation.text) for mutation in found if not mutation.same_code]
    assert None not in codes
    assert fingerprint(source) not in codes
    assert len(set(codes)) == len(codes)
    for mutation in found:
        assert isinstance(ast.parse(mutation.text).body[0], ast.FunctionDef)
        assert "HOLE" not in mutation.text + mutation.before + mutation.after
