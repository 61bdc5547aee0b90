"""The doors: one command for each user. A door parses, calls the journey, prints, and exits.

Exit codes: 0 done; 1 `check` found something wrong; 2 the author's or caller's mistake; 3 ours.
Heavy rooms are imported inside the commands, so that each pays only for what it uses.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

import click

from grader.errors import ConfigError, GraderError

if TYPE_CHECKING:
    from grader.model import Assignment, Scorecard, Submission
    from grader.sandbox import Launcher

_FOUND_WRONG, _OURS = 1, 3
_QUIET_S = 2.0  # before the first word on progress, and between two

_EPILOG = """\b
Examples:
  grader check                         check solution.py in this folder
  grader check my_solution.py          check another file, a notebook or a zip
  grader grade submissions/ --out results
  grader config                        validate config.yaml and print the plan
"""

config_option = click.option(
    "--config",
    "-c",
    "config_path",
    type=click.Path(path_type=Path),
    default=Path("config.yaml"),
    show_default=True,
    help="The assignment.",
)
plain_option = click.option("--plain", is_flag=True, help="No colour and no drawing, for a file.")
isolation_option = click.option(
    "--no-isolation",
    is_flag=True,
    help="Run student code even where nothing keeps it in. Never for other people's work.",
)


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
    from grader.pipeline import grade, read_assignment, redact
    from grader.report.terminal import Screen, render
    from grader.submission import read_submission

    assignment = _only(read_assignment(config_path), only)
    handed_in = read_submission(submission, expected_name=assignment.filename)
    with _launcher(assignment, [handed_in], config_path, isolation="preferred") as launcher:
        card, _ = grade(assignment, handed_in, launcher)
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


@cli.command(epilog="\b\nExample:\n  grader grade submissions_example --out results")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True)
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Workers; as many as cores.")
@config_option
@plain_option
@isolation_option
def grade(
    paths: Sequence[Path],
    out: Path,
    jobs: int | None,
    config_path: Path,
    plain: bool,
    no_isolation: bool,
) -> None:
    """Marks every submission in PATHS and writes results.json and a page for each."""
    from grader.classroom import grade_class
    from grader.pipeline import read_assignment
    from grader.report.terminal import Screen, class_row, render, render_class_table
    from grader.submission import find_submissions

    assignment = read_assignment(config_path)
    handed_in = find_submissions(paths, expected_name=assignment.filename)
    if not handed_in:
        raise click.UsageError(f"nothing to mark in {', '.join(map(str, paths))}")
    with _progress(len(handed_in)) as advance:
        cards = grade_class(
            assignment,
            handed_in,
            out,
            open_launcher=lambda submissions: _launcher(
                assignment,
                submissions,
                config_path,
                isolation="off" if no_isolation else "required",
                secrets=(out,),
            ),
            jobs=jobs,
            advance=advance,
        )
    screen = Screen.of(sys.stdout, plain=plain)
    if len(cards) == 1:
        click.echo(render(cards[0], screen), nl=False)
    else:
        click.echo(render_class_table([class_row(card) for card in cards], screen), nl=False)
    page = "report.html" if len(cards) > 1 else f"{cards[0].submission_id}/report.html"
    click.echo(f"\nReport: {out / page}")
    faults = [card for card in cards if card.fault]
    if faults:
        click.echo(f"\nThe first fault, on {faults[0].submission_id}:\n{faults[0].fault}", err=True)
        sys.exit(_OURS)


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


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Scorecard], None]]:
    """Shows how far a class has come: a bar on a terminal, now and then a line elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

        columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("marking", total=total)
            yield lambda card: bar.advance(task)
        return
    done, told = 0, time.monotonic()

    def count(card: Scorecard) -> None:
        nonlocal done, told
        done += 1
        if time.monotonic() - told > _QUIET_S:
            told = time.monotonic()
            click.echo(f"marked {done} of {total}", err=True)

    yield count


def _launcher(
    assignment: Assignment,
    submissions: Sequence[Submission],
    config_path: Path,
    *,
    isolation: Literal["required", "preferred", "off"],
    secrets: Sequence[Path] = (),
) -> Launcher:
    from grader.sandbox import start_launcher

    reference = config_path.parent / "reference"
    return start_launcher(
        assignment.limits,
        torch=any(submission.mentions_torch for submission in submissions),
        isolation=isolation,
        secrets=[path for path in (config_path, reference, *secrets) if path.exists()],
    )


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
        sys.exit(_OURS)
    sys.exit(0)
