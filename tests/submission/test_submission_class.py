"""A class: which submissions lie at the paths that an instructor gives, and whose they are."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from handing_in import SOLUTION, Content, folder, notebook_text, special_entry, zip_bytes

from grader.errors import UsageError
from grader.model import Chunk, Person
from grader.submission import (
    Handed,
    archive,
    find_submissions,
    passed_over,
    read_handed,
    tree,
)
from grader.submission.archive import class_zip
from grader.submission.metadata import Entry, read_metadata

Put = Callable[[dict[str, Content]], Path]


def find(*paths: Path) -> tuple[Handed, ...]:
    return find_submissions(paths, expected_name="solution.py")


def solved(handed: Handed) -> bool:
    return any(SOLUTION in c.text for c in read_handed(handed, expected_name="solution.py").chunks)


@pytest.fixture(params=["folder", "zip"])
def put(request: pytest.FixtureRequest, tmp_path: Path) -> Put:
    """Lay files out as a folder and as a zip, which must be judged alike."""

    def lay_out(files: dict[str, Content]) -> Path:
        if request.param == "folder":
            return folder(tmp_path / "class", files)
        (tmp_path / "class.zip").write_bytes(zip_bytes(files))
        return tmp_path / "class.zip"

    return lay_out


@pytest.mark.parametrize("other", ["ada ", "ada.", "_ada", "-ada", "ada\u200b"])
def test_a_name_that_is_an_id_keeps_it_whatever_others_are_called(put: Put, other: str) -> None:
    found = find(put({f"{other}/solution.py": "x = 1", "ada/solution.py": SOLUTION}))
    assert {handed.id: solved(handed) for handed in found} == {"ada": True, "ada-2": False}


@pytest.mark.parametrize(
    "files",
    [
        {"solution.py": SOLUTION},
        {"Solution.py": SOLUTION},
        {"solution.py": SOLUTION, "helper.py": "", "package/__init__.py": "", "package/a.py": ""},
        {"homework.py": SOLUTION},
        {"homework.ipynb": notebook_text(SOLUTION)},
        {"homework.py": SOLUTION, "package/__init__.py": "", "package/a.py": ""},
        {"homework.py": SOLUTION, "data/a.csv": "", "README.md": "", "expect.yaml": ""},
        {"hw1/solution.py": SOLUTION},
        {"hw1/inner/solution.py": SOLUTION, "hw1/inner/more/a.py": "", "__MACOSX/hw1/._x": ""},
        {"submission_1/solution.py": SOLUTION, ".DS_Store": ""},
    ],
    ids=lambda files: " ".join(files),
)
def test_one_submission_is_known_as_one(put: Put, files: dict[str, Content]) -> None:
    path = put(files)
    (handed,) = find(path)
    assert handed == Handed(id="class", path=path)
    assert solved(handed)


@pytest.mark.parametrize("files", [{}, {"data.csv": ""}, {"a.py": b"\0"}, {"notes/a.txt": ""}])
def test_one_submission_that_cannot_be_read_is_one_still(
    put: Put, files: dict[str, Content]
) -> None:
    (handed,) = find(put(files))
    assert handed.id == "class"
    assert read_handed(handed, expected_name="solution.py").problem is not None


@pytest.mark.parametrize(
    ("files", "ids"),
    [
        ({"alice.py": SOLUTION, "bob.ipynb": notebook_text(SOLUTION)}, ["alice", "bob"]),
        ({"alice/solution.py": SOLUTION, "bob/solution.py": SOLUTION}, ["alice", "bob"]),
        ({"alice/solution.py": SOLUTION, "bob.py": SOLUTION}, ["alice", "bob"]),
        (
            {"hw1/alice/hw.py": SOLUTION, "hw1/bob/sub/solution.py": SOLUTION},
            ["alice", "bob"],
        ),
        (
            {
                "alice.zip": zip_bytes({"solution.py": SOLUTION}),
                "bob.zip": zip_bytes({"x/solution.py": SOLUTION}),
            },
            ["alice", "bob"],
        ),
        (
            {"Alice B_1_file/hw.zip": zip_bytes({"solution.py": SOLUTION}), "b/a.py": SOLUTION},
            ["Alice_B_1_file", "b"],
        ),
        (
            {
                "alice/solution.py": SOLUTION,
                "bob/solution.py": SOLUTION,
                "README.md": "",
                "grades.csv": "",
                "expect.yaml": "",
                ".git/x.py": "",
                "__MACOSX/alice/._solution.py": "",
                "__pycache__/x.pyc": "",
            },
            ["alice", "bob"],
        ),
        (
            {"x/solution.py": SOLUTION, "x.py": SOLUTION, "X.ipynb": notebook_text(SOLUTION)},
            ["X", "x-2", "x-3"],
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else None,
)
def test_a_class_is_a_submission_for_each_folder_and_file(
    put: Put, files: dict[str, Content], ids: list[str]
) -> None:
    class_ = find(put(files))
    assert [handed.id for handed in class_] == ids
    assert all(map(solved, class_))


def test_what_somebody_typed_into_moodle_beside_the_files_is_no_submission(put: Put) -> None:
    class_ = find(
        put(
            {
                "Ann_1_assignsubmission_file/solution.py": SOLUTION,
                "Ann_1_assignsubmission_onlinetext/onlinetext.html": "see the file",
                "Bob_2_assignsubmission_onlinetext/onlinetext.html": "def answer(): ...",
            }
        )
    )
    assert [handed.id for handed in class_] == [
        *("Ann_1_assignsubmission_file", "Bob_2_assignsubmission_onlinetext")
    ]


def test_who_handed_in_nothing_that_can_be_read_is_reported_and_not_lost(put: Put) -> None:
    files: dict[str, Content] = {
        "alice/solution.py": SOLUTION,
        "bob/": "",
        "carol/essay.docx": "",
        "dave.pdf": "%PDF-",
        "eve.tar.gz": "",
        "frank.zip": "no zip",
    }
    class_ = find(put(files))
    assert [handed.id for handed in class_] == ["alice", "bob", "carol", "dave", "eve", "frank"]
    problems = [read_handed(handed, expected_name="solution.py").problem for handed in class_]
    assert problems[0] is None
    assert all(problems[1:])


def test_a_folder_named_as_no_other_system_would_have_it_is_read(put: Put) -> None:
    names = ["Kim Jr.", "con", "hw: layers", "trailing ", "what?"]
    class_ = find(put({f"CS 1: spring/{name}/solution.py": SOLUTION for name in names}))
    assert [handed.id for handed in class_] == [
        *("Kim_Jr", "submission_con", "hw_layers", "trailing", "what")
    ]
    assert all(map(solved, class_))


def test_a_folder_in_a_zip_whose_name_cannot_be_told_is_not_lost(put: Put) -> None:
    class_ = find(put({"bo\nb/solution.py": SOLUTION, "carol/solution.py": SOLUTION}))
    assert [handed.id for handed in class_] == ["bo_b", "carol"]
    assert [solved(handed) for handed in class_] == [False, True]
    problem = read_handed(class_[0], expected_name="solution.py").problem
    assert problem == "bo\ufffdb was not opened: not a name that every system allows, so rename it"


def test_a_student_all_of_whose_files_are_left_out_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    files: dict[str, Content] = {"bob/solution.py": SOLUTION, "carol/solution.py": SOLUTION}
    odd = special_entry("alice/solution.py", stat.S_IFLNK)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(odd, "../bob/solution.py")
        archive.writestr("dave/wh\nat.py", SOLUTION)
        for name, content in files.items():
            archive.writestr(name, content)
    class_ = find(path)
    assert [handed.id for handed in class_] == ["alice", "bob", "carol", "dave"]
    assert [solved(handed) for handed in class_] == [False, True, True, False]


def test_an_export_that_holds_and_lists_nothing_is_one_submission_with_a_problem(put: Put) -> None:
    (handed,) = find(put({"submission_metadata.yml": "damaged"}))
    assert read_handed(handed, expected_name="solution.py").problem is not None


def test_links_and_pipes_in_a_class_are_reported_and_not_followed(tmp_path: Path) -> None:
    root = folder(tmp_path / "class", {"alice.py": SOLUTION, "bob.py": SOLUTION})
    (root / "mallory.py").symlink_to(root / "alice.py")
    (root / "trudy").symlink_to("/etc")
    class_ = find(root)
    assert [handed.id for handed in class_] == ["alice", "bob", "mallory", "trudy"]
    submission = read_handed(class_[2], expected_name="solution.py")
    assert submission.problem == "mallory.py was not opened: a symbolic link is not followed"
    assert read_handed(class_[3], expected_name="solution.py").chunks == ()


def test_several_paths_are_one_class_and_a_path_given_twice_counts_once(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", {"alice.py": SOLUTION, "bob.py": SOLUTION})
    two = tmp_path / "two.zip"
    two.write_bytes(zip_bytes({"alice/solution.py": SOLUTION, "dora/solution.py": SOLUTION}))
    class_ = find(one, two, one, one / "bob.py", tmp_path / "one")
    assert [handed.id for handed in class_] == ["alice", "bob", "alice-2", "dora"]
    assert all(map(solved, class_))


def test_no_submission_inside_a_path_takes_the_id_of_a_path(tmp_path: Path) -> None:
    mallory = tmp_path / "0mallory.zip"
    mallory.write_bytes(zip_bytes({"alice/solution.py": "", "bob/solution.py": ""}))
    alice = tmp_path / "alice.py"
    alice.write_text(SOLUTION)
    assert [handed.id for handed in find(mallory, alice)] == ["alice-2", "bob", "alice"]


def test_a_submission_of_a_class_is_never_taken_for_a_class(tmp_path: Path) -> None:
    inner: dict[str, Content] = {
        "submission_metadata.yml": "submission_1:\n  :submitters:\n  - :name: Bob\n",
        "submission_1/solution.py": SOLUTION,
        "submission_2/solution.py": SOLUTION,
    }
    files = {f"mallory/{name}": content for name, content in inner.items()}
    root = folder(tmp_path / "class", {"alice.py": "", "eve.zip": zip_bytes(inner), **files})
    class_ = find(root)
    assert [handed.id for handed in class_] == ["alice", "eve", "mallory"]
    for handed in class_[1:]:
        problem = read_handed(handed, expected_name="solution.py").problem
        assert problem is not None and problem.startswith("several files may be the solution")


def test_a_path_with_nothing_there_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        find(tmp_path / "nothing")


def test_no_paths_hold_no_submissions() -> None:
    assert find() == ()


def test_a_class_zip_is_listed_once_for_each_process_and_version_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "class.zip"
    path.write_bytes(zip_bytes({"a.py": "", "b.py": ""}))
    first = class_zip(path)
    assert class_zip(path) is first
    path.write_bytes(zip_bytes({"a.py": "", "b.py": "", "c.py": ""}))
    second = class_zip(path)
    assert len(second.names) == 3
    # A forked process shares the position in an open file with its parent.
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert class_zip(path) is not second


def test_many_threads_read_their_parts_of_one_zip_side_by_side(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        f"student{n}/solution.py": SOLUTION + "#" * 200_000 for n in range(50)
    }
    path = tmp_path / "class.zip"
    path.write_bytes(zip_bytes(files))
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(solved, find(path) * 4))


# -------------------------------------------------------------------------- Gradescope

METADATA = """\
---
submission_100000001:
  :submitters:
  - :name: Ada Lovelace
    :sid: '00000001'
    :email: ada@example.edu
  :created_at: 2023-12-01 05:25:21.716840000 Z
  :score: 0.0
  :status: processed
  :results:
    tests: []
    output: |-
      :submitters:
      submission_666:
        :submitters:
        - :name: Nobody
  :history: []
submission_100000002:
  :submitters:
  - :name: Grace Hopper
    :sid: 0123
    :email: grace@example.edu
  - :name: "Zo\\u00EB: 'x'"
    :sid: 1e5
    :email:
  :created_at: 2023-12-02 02:52:07 +0530
  :history:
  - :submitters:
    - :name: Not Her
    :created_at: 2020-01-01 00:00:00 Z
    :id: 100000004
submission_300000003:
  :submitters:
  - :name: Missing Files
    :sid: '9'
  :created_at: nonsense
submission_400000004:
  :submitters: [{:name: *broken
  :created_at: 2023-12-02 02:52:07.5 Z
"""

EXPORT: dict[str, Content] = {
    "assignment_1_export/submission_metadata.yml": METADATA,
    "assignment_1_export/submission_100000001/solution.py": SOLUTION,
    "assignment_1_export/submission_100000002/hw/solution.py": SOLUTION,
    "assignment_1_export/submission_400000004/solution.py": SOLUTION,
    "assignment_1_export/submission_500000005/solution.py": SOLUTION,
    "assignment_1_export/notes.txt": "",
    "__MACOSX/assignment_1_export/._submission_metadata.yml": "",
}


@pytest.mark.parametrize(
    ("tree", "beside"),
    [
        ({"ada.py": SOLUTION, "bob.py": SOLUTION, "eve.txt": SOLUTION, "._x": ""}, ("eve.txt",)),
        ({"hw/ada/s.py": SOLUTION, "hw/bob/s.py": "", "hw/Makefile": ""}, ("Makefile",)),
        ({"ada/s.py": SOLUTION, "ada/notes.txt": "", "bob.pdf": ""}, ()),
        ({"solution.py": SOLUTION, "data.csv": ""}, ()),
        (
            {
                "hw/solution.py": SOLUTION,
                "hw/ada/solution.py": "",
                "hw/eve/Solution.py": SOLUTION,
                "hw/layers/__init__.py": "",
                "hw/old/s.py": SOLUTION,
                "hw/__MACOSX/solution.py": "",
            },
            ("ada/", "eve/"),
        ),
        (EXPORT, ("notes.txt",)),
        (
            {
                **{
                    f"hw/{name}/solution.py": SOLUTION
                    for name in ("ada", "ben", ".bob", "node_modules")
                },
                "hw/.eve/work.zip": zip_bytes({"solution.py": SOLUTION}),
                "hw/.git/config": "",
                "hw/__pycache__/solution.pyc": "",
                "hw/ada/.bob/solution.py": SOLUTION,
                "__MACOSX/hw/._solution.py": "",
                "hw/__MACOSX/._solution.py": "",
            },
            (".bob/", ".eve/", "node_modules/"),
        ),
    ],
)
def test_what_is_nobody_s_submission_is_told(
    put: Put, tree: dict[str, Content], beside: tuple[str, ...]
) -> None:
    assert passed_over([put(tree)], expected_name="solution.py") == beside


def test_an_export_gives_each_submission_its_people_and_time(put: Put) -> None:
    first, second, missing, damaged, extra = find(put(EXPORT))
    assert first.id == "submission_100000001"
    assert first.submitters == (Person("Ada Lovelace", "00000001", "ada@example.edu"),)
    assert first.created_at == datetime(2023, 12, 1, 5, 25, 21, 716840, tzinfo=timezone.utc)
    assert (first.remarks, first.problem) == ((), None)
    assert second.submitters == (
        Person("Grace Hopper", "0123", "grace@example.edu"),
        Person("Zoë: 'x'", "1e5", ""),
    )
    india = timezone(timedelta(hours=5, minutes=30))
    assert second.created_at == datetime(2023, 12, 2, 2, 52, 7, tzinfo=india)
    assert missing.problem == "the export lists this submission but holds no files of it"
    assert missing.submitters == (Person("Missing Files", "9"),)
    assert missing.created_at is None
    assert damaged.remarks == ("its entry in submission_metadata.yml is damaged",)
    assert extra.remarks == ("submission_metadata.yml does not list it",)
    assert [solved(handed) for handed in (first, second, missing, damaged, extra)] == [
        True, True, False, True, True,
    ]  # fmt: skip


def test_two_files_that_moodle_gave_in_one_folder_are_said_to_be_of_one_person(put: Put) -> None:
    files: dict[str, Content] = {
        f"Ann_1_assignsubmission_file_{name}": SOLUTION for name in ("helper.py", "solution.py")
    }
    class_ = find(put({**files, "Bob_2_assignsubmission_file_solution.py": SOLUTION}))
    assert [handed.remarks for handed in class_] == [
        ("the same person also handed in Ann_1_assignsubmission_file_solution",),
        ("the same person also handed in Ann_1_assignsubmission_file_helper",),
        (),
    ]


CANVAS: dict[str, Content] = {
    "doejane_1203_7781_solution.py": "from layers import f\n" + SOLUTION,
    "doejane_1203_7782_layers-1.py": "def f(): return 1\n",
    "doejane_1203_7783_data-1.csv": "1,2\n",
    "elmben_LATE_1207_7790_Solution (2).ipynb": notebook_text(SOLUTION),
    "elmben_LATE_1207_7791_layers.py": "",
    "elmben_LATE_1207_7792_layers-1.py": "",
    "smithbob_42_1208_7793_solution.py": SOLUTION,
    "zoë_o_1209_7794_hw 1_2_3_x.py": SOLUTION,
    "anon_f3Xq2_7795_solution.py": SOLUTION,
    "doejane_1203_text.html": "<p>my remarks</p>",
}


def test_the_files_that_canvas_gives_of_a_student_are_one_submission(put: Put) -> None:
    path = put(CANVAS)
    class_ = {handed.id: handed for handed in find(path)}
    assert sorted(class_) == [
        "anon_f3Xq2", "doejane_1203", "elmben_1207", "smithbob_42_1208_7793_solution", "zoë_o_1209"
    ]  # fmt: skip
    read = {id_: read_handed(one, expected_name="solution.py") for id_, one in class_.items()}
    jane = read["doejane_1203"]
    assert (jane.filename, jane.problem, jane.remarks) == ("solution.py", None, ())
    assert dict(jane.helpers) == {"layers.py": b"def f(): return 1\n", "data-1.csv": b"1,2\n"}
    assert read["elmben_1207"].filename == "Solution (2).ipynb"
    assert set(read["elmben_1207"].helpers) == {"layers.py", "layers-1.py"}
    assert class_["elmben_1207"].remarks == ("Canvas says that it was late",)
    assert all(map(solved, class_.values()))
    assert class_["doejane_1203"].submitters == (Person(name="doejane", canvas="1203"),)
    assert class_["zoë_o_1209"].submitters == (Person(name="zoë_o", canvas="1209"),)
    assert class_["anon_f3Xq2"].submitters == ()
    assert class_["smithbob_42_1208_7793_solution"].submitters == (), "nobody can tell whose it is"
    assert passed_over([path], expected_name="solution.py") == ("doejane_1203_text.html",)


@pytest.mark.parametrize(
    "names",
    [
        ["hw3_2026_10445_solution.py", "hw3_2026_10446_solution.py"],
        ["doejane_1_100_a.py", "elm.py"],
        ["doejane_1_100_a.py", "doejane_1_101_b.py", "essay.pdf"],
        ["team_1_a.py", "team_2_a.py"],
        ["lab_3_1001_ada.py", "lab_3_1002_ben.py", "lab_3_1003_cleo.ipynb"],
        ["cs_101_2024_ada.py", "cs_101_2024_ben.py"],
    ],
)
def test_names_that_canvas_did_not_give_are_a_submission_each(put: Put, names: list[str]) -> None:
    assert [handed.id for handed in find(put(dict.fromkeys(names, SOLUTION)))] == [
        name.rpartition(".")[0] for name in names
    ]


@pytest.mark.parametrize("stranger", ["essay.pdf", "elm.py", "notes/solution.py"])
def test_what_keeps_the_files_of_a_student_apart_is_said_to_staff(put: Put, stranger: str) -> None:
    class_ = find(put(CANVAS | {stranger: SOLUTION}))
    told = {handed.id: remarks for handed in class_ if (remarks := handed.remarks)}
    assert len(class_) == 9
    assert list(told) == [stranger.partition("/")[0].partition(".")[0]]
    assert "Canvas" in "".join(*told.values())


def test_a_class_of_folders_is_not_asked_about_canvas(put: Put) -> None:
    files = {f"s{number}/solution.py": SOLUTION for number in range(3)}
    class_ = find(put(files | {"lab_1_2_solution.py": SOLUTION, "lab_1_3_b.py": SOLUTION}))
    assert [handed.remarks for handed in class_] == [()] * 5


def test_nobody_puts_a_file_among_those_of_another_by_a_name_of_their_own(put: Put) -> None:
    """Canvas takes `_1203_` out of names, but `_1203!_` becomes it only after that."""
    theirs = "doejane_1203_9_x_555_7799_solution.py"
    class_ = {handed.id: handed for handed in find(put(CANVAS | {theirs: SOLUTION}))}
    assert dict(class_["doejane_1203"].files).keys() == {"solution.py", "layers.py", "data-1.csv"}
    assert class_[theirs.removesuffix(".py")].submitters == ()


def test_files_of_one_name_are_their_own_student_s_trouble(put: Put) -> None:
    again = {"elmben_LATE_1207_7799_layers.py": ""}
    class_ = {handed.id: handed for handed in find(put(CANVAS | again))}
    assert "elmben_1207" not in class_
    assert len(class_["doejane_1203"].files) == 3


def test_a_file_whose_own_name_ends_in_a_number_keeps_it(put: Put) -> None:
    names = ["doe_1_2_hw-1.py", "doe_1_3_layers-1.py", "elm_2_4_hw-1-2.py", "elm_2_5_layers.py"]
    path = put(dict.fromkeys(names, SOLUTION))
    for one in find_submissions([path], expected_name="hw-1.py"):
        read = read_handed(one, expected_name="hw-1.py")
        assert (read.filename, set(read.helpers), read.problem) == ("hw-1.py", {"layers.py"}, None)


@pytest.mark.parametrize("name", ["हिन्दी", "doe\u0301", "สมชาย", "o_42_x"])
def test_a_name_from_canvas_has_letters_of_any_script(put: Put, name: str) -> None:
    (one, other) = find(
        put({f"{name}_3_4_solution.py": "", "elm_5_6_a.py": "", f"{name}_3_7_b.py": ""})
    )
    assert {*one.submitters, *other.submitters} == {
        Person(name=name, canvas="3"), Person(name="elm", canvas="5")
    }  # fmt: skip


def test_of_files_from_canvas_none_is_followed_elsewhere(tmp_path: Path) -> None:
    path = folder(tmp_path / "class", CANVAS)
    class_ = {handed.id: handed for handed in find(path)}
    (tmp_path / "secret.py").write_text("SECRET = 1\n")
    for name, target in (("layers-1.py", "secret.py"), ("data-1.csv", "nowhere")):
        (place,) = path.glob(f"doejane*{name}")
        place.unlink()
        place.symlink_to(tmp_path / target)
    one = read_handed(class_["doejane_1203"], expected_name="solution.py")
    assert not one.helpers
    assert one.remarks == ("left out layers.py and data-1.csv: a symbolic link is not followed",)


def test_a_person_behind_two_submissions_is_said_to_staff(tmp_path: Path) -> None:
    metadata = (
        "a:\n  :submitters:\n  - :sid: '1'\n    :email: ada@example.edu\n"
        "b:\n  :submitters:\n  - :sid: '2'\n    :email: ADA@example.edu\n  - :sid: '3'\n"
        "c:\n  :submitters:\n  - :sid: '4'\n    :email: ''\n"
    )
    files = {f"{name}/solution.py": SOLUTION for name in "abc"}
    class_ = find(folder(tmp_path / "x", {"submission_metadata.yml": metadata, **files}))
    assert [handed.remarks for handed in class_] == [
        ("the same person also handed in b",),
        ("the same person also handed in a",),
        (),
    ]


def test_of_several_submissions_of_a_person_the_latest_is_named(tmp_path: Path) -> None:
    times = {"a": "03 10:00:00 Z", "b": "03 10:30:00 +0100", "c": "02 23:59:59 Z"}
    entries = [
        f"{name}:\n  :submitters:\n  - :sid: '1'\n  :created_at: 2026-11-{time}\n"
        for name, time in times.items()
    ]
    files = {f"{name}/solution.py": SOLUTION for name in times}
    class_ = find(folder(tmp_path / "x", {"submission_metadata.yml": "".join(entries), **files}))
    assert [handed.remarks for handed in class_] == [
        ("the same person also handed in b and c; this is the latest",),
        ("the same person also handed in a and c; a is the latest",),
        ("the same person also handed in a and b; a is the latest",),
    ]


@pytest.mark.parametrize("content", ["", "no metadata", "[", b"\xff\0\xff", "- a\n- b\n", "a: {b"])
def test_an_export_whose_metadata_says_nothing_is_read_without_names(
    tmp_path: Path, content: Content
) -> None:
    files: dict[str, Content] = {"submission_1/solution.py": SOLUTION, "submission_2/": ""}
    class_ = find(folder(tmp_path / "x", {"submission_metadata.yml": content, **files}))
    there = [handed for handed in class_ if handed.problem is None]
    assert [handed.id for handed in there] == ["submission_1", "submission_2"]
    assert all(handed.remarks for handed in there)


@pytest.mark.parametrize(
    "name", ["../../etc", "/etc", "a/b", ".hidden", "CON", "x" * 5000, "=cmd()", "a\u202eb"]
)
def test_a_name_that_only_metadata_gives_is_never_a_path(tmp_path: Path, name: str) -> None:
    metadata = f"{name}:\n  :submitters:\n  - :name: Eve\nsubmission_1:\n  :submitters: []\n"
    files: dict[str, Content] = {"submission_metadata.yml": metadata, "submission_1/a.py": SOLUTION}
    class_ = find(folder(tmp_path / "x", files))
    assert len(class_) == 2
    (listed,) = (handed for handed in class_ if handed.problem is not None)
    assert not listed.id.startswith(".") and "/" not in listed.id and len(listed.id) < 100
    assert read_handed(listed, expected_name="solution.py").chunks == ()


@pytest.mark.parametrize(
    "hostile",
    [
        "&a [*a]",
        "[" * 60_000,
        "{a: " * 10_000,
        "!!python/object/apply:os.system ['true']",
        "!!python/name:os.system",
        "&a [&b [*a, *a], *b]",
        '"\\UFFFFFFFF"',
        "? [a, b]\n  : c",
        "|\n" + "    x\n" * 100_000,
        "x" * 10_000_000,
    ],
)
def test_hostile_metadata_costs_its_own_entry_only(hostile: str) -> None:
    text = f"evil:\n  :submitters: {hostile}\ngood:\n  :submitters:\n  - :name: Ada\n"
    entries = read_metadata(text.encode())
    assert entries["evil"].submitters == ()
    assert entries["good"].submitters == (Person("Ada"),)


def test_of_two_entries_by_one_name_neither_says_whose_it_is() -> None:
    text = "".join(f"one:\n  :submitters:\n  - :name: {name}\n" for name in ("Ada", "Eve", "Ada"))
    assert read_metadata(text.encode()) == {"one": Entry(damaged=True)}


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\r"])
def test_a_name_cannot_start_a_line_of_its_own(end: str) -> None:
    name = f"Eve{end}    :email: ada@example.edu{end}submission_2:{end}  :submitters: []"
    text = f"submission_1:\n  :submitters:\n  - :name: {name}\n    :sid: '5'\n"
    entries = read_metadata(text.encode())
    assert entries.keys() == {"submission_1"}
    assert all(not person.email for person in entries["submission_1"].submitters)


def test_people_of_a_name_too_long_are_cut_and_too_many_are_bounded() -> None:
    long = f"  - :name: {'n' * 500}\n"
    entries = read_metadata(
        f"a:\n  :submitters:\n{long * 9}b:\n  :submitters:\n{long * 999}".encode()
    )
    assert len(entries["a"].submitters) == 9
    assert len(entries["b"].submitters) < 100
    assert all(len(person.name) == 200 for entry in entries.values() for person in entry.submitters)


def test_a_class_zip_gives_each_student_their_own_helpers_only(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "ann/solution.py": SOLUTION,
        "ann/a.py": "1",
        "anna/solution.py": SOLUTION,
        "anna/b.py": "2",
    }
    path = tmp_path / "class.zip"
    path.write_bytes(zip_bytes(files))
    ann, anna = (read_handed(handed, expected_name="solution.py") for handed in find(path))
    assert ann.helpers == {"a.py": b"1"}
    assert anna.helpers == {"b.py": b"2"}
    assert ann.chunks == anna.chunks == (Chunk("solution.py", SOLUTION),)


@pytest.mark.parametrize("at", ["", "0/", "0/1/"])
def test_nobody_hides_the_others_behind_too_many_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """A class in which one folder holds more than a class may was read as one submission."""
    monkeypatch.setattr(tree, "MAX_ENTRIES", 30)
    monkeypatch.setattr(tree, "MAX_CLASS_ENTRIES", 60)
    many: dict[str, Content] = {f"hog/{at}{number}.txt": "" for number in range(100)}
    others: dict[str, Content] = {
        f"{name}/solution.py": SOLUTION for name in ("ann", "hog", "zoe", *map(str, range(20)))
    }
    found = find(folder(tmp_path / "class", {**many, **others}))
    assert [handed.id for handed in found if not solved(handed)] == ["hog"]
    assert len(found) == 23
    (hog,) = (handed for handed in found if handed.id == "hog")
    problem = read_handed(hog, expected_name="solution.py").problem
    assert problem == "it holds more than 30 files; take out what is no part of the solution"


def test_a_class_zip_of_too_many_files_is_not_taken_for_one_submission(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_CLASS_ENTRIES", 20)
    files: dict[str, Content] = {f"{n}/solution.py": SOLUTION for n in ("ann", "hog")}
    path = tmp_path / "class.zip"
    path.write_bytes(zip_bytes(files | {f"hog/{n}": "" for n in range(30)}))
    with pytest.raises(UsageError, match=r"class\.zip: .* more than 20 files; unpack"):
        find(path)
    other = folder(tmp_path / "other", {"solution.py": SOLUTION})
    assert [handed.id for handed in find(path, other)] == ["class", "other"]


def test_a_zip_whose_list_is_said_to_be_huge_and_is_none_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for longest in ("_LONGEST_DIRECTORY", "_LONGEST_CLASS_DIRECTORY"):
        monkeypatch.setattr(archive, longest, 1000)
    content = zip_bytes({"solution.py": SOLUTION, "data.bin": os.urandom(4000)})
    end = content.find(b"PK\x05\x06")
    damaged = bytearray(content)
    struct.pack_into("<I", damaged, end + 12, 2000)
    (tmp_path / "a.zip").write_bytes(damaged)
    (alone,) = find(tmp_path / "a.zip")
    problem = read_handed(alone, expected_name="solution.py").problem
    assert problem == "the zip is damaged, cut short or no zip at all: pack it again"


def test_nobody_is_left_out_for_a_name_that_begins_with_a_dot(put: Put) -> None:
    path = put(
        {
            "Ann_6_assignsubmission_file_/solution.py": SOLUTION,
            ".Bob_5_assignsubmission_file_/solution.py": SOLUTION,
            "._Ann_6_assignsubmission_file_": b"\0\5\x16\7",  # of macOS, on a disk of another kind
            "._Ann_6_assignsubmission_file_.py": b"\0\5\x16\7",
            ".git/hooks/hook.py": "",
        }
    )
    found = find(path)
    assert [handed.id for handed in found] == [
        "Bob_5_assignsubmission_file",
        "Ann_6_assignsubmission_file",
    ]
    assert all(map(solved, found))
