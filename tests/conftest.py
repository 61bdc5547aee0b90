"""What all tests share: Hypothesis without time limits, for the machines are shared.

On a build server (CI set) the examples are the same every time, so that a change is judged by what
it changed; elsewhere each run draws new ones.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ours",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("ours")
