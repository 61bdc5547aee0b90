"""Turns the text of config.yaml into plain data in which every key path knows its line.

The reader builds from PyYAML's events and not by its constructors, for four reasons: scalars are
read by YAML 1.2 (`1e-6` is a number, `no` and `off` are text), a key that stands twice is a
mistake and not an overwrite, no tag makes an object, and what aliases expand to is bounded.
Everything that can be wrong with the text becomes a `Problem`; nothing else is raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
        builder = _Builder(file)
        return builder.build(yaml.parse(text, Loader=_LOADER))
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
    """A value being built, with its place and the number of values that it holds."""

    value: Any
    spot: Spot
    size: int = 1
    key: Any = None  # of a mapping: the key that waits for its value
    key_line: int = 0
    waiting: bool = False  # whether `key` is set
    skipped: bool = False  # whether the value of `key` is left out: the key stood before
    anchor: str | None = None


class _Builder:
    """Builds one document from events, without recursion and within bounds."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.anchors: dict[str, _Node | None] = {}  # None while the anchored value is being built
        self.open: list[_Node] = []
        self.root: _Node | None = None
        self.count = 0

    def build(self, events: Iterator[Any]) -> Document:
        documents = 0
        for event in events:
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        line = _line(event)
                        self.fatal(
                            line, "holds a second document", "keep one, without a second ---"
                        )
                case yaml.ScalarEvent():
                    self.judge_tag(event)
                    self.add(self.scalar(event), event.anchor)
                case yaml.AliasEvent():
                    self.add(self.expand(event), None)
                case yaml.SequenceStartEvent():
                    self.start([], event)
                case yaml.MappingStartEvent():
                    self.start({}, event)
                case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                    node = self.open.pop()
                    self.add(node, node.anchor, counted=True)
        if self.root is None:
            self.fatal(0, "is empty", "write an assignment, e.g. copy one that works")
        return Document(self.file, self.root.value, self.root.spot, tuple(self.problems))

    def fatal(self, line: int, what: str, remedy: str) -> NoReturn:
        found = (*self.problems, Problem(self.file, line, self.path(), what, remedy))
        raise ConfigError(found)

    def problem(self, line: int, path: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, line, path, what, remedy))

    def path(self) -> str:
        """The key path of the value that comes next."""
        return show_key_path(self.steps(self.open))

    def steps(self, nodes: list[_Node]) -> KeyPath:
        return tuple(
            node.key if isinstance(node.value, dict) else len(node.value)
            for node in nodes
            if node.waiting or isinstance(node.value, list)
        )

    def judge_tag(self, event: Any) -> None:
        if event.tag is not None:
            self.problem(
                _line(event),
                self.path(),
                f"has the tag {event.tag}",
                "write the value without a tag; quotes make text of it",
            )

    def start(self, value: Any, event: Any) -> None:
        line = _line(event)
        self.judge_tag(event)
        self.use(1, line)
        if len(self.open) >= _DEEPEST:
            self.fatal(line, f"is nested deeper than {_DEEPEST} levels", "write it flatter")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.open.append(_Node(value, Spot(line), anchor=event.anchor))

    def use(self, values: int, line: int) -> None:
        self.count += values
        if self.count > _MOST_VALUES:
            self.fatal(
                line,
                f"holds more than {_MOST_VALUES} values, those of aliases included",
                "draw large inputs by a generator",
            )

    def scalar(self, event: Any) -> _Node:
        line = _line(event)
        self.use(1, line)
        text = event.value
        value = text if event.style else _plain_scalar(text)
        if isinstance(value, int) and value.bit_length() > _MOST_DIGITS * 3:
            self.problem(line, self.path(), "is an integer of thousands of digits", "shorten it")
            value = 0
        if isinstance(value, str) and not _encodable(value):
            self.problem(line, self.path(), f"is no valid text: {value!r}", "write it as it reads")
        return _Node(value, Spot(line))

    def expand(self, event: Any) -> _Node:
        line = _line(event)
        anchored = self.anchors.get(event.anchor)
        if event.anchor not in self.anchors:
            self.fatal(
                line, f"names no anchor: *{event.anchor}", f"define &{event.anchor} above it"
            )
        if anchored is None:
            self.fatal(line, f"is an alias of what it stands in: *{event.anchor}", "write it out")
        self.use(anchored.size, line)
        if len(self.open) + _depth(anchored.value) > _DEEPEST:
            self.fatal(line, f"is nested deeper than {_DEEPEST} levels", "write it flatter")
        spot = Spot(line, anchored.spot.inside)
        return _Node(_copied(anchored.value), spot, anchored.size)

    def add(self, node: _Node, anchor: str | None, *, counted: bool = False) -> None:
        """Puts a finished value into what it stands in."""
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        parent.size += node.size
        if isinstance(parent.value, list):
            parent.spot.inside[len(parent.value)] = node.spot
            parent.value.append(node.value)
        elif not parent.waiting:
            self.add_key(parent, node)
        else:
            if not parent.skipped:
                # the line of the key, which is what an author looks for
                parent.spot.inside[parent.key] = Spot(parent.key_line, node.spot.inside)
                parent.value[parent.key] = node.value
            parent.waiting, parent.skipped, parent.key = False, False, None

    def add_key(self, parent: _Node, node: _Node) -> None:
        key, line = node.value, node.spot.line
        if isinstance(key, dict | list):
            self.problem(
                line, self.path(), "is a list or a mapping as a key", "write text as a key"
            )
            parent.waiting, parent.skipped, parent.key = True, True, "?"
            return
        if key in parent.value:
            first = parent.spot.inside[key].line
            self.problem(
                line,
                show_key_path((*self.steps(self.open[:-1]), key)),
                f"stands twice, first in line {first}",
                "keep one of the two",
            )
            parent.skipped = True
        parent.waiting, parent.key, parent.key_line = True, key, line


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


def _copied(value: Any) -> Any:
    """A copy that shares nothing, so that a call which changes one alias leaves the others."""
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0
