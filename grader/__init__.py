"""Marks students' Python functions against a reference; `grader.check()` is for notebooks.

Whatever Python a student has reads this file and __main__.py first, and they say what is missing.
So they use nothing that an old Python could not read.
"""

from __future__ import annotations

import sys

__all__ = ["check", "require"]

_NEEDED = ("numpy", "msgspec", "click")
_OLDEST = (3, 10)


def require() -> None:
    """Stops with what to do about it where Python is too old or a package is missing."""
    said = _what_is_missing()
    if said:
        raise SystemExit(said)


def check(*questions: str, assignment: str | None = None) -> None:
    """Checks a notebook's functions: ``grader.check("q1")``, or all of them without a name.

    Args:
        questions: their ids.
        assignment: the path of the handout's assignment.json, where it is not found by itself.
    """
    said = _what_is_missing()
    if said:
        print(said)  # noqa: T201 - a notebook shows it below the cell
        return
    from grader.notebook import check_here

    check_here(questions, assignment)


def _what_is_missing() -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST:
        return (
            f"The grader needs Python 3.10 or newer, and this is Python {version} "
            f"({sys.executable})."
        )
    from importlib.util import find_spec

    missing = [name for name in _NEEDED if find_spec(name) is None]
    if not missing:
        return ""
    return (
        f"The grader needs {' and '.join(missing)}, which this Python ({version}) does not have. "
        f"Get it with:\n\n    {sys.executable} -m pip install {' '.join(missing)}"
    )
