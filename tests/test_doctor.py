"""`grader doctor` says before a class is marked what every run would say of its isolation."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import grader.sandbox
from grader.cli.doctor import doctor, examine
from grader.model import Isolation, Limits
from grader.report.machine import Machine, render_machine
from grader.report.terminal import Screen
from grader.report.text import columns
from grader.sandbox import start_launcher
from grader.sandbox.isolation import SECURITY

PLAIN = Screen(plain=True)
HELD = dict.fromkeys(("read_secret", "read_memory", "signal", "trace", "network"), True)
CONFIG = """\
assignment: "A sum"
submission: {{file: solution.py, packages: {packages}}}
hidden_seed: 1
questions:
  - id: q1
    title: "A sum"
    function: add
    reference: adding
    points: 1
    cases:
      - {{name: "small", args: [1, 2], shown: full}}
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="what is tried differs elsewhere")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A config beside a reference, the submissions of which may import a package of ours."""
    (tmp_path / "reference").mkdir()
    reference = "def add(a: int, b: int) -> int:\n    return a + b\n"
    (tmp_path / "reference" / "adding.py").write_text(reference)
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(packages="[]"))
    return config


def spoken(machine: Machine) -> str:
    """The plain report with its lines joined, whatever their width."""
    return " ".join(render_machine(machine, PLAIN).split())


# --------------------------------------------------------------------------- the report

TOLD = [
    (
        "all held",
        Machine("here", Isolation("strong", ("landlock", "seccomp"), (), HELD)),
        ["isolation strong", "can be marked here", "+ landlock: reads", "open a socket: refused"],
        ["missing", "ALLOWED"],
    ),
    (
        "network open",
        Machine("here", Isolation("partial", ("landlock",), (), {**HELD, "network": False})),
        ["isolation partial", "can be marked here", "x open a socket: ALLOWED"],
        ["cannot be marked"],
    ),
    (
        "not root",
        Machine("here", Isolation("strong", (), ("own_user: the grader is not root",), HELD)),
        ["x missing own_user: the grader is not root", "-> run the grader as root"],
        ["ALLOWED"],
    ),
    (
        "nothing held",
        Machine("here", Isolation(), "submissions cannot be isolated"),
        ["isolation none", "cannot be marked here", "A run would stop: submissions cannot"],
        ["can be marked here", "tried"],
    ),
    (
        "held, and yet refused",
        Machine("here", Isolation("strong", (), (), HELD), "config.yaml lies below /usr/lib"),
        ["cannot be marked here", "config.yaml lies below /usr/lib"],
        ["All that was tried was refused"],
    ),
    (
        "a package is missing",
        Machine("", Isolation("strong"), "", {"numpy": "2.0", "scipy": None}),
        ["+ numpy 2.0", "x scipy is not installed", "-> install scipy where the grader runs"],
        ["x numpy"],
    ),
    (
        "a layer and a probe that are new",
        Machine("", Isolation("partial", ("moat",), ("drawbridge: up",), {"swim": False})),
        ["+ moat", "x missing drawbridge: up", "x swim: ALLOWED"],
        [],
    ),
]


@pytest.mark.parametrize(("name", "machine", "said", "unsaid"), TOLD, ids=[t[0] for t in TOLD])
def test_the_report_says_what_was_found_and_what_would_help(
    name: str, machine: Machine, said: list[str], unsaid: list[str]
) -> None:
    text = spoken(machine)
    for words in said:
        assert words in text
    for words in unsaid:
        assert words not in text


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_line_of_it_is_wider_than_the_screen(width: int) -> None:
    for _, machine, _, _ in TOLD:
        for plain in (True, False):
            text = render_machine(machine, Screen(width, plain=plain, colour=False))
            assert all(columns(line) <= width for line in text.splitlines())


def test_a_machine_is_ready_if_isolation_holds_and_nothing_is_missing() -> None:
    held = Isolation("strong")
    assert Machine("", held, "", {"numpy": "2"}).ready
    assert not Machine("", held, "it would stop").ready
    assert not Machine("", held, "", {"scipy": None}).ready


# --------------------------------------------------------------------------- the machine


@linux
def test_it_finds_what_a_run_finds(course: Path) -> None:
    found = examine(course)
    with start_launcher(Limits(), secrets=[course, course.parent / "reference"]) as launcher:
        assert found.isolation == launcher.isolation
    assert found.ready
    assert list(found.packages) == ["numpy"]


@linux
def test_a_machine_without_any_layer_is_told_why_a_run_would_stop(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = functools.partial(start_launcher, without=SECURITY)
    monkeypatch.setattr(grader.sandbox, "start_launcher", bare)
    found = examine(course)
    assert found.isolation.level == "none"
    assert "read the reference and the hidden cases" in found.refusal
    assert not found.ready


def test_it_exits_with_2_where_a_package_is_missing_that_students_may_use(course: Path) -> None:
    course.write_text(CONFIG.format(packages="[json, no_such_package]"))
    ran = CliRunner().invoke(doctor, ["--config", str(course), "--plain"])
    text = " ".join(ran.output.split())
    assert "x no_such_package is not installed" in text
    assert "+ json" in text
    assert ran.exit_code == 2


@linux
def test_it_exits_with_0_where_all_is_well(course: Path) -> None:
    ran = CliRunner().invoke(doctor, ["--config", str(course), "--plain"])
    assert ran.exit_code == 0, ran.output


def test_it_looks_at_the_machine_alone_where_there_is_no_assignment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(doctor, ["--plain"])
    assert "isolation" in ran.output
    assert "may import" not in ran.output


def test_it_takes_the_assignment_beside_it(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.parent)
    assert "may import" in CliRunner().invoke(doctor, ["--plain"]).output
