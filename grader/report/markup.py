"""Builds HTML in which nothing can go unescaped: what is not `Html` is text, and is escaped.

A handful of lines instead of a template language: a template escapes where its author remembers
to say so, or brings a dependency that does; here a plain `str` cannot become markup at all.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
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
    written = (
        ""
        if not attributes
        else "".join(
            [
                f" {_name(key)}" + ("" if value is True else f'="{_quotable(str(value))}"')
                for key, value in attributes.items()
                if value is not None and value is not False
            ]
        )
    )
    end = "" if tag in _EMPTY else f"</{tag}>"
    return Html(f"<{tag}{written}>{join(*content)}{end}")


@cache
def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


_quotable = lru_cache(1024)(escape)  # most are a class's name


def join(*content: str | None) -> Html:
    """Sets pieces one after the other: markup as it stands, text escaped."""
    return Html(
        "".join(
            [
                escape(piece, quote=False)
                if type(piece) is not Html and _SPECIAL.search(piece)
                else piece
                for piece in content
                if piece is not None
            ]
        )
    )


def trusted(text: str) -> Html:
    """Takes text of our own, such as a style sheet, as markup."""
    return Html(text)
