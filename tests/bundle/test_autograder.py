"""autograder.zip holds what Gradescope needs, the same to the bit each time, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from grader.bundle.archive import files_below
from grader.bundle.autograder import autograder_zip
from grader.pipeline import read_assignment

TESTS = Path(__file__).parents[1]
SCHEMA = json.loads((TESTS / "gradescope.schema.json").read_text(encoding="utf-8"))
CONFIG = """\
assignment: "A sum"
submission: {file: solution.py}
hidden_seed: 1
total_points: 3
questions:
  - id: q1
    title: "A sum"
    function: add
    reference: adding
    points: 3
    cases:
      - {name: "small", args: [1, 2], shown: full}
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    (folder / "reference" / "__pycache__").mkdir(parents=True)
    (folder / "reference" / "__pycache__" / "adding.cpython-311.pyc").write_bytes(b"old")
    (folder / "reference" / ".mypy_cache").mkdir()
    (folder / "reference" / ".mypy_cache" / "adding.json").write_text("{}")
    reference = "def add(a: int, b: int) -> int:\n    return a + b\n"
    (folder / "reference" / "adding.py").write_text(reference)
    (folder / "config.yaml").write_text(CONFIG)
    (folder / "notes.md").write_text("not for Gradescope")
    return folder


@pytest.fixture(scope="module")
def packed(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack(course, tmp_path_factory.mktemp("packed"))


def pack(course: Path, folder: Path) -> Path:
    config = course / "config.yaml"
    path = folder / "autograder.zip"
    path.write_bytes(autograder_zip(read_assignment(config), config))
    return path


@pytest.fixture
def unzipped(packed: Path, tmp_path: Path) -> Path:
    """The zip's content, with the permissions that are noted in it."""
    with zipfile.ZipFile(packed) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, tmp_path))
            path.chmod(entry.external_attr >> 16 & 0o777)
    return tmp_path


def test_it_holds_the_scripts_the_harness_and_the_assignment(unzipped: Path) -> None:
    assert sorted(path.name for path in unzipped.iterdir()) == [
        "config.yaml",
        "grader",
        "reference",
        "requirements.txt",
        "run_autograder",
        "setup.sh",
        "unfinished.json",
    ]
    assert [path.name for path in unzipped.glob("reference/**/*")] == ["adding.py"]
    harness = TESTS.parent / "grader"
    for path in harness.rglob("*.py"):
        assert (unzipped / "grader" / path.relative_to(harness)).read_bytes() == path.read_bytes()
    assert (unzipped / "grader" / "report" / "page.css").is_file()


def test_it_is_the_same_to_the_bit_each_time(packed: Path, course: Path, tmp_path: Path) -> None:
    shutil.copytree(course, tmp_path / "elsewhere")
    assert pack(tmp_path / "elsewhere", tmp_path).read_bytes() == packed.read_bytes()


def test_its_scripts_are_executable_and_nothing_else_is(unzipped: Path) -> None:
    executable = {
        path for path in unzipped.iterdir() if os.access(path, os.X_OK) and path.is_file()
    }
    assert {path.name for path in executable} == {"setup.sh", "run_autograder"}
    for path in executable:
        assert path.read_bytes().startswith(b"#!/usr/bin/env bash\n")
        assert b"\r" not in path.read_bytes()
        subprocess.run(["bash", "-n", path], check=True)


def test_the_results_that_stand_until_better_ones_come_keep_gradescopes_contract(
    unzipped: Path,
) -> None:
    results = json.loads((unzipped / "unfinished.json").read_text(encoding="utf-8"))
    jsonschema.validate(results, SCHEMA)
    assert results["score"] == 0
    assert results["extra_data"]["questions"]["q1"]["max_score"] == 3
    assert results["extra_data"]["graded"] is False
    assert "no points have been decided" in results["output"]


def test_results_without_points_lie_there_before_python_is_started(
    unzipped: Path, tmp_path: Path
) -> None:
    """Here it cannot even be started: what was laid down stands, for its owner alone."""
    root = tmp_path / "autograder"
    shutil.copytree(unzipped, root / "source")
    (root / "submission").mkdir(mode=0o755)
    (root / "submission_metadata.json").touch(mode=0o644)
    script = root / "source" / "run_autograder"
    text = script.read_text(encoding="utf-8").replace("/autograder", str(root))
    script.write_text(text.replace("/opt/grader/bin/python", "/opt/grader/no/python"))
    done = subprocess.run([script], capture_output=True, check=False)
    assert done.returncode == 127
    results = root / "results" / "results.json"
    assert results.read_bytes() == (unzipped / "unfinished.json").read_bytes()
    for name in ("source", "results", "submission", "submission_metadata.json"):
        assert not (root / name).stat().st_mode & 0o077, name


def test_the_unzipped_harness_marks_by_itself(unzipped: Path) -> None:
    (unzipped / "submission").mkdir()
    (unzipped / "submission" / "solution.py").write_text("def add(a, b): return a + b\n")
    command = [sys.executable, "-m", "grader", "gradescope", "--no-isolation"]
    subprocess.run(
        [*command, "--root", ".", "--config", "config.yaml"],
        cwd=unzipped,
        check=True,
        capture_output=True,
    )
    results = json.loads((unzipped / "results" / "results.json").read_text(encoding="utf-8"))
    assert results["score"] == 3


def test_what_tools_leave_in_a_folder_stays_at_home(tmp_path: Path) -> None:
    for name in ("kept.py", ".hidden", "kept/data.txt", ".cache/x", "__pycache__/y", "old.py~"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert set(dict(files_below(tmp_path, "in"))) == {"in/kept/data.txt", "in/kept.py"}


def test_of_two_zips_none_is_written_where_one_cannot_be_made(course: Path, tmp_path: Path) -> None:
    """A new handout beside an old autograder would be of two assignments."""
    shutil.copytree(course, tmp_path / "course")
    config = tmp_path / "course" / "config.yaml"
    config.write_text(CONFIG.replace("solution.py", "solution.py, packages: [no_such_package]"))
    command = [sys.executable, "-m", "grader", "build", "-c", str(config), "--out", "dist"]
    known = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
    done = subprocess.run(
        command, cwd=tmp_path, env=known, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no-such-package must be installed where the bundle is built" in done.stderr
    assert not (tmp_path / "dist").exists()
