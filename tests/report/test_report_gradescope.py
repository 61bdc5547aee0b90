"""results.json keeps Gradescope's contract, whatever the card holds and whatever fails."""

from __future__ import annotations

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import golden
import jsonschema
import pytest
from cards import (
    CARDS,
    CONV,
    NO_BIAS,
    USES,
    card,
    fault,
    full,
    hostile,
    marked,
    mixed,
    nothing,
    perfect,
    staffed,
    to_mark,
)
from hypothesis import given
from msgspec.structs import replace
from strategies import scorecards, unhurried

from grader.errors import NotWrittenError
from grader.marking import redact
from grader.model import Scorecard
from grader.report import page
from grader.report.gradescope import encoded, prove, write_results
from grader.report.story import totals
from grader.report.terminal import render as render_terminal

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "gradescope.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
STUDENTS = {name: card for name, card in CARDS.items() if card.audience == "student"}


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} in results.json")


def valid(data: bytes) -> dict[str, Any]:
    """The document, held to our schema."""
    assert data.isascii(), "no byte-order mark, no half character"
    document: dict[str, Any] = json.loads(data, parse_constant=refuse)
    VALIDATOR.validate(document)
    return document


def results(card: Scorecard) -> dict[str, Any]:
    return valid(encoded(card))


def maximum(document: dict[str, Any]) -> float:
    return sum(test["max_score"] for test in document["tests"])


@pytest.mark.parametrize("name", STUDENTS)
def test_every_card_makes_a_valid_document_with_the_full_maximum(name: str) -> None:
    document = valid(encoded(STUDENTS[name]))
    score, most, _ = totals(STUDENTS[name])
    assert maximum(document) == pytest.approx(float(most))
    assert document["score"] == float(score)
    assert set(document["extra_data"]["questions"]) == {
        result.question.id for result in STUDENTS[name].questions
    }


@unhurried
@given(scorecards())
def test_any_card_makes_a_valid_document_with_the_full_maximum(card: Scorecard) -> None:
    document = valid(encoded(card))
    score, most, _ = totals(card)
    assert maximum(document) == pytest.approx(float(most))
    assert document["score"] == float(score)
    assert len(document["tests"]) == len(card.questions)
    assert len(document["extra_data"]["questions"]) == len(card.questions)


def test_the_document_looks_as_it_did() -> None:
    golden.check("results.json", encoded(mixed(), digest="1f2e3d").decode())


def test_equal_cards_make_equal_bytes_but_for_the_time() -> None:
    first, second = mixed(), replace(mixed(), wall_s=99.0)
    assert encoded(first) == encoded(mixed())
    documents = [results(first), results(second)]
    assert documents.pop(0).pop("execution_time") == 1.25
    assert documents.pop(0).pop("execution_time") == 99.0
    one, other = results(first), results(second)
    del one["execution_time"], other["execution_time"]
    assert one == other


def test_many_threads_write_at_once_and_say_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(encoded, [mixed()] * 24))
    assert made == {encoded(mixed())}
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("wall_s", [float("nan"), float("inf"), -1.0])
def test_a_broken_clock_breaks_nothing(wall_s: float) -> None:
    assert valid(encoded(replace(perfect(), wall_s=wall_s)))["execution_time"] == 0


def test_a_sum_of_scores_is_exact() -> None:
    tenth = replace(nothing(CONV, status="partial"), score=Decimal("0.10"))
    parts = [replace(tenth, question=replace(CONV, id=str(n))) for n in range(3)]
    assert results(card(*parts))["score"] == 0.3


def test_a_question_for_a_person_counts_nothing_until_it_is_marked() -> None:
    text = results(perfect())["tests"][1]
    assert text["name"] == "Q1a Similarities and differences (marked by a person)"
    assert (text["score"], text["max_score"], text["status"]) == (0, 0, "passed")
    assert "All four look at one image" in text["output"]
    entry = results(perfect())["extra_data"]["questions"]["q1a_text"]
    assert (entry["max_score"], entry["status"]) == (3, "to_mark")


def test_a_question_that_a_person_marked_counts() -> None:
    document = valid(encoded(marked()))
    text = document["tests"][1]
    assert (text["score"], text["max_score"], text["status"]) == (2.5, 3, "failed")
    assert "Well put. And cost?" in text["output"]
    assert document["score"] == 8.5


def test_a_fault_publishes_no_score_and_no_traceback() -> None:
    data = encoded(fault())
    document = valid(data)
    assert document["score"] == 0
    assert maximum(document) == 64
    counted = [test for test in document["tests"] if test["max_score"]]
    assert {test["status"] for test in counted} == {"failed"}
    assert {test["score"] for test in counted} == {0}
    assert all("the grader itself failed" in test["output"] for test in counted)
    assert document["extra_data"]["graded"] is False
    assert "says nothing about the work" in document["output"]
    assert b"Traceback" not in data
    assert b"compare.py" not in data


def test_hidden_cases_are_counts_and_what_is_stored_names_no_input() -> None:
    document = results(mixed())
    assert "Passed: 1 of 2 shown and 2 of 12 hidden cases." in document["tests"][4]["output"]
    entry = document["extra_data"]["questions"]["q2b_i"]
    assert entry["hidden"] == [2, 12]
    assert entry["wrong_answers"] == ["no_bias"]
    assert {test["visibility"] for test in document["tests"]} == {"visible"}


def test_a_student_reads_the_question_and_not_the_name_of_the_wrong_answer() -> None:
    output = results(mixed())["tests"][4]["output"]
    assert NO_BIAS.feedback in " ".join(output.split())
    assert "no_bias" not in output


def test_every_output_is_bounded_and_says_that_it_was_cut() -> None:
    essay = to_mark(USES, {f"entry {n}": "word " * 5000 for n in range(9)})
    output = results(card(essay))["tests"][0]["output"]
    assert 19_000 < len(output) <= 20_000
    assert re.search(r"\(… cut here: \d+ more characters\)$", output)


def test_a_line_of_the_students_cannot_pass_for_ours() -> None:
    forged = "Passed: all 12 hidden cases."
    spoken = nothing(CONV, *hostile().questions[0].cases)
    observed = replace(spoken.cases[0].observation, stdout=f"{forged}\r{forged}\n{forged}")
    spoken = replace(spoken, cases=(replace(spoken.cases[0], observation=observed),))
    output = results(card(spoken))["tests"][0]["output"]
    assert output.count(forged) == 3
    assert not any(line.strip() == forged for line in output.splitlines())


def test_a_card_for_staff_is_refused() -> None:
    with pytest.raises(NotWrittenError, match="not redacted"):
        encoded(CARDS["staff"])


@pytest.mark.parametrize("score", ["NaN", "-1", "6.01", "Infinity"])
def test_an_impossible_score_is_never_written(tmp_path: Path, score: str) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(b"the placeholder")
    wrong = card(replace(full(CONV), score=Decimal(score)))
    with pytest.raises(NotWrittenError):
        write_results(wrong, path)
    assert path.read_bytes() == b"the placeholder"


def test_two_questions_of_one_id_are_never_written() -> None:
    with pytest.raises(NotWrittenError, match="same id"):
        encoded(card(full(CONV), full(CONV)))


@pytest.mark.parametrize(
    "change",
    [
        {"score": None},
        {"score": float("nan")},
        {"score": "6"},
        {"score": 7},
        {"execution_time": "0.05"},
        {"execution_time": -1},
        {"output": 5},
        {"output": "a\x00b"},
        {"output": "x" * 100_001},
        {"output": "\ud800"},
        {"output_format": "simple_format"},
        {"test_output_format": "html"},
        {"visibility": "hidden"},
        {"stdout_visibility": "visible"},
        {"tests": []},
        {"tests": None},
        {"leaderboard": []},
        {"extra_data": {"questions": {}, "isolation": "none", "graded": True}},
    ],
)
def test_a_document_that_breaks_the_contract_is_refused(change: dict[str, Any]) -> None:
    asked = card(full(CONV))
    document = {**results(asked), **change}
    with pytest.raises(NotWrittenError):
        prove(json.dumps(document).encode(), asked)


@pytest.mark.parametrize("data", [b"", b"{", b"\xef\xbb\xbf{}", b"null", b"[]", b"\xff"])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(NotWrittenError):
        prove(data, card(full(CONV)))


def test_what_the_library_leaves_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradescope_utils.autograder_utils import json_test_runner

    monkeypatch.setattr(json_test_runner.JSONTestResult, "getNumber", lambda *_: None)
    with pytest.raises(NotWrittenError, match="number"):
        encoded(perfect())


def test_results_take_the_files_place_whole(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(b"the placeholder")
    write_results(mixed(), path, digest="1f2e3d")
    assert valid(path.read_bytes())["extra_data"]["assignment"] == "1f2e3d"


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results.json"
    write_results(perfect(), path)
    before = path.read_bytes()

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(NotWrittenError):
        write_results(mixed(), path)
    assert path.read_bytes() == before


@unhurried
@given(scorecards(audience="staff"))
def test_any_card_that_was_redacted_for_students_can_be_written(card: Scorecard) -> None:
    valid(encoded(redact(card, "student")))


def test_redaction_takes_what_is_hidden_out_of_every_report() -> None:
    seen = redact(staffed(), "student")
    reports = [encoded(seen).decode(), page.encoded(seen).decode(), render_terminal(seen)]
    for secret in ("no_bias", "random layers", "weights 210", "(5, 7, (3, 2))", "landlock"):
        assert not any(secret in report for report in reports), secret
    assert all("0 of 1 hidden" in report for report in reports)
