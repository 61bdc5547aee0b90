"""Shows how far a class has come: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress

    from grader.classroom.desk import Marked
    from grader.model import Scorecard
    from grader.report.rows import Row

_FIRST_S, _EVERY_S = 2.0, 10.0  # before the first line, and between two
_FRAME_S = 0.1  # between two pictures of the bar


class Progressing:
    """Watches a class being marked, and tells how far it is in a line on stderr now and then.

    What is skipped takes no time and does not count in the rate.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.marked_so_far = self.skipped_so_far = self.failures = 0
        self.card: Scorecard | None = None  # the last submission's, which may be the only one
        self._started = time.monotonic()
        self._next_s = _FIRST_S

    @property
    def done(self) -> int:
        return self.marked_so_far + self.skipped_so_far

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._started

    @property
    def rate(self) -> float:
        """Submissions marked in a second."""
        return self.marked_so_far / self.elapsed_s if self.elapsed_s > 0 else 0.0

    def words(self) -> str:
        """The state in a line: "120 of 300 done, 14.2 a second, 13 s left, 1 failed"."""
        left = self.total - self.done
        parts = [f"{self.done} of {self.total} done"]
        if self.rate >= 1:
            parts.append(f"{self.rate:.1f} a second")
        elif self.rate:
            parts.append(f"{60 * self.rate:.1f} a minute")
        if self.rate and left:
            parts.append(f"{duration(left / self.rate)} left")
        if self.skipped_so_far:
            parts.append(f"{self.skipped_so_far} unchanged")
        if self.failures:
            parts.append(f"{self.failures} failed")
        return ", ".join(parts)

    def skipped(self, row: Row) -> None:
        self.skipped_so_far += 1
        self._show()

    def marked(self, marked: Marked) -> None:
        self.card = marked.card
        self.marked_so_far += 1
        self.failures += bool(marked.fault)
        self._show()

    def stopped(self) -> None:
        """Tells how to go on, after whatever ended the run before its time."""
        if self.done:
            click.echo(
                f"Stopped after {self.done} of {self.total}, which are written. "
                "The same command with --resume goes on from here.",
                err=True,
            )

    def _show(self) -> None:
        if self.elapsed_s >= self._next_s and self.done < self.total:
            self._next_s = self.elapsed_s + _EVERY_S
            click.echo(self.words(), err=True)


class _Bar(Progressing):
    """Tells it by a bar on the terminal, drawn by this thread alone: desks are forked from it."""

    def __init__(self, total: int, progress: Progress) -> None:
        super().__init__(total)
        self._progress = progress
        self._task = progress.add_task("", total=total, words=self.words())
        self._next_s = 0.0
        progress.refresh()

    def stopped(self) -> None:
        self._progress.stop()  # erases the bar, so that what is said next has a line of its own
        super().stopped()

    def _show(self) -> None:
        if self.elapsed_s >= self._next_s or self.done == self.total:
            self._next_s = self.elapsed_s + _FRAME_S
            self._progress.update(self._task, completed=self.done, words=self.words())
            self._progress.refresh()


@contextmanager
def progressing(total: int, *, plain: bool) -> Iterator[Progressing]:
    """Shows progress for as long as the class is being marked."""
    if plain or not sys.stderr.isatty():
        yield Progressing(total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=24), TextColumn("{task.fields[words]}"))
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as progress:
        yield _Bar(total, progress)


def duration(seconds: float) -> str:
    """Writes a time as people say it.

    >>> duration(7.2), duration(95), duration(7500)
    ('7 s', '1 min 35 s', '2 h 5 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
