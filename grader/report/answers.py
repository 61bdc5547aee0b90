"""Free texts as a marker sees them: every different answer of a class once.

Answers count as the same when their words and signs are, regardless of case and punctuation;
where there is no text at all, when there is none for the same reason.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from grader.model import TextAnswer
from grader.report.rows import Row

_HYPHEN: Final = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")  # in a word; elsewhere it may be a minus
_SIGNS: Final = frozenset("-*/%^#&@\\")  # `<`, `+` and such are symbols by themselves
_MOST_MARKS: Final = 30  # on one letter; Unicode knows of no text with more


class Answer(Struct, frozen=True):
    """One answer, and who gave it."""

    question: str
    key: str
    text: TextAnswer
    maximum: Decimal
    ids: tuple[str, ...]


def answers(rows: Iterable[Row]) -> tuple[Answer, ...]:
    """Decides which answers there are, what to look at first on top.

    Question by question: what breaks the form asked for comes first, then what several students
    gave in the same words, then the rest by its text.
    """
    found: dict[tuple[str, str], Answer] = {}
    order: dict[str, int] = {}
    for row in rows:
        for question in row.questions:
            if question.text is None or row.faulted:
                continue
            order.setdefault(question.id, len(order))
            key = answer_key(question.id, question.text)
            known = found.get((question.id, key))
            if known is None:
                found[question.id, key] = Answer(
                    question.id, key, question.text, question.points, (row.id,)
                )
            else:
                found[question.id, key] = replace(known, ids=(*known.ids, row.id))
    return tuple(
        sorted(
            found.values(),
            key=lambda answer: (
                order[answer.question],
                -len(answer.text.findings),
                -len(answer.ids),
                shown(answer.text),
            ),
        )
    )


def answer_key(question_id: str, answer: TextAnswer) -> str:
    """Decides which answers are the same: a short name for the words and symbols of an answer.

    >>> one, other = TextAnswer({"": "A mask, per pixel."}), TextAnswer({"": "a mask per PIXEL"})
    >>> answer_key("q1", one) == answer_key("q1", other) != answer_key("q2", other)
    True
    """
    words = [f"{entry}\0{_words(text)}" for entry, text in answer.text.items()]
    why = () if words else answer.findings  # a missing function is no function that raised
    told = "\0\0".join([question_id, *sorted(words), *why])
    # the letter keeps spreadsheets from reading a key as a number, 12345e678901 say
    return "t" + hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()[:12]


def _words(text: str) -> str:
    """What an answer says: its words with their accents, and signs, for x < y is not x > y.

    >>> _words("It's per-pixel, n-1 < 50%!")
    'it s per pixel n - 1 < 50 %'
    """
    text = text if text.isascii() else _legible(text)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(map(_counting, _HYPHEN.sub(" ", folded))).split())


def _legible(text: str) -> str:
    """The text with so many marks on a letter as one may have.

    Unicode puts the marks of a letter in order, which takes time by the square of their number.
    """
    kept, marks = [], 0
    for character in text:
        is_mark = unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) > 0
        marks = marks + 1 if is_mark else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _counting(character: str) -> str:
    """The character as it counts: a sign stands alone, and punctuation is a space."""
    kind = unicodedata.category(character)
    if kind in ("Sm", "Sc", "So") or character in _SIGNS:
        return f" {character} "
    if kind == "Cf":  # a soft hyphen, or what no eye sees
        return ""
    return character if kind[0] in "LNM" or character == "_" else " "


def shown(answer: TextAnswer) -> str:
    """Writes an answer with the names of its entries."""
    return "\n".join(f"{entry}: {said}" if entry else said for entry, said in answer.text.items())
