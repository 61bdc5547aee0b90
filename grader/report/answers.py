"""Free texts as a marker sees them: every different answer of a class once.

Answers count as the same when their words and symbols are, regardless of case and punctuation;
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

_WORD: Final = re.compile(r"\w+|(?<!\w)-(?=\d)|[^\w\s-]")
_MEANT: Final = frozenset("-#%&*/@\\")  # punctuation to Unicode, but no less than words


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
    words = [
        f"{entry}\0{' '.join(filter(_counts, _WORD.findall(text.casefold())))}"
        for entry, text in answer.text.items()
    ]
    why = () if words else answer.findings  # a missing function is no function that raised
    told = "\0\0".join([question_id, *sorted(words), *why])
    # the letter keeps spreadsheets from reading a key as a number, 12345e678901 say
    return "t" + hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()[:12]


def _counts(word: str) -> bool:
    """Whether a word is one, or a symbol such as < and not a mere full stop."""
    return word in _MEANT or not unicodedata.category(word[0]).startswith("P") or word[0] == "_"


def shown(answer: TextAnswer) -> str:
    """Writes an answer with the names of its entries."""
    return "\n".join(f"{entry}: {said}" if entry else said for entry, said in answer.text.items())
