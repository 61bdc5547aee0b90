"""The student's door: check a solution, again on every save, or one case in a debugger."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import plain_option

if TYPE_CHECKING:
    from grader.model import Assignment, SelfCheck, Submission
    from grader.public import Header
    from grader.report.terminal import Screen
    from grader.sandbox import Launcher

_FOUND_WRONG = 1
_LOOK_S = 0.3  # between two looks at the files
_WRITTEN_S = 0.05  # without a change: a file has been written


@click.command(
    epilog="""\b
Examples:
  grader check               check the solution in this folder
  grader check -q q1         only one question, told in full
  grader check --watch       once more whenever a file is saved
  grader check --debug q1    run what fails of it here: breakpoint() works
"""
)
@click.argument("submission", type=click.Path(path_type=Path), default=Path())
@click.option("--question", "-q", "wanted", multiple=True, help="Only this question (repeatable).")
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved.")
@click.option("--debug", "debugged", metavar="QUESTION", help="Run its first wrong case here.")
@click.option(
    "--config",
    "-c",
    "given",
    type=click.Path(path_type=Path),
    help="The assignment; the one of this folder if none is given.",
)
@plain_option
def check(
    submission: Path,
    wanted: Sequence[str],
    watch: bool,
    debugged: str | None,
    given: Path | None,
    plain: bool,
) -> None:
    """Checks one SUBMISSION by all that is public: a file, a folder, a notebook or a zip.

    It needs the handout's assignment.json, or a whole course's config.yaml. Marks are decided by
    hidden cases; here they are only counted.
    """
    from grader.report.terminal import Screen

    screen = Screen.of(sys.stdout, plain=plain)
    if watch:
        _watch(submission, given, wanted, screen)
    with _Bench(given) as bench:
        handed_in = bench.read(submission)
        if debugged is not None:
            _debug(bench, handed_in, submission, debugged)
            return
        found = bench.check(handed_in, wanted)
    _print(found, screen)
    sys.exit(0 if found.all_well else _FOUND_WRONG)


def _print(found: SelfCheck, screen: Screen) -> None:
    from grader.report.check import render_check

    click.echo(render_check(found, screen), nl=False)


class _Bench:
    """An assignment and a launcher, started as early as it can be and kept for the next check."""

    def __init__(self, given: Path | None) -> None:
        from grader.checking import find_assignment

        self.path = find_assignment(given)
        self._launcher: Launcher | None = None
        self._imports: tuple[str, ...] = ()

    def __enter__(self) -> _Bench:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._launcher is not None:
            self._launcher.close()

    @cached_property
    def header(self) -> Header:
        """Read without the questions where that can be: the launcher then starts the sooner."""
        from grader.checking import header_of

        return header_of(self.path, lambda: self.assignment)

    @cached_property
    def assignment(self) -> Assignment:
        from grader.pipeline import read_assignment

        return read_assignment(self.path, wrong_answers=False)

    def read(self, submission: Path) -> Submission:
        from grader.checking import find_solution

        return find_solution(submission, self.header)

    def check(self, handed_in: Submission, wanted: Sequence[str]) -> SelfCheck:
        """What a check of these questions comes to."""
        launcher = self._launch(handed_in)
        from grader.checking import only
        from grader.selfcheck import self_check

        assignment = only(self.assignment, wanted)
        with launcher.open(handed_in) as session:
            return self_check(assignment, handed_in, session, asked=self.assignment.functions)

    def _launch(self, handed_in: Submission) -> Launcher:
        from grader.checking import secrets_of
        from grader.sandbox import start_launcher
        from grader.submission import imports_of

        imports = imports_of(handed_in)
        if self._launcher is not None and imports != self._imports:
            self._launcher.close()
            self._launcher = None
        if self._launcher is None:
            self._imports = imports
            self._launcher = start_launcher(
                self.header.limits,
                imports=imports,
                isolation="preferred",
                secrets=secrets_of(self.path),
            )
        return self._launcher


# --------------------------------------------------------------------------- again and again


def _watch(submission: Path, given: Path | None, wanted: Sequence[str], screen: Screen) -> None:
    """Checks on every change until it is interrupted."""
    with _Bench(given) as bench:
        seen = _settled(submission)
        while True:
            handed_in = bench.read(submission)
            if not screen.plain:
                click.clear()
            _print(bench.check(handed_in, wanted), screen)
            click.echo("\nWaiting for a change. Ctrl-C ends this.")
            while (now := _settled(submission)) == seen or not now:  # not now: being replaced
                time.sleep(_LOOK_S)
            seen = now


def _settled(submission: Path) -> dict[str, tuple[int, int]]:
    """The stamps once they stay the same: an editor may be in the middle of writing."""
    stamps = _stamps(submission)
    while True:
        time.sleep(_WRITTEN_S)
        later = _stamps(submission)
        if later == stamps:
            return stamps
        stamps = later


def _stamps(submission: Path) -> dict[str, tuple[int, int]]:
    """When the files of a submission were last changed, and how large they are."""
    files = [submission]
    if submission.is_dir():
        kinds = ("*.py", "*.ipynb", "*/*.py")  # the last are modules of a package
        files = [file for kind in kinds for file in submission.glob(kind)]
    stamps = {}
    for file in files:
        try:
            status = file.stat()
        except OSError:  # an editor may replace a file by another
            continue
        stamps[str(file)] = (status.st_mtime_ns, status.st_size)
    return stamps


# --------------------------------------------------------------------------- in the debugger


def _debug(bench: _Bench, handed_in: Submission, submission: Path, question: str) -> None:
    """Runs the first public check of a question that fails, here and without a sandbox."""
    from grader.debugging import debug

    folder = submission if submission.is_dir() else submission.parent
    found = bench.check(handed_in, [question])
    (checked,) = found.questions
    debug(bench.assignment.question(question), checked, handed_in, folder, click.echo)
