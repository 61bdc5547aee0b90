"""What run_autograder calls: one submission under Gradescope's /autograder, whatever happens.

A results file with the full maximum and no points is there before the submission is looked at,
and is replaced whole when marking is done. If the grader itself fails, the file says that no
score was decided; the staff find the traceback on standard output, which students never see.
"""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Literal

from grader.errors import GraderError
from grader.model import Assignment, Scorecard
from grader.pipeline import fault_card, grade, read_assignment, redact
from grader.report.gradescope import placeholder, write_results
from grader.report.terminal import Screen, render
from grader.sandbox import start_launcher
from grader.submission import read_submission

_UNFINISHED = (
    "The grader was stopped before it had finished. This says nothing about the work handed in; "
    "hand it in again, or tell the staff."
)
_OURS = 3


def run_autograder(
    root: Path, config: Path, *, isolation: Literal["required", "off"] = "required"
) -> int:
    """Marks ``root/submission`` and writes ``root/results/results.json``.

    Returns:
        The exit code: 0, or that of what went wrong. Only a results file that could not be
        written at all leaves nothing behind.
    """
    results = root / "results" / "results.json"
    assignment = Assignment(title="", filename="", questions=())
    try:
        results.parent.mkdir(parents=True, exist_ok=True)
        assignment = read_assignment(config)
        empty = placeholder(assignment.title, assignment.questions, _UNFINISHED)
        write_results(empty, results, digest=assignment.digest)
        with _stoppable():
            card = _mark(root, config, assignment, isolation)
        write_results(redact(card, "student"), results, digest=assignment.digest)
    except BaseException as error:  # noqa: BLE001 - the outermost door
        _say(traceback.format_exc())
        with suppress(GraderError):
            card = fault_card(assignment, "", error)
            write_results(redact(card, "student"), results, digest=assignment.digest)
        return error.exit_code if isinstance(error, GraderError) else _OURS
    _say(render(card, Screen(width=100, plain=True)))
    return 0


def _mark(
    root: Path, config: Path, assignment: Assignment, isolation: Literal["required", "off"]
) -> Scorecard:
    submission = read_submission(
        root / "submission", expected_name=assignment.filename, submission_id="submission"
    )
    metadata = root / "submission_metadata.json"
    secrets = [config, config.parent / "reference", root / "results", metadata]
    with start_launcher(
        assignment.limits,
        torch=submission.mentions_torch,
        isolation=isolation,
        secrets=[path for path in secrets if path.exists()],
    ) as launcher:
        card, _ = grade(assignment, submission, launcher)
    return card


class _Stopped(BaseException):
    """The machine asked the grader to stop."""


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turns SIGTERM into an exception, so that what is known is still written."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise _Stopped(f"stopped by signal {number}")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say(text: str) -> None:
    """To the staff; a closed standard output is no reason to fail."""
    with suppress(OSError, ValueError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
