"""Who handed in what: the submissions that lie at the paths an instructor gives.

A path holds one submission or a class of them, decided once, here, by what lies at its top. The
decision is the instructor's side of things only: what is inside a submission of a class is never
taken for a class again, so no student can hand in a folder that passes for several students.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from grader.errors import UsageError
from grader.model import Person, Submission
from grader.submission.canvas import Group, groups_of, is_numbered
from grader.submission.choice import is_candidate
from grader.submission.metadata import MAX_METADATA, Entry, read_metadata
from grader.submission.naming import (
    distinct,
    is_archive_or_document,
    is_junk,
    listed,
    safe_id,
    shown,
    stem_of,
)
from grader.submission.reading import (
    Parts,
    assemble,
    id_of,
    own_name,
    parts_of_file,
    parts_of_tree,
    read_submission,
    refused,
)
from grader.submission.tree import (
    Refused,
    TooManyFiles,
    Tree,
    class_folder,
    files_of_folder,
    names_in,
)

METADATA = "submission_metadata.yml"
_IN_THE_WAY = (
    "not named as Canvas names files: while it lies here, the files of a student that are named so "
    "are a submission each"
)
_PARTICIPANT = re.compile(r"_(\d{1,20})(?=_assignsubmission_)")


class Handed(Struct, frozen=True):
    """One submission of a class: where it lies and who handed it in. Nothing of it is read yet."""

    id: str  # safe as a file's name, and like no other id of the class even where case is ignored
    path: Path  # the file or the folder; or the zip of a class that holds it
    inside: str = ""  # its place in that zip: "alice.py", or "alice/" for a folder
    files: tuple[tuple[str, str], ...] = ()  # or several places in a folder or zip: name, place
    submitters: tuple[Person, ...] = ()
    created_at: datetime | None = None
    remarks: tuple[str, ...] = ()  # to staff
    problem: str | None = None  # why there is nothing to read, in a sentence to the student


def find_submissions(paths: Sequence[Path], *, expected_name: str) -> tuple[Handed, ...]:
    """Decide what one or more paths hold: a submission each, or a class of them.

    A folder and a zip are judged alike, after going down through folders that stand alone.
    Hidden files and such as `__MACOSX`, `.DS_Store`, `__pycache__` and `expect.yaml` don't count.

    1. With a submission_metadata.yml it is a Gradescope export: each folder is a submission, and
       so is each entry of that file, also when the export holds no files of it.
    2. With a file of the expected name it is one submission.
    3. Without a folder that holds a Python file, a notebook or a zip (a package with an
       `__init__.py` is none): with at most one such file at the top it is one submission.
    4. Otherwise it is a class: each folder is a submission, and so is each Python file,
       notebook, archive or document at the top. Other files (README, grades.csv) don't count,
       nor does what somebody typed into Moodle beside the files. Where all of them are named as
       Canvas does, the files of a student are one submission, under the names they had.

    A single file that is no zip is one submission. Ids are the names of the files and folders, made
    safe; equal ones get a number, a path's own before those of a class inside a path, and a name
    that is an id as it stands before one that is made to be it.

    Raises:
        UsageError: there is nothing at one of the paths, or the only one is a zip with so many
            files that nobody could tell whether it is a class.
    """
    found: dict[tuple[Path, str], Handed] = {}
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder; give the path of submissions")
        for handed in _at(path, expected_name, is_alone=len(paths) == 1):
            found.setdefault((handed.path.absolute(), handed.inside), handed)
    given = {path.absolute() for path in paths}

    def comes_late(place: tuple[Path, str]) -> tuple[bool, bool]:
        name = stem_of(place[1].rstrip("/") or own_name(place[0]))
        return bool(place[1]) or place[0] not in given, name != found[place].id

    own_first = sorted(found, key=comes_late)
    ids = dict(zip(own_first, distinct([found[place].id for place in own_first]), strict=True))
    return _with_shared_people_noted([replace(found[place], id=ids[place]) for place in found])


def passed_over(paths: Sequence[Path], *, expected_name: str) -> tuple[str, ...]:
    """Return the names of what lies beside a class's submissions and is taken for none.

    That is files, and folders such as `.bob` or `node_modules` in which a solution may lie. Of one
    submission it is the folders that hold a solution as it does.
    """
    names = []
    for path in paths:
        tree = _tree_at(path)
        if tree is not None:
            top = _descend(tree)
            members = _members(path, tree, top, expected_name)
            if not members:
                names += _folders_with(tree, top, expected_name)
                continue
            taken = {member.inside for member in members.values()} | {top.path + METADATA}
            taken |= {place for member in members.values() for _, place in member.files}
            names += [name for name in top.files if top.path + name not in taken]
            names += _junk_with_solutions(path, tree, top)
    return tuple(shown(name) for name in names)


def _folders_with(tree: Tree, top: _Level, expected_name: str) -> list[str]:
    """Return the folders beside a solution that hold one of the same name."""
    expected = expected_name.casefold()
    holding = {f"{folder}/".casefold() + expected: f"{folder}/" for folder in top.folders}
    places = {name[len(top.path) :].casefold() for name in tree.names if name.startswith(top.path)}
    return [folder for place, folder in holding.items() if place in places]


def _junk_with_solutions(path: Path, tree: Tree, top: _Level) -> list[str]:
    """Return the folders beside the submissions that count as junk, and may hold one."""
    junk = {name[len(top.path) :] for name in tree.junk if name.startswith(top.path)}
    if path.is_dir():  # listed as far as its junk, which is not looked into
        folders = [name for name in junk if "/" not in name]
        junk = {f"{name}/{inner}" for name in folders for inner in names_in(path / top.path / name)}
    found = {tuple(name.split("/")) for name in junk if _may_hold_solution(name)}
    return sorted(f"{parts[0]}/" for parts in found if len(parts) == 2 and not is_junk(parts[1]))


def read_handed(handed: Handed, *, expected_name: str) -> Submission:
    """Read one submission of a class, as `read_submission` does."""
    if handed.problem is not None:
        return refused(handed.id, shown(own_name(handed.path)), handed.problem)
    if handed.inside or handed.files:
        return assemble(
            handed.id, shown(handed.inside), lambda: _parts_inside(handed, expected_name)
        )
    return read_submission(handed.path, expected_name=expected_name, submission_id=handed.id)


def _parts_inside(handed: Handed, expected_name: str) -> Parts:
    if handed.files and handed.path.is_dir():
        return parts_of_tree(files_of_folder(handed.path, dict(handed.files)), expected_name)
    from grader.submission.archive import class_zip

    tree = class_zip(handed.path)
    if handed.files:
        return parts_of_tree(tree.renamed(dict(handed.files)), expected_name)
    if handed.inside.endswith("/"):
        return parts_of_tree(tree.below(handed.inside), expected_name)
    name = handed.inside.rpartition("/")[2]
    return parts_of_file(
        name, lambda limit: tree.read(handed.inside, limit), expected_name=expected_name
    )


def _at(path: Path, expected_name: str, *, is_alone: bool) -> Iterator[Handed]:
    tree = _tree_at(path, is_alone=is_alone)
    members: Mapping[str, Handed] | None = None
    if tree is not None:
        members = _members(path, tree, _descend(tree), expected_name)
    if not members:
        yield Handed(id=id_of(path), path=path, submitters=_participant(own_name(path)))
        return
    for place, member in members.items():
        if path.is_file() or member.problem is not None or member.files:
            yield member
        else:
            parts = place.rstrip("/").split("/")
            yield replace(member, path=path.joinpath(*parts), inside="")


def _tree_at(path: Path, *, is_alone: bool = False) -> Tree | None:
    """List a folder or a zip; None for what is neither, or broken: reading it says how.

    One student's files may be too many for the zip of a class. Where it is all that was given, it
    is not taken for one submission, as everybody else's would not be marked.
    """
    try:
        if path.is_dir():
            return class_folder(path.resolve())
        if own_name(path).lower().endswith(".zip") and path.is_file():
            from grader.submission.archive import class_zip

            return class_zip(path)
    except TooManyFiles as refusal:
        if is_alone:
            why = f"{path}: {refusal}; unpack it and give the folder"
            raise UsageError(why) from refusal
    except (Refused, OSError):
        pass
    return None


class _Level(Struct, frozen=True):
    """What lies directly in one folder ("" or "hw1/") of a tree."""

    path: str
    files: tuple[str, ...]
    folders: tuple[str, ...]
    odd: Mapping[str, str]


def _level(tree: Tree, path: str) -> _Level:
    cut = len(path)

    def here(names: Iterable[str]) -> list[str]:
        below = (name[cut:] for name in names if name.startswith(path) and len(name) > cut)
        return sorted(name for name in below if "/" not in name)

    odd = {name: tree.odd[path + name] for name in here(tree.odd)}
    return _Level(path, tuple(here(tree.names)), tuple(here(tree.folders)), odd)


def _descend(tree: Tree) -> _Level:
    """Go down while there is one folder and nothing beside it that counts."""
    level = _level(tree, "")
    while (
        len(level.folders) == 1
        and not level.odd
        and not any(_counts(name) or name == METADATA for name in level.files)
    ):
        level = _level(tree, f"{level.path}{level.folders[0]}/")
    return level


def _counts(name: str) -> bool:
    return is_candidate(name) or is_archive_or_document(name)


def _may_hold_solution(name: str) -> bool:
    return is_candidate(name) or name.lower().endswith(".zip")


def _members(path: Path, tree: Tree, top: _Level, expected_name: str) -> dict[str, Handed] | None:
    """Return the class's submissions by their place in the tree; None when it is no class."""
    if METADATA in top.files:
        return _export_members(path, tree, top)
    expected = expected_name.casefold()
    if any(name.casefold() == expected for name in top.files):
        return None
    with_solutions = _folders_with_solutions(tree, top, expected)
    if not with_solutions and sum(map(_may_hold_solution, top.files)) <= 1:
        return None
    folders = [name for name in top.folders if not _is_text_beside_files(name, top.folders)]
    ids = {f"{name}/": safe_id(name) for name in folders}
    ids |= {name: safe_id(stem_of(name)) for name in (*filter(_counts, top.files), *top.odd)}
    groups = groups_of(top.files, expected_name=expected_name)
    strangers = _strangers_to_canvas(top)
    members = {} if strangers else _canvas_members(path, top, groups)
    torn = [len(group.files) for group in groups.values() if len(group.files) > 1]
    grouped = {place for member in members.values() for _, place in member.files}
    for name in sorted(ids):
        if top.path + name in grouped:
            continue
        why = top.odd.get(name)
        problem = None if why is None else f"{shown(name)} was not opened: {why}"
        place = top.path + name
        is_in_the_way = name in strangers and len(strangers) < sum(torn)
        members[place] = Handed(
            id=ids[name],
            path=path,
            inside=place,
            submitters=_participant(name),
            remarks=(_IN_THE_WAY,) if is_in_the_way else (),
            problem=problem,
        )
    return members


def _strangers_to_canvas(top: _Level) -> set[str]:
    """Return what has no name that Canvas gives, among what counts as handed in."""
    files = {name for name in top.files if _counts(name) and not is_numbered(name)}
    return files | {f"{name}/" for name in top.folders}


def _canvas_members(path: Path, top: _Level, groups: Mapping[str, Group]) -> dict[str, Handed]:
    """Return the submission of each student whose files Canvas named."""
    return {
        top.path + first: Handed(
            id=safe_id(group.id),
            path=path,
            inside=top.path + first,
            files=tuple((name, top.path + file) for name, file in group.files.items()),
            submitters=group.submitters,
            remarks=("Canvas says that it was late",) if group.was_late else (),
        )
        for first, group in groups.items()
    }


def _participant(name: str) -> tuple[Person, ...]:
    """Who handed in what Moodle gave this name: Ben Elm_100003_assignsubmission_file_.

    Before the number stands what a student is called and after it perhaps what a file is, either
    of which may hold another student's number. Where there are two, nobody can tell.
    """
    found = set(_PARTICIPANT.findall(name))
    return (Person(participant=found.pop()),) if len(found) == 1 else ()


def _is_text_beside_files(name: str, folders: Sequence[str]) -> bool:
    """Whether a folder is what its student typed into Moodle, beside the files handed in."""
    person, found, end = name.rpartition("_assignsubmission_onlinetext")
    return bool(found) and f"{person}_assignsubmission_file{end}" in folders


def _folders_with_solutions(tree: Tree, top: _Level, expected: str) -> set[str]:
    """Return the folders at the top that hold a solution, but no packages of helper modules."""
    holding: set[str] = set()
    packages: set[str] = set()
    named: set[str] = set()  # hold the expected name itself
    for place in tree.names:
        if not place.startswith(top.path):
            continue
        folder, _, rest = place[len(top.path) :].partition("/")
        if rest == "__init__.py":
            packages.add(folder)
        if rest.casefold() == expected:
            named.add(folder)
        if rest and _may_hold_solution(rest):
            holding.add(folder)
    return holding - (packages - named)


def _export_members(path: Path, tree: Tree, top: _Level) -> dict[str, Handed]:
    """Return the submissions of a Gradescope export: its folders, and what its metadata lists."""
    entries: Mapping[str, Entry] = {}
    unreadable = ""
    try:
        entries = read_metadata(tree.read(top.path + METADATA, MAX_METADATA))
    except Refused as refusal:
        unreadable = f": {refusal}"
    members = {}
    for name in sorted({*top.folders, *entries}):
        entry = entries.get(name)
        remarks = []
        if entry is None:
            remarks.append(f"{METADATA} does not list it{unreadable}")
        elif entry.damaged:
            remarks.append(f"its entry in {METADATA} is damaged")
        there = name in top.folders
        place = f"{top.path}{name}/"
        members[place] = Handed(
            id=safe_id(name),
            path=path,
            inside=place,
            submitters=entry.submitters if entry else (),
            created_at=entry.created_at if entry else None,
            remarks=tuple(remarks),
            problem=None if there else "the export lists this submission but holds no files of it",
        )
    return members


def _with_shared_people_noted(class_: Sequence[Handed]) -> tuple[Handed, ...]:
    """Add a remark where the same person stands behind several submissions, and the latest."""
    times = {handed.id: handed.created_at for handed in class_ if handed.created_at}
    ids: dict[str, list[str]] = {}
    for handed in class_:
        for key in _people(handed):
            ids.setdefault(key, []).append(handed.id)
    noted = []
    for handed in class_:
        others = {id_ for key in _people(handed) for id_ in ids[key]} - {handed.id}
        if others:
            remark = f"the same person also handed in {listed(sorted(others))}"
            if times.keys() >= {handed.id, *others}:
                latest = max((handed.id, *others), key=lambda one: times[one])
                remark += f"; {'this' if latest == handed.id else shown(latest)} is the latest"
            handed = replace(handed, remarks=(*handed.remarks, remark))
        noted.append(handed)
    return tuple(noted)


def _people(handed: Handed) -> set[str]:
    return {
        f"{kind}:{value.casefold()}"
        for person in handed.submitters
        for kind in ("sid", "email", "participant", "canvas")
        if (value := getattr(person, kind))
    }
