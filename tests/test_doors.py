"""The doors as a person uses them: real commands, their words and their exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from grader.classroom.cluster import Sent
from grader.cli import cli
from grader.errors import GraderFault

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "submissions_example"
SCHEMA = json.loads((ROOT / "tests" / "gradescope.schema.json").read_text())


def grader(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )


def autograder(root: Path, submission: Path) -> Path:
    """Lays out a folder as Gradescope lays out /autograder."""
    (root / "source").mkdir(parents=True)
    shutil.copy(ROOT / "config.yaml", root / "source")
    shutil.copytree(ROOT / "reference", root / "source" / "reference")
    shutil.copytree(submission, root / "submission")
    (root / "results").mkdir()
    return root


def test_help_shows_every_door_and_examples() -> None:
    done = grader("--help")
    assert done.returncode == 0
    for word in ("check", "grade", "gradescope", "config", "Examples:", "--out results"):
        assert word in done.stdout


def test_a_check_of_right_answers_exits_with_0_and_of_wrong_ones_with_1() -> None:
    right = grader("check", EXAMPLES / "perfect_lists", "--plain")
    assert right.returncode == 0, right.stderr
    wrong = grader("check", EXAMPLES / "wrong_shapes", "--plain")
    assert wrong.returncode == 1, wrong.stderr
    assert "shape (36,), expected (6, 6)" in wrong.stdout
    assert "Traceback" not in wrong.stdout + wrong.stderr
    assert "\x1b" not in wrong.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "nowhere.py"], "nowhere.py: no such file or folder"),
        (["grade", "nowhere"], "nowhere: no such file or folder"),
        (["check", "-c", "nothing.yaml"], "nothing.yaml"),
        (["check", "-q", "q2b_l"], "did you mean q2b_i"),
        (["chekc"], "chekc"),
        (["grade"], "PATHS"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_callers_mistake_is_named_and_exits_with_2(arguments: list[str], words: str) -> None:
    done = grader(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["grade", EXAMPLES / "perfect_lists", "--no-isolation", "--plain", "--out"], 0),
        (["grade", EXAMPLES / "perfect_lists", "--config", "nothing.yaml", "--out"], 2),
        (["gradescope", "--config", "nothing.yaml", "--root"], 2),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else None,
)
def test_a_command_that_ends_without_ceremony_has_said_all_and_left_nothing_running(
    tmp_path: Path, arguments: list[object], code: int
) -> None:
    """As it does when Python is taken down with care."""
    careful = [sys.executable, "-c", "from grader.cli import main; main()"]
    said = []
    for command in ([sys.executable, "-m", "grader"], careful):
        folder = tmp_path / "out"
        done = subprocess.run(
            [*command, *map(str, arguments), str(folder)],
            cwd=ROOT,
            capture_output=True,  # until nobody is left who could write to it
            text=True,
            timeout=60,
        )
        assert done.returncode == code, done.stderr
        shutil.rmtree(folder, ignore_errors=True)
        said.append((re.sub(r"[0-9.]+ s\b", "... s", done.stdout), done.stderr))
    assert said[0] == said[1]
    assert any(said[0])


def test_a_run_that_is_refused_leaves_no_results_behind(tmp_path: Path) -> None:
    out = tmp_path / "results"
    example = str(EXAMPLES / "perfect_lists")
    for wrong in ("--marks", "--canvas", "--moodle"):
        done = grader("grade", example, wrong, "nothing.csv", "--out", str(out), "--no-isolation")
        assert done.returncode == 2
        assert "nothing.csv" in done.stderr
    assert not out.exists()


def test_who_interrupts_before_a_command_has_begun_is_told_so_in_a_word() -> None:
    code = (
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'grader.cli': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "sys.argv = ['grader', 'check']\n"
        "from grader.__main__ import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Interrupted.\n")


def test_a_report_that_cannot_be_printed_is_no_success(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grader", "grade", str(EXAMPLES / "perfect_lists")]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*command, "--no-isolation", "--out", str(tmp_path / "results")],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert done.returncode == 3
    assert "No space left on device" in done.stderr and "Traceback" not in done.stderr
    assert (tmp_path / "results" / "grades.csv").exists()


@pytest.mark.parametrize("closed", ["1", "0 1", "0 1 2"])
@pytest.mark.parametrize("arguments", ["config", f"check {EXAMPLES / 'wrong_shapes'}", "doctor"])
def test_a_caller_who_listens_to_nothing_gets_the_same_exit_code(
    arguments: str, closed: str
) -> None:
    closing = " ".join(f"{number}>&-" for number in closed.split())
    command = f"exec '{sys.executable}' -m grader {arguments}"
    codes = [
        subprocess.run(
            ["sh", "-c", f"{command} {how}"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        ).returncode
        for how in ("", closing)
    ]
    assert codes[0] == codes[1] != 3


def test_who_stands_in_a_folder_that_was_removed_is_told_so(tmp_path: Path) -> None:
    command = f"rmdir '{tmp_path}'; exec '{sys.executable}' -m grader check -c '{ROOT}/config.yaml'"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.endswith("grader: this folder does not exist any more; go into it again\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["build", "audit"])
def test_what_cannot_be_a_folder_is_refused_before_anything_is_written(
    command: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    done = grader(command, "--out", tmp_path / "file")
    assert done.returncode == 2
    assert f"{tmp_path / 'file'}: File exists; name another folder with --out" in done.stderr
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    "command",
    ["", "audit", "build", "check", "config", "doctor", "grade", "gradescope", "regrade"],
)
def test_help_fits_a_terminal_and_says_what_each_option_is_for(command: str) -> None:
    text = grader(*command.split(), "--help").stdout
    assert max(map(len, text.splitlines())) <= 80
    options = [line for line in text.splitlines() if line.startswith("  -")]
    bare = re.compile(r"  (-\w, )?--[\w-]+( [A-Z]+)?( +\[default.*)?")
    assert not [line for line in options if bare.fullmatch(line)]


@pytest.mark.parametrize(("given", "threads"), [(None, "1"), ("3", "3")])
def test_sums_are_not_divided_among_cores_unless_somebody_wants_that(
    given: str | None, threads: str
) -> None:
    code = (
        "import os, sys\nfrom grader.__main__ import main\nsys.argv = ['grader', '--version']\n"
        "try:\n    main()\nfinally:\n    print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    env = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    env |= {} if given is None else {"OPENBLAS_NUM_THREADS": given}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert done.stdout.splitlines()[-1] == threads, done.stderr


def test_a_typo_in_the_config_is_named_with_line_and_remedy(tmp_path: Path) -> None:
    text = (ROOT / "config.yaml").read_text()
    (tmp_path / "config.yaml").write_text(text.replace("hidden_seed:", "hiden_seed:", 1))
    shutil.copytree(ROOT / "reference", tmp_path / "reference")
    done = grader("config", cwd=tmp_path)
    line = 1 + text[: text.index("hidden_seed:")].count("\n")
    assert done.returncode == 2
    assert f"config.yaml:{line}: hiden_seed" in done.stderr
    assert "did you mean `hidden_seed`?" in done.stderr
    assert "has 1 mistake:" in done.stderr


def test_the_plan_names_every_question_and_adds_the_points_up() -> None:
    done = grader("config", "--plain")
    assert done.returncode == 0, done.stderr
    assert "q4_total" in done.stdout and "encoder_params" in done.stdout
    assert "16 questions" in done.stdout and "100 points." in done.stdout


def test_the_schema_that_the_config_names_is_the_published_one() -> None:
    done = grader("config", "--schema")
    published = (ROOT / "docs" / "config.schema.json").read_text()
    assert json.loads(done.stdout) == json.loads(published)
    assert "$schema=docs/config.schema.json" in (ROOT / "config.yaml").read_text().splitlines()[0]


@pytest.mark.parametrize(
    ("example", "score"), [("perfect_numpy", 93.0), ("syntax_error", 18.0), ("empty", 0.0)]
)
def test_gradescope_finds_valid_results_with_the_full_maximum(
    tmp_path: Path, example: str, score: float
) -> None:
    root = autograder(tmp_path / "autograder", EXAMPLES / example)
    done = grader("gradescope", "--root", root)
    assert done.returncode == 0, done.stderr
    results = json.loads((root / "results" / "results.json").read_text())
    jsonschema.validate(results, SCHEMA)
    assert results["score"] == score
    assert sum(test["max_score"] for test in results["tests"]) == 93
    assert "Problem Set 3" in done.stdout


class Started(GraderFault):
    """A launcher would have been started now."""


@pytest.mark.parametrize(
    ("door", "isolation"),
    [
        ("grade", "required"),
        ("grade --no-isolation", "off"),
        ("grade --cluster tcp://127.0.0.1:1", "required"),
        ("regrade", "required"),
        ("regrade --no-isolation", "off"),
        ("gradescope", "required"),
        ("gradescope --no-isolation", "off"),
        ("check", "preferred"),
    ],
)
def test_every_door_asks_for_isolation_and_names_what_is_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: str, isolation: str
) -> None:
    """As a submission must not read, wherever these lie: in a folder of Python's, say."""
    asked: dict[str, Any] = {}

    def start(limits: object, **how: Any) -> None:
        asked.update(how)
        raise Started

    def cluster(address: str, sent: Sent, say: object) -> None:
        start(None, secrets=sent.secrets, isolation=sent.isolation)

    def regrade_class(*given: object, open_launcher: Any, **more: object) -> None:
        open_launcher(())

    for where in ("grader.sandbox", "grader.gradescope"):
        monkeypatch.setattr(f"{where}.start_launcher", start)
    monkeypatch.setattr("grader.classroom.regrade.regrade_class", regrade_class)
    monkeypatch.setattr("grader.classroom.cluster.cluster", cluster)
    root = autograder(tmp_path / "autograder", EXAMPLES / "empty")
    (root / "submission_metadata.json").write_text("{}")
    config, handed_in, results = (
        root / name for name in ("source/config.yaml", "submission", "results")
    )
    command, *flags = door.split()
    arguments: list[object] = [command, *flags, "-c", config]
    secret = {config, config.parent / "reference", results}
    if command == "grade":
        arguments += [handed_in, "--out", results]
        secret.add(handed_in)
    elif command == "regrade":
        arguments += [results]
    elif command == "check":
        arguments += [handed_in]
        secret.remove(results)
    else:
        arguments += ["--root", root]
        secret.add(root / "submission_metadata.json")
    with contextlib.suppress(Started, SystemExit):
        cli.main([str(one) for one in arguments], standalone_mode=False)
    assert set(asked["secrets"]) == secret
    assert asked["isolation"] == isolation


def test_a_handed_in_folder_without_a_solution_earns_nothing_of_the_full_maximum(
    tmp_path: Path,
) -> None:
    root = autograder(tmp_path / "autograder", EXAMPLES / "empty")
    shutil.rmtree(root / "submission")
    (root / "submission").mkdir()
    (root / "submission" / "essay.pdf").write_bytes(b"%PDF-1.7")
    done = grader("gradescope", "--root", root)
    assert done.returncode == 0, done.stderr
    results = json.loads((root / "results" / "results.json").read_text())
    jsonschema.validate(results, SCHEMA)
    assert results["score"] == 0
    assert sum(test["max_score"] for test in results["tests"]) == 93
    assert "essay.pdf" in results["output"]
    assert "No function named" not in done.stdout
    statuses = {entry["status"] for entry in results["extra_data"]["questions"].values()}
    assert statuses == {"not_run", "to_mark"}


def test_a_broken_assignment_publishes_no_score_and_tells_the_staff(tmp_path: Path) -> None:
    root = autograder(tmp_path / "autograder", EXAMPLES / "perfect_numpy")
    (root / "source" / "config.yaml").write_text("assignment: 7\n")
    done = grader("gradescope", "--root", root)
    assert done.returncode == 2
    results = json.loads((root / "results" / "results.json").read_text())
    assert results["score"] == 0
    assert results["extra_data"]["graded"] is False
    assert "config.yaml" in done.stdout
    assert "Traceback" not in done.stdout, "the author can mend it, and needs no traceback"
    assert "config.yaml" not in json.dumps(results)


def test_a_grader_that_is_stopped_leaves_results_with_the_full_maximum(tmp_path: Path) -> None:
    root = autograder(tmp_path / "autograder", EXAMPLES / "infinite_loop")
    results = root / "results" / "results.json"
    command = [sys.executable, "-m", "grader", "gradescope", "--root", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        deadline = time.monotonic() + 60
        while not results.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(running.pid, signal.SIGTERM)
        running.communicate(timeout=60)
    document = json.loads(results.read_text())
    jsonschema.validate(document, SCHEMA)
    assert document["score"] == 0
    assert document["extra_data"]["graded"] is False
    assert sum(test["max_score"] for test in document["tests"]) == 93
