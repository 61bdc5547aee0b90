"""The doors for a whole class: grade, and regrade after the assignment has changed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import (
    OURS,
    Command,
    config_option,
    isolation_option,
    launcher,
    out_option,
    plain_option,
)
from grader.cli.progress import progressing

if TYPE_CHECKING:
    from grader.classroom import Outcome
    from grader.classroom.desk import OpenLauncher
    from grader.classroom.gradebook import Book, Filled
    from grader.classroom.reports import Request, Written
    from grader.classroom.run import MarkAll
    from grader.model import Assignment, Scorecard
    from grader.sandbox import Launcher
    from grader.sandbox.supervisor import IsolationMode
    from grader.submission import Handed

_UNMATCHED = 10  # people of a gradebook that are listed


def class_options(command: Command) -> Command:
    """The options of everything that ends in grades."""
    for option in (
        click.option(
            "--similar", is_flag=True, help="List submissions with similar code, for staff."
        ),
        click.option("--column", help="The column of the Canvas gradebook to fill."),
        click.option(
            "--moodle",
            type=click.Path(path_type=Path),
            help="A grading worksheet from Moodle, to be filled as moodle.csv.",
        ),
        click.option(
            "--canvas",
            type=click.Path(path_type=Path),
            help="A gradebook from Canvas, to be filled as canvas.csv.",
        ),
        click.option(
            "--marks",
            "marks_path",
            type=click.Path(path_type=Path),
            help="review.csv, filled in: a person's marks for free texts.",
        ),
    ):
        command = option(command)
    return command


@click.command(
    epilog="""\b
Examples:
  grader grade submissions/ --out results
  grader grade export.zip --resume             take up an interrupted run
  grader grade submissions/ --marks results/review.csv
"""
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@out_option("results", "The folder for the results (DIR).")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Workers; as many as cores.")
@click.option("--resume", is_flag=True, help="Leave out what is done already and has not changed.")
@click.option("--cluster", "address", help="Mark on a Dask cluster: its scheduler's address.")
@class_options
@config_option
@plain_option
@isolation_option
def grade(
    paths: Sequence[Path],
    out: Path,
    jobs: int | None,
    resume: bool,
    address: str | None,
    marks_path: Path | None,
    canvas: Path | None,
    moodle: Path | None,
    column: str | None,
    similar: bool,
    config_path: Path,
    plain: bool,
    no_isolation: bool,
) -> None:
    """Marks every submission in PATHS: files, folders, zips, a class of them, an export.

    DIR/<id>/ gets results.json and a page for each student; DIR/grades.csv, review.csv and
    report.html are for staff.
    """
    from grader.pipeline import read_assignment
    from grader.submission import find_submissions, passed_over

    if address is not None and jobs is not None:
        raise click.UsageError("--jobs is for this machine; a cluster has the workers that it has")
    assignment = read_assignment(config_path)
    _refuse_among(paths, out)
    isolation: IsolationMode = "off" if no_isolation else "required"
    handed_in = find_submissions(paths, expected_name=assignment.filename)
    if not handed_in:
        raise click.UsageError(f"nothing to mark in {', '.join(map(str, paths))}")
    start = partial(launcher, assignment, config_path, isolation, (out, *paths))
    with ExitStack() as stack:
        open_launcher: OpenLauncher = start
        more = (address, resume, marks_path, canvas, moodle, similar)  # may be refused, or not run
        if len(handed_in) == 1 and not any(more):
            open_launcher = _begun(handed_in[0], assignment, out, start, stack)
        from grader.classroom import grade_class  # while a launcher gets ready
        from grader.classroom.review import read_marks

        marks = read_marks(marks_path, assignment) if marks_path else None
        compared = len(handed_in) if similar else None
        request = _request(canvas, moodle, column, assignment, config_path, compared)
        mark = None
        if address is not None:
            secrets = (config_path, config_path.parent / "reference", out, *paths)
            mark = stack.enter_context(_cluster(address, assignment, isolation, secrets))
        progress = stack.enter_context(progressing(len(handed_in), plain=plain))
        try:
            outcome = grade_class(
                assignment,
                handed_in,
                out,
                open_launcher=open_launcher,
                watcher=progress,
                jobs=jobs,
                resume=resume,
                marks=marks,
                mark=mark,
                request=request,
            )
        except BaseException:
            progress.stopped()
            raise
    beside = passed_over(paths, expected_name=assignment.filename)
    _conclude(outcome, progress.card, out, beside, plain=plain)


def _begun(
    handed: Handed, assignment: Assignment, out: Path, start: OpenLauncher, stack: ExitStack
) -> OpenLauncher:
    """Starts the launcher of a single submission before the rooms that mark it are imported."""
    from grader.errors import SandboxFault
    from grader.submission import imports_of, read_handed

    imports = imports_of(read_handed(handed, expected_name=assignment.filename))
    begun: dict[tuple[str, ...], Launcher] = {}
    with suppress(OSError, SandboxFault):  # done again by who needs it, and has words for it
        out.mkdir(parents=True, exist_ok=True)  # for what lies there is kept from the submission
        begun[imports] = stack.enter_context(start(imports))
    return lambda imports: begun.pop(imports, None) or start(imports)


@click.command(
    epilog="""\b
Examples:
  grader regrade results -c new.yaml --dry-run        who would gain and lose
  grader regrade results --marks results/review.csv   with a person's marks
"""
)
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--run", "may_run", is_flag=True, help="Run the code for inputs never tried before.")
@click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Processes; as many as cores.")
@class_options
@config_option
@plain_option
@isolation_option
def regrade(
    results: Path,
    may_run: bool,
    dry_run: bool,
    jobs: int | None,
    marks_path: Path | None,
    canvas: Path | None,
    moodle: Path | None,
    column: str | None,
    similar: bool,
    config_path: Path,
    plain: bool,
    no_isolation: bool,
) -> None:
    """Marks RESULTS again by a changed assignment, from what was observed: no code is run.

    Tells who gains and who loses through which rule, also in RESULTS/changes.csv.
    """
    import os

    from grader.classroom.regrade import regrade_class
    from grader.classroom.review import read_marks
    from grader.pipeline import read_assignment
    from grader.report.changes import render_changes
    from grader.report.terminal import Screen

    assignment = read_assignment(config_path)
    marks = read_marks(marks_path, assignment) if marks_path else None
    total = len(list((results / "staff" / "records").glob("*.record")))
    compared = total if similar else None
    request = _request(canvas, moodle, column, assignment, config_path, compared)
    isolation: IsolationMode = "off" if no_isolation else "required"
    with progressing(total, plain=plain) as progress:
        regraded = regrade_class(
            assignment,
            results,
            open_launcher=partial(launcher, assignment, config_path, isolation, (results,)),
            watcher=progress,
            jobs=jobs or os.cpu_count() or 1,
            may_run=may_run,
            dry_run=dry_run,
            marks=marks,
            request=request,
        )
    screen = Screen.of(sys.stdout, plain=plain)
    click.echo(render_changes(regraded.changes, regraded.rules, screen), nl=False)
    _tell_notes(regraded.notes)
    if dry_run:
        click.echo("\nNothing was changed.")
    else:
        click.echo(f"\nChanges: {results / 'changes.csv'}")
        _tell_review(results, regraded.written)
        _tell_similar(results)
        _tell_books(regraded.written.filled, results)
    _tell_faults(regraded.faults)


def _cluster(
    address: str, assignment: Assignment, isolation: IsolationMode, secrets: tuple[Path, ...]
) -> AbstractContextManager[MarkAll]:
    """Gives what marks on a cluster; the first of the secrets is the config."""
    from grader.classroom.cluster import Sent, cluster

    sent = Sent(secrets[0], assignment.packages, isolation, secrets)
    return cluster(address, sent, say=lambda text: click.echo(text, err=True))


def _request(
    canvas: Path | None,
    moodle: Path | None,
    column: str | None,
    assignment: Assignment,
    config_path: Path,
    compared: int | None,
) -> Request:
    """What is wanted beyond the class's own files; read before anything is marked.

    So many submissions are compared, but for the starter; None: they are not.
    """
    from grader.classroom.gradebook import read_book
    from grader.classroom.reports import Request

    if column is not None and canvas is None:
        raise click.UsageError("--column names a column of the gradebook given with --canvas")
    books = []
    if canvas is not None:
        books.append(read_book(canvas, "canvas", column=column, title=assignment.title))
    if moodle is not None:
        books.append(read_book(moodle, "moodle", column=None, title=assignment.title))
    handed_out = None
    if compared is not None:
        from grader.bundle.starter import read_starter
        from grader.classroom.similarity import check

        handed_out = (read_starter(assignment, config_path.parent / "reference").text,)
        check(compared)
    return Request(tuple(books), handed_out)


def _tell_review(out: Path, written: Written) -> None:
    from grader.report.text import counted

    sheet = out / "review.csv"
    if written.pending:
        click.echo(
            f"{sheet} says of {counted(written.pending, 'answer')} what does not count yet; give "
            f"it with --marks {sheet}"
        )
    if (new := out / "review.new.csv").exists():
        click.echo(
            f"{sheet} cannot be read and was left as it is; the new sheet is {new}. What is wrong "
            f"in it: grader regrade {out} --marks {sheet}"
        )


def _tell_similar(out: Path) -> None:
    if (alike := out / "staff" / "similar.html").exists():
        click.echo(f"Similar code: {alike}")


def _tell_books(filled: Sequence[tuple[Book, Filled]], out: Path) -> None:
    from grader.report.text import counted

    for book, result in filled:
        path = out / f"{book.system}.csv"
        filled_in = counted(result.count, "grade")
        click.echo(f"{path}: {filled_in} filled in, {len(result.left)} left open")
        for left in result.left[:_UNMATCHED]:
            click.echo(f"  {left.who}: {left.why}")
        if len(result.left) > _UNMATCHED:
            click.echo(f"  and {len(result.left) - _UNMATCHED} more, in {out / 'unmatched.csv'}")
        for note in result.notes:
            click.echo(f"  Note: {note}.")
    new = [book.system for book, _ in filled]
    for system in ("canvas", "moodle"):
        if system not in new and (old := out / f"{system}.csv").exists():
            click.echo(f"{old}: of an earlier run; give --{system} again to fill in these grades")


def _refuse_among(paths: Sequence[Path], out: Path) -> None:
    """Refuses results among the submissions, where the next run would take them for one."""
    resolved = out.resolve()
    for path in paths:
        if (path / "staff" / "records").is_dir():
            raise click.UsageError(
                f"{path} is a folder of results; give what was handed in, or mark these again with "
                f"`grader regrade {path}`"
            )
        if path.is_dir() and (path.resolve() == resolved or path.resolve() in resolved.parents):
            raise click.UsageError(
                f"--out {out} lies in {path}, among what was handed in; name a folder elsewhere"
            )


def _conclude(
    outcome: Outcome, card: Scorecard | None, out: Path, beside: Sequence[str], *, plain: bool
) -> None:
    from grader.report.terminal import Screen, render, render_class_table
    from grader.submission.naming import listed

    screen = Screen.of(sys.stdout, plain=plain)
    rows = outcome.rows
    if len(rows) == 1 and card is not None:
        click.echo(render(card, screen), nl=False)
    else:
        click.echo(render_class_table(rows, screen), nl=False)
    if outcome.skipped:
        click.echo(f"\n{outcome.skipped} of {len(rows)} were marked before and have not changed.")
    if beside:
        click.echo(f"\nNot taken for submissions: {listed(beside)}.")
    if outcome.others:
        are = "is a submission" if len(outcome.others) == 1 else "are submissions"
        click.echo(
            f"\nIn {out} {are} of an earlier run, too: {listed(outcome.others)}. The report and "
            "the grades leave them out; give all paths at once, with --resume, to have one table."
        )
    _tell_notes(outcome.notes)
    click.echo(f"\nReport: {out / 'report.html'}\nGrades: {out / 'grades.csv'}")
    _tell_review(out, outcome.written)
    _tell_similar(out)
    _tell_books(outcome.written.filled, out)
    _tell_faults(outcome.faults)


def _tell_notes(notes: Sequence[str]) -> None:
    for note in notes:
        click.echo(f"\n{note}")


def _tell_faults(faults: Sequence[str]) -> None:
    if faults:
        click.echo(f"\nThe first fault of the grader's own:\n{faults[0]}", err=True)
        sys.exit(OURS)
