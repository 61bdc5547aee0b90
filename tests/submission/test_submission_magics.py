"""What only IPython understands becomes plain Python on the same lines."""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from grader.submission.magics import plain_python

PLAIN = [
    "x = 1",
    "a = (1\n     % 2)",
    "a = 1 \\\n % 2",
    "s = '''\n%magic\n!shell\nfoo?\n'''",
    's = """\n%%time\n"""',
    "s = 'a\\\n%b'",
    "print('why?') # why?",
    "assert x != y",
    "x = {'a': 1,\n     'b': 10\n     % 3}",
    "f'{x!r:>10}'",
    "# %matplotlib inline\n  # !ls",
    "x = 1  # = !ls",
    'x = "= !ls"',
    "x %= 3",
    "x = y != z",
    "await f()",
    "r = r'\\''\n",
    "",
    "\n\n",
]


@pytest.mark.parametrize("cell", PLAIN)
def test_plain_python_stays_as_it_is(cell: str) -> None:
    assert plain_python(cell).text == cell


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("%matplotlib inline", "pass  # %matplotlib inline"),
        ("!pip install numpy", "pass  # !pip install numpy"),
        ("!pip install \\\n  numpy\nx = 1", "pass  # !pip install \\\n#   numpy\nx = 1"),
        ("pip install numpy", "pass  # pip install numpy"),
        ("!echo \"it's", "pass  # !echo \"it's"),
        ("!!ls", "pass  # !!ls"),
        ("?print", "pass  # ?print"),
        ("print?", "pass  # print?"),
        ("print??", "pass  # print??"),
        ("files = !ls", "files = []  # !ls"),
        ("files = !ls \\\n  -l\nx = 1", "files = []  # !ls \\\n#   -l\nx = 1"),
        ("t = %timeit -o f()", "t = None  # %timeit -o f()"),
        ("a[0].b = %env HOME", "a[0].b = None  # %env HOME"),
        ("f(a=1)['='] = !ls", "f(a=1)['='] = []  # !ls"),
        ("%time x = f(3)", "x = f(3)"),
        ("%time x = f( \\\n  3)", "x = f( \\\n  3)"),
        ("%run shapes.py", "from shapes import *  # %run shapes.py"),
        (
            "%run -i './lib/shapes'  # get",
            "from lib.shapes import *  # %run -i './lib/shapes'  # get",
        ),
        ("if x:\n  %run shapes.py", "if x:\n  pass  # %run shapes.py"),
        ("%run shapes.py --fast", "pass  # %run shapes.py --fast"),
        ("%run other.ipynb", "pass  # %run other.ipynb"),
        ("%timeit f(3)", "pass  # %timeit f(3)"),
        ("%time", "pass  # %time"),
        ("if x:\n    %cd data\n    y = 1", "if x:\n    pass  # %cd data\n    y = 1"),
        ("def f():\n\t!ls\n\treturn 1", "def f():\n\tpass  # !ls\n\treturn 1"),
        ("  x = 1\n  %ls", "x = 1\npass  # %ls"),  # IPython takes a common indent away
        ("%%time\nx = 1", "# %%time\nx = 1"),
        ("\n%%capture out\n%%time\n%ls\nx = 1", "\n# %%capture out\n# %%time\npass  # %ls\nx = 1"),
        ("%%timeit -n 10\nx = 1", "# %%timeit -n 10\nx = 1"),
        ("s = '''\n!a\n'''\n!b", "s = '''\n!a\n'''\npass  # !b"),
        ("s = '\\\n!a'\n!b", "s = '\\\n!a'\npass  # !b"),
        ("a = (1\n  % 2)\n%b", "a = (1\n  % 2)\npass  # %b"),
        ("'unfinished\n!a", "'unfinished\npass  # !a"),
        ("drive.mount('/content/drive')\n!ls", "drive.mount('/content/drive')\npass  # !ls"),
    ],
)
def test_what_is_ipythons_does_nothing_or_is_the_code_that_it_wraps(cell: str, plain: str) -> None:
    assert plain_python(cell).text == plain


@pytest.mark.parametrize(
    "magic", ["bash", "sh", "html", "javascript", "writefile a.txt", "latex", "!"]
)
def test_a_cell_that_is_no_python_is_left_out_by_its_name(magic: str) -> None:
    cell = plain_python(f"\n%%{magic}\nls -l\n")
    assert cell.text == ""
    assert cell.left_out == f"%%{magic.partition(' ')[0]}"


@pytest.mark.parametrize(
    "magic",
    [
        *("%%writefile a.py", "%%file 'a.py'", "%%writefile -a a.py ", "  \n%%writefile a.py"),
        *("%%time\n%%writefile a.py", "%%writefile /content/a.py", "%%writefile ../a.py"),
        *("%%writefile ./lib/a.py",),
    ],
)
def test_a_cell_that_writes_a_module_is_its_code_or_writes_it(
    magic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = 'x = """it\'s\n"""\ny = 2'
    cell = plain_python(f"{magic}\n{body}")
    place = tmp_path / ("lib/a.py" if "lib" in magic else "a.py")
    assert cell.text.endswith(f"# {magic.splitlines()[-1]}\n{body}")
    assert (cell.left_out, cell.writes) == (None, magic.split()[-1].strip("'"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("w = 0\n", encoding="utf-8")
    exec(cell.writing, {})
    kept = "w = 0\n" if "-a" in magic else ""
    assert place.read_text(encoding="utf-8") == f"{kept}{body}\n"


def test_pylab_brings_the_names_of_numpy() -> None:
    names: dict[str, object] = {}
    exec(plain_python("%pylab inline\nx = np.zeros(3); y = arange(3)").text, names)
    assert {"np", "numpy", "x", "y"} <= names.keys()


# IPython itself is the oracle. It joins the lines of a continued magic; none of these is continued.
ORACLE = TransformerManager()
CALL = re.compile(r"get_ipython\(\)\.(?:run_line_magic|system|getoutput)\(")
REWRITTEN = re.compile(r"(?:pass|\[\]|None)  # ")
STATEMENTS = [
    *(
        "x = 1",
        "y = (1 +\n  2\n  % 3)",
        "z = [\n# !a\n]",
        "s = '''\n%a\n!b\n'''",
        "a % b",
        "x = 'a' % b",
    ),
    *(
        's = """it\'s\n%c"""',
        "t = 'a\\\n!b'",
        "u = 1 \\\n  % 2",
        "v = 'it\\'s' # '",
        "print('?') # ?",
        "",
    ),
    *(
        "%matplotlib inline",
        "!ls",
        "files = !ls",
        "t = %timeit f()",
        "foo?",
        "%ls 'a",
        "!echo (a)",
        "?f",
    ),
    *("d = {'k': 1,\n  'l': 2}\n", "f(x)[0].a = !ls", "r = r'\\''", "x = 'a' if b else \\\n  'c'"),
]


@given(st.lists(st.tuples(st.sampled_from(STATEMENTS), st.booleans()), max_size=9))
@settings(deadline=None)
def test_ipython_finds_magics_on_the_same_lines(statements: list[tuple[str, bool]]) -> None:
    cell = "\n".join(f"if x:\n    {text or 'pass'}" if deep else text for text, deep in statements)
    ours = plain_python(cell).text.split("\n")
    theirs = ORACLE.transform_cell(cell).split("\n")
    top = len(cell) - len(cell.lstrip("\n"))  # IPython takes empty lines away at the top
    found = [number for number, line in enumerate(ours) if REWRITTEN.search(line)]
    assert found == [top + number for number, line in enumerate(theirs) if CALL.search(line)]
    ast.parse("\n".join(ours))


@pytest.mark.parametrize(
    "cell",
    ["%a\n!b\nx = !c\ny = %d e\nf?\n?g", "if 1:\n  !a\n  x = %b c\n  d?\nelse:\n  %e", *PLAIN],
)
def test_what_ipython_accepts_becomes_python_that_compiles(cell: str) -> None:
    theirs = ORACLE.transform_cell(cell)
    ast.parse(theirs.replace("await ", ""))
    ast.parse(plain_python(cell).text.replace("await ", ""))
    assert "get_ipython" not in plain_python(cell).text


@given(st.text(st.sampled_from("%!?=\\\n\t '\"()[]{}#abx1,;/\r\x0c\u2028"), max_size=80))
@settings(deadline=None)
def test_any_text_keeps_its_lines_and_raises_nothing(text: str) -> None:
    cell = plain_python(text)
    assert cell.left_out is not None or cell.text.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "piece", ["'", '"', "'\\'", "(", "\\", "\\\n", "=!", "= ", "%a\n", "x = !a\n", "'''", "#", "? "]
)
def test_a_cell_of_two_megabytes_takes_seconds_at_most(piece: str) -> None:
    start = time.process_time()
    plain_python("!a\n" + piece * ((1 << 21) // len(piece)))
    assert time.process_time() - start < 20


@pytest.mark.parametrize("magic", ["%%writefile", "%%file", "%run", "%time", "%%writefile a.py"])
@pytest.mark.parametrize("piece", [" ", "\t", ".py ", "a/", "-a ", "./"])
def test_a_magic_that_never_ends_takes_seconds_at_most(magic: str, piece: str) -> None:
    start = time.process_time()
    plain_python(f"{magic} {piece * ((1 << 18) // len(piece))}!\nx = 1")
    assert time.process_time() - start < 20
