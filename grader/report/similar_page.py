"""Draws the pairs of submissions whose code is alike, side by side, as one page for staff.

It is a list to look at. Its words accuse nobody: small tasks have few solutions, and the page
cannot know who worked with whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from grader.report.class_page import STYLES
from grader.report.class_students import Link
from grader.report.document import document
from grader.report.markup import Html, element, join, number, row, section, table
from grader.report.text import counted, one_line, visible

Span: TypeAlias = tuple[int, int]
"""Where a passage begins and where it ends, in characters."""


class Side(Struct, frozen=True):
    """One submission of a pair."""

    id: str
    text: str
    share: float  # of its own code, how much is in the other
    alike: tuple[Span, ...]


class Pair(Struct, frozen=True):
    """Two submissions and what they share."""

    first: Side
    second: Side
    tokens: int  # of the first that are in the second, about

    @property
    def share(self) -> float:
        return max(self.first.share, self.second.share)


def render_similar(title: str, pairs: Sequence[Pair], notes: Sequence[str], link: Link) -> str:
    """Decides the page, as the whole text of an HTML file.

    Args:
        title: the assignment's.
        pairs: in the order in which they are to stand.
        notes: what was compared, and what was not.
        link: where each submission's page lies, from this one.
    """
    return document(
        f"{one_line(title)}: similar code",
        element(
            "header",
            element("h1", "Similar code"),
            element("p", one_line(title)),
            element("p", "For staff alone.", class_="names"),
        ),
        element(
            "main",
            element(
                "section",
                element(
                    "p",
                    "Pairs of submissions to look at. That code is alike says nothing of why: "
                    "small tasks have few solutions, and students may have learned from the same "
                    "source or worked together as they should. Names do not count in the "
                    "comparison, nor does what was handed out or what most submissions have.",
                ),
                *(element("p", note) for note in notes),
                _list(pairs) if pairs else None,
            ),
            *(_side_by_side(place, pair, link) for place, pair in enumerate(pairs, 1)),
        ),
        styles=(*STYLES, Path(__file__).with_name("similar_page.css")),
    )


def _list(pairs: Sequence[Pair]) -> Html:
    return table(
        ("Submissions", "Share of the first", "Share of the second"),
        (
            row(
                element("a", _names(pair), href=f"#pair-{place}"),
                number(f"{pair.first.share:.0%}"),
                number(f"{pair.second.share:.0%}"),
            )
            for place, pair in enumerate(pairs, 1)
        ),
        class_="list",
    )


def _names(pair: Pair) -> str:
    return f"{one_line(pair.first.id, 60)} and {one_line(pair.second.id, 60)}"


def _side_by_side(place: int, pair: Pair, link: Link) -> Html:
    sides = element("div", _code(pair.first, link), _code(pair.second, link), class_="sides")
    return section(_names(pair), sides, id=f"pair-{place}")


def _code(side: Side, link: Link) -> Html:
    pieces: list[str] = []
    at = 0
    for start, end in side.alike:
        pieces += [visible(side.text[at:start]), element("mark", visible(side.text[start:end]))]
        at = end
    pieces.append(visible(side.text[at:]))
    passages = counted(len(side.alike), "passage")
    return element(
        "figure",
        element(
            "figcaption",
            element("a", one_line(side.id, 60), href=link(side.id)),
            f": {side.share:.0%} alike, in {passages}",
        ),
        element("pre", join(*pieces), tabindex="0"),
    )
