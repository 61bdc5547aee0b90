"""The JSON Schema of config.yaml, by which editors complete and check it.

msgspec derives it from the structs. Added here is what types do not say (which keys need or
exclude one another); taken out is what they say too much of: an absent key is None in a struct,
but nobody writes null.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from grader.assignment.config import MACHINE_ONLY, Config

_NUMBER_KEY = r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$"


def config_schema() -> dict[str, Any]:
    """Describes config.yaml as a JSON Schema, draft 2020-12."""
    schema = msgspec.json.schema(Config)
    definitions: dict[str, Any] = {
        _name(name): _tidied(definition) for name, definition in schema["$defs"].items()
    }
    for name, rules in _RULES.items():
        definitions[name].update(rules)
    for name, key in (("CaseConfig", "partial"), ("CaseConfig", "bands"), ("StepsConfig", "steps")):
        properties = definitions[_name(name)]["properties"]
        properties[key]["propertyNames"] = {"pattern": _NUMBER_KEY}
    top = definitions.pop(_name("Config"))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **top,
        "title": "config.yaml of an assignment",
        "$defs": dict(sorted(definitions.items())),
    }


def _name(name: str) -> str:
    """`BuildsOnConfig` is `builds_on` to the author."""
    bare = name.removesuffix("Config") or name
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", bare).lower()


def _tidied(node: Any) -> Any:
    """Takes out null and what follows from it, and names definitions as authors do."""
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    tidy = {key: _tidied(item) for key, item in node.items()}
    if tidy.get("default", 0) is None or tidy.get("default") in ({}, [], ()):
        del tidy["default"]
    if tidy.get("required") == []:
        del tidy["required"]
    if isinstance(tidy.get("$ref"), str):
        head, _, name = tidy["$ref"].rpartition("/")
        tidy["$ref"] = f"{head}/{_name(name)}"
    if isinstance(tidy.get("pattern"), str):
        tidy["pattern"] = tidy["pattern"].removesuffix(r"(?!\n)")  # Python's $ alone needs it
    if isinstance(tidy.get("title"), str):
        tidy["title"] = _name(tidy["title"])
    options = [option for option in tidy.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        del tidy["anyOf"]
        tidy = {**options[0], **tidy}
    elif options:
        tidy["anyOf"] = options
    return tidy


_RULES: dict[str, dict[str, Any]] = {
    "case": {
        "oneOf": [{"required": ["args"]}, {"required": ["generate"]}],
        "dependentRequired": {"count": ["generate"]},
        "dependentSchemas": {
            "generate": {"properties": {"expect": False}},
            "raises": {
                "properties": {"expect": False, "at": False, "partial": False, "bands": False}
            },
        },
    },
    "compare": {"minProperties": 1},
    "question": {
        "if": {"required": ["marked_by"]},
        "then": {
            "required": ["form"],
            "properties": dict.fromkeys(MACHINE_ONLY, False),
        },
        "else": {"required": ["reference", "cases"], "properties": {"form": False}},
    },
}
