"""What all tests share: Hypothesis without time limits, for the machines are shared.

On a build server (CI set) the examples are the same every time, so that a change is judged by what
it changed; elsewhere each run draws new ones. `--hypothesis-profile=long` draws 20,000 of each, to
look for what nobody thought of.
"""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ours",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.register_profile("long", settings.get_profile("ours"), max_examples=20_000)
settings.load_profile("ours")

# What nohup or a background job ignores would be ignored by all that tests start and then signal. A
# handler is not handed on.
for _number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda *_: None)
