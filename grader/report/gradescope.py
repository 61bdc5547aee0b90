"""Writes results.json, what Gradescope shows a student and keeps of a submission.

gradescope-utils makes the file: one generated test for each question, run in this process after
marking is done, with no student code near it. What that library leaves open is closed around it.
Its own buffering stays off, for it would replace sys.stdout under other threads; its
post-processor takes the document away, and nothing is left for it to write. Outputs, formats, the
exact sum and `extra_data` are added to it. What was written is read again under a strict
description of the contract (no null, no NaN, no unknown key, no character that Gradescope
mistreats, sums that agree), and only then takes the file's place, whole.

All text has the format "text": neither HTML nor Markdown is read in it, whatever a student wrote.
No test is hidden, since Gradescope then shows students no total; hidden cases are counts within
their question's test.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import msgspec
from msgspec.structs import replace

from grader.errors import NotWrittenError
from grader.model import BoardEntry, QuestionResult, Scorecard, Status
from grader.remembering import remembered
from grader.report.files import write_whole
from grader.report.lines import notice_rows, question_rows
from grader.report.sheet import plain
from grader.report.story import FAULT, QuestionStory, Story, decided, tell, totals
from grader.report.text import bounded, one_line, waiting

if TYPE_CHECKING:
    from unittest import TestCase, TestResult

_WIDTH = 80
_OUTPUT = 20_000  # characters; Gradescope cuts the middle out of what is longer than 100,000
_TOLERANCE = 1e-6  # between a sum of floats and the exact sum


def write_results(
    card: Scorecard, path: Path, *, digest: str = "", board: Sequence[BoardEntry] = ()
) -> None:
    """Puts the results of one submission where Gradescope reads them.

    Args:
        card: redacted for students.
        path: of results.json.
        digest: of the assignment, so that a regrade can tell whether anything changed.
        board: columns of the leaderboard.

    Raises:
        NotWrittenError: the results would break Gradescope's contract, or the disk refused. What
            was there before is untouched.
    """
    write_whole(path, encoded(card, digest=digest, board=board))


def write_again(results: Mapping[str, Any], path: Path, reason: str, *, digest: str) -> bool:
    """Shows the results of an earlier submission once more, above them the reason.

    Args:
        results: as Gradescope has kept them.
        path: of results.json.
        reason: why nothing was marked, to the student.
        digest: of the assignment.

    Returns:
        Whether that could be done: they must be results of this grader's and of this assignment,
        or who had used up a day's submissions would be left out of what was put right since.

    Raises:
        NotWrittenError: the disk refused.
    """
    kept = {key: value for key, value in results.items() if value is not None}
    extra = kept.get("extra_data")
    if not isinstance(extra, dict) or extra.get("assignment", digest) != digest:
        return False
    tests = [
        {key: value for key, value in test.items() if key in _TEST_KEYS and value is not None}
        for test in kept.get("tests", ())
        if isinstance(test, dict)
    ]
    formats = dict.fromkeys(("output_format", "test_output_format", "test_name_format"), "text")
    document = {
        "score": kept.get("score"),
        "execution_time": 0.0,
        "output": bounded(f"{reason}\n\n{kept.get('output', '')}".rstrip(), _OUTPUT),
        **formats,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {**extra, "counted": False},
        "tests": tests,
    }
    if kept.get("leaderboard"):
        document["leaderboard"] = kept["leaderboard"]
    try:
        data = msgspec.json.encode(document)
        msgspec.json.decode(data, type=_Document)
    except (msgspec.MsgspecError, UnicodeError, TypeError):
        return False
    write_whole(path, data)
    return True


def encoded(card: Scorecard, *, digest: str = "", board: Sequence[BoardEntry] = ()) -> bytes:
    """The bytes of results.json, proven to keep the contract.

    Raises:
        NotWrittenError: they would not keep it, or the card is not a student's.
    """
    if card.audience != "student":
        raise NotWrittenError("results.json is read by students; the card is not redacted for them")
    story = tell(card)
    tests = [
        _test(number, result, question)
        for number, (result, question) in enumerate(
            zip(card.questions, story.questions, strict=True), start=1
        )
    ]
    document = _document(_run(tests), tests, card, story, digest, board)
    data = json.dumps(document).encode()  # Python's own encoder writes ASCII alone
    prove(data, card)
    return msgspec.json.format(data, indent=4) + b"\n"


# --------------------------------------------------------------------------- through the library


class _Test:
    """A question as the library takes a test, and what it leaves out.

    It is no `unittest.TestCase`: all that surrounds the one call there takes longer than the rest.
    """

    _testMethodName = "report"  # noqa: N815 - where the library looks for what decorators said

    def __init__(self, number: int, result: QuestionResult, question: QuestionStory) -> None:
        from gradescope_utils.autograder_utils import decorators as library

        counts = decided(result)
        score = float(question.score) if counts else 0.0
        most = float(question.points) if counts else 0.0
        person = question.by_person
        self.name = f"{question.title} (marked by a person)" if person else question.title
        self.status = "passed" if question.status == "passed" or not counts else "failed"
        self.output = _output(question)
        self.tags = result.question.tags

        def report(set_score: Callable[[float], None]) -> None:
            set_score(score)

        numbered = library.number(str(number))(library.partial_credit(most)(report))
        self.report: Callable[[], None] = library.visibility("visible")(numbered)

    def shortDescription(self) -> str:  # noqa: N802 - unittest's name
        return self.name

    def __call__(self, result: TestResult) -> None:
        self.report()
        result.addSuccess(cast("TestCase", self))


@remembered(512, when=lambda number, result, question: question.recurs)
def _test(number: int, result: QuestionResult, question: QuestionStory) -> _Test:
    return _Test(number, result, question)


def _output(question: QuestionStory) -> str:
    text = plain(question_rows(question, "yours", _WIDTH, indent=0))
    if question.waits:
        what = f"{waiting(question.points)}, not in the score yet."
        text = f"{what}\n\n{text}" if text else what
    return bounded(text.rstrip("\n") or question.result, _OUTPUT)


def _run(tests: Sequence[_Test]) -> dict[str, Any]:
    """The document as the library makes it; what it would write of it takes it far longer."""
    from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

    document: dict[str, Any] = {}

    def run(result: TestResult) -> None:
        for test in tests:
            test(result)

    def take(made: dict[str, Any]) -> None:
        document.update(made)
        made.clear()

    runner = JSONTestRunner(
        stream=io.StringIO(),
        buffer=False,
        visibility="visible",
        stdout_visibility="hidden",
        post_processor=take,
    )
    runner.run(run)
    return document


def _document(
    made: Mapping[str, Any],
    tests: Sequence[_Test],
    card: Scorecard,
    story: Story,
    digest: str,
    board: Sequence[BoardEntry],
) -> dict[str, Any]:
    """What the library made, with what it lacks, in an order that people read."""
    score, _, _ = totals(card)
    for entry, test in zip(made["tests"], tests, strict=True):
        entry.update(name=test.name, status=test.status, output=test.output)
        if test.tags:
            entry["tags"] = list(test.tags)
    document = {
        "score": float(score),
        "execution_time": _seconds(card.wall_s),
        "output": _said(card, story),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": made["visibility"],
        "stdout_visibility": made["stdout_visibility"],
        "extra_data": _extra(card, story, digest),
        "tests": made["tests"],
    }
    if board and card.fault is None:
        scores = {result.question.id: float(result.score) for result in card.questions}
        document["leaderboard"] = [
            {"name": one_line(entry.name, 100), "value": scores.get(entry.question, 0.0)}
            for entry in board
        ]
    return document


def _said(card: Scorecard, story: Story) -> str:
    """What stands above the tests."""
    if story.fault is not None:
        return FAULT
    said = plain(notice_rows(story, _WIDTH))
    if story.to_mark:
        said += f"{waiting(story.to_mark)}, not in the score yet.\n"
    if any(result.hidden_total for result in card.questions):
        said += "Hidden cases are counted for each question, but not shown.\n"
    return bounded(said.rstrip("\n") or "Each question's result stands below.", _OUTPUT)


def _seconds(wall_s: float) -> float:
    return round(max(0.0, wall_s), 3) if math.isfinite(wall_s) else 0.0


def _extra(card: Scorecard, story: Story, digest: str) -> dict[str, Any]:
    """What Gradescope stores and shows to nobody. No input or value of a case is in it."""
    faulted = card.fault is not None
    extra: dict[str, Any] = {
        "questions": {
            question.id: _earned(result, question, faulted)
            for result, question in zip(card.questions, story.questions, strict=True)
        },
        "isolation": card.isolation.level,
        "graded": not faulted,
    }
    if digest:
        extra["assignment"] = one_line(digest)
    if card.late is not None:
        extra["late"] = {"days": card.late.days, "share": float(card.late.share)}
    return extra


@remembered(512, when=lambda result, question, faulted: question.recurs)
def _earned(result: QuestionResult, question: QuestionStory, faulted: bool) -> dict[str, Any]:
    earned: dict[str, Any] = {
        "score": float(question.score) if decided(result) else 0.0,
        "max_score": float(question.points),
        "status": question.status,
    }
    if faulted:
        return earned
    earned["basis"] = result.basis
    if result.hidden_total:
        earned["hidden"] = [result.hidden_passed, result.hidden_total]
    names = [one_line(wrong.name, 80) for wrong in result.diagnosis if wrong.name]
    if names:
        earned["wrong_answers"] = names
    if result.followed_from:
        earned["followed_from"] = [one_line(step, 80) for step in result.followed_from]
    return earned


# --------------------------------------------------------------------------- proven before written

# No control character but newline and tab, and no half of a surrogate pair.
_SEEN = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]*\Z"
_Text = Annotated[str, msgspec.Meta(pattern=_SEEN, max_length=100_000)]
_Name = Annotated[str, msgspec.Meta(pattern=_SEEN, min_length=1, max_length=400)]
_Points = Annotated[float, msgspec.Meta(ge=0, le=1e9)]


class _Strict(msgspec.Struct, forbid_unknown_fields=True):
    """A part of the document that holds exactly its fields."""


class _TestEntry(_Strict):
    name: _Name
    score: _Points
    max_score: _Points
    status: Literal["passed", "failed"]
    output: _Text
    visibility: Literal["visible"]
    number: Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]*\Z")]
    tags: list[_Name] = []


class _Earned(_Strict):
    score: _Points
    max_score: _Points
    status: Status
    basis: Literal["cases", "wrong_answer", "follow_through", "person", "nothing"] = "nothing"
    hidden: tuple[int, int] = (0, 0)
    wrong_answers: list[_Name] = []
    followed_from: list[_Name] = []


class _Lateness(_Strict):
    days: int
    share: Annotated[float, msgspec.Meta(ge=0, le=1)]


class _Extra(_Strict):
    questions: dict[_Name, _Earned]
    isolation: Literal["strong", "partial", "none"]
    graded: bool
    assignment: str = ""
    late: _Lateness | None = None
    counted: bool = True  # False: this is an earlier result, shown again


class _BoardValue(_Strict):
    name: _Name
    value: _Points


class _Document(_Strict):
    score: _Points
    execution_time: Annotated[float, msgspec.Meta(ge=0)]
    output: _Text
    output_format: Literal["text"]
    test_output_format: Literal["text"]
    test_name_format: Literal["text"]
    visibility: Literal["visible"]
    stdout_visibility: Literal["hidden"]
    extra_data: _Extra
    tests: list[_TestEntry]
    leaderboard: Annotated[list[_BoardValue], msgspec.Meta(min_length=1)] | msgspec.UnsetType = (
        msgspec.UNSET
    )


_TEST_KEYS = frozenset(_TestEntry.__struct_fields__)


def prove(data: bytes, card: Scorecard) -> None:
    """Decides whether a document may be published as this card's results.

    Raises:
        NotWrittenError: with everything that stands against it.
    """
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotWrittenError(f"the results break Gradescope's contract: {error}") from error
    score, most, _ = totals(card)
    before = score if card.late is None else totals(replace(card, late=None))[0]
    wrong = [
        f"test {test.number}: {test.score} of {test.max_score} points"
        for test in document.tests
        if not test.score <= test.max_score
    ]
    for what, parts, whole in (
        ("scores", [test.score for test in document.tests], before),
        ("maxima", [test.max_score for test in document.tests], most),
        ("total", [document.score], score),
    ):
        if not abs(math.fsum(parts) - float(whole)) <= _TOLERANCE:
            wrong.append(f"{what}: {math.fsum(parts)} instead of {whole}")
    if len(document.extra_data.questions) != len(card.questions):
        wrong.append("two questions have the same id")
    if wrong:
        raise NotWrittenError("the results do not add up: " + "; ".join(wrong))
