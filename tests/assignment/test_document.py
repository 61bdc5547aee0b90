"""YAML becomes plain data with a line for every key path, or a problem; never anything else."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment import document
from grader.assignment.document import Document, parse_document, read_document, show_key_path
from grader.errors import ConfigError


@pytest.fixture(params=["libyaml", "pure Python"])
def _loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads by both of PyYAML's parsers: a machine may lack the fast one."""
    if request.param == "pure Python":
        monkeypatch.setattr(document, "_LOADER", yaml.SafeLoader)


def parse(text: str) -> Document:
    return parse_document(text, file="config.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-6", 1e-6),
        ("1E3", 1000.0),
        (".5", 0.5),
        ("-2.", -2.0),
        ("+3", 3),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("-.inf", -math.inf),
        (".Inf", math.inf),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("yes", "yes"),
        ("off", "off"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("=", "="),
        ("1e", "1e"),
        ('"1e-6"', "1e-6"),
        ("'true'", "true"),
        ('"\\u00e9"', "é"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        ("[1, [2, {a: 3}]]", [1, [2, {"a": 3}]]),
        ("{2: a, 0.5: b, true: c}", {2: "a", 0.5: "b", True: "c"}),
    ],
)
@pytest.mark.usefixtures("_loader")
def test_scalars_are_read_by_the_core_schema_of_yaml_1_2(text: str, value: Any) -> None:
    read = parse(f"key: {text}").data["key"]
    assert read == value and type(read) is type(value)


def test_not_a_number_is_read() -> None:
    assert math.isnan(parse("[.nan]").data[0])


@pytest.mark.usefixtures("_loader")
def test_every_key_path_knows_its_line() -> None:
    text = "a: 1\nb:\n  - x: 1\n    y:\n      - 7\n  - {z: 2,\n     w: [1,\n         2]}\n"
    doc = parse(text)
    lines = {
        (): 1,
        ("a",): 1,
        ("b",): 2,
        ("b", 0): 3,
        ("b", 0, "x"): 3,
        ("b", 0, "y"): 4,
        ("b", 0, "y", 0): 5,
        ("b", 1): 6,
        ("b", 1, "z"): 6,
        ("b", 1, "w"): 7,
        ("b", 1, "w", 1): 8,
    }
    assert {path: doc.line(path) for path in lines} == lines


def test_what_is_not_written_down_has_the_line_of_what_it_would_stand_in() -> None:
    doc = parse("a: 1\nb:\n  c: 2\n")
    assert doc.line(("b", "missing", 3)) == 2
    assert doc.holds(("b", "c")) and not doc.holds(("b", "missing"))


def test_anchors_are_expanded_into_copies() -> None:
    doc = parse("a: &list [1, {x: 2}]\nb: *list\nc: *list\n")
    assert doc.data == {key: [1, {"x": 2}] for key in "abc"}
    assert doc.data["b"][1] is not doc.data["c"][1]
    assert doc.data["b"] is not doc.data["c"]
    assert doc.line(("c",)) == 3


@pytest.mark.parametrize(
    ("text", "line", "what", "remedy"),
    [
        ("", 0, "is empty", "write an assignment"),
        ("# only a comment\n", 0, "is empty", "write an assignment"),
        ("a: 1\n\tb: 2\n", 2, "is indented with a tab", "indent with spaces"),
        ("a:\n\t- b\n", 2, "is indented with a tab", "indent with spaces"),
        (
            "a: b\n \u00a0c: 1\n",
            2,
            "is indented with spaces of another",
            "write plain",
        ),
        ("a: [1, 2\nb: 3\n", 2, "is not YAML: while parsing a flow sequence", "close every"),
        ("a: 'open\n", 2, "is not YAML: while scanning a quoted scalar", "close every bracket"),
        (
            "a: b: c\n",
            1,
            "is not YAML: mapping values are not allowed",
            "quote text that holds a colon",
        ),
        ("a: 1\n--- \nb: 2\n", 2, "holds a second document", "keep one"),
        ("a: *nowhere\n", 1, "names no anchor: *nowhere", "define &nowhere"),
        ("a: &x [*x]\n", 1, "is an alias of what it stands in: *x", "write it out"),
        ("a: 1\nb: \x07\n", 2, "holds the control character U+0007", "take it out"),
        ("a: " + "[" * 50 + "]" * 50, 1, "is nested deeper than 40 levels", "write it flatter"),
    ],
)
@pytest.mark.usefixtures("_loader")
def test_text_that_cannot_be_read_is_told_with_its_line(
    text: str, line: int, what: str, remedy: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    problem = caught.value.problems[-1]
    assert (problem.file, problem.line) == ("config.yaml", line)
    assert problem.what.startswith(what) and problem.remedy.startswith(remedy)


@pytest.mark.parametrize(
    ("text", "line", "path", "what"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a", "stands twice, first in line 1"),
        ("x:\n  - {b: 1, c: 2, b: 3}\n", 2, "x[0].b", "stands twice, first in line 2"),
        ("x: {1: a, 1.0: b}\n", 1, "x[1.0]", "stands twice, first in line 1"),
        ("x: {[1]: a}\n", 1, "x", "is a list or a mapping as a key"),
        ("a: !!str 5\n", 1, "a", "has the tag tag:yaml.org,2002:str"),
        ("a: !!python/object/apply:os.getcwd []\n", 1, "a", "has the tag tag:yaml.org,2002:python"),
        ("a: !secret 5\n", 1, "a", "has the tag !secret"),
        ("a: " + "9" * 4500, 1, "a", "is an integer of thousands of digits"),
        ("a: 0x" + "f" * 4500, 1, "a", "is an integer of thousands of digits"),
    ],
)
@pytest.mark.usefixtures("_loader")
def test_smaller_mistakes_are_noted_and_the_rest_is_read(
    text: str, line: int, path: str, what: str
) -> None:
    (problem,) = parse(text + "\nrest: 1\n").problems
    assert (problem.line, problem.path) == (line, path)
    assert problem.what.startswith(what)
    assert parse(text + "\nrest: 1\n").data["rest"] == 1


def test_text_that_cannot_be_written_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_LOADER", yaml.SafeLoader)  # libyaml refuses it by itself
    (problem,) = parse('a: "\\ud800"\n').problems
    assert problem.what == r"is no valid text: '\ud800'"


def test_of_a_key_that_stands_twice_the_first_counts() -> None:
    assert parse("a: 1\na: {b: 2}\nc: 3\n").data == {"a": 1, "c": 3}


def test_aliases_cannot_blow_up_the_data() -> None:
    levels = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for level in range(1, 10):
        aliases = ", ".join([f"*a{level - 1}"] * 10)
        levels.append(f"a{level}: &a{level} [{aliases}]")
    with pytest.raises(ConfigError, match="holds more than 200000 values, those of aliases"):
        parse("\n".join(levels))


def test_aliases_cannot_nest_without_end() -> None:
    levels = ["a0: &a0 [1]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 60))]
    with pytest.raises(ConfigError, match="is nested deeper than 40 levels"):
        parse("\n".join(levels))


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        (b"a: 1\nb: caf\xe9\n", 2, "is not UTF-8 (byte 0xe9)"),
        ("a: 1".encode("utf-16"), 1, "is not UTF-8 (byte 0xff)"),
        (b"a" * 5_000_000, 0, "is longer than 4 MB"),
    ],
)
def test_a_file_that_is_no_text_is_told(
    tmp_path: Path, content: bytes, line: int, what: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_document(path)
    (problem,) = caught.value.problems
    assert (problem.line, problem.what) == (line, what)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    doc = read_document(path)
    assert doc.data == {"a": 1, "b": 2}
    assert doc.line(("b",)) == 2


def test_a_path_that_leads_to_no_file_is_told_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path, what in (("none.yaml", "does not exist"), (".", "is a folder"), ("a\0", "cannot be")):
        with pytest.raises(ConfigError) as caught:
            read_document(Path(path))
        assert str(caught.value).startswith(f"{path}: {what}")


def test_key_paths_are_shown_as_people_write_them() -> None:
    assert show_key_path(("questions", 2, "cases", 0, "args")) == "questions[2].cases[0].args"
    assert show_key_path(("steps", 0.5)) == "steps[0.5]"
    assert show_key_path(("wrong answers", "a b")) == "['wrong answers']['a b']"


# --------------------------------------------------------------------------- for all texts

WORDS = [
    *"[]{},#'\"|>%@`=\t\r\n \u2028\x85\ufeff~aé0",
    *["b:", "  ", "- ", ": ", "&x", "*x", "!t", "---", "...", "? ", "<<", "\\ud800"],
    *["1e-6", "0x1", ".inf", "9" * 5000, "true", "2.5"],
]
PIECES = st.lists(st.sampled_from(WORDS), max_size=40).map("".join)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(text=PIECES | st.text())
def test_whatever_the_text_nothing_but_a_config_error_is_raised(text: str) -> None:
    for loader in (yaml.CSafeLoader, yaml.SafeLoader):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(document, "_LOADER", loader)
            try:
                parsed = parse(text)
            except ConfigError as error:
                assert all(str(problem) for problem in error.problems)
            else:
                assert parsed.line(()) >= 1


@settings(deadline=None)
@given(content=st.binary(max_size=60))
def test_whatever_the_bytes_nothing_but_a_config_error_is_raised(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    try:
        read_document(path)
    except ConfigError as error:
        assert error.problems


@settings(deadline=None)
@given(value=PLAIN)
def test_json_is_read_as_what_it_says(value: Any) -> None:
    text = json.dumps(value)
    try:
        assert parse(text).data == json.loads(text)
    except ConfigError as error:
        assert "\\u" in text or "\x7f" in text, error
