"""handout.zip: what students get. Nothing in it tells an answer.

    problem_set_3/
        README.md           what to do with the rest
        solution.py         to be filled in
        solution.ipynb      the same as a notebook
        assignment.json     shown cases, and how many hidden ones there are (grader.public)
        properties/         code that compares a student's results with one another
        conftest.py         makes plain `pytest` check the solution
        grader/             the harness

Properties are handed out as source, so they must stand in files that hold nothing else. Where
they do not, they are left out and the author is told.
"""

from __future__ import annotations

import ast
import re
import string
import textwrap
import unicodedata
from pathlib import Path

from msgspec import Struct

from grader.bundle.archive import files_below, zipped
from grader.bundle.starter import notebook_of, read_starter
from grader.model import Assignment
from grader.public import NAME as ASSIGNMENT
from grader.public import PROPERTIES, public, write_public
from grader.report.text import counted
from grader.submission.reading import assemble, parts_of_file

NAME = "handout.zip"
_README = Path(__file__).with_name("handout.md")
_CONFTEST = '''\
"""Lets plain `pytest` in this folder check the solution, case by case."""


def pytest_addoption(parser, pluginmanager):
    # pytest_plugins would be refused when pytest runs in a folder above this one
    pluginmanager.import_plugin("grader.pytest_plugin")
'''


class Handout(Struct, frozen=True):
    """The zip's bytes, and what the author should know of it."""

    data: bytes
    notes: tuple[str, ...] = ()


def handout_zip(assignment: Assignment, config: Path) -> Handout:
    """Decides the content of handout.zip; the same to the bit each time.

    Args:
        assignment: whole.
        config: its config.yaml; the reference stands beside it.

    Raises:
        ConfigError: the template gives an answer away, or lacks a function.
    """
    reference = config.parent / "reference"
    starter = read_starter(assignment, reference)
    properties, notes = _property_files(assignment, reference)
    notebook = notebook_of(starter.text, assignment)
    solution = Path(assignment.filename)
    templates = {
        solution.name: starter.text.encode(),
        f"{solution.stem}.ipynb": notebook.encode(),
    }
    digests = [_digest(name, content, assignment) for name, content in templates.items()]
    where = {name: f"{PROPERTIES}/{file.name}" for name, file in properties.items()}
    own = {
        "README.md": readme(assignment).encode(),
        "conftest.py": _CONFTEST.encode(),
        ASSIGNMENT: write_public(assignment, where, digests),
        **templates,
        **{f"{PROPERTIES}/{file.name}": file.read_bytes() for file in properties.values()},
        **_harness(),
    }
    folder = folder_name(assignment)
    data = zipped({f"{folder}/{name}": content for name, content in own.items()})
    return Handout(data, (*starter.notes, *notes))


def _harness() -> dict[str, bytes]:
    """This package as it stands, with its licence."""
    package = Path(__file__).resolve().parent.parent
    files = dict(files_below(package, "grader"))
    licence = package.parent / "LICENSE"
    if licence.is_file():
        files["grader/LICENSE"] = licence.read_bytes()
    return files


def folder_name(assignment: Assignment) -> str:
    """The folder that a handout is unzipped into: the title up to its colon, as a plain name.

    >>> folder_name(Assignment("Problem Set 3: layers", "solution.py", ()))
    'problem_set_3'
    >>> folder_name(Assignment("Übung 1", "solution.py", ()))
    'ubung_1'
    """
    letters = unicodedata.normalize("NFKD", assignment.title.partition(":")[0].lower())
    words = re.findall(r"[a-z0-9]+", letters.encode("ascii", "ignore").decode())
    return "_".join(words)[:60] or "handout"


def readme(assignment: Assignment) -> str:
    """What the handout says of itself to a student."""
    cut = public(assignment)
    known = next((q.id for q in cut.questions if q.cases), cut.questions[0].id)
    commands = {
        f"python -m grader check -q {known}": "only one question, told in full",
        "python -m grader check --watch": "once more whenever you save",
        f"python -m grader check --debug {known}": "run what fails here: breakpoint() works",
    }
    width = max(map(len, commands)) + 2
    limits = assignment.limits
    packages = ", ".join(["NumPy", *assignment.packages])
    return string.Template(_README.read_text(encoding="utf-8")).substitute(
        title=assignment.title,
        folder=folder_name(assignment),
        file=assignment.filename,
        notebook=f"{Path(assignment.filename).stem}.ipynb",
        question=known,
        commands="\n".join(f"    {what:{width}}{why}" for what, why in commands.items()),
        promise=_promise(cut),
        call=f"{limits.call_s:g} s",
        load=f"{limits.load_s:g} s",
        memory=f"{limits.memory_bytes / (1 << 30):g} GB",
        packages=packages,
    )


def _promise(cut: Assignment) -> str:
    """What a check of this assignment tells, and what it does not."""
    cases = sum(len(question.cases) for question in cut.questions)
    properties = sum(len(question.properties) for question in cut.questions)
    hidden = sum(question.hidden_count for question in cut.questions)
    said = []
    if cases + properties:
        said.append(f"It runs {counted(cases + properties, 'public check')}.")
    if cases:
        of = "each" if not properties else counted(cases, "case")
        said.append(f"Of {of} you can see the input and the result.")
    if properties:
        said.append(
            f"{'The others' if cases else 'They'} are properties: what must hold of any right "
            "answer, such as the shape of a result."
        )
    if hidden:
        decide = f"{counted(hidden, 'hidden case')} decide{'s' if hidden == 1 else ''}"
        if said:
            said.append(
                "When all of them pass your solution is in good shape, and not yet right for "
                f"sure: {decide} about the points."
            )
        else:
            said.append(f"It shows that your file can be read; {decide} about the points.")
        said.append(
            "So try inputs of your own: unequal sizes, the smallest that are allowed, every "
            "argument."
        )
    paragraphs = [" ".join(said)] if said else []
    if any(question.marked_by_person for question in cut.questions):
        paragraphs.append("Texts are read by a person; a check counts their words only.")
    return "\n\n".join(textwrap.fill(text, 100) for text in paragraphs)


def _digest(name: str, content: bytes, assignment: Assignment) -> str:
    """The digest by which a check knows a template that nobody has filled in."""
    expected = assignment.filename
    return assemble(
        "", name, lambda: parts_of_file(name, lambda limit: content, expected_name=expected)
    ).digest


# --------------------------------------------------------------------------- properties


def _property_files(
    assignment: Assignment, reference: Path
) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Where each property that may be handed out stands, and a note of those that may not."""
    known = {
        known.name: Path(known.holds.__code__.co_filename)
        for question in assignment.questions
        for known in question.properties
    }
    root = reference.resolve()
    files = {}
    left_out: dict[str, list[str]] = {}
    for name, file in known.items():
        why = _why_not(file, root, set(known))
        if why:
            left_out.setdefault(f"{file.name} {why}", []).append(name)
        else:
            files[name] = file
    notes = tuple(
        f"left out {', '.join(names)}: {why}; put properties into a file of their own"
        for why, names in left_out.items()
    )
    return files, notes


def _why_not(file: Path, root: Path, properties: set[str]) -> str:
    """Why a file may not be handed out; an empty text if it may."""
    if file.parent != root:
        return "does not stand in reference/"
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if any(name.partition(".")[0] == "reference" for name in names):
            return "imports the reference"
    others = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and node.name not in properties
    ]
    return f"holds {others[0]} too, which is no property" if others else ""
