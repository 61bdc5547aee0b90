"""A fresh course for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from coursework import Course, course, handed_in


@pytest.fixture
def small_course(tmp_path: Path) -> Course:
    return Course(
        config=course(tmp_path / "course"),
        submissions=handed_in(tmp_path / "handed_in"),
        out=tmp_path / "results",
    )
