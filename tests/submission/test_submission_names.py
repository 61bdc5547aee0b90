"""File names: shown to people, taken as paths, made into ids."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.submission import tree
from grader.submission.naming import (
    distinct,
    inner_path,
    is_junk,
    kind_of,
    listed,
    plain_path,
    resembles,
    safe_id,
    shown,
    stem_of,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("name", "as_shown"),
    [
        ("solution.py", "solution.py"),
        ("Übung 3.py", "Übung 3.py"),
        ("a\nb.py", "a�b.py"),
        ("\x1b]0;title\x07.py", "�]0;title�.py"),
        ("exe\u202eyp.py", "exe�yp.py"),  # reads from right to left from here on
        ("a\u2028b", "a�b"),
        ("zero\u200bwidth", "zero�width"),
        ("lone\udcff", "lone�"),
        ("نمی\u200cخواهم.py", "نمی\u200cخواهم.py"),  # Persian needs this one
    ],
)
def test_a_shown_name_holds_nothing_that_acts_on_a_terminal_or_a_reader(
    name: str, as_shown: str
) -> None:
    assert shown(name) == as_shown


@given(ANY_TEXT, st.integers(10, 100))
@settings(deadline=None)
def test_a_shown_name_is_one_bounded_line_of_visible_text(name: str, limit: int) -> None:
    result = shown(name, limit)
    assert len(result) <= limit
    assert len(result.splitlines()) <= 1
    assert all(unicodedata.category(c)[0] != "C" or c in "\u200c\u200d" for c in result)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d"], "a, b, c and 1 more"),
    ],
)
def test_names_are_listed_as_a_sentence_does(names: list[str], sentence: str) -> None:
    assert listed(names, limit=3) == sentence


@pytest.mark.parametrize(
    "path",
    ["solution.py", "data/layer 1.csv", "Übung.py", "a/b/c", "archive.tar.gz", "-rf", "...x"],
)
def test_an_ordinary_path_is_taken_as_it_is(path: str) -> None:
    assert plain_path(path.split("/")) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../solution.py",
        "a/../b",
        "a//b",
        "./a",
        "C:/a",
        "a\\b",
        "file.py:stream",
        "a\0b",
        "a\nb",
        "\x7f.py",
        "lone\ud800",
        "con",
        "a/NUL.txt",
        "com1.py",
        "trailing.",
        "trailing ",
        "what?.py",
        "x" * 256,
        "ü" * 128,
        "/".join(["x" * 100] * 11),
    ],
)
def test_a_path_that_may_mean_something_else_on_some_system_is_none(path: str) -> None:
    assert plain_path(path.split("/")) is None


@pytest.mark.parametrize("path", ["Kim Jr./a: b?.py", "con", "trailing /x", "a\\b", "C:x/y"])
def test_what_is_found_inside_may_have_a_name_of_its_system(path: str) -> None:
    assert inner_path(path.split("/")) == path


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../a", "a/../b", "a//b", "C:/a", "a\nb", "lone\ud800", "x" * 256]
)
def test_a_path_that_leads_out_or_cannot_be_told_is_not_looked_up(path: str) -> None:
    assert inner_path(path.split("/")) is None


@pytest.mark.parametrize(
    "path",
    [
        ".DS_Store",
        "__MACOSX/._solution.py",
        "a/__MACOSX/solution.py",
        ".git/config",
        "a/.ipynb_checkpoints/solution.ipynb",
        "__pycache__/solution.cpython-311.pyc",
        "__pycache__",
        "old.pyc",
        "Thumbs.db",
        "node_modules/x.py",
        "expect.yaml",
    ],
)
def test_what_nobody_means_to_hand_in_is_junk(path: str) -> None:
    assert is_junk(path)


@pytest.mark.parametrize("path", ["solution.py", "data/a.csv", "a.b/c", "README.md", "venv.py"])
def test_what_may_be_meant_is_no_junk(path: str) -> None:
    assert not is_junk(path)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("solution.py", "python"),
        ("SOLUTION.PY", "python"),
        ("solution.py.txt", "python"),
        ("solution.ipynb", "notebook"),
        ("solution.ipynb.txt", "notebook"),
        ("solution.ipynb.json", "notebook"),
        ("solution.txt", None),
        ("solution.json", None),
        ("solution.py.json", None),
        ("solution.pyc", None),
        ("py", None),
    ],
)
def test_a_name_tells_python_and_notebooks_from_the_rest(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("alice.py", "alice"),
        ("hw1/alice.smith.py.txt", "alice.smith"),
        ("alice.ipynb", "alice"),
        ("class.zip", "class"),
        ("class.tar.gz", "class"),
        ("folder.v2", "folder.v2"),
        (".py", ".py"),
    ],
)
def test_the_stem_of_a_name_is_without_the_extensions_we_know(name: str, stem: str) -> None:
    assert stem_of(name) == stem


@pytest.mark.parametrize(
    "name",
    [
        "solution.py",
        "Solution.PY",
        "solution.ipynb",
        "solution (1).py",
        "solution(12).ipynb",
        "solution-1.py",
        "solution copy.py",
        "solution copy 2.py",
        "solution - Copy.py",
        "solution - Copy (3).py",
        "Copy of solution.ipynb",
        "solution.py.txt",
        "solution (1).py.txt",
    ],
)
def test_a_copy_or_the_other_kind_resembles_the_expected_name(name: str) -> None:
    assert resembles(name, "solution.py")


@pytest.mark.parametrize(
    "name", ["solutions.py", "my solution.py", "solution.txt", "solution(a).py"]
)
def test_another_name_does_not_resemble_the_expected_one(name: str) -> None:
    assert not resembles(name, "solution.py")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("submission_409194023", "submission_409194023"),
        ("Alice Smith_12_assignsubmission_file_", "Alice_Smith_12_assignsubmission_file"),
        ("../../etc/passwd", "etc_passwd"),
        (".hidden", "hidden"),
        ("-rf", "rf"),
        ("a\x1b[2Jb", "a_2Jb"),
        ("=cmd|'/c calc'!A1", "cmd_c_calc_A1"),
        ("CON", "submission_CON"),
        ("nul.txt", "submission_nul.txt"),
        ("", "submission"),
        ("..", "submission"),
        ("李雷", "李雷"),
        ("x" * 500, "x" * 64),
    ],
)
def test_an_id_is_safe_as_a_file_name(text: str, safe: str) -> None:
    assert safe_id(text) == safe


@given(ANY_TEXT)
@settings(deadline=None)
def test_every_id_is_a_plain_path_of_bounded_length(text: str) -> None:
    name = safe_id(text)
    assert plain_path([name]) == name
    assert not name.startswith((".", "-"))
    assert len(name.encode()) <= 210


@given(st.lists(st.sampled_from(["a", "A", "a-2", "a-3", "ä", "Ä", "ß", "SS", "b"]), max_size=30))
@settings(deadline=None)
def test_no_two_ids_are_equal_even_where_case_is_ignored(wanted: list[str]) -> None:
    ids = distinct(wanted)
    assert len({name.casefold() for name in ids}) == len(wanted)
    assert all(name.startswith(asked) for name, asked in zip(ids, wanted, strict=True))
    for name in set(wanted):
        assert name in ids or any(name.casefold() == other.casefold() for other in ids)


def test_numbering_many_equal_ids_takes_no_time() -> None:
    assert distinct(["a"] * 20_000)[-1] == "a-20000"


def test_odd_names_cost_no_more_than_plain_ones() -> None:
    """Of a zip that holds thousands of them, each is looked at by itself."""

    def seconds(names: Sequence[str]) -> float:
        listed = tree.Tree(dict.fromkeys(names, 0), lambda name, limit: b"")
        started_s = time.thread_time()
        for name in listed.names:
            resembles(name, "solution.py")
        return time.thread_time() - started_s

    plain = seconds([f"{'n' * 200}{number}.py" for number in range(20_000)])
    assert seconds([f"{'n' * 200}{number}/pyvenv.cfg" for number in range(20_000)]) < 3 * plain
    assert seconds([f"{' ' * 200}{number}.py" for number in range(20_000)]) < 8 * plain
