"""What an instructor uploads to Gradescope marks there as it marks here."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from image import TORCH_INDEX, pip_settings
from rehearse import (
    EXAMPLES,
    REHEARSED_ATTACKS,
    REHEARSED_EXAMPLES,
    can_be_rehearsed,
    corpus,
    rehearse,
)

POSSIBLE = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("debootstrap") is not None


def test_what_is_rehearsed_exists() -> None:
    assert all((EXAMPLES / name / "expect.yaml").is_file() for name in REHEARSED_EXAMPLES)
    known = {attack.id for attack in corpus() if can_be_rehearsed(attack)}
    assert set(REHEARSED_ATTACKS) <= known


@pytest.mark.slow
@pytest.mark.skipif(not POSSIBLE, reason="needs Linux, root and debootstrap: `make rehearse`")
def test_the_rehearsal_goes_well() -> None:
    failed = {one.name: one.failures for one in rehearse() if one.failures}
    assert not failed


def test_pip_is_configured_inside_as_it_is_outside(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"{tmp_path.as_uri()}/simple https://a.test/simple")
    monkeypatch.delenv(TORCH_INDEX, raising=False)
    settings, shown = pip_settings()
    assert settings["PIP_FIND_LINKS"] == str(tmp_path)
    assert settings["PIP_EXTRA_INDEX_URL"].endswith("https://a.test/simple")
    assert settings[TORCH_INDEX] == ""  # this machine's index has torch, or nobody has
    assert str(tmp_path) in shown
    monkeypatch.setenv(TORCH_INDEX, "https://b.test/cpu")
    assert pip_settings()[0][TORCH_INDEX] == "https://b.test/cpu"
