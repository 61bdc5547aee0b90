"""Runs a student's functions in another process and brings back observations, as plain data.

    with start_launcher(limits) as launcher, launcher.open(submission) as session:
        observation = session.call("area", (3, 4))

The journey through this room: supervisor and session (what the pipeline sees) → hosts (where
workers come from) → launcher (a clean interpreter that forks; for a class itself a fork of the
nursery) → isolation (what a worker gives up, in order) → worker (loads the file, answers calls) →
channel and answers (what of its words is believed).
"""

from __future__ import annotations

TYPE_CHECKING = False  # what says so would have to be imported before interpreter.py
if TYPE_CHECKING:
    from grader.sandbox.session import Session
    from grader.sandbox.supervisor import Launcher, start_launcher

__all__ = ["Launcher", "Session", "start_launcher"]


def __getattr__(name: str) -> object:
    """Import these when they are asked for: interpreter.py must not wait for them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from grader.sandbox import supervisor

    return getattr(supervisor, name)
