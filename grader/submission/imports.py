"""Guesses what a submission imports that takes long, so that a class pays for it once."""

from __future__ import annotations

import importlib.machinery
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice

from grader.model import Submission

TORCH = "torch"
_IMPORT = re.compile(r"\bimport\b")
_TORCH = re.compile(r"\btorch")
_NAMES_TORCH = re.compile(r"""(?:\bfrom\s+|["'])torch""")
_STATEMENT = re.compile(
    r"(?:^|;)[ \t]*(?:import[ \t]+([^\n;#]+)"
    r"|from[ \t]+([\w.]+)[ \t]+import[ \t]*(\([^)]{0,800}|[^\n;#]*))",
    re.MULTILINE,
)
_WORD = re.compile(r"\w+")
_SET_BEFORE = re.compile(r"\b(?:environ|putenv)\b|(?<!style)\.use\(")  # e.g. of a backend
_OURS = frozenset({"grader", "numpy", TORCH})
_PACKAGES = ("site-packages", "dist-packages")
_MOST_NAMES = 300
_MOST_MODULES = 20
_LONGEST = 200


def imports_of(submission: Submission) -> tuple[str, ...]:
    """Decides what a launcher imports before it forks workers for a submission.

    The same text gives the same modules, alone and in a class. What is not guessed a worker
    imports itself, which takes it time and memory.

    Returns:
        "torch" first, if the source may import it; then what it names in statements of import of
        the packages that are installed, in order of their names; none of these if it sets what a
        package looks at when it is imported, or brings a module that has the name of an installed
        one; nor torch, if that is the name of a module beside it. NumPy is imported always.
    """
    texts = [chunk.text for chunk in submission.chunks]
    texts += [
        content.decode("utf-8", "replace")
        for name, content in submission.helpers.items()
        if name.endswith(".py")
    ]
    beside = {name.partition("/")[0].removesuffix(".py") for name in submission.helpers}
    may_torch = any(TORCH in text and _may_import_torch(text) for text in texts)
    first = (TORCH,) if may_torch and TORCH not in beside else ()
    modules = sorted(filter(_is_installed, set(islice(_named(texts), _MOST_NAMES))))
    # at any depth, as the search path may be changed
    own = {part.removesuffix(".py") for name in submission.helpers for part in name.split("/")}
    # what one of the packages would bring, or finds in its place, as it does for who handed it in
    if modules and (any(map(_is_installed, own)) or any(map(_SET_BEFORE.search, texts))):
        return first
    return (*first, *modules[:_MOST_MODULES])


def _may_import_torch(text: str) -> bool:
    """Whether a line has "torch" after "import", or the text names it in another way.

    A docstring that only speaks of torch does not count. In one expression this would take time by
    the square of a line's imports.
    """
    if _NAMES_TORCH.search(text):
        return True
    lines = (line for line in text.split("\n") if TORCH in line)
    return any(
        (first := _IMPORT.search(line)) and _TORCH.search(line, first.end()) for line in lines
    )


def _named(texts: Iterable[str]) -> Iterator[str]:
    """Yield what statements of import name: modules, and what may be modules in a package."""
    for match in chain.from_iterable(map(_STATEMENT.finditer, texts)):
        plain, package, members = match.groups()
        if package is None:
            modules = (words[0] for part in plain.split(",") if (words := part.split()))
            yield from filter(_may_be_ahead, modules)
        elif _may_be_ahead(package):
            yield package
            yield from (f"{package}.{member}" for member in _WORD.findall(members))


def _may_be_ahead(module: str) -> bool:
    return len(module) < _LONGEST and module.partition(".")[0] not in _OURS


@lru_cache(maxsize=4_096)
def _is_installed(module: str) -> bool:
    """Whether there is such a module, by its files: to ask Python would import its package."""
    if "._" in f".{module}":  # of no use to students, and `__main__` is a program
        return False
    places: Sequence[str] | None = [path for path in sys.path if path.endswith(_PACKAGES)]
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        try:
            spec = importlib.machinery.PathFinder.find_spec(".".join(parts[:end]), places)
        except (ImportError, OSError, ValueError):
            return False
        if spec is None or (end < len(parts) and spec.submodule_search_locations is None):
            return False
        places = spec.submodule_search_locations
    return True
