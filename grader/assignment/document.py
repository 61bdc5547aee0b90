"""Turns the text of config.yaml into plain data in which every key path knows its line.

The reader builds from PyYAML's events and not by its constructors, for four reasons: scalars are
read by YAML 1.2 (`1e-6` is a number, `no` and `off` are text), a key that stands twice is a
mistake and not an overwrite, no tag makes an object, and what aliases expand to is bounded.
Everything that can be wrong with the text becomes a `Problem`; nothing else is raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import yaml
from msgspec import Struct, field

from grader.errors import ConfigError, Problem

KeyPath: TypeAlias = tuple[str | int | float | bool | None, ...]

_MOST_BYTES = 4 * 1024 * 1024
_MOST_VALUES = 200_000  # after every alias is expanded
_DEEPEST = 40
_MOST_DIGITS = 4000  # Python itself refuses integers of more than 4300

_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # as YAML 1.2 has it
)
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a build without libyaml is slower


class Spot(Struct):
    """Where a value stands, and where the values inside it do."""

    line: int
    inside: dict[Any, Spot] = field(default_factory=dict)


class Document(Struct, frozen=True):
    """The data of a YAML file, and the line of each of its key paths."""

    file: str  # as the author wrote it, for messages
    data: Any
    spot: Spot
    problems: tuple[Problem, ...] = ()  # keys that stand twice, tags: the rest was still read

    def line(self, path: KeyPath) -> int:
        """The line of a key path, or of the nearest path around it that is written down."""
        spot = self.spot
        for step in path:
            inner = spot.inside.get(step)
            if inner is None:
                break
            spot = inner
        return spot.line

    def holds(self, path: KeyPath) -> bool:
        """Whether the key path is written down."""
        spot: Spot | None = self.spot
        for step in path:
            spot = spot.inside.get(step) if spot else None
        return spot is not None


def show_key_path(path: KeyPath) -> str:
    """Writes a key path as people do.

    >>> show_key_path(("questions", 2, "cases", 0, "args"))
    'questions[2].cases[0].args'
    """
    text = ""
    for step in path:
        if isinstance(step, str) and re.fullmatch(r"[\w-]+", step):
            text += f".{step}" if text else step
        else:
            text += f"[{step!r}]"
    return text


def read_document(path: Path) -> Document:
    """Reads a YAML file.

    Raises:
        ConfigError: there is nothing that could be read as YAML. Smaller mistakes come back as
            the document's `problems`, so that they are reported with everything else.
    """
    return parse_document(_read_text(path), file=str(path))


def _read_text(path: Path) -> str:
    def refuse(what: str, remedy: str, line: int = 0) -> ConfigError:
        return ConfigError((Problem(str(path), line, "", what, remedy),))

    try:
        if path.is_dir():
            raise refuse("is a folder", f"name the file, e.g. {path / 'config.yaml'}")
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        remedy = "name the assignment's config.yaml by --config, or run this in its folder"
        raise refuse("does not exist", remedy) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(f"cannot be read ({reason})", "name a readable file") from error
    if len(content) > _MOST_BYTES:
        raise refuse(
            f"is longer than {_MOST_BYTES // 1024**2} MB", "keep large inputs in a generator"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = content[error.start]
        raise refuse(f"is not UTF-8 (byte 0x{byte:02x})", "save it as UTF-8", line) from error


def parse_document(text: str, *, file: str) -> Document:
    """Reads YAML text; `file` is its name in messages. Raises as `read_document` does."""
    odd = _UNPRINTABLE.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        what = f"holds the control character U+{ord(odd[0]):04X}"
        raise ConfigError((Problem(file, line, "", what, "take it out"),))
    try:
        return _Builder(file, yaml.parse(text, Loader=_LOADER)).build()
    except yaml.YAMLError as error:
        raise ConfigError((_syntax_problem(error, text, file),)) from error


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or str(error).splitlines()[0]
    context = getattr(error, "context", None)
    what = f"is not YAML: {context}, {said}" if context else f"is not YAML: {said}"
    remedy = "close every bracket and quote, and put a space after each colon"
    if "mapping values" in said:
        remedy = "quote text that holds a colon, and indent what belongs together alike"
    line = 0
    if mark is not None:
        line = mark.line + 1
        lines = text.splitlines()
        written = lines[mark.line] if mark.line < len(lines) else ""
        if "\t" in written[: len(written) - len(written.lstrip())] or "'\\t'" in said:
            what, remedy = "is indented with a tab", "indent with spaces"
        elif not written[: len(written) - len(written.lstrip())].isascii():
            what, remedy = "is indented with spaces of another kind", "write plain spaces"
    return Problem(file, line, "", what, remedy)


class _Node(Struct):
    """A value that was built, with its place and the number of values that it holds."""

    value: Any
    spot: Spot
    size: int = 1


class _Builder:
    """Builds one document from events, within bounds: none is so deep that recursion could fail."""

    def __init__(self, file: str, events: Iterator[Any]) -> None:
        self.file = file
        self.events = events
        self.problems: list[Problem] = []
        self.anchors: dict[str, _Node | None] = {}  # None while the anchored value is being built
        self.count = 0

    def build(self) -> Document:
        root: _Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    line = _line(event)
                    self.fatal(
                        line, (), "holds a second document", "keep one, without a second ---"
                    )
                root = self.value(next(self.events), (), 0)
        if root is None:
            self.fatal(0, (), "is empty", "write an assignment, e.g. copy one that works")
        return Document(self.file, root.value, root.spot, tuple(self.problems))

    def fatal(self, line: int, path: KeyPath, what: str, remedy: str) -> NoReturn:
        self.problem(line, path, what, remedy)
        raise ConfigError(tuple(self.problems))

    def problem(self, line: int, path: KeyPath, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, line, show_key_path(path), what, remedy))

    def value(self, event: Any, path: KeyPath, depth: int) -> _Node:
        """Builds the value that begins with this event, inside so many others."""
        line = _line(event)
        if isinstance(event, yaml.AliasEvent):
            return self.expanded(event, path, depth)
        if event.tag is not None:
            remedy = "write the value without a tag; quotes make text of it"
            self.problem(line, path, f"has the tag {event.tag}", remedy)
        self.use(1, line, path)
        if isinstance(event, yaml.ScalarEvent):
            node = _Node(self.scalar(event, path), Spot(line))
        else:
            if depth >= _DEEPEST:
                self.too_deep(line, path)
            if event.anchor is not None:
                self.anchors[event.anchor] = None
            is_list = isinstance(event, yaml.SequenceStartEvent)
            node = (self.items if is_list else self.entries)(line, path, depth + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def use(self, values: int, line: int, path: KeyPath) -> None:
        self.count += values
        if self.count > _MOST_VALUES:
            what = f"holds more than {_MOST_VALUES} values, those of aliases included"
            self.fatal(line, path, what, "draw large inputs by a generator")

    def too_deep(self, line: int, path: KeyPath) -> NoReturn:
        self.fatal(line, path, f"is nested deeper than {_DEEPEST} levels", "write it flatter")

    def scalar(self, event: Any, path: KeyPath) -> Any:
        value = event.value if event.style else _plain_scalar(event.value)
        if isinstance(value, int) and value.bit_length() > _MOST_DIGITS * 3:
            what = "is an integer of thousands of digits"
            self.problem(_line(event), path, what, "shorten it")
            return 0
        if isinstance(value, str) and not _encodable(value):
            what = f"is no valid text: {value!r}"
            self.problem(_line(event), path, what, "write it as it reads")
        return value

    def expanded(self, event: Any, path: KeyPath, depth: int) -> _Node:
        """A copy of what an alias stands for, which shares nothing with it."""
        line, name = _line(event), event.anchor
        if name not in self.anchors:
            self.fatal(line, path, f"names no anchor: *{name}", f"define &{name} above it")
        anchored = self.anchors[name]
        if anchored is None:
            self.fatal(line, path, f"is an alias of what it stands in: *{name}", "write it out")
        self.use(anchored.size, line, path)
        if depth + _depth(anchored.value) > _DEEPEST:
            self.too_deep(line, path)
        return _Node(deepcopy(anchored.value), Spot(line, anchored.spot.inside), anchored.size)

    def items(self, line: int, path: KeyPath, depth: int) -> _Node:
        found: list[Any] = []
        node = _Node(found, Spot(line))
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            item = self.value(event, (*path, len(found)), depth)
            node.size += item.size
            node.spot.inside[len(found)] = item.spot
            found.append(item.value)
        return node

    def entries(self, line: int, path: KeyPath, depth: int) -> _Node:
        found: dict[Any, Any] = {}
        node = _Node(found, Spot(line))
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            read = self.value(event, path, depth)
            key, place = read.value, read.spot.line
            known = True
            if isinstance(key, dict | list):
                what = "is a list or a mapping as a key"
                self.problem(place, path, what, "write text as a key")
                key, known = "?", False
            elif key in found:
                what = f"stands twice, first in line {node.spot.inside[key].line}"
                self.problem(place, (*path, key), what, "keep one of the two")
                known = False
            value = self.value(next(self.events), (*path, key), depth)
            node.size += read.size + value.size
            if known:
                # the line of the key, which is what an author looks for
                node.spot.inside[key] = Spot(place, value.spot.inside)
                found[key] = value.value
        return node


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _plain_scalar(text: str) -> Any:
    """Reads a scalar without quotes as YAML 1.2's core schema does."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        if len(text) > _MOST_DIGITS:
            return 1 << (_MOST_DIGITS * 4)  # too long, as the caller will say
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.lower().replace(".", ""))
    return text


def _encodable(text: str) -> bool:
    """Whether text can be written out; an escape such as "\\ud800" makes a lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0
