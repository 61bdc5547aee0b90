"""The disk is full, read-only or gone, at every place where the grader writes."""

from __future__ import annotations

import builtins
import errno
import io
import itertools
import os
import resource
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from machines import GOOD, assert_mends, assert_sound, autograder, is_root, mark, results

from grader import gradescope
from grader.sandbox import scratch


class FullDisk:
    """Makes the n-th operation that writes fail, or that one and all after it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int, *, lasting: bool) -> None:
        self.seen: list[str] = []
        self._number = number
        self._lasting = lasting
        for module, name, writes in (
            (os, "open", lambda path, flags, *rest, **options: flags & os.O_CREAT),
            (os, "mkdir", _always),
            (os, "replace", _always),
            (os, "rename", _always),
            (os, "fsync", _always),
            (io, "open", _opens_for_writing),
            (builtins, "open", _opens_for_writing),
            (Path, "write_bytes", _always),
        ):
            monkeypatch.setattr(module, name, self._wrapped(getattr(module, name), name, writes))

    def _wrapped(
        self, function: Callable[..., Any], name: str, writes: Callable[..., Any]
    ) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            if writes(*args, **options):
                self.seen.append(f"{name} {args[0]}")
                number = len(self.seen)
                if number == self._number or (self._lasting and number > self._number):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return function(*args, **options)

        return call


def _always(*args: Any, **options: Any) -> bool:
    return True


def _opens_for_writing(file: Any, mode: str = "r", *rest: Any, **options: Any) -> bool:
    return not isinstance(file, int) and any(letter in mode for letter in "wax+")


def mark_with_full_disk(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int, *, lasting: bool
) -> tuple[int, list[str]]:
    """Mark with a disk that is full at that write; return the code, and what was written."""
    autograder(root, GOOD)
    for name, text in {"data.csv": "1,2", "helper.py": "x = 1"}.items():
        (root / "submission" / name).write_text(text)
    with monkeypatch.context() as patches:
        disk = FullDisk(patches, number, lasting=lasting)
        code = gradescope.run_autograder(root, root / "source" / "config.yaml")
    assert_sound(root, code, str(disk.seen[number - 1 : number]))
    return code, disk.seen


def having_mounted(mounts: str) -> list[str]:
    """The words before a command that give it file systems of its own, where we may mount."""
    prefix = ["unshare", "--mount", "sh", "-c", f'{mounts} && exec "$@"', "sh"]
    if not is_root() or subprocess.run([*prefix, "true"], capture_output=True).returncode:
        return []  # nobody's disk is full, then: what must hold of it holds of a well one, too
    return prefix


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("number", [1, 5])
def test_a_full_disk_publishes_no_score_that_was_not_decided(
    number: int, lasting: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, seen = mark_with_full_disk(tmp_path / "a", monkeypatch, number, lasting=lasting)
    assert code in ((3,) if lasting else (0, 3))  # once may be no harm: another place is found
    assert len(seen) >= number


@pytest.mark.slow
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for good"])
def test_a_full_disk_at_any_write_publishes_no_score_that_was_not_decided(
    lasting: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = []
    for number in itertools.count(1):
        root = tmp_path / f"autograder-{number}"
        code, seen = mark_with_full_disk(root, monkeypatch, number, lasting=lasting)
        codes.append(code)
        if len(seen) < number:
            break
    assert len(codes) > 6  # both results files, a canary, a scratch directory, helpers
    assert sum(code != 0 for code in codes) >= 4
    assert codes[-1] == 0


@pytest.mark.slow
def test_files_that_may_not_grow_are_a_full_disk(tmp_path: Path) -> None:
    for size in (0, 100, 3_000):
        root = autograder(tmp_path / f"autograder-{size}")

        def limit(size: int = size) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        run = mark(root, prepare=limit)
        assert run.returncode == 3
        assert results(root) is None
        assert list((root / "results").iterdir()) == []
        assert "could not be written" in run.stdout
    assert_mends(root)


@pytest.mark.slow
def test_a_file_system_of_a_few_pages_is_a_full_disk(tmp_path: Path) -> None:
    root = autograder(tmp_path / "autograder")
    for size in ("4k", "8k"):
        prefix = having_mounted(f"mount -t tmpfs -o size={size} none {root}/results")
        run = mark(root, prefix=prefix)
        assert run.returncode in (0, 3)
        assert_sound(root, 3)  # it was on the file system that is gone
    assert_mends(root)


@pytest.mark.slow
@pytest.mark.parametrize("inodes", [2, 3, 4, 5, 6, 7, 8])
def test_a_scratch_file_system_without_room_publishes_all_or_nothing(
    inodes: int, tmp_path: Path
) -> None:
    root, place = autograder(tmp_path / "autograder"), tmp_path / "scratch"
    place.mkdir()
    prefix = having_mounted(f"mount -t tmpfs -o nr_inodes={inodes},mode=1777 none {place}")
    run = mark(root, prefix=[*prefix, "env", f"TMPDIR={place}"])
    assert_sound(root, run.returncode, run.stdout + run.stderr)
    assert results(root) is not None
    assert_mends(root)


@pytest.mark.slow
def test_read_only_scratch_publishes_no_score(tmp_path: Path) -> None:
    root = autograder(tmp_path / "autograder")
    places = ("/tmp", "/var/tmp", "/dev/shm")
    mounts = [f"mount --bind {root} /mnt", *(f"mount -t tmpfs -o ro none {one}" for one in places)]
    prefix = having_mounted(" && ".join(mounts))
    run = mark(Path("/mnt") if prefix else root, prefix=prefix)
    assert run.returncode == (3 if prefix else 0), run.stdout + run.stderr
    assert_sound(root, run.returncode)
    assert results(root) is not None
    assert_mends(root)


@pytest.mark.slow
def test_what_lay_there_without_points_stays_when_nothing_can_be_written(tmp_path: Path) -> None:
    root = autograder(tmp_path / "autograder")
    assert mark(root).returncode == 0
    path = root / "results" / "results.json"
    unfinished = path.read_text().replace('"score": 63.0', '"score": 0.0')
    path.write_text(unfinished)
    (root / "source" / "config.yaml").write_text("assignment: broken\n")
    assert mark(root).returncode == 2
    assert path.read_text() == unfinished


def test_results_that_have_no_place_are_told_by_the_exit_code(tmp_path: Path) -> None:
    root = autograder(tmp_path / "autograder")
    (root / "results").rmdir()
    (root / "results").write_text("a file")
    run = mark(root)
    assert run.returncode == 3
    assert (root / "results").read_text() == "a file"


def test_no_place_for_scratch_directories_publishes_no_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = autograder(tmp_path / "autograder")
    with monkeypatch.context() as patches:
        patches.setattr(scratch.os, "access", lambda *args: False)  # type: ignore[attr-defined]
        code = gradescope.run_autograder(root, root / "source" / "config.yaml")
    assert code == 3
    assert_sound(root, code)
    assert results(root) is not None
    assert_mends(root)


@pytest.mark.slow
@pytest.mark.parametrize("place", ["/proc/self", "/nowhere", ""])
def test_another_place_is_found_for_scratch_directories(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = autograder(tmp_path / "autograder")
    monkeypatch.setenv("TMPDIR", place)
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert_mends(root)
