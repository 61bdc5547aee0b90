"""Builds HTML in which nothing can go unescaped: what is not `Html` is text, and is escaped.

A handful of lines instead of a template language: a template escapes where its author remembers
to say so, or brings a dependency that does; here a plain `str` cannot become markup at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape

# Elements that have no content and no end tag.
_EMPTY = frozenset({"meta", "br", "hr", "input"})
_SPECIAL = re.compile("[&<>]")


class Html(str):
    """Markup that is finished: it is set as it stands. Only this module makes it from text."""

    __slots__ = ()


def element(tag: str, /, *content: str | None, **attributes: str | bool | None) -> Html:
    """Builds one element.

    Args:
        tag: its name.
        content: `Html`, or text, which is escaped; None is left out.
        attributes: a trailing underscore is dropped (`class_`), others become hyphens
            (`aria_label`); None and False leave the attribute out, True gives it no value.

    >>> element("p", "1 < 2", element("b", "!"), class_="note")
    '<p class="note">1 &lt; 2<b>!</b></p>'
    """
    end = "" if tag in _EMPTY else f"</{tag}>"
    return Html("".join([_start(tag, **attributes), *_escaped(content), end]))


@lru_cache(4096, typed=True)  # most differ in nothing, or in a number
def _start(tag: str, /, **attributes: str | bool | None) -> str:
    written = [
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    ]
    return f"<{tag}{''.join(written)}>"


def join(*content: str | None) -> Html:
    """Sets pieces one after the other: markup as it stands, text escaped."""
    return Html("".join(_escaped(content)))


def _escaped(content: Sequence[str | None]) -> list[str]:
    return [
        escape(piece, quote=False) if type(piece) is not Html and _SPECIAL.search(piece) else piece
        for piece in content
        if piece is not None
    ]


def section(title: str, *content: str | None, **attributes: str | bool | None) -> Html:
    """Sets content below a heading."""
    return element("section", element("h2", title), *content, **attributes)


def fold(summary: str, *content: str | None, open_: bool = False) -> Html:
    """Sets content under a line that opens it."""
    inside = element("div", *content, class_="case")
    return element("details", element("summary", summary), inside, open=open_)


def row(head: str, *cells: Html, class_: str | None = None) -> Html:
    """Sets one row of a table: what it is about, and its cells."""
    return element("tr", element("th", head, scope="row"), *cells, class_=class_)


def number(text: str, class_: str = "") -> Html:
    """Sets a cell with a number in it."""
    return element("td", text, class_=f"number {class_}".strip())


def table(heads: Sequence[str], rows: Iterable[Html], *, class_: str) -> Html:
    """Sets rows below the heads of their columns; scrolls sideways where it is too wide."""
    return element(
        "div",
        element(
            "table",
            element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
            element("tbody", *rows),
            class_=class_,
        ),
        class_="scroll",
    )


def numbered(lines: Sequence[str], anchor: str) -> Html:
    """Sets lines of text one below the other, each with its number and a place to lead to.

    A page has hundreds of them, so all are escaped at once.

    Args:
        lines: without line ends.
        anchor: what the id of a line begins with, before its number.
    """
    anchor = escape(anchor)
    return Html(
        "".join(
            [
                f'<span id="{anchor}{number}" class="line">'
                f'<span class="line-number" aria-hidden="true">{number}</span>{line}</span>\n'
                for number, line in enumerate(join("\n".join(lines)).split("\n"), start=1)
            ]
        )
    )


def trusted(text: str) -> Html:
    """Takes text of our own, such as a style sheet, as markup."""
    return Html(text)
