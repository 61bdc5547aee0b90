"""What a submission imports, held against what will be there when it is marked.

A check runs with whatever a student has installed. Without a word on it, a solution that needs
another package would pass here and fail where it counts. This is for a student's own machine:
it parses the source, which nothing does that marks.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
import warnings
from collections.abc import Collection, Iterator, Sequence

from grader.model import Submission

_ALWAYS = "numpy"
_CHECKS = "grader"  # a notebook that checks itself imports it
_WRITES = re.compile(r"^_file = _io\.open\('([^']+)\.py', ", re.MULTILINE)
"""What a cell with `%%writefile` has become (submission/magics.py)."""


def package_remarks(submission: Submission, packages: Sequence[str]) -> tuple[str, ...]:
    """Decides what to tell of a submission's imports.

    Args:
        submission: the student's own.
        packages: what is there beside NumPy when it is marked, by the names of their modules.
    """
    there = (_ALWAYS, *packages)
    own = set(map(_top, submission.helpers))
    imported = _imported(submission)
    written = {_top(path) for chunk in submission.chunks for path in _WRITES.findall(chunk.text)}
    others = sorted(imported - own - written - sys.stdlib_module_names - {_CHECKS})
    beside = sorted(imported & own - sys.stdlib_module_names)
    strange = [name for name in others if name not in there]
    missing = [name for name in others if name in there and importlib.util.find_spec(name) is None]
    remarks = []
    if beside:
        lies, it = ("lies", "that") if len(beside) == 1 else ("lie", "them")
        remarks.append(f"it imports {_listed(beside)}, which {lies} beside it: hand {it} in, too")
    if strange:
        sure = f"{_listed(['NumPy', *packages])} {'are' if packages else 'is'}"
        remarks.append(
            f"it imports {_listed(strange)}: when it is marked, only {sure} sure to be there"
        )
    if missing:
        remarks.append(
            f"{_listed(missing)} will be there when it is marked, but "
            f"{'is' if len(missing) == 1 else 'are'} not installed here: what needs "
            f"{'it' if len(missing) == 1 else 'them'} cannot be checked"
        )
    return tuple(remarks)


def _imported(submission: Submission) -> set[str]:
    """The top-level modules that the solution imports, or what it imports of the student's own."""
    own: dict[str, list[bytes]] = {}
    for name, content in submission.helpers.items():
        if name.endswith(".py"):
            own.setdefault(_top(name), []).append(content)
    found: set[str] = set()
    waiting: list[str | bytes] = [chunk.text for chunk in submission.chunks]
    while waiting:
        for name in set(_imports(waiting.pop())) - found:
            found.add(name)
            waiting += own.get(name, ())
    return found


def _imports(text: str | bytes) -> Iterator[str]:
    """The top-level modules that one file imports anywhere."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # the check tells all of these anyway
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def _top(path: str) -> str:
    return path.partition("/")[0].removesuffix(".py")


def _listed(names: Collection[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
