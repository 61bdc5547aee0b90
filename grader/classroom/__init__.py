"""Many submissions: read, run, marked side by side, and written so that nothing is ever lost.

    handed in ─► run ─► desks ─► desk (one submission: run, marked, its files) ─► folder
                                                                     records ─► regrade, reports

`run` is the way of a class; `desk` that of one submission in it, wherever it is marked.
"""

from grader.classroom.run import Outcome, grade_class

__all__ = ["Outcome", "grade_class"]
