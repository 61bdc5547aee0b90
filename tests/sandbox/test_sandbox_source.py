"""A text that does not parse is cut so that one mistake costs one statement."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox import source

GOOD = "def good():\n    return 1\n"


def names(statements: list[ast.stmt]) -> list[str]:
    """Names that the statements define, and the first word of the others."""
    return [
        getattr(statement, "name", None) or ast.unparse(statement).split()[0]
        for statement in statements
    ]


# text, names that survive, (line, part of what is said) of each broken piece
CUTS: dict[str, tuple[str, list[str], list[tuple[int, str]]]] = {
    "nothing wrong": (GOOD + "x = 1\n", ["good", "x"], []),
    "empty": ("", [], []),
    "a bracket never closed": (
        "x = foo(1,\n" + GOOD,
        ["good"],
        [(1, "SyntaxError: '(' was never closed (column 8)")],
    ),
    "a bracket never closed in a function": (
        "def bad():\n    return (1 +\n\n" + GOOD,
        ["good"],
        [(2, "'(' was never closed (column 12)")],
    ),
    "a colon forgotten": (
        GOOD + "def bad()\n    return 1\nx = 2\n",
        ["good", "x"],
        [(3, "expected ':' (column 10)")],
    ),
    "a body forgotten": (
        "x = 1\ndef bad():\n" + GOOD,
        ["x", "good"],
        [(2, "expected an indented block after function definition on line 2")],
    ),
    "indented wrongly": (
        "def bad():\n        x = 1\n    return x\n" + GOOD,
        ["good"],
        [(3, "IndentationError: unindent does not match")],
    ),
    "tabs and spaces mixed": (
        "def bad():\n        x = 1\n\treturn x\n" + GOOD,
        ["good"],
        [(3, "TabError: inconsistent use of tabs and spaces")],
    ),
    "quotes in triple never closed": (
        'def bad():\n    """Never closed.\n    return 1\n\n' + GOOD,
        ["good"],
        [(2, "unterminated triple-quoted string literal")],
    ),
    "quotes never closed, later docstrings": (
        'def bad():\n    """Never closed.\n' + 'def good():\n    """Closed."""\n',
        ["good"],
        [(2, "unterminated triple-quoted string literal")],
    ),
    "a text over many lines beside a mistake": (
        's = """\nx = (\ny\n"""\nbad = = 1\n' + GOOD,
        ["s", "good"],
        [(5, "invalid syntax (column 7)")],
    ),
    "a list over many lines beside a mistake": (
        "a = [\n1,\n2,\n]\nbad = = 1\n" + GOOD,
        ["a", "good"],
        [(5, "invalid syntax")],
    ),
    "a call over many lines, flush left": (
        "a = f(\nx,\ny\n)\nbad = = 1\n",
        ["a"],
        [(5, "invalid syntax")],
    ),
    "decorated beside a mistake": (
        "bad = = 1\n@one\n@two(\n    3,\n)\ndef good():\n    return 1\n",
        ["good"],
        [(1, "invalid syntax")],
    ),
    "a broken function with a decorator": (
        "@one\ndef bad(:\n    return 1\n" + GOOD,
        ["good"],
        [(2, "invalid syntax (column 9)")],
    ),
    "branches beside a mistake": (
        "if a:\n    b = 1\nelif c:\n    b = 2\nelse:\n    b = 3\nbad = = 1\n"
        "try:\n    d = 1\nexcept E:\n    d = 2\nfinally:\n    e = 3\n",
        ["if", "try:"],
        [(7, "invalid syntax")],
    ),
    "a backslash continues": (
        "a = 1 + \\\n  2\nbad = = 1\n",
        ["a"],
        [(3, "invalid syntax")],
    ),
    "comments at the margin": (
        "def good():\n    x = 1\n# a remark\n    return x\nbad = = 1\n",
        ["good"],
        [(5, "invalid syntax")],
    ),
    "two mistakes": (
        "bad = = 1\n" + GOOD + "worse = = 2\n",
        ["good"],
        [(1, "invalid syntax"), (4, "invalid syntax")],
    ),
    "a null byte": (GOOD + "x = '\0'\ny = 1\n", ["good", "y"], [(3, "null byte")]),
    "Python 2": (
        "print 'hello'\n" + GOOD,
        ["good"],
        [(1, "Missing parentheses in call to 'print'")],
    ),
    "only indented": ("    x = 1\n" + GOOD, ["good"], [(1, "IndentationError: unexpected indent")]),
    "Windows line ends": ("bad = = 1\r\nx = 1\r\n", ["x"], [(1, "invalid syntax")]),
    "a byte-order mark": ("\ufeffx = 1\nbad = = 1\n", ["x"], [(2, "invalid syntax")]),
    "a conflict of versions": (
        "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b\n",
        ["x", "x"],
        [(1, "invalid syntax"), (3, "invalid syntax"), (5, "invalid syntax")],
    ),
    "nested without end": ("x = " + "(" * 500 + "\n" + GOOD, ["good"], [(1, "too many nested")]),
    "a lone surrogate": ("x = '\ud800'\n" + GOOD, ["good"], [(1, "characters that are no text")]),
}


@pytest.mark.parametrize(("text", "survive", "broken"), CUTS.values(), ids=CUTS.keys())
def test_a_mistake_costs_its_own_statement(
    text: str, survive: list[str], broken: list[tuple[int, str]]
) -> None:
    good, bad = source.parse(source.normal(text))
    assert names(good) == survive
    assert [piece.line for piece in bad] == [line for line, _ in broken]
    for piece, (_, said) in zip(bad, broken, strict=True):
        assert said in piece.what


def test_each_line_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each decorator was held against all above it: 100,000 of them took a minute."""
    looked_at = []

    class Watched:
        def match(self, line: str) -> bool:
            looked_at.append(line)
            return line.startswith("#")

    monkeypatch.setattr(source, "_CONTINUES", Watched())
    good, _ = source.parse("def f(): ...\n" + "@x\n# of x\n" * 100)
    assert names(good) == ["f"] and len(looked_at) <= 202


def test_lines_are_those_of_the_whole_text() -> None:
    good, _ = source.parse("bad = = 1\n\n\nx = 1\ndef f():\n    return 2\n")
    assert [(statement.lineno, statement.end_lineno) for statement in good] == [(4, 4), (5, 6)]


def test_a_broken_piece_shows_its_first_line_of_code() -> None:
    _, bad = source.parse("# a remark\n\nx = = 1\n")
    assert bad[0].statement == "x = = 1"


fragments = st.sampled_from(
    [
        GOOD,
        "x = (1,\n",
        "@d\n",
        '"""\n',
        "'''doc\n",
        "else:\n",
        "    y = 1\n",
        "\tz = 2\n",
        "]\n",
        "# c\n",
        "class A:\n    pass\n",
        "if x:\n    pass\n",
        "bad = = 1\n",
        "\n",
        "a = '\n",
        "b = \\\n",
        "f(\n)\n",
    ]
)


@given(st.lists(fragments, max_size=25).map("".join))
def test_any_text_is_cut_without_an_exception_and_nothing_is_invented(text: str) -> None:
    good, bad = source.parse(text)
    lines = text.count("\n") + 1
    assert all(1 <= statement.lineno <= lines for statement in good)
    assert all(1 <= piece.line <= lines for piece in bad)
    starts = [statement.lineno for statement in good]
    assert starts == sorted(starts)


@given(st.text(max_size=200))
def test_any_characters_are_cut_without_an_exception(text: str) -> None:
    source.parse(source.normal(text))
