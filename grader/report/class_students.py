"""The table of a class's page: every submission, to be sorted, filtered and opened.

Cells are tinted by the share of the points that was earned, so that the table is at once the heat
map of students and questions; the number in each says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from grader.report.markup import Html, element, number
from grader.report.rows import QuestionRow, Row
from grader.report.text import one_line, points

Link: TypeAlias = Callable[[str], str]
"""Where the page of a submission lies, from here."""

_FILTERS = (
    ("", "all"),
    ("below", "less than full marks"),
    ("half", "less than half"),
    ("failed", "without a score"),
    ("waiting", "waiting for a person"),
    ("flagged", "with flags"),
)


def students_section(rows: Sequence[Row], questions: Sequence[str], link: Link) -> Html:
    """Decides the table of students, in the order given, a column for each question."""
    heads = ["Submission", "Total", *questions, "Time in s", "Flags"]
    return element(
        "section",
        element("h2", "Students", id="all-students"),
        element(
            "div",
            element("label", "Search", element("input", type="search", id="search")),
            element(
                "label",
                "Show",
                element(
                    "select",
                    *(element("option", words, value=value) for value, words in _FILTERS),
                    id="only",
                ),
            ),
            element("span", id="count", aria_live="polite"),
            id="tools",
            hidden=True,
        ),
        _legend(),
        element(
            "div",
            element(
                "table",
                element("caption", "Every submission, a column for each question", class_="unseen"),
                element(
                    "thead",
                    element(
                        "tr",
                        *(
                            element(
                                "th",
                                element("button", head, type="button"),
                                scope="col",
                                aria_sort="none",
                            )
                            for head in heads
                        ),
                    ),
                ),
                element("tbody", *(_student(row, questions, link) for row in rows)),
                id="students",
                class_="list",
            ),
            class_="scroll tall",
            tabindex="0",
            role="region",
            aria_labelledby="all-students",
        ),
    )


def _legend() -> Html:
    named = ("nothing", "up to 1/4", "up to 1/2", "up to 3/4", "less than all", "all")
    return element(
        "p",
        "Share of the points:",
        *(element("span", words, class_=f"h{tone}") for tone, words in enumerate(named)),
        class_="legend",
    )


def _student(row: Row, questions: Sequence[str], link: Link) -> Html:
    by_id = {question.id: question for question in row.questions}
    return element(
        "tr",
        element("th", element("a", row.id, href=link(row.id)), scope="row"),
        _heat("" if row.faulted else points(row.score), row.share),
        *(_score(by_id.get(question), faulted=row.faulted) for question in questions),
        number(f"{row.wall_s:.2f}"),
        element("td", one_line("; ".join(row.flags), 300), class_="wide"),
        data_is=" ".join(_standings(row)),
    )


def _standings(row: Row) -> Iterator[str]:
    if row.faulted:
        yield "failed"
        return
    if row.share < 1:
        yield "below"
    if row.share < 0.5:
        yield "half"
    if row.to_mark:
        yield "waiting"
    if row.flags:
        yield "flagged"


def _score(question: QuestionRow | None, *, faulted: bool) -> Html:
    if question is None or faulted or not question.decided:
        return element("td", "", class_="heat")
    share = float(question.score / question.points) if question.points else 0.0
    return _heat(points(question.score), share)


def _heat(text: str, share: float) -> Html:
    if not text:
        return element("td", "", class_="heat")
    tone = 0 if share <= 0 else 5 if share >= 1 else 1 + min(3, int(share * 4))
    return element("td", text, class_=f"heat h{tone}")
