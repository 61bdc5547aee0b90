"""Draws the validated plan of an assignment: what is marked, by which cases and rules."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from grader.model import PlanRow
from grader.report.sheet import Run, Sheet
from grader.report.terminal import Screen, draw
from grader.report.text import counted, one_line, points


def render_plan(title: str, rows: Sequence[PlanRow], screen: Screen) -> str:
    """Decides the table of a plan: a line for each question, its rules below it."""
    sheet = Sheet(screen.width, ascii_alone=screen.plain)
    sheet.say(one_line(title), "strong")
    sheet.blank()
    names = max(len("question"), *(len(row.question) for row in rows))
    functions = max(len("function"), *(len(row.function) for row in rows))
    sheet.row(
        Run(f"{'question':{names}}  {'function':{functions}}  shown  hidden  points", "faint")
    )
    for row in rows:
        sheet.row(
            Run(f"{row.question:{names}}", "strong"),
            Run(f"  {row.function:{functions}}  {row.shown:5}  {row.hidden:6}"),
            Run(f"  {points(row.points):>6}"),
        )
        if row.rules:
            sheet.say(", ".join(row.rules), "faint", indent=names + 2)
    sheet.blank()
    cases = sum(row.shown + row.hidden for row in rows)
    total = sum((row.points for row in rows), Decimal(0))
    sheet.say(
        f"{counted(len(rows), 'question')}, {counted(cases, 'case')}, {points(total)} point"
        f"{'' if total == 1 else 's'}."
    )
    fragile = [row.question for row in rows if row.to_the_last_bit]
    if fragile:
        sheet.blank()
        sheet.say(
            f"{', '.join(fragile)}: right answers may differ in the last digit and are compared "
            "to the last bit. Allow for rounding: compare: {rtol: 1e-9}",
            "bad",
        )
    for row in rows:
        for clause in row.idle:
            sheet.blank()
            sheet.say(f"{row.question}: {clause}.", "bad")
    return draw(sheet.rows, screen)
