"""Decides each mutant's fate: killed, survived, excused or equivalent.

A mutant is made of one slip in one function, and every question whose answer reaches that function
marks it, as it would a student's. A question kills it by giving less than full marks. One that
gives full marks is asked for a reason: a search for an input on which the mutant is wrong. If
there is one, the question's cases have a gap and the mutant survived, even if another question
killed it; if there is none, the question cannot be blamed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from msgspec import Struct, field

from grader.audit.mutants import Mutation, mutations
from grader.audit.search import Search
from grader.audit.subjects import Subject, submit

if TYPE_CHECKING:
    from fractions import Fraction

    from grader.audit.bench import Bench
    from grader.audit.search import Oracle, Witness
    from grader.audit.sources import Library, Unit
    from grader.model import QuestionResult

Fate: TypeAlias = Literal["killed", "survived", "excused", "equivalent"]
Ground: TypeAlias = Literal["code", "unreached", "inputs", "all", ""]
"""Of what is equivalent, what shows it: the same code; a line that never runs; the same results on
many inputs; the same result on the one input that there is."""

_ENOUGH: Final = 100  # inputs on which a mutant must be the same to be called equivalent


class Verdict(Struct, frozen=True):
    """What one question makes of a mutant."""

    question: str
    share: Fraction  # of the points
    failed: tuple[str, ...] = ()  # names of cases
    diagnosis: tuple[str, ...] = ()  # wrong answers that it was taken for
    search: Search | None = None  # made when it earned full marks

    @property
    def killed(self) -> bool:
        return self.share < 1


class Mutant(Struct, frozen=True):
    """A slip in the reference, and what became of it."""

    file: str
    line: int
    function: str
    operator: str
    before: str
    after: str
    diff: str
    fate: Fate
    ground: Ground
    why: str  # in one sentence
    verdicts: tuple[Verdict, ...]

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def witnesses(self) -> tuple[tuple[str, Witness], ...]:
        """The questions that give it full marks, each with an input that tells it."""
        return tuple(
            (verdict.question, verdict.search.witness)
            for verdict in self.verdicts
            if verdict.search is not None and verdict.search.witness is not None
        )


class Candidate(Struct):
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


def run_candidates(bench: Bench, library: Library, candidates: Sequence[Candidate]) -> None:
    """Marks every mutant that does not compile to the reference itself."""

    def run(candidate: Candidate) -> None:
        questions = [subject.question for subject in candidate.subjects]
        submission = submit(
            library,
            {subject.question.function: subject.reference for subject in candidate.subjects},
            name="mutant",
            replaced=candidate.replaced,
        )
        candidate.results = bench.mark(questions, submission)

    bench.map("mutants", run, [c for c in candidates if not c.mutation.same_code])


def search_candidates(
    bench: Bench,
    library: Library,
    oracles: Mapping[str, Oracle],
    candidates: Sequence[Candidate],
) -> None:
    """Looks for a witness wherever a question gave full marks."""

    def search(candidate: Candidate) -> None:
        reached = []
        for subject in candidate.unkilled():
            oracle = oracles[subject.question.id]
            if oracle.runs(candidate.unit, candidate.mutation.lines):
                reached.append(oracle)
            else:
                unreached = Search(oracle.counting, unreached=True)
                candidate.searches[subject.question.id] = unreached
        if not reached:
            return
        submission = submit(
            library,
            {oracle.function: oracle.subject.reference for oracle in reached},
            name="mutant",
            replaced=candidate.replaced,
            more={oracle.file: oracle.packed for oracle in reached},
        )
        with bench.open(submission) as session:
            for oracle in reached:
                candidate.searches[oracle.subject.question.id] = oracle.search(session)

    bench.map("survivors", search, [c for c in candidates if c.results and c.unkilled()])


def conclude(library: Library, candidate: Candidate, oracles: Mapping[str, Oracle]) -> Mutant:
    """Decides a mutant's fate once all is known of it."""
    unit, mutation = candidate.unit, candidate.mutation
    verdicts = tuple(
        Verdict(
            question=question,
            share=result.share,
            failed=tuple(case.case.name for case in result.cases if not case.passed),
            diagnosis=tuple(wrong.name for wrong in result.diagnosis),
            search=candidate.searches.get(question),
        )
        for question, result in candidate.results.items()
    )
    fate, ground, why = _fate(mutation, verdicts, oracles)
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
        ground=ground,
        why=why,
        verdicts=verdicts,
    )


def _fate(
    mutation: Mutation, verdicts: Sequence[Verdict], oracles: Mapping[str, Oracle]
) -> tuple[Fate, Ground, str]:
    if mutation.same_code:
        return "equivalent", "code", "it compiles to the same code"
    gaps = [v.question for v in verdicts if v.search is not None and v.search.witness]
    if gaps:
        return "survived", "", f"no case of {', '.join(gaps)} tells it from the reference"
    killers = [verdict.question for verdict in verdicts if verdict.killed]
    if killers:
        return "killed", "", f"by {', '.join(killers)}"
    searches = {verdict.question: verdict.search for verdict in verdicts if verdict.search}
    rulings = dict.fromkeys(r for search in searches.values() for r, _ in search.rulings)
    if rulings:
        return "excused", "", f"it differs only where no case may be: {'; '.join(rulings)}"
    looked = " and ".join(
        f"{s.compared:,} inputs of {question}" for question, s in searches.items()
    )
    if all(search.unreached for search in searches.values()):
        return "equivalent", "unreached", f"the line runs for none of {looked}"
    if all(oracles[question].is_complete for question in searches):
        return "equivalent", "all", "the result is the same, and there is no other input"
    if all(s.compared >= _ENOUGH or oracles[q].is_complete for q, s in searches.items()):
        return "equivalent", "inputs", f"the results are the same on {looked}"
    return "survived", "", f"undecided: the results are the same, but only on {looked}"
