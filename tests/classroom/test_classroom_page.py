"""The page of a class: its measures against an oracle, its markup, and its life in a browser."""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import CHROMIUM, browsing
from coursework import CLASS, RIGHT, Course, course, export
from hypothesis import given
from hypothesis import strategies as st

from grader.model import Assignment, Case, Person, Question, TextAnswer, WrongAnswer
from grader.report import charts
from grader.report.answers import Answer
from grader.report.class_page import render_class
from grader.report.measures import alpha, correlation, measure
from grader.report.rows import QuestionRow, Row
from grader.report.similar_page import Pair, Side

SCORES = st.lists(st.tuples(*[st.integers(0, 10).map(float)] * 3), min_size=5, max_size=30)


def asked(*ids: str, cases: int = 0) -> Assignment:
    return Assignment(
        title="Rectangles <b>",
        filename="solution.py",
        questions=tuple(
            Question(
                ident,
                f"Title of {ident}",
                ident,
                Decimal(10),
                tuple(Case(f"case {n}", (), None, shown=n == 0) for n in range(cases)),
                wrong_answers=(WrongAnswer("slip", 0, "Is it so?", ()),),  # type: ignore[arg-type]
            )
            for ident in ids
        ),
    )


def row(ident: str, *scores: float, **more: Any) -> Row:
    questions = tuple(
        QuestionRow(f"q{at}", Decimal(10), Decimal(str(score)), "partial", "cases")
        for at, score in enumerate(scores)
    )
    fields: dict[str, Any] = {"questions": questions, **more}
    total = sum((Decimal(str(score)) for score in scores), Decimal(0))
    return Row(ident, "solution.py", total, Decimal(10 * len(scores)), Decimal(0), **fields)


# --------------------------------------------------------------------------- measures


@given(SCORES)
def test_discrimination_is_the_correlation_with_the_rest_of_the_total(
    scores: list[tuple[float, ...]],
) -> None:
    rows = [row(f"s{at}", *one) for at, one in enumerate(scores)]
    table = np.array(scores)
    for at, question in enumerate(measure(asked("q0", "q1", "q2"), rows).questions):
        rest = table.sum(axis=1) - table[:, at]
        if table[:, at].std() == 0 or rest.std() == 0:
            assert question.discrimination is None
        else:
            oracle = np.corrcoef(table[:, at], rest)[0, 1]
            assert question.discrimination == pytest.approx(oracle, abs=1e-9)
        assert question.difficulty == pytest.approx(table[:, at].mean() / 10)


@given(SCORES)
def test_alpha_is_cronbach_s(scores: list[tuple[float, ...]]) -> None:
    table = np.array(scores)
    found = alpha([list(column) for column in table.T])
    if table.sum(axis=1).var() == 0:
        assert found is None
    else:
        parts = table.var(axis=0, ddof=1).sum() / table.sum(axis=1).var(ddof=1)
        assert found == pytest.approx(3 / 2 * (1 - parts))


def test_little_is_said_of_few_submissions_and_of_scores_that_do_not_vary() -> None:
    assert correlation([1, 2, 3, 4], [1, 2, 3, 4]) is None
    assert correlation([1, 2, 3, 4, 5], [2, 2, 2, 2, 2]) is None
    assert correlation([1, 2, 3, 4, 5], [0.11] * 5) is None  # whose mean is not quite 0.11
    assert alpha([[1, 2]]) is None
    assert alpha([[1, 1], [1, 1]]) is None
    rows = [row(f"s{at}", at, at) for at in range(5)]
    assert measure(asked("q0", "q1"), rows).alpha == pytest.approx(1)
    assert measure(asked("q0", "q1"), rows[:4]).alpha is None


def test_what_is_the_same_for_all_does_not_vary_by_the_rounding_of_a_sum() -> None:
    rows = [row(f"s{at}", 0.1 * (at % 3), 0.2, 0.7) for at in range(9)]
    discrimination = [q.discrimination for q in measure(asked("q0", "q1", "q2"), rows).questions]
    assert discrimination == [None, None, None]
    rows = [row(f"s{at}", *scores, 0) for at, scores in enumerate([(0.1, 0.2), (0.3, 0)] * 3)]
    assert measure(asked("q0", "q1", "q2"), rows).alpha is None


def test_submissions_without_a_score_and_texts_that_wait_do_not_count() -> None:
    waiting = QuestionRow("q1", Decimal(10), Decimal(0), "to_mark")
    rows = [
        row("a", 10, questions=(row("", 10).questions[0], waiting)),
        row("b", 0, faulted=True),
    ]
    measured = measure(asked("q0", "q1"), rows)
    assert measured.totals == (10.0,)
    assert [question.difficulty for question in measured.questions] == [1.0, None]


def test_cases_are_counted_shown_and_hidden_apart() -> None:
    cases = ["++-", "+-~", "->-"]
    rows = [
        row(
            f"s{at}", 5, questions=(QuestionRow("q0", Decimal(10), Decimal(5), "partial", cases=c),)
        )
        for at, c in enumerate(cases)
    ]
    (question,) = measure(asked("q0", cases=3), rows).questions
    assert [(case.passed, case.tried) for case in question.cases] == [(2, 3), (2, 3), (0, 3)]
    assert question.hidden_rate == pytest.approx(2 / 6)


def test_the_wrong_answer_that_counts_is_counted() -> None:
    one = QuestionRow("q0", Decimal(10), Decimal(5), "partial", wrong_answers=("slip", "other"))
    rows = [row("a", 5, questions=(one,)), row("b", 5, questions=(one,)), row("c", 5)]
    (found,) = measure(asked("q0"), rows).wrong_answers
    assert (found.name, found.ids, found.feedback) == ("slip", ("a", "b"), "Is it so?")


def test_every_total_falls_into_one_tenth() -> None:
    assert charts.bins([0, 9.29, 9.3, 93, 46.5], 93) == [2, 1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert charts.bins([0.3 * 10], 10)[3] == 1, "3.0000000000000004 or less"
    assert sum(charts.bins([0.0, 0.0], 0)) == 2


@pytest.mark.parametrize("maximum", [0.5, 2, 7.5, 10, 11, 93, 100, 155, 1200])
def test_a_tenth_is_named_by_the_totals_that_fall_into_it(maximum: float) -> None:
    names = charts.bin_names(maximum)
    assert len(set(names)) == 10
    assert max(map(len, names)) < 10, "they stand side by side"
    for place, name in enumerate(names):
        low, high = map(float, name.split("–"))
        assert low == pytest.approx(maximum * place / 10, abs=maximum / 200)
        assert charts.bins([(low + high) / 2], maximum)[place] == 1


def test_before_a_point_is_decided_no_totals_are_drawn() -> None:
    waiting = (QuestionRow("q0", Decimal(10), Decimal(0), "to_mark"),)
    rows = [row(f"s{at}", questions=waiting) for at in range(6)]
    page = render_class(asked("q0"), rows, (), link)
    assert "No points are decided yet." in page
    assert "<svg" not in page


# --------------------------------------------------------------------------- markup


def link(ident: str) -> str:
    return f"staff/pages/{ident}.html"


def test_an_empty_class_and_one_of_a_single_submission_have_pages() -> None:
    assert "No submission has a score" in render_class(asked("q0"), [], (), link)
    assert "is not told" in render_class(asked("q0"), [row("a", 5)], (), link)


def test_nothing_that_a_student_wrote_becomes_markup() -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    rows = [row(evil, 5, people=(Person(evil, evil, evil),), flags=(evil,), note=evil)]
    side = Side(evil, "", share=0.5, alike=())
    page = render_class(asked("q0"), rows, (), lambda _: "x", [Pair(side, side, tokens=9)], "x")
    assert "<img" not in page
    assert page.count("</script>") == 1


def test_only_our_own_script_may_run() -> None:
    page = render_class(asked("q0"), [row("a", 5)], (), link)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html.unescape(page)
    assert "default-src 'none'" in html.unescape(page)
    assert not re.search(r"(src|href)=\"(https?:)?//", page)


def test_pages_of_the_same_class_are_the_same_to_the_byte() -> None:
    rows = [row(f"s{at}", at % 11, (7 * at) % 11) for at in range(40)]
    pages = {render_class(asked("q0", "q1"), rows, (), link) for _ in range(3)}
    assert len(pages) == 1


def test_without_the_library_there_is_a_page_without_pictures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(charts, "available", lambda: False)
    page = render_class(asked("q0"), [row("a", 5)], (), link)
    assert "<svg" not in page
    assert "pip install 'grader[report]'" in page


@pytest.mark.parametrize(
    ("totals", "words"),
    [([], "No submission has a score."), ([5], "One submission has a score: 5 points.")],
)
def test_of_fewer_than_two_totals_there_is_no_picture(totals: list[int], words: str) -> None:
    page = render_class(asked("q0"), [row("a", total) for total in totals], (), link)
    assert words in page
    assert "<svg" not in page
    assert "pip install" not in page or not charts.available()


def test_pictures_stand_in_the_page_without_script_style_or_link() -> None:
    pytest.importorskip("pygal")
    rows = [row(f"s{at}", at % 11, (7 * at) % 11) for at in range(40)]
    page = render_class(asked("q0", "q1"), rows, (), link)
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(pictures) == 2
    for picture in pictures:
        assert not re.search(r"<script|<style|href|pygal", picture)
    assert "<title>q0: 0." in pictures[1]


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
def test_no_question_is_named_upon_another_one_or_outside_of_the_picture(tmp_path: Path) -> None:
    pytest.importorskip("pygal")
    ids = [f"q{at}" for at in range(12)]
    scores = [[(at * (1 + which // 4)) % 7 for which in range(12)] for at in range(30)]
    path = tmp_path / "report.html"
    path.write_text(render_class(asked(*ids), [row("a", *each) for each in scores], (), link))
    with browsing() as page:
        page.size(1200, 900)
        page.open(path)
        boxes = page.run(
            "[...document.querySelectorAll('.chart.two, .chart.two .label')].map(e => {"
            "const b = e.getBoundingClientRect(); return [b.left, b.right, b.top, b.bottom]; })"
        )
    (left, right, top, bottom), *labels = boxes
    assert len(labels) == 12
    for at, one in enumerate(labels):
        assert left <= one[0] and one[1] <= right and top <= one[2] and one[3] <= bottom
        for other in labels[:at]:
            beside = one[1] <= other[0] or other[1] <= one[0]
            assert beside or one[3] - 2 <= other[2] or other[3] - 2 <= one[2]


# --------------------------------------------------------------------------- in a browser


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
def test_in_a_browser_it_sorts_filters_and_opens_a_student_without_a_complaint(
    tmp_path: Path,
) -> None:
    people = {name: [{"name": f"Student {name}", "sid": name}] for name in CLASS}
    taken = Course(
        course(tmp_path / "course"),
        export(tmp_path / "export.zip", {**CLASS, "hugo & co": RIGHT}, people),
        tmp_path / "results",
    )
    taken.grade()
    with browsing() as page:
        page.size(1200, 900)
        page.open(taken.out / "report.html")

        def column(number: int) -> list[str]:
            visible = "Array.from(document.querySelectorAll('#students tbody tr:not([hidden])'))"
            return list(page.run(f"{visible}.map(row => row.cells[{number}].textContent)"))

        assert column(0) == sorted([*CLASS, "hugo_co"])
        page.click("#students th:nth-child(2) button")
        assert [float(total) for total in column(1)] == [0, 0, 0, 8, 9, 11, 11, 11]
        page.click("#students th:nth-child(2) button")
        assert [float(total) for total in column(1)] == [11, 11, 11, 9, 8, 0, 0, 0]
        assert page.run("document.querySelector('[aria-sort=descending]').textContent") == "Total"

        page.run("document.getElementById('search').focus()")
        page.type("bob")
        assert column(0) == ["bob"]
        assert page.run("document.getElementById('count').textContent") == "1 of 8 shown"
        page.type("8")
        assert column(0) == [], "a total that follows is no part of the name"
        page.run("document.getElementById('search').value = ''")
        choose = "const s = document.getElementById('only'); s.value = 'below';"
        page.run(f"(() => {{ {choose} s.dispatchEvent(new Event('change')) }})()")
        assert sorted(column(0)) == ["bob", "dan", "eve", "fay", "gus"]

        for scheme in ("light", "dark"):
            page.prefer(scheme)
            assert len(page.picture()) > 10_000
        page.size(380, 800)
        assert page.run("document.documentElement.scrollWidth") <= 380, "nothing sticks out"
        page.prefer("light", medium="print")
        assert page.print().startswith(b"%PDF")
        page.size(1200, 900)
        page.prefer("light")

        page.click("#students tbody tr:not([hidden]) td:nth-child(2)")
        page.wait("document.title.includes('solution.py')")
        text = page.run("document.body.textContent")
        assert "a secret slab" in text, "staff's page has the hidden cases"
        assert "def area(width, height):" in text, "and the student's code"
        assert page.complaints == []


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
def test_it_can_be_used_by_keyboard_and_without_script(tmp_path: Path) -> None:
    rows = [row(f"s{at}", at % 11) for at in range(5)]
    path = tmp_path / "report.html"
    path.write_text(render_class(asked("q0"), rows, (), link))
    with browsing() as page:
        page.open(path)
        page.press("Tab")
        assert page.run("document.activeElement.textContent") == "Skip to the students"
        page.run("document.querySelector('#students button').focus()")
        page.press("Enter")
        assert page.run("document.querySelectorAll('[aria-sort=ascending]').length") == 1
        label = page.run("document.getElementById('search').labels[0].textContent")
        assert label.startswith("Search")
        without = re.sub(r"<script>.*</script>", "", path.read_text(), flags=re.DOTALL)
        path.write_text(without)
        page.open(path)
        assert page.run("document.querySelectorAll('#students tbody tr').length") == 5
        assert page.run("getComputedStyle(document.getElementById('tools')).display") == "none"
        assert page.complaints == []


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
def test_the_heads_of_the_table_stay_in_sight_and_all_of_it_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    rows = [row(f"s{at}", at % 11) for at in range(200)]
    path.write_text(render_class(asked("q0"), rows, (), link))
    box = "getBoundingClientRect()"
    with browsing() as page:
        page.size(1000, 700)
        page.open(path)
        last = "document.querySelector('#students tbody tr:last-child')"
        page.run(f"{last}.scrollIntoView({{block: 'end'}})")
        assert 0 <= page.run(f"document.querySelector('#students thead th').{box}.top") < 700
        page.prefer("light", medium="print")
        hidden = "const e = document.querySelector('.tall'); return e.scrollHeight - e.clientHeight"
        assert page.run(f"(() => {{ {hidden} }})()") == 0


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
def test_on_paper_no_table_is_wider_than_the_page(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    ids = [f"q{at}" for at in range(16)]
    rows = [
        row(f"submission_{400000 + at}", *[2.5] * 16, flags=("not all run", "the same code as two"))
        for at in range(40)
    ]
    text = Answer("q0", "t0", TextAnswer({"": "so"}), Decimal(3), tuple(r.id for r in rows))
    path.write_text(render_class(asked(*ids), rows, (text,), link))
    with browsing() as page:
        page.size(720, 900)
        page.open(path)
        page.prefer("light", medium="print")
        wider = page.run(
            "[...document.querySelectorAll('.scroll')]"
            ".filter(e => e.scrollWidth > e.clientWidth)"
            ".map(e => [e.clientWidth, e.scrollWidth])"
        )
    assert wider == []


def test_links_lead_to_files_that_exist_whatever_a_submission_is_called(tmp_path: Path) -> None:
    from urllib.parse import unquote

    from coursework import handed_in

    submissions = handed_in(tmp_path / "in", {"Zoë Müller 100%": RIGHT, "b#1": RIGHT})
    taken = Course(course(tmp_path / "course"), submissions, tmp_path / "out")
    taken.grade()
    page = (taken.out / "report.html").read_text()
    links = set(re.findall(r'href="(staff/[^"]*)"', page))
    assert len(links) == 2
    for target in links:
        assert os.path.exists(taken.out / unquote(target))  # noqa: PTH110
