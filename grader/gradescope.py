"""What run_autograder calls: one submission under Gradescope's /autograder, whatever happens.

As long as marking goes on, results.json says that the grader failed and no score was decided, with
the full maximum; so it stays true if nothing ever replaces it. The file is replaced whole when
marking is done. If the grader itself fails, no points are published, and the staff find the
traceback on standard output, which students never see.

Gradescope ends a run that takes too long and writes a score of zero. So a run has deadlines of its
own, counted from its start, one behind the other: what is not called by the first is not run, and
what is known is marked; at the second, marking stops as it would by a signal; at the third, when
not even that has helped, the process ends. The last one leaves half a minute to Gradescope's ten
minutes when a submission may take seven.
"""

from __future__ import annotations

import faulthandler
import json
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Literal

from msgspec.structs import replace

from grader.errors import AuthorError, GraderError
from grader.handing_in import HandingIn, lateness, over_limit, read_handing_in
from grader.model import Assignment, Scorecard
from grader.pipeline import fault_card, grade, read_assignment, redact
from grader.report.gradescope import write_again, write_results
from grader.report.terminal import Screen, render
from grader.sandbox import start_launcher
from grader.submission import imports_of, read_submission

_OURS = 3
_START_S = 60.0  # beside the submission's own time: to read the assignment, to import, to mark
_MARKING_S = 60.0  # after the last call
_ENDING_S = 30.0  # after marking was stopped
_STANDARD_ERROR = 2


def run_autograder(
    root: Path, config: Path, *, isolation: Literal["required", "off"] = "required"
) -> int:
    """Marks ``root/submission`` and writes ``root/results/results.json``.

    Returns:
        The exit code: 0, or that of what went wrong. Only a results file that could not be
        written at all leaves nothing behind, or what was there.
    """
    started = time.monotonic()
    results = root / "results" / "results.json"
    assignment = Assignment(title="", filename="", questions=())
    with _stoppable() as stop:
        try:
            results.parent.mkdir(parents=True, exist_ok=True)
            assignment = read_assignment(config)
            _write(fault_card(assignment, "", _Stopped("it was ended")), assignment, results)
            until = started + assignment.limits.submission_s + _START_S
            stop.at(until + _MARKING_S)
            handing_in = read_handing_in(root / "submission_metadata.json")
            if _is_shown_again(assignment, handing_in, results):
                return 0
            card = _mark(root, config, assignment, isolation, until)
            card = replace(card, late=lateness(assignment.gradescope.late, handing_in))
            _write(card, assignment, results)
        except BaseException as error:  # noqa: BLE001 - the outermost door
            stop.ignored = True  # the results are written first
            _say(str(error) if isinstance(error, AuthorError) else traceback.format_exc())
            with suppress(Exception):
                _publish_no_score(error, assignment, results)
            return error.exit_code if isinstance(error, GraderError) else _OURS
    _say(render(card, Screen(width=100, plain=True)))
    return 0


def _is_shown_again(assignment: Assignment, handing_in: HandingIn | None, results: Path) -> bool:
    """Whether the day's submissions were used up and an earlier result now stands in the file."""
    over = over_limit(assignment.gradescope.submissions_per_day, handing_in)
    if over is None:
        return False
    times = "once" if over.allowed == 1 else f"{over.allowed} times"
    reason = (
        f"Submissions are marked {times} a day, and today's were used up: this one was not marked. "
        f"Below is the result of what was handed in on {over.last.at:%Y-%m-%d} at "
        f"{over.last.at:%H:%M}."
    )
    if not write_again(over.last.results, results, reason, digest=assignment.digest):
        return False  # no result of ours, or of another assignment: then it is marked
    _say(reason)
    return True


def _mark(
    root: Path,
    config: Path,
    assignment: Assignment,
    isolation: Literal["required", "off"],
    until: float,
) -> Scorecard:
    submission = read_submission(
        root / "submission", expected_name=assignment.filename, submission_id="submission"
    )
    metadata = root / "submission_metadata.json"
    secrets = [config, config.parent / "reference", root / "results", metadata]
    with start_launcher(
        assignment.limits,
        imports=imports_of(submission),
        isolation=isolation,
        secrets=[path for path in secrets if path.exists()],
    ) as launcher:
        card, _ = grade(assignment, submission, launcher, until=until)
    return card


def _write(card: Scorecard, assignment: Assignment, results: Path) -> None:
    board = assignment.gradescope.leaderboard
    write_results(redact(card, "student"), results, digest=assignment.digest, board=board)


def _publish_no_score(error: BaseException, assignment: Assignment, results: Path) -> None:
    """Says in the results that the grader failed.

    When the assignment could not be read, its maximum is unknown; a file without points that lies
    there already (run_autograder lays one) has it, and stays.
    """
    if not assignment.questions and _holds_no_points(results):
        return
    try:
        _write(fault_card(assignment, "", error), assignment, results)
    except Exception:
        _say(f"{results} could not be written; what was there before is untouched.")
        raise


def _holds_no_points(results: Path) -> bool:
    try:
        document = json.loads(results.read_bytes())
        return bool(document["tests"]) and document["score"] == 0
    except (OSError, ValueError, KeyError, TypeError):
        return False


class _Stopped(BaseException):
    """The machine asked the grader to stop, or its time is up."""


class _Stop:
    """Turns the first signal to stop into an exception; ignores what comes later."""

    def __init__(self) -> None:
        self.ignored = False

    def at(self, deadline: float) -> None:
        """Stops at a point of the monotonic clock, in the hard way if the soft one is no use."""
        if threading.current_thread() is threading.main_thread():
            left_s = max(0.001, deadline - time.monotonic())
            signal.setitimer(signal.ITIMER_REAL, left_s)
            # By a thread that needs no interpreter: whatever that does, it ends here.
            faulthandler.dump_traceback_later(left_s + _ENDING_S, exit=True, file=_STANDARD_ERROR)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if not self.ignored:
            self.ignored = True
            if number == signal.SIGALRM:
                raise _Stopped("the grader's own time was up")
            raise _Stopped(f"stopped by {signal.Signals(number).name}")


@contextmanager
def _stoppable() -> Iterator[_Stop]:
    """Handles the signals that end a process, so that what is known is still written."""
    stop = _Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # only the main thread is told of signals
        return
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield stop
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(text: str) -> None:
    """To the staff; a closed standard output is no reason to fail."""
    with suppress(OSError, ValueError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
