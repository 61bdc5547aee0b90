"""Collects the author's mistakes, each with its place, so that one run reports them all."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from itertools import starmap

import numpy as np
from msgspec.structs import replace

from grader.assignment.document import Document, KeyPath, show_key_path
from grader.errors import ConfigError, Problem

_LONGEST = 80
_LINES = 8


class Findings:
    """The problems found so far. Places are key paths of config.yaml or lines of reference/."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._misspelt: set[KeyPath] = set()
        self._problems: dict[Problem, str] = dict.fromkeys(document.problems, "")  # -> its cause
        self._paths: list[KeyPath] = []

    def add(self, path: KeyPath, what: str, remedy: str, *, cause: str = "") -> None:
        """Notes a mistake at a key path; its line is looked up. One cause is told once."""
        self._paths.append(path)
        line = self._document.line(path)
        problem = Problem(self._document.file, line, show_key_path(path), what, remedy)
        self._problems.setdefault(problem, cause)

    def any_under(self, path: KeyPath) -> bool:
        """Whether anything was found at a key path or inside it."""
        return any(found[: len(path)] == path for found in self._paths)

    def is_written(self, path: KeyPath) -> bool:
        """Whether config.yaml holds this key path, sound or not, or misspelt."""
        return path in self._misspelt or self._document.holds(path)

    def note_misspelt(self, path: KeyPath) -> None:
        """Notes which key path another one was surely meant for."""
        self._misspelt.add(path)

    def add_in_file(self, file: str, line: int, what: str, remedy: str) -> None:
        """Notes a mistake in a file of reference/."""
        self._problems.setdefault(Problem(file, line, "", what, remedy), "")

    def __len__(self) -> int:
        return len(self._problems)

    def raise_if_any(self) -> None:
        """Raises ConfigError with all problems, those of config.yaml first, in order of lines."""
        if not self._problems:
            return
        config = self._document.file
        told: dict[object, list[Problem]] = {}
        for one in sorted(self._problems, key=lambda p: (p.file != config, p.file, p.line)):
            told.setdefault(self._problems[one] or one, []).append(one)
        raise ConfigError(tuple(starmap(_with_others, told.values())))


def _with_others(problem: Problem, *others: Problem) -> Problem:
    """The first problem of a cause, and in which lines the others are."""
    lines = [str(line) for line in dict.fromkeys(p.line for p in others) if line != problem.line]
    if not lines:
        return problem
    *first, last = (
        [*lines[:_LINES], f"{len(lines) - _LINES} more"] if len(lines) > _LINES else lines
    )
    where = f"lines {', '.join(first)} and {last}" if first else f"line {last}"
    return replace(problem, what=f"{problem.what}, and so in {where}")


def brief(value: object) -> str:
    """A bad value for a message: exact, but never a wall of numbers.

    >>> brief("ful")
    "'ful'"
    """
    if isinstance(value, np.ndarray):
        value = value.tolist() if value.size <= 16 else f"an array of shape {value.shape}"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    try:
        text = re.sub(r"\s*\n\s*", " ", repr(value))  # an array in a dict has lines
    except ValueError:  # Python prints no integer of more than 4300 digits
        return "an integer of thousands of digits"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def suggest(word: object, known: Iterable[str], *, what: str) -> str:
    """The remedy for a name that is not known: the nearest one, or all of them.

    >>> suggest("caes", ["cases", "points"], what="key")
    'did you mean `cases`?'
    """
    names = sorted(known)
    near = difflib.get_close_matches(str(word), names, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    if not names:
        return f"there is no {what} yet: write one"
    return f"write a known {what}: {', '.join(names)}"
