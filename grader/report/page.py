"""Draws a scorecard as one web page that needs nothing else: no script, no network, no font.

It opens from disk, reads well in light, in dark and on paper, and by keyboard and screen reader:
landmarks, one heading for each question, captions on the matrices, links from a traceback to the
student's line. A content security policy forbids everything but its own styles, so that even a
mistake in escaping would run nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from grader.model import Chunk, Scorecard
from grader.remembering import remembered
from grader.report.case_story import CaseStory, Quote, Step
from grader.report.document import STYLE, frame
from grader.report.lines import call_parts
from grader.report.markup import (
    Html,
    element,
    fold,
    join,
    numbered,
    row,
    section,
    trusted,
)
from grader.report.sheet import UNICODE
from grader.report.story import FAULT, QuestionStory, Story, tell
from grader.report.text import CUT, excerpt, one_line, waiting
from grader.report.values import Budget, Entries, Grid, Line, lay_out_pair

_BUDGET = Budget(rows=24, columns=12, characters=1000)
_OPEN = 3  # failed cases of a question that stand open
_SOURCE_LINES = 2000  # of each file


def encoded(card: Scorecard) -> bytes:
    """Decides the page of one submission, as the bytes of an HTML file."""
    # piece by piece, as most of them are ASCII alone, which is the quickest to encode
    return b"".join([piece.encode() for piece in _pieces(card) if piece is not None])


def _pieces(card: Scorecard) -> Iterator[Html | None]:
    story = tell(card)
    source = _NO_SOURCE if story.fault is not None else _source(card.source)
    start, end = frame(
        f"{story.filename or story.submission_id}: {story.assignment}", styles=(STYLE,)
    )
    yield start
    yield element("a", "Skip to the questions", href="#questions", class_="skip")
    yield _header(story)
    yield trusted('<main id="questions">')
    yield _notices(story)
    if story.fault is None:
        yield _overview(story)
        for number, question in enumerate(story.questions, start=1):
            yield _question(number, question, story.observed_label, source)
    yield source.section
    yield trusted("</main>")
    yield _footer(story)
    yield end


# --------------------------------------------------------------------------- the page's frame


def _header(story: Story) -> Html:
    names = [element("span", text) for text in (story.filename, story.submission_id) if text]
    time = element("span", f"marked in {story.wall_s:.1f} s")
    faulted = story.fault is not None
    return element(
        "header",
        element("h1", story.assignment),
        element("p", *names, time, class_="names"),
        None
        if faulted
        else element(
            "p",
            element("strong", story.score),
            f" of {story.max_score} points",
            class_="total",
        ),
        None if faulted else _bar(story.share),
        element("p", f"{waiting(story.to_mark, 'more ')}.", class_="waiting")
        if story.to_mark and not faulted
        else None,
    )


def _bar(share: float) -> Html:
    """Seen only; the points beside it say the same."""
    tone = "full" if share >= 1 else "part"
    return element(
        "span",
        element("span", style=f"width:{100 * share:.1f}%"),
        class_=f"bar {tone}",
        aria_hidden="true",
    )


def _notices(story: Story) -> Html | None:
    if story.fault is not None:
        trace = element("pre", "\n".join(story.fault)) if story.fault else None
        return section("The grader failed", element("p", FAULT), trace, class_="notices fault")
    if not (story.notices or story.output):
        return None
    return section(
        "About the submission",
        element("ul", *(element("li", notice) for notice in story.notices))
        if story.notices
        else None,
        *(_quote(Quote(f"{q.label} while the file was read", q.lines)) for q in story.output),
        class_="notices",
    )


@remembered(1024, when=lambda number, question: question.recurs)
def _row(number: int, question: QuestionStory) -> Html:
    score = CUT if question.waits else question.score
    return row(
        element("a", question.title, href=f"#question-{number}"),
        element("td", _bar(question.share)),
        element("td", _status(question)),
        element("td", f"{score} / {question.points}", class_="number"),
    )


def _overview(story: Story) -> Html:
    rows = [_row(number, question) for number, question in enumerate(story.questions, start=1)]
    overview = element("table", _OVERVIEW_HEAD, element("tbody", *rows), class_="overview")
    return section("Questions", overview)


_OVERVIEW_HEAD = element(
    "thead",
    element(
        "tr",
        element("th", "Question", scope="col"),
        element("th", element("span", "Share", class_="unseen"), scope="col"),
        element("th", "Status", scope="col"),
        element("th", "Points", scope="col", class_="number"),
    ),
)


def _status(question: QuestionStory) -> Html:
    mark = element("span", UNICODE.marks[question.status], aria_hidden="true")
    return element("span", mark, f" {question.status_word}", class_=f"status {question.status}")


def _footer(story: Story) -> Html | None:
    if not story.isolation:
        return None
    lines = [
        element("p", line, class_="warning" if line.startswith("NOT") else None)
        for line in story.isolation
    ]
    return element("footer", *lines)


# --------------------------------------------------------------------------- a question


def _question(number: int, question: QuestionStory, label: str, source: _Source) -> Html:
    if question.recurs:  # and so has no traceback, the only thing that leads into the source
        return _common_question(number, question, label)
    return _one_question(number, question, label, source)


@remembered(1024)
def _common_question(number: int, question: QuestionStory, label: str) -> Html:
    return _one_question(number, question, label, _NO_SOURCE)


def _one_question(number: int, question: QuestionStory, label: str, source: _Source) -> Html:
    failed = [case for case in question.cases if case.standing != "passed"]
    opened = {id(case) for case in failed[:_OPEN]}
    return element(
        "section",
        element(
            "div",
            element("h2", question.title, id=f"title-{number}"),
            element("p", _status(question), element("span", question.result, class_="result")),
            class_="heading",
        ),
        *(element("p", sentence) for sentence in question.opening),
        _list(question.findings, "findings"),
        *(_answer(answer) for answer in question.answers),
        element("p", element("strong", "Comment: "), question.comment)
        if question.comment
        else None,
        *(
            _common_case(case, label, id(case) in opened)
            if case.recurs and not case.trace
            else _case(case, label, source, opened=id(case) in opened)
            for case in question.cases
        ),
        element("div", *(element("p", sentence) for sentence in question.help), class_="help")
        if question.help
        else None,
        element("p", question.counts, class_="counts") if question.counts else None,
        _list(question.remarks, "remarks"),
        class_="question",
        id=f"question-{number}",
        aria_labelledby=f"title-{number}",
    )


def _list(items: Sequence[str], class_: str) -> Html | None:
    if not items:
        return None
    return element("ul", *(element("li", item) for item in items), class_=class_)


def _answer(answer: Quote) -> Html:
    return element(
        "figure",
        element("figcaption", answer.label) if answer.label else None,
        element("blockquote", "\n".join(answer.lines)),
        class_="answer",
    )


def _quote(quote: Quote) -> Html:
    return element(
        "figure",
        element("figcaption", quote.label),
        element("pre", "\n".join(quote.lines)),
        class_="quote",
    )


# --------------------------------------------------------------------------- a case


@remembered(8192)
def _common_case(case: CaseStory, label: str, opened: bool) -> Html:
    return _case(case, label, _NO_SOURCE, opened=opened)


def _case(case: CaseStory, label: str, source: _Source, *, opened: bool) -> Html:
    mark = element("span", UNICODE.marks[case.standing], aria_hidden="true")
    summary = join(
        element("span", mark, f" {case.standing}", class_=f"status {case.standing}"),
        element("span", case.name, class_="name"),
        element("span", "hidden", class_="tag") if case.hidden else None,
        element("span", case.claim, class_="claim") if case.claim else None,
    )
    text, grids = call_parts(case, _BUDGET)
    return fold(
        summary,
        element("p", element("code", text), class_="call"),
        element("div", *(_matrix(letter, grid) for letter, grid in grids), class_="beside")
        if grids
        else None,
        _contrast(case, label),
        _trace(case.trace, source),
        *(_quote(quote) for quote in case.output),
        _list(case.notes, "remarks"),
        open_=opened,
    )


def _contrast(case: CaseStory, label: str) -> Html:
    contrast = case.contrast
    pair = lay_out_pair(
        contrast.expected,
        contrast.observed,
        _BUDGET,
        contrast.differing,
        extra_keys=contrast.extra_keys,
    )
    agree = case.standing == "passed"
    if isinstance(pair, Entries):
        if agree and all(row and row.expected == row.observed for row in pair.rows):
            return _entries(pair, (f"expected and {label}",), _agreeing_rows(pair))
        return _entries(pair, ("expected", label), _entry_rows(pair))
    if agree and pair.expected == pair.observed:
        both = _side(f"expected and {label}", pair.expected, "expected")
        return element("div", both, class_="beside")
    sides = (
        _side("expected", pair.expected, "expected"),
        _side(label, pair.observed, "observed" if case.standing != "passed" else "expected"),
    )
    return element("div", *sides, class_="beside")


def _side(label: str, side: Line | Grid, class_: str) -> Html:
    if isinstance(side, Grid):
        return _matrix(label, side)
    value = element("span" if side.words else "code", side.text)
    return element(
        "div",
        element("span", label, class_="label"),
        value,
        class_=f"single {class_}",
    )


def _matrix(label: str, grid: Grid) -> Html:
    caption = element("caption", f"{label} ({grid.note})" if grid.note else label)
    rows = (
        element(
            "tr",
            *(element("td", _differing(cell.text) if cell.differs else cell.text) for cell in row),
        )
        for row in grid.rows
    )
    return element("div", element("table", caption, element("tbody", *rows)), class_="matrix")


def _differing(text: str) -> Html:
    return element("mark", element("span", "differs: ", class_="unseen"), text)


def _entries(table: Entries, sides: Sequence[str], rows: Iterator[Html]) -> Html:
    heads = [element("th", head, scope="col") for head in ("entry", *sides)]
    return element(
        "div",
        element(
            "table",
            element("caption", table.note) if table.note else None,
            element("thead", element("tr", *heads)),
            element("tbody", *rows),
        ),
        class_="entries",
    )


def _agreeing_rows(table: Entries) -> Iterator[Html]:
    for entry in filter(None, table.rows):
        yield row(entry.where, element("td", element("code", entry.expected)))


def _entry_rows(table: Entries) -> Iterator[Html]:
    for entry in table.rows:
        if entry is None:
            yield element("tr", element("td", CUT, colspan="3"), class_="gap")
            continue
        observed = entry.observed or "nothing"
        yield row(
            entry.where,
            element("td", element("code", entry.expected or "nothing")),
            element("td", element("code", _differing(observed) if entry.differs else observed)),
            class_="wrong" if entry.differs else None,
        )


def _trace(steps: Sequence[Step], source: _Source) -> Html | None:
    if not steps:
        return None
    return element(
        "ol",
        *(
            element(
                "li",
                source.link(step),
                element("code", step.text) if step.text else None,
            )
            for step in steps
        ),
        class_="trace",
    )


# --------------------------------------------------------------------------- the student's code


class _Source:
    """The student's files as numbered lines, and the way from a traceback into them."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._files = [
            (one_line(chunk.label, 80), excerpt(chunk.text, lines=_SOURCE_LINES, width=400))
            for chunk in chunks
        ]
        self._places: Mapping[str, int] = {
            label: number for number, (label, _) in enumerate(self._files)
        }

    def link(self, step: Step) -> Html:
        """A traceback's place, leading to the line where the page shows it."""
        file = self._places.get(step.label)
        if file is None or not 1 <= step.line <= len(self._files[file][1]):
            return element("span", step.place)
        return element("a", step.place, href=f"#file-{file}-line-{step.line}")

    @cached_property
    def section(self) -> Html | None:
        if not self._files:
            return None
        files = (self._file(place) for place in range(len(self._files)))
        return section("What was handed in", *files, class_="source")

    def _file(self, file: int) -> Html:
        label, lines = self._files[file]
        return element(
            "figure",
            element("figcaption", label),
            element(
                "pre",
                element("code", numbered(lines, f"file-{file}-line-")),
                tabindex="0",
                aria_label=label,
            ),
        )


_NO_SOURCE = _Source(())


@remembered(2)
def _source(chunks: tuple[Chunk, ...]) -> _Source:
    """One for both pages of a submission, the student's and the staff's."""
    return _Source(chunks)
