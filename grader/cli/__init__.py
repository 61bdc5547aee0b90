"""The doors: one command for each user. A door parses, calls the journey, prints, and exits.

Exit codes: 0 done; 1 `check` found something wrong; 2 the author's or caller's mistake; 3 ours.
Heavy rooms are imported inside the commands, so that each pays only for what it uses.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from grader.cli.classes import grade, regrade
from grader.cli.options import OURS, config_option, isolation_option, launcher, plain_option
from grader.errors import ConfigError, GraderError

if TYPE_CHECKING:
    from grader.model import Assignment

_FOUND_WRONG = 1

_EPILOG = """\b
Examples:
  grader check                         check solution.py in this folder
  grader check my_solution.py          check another file, a notebook or a zip
  grader grade submissions/ --out results
  grader config                        validate config.yaml and print the plan
"""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="grader")
def cli() -> None:
    """Marks students' Python functions against a reference, in isolation."""


@cli.command(epilog="\b\nExample:\n  grader check solution.ipynb -q q1")
@click.argument("submission", type=click.Path(path_type=Path), default=Path())
@click.option("--question", "-q", "only", multiple=True, help="Only this question (repeatable).")
@config_option
@plain_option
def check(submission: Path, only: Sequence[str], config_path: Path, plain: bool) -> None:
    """Checks one SUBMISSION as a student would: a file, a folder, a notebook or a zip."""
    from grader.pipeline import grade as grade_one
    from grader.pipeline import read_assignment, redact
    from grader.report.terminal import Screen, render
    from grader.submission import read_submission

    assignment = _only(read_assignment(config_path), only)
    handed_in = read_submission(submission, expected_name=assignment.filename)
    torch = handed_in.mentions_torch
    with launcher(assignment, config_path, torch=torch, isolation="preferred") as running:
        card, _ = grade_one(assignment, handed_in, running)
    card = redact(card, "student")
    click.echo(render(card, Screen.of(sys.stdout, plain=plain)), nl=False)
    wrong = any(question.status not in ("passed", "to_mark") for question in card.questions)
    sys.exit(_FOUND_WRONG if wrong else 0)


def _only(assignment: Assignment, wanted: Sequence[str]) -> Assignment:
    """The assignment cut down to the questions that were asked for."""
    import dataclasses
    import difflib

    ids = [question.id for question in assignment.questions]
    for name in wanted:
        if name not in ids:
            close = difflib.get_close_matches(name, ids, 1) or ids
            raise click.UsageError(f"no question {name!r}; did you mean {close[0]}?")
    if not wanted:
        return assignment
    questions = tuple(q for q in assignment.questions if q.id in wanted)
    kept = {q.id for q in questions}
    alone = tuple(
        q
        if q.builds_on is None or kept.issuperset(q.builds_on.questions)
        else dataclasses.replace(q, builds_on=None)
        for q in questions
    )
    return dataclasses.replace(assignment, questions=alone)


@cli.command()
@click.option(
    "--root", type=click.Path(path_type=Path), default=Path("/autograder"), show_default=True
)
@click.option("--config", "-c", "config_path", type=click.Path(path_type=Path))
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
@config_option
@plain_option
def config(schema: bool, config_path: Path, plain: bool) -> None:
    """Validates the assignment and prints its plan."""
    if schema:
        import json

        from grader.assignment import config_schema

        click.echo(json.dumps(config_schema(), indent=2))
        return
    from grader.assignment import plan
    from grader.pipeline import read_assignment
    from grader.report.plan import render_plan
    from grader.report.terminal import Screen

    assignment = read_assignment(config_path)
    screen = Screen.of(sys.stdout, plain=plain)
    click.echo(render_plan(assignment.title, plan(assignment), screen), nl=False)


for _command in (grade, regrade):
    cli.add_command(_command)


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
    except Exception:  # noqa: BLE001 - the outermost door
        traceback.print_exc()
        click.echo("grader: this is a fault of the grader's own; please report it.", err=True)
        sys.exit(OURS)
    sys.exit(0)
