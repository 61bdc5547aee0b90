"""How far a class has come, on a terminal and elsewhere."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time

import pytest
from coursework import RIGHT, Course, command, handed_in, run

from grader.cli.progress import Progressing, duration


@pytest.mark.parametrize(
    ("marked", "skipped", "failures", "seconds", "words"),
    [
        (0, 0, 0, 0.0, "0 of 300 done"),
        (120, 0, 0, 10.0, "120 of 300 done, 12.0 a second, 15 s left"),
        (50, 100, 0, 10.0, "150 of 300 done, 5.0 a second, 30 s left, 100 unchanged"),
        (300, 0, 2, 10.0, "300 of 300 done, 30.0 a second, 2 failed"),
        (1, 0, 0, 30.0, "1 of 300 done, 2.0 a minute, 2 h 29 min left"),
    ],
)
def test_progress_says_what_is_done_how_fast_and_what_is_left(
    monkeypatch: pytest.MonkeyPatch,
    marked: int,
    skipped: int,
    failures: int,
    seconds: float,
    words: str,
) -> None:
    progress = Progressing(300)
    progress.marked_so_far, progress.skipped_so_far, progress.failures = marked, skipped, failures
    monkeypatch.setattr(Progressing, "elapsed_s", seconds)
    assert progress.words() == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (3600, "1 h 0 min")],
)
def test_times_are_written_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


SLEEPY = RIGHT.replace(
    "    return width * height", "    import time; time.sleep(0.2)\n    return 6"
)


def test_elsewhere_than_on_a_terminal_a_line_comes_now_and_then(small_course: Course) -> None:
    handed_in(small_course.submissions, {f"s{i}": SLEEPY + f"#{i}\n" for i in range(6)})
    done = run(
        *("grade", small_course.submissions, "--out", small_course.out, "-j", 2),
        *("-c", small_course.config),
    )
    lines = done.stderr.splitlines()
    assert lines, "it took some seconds"
    assert all(" of 13 done, " in line for line in lines)
    assert "\x1b" not in done.stderr


def test_a_small_class_is_marked_without_a_word(small_course: Course) -> None:
    done = run(
        *("grade", small_course.submissions / "ada", "--out", small_course.out),
        *("-c", small_course.config),
    )
    assert done.stderr == ""


def on_a_terminal(*arguments: object, interrupt_at: bytes = b"") -> tuple[int, bytes]:
    """Runs the command on a terminal of its own; returns its exit code and what it drew there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(*arguments),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    drawn = b""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the terminal is closed when the last process ends
            break
        if not piece:
            break
        drawn += piece
        if interrupt_at and interrupt_at in drawn:
            interrupt_at = b""
            process.send_signal(signal.SIGINT)
    os.close(ours)
    return process.wait(30), drawn


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal")
def test_on_a_terminal_there_is_a_bar_that_leaves_nothing_behind(small_course: Course) -> None:
    code, drawn = on_a_terminal(
        *("grade", small_course.submissions, "--out", small_course.out, "-j", 2),
        *("-c", small_course.config),
    )
    assert code == 0
    assert b"7 of 7 done" in drawn
    assert drawn.rstrip().endswith(b"\x1b[2K"), "the bar's line is erased at the end"


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal")
def test_plain_draws_no_bar_on_a_terminal_either(small_course: Course) -> None:
    where = ("--out", small_course.out, "-c", small_course.config, "--plain")
    code, drawn = on_a_terminal("grade", small_course.submissions, *where)
    assert (code, b"\x1b" in drawn) == (0, False)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal")
def test_the_bar_is_gone_before_ctrl_c_is_answered(small_course: Course) -> None:
    handed_in(small_course.submissions, {f"s{i}": SLEEPY + f"#{i}\n" for i in range(12)})
    code, drawn = on_a_terminal(
        *("grade", small_course.submissions, "--out", small_course.out, "-j", 2),
        *("-c", small_course.config),
        interrupt_at=b" of 19 done, ",
    )
    assert code == 130
    last, said, _ = drawn.rpartition(b"Stopped after ")
    assert said
    assert last.endswith(b"\x1b[2K"), "the message has a line of its own"
