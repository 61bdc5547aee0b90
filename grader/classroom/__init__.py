"""Many submissions: read, run, marked side by side, and written so that nothing is ever lost.

    handed in ─► run ─► desks ─► desk (one submission: run, marked, its files) ─► folder
                                                                     records ─► regrade, reports

`run` is the way of a class; `desk` that of one submission in it, wherever it is marked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.classroom.run import Outcome, grade_class

if TYPE_CHECKING:
    from grader.classroom.regrade import Regraded, regrade_class

__all__ = ["Outcome", "Regraded", "grade_class", "regrade_class"]


def __getattr__(name: str) -> object:
    """Imports these when they are asked for: marking for the first time does without."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from grader.classroom import regrade

    return getattr(regrade, name)
