"""A check finds the assignment and the student's own file without being told."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from courses import RIGHT, unpack_handout, write_course
from msgspec.structs import replace

from grader.checking import find_assignment, find_solution, header_of, only
from grader.errors import UsageError
from grader.model import Assignment, Submission
from grader.pipeline import read_assignment
from grader.public import read_header
from grader.submission import read_submission


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    return unpack_handout(write_course(folder / "course"), folder / "student")


@pytest.fixture
def handout(template: Path, tmp_path: Path) -> Path:
    for file in template.rglob("*"):
        if file.is_file():
            target = tmp_path / file.relative_to(template)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    return tmp_path


def find(folder: Path) -> Submission:
    return find_solution(folder, read_header(folder / "assignment.json"))


def fill_notebook(folder: Path) -> None:
    path = folder / "solution.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("raise NotImplementedError", "return 6", 1), encoding="utf-8")


def test_the_assignment_lies_in_the_folder(handout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(handout)
    assert find_assignment(None).resolve() == handout.resolve() / "assignment.json"


def test_an_assignment_that_is_named_is_taken(
    handout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(handout)
    other = Path("elsewhere.json")
    assert find_assignment(other) == other


def test_a_courses_config_serves_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = write_course(tmp_path / "course")
    monkeypatch.chdir(course)
    assert find_assignment(None).resolve() == course.resolve() / "config.yaml"


def test_the_folder_of_the_grader_is_looked_at_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is none in `tmp_path`, and this repository is a course."""
    monkeypatch.chdir(tmp_path)
    found = find_assignment(None)
    assert found.name == "config.yaml"
    assert (found.parent / "grader").is_dir()


def test_a_config_of_some_other_program_is_not_taken_for_the_handout_s(
    tmp_path: Path, handout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.checking.__file__", str(handout / "grader" / "checking.py"))
    (tmp_path / "config.yaml").write_text("epochs: 3\n")
    monkeypatch.chdir(tmp_path)
    assert find_assignment(None).resolve() == handout.resolve() / "assignment.json"


def test_where_there_is_none_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.checking.__file__", str(tmp_path / "grader" / "checking.py"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="go to the folder of the handout"):
        find_assignment(None)


def test_of_two_templates_the_file_counts(handout: Path) -> None:
    found = find(handout)
    assert found.filename == "solution.py"
    assert found.remarks == ()


def test_the_template_that_was_filled_in_counts(handout: Path) -> None:
    fill_notebook(handout)
    found = find(handout)
    assert found.filename == "solution.ipynb"
    assert found.remarks[0] == "hand in solution.ipynb alone: beside it, solution.py would be read"
    (handout / "solution.ipynb").write_bytes((handout / "solution.ipynb").read_bytes())
    (handout / "solution.py").write_text(RIGHT, encoding="utf-8")
    assert "Hand in one of them" in find(handout).remarks[0]


@pytest.mark.parametrize("filled_in", ["solution.py", "solution.ipynb"])
@pytest.mark.parametrize("zipped", [False, True])
def test_of_a_whole_handout_that_is_handed_in_what_was_filled_in_is_marked(
    handout: Path, tmp_path_factory: pytest.TempPathFactory, *, filled_in: str, zipped: bool
) -> None:
    """As the student's own check read it."""
    if filled_in == "solution.ipynb":
        fill_notebook(handout)
    else:
        (handout / "solution.py").write_text(RIGHT, encoding="utf-8")
    handed_in = handout
    if zipped:
        mine = tmp_path_factory.mktemp("zip") / "mine"
        handed_in = Path(shutil.make_archive(str(mine), "zip", handout.parent, handout.name))
    other = "solution.py" if filled_in == "solution.ipynb" else "solution.ipynb"
    marked = read_submission(handed_in, expected_name="solution.py")
    assert Path(marked.filename).name == filled_in
    assert marked.chunks == find(handout).chunks
    assert marked.remarks[0].endswith(f"{other}, in which nothing was filled in")


WITH_CODE = "def twice(x):\n    return 2 * x\n\ndef area(a, b):\n    raise NotImplementedError\n"


@pytest.mark.parametrize("content", ["", "[" * 100_000, "{}", '{"starters": 3}', "\0"])
def test_an_assignment_of_the_students_own_making_changes_nothing(
    handout: Path, content: str
) -> None:
    fill_notebook(handout)
    (handout / "solution.py").write_text(WITH_CODE, encoding="utf-8")
    (handout / "assignment.json").write_text(content, encoding="utf-8")
    marked = read_submission(handout, expected_name="solution.py")
    assert marked.filename == "solution.py"


def test_a_template_with_code_in_it_is_known_by_its_handout(handout: Path) -> None:
    fill_notebook(handout)
    template = handout / "solution.py"
    template.write_text(WITH_CODE, encoding="utf-8")
    digest = read_submission(template, expected_name="solution.py").digest
    (handout / "assignment.json").write_text(f'{{"starters": ["{digest}"]}}', encoding="utf-8")
    marked = read_submission(handout, expected_name="solution.py")
    assert marked.filename == "solution.ipynb"


@pytest.mark.parametrize("name", ["my area.py", "area(1).py", "R&D.ipynb"])
def test_who_writes_in_another_file_is_told_how_to_check_that(handout: Path, name: str) -> None:
    other = handout / name
    (handout / ".#area.py").touch()  # an editor's
    other.write_text(RIGHT, encoding="utf-8")
    (told,) = find(handout).remarks
    assert told == (
        "solution.py and solution.ipynb are still as handed out; to check another file, name it: "
        f'python -m grader check "{other}"'
    )
    (handout / "solution.py").rename(other)
    (told, *_) = find(handout).remarks
    assert told.startswith("solution.ipynb is still as handed out; ")
    (handout / "solution.py").write_text(RIGHT, encoding="utf-8")
    assert find(handout).remarks == ()  # then the other is a module of the student's own


@pytest.mark.parametrize("last", ["solution.py", "solution.ipynb"])
def test_of_two_that_were_filled_in_the_later_counts_and_that_is_said(
    handout: Path, last: str
) -> None:
    fill_notebook(handout)
    (handout / "solution.py").write_text(RIGHT, encoding="utf-8")
    for name in ("solution.py", "solution.ipynb"):
        moment = 2_000_000_000 if name == last else 1_000_000_000
        os.utime(handout / name, (moment, moment))
    found = find(handout)
    assert found.filename == last
    assert found.remarks[0].startswith(f"read {last}, which was saved last; ")


def test_running_a_notebook_does_not_fill_it_in(handout: Path) -> None:
    """Outputs and counts are no code."""
    path = handout / "solution.ipynb"
    text = path.read_text(encoding="utf-8").replace(
        '"execution_count": null', '"execution_count": 4'
    )
    path.write_text(text, encoding="utf-8")
    assert find(handout).filename == "solution.py"


def test_what_the_handout_brought_along_is_not_the_students(handout: Path) -> None:
    (handout / "solution.py").write_text(RIGHT, encoding="utf-8")
    (handout / "mine.py").write_text("M = 1\n", encoding="utf-8")
    (handout / "grader").mkdir()
    (handout / "grader" / "cli.py").write_text("", encoding="utf-8")
    (handout / "solution.ipynb").unlink()
    assert set(find(handout).helpers) == {"mine.py"}


def test_a_file_that_is_named_is_taken_alone(handout: Path) -> None:
    header = read_header(handout / "assignment.json")
    other = handout / "homework.py"
    other.write_text(RIGHT, encoding="utf-8")
    assert find_solution(other, header).filename == "homework.py"
    with pytest.raises(UsageError, match="no such file"):
        find_solution(handout / "nothing.py", header)


def test_a_folder_that_is_no_handout_is_read_whole(tmp_path: Path, handout: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "solution.py").write_text(RIGHT, encoding="utf-8")
    (other / "properties").mkdir()
    (other / "properties" / "own.py").write_text("", encoding="utf-8")
    header = read_header(handout / "assignment.json")
    assert set(find_solution(other, header).helpers) == {"properties/own.py"}


def test_templates_are_known_by_what_runs(handout: Path) -> None:
    header = read_header(handout / "assignment.json")
    digests = {
        read_submission(handout / name, expected_name="solution.py").digest
        for name in ("solution.py", "solution.ipynb")
    }
    assert digests == set(header.starters)


def test_a_header_is_what_the_whole_says(handout: Path, tmp_path: Path) -> None:
    path = handout / "assignment.json"
    whole = read_assignment(path)
    header = read_header(path)
    assert (header.filename, header.limits) == (whole.filename, whole.limits)
    assert header_of(path.with_name("config.yaml"), lambda: whole).starters == ()


@pytest.fixture(scope="module")
def assignment(template: Path) -> Assignment:
    return read_assignment(template / "assignment.json")


def test_questions_are_chosen_in_the_assignments_order(assignment: Assignment) -> None:
    assert [q.id for q in only(assignment, ["volume", "area"]).questions] == ["area", "volume"]
    assert only(assignment, []) == assignment


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        ("volumes", "no question 'volumes'; did you mean volume?"),
        ("q9", "no question 'q9'; there are area, volume, why"),
    ],
)
def test_a_question_that_is_none_is_refused(
    assignment: Assignment, wanted: str, complaint: str
) -> None:
    with pytest.raises(UsageError) as refused:
        only(assignment, [wanted])
    assert str(refused.value) == complaint


def test_a_part_of_an_id_is_answered_by_all_that_begin_with_it(assignment: Assignment) -> None:
    parts = tuple(replace(assignment.questions[0], id=known) for known in ("q3a", "q3b", "q31"))
    with pytest.raises(UsageError, match=r"no question 'q3'; did you mean q3a or q3b or q31\?"):
        only(replace(assignment, questions=parts), ["q3"])


def test_who_names_the_function_is_told_its_question(assignment: Assignment) -> None:
    def sheet() -> None: ...

    first = replace(assignment.questions[0], function="sheet")
    known = replace(assignment, questions=(first, *assignment.questions[1:]))
    for wanted in ("sheet", sheet):  # as it is written in a terminal, or in a notebook
        with pytest.raises(UsageError, match=r"no question 'sheet'; did you mean area\?"):
            only(known, [wanted])
