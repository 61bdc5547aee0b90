"""What is kept of a free text, and what the marker is pointed to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from marking_examples import observations, question, raised, returned

from grader.marking.freetext import read_text
from grader.model import Observation, Question, TextAnswer, TextForm

ESSAY = Question("t", "t", "essay", Decimal(3), text=TextForm(words=(3, 5)))
ENTRIES = Question(
    "u",
    "u",
    "uses",
    Decimal(4),
    text=TextForm(words=(2, 6), entries=("cats", "dogs"), misplaced={"dogs": ("meow",)}),
)


def read(asked: Question, value: Any) -> TextAnswer:
    return read_text(asked, value if isinstance(value, Observation) else returned(value))


@pytest.mark.parametrize(
    ("asked", "value", "text", "findings"),
    [
        (ESSAY, "three whole words", {"": "three whole words"}, ()),
        (ESSAY, "it's a well-known fact", {"": "it's a well-known fact"}, ()),
        (ESSAY, "too short", {"": "too short"}, ("2 words, at least 3 were asked for",)),
        (ESSAY, "short", {"": "short"}, ("1 word, at least 3 were asked for",)),
        (ESSAY, "just as many as asked", {"": "just as many as asked"}, ()),
        (ESSAY, "a b c d e f", {"": "a b c d e f"}, ("6 words, at most 5 were asked for",)),
        (ESSAY, "", {"": ""}, ("0 words, at least 3 were asked for",)),
        (ESSAY, None, {}, ("the answer: None, text was asked for",)),
        (ESSAY, ["three whole", "words"], {"": "three whole\nwords"},
         ("the answer: a list of 2, text was asked for",)),
        (ESSAY, ("too short",), {"": "too short"},
         ("the answer: a tuple of 1, text was asked for", "2 words, at least 3 were asked for")),
        (ESSAY, {"why": "so it is"}, {"": "why: so it is"},
         ("the answer: a dict of 1, text was asked for",)),
        (ESSAY, ["a", "b", 5], {"": "a\nb\n5"}, ("the answer: a list of 3, text was asked for",)),
        (ESSAY, [["a b"], {"why": "c"}, []], {"": "a b\nwhy: c\na list of 0"},
         ("the answer: a list of 3, text was asked for", "8 words, at most 5 were asked for")),
        (ESSAY, [5, [6]], {}, ("the answer: a list of 2, text was asked for",)),
        (ESSAY, [], {}, ("the answer: a list of 0, text was asked for",)),
        (ESSAY, raised(ValueError, "no"), {}, ("nothing to mark: raised ValueError: no",)),
        (ENTRIES, {"cats": "purr and sleep", "dogs": "bark and run"},
         {"cats": "purr and sleep", "dogs": "bark and run"}, ()),
        (ENTRIES, {"cats": "purr and sleep"}, {"cats": "purr and sleep"}, ("dogs: missing",)),
        (ENTRIES, {"cats": "purr and sleep", "dogs": 5}, {"cats": "purr and sleep"},
         ("dogs: an int, text was asked for",)),
        (ENTRIES, {"cats": "purr and sleep", "dogs": "Meow, they say"},
         {"cats": "purr and sleep", "dogs": "Meow, they say"},
         ('dogs: "meow" fits another entry better',)),
        (ENTRIES, {"dogs": "the same text", "cats": "The  same: text!"},
         {"cats": "The  same: text!", "dogs": "the same text"},
         ("dogs: the same text as cats",)),
        (ENTRIES, {"cats": "purr and sleep", "dogs": "bark and run", "cows": "moo moo"},
         {"cats": "purr and sleep", "dogs": "bark and run", "cows": "moo moo"},
         ("cows: was not asked for",)),
        (ENTRIES, {"cats": ["purr", "and sleep"], "dogs": "bark and run"},
         {"cats": "purr\nand sleep", "dogs": "bark and run"},
         ("cats: a list of 2, text was asked for",)),
        (ENTRIES, ["cats purr", "dogs bark"], {"": "cats purr\ndogs bark"},
         ("a dict of 2 texts was asked",)),
        (ENTRIES, "one text only", {"": "one text only"}, ("a dict of 2 texts was asked",)),
        (ENTRIES, 5, {}, ("a dict of 2 texts was asked",)),
    ],
)  # fmt: skip
def test_a_text_is_kept_and_its_form_is_looked_at(
    asked: Question, value: Any, text: dict[str, str], findings: tuple[str, ...]
) -> None:
    assert read(asked, value) == TextAnswer(text=text, findings=findings)


def test_what_was_asked_for_is_kept_among_any_amount_of_junk() -> None:
    junk = {f"junk {i}": "x " * 50_000 for i in range(200)}
    answer = read(ENTRIES, {**junk, "cats": "purr and sleep", "dogs": "bark and run"})
    assert list(answer.text)[:2] == ["cats", "dogs"]
    assert len(answer.text) == 50 and max(map(len, answer.text.values())) == 20_000
    assert "junk 0: only the first 20000 characters were kept" in answer.findings


def test_a_key_of_any_kind_has_a_name() -> None:
    answer = read(ENTRIES, {10**5000: "a b", None: "c d", "x" * 500: "e f", 1.5: "g h"})
    assert set(answer.text) == {"an integer of 16610 bits", "None", "x" * 100, "1.5"}


@settings(deadline=None)
@given(observation=observations)
def test_reading_never_raises(observation: Observation) -> None:
    for asked in (ESSAY, ENTRIES):
        answer = read_text(asked, observation)
        assert all(isinstance(text, str) for text in answer.text.values())


def test_a_question_for_the_machine_is_not_read_as_text() -> None:
    with pytest.raises(ValueError, match="question='q'"):
        read_text(question(), returned("text"))
