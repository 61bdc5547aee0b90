"""Tells one grader from another: what marks hang on beside the assignment and the submission."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parent
_LIBRARIES: Final = ("numpy", "torch")
_ROOMS: Final = frozenset(
    (
        *("model", "errors", "assignment", "submission", "sandbox"),
        *("marking", "report", "pipeline", "classroom", "remembering", "harness"),
    )
)  # the doors and the audit mark nothing
_SOURCE: Final = (".py", ".css", ".js")


@cache
def harness_digest() -> str:
    """Decides whether two graders mark alike: their own source, Python, and the libraries."""
    digest = hashlib.sha256(sys.version.partition(" ")[0].encode())
    for name in _LIBRARIES:
        digest.update(name.encode() + b"\0" + _version(name) + b"\0")
    for inside in sorted(_sources()):
        digest.update(inside.encode() + b"\0" + (_ROOT / inside).read_bytes())
    return digest.hexdigest()


def _version(name: str) -> bytes:
    """What an installed library says of its version, without importing it: torch takes seconds."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return b"none"
    try:
        return Path(spec.origin).with_name("version.py").read_bytes()
    except OSError:
        return b"unknown"


def _sources() -> Iterator[str]:
    """The files of the rooms that take part in marking, as paths from the package."""
    for folder, _, files in os.walk(_ROOT):
        room = folder[len(str(_ROOT)) + 1 :].replace(os.sep, "/")
        for name in files:
            inside = f"{room}/{name}" if room else name
            if inside.partition("/")[0].removesuffix(".py") in _ROOMS and name.endswith(_SOURCE):
                yield inside
