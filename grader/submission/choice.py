"""Which of several files is the solution: the expected name, or the only thing it can be.

A file that was meant is read whatever it is called, and the student is told; between two that may
both be meant nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from grader.submission.naming import kind_of, listed, resembles, shown, stem_of
from grader.submission.tree import Refused

# Python files that accompany a solution and are none.
_COMPANIONS = frozenset(["__init__.py", "setup.py", "conftest.py"])
_IS_TEST = re.compile(r"test_|.*_test\.py$", re.IGNORECASE)  # as pytest finds them


class Choice(Struct, frozen=True):
    name: str
    remarks: tuple[str, ...] = ()


def choose(names: Sequence[str], *, expected_name: str) -> Choice:
    """Decide which file is the solution, or raise Refused with what to do about it.

    The expected name comes before the same name in other letters, that before a copy of it or its
    other kind ("solution (1).py", "solution.ipynb"), and last comes any Python file or notebook,
    tests of it last of all.
    The first of these that anything answers to decides, its files nearest the top: one of them is
    the solution, several are a problem.
    """
    for candidates in _by_rank(names, expected_name):
        nearest = min((name.count("/") for name in candidates), default=0)
        top = sorted(name for name in candidates if name.count("/") == nearest)
        if len(top) == 1:
            return Choice(top[0], _remarks(top[0], names, expected_name))
        if top:
            named = all(_base(name) == expected_name for name in top)
            remedy = "keep one of them" if named else f"name the one that counts {expected_name}"
            raise Refused(f"several files may be the solution: {listed(top)}; {shown(remedy)}")
    raise Refused(_nothing_found(names, expected_name))


def is_candidate(name: str) -> bool:
    """Decide whether a file can be a solution at all, by its name."""
    return kind_of(name) is not None and _base(name).lower() not in _COMPANIONS


def _by_rank(names: Sequence[str], expected_name: str) -> Iterator[list[str]]:
    folded = expected_name.casefold()
    yield [name for name in names if _base(name) == expected_name]
    yield [name for name in names if _base(name).casefold() == folded]
    yield [name for name in names if resembles(_base(name), expected_name)]
    rest = [name for name in names if is_candidate(name)]
    yield [name for name in rest if not _IS_TEST.match(_base(name))]
    yield rest


def _remarks(chosen: str, names: Sequence[str], expected_name: str) -> tuple[str, ...]:
    remarks = []
    folder = chosen[: chosen.rfind("/") + 1]
    if _base(chosen) not in (expected_name, f"{stem_of(expected_name)}.ipynb"):
        remarks.append(f"read {shown(chosen)}, as there was no {shown(expected_name)}")
    elif any(is_candidate(name) and not name.startswith(folder) for name in names):
        remarks.append(f"read {shown(chosen)}")
    others = [
        name
        for name in names
        if name != chosen
        and name.startswith(folder)
        and "/" not in name[len(folder) :]
        and resembles(name, expected_name)
    ]
    if others:
        remarks.append(f"read {shown(_base(chosen))}, not {listed(map(_base, others))} beside it")
    return tuple(dict.fromkeys(remarks))


def _nothing_found(names: Sequence[str], expected_name: str) -> str:
    sentence = f"no {shown(expected_name)} was found, nor any other .py or .ipynb file"
    if not names:
        return f"{sentence}; nothing was handed in"
    sentence += f"; there was {listed(sorted(names, key=lambda name: (name.count('/'), name)))}"
    if any(name.lower().endswith(".zip") for name in names):
        sentence += "; a zip within a zip is not opened"
    return sentence


def _base(name: str) -> str:
    return name.rpartition("/")[2]
