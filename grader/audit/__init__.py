"""Measures an assignment instead of a student: do its cases tell right from wrong?

    sources ─► mutants (operators) ─► judge ─► search (inputs, seeds) ─┐
    confusion · margins · guessing · redundancy ───────────────────────┴─► report ─► terminal,
                                                                             as_json, page

The reference is mutated, and every mutant is marked as a submission; so are the author's wrong
answers, other right ones, and submissions that know nothing. What the cases fail to tell is for
the author to mend, and the audit's exit code is 1 while there is any.
"""

from grader.audit.as_json import to_json
from grader.audit.page import page
from grader.audit.report import AuditReport, Flaw
from grader.audit.run import audit
from grader.audit.terminal import terminal

__all__ = ["AuditReport", "Flaw", "audit", "page", "terminal", "to_json"]
