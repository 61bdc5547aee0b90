"""Where what lies in the folder of results, who may read it, and how it gets there.

    DIR/<id>/results.json, report.html   a student's own; may be handed out as they are
    DIR/grades.csv, report.html, …       the class; staff alone (mode 0600)
    DIR/staff/                           transcripts, staff's pages; staff alone (mode 0700)

One grader at a time writes here, so a file under way has one fixed name of its own: what a killed
run leaves is overwritten by the next. Names change only when the content is complete; whether the
content reached the disk before a power cut is told by the hashes in the records (records.py), so
nothing waits for the disk between two submissions.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from grader.classroom import records
from grader.errors import NotWrittenError, UsageError

_OF_THE_CLASS: Final = frozenset(
    (
        *("staff", "report.html", "grades.csv", "changes.csv", "canvas.csv", "moodle.csv"),
        *("unmatched.csv", "review.csv", "review.new.csv"),
    )
)
_STUDENTS, _STAFF = 0o644, 0o600


class Folder:
    """A folder of results."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self.staff: Final = path / "staff"

    # ----------------------------------------------------------- places

    def name_of(self, submission_id: str) -> str:
        """Decides the name of a submission's folder: its id, unless the class has that name.

        No id ends in an underscore, so no other submission can have the name that is made.
        """
        taken = submission_id.casefold() in _OF_THE_CLASS
        return f"{submission_id}_" if taken else submission_id

    def staff_page(self, submission_id: str) -> Path:
        return self.staff / "pages" / f"{submission_id}.html"

    def record(self, submission_id: str) -> Path:
        return self.staff / "records" / f"{submission_id}.record"

    def inputs(self, name: str) -> Path:
        return self.staff / "inputs" / name

    def helper(self, digest: str) -> Path:
        return self.staff / "helpers" / digest

    @property
    def changes(self) -> Path:
        """What the last regrade changed."""
        return self.path / "changes.csv"

    @property
    def before_regrade(self) -> Path:
        """The rows as they were before a regrade that has not come to its end."""
        return self.staff / "before-regrade.json"

    # ----------------------------------------------------------- writing

    @contextmanager
    def held(self) -> Iterator[None]:
        """Makes the folder ready, and keeps other graders out of it.

        Raises:
            UsageError: it cannot be a folder of results, or another grader writes to it.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.staff.mkdir(mode=0o700, exist_ok=True)
            self.staff.chmod(0o700)
            for part in ("pages", "records", "inputs", "helpers"):
                (self.staff / part).mkdir(exist_ok=True)
            lock = (self.staff / "lock").open("ab")
        except OSError as error:
            raise UsageError(
                f"{self.path}: cannot hold results ({error.strerror}); name another folder"
            ) from error
        with lock:
            if not _locked(lock):
                raise UsageError(
                    f"{self.path}: another grader is writing there; wait for it, or name another "
                    "folder"
                )
            yield

    def write(self, path: Path, data: bytes) -> None:
        """Puts a file in its place, whole.

        Raises:
            NotWrittenError: with the reason; what was there before is untouched.
        """
        draft = path.with_name(f".{path.name}.new")
        try:
            with self._begun(draft) as file:
                file.write(data)
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            reason = error.strerror or type(error).__name__
            raise NotWrittenError(f"{path}: could not be written: {reason}") from error

    def _begun(self, draft: Path) -> IO[bytes]:
        """A new file: what a killed run left in its place goes, a student's folder is made."""
        staff = draft.parent == self.path or self.staff in draft.parents
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        mode = _STAFF if staff else _STUDENTS
        while True:
            try:
                return os.fdopen(os.open(draft, flags, mode), "wb")
            except FileExistsError:
                draft.unlink()
            except FileNotFoundError:
                if staff:
                    raise
                draft.parent.mkdir()

    def write_once(self, path: Path, data: bytes) -> None:
        """Puts a file in its place that is named by what it holds, unless it is there."""
        try:
            if path.stat().st_size == len(data) and path.read_bytes() == data:
                return
        except OSError:
            pass
        self.write(path, data)

    def settle(self) -> None:
        """Waits until all that was written is on the disk."""
        if hasattr(os, "sync"):
            os.sync()

    # ----------------------------------------------------------- reading

    def head(self, submission_id: str) -> records.Head | None:
        """Returns what is known of a submission from before, if its record is whole."""
        try:
            with self.record(submission_id).open("rb") as file:
                return records.read_head(file)
        except (OSError, records.DamagedRecordError):
            return None

    def ids(self) -> frozenset[str]:
        """Returns the ids of all submissions that lie here."""
        return frozenset(record.stem for record in (self.staff / "records").glob("*.record"))

    def holds(self, submission_id: str) -> bool:
        """Decides whether what was written of a submission is still there as it was written."""
        places = self.files(submission_id)
        try:
            files = records.unpack(self.record(submission_id).read_bytes()).head.files
            return bool(files) and all(
                records.hash_of(places[name].read_bytes()) == digest
                for name, digest in files.items()
            )
        except (OSError, KeyError, records.DamagedRecordError):
            return False

    def files(self, submission_id: str) -> Mapping[str, Path]:
        """Returns where each of a submission's files lies, by the name that records give it."""
        own = self.path / self.name_of(submission_id)
        return {
            "results.json": own / "results.json",
            "report.html": own / "report.html",
            "staff.html": self.staff_page(submission_id),
        }


def _locked(file: IO[bytes]) -> bool:
    """Takes the lock, where the system has one; the system gives it back when we end."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
