"""The handout holds what a student needs, runs where nothing else is, and tells no answer."""

from __future__ import annotations

import ast
import json
import shutil
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace
from unpacked import CONFIG, OWN, PROMISED, ROOT, fresh_python, make, read_course, run

from grader.bundle.handout import folder_name, handout_zip, readme
from grader.model import Assignment, Case, Property, Question, Raises, TextForm
from grader.pipeline import read_assignment
from grader.public import as_json

PERFECT = ROOT / "submissions_example" / "perfect_numpy" / "solution.py"
NOTEBOOK = ROOT / "submissions_example" / "perfect_notebook" / "solution.ipynb"


@pytest.fixture(scope="module")
def course() -> Assignment:
    return read_course()


@pytest.fixture(scope="module")
def handout(course: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(course, tmp_path_factory.mktemp("student"))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fresh_python(tmp_path_factory.mktemp("fresh") / "venv")


@pytest.fixture
def folder(handout: Path, tmp_path: Path) -> Path:
    """A handout of the test's own."""
    return Path(shutil.copytree(handout, tmp_path / "own"))


def own_texts(handout: Path) -> dict[str, str]:
    """What the handout holds beside the harness, by name."""
    files = [file for name in OWN for file in (handout / name, *(handout / name).glob("*"))]
    return {
        file.relative_to(handout).as_posix(): file.read_text(encoding="utf-8")
        for file in files
        if file.is_file()
    }


def all_texts(handout: Path) -> Iterator[tuple[str, str]]:
    for file in handout.rglob("*"):
        if file.is_file() and file.suffix != ".pyc":
            yield file.relative_to(handout).as_posix(), file.read_text(encoding="utf-8")


# --------------------------------------------------------------------------- what is in it


def test_it_is_the_same_to_the_bit_each_time(course: Assignment) -> None:
    assert handout_zip(course, CONFIG).data == handout_zip(read_course(), CONFIG).data


def test_it_holds_one_folder_with_what_a_student_needs(handout: Path) -> None:
    assert sorted(path.name for path in handout.parent.iterdir()) == ["problem_set_3"]
    assert sorted(path.name for path in handout.iterdir()) == sorted([*OWN, "grader"])
    assert (handout / "grader" / "LICENSE").is_file()
    assert not list(handout.rglob("*.pyc"))


def test_the_author_is_told_of_nothing_when_all_is_well(course: Assignment) -> None:
    assert handout_zip(course, CONFIG).notes == ()


def test_every_property_is_handed_out(course: Assignment, handout: Path) -> None:
    read = read_assignment(handout / "assignment.json")
    for whole, public in zip(course.questions, read.questions, strict=True):
        assert [p.name for p in public.properties] == [p.name for p in whole.properties]


def test_shown_cases_are_whole_and_hidden_ones_are_counted(
    course: Assignment, handout: Path
) -> None:
    read = read_assignment(handout / "assignment.json")
    for whole, public in zip(course.questions, read.questions, strict=True):
        shown = [case for case in whole.cases if case.shown]
        assert [case.name for case in public.cases] == [case.name for case in shown]
        assert public.hidden_count == len(whole.cases) - len(shown)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Problem Set 3: vision tasks", "problem_set_3"),
        ("Übung 2/3", "ubung_2_3"),
        ("../../etc: passwd", "etc"),
        ("第三章", "handout"),
    ],
)
def test_the_folder_has_a_plain_name(title: str, expected: str) -> None:
    assert folder_name(Assignment(title, "solution.py", ())) == expected


# --------------------------------------------------------------------------- what is not


def hidden_values(course: Assignment) -> Iterator[tuple[str, Any]]:
    for question in course.questions:
        for case in question.cases:
            if not case.shown:
                yield f"{question.id}, {case.name}", list(case.args)
                if not isinstance(case.expected, Raises):
                    yield f"{question.id}, {case.name}", case.expected


def spellings(value: Any) -> Iterator[str]:
    """How a value could stand in a file: as JSON, and as Python prints it."""
    yield msgspec.json.encode(as_json(value)).decode()
    yield repr(value)
    if isinstance(value, np.ndarray):
        yield repr(value.tolist())
        yield json.dumps(value.tolist())


def is_telling(text: str) -> bool:
    """Whether a text cannot stand in a file by chance."""
    return len(text) >= 12 and any(character.isdigit() for character in text)


def test_no_hidden_input_or_result_stands_anywhere(course: Assignment, handout: Path) -> None:
    shown = {
        spelling
        for question in course.questions
        for case in question.cases
        if case.shown
        for value in (list(case.args), case.expected)
        if not isinstance(value, Raises)
        for spelling in spellings(value)
    }
    hidden = {
        spelling: where
        for where, value in hidden_values(course)
        for spelling in spellings(value)
        if is_telling(spelling) and spelling not in shown
    }
    assert len(hidden) > 200
    texts = [*all_texts(handout)]
    for spelling, where in hidden.items():
        for name, text in texts:
            assert spelling not in text, f"{where} stands in {name}"


def test_no_single_large_number_of_a_hidden_case_stands_anywhere(
    course: Assignment, handout: Path
) -> None:
    numbers = {str(value) for _, value in hidden_values(course) if isinstance(value, int)}
    shown = {
        str(case.expected) for question in course.questions for case in question.cases if case.shown
    }
    telling = {number for number in numbers - shown if len(number) >= 6}
    assert telling
    for name, text in all_texts(handout):
        for number in telling:
            assert number not in text, name


def test_the_seed_and_the_config_are_not_there(handout: Path) -> None:
    for name, text in own_texts(handout).items():
        for word in ("hidden_seed", "5922", "wrong_answers", "weight"):
            assert word not in text, name
    assert not list(handout.rglob("config.yaml"))
    assert not list(handout.rglob("reference"))


def reference_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for file in (ROOT / "reference").glob("*.py"):
        if file.stem in ("starter", "counts") or file.stem.endswith("_properties"):
            continue  # handed out; counts.py only reads what another function returned
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield file.name, node


def body_of(function: ast.FunctionDef) -> str:
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    return "\n".join(ast.unparse(statement) for statement in statements)


def test_no_function_of_the_reference_is_there(handout: Path) -> None:
    known = {body_of(node): f"{file}: {node.name}" for file, node in reference_functions()}
    known = {body: name for body, name in known.items() if len(body) > 30}
    assert len(known) > 200
    for name, text in all_texts(handout):
        if name.endswith(".py"):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    assert body_of(node) not in known, f"{known[body_of(node)]} stands in {name}"
    texts = own_texts(handout)
    for body, function in known.items():
        for name, text in texts.items():
            assert body not in text, f"{function} stands in {name}"


def test_no_wrong_answer_and_no_feedback_is_there(course: Assignment, handout: Path) -> None:
    texts = " ".join(" ".join(text.split()) for _, text in all_texts(handout))
    own = " ".join(own_texts(handout).values())
    for question in course.questions:
        for wrong in question.wrong_answers:
            assert " ".join(wrong.feedback.split()) not in texts
            assert wrong.name not in own


def test_what_is_pointed_out_to_the_marker_is_not_there(course: Assignment, handout: Path) -> None:
    text = own_texts(handout)["assignment.json"]
    for question in course.questions:
        for words in (question.text.misplaced if question.text else {}).values():
            assert not any(f'"{word}"' in text for word in words)


# --------------------------------------------------------------------------- it runs


def test_a_fresh_handout_is_checked_where_nothing_else_is_installed(
    folder: Path, python: Path
) -> None:
    done = run(python, "-m", "grader", "check", cwd=folder)
    assert done.stderr == ""
    assert done.returncode == 1
    assert done.stdout.count("not written") == 16
    assert done.stdout.splitlines()[-1].startswith("0 of ")


def test_a_right_solution_passes_and_is_promised_nothing(folder: Path, python: Path) -> None:
    shutil.copy(PERFECT, folder / "solution.py")
    done = run(python, "-m", "grader", "check", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    last = done.stdout.splitlines()[-1]
    assert last.startswith("All ")
    assert last.endswith(" hidden cases decide.")


def test_a_right_notebook_passes_and_counts_though_the_template_lies_beside_it(
    folder: Path, python: Path
) -> None:
    shutil.copy(NOTEBOOK, folder / "solution.ipynb")
    done = run(python, "-m", "grader", "check", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "solution.ipynb" in done.stdout


@pytest.mark.parametrize("missing", PROMISED)
def test_what_is_missing_is_said_with_the_command_that_helps(
    folder: Path, tmp_path: Path, missing: str
) -> None:
    python = fresh_python(tmp_path / "poor", [name for name in PROMISED if name != missing])
    done = run(python, "-m", "grader", "check", cwd=folder)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"The grader needs {missing}, which this Python" in done.stderr
    assert f"{python} -m pip install {missing}" in done.stderr


def test_an_old_python_reads_the_files_that_say_so() -> None:
    """They use nothing that came after Python 3.7."""
    for name in ("__init__.py", "__main__.py"):
        text = (ROOT / "grader" / name).read_text(encoding="utf-8")
        ast.parse(text, feature_version=(3, 7))


def test_it_is_small_in_memory(folder: Path, python: Path) -> None:
    shutil.copy(PERFECT, folder / "solution.py")
    program = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'grader', 'check'], stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    done = run(python, "-c", program, cwd=folder)
    largest_kb = int(done.stdout)
    assert 2 * largest_kb < 200 * 1024  # a worker shares its launcher's memory


def test_the_readme_speaks_of_this_assignment(course: Assignment, handout: Path) -> None:
    text = (handout / "README.md").read_text(encoding="utf-8")
    assert text == readme(course)
    assert course.title in text
    assert "$" not in text
    read = read_assignment(handout / "assignment.json")
    hidden = sum(question.hidden_count for question in read.questions)
    assert f"{hidden} hidden cases decide" in text


CASE = Case("c", (), 1)
SHOWN = replace(CASE, shown=True)
LAW = Property("p", lambda call: None)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            {"cases": (SHOWN,)},
            "It runs 1 public check. Of each you can see the input and the result.",
        ),
        (
            {"properties": (LAW, LAW)},
            "It runs 2 public checks. They are properties: what must hold of any right answer, "
            "such as the shape of a result.",
        ),
        (
            {"cases": (CASE,)},
            "It shows that your file can be read; 1 hidden case decides about the points. So try",
        ),
        (
            {"cases": (SHOWN, CASE, CASE)},
            "Of each you can see the input and the result. When all of them pass your solution is "
            "in good shape, and not yet right for sure: 2 hidden cases decide about the points.",
        ),
        ({"text": TextForm((1, 2))}, "Texts are read by a person"),
    ],
)
def test_the_readme_promises_what_there_is(question: dict[str, Any], told: str) -> None:
    only = Question(id="q", title="Q", function="f", points=Decimal(1), **question)
    text = readme(Assignment("A", "solution.py", (only,)))
    _, _, said = text.partition("## What a check tells you, and what it does not")
    said = " ".join(said.partition("## When it is marked")[0].split())
    assert told in said
    assert ("hidden" in said) == (CASE in only.cases)
    assert ("Texts" in said) == (only.text is not None)
    assert ("public check" in said) == (SHOWN in only.cases or bool(only.properties))


def test_python_dash_m_needs_no_installed_grader(folder: Path, python: Path) -> None:
    done = run(python, "-c", "import grader; print(grader.__file__)", cwd=folder)
    assert done.stdout.startswith(str(folder))
    assert sys.prefix not in done.stdout


def test_the_zip_unpacks_as_files_that_can_be_read(course: Assignment) -> None:
    import io

    with zipfile.ZipFile(io.BytesIO(handout_zip(course, CONFIG).data)) as archive:
        for entry in archive.infolist():
            assert entry.external_attr >> 16 & 0o444 == 0o444
            assert ".." not in entry.filename and not entry.filename.startswith("/")
