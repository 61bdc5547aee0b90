"""Draws an audit for a terminal: what to mend first, then the measures in short."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from math import isfinite
from typing import Final

from grader.audit.report import AuditReport, Flaw, Gap
from grader.audit.words import GROUNDS, case_line, expectation, percentage, refusal_line
from grader.report.sheet import Run, Sheet
from grader.report.terminal import Screen, draw
from grader.report.text import counted, one_line, points

_GAPS: Final = 10  # described in full; the page has all
_FLAWS: Final = 10
_DIFFS: Final = 1  # of the mutants that one input would kill


def terminal(report: AuditReport, screen: Screen = Screen()) -> str:  # noqa: B008 - frozen
    """Decides the text of an audit for the screen."""
    sheet = Sheet(screen.width, ascii_alone=screen.plain)
    sheet.say(one_line(report.assignment), "strong")
    sheet.blank()
    _flaws(sheet, report)
    _questions(sheet, report)
    _mutants(sheet, report)
    _wrong_answers(sheet, report)
    _tolerances(sheet, report)
    _guesses(sheet, report)
    _seeds(sheet, report)
    sheet.say(
        f"{counted(len(report.mutants), 'mutant')} on {counted(report.workers, 'worker')}, "
        f"{report.mutants_per_s:.0f} a second; {report.wall_s:.0f} s in all.",
        "faint",
    )
    return draw(sheet.rows, screen)


# --------------------------------------------------------------------------- to mend


def _flaws(sheet: Sheet, report: AuditReport) -> None:
    flaws = report.flaws
    if not flaws:
        sheet.say("Nothing to mend: the cases tell every wrong answer and every mutant.", "good")
        sheet.blank()
        return
    sheet.say(f"{counted(len(flaws), 'thing')} to mend", "bad")
    gaps, others = report.gaps, report.other_flaws
    for gap in gaps[:_GAPS]:
        _gap(sheet, gap)
    for flaw in others[:_FLAWS]:
        _flaw(sheet, flaw)
    more = sum(len(gap.mutants) for gap in gaps[_GAPS:]) + len(others[_FLAWS:])
    if more:
        sheet.blank()
        sheet.say(f"and {more} more, which the page and the JSON file describe.")
    sheet.blank()


def _gap(sheet: Sheet, gap: Gap) -> None:
    sheet.blank()
    for number, mutant in enumerate(gap.mutants):
        sheet.row(Run(f"  {mutant.place}", "strong"), Run(f"  {mutant.operator} survives", "bad"))
        if number < _DIFFS:
            for line in mutant.diff.split("\n")[3:]:
                if line[:1] in ("-", "+"):
                    sheet.row(Run(f"    {line}", "faint" if line[0] == "-" else "differs"))
    for question, witness in gap.witnesses:
        sheet.say(f"{question}: {expectation(witness)}:", indent=4)
        sheet.say(case_line(witness), "help", indent=4)
    if not gap.witnesses:
        sheet.say(gap.mutants[0].why, indent=4)


def _flaw(sheet: Sheet, flaw: Flaw) -> None:
    sheet.blank()
    sheet.say(flaw.where, "strong", indent=2)
    sheet.say(f"{flaw.what}; {flaw.remedy}", indent=4)


# --------------------------------------------------------------------------- the measures


def _questions(sheet: Sheet, report: AuditReport) -> None:
    """One line for each question: what its cases tell, and what guessing earns."""
    wrong = Counter(confusion.question for confusion in report.confusions)
    name = max(map(len, ("question", *report.points)))
    head = f"{'question':{name}}  cases  needed  mutants  may keep  wrong answers  guessing"
    sheet.row(Run(head, "faint"))
    for telling in report.tellings:
        question = telling.question
        verdicts = report.kills(question)
        keeps = max((float(verdict.share) for verdict in verdicts), default=0.0)
        earned = report.best_guess(question).scores[question]
        earns = f"{points(earned)} / {points(report.points[question])}"
        sheet.row(
            Run(f"{question:{name}}", "strong"),
            Run(f"  {len(telling.cases):5}  {len(telling.needed):6}  {len(verdicts):7}"),
            Run(f"  {percentage(keeps):>8}  {wrong[question]:13}"),
            Run(f"  {earns:>8}"),
        )
    sheet.blank()
    sheet.say(
        "needed: the fewest cases that tell as much. mutants: those that the cases tell from the "
        "reference. may keep: what the mildest of them earns. guessing: the most that knowing "
        "nothing earns.",
        "faint",
    )
    sheet.blank()


def _mutants(sheet: Sheet, report: AuditReport) -> None:
    fates = report.fates
    kinds = [f"{fates[fate]} {fate}" for fate in ("killed", "equivalent", "excused", "survived")]
    sheet.say(f"Mutants: {', '.join(kinds)}", "bad" if fates["survived"] else "good")
    grounds = Counter(mutant.ground for mutant in report.of_fate("equivalent"))
    for ground, words in GROUNDS.items():
        if grounds[ground]:
            sheet.say(f"{grounds[ground]} {words}", "faint", indent=2)
    for mutant in report.of_fate("excused"):
        sheet.say(
            f"{mutant.place} {mutant.before} → {mutant.after}: {mutant.why}", "faint", indent=2
        )
    sheet.blank()


def _wrong_answers(sheet: Sheet, report: AuditReport) -> None:
    total = len(report.confusions)
    right = sum(confusion.is_told_apart for confusion in report.confusions)
    forms = sum(len(confusion.forms) for confusion in report.confusions)
    sheet.say(
        f"Wrong answers: {right} of {total} are diagnosed as themselves and as nothing else, in "
        f"all of their {forms} forms",
        "good" if right == total else "bad",
    )
    twins = sorted({tuple(sorted((c.name, t))) for c in report.confusions for t in c.twins})
    for pair in twins:
        sheet.say(f"{' and '.join(pair)} are listed as inseparable", "faint", indent=2)
    sheet.blank()


def _tolerances(sheet: Sheet, report: AuditReport) -> None:
    strict = [right for right in report.rights if right.runs and right.share < 1]
    if report.rights:
        idle = [right.name for right in report.rights if not right.runs]
        ran = len(report.rights) - len(idle)
        sheet.say(
            f"Right answers: {ran - len(strict)} of {ran} other implementations earn full marks",
            "bad" if strict else "good",
        )
        if idle:
            sheet.say(f"not installed here: {', '.join(idle)}", "faint", indent=2)
        sheet.blank()
    if not report.margins:
        return
    used = max(report.margins, key=lambda margin: margin.used)
    nearest = min(report.margins, key=lambda margin: margin.nearest)
    text = f"Tolerances: right answers use at most {used.used:.2g} of them ({used.case})"
    if isfinite(nearest.nearest):
        text += f", and the nearest wrong one is {nearest.nearest:.2g} of them off ({nearest.case})"
    sheet.say(text, "partly" if report.loose else "good")
    for margin in report.loose:
        worst = max(margin.slips, key=lambda slip: slip.ratio)
        others = f" and {len(margin.slips) - 1} more" if len(margin.slips) > 1 else ""
        sheet.say(
            f"{margin.question}: {margin.case} lets {worst.name}{others} pass ({worst.ratio:.2g})",
            indent=2,
        )
    sheet.blank()


def _guesses(sheet: Sheet, report: AuditReport) -> None:
    most = sum(report.points.values(), Decimal(0))
    sheet.say(f"Knowing nothing earns, of {points(most)} points:")
    for guess in report.guesses[:5]:
        best = f" (the best of {guess.draws}: {points(guess.best)})" if guess.draws > 1 else ""
        sheet.say(f"{points(guess.total):>6}  {guess.name}{best}", "faint", indent=2)
    for name, question, score in report.generous:
        of = points(report.points[question])
        sheet.say(f"{question}: {name} earns {points(score)} of {of}", "partly", indent=2)
    sheet.blank()


def _seeds(sheet: Sheet, report: AuditReport) -> None:
    for line in map(refusal_line, report.refusals):
        sheet.say(line, "partly")
    if report.refusals:
        sheet.blank()
