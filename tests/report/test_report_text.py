"""Text from anywhere is visible, bounded and inert before a report shows it."""

from __future__ import annotations

import csv
import io
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.text import (
    ascii_only,
    bounded,
    chopped,
    columns,
    counted,
    csv_cell,
    excerpt,
    one_line,
    points,
    typed_in,
    visible,
    wrapped,
)

anything = st.text(st.characters(), max_size=200)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines", "two\nlines"),
        ("carriage\rreturn\r\n", "carriage\nreturn\n"),
        ("a\tb", "a   b"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("bell\x07 null\x00 del\x7f c1\x9b", "bell\\x07 null\\x00 del\\x7f c1\\x9b"),
        ("\u202eright\u2066to\u2069left", "\\u202eright\\u2066to\\u2069left"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("half \ud800", "half \\ud800"),
        ("filler\u3164blank\u2800", "filler\\u3164blank\\u2800"),
        ("line\u2028separator", "line\\u2028separator"),
        ("no-break\xa0space", "no-break space"),
        ("漢字 naïve 👍", "漢字 naïve 👍"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(anything)
def test_visible_text_holds_no_character_that_steers_or_hides(text: str) -> None:
    shown = visible(text)
    assert all(c == "\n" or (c.isprintable() and c != "\xa0") for c in shown)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in shown.replace("\n", ""))
    shown.encode()


@given(anything)
def test_visible_text_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(anything, st.integers(2, 60))
def test_one_line_is_one_bounded_line(text: str, width: int) -> None:
    line = one_line(text, width)
    assert "\n" not in line
    assert len(line) <= width


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ("",)),
        ("one\ntwo\n", ("one", "two")),
        ("1\n2\n3\n4\n5", ("1", "2", "3", "(… 2 more lines)")),
        ("1\n2\n3\n4", ("1", "2", "3", "(… 1 more line)")),
        ("x" * 20, ("xxxxxxxxx…",)),
        ("x" * 200, ("xxxxxxxxx…", "(… 80 more characters)")),
    ],
)
def test_an_excerpt_says_what_it_leaves_out(text: str, lines: tuple[str, ...]) -> None:
    assert excerpt(text, lines=3, width=10) == lines


@given(st.text(max_size=400), st.integers(100, 300))
def test_a_cut_report_keeps_its_bound_and_says_so(text: str, most: int) -> None:
    cut = bounded(text, most)
    assert len(cut) <= most
    assert cut == text or cut.endswith("more characters)")


@given(anything)
def test_ascii_text_is_ascii(text: str) -> None:
    assert ascii_only(text).isascii()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r@", "\n=", "＝", " ="])
def test_no_cell_of_a_spreadsheet_is_a_formula(start: str) -> None:
    assert csv_cell(f"{start}1+1").lstrip().startswith("'")


@pytest.mark.parametrize("before", ["a;", "a\n;", "a\n", 'a;"', "a ; ", 'a\n""', "a\r", "a;\t"])
def test_no_part_of_a_cell_is_a_formula_where_semicolons_part_cells(before: str) -> None:
    """A spreadsheet in much of Europe opens a file with commas like this, in one double click."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow(["1", csv_cell(f"{before}=1+1;b"), ""])
    file.seek(0)
    parts = [part for line in csv.reader(file, delimiter=";") for part in line]
    assert not [part for part in parts if part.strip(' "').startswith("=")]


@given(anything)
def test_what_keeps_a_cell_from_being_a_formula_can_be_taken_away(text: str) -> None:
    assert csv_cell(typed_in(csv_cell(text))) == csv_cell(text)


@pytest.mark.parametrize("text", ["- one\n- two", "=1;=2", "\n\n-3", '"=x"', "'tis", "a;'b"])
def test_what_was_typed_comes_back(text: str) -> None:
    assert typed_in(csv_cell(text)) == text


def test_ordinary_cells_of_a_spreadsheet_stay_as_they_are() -> None:
    assert csv_cell("Ada Lovelace, 3 = 3; it's - so") == "Ada Lovelace, 3 = 3; it's - so"


@pytest.mark.parametrize(
    ("amount", "written"),
    [("0", "0"), ("0.00", "0"), ("10", "10"), ("1E+1", "10"), ("3.50", "3.5"), ("7.33", "7.33")],
)
def test_points_stand_without_trailing_zeros(amount: str, written: str) -> None:
    assert points(Decimal(amount)) == written


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=120),
    st.integers(4, 40),
)
def test_wrapped_lines_keep_their_width_and_every_word(text: str, width: int) -> None:
    for broken in (wrapped(text, width), chopped(text, width)):
        assert all(columns(line) <= width for line in broken)
    assert "".join(wrapped(text, width)).replace(" ", "") == text.replace(" ", "")
    assert "".join(chopped(text, width)) == text


def test_nouns_agree_with_their_numbers() -> None:
    assert [counted(n, "case") for n in (0, 1, 2)] == ["0 cases", "1 case", "2 cases"]
