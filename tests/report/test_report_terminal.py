"""The terminal's report reads well at any width, and nothing in it steers the terminal."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from decimal import Decimal

import golden
import pytest
from cards import CARDS, CONV, DIAGNOSED, NO_BIAS, card, fault, full, mixed, perfect, staffed
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import scorecards, unhurried

from grader.model import Assignment, Isolation, Loaded, LoadProblem, Scorecard
from grader.pipeline import fault_card
from grader.report.rows import Row, row_of
from grader.report.terminal import Screen, render, render_class_table
from grader.report.text import columns

PLAIN = Screen(plain=True)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def class_of(cards: dict[str, Scorecard]) -> list[Row]:
    return [row_of(replace(as_marked(card), submission_id=name)) for name, card in cards.items()]


def as_marked(card: Scorecard) -> Scorecard:
    """The card; after a fault, with what the pipeline leaves of its questions."""
    if card.fault is None:
        return card
    assignment = Assignment("", "", tuple(result.question for result in card.questions))
    return replace(card, questions=fault_card(assignment, "", ValueError()).questions)


def test_the_report_looks_as_it_did() -> None:
    golden.check("terminal.txt", render(mixed(), PLAIN))


def test_the_report_for_staff_in_unicode_looks_as_it_did() -> None:
    golden.check("terminal_staff.txt", render(staffed(), Screen(colour=False)))


def test_the_narrow_report_looks_as_it_did() -> None:
    golden.check("terminal_narrow.txt", render(mixed(), Screen(60, plain=True)))


def test_the_table_of_a_class_looks_as_it_did() -> None:
    cards = {name: card for name, card in CARDS.items() if "hostile" not in name}
    golden.check("class.txt", render_class_table(class_of(cards), PLAIN))


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", CARDS)
def test_no_line_is_wider_than_the_screen(name: str, width: int) -> None:
    for plain in (True, False):
        screen = Screen(width, plain=plain, colour=False)
        texts = [render(CARDS[name], screen), render_class_table(class_of(CARDS), screen)]
        for line in "".join(texts).splitlines():
            assert columns(line) <= width, line


@unhurried
@given(scorecards() | scorecards(audience="staff"), st.integers(40, 130))
def test_a_plain_report_of_any_card_is_ascii_without_control_characters(
    card: Scorecard, width: int
) -> None:
    text = render(card, Screen(width, plain=True)) + render_class_table(
        [row_of(card)], Screen(width, plain=True)
    )
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert all(len(line) <= width for line in text.splitlines())


@unhurried
@given(scorecards() | scorecards(audience="staff"))
def test_a_coloured_report_of_any_card_holds_colours_and_no_other_control(card: Scorecard) -> None:
    text = render(card, Screen(80))
    assert COLOUR.sub("", text).replace("\n", "").isprintable()


@pytest.mark.parametrize("name", CARDS)
def test_colour_adds_nothing_and_takes_nothing(name: str) -> None:
    coloured = render(CARDS[name], Screen(80))
    assert COLOUR.sub("", coloured) == render(CARDS[name], Screen(80, colour=False))
    assert "\x1b[" in coloured


def test_a_student_never_reads_of_hidden_cases_isolation_or_wrong_answers() -> None:
    text = render(mixed(), PLAIN)
    for secret in ("no_bias", "landlock", "random layers", "(hidden)"):
        assert secret not in text
    assert " ".join(NO_BIAS.feedback.split()) in " ".join(text.split())


def test_staff_read_all_of_it() -> None:
    text = render(staffed(), PLAIN)
    for told in ("no_bias", "landlock", "random layers 4 (hidden)", "weights 210"):
        assert told in text


def test_a_slip_on_top_of_ones_own_step_is_told_as_such() -> None:
    on_top = replace(DIAGNOSED, followed_from=("q2b_size",))
    said = " ".join(render(card(on_top), PLAIN).split())
    assert "All results follow from one slip on top of your q2b_size; what is right" in said
    assert "are counted here" not in said
    said = " ".join(render(card(on_top, audience="staff"), PLAIN).split())
    assert "one slip on top of the student's q2b_size;" in said


@pytest.mark.parametrize(
    ("what", "told"), [("EOF when reading a line", True), ("No data left in file", False)]
)
def test_who_asks_for_input_and_nobody_else_is_told_that_nobody_answers(
    what: str, told: bool
) -> None:
    loaded = Loaded(problems=(LoadProblem("solution.py", 1, f"EOFError: {what}", "a = b()"),))
    said = render(replace(mixed(), loaded=loaded), Screen(width=80, plain=True))
    assert ("Nobody answers input() here" in said) is told


def test_staff_are_warned_of_what_was_not_refused() -> None:
    leaky = replace(staffed(), isolation=Isolation("partial", refused={"open a socket": False}))
    assert "NOT refused: open a socket" in render(leaky, PLAIN)


def test_only_staff_read_the_traceback_of_a_fault_and_nobody_a_score() -> None:
    told = {audience: render(fault(audience), PLAIN) for audience in ("student", "staff")}
    assert "ZeroDivisionError" in told["staff"]
    assert "ZeroDivisionError" not in told["student"]
    assert all("30.93" not in text for text in told.values())


def test_a_bar_is_full_for_everything_and_empty_for_nothing_only() -> None:
    bars = {}
    for score in ("0", "0.01", "5.99", "6"):
        part = replace(full(CONV), score=Decimal(score), status="partial")
        line = render(card(part), PLAIN).splitlines()[3]
        bars[score] = set(line.partition("[")[2].rstrip("]"))
    assert bars == {"0": {"."}, "0.01": {"#", "."}, "5.99": {"#", "."}, "6": {"#"}}


def test_a_class_names_its_questions_and_counts_what_failed() -> None:
    text = render_class_table(class_of({"ada": perfect(), "bob": fault()}), PLAIN)
    assert "questions in order: q1a_table, q1a_text" in text
    assert "1 submission has no score: the grader itself failed." in text
    assert "64.0 points on average of 64" in text


def test_of_a_large_class_all_count_and_those_without_a_score_are_listed() -> None:
    many = {f"student{number}": perfect() for number in range(60)}
    text = render_class_table(class_of({**many, "bob": fault()}), PLAIN)
    assert "61 submissions" in text
    assert "64.0 points on average of 64" in text
    assert "bob" in text
    assert "student7" not in text
    assert "60 submissions" in render_class_table(class_of(many), PLAIN)


def test_a_long_name_leaves_the_columns_beside_it_where_they_are() -> None:
    names = ["ada", "Zoë_Quill_100001_assignsubmission_file", "李小龙_" * 12, "b" * 60]
    for screen in (PLAIN, Screen(80, colour=False)):
        text = render_class_table(class_of({name: perfect() for name in names}), screen)
        lines = [line for line in text.splitlines() if line.endswith(" s")]
        assert len(lines) == 4
        assert {columns(line) for line in lines} == {columns(lines[0])}


def test_a_class_of_nobody_is_said() -> None:
    assert "0 submissions" in render_class_table([], PLAIN)


class Stream(io.StringIO):
    """A terminal or a pipe, with an encoding."""

    def __init__(self, *, terminal: bool, encoding: str) -> None:
        super().__init__()
        self._terminal, self._encoding = terminal, encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("terminal", "encoding", "environment", "asked", "plain", "colour"),
    [
        (True, "utf-8", {}, False, False, True),
        (True, "UTF-8", {"NO_COLOR": "1"}, False, False, False),
        (True, "utf-8", {"TERM": "dumb"}, False, True, True),
        (True, "cp1252", {}, False, True, True),
        (True, "utf-8", {}, True, True, True),
        (False, "utf-8", {}, False, True, True),
    ],
)
def test_a_stream_is_shown_what_it_can_show(
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    encoding: str,
    environment: dict[str, str],
    asked: bool,
    plain: bool,
    colour: bool,
) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"COLUMNS": "72", **environment}.items():
        monkeypatch.setenv(name, value)
    stream = Stream(terminal=terminal, encoding=encoding)
    assert Screen.of(stream, plain=asked) == Screen(72, plain, colour)


def test_a_plain_report_imports_neither_rich_nor_gradescope() -> None:
    program = (
        "import sys\n"
        "from grader.model import Scorecard\n"
        "from grader.report.terminal import Screen, render\n"
        "render(Scorecard('a', 'b', 'c', ()), Screen(plain=True))\n"
        "print([m for m in ('rich', 'gradescope_utils', 'unittest') if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
