"""A changed assignment is applied to what was observed, and everyone learns why."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from coursework import CONFIG, REFERENCE, RIGHT, Course, contents, course, handed_in, run

from grader.classroom.regrade import Regraded, regrade_class
from grader.errors import UsageError
from grader.pipeline import read_assignment
from grader.sandbox import Launcher

MORE = CONFIG.replace(
    '{name: "a cube", args: [2, 2, 2], shown: full}',
    '{name: "a cube", args: [2, 2, 2], shown: full}\n      - {name: "a rod", args: [1, 1, 9]}',
)


def regraded(taken: Course, config: str, *, run_code: bool = False, **options: Any) -> Regraded:
    new = course(
        taken.config.parent.parent / "changed", config, options.pop("reference", REFERENCE)
    )

    def refuse(imports: tuple[str, ...]) -> Launcher:
        raise AssertionError("student's code was about to be run")

    return regrade_class(
        read_assignment(new),
        taken.out,
        open_launcher=taken.launcher if run_code else refuse,
        watcher=taken.watching,
        **options,
    )


def gains(result: Regraded) -> dict[str, str]:
    return {c.id: f"{c.before} -> {c.after}" for c in result.changes if c.questions}


def whys(result: Regraded) -> dict[str, str]:
    return {
        f"{change.id} {one.question}": "; ".join(one.why)
        for change in result.changes
        for one in change.questions
    }


def test_nothing_changes_when_the_assignment_has_not(small_course: Course) -> None:
    small_course.grade()
    before = contents(small_course.out)
    result = regraded(small_course, CONFIG)
    assert (gains(result), result.rules, result.faults) == ({}, (), ())
    after = contents(small_course.out)
    assert after.pop("changes.csv").count(b"\n") == 1
    assert {name for name in before if before[name] != after[name]} == set()


def test_points_are_scaled_and_the_rule_is_named(small_course: Course) -> None:
    small_course.grade()
    result = regraded(small_course, CONFIG.replace("points: 5", "points: 10"))
    assert gains(result) == {
        "ada": "11.00 -> 16.00",
        "bob": "8.00 -> 10.00",
        "cleo": "11.00 -> 16.00",
        "fay": "9.00 -> 14.00",
    }
    assert result.rules == (("area", "worth 10 points, not 5"),)
    assert whys(result)["bob area"] == "worth 10 points, not 5"
    results = json.loads((small_course.out / "bob" / "results.json").read_text())
    assert results["score"] == 10


def test_a_wider_tolerance_lets_through_what_it_should(small_course: Course) -> None:
    small_course.grade()
    result = regraded(small_course, CONFIG.replace("1.0e-9", "1.0e-3"))
    assert gains(result) == {"fay": "9.00 -> 11.00"}
    why = whys(result)["fay mean"]
    assert 'passes now: "two sides", "a secret list"' in why
    assert "atol 0.001" in why


def test_a_wrong_answer_may_become_worth_more(small_course: Course) -> None:
    small_course.grade()
    result = regraded(small_course, CONFIG.replace("half_the_rim: 0.4", "half_the_rim: 0.8"))
    assert gains(result) == {"bob": "8.00 -> 10.00"}
    assert "wrong answer half_the_rim is worth another share" in whys(result)["bob area"]


def test_a_wrong_answer_that_takes_a_step_by_now_is_told(small_course: Course) -> None:
    config = CONFIG.replace(
        "builds_on: {questions: [area]}",
        "builds_on: {questions: [area]}\n    wrong_answers: {no_depth: 0.5}",
    )
    slip = '''
def no_depth(width, height, depth):
    """How deep is it?"""
    return area(width, height)
'''
    course(small_course.config.parent, config, REFERENCE + slip)
    small_course.grade()
    takes = slip.replace("depth):", "depth, *, area=area):")
    course(small_course.config.parent, config, REFERENCE + takes)
    told = ("volume", "wrong answer no_depth takes area, not no steps")
    assert regraded(small_course, config, reference=REFERENCE + takes).rules == (told,)


def test_a_removed_wrong_answer_costs_what_it_gave(small_course: Course) -> None:
    small_course.grade()
    result = regraded(small_course, CONFIG.replace("    wrong_answers: {half_the_rim: 0.4}\n", ""))
    assert gains(result)["bob"].startswith("8.00 -> ")
    assert "not by the wrong answer half_the_rim" in whys(result)["bob area"]


def test_a_mended_reference_marks_the_same_answers_otherwise(small_course: Course) -> None:
    small_course.grade()
    mended = REFERENCE.replace("return width * height\n", "return width + height\n")
    config = CONFIG.replace("    wrong_answers: {half_the_rim: 0.4}\n", "")
    result = regraded(small_course, config, reference=mended)
    assert {name for name, change in gains(result).items() if "11.00 ->" in change} == {
        "ada", "cleo",
    }  # fmt: skip
    assert "fails now" in whys(result)["ada area"]


def test_new_inputs_are_refused_before_anything_is_written(small_course: Course) -> None:
    small_course.grade()
    before = contents(small_course.out)
    with pytest.raises(UsageError, match=r'1 case with inputs .*volume "a rod".*With --run'):
        regraded(small_course, MORE)
    assert contents(small_course.out) == before


def test_new_inputs_that_only_follow_through_asks_for_are_refused_too(
    small_course: Course,
) -> None:
    """The composite now asks a step for something else, which no case has as its input."""
    small_course.grade()
    before = contents(small_course.out)
    other = REFERENCE.replace("area(width, height) * depth", "area(depth, height) * width")
    with pytest.raises(UsageError, match=r"asked what they never were, or .*too large"):
        regraded(small_course, CONFIG, reference=other)
    assert contents(small_course.out) == before


def test_with_leave_just_the_new_inputs_are_run(small_course: Course) -> None:
    small_course.grade()
    (small_course.submissions / "ada" / "solution.py").write_text("raise SystemExit\n")
    result = regraded(small_course, MORE, run_code=True, may_run=True)
    assert gains(result) == {}, "what was handed in is what was kept, not what lies there now"
    again = regraded(small_course, MORE)
    assert again.changes == result.changes, "and what they came to is kept, too"


def test_what_runs_after_a_regrade_that_ran_nothing_has_its_helper_files(
    small_course: Course,
) -> None:
    (small_course.submissions / "ada" / "more.py").write_text("def times(a, b): return a * b\n")
    solution = "from more import times\n" + RIGHT.replace("width * height", "times(width, height)")
    (small_course.submissions / "ada" / "solution.py").write_text(solution)
    small_course.grade()
    assert gains(regraded(small_course, CONFIG)) == {}
    assert gains(regraded(small_course, MORE, run_code=True, may_run=True)) == {}


def test_a_package_that_is_missing_where_new_inputs_run_is_no_fault_of_the_student_s(
    small_course: Course,
) -> None:
    source = RIGHT.replace("return area", "import no_such_package\n    return area")
    (small_course.submissions / "ada" / "solution.py").write_text(source)
    small_course.grade()
    config = "submission: {file: solution.py, packages: [no_such_package]}"
    declared = MORE.replace("submission: {file: solution.py}", config)
    result = regraded(small_course, declared, run_code=True, may_run=True)
    assert ["Install no_such_package" in fault for fault in result.faults] == [True]
    results = json.loads((small_course.out / "ada" / "results.json").read_text())
    assert results["extra_data"]["graded"] is False


def test_a_fault_in_a_regrade_loses_nothing_that_was_kept(
    small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_course.grade()
    before = contents(small_course.out)
    with monkeypatch.context() as patched:
        patched.setattr("grader.classroom.desk.mark_transcript", None)
        assert len(regraded(small_course, CONFIG).faults) == 7
        assert len(regraded(small_course, CONFIG).faults) == 7
    assert regraded(small_course, CONFIG).faults == ()
    after = contents(small_course.out)
    assert {name for name in before if before[name] != after[name]} == set()


def test_a_regrade_that_failed_is_not_taken_for_done(
    small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_course.grade()
    with monkeypatch.context() as patched:
        patched.setattr("grader.classroom.desk.mark_transcript", None)
        regraded(small_course, CONFIG)
    outcome = small_course.grade(resume=True)
    assert (outcome.skipped, outcome.faults) == (0, ())


def test_a_dry_run_tells_the_same_and_changes_nothing(small_course: Course) -> None:
    small_course.grade()
    before = contents(small_course.out)
    config = CONFIG.replace("points: 5", "points: 10")
    trial = regraded(small_course, config, dry_run=True)
    assert contents(small_course.out) == before
    assert regraded(small_course, config) == trial


def test_the_changes_are_written_for_a_spreadsheet(small_course: Course) -> None:
    small_course.grade()
    regraded(small_course, CONFIG.replace("1.0e-9", "1.0e-3"))
    with (small_course.out / "changes.csv").open(newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["id"], line["question"], line["before"], line["after"]) == (
        "fay", "mean", "0", "2",
    )  # fmt: skip
    assert "passes now" in line["why"]


def interrupted_regrade(taken: Course, config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("grader.classroom.regrade.write_reports", fail)
        with pytest.raises(KeyboardInterrupt):
            regraded(taken, config)


def test_an_interrupted_regrade_still_tells_what_changed_since_the_class_was_marked(
    small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_course.grade()
    config = CONFIG.replace("points: 5", "points: 10")
    interrupted_regrade(small_course, config, monkeypatch)
    assert gains(regraded(small_course, config))["ada"] == "11.00 -> 16.00"
    assert gains(regraded(small_course, config)) == {}


def test_a_class_marked_anew_is_what_the_next_regrade_changes(
    small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_course.grade()
    interrupted_regrade(small_course, CONFIG.replace("points: 5", "points: 10"), monkeypatch)
    handed_in(small_course.submissions, {"gus": RIGHT, "new": RIGHT})
    small_course.grade(resume=True)
    assert gains(regraded(small_course, CONFIG.replace("points: 4", "points: 5"))) == {
        name: change
        for change, names in {
            "11.00 -> 12.00": ("ada", "cleo", "gus", "new"),
            "8.00 -> 9.00": ("bob",),
            "9.00 -> 10.00": ("fay",),
        }.items()
        for name in names
    }


def test_what_a_regrade_changed_is_told_as_long_as_it_holds(small_course: Course) -> None:
    small_course.grade()
    regraded(small_course, CONFIG)
    changes = small_course.out / "changes.csv"
    small_course.grade(resume=True)
    assert changes.exists(), "nothing was marked since"
    (small_course.submissions / "ada" / "solution.py").write_text("# nothing\n")
    small_course.grade(resume=True)
    assert not changes.exists()


def test_a_regrade_is_what_marking_anew_would_have_given(
    small_course: Course, tmp_path: Path
) -> None:
    small_course.grade()
    config = CONFIG.replace("points: 5", "points: 6").replace("1.0e-9", "1.0e-3")
    regraded(small_course, config)
    small_course.config.write_text(config)
    small_course.grade(out=tmp_path / "anew")
    fresh, kept = contents(tmp_path / "anew"), contents(small_course.out)
    kept.pop("changes.csv")
    assert kept == fresh


def test_a_run_taken_up_after_a_regrade_has_nothing_to_do(small_course: Course) -> None:
    small_course.grade()
    config = CONFIG.replace("points: 5", "points: 6")
    regraded(small_course, config)
    small_course.config.write_text(config)
    assert small_course.grade(resume=True).skipped == 7


def test_other_limits_are_told_and_only_running_again_applies_them(small_course: Course) -> None:
    small_course.grade()
    small_course.config.write_text(CONFIG.replace("call: 1 s", "call: 2 s"))
    for _ in range(2):  # it is told until all have run again
        result = regraded(small_course, small_course.config.read_text())
        ((where, what),) = result.rules
        assert where == "limits"
        assert what.startswith(
            "load 10 s, call 2 s, submission 60 s, memory 512 MB, "
            "not load 10 s, call 1 s, submission 60 s, memory 512 MB; "
        )
    assert small_course.grade(resume=True).skipped == 0
    assert regraded(small_course, small_course.config.read_text()).rules == ()
    assert small_course.grade(resume=True).skipped == len(small_course.watching.skipped_ids) > 0


def test_code_is_not_run_without_a_helper_file_that_it_came_with(small_course: Course) -> None:
    (small_course.submissions / "ada" / "more.py").write_text("x = 1\n")
    small_course.grade()
    (helper,) = (small_course.out / "staff" / "helpers").iterdir()
    helper.write_text("x = ")
    before = contents(small_course.out)
    with pytest.raises(UsageError, match=r"more\.py of ada is damaged or gone; mark the class"):
        regraded(small_course, MORE, run_code=True, may_run=True, dry_run=True)
    assert contents(small_course.out) == before
    assert gains(regraded(small_course, CONFIG)) == {}, "what runs nothing needs no helper"


def test_a_folder_that_holds_no_results_is_refused(small_course: Course) -> None:
    with pytest.raises(UsageError, match="not a folder of results"):
        regraded(small_course, CONFIG)
    small_course.out.mkdir()
    with pytest.raises(UsageError, match="not a folder of results"):
        regraded(small_course, CONFIG)
    assert list(small_course.out.iterdir()) == []


def test_a_missing_record_is_named(small_course: Course) -> None:
    small_course.grade()
    (small_course.out / "staff" / "records" / "bob.record").unlink()
    with pytest.raises(UsageError, match=r"nothing usable is kept of bob; mark the class"):
        regraded(small_course, CONFIG)


def test_the_command_line_shows_who_gains_and_who_loses(small_course: Course) -> None:
    small_course.grade()
    config = course(
        small_course.config.parent, CONFIG.replace("half_the_rim: 0.4", "half_the_rim: 0.1")
    )
    before = contents(small_course.out)
    done = run("regrade", small_course.out, "-c", config, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert contents(small_course.out) == before
    assert "area: wrong answer half_the_rim worth 1/10 of the points, not 2/5" in done.stdout
    assert "7 submissions: 0 gain, 1 lose, 6 keep their total" in done.stdout
    assert "Nothing was changed." in done.stdout
    done = run("regrade", small_course.out, "-c", config)
    assert done.returncode == 0, done.stderr
    assert f"Changes: {small_course.out / 'changes.csv'}" in done.stdout


def test_the_command_line_refuses_new_inputs_with_what_to_do(small_course: Course) -> None:
    small_course.grade()
    config = course(small_course.config.parent, MORE)
    done = run("regrade", small_course.out, "-c", config)
    assert done.returncode == 2
    assert "With --run, just these calls are made" in done.stderr
    done = run("regrade", small_course.out, "-c", config, "--run")
    assert done.returncode == 0, done.stderr
