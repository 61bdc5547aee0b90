"""The door for whoever sets up a machine: doctor."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import plain_option

if TYPE_CHECKING:
    from grader.model import Assignment, Isolation
    from grader.report.machine import Machine

_NOT_READY = 2
_CONFIG = Path("config.yaml")


@click.command(
    epilog="""\b
Examples:
  grader doctor                 before marking a class on this machine
  sudo grader doctor --plain    as root, for a report that goes into a file
"""
)
@click.option(
    "--config",
    "-c",
    "config_path",
    type=click.Path(path_type=Path),
    help="The assignment; config.yaml if there is one. Without, packages are not looked at.",
)
@plain_option
def doctor(config_path: Path | None, plain: bool) -> None:
    """Tells how submissions would be isolated here, and what is missing for that.

    A worker is started and tries what it must not be able to do, as before every run. Exits with
    0 if every submission can be marked here, else with 2.
    """
    from grader.report.machine import render_machine
    from grader.report.terminal import Screen

    if config_path is None and _CONFIG.is_file():
        config_path = _CONFIG
    found = examine(config_path)
    click.echo(render_machine(found, Screen.of(sys.stdout, plain=plain)), nl=False)
    sys.exit(0 if found.ready else _NOT_READY)


def examine(config_path: Path | None) -> Machine:
    """Finds out whether an assignment's submissions can be marked on this machine.

    Raises:
        ConfigError: if the assignment is not sound.
    """
    from grader.model import Assignment
    from grader.pipeline import read_assignment
    from grader.report.machine import Machine

    assignment = Assignment(title="", filename="", questions=())
    packages = {}
    if config_path is not None:
        assignment = read_assignment(config_path)
        packages = {name: _version(name) for name in ("numpy", *assignment.packages)}
    isolation, refusal = _attested(assignment, config_path)
    return Machine(_words(), isolation, refusal, packages)


def _attested(assignment: Assignment, config_path: Path | None) -> tuple[Isolation, str]:
    """How a run would be isolated; if it would stop, why, and what there is all the same."""
    from grader.cli.options import launcher
    from grader.errors import IsolationError

    course = Path("nowhere") if config_path is None else config_path
    try:
        with launcher(assignment, course, "required") as strict:
            return strict.isolation, ""
    except IsolationError as error:
        with launcher(assignment, course, "preferred") as lenient:
            return lenient.isolation, str(error)


def _version(package: str) -> str | None:
    """The installed version of what is imported by this name; None if nothing is."""
    import importlib.metadata
    import importlib.util

    if importlib.util.find_spec(package) is None:
        return None
    names = importlib.metadata.packages_distributions().get(package, [])
    return importlib.metadata.version(names[0]) if names else "(version unknown)"


def _words() -> str:
    import getpass

    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name
        user = "a user without a name"
    system = platform.uname()
    return (
        f"Python {platform.python_version()}, {system.system} {system.release} "
        f"on {system.machine}, as {user}"
    )
