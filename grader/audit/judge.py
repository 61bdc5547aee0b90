"""Decides each mutant's fate: killed, survived, excused or equivalent.

A mutant is made of one slip in one function, and every question whose answer reaches that function
marks it, as it would a student's. A question kills it by giving less than full marks. One that
gives full marks is asked for a reason: a search for an input on which the mutant is wrong. If
there is one, the question's cases have a gap and the mutant survived, even if another question
killed it; if there is none, the question cannot be blamed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from grader.audit.mutants import Mutation, mutations
from grader.audit.subjects import Subject, only, submit

if TYPE_CHECKING:
    from fractions import Fraction

    from grader.audit.bench import Bench
    from grader.audit.search import Oracle, Search
    from grader.audit.sources import Library, Unit
    from grader.model import Assignment, QuestionResult

Fate: TypeAlias = Literal["killed", "survived", "excused", "equivalent"]
Tick: TypeAlias = Callable[[int, int], None]

_ENOUGH: Final = 100  # inputs on which a mutant must be the same to be called equivalent


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one question makes of a mutant."""

    question: str
    share: Fraction  # of the points
    failed: tuple[str, ...] = ()  # names of cases
    diagnosis: tuple[str, ...] = ()  # wrong answers that it was taken for
    search: Search | None = None  # made when it earned full marks

    @property
    def killed(self) -> bool:
        return self.share < 1


@dataclass(frozen=True, slots=True)
class Mutant:
    """A slip in the reference, and what became of it."""

    file: str
    line: int
    function: str
    operator: str
    before: str
    after: str
    diff: str
    fate: Fate
    why: str  # in one sentence
    verdicts: tuple[Verdict, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def gaps(self) -> tuple[Verdict, ...]:
        """The questions that give it full marks though an input tells it from the reference."""
        return tuple(v for v in self.verdicts if v.search is not None and v.search.witness)


@dataclass(slots=True)
class Candidate:
    """A mutant on its way through the audit."""

    unit: Unit
    mutation: Mutation
    subjects: tuple[Subject, ...]
    results: dict[str, QuestionResult] = field(default_factory=dict)
    searches: dict[str, Search] = field(default_factory=dict)

    @property
    def replaced(self) -> dict[Unit, str]:
        return {self.unit: self.mutation.text}

    def unkilled(self) -> list[Subject]:
        return [s for s in self.subjects if self.results[s.question.id].share == 1]


def make_candidates(library: Library, subjects: Sequence[Subject]) -> list[Candidate]:
    """Every mutant of everything that the questions' answers reach."""
    reached: dict[Unit, list[Subject]] = {}
    for subject in subjects:
        for unit in library.reach([subject.reference], judged=True):
            if unit.is_answer:
                reached.setdefault(unit, []).append(subject)
    return [
        Candidate(unit, mutation, tuple(found))
        for unit, found in reached.items()
        for mutation in mutations(unit.text)
    ]


def run_candidates(
    bench: Bench,
    assignment: Assignment,
    library: Library,
    candidates: Sequence[Candidate],
    tick: Tick,
) -> None:
    """Marks every mutant that does not compile to the reference itself."""

    def run(candidate: Candidate) -> None:
        questions = [subject.question for subject in candidate.subjects]
        submission = submit(
            library,
            {subject.question.function: subject.reference for subject in candidate.subjects},
            name="mutant",
            replaced=candidate.replaced,
        )
        candidate.results = bench.mark(only(assignment, questions), submission)

    bench.map(run, [c for c in candidates if not c.mutation.same_code], tick)


def search_candidates(
    bench: Bench, oracles: Mapping[str, Oracle], candidates: Sequence[Candidate], tick: Tick
) -> None:
    """Looks for a witness wherever a question gave full marks."""

    def search(pair: tuple[Candidate, Subject]) -> None:
        candidate, subject = pair
        oracle = oracles[subject.question.id]
        candidate.searches[subject.question.id] = oracle.search(candidate.replaced)

    pairs = [
        (candidate, subject)
        for candidate in candidates
        if not candidate.mutation.same_code
        for subject in candidate.unkilled()
    ]
    bench.map(search, pairs, tick)


def conclude(library: Library, candidate: Candidate, oracles: Mapping[str, Oracle]) -> Mutant:
    """Decides a mutant's fate once all is known of it."""
    unit, mutation = candidate.unit, candidate.mutation
    verdicts = tuple(
        Verdict(
            question=subject.question.id,
            share=candidate.results[subject.question.id].share,
            failed=tuple(
                case.case.name
                for case in candidate.results[subject.question.id].cases
                if not case.passed
            ),
            diagnosis=tuple(w.name for w in candidate.results[subject.question.id].diagnosis),
            search=candidate.searches.get(subject.question.id),
        )
        for subject in candidate.subjects
        if candidate.results
    )
    fate, why = _fate(mutation, verdicts, oracles)
    file = library.modules[unit.module].file
    return Mutant(
        file=file,
        line=unit.line + mutation.line - 1,
        function=", ".join(sorted(unit.binds)),
        operator=mutation.operator,
        before=mutation.before,
        after=mutation.after,
        diff=mutation.diff(unit.text, file, unit.line),
        fate=fate,
        why=why,
        verdicts=verdicts,
    )


def _fate(
    mutation: Mutation, verdicts: Sequence[Verdict], oracles: Mapping[str, Oracle]
) -> tuple[Fate, str]:
    if mutation.same_code:
        return "equivalent", "it compiles to the same code"
    gaps = [v.question for v in verdicts if v.search is not None and v.search.witness]
    if gaps:
        return "survived", f"no case of {_listed(gaps)} tells it from the reference"
    killers = [verdict.question for verdict in verdicts if verdict.killed]
    if killers:
        return "killed", f"by {_listed(killers)}"
    searches = [verdict.search for verdict in verdicts if verdict.search is not None]
    rulings = {ruling: count for search in searches for ruling, count in search.ruled_out}
    if rulings:
        listed = "; ".join(f"{ruling} ({count} inputs)" for ruling, count in rulings.items())
        return "excused", f"it differs only where no case may be: {listed}"
    compared = sum(search.compared for search in searches)
    if all(_is_settled(verdict, oracles) for verdict in verdicts):
        return "equivalent", f"it gives what the reference gives on all of {compared:,} inputs"
    return "survived", f"undecided: only {compared} inputs could be found to compare it on"


def _is_settled(verdict: Verdict, oracles: Mapping[str, Oracle]) -> bool:
    """Whether enough was compared to call a mutant equivalent: a lot, or all there is."""
    if verdict.search is None:
        return False
    only_input = all(not case.args for case in oracles[verdict.question].subject.question.cases)
    return only_input or verdict.search.compared >= _ENOUGH


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
