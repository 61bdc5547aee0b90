"""Many submissions: read, run and marked side by side, each result written as it comes.

One launcher serves all workers. A submission that breaks something is reported in its own results
and the rest go on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from grader.errors import AuthorError
from grader.model import Assignment, Scorecard, Submission
from grader.pipeline import fault_card, grade, redact
from grader.report.files import write_whole
from grader.report.gradescope import write_results
from grader.report.page import render as render_page
from grader.sandbox import Launcher
from grader.submission import Handed, read_handed


def grade_class(
    assignment: Assignment,
    handed_in: Sequence[Handed],
    out: Path,
    *,
    open_launcher: Callable[[Sequence[Submission]], Launcher],
    jobs: int | None = None,
    advance: Callable[[Scorecard], None] = lambda card: None,
) -> list[Scorecard]:
    """Marks a class and writes ``out/<id>/results.json`` and ``report.html`` for each.

    Args:
        assignment: validated.
        handed_in: what lies where.
        out: made if need be.
        open_launcher: starts the launcher that these submissions need.
        jobs: how many at a time; as many as cores if None.
        advance: told of each scorecard as it comes.

    Returns:
        The staff's scorecards, in the order of `handed_in`.
    """
    submissions = [read_handed(one, expected_name=assignment.filename) for one in handed_in]
    out.mkdir(parents=True, exist_ok=True)
    cards: dict[str, Scorecard] = {}
    with (
        open_launcher(submissions) as launcher,
        ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool,
    ):
        pending = [
            pool.submit(_grade_one, assignment, submission, launcher, out / submission.id)
            for submission in submissions
        ]
        for done in as_completed(pending):
            card = done.result()
            cards[card.submission_id] = card
            advance(card)
    return [cards[submission.id] for submission in submissions]


def _grade_one(
    assignment: Assignment, submission: Submission, launcher: Launcher, folder: Path
) -> Scorecard:
    try:
        card, _ = grade(assignment, submission, launcher)
    except AuthorError:
        raise  # no submission could be marked so
    except Exception as error:  # noqa: BLE001 - one submission's fault must not stop the others
        card = fault_card(assignment, submission.id, error)
    folder.mkdir(parents=True, exist_ok=True)
    seen = redact(card, "student")
    write_results(seen, folder / "results.json", digest=assignment.digest)
    write_whole(folder / "report.html", render_page(seen).encode())
    return card
