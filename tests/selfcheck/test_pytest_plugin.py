"""In the editor: every public check is a test, failures explain themselves, others see nothing."""

from __future__ import annotations

import os
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from courses import RIGHT, ROOT, change, run_python, unpack_handout, write_course

PLUGIN = "grader.pytest_plugin"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_course(tmp_path / "course")


@pytest.fixture
def handout(course: Path, tmp_path: Path) -> Path:
    """A handout with a right solution in it."""
    folder = unpack_handout(course, tmp_path / "student")
    (folder / "solution.py").write_text(RIGHT, encoding="utf-8")
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_python(folder, "-m", "pytest", "-p", "no:cacheprovider", *arguments)


def test_every_public_check_of_a_handout_is_an_item(handout: Path) -> None:
    done = run(handout, "--collect-only", "-q")
    assert done.stdout.splitlines()[:6] == [
        "assignment.json::area::two by three",
        "assignment.json::area::none: at all",
        "assignment.json::area::negative",
        "assignment.json::area::sides exchange",
        "assignment.json::area::cube stands on its area",
        "assignment.json::volume::a cube",
    ]
    assert "6 tests collected" in done.stdout


def test_a_right_solution_passes(handout: Path) -> None:
    done = run(handout)
    assert (done.returncode, done.stderr) == (0, "")
    assert "6 passed" in done.stdout


def test_a_failure_is_the_graders_explanation_and_no_traceback_of_ours(handout: Path) -> None:
    change(handout, "return width * height\n", 'print("hello")\n    return width + height\n')
    done = run(handout, "-k", "area and two")
    assert done.returncode == 1
    assert "expected 6, observed 5" in done.stdout
    assert "area(2, 3)" in done.stdout
    assert "Captured stdout call" in done.stdout
    assert "hello" in done.stdout
    assert "Traceback" not in done.stdout
    assert "pytest_plugin.py" not in done.stdout
    assert "- expected 6, observed 5" in done.stdout.splitlines()[-2]


def test_an_exception_is_told_with_the_students_line(handout: Path) -> None:
    change(handout, "    return width * height\n", '    return {}["lost"]\n')
    done = run(handout, "-k", "two")
    assert "raised KeyError: 'lost'" in done.stdout
    assert "solution.py, line 4, in area" in done.stdout


def test_a_property_that_does_not_hold_says_its_sentence(handout: Path) -> None:
    change(handout, "return width * height\n", "return width\n")
    done = run(handout, "-k", "sides")
    assert "area(2, 5) is not area(5, 2)" in done.stdout


def test_a_property_that_waits_for_another_function_is_skipped(handout: Path) -> None:
    change(handout, "return width * height * depth", "raise NotImplementedError")
    done = run(handout, "-rs")
    assert "waits for volume, which is not written yet" in done.stdout
    assert "4 passed, 1 skipped" in done.stdout


def test_what_is_not_written_says_so(handout: Path) -> None:
    change(handout, "return width * height\n", "raise NotImplementedError\n")
    done = run(handout, "-k", "area and (two or sides)")
    assert done.stdout.count("area is not written yet") >= 2


def test_a_missing_function_says_so(handout: Path) -> None:
    change(handout, "def area(", "def aera(")
    done = run(handout, "-k", "two")
    assert "No function named area is defined; is it the one you called aera?" in done.stdout


def test_an_item_can_be_named_alone_as_an_editor_does(handout: Path) -> None:
    done = run(handout, "assignment.json::area::two by three")
    assert "1 passed" in done.stdout
    done = run(handout, "assignment.json::volume")
    assert "1 passed" in done.stdout


def test_what_failed_last_time_is_run_again(handout: Path) -> None:
    change(handout, "return width * height\n", "return width + height\n")
    for expected in ("3 failed, 3 passed", "3 failed"):
        done = run_python(handout, "-m", "pytest", "--lf")
        assert expected in done.stdout.splitlines()[-1]


def test_a_junit_file_names_questions_and_cases(handout: Path, tmp_path: Path) -> None:
    change(handout, "return width * height * depth", "return 1")
    report = tmp_path / "junit.xml"
    run(handout, f"--junitxml={report}")
    cases = list(ET.parse(report).getroot().iter("testcase"))
    named = {case.get("name"): case for case in cases}
    assert set(named) >= {"two by three", "a cube"}
    failure = named["a cube"].find("failure")
    assert failure is not None
    assert "expected 8, observed 1" in (failure.text or "")


def test_a_test_leads_to_the_students_function(handout: Path) -> None:
    program = (
        "import pytest\n"
        "class Places:\n"
        "    def pytest_collection_modifyitems(self, items):\n"
        "        for item in items: print('AT', item.location[0], item.location[1])\n"
        "pytest.main(['--collect-only', '-q', '-p', 'no:cacheprovider'], plugins=[Places()])\n"
    )
    done = run_python(handout, "-c", program)
    places = [line for line in done.stdout.splitlines() if line.startswith("AT")]
    assert places[0] == "AT solution.py 0"
    assert places[-1] == "AT solution.py 6"


def test_an_instructor_checks_any_submission_by_all_cases(course: Path, tmp_path: Path) -> None:
    submission = tmp_path / "theirs.py"
    submission.write_text(RIGHT.replace("width * height\n", "width + height\n"), encoding="utf-8")
    done = run(course, "-p", PLUGIN, "--submission", str(submission), "config.yaml")
    assert "config.yaml::area::hidden one - expected 63, observed 16" in done.stdout
    assert "4 failed, 3 passed" in done.stdout


def test_an_instructor_checks_questions_that_build_on_others(tmp_path: Path) -> None:
    course = tmp_path / "course"
    (course / "reference").mkdir(parents=True)
    (course / "reference" / "boxes.py").write_text(
        "def area(w, h): return w * h\n\n\n"
        "def volume(w, h, d, *, area=area): return area(w, h) * d\n\n\n"
        'def flat(w, h, d):\n    """How deep is the box?"""\n    return w * h\n',
        encoding="utf-8",
    )
    question = "  - {id: %s, title: A, function: %s, reference: boxes, points: 1, cases: [%s]%s}\n"
    (course / "config.yaml").write_text(
        "assignment: Boxes\nsubmission: {file: solution.py}\nquestions:\n"
        + question % ("area", "area", "{name: a, args: [2, 3]}", "")
        + question
        % (
            *("volume", "volume"),
            "{name: b, args: [2, 3, 4]}, {name: c, args: [4, 3, 2]}",
            ", builds_on: {questions: [area]}, wrong_answers: {flat: 0.5}",
        ),
        encoding="utf-8",
    )
    (course / "solution.py").write_text(
        "def area(w, h): return w * h\ndef volume(w, h, d): return 24 if d == 4 else 6\n",
        encoding="utf-8",
    )
    done = run(course, "-p", PLUGIN, "--submission=solution.py", "config.yaml")
    assert "2 passed" in done.stdout and "volume::c - expected 24, observed 6" in done.stdout
    assert "How deep" not in done.stdout, "6 is what that mistake gives of another case"


def test_a_submission_that_is_not_there_is_a_sentence(course: Path) -> None:
    done = run(course, "-p", PLUGIN, "--submission=nowhere.py", "config.yaml")
    assert "nowhere.py: no such file or folder" in done.stdout
    assert "Error" not in done.stdout.replace("ERROR", "")


def test_a_solution_elsewhere_can_be_named(handout: Path, tmp_path: Path) -> None:
    submission = tmp_path / "other.py"
    submission.write_text("def area(width, height): return 6\n", encoding="utf-8")
    done = run(handout, f"--submission={submission}", "-k", "two")
    assert "1 passed" in done.stdout


def test_a_damaged_assignment_is_a_sentence(handout: Path) -> None:
    path = handout / "assignment.json"
    path.write_bytes(path.read_bytes()[:-40])
    done = run(handout)
    assert "is damaged" in done.stdout
    assert "unzip the handout again" in done.stdout
    assert "Traceback" not in done.stdout


# --------------------------------------------------------------------------- other projects


def test_another_project_sees_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "assignment.json").write_text('{"format": "of another kind"}', encoding="utf-8")
    (tmp_path / "config.yaml").write_text("anything: else\n", encoding="utf-8")
    (tmp_path / "test_one.py").write_text(
        "import sys\n\n\n"
        "def test_one():\n"
        "    ours = [name for name in sys.modules if name.startswith('grader')]\n"
        "    assert sorted(ours) == ['grader', 'grader.pytest_plugin']\n"
        "    assert 'numpy' not in sys.modules and 'msgspec' not in sys.modules\n",
        encoding="utf-8",
    )
    done = run(tmp_path, "-p", PLUGIN)
    assert "1 passed" in done.stdout


def test_an_option_of_the_same_name_came_first(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "def pytest_addoption(parser):\n    parser.addoption('--other')\n", encoding="utf-8"
    )
    (tmp_path / "first.py").write_text(
        "def pytest_addoption(parser):\n    parser.addoption('--submission')\n", encoding="utf-8"
    )
    (tmp_path / "test_one.py").write_text("def test_one(): pass\n", encoding="utf-8")
    path = f"{ROOT}{os.pathsep}{tmp_path}"
    arguments = ("-m", "pytest", "-p", "first", "-p", PLUGIN, "-p", "no:cacheprovider")
    done = run_python(tmp_path, *arguments, PYTHONPATH=path)
    assert "1 passed" in done.stdout


def test_a_handout_does_no_harm_to_the_project_that_it_lies_in(handout: Path) -> None:
    """pytest runs above the handout, with a configuration and tests of the project's own."""
    above = handout.parent
    (above / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (above / "test_one.py").write_text("def test_one(): pass\n", encoding="utf-8")
    done = run(above)
    assert "7 passed" in done.stdout
    assert "6 passed" in run(handout).stdout


def test_the_entry_point_and_a_handouts_conftest_name_the_same_plugin() -> None:
    """pytest would refuse to load one module under two names."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"{PLUGIN}" = "{PLUGIN}"' in text
