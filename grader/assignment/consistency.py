"""Decides whether a config agrees with itself, before anything of reference/ is looked at."""

from __future__ import annotations

import builtins
import itertools
import keyword
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from fractions import Fraction

from msgspec import UNSET

from grader.assignment.amounts import decimal, exact, moment, seconds, size_bytes
from grader.assignment.config import (
    MACHINE_ONLY,
    CaseConfig,
    CompareConfig,
    GradescopeConfig,
    LimitsConfig,
    QuestionConfig,
    StepsConfig,
    SubmissionConfig,
)
from grader.assignment.document import KeyPath
from grader.assignment.draft import CaseDraft, Draft, QuestionDraft
from grader.assignment.findings import Findings, brief, suggest

_DAY_S = 24 * 60 * 60
_MOST_BYTES = 1 << 40


def check_consistency(draft: Draft, findings: Findings) -> None:
    """Notes everything in which the parts of a config contradict one another."""
    _check_file(draft.config.submission, findings)
    _check_limits(draft.config.limits, findings)
    _check_gradescope(draft, findings)
    _check_compare(draft.config.defaults.compare, ("defaults", "compare"), findings)
    _check_unique(draft.questions, findings)
    _check_points(draft, findings)
    _check_seed(draft, findings)
    for question in draft.questions:
        _check_question(question, findings)
        for case in question.cases:
            _check_case(case, _may_be_close(question, draft, findings), findings)
        _check_case_names(question, findings)
    _check_steps(draft, findings)


def compare_of(question: QuestionConfig, draft: Draft) -> CompareConfig:
    """The comparison that holds for a question: its own, else the default one."""
    own = draft.config.defaults.compare if question.compare is None else question.compare
    return CompareConfig() if own == "exact" or isinstance(own, str) else own


def is_close(compare: CompareConfig) -> bool:
    """Whether a comparison has a tolerance."""
    return compare.rtol is not None or compare.atol is not None


def _may_be_close(question: QuestionDraft, draft: Draft, findings: Findings) -> bool:
    """Whether a question has a tolerance, or might have one once its comparison can be read."""
    places = (*question.path, "compare"), ("defaults", "compare")
    return is_close(compare_of(question.config, draft)) or any(map(findings.any_under, places))


def refusal(name: str) -> type[Exception] | None:
    """The built-in exception of that name, if a function may raise it to refuse its input."""
    kind = getattr(builtins, name, None)
    return kind if isinstance(kind, type) and issubclass(kind, Exception) else None


def case_names(case: CaseConfig) -> list[str]:
    """The names of the cases that an entry stands for.

    >>> case_names(CaseConfig(name="random", generate="draw", count=2))
    ['random 1', 'random 2']
    """
    count = case.count or 1
    return [case.name] if count == 1 else [f"{case.name} {i}" for i in range(1, count + 1)]


# --------------------------------------------------------------------------- the whole


def _check_file(submission: SubmissionConfig, findings: Findings) -> None:
    """In a handout the file lies where Python looks for modules first."""
    taken = {*sys.stdlib_module_names, *submission.packages}
    taken |= {"numpy", "grader", "conftest", "__init__", "__main__"}
    if submission.file.removesuffix(".py") in taken:
        findings.add(
            ("submission", "file"),
            f"is {submission.file!r}, which would be imported in place of the module of that name",
            "take another name, e.g. solution.py",
        )


def _check_limits(limits: LimitsConfig, findings: Findings) -> None:
    for name in ("load", "call", "submission"):
        text = getattr(limits, name)
        if not seconds(text):
            findings.add(("limits", name), f"is {text}", "write a time above 0, e.g. 5 s")
        elif seconds(text) > _DAY_S:
            findings.add(("limits", name), f"is {text}, more than a day", "write less, e.g. 5 min")
    if not size_bytes(limits.memory):
        findings.add(("limits", "memory"), f"is {limits.memory}", "write a size, e.g. 1 GB")
    elif size_bytes(limits.memory) > _MOST_BYTES:
        what = f"is {limits.memory}, more than any machine has"
        findings.add(("limits", "memory"), what, "write less, e.g. 1 GB")
    for name in ("load", "call"):
        if seconds(limits.submission) < seconds(getattr(limits, name)) <= _DAY_S:
            findings.add(
                ("limits", name),
                f"is {getattr(limits, name)}, more than the {limits.submission} of the whole "
                "submission",
                "lower it, or raise limits.submission",
            )


def _check_gradescope(draft: Draft, findings: Findings) -> None:
    rules = draft.config.gradescope or GradescopeConfig()
    if rules.late is not None and rules.late.due is not None:
        try:
            moment(rules.late.due)
        except ValueError as error:
            findings.add(
                ("gradescope", "late", "due"),
                f"is {brief(rules.late.due)}: {error}",
                "write a day that there is",
            )
    if rules.late is not None and seconds(rules.late.grace) > 365 * _DAY_S:
        what = f"is {rules.late.grace}, more than a year"
        findings.add(("gradescope", "late", "grace"), what, "write less, e.g. 60 min")
    named: set[str] = set()
    for index, entry in enumerate(rules.leaderboard):
        path = ("gradescope", "leaderboard", index)
        if entry.question not in draft.ids:
            remedy = suggest(entry.question, draft.ids, what="question")
            findings.add(
                (*path, "question"), f"is {entry.question!r}, which is no question", remedy
            )
        if entry.name in named:
            findings.add((*path, "name"), f"is {entry.name!r} once more", "take another name")
        named.add(entry.name)


def _check_unique(questions: Iterable[QuestionDraft], findings: Findings) -> None:
    ids: dict[str, KeyPath] = {}
    functions: dict[str, str] = {}
    for question in questions:
        ident, function = question.config.id, question.config.function
        if ident in ids:
            findings.add(
                (*question.path, "id"),
                f"is {ident!r}, as that of questions[{ids[ident][-1]}]",
                "give each question an id of its own",
            )
        elif function in functions:
            findings.add(
                (*question.path, "function"),
                f"is {function!r}, which {functions[function]} already marks",
                "mark each function in one question",
            )
        ids.setdefault(ident, question.path)
        functions.setdefault(function, ident)


def _check_points(draft: Draft, findings: Findings) -> None:
    for question in draft.questions:
        points = decimal(question.config.points)
        if points != round(points, 2):
            findings.add(
                (*question.path, "points"),
                f"is {question.config.points!r}, which has more than two decimals",
                f"write e.g. {max(round(points, 2), decimal(0.01))}",
            )
    total = draft.config.total_points
    found = sum((exact(question.config.points) for question in draft.questions), Fraction(0))
    if total is not None and draft.complete and exact(total) != found:
        findings.add(
            ("total_points",),
            f"is {decimal(total)}, but the questions' points add up to {decimal(float(found))}",
            "mend the points, or the total",
        )


def _check_seed(draft: Draft, findings: Findings) -> None:
    if draft.config.hidden_seed is not None or findings.is_written(("hidden_seed",)):
        return
    for question in draft.questions:
        for case in question.cases:
            if case.config.generate is not None:
                findings.add(
                    (*case.path, "generate"),
                    f"is {case.config.generate!r}, but there is no `hidden_seed` to draw by",
                    "add `hidden_seed: 4711`, with a number of your own, at the top",
                )
                return


def _check_steps(draft: Draft, findings: Findings) -> None:
    """builds_on names other questions of the machine's, and no circle of more than two."""
    by_id = draft.by_id
    following: dict[str, list[str]] = {}
    for question in draft.questions:
        builds_on = question.config.builds_on
        if builds_on is None:
            continue
        following[question.config.id] = list(builds_on.questions)
        for index, step in enumerate(builds_on.questions):
            place = (*question.path, "builds_on", "questions", index)
            if step == question.config.id:
                findings.add(place, f"is {step!r}, the question itself", "name another question")
            elif step in builds_on.questions[:index]:
                findings.add(place, f"is {step!r} once more", "name each step once")
            elif step not in draft.ids:
                remedy = suggest(step, draft.ids - {question.config.id}, what="question")
                findings.add(place, f"is {step!r}, which is no question's id", remedy)
            elif step in by_id and by_id[step].marked_by == "person":
                findings.add(
                    place, f"is {step!r}, which a person marks", "name a question with a reference"
                )
    _check_circles(draft, following, findings)


def _check_circles(draft: Draft, following: dict[str, list[str]], findings: Findings) -> None:
    reach: dict[str, set[str]] = {}
    for start in following:
        seen: set[str] = set()
        queue = list(following[start])
        while queue:
            step = queue.pop()
            if step not in seen:
                seen.add(step)
                queue += following.get(step, [])
        reach[start] = seen
    told: set[str] = set()
    for question in draft.questions:
        ident = question.config.id
        circle = [
            other for other in reach if other in reach.get(ident, ()) and ident in reach[other]
        ]
        if len(circle) > 2 and ident not in told:
            told |= set(circle)
            findings.add(
                (*question.path, "builds_on", "questions"),
                f"makes a circle: {', '.join(circle)} build on one another",
                "let at most two questions build on each other",
            )


# --------------------------------------------------------------------------- one question


def _check_question(question: QuestionDraft, findings: Findings) -> None:
    path, entry = question.path, question.config
    if keyword.iskeyword(entry.function):
        findings.add(
            (*path, "function"), f"is the Python keyword {entry.function}", "write another name"
        )
    if entry.marked_by == "person":
        _check_form(question, findings)
        return
    if entry.form is not None:
        findings.add((*path, "form"), "is for texts", "add `marked_by: person`, or take it out")
    if entry.reference is None and not findings.is_written((*path, "reference")):
        findings.add(
            path,
            f"has no `reference` for {entry.function}",
            "add `reference: …` (a module in reference/), or `marked_by: person`",
        )
    if not question.cases and not findings.is_written((*path, "cases")):
        findings.add(path, "has no `cases`", "add at least one case")
    if entry.compare is not None:
        _check_compare(entry.compare, (*path, "compare"), findings)
    if isinstance(entry.credit, StepsConfig):
        _check_credit(entry.credit.steps, (*path, "credit", "steps"), findings)
    _check_inseparable(question, findings)


def _check_form(question: QuestionDraft, findings: Findings) -> None:
    path, entry = question.path, question.config
    empty = QuestionConfig(id="a", title="a", function="a", points=1)
    for key in MACHINE_ONLY:
        if getattr(entry, key) != getattr(empty, key):
            findings.add((*path, key), "means nothing where a person marks", "take it out")
    if question.cases:
        findings.add((*path, "cases"), "mean nothing where a person marks", "take them out")
    form = entry.form
    if form is None:
        if not findings.is_written((*path, "form")):
            findings.add(path, "has no `form`", "add e.g. `form: {words: [20, 200]}`")
        return
    fewest, most = form.words
    if not 0 <= fewest <= most or most < 1:
        findings.add(
            (*path, "form", "words"),
            f"is [{fewest}, {most}]",
            "write the fewest words first, e.g. [20, 200]",
        )
    if len(set(form.entries)) < len(form.entries):
        findings.add((*path, "form", "entries"), "name an entry twice", "name each once")
    for name in form.misplaced:
        if name not in form.entries:
            remedy = suggest(name, form.entries, what="entry")
            findings.add((*path, "form", "misplaced", name), "is none of the entries", remedy)


def _check_compare(compare: str | CompareConfig, path: KeyPath, findings: Findings) -> None:
    if compare == CompareConfig() and not findings.any_under(path):
        findings.add(path, "says nothing", "write exact, or a tolerance such as {rtol: 1e-6}")


def _check_credit(steps: dict[float, float], path: KeyPath, findings: Findings) -> None:
    _check_rising(steps, path, findings, remedy="write e.g. {0.5: 0.4, 0.9: 0.8}")
    if steps.get(1.0, 1.0) != 1.0:
        findings.add(
            (*path, 1), f"gives {steps[1.0]!r} when every case passes", "write 1, or leave it out"
        )


def _check_rising(
    steps: dict[float, float], path: KeyPath, findings: Findings, *, remedy: str
) -> None:
    pairs = list(steps.items())
    if any(share <= 0 for share, _ in pairs):
        findings.add(path, "has a step at 0, which everyone reaches", remedy)
    for (share, credit), (next_share, next_credit) in itertools.pairwise(pairs):
        if next_share <= share or next_credit <= credit:
            findings.add(
                path,
                f"does not rise from {share:g}: {credit:g} to {next_share:g}: {next_credit:g}",
                remedy,
            )


def _check_inseparable(question: QuestionDraft, findings: Findings) -> None:
    known = question.config.wrong_answers
    for index, pair in enumerate(question.config.inseparable):
        place = (*question.path, "inseparable", index)
        if pair[0] == pair[1]:
            findings.add(place, f"pairs {pair[0]} with itself", "name two wrong answers")
        for name in pair:
            if name not in known:
                remedy = suggest(name, known, what="wrong answer")
                findings.add(place, f"names {name!r}, which is no wrong answer here", remedy)


# --------------------------------------------------------------------------- one case


def _check_case(case: CaseDraft, close: bool, findings: Findings) -> None:
    path, entry = case.path, case.config
    written = any(findings.is_written((*path, key)) for key in ("args", "generate"))
    if entry.args is None and entry.generate is None and not written:
        findings.add(path, "has neither `args` nor `generate`", "add `args: […]`")
    if entry.args is not None and entry.generate is not None:
        findings.add((*path, "generate"), "stands beside `args`", "keep one of the two")
    drawn = entry.generate is not None or findings.is_written((*path, "generate"))
    if entry.count is not None and not drawn:
        findings.add((*path, "count"), "stands without `generate`", "take it out")
    if entry.expect is not UNSET and entry.generate is not None:
        findings.add(
            (*path, "expect"), "stands beside `generate`", "the reference gives it: take it out"
        )
    if entry.raises is not None:
        _check_raises(case, findings)
    if entry.partial is not None:
        remedy = "write shares and credits that rise below 1, e.g. {0.66: 0.5}"
        _check_rising(entry.partial, (*path, "partial"), findings, remedy=remedy)
        if any(share >= 1 or credit >= 1 for share, credit in entry.partial.items()):
            findings.add((*path, "partial"), "has a share or a credit of 1", remedy)
    if entry.bands is not None:
        _check_bands(entry.bands, (*path, "bands"), close, findings)


def _check_raises(case: CaseDraft, findings: Findings) -> None:
    path, entry = case.path, case.config
    if refusal(entry.raises or "") is None:
        known = [name for name in vars(builtins) if refusal(name) and "Warning" not in name]
        stems = [name.removesuffix("Error") for name in known]  # which says nothing
        near = get_close_matches(str(entry.raises).removesuffix("Error"), stems, n=1)
        meant = known[stems.index(near[0])] if near else ""
        remedy = f"did you mean `{meant}`?" if near else "write a built-in one, e.g. ValueError"
        findings.add(
            (*path, "raises"), f"is {brief(entry.raises)}, which is no built-in exception", remedy
        )
    absent = {"expect": entry.expect is UNSET, "at": not entry.at}
    absent |= {"partial": entry.partial is None, "bands": entry.bands is None}
    for key, is_absent in absent.items():
        if not is_absent:
            findings.add(
                (*path, key),
                "stands beside `raises`, where there is no value",
                "keep one of the two",
            )


def _check_bands(bands: dict[float, float], path: KeyPath, close: bool, findings: Findings) -> None:
    remedy = "write rising factors with falling credits, e.g. {10: 0.5, 100: 0.2}"
    if not close:
        findings.add(
            path,
            "needs a tolerance to be a multiple of",
            "give the question a compare with rtol or atol",
        )
    if any(credit >= 1 or credit <= 0 for credit in bands.values()):
        findings.add(path, "has a credit that is not between 0 and 1", remedy)
    pairs = list(bands.items())
    for (factor, credit), (next_factor, next_credit) in itertools.pairwise(pairs):
        if next_factor <= factor or next_credit >= credit:
            findings.add(
                path,
                f"goes from {factor:g}: {credit:g} to {next_factor:g}: {next_credit:g}",
                remedy,
            )


def _check_case_names(question: QuestionDraft, findings: Findings) -> None:
    seen: set[str] = set()
    for case in question.cases:
        names = case_names(case.config)
        twice = next((name for name in names if name in seen), None)
        if twice is not None:
            findings.add(
                (*case.path, "name"),
                f"makes a second case named {twice!r}",
                "give each case a name of its own",
            )
        seen.update(names)
