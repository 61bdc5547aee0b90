"""The published JSON Schema accepts what the grader accepts and refuses what types can refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from authoring import CONFIG, edited
from jsonschema import Draft202012Validator
from test_config_messages import ROWS

from grader.assignment import config_schema
from grader.assignment.document import parse_document
from grader.errors import ConfigError

PUBLISHED = Path(__file__).parents[2] / "docs" / "config.schema.json"

# what no schema can say: sums, names of functions, order, what another key is worth
BEYOND_A_SCHEMA = {
    "a function that is a keyword",
    "no time at all",
    "no memory at all",
    "a call longer than the submission",
    "a file that hides a module",
    "a file that hides a package",
    "more time than there is",
    "more memory than there is",
    "a grace without an end",
    "thousandths of a point",
    "less than a hundredth of a point",
    "points that do not add up",
    "an id twice",
    "an id twice, both with cases",
    "a function twice",
    "a case's name twice",
    "a drawn case's name twice",
    "steps that fall",
    "steps out of order",
    "a step at nothing",
    "a last step below everything",
    "partial credit for everything",
    "partial credit that falls",
    "a band inside the tolerance",
    "bands that rise",
    "a band worth nothing",
    "bands without a tolerance",
    "drawing without a seed",
    "no built-in exception",
    "an exception misspelled",
    "an exception of a library's",
    "an exception that ends the program",
    "words the wrong way round",
    "a misplaced word of no entry",
    "an entry twice",
    "builds on no question",
    "builds on itself",
    "builds on one twice",
    "builds on a text",
    "inseparable from what is not there",
    "inseparable from itself",
    "a tolerance that is no number",
    "key twice",
}


def errors_of(text: str) -> list[str]:
    """What the schema says of a config, as an editor would see it."""
    data = parse_document(text, file="config.yaml").data
    as_json: Any = json.loads(json.dumps(data))  # keys of mappings are text in JSON
    return [error.message for error in Draft202012Validator(config_schema()).iter_errors(as_json)]


def test_the_published_schema_is_the_one_that_the_code_makes() -> None:
    """If not: grader config --schema > docs/config.schema.json"""
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == config_schema()


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(config_schema())


def test_a_sound_config_fits() -> None:
    assert errors_of(CONFIG) == []


def test_the_projects_own_config_fits_and_names_the_schema() -> None:
    text = (PUBLISHED.parents[1] / "config.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=docs/config.schema.json\n")
    assert errors_of(text) == []


@pytest.mark.parametrize(("old", "new"), [row[1:3] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_types_can_refuse_is_refused(
    request: pytest.FixtureRequest, old: str, new: str
) -> None:
    name = request.node.callspec.id
    try:
        found = errors_of(edited(CONFIG, old, new))
    except ConfigError:
        return  # no YAML: an editor says so itself
    assert bool(found) == (name not in BEYOND_A_SCHEMA), found


def test_every_key_explains_itself_to_an_editor() -> None:
    schema = config_schema()
    for name, struct in [("", schema), *schema["$defs"].items()]:
        assert struct["description"]
        for key, node in struct["properties"].items():
            told = node.get("description") or node.get("$ref")
            assert told, f"{name}.{key} has no description"


def test_nobody_is_offered_null() -> None:
    assert '"null"' not in json.dumps(config_schema())
