"""The doors: one command for each user. A door parses, calls the journey, prints, and exits.

Exit codes: 0 done; 1 `check` found something wrong; 2 the author's or caller's mistake; 3 ours.
Heavy rooms are imported inside the commands, so that each pays only for what it uses.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click

from grader.cli.audits import audit
from grader.cli.builds import build
from grader.cli.checks import check
from grader.cli.classes import grade, regrade
from grader.cli.doctor import doctor
from grader.cli.options import OURS, config_option, isolation_option, plain_option
from grader.errors import ConfigError, GraderError

_EPILOG = """\b
Examples:
  grader check                         check solution.py in this folder
  grader check my_solution.py          check another file, a notebook or a zip
  grader grade submissions/ --out results
  grader config                        validate config.yaml and print the plan
  grader audit                         do the cases tell right from wrong?
  grader build --out dist              make handout.zip and autograder.zip
  grader doctor                        how submissions would be isolated here
"""


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)  # where the output goes


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="grader")
def cli() -> None:
    """Marks students' Python functions against a reference, in isolation."""


@cli.command()
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    default=Path("/autograder"),
    show_default=True,
    help="Gradescope's folder.",
)
@click.option(
    "--config",
    "-c",
    "config_path",
    type=click.Path(path_type=Path),
    help="The assignment; ROOT/source/config.yaml if none is given.",
)
@isolation_option
def gradescope(root: Path, config_path: Path | None, no_isolation: bool) -> None:
    """Marks ROOT/submission as Gradescope's run_autograder; writes ROOT/results/results.json."""
    from grader.gradescope import run_autograder

    sys.exit(
        run_autograder(
            root,
            config_path or root / "source" / "config.yaml",
            isolation="off" if no_isolation else "required",
        )
    )


@cli.command()
@click.option("--schema", is_flag=True, help="Print the JSON Schema of config.yaml instead.")
@click.option("--manual", is_flag=True, help="Print what each key of config.yaml means instead.")
@config_option
@plain_option
def config(schema: bool, manual: bool, config_path: Path, plain: bool) -> None:
    """Validates the assignment and prints its plan."""
    if schema:
        import json

        from grader.assignment import config_schema

        click.echo(json.dumps(config_schema(), indent=2))
        return
    if manual:
        from grader.assignment import config_manual

        click.echo(config_manual(), nl=False)
        return
    from grader.assignment import plan
    from grader.pipeline import read_assignment
    from grader.report.plan import render_plan
    from grader.report.terminal import Screen

    assignment = read_assignment(config_path)
    screen = Screen.of(sys.stdout, plain=plain)
    click.echo(render_plan(assignment.title, plan(assignment), screen), nl=False)


for _command in (check, grade, regrade, audit, build, doctor):
    cli.add_command(_command)


def _is_nowhere() -> bool:
    """Whether the working directory was removed, as when a handout is unzipped once more."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


def main() -> NoReturn:
    """Runs a command; whatever goes wrong ends in a message and the exit code for it."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    except ConfigError as error:
        many = len(error.problems)
        click.echo(f"The assignment has {many} mistake{'s' if many != 1 else ''}:", err=True)
        for problem in error.problems:
            click.echo(f"  {problem}", err=True)
        sys.exit(error.exit_code)
    except GraderError as error:
        click.echo(f"grader: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001 - the outermost door
        lacking = error.name if isinstance(error, ModuleNotFoundError) else None
        if lacking and lacking.partition(".")[0] != "grader":
            click.echo(
                f"grader: this command needs {lacking}, which is not installed here. `check` "
                "is all that a handout's packages are for; `pip install .` in the grader's own "
                "folder brings what a course needs.",
                err=True,
            )
            sys.exit(2)
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            where = "where the output goes, or in the temporary folder"
            click.echo(f"grader: {error.strerror}, {where}", err=True)
            _drop_what_is_unprinted()
            sys.exit(OURS)
        if isinstance(error, FileNotFoundError) and _is_nowhere():
            click.echo("grader: this folder does not exist any more; go into it again", err=True)
            sys.exit(2)
        traceback.print_exc()
        click.echo("grader: this is a fault of the grader's own; please report it.", err=True)
        sys.exit(OURS)
    sys.exit(0)


def _drop_what_is_unprinted() -> None:
    """Python would try once more as it ends, fail, and take 120 for the exit code."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
