"""Whatever an author writes by mistake is told as a mistake: a config that was spoilt at random."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from attacking import CONFIG
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import ConfigError
from grader.model import Assignment
from grader.pipeline import read_assignment

LINES = CONFIG.read_text(encoding="utf-8").splitlines()
WORD = re.compile(r"[\w.]+|[][{}:,\"]")
WORDS = ["", "-1", "0", "2", "1.5", "1e400", "-.inf", ".nan", "9" * 40, "true", "null", "x", "é"]
WORDS += ["[]", "{}", "[[1]]", '""', "&a 1", "*a", "5 s", "1 GB", "essay", "pixels", "targets", "]"]
WORDS += [": ", "- ", "#", "\t", "'", "'\\0'", "a" * 500]
KEYS = ["args", "cases", "generate", "raises", "expect", "builds_on", "form", "points", "compare"]


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """The config with lines taken out, doubled, moved or indented, and words replaced."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["word", "word", "word", "delete", "double", "move", "indent"]))
        words = list(WORD.finditer(lines[at]))
        if kind == "word" and words:
            word = draw(st.sampled_from(words))
            other = draw(st.sampled_from(WORDS + KEYS))
            lines[at] = lines[at][: word.start()] + other + lines[at][word.end() :]
        elif kind == "delete" and len(lines) > 1:
            del lines[at]
        elif kind == "double":
            lines.insert(at, lines[at])
        elif kind == "move":
            lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
        else:
            lines[at] = " " * draw(st.integers(1, 4)) + lines[at]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(CONFIG.parent / "reference", folder / "reference")
    return folder / "config.yaml"


@settings(max_examples=max(1, settings().max_examples // 2))
@given(text=spoilt())
def test_a_spoilt_config_is_an_assignment_or_a_list_of_problems(course: Path, text: str) -> None:
    course.write_text(text, encoding="utf-8")
    try:
        assert isinstance(read_assignment(course), Assignment)
    except ConfigError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.what
            assert problem.remedy
            assert 0 <= problem.line <= len(text.splitlines()) + 1
            assert len(str(problem)) < 3000
