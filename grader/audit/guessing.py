"""Hands in what knows nothing: constants, printed answers, zeros, random answers of right form.

Each guess is a whole submission, marked with everything that gives credit, wrong answers and
follow-through too; only the sandbox is left out, as there is no code to run. What a guess earns is
what the assignment gives away.
"""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from msgspec import Struct

from grader.model import (
    Assignment,
    Loaded,
    Observation,
    Question,
    Raised,
    Raises,
    Returned,
    Submission,
    Transcript,
)
from grader.pipeline import mark_transcript
from grader.sandbox.wire import encode

if TYPE_CHECKING:
    from grader.audit.inputs import Args
    from grader.model import Scorecard, Value

Strategy: TypeAlias = "Callable[[Question, Args], Value]"

_DRAWS: Final = 12
_CONSTANTS: Final[tuple[Any, ...]] = (0, 1, -1, None, True, "", [], {})


class Guess(Struct, frozen=True):
    """A submission that knows nothing, and what it earned; of several drawn ones, the mean."""

    name: str
    total: Decimal
    best: Decimal  # total of the best one drawn
    draws: int
    scores: Mapping[str, Decimal]  # by question


def run_guesses(assignment: Assignment) -> tuple[Guess, ...]:
    """Decides what every way of guessing earns, the most profitable first."""
    known = _Known()
    ways: dict[str, list[Strategy]] = {
        f"always {constant!r}": [_always(constant)] for constant in _CONSTANTS
    }
    ways["the first argument"] = [lambda question, args: args[0] if args else None]
    ways["always ValueError"] = [_refuse]
    ways["the first printed answer, always"] = [
        lambda question, args: next(iter(known.printed(question).values()), None)
    ]
    ways["every printed answer, looked up"] = [
        lambda question, args: known.printed(question).get(encode(args))
    ]
    ways["zeros of the right form"] = [lambda question, args: _zeros(known.true(question, args))]
    ways["random answers of the right form"] = [_at_random(known, n) for n in range(_DRAWS)]
    guesses = [_guess(assignment, name, strategies) for name, strategies in ways.items()]
    return tuple(sorted(guesses, key=lambda guess: -guess.total))


def _guess(assignment: Assignment, name: str, strategies: Sequence[Strategy]) -> Guess:
    cards = [_marked(assignment, name, strategy) for strategy in strategies]
    scores = {
        question.id: _mean([card.questions[position].score for card in cards])
        for position, question in enumerate(assignment.questions)
        if not question.marked_by_person
    }
    totals = [card.score for card in cards]
    return Guess(name, _mean(totals), max(totals), len(cards), scores)


def _mean(numbers: Sequence[Decimal]) -> Decimal:
    return (sum(numbers, Decimal(0)) / len(numbers)).quantize(Decimal("0.01"))


def _marked(assignment: Assignment, name: str, strategy: Strategy) -> Scorecard:
    worker = _Guesser(assignment, strategy)
    submission = Submission(id=name, filename=name)
    card, _ = mark_transcript(assignment, submission, Transcript(worker.loaded, {}), worker)
    return card


class _Guesser:
    """Answers calls as a submission's worker does, by a strategy instead of by code."""

    def __init__(self, assignment: Assignment, strategy: Strategy) -> None:
        self._questions = {question.function: question for question in assignment.questions}
        self._strategy = strategy
        self.loaded = Loaded(functions=tuple(self._questions))

    def call(self, function: str, args: Args) -> Observation:
        try:
            return Observation(Returned(self._strategy(self._questions[function], args)))
        except ValueError:
            return Observation(Raised("ValueError", ("ValueError", "Exception")))


# --------------------------------------------------------------------------- ways to guess


class _Known:
    """What the reference gives, remembered."""

    def __init__(self) -> None:
        self._true: dict[tuple[str, bytes], Any] = {}
        self._words: dict[str, dict[object, list[str]]] = {}

    def true(self, question: Question, args: Args) -> Any:
        """What the reference gives; None where it refuses, since a guess has no guards."""
        key = (question.id, encode(args))
        if key not in self._true:
            self._true[key] = _ask(question, args)
        return self._true[key]

    def printed(self, question: Question) -> dict[bytes, Any]:
        """The answers that students can read: of every case that is shown whole."""
        return {
            encode(case.args): self.true(question, case.args)
            for case in question.cases
            if case.shown and not isinstance(case.expected, Raises)
        }

    def words(self, question: Question) -> dict[object, list[str]]:
        """The words of the question's answers, by the column in which they stand."""
        if question.id not in self._words:
            words: dict[object, list[str]] = {}
            for case in question.cases:
                _collect(self.true(question, case.args), None, words)
            self._words[question.id] = words
        return self._words[question.id]


def _ask(question: Question, args: Args) -> Any:
    if question.reference is None:
        return None
    try:
        return question.reference(*copy.deepcopy(args))
    except Exception:  # noqa: BLE001 - the author's guard, whatever it raises
        return None


def _always(constant: Any) -> Strategy:
    return lambda question, args: copy.copy(constant)


def _refuse(question: Question, args: Args) -> Value:
    raise ValueError


def _zeros(value: Any) -> Any:
    """The same structure with nothing in it."""
    match value:
        case dict():
            return {key: _zeros(item) for key, item in value.items()}
        case list() | tuple():
            return [_zeros(item) for item in value]
        case np.ndarray():
            return np.zeros_like(value)
        case None:
            return 0
        case _:
            return type(value)()


def _at_random(known: _Known, seed: int) -> Strategy:
    """The same structure with random content: words of the question's own, numbers of the size."""
    rng = random.Random(seed)
    return lambda question, args: _drawn(
        known.true(question, args), None, known.words(question), rng
    )


def _collect(value: Any, column: object, words: dict[object, list[str]]) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _collect(item, key, words)
    elif isinstance(value, list | tuple):
        for item in value:
            _collect(item, column, words)
    elif isinstance(value, str):
        found = words.setdefault(column, [])
        if value not in found:
            found.append(value)


def _drawn(value: Any, column: object, words: dict[object, list[str]], rng: random.Random) -> Any:
    match value:
        case dict():
            return {key: _drawn(item, key, words, rng) for key, item in value.items()}
        case list() | tuple():
            return [_drawn(item, column, words, rng) for item in value]
        case np.ndarray():
            flat = [rng.randint(-9, 9) for _ in range(value.size)]
            return np.array(flat, dtype=np.float64).reshape(value.shape)
        case bool():
            return rng.random() < 0.5
        case str():
            return rng.choice(words[column])
        case int() | float():
            size = abs(int(value)) if math.isfinite(value) else 0
            return rng.randint(0, max(9, 2 * size))
        case _:
            return rng.choice([None, rng.randint(0, 9)])
