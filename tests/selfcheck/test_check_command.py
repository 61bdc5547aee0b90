"""`grader check`: exit codes, watching, debugging, and systems that cannot fork."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from courses import RIGHT, ROOT, change, run_python, unpack_handout, write_course

from grader.model import Limits
from grader.pipeline import read_assignment
from grader.sandbox import start_launcher
from grader.selfcheck import self_check
from grader.submission import read_submission


@pytest.fixture
def handout(tmp_path: Path) -> Path:
    folder = unpack_handout(write_course(tmp_path / "course"), tmp_path / "student")
    (folder / "solution.py").write_text(RIGHT, encoding="utf-8")
    return folder


def check(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return run_python(folder, "-m", "grader", "check", *arguments, stdin=stdin)


def test_all_well_is_0_and_something_wrong_is_1(handout: Path) -> None:
    done = check(handout)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "All 6 public checks passed; 1 hidden case decides."
    change(handout, "return width * height\n", "return width + height\n")
    done = check(handout)
    assert (done.returncode, done.stderr) == (1, "")
    assert "expected  6" in done.stdout
    assert "yours     5" in done.stdout


def test_a_course_gives_its_students_check(tmp_path: Path) -> None:
    """The same words as from the handout, whoever runs it."""
    course = write_course(tmp_path / "course")
    (course / "solution.py").write_text(RIGHT, encoding="utf-8")
    done = check(course)
    assert done.stdout.splitlines()[-1] == "All 6 public checks passed; 1 hidden case decides."
    assert "hidden one" not in done.stdout


def test_one_question_is_told_alone(handout: Path) -> None:
    done = check(handout, "-q", "volume")
    assert "area" not in done.stdout
    assert done.stdout.splitlines()[-1] == "The one public check passed; there are no hidden cases."


def test_another_questions_function_is_not_the_one_that_is_missing(handout: Path) -> None:
    """Also where that other question is not checked."""
    (handout / "solution.py").write_text("def volumes(*sides): return 8\n", encoding="utf-8")
    assert "is it the one you called volumes?" in check(handout, "-q", "volume").stdout
    (handout / "assignment.json").write_text(
        (handout / "assignment.json")
        .read_text(encoding="utf-8")
        .replace('"function":"area"', '"function":"volumes"'),
        encoding="utf-8",
    )
    done = check(handout, "-q", "volume")
    assert done.stdout.splitlines()[-3] == "  -> No function named volume is defined."


def test_a_package_that_may_be_missing_where_it_counts_is_told(handout: Path) -> None:
    change(handout, "def volume", "import msgspec\n\n\ndef volume")
    done = check(handout)
    assert done.returncode == 0
    assert "! it imports msgspec: when it is marked, only NumPy is sure to be there" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["-q", "volum"], "no question 'volum'; did you mean volume?"),
        (["nothing.py"], "no such file or folder"),
        (["-c", "nothing.json"], "cannot be read"),
        (["--debug", "q9"], "no question 'q9'"),
    ],
)
def test_a_wrong_argument_is_a_sentence_and_2(
    handout: Path, arguments: list[str], complaint: str
) -> None:
    done = check(handout, *arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_modules_of_the_students_own_come_along(handout: Path) -> None:
    (handout / "mine.py").write_text("def times(a, b):\n    return a * b\n", encoding="utf-8")
    change(handout, "def area(", "from mine import times\n\n\ndef area(")
    change(handout, "return width * height\n", "return times(width, height)\n")
    assert check(handout).returncode == 0


# --------------------------------------------------------------------------- watch


@pytest.mark.parametrize("name", ["copy", "math", "numbers", "numpy", "click", "html"])
def test_a_module_of_the_students_own_may_be_named_like_a_library(handout: Path, name: str) -> None:
    """`python -m` looks into the working directory first; the grader needs all of these."""
    (handout / f"{name}.py").write_text("raise RuntimeError('shadowed')\n", encoding="utf-8")
    done = check(handout)
    assert (done.returncode, done.stderr) == (0, "")
    done = check(handout, "--debug", "area")
    assert (done.returncode, done.stderr) == (0, "")


def test_who_leaves_the_m_out_is_served_as_well(tmp_path: Path) -> None:
    course = write_course(tmp_path / "course")
    handout = unpack_handout(course, tmp_path / "student", with_grader=True)
    (handout / "solution.py").write_text(RIGHT, encoding="utf-8")
    done = run_python(handout, "grader", "check", PYTHONPATH="")
    assert (done.returncode, done.stderr) == (0, "")


def test_watching_checks_again_on_every_save_until_interrupted(handout: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "grader", "check", "--watch", "--plain"],
        cwd=handout,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert _until(process, "Waiting for a change") == "All 6 public checks passed"
        change(handout, "return width * height\n", "return width + height\n")
        assert _until(process, "Waiting for a change") == "3 of 6 public checks passed"
        (handout / "solution.ipynb").unlink()
        assert _until(process, "Waiting for a change") == "3 of 6 public checks passed"
        package = handout / "mine"
        package.mkdir()
        (package / "sides.py").write_text("WIDTH = 1\n", encoding="utf-8")
        assert _until(process, "Waiting for a change") == "3 of 6 public checks passed"
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_a_watched_file_may_be_away_while_an_editor_replaces_it(handout: Path) -> None:
    file = handout / "solution.py"
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "grader", "check", file, "--watch", "--plain"],
        cwd=handout,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert _until(process, "Waiting for a change") == "All 6 public checks passed"
        text = file.read_text(encoding="utf-8")
        file.unlink()
        time.sleep(1)  # longer than two looks at it
        file.write_text(text.replace("width * height\n", "width + height\n"), encoding="utf-8")
        assert _until(process, "Waiting for a change") == "3 of 6 public checks passed"
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err.strip()) == (130, "Interrupted.")


def _until(process: subprocess.Popen[str], mark: str) -> str:
    """Reads to a mark; returns what the check before it came to."""
    verdict = ""
    assert process.stdout is not None
    for line in process.stdout:
        if "public checks passed" in line:
            verdict = line.partition(";")[0]
        if mark in line:
            return verdict
    raise AssertionError(f"{mark!r} never came: {process.stderr and process.stderr.read()}")


# --------------------------------------------------------------------------- debug


def test_the_first_wrong_case_runs_in_the_foreground_for_a_debugger(handout: Path) -> None:
    change(
        handout,
        "    return width * height\n",
        '    total = width + height\n    breakpoint()\n    print("got", total)\n    return total\n',
    )
    done = check(handout, "--debug", "area", stdin="p total * 100\nc\n")
    assert done.returncode == 0, done.stderr
    assert "area: two by three. No sandbox" in done.stdout
    assert "area(2, 3)" in done.stdout
    assert "500" in done.stdout  # what the debugger printed
    assert "got 5" in done.stdout
    assert "returned  5" in done.stdout
    assert "expected  6" in done.stdout
    assert str(handout / "solution.py") in done.stdout  # so that an editor finds the line


def test_input_works_in_the_foreground(handout: Path) -> None:
    change(handout, "    return width * height\n", '    return int(input("side? "))\n')
    done = check(handout, "--debug", "area", stdin="41\n")
    assert "returned  41" in done.stdout


def test_an_exception_is_printed_as_python_does_without_our_frames(handout: Path) -> None:
    change(handout, "    return width * height\n", '    return {}["lost"]\n')
    done = check(handout, "--debug", "area")
    assert "KeyError: 'lost'" in done.stdout
    assert "in area" in done.stdout
    assert "debugging.py" not in done.stdout


def test_a_program_that_ends_itself_says_so_in_the_foreground(handout: Path) -> None:
    change(handout, "    return width * height\n", '    raise SystemExit("enough")\n')
    done = check(handout, "--debug", "area")
    assert done.returncode == 0
    assert "SystemExit: enough" in done.stdout
    assert "expected  6" in done.stdout


def test_quitting_the_debugger_is_no_error(handout: Path) -> None:
    change(handout, "    return width * height\n", "    breakpoint()\n    return 5\n")
    done = check(handout, "--debug", "area", stdin="q\n")
    assert done.returncode == 0
    assert "ended in the debugger" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_property_shows_each_call_that_it_makes(handout: Path) -> None:
    change(handout, "return width * height * depth", "return 7 if depth == 4 else 8")
    done = check(handout, "--debug", "area")
    assert "area: cube stands on its area. No sandbox" in done.stdout
    assert "volume(2, 3, 4)\n    returned 7" in done.stdout
    assert "the volume of a box is another" in done.stdout


def test_where_all_is_well_the_first_case_runs(handout: Path) -> None:
    done = check(handout, "--debug", "area")
    assert "All public checks of area pass" in done.stdout
    assert "returned  6" in done.stdout
    assert "has no public case" in check(handout, "--debug", "why").stdout


def test_a_function_that_is_not_there_is_missed_in_plain_words(handout: Path) -> None:
    change(handout, "def area(", "def aera(")
    done = check(handout, "--debug", "area")
    assert "No function named area is defined." in done.stdout
    assert "AttributeError" not in done.stdout


def test_a_case_that_must_raise_says_so(handout: Path) -> None:
    change(handout, '    if width < 0:\n        raise ValueError("negative")\n', "")
    done = check(handout, "--debug", "area")
    assert "returned  -2" in done.stdout
    assert "expected  a ValueError to be raised" in done.stdout


def test_a_notebook_is_debugged_by_its_cells(handout: Path) -> None:
    path = handout / "solution.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("raise NotImplementedError", "return 1 // 0", 1), encoding="utf-8")
    (handout / "solution.py").unlink()
    done = check(handout, "--debug", "area")
    assert "ZeroDivisionError" in done.stdout
    assert 'File "cell ' in done.stdout


# --------------------------------------------------------------------------- other systems

SYSTEMS = {
    "darwin": "import os, sys\nsys.platform = 'darwin'\n",
    "without fork": "import os, sys\nsys.platform = 'freebsd'\ndel os.fork\n",
}
BLOCKED = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "crypt", "syslog")


def test_a_solution_is_checked_where_nothing_can_be_forked(handout: Path) -> None:
    """As on macOS and Windows: each worker is an interpreter of its own."""
    assignment = read_assignment(handout / "assignment.json")
    submission = read_submission(handout / "solution.py", expected_name="solution.py")
    with (
        start_launcher(Limits(), isolation="preferred", fork=False) as launcher,
        launcher.open(submission) as session,
    ):
        found = self_check(assignment, submission, session)
    assert found.all_well
    assert found.passed == 6


def test_a_loop_ends_and_the_rest_goes_on_where_nothing_can_be_forked(handout: Path) -> None:
    change(handout, "return width * height * depth", "while True: pass")
    assignment = read_assignment(handout / "assignment.json")
    submission = read_submission(handout / "solution.py", expected_name="solution.py")
    limits = Limits(call_s=0.5)
    with (
        start_launcher(limits, isolation="preferred", fork=False) as launcher,
        launcher.open(submission) as session,
    ):
        found = self_check(assignment, submission, session)
    assert [question.status for question in found.questions] == ["partial", "failed", "to_mark"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_command_runs_on_a_system_that_is_not_linux(handout: Path, system: str) -> None:
    """Nothing that only Linux has is imported, and no worker is forked."""
    program = (
        f"{SYSTEMS[system]}"
        f"for name in {BLOCKED!r}: sys.modules[name] = None\n"
        "sys.argv = ['grader', 'check', '--plain']\n"
        "from grader.cli import main\n"
        "main()\n"
    )
    started = time.monotonic()
    done = run_python(handout, "-c", program)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.splitlines()[-1] == "All 6 public checks passed; 1 hidden case decides."
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("command", ["config", "build", "grade"])
def test_a_command_for_courses_says_what_it_lacks_where_only_a_handout_is(
    handout: Path, tmp_path: Path, command: str
) -> None:
    """PyYAML is none of what a handout asks for."""
    lacking = "raise ModuleNotFoundError(\"No module named 'yaml'\", name='yaml')\n"
    poor = tmp_path / "poor"
    poor.mkdir()
    (poor / "yaml.py").write_text(lacking, encoding="utf-8")
    (handout / "config.yaml").write_text("", encoding="utf-8")
    arguments = ["solution.py"] if command == "grade" else []
    path = f"{poor}{os.pathsep}{ROOT}"
    done = run_python(handout, "-m", "grader", command, *arguments, PYTHONPATH=path)
    assert done.returncode == 2
    assert done.stderr.startswith("grader: this command needs yaml, which is not installed here.")
    assert check(handout).returncode == 0
