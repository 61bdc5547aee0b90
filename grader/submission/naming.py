"""What the grader makes of names: those that people gave to files, and those it gives itself.

A file name is text from a student. Before a person sees it, it is made harmless (`shown`); before
it is looked up in what was handed in, it is checked (`inner_path`); before it becomes the name of a
helper file or of a results folder, it is checked further (`plain_path`) or rewritten (`safe_id`).
Nothing here touches a disk.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["python", "notebook"]

_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)  # Windows opens a device under each of these names, whatever their extension
_NOT_IN_A_NAME = frozenset('\\:<>"|?*')  # separators, drives, streams and wildcards of Windows
_DRIVE = re.compile(r"[A-Za-z]:$")
_LONGEST_PART = 255  # bytes, on every common file system
_LONGEST_PATH = 1000  # characters
_LONGEST_ID = 64  # characters; a suffix may follow

_JUNK_FOLDERS = frozenset(["__macosx", "__pycache__", "node_modules", "site-packages"])
_JUNK_FILES = frozenset(["thumbs.db", "desktop.ini", "expect.yaml", "icon\r"])
_JUNK_ENDINGS = (".pyc", ".pyo")

_KIND = re.compile(r"\.(?:(?P<python>py)(?:\.txt)?|ipynb(?:\.txt|\.json)?)$", re.IGNORECASE)
_OTHER = re.compile(
    r"\.(?:(?:tar\.)?(?:gz|bz2|xz)|zip|tar|tgz|7z|rar|pdf|docx?|odt|rtf|pages)$", re.IGNORECASE
)  # archives and documents: handed in, though most cannot be read

# What browsers and learning platforms make of the second file of the same name.
_COPY = re.compile(
    r"(?:[ _-]{0,9}\(\d{1,3}\)|[ _-]\d{1,3}|[ _-]{1,9}copy(?:[ _-]{0,9}\(?\d{1,3}\)?)?)$"
)


def shown(name: str, limit: int = 80) -> str:
    """Return the name as people may see it: one line, bounded, nothing in it that acts.

    Control characters, marks that turn the reading direction, other invisible characters and
    lone surrogates become �; a long name loses its middle.

    >>> shown("a\\x1b[2Jb.py")
    'a�[2Jb.py'
    """
    if len(name) > limit:
        name = f"{name[: limit // 2]}…{name[-(limit - limit // 2 - 1) :]}"
    if name.isascii() and name.isprintable():
        return name
    return "".join("�" if _acts(character) else character for character in name)


def _acts(character: str) -> bool:
    if character in "\u200c\u200d":  # join or part letters, as Persian and emoji need it
        return False
    category = unicodedata.category(character)
    return category[0] == "C" or category in ("Zl", "Zp")


def listed(names: Iterable[str], limit: int = 5) -> str:
    """Join names for a sentence, the first few of them.

    >>> listed(["a", "b", "c"], limit=2)
    'a, b and 1 more'
    """
    every = [shown(name) for name in names]
    if len(every) > limit:
        return f"{', '.join(every[:limit])} and {len(every) - limit} more"
    return " and ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)


def inner_path(parts: Sequence[str]) -> str | None:
    """Return the parts joined by "/" when they name a place within a folder or zip, else None.

    It is looked up there and no file is made by that name, so that what is no name on some other
    system will do, such as a folder `HW 1: layers` or `Kim Jr.`; what leads out of it will not.
    """
    if not parts or leads_out(parts) or not all(map(_can_be_told, parts)):
        return None
    path = "/".join(parts)
    return path if len(path) <= _LONGEST_PATH else None


def leads_out(parts: Sequence[str]) -> bool:
    """Decide whether a path begins anywhere else than where it is found, or goes up."""
    return any(part in ("", ".", "..") for part in parts) or bool(_DRIVE.match(parts[0]))


def _can_be_told(part: str) -> bool:
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in part):
        return False
    return len(part.encode()) <= _LONGEST_PART


def plain_path(parts: Sequence[str]) -> str | None:
    """Return the parts joined by "/" when every one is an ordinary name anywhere, else None.

    Ordinary means: a file of this name can be made below a folder on any system, and is where
    its name says. `..`, drives, devices and control characters are not ordinary.
    """
    if not parts or any(not _is_plain(part) for part in parts):
        return None
    path = "/".join(parts)
    return path if len(path) <= _LONGEST_PATH else None


def _is_plain(part: str) -> bool:
    if part in ("", ".", "..") or part[-1] in " ." or _NOT_IN_A_NAME.intersection(part):
        return False
    return part.partition(".")[0].rstrip().lower() not in _RESERVED and _can_be_told(part)


def is_junk(path: str) -> bool:
    """Decide whether a relative path is one that no student means to hand in."""
    *folders, name = path.split("/")
    if any(_is_hidden(folder) or folder.lower() in _JUNK_FOLDERS for folder in folders):
        return True
    lower = name.lower()
    return (
        _is_hidden(lower)
        or lower in _JUNK_FILES
        or lower in _JUNK_FOLDERS
        or lower.endswith(_JUNK_ENDINGS)
    )


def _is_hidden(part: str) -> bool:
    """Whether a name is one of a program's own, by its dot.

    Not `..`, which is hostile and said to be left out, and not what Moodle names after a student,
    who may be called as they like; but what macOS lays beside each of those it names `._` and so.
    """
    is_a_students = "_assignsubmission_" in part and not part.startswith("._")
    return part.startswith(".") and part != ".." and not is_a_students


def kind_of(name: str) -> Kind | None:
    """Decide by its name whether a file is Python source, a notebook or neither.

    `.py.txt` and `.ipynb.json` are what some browsers make of a download.
    """
    match = _KIND.search(name)
    if match is None:
        return None
    return "python" if match["python"] else "notebook"


def is_archive_or_document(name: str) -> bool:
    """Decide by its name whether a file is one that somebody may hand in for a solution."""
    return _OTHER.search(name) is not None


def stem_of(name: str) -> str:
    """Return a file's name without its folder and without the extensions that we know.

    >>> stem_of("hw1/alice.smith.py.txt")
    'alice.smith'
    """
    name = _base(name)
    return (_KIND.sub("", name) if kind_of(name) else _OTHER.sub("", name)) or name


def resembles(name: str, expected_name: str) -> bool:
    """Decide whether a name is the expected one but for its kind or a copy's number.

    >>> resembles("Solution (1).ipynb", "solution.py"), resembles("solutions.py", "solution.py")
    (True, False)
    """
    if kind_of(name) is None:
        return False
    wanted = stem_of(expected_name).casefold()
    stem = stem_of(name).casefold().removeprefix("copy of ")
    return wanted in (stem, _COPY.sub("", stem))


def safe_id(text: str) -> str:
    """Make a name that is safe as a file's on every system out of any text.

    Letters and digits of any script stay, with `-`, `_` and dots inside; whatever else becomes
    `_`. The id never begins with a dot, is never empty or reserved, and is bounded.

    >>> safe_id("../Zoë Müller?"), safe_id("NUL"), safe_id("...")
    ('Zoë_Müller', 'submission_NUL', 'submission')
    """
    normal = unicodedata.normalize("NFC", text[: 4 * _LONGEST_ID])
    kept = "".join(c if c in "-_." or unicodedata.category(c)[0] in "LNM" else "_" for c in normal)
    short = re.sub(r"_{2,}", "_", kept).strip("-_.")[:_LONGEST_ID].rstrip("-_.")
    while len(short.encode()) > 3 * _LONGEST_ID:
        short = short[:-1]
    if not short:
        return "submission"
    reserved = short.partition(".")[0].lower() in _RESERVED
    return f"submission_{short}" if reserved else short


def distinct(wanted: Sequence[str]) -> tuple[str, ...]:
    """Number the ids that come again: a, a-2, a-3; no two are equal even where case is ignored.

    >>> distinct(["a", "A", "b", "a-2"])
    ('a', 'A-3', 'b', 'a-2')
    """
    asked = {_folded(name) for name in wanted}
    last: dict[str, int] = {}  # of each name, the number that was given last
    taken: set[str] = set()
    ids = []
    for name in wanted:
        number = last.get(_folded(name), 0) + 1
        free = name if number == 1 else f"{name}-{number}"
        while _folded(free) in taken or (number > 1 and _folded(free) in asked):
            number += 1
            free = f"{name}-{number}"
        last[_folded(name)] = number
        taken.add(_folded(free))
        ids.append(free)
    return tuple(ids)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _base(name: str) -> str:
    return name.rpartition("/")[2]
