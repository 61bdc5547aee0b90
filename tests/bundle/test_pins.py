"""requirements.txt asks for what was tried here, unless an older Python cannot have it."""

from __future__ import annotations

import doctest

import pytest

from grader.bundle import pins
from grader.bundle.pins import Installed, Requirement, pinned
from grader.errors import UsageError


def need(name: str, versions: str = "", *, optional: bool = False) -> Requirement:
    return Requirement(name, versions, optional)


OWN = Installed("1.0", ">=3.10", (need("rich", ">=13"), need("torch", "==2.13.0", optional=True)))
RICH = Installed("15.0.0", ">=3.9.0", (need("Markdown_It.py"), need("ipywidgets", optional=True)))
MARKDOWN = Installed("4.3.0", ">=3.10")
HERE = {"grader": OWN, "rich": RICH, "markdown-it-py": MARKDOWN, "scipy": Installed("1.17.1")}

ROWS = [
    ("what comes along is pinned too", [], {}, ["markdown-it-py==4.3.0", "rich==15.0.0"]),
    (
        "an optional need is not",
        [],
        {"ipywidgets": Installed("8")},
        ["markdown-it-py==4.3.0", "rich==15.0.0"],
    ),
    (
        "what submissions may import is",
        ["scipy"],
        {},
        ["markdown-it-py==4.3.0", "rich==15.0.0", "scipy==1.17.1"],
    ),
    (
        "by the name of the package, where the module has another",
        ["sklearn"],
        {"scikit-learn": Installed("1.8")},
        ["markdown-it-py==4.3.0", "rich==15.0.0", "scikit-learn==1.8"],
    ),
    (
        "a version that Python 3.10 cannot have is asked for above it, a range of ours below",
        [],
        {"rich": Installed("16.0", ">=3.11")},
        ['rich==16.0; python_version >= "3.11"', 'rich>=13; python_version < "3.11"'],
    ),
    (
        "and any version of what only came along",
        [],
        {"markdown-it-py": Installed("5.0", "!=3.9.1, >= 3.12")},
        [
            'markdown-it-py==5.0; python_version >= "3.12"',
            'markdown-it-py; python_version < "3.12"',
            "rich==15.0.0",
        ],
    ),
    (
        "a build's label is left to the index it came from",
        ["torch"],
        {"torch": Installed("2.13.0+cpu", ">=3.10")},
        ["markdown-it-py==4.3.0", "rich==15.0.0", "torch==2.13.0"],
    ),
    (
        "what is missing here is taken from our own pin",
        ["torch"],
        {},
        ["markdown-it-py==4.3.0", "rich==15.0.0", "torch==2.13.0"],
    ),
]


@pytest.mark.parametrize(
    ("packages", "more", "lines"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS]
)
def test_a_package_is_pinned(
    packages: list[str], more: dict[str, Installed], lines: list[str]
) -> None:
    assert list(pinned(packages, {**HERE, **more}, {"sklearn": "scikit-learn"})) == lines


def test_packages_that_need_one_another_are_pinned_once() -> None:
    loop = {"rich": Installed("1", "", (need("rich"), need("markdown-it-py"))), "grader": OWN}
    loop["markdown-it-py"] = Installed("2", "", (need("rich"), need("grader")))
    assert list(pinned([], loop, {})) == ["markdown-it-py==2", "rich==1"]


def test_a_package_without_a_version_to_ask_for_is_refused_with_what_to_do() -> None:
    with pytest.raises(
        UsageError, match=r"^scikit-learn must be installed .* install scikit-learn"
    ):
        list(pinned(["sklearn"], HERE, {"sklearn": "scikit-learn"}))


def test_what_is_installed_here_can_be_pinned() -> None:
    text = pins.requirements([])
    for name in ("numpy", "msgspec", "pyyaml", "gradescope-utils", "click", "rich"):
        assert f"\n{name}==" in f"\n{text}"
    assert "\ngrader" not in text


def test_the_examples_in_its_documentation_hold() -> None:
    assert doctest.testmod(pins).failed == 0
