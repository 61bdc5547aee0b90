"""The pieces that the page of an audit is put together from."""

from __future__ import annotations

from collections.abc import Sequence

from grader.report import markup
from grader.report.markup import Html, element


def section(title: str, *content: str | None, id_: str) -> Html:
    """A card with a heading."""
    return element("section", element("h2", title), *content, id=id_)


def table(heads: Sequence[str], rows: Sequence[Html], *, class_: str = "") -> Html:
    """A table in the style of this page."""
    return markup.table(heads, rows, class_=f"data {class_}".strip())


def fold(summary: str, *content: str | None, open_: bool = False) -> Html:
    """Content under a line that opens it."""
    return element(
        "details",
        element("summary", element("span", summary, class_="name")),
        element("div", *content, class_="case"),
        open=open_,
    )


def number(text: str, class_: str = "") -> Html:
    """A cell of a table with a number in it."""
    return element("td", text, class_=f"number {class_}".strip())
