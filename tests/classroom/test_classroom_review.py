"""The marking loop for free text: out as a sheet, back in as points."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from coursework import CONFIG, RIGHT, Course, course, handed_in, run
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.review import COLUMNS, Mark, Marks, read_marks, sheet
from grader.errors import UsageError
from grader.model import TextAnswer
from grader.report.answers import answer_key
from grader.report.text import visible


def answering(text: str) -> str:
    return RIGHT.replace('"Because it is so."', repr(text))


TEXTS = {
    "ada": answering("Because it is so."),
    "bob": answering("because it IS so!"),
    "cleo": answering("No."),
    "dan": answering("=HYPERLINK(1), a formula"),
    "eve": answering("Ein längerer Satz, mit Umlauten; und Strichpunkt.\nZweite Zeile."),
    "fay": RIGHT.replace("why", "because"),
}


@pytest.fixture
def texts_course(tmp_path: Path) -> Course:
    return Course(
        course(tmp_path / "course"), handed_in(tmp_path / "in", TEXTS), tmp_path / "results"
    )


def lines(out: Path, name: str = "review.csv") -> list[dict[str, str]]:
    text = (out / name).read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def fill(
    out: Path,
    change: Callable[[dict[str, str]], Mapping[str, str]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> Path:
    """Fills the sheet in as a spreadsheet would save it."""
    filled = [{**line, **change(line)} for line in lines(out)]
    path = out.parent / "filled.csv"
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(filled)
    return path


def test_every_different_answer_stands_once_with_what_to_look_at_first_on_top(
    texts_course: Course,
) -> None:
    texts_course.grade()
    found = lines(texts_course.out)
    assert [(line["students"], line["submissions"]) for line in found] == [
        ("1", "fay"),
        ("1", "cleo"),
        ("2", "ada, bob"),
        ("1", "dan"),
        ("1", "eve"),
    ]
    assert "nothing to mark" in found[0]["look_at"]
    assert "1 word, at least 3 were asked for" in found[1]["look_at"]
    assert found[3]["text"].startswith("'="), "no cell is a formula"
    assert found[4]["text"] == "Ein längerer Satz, mit Umlauten; und Strichpunkt.\nZweite Zeile."
    assert {line["maximum"] for line in found} == {"3"}
    assert {line["points"] for line in found} == {""}


def test_without_marks_a_text_waits_for_a_person(texts_course: Course) -> None:
    texts_course.grade()
    results = json.loads((texts_course.out / "ada" / "results.json").read_text())
    assert results["extra_data"]["questions"]["why"]["status"] == "to_mark"


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("cp1252", ";")],
)
def test_marks_are_read_however_a_spreadsheet_saved_them(
    texts_course: Course, encoding: str, delimiter: str
) -> None:
    texts_course.grade()

    def marked(line: dict[str, str]) -> dict[str, str]:
        if "ada" in line["submissions"]:
            return {"points": "2,5", "comment": "schön"}
        return {"points": "0"} if "cleo" in line["submissions"] else {}

    path = fill(texts_course.out, marked, encoding=encoding, delimiter=delimiter)
    marks = read_marks(path, texts_course.assignment)
    assert sorted((mark.points, mark.comment) for mark in marks.given.values()) == [
        (Decimal("0.00"), ""),
        (Decimal("2.50"), "schön"),
    ]


def test_lines_may_end_as_an_old_excel_on_a_mac_ends_them(
    small_course: Course, tmp_path: Path
) -> None:
    path = tmp_path / "marks.csv"
    path.write_bytes(f"question;answer;points;comment\rwhy;{KEY};1,5;a, b, c, d, e, f\r".encode())
    marks = read_marks(path, small_course.assignment)
    assert marks.given == {("why", KEY): Mark("why", KEY, Decimal("1.50"), "a, b, c, d, e, f")}


def test_marks_reach_results_grades_and_pages(texts_course: Course) -> None:
    texts_course.grade()
    path = fill(texts_course.out, lambda line: {"points": "2.5", "comment": "Say why."})
    done = run(
        *("grade", texts_course.submissions, "--out", texts_course.out, "--resume"),
        *("-c", texts_course.config, "--marks", path),
    )
    assert done.returncode == 0, done.stderr
    for name in ("ada", "bob"):
        results = json.loads((texts_course.out / name / "results.json").read_text())
        told = results["extra_data"]["questions"]["why"]
        assert (told["score"], told["max_score"], told["status"]) == (2.5, 3, "partial")
        assert results["score"] == 13.5
        assert "Say why." in (texts_course.out / name / "report.html").read_text()
    with (texts_course.out / "grades.csv").open() as file:
        table = {line["id"]: line for line in csv.DictReader(file)}
    assert (table["ada"]["why"], table["ada"]["total"], table["ada"]["to_mark"]) == (
        "2.5", "13.5", "0",
    )  # fmt: skip
    assert {line["points"] for line in lines(texts_course.out)} == {"2.5"}


def test_a_mark_of_an_answer_that_nobody_gives_is_told(texts_course: Course) -> None:
    texts_course.grade()
    (line, *_) = lines(texts_course.out)
    path = fill(
        texts_course.out,
        lambda one: {"answer": "t00000000000a", "points": "1"} if one == line else {"points": "2"},
    )
    for door in (("grade", texts_course.submissions, "--resume", "--out"), ("regrade",)):
        done = run(*door, texts_course.out, "-c", texts_course.config, "--marks", path)
        assert done.returncode == 0, done.stderr
        assert "\n1 mark fits no answer given: why t00000000000a.\n" in done.stdout


@pytest.mark.parametrize(
    "comment", ["-1 for the mask", "=) well done", "'so' is no reason", "gut\u200f", "a\n- b", "'"]
)
def test_a_comment_comes_back_as_it_was_typed_however_often(
    texts_course: Course, comment: str
) -> None:
    texts_course.grade()
    path = fill(texts_course.out, lambda line: {"points": "1", "comment": comment})
    marks = read_marks(path, texts_course.assignment)
    assert {mark.comment for mark in marks.given.values()} == {visible(comment)}
    texts_course.grade(marks=marks)
    assert read_marks(texts_course.out / "review.csv", texts_course.assignment) == marks


def test_marks_alone_run_no_code_again(texts_course: Course) -> None:
    texts_course.grade()
    path = fill(texts_course.out, lambda line: {"points": "1"})
    marks = read_marks(path, texts_course.assignment)

    def refuse(imports: tuple[str, ...]) -> object:
        raise AssertionError("a launcher was started")

    texts_course.launcher = refuse  # type: ignore[method-assign, assignment]
    outcome = texts_course.grade(resume=True, marks=marks)
    assert outcome.skipped == 0
    assert all(row.to_mark == 0 for row in outcome.rows)


def test_marks_count_in_the_next_run_too_and_can_be_changed(texts_course: Course) -> None:
    texts_course.grade()
    path = fill(texts_course.out, lambda line: {"points": "1"})
    texts_course.grade(resume=True, marks=read_marks(path, texts_course.assignment))
    assert {row.to_mark for row in texts_course.grade(resume=True).rows} == {0}
    path = fill(texts_course.out, lambda line: {"points": "2"})
    marks = read_marks(path, texts_course.assignment)
    outcome = texts_course.grade(resume=True, marks=marks)
    assert {row.questions[-1].score for row in outcome.rows} == {Decimal("2.00")}
    assert texts_course.grade(resume=True, marks=marks).skipped == len(TEXTS)


def test_marks_that_make_code_run_again_run_it_with_its_helper_files(
    texts_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that came to something too large to be kept is made again."""
    (texts_course.submissions / "ada" / "more.py").write_text("def times(a, b): return a * b\n")
    solution = texts_course.submissions / "ada" / "solution.py"
    right = solution.read_text().replace("width * height", "times(width, height)")
    assert "times" in right
    solution.write_text("from more import times\n" + right)
    monkeypatch.setattr("grader.classroom.records._KEPT", 0)
    before = texts_course.grade()
    path = fill(texts_course.out, lambda line: {"points": "1"})
    after = texts_course.grade(resume=True, marks=read_marks(path, texts_course.assignment))
    assert [row.questions[:-1] for row in after.rows] == [r.questions[:-1] for r in before.rows]


@pytest.mark.parametrize("dash", ["-", "'-", "–"])
def test_a_dash_withdraws_a_mark_and_an_empty_cell_does_not(
    texts_course: Course, dash: str
) -> None:
    texts_course.grade()
    path = fill(texts_course.out, lambda line: {"points": "1", "comment": "mine"})
    texts_course.grade(resume=True, marks=read_marks(path, texts_course.assignment))
    emptied = fill(texts_course.out, lambda line: {"points": "", "comment": ""})
    kept = texts_course.grade(resume=True, marks=read_marks(emptied, texts_course.assignment))
    assert {row.to_mark for row in kept.rows} == {0}
    assert kept.notes == (
        "5 answers without points in the sheet keep the marks given before; write - for the "
        "points to withdraw a mark.",
    )

    def withdraw(line: dict[str, str]) -> Mapping[str, str]:
        return {"points": dash} if line["submissions"] == "ada, bob" else {}

    path = fill(texts_course.out, withdraw)
    done = run("regrade", texts_course.out, "-c", texts_course.config, "--marks", path, "--dry-run")
    assert "why -1: a person's mark was withdrawn" in done.stdout
    assert "2 lose" in done.stdout
    after = texts_course.grade(resume=True, marks=read_marks(path, texts_course.assignment))
    assert [row.id for row in after.rows if row.to_mark] == ["ada", "bob"]
    assert after.notes == ()
    by_ids = {line["submissions"]: line for line in lines(texts_course.out)}
    assert (by_ids["ada, bob"]["points"], by_ids["ada, bob"]["comment"]) == ("", "")
    assert by_ids["cleo"]["points"] == "1"
    assert [row.id for row in texts_course.grade(resume=True).rows if row.to_mark] == ["ada", "bob"]


def test_a_mark_of_an_answer_that_nobody_gives_leaves_the_sheet_by_a_dash(
    texts_course: Course,
) -> None:
    texts_course.grade()
    path = fill(texts_course.out, lambda line: {"points": "1"})
    texts_course.grade(resume=True, marks=read_marks(path, texts_course.assignment))
    handed_in(texts_course.submissions, {"cleo": answering("A new and longer answer.")})
    texts_course.grade(resume=True)
    assert len(lines(texts_course.out)) == 6
    path = fill(texts_course.out, lambda line: {} if line["submissions"] else {"points": "-"})
    texts_course.grade(resume=True, marks=read_marks(path, texts_course.assignment))
    assert len(lines(texts_course.out)) == 5


def test_two_people_may_fill_in_a_copy_each(texts_course: Course) -> None:
    texts_course.grade()
    for group, points in (("adabob", "1"), ("cleodanevefay", "2")):
        copy = fill(
            texts_course.out,
            lambda line, group=group, points=points: {  # type: ignore[misc]
                "points": points if line["submissions"].replace(", ", "") in group else ""
            },
        )
        marks = read_marks(copy, texts_course.assignment)
        outcome = texts_course.grade(resume=True, marks=marks)
    scores = [row.questions[-1].score for row in outcome.rows]
    assert scores == [1, 1, 2, 2, 2, 2]


def test_what_stands_in_the_sheet_and_does_not_count_is_told(texts_course: Course) -> None:
    texts_course.grade()
    sheet = texts_course.out / "review.csv"
    told = f"{sheet} says of {{}} what does not count yet; give it with --marks {sheet}"
    doors = {
        "1": ("grade", texts_course.submissions, "--resume", "--out"),
        "2": ("regrade",),
    }

    def say(door: tuple[object, ...], *more: object) -> str:
        return run(*door, texts_course.out, "-c", texts_course.config, *more).stdout

    for points, door in doors.items():
        path = fill(texts_course.out, lambda line, points=points: {"points": points})  # type: ignore[misc]
        sheet.write_bytes(path.read_bytes())
        assert told.format("5 answers") in say(door)
        assert "does not count" not in say(door, "--marks", sheet)
        assert "does not count" not in say(door)
        sheet.write_bytes(fill(texts_course.out, _withdrawn_first).read_bytes())
        assert told.format("1 answer") in say(door)
        assert lines(texts_course.out)[0]["points"] == "'-", "it stands there still"
        assert "does not count" not in say(door, "--marks", sheet)
    anew = run(
        "grade", texts_course.submissions, "--out", texts_course.out, "-c", texts_course.config
    )
    assert told.format("4 answers") in anew.stdout, "who marks anew is told what was left behind"


def _withdrawn_first(line: dict[str, str]) -> Mapping[str, str]:
    return {"points": "-"} if line["order"] == "1" else {}


def test_what_a_person_filled_in_outlives_the_next_run(texts_course: Course) -> None:
    texts_course.grade()
    path = fill(texts_course.out, lambda line: {"points": "1", "comment": "mine"})
    (texts_course.out / "review.csv").write_bytes(path.read_bytes())
    handed_in(texts_course.submissions, {"cleo": answering("A new and longer answer.")})
    texts_course.grade()
    by_ids = {line["submissions"]: line for line in lines(texts_course.out)}
    assert by_ids["ada, bob"]["points"] == "1"
    assert by_ids["cleo"]["points"] == ""
    assert by_ids[""]["look_at"] == "nobody gives this answer now"
    assert by_ids[""]["comment"] == "mine"


def test_what_a_person_changed_in_the_sheet_outlives_a_run_without_it(texts_course: Course) -> None:
    texts_course.grade()
    path = fill(texts_course.out, lambda line: {"points": "1"})
    texts_course.grade(resume=True, marks=read_marks(path, texts_course.assignment))
    path = fill(texts_course.out, lambda line: {"points": "2"})
    (texts_course.out / "review.csv").write_bytes(path.read_bytes())
    assert {row.questions[-1].score for row in texts_course.grade(resume=True).rows} == {1}
    assert {line["points"] for line in lines(texts_course.out)} == {"2"}
    other = fill(texts_course.out, lambda line: {"points": "3"})
    texts_course.grade(resume=True, marks=read_marks(other, texts_course.assignment))
    assert {line["points"] for line in lines(texts_course.out)} == {"3"}, "--marks is the newest"


def test_a_sheet_that_cannot_be_read_is_left_alone(texts_course: Course) -> None:
    texts_course.grade()
    (texts_course.out / "review.csv").write_text("question;answer;points\nwhy;tabc;ten\n")
    texts_course.grade()
    assert (texts_course.out / "review.csv").read_text().endswith("ten\n")
    assert len(lines(texts_course.out, "review.new.csv")) == 5


def test_a_sheet_that_cannot_be_read_is_told_until_it_is_mended(texts_course: Course) -> None:
    texts_course.grade()
    sheet = texts_course.out / "review.csv"
    good = sheet.read_text()
    sheet.write_text("question;answer;points\nwhy;tabc;ten\n")
    doors = (("grade", texts_course.submissions, "--resume", "--out"), ("regrade",))
    for door in doors:
        done = run(*door, texts_course.out, "-c", texts_course.config)
        assert done.returncode == 0, done.stderr
        assert f"{sheet} cannot be read and was left as it is" in done.stdout
        assert f"grader regrade {texts_course.out} --marks {sheet}" in done.stdout
    sheet.write_text(good)
    for door in doors:
        assert (
            "review.new.csv" not in run(*door, texts_course.out, "-c", texts_course.config).stdout
        )
    assert not (texts_course.out / "review.new.csv").exists()


KEY = answer_key("why", TextAnswer({"": "so"}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("PK\x03\x04 and so on", r"marks.csv: is a workbook; save the sheet as CSV"),
        ("question,answer\nwhy,x\n", r":1: no column points; keep the first line"),
        (f"question,answer,points\nhow,{KEY},1\n", r":2: question 'how' is none that a person"),
        (f"question,answer,points\narea,{KEY},1\n", r":2: question 'area' is none that a person"),
        ("question,answer,points\nwhy,1.2E+11,1\n", r":2: answer '1.2E\+11' is no key"),
        (f"question,answer,points\nwhy,{KEY},4\n", r":2: points 4 for why: write 0 to 3"),
        (f"question,answer,points\nwhy,{KEY},-1\n", r":2: points -1 for why: write 0 to 3"),
        (
            f"question,answer,points\nwhy,{KEY},good\n",
            r":2: points 'good' is no number; write - to withdraw a mark",
        ),
        (f"question,answer,points\nhow,{KEY},-\n", r":2: question 'how' is none that a person"),
        (f"question,answer,points\nwhy,{KEY},-\nwhy,{KEY},2\n", r":3: why \w+ stands twice"),
        (
            f"question,answer,points,Points\nwhy,{KEY},1,2\n",
            r":1: the column points stands twice; keep one",
        ),
        (f"question,answer,points\nwhy,{KEY},nan\n", r":2: points 'nan' is no number"),
        (
            f"question,answer,points,comment\nwhy,{KEY},,fine\n",
            r":2: why \w+: a comment without points",
        ),
        (f"question,answer,points\nwhy,{KEY},1\nwhy,{KEY},2\n", r":3: why \w+ stands twice"),
        (f"question,answer,points\nwhy,{KEY},1_0\n", r":2: points '1_0' is no number"),
        (
            f"question,answer,points,comment\nwhy,{KEY},1,5,fine\n",
            r":2: more cells than columns; write what holds a ',' in quotes",
        ),
        (f'question,answer,points\nwhy,"{KEY},1\n', r"unexpected end of data; save it as CSV"),
    ],
)
def test_a_mistake_in_the_sheet_is_named_with_its_line(
    small_course: Course, tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "marks.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        read_marks(path, small_course.assignment)


def test_a_sheet_for_an_assignment_without_texts_is_refused_in_one_line(
    small_course: Course, tmp_path: Path
) -> None:
    path = tmp_path / "marks.csv"
    path.write_text(f"question,answer,points\nwhy,{KEY},1\n")
    course(small_course.config.parent, CONFIG[: CONFIG.index("  - id: why")])
    with pytest.raises(UsageError, match=r"no question of this assignment is marked by a person"):
        read_marks(path, small_course.assignment)


def test_all_mistakes_are_told_at_once(small_course: Course, tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    path.write_text(f"question,answer,points\nhow,{KEY},1\nwhy,{KEY},9\n")
    with pytest.raises(UsageError) as caught:
        read_marks(path, small_course.assignment)
    assert "marks.csv:2:" in str(caught.value)
    assert "marks.csv:3:" in str(caught.value)


def test_a_question_that_became_worth_less_must_be_marked_again(texts_course: Course) -> None:
    texts_course.grade()
    path = fill(texts_course.out, lambda line: {"points": "3"})
    texts_course.grade(resume=True, marks=read_marks(path, texts_course.assignment))
    texts_course.config.write_text(CONFIG.replace("points: 3", "points: 2"))
    with pytest.raises(UsageError, match=r"was given 3 points, and is now worth 2"):
        texts_course.grade(resume=True)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("A mask, per pixel.", "a mask per PIXEL", True),
        ("per-pixel", "per pixel", True),
        ("it's “so”", "it’s so!", True),
        ("n-1<50%", "n - 1 < 50 %", True),
        ("caf\u00e9", "cafe\u0301", True),
        ("näm\u00adlich", "nämlich", True),
        ("per-pixel (mask)", "per pixel: mask", True),
        ("x < y", "x > y", False),
        ("C", "C#", False),
        ("C", "C++", False),
        ("n + 1", "n * 1", False),
        ("it is -1", "it is 1", False),
        ("x^2", "x 2", False),
        ("\U0001f44d", "\U0001f44e", False),
        ("यह है", "यहाँ हों", False),
    ],
)
def test_answers_are_the_same_if_their_words_and_signs_are(
    one: str, other: str, same: bool
) -> None:
    keys = {answer_key("q", TextAnswer({"": text})) for text in (one, other)}
    assert len(keys) == (1 if same else 2)


def test_marks_without_end_on_one_letter_cost_no_more_than_letters() -> None:
    """Putting them in order takes time by the square of their number."""

    def seconds(text: str) -> float:
        started_s = time.thread_time()
        answer_key("q", TextAnswer({"": text}))
        return time.thread_time() - started_s

    letters = seconds("Straße über " * 1_600)
    for marks in ("\u0301\u0316" * 10_000, "\u0f73" * 20_000, ("\u0301" * 29 + "\uff9e") * 666):
        assert seconds(marks) < 20 * letters
    assert len({answer_key("q", TextAnswer({"": "e" + "\u0301" * n})) for n in (0, 1, 2)}) == 3


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=30), max_size=3))
def test_an_answer_s_key_is_stable_and_safe_in_a_spreadsheet(text: dict[str, str]) -> None:
    key = answer_key("q", TextAnswer(text))
    shuffled = dict(sorted(text.items(), reverse=True))
    assert key == answer_key("q", TextAnswer(shuffled))
    assert key[0] == "t"
    assert key.isalnum()


def test_answers_without_a_text_are_the_same_if_there_is_none_for_the_same_reason() -> None:
    missing, listed = TextAnswer({}, ("not defined",)), TextAnswer({}, ("a list of 2",))
    assert answer_key("q", missing) == answer_key("q", TextAnswer({}, ("not defined",)))
    assert answer_key("q", missing) != answer_key("q", listed)
    assert answer_key("why", TextAnswer({"": "so"}, ("1 word",))) == KEY


def test_a_sheet_without_answers_has_its_head_alone() -> None:
    assert sheet([], Marks()) == ",".join(COLUMNS) + "\n"
