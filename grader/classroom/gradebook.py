"""Fills the gradebook that Canvas or Moodle gives out, so that they take it back.

Whom a grade belongs to is never guessed. A submission's people are looked for by their id, then by
their login, then by their e-mail; but who is known by the number that the system puts into names of
files, by that alone, which is nobody's id elsewhere; Canvas's only with the name beside it. What
fits none, fits several, or is claimed by two submissions is listed and left as it was. Of Canvas's
columns only those that say who somebody is go back with the one that was filled, so that no other
grade is set to what it was on the day of the export.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from grader.errors import UsageError
from grader.model import Person
from grader.report.rows import Row
from grader.report.text import first_few, points

System: TypeAlias = Literal["canvas", "moodle"]

_CANVAS_WHO: Final = (
    *("Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID"),
    *("Integration ID", "Root Account", "Section"),
)
_CANVAS_NEEDED: Final = ("Student", "ID", "Section")
_MOODLE_NEEDED: Final = ("Identifier", "Grade")
_PARTICIPANT: Final = re.compile(r"\d+")
_NUMBER: Final = re.compile(r"-\d+$")
_DECIMAL_COMMA: Final = re.compile(r"\s*\d+,\d{1,2}\s*")
_SHOWN: Final = 12  # columns named in a message


class Book(Struct, frozen=True):
    """A gradebook as it was exported."""

    system: System
    path: Path
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    grade: int  # the column to be filled
    encoding: str = "utf-8"
    delimiter: str = ","
    line_end: str = "\n"


class Left(Struct, frozen=True):
    """Somebody, or a submission, for whom no grade was filled in."""

    who: str
    why: str


class Filled(Struct, frozen=True):
    """A gradebook with grades in it."""

    data: bytes
    count: int
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()


# --------------------------------------------------------------------------- reading


def read_book(path: Path, system: System, *, column: str | None, title: str) -> Book:
    """Reads an export and decides which of its columns is to be filled.

    Args:
        path: of the export.
        system: that it comes from.
        column: of Canvas, by name, with or without the number that Canvas adds.
        title: of the assignment, taken for the column's name if none is given.

    Raises:
        UsageError: it is no such export, or the column is not clear.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8; give the file as {_NAMES[system]} made it") from (
            error
        )
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UsageError(f"{path}: is not CSV ({error})") from error
    head = tuple(name.strip() for name in table[0]) if table else ()
    needed = _CANVAS_NEEDED if system == "canvas" else _MOODLE_NEEDED
    halves = {"LastName", "FirstName"} <= set(head)  # as Canvas has it if names are split
    missing = [name for name in needed if name not in head and not (name == "Student" and halves)]
    if missing:
        raise UsageError(
            f"{path}: has no column {' or '.join(missing)}; give the gradebook as "
            f"{_NAMES[system]} exports it in English (it has {_listed(head)})"
        )
    book = Book(
        system=system,
        path=path,
        head=head,
        lines=tuple(tuple(line) for line in table[1:]),
        grade=_canvas_column(path, head, column or title, given=column is not None)
        if system == "canvas"
        else head.index("Grade"),
        encoding=encoding,
        delimiter=delimiter,
        line_end="\r\n" if first.endswith("\r") else "\n",
    )
    if any("read only" in cell for cell in _of_all(book)):
        raise UsageError(
            f"{path}: Canvas computes {head[book.grade]!r} itself; name another column"
        )
    return book


_NAMES: Final = {"canvas": "Canvas", "moodle": "Moodle"}


def _canvas_column(path: Path, head: Sequence[str], name: str, *, given: bool) -> int:
    wanted = _folded(name)
    others = [i for i, column in enumerate(head) if column not in _CANVAS_WHO]
    exact = [i for i in others if _folded(head[i]) == wanted]
    plain = [i for i in others if _folded(re.sub(r"\s*\(\d+\)$", "", head[i])) == wanted]
    found = exact or plain
    if len(found) == 1:
        return found[0]
    columns = _listed([head[i] for i in others])
    if found:
        raise UsageError(f"{path}: several columns are named {name!r}; give one's number, too")
    how = f"--column {name!r}" if given else f"the assignment's title {name!r}; give --column NAME"
    raise UsageError(f"{path}: no column fits {how} (there are {columns})")


def _listed(names: Sequence[str]) -> str:
    return first_few([repr(name) for name in names], _SHOWN) or "none"


# --------------------------------------------------------------------------- who is who


_Names: TypeAlias = Mapping[str, frozenset[str]]
"""What may tell who somebody is, by the way of telling (see `_WAYS`)."""

_WAYS: Final = ("number", "id", "login", "e-mail")
"""The number is the system's own."""


class _Claim(Struct, frozen=True):
    """Somebody who handed in, by the ways in which a gradebook may know them."""

    row: Row
    person: Person
    names: _Names

    @property
    def who(self) -> str:
        return f"{self.row.id} ({self.person.name})" if self.person.name else self.row.id


class _Known(Struct, frozen=True):
    """A line of the gradebook, by the ways in which it says who it is about."""

    line: int
    who: str
    names: _Names


def _claims(rows: Sequence[Row], system: System) -> Iterator[_Claim]:
    ids = {row.id for row in rows}
    for row in rows:
        # a folder may be named by a login; a second one of that name has a number after it
        first = _NUMBER.sub("", row.id)
        alone = frozenset() if row.people else _some(row.id, first if first in ids else None)
        for person in row.people or (Person(),):
            names = {
                "number": _some(person.canvas if system == "canvas" else person.participant),
                "id": _some(person.sid) | alone,
                "login": _some(person.sid, person.email) | alone,
                "e-mail": _some(person.email),
            }
            yield _Claim(row, person, names)


def _known(book: Book) -> Iterator[_Known]:
    told = [dict(zip(book.head, map(str.strip, line), strict=False)) for line in book.lines]
    # Canvas's own number is an id only where the school has none: it may be another's there
    school_s = "SIS User ID" if any(cells.get("SIS User ID") for cells in told) else "ID"
    for number, cells in enumerate(told):
        if book.system == "canvas":
            if not cells.get("ID"):
                continue  # Points Possible, and such
            halves = f"{cells.get('LastName', '')}, {cells.get('FirstName', '')}".strip(", ")
            names = {
                "number": _some(cells["ID"]),
                "id": _some(cells.get(school_s)),
                "login": _some(cells.get("SIS Login ID")),
                "e-mail": _some(cells.get("Email"), cells.get("SIS Login ID")),
            }
            yield _Known(number, cells.get("Student") or halves, names)
        elif cells.get("Identifier"):
            participant = _PARTICIPANT.search(cells["Identifier"])
            names = {
                "number": _some(participant[0] if participant else None),
                "id": _some(cells.get("ID number")),
                "login": _some(cells.get("Username")),
                "e-mail": _some(cells.get("Email address")),
            }
            yield _Known(number, cells.get("Full name", "") or cells["Identifier"], names)


def _some(*values: str | None) -> frozenset[str]:
    return frozenset(_folded(value) for value in values if value and value.strip())


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _line_of(claim: _Claim, known: Mapping[str, Mapping[str, list[int]]]) -> int | str:
    """Decides which line is somebody's, or says why none is."""
    for way in _WAYS:
        values = claim.names[way]
        if values and not claim.row.people and _folded(claim.row.id) in known[way]:
            values = _some(claim.row.id)  # alice-2 may be a login, too
        found = {line for value in values for line in known[way].get(value, ())}
        if len(found) == 1:
            return found.pop()
        if found:
            return f"fits {len(found)} lines by its {way}"
    if not claim.row.people:
        return "is not said to be anybody's: nobody in the gradebook has such an id or login"
    return "nobody in the gradebook has such an id or address"


# --------------------------------------------------------------------------- filling


def fill(book: Book, rows: Sequence[Row]) -> Filled:
    """Decides the gradebook with the totals of these submissions in it."""
    known = list(_known(book))
    ways: dict[str, dict[str, list[int]]] = {way: {} for way in _WAYS}
    for one in known:
        for way, values in ways.items():
            for value in one.names[way]:
                values.setdefault(value, []).append(one.line)
    claimed: dict[int, list[_Claim]] = {}
    left = []
    for claim in _claims(rows, book.system):
        found = _line_of(claim, ways)
        if isinstance(found, str):
            left.append(Left(claim.who, found))
        else:
            claimed.setdefault(found, []).append(claim)
    lines = [list(line) for line in book.lines]
    decimal_point = "," if any(map(_DECIMAL_COMMA.fullmatch, _maxima(book))) else "."
    notes = list(_notes(book, rows))
    count = 0
    for one in known:
        claims = claimed.get(one.line, [])
        why = _why_not(book, one, claims)
        if why:
            left.append(Left(one.who, why))
            continue
        claim = claims[0]
        if not claim.person.canvas and _strangers(claim.person.name, one.who):
            notes.append(f"{claim.who} got the line of {one.who!r}: the same id, another name")
        cells = lines[one.line]
        cells += [""] * (book.grade + 1 - len(cells))
        cells[book.grade] = points(claim.row.score).replace(".", decimal_point)
        count += 1
    return Filled(_written(book, lines), count, tuple(left), tuple(notes))


def _why_not(book: Book, known: _Known, claims: Sequence[_Claim]) -> str:
    """Why a line of the gradebook stays as it was; empty if it is filled."""
    if not claims:
        return "handed in nothing"
    if len({claim.row.id for claim in claims}) > 1:
        return f"stands behind several submissions: {', '.join(c.row.id for c in claims)}"
    person = claims[0].person
    if person.canvas and _letters(person.name) != _letters(known.who):
        return f"has the number in the name of {claims[0].row.id}, which names somebody else"
    if claims[0].row.faulted:
        return f"has no score: the grader failed on {claims[0].row.id}"
    if (
        book.system == "canvas"
        and _folded("".join(book.lines[known.line][book.grade :][:1])) == "ex"
    ):
        return "is excused in Canvas"
    if book.system == "moodle" and "Grade can be changed" in book.head:
        at = book.head.index("Grade can be changed")
        if _folded("".join(book.lines[known.line][at : at + 1])) == "no":
            return "has a grade that Moodle says cannot be changed"
    return ""


def _notes(book: Book, rows: Sequence[Row]) -> Iterator[str]:
    most = {row.max_score + row.to_mark for row in rows}
    for possible in sorted(_possible(book)):
        if most and most != {possible}:
            worth = " or ".join(points(amount) for amount in sorted(most))
            yield (
                f"{_NAMES[book.system]} expects at most {points(possible)} points, the assignment "
                f"is worth {worth}; points are not converted"
            )
    waiting = max((row.to_mark for row in rows), default=Decimal(0))
    if waiting:
        yield f"up to {points(waiting)} points wait for a person and are not in these grades"


def _maxima(book: Book) -> list[str]:
    """The cells that say what a grade is at most."""
    if book.system == "canvas":
        return _of_all(book)
    if "Maximum Grade" not in book.head:
        return []
    at = book.head.index("Maximum Grade")
    return [line[at] for line in book.lines if len(line) > at]


def _possible(book: Book) -> set[Decimal]:
    found = set()
    for cell in _maxima(book):
        try:
            amount = Decimal(cell.strip().replace(",", "."))
        except InvalidOperation:
            continue
        if amount.is_finite():
            found.add(amount)
    return found


def _of_all(book: Book) -> list[str]:
    """What Canvas says of the column as a whole: the points, or that nobody may write there."""
    return [
        line[book.grade]
        for line in book.lines
        if line and line[0].strip() == "Points Possible" and len(line) > book.grade
    ]


def _strangers(one: str, other: str) -> bool:
    """Whether two names have no word in common; an empty name is nobody's."""
    words = [set(re.findall(r"\w+", name.casefold())) for name in (one, other)]
    return all(words) and not words[0] & words[1]


def _letters(name: str) -> list[str]:
    """What is left of a name where Canvas puts it before a file's, in whatever order."""
    return sorted(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def _written(book: Book, lines: Sequence[Sequence[str]]) -> bytes:
    kept = list(range(len(book.head)))
    if book.system == "canvas":
        kept = [i for i, name in enumerate(book.head) if name in _CANVAS_WHO or i == book.grade]
    file = io.StringIO()
    writer = csv.writer(file, delimiter=book.delimiter, lineterminator=book.line_end)
    for line in (book.head, *lines):
        writer.writerow([line[i] if i < len(line) else "" for i in kept])
    return file.getvalue().encode(book.encoding)
