"""Makes any text fit to be shown: nothing invisible, nothing that steers, nothing endless.

What a student wrote reaches terminals, web pages, Gradescope and spreadsheets. Two things are done
about that. Here every character that cannot be seen is spelled out, once, for all media: control
characters and the escapes of terminals, marks that turn the direction of reading, characters of no
width, half a surrogate pair. Each medium then escapes what means something to it alone: HTML in
page.py; the terminal's markup is never parsed (lines.py hands over plain runs); Gradescope gets the
format "text", in which neither Markdown nor HTML is read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

CUT = "…"

# They count as letters, and look like nothing: the Hangul fillers and the Braille blank.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")

# Where a cell begins, what opens a formula, wide forms included. To a spreadsheet that expects
# semicolons a cell also begins after each of them, and quotes keep no line together.
_BEFORE = r"(\A|[;\n])([ \"]*)"
_FORMULA = re.compile(rf"{_BEFORE}(?=[-=+@＝＋－＠])")
_KEPT_FORMULA = re.compile(rf"{_BEFORE}'(?=[-=+@＝＋－＠])")

_ASCII = str.maketrans(
    {
        "…": "...", "×": "x", "−": "-", "–": "-", "—": "-", "·": ".", "≤": "<=", "≥": ">=",
        "’": "'", "‘": "'", "“": '"', "”": '"', "›": ">", "→": "->", "½": "1/2",
    }
)  # fmt: skip


def visible(text: str) -> str:
    r"""Spells out every character that a reader could not see. Newlines stay.

    Spaces of any kind become plain ones and tabs become four.

    >>> visible("\x1b[31mred\u202e")
    '\\x1b[31mred\\u202e'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(map(_spelled, text))


def _spelled(character: str) -> str:
    if character == "\n":
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    if character.isprintable() and character not in _BLANK:
        return character
    return character.encode("unicode_escape").decode("ascii")


def one_line(text: str, width: int = 200) -> str:
    r"""Keeps a name, a title or a message on one line of at most `width` characters.

    >>> one_line("two\nlines")
    'two\\nlines'
    """
    if len(text) <= width and text.isascii() and text.isprintable():
        return text  # as nearly all are
    line = visible(text[: width + 1].strip("\r\n")).replace("\n", "\\n")
    return line if len(line) <= width and len(text) <= width + 1 else line[: width - 1] + CUT


def excerpt(text: str, *, lines: int = 20, width: int = 200) -> tuple[str, ...]:
    """Keeps the first lines of a longer text, each bounded, and says what was left out."""
    kept = text[: 4 * lines * width]
    all_lines = visible(kept).rstrip("\n").split("\n")
    shown = [line if len(line) <= width else line[: width - 1] + CUT for line in all_lines[:lines]]
    left_out = len(all_lines) - len(shown) + text.count("\n", len(kept))
    if left_out > 0:
        shown.append(f"({CUT} {left_out} more {'line' if left_out == 1 else 'lines'})")
    elif len(kept) < len(text):
        shown.append(f"({CUT} {len(text) - len(kept)} more characters)")
    return tuple(shown)


def bounded(text: str, characters: int) -> str:
    """Cuts a whole report at a line's end, with a sentence that says so."""
    if len(text) <= characters:
        return text
    note = "({0} cut here: {1} more characters)"
    head = text[: characters - len(note) - 12]
    head = head[: head.rfind("\n") + 1] or head + "\n"
    return head + note.format(CUT, len(text) - len(head))


def ascii_only(text: str) -> str:
    r"""Writes text with ASCII alone, for places where no other character is sure to show.

    >>> ascii_only("4 × 4 … naïve")
    '4 x 4 ... na\\xefve'
    """
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")


def csv_cell(text: str) -> str:
    """Keeps a spreadsheet from reading a cell, or a part that it takes for one, as a formula.

    >>> csv_cell("=1+1"), csv_cell("ada"), csv_cell("ada;=1+1")
    ("'=1+1", 'ada', "ada;'=1+1")
    """
    return _FORMULA.sub(r"\1\2'", visible(text))


def typed_in(cell: str) -> str:
    """Undoes `csv_cell`: what was typed, without what keeps it from being a formula.

    >>> typed_in(csv_cell("- one\\n- two"))
    '- one\\n- two'
    """
    typed = visible(cell)
    bare = _KEPT_FORMULA.sub(r"\1\2", typed)
    return bare if csv_cell(bare) == typed else typed


def points(amount: Decimal) -> str:
    """Writes points without trailing zeros.

    >>> points(Decimal("3.50")), points(Decimal("10"))
    ('3.5', '10')
    """
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def waiting(amount: str, more: str = "") -> str:
    """Says that so many points wait for a person, with the right verb.

    >>> waiting("1"), waiting("2.5", "more ")
    ('1 point waits for a person', '2.5 more points wait for a person')
    """
    return f"{amount} {more}{'point waits' if amount == '1' else 'points wait'} for a person"


def counted(count: int, noun: str) -> str:
    """Joins a number to its noun: "1 case", "3 cases"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def first_few(names: Sequence[str], most: int) -> str:
    """Lists names, and says how many there are beyond the first.

    >>> first_few(["a", "b", "c"], 2), first_few(["a", "b"], 2)
    ('a, b and 1 more', 'a, b')
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def wrapped(text: str, width: int) -> list[str]:
    """Breaks text at spaces into lines of at most `width` columns, and inside a longer word.

    >>> wrapped("a line that is longer", 8)
    ['a line', 'that is', 'longer']
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if columns(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *whole, line = chopped(word, width)
        lines.extend(whole)
    return [*lines, line]


def chopped(text: str, width: int) -> list[str]:
    """Breaks text into lines of at most `width` columns wherever they end (for code)."""
    width = max(width, 2)
    if columns(text) <= width:
        return [text]
    lines, line, taken = [], "", 0
    for character in text:
        wide = columns(character)
        if taken + wide > width:
            lines.append(line)
            line, taken = "", 0
        line += character
        taken += wide
    return [*lines, line]
