"""Never lost, never twice: a run that ended in any way is taken up and ends as if it had not."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from coursework import CLASS, RIGHT, Course, as_root, command, contents, course, handed_in, run

from grader.classroom.folder import Folder

SLOW = "import time\n" + RIGHT.replace("    return width", "    time.sleep(0.05)\n    return width")
MANY = {f"student{number:02}": SLOW + f"\n# {number}\n" for number in range(12)}


@pytest.fixture
def large_course(tmp_path: Path) -> Course:
    """A class that takes some seconds, so that it can be interrupted."""
    return Course(
        config=course(tmp_path / "course"),
        submissions=handed_in(tmp_path / "handed_in", MANY),
        out=tmp_path / "results",
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a run leaves that nothing interrupted."""
    root = tmp_path_factory.mktemp("whole")
    submissions = handed_in(root / "handed_in", MANY)
    done = run("grade", submissions, "--out", root / "out", "-c", course(root / "course"))
    assert done.returncode == 0, done.stderr
    return contents(root / "out")


def started(taken: Course, *more: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(
            *("grade", taken.submissions, "--out", taken.out, "-c", taken.config, "-j", 2, *more)
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def records(taken: Course) -> set[str]:
    return {path.stem for path in taken.out.glob("staff/records/*.record")}


def written(taken: Course, names: set[str]) -> dict[str, int]:
    """When the results of these submissions were written."""
    return {name: (taken.out / name / "results.json").stat().st_mtime_ns for name in names}


def wait_for(holds: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.01)


def children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in text.split()]


def descendants(pid: int) -> Iterator[int]:
    for child in children(pid):
        yield child
        yield from descendants(child)


def command_line(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def is_launcher(pid: int) -> bool:
    return b"grader.sandbox.launcher" in command_line(pid)


def taken_up(taken: Course) -> dict[str, bytes]:
    """Take the run up; return what it leaves."""
    done = run(
        *("grade", taken.submissions, "--out", taken.out, "-c", taken.config, "--resume", "-j", 2)
    )
    assert done.returncode == 0, done.stderr
    return contents(taken.out)


# --------------------------------------------------------------------------- by content


def test_what_is_done_and_has_not_changed_is_left_out(small_course: Course) -> None:
    first = small_course.grade()
    before = {path: path.stat().st_mtime_ns for path in small_course.out.glob("*/results.json")}
    second = small_course.grade(resume=True)
    assert (first.skipped, second.skipped) == (0, len(CLASS))
    assert second.rows == first.rows
    assert small_course.watching.marked_ids == []
    assert small_course.watching.skipped_ids == sorted(CLASS)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_only_what_was_handed_in_again_is_marked_again(small_course: Course) -> None:
    small_course.grade()
    handed_in(small_course.submissions, {"gus": RIGHT, "newcomer": RIGHT})
    outcome = small_course.grade(resume=True)
    assert small_course.watching.marked_ids == ["gus", "newcomer"]
    assert {row.id: row.score for row in outcome.rows}["gus"] == 11


def test_another_assignment_marks_everything_again(small_course: Course) -> None:
    small_course.grade()
    config = small_course.config
    config.write_text(config.read_text().replace("points: 5", "points: 6"))
    assert small_course.grade(resume=True).skipped == 0


def test_a_changed_reference_marks_everything_again(small_course: Course) -> None:
    small_course.grade()
    shapes = small_course.config.parent / "reference" / "shapes.py"
    shapes.write_text(shapes.read_text() + "\n# changed\n")
    assert small_course.grade(resume=True).skipped == 0


def test_another_grader_marks_everything_again(
    small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_course.grade()
    monkeypatch.setattr("grader.classroom.run.harness_digest", lambda: "another")
    assert small_course.grade(resume=True).skipped == 0


def size(path: Path) -> int:
    return path.stat().st_size


@pytest.mark.parametrize(
    "damage",
    [
        lambda out: (out / "ada" / "results.json").unlink(),
        lambda out: (out / "ada" / "results.json").write_text("{}"),
        lambda out: (out / "ada" / "report.html").write_bytes(b""),
        lambda out: (out / "staff" / "pages" / "ada.html").unlink(),
        lambda out: (out / "staff" / "records" / "ada.record").write_bytes(b""),
        lambda out: os.truncate(record := out / "staff/records/ada.record", size(record) - 9),
        lambda out: shutil.rmtree(out / "ada"),
    ],
    ids=[
        *("no results", "other results", "empty page", "no staff's page", "empty record"),
        *("most of a record", "nothing"),
    ],
)
def test_files_that_a_power_cut_left_damaged_are_written_again(
    small_course: Course, damage: Callable[[Path], object]
) -> None:
    small_course.grade()
    before = contents(small_course.out)
    damage(small_course.out)
    assert small_course.grade(resume=True).skipped == len(CLASS) - 1
    assert contents(small_course.out) == before


def test_a_fault_of_the_grader_s_own_is_not_taken_for_done(
    small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("grader.classroom.desk.grade", lambda *_: 1 / 0)
        assert len(small_course.grade().faults) == len(CLASS)
    outcome = small_course.grade(resume=True)
    assert (outcome.skipped, outcome.faults) == (0, ())


def test_helper_files_count_as_content(small_course: Course) -> None:
    small_course.grade()
    (small_course.submissions / "ada" / "more.py").write_text("x = 1\n")
    small_course.grade(resume=True)
    assert small_course.watching.marked_ids == ["ada"]


# --------------------------------------------------------------------------- by force


def test_ctrl_c_ends_the_run_and_says_how_to_go_on(
    large_course: Course, whole: dict[str, bytes]
) -> None:
    process = started(large_course)
    wait_for(lambda: len(records(large_course)) >= 2)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "--resume goes on from here" in said
    assert 0 < len(records(large_course)) < len(MANY)
    assert taken_up(large_course) == whole


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize("after", [1, 5])
def test_a_killed_grader_leaves_nothing_running_and_nothing_lost(
    large_course: Course, whole: dict[str, bytes], after: int
) -> None:
    process = started(large_course)
    wait_for(lambda: len(records(large_course)) >= after)
    everyone = [process.pid, *descendants(process.pid)]
    process.kill()
    process.communicate(timeout=30)
    wait_for(lambda: not any(command_line(pid) for pid in everyone))
    done = records(large_course)
    assert 0 < len(done) < len(MANY)
    before = written(large_course, done)
    assert taken_up(large_course) == whole
    assert written(large_course, done) == before, "what was done is not done twice"


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_killed_launcher_is_replaced_in_mid_run(
    large_course: Course, whole: dict[str, bytes]
) -> None:
    process = started(large_course)
    wait_for(lambda: len(records(large_course)) >= 2)
    launchers = [pid for pid in descendants(process.pid) if is_launcher(pid)]
    assert launchers
    os.kill(launchers[0], signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert contents(large_course.out) == whole


@pytest.mark.skipif(sys.platform != "linux", reason="desks are processes on Linux")
def test_a_killed_desk_costs_no_submission(large_course: Course, whole: dict[str, bytes]) -> None:
    process = started(large_course)
    wait_for(lambda: len(records(large_course)) >= 2)
    desks = [pid for pid in children(process.pid) if not is_launcher(pid)]
    assert len(desks) == 2
    os.kill(desks[0], signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert contents(large_course.out) == whole


def test_a_submission_that_ends_every_desk_is_reported_and_the_rest_goes_on(
    small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.classroom import desk
    from grader.pipeline import grade

    def fatal(assignment, submission, launcher):  # type: ignore[no-untyped-def]
        if submission.id == "bob":
            os.kill(os.getpid(), signal.SIGKILL)
        return grade(assignment, submission, launcher)

    monkeypatch.setattr(desk, "grade", fatal)
    outcome = small_course.grade(jobs=2)
    assert [row.id for row in outcome.rows if row.faulted] == ["bob"]
    assert "ended (SIGKILL), 2 times" in outcome.faults[0]


# --------------------------------------------------------------------------- by the disk


@pytest.mark.skipif(not as_root() or sys.platform != "linux", reason="mounts a small disk")
def test_a_full_disk_stops_the_run_and_loses_nothing(
    large_course: Course, whole: dict[str, bytes], tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        out = disk / "results"
        done = run("grade", large_course.submissions, "--out", out, "-c", large_course.config)
        assert done.returncode == 3
        assert "No space left on device" in done.stderr
        assert "--resume goes on from here" in done.stderr
        assert "Traceback" not in done.stderr
        for results in out.glob("*/results.json"):
            json.loads(results.read_text())
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        small = Course(large_course.config, large_course.submissions, out)
        assert taken_up(small) == whole
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_record_is_written_when_all_that_it_vouches_for_is_there(
    small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small_course.submissions / "ada" / "more.py").write_text("x = 1\n")
    written: list[str] = []
    write = Folder.write

    def noting(self: Folder, path: Path, data: bytes) -> None:
        written.append(path.parent.name if path.parent.name == "helpers" else path.name)
        write(self, path, data)

    monkeypatch.setattr(Folder, "write", noting)
    small_course.grade()
    end = written.index("ada.record")
    assert set(written[:end]) >= {"helpers", "results.json", "report.html", "ada.html"}
    assert written.count("ada.record") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_file_that_cannot_be_written_whole_is_not_written_at_all(
    small_course: Course,
) -> None:
    def no_large_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    done = run(
        *("grade", small_course.submissions, "--out", small_course.out, "-j", 1),
        *("-c", small_course.config),
        preexec_fn=no_large_files,
    )
    assert done.returncode == 3
    assert "could not be written: File too large" in done.stderr
    assert not list(small_course.out.glob("*/results.json"))
    assert not [p for p in small_course.out.rglob(".*.new") if p.is_file()]
