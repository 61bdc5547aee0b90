"""One launcher for all tests that need no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sandboxes import LIMITS, Run

from grader.sandbox import Launcher, start_launcher


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    with start_launcher(LIMITS, isolation="preferred") as one:
        yield one


@pytest.fixture
def run(launcher: Launcher) -> Run:
    """Loads a text and calls functions of it, in a worker of the shared launcher."""
    return Run(launcher)
