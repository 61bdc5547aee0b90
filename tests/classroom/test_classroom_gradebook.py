"""Gradebooks of Canvas and Moodle: filled for whom they certainly mean, and nobody else."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from coursework import Course, run

from grader.classroom.gradebook import Book, Filled, fill, read_book
from grader.classroom.register import members
from grader.errors import UsageError
from grader.model import Person
from grader.report.rows import Row
from grader.submission import find_submissions

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Essay (17),Rectangles (23),Total (read only)
    Points Possible,,,,,5,14,(read only)
"Quill, Zoë",11,s0017,zquill,M 101,4,,71
"Ode, Ann",2,,ann@example.edu,M 101,3,2,50
"Twin, One",3,007,one,M 101,,,
"Twin, Two",4,007,two,M 101,,,
"Nobody, Here",5,s5,nhere,M 101,1,9,
"Student, Test",6,,test,M 101,,,
"""

MOODLE = """\
Identifier,"Full name","ID number","Email address",Status,Grade,"Maximum Grade",\
"Grade can be changed","Feedback comments"
"Participant 100001","Zoë Quill",s0017,zoe@example.edu,"Submitted for grading",,14.00,Yes,
"Participant 100002","Ann Ode",,ann@example.edu,"No submission",-,14.00,No,
"Participant 100003","Ben Elm",,ben@example.edu,"Submitted for grading",,14.00,Yes,"ok, so"
"""


def row(id: str, score: str, *people: Person, **more: object) -> Row:
    fields = {"max_score": Decimal(11), "to_mark": Decimal(3), "questions": (), **more}
    return Row(id, "solution.py", Decimal(score), people=people, **fields)  # type: ignore[arg-type]


ZOE = Person("Zoë Quill", "s0017", "zoe@example.edu")
ANN = Person("Ann Ode", "", "ANN@example.edu ")
BEN = Person("Ben Elm", "zzz", "ben@example.edu")


def canvas(tmp_path: Path, text: str = CANVAS, column: str | None = None) -> Book:
    path = tmp_path / "canvas.csv"
    path.write_bytes(text.encode())
    return read_book(path, "canvas", column=column, title="Rectangles")


def moodle(tmp_path: Path, text: str = MOODLE) -> Book:
    path = tmp_path / "moodle.csv"
    path.write_bytes(text.encode())
    return read_book(path, "moodle", column=None, title="Rectangles")


def table(filled: Filled) -> dict[str, dict[str, str]]:
    lines = csv.DictReader(io.StringIO(filled.data.decode("utf-8-sig"), newline=""))
    return {line.get("Student") or line.get("Full name") or "": line for line in lines}


def reasons(filled: Filled) -> dict[str, str]:
    return {left.who: left.why for left in filled.left}


def test_grades_go_to_their_people_by_id_then_login_then_address(tmp_path: Path) -> None:
    filled = fill(canvas(tmp_path), [row("submission_1", "10.50", ZOE, ANN)])
    grades = {who: line["Rectangles (23)"] for who, line in table(filled).items()}
    assert grades == {
        "    Points Possible": "14",
        "Quill, Zoë": "10.5",
        "Ode, Ann": "10.5",
        "Twin, One": "",
        "Twin, Two": "",
        "Nobody, Here": "9",
        "Student, Test": "",
    }
    assert filled.count == 2


def test_only_the_column_that_was_filled_goes_back(tmp_path: Path) -> None:
    filled = fill(canvas(tmp_path), [row("submission_1", "7", ZOE)])
    assert list(table(filled)["Quill, Zoë"]) == [
        "Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Rectangles (23)",
    ]  # fmt: skip


def test_a_gradebook_with_split_names_is_filled_and_keeps_who_is_who(tmp_path: Path) -> None:
    text = (
        "LastName,FirstName,ID,SIS User ID,SIS Login ID,Root Account,Section,Rectangles (23)\n"
        "    Points Possible,,,,,,,14\n"
        "Quill,Zoë,11,s0017,zquill,school.example,M 101,\n"
        "Ode,Ann,2,,ann@example.edu,school.example,M 101,\n"
    )
    filled = fill(canvas(tmp_path, text), [row("submission_1", "7", ZOE)])
    assert filled.data.decode() == text.replace(
        "zquill,school.example,M 101,", "zquill,school.example,M 101,7"
    )
    assert reasons(filled) == {"Ode, Ann": "handed in nothing"}


def test_who_is_excused_stays_excused(tmp_path: Path) -> None:
    text = CANVAS.replace("M 101,4,,71", "M 101,4,EX,71")
    filled = fill(canvas(tmp_path, text), [row("submission_1", "7", ZOE)])
    assert table(filled)["Quill, Zoë"]["Rectangles (23)"] == "EX"
    assert reasons(filled)["Quill, Zoë"] == "is excused in Canvas"


def test_whom_nobody_knows_is_listed_on_both_sides(tmp_path: Path) -> None:
    filled = fill(canvas(tmp_path), [row("submission_1", "7", BEN)])
    left = reasons(filled)
    assert left["submission_1 (Ben Elm)"] == "nobody in the gradebook has such an id or address"
    assert left["Quill, Zoë"] == "handed in nothing"
    assert filled.count == 0


def test_an_id_that_stands_twice_is_nobody_s(tmp_path: Path) -> None:
    filled = fill(canvas(tmp_path), [row("submission_1", "7", Person("One Twin", "007", ""))])
    assert reasons(filled)["submission_1 (One Twin)"] == "fits 2 lines by its id"
    assert table(filled)["Twin, One"]["Rectangles (23)"] == ""


def test_an_id_without_its_zeros_is_another_id(tmp_path: Path) -> None:
    filled = fill(canvas(tmp_path), [row("submission_1", "7", Person("Z", "17", ""))])
    assert filled.count == 0


def test_canvas_s_own_number_is_not_taken_for_a_student_s(tmp_path: Path) -> None:
    filled = fill(canvas(tmp_path), [row("submission_1", "7", Person("", "11", ""))])
    assert filled.count == 0, "11 is Zoë's number in Canvas, where her own is s0017"


def test_who_canvas_names_before_a_file_is_known_by_number_and_name(tmp_path: Path) -> None:
    rows = [
        row("quillzoë_11", "7", Person("quillzoe\u0308", canvas="11")),
        row("odeann_2", "8", Person("annode", canvas="2")),
        row("somebody_5", "9", Person("somebody", canvas="5")),
        row("testtest_77", "9", Person("testtest", canvas="77")),
    ]
    filled = fill(canvas(tmp_path), rows)
    assert {name: line["Rectangles (23)"] for name, line in table(filled).items() if name} == {
        "    Points Possible": "14", "Quill, Zoë": "7", "Ode, Ann": "8", "Twin, One": "",
        "Twin, Two": "", "Nobody, Here": "9", "Student, Test": "",
    }  # fmt: skip
    assert filled.count == 2
    why = reasons(filled)
    assert (
        why["Nobody, Here"] == "has the number in the name of somebody_5, which names somebody else"
    )
    assert why["testtest_77 (testtest)"] == "nobody in the gradebook has such an id or address"
    assert not [note for note in filled.notes if "another name" in note]


def test_a_number_of_canvas_s_counts_in_no_other_gradebook(tmp_path: Path) -> None:
    people = [Person("quillzoë", canvas="100001"), Person("odeann", canvas="s0017")]
    filled = fill(moodle(tmp_path), [row(f"r{n}", "7", one) for n, one in enumerate(people)])
    assert filled.count == 0


def test_a_download_from_canvas_fills_its_gradebook(small_course: Course, tmp_path: Path) -> None:
    class_ = tmp_path / "download"
    class_.mkdir()
    (class_ / "quillzoë_11_501_solution.py").write_bytes(
        next(small_course.submissions.glob("ada*")).joinpath("solution.py").read_bytes()
    )
    (class_ / "odeann_LATE_2_502_solution.py").write_text("def area(*a): return 0\n")
    book = tmp_path / "canvas.csv"
    book.write_text(CANVAS)
    done = run(
        "grade", class_, "-c", small_course.config, "--out", tmp_path / "out", "--canvas", book,
        "--column", "Rectangles",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = list(csv.DictReader((tmp_path / "out" / "canvas.csv").read_text().splitlines()))
    grades = {line["Student"]: line["Rectangles (23)"] for line in lines}
    rows = csv.DictReader((tmp_path / "out" / "grades.csv").read_text().splitlines())
    totals = {line["id"]: (line["total"], line["flags"]) for line in rows}
    assert grades["Quill, Zoë"] == totals["quillzoë_11"][0] != "0"
    assert "Canvas says that it was late" in totals["odeann_2"][1]
    assert grades["Twin, One"] == ""


def test_a_person_with_two_submissions_gets_neither(tmp_path: Path) -> None:
    rows = [row("submission_1", "7", ZOE), row("submission_2", "9", ZOE)]
    filled = fill(canvas(tmp_path), rows)
    assert filled.count == 0
    assert "several submissions: submission_1, submission_2" in reasons(filled)["Quill, Zoë"]


def test_a_folder_may_be_named_by_a_login(tmp_path: Path) -> None:
    filled = fill(canvas(tmp_path), [row("zquill", "7")])
    assert table(filled)["Quill, Zoë"]["Rectangles (23)"] == "7"


def test_of_two_folders_named_by_one_login_neither_is_taken_for_the_one_that_counts(
    tmp_path: Path,
) -> None:
    filled = fill(canvas(tmp_path), [row("zquill", "7"), row("zquill-2", "9"), row("nhere-2", "5")])
    assert filled.count == 0
    assert reasons(filled)["Quill, Zoë"].endswith("several submissions: zquill, zquill-2")
    assert "nhere-2" in reasons(filled), "there is no other nhere: perhaps it is a login"


def test_no_score_is_filled_in_where_none_was_decided(tmp_path: Path) -> None:
    filled = fill(canvas(tmp_path), [row("submission_1", "0", ZOE, faulted=True)])
    assert filled.count == 0
    assert "the grader failed on submission_1" in reasons(filled)["Quill, Zoë"]


def test_another_name_under_the_same_id_is_pointed_out(tmp_path: Path) -> None:
    filled = fill(canvas(tmp_path), [row("submission_1", "7", Person("Ben Elm", "s0017", ""))])
    assert any("the same id, another name" in note for note in filled.notes)


def test_other_maxima_and_waiting_texts_are_pointed_out(tmp_path: Path) -> None:
    text = CANVAS.replace("5,14,(read", "5,10,(read")
    filled = fill(canvas(tmp_path, text), [row("submission_1", "7", ZOE)])
    assert any("at most 10 points, the assignment is worth 14" in note for note in filled.notes)
    assert any("up to 3 points wait for a person" in note for note in filled.notes)


def test_moodle_s_sheet_is_filled_where_it_may_be(tmp_path: Path) -> None:
    people = [row("a", "7", ZOE), row("b", "8", ANN), row("c", "9.25", BEN)]
    filled = fill(moodle(tmp_path), people)
    grades = {who: line["Grade"] for who, line in table(filled).items()}
    assert grades == {"Zoë Quill": "7", "Ann Ode": "-", "Ben Elm": "9.25"}
    assert table(filled)["Ben Elm"]["Feedback comments"] == "ok, so"
    assert "cannot be changed" in reasons(filled)["Ann Ode"]


def handed_in_by(tmp_path: Path, name: str) -> tuple[Person, ...]:
    """Who handed in what Moodle gave a name, among others."""
    for one in (name, "Zoë Quill_100001_assignsubmission_file_"):
        place = tmp_path / "class" / one
        place.mkdir(parents=True)
        (place / "solution.py").touch()
    class_ = find_submissions([tmp_path / "class"], expected_name="solution.py")
    return members([one for one in class_ if one.path.name == name])[0].people


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("Ben Elm_100003_assignsubmission_file_", True),
        ("Ben Elm_100003_assignsubmission_file", True),
        (f"{'Ben Elm ' * 20}_100003_assignsubmission_file_", True),
        ("Ben Elm_100003_assignsubmission_file_x_100001_assignsubmission_file_", False),
        ("X_100003_assignsubmission_file_ Ann_100001_assignsubmission_file_", False),
        (f"X_100003_assignsubmission_file_{'x' * 150}_100001_assignsubmission_file_", False),
        ("X_100003_assignsubmission_100001_assignsubmission_file_", False),
        ("Ben Elm_100003", False),
    ],
)
def test_moodle_s_own_folder_names_say_who_it_is_unless_they_say_two(
    tmp_path: Path, name: str, fits: bool
) -> None:
    """A student may be called, or call a file, as if the work were somebody else's."""
    filled = fill(moodle(tmp_path), [row("id", "5", *handed_in_by(tmp_path, name))])
    assert table(filled)["Ben Elm"]["Grade"] == ("5" if fits else "")
    assert filled.count == fits


def test_a_participant_s_number_is_nobody_s_id_and_an_id_is_no_participant_s(
    tmp_path: Path,
) -> None:
    book = moodle(tmp_path, MOODLE.replace("s0017", "100009"))
    strangers = [Person("Cy Dee", "100003"), Person(participant="100009")]
    rows = [row(f"r{n}", "7", one) for n, one in enumerate(strangers)] + [row("100003", "8")]
    filled = fill(book, rows)
    assert filled.count == 0
    assert {"r0 (Cy Dee)", "r1", "100003"} < reasons(filled).keys()
    assert fill(canvas(tmp_path), [row("r", "7", Person(participant="s0017"))]).count == 0


def test_canvas_s_number_is_an_id_only_where_the_school_has_none(tmp_path: Path) -> None:
    guest = row("submission_1", "7", Person("Cy Dee", "2", ""))
    assert fill(canvas(tmp_path), [guest]).count == 0, "2 is Ann's number in Canvas"
    without = CANVAS.replace("s0017", "").replace("007", "").replace("s5", "")
    filled = fill(canvas(tmp_path, without), [row("submission_1", "7", Person("Ann Ode", "2", ""))])
    assert table(filled)["Ode, Ann"]["Rectangles (23)"] == "7"


def test_a_line_that_ends_early_is_filled(tmp_path: Path) -> None:
    """Spreadsheets leave out empty cells at the end of a line."""
    head = MOODLE.partition("Participant")[0].rstrip('"')
    filled = fill(moodle(tmp_path, f"{head}Participant 100001,Zoë,s0017\n"), [row("r", "7", ZOE)])
    assert table(filled)["Zoë"]["Grade"] == "7"


@pytest.mark.parametrize(("head", "rest"), [(b"\xef\xbb\xbf", "\r\n"), (b"", "\r\n"), (b"", "\n")])
def test_a_gradebook_goes_back_in_the_form_in_which_it_came(
    tmp_path: Path, head: bytes, rest: str
) -> None:
    path = tmp_path / "canvas.csv"
    path.write_bytes(head + CANVAS.replace("\n", rest).encode())
    book = read_book(path, "canvas", column=None, title="Rectangles")
    data = fill(book, []).data
    assert data.startswith(head + b"Student,ID")
    assert data.count(rest.encode()) == CANVAS.count("\n")


def test_a_login_that_ends_in_a_number_is_somebody_of_their_own(tmp_path: Path) -> None:
    book = canvas(tmp_path, CANVAS.replace("nhere", "zquill-2"))
    filled = fill(book, [row("zquill", "7"), row("zquill-2", "8")])
    assert table(filled)["Quill, Zoë"]["Rectangles (23)"] == "7"
    assert table(filled)["Nobody, Here"]["Rectangles (23)"] == "8"


def test_where_points_have_a_decimal_comma_grades_have_it_too(tmp_path: Path) -> None:
    rows = [row("submission_1", "7.25", ZOE)]
    german = CANVAS.replace(",14,(read", ',"20,00",(read')
    filled = fill(canvas(tmp_path, german), rows)
    assert table(filled)["Quill, Zoë"]["Rectangles (23)"] == "7,25"
    assert any("at most 20 points" in note for note in filled.notes)
    filled = fill(moodle(tmp_path, MOODLE.replace("14.00", '"14,00"')), rows)
    assert table(filled)["Zoë Quill"]["Grade"] == "7,25"
    thousands = CANVAS.replace(",14,(read", ',"1,000.00",(read')
    assert table(fill(canvas(tmp_path, thousands), rows))["Quill, Zoë"]["Rectangles (23)"] == "7.25"


@pytest.mark.parametrize("column", ["Essay", "essay (17)", "Essay (17)"])
def test_a_column_may_be_named_with_or_without_its_number(tmp_path: Path, column: str) -> None:
    book = canvas(tmp_path, column=column)
    assert book.head[book.grade] == "Essay (17)"


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("a,b\n1,2\n", None, r"has no column Student or ID or Section; give the gradebook as"),
        (CANVAS.replace("Rectangles", "Other"), None, r"no column fits the assignment's title"),
        (CANVAS, "Total (read only)", r"Canvas computes 'Total \(read only\)' itself"),
        (CANVAS, "Exam", r"no column fits --column 'Exam' .*there are 'Essay \(17\)'"),
        (CANVAS.replace("Essay (17)", "Rectangles (17)"), None, r"several columns are named"),
        ("", None, r"has no column"),
        ('Student,ID,Section\n"x', None, r"is not CSV"),
    ],
)
def test_an_unclear_gradebook_is_refused(
    tmp_path: Path, text: str, column: str | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        canvas(tmp_path, text, column)


def test_a_gradebook_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "canvas.csv"
    path.write_bytes(CANVAS.encode("latin-1"))
    with pytest.raises(UsageError, match="is not UTF-8"):
        read_book(path, "canvas", column=None, title="Rectangles")


def test_the_command_line_fills_both_and_lists_who_is_left(
    small_course: Course, tmp_path: Path
) -> None:
    (tmp_path / "c.csv").write_text(CANVAS.replace("zquill", "ada"))
    (tmp_path / "m.csv").write_text(MOODLE)
    done = run(
        *("grade", small_course.submissions, "--out", small_course.out),
        *(
            "-c",
            small_course.config,
            "--canvas",
            tmp_path / "c.csv",
            "--moodle",
            tmp_path / "m.csv",
        ),
    )
    assert done.returncode == 0, done.stderr
    assert "canvas.csv: 1 grade filled in" in done.stdout
    assert ",11\n" in (small_course.out / "canvas.csv").read_text()
    unmatched = (small_course.out / "unmatched.csv").read_text()
    assert 'canvas,"Nobody, Here",handed in nothing' in unmatched
    assert (
        "moodle,bob,is not said to be anybody's: nobody in the gradebook has such an id"
        in unmatched
    )


def test_a_gradebook_that_an_earlier_run_filled_is_not_passed_off_as_new(
    small_course: Course, tmp_path: Path
) -> None:
    (tmp_path / "c.csv").write_text(CANVAS)
    again = ("regrade", small_course.out, "-c", small_course.config)
    small_course.grade()
    assert "canvas.csv" not in run(*again).stdout
    assert "of an earlier run" not in run(*again, "--canvas", tmp_path / "c.csv").stdout
    done = run(*again)
    assert "canvas.csv: of an earlier run; give --canvas again to fill in" in done.stdout
    assert "moodle.csv" not in done.stdout


def test_a_gradebook_that_cannot_be_filled_is_noticed_before_anything_runs(
    small_course: Course, tmp_path: Path
) -> None:
    (tmp_path / "c.csv").write_text("nonsense\n")
    done = run(
        *("grade", small_course.submissions, "--out", small_course.out),
        *("-c", small_course.config, "--canvas", tmp_path / "c.csv"),
    )
    assert done.returncode == 2
    assert not small_course.out.exists()
