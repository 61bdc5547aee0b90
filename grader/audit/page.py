"""Draws an audit as one web page that needs nothing else: no script, no network, no font.

What is to be mended comes first, then the questions in one table, then each measure. The page
looks as the page of a submission does, and has its style sheet and a few rules of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from grader.audit.judge import Mutant
from grader.audit.page_measures import cases, guesses, tolerances, wrong_answers
from grader.audit.report import AuditReport, Flaw, Gap
from grader.audit.search import Tried
from grader.audit.words import (
    GROUNDS,
    case_line,
    expectation,
    percentage,
    refusal_line,
    verdict_line,
)
from grader.report.document import STYLE, document
from grader.report.markup import Html, element, fold, join, number, row, section, table
from grader.report.text import counted, points

_OPEN: Final = 3  # gaps that stand open


def page(report: AuditReport) -> str:
    """Decides the page of an audit, as the whole text of an HTML file."""
    return document(
        f"Audit: {report.assignment}",
        element("a", "Skip to the findings", href="#findings", class_="skip"),
        _header(report),
        element(
            "main",
            _to_mend(report),
            _questions(report),
            _mutants(report),
            wrong_answers(report),
            tolerances(report),
            guesses(report),
            cases(report),
            id="findings",
        ),
        element(
            "footer",
            element(
                "p",
                f"{report.wall_s:.0f} s on {counted(report.workers, 'worker')}, "
                f"{report.mutants_per_s:.0f} mutants a second; isolation: {report.isolation}.",
            ),
        ),
        styles=(STYLE, Path(__file__).with_name("page.css")),
    )


def _header(report: AuditReport) -> Html:
    fates = report.fates
    flaws = len(report.flaws)
    told = sum(confusion.is_told_apart for confusion in report.confusions)
    figures = (
        (f"{fates['killed']:,}", "mutants killed", "good"),
        (f"{fates['equivalent'] + fates['excused']:,}", "shown equivalent or excused", ""),
        (f"{fates['survived']:,}", "mutants survived", "bad" if fates["survived"] else "good"),
        (
            f"{told} of {len(report.confusions)}",
            "wrong answers told apart",
            "good" if told == len(report.confusions) else "bad",
        ),
    )
    return element(
        "header",
        element("h1", f"Audit: {report.assignment}"),
        element(
            "p",
            f"{counted(flaws, 'thing')} to mend."
            if flaws
            else "Nothing to mend: the cases tell every wrong answer and every mutant.",
            class_="verdict bad" if flaws else "verdict good",
        ),
        element(
            "ul",
            *(
                element("li", element("strong", figure, class_=tone or None), f" {words}")
                for figure, words, tone in figures
            ),
            class_="figures",
        ),
    )


# --------------------------------------------------------------------------- to mend


def _to_mend(report: AuditReport) -> Html | None:
    if not (report.flaws or report.refused_seeds):
        return None
    seeds = [element("p", refusal_line(refusal)) for refusal in report.refusals]
    return section(
        "To mend",
        *(_gap(gap, opened=place < _OPEN) for place, gap in enumerate(report.gaps)),
        *map(_flaw, report.other_flaws),
        *seeds,
        class_="notices",
    )


def _gap(gap: Gap, *, opened: bool) -> Html:
    functions = ", ".join(dict.fromkeys(mutant.function for mutant in gap.mutants))
    questions = ", ".join(question for question, _ in gap.witnesses)
    claim = f"{questions}: an input that no case has" if questions else gap.mutants[0].why
    summary = join(
        element("span", "survived", class_="status failed"),
        element("span", f"{counted(len(gap.mutants), 'mutant')} of {functions}", class_="name"),
        element("span", claim, class_="claim"),
    )
    witnesses = [
        element(
            "div",
            element("p", element("strong", question), f": {expectation(witness)}."),
            element("pre", case_line(witness), class_="remedy"),
        )
        for question, witness in gap.witnesses
    ]
    mutants = [
        element("div", element("p", f"{mutant.place}, {mutant.operator}"), _diff(mutant.diff))
        for mutant in gap.mutants
    ]
    return fold(summary, *witnesses, *mutants, open_=opened)


def _diff(diff: str) -> Html:
    kinds = {"+": "added", "-": "taken", "@": "hunk"}
    lines = [
        element("span", line, class_=f"line {kinds.get(line[:1], '')}".strip())
        for line in diff.split("\n")[2:]
    ]
    return element("pre", *lines, class_="diff")


def _flaw(flaw: Flaw) -> Html:
    return element(
        "p", element("strong", flaw.where), f": {flaw.what}. ", element("em", f"{flaw.remedy}.")
    )


# --------------------------------------------------------------------------- questions


def _questions(report: AuditReport) -> Html:
    rows = []
    for telling in report.tellings:
        question = telling.question
        verdicts = report.kills(question)
        keeps = max((verdict.share for verdict in verdicts), default=None)
        guess = report.best_guess(question)
        wrong = sum(confusion.question == question for confusion in report.confusions)
        rows.append(
            row(
                question,
                number(f"{len(telling.cases)}"),
                number(f"{len(telling.needed)}"),
                number(f"{len(verdicts)}"),
                number("" if keeps is None else percentage(float(keeps))),
                number(f"{wrong}"),
                number(f"{points(guess.scores[question])} / {points(report.points[question])}"),
                element("td", guess.name),
            )
        )
    heads = ("Question", "Cases", "Needed", "Mutants", "May keep", "Wrong answers", "Guess earns")
    return section(
        "Questions",
        element(
            "p",
            "Needed: the fewest cases that tell as much. Mutants: those that the cases tell from "
            "the reference. May keep: the share of the points that the mildest of them earns. "
            "Guess earns: the most that knowing nothing earns.",
            class_="counts",
        ),
        table((*heads, "by"), rows, class_="data"),
        id="questions",
    )


# --------------------------------------------------------------------------- mutants


def _mutants(report: AuditReport) -> Html:
    equivalent = report.of_fate("equivalent")
    folds = []
    if report.of_fate("excused"):
        folds.append(_mutant_fold("Excused", report.of_fate("excused"), words="Why"))
    for ground, words in GROUNDS.items():
        found = [mutant for mutant in equivalent if mutant.ground == ground]
        if found:
            folds.append(_mutant_fold(f"Equivalent: {len(found)} {words}", found, words="Why"))
    killed = report.of_fate("killed")
    if killed:
        folds.append(_mutant_fold(f"Killed: {len(killed)}", killed, words="By"))
    return section(
        "Mutants",
        element(
            "p",
            "Each is the reference with one slip, marked as a submission by every question that "
            "its function serves. Where a question gives full marks, an input that tells the "
            "mutant from the reference is searched for, among these:",
        ),
        table(
            (
                "Question",
                "Cases",
                "Drawn under other seeds",
                "One thing changed",
                "Small arguments",
                "",
                "Count",
                "Ruled out",
            ),
            [_tried(tried) for tried in report.tried],
            class_="data",
        ),
        *folds,
        id="mutants",
    )


def _tried(tried: Tried) -> Html:
    every = "every combination" if tried.exhaustive else "a sample"
    return row(
        tried.question,
        *(number(f"{n:,}" if n else "") for n in (tried.own, tried.drawn, tried.varied)),
        number(f"{tried.small:,}" if tried.small else ""),
        element("td", every if tried.small else ""),
        number(f"{tried.counting:,}"),
        number(f"{tried.ruled_out:,}" if tried.ruled_out else ""),
    )


def _mutant_fold(title: str, mutants: Sequence[Mutant], *, words: str) -> Html:
    tables = []
    for file, group in groupby(mutants, key=lambda mutant: mutant.file):
        rows = [
            element(
                "tr",
                number(str(mutant.line)),
                element("td", mutant.operator),
                element("td", element("code", mutant.before)),
                element("td", element("code", mutant.after)),
                element("td", _reason(mutant)),
            )
            for mutant in group
        ]
        tables.append(element("h3", file))
        heads = ("Line", "Slip", "Before", "After", words)
        tables.append(table(heads, rows, class_="data mutants"))
    return fold(element("span", title, class_="name"), *tables)


def _reason(mutant: Mutant) -> str:
    if mutant.fate != "killed":
        return mutant.why
    return "; ".join(verdict_line(verdict) for verdict in mutant.verdicts if verdict.killed)
