"""The page is one sound, self-contained file in which a student's text is text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import golden
import pytest
from cards import CARDS, NO_BIAS, fault, hostile, mixed, staffed
from hypothesis import given
from msgspec.structs import replace
from strategies import scorecards, unhurried

from grader.model import Scorecard
from grader.report.markup import Html, element, join
from grader.report.page import encoded

TAGS = set(re.findall(r"\S+", """
    html head meta title style body header main footer section div span p a ul ol li h1 h2 table
    caption thead tbody tr th td details summary figure figcaption blockquote pre code mark strong
"""))  # fmt: skip
ATTRIBUTES = set(re.findall(r"\S+", """
    lang charset name content http-equiv href id class style scope open colspan tabindex
    aria-hidden aria-label aria-labelledby
"""))  # fmt: skip


def render(card: Scorecard) -> str:
    return encoded(card).decode()


class Outline(HTMLParser):
    """Reads a page and holds it to the few elements that it may be made of."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        assert {name for name, _ in attrs} <= ATTRIBUTES, attrs
        if tag != "meta":
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            if name == "href":
                self.links.append(str(value))
            if name == "style":
                assert re.fullmatch(r"width:\d+\.\d%", str(value))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")


def read(page: str) -> Outline:
    """The page's outline, when it is sound."""
    outline = Outline()
    outline.feed(page)
    outline.close()
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert all(link[0] == "#" and link[1:] in outline.ids for link in outline.links)
    return outline


@pytest.mark.parametrize("name", CARDS)
def test_the_page_of_every_card_is_sound(name: str) -> None:
    read(render(CARDS[name]))


@unhurried
@given(scorecards() | scorecards(audience="staff"))
def test_the_page_of_any_card_is_sound(card: Scorecard) -> None:
    page = render(card)
    read(page)
    page.encode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)


@pytest.mark.parametrize("name", ["mixed", "staff"])
def test_the_page_looks_as_it_did(name: str) -> None:
    page = re.sub(r"<style>.*</style>", "<style></style>", render(CARDS[name]), flags=re.DOTALL)
    golden.check(f"page_{name}.html", page.replace("><", ">\n<"))


@pytest.mark.parametrize("name", CARDS)
def test_the_page_needs_and_may_load_nothing(name: str) -> None:
    page = render(CARDS[name])
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.replace("&#x27;", "'")
    for tag in ("script", "img", "link", "iframe", "object", "form", "input", "svg", "base"):
        assert f"<{tag}" not in page
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_hostile_text_is_shown_as_text() -> None:
    text = "".join(read(render(hostile())).text)
    assert "<script>alert(1)</script>" in text
    assert "\\x1b[31mred" in text
    assert "\\u202egnp.exe" in text


def test_differing_cells_are_marked_for_eyes_and_for_ears() -> None:
    page = render(mixed())
    assert '<mark><span class="unseen">differs: </span>[3.0]</mark>'.replace("[3.0]", "3.0") in page


def test_a_traceback_leads_to_the_line_of_the_students_code() -> None:
    page = render(mixed())
    assert '<a href="#file-0-line-13">solution.py, line 13, in transposed_conv2d</a>' in page
    assert 'id="file-0-line-13"' in page
    assert "<span>helpers.py, line 40, in window</span>" in page


def test_a_student_never_reads_of_hidden_cases_isolation_or_wrong_answers() -> None:
    page = render(mixed())
    for secret in ("no_bias", "landlock", "random layers", ">hidden<"):
        assert secret not in page
    assert NO_BIAS.feedback in page


def test_staff_read_all_of_it() -> None:
    page = render(staffed())
    for told in ("no_bias", "landlock", "random layers 4", ">hidden<", "weights 210"):
        assert told in page


def test_only_staff_read_the_traceback_of_a_fault_and_nobody_a_score() -> None:
    told = {audience: render(fault(audience)) for audience in ("student", "staff")}
    assert "ZeroDivisionError" in told["staff"]
    assert "ZeroDivisionError" not in told["student"]
    assert all("30.93" not in page for page in told.values())


def test_headings_and_landmarks_lead_through_the_page() -> None:
    page = render(mixed())
    assert page.count("<h1>") == 1
    for landmark in ("<header>", '<main id="questions">', 'href="#questions"', '<html lang="en">'):
        assert landmark in page
    numbers = range(1, len(mixed().questions) + 1)
    assert all(f'aria-labelledby="title-{number}"' in page for number in numbers)


def test_only_the_first_failed_cases_stand_open() -> None:
    broken = replace(mixed(), questions=(mixed().questions[7],))
    page = render(broken)
    assert page.count("<details open>") == 3
    assert page.count("<details>") == 4


def test_text_is_escaped_and_markup_is_not() -> None:
    assert element("p", "<b>", element("i", "&")) == "<p>&lt;b&gt;<i>&amp;</i></p>"
    assert element("a", "x", href='"><script>') == '<a href="&quot;&gt;&lt;script&gt;">x</a>'
    assert element("meta", charset="utf-8") == '<meta charset="utf-8">'
    assert element("details", open=True) == "<details open></details>"
    assert element("details", None, open=False, id=None) == "<details></details>"
    assert join("<", Html("<br>")) == "&lt;<br>"
    assert isinstance(join("x"), Html)
