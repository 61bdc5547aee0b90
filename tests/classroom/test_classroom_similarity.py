"""Code that is alike: a list for staff to look at, that names pairs and accuses nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from coursework import Course, course, export, handed_in, run

from grader.classroom import similarity
from grader.classroom.reports import Request
from grader.classroom.similarity import alike
from grader.errors import UsageError

OWN = '''\
def area(width, height):
    """The product of the sides."""
    if min(width, height) < 0:
        raise ValueError("no side is negative")
    rows = [[1 for _ in range(width)] for _ in range(height)]
    return sum(sum(row) for row in rows)


def volume(width, height, depth):
    layers = []
    while len(layers) < depth:
        layers.append(area(width, height))
    return sum(layers)


def mean(sides):
    total, count = 0.0, 0
    for side in sides:
        total, count = total + side, count + 1
    return total / count
'''
RENAMED = (
    OWN.replace("rows", "grid").replace("layers", "pile").replace("side ", "edge ")
    + "\n\ndef why():\n    return 'Because a box is a pile of equal layers.'\n"
)
OTHER = """\
import numpy as np


def area(w, h):
    assert_ok = w >= 0 and h >= 0
    if not assert_ok:
        raise ValueError
    return int(np.multiply(w, h))


volume = lambda w, h, d: area(area(w, h), d)


def mean(sides):
    return float(np.asarray(sides, dtype=float).mean())
"""


def pairs_of(texts: dict[str, str], *handed_out: str) -> list[tuple[str, str]]:
    people = dict.fromkeys(texts, frozenset[str]())
    found, _ = alike(texts, people, handed_out)
    return [(pair.first.id, pair.second.id) for pair in found]


def test_renaming_hides_nothing() -> None:
    texts = {"ann": OWN, "ben": OTHER, "cid": RENAMED}
    assert pairs_of(texts) == [("ann", "cid")]


def test_blanks_that_nobody_sees_cost_no_more_than_code() -> None:
    """A lexer may take time by the square of their number: 60,000 of them, most of a minute."""

    def seconds(*texts: str) -> float:
        started_s = time.thread_time()
        alike(
            {ident: similarity._plain(text) for ident, text in zip("abc", texts, strict=False)},
            {},
            (),
        )
        return time.thread_time() - started_s

    code = OWN * (20_000 // len(OWN))
    blank = ("case" + " " * 20_000 + "x", "match" + " " * 20_000, " \n" * 10_000)
    seconds(OWN)  # what is imported late
    assert seconds(*blank) < 10 * seconds(code)


def test_the_passages_that_are_alike_are_the_ones_that_are_marked() -> None:
    first = OWN + "\n\nclass Shape:\n    sides = 4\n\n\n" + OTHER
    texts = {"ann": first, "ben": OWN}
    (pair,), _ = alike(texts, dict.fromkeys(texts, frozenset()), ())
    marked = "".join(pair.first.text[start:end] for start, end in pair.first.alike)
    assert "layers.append(area(width, height))" in marked
    assert "np.multiply" not in marked
    assert pair.second.share == 1.0
    assert pair.first.share < pair.second.share


def test_what_was_handed_out_does_not_count() -> None:
    texts = {"ann": OWN, "ben": OWN + "\n\nX = 1\n"}
    assert pairs_of(texts) == [("ann", "ben")]
    assert pairs_of(texts, OWN) == []


def test_what_most_submissions_have_does_not_count() -> None:
    texts = {name: OWN + f"\n\nX = {name!r}\n" for name in "abcdef"}
    assert pairs_of(texts) == []
    few = {**dict.fromkeys("ab", OWN), **{name: OTHER * (ord(name) - 98) for name in "cdefg"}}
    assert ("a", "b") in pairs_of(few)


def test_nobody_is_compared_with_themselves() -> None:
    texts = {"first try": OWN, "second try": OWN, "cid": OWN}
    people = {
        "first try": frozenset({"ada"}),
        "second try": frozenset({"ada", "bob"}),
        "cid": frozenset({"cid"}),
    }
    found, _ = alike(texts, people, ())
    assert [(pair.first.id, pair.second.id) for pair in found] == [
        ("first try", "cid"),
        ("second try", "cid"),
    ]


def test_the_list_is_the_same_in_every_process() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "import test_classroom_similarity as t; from grader.classroom.similarity import alike;"
        "texts = {'a': t.OWN, 'b': t.RENAMED, 'c': t.OTHER + t.OWN, 'd': t.OTHER};"
        "print(alike(texts, dict.fromkeys(texts, frozenset()), ()))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code, str(Path(__file__).parent)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
    assert "Pair(" in said.pop()


def test_no_more_pairs_are_shown_than_one_can_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "MOST_PAIRS", 2)
    texts = {"a": OWN, "b": OWN, "c": OWN}
    found, more = alike(texts, dict.fromkeys(texts, frozenset()), ())
    assert (len(found), more) == (2, 1)


@pytest.mark.parametrize(
    "hostile",
    ["", "\n\n", "(" * 5_000, '"""' + "\\" * 5_000, "\ud800\x00\x0c = 1\r\r\n" * 40, "x" * 5_000],
    ids=["nothing", "lines", "brackets", "backslashes", "odd characters", "one name"],
)
def test_whatever_was_handed_in_is_compared(hostile: str) -> None:
    text = similarity._plain(hostile)
    texts = {"ann": text, "ben": text, "cid": OWN}
    for pair in alike(texts, dict.fromkeys(texts, frozenset()), ())[0]:
        for side in (pair.first, pair.second):
            assert all(0 <= start < end <= len(side.text) for start, end in side.alike)


# --------------------------------------------------------------------------- the page


class Reading(HTMLParser):
    """What a browser would make of a page: its text, its links, its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words = ""
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.ids: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "href" and value:
                self.links.append(value)
            if name == "id" and value:
                self.ids.add(value)

    def handle_data(self, data: str) -> None:
        self.words += data


HOSTILE = OWN + "\n\n# </pre><script>alert(1)</script><img src=x onerror=alert(1)>\n"


@pytest.fixture
def copying(small_course: Course) -> Course:
    handed_in(small_course.submissions, {"ann": OWN, "ben": HOSTILE, "cid": RENAMED})
    return small_course


WANTED = Request(handed_out=("",))


def test_staff_find_the_pairs_and_see_them_side_by_side(copying: Course) -> None:
    copying.grade(request=WANTED)
    page = Reading((copying.out / "staff" / "similar.html").read_text())
    of_class = Reading((copying.out / "report.html").read_text())
    assert "Pairs of submissions to look at" in page.words
    assert not page.tags & {"script", "img"}
    assert "alert(1)" in page.words
    linked = [link for link in of_class.links if link.startswith("staff/similar.html#")]
    assert linked
    assert {link.partition("#")[2] for link in linked} <= page.ids
    for link in page.links:
        if not link.startswith("#"):
            assert (copying.out / "staff" / link).is_file()
    for word in ("plagiar", "cheat", "copied", "suspicious", "suspect", "guilty"):
        assert word not in page.words.casefold()


def test_students_see_nothing_of_it(copying: Course) -> None:
    copying.grade()
    before = {path.relative_to(copying.out) for path in copying.out.rglob("*")}
    copying.grade(request=WANTED)
    after = {path.relative_to(copying.out) for path in copying.out.rglob("*")}
    assert {path.as_posix() for path in after - before} == {"staff/similar.html"}
    assert (copying.out / "staff" / "similar.html").stat().st_mode & 0o077 == 0
    for_students = [
        path
        for path in copying.out.rglob("*")
        if path.is_file()
        and path.parent != copying.out
        and copying.out / "staff" not in path.parents
    ]
    assert len(for_students) == 2 * 10
    for path in for_students:
        assert "similar" not in path.read_text().casefold(), path


def test_a_run_that_was_taken_up_again_compares_everybody(copying: Course) -> None:
    copying.grade()
    outcome = copying.grade(resume=True, request=WANTED)
    assert outcome.skipped == len(outcome.rows)
    page = Reading((copying.out / "staff" / "similar.html").read_text())
    assert "10 submissions compared" in page.words
    assert "ann and cid" in page.words


def test_without_being_asked_for_an_old_list_does_not_stay(copying: Course) -> None:
    copying.grade(request=WANTED)
    copying.grade(resume=True)
    assert not (copying.out / "staff" / "similar.html").exists()
    assert "Similar code" not in (copying.out / "report.html").read_text()


def test_a_notebook_is_compared_with_a_file(copying: Course) -> None:
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": part,
        }
        for part in OWN.split("\n\n\n")
    ]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (copying.submissions / "dora").mkdir()
    (copying.submissions / "dora" / "solution.ipynb").write_text(json.dumps(book))
    copying.grade(request=WANTED)
    words = Reading((copying.out / "staff" / "similar.html").read_text()).words
    assert "ann and dora" in words


def test_the_members_of_a_group_and_a_second_try_are_nobodys_pair(
    small_course: Course, tmp_path: Path
) -> None:
    ada, bob = ({"name": n, "sid": n, "email": f"{n}@example.org"} for n in ("Ada", "Bob"))
    people = {"submission_1": [ada, bob], "submission_2": [bob]}
    class_ = {"submission_1": OWN, "submission_2": OWN}
    small_course.submissions = export(tmp_path / "export.zip", class_, people)
    small_course.grade(request=WANTED)
    words = Reading((small_course.out / "staff" / "similar.html").read_text()).words
    assert "No two of them share much." in words


def test_the_command_leaves_the_starter_out(tmp_path: Path) -> None:
    config = course(tmp_path / "course")
    starter = OWN.replace("return sum", "raise NotImplementedError") + "\n\ndef why():\n    pass\n"
    (config.parent / "reference" / "starter.py").write_text(starter)
    class_ = handed_in(tmp_path / "class", {"ann": starter, "ben": starter + "\nX = 1\n"})
    done = run(
        "grade", class_, "--config", config, "--out", tmp_path / "out",
        "--similar", "--no-isolation",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"Similar code: {tmp_path / 'out' / 'staff' / 'similar.html'}" in done.stdout
    words = Reading((tmp_path / "out" / "staff" / "similar.html").read_text()).words
    assert "No two of them share much." in words


def test_a_regrade_lists_them_too(copying: Course) -> None:
    copying.grade()
    done = run("regrade", copying.out, "--config", copying.config, "--similar", "--no-isolation")
    assert done.returncode == 0, done.stderr
    assert f"Similar code: {copying.out / 'staff' / 'similar.html'}\n" in done.stdout
    words = Reading((copying.out / "staff" / "similar.html").read_text()).words
    assert "ann and cid" in words


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "copydetect", None)
    similarity._library.cache_clear()
    with pytest.raises(UsageError, match=r'pip install "grader\[similarity\]"'):
        similarity.check(2)
    similarity._library.cache_clear()


def test_more_than_can_be_compared_is_refused_before_anything_is_marked() -> None:
    similarity.check(similarity.MOST_SUBMISSIONS)
    with pytest.raises(UsageError, match=r"up to 5000 submissions .* these are 5001"):
        similarity.check(similarity.MOST_SUBMISSIONS + 1)
