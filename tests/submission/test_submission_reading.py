"""One submission: whatever a student hands in, there is a Submission and a sentence that helps."""

from __future__ import annotations

import os
import socket
import stat
import struct
import time
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from handing_in import (
    SOLUTION,
    Content,
    folder,
    notebook_text,
    special_entry,
    zip_bytes,
    zip_with,
)

from grader.errors import UsageError
from grader.model import Chunk, Submission
from grader.submission import read_submission
from grader.submission import reading as reading_module

SECRET = "root:x:0:0"


def read(path: Path) -> Submission:
    return read_submission(path, expected_name="solution.py")


def assert_harmless(submission: Submission, secret: str = SECRET) -> None:
    """What people will see is one line each and names no place of the machine."""
    for text in (submission.filename, submission.problem or "", *submission.remarks):
        assert text.isprintable()
        assert len(text) < 1000
        assert "/tmp" not in text and str(Path.cwd()) not in text
    assert secret.encode() not in b"".join(submission.helpers.values())
    assert all(secret not in chunk.text for chunk in submission.chunks)


@pytest.mark.parametrize(
    ("files", "chunks", "helpers"),
    [
        ({"solution.py": SOLUTION}, [("solution.py", SOLUTION)], {}),
        (
            {"solution.py": SOLUTION, "shapes.py": "S = 1\n", "data/layers.csv": "3,3\n"},
            [("solution.py", SOLUTION)],
            {"shapes.py": b"S = 1\n", "data/layers.csv": b"3,3\n"},
        ),
        (
            {"hw1/solution.py": SOLUTION, "hw1/shapes.py": "", "README.md": "about"},
            [("solution.py", SOLUTION)],
            {"shapes.py": b""},
        ),
        (
            {
                "solution.py": SOLUTION,
                "expect.yaml": "score: 3",
                ".git/config": "",
                "__pycache__/solution.cpython-311.pyc": b"\xa7",
                "__MACOSX/._solution.py": b"\0\5",
                "env/pyvenv.cfg": "",
                "env/lib/numpy/solution.py": "",
                "old/solution.ipynb": "{}",
                "hw.zip": b"PK",
            },
            [("solution.py", SOLUTION)],
            {},
        ),
        (
            {
                "hw1/solution.py": SOLUTION,
                "hw1/own/shapes.py": "a",
                "hw1/pyvenv.cfg": "",
                "hw1/bin/solution.py": "",
                "hw1/Lib/numpy.py": "",
            },
            [("solution.py", SOLUTION)],
            {"own/shapes.py": b"a"},
        ),
        ({"solution.ipynb": notebook_text("x = 1", "", "y = 2")},
         [("cell 1", "x = 1"), ("cell 3", "y = 2")], {}),
        ({"homework.py": SOLUTION}, [("homework.py", SOLUTION)], {}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("as_zip", [False, True], ids=["folder", "zip"])
def test_a_folder_and_a_zip_of_the_same_files_read_alike(
    tmp_path: Path,
    files: dict[str, Content],
    chunks: list[tuple[str, str]],
    helpers: dict[str, bytes],
    as_zip: bool,
) -> None:
    path = tmp_path / "handed in.zip"
    if as_zip:
        path.write_bytes(zip_bytes(files))
    else:
        path = folder(tmp_path / "handed in", files)
    submission = read(path)
    assert submission.problem is None
    assert submission.id == "handed_in"
    assert submission.chunks == tuple(Chunk(*chunk) for chunk in chunks)
    assert submission.helpers == helpers


def test_a_single_file_is_the_solution_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "Alice's homework.py"
    path.write_text(SOLUTION)
    submission = read(path)
    assert submission.id == "Alice_s_homework"
    assert submission.filename == "Alice's homework.py"
    assert submission.chunks == (Chunk("Alice's homework.py", SOLUTION),)
    assert submission.remarks == ()


@pytest.mark.parametrize("name", ["solution.zip", "solution"])
def test_a_single_zip_is_known_by_its_content_too(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(zip_bytes({"solution.py": SOLUTION}))
    assert read(tmp_path / name).chunks == (Chunk("solution.py", SOLUTION),)


def test_a_folder_that_holds_only_a_zip_is_read_as_that_zip(tmp_path: Path) -> None:
    path = folder(tmp_path / "alice", {"hw.zip": zip_bytes({"a/solution.py": SOLUTION})})
    assert read(path).chunks == (Chunk("solution.py", SOLUTION),)


def test_a_zip_within_a_zip_is_not_opened(tmp_path: Path) -> None:
    inner = zip_bytes({"solution.py": SOLUTION})
    (tmp_path / "a.zip").write_bytes(zip_bytes({"solution.zip": inner}))
    problem = read(tmp_path / "a.zip").problem
    assert problem is not None and problem.endswith("a zip within a zip is not opened")


def test_the_caller_may_choose_the_id(tmp_path: Path) -> None:
    path = folder(tmp_path, {"solution.py": SOLUTION})
    submission = read_submission(path, expected_name="solution.py", submission_id="Zoë 1")
    assert submission.id == "Zoë 1"


def test_a_path_that_is_a_dot_has_the_folders_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder(tmp_path / "alice", {"solution.py": SOLUTION}))
    assert read(Path()).id == "alice"


def test_a_path_with_nothing_there_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        read(tmp_path / "nothing.py")


@pytest.mark.parametrize(
    ("files", "remark"),
    [
        ({"solution.py": ""}, "solution.py is empty"),
        ({"solution.py": " \n\n"}, "solution.py is empty"),
        ({"solution.ipynb": ""}, "solution.ipynb is empty"),
        ({"solution.ipynb": notebook_text()}, "the notebook has no code"),
        ({"solution.py": notebook_text("x = 1")},
         "solution.py is a notebook and was read as one"),
        ({"Solution.py": SOLUTION}, "read Solution.py, as there was no solution.py"),
        ({"solution.py": SOLUTION, "a": "", "b": b"x" * (21 << 20)},
         "left out b: damaged, or beyond 1000 files and 20 MB beside the solution"),
    ],
)  # fmt: skip
def test_what_was_done_about_an_oddity_is_a_remark(
    tmp_path: Path, files: dict[str, Content], remark: str
) -> None:
    submission = read(folder(tmp_path, files))
    assert submission.problem is None
    assert remark in submission.remarks


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, "no solution.py was found, nor any other .py or .ipynb file; nothing was handed in"),
        ({"a.py": "", "b.py": ""},
         "several files may be the solution: a.py and b.py; name the one that counts solution.py"),
        ({"solution.py": b"# coding: ascii\n\xff"},
         "solution.py is not text in the encoding ascii that it names: byte 0xff at line 2, "
         "column 1; save the file as UTF-8"),
        ({"solution.py": b"\0" * 10},
         "solution.py is not text: a NUL character at line 1, column 1; save the file as UTF-8"),
        ({"solution.py": zip_bytes({"word/document.xml": "x"})},
         "solution.py looks like a Word document; hand in the Python source"),
        ({"solution.py": "#" * (3 << 20)}, "solution.py is larger than 2 MB"),
        ({"solution.ipynb": '{"cells": [],\n x}'},
         "solution.ipynb is not a notebook: its JSON breaks at line 2, column 2; "
         "save it again in Jupyter"),
        ({"solution.ipynb": SOLUTION},
         "solution.ipynb is not a notebook; if it is Python source, let its name end in .py"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_problem_in_a_sentence(
    tmp_path: Path, files: dict[str, Content], problem: str
) -> None:
    submission = read(folder(tmp_path / "alice", files))
    assert submission.problem == problem
    assert submission.chunks == ()
    assert_harmless(submission)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("essay.pdf", b"%PDF-1.7",
         "essay.pdf is not a .py file, a notebook or a zip, but looks like a PDF; "
         "hand in solution.py"),
        ("notes.txt", b"hello",
         "notes.txt is not a .py file, a notebook or a zip; hand in solution.py"),
        ("a.tar.gz", b"\x1f\x8b\x08",
         "a.tar.gz is not a .py file, a notebook or a zip, but looks like a gzip archive; "
         "hand in solution.py"),
        ("a.zip", b"", "the zip is damaged, cut short or no zip at all: pack it again"),
        ("a.zip", b"hello", "the zip is damaged, cut short or no zip at all: pack it again"),
        ("a.zip", zip_bytes({"solution.py": SOLUTION})[:-30],
         "the zip is damaged, cut short or no zip at all: pack it again"),
        ("a.zip", zip_bytes({}),
         "no solution.py was found, nor any other .py or .ipynb file; nothing was handed in"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_a_problem_in_a_sentence(
    tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert read(tmp_path / name).problem == problem


# ------------------------------------------------------------------------- hostile folders


def _link_out(root: Path) -> None:
    (root / "stolen.txt").symlink_to("/etc/passwd")
    (root / "stolen").symlink_to("/etc")


def _solution_links_out(root: Path) -> None:
    (root / "solution.py").unlink()
    (root / "solution.py").symlink_to("/etc/passwd")


def _link_to_itself(root: Path) -> None:
    (root / "loop").symlink_to(root)
    (root / "knot").symlink_to(root / "knot")


def _endless_device(root: Path) -> None:
    (root / "zero.py").symlink_to("/dev/zero")


def _pipe(root: Path) -> None:
    os.mkfifo(root / "pipe.py")


def _socket(root: Path) -> None:
    here = Path.cwd()
    os.chdir(root)  # a socket's path must be short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket.py")
    finally:
        os.chdir(here)


def _odd_names(root: Path) -> None:
    for name in (
        "a\nb.py",
        "\x1b[2J.py",
        "exe\u202eyp.txt",
        "con.py",
        "x" * 250 + ".py",
        "a\\b.py",
    ):
        (root / name).write_text("x")
    Path(os.fsdecode(os.fsencode(root) + b"/\xff\xfe.py")).write_text("x")


def _deep(root: Path) -> None:
    for _ in range(100):
        root = root / "down"
        root.mkdir()
    (root / "x.py").write_text("x")


def _many(root: Path) -> None:
    for number in range(1500):
        (root / f"data{number}.csv").write_bytes(b"")


@pytest.mark.parametrize(
    "attack",
    [_link_out, _link_to_itself, _endless_device, _pipe, _socket, _odd_names, _deep, _many],
)
def test_a_hostile_file_beside_the_solution_is_left_out_and_said(
    tmp_path: Path, attack: Callable[[Path], None]
) -> None:
    root = folder(tmp_path / "alice", {"solution.py": SOLUTION, "shapes.py": "S = 1"})
    attack(root)
    submission = read(root)
    assert submission.problem is None
    assert submission.chunks == (Chunk("solution.py", SOLUTION),)
    assert submission.helpers["shapes.py"] == b"S = 1"
    assert any(remark.startswith("left out ") for remark in submission.remarks)
    assert_harmless(submission)
    assert len(submission.helpers) <= 1000


def test_a_solution_that_links_elsewhere_is_not_followed(tmp_path: Path) -> None:
    root = folder(tmp_path / "alice", {"solution.py": SOLUTION})
    _solution_links_out(root)
    submission = read(root)
    assert submission.problem is not None
    assert submission.problem.endswith("left out solution.py: a symbolic link is not followed")
    assert_harmless(submission)


def test_of_a_solution_whose_name_is_not_taken_it_is_said_what_to_do(tmp_path: Path) -> None:
    submission = read(folder(tmp_path / "alice", {"PS3\tfinal.py": SOLUTION}))
    assert submission.problem is not None
    assert submission.problem.endswith(
        "left out PS3�final.py: not a name that every system allows, so rename it"
    )


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_module_is_found_by_its_accents_however_a_mac_writes_them(
    tmp_path: Path, form: Literal["NFC", "NFD"]
) -> None:
    """It takes letters apart, and packs names in UTF-8 without the flag that says so."""
    name = unicodedata.normalize(form, "größe.py")
    files: dict[str, Content] = {"solution.py": SOLUTION, name: "a = 1\n"}
    flagged = zip_bytes(files)
    bare = bytearray(flagged)
    for sign, flags in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        at = bare.find(sign)
        while at >= 0:
            bare[at + flags] &= ~0x08
            at = bare.find(sign, at + 4)
    for content in (flagged, bytes(bare)):
        (tmp_path / "a.zip").write_bytes(content)
        assert read(tmp_path / "a.zip").helpers == {"größe.py": b"a = 1\n"}
    assert flagged != bare
    assert read(folder(tmp_path / "a", files)).helpers == {"größe.py": b"a = 1\n"}


def test_folders_without_end_in_a_zip_cost_no_more_than_their_names(tmp_path: Path) -> None:
    """Where a name is odd was looked for in each of its beginnings, each read from its start."""

    def seconds(name: str) -> float:
        path = tmp_path / "alice.zip"
        path.write_bytes(zip_bytes({f"{name}{n}.py": "" for n in range(30)} | {"solution.py": "a"}))
        started_s = time.thread_time()
        assert read(path).problem is None
        return time.thread_time() - started_s

    flat = seconds("a" * 20_000)
    for folders in ("a/" * 10_000, "a/" * 29 + "\x01" * 200 + "/a" * 900):
        assert seconds(folders) < 20 * flat


def test_a_file_that_is_swapped_for_a_link_after_listing_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder(tmp_path / "alice", {"solution.py": SOLUTION, "other.txt": SECRET})
    choose = reading_module.choose

    def choose_and_swap(*args: object, **kwargs: object) -> object:
        (root / "solution.py").unlink()
        os.link(root / "other.txt", root / "solution.py")
        return choose(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(reading_module, "choose", choose_and_swap)
    submission = read(root)
    assert submission.problem == "solution.py is not an ordinary file"
    assert submission.chunks == ()


@pytest.mark.parametrize("make", [_pipe, _socket])
def test_a_path_that_is_no_ordinary_file_is_not_opened(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path)
    (path,) = tmp_path.iterdir()
    assert read(path).problem == f"{path.name} is not an ordinary file"


def test_a_device_is_not_opened() -> None:
    assert read(Path("/dev/zero")).problem == "zero is not an ordinary file"


def test_a_path_that_links_to_a_submission_is_followed_and_one_that_leads_nowhere_is_not(
    tmp_path: Path,
) -> None:
    folder(tmp_path / "real", {"solution.py": SOLUTION})
    (tmp_path / "alice").symlink_to(tmp_path / "real")
    (tmp_path / "bob").symlink_to(tmp_path / "nobody")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert read(tmp_path / "alice").id == "alice"
    assert read(tmp_path / "alice").problem is None
    assert read(tmp_path / "bob").problem == "bob could not be opened"
    assert read(tmp_path / "loop").problem == "loop could not be opened"


def test_a_file_that_may_not_be_read_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder(tmp_path / "alice", {"solution.py": SOLUTION})

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert read(root).problem == "solution.py could not be read (Permission denied)"


def test_a_folder_that_may_not_be_listed_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder(tmp_path / "alice", {"solution.py": SOLUTION})

    def refuse(*_: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    problem = read(root).problem
    assert problem is not None and problem.endswith("left out the folder: it cannot be opened")


# ---------------------------------------------------------------------------- hostile zips


@pytest.mark.parametrize(
    ("entry", "content"),
    [
        ("../evil.py", "x"),
        ("../../../../etc/cron.d/evil", "x"),
        ("/etc/evil.py", "x"),
        ("C:\\evil.py", "x"),
        ("..\\..\\evil.py", "x"),
        ("a/../../evil.py", "x"),
        ("con.py", "x"),
        ("a\x1b[2J\n.py", "x"),
        ("x" * 300 + ".py", "x"),
        ("d/" * 40 + "x.py", "x"),
        (special_entry("link.py", stat.S_IFLNK), "/etc/passwd"),
        (special_entry("device.py", stat.S_IFCHR), ""),
        (special_entry("pipe.py", stat.S_IFIFO), ""),
        ("shapes.py/inner.py", "x"),
        ("bomb.csv", b"\0" * (60 << 20)),
    ],
)
def test_a_hostile_entry_beside_the_solution_is_left_out_and_said(
    tmp_path: Path, entry: zipfile.ZipInfo | str, content: Content
) -> None:
    path = tmp_path / "alice.zip"
    path.write_bytes(zip_with(("shapes.py", "S = 1"), (entry, content)))
    submission = read(path)
    assert submission.problem is None
    assert submission.chunks == (Chunk("solution.py", SOLUTION),)
    assert submission.helpers in ({"shapes.py": b"S = 1"}, {"shapes.py/inner.py": b"x"})
    assert any(remark.startswith("left out ") for remark in submission.remarks)
    assert_harmless(submission)
    assert sorted(tmp_path.iterdir()) == [path], "nothing is unpacked to disk"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_unpacks_before_it_can_be_counted_is_not_unpacked(
    tmp_path: Path, method: int
) -> None:
    path = tmp_path / "alice.zip"
    path.write_bytes(zip_bytes({"solution.py": b"#" * (64 << 20)}, method))
    assert path.stat().st_size < 100_000
    problem = read(path).problem
    assert problem is not None
    assert problem.endswith("it is compressed in a way that the grader does not read")


def _with_sizes_forged(packed: bytes, size: int) -> bytes:
    """Let every entry say, in both places, that it unpacks to `size` bytes."""
    data = bytearray(packed)
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(signature)
        while at >= 0:
            struct.pack_into("<I", data, at + offset, size)
            at = data.find(signature, at + 4)
    return bytes(data)


def test_a_bomb_that_understates_its_size_is_counted_while_it_unpacks(tmp_path: Path) -> None:
    path = tmp_path / "alice.zip"
    path.write_bytes(_with_sizes_forged(zip_bytes({"solution.py": b"#" * (80 << 20)}), 100))
    assert read(path).problem == "solution.py is damaged in the zip: pack it again"


def test_a_solution_that_is_a_bomb_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "alice.zip"
    path.write_bytes(zip_bytes({"solution.py": b"#" * (80 << 20)}))
    assert read(path).problem == "solution.py is larger than 50 MB"


def test_helpers_that_are_bombs_together_share_one_bound(tmp_path: Path) -> None:
    files: dict[str, Content] = {f"d{n}.csv": b"\0" * (8 << 20) for n in range(6)}
    path = tmp_path / "alice.zip"
    path.write_bytes(zip_bytes({"solution.py": SOLUTION, **files}))
    submission = read(path)
    assert sum(map(len, submission.helpers.values())) <= 20 << 20
    assert submission.problem is None


def test_an_encrypted_solution_is_a_problem_that_says_so(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"solution.py": SOLUTION}))
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    problem = read(tmp_path / "a.zip").problem
    assert problem is not None and problem.endswith("left out solution.py: it is encrypted")


def test_a_damaged_solution_is_a_problem_and_a_damaged_helper_is_not(tmp_path: Path) -> None:
    stored = zip_bytes({"solution.py": SOLUTION, "data.csv": "1,2,3"}, zipfile.ZIP_STORED)
    (tmp_path / "a.zip").write_bytes(stored.replace(b"return 42", b"return 43"))
    assert read(tmp_path / "a.zip").problem == "solution.py is damaged in the zip: pack it again"
    (tmp_path / "a.zip").write_bytes(stored.replace(b"1,2,3", b"1,2,4"))
    submission = read(tmp_path / "a.zip")
    assert submission.problem is None
    assert any(remark.startswith("left out data.csv: damaged") for remark in submission.remarks)


def test_of_two_entries_of_one_name_the_last_counts_as_when_unpacked(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zip_with(("solution.py", "x = 2"))
    (tmp_path / "a.zip").write_bytes(content)
    assert read(tmp_path / "a.zip").chunks == (Chunk("solution.py", "x = 2"),)


def test_a_zip_that_lists_a_hundred_thousand_files_is_refused_before_the_list_is_built(
    tmp_path: Path,
) -> None:
    content = zip_bytes({"solution.py": SOLUTION})
    start = content.find(b"PK\x01\x02")
    end = content.find(b"PK\x05\x06")
    listing = content[start:end] * 100_000
    tail = bytearray(content[end:])
    struct.pack_into("<II", tail, 12, len(listing), start)
    (tmp_path / "a.zip").write_bytes(content[:start] + listing + bytes(tail))
    assert read(tmp_path / "a.zip").problem == "the zip lists too many files"


def test_backslashes_of_windows_are_folders(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zip_bytes({"hw\\solution.py": SOLUTION, "hw\\data\\a.csv": "1"}))
    submission = read(path)
    assert submission.chunks == (Chunk("solution.py", SOLUTION),)
    assert submission.helpers == {"data/a.csv": b"1"}


# --------------------------------------------------------------------------------- digests


def test_equal_digests_mean_that_the_same_things_run(tmp_path: Path) -> None:
    def digest(files: dict[str, Content], name: str) -> str:
        return read(folder(tmp_path / name, files)).digest

    base = digest({"solution.py": SOLUTION, "a.py": "1"}, "base")
    assert base == digest({"hw/solution.py": SOLUTION, "hw/a.py": "1", "README": ""}, "moved")
    assert base == digest({"solution.py": SOLUTION.replace("\n", "\r\n"), "a.py": "1"}, "windows")
    others = [
        digest({"solution.py": SOLUTION + "#", "a.py": "1"}, "text"),
        digest({"solution.py": SOLUTION, "a.py": "2"}, "helper"),
        digest({"solution.py": SOLUTION, "b.py": "1"}, "helper's name"),
        digest({"solution.py": SOLUTION}, "no helper"),
        digest({"homework.py": SOLUTION}, "label"),
        digest({"solution.ipynb": notebook_text("a", "b")}, "two cells"),
        digest({"solution.ipynb": notebook_text("a\nb")}, "one cell"),
        digest({}, "nothing"),
        digest({"solution.py": b"\xff"}, "no text"),
    ]
    assert len({base, *others}) == 1 + len(others)


def test_files_of_a_folder_that_are_not_the_students_are_left_out(tmp_path: Path) -> None:
    root = folder(tmp_path / "handout", {"solution.py": SOLUTION, "mine.py": "M = 1\n"})
    folder(root / "grader", {"solution.py": "", "cli.py": ""})
    folder(root, {"assignment.json": "{}"})
    read_ = read_submission(
        root, expected_name="solution.py", without=["grader", "assignment.json"]
    )
    assert read_.problem is None
    assert read_.helpers == {"mine.py": b"M = 1\n"}


STUB = 'def f(x):\n    """Return twice x."""\n    raise NotImplementedError\n'
DONE = "def f(x):\n    return 2 * x\n"


@pytest.mark.parametrize(
    ("files", "chosen", "left_out"),
    [
        ({"solution.py": STUB, "solution.ipynb": notebook_text(DONE)}, "solution.ipynb", True),
        ({"solution.py": "", "solution.ipynb": notebook_text(DONE)}, "solution.ipynb", True),
        ({"solution.py": DONE, "solution.ipynb": notebook_text(STUB)}, "solution.py", True),
        ({"a/solution.py": STUB, "a/HW3.ipynb": notebook_text(DONE)}, "a/HW3.ipynb", True),
        ({"solution (1).py": STUB, "solution.py": STUB, "mine.py": DONE}, "mine.py", True),
        ({"solution.py": STUB + DONE, "solution.ipynb": notebook_text(DONE)}, "solution.py", False),
        ({"solution.py": STUB, "solution.ipynb": notebook_text(STUB)}, "solution.py", False),
        ({"solution.py": STUB, "old/solution.ipynb": notebook_text(DONE)}, "solution.py", False),
        (
            {"solution.py": STUB + "from mine import *\n", "mine.py": DONE, "more.py": DONE},
            "solution.py",
            False,
        ),
        ({"solution.py": STUB + "f = lambda x: 2 * x\n", "x.py": DONE}, "solution.py", False),
        ({"solution.py": "from mine import f\n", "mine.py": DONE}, "solution.py", False),
        *(
            (
                {"solution.py": f"{STUB}{line}\n", "mine.py": DONE, "more.py": DONE},
                "solution.py",
                False,
            )
            for line in (
                "def g(x): return x",
                "def g(x):\n    if x: return x",
                "def g(x):\n    yield x",
                "def g(x):\n    raise ValueError",
                "answer = 'a text'",
                "answer: str = 'a text'",
                "from mine import f as g",
                "from .mine import f as g",
            )
        ),
        (
            {"solution.py": f"import numpy as np\nTASKS = (1,)\n{STUB}", "mine.py": DONE},
            "mine.py",
            True,
        ),
    ],
)
def test_a_template_that_nobody_filled_in_stands_back_for_what_lies_beside_it(
    tmp_path: Path, files: dict[str, str], chosen: str, *, left_out: bool
) -> None:
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    submission = read(tmp_path)
    assert submission.filename == chosen
    assert left_out == any("nothing was filled in" in remark for remark in submission.remarks)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("from src.layers import *", {"layers.py", "src/layers.py"}),
        (
            "    import hw3.tools as tools",
            {
                "layers.py",
                *(f"hw3/{n}.py" for n in ("src/layers", "common/sizes", "tools", "sr/x")),
            },
        ),
        ("from common.sizes import size", {"layers.py", "common/sizes.py"}),
        ("import tools", {"layers.py", "tools.py"}),
        ("import numpy as np, tools as t", {"layers.py", "tools.py"}),
        ("from srcs import x", {"layers.py"}),
        ("from layers import *", {"layers.py"}),
        ("x = 'from tools'", {"layers.py"}),
    ],
)
def test_modules_are_found_from_the_folders_above_the_solution_where_it_imports_them(
    tmp_path: Path, statement: str, expected: set[str]
) -> None:
    for name in ("src/layers.py", "common/sizes.py", "common/table.csv", "tools.py", "sr/x.py"):
        file = tmp_path / "hw3" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "hw3/src/solution.py").write_text(f"{statement}\n", encoding="utf-8")
    assert set(read(tmp_path).helpers) == expected
