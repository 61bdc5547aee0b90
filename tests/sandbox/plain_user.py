"""Runs a submission as whoever starts this, and prints what came of it. Not a test by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[2]))

from sandboxes import LIMITS, children_of, submission

from grader.sandbox import start_launcher

TEXT = """
    import os, sys
    import numpy as np
    ahead = "scipy.special" in sys.modules
    def has_it(): assert ahead
    def libraries(): return open("/proc/self/maps").read()
    def f(x): return np.asarray(x).sum()
    def ends(): os._exit(3)
    def fills(): return bytearray(1 << 30)
    def hangs():
        while True: pass
    def kills(pid): os.kill(pid, 0)
    def writes(): open("/tmp/x", "w")
    def own():
        open("x", "w").write("hi")
        return open("x").read()
    def deep(): return deep()
    """
CALLS = [
    ("f", ([1, 2],)),
    ("ends", ()),
    ("fills", ()),
    ("hangs", ()),
    ("kills", (os.getpid(),)),
    ("writes", ()),
    ("own", ()),
    ("deep", ()),
    ("f", ([1],)),
    ("has_it", ()),
    ("libraries", ()),
]


def is_hidden(pid: int) -> bool:
    """Whether the kernel keeps a process from others of its user."""
    return subprocess.run(["cat", f"/proc/{pid}/environ"], capture_output=True).returncode != 0


with start_launcher(
    replace(LIMITS, call_s=1.5), secrets=[Path(sys.argv[1])], imports=("scipy.special",)
) as launcher:
    isolation = launcher.isolation
    launchers = children_of(os.getpid())
    workers = [pid for one in launchers for pid in children_of(one)]
    hidden = [all(map(is_hidden, pids)) for pids in ([os.getpid()], launchers, workers)]
    with launcher.open(submission(TEXT)) as session:
        outcomes = [type(session.call(name, args).outcome).__name__ for name, args in CALLS]
        print(  # noqa: T201 - read by the test
            json.dumps(
                {
                    "uid": os.geteuid(),
                    "level": isolation.level,
                    "layers": isolation.layers,
                    "hidden": hidden if launchers and workers else "nobody was looked at",
                    "refused": all(isolation.refused.values()),
                    "problems": len(session.loaded.problems),
                    "outcomes": outcomes,
                }
            )
        )
