"""What an instructor uploads to Gradescope marks there as it marks here."""

from __future__ import annotations

import os
import shutil
import sys

import pytest
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
