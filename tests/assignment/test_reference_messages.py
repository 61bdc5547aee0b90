"""What does not hold between config.yaml and reference/ is found by trying it, and told.

A row breaks the config or a module of the reference in one place. The message must hold all of
the row's parts and must be the only one, unless the row says how many there are.
"""

# ruff: noqa: E501 (a message reads best as the one line that it is)

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import pytest
from authoring import CONFIG, SHAPES, SOLIDS, edited, problems_of, write

from grader.assignment.document import parse_document
from grader.assignment.findings import Findings
from grader.errors import ConfigError

PRINTED = '{name: "two by three", args: [2, 3], expect: 6, shown: full}'
NEGATIVE = '{name: "negative", args: [-1, 2], raises: ValueError, shown: full}'
WRONG = "wrong_answers: {half_the_rim: 0.5, scale_forgotten: 0.25}"
AREA = "    return width * height * scale\n"
DRAW = "    width, height, scale = (int(n) for n in rng.integers(2, 30, 3))\n"
SIDES = '    return {"first": list(rectangles[0]), "last": list(rectangles[-1])}\n'
SIDES_IN_FULL = SHAPES[SHAPES.index("def sides(") : SHAPES.index("def sides_crossed")]
HALF = "    return (width + height) * scale\n"
ROUNDING = "    return 1e-9 * depth\n"
FORGOTTEN = SOLIDS[SOLIDS.index("def depth_forgotten") : SOLIDS.index("def rounding")]
FORGOTTEN_BY_STEP = '''\
def depth_forgotten(
    base: tuple[int, int],
    depth: float,
    *,
    area: Callable[..., int] = lambda *base: {},
) -> float:
    """How deep is the box?"""
    return float(area({}))


'''
LIST = "questions[2].cases[0].args"
ARGS = "questions[0].cases[0].args"
DRAWN = "questions[0].cases[1].generate: "

# what is broken, file, the text that stands there, what is written instead, parts of the message
ROWS = [
    # ------------------------------------------------------------------ names
    ("unknown module", "config", "reference: solids", "reference: solid",
     "questions[1].reference: is 'solid', but there is no reference/solid.py; did you mean `solids`?"),
    ("unknown function", "config", "function: sides", "function: side",
     "questions[2].function: is 'side', which reference/shapes.py does not define; did you mean `sides`?"),
    ("unknown generator", "config", "generate: rectangles", "generate: rectangle",
     DRAWN + "is 'rectangle', which reference/shapes.py does not define; did you mean `rectangles`?"),
    ("unknown wrong answer", "config", "{half_the_rim:", "{half_the_run:",
     "questions[0].wrong_answers.half_the_run: is not defined in reference/shapes.py; did you mean `half_the_rim`?"),
    ("unknown tolerance", "config", "atol: rounding", "atol: roundings",
     "questions[1].compare.atol: is 'roundings', which reference/solids.py does not define; did you mean `rounding`? (or write"),
    ("unknown property", "config", "[sides_exchange]", "[sides_exchanged]",
     "questions[0].properties[0]: is 'sides_exchanged', which", "did you mean `sides_exchange`?"),
    ("the reference as its own wrong answer", "config", "{half_the_rim:", "{area:",
     "questions[0].wrong_answers.area: is the reference itself; name another function"),
    ("a class for a function", "shapes", "def sides(", "class sides:\n    pass\n\n\ndef other(",
     "questions[2].function: is 'sides', which is a class in reference/shapes.py, not a function"),
    ("a number for a wrong answer", "shapes", "def half_the_rim(", "half_the_rim = 3\n\n\ndef other(",
     "questions[0].wrong_answers.half_the_rim: is a value in reference/shapes.py, not a function"),
    # ------------------------------------------------------------------ arguments
    ("too many arguments", "config", "args: [2, 3]", "args: [2, 3, 1, 4]",
     f"{ARGS}: has 4 arguments for area(width, height, scale); write 2 to 3"),
    ("a list without brackets of its own", "config", "args: [[[2, 3], [4, 5]]]", "args: [[2, 3], [4, 5]]",
     "questions[2].cases[0].args: has 2 arguments for sides(rectangles); write 1; a list that is one argument needs"),
    ("too few arguments", "config", "args: [2, 3]", "args: [2]",
     f"{ARGS}: has 1 argument for area(width, height, scale); add height"),
    ("an argument of a wrong type", "config", "args: [2, 3]", "args: [2, three]",
     f"{ARGS}[1]: is 'three', which is not what area(width, height, scale) takes as height; write a whole number"),
    ("a number in quotes", "config", "args: [2, 3]", 'args: [2, "3"]',
     f"{ARGS}[1]: is '3', which is not what", "; write 3 without quotes: it is text"),
    ("a complex number", "config", "[[2, 2], 2.0]", "[[2, 2], 2j]",
     "questions[1].cases[0].args[1]: is '2j', which is not what", "write a number"),
    ("a result in quotes", "config", "expect: 6", 'expect: "6"',
     "questions[0].cases[0].expect: is '6', but the reference gives 6; write 6 without quotes"),
    ("another result in quotes", "config", "expect: 6", 'expect: "7"',
     "questions[0].cases[0].expect: is '7', but the reference gives 6; mend the one that is wrong"),
    ("a fraction for a whole number", "config", "args: [2, 3]", "args: [2, 3.5]",
     f"{ARGS}[1]: is 3.5, which is not what", "write a whole number"),
    ("a tuple of a wrong length", "config", "[[2, 2], 2.0]", "[[2, 2, 2], 2.0]",
     "questions[1].cases[0].args[0]: is [2, 2, 2], which is not what volume(base, depth) takes as base; write [a whole number, a whole number]"),
    ("a wrong type deep inside", "config", "[[[2, 3], [4, 5]]]", "[[[2, 3], [4, x]]]",
     "questions[2].cases[0].args[0][1][1]: is 'x', which is not what sides(rectangles) takes as rectangles; write a whole number"),
    ("the same arguments twice", "config", NEGATIVE, '{name: "again", args: [2, 3]}',
     "questions[0].cases[2].args: is [2, 3], the arguments of `two by three` once more; take one"),
    # ------------------------------------------------------------------ generators
    ("a generator that raises", "shapes", DRAW, "    width, height, scale = 1 / 0\n",
     DRAWN + "raises ZeroDivisionError: division by zero (reference/shapes.py:", "mend the generator"),
    ("a generator that hangs", "shapes", DRAW, "    while True: pass\n",
     DRAWN + "draws nothing within 0.3 s; mend the generator so that it ends"),
    ("a generator that draws no tuple", "shapes", "return width, height, scale", "return [width]",
     DRAWN + "draws [", "which is no tuple; return a tuple of the arguments by position, e.g. (3, 4), or (3,) for one"),
    ("a generator that draws too much", "shapes", "return width, height, scale",
     "return width, height, scale, 1",
     DRAWN + "has 4 arguments for area(width, height, scale); write 2 to 3"),
    ("a generator that draws a wrong type", "shapes", "return width, height, scale",
     "return width, height + 0.5, scale", DRAWN + "draws ", "takes as height; draw a whole number"),
    ("a generator that draws an object", "shapes", "return width, height, scale",
     "return width, object(), scale", DRAWN + "draws a object; draw numbers"),
    ("a generator that draws the same again", "shapes", DRAW, "    width, height, scale = 4, 5, 6\n",
     DRAWN + "draws arguments that another case has, 100 times in a row: (4, 5, 6); let it draw from more"),
    ("a generator with a memory", "shapes", DRAW,
     "    width = rectangles.calls = getattr(rectangles, 'calls', 0) + 1\n    height = scale = 2\n",
     DRAWN + "draws (", "from the same seed; let it draw from its argument only"),
    # ------------------------------------------------------------------ what the reference does
    ("the reference raises", "shapes", SIDES, "    return 1 / (len(rectangles) - 2)\n",
     f"{LIST}: the reference raises ZeroDivisionError: division by zero (reference/shapes.py:42); mend the reference, or write `raises: ZeroDivisionError`"),
    ("the reference asks for arrays", "shapes", SIDES_IN_FULL,
     "def sides(rectangles):\n    return rectangles.tolist()\n",
     f"{LIST}: the reference raises AttributeError: 'list' object has no attribute 'tolist' (reference/shapes.py:41); a list stays one: annotate rectangles in the reference, as in rectangles: np.ndarray"),
    ("the reference fails with arrays, too", "shapes", SIDES_IN_FULL,
     "def sides(rectangles):\n    return rectangles.keys()\n",
     f"{LIST}: the reference raises AttributeError: 'list' object has no attribute 'keys' (reference/shapes.py:41); mend the reference"),
    ("the reference raises an exception of its own", "shapes", SIDES,
     "    raise type('Odd', (KeyError,), {})('odd')\n",
     f"{LIST}: the reference raises Odd: 'odd' (reference/shapes.py:42); mend the reference, or write `raises: KeyError`"),
    ("the reference raises what cannot be told", "shapes", SIDES,
     "    raise type('Odd', (KeyError,), {'__str__': lambda self: 1 / 0})\n",
     f"{LIST}: the reference raises Odd (reference/shapes.py:42); mend"),
    ("the reference leaves the program", "shapes", SIDES, "    raise SystemExit(3)\n",
     f"{LIST}: the reference raises SystemExit: 3 (reference/shapes.py:42); mend the reference"),
    ("the reference calls itself for ever", "shapes", SIDES, "    return sides(rectangles)\n",
     f"{LIST}: the reference raises RecursionError: maximum recursion depth exceeded"),
    ("the reference does not raise", "config", "args: [-1, 2]", "args: [1, 2]",
     "questions[0].cases[2].raises: is ValueError, but the reference returns 2; take `raises` out"),
    ("the reference raises something else", "config", "raises: ValueError", "raises: TypeError",
     "questions[0].cases[2].raises: is TypeError, but the reference raises ValueError: negative width (reference/shapes.py:14); mend the reference, or write `raises: ValueError`"),
    ("the reference disagrees", "config", "expect: 6", "expect: 5",
     "questions[0].cases[0].expect: is 5, but the reference gives 6; mend the one that is wrong"),
    ("null is expected", "config", "expect: 6", "expect: null",
     "questions[0].cases[0].expect: is null, but the reference gives 6"),
    ("the reference hangs", "shapes", SIDES, "    while True: pass\n",
     f"{LIST}: the reference does not return within limits.call (0.3 s); mend the reference"),
    ("the reference catches exceptions and hangs", "shapes", SIDES,
     "    while True:\n        try:\n            while True: pass\n        except Exception: pass\n",
     f"{LIST}: the reference does not return within limits.call (0.3 s)"),
    ("the reference returns an object", "shapes", SIDES, "    return object()\n",
     f"{LIST}: the reference returns a object, which cannot cross to a student's process and back; return numbers"),
    ("the reference returns a set", "shapes", SIDES, "    return {1}\n",
     f"{LIST}: the reference returns a set, which cannot cross"),
    ("the reference returns an array of objects", "shapes", SIDES, "    return np.array([1, None])\n",
     f"{LIST}: the reference returns an array of dtype object, which cannot cross"),
    ("the reference returns a list in itself", "shapes", SIDES,
     "    loop: list[Any] = []\n    loop.append(loop)\n    return loop\n",
     f"{LIST}: the reference returns a value nested deeper than 32 levels"),
    ("the reference returns too much", "shapes", SIDES, "    return np.zeros(5_000_000)\n",
     f"{LIST}: the reference returns more than 32 MB, which cannot cross"),
    ("the reference changes its input", "shapes", SIDES, "    rectangles.append((1, 1))\n" + SIDES,
     f"{LIST}: the reference changes its input rectangles; let it work on a copy"),
    ("the reference rolls dice", "shapes", SIDES,
     "    return int(np.random.default_rng().integers(1e9))\n",
     f"{LIST}: the reference gives ", "for the same arguments; take out what varies"),
    ("the reference raises the second time", "shapes", SIDES,
     "    sides.calls = getattr(sides, 'calls', 0) + 1\n    return 1 // (2 - sides.calls)\n",
     f"{LIST}: the reference gives 1, then an exception for the same arguments; take out"),
    ("a path to nothing", "config", "at: [first]", "at: [third]",
     "questions[2].cases[0].at: is ['third'], which leads to nothing in {'first': [2, 3], 'last': [4, 5]}; write a known key: first, last"),
    ("a path to nothing among many keys", "shapes", SIDES, "    return dict.fromkeys(range(999), 1)\n",
     "questions[2].cases[0].at: is ['first'], which leads to nothing in {0: 1,", "; write keys and positions that the result has"),
    ("a path beyond the end", "config", "at: [first]", "at: [first, 2]",
     "questions[2].cases[0].at: is ['first', 2], which leads to nothing in", "; write keys and positions"),
    # ------------------------------------------------------------------ tolerances, cases that can fail
    ("a tolerance that raises", "solids", ROUNDING, "    return depth[0]\n",
     "questions[1].compare.atol: for `a cube`, rounding raises TypeError: 'float' object is not subscriptable (reference/solids.py:"),
    ("a tolerance that takes too little", "solids", "def rounding(base: tuple[int, int], depth: float)",
     "def rounding(depth: float)", "questions[1].compare.atol: for `a cube`, rounding raises TypeError"),
    ("a tolerance below zero", "solids", ROUNDING, "    return -1.0\n",
     "questions[1].compare.atol: for `a cube`, rounding gives -1.0; return tolerances that are finite and at least 0"),
    ("a tolerance that is infinite", "solids", ROUNDING, "    return float('inf')\n",
     "questions[1].compare.atol: for `a cube`, rounding gives inf; return tolerances"),
    ("a tolerance that is text", "solids", ROUNDING, "    return 'small'\n",
     "questions[1].compare.atol: for `a cube`, rounding gives 'small'; return tolerances"),
    ("a tolerance of another shape", "solids", ROUNDING, "    return [depth, depth]\n",
     "questions[1].compare.atol: for `a cube`, rounding gives shape (2,) for an expected value of shape (); return one number"),
    ("a tolerance that accepts zero", "config", "rtol: 1e-6", "rtol: 1.0",
     "questions[1].compare: `a cube` cannot fail: 0.0 passes for 8.0; lower the tolerance"),
    ("a case that accepts any dict", "shapes", SIDES, '    return {"first": {}}\n',
     "questions[2].cases[0]: `the first` cannot fail: {'': 0} passes for {}; ask for more"),
    # ------------------------------------------------------------------ wrong answers
    ("a wrong answer that is right", "shapes", HALF, "    return area(width, height, scale)\n",
     "questions[0].wrong_answers.half_the_rim: is right in every case; add a case in which it differs from the reference, or take it out"),
    ("a wrong answer that no case shows", "shapes", DRAW,
     "    width, height, scale = (int(n) for n in rng.integers(1, 3, 3))\n",
     "questions[0].wrong_answers.scale_forgotten: is right in every case that has a value, but wrong for (", "2); add a case such as this one"),
    ("two wrong answers alike", "shapes", HALF, "    return scale_forgotten(width, height)\n",
     "questions[0].wrong_answers.scale_forgotten: gives what half_the_rim gives in every case; add a case in which they differ, or write `inseparable: [[half_the_rim, scale_forgotten]]`"),
    ("a wrong answer without a docstring", "shapes", '    """Have you added where you meant to multiply?"""\n', "",
     "questions[0].wrong_answers.half_the_rim: has no docstring to tell a student; add one to half_the_rim in reference/shapes.py"),
    ("a wrong answer that hangs", "shapes", HALF, "    while True: pass\n",
     "questions[0].wrong_answers.half_the_rim: does not return within 0.3 s for `two by three`; write it so that it ends"),
    ("a wrong answer that leaves the program", "shapes", HALF, "    sys.exit()\n\n\nimport sys\n",
     "questions[0].wrong_answers.half_the_rim: raises SystemExit (reference/shapes.py:", "let it return a value"),
    ("a wrong answer that returns an object", "shapes", HALF, "    return object()\n",
     "questions[0].wrong_answers.half_the_rim: returns a object for `two by three`, which no student's process could"),
    ("a wrong answer with other parameters", "shapes", "def half_the_rim(width: int, height: int, scale: int = 1)",
     "def half_the_rim(width: int)",
     "questions[0].wrong_answers.half_the_rim: takes half_the_rim(width), but `two by three` calls it with 2 arguments; give it the parameters of area(width, height, scale)"),
    ("a wrong answer whose step has no default", "solids", "def depth_forgotten(base: tuple[int, int], depth: float)",
     "def depth_forgotten(base: tuple[int, int], depth: float, *, area: Callable[..., int])",
     "questions[1].wrong_answers.depth_forgotten: needs the keyword area in reference/solids.py, which no case can give; give it a default: `*, area=area`"),
    ("a wrong answer with a misspelt step", "solids", "def depth_forgotten(base: tuple[int, int], depth: float)",
     "def depth_forgotten(base: tuple[int, int], depth: float, *, aera: Callable[..., int] = area)",
     "questions[1].wrong_answers.depth_forgotten: takes the keyword aera in reference/solids.py, which is no step; did you mean `area`?"),
    # ------------------------------------------------------------------ steps and properties
    ("a composite without its step", "solids", ", *, area: Callable[..., int] = area", "",
     "questions[1].builds_on.questions[0]: is 'area', but volume(base, depth) in reference/solids.py takes no keyword-only parameter area; add `*, area=area`"),
    ("a step by position", "solids", ", *, area: Callable[..., int] = area", ", area: Callable[..., int] = area",
     "questions[1].builds_on.questions[0]: is 'area', but volume(base, depth, area) in"),
    ("a step without a default", "solids", "area: Callable[..., int] = area", "area: Callable[..., int]",
     "questions[1].function: needs the keyword area in reference/solids.py, which no case can give; give it a default: `*, area=area`"),
    ("a composite that calls its step otherwise", "solids", "area: Callable[..., int] = area",
     "area: Callable[..., int] = lambda *base: area_of(*base) + 2",
     "questions[1].builds_on: for `a slab`, with the references of area put in as its steps the reference gives 15.0, without them 17.0; let it call", 2),
    ("a wrong answer that is another one on true steps", "solids", FORGOTTEN,
     FORGOTTEN_BY_STEP.format("2 * area_of(*base)", "*base"),
     "questions[1].wrong_answers.depth_forgotten: with the references of area put in as its steps gives 4.0, without them 8.0, for `a cube`; let it call its steps by these parameters"),
    ("a wrong answer that calls its step otherwise", "solids", FORGOTTEN,
     FORGOTTEN_BY_STEP.format("area_of(*base[0])", "base"),
     "questions[1].wrong_answers.depth_forgotten: with the references of area put in as its steps raises TypeError: area() missing 1 required positional argument: 'height' (reference/solids.py:24) for `a cube`; let it call"),
    ("a wrong answer that cannot take its steps", "solids", FORGOTTEN,
     "def depth_forgotten(base: tuple[int, int], depth: float, **steps: object) -> float:\n"
     '    """How deep is the box?"""\n    return float(round(base[0] * base[1], **steps))\n',
     "questions[1].wrong_answers.depth_forgotten: with the references of area put in as its steps raises TypeError: ", "for `a cube`"),
    ("a property that does not hold", "shapes", "return None if call", "return 'No.' if call",
     "questions[0].properties[0]: sides_exchange does not hold of the reference: 'No.'; let it take `call`"),
    ("a property that asks for no function", "shapes", 'call("area", 2, 5)', 'call("aera", 2, 5)',
     "questions[0].properties[0]: sides_exchange raises LookupError: no question marks a function aera"),
    ("a property that hangs", "shapes", "    return None if call", "    while True: pass\n    return None if call",
     "questions[0].properties[0]: sides_exchange does not return within 0.3 s"),
    # ------------------------------------------------------------------ imports
    ("a syntax error", "shapes", "    return width * height * scale\n", "    return width *\n",
     "reference/shapes.py:15: raises SyntaxError: invalid syntax; mend it so that it can be imported"),
    ("an import that is missing", "solids", "from reference.shapes import area",
     "from reference.shapes import aera as area",
     "reference/solids.py:7: raises ImportError: cannot import name 'aera' from 'reference.shapes'"),
    ("an import of a neighbour as if it stood alone", "solids", "from reference.shapes import area",
     "from shapes import area",
     "reference/solids.py:7: raises ModuleNotFoundError: No module named 'shapes'; write `from reference import shapes`"),
    ("an import of what is not installed", "solids", "from reference.shapes import area",
     "from reference.shapes import area\nimport no_such_package.inside",
     "reference/solids.py:8: raises ModuleNotFoundError: No module named 'no_such_package'; install no_such_package where the grader runs"),
    ("an import that leaves the program", "solids", "from reference.shapes import area",
     "from reference.shapes import area\n\nraise SystemExit('no')",
     "reference/solids.py:9: raises SystemExit: no; mend it"),
    ("an import that comes too late", "solids", "    return area(*base) * depth",
     "    import reference.shapes\n\n    return reference.shapes.area(*base) * depth",
     "questions[1].cases[0].args: the reference raises ModuleNotFoundError: No module named 'reference'",
     "(reference/solids.py:14), and so in line 29; mend", 1),
]  # fmt: skip


def test_a_slip_in_the_reference_is_told_once_however_many_cases_meet_it(tmp_path: Path) -> None:
    """Questions that build on it meet it, too. Nobody asks students for a NameError."""
    slip = edited(SHAPES, "return width * height * scale", "return widht * height * scale")
    (found,) = problems_of(write(tmp_path, shapes=slip))
    assert "questions[0].cases[0].args: the reference raises NameError: name 'widht'" in found
    assert re.search(
        r"shapes\.py:15\), and so in lines [0-9, ]+ and 2[89]; mend the reference$", found
    )


@pytest.mark.parametrize(
    ("count", "lines"),
    [
        (1, ""),
        (2, ", and so in line 2"),
        (4, ", and so in lines 2, 3 and 4"),
        (11, ", and so in lines 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"),
    ],
)
def test_of_one_cause_the_lines_are_named(count: int, lines: str) -> None:
    findings = Findings(parse_document("- 0\n" * count, file="config.yaml"))
    for number in range(count):
        findings.add((number,), f"is {number}", "mend it", cause="the same")
        findings.add((number,), f"is {number}, too", "mend it", cause="the same")
    findings.add((0,), "is something else", "mend it, too")
    with pytest.raises(ConfigError) as raised:
        findings.raise_if_any()
    first, second = raised.value.problems
    assert first.what == f"is 0{lines}"
    assert second.what == "is something else"


@pytest.mark.parametrize(
    ("file", "old", "new", "parts"),
    [(r[1], r[2], r[3], r[4:]) for r in ROWS],
    ids=[r[0] for r in ROWS],
)
def test_what_does_not_hold_is_told_with_its_place_and_a_remedy(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    old: str,
    new: str,
    parts: tuple[str | int, ...],
) -> None:
    texts = {"config": CONFIG, "shapes": SHAPES, "solids": SOLIDS}
    if "area_of" in new:
        texts["solids"] = edited(SOLIDS, "import area", "import area, area as area_of")
    if "rng.integers(1, 3" in new:  # seldom: one case, and its scale is 1
        texts["config"] = edited(edited(CONFIG, "count: 4", "count: 1"), "seed: 7", "seed: 28")
    texts[file] = edited(texts[file], old, new)
    write(tmp_path, **texts)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        sys, "path", [p for p in sys.path if Path(p, "reference").is_dir() is False]
    )
    found = problems_of(Path("config.yaml"))
    wanted = [part for part in parts if isinstance(part, str)]
    assert any(all(part in line for part in wanted) for line in found), found
    count = next((part for part in parts if isinstance(part, int)), 1)
    assert not count or len(found) == count, found


def test_a_call_that_cannot_be_interrupted_is_given_up(tmp_path: Path) -> None:
    shapes = edited(SHAPES, AREA, "    import time\n\n    time.sleep(5)\n")
    started = time.monotonic()
    (problem,) = problems_of(write(tmp_path, shapes=shapes))
    assert "shapes.py:11: area does not return within 0.3 s and cannot be interrupted" in problem
    assert time.monotonic() - started < 4


def test_an_import_that_hangs_is_given_up(tmp_path: Path) -> None:
    config = edited(CONFIG, "load: 10 s", "load: 300 ms").replace("shapes", "stuck")
    found = problems_of(write(tmp_path, config, stuck="while True: pass\n"))
    assert any(
        "stuck.py: does not finish importing within 0.3 s; do no work at" in p for p in found
    )


def test_an_import_that_cannot_be_interrupted_is_given_up(tmp_path: Path) -> None:
    config = edited(CONFIG, "load: 10 s", "load: 300 ms").replace("shapes", "asleep")
    found = problems_of(write(tmp_path, config, asleep="import time\ntime.sleep(3)\n"))
    assert any("reference: does not finish importing within 0.3 s" in problem for problem in found)


def test_a_missing_folder_of_the_reference_is_told_once(tmp_path: Path) -> None:
    path = write(tmp_path)
    for file in (tmp_path / "reference").glob("*"):
        if file.is_file():
            file.unlink()
    (tmp_path / "reference").rename(tmp_path / "solution")
    (problem,) = problems_of(path)
    assert "has no folder" in problem and "put the reference's modules there" in problem


def test_a_broken_package_is_told_by_its_init_file(tmp_path: Path) -> None:
    (problem,) = problems_of(write(tmp_path, __init__="\nimport nothing_of_the_kind\n"))
    assert "__init__.py:2: raises ModuleNotFoundError: No module named 'nothing_of" in problem


def test_a_result_is_not_held_against_a_tolerance_that_was_not_understood(tmp_path: Path) -> None:
    config = edited(CONFIG, "expect: 8.0", "expect: 8.0000001")
    config = edited(config, "rtol: 1e-6", "rtol: tiny")
    (problem,) = problems_of(write(tmp_path, config))
    assert "questions[1].compare.rtol: is 'tiny'; write a number" in problem


def test_an_array_in_a_message_takes_one_line(tmp_path: Path) -> None:
    shapes = edited(
        SHAPES, SIDES, '    return {"first": np.eye(3)[::-1], "last": np.zeros((3, 3))}\n'
    )
    config = edited(CONFIG, "at: [first]", "at: [middle]")
    found = problems_of(write(tmp_path, config, shapes=shapes))
    assert any("which leads to nothing in {'first': array([[0., 0., 1.], [0." in p for p in found)


NOTHING = """\
assignment: "Greetings"
submission: {file: solution.py}
questions:
  - id: greet
    title: "Greet"
    function: greet
    reference: shapes
    points: 1
    cases:
      - {name: "Ada", args: [Ada]}
      - {name: "nobody", args: [""]}
"""
PRINTS = "def greet(name):\n    print('Hello,', name)\n"


def test_a_reference_that_returns_nothing_is_refused_as_an_empty_function_passes(
    tmp_path: Path,
) -> None:
    (found,) = problems_of(write(tmp_path, NOTHING, shapes=PRINTS))
    assert (
        "questions[0].cases: expect nothing but null of greet: an empty function is right" in found
    )
    assert "let the reference return what it prints" in found


def test_a_check_that_returns_nothing_and_raises_is_a_question(tmp_path: Path) -> None:
    config = edited(NOTHING, '[""]}', '[""], raises: ValueError}')
    raises = PRINTS + "    if not name:\n        raise ValueError('who?')\n"
    assert not problems_of(write(tmp_path, config, shapes=raises))
