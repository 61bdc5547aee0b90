"""When something was handed in and how often before, by what Gradescope says of it.

submission_metadata.json is Gradescope's word, not the student's. Still nothing in it is relied on:
keys come and go with the years, scores may be text, `users` may be empty, previous submissions
come in any order. What cannot be read is as if it were not there, in the student's favour: no
limit, no lateness.

All of it is measured by `created_at`, never by this machine's clock: a submission that is marked
again next week is as late as it was. A day is the calendar day at the course, whose zone stands in
`created_at`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct

from grader.model import Late, LatePolicy

_MOST_BYTES = 256 << 20  # it holds the outputs of every earlier submission
_DAY = timedelta(days=1)
_YEARS = range(1970, 9999)  # those that have a day before and a day after, in every zone


class Earlier(Struct, frozen=True):
    """An earlier submission of the same student or group."""

    at: datetime
    results: Mapping[str, Any]  # of the last one that counted alone: all of them are megabytes
    counted: bool  # it was marked: no error of the grader's, and within the limit


class HandingIn(Struct, frozen=True):
    """A submission's time, its dates, and what was handed in before it."""

    at: datetime
    due: datetime | None = None  # as it applies to whoever may hand in latest of the group
    extension: timedelta = timedelta()  # by how much that is later than for everybody
    earlier: tuple[Earlier, ...] = ()  # oldest first


class Over(Struct, frozen=True):
    """The day's submissions were used up: what was marked last is shown again."""

    allowed: int
    last: Earlier


class _Metadata(Struct):
    """What is read of the file; earlier submissions one by one, and not before."""

    created_at: Any = None
    assignment: Any = None
    users: Any = None
    previous_submissions: Raw = Raw(b"[]")


def read_handing_in(path: Path) -> HandingIn | None:
    """Reads submission_metadata.json; None where it does not say when something was handed in."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        known = msgspec.json.decode(path.read_bytes(), type=_Metadata)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    at = _moment(known.created_at)
    if at is None:
        return None
    everybodys = _moment(_mapping(known.assignment).get("due_date"))
    own = [
        due
        for user in _list(known.users)
        if (due := _moment(_mapping(_mapping(user).get("assignment")).get("due_date"))) is not None
    ]
    due = max(own, default=everybodys)
    extension = timedelta()
    if due is not None and everybodys is not None:
        extension = max(due - everybodys, timedelta())
    return HandingIn(at, due, extension, tuple(_earlier(known.previous_submissions, at)))


def _earlier(previous: Raw, at: datetime) -> Iterator[Earlier]:
    found = []
    for raw in _entries(previous):
        entry = _entry(raw)
        then = _moment(entry.get("submission_time"))
        if then is None or then >= at:  # after it, when an old one is marked again
            continue
        found.append((then, _counts(entry, _mapping(entry.get("results"))), raw))
    found.sort(key=lambda one: one[0])
    last = max((place for place, (_, counts, _) in enumerate(found) if counts), default=None)
    for place, (then, counts, raw) in enumerate(found):
        yield Earlier(then, _entry(raw)["results"] if place == last else {}, counts)


def _entries(previous: Raw) -> list[Raw]:
    try:
        return msgspec.json.decode(previous, type=list[Raw])
    except msgspec.MsgspecError:
        return []


def _entry(raw: Raw) -> Mapping[str, Any]:
    try:
        return _mapping(msgspec.json.decode(raw))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}


def _counts(entry: Mapping[str, Any], results: Mapping[str, Any]) -> bool:
    """Whether an earlier submission used up one of its day's."""
    if entry.get("autograder_error") or not _list(results.get("tests")):
        return False
    ours = _mapping(results.get("extra_data"))
    return ours.get("graded") is not False and ours.get("counted") is not False


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _moment(value: object) -> datetime | None:
    """A time with its zone: "2022-02-14T19:51:39.947996-08:00"."""
    try:
        at = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        return None
    return at if at.tzinfo is not None and at.year in _YEARS else None


# --------------------------------------------------------------------------- what follows


def over_limit(allowed: int | None, handing_in: HandingIn | None) -> Over | None:
    """Decides whether the day's submissions were used up before this one."""
    if allowed is None or handing_in is None:
        return None
    zone = handing_in.at.tzinfo
    counted = [earlier for earlier in handing_in.earlier if earlier.counted]
    today = [one for one in counted if one.at.astimezone(zone).date() == handing_in.at.date()]
    return Over(allowed, counted[-1]) if len(today) >= allowed else None


def lateness(policy: LatePolicy | None, handing_in: HandingIn | None) -> Late | None:
    """Decides how late a submission is and what that costs; None if it costs nothing."""
    if policy is None or handing_in is None:
        return None
    due, extension = handing_in.due, timedelta()
    if policy.due is not None:
        due, extension = policy.due, handing_in.extension
    if due is None:
        return None
    over = handing_in.at - due - extension  # a sum of dates may lie beyond the last one
    if over <= timedelta(seconds=policy.grace_s):
        return None
    days = math.ceil(over / _DAY)
    share = min(policy.per_day * days, policy.at_most, Fraction(1))
    return Late(due + extension, handing_in.at, days, share) if share else None
