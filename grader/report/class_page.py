"""Draws a class as one web page for staff that needs nothing else: no network, no font.

What was earned and what it says of the questions, in numbers and in pictures; what to look at; and
every submission in a table that sorts and filters, each row leading to that student's page. The
one script is ours, stands in the page, and may run by its hash alone; everything but sorting and
filtering works without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.model import Assignment, TextAnswer
from grader.report import charts
from grader.report.answers import Answer, shown
from grader.report.class_students import Link, students_section
from grader.report.document import STYLE, document
from grader.report.markup import Html, element, fold, join, number, row, section, table
from grader.report.measures import ClassMeasure, QuestionMeasure, measure
from grader.report.rows import Row
from grader.report.story import STATUS_WORDS
from grader.report.text import CUT, counted, one_line, points, visible

if TYPE_CHECKING:
    from grader.report.similar_page import Pair

STYLES: Final = (STYLE, Path(__file__).with_name("class_page.css"))

_SLOW = 10  # submissions listed as slow
_SLOWER = 3.0  # times the median
_LINKED = 12  # students behind a wrong answer or an answer, linked at once
_ANSWER = 1500  # characters of a free text


def render_class(
    assignment: Assignment,
    rows: Sequence[Row],
    answers: Sequence[Answer],
    link: Link,
    alike: Sequence[Pair] | None = None,
    alike_page: str = "",
) -> str:
    """Decides the page of a class, as the whole text of an HTML file.

    Args:
        assignment: that it was marked by.
        rows: of all submissions, in the order in which they are to stand.
        answers: free texts, what to look at first on top.
        link: where each submission's page lies.
        alike: pairs whose code is alike; None if nobody looked.
        alike_page: where each of them can be seen side by side.
    """
    measured = measure(assignment, rows)
    title = one_line(assignment.title)
    return document(
        f"{title}: {counted(len(rows), 'submission')}",
        element("a", "Skip to the students", href="#all-students", class_="skip"),
        _header(title, rows, measured),
        element(
            "main",
            _totals(measured),
            _questions(measured),
            _wrong_answers(measured, link),
            _cases(measured),
            _answers(answers, link),
            _attention(rows, link),
            _alike(alike, alike_page, link),
            students_section(rows, [question.id for question in measured.questions], link),
        ),
        styles=STYLES,
        script=_script(),
    )


@cache
def _script() -> str:
    return Path(__file__).with_name("class_page.js").read_text("utf-8")


# --------------------------------------------------------------------------- in a few numbers


def _header(title: str, rows: Sequence[Row], measured: ClassMeasure) -> Html:
    waiting = max((row.to_mark for row in rows), default=None)
    tiles = [
        ("submissions", str(len(rows))),
        ("mean", f"{measured.mean:.1f}"),
        ("median", f"{measured.median:.1f}"),
        ("of points", f"{measured.maximum:g}"),
    ]
    if waiting:
        tiles.append(("points wait for a person", f"up to {points(waiting)}"))
    faults = sum(row.faulted for row in rows)
    if faults:
        tiles.append(("without a score", str(faults)))
    return element(
        "header",
        element("h1", title),
        element("p", "For staff. Names stand in grades.csv alone.", class_="names"),
        element(
            "dl",
            *(element("div", element("dt", name), element("dd", value)) for name, value in tiles),
            class_="tiles",
        ),
    )


def _totals(measured: ClassMeasure) -> Html:
    pictures: list[Html | None] = []
    if charts.available() and len(measured.totals) > 1 and measured.maximum:
        pictures.append(
            element(
                "figure",
                charts.histogram(measured.totals, measured.maximum),
                element("figcaption", "How many submissions earned how many points"),
            )
        )
        drawn = charts.scatter(measured.questions)
        if drawn is not None:
            about = "Each question: the further right the easier, the higher the better it "
            about += "tells strong from weak submissions"
            pictures.append(element("figure", drawn, element("figcaption", about)))
    return section(
        "Totals",
        element("p", _in_words(measured)),
        element("p", _reliability(measured)),
        element("div", *pictures, class_="pictures") if pictures else None,
        None
        if charts.available()
        else element("p", "Pictures need pygal: pip install 'grader[report]'.", class_="names"),
    )


def _in_words(measured: ClassMeasure) -> str:
    if not measured.totals:
        return "No submission has a score."
    if not measured.maximum:
        return "No points are decided yet."
    if len(measured.totals) == 1:
        return f"One submission has a score: {measured.totals[0]:g} points."
    counts = charts.bins(measured.totals, measured.maximum)
    tenths = ", ".join(str(count) for count in counts)
    return (
        f"Totals lie between {min(measured.totals):g} and {max(measured.totals):g} points, with a "
        f"standard deviation of {measured.deviation:.1f}. By tenths of the maximum, from the "
        f"lowest: {tenths}."
    )


def _reliability(measured: ClassMeasure) -> str:
    """Cronbach's alpha, with a word of what it means."""
    if measured.alpha is None or measured.error is None:
        return (
            "Reliability (Cronbach's alpha) is not told: submissions are too few, or they do not "
            "vary."
        )
    value = f"Reliability (Cronbach's alpha) is {measured.alpha:.2f}: "
    if measured.alpha >= 0.9:
        meaning = "the questions agree so well that some may be redundant"
    elif measured.alpha >= 0.8:
        meaning = "the questions agree well on who is strong"
    elif measured.alpha >= 0.7:
        meaning = "the questions agree fairly on who is strong"
    else:
        meaning = "the questions measure different things, or too little of one"
    return (
        f"{value}{meaning}. The standard error of a total is {measured.error:.1f} points; two "
        "totals closer than twice that may well differ by chance."
    )


# --------------------------------------------------------------------------- questions


def _questions(measured: ClassMeasure) -> Html:
    heads = ("Question", "Points", "Mean share", "Discrimination", "Hidden cases", "Statuses")
    return section(
        "Questions",
        element(
            "p",
            "Mean share is the difficulty (1 is easy). Discrimination is the correlation of a "
            "question with the rest of the total: below 0.2 it tells little, below 0 something is "
            "wrong with it.",
        ),
        _table(heads, (_question(question) for question in measured.questions)),
    )


def _question(question: QuestionMeasure) -> Html:
    total = sum(question.statuses.values())
    words = ", ".join(
        f"{question.statuses[status]} {word}"
        for status, word in STATUS_WORDS.items()
        if question.statuses.get(status)
    )
    parts = [
        element("span", class_=status, style=f"width:{100 * count / total:.2f}%")
        for status in STATUS_WORDS
        if total and (count := question.statuses.get(status))
    ]
    return row(
        join(one_line(question.title), _faint(question.id)),
        number(f"{question.points:g}"),
        number(_decimal(question.difficulty)),
        number(_decimal(question.discrimination)),
        number(_percent(question.hidden_rate)),
        element("td", words, element("span", *parts, class_="shares", aria_hidden="true")),
    )


def _wrong_answers(measured: ClassMeasure, link: Link) -> Html | None:
    if not measured.wrong_answers:
        return None
    return section(
        "Wrong answers",
        element("p", "Misconceptions that reproduce all of a student's results on a question."),
        _table(
            ("Question", "Wrong answer", "Submissions"),
            (
                row(
                    wrong.question,
                    element("td", wrong.name, _faint(one_line(wrong.feedback, 300)), class_="long"),
                    element("td", f"{len(wrong.ids)}: ", _links(wrong.ids, link)),
                )
                for wrong in measured.wrong_answers
            ),
        ),
    )


def _cases(measured: ClassMeasure) -> Html | None:
    """How often each case was passed, a fold for each question."""
    folds = [
        fold(
            join(
                element("span", one_line(question.title), class_="name"),
                element("span", _noteworthy(question), class_="claim"),
            ),
            _table(
                ("Case", "", "Passed"),
                (
                    row(
                        one_line(case.name, 120),
                        element("td", "" if case.shown else "hidden"),
                        number(f"{case.passed} of {case.tried} ({case.rate:.0%})"),
                    )
                    for case in question.cases
                ),
            ),
        )
        for question in measured.questions
        if question.cases
    ]
    return section("Cases", *folds) if folds else None


def _noteworthy(question: QuestionMeasure) -> str:
    tried = [case for case in question.cases if case.tried]
    nobody = sum(not case.passed for case in tried)
    everybody = sum(case.passed == case.tried for case in tried)
    said = [f"{nobody} that nobody passes"] if nobody else []
    said += [f"{everybody} that all pass"] if everybody else []
    return f"{counted(len(question.cases), 'case')}" + (f": {', '.join(said)}" if said else "")


# --------------------------------------------------------------------------- free texts


def _answers(answers: Sequence[Answer], link: Link) -> Html | None:
    if not answers:
        return None
    marked = sum(answer.text.points is not None for answer in answers)
    return section(
        "Free texts",
        element(
            "p",
            f"{counted(len(answers), 'different answer')}, of which {marked} marked; the first "
            "ones break the form that was asked for. To mark them, fill points and comment into "
            "review.csv and give it back with --marks review.csv; a - for the points withdraws a "
            "mark.",
        ),
        _table(
            ("Question", "Answer", "Look at", "Points", "Submissions"),
            (
                row(
                    join(answer.question, _faint(answer.key)),
                    element("td", _excerpt(shown(answer.text)), class_="long"),
                    element("td", "; ".join(map(one_line, answer.text.findings))),
                    number(f"{_points(answer.text)} of {points(answer.maximum)}"),
                    element("td", f"{len(answer.ids)}: ", _links(answer.ids, link)),
                )
                for answer in answers
            ),
        ),
    )


def _points(answer: TextAnswer) -> str:
    return CUT if answer.points is None else points(answer.points)


def _excerpt(text: str) -> str:
    text = visible(text[:_ANSWER])
    return text if len(text) < _ANSWER else text + CUT


# --------------------------------------------------------------------------- to be looked at


def _attention(rows: Sequence[Row], link: Link) -> Html | None:
    """Submissions without a score, and those that took long."""
    faulted = [
        (row, "no score: the grader failed; its page has the reason") for row in rows if row.faulted
    ]
    times = sorted(row.wall_s for row in rows)
    usual = times[len(times) // 2] if times else 0.0
    slow = sorted(
        (row for row in rows if row.wall_s > max(1.0, _SLOWER * usual)),
        key=lambda row: (-row.wall_s, row.id),
    )
    listed = faulted + [
        (row, f"took {row.wall_s:.1f} s; half take {usual:.1f} s at most") for row in slow[:_SLOW]
    ]
    if not listed:
        return None
    return section(
        "Failed and slow",
        _table(
            ("Submission", "What", "Flags"),
            (
                row(
                    element("a", one.id, href=link(one.id)),
                    element("td", what),
                    element("td", "; ".join(map(one_line, one.flags))),
                )
                for one, what in listed
            ),
        ),
    )


def _alike(pairs: Sequence[Pair] | None, page: str, link: Link) -> Html | None:
    if pairs is None:
        return None
    about = (
        "Code that two submissions share beyond what was handed out. This is a list to look at: "
        "small tasks have few solutions, and students may have worked together as they should."
    )
    if not pairs:
        about = (
            "No two submissions share much code beyond what was handed out and what most of them "
            "have. Where all of it is the same, the flags below say so."
        )
        return section("Similar code", element("p", about))
    return section(
        "Similar code",
        element("p", about),
        _table(
            ("Submissions", "Shared", "Tokens", ""),
            (
                row(
                    join(
                        element("a", pair.first.id, href=link(pair.first.id)),
                        " and ",
                        element("a", pair.second.id, href=link(pair.second.id)),
                    ),
                    number(f"{pair.share:.0%}"),
                    number(str(pair.tokens)),
                    element("td", element("a", "side by side", href=f"{page}#pair-{place}")),
                )
                for place, pair in enumerate(pairs, 1)
            ),
        ),
    )


# --------------------------------------------------------------------------- pieces


def _table(heads: Sequence[str], rows: Iterator[Html]) -> Html:
    return table(heads, rows, class_="list")


def _links(ids: Sequence[str], link: Link) -> Html:
    """The submissions, the first ones at once and the rest on request."""
    first = _linked(ids[:_LINKED], link)
    if len(ids) <= _LINKED:
        return first
    rest = _linked(ids[_LINKED:], link)
    return join(first, fold(f"{len(ids) - _LINKED} more", rest))


def _linked(ids: Sequence[str], link: Link) -> Html:
    links = [element("a", one_line(ident, 60), href=link(ident)) for ident in ids]
    return join(*(piece for at, each in enumerate(links) for piece in (", " if at else "", each)))


def _faint(text: str) -> Html:
    return join(element("br"), element("span", text, class_="faint"))


def _decimal(value: float | None) -> str:
    return CUT if value is None else f"{value:.2f}"


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:.0%}"
