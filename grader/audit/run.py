"""The audit from beginning to end: what is measured, in which order."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grader.audit import judge
from grader.audit.bench import Bench, Progress, observe, open_bench
from grader.audit.confusion import Confusion, run_wrong_answers
from grader.audit.guessing import run_guesses
from grader.audit.inputs import make_inputs
from grader.audit.margins import Wrong, measure, run_right_answers
from grader.audit.redundancy import weigh_cases
from grader.audit.report import AuditReport
from grader.audit.search import Oracle
from grader.audit.seeds import Drawn, draw_again
from grader.audit.sources import PACKAGE, Library
from grader.audit.subjects import Subject, read_subjects, slow_imports, submit
from grader.model import Returned

if TYPE_CHECKING:
    from grader.audit.sources import Name
    from grader.model import Assignment, QuestionResult


def audit(
    assignment: Assignment,
    config: Path,
    *,
    workers: int | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> AuditReport:
    """Decides how well the cases of an assignment tell right from wrong.

    Args:
        assignment: as loaded from `config`.
        config: of config.yaml; the folder `reference` stands beside it.
        workers: how many submissions run at once; as many as there are processors, unless said.
        progress: told of every step.

    Raises:
        SandboxFault: if no worker can be started.
    """
    begun = time.monotonic()
    library = Library.read(config.parent / PACKAGE)
    subjects = read_subjects(assignment, config, library)
    workers = workers or os.cpu_count() or 1
    start = partial(open_bench, assignment.limits, workers=workers, progress=progress)
    given = _given(subjects)
    with start(imports=slow_imports(library, given)) as bench:
        _calibrate(bench, library, subjects)
        candidates = judge.make_candidates(library, subjects)
        mutants_begun = time.monotonic()
        judge.run_candidates(bench, library, candidates)
        mutants_s = time.monotonic() - mutants_begun
        drawn = draw_again(config, progress)
        oracles = _make_oracles(bench, library, subjects, drawn)
        mutants_begun = time.monotonic()
        judge.search_candidates(bench, library, oracles, candidates)
        mutants_s += time.monotonic() - mutants_begun
        wrong = run_wrong_answers(bench, library, subjects)
        misplaced = _misplaced(bench, library, subjects)
        isolation = bench.isolation.level
    mutants = tuple(judge.conclude(library, candidate, oracles) for candidate in candidates)
    others = [name for subject in subjects for name in subject.alternatives]
    with start(imports=slow_imports(library, [*given, *others])) as bench:
        _calibrate(bench, library, subjects)
        rights, right_results = run_right_answers(bench, library, subjects)
    return AuditReport(
        assignment=assignment.title,
        digest=assignment.digest,
        points={subject.question.id: subject.question.points for subject in subjects},
        mutants=mutants,
        tried=tuple(oracle.tried for oracle in oracles.values()),
        confusions=tuple(confusion for confusion, _ in wrong),
        rights=tuple(rights),
        margins=measure(subjects, right_results, _wrongs(subjects, candidates, mutants, wrong)),
        guesses=run_guesses(assignment),
        tellings=weigh_cases(subjects, candidates, wrong),
        misplaced=misplaced,
        seeds=drawn.seeds,
        refused_seeds=drawn.refused,
        isolation=isolation,
        workers=workers,
        wall_s=time.monotonic() - begun,
        mutants_s=mutants_s,
    )


def _calibrate(bench: Bench, library: Library, subjects: Sequence[Subject]) -> None:
    functions = {subject.question.function: subject.reference for subject in subjects}
    calls = [(s.question.function, case.args) for s in subjects for case in s.question.cases]
    bench.calibrate(calls, submit(library, functions, name="reference"))


def _make_oracles(
    bench: Bench, library: Library, subjects: Sequence[Subject], drawn: Drawn
) -> dict[str, Oracle]:
    """What the reference gives on the inputs that are tried for each question."""

    def make(subject: Subject) -> Oracle:
        question = subject.question
        inputs = make_inputs(question.cases, drawn.args.get(question.id, ()))
        return Oracle(bench, library, subject, inputs)

    oracles = bench.map("inputs to search", make, subjects)
    return {oracle.subject.question.id: oracle for oracle in oracles}


def _wrongs(
    subjects: Sequence[Subject],
    candidates: Sequence[judge.Candidate],
    mutants: Sequence[judge.Mutant],
    wrong: Sequence[tuple[Confusion, QuestionResult]],
) -> dict[str, list[Wrong]]:
    """By question, all that some case of it tells from the reference."""
    found: dict[str, list[Wrong]] = {subject.question.id: [] for subject in subjects}
    for confusion, result in wrong:
        found[confusion.question].append((confusion.name, result))
    for candidate, mutant in zip(candidates, mutants, strict=True):
        for question, result in candidate.results.items():
            if result.share < 1:
                name = f"{mutant.function}, line {mutant.line}: {mutant.before} → {mutant.after}"
                found[question].append((name, result))
    return found


def _misplaced(
    bench: Bench, library: Library, subjects: Sequence[Subject]
) -> tuple[tuple[str, str, str], ...]:
    """The cases that the author's own rulings exclude: question, case, ruling."""
    found = []
    for subject in subjects:
        if subject.no_case is None:
            continue
        cases = subject.question.cases
        submission = submit(library, {"ruling": subject.no_case}, name="rulings")
        with bench.open(submission) as session:
            observed = observe(session, "ruling", [case.args for case in cases])
        for case, observation in zip(cases, observed, strict=True):
            outcome = observation.outcome
            if isinstance(outcome, Returned) and isinstance(outcome.value, str):
                found.append((subject.question.id, case.name, outcome.value))
    return tuple(found)


def _given(subjects: Sequence[Subject]) -> list[Name]:
    """What the audit runs of each question beside its alternatives."""
    return [
        name
        for subject in subjects
        for name in (
            subject.reference,
            *(subject.name(wrong.name) for wrong in subject.question.wrong_answers),
            *((subject.no_case,) if subject.no_case else ()),
        )
    ]
