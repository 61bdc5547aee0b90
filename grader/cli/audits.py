"""`grader audit`: the door for the author who asks whether the cases are any good."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from grader.cli.options import config_option, make_folder, out_option, plain_option


@click.command(epilog="\b\nExample:\n  grader audit --out audit")
@out_option("audit", "The folder for the report.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Workers; as many as cores.")
@config_option
@plain_option
def audit(out: Path, jobs: int | None, config_path: Path, plain: bool) -> None:
    """Measures the assignment: do its cases tell right from wrong?

    Mutates the reference, tries every wrong answer, other right ones and guesses, and writes
    OUT/audit.json and OUT/audit.html. Exits with 1 while a mutant survives or two wrong answers
    cannot be told apart.
    """
    from grader.audit import audit as run
    from grader.audit import page, terminal, to_json
    from grader.pipeline import read_assignment
    from grader.report.files import write_whole
    from grader.report.terminal import Screen

    assignment = read_assignment(config_path)
    make_folder(out)
    with _progress(plain=plain) as advance:
        report = run(assignment, config_path, workers=jobs, progress=advance)
    write_whole(out / "audit.json", (json.dumps(to_json(report), indent=1) + "\n").encode())
    write_whole(out / "audit.html", page(report).encode())
    click.echo(terminal(report, Screen.of(sys.stdout, plain=plain)), nl=False)
    click.echo(f"\nReport: {out / 'audit.html'}")
    sys.exit(report.exit_code)


@contextmanager
def _progress(*, plain: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Shows each stage with a bar on a terminal, and as a line elsewhere."""
    if plain or not sys.stderr.isatty():
        told: set[str] = set()

        def line(stage: str, done: int, total: int) -> None:
            if stage not in told:
                told.add(stage)
                click.echo(f"{stage}: {total}", err=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TaskID, TimeRemainingColumn

    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        stages: dict[str, TaskID] = {}

        def move(stage: str, done: int, total: int) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=total)
            bars.update(stages[stage], completed=done, total=total)

        yield move
