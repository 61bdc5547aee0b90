"""A notebook's code cells, in the order of the page, as plain Python.

Only what is needed is ever built from the file: of a notebook with 40 MB of pictures in it, the
decoder keeps the sources of its cells and steps over the rest. Both layouts in use are read:
version 4 (`cells`, `source`) and version 3 (`worksheets`, `input`).

Cells are counted as a person scrolling down counts them: code cells only, from 1, empty ones
included. Jupyter's own numbers change with every run and Colab shows none.
"""

from __future__ import annotations

import codecs
import re
from itertools import islice
from typing import TypeAlias

import msgspec

from grader.model import Chunk
from grader.submission.magics import plain_python
from grader.submission.naming import listed, shown
from grader.submission.source import MAX_SOURCE, what_it_looks_like
from grader.submission.tree import Refused, size_text

MAX_NOTEBOOK = 50 << 20  # bytes, outputs and pictures included
MAX_CELLS = 5_000  # of code
_LONGEST_SOURCE = 6 * MAX_SOURCE  # bytes of JSON, in which a character may be written \\u0000

_Source: TypeAlias = str | list[str] | None
_IMPORTS = re.compile(r"^[ \t]*(?:from|import|%run)\b.*", re.MULTILINE)
_DEFINES = re.compile(rb'(?:"|\\n)def ([a-zA-Z_0-9]{1,80})\(')  # in JSON
_NO_TEXT = re.compile("[\0\ud800-\udfff]")

# Every cell must name its type, and its source stays undecoded at first: so the least that a
# hostile file can spend on a cell is more than the decoder spends on it.


class _Cell(msgspec.Struct, gc=False):
    cell_type: str
    source: msgspec.Raw = msgspec.Raw()
    input: msgspec.Raw = msgspec.Raw()  # version 3


class _Worksheet(msgspec.Struct):
    cells: list[_Cell]


class _Notebook(msgspec.Struct):
    cells: list[_Cell] | None = None
    worksheets: tuple[_Worksheet] | None = None  # version 3: never more than one was written
    metadata: msgspec.Raw = msgspec.Raw()


class _Language(msgspec.Struct):
    language: str = ""
    name: str = ""


class _Metadata(msgspec.Struct):
    kernelspec: _Language = msgspec.field(default_factory=_Language)
    language_info: _Language = msgspec.field(default_factory=_Language)


def read_notebook(content: bytes, *, name: str) -> tuple[tuple[Chunk, ...], tuple[str, ...]]:
    """Return a chunk for each code cell that holds Python, and remarks; or raise Refused."""
    if len(content) > MAX_NOTEBOOK:
        raise Refused(
            f"{shown(name)} is larger than {size_text(MAX_NOTEBOOK)}; "
            "clear its outputs and hand it in again"
        )
    notebook = _decoded(content, name)
    chunks: list[Chunk] = []
    remarks = [
        "the notebook's code cells are counted from 1; its text cells are not read",
        *_about_language(notebook),
        *_about_code_elsewhere(notebook),
    ]
    sources = _sources(notebook, name)
    imports = "\n".join(line for source in sources for line in _IMPORTS.findall(source or ""))
    imported = set(re.findall(r"\w+", imports))
    for count, source in enumerate(sources, start=1):
        if source is None:
            remarks.append(f"cell {count} is damaged and was left out")
            continue
        plain = plain_python(source)
        text = plain.text
        if plain.left_out is not None:
            remarks.append(f"cell {count} begins with {shown(plain.left_out)} and was left out")
        elif plain.writes is not None and _stem(plain.writes) in imported:
            text = plain.writing
        elif plain.writes is not None:
            remarks.append(f"cell {count} writes {shown(plain.writes)} and was read as code")
        if text.strip():
            chunks.append(Chunk(f"cell {count}", text))
    if not chunks:
        remarks.append("the notebook has no code")
    return tuple(chunks), _bounded(remarks)


def _sources(notebook: _Notebook, name: str) -> list[str | None]:
    """Return the text of each code cell, None where it is damaged; or raise Refused."""
    sources: list[str | None] = []
    encoded = decoded = 0
    for cell in _cells(notebook):
        if cell.cell_type != "code":
            continue
        encoded += len(cell.source) + len(cell.input)
        source = _source(cell) if encoded <= _LONGEST_SOURCE else ""
        decoded += len(source or "")
        sources.append(source)
        if len(sources) > MAX_CELLS or encoded > _LONGEST_SOURCE or decoded > MAX_SOURCE:
            raise Refused(
                f"{shown(name)} holds more code than a notebook does "
                f"({MAX_CELLS} cells, {size_text(MAX_SOURCE)})"
            )
    return sources


def _stem(path: str) -> str:
    """Return the name by which a module is imported: of the solution itself, none."""
    stem = path.rpartition("/")[2].removesuffix(".py")
    return "" if stem == "solution" else stem


def is_notebook(content: bytes) -> bool:
    """Decide whether a file is a notebook by its content, whatever it is called."""
    if not content.lstrip().startswith(b"{") or b'"nbformat"' not in content:
        return False
    try:
        _decoded(content, "")
    except Refused:
        return False
    return True


_NOT_ONE = "is not a notebook"
_AT_CELL = re.compile(r"cells\[(\d+)\]")
_AT_BYTE = re.compile(r"\(byte (\d+)\)")

# Half a surrogate pair, as print() may leave it in an output: no character, but no reason to lose
# the notebook. An escape behind an odd backslash is text about escapes.
_HALF_A_PAIR = re.compile(
    rb"""(?<!\\)(?:\\\\){0,50}
    ( \\u[dD][89abAB][0-9a-fA-F]{2} (?!\\u[dD][c-fC-F])
    | (?<!\\u[dD][89abAB][0-9a-fA-F]{2}) \\u[dD][c-fC-F][0-9a-fA-F]{2} )""",
    re.VERBOSE,
)
_MOST_HALVES = 10_000

# Python writes and reads these as numbers, so that nbconvert leaves them in outputs; JSON has none.
_NO_NUMBER = re.compile(rb'"[^"]*"?|(NaN|-?Infinity)')
_MOST_TOKENS = 5_000_000  # strings and such numbers: seconds


def _decoded(content: bytes, name: str) -> _Notebook:
    content = _as_utf8(content)
    try:
        try:
            notebook = msgspec.json.decode(content, type=_Notebook)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            notebook = msgspec.json.decode(_as_strict_json(content), type=_Notebook)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{shown(name)} {_why_none(content, error)}") from error
    if notebook.cells is None and notebook.worksheets is None:
        raise Refused(f"{shown(name)} {_NOT_ONE}: it has no cells")
    return notebook


def _as_strict_json(content: bytes) -> bytearray:
    """Put as many other characters in the place of what Jupyter reads and strict JSON forbids."""
    strict = bytearray(content)
    for half in islice(_HALF_A_PAIR.finditer(content), _MOST_HALVES):
        strict[half.start(1) : half.end(1)] = rb"\ufffd"
    if b"NaN" in content or b"Infinity" in content:
        # as long, and every quote in it begins or ends a string
        plain = content.replace(rb"\\", b"  ").replace(rb"\"", b"  ")
        for found in islice(_NO_NUMBER.finditer(plain), _MOST_TOKENS):
            if found[1]:
                strict[found.start() : found.end()] = b"0".ljust(len(found[1]))
    return strict


def _as_utf8(content: bytes) -> bytes:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace").encode()
    return content.removeprefix(codecs.BOM_UTF8)


def _why_none(content: bytes, error: ValueError | RecursionError) -> str:
    foreign = what_it_looks_like(content)
    if foreign is not None:
        return f"{_NOT_ONE}: it looks like {foreign}"
    if not content.lstrip().startswith(b"{"):
        return f"{_NOT_ONE}; if it is Python source, let its name end in .py"
    if isinstance(error, RecursionError):
        return f"{_NOT_ONE}: it nests too deeply"
    if isinstance(error, msgspec.ValidationError):
        cell = _AT_CELL.search(str(error))
        what = f"its cell {int(cell[1]) + 1} (of all kinds)" if cell else "its list of cells"
        return f"{_NOT_ONE}: {what} is damaged; save it again in Jupyter"
    place = _AT_BYTE.search(str(error))
    if place is None:
        return f"{_NOT_ONE}, or it is cut short: save it again in Jupyter"
    before = content[: int(place[1])]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    return f"{_NOT_ONE}: its JSON breaks at line {line}, column {column}; save it again in Jupyter"


def _cells(notebook: _Notebook) -> list[_Cell]:
    if notebook.cells is not None:
        return notebook.cells
    return [cell for sheet in notebook.worksheets or () for cell in sheet.cells]


def _source(cell: _Cell) -> str | None:
    """Return the cell's text; None when it is damaged."""
    try:
        source = msgspec.json.decode(cell.source or cell.input or b'""', type=_Source)
    except (ValueError, RecursionError):
        return None
    text = source if isinstance(source, str) else "".join(source or ())
    # Either would fail all that is sent with it; like this it fails the statement that holds it.
    text = _NO_TEXT.sub("\ufffd", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _about_language(notebook: _Notebook) -> list[str]:
    try:
        metadata = msgspec.json.decode(notebook.metadata or b"{}", type=_Metadata)
    except (ValueError, RecursionError):
        return []
    language = metadata.kernelspec.language or metadata.language_info.name
    if not language or "python" in language.lower():
        return []
    return [f"the notebook says that its language is {shown(language)}; it was read as Python"]


def _about_code_elsewhere(notebook: _Notebook) -> list[str]:
    """Say which functions stand in a cell that a slip of the hand turned into text."""
    names = [
        name.decode()
        for cell in _cells(notebook)
        if cell.cell_type != "code"
        for name in _DEFINES.findall(bytes(cell.source)[:_LONGEST_SOURCE])
    ]
    return (
        [f"a function stands in a text cell, which does not run: {listed(names)}"] if names else []
    )


def _bounded(remarks: list[str], most: int = 20) -> tuple[str, ...]:
    if len(remarks) > most:
        remarks = [*remarks[:most], f"and {len(remarks) - most} more remarks on its cells"]
    return tuple(remarks)
