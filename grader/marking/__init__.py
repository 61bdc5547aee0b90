"""Marking: observations in, verdicts and scores out. Pure; follow-through asks through a caller.

compare (one value) → credit (a case, a question) → follow (error carried forward) →
misconception (wrong answers) → card (a submission) → redact (what an audience may see).
"""

from grader.marking.card import mark
from grader.marking.compare import compare
from grader.marking.redact import redact

__all__ = ["compare", "mark", "redact"]
