"""Draws what a student's own check found: what passed, what is wrong, and who decides the rest.

No marks and no "correct": the last line says how many public checks passed, and how many hidden
cases decide. What a case shows is told as in every other report.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from grader.model import PropertyResult, QuestionCheck, Raised, Scorecard, SelfCheck
from grader.report.case_story import happened, trace
from grader.report.lines import brief, notice_rows, question_rows
from grader.report.markup import element, join
from grader.report.sheet import STYLES, Row, Run, Sheet, Style, plain
from grader.report.story import STATUS_WORDS, QuestionStory, Story, tell
from grader.report.terminal import Screen, draw
from grader.report.text import ascii_only, columns, counted, one_line, wrapped

_CELL_WIDTH = 96
_PRE = "font-family: ui-monospace, Menlo, Consolas, monospace; line-height: 1.35; overflow-x: auto"
_CSS: dict[Style, str] = {  # the notebook's own colours, which suit its light and its dark theme
    "strong": "font-weight: 700",
    "faint": "opacity: 0.7",
    "good": "color: var(--jp-success-color1, #2a8a3e)",
    "partly": "color: var(--jp-warn-color1, #b36200)",
    "bad": "color: var(--jp-error-color1, #d0342c)",
    "differs": "font-weight: 700; color: var(--jp-error-color1, #d0342c)",
    "help": "color: var(--jp-info-color1, #1f7a99)",
}
_WORDS = {**STATUS_WORDS, "not_run": "not written"}


def render_check(check: SelfCheck, screen: Screen) -> str:
    """Decides the report of a self-check as text for the screen."""
    return draw(check_rows(check, screen.width, ascii_alone=screen.plain), screen)


def render_cell(check: SelfCheck) -> str:
    """Decides the same report as HTML for a notebook, with styles that touch nothing else of it."""
    lines = [
        join(*(element("span", run.text, style=_CSS.get(run.style)) for run in row), "\n")
        for row in check_rows(check, _CELL_WIDTH)
    ]
    return element("pre", *lines, style=_PRE)


def check_rows(check: SelfCheck, width: int, *, ascii_alone: bool = False) -> list[Row]:
    """Decides the whole report of a self-check: a table, what is wrong, and the tally."""
    story = _story(check)
    sheet = Sheet(width, ascii_alone=ascii_alone)
    sheet.say(story.assignment, "strong")
    sheet.say(f"{story.filename}  {check.wall_s:.1f} s".strip(), "faint")
    notices = notice_rows(story, sheet.width, ascii_alone=ascii_alone)
    if notices:
        sheet.blank()
        sheet.rows += notices
    _table(sheet, check.questions)
    for question, told in zip(check.questions, story.questions, strict=True):
        if question.status == "passed":
            continue
        if _has_details(question) or len(check.questions) == 1:
            sheet.blank()
            sheet.row(Run(sheet.glyphs.rule * sheet.width, "faint"))
            mark = sheet.glyphs.marks[question.status]
            sheet.say(told.title, "strong", lead=f"{mark} ")
            _details(sheet, question, told)
    sheet.blank()
    sheet.say(verdict(check), "good" if check.all_well else "partly")
    return sheet.rows


def explain(check: QuestionCheck, width: int) -> str:
    """Decides what is said of one check that does not pass, in ASCII, the gist in its first line.

    Args:
        check: of one case, or of one property.
        width: columns.
    """
    (told,) = _story(SelfCheck("", "", (check,))).questions
    sheet = Sheet(width, ascii_alone=True)
    _details(sheet, check, told)
    if check.status in ("missing", "not_run") or not (told.cases or check.properties):
        function = one_line(check.result.question.function, 80)
        gist = " ".join((*told.opening, *told.help)) or f"{function} is not written yet."
        return ascii_only(gist)
    gist = brief(told.cases[0]) if told.cases else _said(check.properties[0])
    return f"{ascii_only(gist)}\n\n{plain(sheet.rows).rstrip()}"


def _said(known: PropertyResult) -> str:
    if known.outcome is None:
        return one_line(known.said or "", 400)
    return f"{one_line(known.function, 80)}: {happened(known.outcome)}"


def _story(check: SelfCheck) -> Story:
    """The story of the shown cases, as every report tells it."""
    return tell(
        Scorecard(
            assignment=check.assignment,
            submission_id="",
            filename=check.filename,
            questions=tuple(question.result for question in check.questions),
            audience="student",
            remarks=check.remarks,
            loaded=check.loaded,
        )
    )


def verdict(check: SelfCheck) -> str:
    """Decides the sentence that closes a check. It never promises a mark."""
    hidden = f"{counted(check.hidden, 'hidden case')} decide{'s' if check.hidden == 1 else ''}."
    if check.hidden == 0:
        hidden = "there are no hidden cases."
    if check.total == 0:
        return f"Nothing could be checked here; {hidden}"
    if check.passed == check.total and check.all_well:
        checks = counted(check.total, "public check")
        all_of = "The one public check" if check.total == 1 else f"All {checks}"
        return f"{all_of} passed; {hidden}"
    return f"{check.passed} of {counted(check.total, 'public check')} passed; {hidden}"


def _table(sheet: Sheet, questions: Sequence[QuestionCheck]) -> None:
    """A line for each question: its id, its title, how it stands."""
    sheet.blank()
    names = [sheet.fit(one_line(check.result.question.id, 30)) for check in questions]
    results = [_result(check) for check in questions]
    name_width = max(map(columns, names), default=0)
    result_width = max(map(len, results), default=0)
    title_width = max(12, sheet.width - name_width - result_width - 6)
    for check, name, result in zip(questions, names, results, strict=True):
        unknown = _is_unknown(check)
        mark = " " if unknown else sheet.glyphs.marks[check.status]
        style: Style = "faint" if unknown else STYLES[check.status]
        title = sheet.fit(one_line(check.result.question.title))
        first, *others = wrapped(title, title_width)
        sheet.row(
            Run(f"{mark} ", style),
            Run(name + " " * (name_width - columns(name) + 2), "strong"),
            Run(first + " " * (title_width - columns(first) + 2)),
            Run(result, style),
        )
        for line in others:
            sheet.row(Run(" " * (name_width + 4) + line))


def _result(check: QuestionCheck) -> str:
    word = _WORDS[check.status]
    if _is_unknown(check):
        return "not checked here"
    if check.status in ("passed", "partial", "failed") and check.total:
        return f"{word}, {check.passed} of {check.total}"
    return word


def _is_unknown(check: QuestionCheck) -> bool:
    """Whether a question is written and nothing of it can be checked here."""
    return check.status == "passed" and not check.total


def _has_details(check: QuestionCheck) -> bool:
    """Whether there is more to say of a question than its line in the table says."""
    if check.status == "missing":
        return any("?" in sentence for sentence in check.result.help)  # a name that is similar
    text = check.result.text
    findings = check.status == "to_mark" and text is not None and text.findings
    return check.status in ("partial", "failed") or bool(findings)


# --------------------------------------------------------------------------- a question


def _details(sheet: Sheet, check: QuestionCheck, told: QuestionStory) -> None:
    if check.status == "not_run":  # one sentence says it of all cases
        function = one_line(check.result.question.function, 80)
        told = replace(told, cases=(), help=told.help or (f"{function} is not written yet.",))
    opening = told.opening if check.status == "missing" else ()
    findings = told.findings if check.status in ("to_mark", "failed") else ()
    bare = replace(told, opening=opening, findings=findings, counts="", answers=(), remarks=())
    sheet.rows += question_rows(bare, "yours", sheet.width, ascii_alone=sheet.ascii_alone)
    seen = {happened(case.observation.outcome) for case in check.result.cases if not case.passed}
    alike = 0
    for known in check.properties:
        if known.holds or check.status in ("missing", "not_run"):
            continue
        if known.function == check.result.question.function and known.outcome is not None:
            if happened(known.outcome) in seen:
                alike += 1
                continue
            seen.add(happened(known.outcome))
        sheet.blank()
        _property(sheet, known, check)
    if alike:
        sheet.blank()
        more = counted(alike, "more check")
        sheet.say(f"{more} could not be made for the same reason.", "faint", indent=2)


def _property(sheet: Sheet, known: PropertyResult, check: QuestionCheck) -> None:
    """What a property says, below its name, which is a sentence."""
    waits = known.waits and known.function != check.result.question.function
    style: Style = "faint" if waits else STYLES["failed"]
    mark = sheet.glyphs.marks["not_run" if waits else "failed"]
    sheet.say(known.name.replace("_", " "), style, indent=2, lead=f"{mark} ")
    if waits:
        function = one_line(known.function, 80)
        sheet.say(f"waits for {function}, which is not written yet", indent=4)
        return
    sheet.say(_said(known), indent=4)
    if isinstance(known.outcome, Raised):
        sheet.trace(trace(known.outcome.frames), 6)
