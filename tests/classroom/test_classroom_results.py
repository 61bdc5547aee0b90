"""What a class's folder of results holds, and who may read it."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import jsonschema
import pytest
from coursework import CLASS, CONFIG, RIGHT, Course, contents, course, export, handed_in, run

from grader.classroom import desk
from grader.classroom.desk import Desk, Task
from grader.classroom.folder import Folder
from grader.errors import SandboxFault, UsageError
from grader.model import Assignment, Chunk, Scorecard, Submission, Transcript
from grader.pipeline import grade
from grader.sandbox import Launcher

SCHEMA = json.loads((Path(__file__).parent.parent / "gradescope.schema.json").read_text())


def grades(out: Path) -> dict[str, dict[str, str]]:
    with (out / "grades.csv").open(newline="") as file:
        return {line["id"]: line for line in csv.DictReader(file)}


def test_every_submission_gets_its_results_and_the_class_its_grades(small_course: Course) -> None:
    outcome = small_course.grade()
    assert [row.id for row in outcome.rows] == sorted(CLASS)
    for name in CLASS:
        results = json.loads((small_course.out / name / "results.json").read_text())
        jsonschema.validate(results, SCHEMA)
        assert "<!doctype html>" in (small_course.out / name / "report.html").read_text()
    table = grades(small_course.out)
    assert {name: line["total"] for name, line in table.items()} == {
        "ada": "11", "bob": "8", "cleo": "11", "dan": "0", "eve": "0", "fay": "9", "gus": "0",
    }  # fmt: skip
    assert table["ada"]["maximum"] == "11"
    assert table["ada"]["to_mark"] == "3"
    assert table["ada"]["why"] == "", "a text that waits for a person has no points yet"
    assert table["bob"]["area"] == "2"
    assert "crashed" in table["eve"]["flags"]


def test_what_students_get_holds_no_hidden_case_and_staff_s_pages_do(small_course: Course) -> None:
    small_course.grade()
    for name in CLASS:
        for file in (small_course.out / name).iterdir():
            assert "a secret" not in file.read_text()
    assert "a secret slab" in (small_course.out / "staff" / "pages" / "ada.html").read_text()


def test_only_staff_may_read_what_is_said_of_the_class(small_course: Course) -> None:
    (small_course.out / "staff").mkdir(mode=0o755, parents=True)  # unpacked from a zip, say
    small_course.grade()
    assert stat.S_IMODE((small_course.out / "staff").stat().st_mode) == 0o700
    for name in ("grades.csv", "review.csv"):
        assert stat.S_IMODE((small_course.out / name).stat().st_mode) == 0o600


def test_results_do_not_depend_on_how_many_desks_there_are(
    small_course: Course, tmp_path: Path
) -> None:
    small_course.grade(jobs=1)
    small_course.grade(out=tmp_path / "side by side", jobs=3)
    assert contents(tmp_path / "side by side") == contents(small_course.out)


def test_a_desk_has_a_launcher_for_each_set_of_imports_and_keeps_the_last_ones(
    small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The class pays for an import once, and nobody meets what others have imported."""
    monkeypatch.setattr(desk, "_MOST_LAUNCHERS", 2)
    started: dict[tuple[str, ...], list[Launcher]] = {}

    def start(imports: tuple[str, ...]) -> Launcher:
        started.setdefault(imports, []).append(small_course.launcher(imports))
        return started[imports][-1]

    def mark(at: Desk, line: str) -> str:
        known = "{'scipy.constants', 'scipy.fft'}"
        text = f"{line}\nimport sys\nprint(sorted({known} & set(sys.modules)))\n"
        handed = Submission("one", "solution.py", (Chunk("solution.py", text),), digest=line)
        marked = at.mark(Task("one", handed))
        assert marked.card is not None
        return marked.card.loaded.stdout.strip()

    with Desk(small_course.assignment, start) as one:
        for _ in range(2):
            assert mark(one, "import math") == "[]"
            assert mark(one, "import scipy.fft") == "['scipy.fft']"
        assert mark(one, "import scipy.constants") == "['scipy.constants']"
        assert {imports: len(ones) for imports, ones in started.items()} == {
            (): 1,
            ("scipy.fft",): 1,
            ("scipy.constants",): 1,
        }
        assert mark(one, "import scipy.fft, math") == "['scipy.fft']"
        assert len(started["scipy.fft",]) == 1, "of two, the one used longer ago was given up"
        assert mark(one, "import math") == "[]"
        assert len(started[()]) == 2
    for launcher in (each for ones in started.values() for each in ones):
        with pytest.raises(SandboxFault, match="closed"):
            launcher.start_worker()


def test_names_and_addresses_stand_in_lists_for_staff_and_nowhere_else(tmp_path: Path) -> None:
    people = {
        "submission_1": [
            {"name": "Zoë Quill", "sid": "s0017", "email": "zoe@example.edu"},
            {"name": "=cmd()", "sid": "00042", "email": "mallory@example.edu"},
        ]
    }
    exported = export(tmp_path / "export.zip", {"submission_1": RIGHT}, people)
    Course(course(tmp_path / "course"), exported, tmp_path / "out").grade()
    line = grades(tmp_path / "out")["submission_1"]
    assert line["name"] == "Zoë Quill; '=cmd()", "two people handed in together"
    assert line["sid"] == "s0017; 00042", "an id keeps its zeros"
    holding = {
        path.relative_to(tmp_path / "out").as_posix()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file() and "Quill" in path.read_text("utf-8", "replace")
    }
    assert holding == {"grades.csv", "staff/class.json"}


def test_a_cell_that_begins_like_a_formula_is_text(tmp_path: Path) -> None:
    people = {"submission_1": [{"name": "=cmd()", "sid": "+1", "email": "@x"}]}
    exported = export(tmp_path / "export.zip", {"submission_1": RIGHT}, people)
    Course(course(tmp_path / "course"), exported, tmp_path / "out").grade()
    line = grades(tmp_path / "out")["submission_1"]
    assert (line["name"], line["sid"], line["email"]) == ("'=cmd()", "'+1", "'@x")


@pytest.mark.parametrize("name", ["staff", "STAFF", "grades.csv", "report.html", "review.csv"])
def test_no_name_takes_the_place_of_a_file_of_the_class(tmp_path: Path, name: str) -> None:
    submissions = handed_in(tmp_path / "handed_in", {name: RIGHT, "other": RIGHT})
    taken = Course(course(tmp_path / "course"), submissions, tmp_path / "out")
    taken.grade()
    assert (taken.out / f"{name}_" / "results.json").exists()
    assert not (taken.out / "staff" / "results.json").exists()
    assert name in grades(taken.out)


def test_one_fault_of_the_grader_s_own_is_reported_and_the_rest_goes_on(
    small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(
        assignment: Assignment, submission: Submission, launcher: Launcher
    ) -> tuple[Scorecard, Transcript]:
        if submission.id == "cleo":
            raise ZeroDivisionError("a bug of ours")
        return grade(assignment, submission, launcher)

    monkeypatch.setattr(desk, "grade", failing)
    outcome = small_course.grade()
    assert len(outcome.faults) == 1
    assert "a bug of ours" in outcome.faults[0]
    table = grades(small_course.out)
    assert (table["cleo"]["total"], table["ada"]["total"]) == ("", "11")
    assert "the grader failed" in table["cleo"]["flags"]
    told = (small_course.out / "cleo" / "results.json").read_text()
    assert "a bug of ours" not in told


CAUGHT = "try:\n    import nowhere_1\nexcept ImportError:\n    nowhere_1 = None\n"


@pytest.mark.parametrize(
    ("line", "helper"),
    [
        ("import nowhere_1", ""),
        ("def area(width, height): import nowhere_1", ""),
        ("from more import area", "from nowhere_1.stats import area"),
        (f"{CAUGHT}def area(width, height): return nowhere_1.prod([width, height])", ""),
        ("from more import area", f"{CAUGHT}def area(width, height): return nowhere_1.a(width)"),
    ],
)
def test_who_imports_an_allowed_package_that_is_missing_is_not_marked(
    small_course: Course, line: str, helper: str
) -> None:
    allowed = "{file: solution.py, packages: [nowhere_1]}"
    small_course.config.write_text(CONFIG.replace("{file: solution.py}", allowed))
    solution = small_course.submissions / "ada" / "solution.py"
    solution.write_text(f"{solution.read_text()}\n{line}\n")
    (solution.parent / "more.py").write_text(helper)
    small_course.grade()
    table = grades(small_course.out)
    assert (table["ada"]["total"], table["bob"]["total"] != "") == ("", True)
    assert "Install nowhere_1 there" in (small_course.out / "staff/pages/ada.html").read_text()
    results = json.loads((small_course.out / "ada" / "results.json").read_text())
    assert results["extra_data"]["graded"] is False
    done = run(
        *("grade", small_course.submissions, "--out", small_course.out, "--resume"),
        *("-c", small_course.config),
    )
    assert done.returncode == 3, done.stderr
    assert "Install nowhere_1 there" in done.stdout, "the table says so, too"


def test_who_does_without_a_package_that_is_missing_is_marked(small_course: Course) -> None:
    allowed = "{file: solution.py, packages: [nowhere_1]}"
    small_course.config.write_text(CONFIG.replace("{file: solution.py}", allowed))
    solution = small_course.submissions / "ada" / "solution.py"
    solution.write_text(CAUGHT + solution.read_text())
    small_course.grade()
    assert grades(small_course.out)["ada"]["total"] == "11"


def test_two_graders_do_not_write_to_one_folder(small_course: Course) -> None:
    folder = Folder(small_course.out)
    with folder.held(), pytest.raises(UsageError, match="another grader is writing there"):
        small_course.grade()


def test_submissions_of_the_same_code_are_flagged_to_staff(small_course: Course) -> None:
    handed_in(small_course.submissions, {"zed": RIGHT})
    small_course.grade()
    table = grades(small_course.out)
    assert "same code as zed" in table["ada"]["flags"]
    assert "same code" not in table["bob"]["flags"]
    assert "same code" not in (small_course.out / "ada" / "report.html").read_text()


def test_results_among_the_submissions_are_refused(small_course: Course) -> None:
    inside = small_course.submissions / "results"
    done = run("grade", small_course.submissions, "--out", inside, "-c", small_course.config)
    assert done.returncode == 2
    assert "among what was handed in" in done.stderr
    assert not inside.exists()


def test_results_are_not_taken_for_what_was_handed_in(small_course: Course, tmp_path: Path) -> None:
    small_course.grade()
    done = run("grade", small_course.out, "--out", tmp_path / "o", "-c", small_course.config)
    assert done.returncode == 2
    assert f"{small_course.out} is a folder of results; give what was handed in" in done.stderr


def test_the_command_line_marks_a_class_and_says_where_the_grades_are(
    small_course: Course,
) -> None:
    done = run(
        *("grade", small_course.submissions, "--out", small_course.out, "-j", 2),
        *("-c", small_course.config),
    )
    assert done.returncode == 0, done.stderr
    assert f"Grades: {small_course.out / 'grades.csv'}" in done.stdout
    assert "ada" in done.stdout
    assert "Not taken" not in done.stdout


def test_a_file_that_is_nobody_s_submission_is_named(small_course: Course) -> None:
    (small_course.submissions / "zoe.txt").write_text(RIGHT)
    done = run(
        *("grade", small_course.submissions, "--out", small_course.out),
        *("-c", small_course.config),
    )
    assert "Not taken for submissions: zoe.txt." in done.stdout


def test_who_was_marked_here_before_and_is_not_now_is_named(small_course: Course) -> None:
    arguments = ["--out", small_course.out, "--config", small_course.config]
    first = run("grade", small_course.submissions / "ada", *arguments)
    assert "earlier run" not in first.stdout
    second = run("grade", small_course.submissions / "gus", *arguments)
    assert (
        f"In {small_course.out} is a submission of an earlier run, too: ada. The" in second.stdout
    )
    assert list(grades(small_course.out)) == ["gus"]


def test_that_lateness_costs_nothing_here_is_told_where_it_would_on_gradescope(
    small_course: Course,
) -> None:
    late = "gradescope: {late: {per_day: 0.1}}\nquestions:"
    small_course.config.write_text(CONFIG.replace("questions:", late, 1))
    assert small_course.grade().notes == (), "nobody knows when"
    times = [f"{name}:\n  :created_at: 2026-11-09 23:59:59 Z\n" for name in CLASS]
    (small_course.submissions / "submission_metadata.yml").write_text("".join(times))
    told = "Lateness costs points on Gradescope alone: nothing was taken off here."
    assert small_course.grade().notes == (told,)
    small_course.config.write_text(CONFIG)
    assert small_course.grade().notes == ()


def test_where_nothing_was_handed_in_it_is_not_said_that_something_did_not_run(
    small_course: Course,
) -> None:
    (small_course.submissions / "zed").mkdir()
    small_course.grade()
    assert grades(small_course.out)["zed"]["flags"] == "nothing to run"


def test_a_single_submission_is_shown_whole(small_course: Course) -> None:
    done = run(
        *("grade", small_course.submissions / "bob", "--out", small_course.out),
        *("-c", small_course.config),
    )
    assert done.returncode == 0, done.stderr
    assert "Is that how much paint it takes" in done.stdout
