"""Marks a class again from what was kept of it, after the assignment has changed.

No student's code runs: points, tolerances, credit, wrong answers and expected values are the
grader's business. What a process was never asked cannot be marked, so a change that needs new
inputs is refused before anything is written, unless these may be run, and then nothing else is.

The rows as they were are kept until the regrade is complete; if it is interrupted, the next one
still tells who gained and lost since the class was marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from grader.classroom import records, register, rules
from grader.classroom.changes import changed_rules, changes
from grader.classroom.desk import Desk, Kept, Marked, OpenLauncher, Task
from grader.classroom.desks import mark_all
from grader.classroom.folder import Folder
from grader.classroom.register import Member
from grader.classroom.reports import Request, Written, write_reports
from grader.classroom.review import Marks, keep_marks, kept_marks, told
from grader.classroom.run import Watcher, longest_s, store
from grader.errors import UsageError
from grader.model import Assignment
from grader.report.changes import Change, changes_csv
from grader.report.rows import Row
from grader.report.text import counted, first_few
from grader.sandbox import wire

_NAMED: Final = 5  # submissions or cases in a message


class Regraded(Struct, frozen=True):
    """What a regrade came to."""

    changes: tuple[Change, ...]
    rules: tuple[tuple[str, str], ...]  # (question, or "limits"; what changed of it)
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # on the marks that were given with this regrade
    written: Written = Written()


def regrade_class(
    assignment: Assignment,
    out: Path,
    *,
    open_launcher: OpenLauncher,
    watcher: Watcher,
    jobs: int = 1,
    may_run: bool = False,
    dry_run: bool = False,
    marks: Marks | None = None,
    request: Request = Request(),  # noqa: B008 - frozen
) -> Regraded:
    """Marks a class again and writes its results anew.

    Args:
        assignment: as it is now.
        out: the folder of results.
        open_launcher: starts a launcher; not called unless something must run.
        watcher: told of each submission as it is done.
        jobs: how many at a time.
        may_run: run what was never tried.
        dry_run: change nothing, tell only what would change.
        marks: what a person gave to free texts, besides what counted before.
        request: what is wanted beyond the class's own files.

    Raises:
        UsageError: it is no folder of results, records are missing, or new inputs are needed.
        NotWrittenError: a file could not be written; the regrade can be repeated.
    """
    folder = Folder(out)
    if not folder.staff.is_dir():
        raise UsageError(f"{out}: {register.NO_RESULTS}")
    with folder.held():
        class_ = register.read(folder)
        work = _Work(folder, tuple(member.id for member in class_.members), assignment)
        old, new = rules.read(folder), rules.rules_of(assignment)
        before = _rows_before(folder, work.heads)
        newer = marks or Marks()
        given = kept_marks(folder, assignment, newer)

        def mark(*, row_only: bool) -> Iterator[Marked]:
            def make_desk() -> Desk:
                return Desk(assignment, open_launcher, given)

            tasks = work.tasks(may_run=may_run, row_only=row_only)
            return mark_all(tasks, make_desk, jobs=jobs, limit_s=longest_s(assignment))

        def regraded(rows: Mapping[str, Row], faults: Sequence[str]) -> Regraded:
            named = work.joined(rows, class_.members)
            said = (*work.other_limits(), *changed_rules(old, new))
            return Regraded(
                changes(before, named, old, new),
                said,
                tuple(faults),
                tuple(told(named, given, newer)),
            )

        if not may_run:
            work.refuse_new_inputs()
        if dry_run or not may_run:
            trial = list(mark(row_only=True))
            _refuse_runs(trial)
            if dry_run:
                return regraded({one.id: one.row for one in trial}, [])
        folder.write(folder.before_regrade, msgspec.json.encode(before))
        keep_marks(folder, given)
        inputs = records.Inputs.of_assignment(assignment)
        folder.write_once(folder.inputs(inputs.name), inputs.pack())
        rows: dict[str, Row] = {}
        faults: list[str] = []
        for marked in mark(row_only=False):
            store(folder, marked)
            rows[marked.id] = marked.row
            faults += [marked.fault] if marked.fault else []
            watcher.marked(marked)
        result = regraded(rows, faults)
        named = work.joined(rows, class_.members)
        written = write_reports(folder, assignment, named, request, marks=given, newer=newer)
        folder.write(folder.changes, changes_csv(result.changes).encode())
        rules.write(folder, assignment)
        register.write(folder, assignment, class_.members)
        folder.before_regrade.unlink(missing_ok=True)
        folder.settle()
    return replace(result, written=written)


def _rows_before(folder: Folder, heads: Mapping[str, records.Head]) -> dict[str, Row]:
    """Returns the rows as they were before this regrade, or before one that was interrupted."""
    try:
        kept = folder.before_regrade.read_bytes()
        return msgspec.json.decode(kept, type=dict[str, Row])
    except (OSError, msgspec.MsgspecError):
        return {ident: head.row for ident, head in heads.items()}


def _refuse_runs(trial: Sequence[Marked]) -> None:
    needy = [one for one in trial if one.needs_run]
    if needy:
        named = "; ".join(f"{one.id}: {one.needs_run}" for one in needy[:_NAMED])
        more = f"; and {len(needy) - _NAMED} more" if len(needy) > _NAMED else ""
        raise UsageError(
            f"{len(needy)} of {len(trial)} submissions would be asked what they never were, or "
            f"gave an answer too large to be kept ({named}{more}); nothing was changed. "
            "With --run, just these calls are made"
        )


class _Work:
    """The submissions of a folder, as they were kept."""

    def __init__(self, folder: Folder, ids: Sequence[str], assignment: Assignment) -> None:
        self.heads: dict[str, records.Head] = {}
        self._folder = folder
        self._assignment = assignment
        self._inputs: dict[str, records.Inputs] = {}
        missing = []
        for ident in ids:
            head = folder.head(ident)
            if head is None or not head.body:
                missing.append(ident)
            else:
                self.heads[ident] = head
        if missing:
            raise UsageError(
                f"nothing usable is kept of {first_few(missing, _NAMED)}; mark the class with "
                "`grader grade … --resume` first"
            )

    def other_limits(self) -> Iterator[tuple[str, str]]:
        """Tells where submissions ran under other limits than the assignment's: these are as ever.

        What took too long then would have to run again.
        """
        now = rules.limits_of(self._assignment)
        for was in sorted({head.limits for head in self.heads.values()} - {now}):
            yield (
                "limits",
                f"{now}, not {was}; what ran under those is taken as it was, and only "
                "`grader grade … --resume` runs it again",
            )

    def refuse_new_inputs(self) -> None:
        """Refuses an assignment with inputs that were never tried."""
        known = {name: self._inputs_of(name) for name in {h.inputs for h in self.heads.values()}}
        new = [
            f'{question.id} "{case.name}"'
            for question in self._assignment.questions
            for case in question.cases
            if any(wire.encode(case.args) not in inputs.places for inputs in known.values())
        ]
        if new:
            raise UsageError(
                f"the assignment now has {counted(len(new), 'case')} with inputs that were never "
                f"tried ({first_few(new, _NAMED)}); nothing was changed. With --run, just "
                "these calls are made"
            )

    def tasks(self, *, may_run: bool, row_only: bool) -> Iterator[Task]:
        """Reads one record after the other."""
        for ident in self.heads:
            record = self._record(ident)
            helpers = self._helpers(ident, record.body) if may_run else {}
            kept = Kept(record.body, self._inputs_of(record.head.inputs), record.head, helpers)
            yield Task(ident, kept=kept, may_run=may_run, row_only=row_only)

    def joined(self, rows: Mapping[str, Row], class_: Sequence[Member]) -> tuple[Row, ...]:
        """The rows as staff read them, in the class's order."""
        code = {ident: head.code for ident, head in self.heads.items() if head.code}
        return register.joined([rows[member.id] for member in class_], class_, code)

    def _record(self, ident: str) -> records.Record:
        try:
            return records.unpack(self._folder.record(ident).read_bytes())
        except (OSError, records.DamagedRecordError) as error:
            raise UsageError(
                f"the record of {ident} is damaged ({error}); mark the class with "
                "`grader grade … --resume` first"
            ) from error

    def _inputs_of(self, name: str) -> records.Inputs:
        if name not in self._inputs:
            try:
                packed = self._folder.inputs(name).read_bytes()
                self._inputs[name] = records.Inputs.unpack(packed, name)
            except (OSError, records.DamagedRecordError) as error:
                raise UsageError(
                    f"{self._folder.inputs(name)}: cannot be read ({error}); grade the class again"
                ) from error
        return self._inputs[name]

    def _helpers(self, ident: str, body: bytes) -> dict[str, bytes]:
        found = {}
        _, helpers = records.source_of(body)
        for name, digest in helpers.items():
            try:
                found[digest] = self._folder.helper(digest).read_bytes()
            except OSError:
                found[digest] = b""
            if records.hash_of(found[digest]) != digest:
                raise UsageError(
                    f"{self._folder.helper(digest)}: {name} of {ident} is damaged or gone; mark "
                    "the class with `grader grade` anew"
                )
        return found
