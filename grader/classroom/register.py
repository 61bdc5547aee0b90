"""Who is in the class: names and addresses, which go into lists for staff and nowhere else.

The register is kept beside the records, so that a regrade knows whom it concerns; no record, no
page and no worker holds a name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from grader.classroom.folder import Folder
from grader.errors import UsageError
from grader.model import Assignment, Person
from grader.report.rows import Row
from grader.report.text import first_few
from grader.submission import Handed

NO_RESULTS: Final = "not a folder of results; give the one that `grader grade` wrote"
_VERSION: Final = 1
_NAMED: Final = 3  # others with the same code, beside a submission


class Member(Struct, frozen=True):
    """A submission's people, and what staff should know of how it was handed in."""

    id: str
    people: tuple[Person, ...] = ()
    created_at: datetime | None = None
    remarks: tuple[str, ...] = ()


class Register(Struct, frozen=True):
    version: int
    title: str
    assignment: str  # digest
    members: tuple[Member, ...]


def members(handed_in: Sequence[Handed]) -> tuple[Member, ...]:
    """Decides what is kept of who handed in what."""
    return tuple(
        Member(
            id=handed.id,
            people=handed.submitters,
            created_at=handed.created_at,
            remarks=handed.remarks,
        )
        for handed in handed_in
    )


def write(folder: Folder, assignment: Assignment, class_: Sequence[Member]) -> None:
    """Keeps the register of a class."""
    register = Register(_VERSION, assignment.title, assignment.digest, tuple(class_))
    folder.write(folder.staff / "class.json", msgspec.json.encode(register))


def read(folder: Folder) -> Register:
    """Reads the register of a class.

    Raises:
        UsageError: there is none that can be read.
    """
    path = folder.staff / "class.json"
    try:
        register = msgspec.json.decode(path.read_bytes(), type=Register)
    except OSError as error:
        raise UsageError(f"{folder.path}: {NO_RESULTS}") from error
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path}: damaged ({error}); grade the class again") from error
    if register.version != _VERSION:
        raise UsageError(f"{path}: of another version of the grader; grade the class again")
    return register


def joined(
    rows: Sequence[Row], class_: Sequence[Member], code: Mapping[str, str]
) -> tuple[Row, ...]:
    """Decides what staff read of each submission: its row, its people, and what links it to others.

    Args:
        rows: one for each member, in the same order.
        class_: the members.
        code: id -> digest of the code that was handed in, where there was any.
    """
    alike: dict[str, list[str]] = {}
    for submission_id, digest in code.items():
        alike.setdefault(digest, []).append(submission_id)
    found = []
    for row, member in zip(rows, class_, strict=True):
        others = [other for other in alike.get(code.get(row.id, ""), ()) if other != row.id]
        flags = [*row.flags, *member.remarks]
        if others:
            flags.append(f"same code as {first_few(others, _NAMED)}")
        found.append(replace(row, people=member.people, flags=tuple(flags)))
    return tuple(found)
