"""Lets pytest, and with it an editor's test pane, check a solution question by question.

In a handout, plain `pytest` collects assignment.json: a collector for each question, an item for
each shown case and each property. An instructor names a whole assignment and a submission:

    pytest --submission=PATH config.yaml

In any other project this plugin does nothing: it imports nothing of the grader's before a file
that is an assignment has been found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader.model import Assignment, Case, Observation, Property, Question
    from grader.sandbox import Launcher, Session

_NAME = "assignment.json"
_START = b'{"format":"grader assignment '
_WIDTH = 88


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("grader", "checking a solution")
    with suppress(ValueError):  # another plugin has such an option: it came first
        group.addoption(
            "--submission",
            metavar="PATH",
            help="the solution to check; without it, the one beside assignment.json",
        )
        group.addoption(
            "--no-isolation",
            action="store_true",
            help="run a --submission even where nothing keeps it in; never for others' work",
        )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> AssignmentFile | None:
    """Collects a handout's assignment, or a course's config when a submission is named."""
    if file_path.name == _NAME:
        with file_path.open("rb") as file:
            if file.read(len(_START)) != _START:
                return None
    elif file_path.name != "config.yaml" or parent.config.getoption("--submission", None) is None:
        return None
    return AssignmentFile.from_parent(parent, path=file_path)


class CheckFailed(Exception):
    """A check does not pass; the text says why, as every report of the grader's does."""


# --------------------------------------------------------------------------- what is collected


class AssignmentFile(pytest.File):
    """An assignment, and the conversation with the submission that is checked by it."""

    def collect(self) -> Iterator[QuestionNode]:
        from grader import require

        try:
            require()
        except SystemExit as missing:
            raise self.CollectError(str(missing)) from None
        from grader.errors import GraderError
        from grader.pipeline import read_assignment

        try:
            assignment = read_assignment(self.path)
            run = _Run(self, assignment)
        except GraderError as error:
            raise self.CollectError(str(error)) from None
        for question in assignment.questions:
            if question.cases or question.properties:
                yield QuestionNode.from_parent(self, name=question.id, question=question, run=run)


class QuestionNode(pytest.Collector):
    """A question: its cases, then its properties."""

    def __init__(self, *, question: Question, run: _Run, **known: Any) -> None:
        super().__init__(**known)
        self.question = question
        self.run = run

    def collect(self) -> Iterator[pytest.Item]:
        for case in self.question.cases:
            name = _node_name(case.name)
            yield CaseItem.from_parent(self, name=name, case=case)
        for known in self.question.properties:
            name = _node_name(known.name.replace("_", " "))
            yield PropertyItem.from_parent(self, name=name, known=known)


class _Item(pytest.Item):
    """A check of one question."""

    parent: QuestionNode

    @property
    def run_(self) -> _Run:
        return self.parent.run

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Leads an editor to the student's function rather than to our file."""
        question = self.parent.question
        path, line = self.run_.place(question.function)
        return path, line, f"{question.id}: {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *style: Any) -> str:
        if isinstance(excinfo.value, CheckFailed):
            return str(excinfo.value)
        from grader.errors import GraderError

        if isinstance(excinfo.value, GraderError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, *style))

    def keep_output(self, observation: Observation) -> None:
        for stream in ("stdout", "stderr"):
            printed = getattr(observation, stream)
            if printed:
                self.add_report_section("call", stream, printed)


class CaseItem(_Item):
    """One set of inputs."""

    def __init__(self, *, case: Case, **known: Any) -> None:
        super().__init__(**known)
        self.case = case

    def runtest(self) -> None:
        question = self.parent.question
        observation = self.run_.ask(question.function, self.case.args)
        self.keep_output(observation)
        self.run_.expect_all_well(question, cases=(self.case,))


class PropertyItem(_Item):
    """What must hold of any right answer."""

    def __init__(self, *, known: Property, **rest: Any) -> None:
        super().__init__(**rest)
        self.known = known

    def runtest(self) -> None:
        self.run_.expect_all_well(self.parent.question, properties=(self.known,))


def _node_name(name: str) -> str:
    """A name that can stand in a node's id, which `::` takes apart."""
    return name.replace("::", ":")


# --------------------------------------------------------------------------- how it runs


class _Run:
    """The submission, started when the first item needs it and ended with pytest."""

    def __init__(self, file: AssignmentFile, assignment: Assignment) -> None:
        from grader.checking import find_solution, header_of

        self.assignment = assignment
        self._file = file
        given: str | None = file.config.getoption("--submission", None)
        self._path = file.path.parent if given is None else Path(given)
        self._submission = find_solution(self._path, header_of(file.path, lambda: assignment))

    @cached_property
    def session(self) -> Session:
        stack = ExitStack()
        self._file.config.add_cleanup(stack.close)
        launcher = stack.enter_context(self._launch())
        return stack.enter_context(launcher.open(self._submission))

    def _launch(self) -> Launcher:
        from grader.checking import secrets_of
        from grader.sandbox import start_launcher
        from grader.submission import imports_of

        free = self._file.config.getoption("--no-isolation", False)
        secrets = secrets_of(self._file.path)  # where there are any, the work is others'
        return start_launcher(
            self.assignment.limits,
            imports=imports_of(self._submission),
            isolation="off" if free else "required" if secrets else "preferred",
            secrets=secrets,
        )

    @cached_property
    def ask(self) -> Callable[[str, tuple[Any, ...]], Observation]:
        """Calls a function of the submission's; equal calls are made once."""
        from grader.selfcheck import Patient

        return Patient(self.session).ask

    def expect_all_well(
        self,
        question: Question,
        cases: tuple[Case, ...] = (),
        properties: tuple[Property, ...] = (),
    ) -> None:
        """Raises CheckFailed with what is wrong; skips what waits for another function."""
        from msgspec.structs import replace

        from grader.report.check import explain
        from grader.selfcheck import check_question

        # of wrong answers and steps only all cases together can tell
        alone = replace(
            question, cases=cases, properties=properties, wrong_answers=(), builds_on=None
        )
        loaded = self.session.loaded
        found = check_question(alone, self.ask, loaded, self.assignment.functions)
        for known in found.properties:
            if known.waits and known.function != question.function:
                pytest.skip(f"waits for {known.function}, which is not written yet")
        if found.status != "passed":
            raise CheckFailed(explain(found, _WIDTH))

    def place(self, function: str) -> tuple[Path, int | None]:
        """The file and the line, counted from 0, of a function of the student's."""
        folder = self._path if self._path.is_dir() else self._path.parent
        for chunk in self._submission.chunks:
            for number, line in enumerate(chunk.text.split("\n")):
                if line.startswith((f"def {function}(", f"async def {function}(")):
                    file = folder / chunk.label
                    return (file, number) if file.is_file() else (self._file.path, None)
        return self._file.path, None
