"""The assignment as students may have it: cut down, written to a file, and read back.

What is left: the questions' names and points, the cases that config.yaml shows in full, properties
(which are code that compares a student's results with one another), and how many hidden cases
there are. What is not: hidden cases, the reference, wrong answers, the seed, weights and credit.
`public` is the one place that decides it; the file holds exactly what `public` returns.

The file is JSON that a student can read, a line for each case. Values are written as what JSON has
for them where that is exact; tuples, dicts, arrays and the rest as an object whose first key names
the kind.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import types
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from grader.errors import UsageError
from grader.model import Assignment, Case, Limits, Property, Question, Raises, Rule, TextForm

if TYPE_CHECKING:
    from grader.model import FloatArray, Value

NAME = "assignment.json"
PROPERTIES = "properties"
HANDOUT = ("grader", PROPERTIES, NAME, "conftest.py", "README.md")
"""What lies in a handout beside the student's own files."""
_FORMAT = "grader assignment 1"
_LARGEST = 2**63
_AGAIN = "unzip the handout again"


def public(assignment: Assignment) -> Assignment:
    """Decides what of an assignment a student may have."""
    questions = tuple(_public_question(question) for question in assignment.questions)
    return Assignment(
        title=assignment.title,
        filename=assignment.filename,
        questions=questions,
        limits=assignment.limits,
        packages=assignment.packages,
    )


def _public_question(question: Question) -> Question:
    shown = tuple(_public_case(case) for case in question.cases if case.shown)
    return Question(
        id=question.id,
        title=question.title,
        function=question.function,
        points=question.points,
        cases=shown,
        text=question.text and replace(question.text, misplaced={}),
        properties=question.properties,
        hidden_count=question.hidden_count + len(question.cases) - len(shown),
    )


def _public_case(case: Case) -> Case:
    return Case(
        name=case.name,
        args=case.args,
        expected=case.expected,
        rule=case.rule,
        shown=True,
        at=case.at,
    )


# --------------------------------------------------------------------------- the file


class _Strict(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of the file that holds exactly its fields."""


class _Case(_Strict, frozen=True):
    name: str
    args: list[Any]
    expected: Any = None
    raises: str = ""
    at: tuple[str | int, ...] = ()
    rule: dict[str, Any] = {}


class _Property(_Strict, frozen=True):
    name: str
    file: str  # beside the assignment's own


class _Text(_Strict, frozen=True):
    words: tuple[int, int]
    entries: tuple[str, ...] = ()


class _Question(_Strict, frozen=True):
    id: str
    title: str
    function: str
    points: str
    cases: list[_Case] = []
    properties: list[_Property] = []
    hidden: int = 0
    text: _Text | None = None


class _File(_Strict, frozen=True):
    format: str
    title: str
    file: str
    limits: Limits
    packages: tuple[str, ...]
    starters: tuple[str, ...]
    questions: list[_Question]


def write_public(
    assignment: Assignment, files: Mapping[str, str], starters: Sequence[str] = ()
) -> bytes:
    """Writes the public part of an assignment as the text of assignment.json.

    Args:
        assignment: whole or public.
        files: property -> the path, beside assignment.json, of the file that defines it. A
            property without one is left out.
        starters: digests of the templates that students begin with.
    """
    cut = public(assignment)
    document = _File(
        format=_FORMAT,
        title=cut.title,
        file=cut.filename,
        limits=cut.limits,
        packages=cut.packages,
        starters=tuple(starters),
        questions=[_written(question, files) for question in cut.questions],
    )
    return _lines(document)


def _lines(document: _File) -> bytes:
    """The document with a line for each question and for each case."""
    text = msgspec.json.encode(document).decode()
    head, _, _ = text.rpartition('"questions":')
    blocks = []
    for question in document.questions:
        cases = [msgspec.json.encode(case).decode() for case in question.cases]
        block = msgspec.json.encode(replace(question, cases=[])).decode()
        if cases:
            block = block[:-1] + ',"cases":[\n  ' + ",\n  ".join(cases) + "\n ]}"
        blocks.append(block)
    return f'{head}"questions":[\n '.encode() + ",\n ".join(blocks).encode() + b"\n]}\n"


def _written(question: Question, files: Mapping[str, str]) -> _Question:
    return _Question(
        id=question.id,
        title=question.title,
        function=question.function,
        points=str(question.points),
        cases=[_written_case(case) for case in question.cases],
        properties=[
            _Property(name=known.name, file=files[known.name])
            for known in question.properties
            if known.name in files
        ],
        hidden=question.hidden_count,
        text=None
        if question.text is None
        else _Text(words=question.text.words, entries=question.text.entries),
    )


def _written_case(case: Case) -> _Case:
    raises = case.expected.exception if isinstance(case.expected, Raises) else ""
    standard = asdict(Rule())
    return _Case(
        name=case.name,
        args=[as_json(arg) for arg in case.args],
        expected=None if isinstance(case.expected, Raises) else as_json(case.expected),
        raises=raises,
        at=case.at,
        rule={
            name: as_json(value)
            for name, value in asdict(case.rule).items()
            if hasattr(value, "dtype") or value != standard[name]
        },
    )


class Header(Struct, frozen=True):
    """What is needed before the questions are: to find a solution and to start a sandbox."""

    filename: str
    limits: Limits
    starters: tuple[str, ...]


def read_header(path: Path) -> Header:
    """Reads the beginning of a handout's assignment, which takes no NumPy.

    Raises:
        UsageError: if the file is no such thing.
    """
    document, _ = _read(path)
    return Header(document.file, document.limits, document.starters)


def read_public(path: Path) -> Assignment:
    """Reads the assignment that a handout holds.

    Raises:
        UsageError: if the file is no such thing, or a file that belongs to it is missing.
    """
    document, data = _read(path)
    try:
        return Assignment(
            title=document.title,
            filename=document.file,
            questions=tuple(_question(part, path.parent) for part in document.questions),
            limits=document.limits,
            packages=document.packages,
            digest=hashlib.sha256(data).hexdigest(),
        )
    except (ArithmeticError, TypeError, ValueError, KeyError) as error:
        raise UsageError(f"{path}: is damaged ({error}); {_AGAIN}") from error


def _read(path: Path) -> tuple[_File, bytes]:
    try:
        data = path.read_bytes()
        document = msgspec.json.decode(data, type=_File)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); {_AGAIN}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is damaged ({error}); {_AGAIN}") from error
    if document.format != _FORMAT:
        raise UsageError(
            f"{path}: has the format {document.format!r}, and this grader reads {_FORMAT!r}; "
            "take the handout and the grader from one zip"
        )
    return document, data


def _question(part: _Question, folder: Path) -> Question:
    return Question(
        id=part.id,
        title=part.title,
        function=part.function,
        points=Decimal(part.points),
        cases=tuple(
            Case(
                name=case.name,
                args=tuple(from_json(arg) for arg in case.args),
                expected=Raises(case.raises) if case.raises else from_json(case.expected),
                rule=Rule(**{name: from_json(value) for name, value in case.rule.items()}),
                shown=True,
                at=case.at,
            )
            for case in part.cases
        ),
        text=None if part.text is None else TextForm(part.text.words, part.text.entries),
        properties=tuple(_property(known, folder) for known in part.properties),
        hidden_count=part.hidden,
    )


def _property(known: _Property, folder: Path) -> Property:
    file = folder / known.file
    if not file.is_file():
        raise UsageError(f"{file}: is missing; {_AGAIN}")

    def holds(call: Callable[..., Any]) -> str | None:
        said: str | None = getattr(_module(file), known.name)(call)
        return said

    return Property(known.name, holds)


@cache
def _module(file: Path) -> types.ModuleType:
    """The file as a module of a name that no student's file has; it is not in `sys.modules`."""
    spec = importlib.util.spec_from_file_location(f"properties {file.stem}", file)
    if spec is None or spec.loader is None:
        raise UsageError(f"{file}: cannot be imported; {_AGAIN}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --------------------------------------------------------------------------- values


def as_json(value: Value | FloatArray) -> Any:
    """A value in JSON.

    >>> as_json((1, 2.5, [None]))
    {'tuple': [1, 2.5, [None]]}
    """
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -_LARGEST <= value < _LARGEST else {"int": str(value)}
        case float():
            return value if math.isfinite(value) else {"float": repr(value)}
        case complex():
            return {"complex": [as_json(value.real), as_json(value.imag)]}
        case list():
            return [as_json(item) for item in value]
        case tuple():
            return {"tuple": [as_json(item) for item in value]}
        case dict():
            return {"dict": [[as_json(key), as_json(item)] for key, item in value.items()]}
        case _:
            items = [as_json(item) for item in value.ravel().tolist()]
            return {"array": items, "shape": list(value.shape), "dtype": value.dtype.name}


def from_json(plain: Any) -> Any:
    """The value that stands in JSON as `plain`."""
    if isinstance(plain, list):
        return [from_json(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    kind = next(iter(plain), "")
    inner: Any = plain.get(kind)
    match kind:
        case "int":
            return int(inner)
        case "float":
            return float(inner)
        case "complex":
            return complex(*map(from_json, inner))
        case "tuple":
            return tuple(from_json(item) for item in inner)
        case "dict":
            return {from_json(key): from_json(item) for key, item in inner}
        case "array":
            import numpy as np  # late: a file's header is read without it

            flat = np.array([from_json(item) for item in inner], dtype=plain["dtype"])
            return flat.reshape(plain["shape"])
        case _:
            raise ValueError(f"a value of the kind {kind!r}")
