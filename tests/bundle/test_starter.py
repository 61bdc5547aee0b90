"""Templates: every function with its statement and nothing in it, as a file and as a notebook."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import pytest
from msgspec.structs import replace
from unpacked import CONFIG, ROOT, read_course

from grader.bundle.handout import handout_zip
from grader.bundle.starter import notebook_of, read_starter
from grader.errors import ConfigError
from grader.model import Assignment, Property, Question, TextForm
from grader.submission import read_submission


@pytest.fixture(scope="module")
def course() -> Assignment:
    return read_course()


@pytest.fixture(scope="module")
def template(course: Assignment) -> str:
    return read_starter(course, CONFIG.parent / "reference").text


@pytest.fixture(scope="module")
def functions(template: str) -> dict[str, Callable[..., Any]]:
    names: dict[str, Any] = {}
    exec(compile(template, "solution.py", "exec"), names)
    return names


# --------------------------------------------------------------------------- this problem set's


def test_the_functions_stand_in_the_order_of_the_questions(
    course: Assignment, template: str
) -> None:
    defined = [node.name for node in ast.parse(template).body if isinstance(node, ast.FunctionDef)]
    assert defined == [question.function for question in course.questions]


def test_each_has_the_parameters_and_types_of_the_reference(
    course: Assignment, functions: dict[str, Callable[..., Any]]
) -> None:
    for question in course.questions:
        if question.reference is None:
            continue
        own = inspect.signature(functions[question.function])
        theirs = inspect.signature(question.reference)
        asked = [p for p in theirs.parameters.values() if p.kind is not p.KEYWORD_ONLY]
        assert [(p.name, p.default) for p in own.parameters.values()] == [
            (p.name, p.default) for p in asked
        ]
        known = {"Matrix": "np.ndarray", "Table": "dict[str, dict[str, str | bool]]"}
        known |= {"Shapes": "dict[str, tuple[int, ...]]"}
        for mine, other in zip(own.parameters.values(), asked, strict=True):
            assert mine.annotation == known.get(other.annotation, other.annotation)
        assert own.return_annotation == known.get(
            theirs.return_annotation, theirs.return_annotation
        )


def test_each_says_what_is_asked_and_is_not_written(
    course: Assignment, functions: dict[str, Callable[..., Any]]
) -> None:
    for question in course.questions:
        function = functions[question.function]
        assert len(inspect.getdoc(function) or "") > 60
        arguments = [None] * len(inspect.signature(function).parameters)
        with pytest.raises(NotImplementedError):
            function(*arguments)


def test_its_examples_are_shown_cases_or_printed(course: Assignment, template: str) -> None:
    """What a docstring prints is public: an example may tell no more than a check does."""
    import doctest

    values: dict[str, Any] = {}
    for question in course.questions:
        if question.reference is not None:
            values[question.function] = question.reference
    tree = ast.parse(template)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            for example in doctest.DocTestParser().get_examples(ast.get_docstring(node) or ""):
                assert repr(eval(example.source, dict(values))) + "\n" == example.want


def test_its_words_are_those_that_the_properties_check(functions: dict[str, Any]) -> None:
    names: dict[str, Any] = {}
    source = (ROOT / "reference" / "q1_properties.py").read_text(encoding="utf-8")
    exec(compile(source, "q1_properties.py", "exec"), names)
    for name in ("TASKS", "ANNOTATIONS", "OUTPUTS", "GRANULARITIES"):
        assert functions[name] == names[name]


def test_it_needs_numpy_and_nothing_else(template: str) -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(template))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
    }
    assert imported == {"__future__", "collections", "numpy"}


def test_the_limits_that_it_prints_are_those_of_the_config(
    course: Assignment, template: str
) -> None:
    text = " ".join(template.split())
    limits = course.limits
    assert f"A call may take {limits.call_s:g} s and the whole file {limits.load_s:g} s" in text
    assert f"with {limits.memory_bytes >> 30} GB of memory" in text


def test_its_formulas_are_nowhere_told(template: str) -> None:
    for formula in ("2 * padding", "- kernel_size", "// stride", "+ 1)", "* out_channels"):
        assert formula not in template


# --------------------------------------------------------------------------- the notebook


def test_the_notebook_is_a_notebook_with_a_check_below_each_function(
    course: Assignment, template: str
) -> None:
    notebook = nbformat.reads(notebook_of(template, course), as_version=4)
    nbformat.validate(notebook)
    sources = [cell.source for cell in notebook.cells]
    for question in course.questions:
        (place,) = [i for i, text in enumerate(sources) if f"def {question.function}(" in text]
        assert question.title in sources[place - 1]
        assert notebook.cells[place - 1].cell_type == "markdown"
        assert sources[place + 1] == f'grader.check("{question.id}")'


def test_the_notebook_defines_what_the_file_defines(
    template: str, course: Assignment, tmp_path: Path
) -> None:
    path = tmp_path / "solution.ipynb"
    path.write_text(notebook_of(template, course), encoding="utf-8")
    submission = read_submission(path, expected_name="solution.py")
    assert submission.problem is None

    def defined(text: str) -> list[str]:
        kept = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef | ast.Assign)]
        return [ast.dump(node) for node in kept]

    assert defined("\n\n".join(chunk.text for chunk in submission.chunks)) == defined(template)


def test_sections_of_the_file_are_headings_of_the_notebook(
    template: str, course: Assignment
) -> None:
    notebook = json.loads(notebook_of(template, course))
    headings = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown"]
    assert "## Q2a A fully connected network" in headings
    assert headings[0].startswith("# Problem Set 3: vision tasks, layer sizes, convolution\n")
    text = "".join("".join(cell["source"]) for cell in notebook["cells"])
    assert "# ----" not in text
    assert "__future__" not in text


# --------------------------------------------------------------------------- other courses'

SHAPES = '''\
"""Shapes."""

from __future__ import annotations


def area(width: int, height: int = 2, *, helper: object = None) -> int:
    """Multiply."""
    return width * height


def is_even(call):
    """Even."""
    return None
'''


def load(folder: Path, **files: str) -> tuple[Assignment, Path]:
    """A small course whose reference holds these files."""
    reference = folder / "reference"
    reference.mkdir()
    names: dict[str, Any] = {}
    for name, text in {"shapes": SHAPES, **files}.items():
        file = reference / f"{name}.py"
        file.write_text(text, encoding="utf-8")
        if name != "starter":
            exec(compile(text, str(file), "exec"), names)
    area = Question("q1", "Q1 The area", "area", Decimal(1), reference=names["area"])
    if "is_even" in names:
        area = replace(area, properties=(Property("is_even", names["is_even"]),))
    why = Question("q2", "Q2 Why?", "why", Decimal(1), text=TextForm((1, 5)))
    parts = Question("q3", "Q3 Parts", "parts", Decimal(1), text=TextForm((1, 5), ("cause",)))
    (folder / "config.yaml").write_text("assignment: Areas\n", encoding="utf-8")
    return Assignment("Areas", "solution.py", (area, why, parts)), folder / "config.yaml"


STARTER = '''\
"""Areas."""


def area(width, height=2):
    """The area of a rectangle."""
    raise NotImplementedError


def why():
    raise NotImplementedError


def parts():
    ...
'''


def test_without_an_authors_template_there_is_one_of_signatures(tmp_path: Path) -> None:
    assignment, config = load(tmp_path)
    starter = read_starter(assignment, config.parent / "reference")
    assert "starter.py does not exist" in starter.notes[0]
    assert "def area(width: int, height: int = 2) -> int:" in starter.text
    assert "def why() -> str:" in starter.text
    assert "def parts() -> dict[str, str]:" in starter.text
    assert "Multiply" not in starter.text
    names: dict[str, Any] = {}
    exec(compile(starter.text, "solution.py", "exec"), names)
    with pytest.raises(NotImplementedError):
        names["area"](1)
    nbformat.validate(nbformat.reads(notebook_of(starter.text, assignment), as_version=4))


@pytest.mark.parametrize(
    ("opening", "head", "written"),
    [
        (
            "import numpy as np",
            "width: np.ndarray, height: np.float64 = np.float64(2)",
            "(width: np.ndarray, height: np.float64 = np.float64(2))",
        ),
        (
            "from numpy.typing import NDArray\nfrom typing import Any",
            "width: 'NDArray[Any]', height: Any = None",
            "(width: NDArray[Any], height: Any = None)",
        ),
        ("import math", "width, height=math.inf", "(width, height=math.inf)"),
        (
            "Side = int",
            "width: Side, height: list[Side] = 2",
            "(width: int, height: list[int] = 2)",
        ),
        (
            "import numpy as np\nArray = np.ndarray",
            "width: Array | None, height: 'Array'",
            "(width: np.ndarray | None, height: np.ndarray)",
        ),
        ("import enum\nclass Side(enum.Enum): ...", "width: Side, height=2", "(width, height=2)"),
        ("from reference.sides import Side", "width: Side, height: int", "(width, height: int)"),
        ("import torch", "width: torch.Tensor, height: int", "(width, height: int)"),
        ("UNSET = object()", "width, height=UNSET", "(width, height=None)"),
        ("", "width, *heights: int", "(width, *heights)"),
    ],
)
def test_a_template_of_signatures_runs_by_what_it_imports_itself(
    opening: str, head: str, written: str, tmp_path: Path
) -> None:
    text = f"from __future__ import annotations\n{opening}\n\n\ndef area({head}):\n    return 1\n"
    runs = "from reference" not in opening and "torch" not in opening  # read, and not run
    assignment, config = load(tmp_path, shapes=text if runs else "def area(width, height): ...\n")
    (config.parent / "reference" / "shapes.py").write_text(text, encoding="utf-8")
    template = read_starter(assignment, config.parent / "reference").text
    assert f"def area{written}:" in template
    notebook = json.loads(notebook_of(template, assignment))
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    kept = [text.partition("import grader")[2].partition("\n")[2] or text for text in cells]
    for code in (template, "\n".join(text for text in kept if "grader" not in text)):
        names: dict[str, Any] = {}
        exec(compile(code, "solution.py", "exec", dont_inherit=True), names)
        with pytest.raises(NotImplementedError):
            names["area"](1, 2)


@pytest.mark.parametrize("title", ["What is \\x?", 'He said """no"""', "It ends in \\"])
def test_any_title_is_a_docstring_of_the_template(title: str, tmp_path: Path) -> None:
    assignment, config = load(tmp_path)
    questions = [replace(question, title=title) for question in assignment.questions]
    assignment = replace(assignment, title=title, questions=tuple(questions))
    template = ast.parse(read_starter(assignment, config.parent / "reference").text)
    said = {ast.get_docstring(template)} | {
        ast.get_docstring(node) for node in template.body if isinstance(node, ast.FunctionDef)
    }
    (text,) = said
    assert (text or "").rstrip(".").replace("'''", '"""') == title


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"# \xff\n", "starter.py: is not UTF-8; save it as UTF-8"),
        (b"x = 1\0", "starter.py: is no Python: "),
    ],
)
def test_a_template_that_is_no_text_is_told(content: bytes, complaint: str, tmp_path: Path) -> None:
    assignment, config = load(tmp_path)
    (config.parent / "reference" / "starter.py").write_bytes(content)
    with pytest.raises(ConfigError, match=complaint):
        read_starter(assignment, config.parent / "reference")


def test_a_template_that_an_editor_began_with_a_mark_is_read(tmp_path: Path) -> None:
    assignment, config = load(tmp_path, starter=f"\ufeff{STARTER}")
    assert read_starter(assignment, config.parent / "reference").text == STARTER


def test_an_authors_template_is_taken_as_it_stands(tmp_path: Path) -> None:
    assignment, config = load(tmp_path, starter=STARTER)
    starter = read_starter(assignment, config.parent / "reference")
    assert (starter.text, starter.notes) == (STARTER, ())


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("def why", "def because", "has no function why, which q2 asks for; add it"),
        ("(width, height=2)", "(width)", "area takes width; write width, height"),
        ("def area", "def area(", "is no Python"),
        (
            '    """The area of a rectangle."""\n    raise NotImplementedError',
            "    return width * height",
            "area has the body of the reference; write `raise NotImplementedError` instead",
        ),
    ],
)
def test_a_template_that_cannot_be_handed_out_is_refused(
    old: str, new: str, complaint: str, tmp_path: Path
) -> None:
    assert STARTER.count(old) == 1
    assignment, config = load(tmp_path, starter=STARTER.replace(old, new))
    with pytest.raises(ConfigError) as refused:
        read_starter(assignment, config.parent / "reference")
    assert complaint in str(refused.value)
    assert "starter.py" in str(refused.value)


def test_code_that_helps_on_the_way_is_pointed_out(tmp_path: Path) -> None:
    text = STARTER.replace("def why():\n    raise NotImplementedError", 'def why():\n    return ""')
    assignment, config = load(tmp_path, starter=text)
    (note,) = read_starter(assignment, config.parent / "reference").notes
    assert note.endswith("starter.py has code in why")


PROPERTIES = 'def is_even(call):\n    """Even."""\n    return None\n'


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "left out is_even: shapes.py holds area too, which is no property"),
        (
            {"more": PROPERTIES + "\n\ndef _late():\n    from reference import shapes\n"},
            "left out is_even: more.py imports the reference",
        ),
        ({"more": PROPERTIES}, ""),
        ({"more": PROPERTIES + "\n\ndef _helper():\n    pass\n"}, ""),
    ],
)
def test_a_property_is_handed_out_only_if_its_file_holds_nothing_else(
    files: dict[str, str], why: str, tmp_path: Path
) -> None:
    assignment, config = load(tmp_path, starter=STARTER, **files)
    notes = handout_zip(assignment, config).notes
    assert notes == ((f"{why}; put properties into a file of their own",) if why else ())
