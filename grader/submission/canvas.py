"""What Canvas makes of names when all submissions of an assignment are downloaded as one zip.

All files of all students lie side by side. Before each stand the student's name, without what is no
letter, digit or underscore; LATE, if it was; the number of the user and that of the file:

    doejane_1203_778101_solution.py
    elmben_LATE_1207_778120_layers.py
    anon_f3Xq2_778131_solution.py       where names are hidden from who marks

Source: lib/content_zipper.rb of github.com/instructure/canvas-lms.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from grader.model import Person
from grader.submission.naming import kind_of, resembles

_OF_A_NAME = r"[^\x00-/:-@\[-^`{-\x7f]"  # letters and digits with their marks, underscores
_NAMED = re.compile(
    rf"(?P<who>{_OF_A_NAME}+?)(?P<late>_LATE)?_(?P<user>\d{{1,20}})"
    r"_(?P<number>\d{1,20})_(?P<file>.+)",
    re.DOTALL,
)
_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?anon_(?P<user>[A-Za-z0-9]{1,20})_(?P<number>\d{1,20})_(?P<file>.+)",
    re.DOTALL,
)
_TWO_NUMBERS = re.compile(r"_\d+_\d+_")
_MAY_BE_NAME = re.compile(rf"{_OF_A_NAME}*")
_HERE_TWO_NUMBERS = re.compile(r"(?=_\d+_\d+_)")
_AGAIN = re.compile(r"-\d{1,3}\.py$")


class Group(Struct):
    """What one student handed in, under the names that they gave it."""

    id: str
    submitters: tuple[Person, ...]
    was_late: bool
    files: dict[str, str]  # their name -> the file's
    numbers: set[str] = field(default_factory=set)  # of the files
    is_none: bool = False


def is_numbered(name: str) -> bool:
    """Decide whether Canvas may have given this name to a file."""
    return _TWO_NUMBERS.search(name) is not None or _ANONYMOUS.fullmatch(name) is not None


def groups_of(names: Iterable[str], *, expected_name: str) -> Mapping[str, Group]:
    """Return what each student handed in, by the first of their files; none if it is no such zip.

    Where two numbers stand side by side in several places nobody can tell which is the user's, as
    people may be called `doe_42`, or call themselves what is written before another's files. Such a
    file belongs to no group. Nor are those a group of which two have one name or one number, which
    Canvas tells apart: what was handed in again is `layers-1.py`, which is `layers.py` where there
    is no other; nor several of which none is the solution, as in a folder of `lab_3_1001_ada.py`.
    """
    groups: dict[tuple[str, str], Group] = {}
    by_first: dict[str, Group] = {}
    for name in sorted(names):
        matches = [match for one in (_NAMED, _ANONYMOUS) if (match := one.fullmatch(name))]
        if len(matches) != 1 or _is_ambiguous(name):
            continue
        parts = matches[0].groupdict(default="")
        who, user, file = parts.get("who", ""), parts["user"], parts["file"]
        if (who, user) not in groups:
            people = (Person(name=who, canvas=user),) if who else ()
            group = Group(f"{who or 'anon'}_{user}", people, was_late=False, files={})
            groups[who, user] = by_first[name] = group
        group = groups[who, user]
        group.is_none |= file in group.files or parts["number"] in group.numbers
        group.files[file] = name
        group.numbers.add(parts["number"])
        group.was_late |= bool(parts["late"])
    for group in by_first.values():
        group.files = _as_first_handed_in(group.files, expected_name)
    return {
        first: group
        for first, group in by_first.items()
        if not group.is_none and _has_one_solution(group.files, expected_name)
    }


def _has_one_solution(files: Iterable[str], expected_name: str) -> bool:
    """Whether it can be told which file is the solution, and so may be one student's."""
    solutions = [name for name in files if kind_of(name)]
    return len(solutions) < 2 or any(resembles(name, expected_name) for name in solutions)


def _is_ambiguous(name: str) -> bool:
    """Whether several pairs of numbers stand behind what may all be somebody's name."""
    start = _MAY_BE_NAME.match(name)
    return start is not None and len(_HERE_TWO_NUMBERS.findall(start[0])) > 1


def _as_first_handed_in(files: Mapping[str, str], expected_name: str) -> dict[str, str]:
    meant = expected_name.casefold()  # hw-1.py may be the first that there is
    first = {name: name if name.casefold() == meant else _AGAIN.sub(".py", name) for name in files}
    taken = Counter(first.values())
    return {first[name] if taken[first[name]] == 1 else name: file for name, file in files.items()}
