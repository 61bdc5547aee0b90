"""What an audit found, and what of it is a flaw of the assignment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from grader.audit.confusion import Confusion
from grader.audit.guessing import Guess
from grader.audit.judge import Fate, Mutant, Verdict
from grader.audit.margins import SINGLE, Margin, Right
from grader.audit.redundancy import Telling
from grader.audit.search import Tried, Witness
from grader.sandbox.wire import encode

if TYPE_CHECKING:
    from collections.abc import Iterator

_GENEROUS: Final = Fraction(1, 4)  # of a question's points, for knowing nothing


class Flaw(Struct, frozen=True):
    """Something for the author to mend; the audit fails while there is one."""

    where: str  # a place in reference/, or a question
    what: str
    remedy: str


class Gap(Struct, frozen=True):
    """Inputs that no case has, and the mutants that survive for want of them."""

    witnesses: tuple[tuple[str, Witness], ...]  # one for each question that has the gap
    mutants: tuple[Mutant, ...]


class AuditReport(Struct, frozen=True):
    """The measure of an assignment."""

    assignment: str
    digest: str
    points: Mapping[str, Decimal]  # of the questions that the machine marks
    mutants: tuple[Mutant, ...]
    tried: tuple[Tried, ...]
    confusions: tuple[Confusion, ...]
    rights: tuple[Right, ...]
    margins: tuple[Margin, ...]
    guesses: tuple[Guess, ...]
    tellings: tuple[Telling, ...]
    misplaced: tuple[tuple[str, str, str], ...]  # question, case, ruling that excludes the case
    seeds: tuple[int, ...]  # other seeds that were tried
    refused_seeds: tuple[tuple[int, str], ...]  # of them, those under which the loader refuses
    isolation: str
    workers: int
    wall_s: float
    mutants_s: float  # for all mutants, from the first to the last

    @property
    def fates(self) -> Counter[Fate]:
        return Counter(mutant.fate for mutant in self.mutants)

    def of_fate(self, fate: Fate) -> tuple[Mutant, ...]:
        return tuple(mutant for mutant in self.mutants if mutant.fate == fate)

    def kills(self, question: str) -> list[Verdict]:
        """What a question made of the mutants that its cases tell."""
        verdicts = [verdict for mutant in self.mutants for verdict in mutant.verdicts]
        return [one for one in verdicts if one.question == question and one.killed]

    def best_guess(self, question: str) -> Guess:
        """The way to know nothing that earns most of a question."""
        return max(self.guesses, key=lambda guess: guess.scores[question])

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The survivors, those together that the same inputs would kill."""
        groups: dict[tuple[tuple[str, bytes], ...], list[Mutant]] = {}
        for mutant in self.of_fate("survived"):
            key = tuple((question, encode(witness.args)) for question, witness in mutant.witnesses)
            groups.setdefault(key, []).append(mutant)
        return tuple(Gap(found[0].witnesses, tuple(found)) for found in groups.values())

    @property
    def mutants_per_s(self) -> float:
        return len(self.mutants) / self.mutants_s if self.mutants_s else 0.0

    @property
    def loose(self) -> tuple[Margin, ...]:
        """Cases whose tolerance lets a slip pass that is further off than any right answer."""
        return tuple(margin for margin in self.margins if margin.slips)

    @property
    def generous(self) -> tuple[tuple[str, str, Decimal], ...]:
        """Guess, question and score, where knowing nothing earns more than a quarter."""
        return tuple(
            (guess.name, question, score)
            for guess in self.guesses
            for question, score in guess.scores.items()
            if Fraction(score) > _GENEROUS * Fraction(self.points[question])
        )

    @property
    def refusals(self) -> tuple[tuple[tuple[int, ...], str], ...]:
        """The seeds under which the loader refuses the assignment, by the problem it finds."""
        seeds: dict[str, list[int]] = {}
        for seed, problem in self.refused_seeds:
            seeds.setdefault(problem, []).append(seed)
        return tuple((tuple(found), problem) for problem, found in seeds.items())

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        """All that the author should mend."""
        return (*map(_survivor, self.of_fate("survived")), *self.other_flaws)

    @property
    def other_flaws(self) -> tuple[Flaw, ...]:
        """What is to mend beside the survivors."""
        return (
            *(flaw for confusion in self.confusions for flaw in _confused(confusion)),
            *(_too_strict(right) for right in self.rights if right.runs and right.share < 1),
            *(
                Flaw(
                    f"{question}: {case}",
                    f"no case may depend on these arguments: {ruling}",
                    "take the case out, or mend the ruling",
                )
                for question, case, ruling in self.misplaced
            ),
        )

    @property
    def exit_code(self) -> int:
        """0 when there is nothing to mend, else 1."""
        return 1 if self.flaws else 0


def _survivor(mutant: Mutant) -> Flaw:
    what = f"the mutant `{mutant.before}` → `{mutant.after}` survives: {mutant.why}"
    if mutant.witnesses:
        return Flaw(mutant.place, what, "add a case that tells it, or rule its inputs out")
    return Flaw(mutant.place, what, "add cases of other kinds, so that there is more to compare")


def _confused(confusion: Confusion) -> Iterator[Flaw]:
    where = f"{confusion.question}: {confusion.name}"
    if confusion.missed:
        forms = ", ".join(confusion.missed)
        yield Flaw(
            where,
            f"the wrong answer is not diagnosed as itself ({forms})",
            "let it return what a student's function would, or widen the tolerance",
        )
    if confusion.confused:
        names = ", ".join(confusion.confused)
        yield Flaw(
            where,
            f"the wrong answer is taken for {names} as well",
            "add a case in which they differ, or list them as inseparable",
        )


def _too_strict(right: Right) -> Flaw:
    return Flaw(
        f"{right.question}: {right.name}",
        f"a right answer fails {', '.join(right.failed)}",
        "widen the tolerance, or write `dtype: same` where double precision is asked for"
        if right.name == SINGLE
        else "widen the tolerance, or mend this implementation",
    )
