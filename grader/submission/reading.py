"""One submission, whatever was handed in, becomes a `Submission`.

A file, a folder and a zip take the same way: list what there is, choose the solution among it,
take what lies beside it along as helpers. Nothing of it is run or parsed as Python, nothing is
written to disk, and whatever is wrong with it becomes its `problem`.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import MsgspecError, Struct, field, json

from grader.errors import UsageError
from grader.model import Chunk, Submission
from grader.submission.choice import choose, is_candidate
from grader.submission.naming import (
    kind_of,
    listed,
    plain_path,
    resembles,
    safe_id,
    shown,
    stem_of,
)
from grader.submission.source import decode, what_it_looks_like
from grader.submission.tree import (
    ODD_NAME,
    Refused,
    Tree,
    folder_tree,
    read_regular,
    size_text,
)

MAX_FILE = 50 << 20  # bytes: of a notebook, or of a zip that is read into memory
MAX_HELPERS = 1_000
MAX_HELPER_BYTES = 20 << 20

_HANDOUT = "assignment.json"
_MANY = 20  # files, beyond which none is looked into to tell which was filled in
_FILLED_IN = re.compile(
    r"(?:^[ \t]+|[:;][ \t]*)return\b|\blambda\b|\byield\b|\braise[ \t]+(?!NotImplementedError)\w"
    r"|^[a-z]\w*[ \t]*(?::[^=\n]*)?=|^from .* import \*|^from[ \t]+\.",
    re.MULTILINE,
)
_IMPORTS = re.compile(r"^[ \t]*(from|import)[ \t]+(\w.*)", re.MULTILINE)

# Nothing imports these from beside the solution, and they are large.
_NEVER_HELPERS = (".ipynb", ".zip")


class Parts(Struct, frozen=True):
    """What a submission is made of, before it has an id."""

    filename: str
    chunks: tuple[Chunk, ...]
    helpers: Mapping[str, bytes] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def read_submission(
    path: Path,
    *,
    expected_name: str,
    submission_id: str | None = None,
    without: Collection[str] = (),
) -> Submission:
    """Read a file, a folder or a zip that one student handed in.

    Nothing that a student can hand in raises: what keeps it from being read becomes the
    `problem`, a sentence to the student; what was done about an oddity becomes a remark.

    - A `.py` file or a notebook is the solution, whatever its name. A notebook's code cells
      become one chunk each.
    - In a folder or a zip the solution is chosen by its name (see `choose`), also when it all
      lies in one folder more. The files beside it become helpers, within bounds.
    - A folder that holds a zip and nothing else that could be the solution is read as that zip.

    Args:
        path: of what was handed in.
        expected_name: what it should be called.
        submission_id: what it is called in reports; from its name if None.
        without: files and folders at the top of a folder that are not the student's.

    Raises:
        UsageError: there is nothing at `path`.
    """
    if not os.path.lexists(path):
        raise UsageError(f"{path}: no such file or folder; give the path of a submission")
    return assemble(
        submission_id if submission_id is not None else id_of(path),
        shown(own_name(path)),
        lambda: _parts_at(path, expected_name, without),
    )


def assemble(submission_id: str, filename: str, read: Callable[[], Parts]) -> Submission:
    """Make a submission of what `read` returns, or of the reason for which it refuses."""
    try:
        parts = read()
    except Refused as refusal:
        return refused(submission_id, filename, str(refusal))
    return Submission(
        id=submission_id,
        filename=parts.filename,
        chunks=parts.chunks,
        helpers=parts.helpers,
        remarks=parts.remarks,
        digest=_digest(parts.chunks, parts.helpers),
    )


def refused(submission_id: str, filename: str, problem: str) -> Submission:
    """Make a submission of which nothing can run."""
    return Submission(
        id=submission_id, filename=filename, problem=problem, digest=_digest((), {}, problem)
    )


def id_of(path: Path) -> str:
    """Return the id that a path gives to what lies there: its name, safe as a file's."""
    return safe_id(stem_of(own_name(path)))


def own_name(path: Path) -> str:
    """Return the name of what lies at a path, also when the path ends in a dot or two."""
    return path.name if path.name not in ("", "..") else path.resolve().name


def _parts_at(path: Path, expected_name: str, without: Collection[str]) -> Parts:
    try:
        # The path itself is the caller's word, so a link is followed here and nowhere below.
        real = path.resolve(strict=True)
        is_folder = stat.S_ISDIR(real.stat().st_mode)
    except (OSError, RuntimeError) as error:
        raise Refused(f"{shown(own_name(path))} could not be opened") from error
    if is_folder:
        return parts_of_tree(folder_tree(real).without(without), expected_name)
    return parts_of_file(
        own_name(path), lambda limit: read_regular(real, limit), expected_name=expected_name
    )


def parts_of_file(name: str, read: Callable[[int], bytes], *, expected_name: str) -> Parts:
    """Read a single file that was handed in by itself: source, a notebook or a zip."""
    if kind_of(name) is not None:
        chunks, remarks = _solution(name, read)
        return Parts(shown(name), chunks, remarks=remarks)
    content = read(MAX_FILE)
    looks = what_it_looks_like(content)
    if looks == "a zip archive" or name.lower().endswith(".zip"):
        return _parts_of_zip(content, expected_name)
    raise Refused(
        f"{shown(name)} is not a .py file, a notebook or a zip"
        f"{f', but looks like {looks}' if looks else ''}; hand in {shown(expected_name)}"
    )


def parts_of_tree(tree: Tree, expected_name: str, *, open_zip: bool = True) -> Parts:
    """Choose the solution among the files of a folder or a zip, and take the rest along."""
    if open_zip:
        zipped = [name for name in tree.names if name.lower().endswith(".zip")]
        if len(zipped) == 1 and not any(map(kind_of, tree.names)):
            return _parts_of_zip(tree.read(zipped[0], MAX_FILE), expected_name)
    tree, untouched = _without_templates(tree, expected_name)
    try:
        choice = choose(tree.names, expected_name=expected_name)
    except Refused as refusal:
        raise Refused("; ".join([str(refusal), *tree.remarks])) from refusal
    chunks, remarks = _solution(choice.name, lambda limit: tree.read(choice.name, limit))
    helpers, left_out = _helpers(tree, choice.name, chunks)
    return Parts(
        shown(choice.name),
        chunks,
        helpers,
        (*untouched, *choice.remarks, *remarks, *tree.remarks, *left_out),
    )


class _Handout(Struct, frozen=True):
    """What is needed of a handout's assignment.json (see grader.public)."""

    starters: tuple[str, ...] = ()


def _without_templates(tree: Tree, expected_name: str) -> tuple[Tree, tuple[str, ...]]:
    """Leave out a template that nobody filled in, where something else was handed in with it.

    Who works in the notebook often hands in an empty solution.py with it, which would count for
    its name. The student may write into assignment.json what they like: it decides only which of
    their own files is read.
    """
    meant = [name for name in tree.names if resembles(_base(name), expected_name)]
    folder = _folder(min(meant, key=lambda name: name.count("/"))) if meant else ""
    beside = [name for name in tree.names if is_candidate(name) and _folder(name) == folder]
    if not 2 <= len(beside) <= _MANY:
        return tree, ()
    starters = _starters(tree)
    templates = [n for n in beside if n in meant and _is_template(tree, n, starters)]
    if not templates or len(templates) == len(beside):
        return tree, ()
    files = {name: size for name, size in tree.files.items() if name not in templates}
    remark = f"left out {listed(templates)}, in which nothing was filled in"
    return Tree(files, tree.read, tree.folders, tree.odd), (remark,)


def _starters(tree: Tree) -> tuple[str, ...]:
    """Return the digests of the templates of a handout, if the whole of it was handed in."""
    of_handouts = [name for name in tree.names if _base(name) == _HANDOUT]
    if not of_handouts:
        return ()
    handout = min(of_handouts, key=lambda name: (name.count("/"), name))
    try:
        return json.decode(tree.read(handout, MAX_HELPER_BYTES), type=_Handout).starters
    except (Refused, MsgspecError, UnicodeDecodeError, RecursionError):
        return ()


def _is_template(tree: Tree, name: str, starters: Collection[str]) -> bool:
    """Whether a file is as it was handed out, or empty, or all stubs: then it can earn nothing.

    What imports its functions from the files beside it is filled in.
    """
    try:
        chunks, _ = _solution(name, lambda limit: tree.read(name, limit))
    except Refused:
        return False
    text = "\n".join(chunk.text for chunk in chunks)
    if not text.strip() or _digest(chunks, {}) in starters:
        return True
    if "raise NotImplementedError" not in text or _FILLED_IN.search(text):
        return False
    own = {_base(file).removesuffix(".py") for file in tree.names if file != name}
    return own.isdisjoint(_imported(text))


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _parts_of_zip(content: bytes, expected_name: str) -> Parts:
    from grader.submission.archive import zip_tree  # only now: most submissions are no zips

    return parts_of_tree(zip_tree(content), expected_name, open_zip=False)


def _solution(name: str, read: Callable[[int], bytes]) -> tuple[tuple[Chunk, ...], tuple[str, ...]]:
    content = read(MAX_FILE)
    label = shown(name.rpartition("/")[2])
    if not content.strip():
        return (Chunk(label, ""),), (f"{label} is empty",)
    if kind_of(name) == "notebook" or b'"nbformat"' in content:
        from grader.submission.notebook import is_notebook, read_notebook  # brings a decoder

        if kind_of(name) == "notebook":
            return read_notebook(content, name=label)
        if is_notebook(content):
            chunks, remarks = read_notebook(content, name=label)
            return chunks, (f"{label} is a notebook and was read as one", *remarks)
    text, remarks = decode(content, name=label)
    return (Chunk(label, text),), remarks


def _helpers(
    tree: Tree, solution: str, chunks: Iterable[Chunk]
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Read what lies beside the solution, modules before data and small files before large."""
    places = _from_above(tree, solution, chunks) | _beside(tree, solution)
    helpers: dict[str, bytes] = {}
    odd: set[str] = set()
    left_out: list[str] = []
    room = MAX_HELPER_BYTES
    order = [(not name.endswith(".py"), tree.files[name], name) for name in places.values()]
    for _, (helper, name) in sorted(zip(order, places.items(), strict=True)):
        if plain_path(helper.split("/")) is None:
            odd.add(name)
            continue
        if len(helpers) == MAX_HELPERS or tree.files[name] > room:
            left_out.append(name)
            continue
        try:
            content = tree.read(name, room)  # counted, whatever size the zip gives
        except Refused:
            left_out.append(name)
            continue
        room -= len(content)
        helpers[unicodedata.normalize("NFC", helper)] = content  # as Python looks for a module
    remarks = [f"left out {listed(sorted(odd))}: {ODD_NAME}"] if odd else []
    if left_out:
        remarks.append(
            f"left out {listed(left_out)}: damaged, or beyond {MAX_HELPERS} files and "
            f"{size_text(MAX_HELPER_BYTES)} beside the solution"
        )
    return helpers, tuple(remarks)


def _beside(tree: Tree, solution: str) -> dict[str, str]:
    """Return what lies in the solution's folder and below, by its place there."""
    folder = solution[: solution.rfind("/") + 1]
    return {
        name[len(folder) :]: name
        for name in tree.names
        if name.startswith(folder)
        and name != solution
        and not name.lower().endswith(_NEVER_HELPERS)
    }


def _from_above(tree: Tree, solution: str, chunks: Iterable[Chunk]) -> dict[str, str]:
    """Return the modules that the solution imports by their place in a folder above it.

    Editors run a file from the top of its project: `from src.layers import *` in src/solution.py.
    """
    wanted = {name for chunk in chunks for name in _imported(chunk.text)}
    places: dict[str, str] = {}
    above = _folder(solution)
    while above:
        above = _folder(above)
        start = f"{above}/" if above else ""
        for name in tree.names:
            place = name[len(start) :]
            first = place.partition("/")[0].removesuffix(".py")
            if first in wanted and name.startswith(start) and name.endswith(".py"):
                places.setdefault(place, name)
    return {place: name for place, name in places.items() if name != solution}


def _imported(text: str) -> Iterator[str]:
    """Yield the first part of the name of each module that a text imports."""
    for keyword, names in _IMPORTS.findall(text):
        for name in names.split(",") if keyword == "import" else [names]:
            yield re.split(r"\W", name.strip(), maxsplit=1)[0]


def _digest(
    chunks: Iterable[Chunk], helpers: Mapping[str, bytes], problem: str | None = None
) -> str:
    """Hash everything that runs. Each piece follows its length, so that no two run together."""
    sha = hashlib.sha256()

    def add(piece: bytes) -> None:
        sha.update(b"%d:" % len(piece))
        sha.update(piece)

    for chunk in chunks:
        add(b"chunk")
        add(chunk.label.encode())
        add(chunk.text.encode())
    for name in sorted(helpers):
        add(b"helper")
        add(name.encode())
        add(helpers[name])
    if problem is not None:
        add(b"problem")
        add(problem.encode())
    return sha.hexdigest()
