"""What was handed in becomes source text: a file, a notebook, a folder, a zip, a whole class.

Nothing in this room runs, imports or parses a line of a student's code, and nothing that a
student hands in makes it raise.
"""

from grader.submission.class_input import Handed, find_submissions, passed_over, read_handed
from grader.submission.imports import imports_of
from grader.submission.reading import read_submission

__all__ = [
    "Handed",
    "find_submissions",
    "imports_of",
    "passed_over",
    "read_handed",
    "read_submission",
]
