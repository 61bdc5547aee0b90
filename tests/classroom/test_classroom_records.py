"""What is kept of a submission comes back as it was, or not at all."""

from __future__ import annotations

import io
import zlib
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.classroom import records
from grader.model import (
    VALUE_NOTES,
    Chunk,
    Frame,
    Isolation,
    Killed,
    Loaded,
    LoadProblem,
    Malformed,
    Missing,
    NotRun,
    Observation,
    Raised,
    Returned,
    Submission,
    TextAnswer,
    TimedOut,
    Transcript,
)
from grader.report.rows import QuestionRow, Row
from grader.sandbox import wire
from grader.sandbox.answers import called

TEXT = st.text(max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | TEXT
    | arrays.arrays(st.sampled_from([np.int64, np.float32, np.bool_]), (2, 3)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(TEXT, inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = st.lists(TEXT, max_size=3).map(tuple)
OUTCOMES = st.one_of(
    st.builds(Returned, VALUES, st.lists(st.sampled_from(sorted(VALUE_NOTES))).map(tuple)),
    st.builds(
        Raised,
        TEXT,
        NAMES,
        TEXT,
        st.lists(st.builds(Frame, TEXT, st.integers(0, 99), TEXT, TEXT), max_size=2).map(tuple),
    ),
    st.builds(TimedOut, st.floats(0, 9)),
    st.builds(Killed, st.sampled_from(["memory", "cpu", "exit", "signal"]), TEXT),
    st.builds(Missing, NAMES),
    st.builds(Malformed, TEXT),
    st.builds(NotRun, TEXT),
)
OBSERVATIONS = st.builds(
    Observation,
    OUTCOMES,
    TEXT,
    TEXT,
    st.lists(st.integers(0, 5)).map(tuple),
    st.floats(0, 9),
)
INPUTS = records.Inputs.of([wire.encode(()), wire.encode((1, [2.5]))])


def transcripts() -> st.SearchStrategy[Transcript]:
    args = st.sampled_from([*INPUTS.encoded, wire.encode(("an input of follow-through",))])
    loaded = st.builds(
        Loaded,
        NAMES,
        st.lists(st.builds(LoadProblem, TEXT, st.integers(0, 99), TEXT, TEXT), max_size=2).map(
            tuple
        ),
        st.none() | st.builds(TimedOut, st.floats(0, 9)),
        st.booleans(),
        TEXT,
        TEXT,
        st.floats(0, 9),
    )
    isolation = st.builds(
        Isolation,
        st.sampled_from(["strong", "partial", "none"]),
        NAMES,
        NAMES,
        st.dictionaries(TEXT, st.booleans(), max_size=3),
    )
    calls = st.dictionaries(st.tuples(TEXT, args), OBSERVATIONS, max_size=4)
    return st.builds(Transcript, loaded, calls, isolation)


def encoded(transcript: Transcript) -> Any:
    """The transcript in a form in which NaN equals NaN, and 1 is not True."""
    return (
        repr((transcript.loaded, transcript.isolation)),
        {
            key: (wire.encode(o.outcome.value), o.outcome.notes, o.stdout, o.changed_inputs)
            if isinstance(o.outcome, Returned)
            else repr(o)
            for key, o in transcript.calls.items()
        },
    )


SUBMISSION = Submission(
    id="ada",
    filename="solution.py",
    chunks=(Chunk("solution.py", "def f(): return '\\ud800'\n"),),
    helpers={"data/a.csv": b"\x00\xff"},
    remarks=("read homework.py",),
    digest="d",
)


@given(transcripts())
def test_what_a_process_said_comes_back_bit_for_bit(transcript: Transcript) -> None:
    body = records.pack_body(SUBMISSION, transcript, INPUTS)
    helpers = {records.hash_of(b"\x00\xff"): b"\x00\xff"}
    submission, back = records.unpack_body(
        body, submission_id="ada", inputs=INPUTS, helpers=helpers
    )
    assert submission == SUBMISSION
    assert encoded(back) == encoded(transcript)
    assert list(back.calls) == list(transcript.calls), "in the order asked"


@pytest.mark.parametrize("args", [INPUTS.encoded[1], wire.encode(("of follow-through",))])
def test_a_short_answer_is_kept_as_it_crossed(args: bytes) -> None:
    payload = wire.encode(("returned", [1, 2.5], (), (0,)))
    answer = called(payload, arguments=1, memory=Killed("memory"))
    seen = Observation(answer.outcome, changed_inputs=answer.changed_inputs, wall_s=0.25)
    body = records.pack_body(SUBMISSION, Transcript(Loaded(), {("f\ud800", args): seen}), INPUTS)
    assert payload in zlib.decompress(body)
    _, back = records.unpack_body(body, submission_id="ada", inputs=INPUTS, helpers={})
    assert back.calls == {("f\ud800", args): seen}


def test_a_value_as_deep_as_can_cross_is_left_out_rather_than_in_the_way() -> None:
    deep: Any = 0
    for _ in range(wire.MAX_DEPTH - 1):
        deep = [deep]
    calls = {("f", INPUTS.encoded[0]): Observation(Returned(deep))}
    body = records.pack_body(SUBMISSION, Transcript(Loaded(), calls), INPUTS)
    _, back = records.unpack_body(body, submission_id="ada", inputs=INPUTS, helpers={})
    assert back.calls == {}


def test_of_very_large_answers_only_so_much_is_kept() -> None:
    large = np.zeros(1 << 20)
    calls = {("f", wire.encode((i,))): Observation(Returned(large)) for i in range(4)}
    body = records.pack_body(SUBMISSION, Transcript(Loaded(), calls), INPUTS)
    _, back = records.unpack_body(body, submission_id="ada", inputs=INPUTS, helpers={})
    assert len(back.calls) == 1


def test_an_answer_for_which_there_is_no_room_costs_the_others_nothing() -> None:
    answers: list[Any] = [1.5, np.zeros(3 << 20), [2.5]]
    calls = {("f", wire.encode((i,))): Observation(Returned(it)) for i, it in enumerate(answers)}
    body = records.pack_body(SUBMISSION, Transcript(Loaded(), calls), INPUTS)
    _, back = records.unpack_body(body, submission_id="ada", inputs=INPUTS, helpers={})
    assert list(back.calls) == [("f", wire.encode((i,))) for i in (0, 2)]


ROW = Row(
    id="ada",
    filename="solution.py",
    score=Decimal("7.25"),
    max_score=Decimal(10),
    to_mark=Decimal(3),
    questions=(
        QuestionRow("q1", Decimal(10), Decimal("7.25"), "partial", "cases", "+~>-", ("slip",)),
        QuestionRow(
            "q2", Decimal(3), Decimal(0), "to_mark", text=TextAnswer({"": "Zoë"}, ("short",))
        ),
    ),
    flags=("timed out",),
)


def record() -> records.Record:
    body = records.pack_body(SUBMISSION, Transcript(Loaded(), {}), INPUTS)
    head = records.Head("ada", "s", "a", "h", "", ROW, files={"x": "y"}, body=records.hash_of(body))
    return records.Record(head, body)


def test_a_record_comes_back_as_it_was() -> None:
    assert records.unpack(records.pack(record())) == record()


def test_the_head_is_read_without_the_body() -> None:
    packed = records.pack(record())
    file = io.BytesIO(packed)
    assert records.read_head(file) == record().head
    assert packed[file.tell() :] == record().body


def test_a_record_that_was_cut_short_anywhere_is_as_good_as_none() -> None:
    packed = records.pack(record())
    for length in range(len(packed)):
        with pytest.raises(records.DamagedRecordError):
            records.unpack(packed[:length])


@given(st.data())
def test_a_record_in_which_a_bit_has_flipped_is_as_good_as_none(data: st.DataObject) -> None:
    packed = bytearray(records.pack(record()))
    place = data.draw(st.integers(0, len(packed) - 1))
    packed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(records.DamagedRecordError):
        records.unpack(bytes(packed))


def test_the_list_of_inputs_is_known_by_its_hash() -> None:
    assert records.Inputs.unpack(INPUTS.pack(), INPUTS.name) == INPUTS
    other = records.Inputs.of([wire.encode(())])
    with pytest.raises(records.DamagedRecordError):
        records.Inputs.unpack(other.pack(), INPUTS.name)
    with pytest.raises(records.DamagedRecordError):
        records.Inputs.unpack(INPUTS.pack()[:-3], INPUTS.name)


def test_text_that_utf_8_cannot_hold_is_spelled_out_in_a_row() -> None:
    from grader.model import Question, QuestionResult, Scorecard, TextForm
    from grader.report.rows import row_of

    question = Question("q", "Why?", "why", Decimal(1), text=TextForm((1, 9)))
    card = Scorecard(
        assignment="",
        submission_id="ada",
        filename="a\udc80.py",
        questions=(
            QuestionResult(question, "to_mark", Decimal(0), text=TextAnswer({"": "\ud800"})),
        ),
    )
    row = row_of(card)
    head = records.Head("ada", "s", "a", "h", "", row)
    back = records.unpack(records.pack(records.Record(head))).head.row
    assert back == row
    assert row.questions[0].text == TextAnswer({"": "\\ud800"})
