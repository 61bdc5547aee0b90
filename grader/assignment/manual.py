"""The reference of config.yaml for people, made from the same schema that editors use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grader.assignment.schema import config_schema

_HEAD = """\
# config.yaml, key by key

`grader config --manual` prints this page; it is made from the same definitions that read the file,
so it cannot disagree with them. Editors that know JSON Schema complete and check the file if it
begins with `# yaml-language-server: $schema=docs/config.schema.json`. How to write an assignment
from nothing is told in [instructors.md](instructors.md).

Keys in **bold** must be there. Shares and weights are exact: `0.1` is a tenth.
"""
_NAMES = {  # of patterns that say more to a machine than to a person
    "^[A-Za-z_][A-Za-z0-9_]*$": "a Python name",
    "^[A-Za-z0-9][A-Za-z0-9_.-]*$": "an id",
    "^\\S([^\\n]*\\S)?$": "one line of text",
}


def config_manual() -> str:
    """Describes every key of config.yaml, as Markdown."""
    schema = config_schema()
    defined = schema["$defs"]
    parts = [_HEAD, _section("The whole file", schema, defined)]
    parts += [_section(f"`{name}`", defined[name], defined) for name in _in_order(schema)]
    return "\n".join(parts)


def _in_order(schema: Mapping[str, Any]) -> list[str]:
    """The names of mappings, each after the one that mentions it first."""
    order: list[str] = []
    waiting = [*_mentioned(schema["properties"])]
    while waiting:
        name = waiting.pop(0)
        if name not in order:
            order.append(name)
            waiting += _mentioned(schema["$defs"][name])
    return order


def _mentioned(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield _target(node)
        for item in node.values():
            yield from _mentioned(item)
    elif isinstance(node, list):
        for item in node:
            yield from _mentioned(item)


def _target(node: Mapping[str, Any]) -> str:
    return str(node["$ref"]).rpartition("/")[2]


def _section(title: str, definition: Mapping[str, Any], defined: Mapping[str, Any]) -> str:
    required = set(definition.get("required", ()))
    rows = [
        f"| {f'**`{key}`**' if key in required else f'`{key}`'} | {_value(node)} "
        f"| {_default(node)} | {_meaning(node, defined)} |"
        for key, node in definition["properties"].items()
    ]
    table = ["| key | value | unless written | meaning |", "| --- | --- | --- | --- |", *rows]
    said = _cell(definition.get("description", ""))
    return "\n".join([f"## {title}", "", said, "", *table, ""])


def _value(node: Mapping[str, Any]) -> str:
    """What may be written, in words."""
    if "$ref" in node:
        return f"[{_target(node)}](#{_target(node)})"
    if "anyOf" in node:
        return ", or ".join(dict.fromkeys(_value(option) for option in node["anyOf"]))
    if "enum" in node:
        return " or ".join(f"`{word}`" for word in node["enum"])
    examples = node.get("examples")
    match node.get("type"):
        case "string" if node.get("pattern") in _NAMES:
            words = _NAMES[node["pattern"]]
            return f"{words}, e.g. `{examples[0]}`" if examples else words
        case "string":
            return (
                f"e.g. {', '.join(f'`{example}`' for example in examples)}" if examples else "text"
            )
        case "integer":
            least = f" from {node['minimum']}" if "minimum" in node else ""
            return f"a whole number{least}"
        case "number":
            return "a share, 0 to 1" if node.get("maximum") == 1 else "a number"
        case "array":
            return _list(node)
        case "object":
            return f"a mapping: … → {_value(node.get('additionalProperties', {}))}"
    return "any value"


def _list(node: Mapping[str, Any]) -> str:
    if "prefixItems" in node:
        return f"[{', '.join(_value(item) for item in node['prefixItems'])}]"
    examples = node.get("examples")
    of = _value(node["items"]) if node.get("items") else "values"
    return f"a list, e.g. `[{', '.join(examples[0])}]`" if examples else f"a list of: {of}"


def _default(node: Mapping[str, Any]) -> str:
    default = node.get("default")
    if default is None or isinstance(default, dict):
        return ""
    if isinstance(default, float) and default.is_integer():
        default = int(default)
    return f"`{default}`"


def _meaning(node: Mapping[str, Any], defined: Mapping[str, Any]) -> str:
    """What the key is for; of one that is a mapping, what the mapping is."""
    said = node.get("description")
    if said is None and "$ref" in node:
        said = defined[_target(node)].get("description")
    return _cell(said or "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("->", "→")
