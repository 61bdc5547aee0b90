"""The doors for a whole class: grade."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import OURS, config_option, isolation_option, launcher, plain_option
from grader.cli.progress import Progressing, progressing

if TYPE_CHECKING:
    from grader.classroom import Outcome
    from grader.classroom.desk import Marked
    from grader.model import Scorecard
    from grader.report.rows import Row

_TABLE = 40  # submissions that are listed one by one
_FAULTS = 1  # whose traceback is printed


@click.command(
    epilog="""\b
Examples:
  grader grade submissions/ --out results
  grader grade export.zip --resume             take up an interrupted run
  grader grade submissions/ --marks results/review.csv
"""
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True)
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Workers; as many as cores.")
@click.option("--resume", is_flag=True, help="Leave out what is done already and has not changed.")
@click.option(
    "--marks",
    "marks_path",
    type=click.Path(path_type=Path),
    help="review.csv, filled in: a person's marks for free texts.",
)
@config_option
@plain_option
@isolation_option
def grade(
    paths: Sequence[Path],
    out: Path,
    jobs: int | None,
    resume: bool,
    marks_path: Path | None,
    config_path: Path,
    plain: bool,
    no_isolation: bool,
) -> None:
    """Marks every submission in PATHS: files, folders, zips, a class of them, an export.

    DIR/<id>/ gets results.json and a page for each student; DIR/grades.csv, review.csv and
    report.html are for staff.
    """
    from grader.classroom import grade_class
    from grader.classroom.review import read_marks
    from grader.pipeline import read_assignment
    from grader.submission import find_submissions

    assignment = read_assignment(config_path)
    marks = read_marks(marks_path, assignment) if marks_path else None
    _refuse_among(paths, out)
    handed_in = find_submissions(paths, expected_name=assignment.filename)
    if not handed_in:
        raise click.UsageError(f"nothing to mark in {', '.join(map(str, paths))}")
    with progressing(len(handed_in)) as progress:
        watcher = _Watcher(progress)
        try:
            outcome = grade_class(
                assignment,
                handed_in,
                out,
                open_launcher=lambda torch: launcher(
                    assignment,
                    config_path,
                    torch=torch,
                    isolation="off" if no_isolation else "required",
                    secrets=(out, *paths),
                ),
                watcher=watcher,
                jobs=jobs,
                resume=resume,
                marks=marks,
            )
        except BaseException:
            progress.stopped()
            raise
    _conclude(outcome, watcher.card, out, plain=plain)


class _Watcher:
    """Shows progress, and keeps the card of the last submission for the case that it is alone."""

    def __init__(self, progress: Progressing) -> None:
        self.card: Scorecard | None = None
        self._progress = progress

    def skipped(self, row: Row) -> None:
        self._progress.skipped(row)

    def marked(self, marked: Marked) -> None:
        self.card = marked.card
        self._progress.marked(marked)


def _refuse_among(paths: Sequence[Path], out: Path) -> None:
    """Refuses results among the submissions, where the next run would take them for one."""
    resolved = out.resolve()
    for path in paths:
        if path.is_dir() and (path.resolve() == resolved or path.resolve() in resolved.parents):
            raise click.UsageError(
                f"--out {out} lies in {path}, among what was handed in; name a folder elsewhere"
            )


def _conclude(outcome: Outcome, card: Scorecard | None, out: Path, *, plain: bool) -> None:
    from grader.report.terminal import ClassRow, Screen, render, render_class_table

    screen = Screen.of(sys.stdout, plain=plain)
    rows = outcome.rows
    if outcome.skipped:
        click.echo(f"{outcome.skipped} of {len(rows)} unchanged since they were marked, left out.")
    if len(rows) == 1 and card is not None:
        click.echo(render(card, screen), nl=False)
    else:
        listed = rows if len(rows) <= _TABLE else [row for row in rows if row.faulted]
        table = [
            ClassRow(
                row.id,
                row.score,
                row.max_score,
                tuple((question.id, question.status) for question in row.questions),
                row.note,
                row.wall_s,
                row.faulted,
            )
            for row in listed
        ]
        click.echo(render_class_table(table, screen), nl=False)
    click.echo(f"\nGrades: {out / 'grades.csv'}")
    for fault in outcome.faults[:_FAULTS]:
        click.echo(f"\nThe first fault of the grader's own:\n{fault}", err=True)
    if outcome.faults:
        sys.exit(OURS)
