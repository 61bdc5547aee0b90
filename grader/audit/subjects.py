"""What the audit knows of each question, and how it makes submissions out of the reference.

The reference runs here as students' code does: in the sandbox, as a submission. Its modules come
along as a package of helper files, cut down to what the functions in question need; the submission
itself is a few imports. So a mutant, a wrong answer and a right one take the way of any student.

Two names mean something to the audit wherever they stand in reference/, for a question's function
`area`:

- `area_by_…` is another right implementation (by another sum, in float32, with a library);
- `area_no_case(*args)` gives the ruling by which no case may depend on these arguments, or None: a
  mutant that differs nowhere else is excused.

The tolerance that config.yaml names is asked for the arguments that the audit makes up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from grader.assignment.document import read_document
from grader.audit.sources import PACKAGE, Library, Unit
from grader.model import Assignment, Chunk, Question, Submission
from grader.submission import imports_of

if TYPE_CHECKING:
    from grader.audit.sources import Name

LABEL: Final = "variant.py"
_DRIVER: Final = "audit_driver"  # driver.py, as the submission's helper is called


class Subject(Struct, frozen=True):
    """A question that the machine marks, and where its author's functions stand."""

    question: Question
    module: str  # "reference.circles"
    alternatives: tuple[Name, ...]  # other right implementations
    no_case: Name | None  # says where no case may be
    tolerance: Name | None  # what config.yaml takes the tolerance from
    listed: frozenset[frozenset[str]]  # pairs of wrong answers that need not be told apart

    @property
    def reference(self) -> Name:
        return self.module, self.question.function

    @property
    def takes_any_precision(self) -> bool:
        """Whether results may differ a little, and be of another dtype."""
        rules = [case.rule for case in self.question.cases]
        return any(rule.kind == "close" and not rule.same_dtype for rule in rules)

    def name(self, function: str) -> Name:
        return self.module, function


def read_subjects(assignment: Assignment, config: Path, library: Library) -> tuple[Subject, ...]:
    """The assignment's questions with what config.yaml and reference/ say of them."""
    data: Any = read_document(config).data  # sound: the assignment was made from it
    default = data.get("defaults", {}).get("compare")
    written = {question["id"]: question for question in data["questions"]}
    subjects = []
    for question in assignment.questions:
        if question.marked_by_person:
            continue
        entry = written[question.id]
        module = f"{PACKAGE}.{entry['reference']}"
        compare = entry.get("compare", default)
        atol = compare.get("atol") if isinstance(compare, dict) else None
        no_case = library.defining(f"{question.function}_no_case")
        subjects.append(
            Subject(
                question=question,
                module=module,
                alternatives=library.defining(f"{question.function}_by_*"),
                no_case=no_case[0] if no_case else None,
                tolerance=(module, atol) if isinstance(atol, str) else None,
                listed=frozenset(frozenset(pair) for pair in entry.get("inseparable", ())),
            )
        )
    return tuple(subjects)


def submit(
    library: Library,
    functions: Mapping[str, Name],
    *,
    name: str,
    code: str = "",
    replaced: Mapping[Unit, str] | None = None,
    more: Mapping[str, bytes] | None = None,
) -> Submission:
    """Makes a submission whose functions are names of the reference. It holds the driver.

    Args:
        functions: the submission's name for it -> the reference's.
        name: for people.
        code: what else stands in the submission; it may use the functions.
        replaced: units of the reference, with the text that stands in their place.
        more: other files that go along.
    """
    units = library.reach(functions.values())
    helpers = {**library.files(units, replaced), f"{_DRIVER}.py": _driver(), **(more or {})}
    lines = [_imported(source, name) for name, source in functions.items()]
    driver = f"from {_DRIVER} import call_many, differing, digests, lines_run, slowest"
    text = "\n".join([*lines, driver, code, ""])
    digest = hashlib.sha256(text.encode())
    for file, content in helpers.items():
        digest.update(f"\0{file}\0".encode() + content)
    return Submission(
        id=name,
        filename=LABEL,
        chunks=(Chunk(LABEL, text),),
        helpers=helpers,
        digest=digest.hexdigest(),
    )


def slow_imports(library: Library, names: Sequence[Name]) -> tuple[str, ...]:
    """Decides what functions of reference/ import that every worker would, for seconds."""
    functions = {f"function_{index}": name for index, name in enumerate(names)}
    return imports_of(submit(library, functions, name="all of them"))


@cache
def _driver() -> bytes:
    return Path(__file__).with_name("driver.py").read_bytes()


def _imported(source: Name, name: str) -> str:
    module, function = source
    return f"from {module} import {function} as {name}"
