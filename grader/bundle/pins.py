"""Which versions Gradescope shall install: those that run here, where the assignment was tried.

Every package in use is pinned to the version that is installed where the bundle is built, those
included that come along with others. One case is left to the image: a version that does not exist
for the oldest Python we support (Gradescope's default image has 3.10) is asked for where Python is
new enough; below that pip takes the newest that there is, once, when the image is built.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from grader.errors import UsageError

OLDEST: Final = 10
"""The minor version of the oldest Python 3 that the grader runs on."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_AT_LEAST = re.compile(r">=\s*3\.(\d+)")
_SELF: Final = "grader"


class Requirement(Struct, frozen=True):
    """A requirement as a package states it: "numpy<2.7,>=1.26.4"."""

    name: str
    versions: str = ""  # "<2.7,>=1.26.4"
    optional: bool = False  # of an extra


class Installed(Struct, frozen=True):
    """An installed package, as far as pinning it goes."""

    version: str
    requires_python: str = ""
    requires: tuple[Requirement, ...] = ()


def requirements(packages: Iterable[str]) -> str:
    """Decides the text of requirements.txt.

    Args:
        packages: what submissions may import beside NumPy, by the names they are imported by.

    Raises:
        UsageError: a package that must be pinned is not installed here.
    """
    return "\n".join(pinned(packages, _find_installed(), _distributions())) + "\n"


def pinned(
    packages: Iterable[str],
    installed: Mapping[str, Installed],
    distributions: Mapping[str, str],
) -> Iterator[str]:
    """Yields a line for each package that the grader or submissions need, in order of names.

    Args:
        packages: by the names that they are imported by.
        installed: what there is, by normalized name.
        distributions: the package that brings a module, by the module's name.
    """
    own = installed[_SELF].requires
    ranges = {normalized(one.name): one.versions for one in own}
    wanted = [normalized(one.name) for one in own if not one.optional]
    wanted += [normalized(distributions.get(name, name)) for name in packages]
    _refuse_unknown([name for name in wanted if name not in installed], ranges)
    for name in sorted(_with_all_that_they_need(wanted, installed)):
        if name not in installed:
            yield f"{name}{ranges[name]}"
            continue
        found = installed[name]
        version = found.version.partition("+")[0]  # which index it came from is the image's choice
        newest_only = _AT_LEAST.search(found.requires_python)
        since = int(newest_only[1]) if newest_only else 0
        if since <= OLDEST:
            yield f"{name}=={version}"
        else:
            yield f'{name}=={version}; python_version >= "3.{since}"'
            yield f'{name}{ranges.get(name, "")}; python_version < "3.{since}"'


def normalized(name: str) -> str:
    """The one spelling of a package's name.

    >>> normalized("Gradescope_Utils")
    'gradescope-utils'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def read_requirement(text: str) -> Requirement:
    """Reads a requirement as packages state them; of its marker only whether it is an extra's.

    >>> read_requirement("pygments (>=2.13,<3) ; python_version < '4'")
    Requirement(name='pygments', versions='>=2.13,<3', optional=False)
    >>> read_requirement('pytest; extra == "dev"').optional
    True
    """
    stated, _, marker = text.partition(";")
    name = _NAME.match(stated.strip())
    if name is None:
        raise UsageError(f"{text!r} is no requirement that could be read; reinstall the package")
    versions = re.sub(r"\[.*?\]|[()\s]", "", stated.strip()[name.end() :])
    return Requirement(name[0], versions, optional=bool(re.search(r"\bextra\b", marker)))


def _refuse_unknown(missing: Iterable[str], ranges: Mapping[str, str]) -> None:
    """Refuses what is not installed here, unless the grader itself names its one version."""
    names = " and ".join(sorted(n for n in missing if not ranges.get(n, "").startswith("==")))
    if names:
        raise UsageError(
            f"{names} must be installed where the bundle is built, since Gradescope gets the "
            f"version that was tried here; install {names} and build again"
        )


def _with_all_that_they_need(
    wanted: Iterable[str], installed: Mapping[str, Installed]
) -> frozenset[str]:
    """The closure of what is wanted; what a need's marker excludes here is not installed here."""
    found = set(wanted)
    waiting = list(found)
    while waiting:
        known = installed.get(waiting.pop())
        for need in known.requires if known else ():
            name = normalized(need.name)
            if not need.optional and name in installed and name not in found:
                found.add(name)
                waiting.append(name)
    return frozenset(found - {_SELF})


def _field(metadata: importlib.metadata.PackageMetadata, name: str) -> str:
    """What a package says of itself, which may be nothing: to ask for more may raise."""
    return metadata[name] or "" if name in metadata else ""


def _find_installed() -> dict[str, Installed]:
    found: dict[str, Installed] = {}
    for one in importlib.metadata.distributions():
        metadata = one.metadata
        name = normalized(_field(metadata, "Name"))
        if name and name not in found:  # the first on the search path is the one imported
            found[name] = Installed(
                one.version,
                _field(metadata, "Requires-Python"),
                tuple(map(read_requirement, one.requires or ())),
            )
    if _SELF not in found:
        raise UsageError(
            "the grader is not installed as a package here, and what it needs is not known; "
            "run `make grade` or `pip install --editable .` in its folder"
        )
    return found


def _distributions() -> dict[str, str]:
    return {
        module: names[0] for module, names in importlib.metadata.packages_distributions().items()
    }
