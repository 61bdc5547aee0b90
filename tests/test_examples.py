"""Every example submission earns what its expect.yaml says, through the real sandbox.

An expect.yaml names the total and each question that did not end as `else` says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml

from grader.model import Assignment, Scorecard
from grader.pipeline import grade, read_assignment, redact
from grader.report import gradescope, page, terminal
from grader.sandbox import Launcher, start_launcher
from grader.submission import read_submission

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted(path.parent for path in ROOT.glob("submissions_example/*/expect.yaml"))
SCHEMA = json.loads((ROOT / "tests" / "gradescope.schema.json").read_text())


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return read_assignment(ROOT / "config.yaml")


@pytest.fixture(scope="module")
def launcher(assignment: Assignment) -> Iterator[Launcher]:
    secrets = [ROOT / "config.yaml", ROOT / "reference"]
    with start_launcher(assignment.limits, imports=("torch",), secrets=secrets) as running:
        yield running


def marked(folder: Path, assignment: Assignment, launcher: Launcher) -> Scorecard:
    submission = read_submission(folder, expected_name=assignment.filename)
    card, _ = grade(assignment, submission, launcher)
    return card


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_earns_what_it_is_expected_to(
    folder: Path, assignment: Assignment, launcher: Launcher
) -> None:
    card = marked(folder, assignment, launcher)
    expect = yaml.safe_load((folder / "expect.yaml").read_text())
    found = {
        result.question.id: [result.status, float(result.score)]
        for result in card.questions
        if result.status not in (expect["else"], "to_mark")
    }
    assert found == expect["questions"]
    assert float(card.score) == expect["score"]
    assert card.max_score == 93
    assert card.to_mark == 7


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_the_reports_of_an_example_are_valid_and_keep_hidden_cases_hidden(
    folder: Path, assignment: Assignment, launcher: Launcher
) -> None:
    seen = redact(marked(folder, assignment, launcher), "student")
    results = json.loads(gradescope.encoded(seen))
    jsonschema.validate(results, SCHEMA)
    texts = [
        json.dumps(results["tests"]) + results["output"],
        page.encoded(seen).decode(),
        terminal.render(seen, terminal.Screen(plain=True)),
    ]
    for question in assignment.questions:
        for case in question.cases:
            if case.shown or case.name[-1] not in "0123456789":
                continue  # only drawn cases have names and inputs that nothing else has
            for text in texts:
                assert case.name not in text
                if isinstance(case.expected, int) and case.expected > 10**6:
                    assert str(case.expected) not in text


def test_every_example_has_an_expectation() -> None:
    folders = {path for path in (ROOT / "submissions_example").iterdir() if path.is_dir()}
    assert folders == set(EXAMPLES)


def test_the_same_submission_gives_the_same_results_but_for_the_time(
    assignment: Assignment, launcher: Launcher
) -> None:
    folder = ROOT / "submissions_example" / "carried_forward"
    documents = []
    for _ in range(2):
        seen = redact(marked(folder, assignment, launcher), "student")
        results = json.loads(gradescope.encoded(seen))
        results["execution_time"] = 0
        documents.append(json.dumps(results))
    assert documents[0] == documents[1]
