"""What submission_metadata.yml of a Gradescope export says: who handed in what, and when.

The file holds far more than that: every test's output of every submission ever made, tens of
megabytes of students' text. So it is cut up before it is parsed. Each entry begins in the first
column, each of its keys (`:submitters:`) stands at the first indent inside, and everything that
belongs to a key is indented further or begins with a dash; what belongs to other keys is dropped
unread. An entry that is damaged costs its own names only.

The rest is parsed by the loader that makes nothing but text: an id `00123` keeps its zeros (YAML
would read it as octal 83), and no date or number can be out of range. It is the one written in
Python, as the one in C overflows its stack on deep nesting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone

from msgspec import Struct

from grader.model import Person
from grader.submission.naming import shown

MAX_METADATA = 512 << 20  # bytes

_WANTED = frozenset([":submitters", ":created_at"])
_LONGEST_ENTRY = 16 * 1024  # characters, of what is parsed
_MAX_SUBMITTERS = 100
_LONGEST_FIELD = 200

_KEY = re.compile(r"""(?P<quote>["']?)(?P<key>[^\s"'#-][^"'\n]*?)(?P=quote):(?:\s|$)""")
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ]+(\d\d:\d\d:\d\d)(\.\d{1,6})?\d*\s*(?:Z|UTC|([+-]\d\d):?(\d\d)?)?"
)
# Line ends to YAML and not to Gradescope: inside a name they would start a line of their own.
_OTHER_LINE_ENDS = str.maketrans(dict.fromkeys("\r\v\f\x85\u2028\u2029", " "))


class Entry(Struct, frozen=True):
    """What the export says of one submission."""

    submitters: tuple[Person, ...] = ()
    created_at: datetime | None = None
    damaged: bool = False


def read_metadata(content: bytes) -> Mapping[str, Entry]:
    """Return the export's entries by the names of their folders. Never raises.

    A file that holds no entry in the shape that Gradescope writes gives an empty mapping.
    """
    text = content.decode("utf-8-sig", "replace")
    entries: dict[str, Entry] = {}
    for name, part in _cut(text):  # of two by one name nobody can tell whose it is
        entries[name] = Entry(damaged=True) if name in entries else _entry(part)
    return entries


def _cut(text: str) -> Iterator[tuple[str, str]]:
    """Yield each entry's name and the lines of its wanted keys."""
    name: str | None = None
    indent = 0  # of the entry's keys; 0 until its first one is met
    kept: list[str] = []
    room = 0
    keeping = False
    for line in text.split("\n"):
        if not line.startswith(" "):
            key = _KEY.match(line)
            if key is not None:
                if name is not None:
                    yield name, "\n".join(kept)
                name, indent, kept, room, keeping = key["key"], 0, [], _LONGEST_ENTRY, False
            continue
        deep = len(line) - len(line.lstrip(" "))
        if deep == indent or not indent:
            key = _KEY.match(line, deep)
            if key is not None:
                indent = key.start()
                keeping = key["key"] in _WANTED
        if keeping and len(line) <= room:
            kept.append(line.translate(_OTHER_LINE_ENDS))
            room -= len(line)
    if name is not None:
        yield name, "\n".join(kept)


def _entry(text: str) -> Entry:
    import yaml  # late: only an export of Gradescope's has entries

    try:
        fields = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):
        return Entry(damaged=True)
    if not isinstance(fields, dict):
        return Entry(damaged=bool(fields))
    people = fields.get(":submitters")
    if not isinstance(people, list):
        people = []
    return Entry(
        tuple(
            Person(*(_field(person, key) for key in (":name", ":sid", ":email")))
            for person in people[:_MAX_SUBMITTERS]
            if isinstance(person, dict)
        ),
        _time(fields.get(":created_at")),
    )


def _field(person: dict[object, object], key: str) -> str:
    value = person.get(key)
    return shown(value.strip(), _LONGEST_FIELD) if isinstance(value, str) else ""


def _time(text: object) -> datetime | None:
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    day, clock, fraction, hours, minutes = match.groups()
    try:
        offset = timedelta(hours=int(hours or 0))
        offset += timedelta(minutes=int(minutes or 0)) * (
            -1 if (hours or "").startswith("-") else 1
        )
        moment = datetime.fromisoformat(f"{day}T{clock}{(fraction or '.')[:7]:0<7}")
        return moment.replace(tzinfo=timezone(offset))
    except (ValueError, OverflowError):
        return None
