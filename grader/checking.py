"""Finds what a self-check is about: which assignment, which file of the folder, which questions.

In a handout no argument is needed: the assignment lies beside the grader, and the solution is the
file that the student has changed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.errors import UsageError
from grader.public import HANDOUT, NAME, Header, read_header
from grader.submission import read_submission

if TYPE_CHECKING:
    from grader.model import Assignment, Submission

_CONFIG = "config.yaml"
_PLAIN = re.compile(r"[\w./\\:-]+")  # to any shell


def find_assignment(given: Path | None) -> Path:
    """Decides which assignment is meant: the one given, else that of the working directory.

    A handout's comes before any config.yaml, as programs of all kinds call their own files so.

    Raises:
        UsageError: if there is none.
    """
    if given is not None:
        return given
    for name in (NAME, _CONFIG):
        for folder in (Path(), Path(__file__).resolve().parent.parent):
            if (folder / name).is_file():
                return folder / name
    raise UsageError(
        f"there is no {NAME} here, which every handout holds; go to the folder of the handout, "
        "or name the assignment with --config"
    )


def find_solution(path: Path, header: Header) -> Submission:
    """Reads the solution at `path`: a file, or the one in a folder that is the student's.

    A handout holds a template of each kind, a file and a notebook. Of the two, the one that is no
    longer as it was handed out counts; of two such, the one saved last, and the student is told.
    Who writes in another file than the template is told how to check that.

    Raises:
        UsageError: if there is nothing at `path`.
    """
    if not path.is_dir():
        return read_submission(path, expected_name=header.filename)
    others = [path / header.filename, (path / header.filename).with_suffix(".ipynb")]
    present = [file for file in others if file.is_file()]
    remarks: tuple[str, ...] = ()
    without = set(HANDOUT) if (path / NAME).is_file() else set()
    if len(present) == 2:
        other, remarks = _of_two(present, header)
        without.add(other.name)
    elsewhere = _files_beside(path, {*HANDOUT, *(file.name for file in present)})
    if present and elsewhere and all(_is_template(file, header) for file in present):
        handed_out = " and ".join(file.name for file in present)
        told = (
            f"{handed_out} {'are' if len(present) == 2 else 'is'} still as handed out; "
            f"to check another file, name it: python -m grader check {elsewhere[0]}"
        )
        template = read_submission(present[0], expected_name=header.filename)
        return replace(template, remarks=(told, *template.remarks))
    submission = read_submission(path, expected_name=header.filename, without=without)
    return replace(submission, remarks=(*remarks, *submission.remarks))


def _files_beside(folder: Path, known: Collection[str]) -> list[str]:
    """What else in a folder might be a solution, as it is written on a command line."""
    files = [*folder.glob("[!.]*.py"), *folder.glob("[!.]*.ipynb")]
    names = sorted(str(file) for file in files if file.name not in known)
    return [name if _PLAIN.fullmatch(name) else f'"{name}"' for name in names]


def _of_two(files: Sequence[Path], header: Header) -> tuple[Path, tuple[str, ...]]:
    """The file that does not count, and what to tell of that."""
    changed = [file for file in files if not _is_template(file, header)]
    if changed == files[1:]:
        remark = f"hand in {files[1].name} alone: beside it, {files[0].name} would be read"
        return files[0], (remark,)
    if len(changed) < 2:
        return files[1], ()
    last, other = sorted(changed, key=lambda file: file.stat().st_mtime, reverse=True)
    remark = (
        f"read {last.name}, which was saved last; {other.name} is no longer empty either. "
        "Hand in one of them."
    )
    return other, (remark,)


def _is_template(file: Path, header: Header) -> bool:
    return read_submission(file, expected_name=header.filename).digest in header.starters


def header_of(path: Path, read: Callable[[], Assignment]) -> Header:
    """What is known of an assignment before its questions; a course must be `read` for it."""
    if path.suffix == ".json":
        return read_header(path)
    assignment = read()
    return Header(assignment.filename, assignment.limits, ())


def secrets_of(path: Path) -> list[Path]:
    """What a submission must not read: a course's own files; nothing in a handout is secret."""
    return [] if path.suffix == ".json" else [path, path.parent / "reference"]


def only(assignment: Assignment, wanted: Sequence[str]) -> Assignment:
    """Cuts an assignment down to some questions; all of them if none is named.

    Raises:
        UsageError: if there is no such question.
    """
    ids = [question.id for question in assignment.questions]
    functions = {question.function: question.id for question in assignment.questions}
    for name in wanted:
        if name not in ids:
            named = getattr(name, "__name__", str(name))  # a function itself, in a notebook
            close = [functions[named]] if named in functions else []
            close = close or [known for known in ids if named and known.startswith(named)]
            close = close or difflib.get_close_matches(named, ids, 1)
            meant = f"there are {', '.join(ids)}"
            if close:
                meant = f"did you mean {' or '.join(close)}?"
            raise UsageError(f"no question {named!r}; {meant}")
    if not wanted:
        return assignment
    chosen = tuple(question for question in assignment.questions if question.id in wanted)
    return replace(assignment, questions=chosen)
