"""What only IPython understands in a cell becomes plain Python, line by line.

A cell may hold magics (`%matplotlib inline`), shell escapes (`!pip install …`), help (`foo?`) and
whole-cell magics (`%%time`). IPython rewrites them into calls of get_ipython(), which is absent
where the solution runs. Here each becomes Python that does nothing, or the code that it wraps, on
the same lines: line 2 of the student's cell stays line 2 in every message.

Finding them takes no parser. Python allows `%`, `!` and `?` neither at the start of a statement
nor right after `=`, nor `?` at its end, so it is enough to know where statements start: what lies
in a string, in brackets or behind a backslash goes on with the line before. Rewriting with
IPython itself would join continued lines, read hostile text anew for each magic, and make what a
student's own check sees depend on what is installed; the tests hold this module against it.
"""

from __future__ import annotations

import re

from msgspec import Struct

# Cell magics whose body is no Python of the notebook's own: it is for a shell, a page, a file or
# another process. The body of any other (%%time, %%capture, …) is code.
_ELSEWHERE = frozenset(
    (
        *("!", "sx", "sh", "bash", "script", "cmd", "system", "shell"),
        *("html", "javascript", "js", "latex", "markdown", "md", "svg", "mermaid"),
        *("perl", "ruby", "R", "julia", "octave", "sql", "bigquery", "cython", "cython_inline"),
        *("writefile", "file", "writetemplate", "pypy", "python", "python2", "python3"),
    )
)
_CELL_MAGIC = re.compile(r"%%(!|\w*)")
_WRITES = re.compile(
    r"""%%(?:write)?file[ \t]+(-a[ \t]+)?["']?([\w./-][\w./ -]*\.py)["']?[ \t]*$"""
)  # the name begins with no blank: each blank could be of either, in time by their square
_RUN = re.compile(
    r"""%run[ \t]+(?:-\w+[ \t]+)*["']?(?:\./)?(\w+(?:/\w+)*)(?:\.py)?["']?[ \t]*(?:\#|$)"""
)
_STATEMENT_OF_TIME = re.compile(r"%time[ \t]+(?=[^\s\\])")
_PYLAB = re.compile(r"%pylab\b")
_NUMPY_NAMES = "import numpy; import numpy as np; from numpy import *"  # %pylab's, without pictures
_INSTALL = re.compile(r"(?:pip3?|conda|mamba|uv)[ \t]+(?:install|uninstall|list|show)\b")

_SUSPECT = re.compile(
    rf"^[ \t]*(?:[%!?]|{_INSTALL.pattern})|=[ \t]*[%!]|\?[ \t]*(?:#.*)?$", re.MULTILINE
)  # a cell without any of these is plain Python already

_PIECE = re.compile(
    r"""
    (?P<comment>\#)
  | (?P<quote>\"\"\"|'''|"|')
  | (?P<open>[(\[{])
  | (?P<close>[)\]}])
  | (?P<operator>[=!<>:+\-*/%&|^@]=)
  | (?P<assign>=[ \t]*(?=[%!]))
    """,
    re.VERBOSE,
)
_IN_STRING = {quote: re.compile(rf"\\.|(?P<end>{quote})") for quote in ('"', "'", '"""', "'''")}


class PlainCell(Struct, frozen=True):
    """A cell as plain Python; `left_out` names the cell magic whose body is not run as Python.

    Of a cell that writes its body to a module, `writes` is that file's place, and `writing` is
    Python that does so.
    """

    text: str
    left_out: str | None = None
    writes: str | None = None
    writing: str = ""


def plain_python(text: str) -> PlainCell:
    """Rewrite a cell into plain Python with the same lines.

    >>> plain_python("%matplotlib inline\\nfiles = !ls\\n%time x = f(3)").text.split("\\n")
    ['pass  # %matplotlib inline', 'files = []  # !ls', 'x = f(3)']
    """
    lines = _without_common_indent(text.split("\n"))
    written, writing = None, ""
    for number, line in enumerate(lines):
        cell_magic = _CELL_MAGIC.match(line)
        if cell_magic is not None:
            if module := _WRITES.match(line):
                if written is None:  # what follows is the module's text, whatever it is
                    written, writing = module[2], _writing(module, lines[number + 1 :])
            elif cell_magic[1] in _ELSEWHERE:
                return PlainCell("", left_out=cell_magic[0])
            lines[number] = f"# {line}"  # what follows may be a cell magic again
        elif line.strip():
            break
    if _SUSPECT.search("\n".join(lines)):
        number, scanner = 0, _Scanner()
        while number < len(lines):
            number = _rewrite(lines, number, scanner)
    return PlainCell("\n".join(lines), writes=written, writing=writing)


def _writing(magic: re.Match[str], body: list[str]) -> str:
    """Return Python that writes a module where the notebook runs, also for `/content/shapes.py`.

    Imports and plain assignments only: they run as well where nothing but definitions does.
    """
    parts = [part for part in magic[2].split("/") if part not in ("", ".", "..")]
    if magic[2].startswith(("/", "..")):
        del parts[:-1]
    folder, mode = "/".join(parts[:-1]), "a" if magic[1] else "w"
    lines = ["import io as _io, os as _os"]
    if folder:  # that `!mkdir` was to make
        lines.append(f"_made = _os.makedirs({folder!r}, exist_ok=True)")
    lines.append(f"_file = _io.open({'/'.join(parts)!r}, {mode!r}, encoding='utf-8')")
    lines.append(f"_done = _file.write({chr(10).join([*body, ''])!r}), _file.close()")
    return "\n".join(lines)


def _without_common_indent(lines: list[str]) -> list[str]:
    """Take the first line's indent off every line that has it, as IPython does."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(indent) for line in lines] if indent else lines


def _rewrite(lines: list[str], number: int, scanner: _Scanner) -> int:
    """Rewrite a line if it needs to be, and return the number of the next one to look at."""
    line = lines[number]
    bare = line.lstrip()
    indent = line[: len(line) - len(bare)]
    starts = scanner.at_statement
    if starts and (bare.startswith(("%", "!", "?")) or _INSTALL.match(bare)):
        timed = _STATEMENT_OF_TIME.match(bare)
        if timed is None:
            instead = _NUMPY_NAMES if _PYLAB.match(bare) else "pass"
            if not indent and (module := _RUN.match(bare)):
                instead = f"from {module[1].replace('/', '.')} import *"
            return _replace(lines, number, f"{indent}{instead}  # {bare}")
        lines[number] = line = indent + bare[timed.end() :]
    scanner.read(line)
    if scanner.assigned_at is not None:
        before, after = line[: scanner.assigned_at], line[scanner.assigned_at :]
        nothing = "[]" if after.startswith("!") else "None"
        scanner.reset()
        return _replace(lines, number, f"{before}{nothing}  # {after}")
    if starts and scanner.at_statement and scanner.asked:
        lines[number] = f"{indent}pass  # {bare}"
    return number + 1


def _replace(lines: list[str], number: int, replacement: str) -> int:
    """Replace a line, and make comments of those by which a backslash continues it."""
    goes_on = lines[number].endswith("\\")
    lines[number] = replacement
    number += 1
    while goes_on and number < len(lines):
        goes_on = lines[number].endswith("\\")
        lines[number] = f"# {lines[number]}"
        number += 1
    return number


class _Scanner:
    """Reads line after line and knows whether a statement starts with the next one."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._quote: str | None = None  # of the string that goes on in the next line
        self._depth = 0  # of brackets
        self._continued = False  # by a backslash
        self.assigned_at: int | None = None  # the column of a magic right after `=`
        self.asked = False  # whether the line's code ends with a question mark

    @property
    def at_statement(self) -> bool:
        return self._quote is None and self._depth == 0 and not self._continued

    def read(self, line: str) -> None:
        self.assigned_at, self.asked = None, False
        position = code_from = (
            0 if self._quote is None else self._after_string(line, 0, self._quote)
        )
        end = len(line)
        while self._quote is None and (piece := _PIECE.search(line, position)):
            position = piece.end()
            if piece["comment"]:
                end = piece.start()
                break
            if piece["quote"]:
                position = code_from = self._after_string(line, position, piece["quote"])
            elif piece["open"]:
                self._depth += 1
            elif piece["close"]:
                self._depth = max(0, self._depth - 1)
            elif piece["assign"] and self._depth == 0:
                self.assigned_at = position
                return
        code = line[code_from:end]
        self._continued = end == len(line) and self._quote is None and code.endswith("\\")
        self.asked = code.rstrip().endswith("?")

    def _after_string(self, line: str, position: int, quote: str) -> int:
        """Return where the string ends; at the line's end it may go on in the next line."""
        for piece in _IN_STRING[quote].finditer(line, position):
            if piece["end"]:
                self._quote = None
                return piece.end()
            position = piece.end()
        goes_on = len(quote) == 3 or line[position:].endswith("\\")
        self._quote = quote if goes_on else None
        return len(line)
