"""The measures of an audit beside the mutants, as sections of its page."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from math import isfinite, log10
from typing import Final

from grader.audit.confusion import Confusion
from grader.audit.margins import Margin
from grader.audit.report import AuditReport
from grader.audit.words import percentage
from grader.report.markup import Html, element, fold, number, row, section, table
from grader.report.text import points

_SCALE: Final = (-4.0, 8.0)  # powers of ten of the tolerance that the strip of a margin shows


# --------------------------------------------------------------------------- wrong answers


def wrong_answers(report: AuditReport) -> Html | None:
    """What every wrong answer is taken for."""
    if not report.confusions:
        return None
    folds = []
    for question, group in groupby(report.confusions, key=lambda confusion: confusion.question):
        found = list(group)
        right = sum(confusion.is_told_apart for confusion in found)
        summary = f"{question}: {right} of {len(found)} told apart"
        title = element("span", summary, class_="name")
        folds.append(fold(title, _matrix(found), open_=right < len(found)))
    return section(
        "Wrong answers",
        element(
            "p",
            "Each is run as a submission: as the formula that it is, behind the guards of a right "
            "answer, and in float32 where there is a tolerance. A row shows what it is taken for.",
        ),
        *folds,
        id="wrong-answers",
    )


def _matrix(confusions: Sequence[Confusion]) -> Html:
    numbers = {confusion.name: n for n, confusion in enumerate(confusions, start=1)}
    heads = [element("th", str(n), scope="col", title=name) for name, n in numbers.items()]
    rows = [
        row(
            f"{numbers[confusion.name]} {confusion.name}",
            *(_cell(confusion, name) for name in numbers),
            number(percentage(float(confusion.worth))),
            number(percentage(float(confusion.forms[0].share))),
            element("td", ", ".join(confusion.missed) and f"not as {', '.join(confusion.missed)}"),
        )
        for confusion in confusions
    ]
    return element(
        "div",
        element(
            "table",
            element(
                "thead",
                element(
                    "tr",
                    element("th", "Wrong answer", scope="col"),
                    *heads,
                    element("th", "Worth", scope="col"),
                    element("th", "Earns", scope="col"),
                    element("th", "Missed", scope="col"),
                ),
            ),
            element("tbody", *rows),
            class_="data confusion",
        ),
        class_="scroll",
    )


def _cell(confusion: Confusion, name: str) -> Html:
    if name not in confusion.taken_for:
        return element("td", "")
    if name == confusion.name:
        return element("td", element("span", "itself", class_="unseen"), class_="itself")
    if name in confusion.twins:
        return element("td", element("span", "a listed twin", class_="unseen"), class_="twin")
    return element("td", element("span", "confused", class_="unseen"), class_="confused")


# --------------------------------------------------------------------------- tolerances


def tolerances(report: AuditReport) -> Html | None:
    """What other right answers earn, and the margins of every tolerance."""
    if not (report.margins or report.rights):
        return None
    rights = [
        row(
            right.question,
            element("td", right.name),
            element(
                "td",
                "not installed here"
                if not right.runs
                else "full marks"
                if right.share == 1
                else f"fails {', '.join(right.failed)}",
            ),
        )
        for right in report.rights
    ]
    margins = [
        row(
            margin.question,
            element("td", margin.case),
            number(f"{margin.tolerance:.1e}"),
            number(f"{margin.used:.2g}"),
            element("td", _strip(margin)),
            number(f"{margin.nearest:.1e}" if isfinite(margin.nearest) else "none"),
            element("td", _slips(margin) or element("code", margin.nearest_by)),
            class_="wrong" if margin.slips else None,
        )
        for margin in report.margins
    ]
    heads = ("Question", "Case", "Tolerance", "Right uses", "", "Nearest wrong", "which is")
    return section(
        "Right answers and tolerances",
        table(("Question", "Right implementation", "Earns"), rights, class_="data")
        if rights
        else None,
        element(
            "p",
            "In multiples of the tolerance, on a scale of powers of ten: what the right answer "
            "furthest off uses (left), the tolerance (the line), the wrong one nearest (right).",
            class_="counts",
        )
        if margins
        else None,
        table(heads, margins, class_="data") if margins else None,
        id="tolerances",
    )


def _slips(margin: Margin) -> str | None:
    if not margin.slips:
        return None
    worst = max(margin.slips, key=lambda slip: slip.ratio)
    return f"{len(margin.slips)} wrong ones pass, {worst.name} at {worst.ratio:.2g}"


def _strip(margin: Margin) -> Html:
    """Seen only; the numbers on both sides say the same."""
    dots = [element("span", class_="one", style=f"left:{_place(1):.1f}%")]
    if margin.used:
        dots.append(element("span", class_="used", style=f"width:{_place(margin.used):.1f}%"))
    if isfinite(margin.nearest):
        width = max(100 - _place(margin.nearest), 2.0)
        dots.append(element("span", class_="nearest", style=f"width:{width:.1f}%"))
    return element("span", *dots, class_="strip", aria_hidden="true")


def _place(ratio: float) -> float:
    low, high = _SCALE
    return 100 * (min(max(log10(ratio), low), high) - low) / (high - low)


# --------------------------------------------------------------------------- guessing, cases


def guesses(report: AuditReport) -> Html:
    """What knowing nothing earns."""
    questions = list(report.points)
    rows = [
        row(
            guess.name,
            number(points(guess.total), "total-score"),
            *(
                number(points(score) if score else "", _heat(score / report.points[question]))
                for question, score in guess.scores.items()
            ),
        )
        for guess in report.guesses
    ]
    most = points(sum(report.points.values(), Decimal(0)))
    drawn = next((guess for guess in report.guesses if guess.draws > 1), None)
    note = (
        f"Of {drawn.draws} random submissions the mean stands here; the best earned "
        f"{points(drawn.best)}."
        if drawn
        else ""
    )
    return section(
        "Knowing nothing",
        element(
            "p",
            f"What submissions that know nothing earn, of {most} points. {note}",
        ),
        table(("Guess", "Total", *questions), rows, class_="data guesses"),
        id="guesses",
    )


def _heat(share: object) -> str:
    worth = float(share)  # type: ignore[arg-type]
    return "much" if worth > 0.25 else "some" if worth > 0.1 else ""


def cases(report: AuditReport) -> Html:
    """What each case is for."""
    folds = []
    for telling in report.tellings:
        rows = [
            row(
                worth.name,
                number(f"{worth.tells:,}"),
                number(f"{worth.alone:,}" if worth.alone else ""),
                element("td", "needed" if worth.needed else ""),
                class_=None if worth.needed else "spare",
            )
            for worth in telling.cases
        ]
        summary = (
            f"{telling.question}: {len(telling.needed)} of {len(telling.cases)} cases tell all of "
            f"{telling.things:,}"
        )
        told = table(("Case", "Tells", "Alone", ""), rows, class_="data")
        folds.append(fold(element("span", summary, class_="name"), told))
    return section(
        "Cases",
        element(
            "p",
            "What each case tells: mutants and wrong answers from the reference, wrong answers "
            "from each other. Alone: what no other case tells. Needed: it stands in a smallest "
            "set that tells all. The others make guessing harder, or are there to be read.",
        ),
        *folds,
        id="cases",
    )
