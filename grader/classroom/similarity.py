"""Finds submissions whose code is alike: a list for a person to look at, and no verdict.

Theory of operation. Copydetect turns code into tokens without names (renaming changes nothing) and
hashes every run of `_RUN` characters of them. What was handed out with the assignment does not
count, nor does what most submissions have: that is the task, not a sign of anything. The share of
one submission that is in another is first estimated for all pairs at once, by a product of
matrices over the hashes that they have; only the pairs to be shown are then compared passage by
passage.

Copydetect can thin the hashes out (winnowing), but chooses them by Python's own hashes of text,
which differ in every process: with all of them (a window of one) the list is the same every time.
The text is read from the records, is never run or parsed, and is cut at a size that bounds the
time.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from msgspec import Struct

from grader.classroom import records
from grader.classroom.extras import extra
from grader.classroom.folder import Folder
from grader.errors import UsageError
from grader.report.rows import Row
from grader.report.similar_page import Pair, Side, Span

if TYPE_CHECKING:
    Hashes: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
    Matrix: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]

MOST_SUBMISSIONS: Final = 5_000  # every pair takes four bytes, and some time
MOST_PAIRS: Final = 100
LEAST_SHARE: Final = 0.5
_LEAST_HASHES: Final = 40  # that a pair has in common: about two lines of code
_RUN: Final = 25  # characters without names; what is shorter is no passage
_MOST_TEXT: Final = 60_000  # characters of a submission; most have a tenth of that
_FEW: Final = 4  # what so many have in common counts even in a tiny class
_COLUMNS: Final = 4_096  # hashes that are multiplied at a time
_BLANKS: Final = re.compile(r"\s{2,}")
_MOST_BLANKS: Final = 200  # side by side: over more of them the lexer ponders


class Similar(Struct, frozen=True):
    """The pairs to look at, and what was left out."""

    pairs: tuple[Pair, ...]
    compared: int  # submissions
    more: int = 0  # pairs that are alike, beyond those that are shown
    left_out: tuple[str, ...] = ()  # submissions without code that could be compared
    cut: tuple[str, ...] = ()  # submissions of which the beginning alone was compared


def check(count: int) -> None:
    """Decides whether so many submissions can be compared here; before they are marked.

    Raises:
        UsageError: they are too many, or the library that compares them is missing.
    """
    if count > MOST_SUBMISSIONS:
        raise UsageError(
            f"--similar compares up to {MOST_SUBMISSIONS} submissions with one another, and these "
            f"are {count}; leave it out, or grade them in parts"
        )
    _library()


@cache
def _library() -> Any:
    return extra("copydetect", option="--similar", name="similarity")


def look(folder: Folder, rows: Sequence[Row], handed_out: Sequence[str]) -> Similar:
    """Compares all submissions of a class, whenever they were marked.

    Args:
        folder: with a record of each.
        rows: of the class, with their people: nobody is compared with themselves.
        handed_out: texts that students were given, whose passages do not count.
    """
    texts: dict[str, str] = {}
    cut = []
    for row in rows:
        text = _text_of(folder, row.id)
        if len(text) > _MOST_TEXT:
            cut.append(row.id)
        texts[row.id] = text[:_MOST_TEXT]
    people = {row.id: frozenset(filter(None, map(_who, row.people))) for row in rows}
    found, more = alike(texts, people, [_plain(text) for text in handed_out])
    left_out = tuple(ident for ident, text in texts.items() if not text)
    return Similar(found, len(rows) - len(left_out), more, left_out, tuple(cut))


def _who(person: Any) -> str:
    return str(person.sid or person.email or person.name).casefold()


def _text_of(folder: Folder, submission_id: str) -> str:
    """A submission's code as it was kept; nothing if there is none."""
    try:
        record = records.unpack(folder.record(submission_id).read_bytes())
        chunks, helpers = records.source_of(record.body)
        texts = [text for _, text in chunks]
        for name, digest in sorted(helpers.items()):
            if name.endswith(".py"):
                texts.append(folder.helper(digest).read_bytes().decode("utf-8", "replace"))
    except (OSError, records.DamagedRecordError):
        return ""
    return _plain("\n\n".join(texts))


def _plain(text: str) -> str:
    """Text whose places are the same before and after it was read into tokens.

    Blanks that nobody sees, and whose reading takes time by the square of their number, are left
    out: at the end of a line, and of many side by side the rest.
    """
    lines = (line.rstrip() for line in text.replace("\ufeff", "").splitlines())
    return _BLANKS.sub(lambda run: run[0][:_MOST_BLANKS], "\n".join(lines)).strip("\n")


def alike(
    texts: Mapping[str, str],
    people: Mapping[str, frozenset[str]],
    handed_out: Sequence[str],
) -> tuple[tuple[Pair, ...], int]:
    """Decides which pairs are to be looked at: those that share most, first.

    Args:
        texts: id -> code; nothing where there is none.
        people: id -> who handed it in.
        handed_out: does not count.

    Returns:
        The pairs, and how many more there are.
    """
    ids = [ident for ident, text in texts.items() if text]
    given = _joined([_hashes(text) for text in handed_out])
    own = [np.setdiff1d(_hashes(texts[ident]), given) for ident in ids]
    common = np.union1d(given, _common(own))
    own = [np.setdiff1d(each, common, assume_unique=True) for each in own]
    found = []
    for first, second, shared in _pairs_sharing(own):
        sizes = own[first].size, own[second].size
        share = shared / min(sizes)
        if share >= LEAST_SHARE and not people[ids[first]] & people[ids[second]]:
            found.append((-share, -shared, ids[first], ids[second]))
    found.sort()
    shown = [_compared(first, second, texts, common) for _, _, first, second in found[:MOST_PAIRS]]
    shown.sort(key=lambda pair: (-pair.share, -pair.tokens, pair.first.id, pair.second.id))
    return tuple(shown), len(found) - len(shown)


def _hashes(text: str) -> Hashes:
    return np.array(sorted(_fingerprint(text).hashes), dtype=np.int64)


def _fingerprint(text: str) -> Any:
    found = _library().CodeFingerprint("code.py", _RUN, 1, language="python", fp=io.StringIO(text))
    # Copydetect says too little of what was removed before the name of a class.
    found.offsets[:, 1] = np.maximum.accumulate(found.offsets[:, 1])
    return found


def _joined(arrays: Sequence[Hashes]) -> Hashes:
    return np.concatenate([np.zeros(0, np.int64), *arrays])


def _common(own: Sequence[Hashes]) -> Hashes:
    """What most submissions have."""
    found, counts = np.unique(_joined(own), return_counts=True)
    return found[counts > max(_FEW, len(own) / 2)]


def _pairs_sharing(own: Sequence[Hashes]) -> Iterator[tuple[int, int, int]]:
    """Yields the pairs that have enough hashes in common, with how many they are."""
    found, counts = np.unique(_joined(own), return_counts=True)
    several = found[counts > 1]  # the others are of no pair
    places = [np.searchsorted(several, np.intersect1d(each, several)) for each in own]
    shared: Matrix = np.zeros((len(own), len(own)), np.float32)
    for start in range(0, several.size, _COLUMNS):
        has: Matrix = np.zeros((len(own), min(_COLUMNS, several.size - start)), np.float32)
        for row, at in enumerate(places):
            low, high = np.searchsorted(at, (start, start + _COLUMNS))
            has[row, at[low:high] - start] = 1
        shared += has @ has.T
    for first, second in np.argwhere(np.triu(shared, 1) >= _LEAST_HASHES):
        yield int(first), int(second), int(shared[first, second])


def _compared(first: str, second: str, texts: Mapping[str, str], common: Hashes) -> Pair:
    """The passages that two submissions have in common."""
    from copydetect.utils import get_token_coverage

    prints = [_fingerprint(texts[ident]) for ident in (first, second)]
    for each in prints:
        for known in np.intersect1d(np.array(sorted(each.hashes)), common):
            each.hashes.discard(known)
            del each.hash_idx[known]
        each.token_coverage = get_token_coverage(each.hash_idx, _RUN, len(each.filtered_code))
    tokens, shares, slices = _library().compare_files(*prints)
    one, other = [
        Side(ident, texts[ident], min(1.0, float(share)), _spans(places, len(texts[ident])))
        for ident, share, places in zip((first, second), shares, slices, strict=True)
    ]
    return Pair(one, other, int(tokens))


def _spans(slices: Any, size: int) -> tuple[Span, ...]:
    """Where passages begin and end, in order, none in another."""
    spans: list[Span] = []
    for start, end in sorted(zip(*slices.tolist(), strict=True)) if slices.size else ():
        begin = max(int(start), spans[-1][1] if spans else 0)
        stop = min(int(end), size)
        if begin < stop:
            spans.append((begin, stop))
    return tuple(spans)
