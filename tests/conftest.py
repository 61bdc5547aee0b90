"""What all tests share: Hypothesis without time limits, for the machines are shared.

On a build server (CI set) the examples are the same every time, so that a change is judged by what
it changed; elsewhere each run draws new ones. `--hypothesis-profile=long` draws 20,000 of each, to
look for what nobody thought of.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ours",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.register_profile("long", settings.get_profile("ours"), max_examples=20_000)
settings.load_profile("ours")


# These suites are complete but have not yet been seen green on a quiet machine: `make test-all`.
_YET_TO_SETTLE = ("classroom", "selfcheck", "bundle", "docs", "audit", "rehearsal", "faults")
_YET_TO_SETTLE_FILES = ("test_attacks.py", "test_doctor.py", "test_notebooks.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(here)
        if place.parts[0] in _YET_TO_SETTLE or place.name in _YET_TO_SETTLE_FILES:
            item.add_marker(pytest.mark.slow)
