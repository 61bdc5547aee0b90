"""How often and how late something was handed in, by metadata of every shape that was seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment import load_assignment
from grader.errors import ConfigError
from grader.gradescope import run_autograder
from grader.handing_in import HandingIn, lateness, over_limit, read_handing_in
from grader.marking import compare
from grader.model import Late, LatePolicy

SCHEMA = json.loads((Path(__file__).parents[1] / "gradescope.schema.json").read_text())
NOON = "2026-03-04T12:00:00.123456-07:00"
DUE = "2026-03-04T23:00:00.000000-07:00"


def entry(at: str, score: float = 3.0, **known: Any) -> dict[str, Any]:
    """An earlier submission as Gradescope keeps it: our results, with what we left out as null."""
    results = {
        "score": score,
        "output": "Each question's result stands below.",
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "execution_time": 0.5,
        "leaderboard": [],
        "extra_data": {
            "questions": {"area": {"score": score, "max_score": 5.0, "status": "partial"}},
            "isolation": "strong",
            "graded": True,
        },
        "tests": [
            {
                "name": "The area",
                "score": score,
                "max_score": 5.0,
                "status": "failed",
                "output": "expected 6",
                "visibility": "visible",
                "number": "1",
                "tags": None,
                "extra_data": None,
                "name_format": None,
                "output_format": None,
            }
        ],
    }
    return {
        "id": 1,
        "submission_time": at,
        "score": str(score),
        "autograder_error": False,
        "results": results,
        **known,
    }


def metadata(**known: Any) -> dict[str, Any]:
    dates = {"release_date": None, "due_date": DUE, "late_due_date": None}
    return {
        "id": 7,
        "created_at": NOON,
        "assignment_id": None,
        "assignment": {"id": 3, "title": "Areas", "total_points": "5.0", **dates},
        "submission_method": "upload",
        "users": [{"id": 1, "email": "a@example.edu", "name": "A", "sid": "", "assignment": dates}],
        "previous_submissions": [],
        **known,
    }


def read(folder: Path, **known: Any) -> HandingIn | None:
    path = folder / "submission_metadata.json"
    path.write_text(json.dumps(metadata(**known)), encoding="utf-8")
    return read_handing_in(path)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --------------------------------------------------------------------------- reading


def test_who_handed_in_hundreds_of_times_is_as_late_as_anybody(tmp_path: Path) -> None:
    """Gradescope tells all that was ever printed about them, which is megabytes."""
    many = [entry(f"2026-03-{day:02}T10:00:00-07:00", text="x" * (30 << 20)) for day in (2, 1, 3)]
    found = read(tmp_path, previous_submissions=many)
    assert found is not None and found.due == at(DUE)
    assert [one.at.day for one in found.earlier] == [1, 2, 3]
    assert [bool(one.results) for one in found.earlier] == [False, False, True]


def test_what_is_known_of_a_submission(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found == HandingIn(at(NOON), at(DUE))


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"[]", b"null", b"{}", b"\xff", b"[" * 9999),
        *(b'{"created_at": 5}', b'{"created_at": "today"}'),
        b'{"created_at": "2026-03-04T12:00:00"}',
    ],
)
def test_a_file_that_says_nothing_is_no_reason_to_fail(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "submission_metadata.json"
    path.write_bytes(content)
    assert read_handing_in(path) is None


def test_without_the_file_nothing_is_known(tmp_path: Path) -> None:
    assert read_handing_in(tmp_path / "nothing.json") is None


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    users=JUNK,
    assignment=JUNK,
    previous=st.lists(JUNK | st.fixed_dictionaries({"submission_time": JUNK, "results": JUNK})),
)
def test_whatever_stands_in_it_nothing_is_raised(
    users: Any, assignment: Any, previous: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = read(
        tmp_path_factory.getbasetemp(),
        users=users,
        assignment=assignment,
        previous_submissions=previous,
    )
    assert found is not None
    over_limit(1, found)
    lateness(LatePolicy(Fraction(1, 10)), found)


FIRST, LAST = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"


@pytest.mark.parametrize("own", [FIRST, LAST, "9998-12-31T00:00:00+00:00"])
@pytest.mark.parametrize("everybodys", [FIRST, LAST, DUE])
@pytest.mark.parametrize("due", [None, at(DUE), at(LAST)])
def test_a_date_that_stands_for_never_makes_nothing_late_and_nothing_fail(
    own: str, everybodys: str, due: datetime | None, tmp_path: Path
) -> None:
    policy = LatePolicy(Fraction(1, 10), grace_s=3600, due=due)
    found = read(
        tmp_path,
        users=[user(own)],
        assignment={"due_date": everybodys},
        previous_submissions=[entry(FIRST), entry(MORNING)],
    )
    assert lateness(policy, found) is None
    over = over_limit(1, found)
    assert over is not None and over.last.at == at(MORNING)


def user(due: str | None) -> dict[str, Any]:
    return {"id": 1, "email": "", "name": "", "assignment": {"due_date": due}}


EXTENDED = "2026-03-06T23:00:00.000000-07:00"


@pytest.mark.parametrize(
    ("users", "due", "extension"),
    [
        ([user(DUE)], DUE, 0),
        ([user(EXTENDED)], EXTENDED, 2),
        ([user(DUE), user(EXTENDED)], EXTENDED, 2),  # of a group, whoever may hand in latest
        ([user(None), user(DUE)], DUE, 0),
        ([], DUE, 0),  # a submission that is no longer the active one
        ([{"id": 1}], DUE, 0),
    ],
)
def test_the_due_date_is_the_students_own(
    users: list[Any], due: str, extension: int, tmp_path: Path
) -> None:
    found = read(tmp_path, users=users)
    assert found is not None
    assert found.due == at(due)
    assert found.extension == timedelta(days=extension)


def test_without_a_due_date_nothing_is_late(tmp_path: Path) -> None:
    found = read(tmp_path, users=[], assignment={"due_date": None})
    assert found is not None
    assert found.due is None
    assert lateness(LatePolicy(Fraction(1, 2)), found) is None


# --------------------------------------------------------------------------- how often

MORNING, DAWN = "2026-03-04T09:30:00-07:00", "2026-03-04T00:10:00-07:00"
YESTERDAY, LATER = "2026-03-03T23:50:00-07:00", "2026-03-04T13:00:00-07:00"


@pytest.mark.parametrize(
    ("previous", "last"),
    [
        ([], None),
        ([entry(MORNING)], None),
        ([entry(MORNING), entry(DAWN)], MORNING),  # in any order
        ([entry(DAWN), entry(MORNING)], MORNING),
        ([entry(DAWN), entry(YESTERDAY)], None),  # another day at the course
        ([entry(DAWN), entry(MORNING, autograder_error=True)], None),
        ([entry(DAWN), entry(MORNING), entry(LATER)], MORNING),  # marked again after it
        ([entry(DAWN), {"submission_time": MORNING, "results": {"output": "failed"}}], None),
        ([entry(DAWN), {"submission_time": "then", "results": {}}], None),
        # the same moment of the day, written in another zone
        ([entry(DAWN), entry("2026-03-04T16:30:00+00:00")], "2026-03-04T16:30:00+00:00"),
        ([entry(DAWN), entry("2026-03-04T06:50:00+00:00")], None),  # 23:50 of the day before
    ],
)
def test_the_days_submissions_are_counted(
    previous: list[Any], last: str | None, tmp_path: Path
) -> None:
    over = over_limit(2, read(tmp_path, previous_submissions=previous))
    assert (over and over.last.at) == (last and at(last))


@pytest.mark.parametrize("flag", [{"graded": False}, {"counted": False}])
def test_what_was_not_marked_does_not_count(flag: dict[str, Any], tmp_path: Path) -> None:
    other = entry(MORNING)
    other["results"]["extra_data"].update(flag)
    assert over_limit(1, read(tmp_path, previous_submissions=[other])) is None


def test_without_a_limit_nobody_is_over_it(tmp_path: Path) -> None:
    assert over_limit(None, read(tmp_path, previous_submissions=[entry(MORNING)] * 50)) is None
    assert over_limit(1, None) is None


# --------------------------------------------------------------------------- how late

TENTH = LatePolicy(Fraction(1, 10))


@pytest.mark.parametrize(
    ("policy", "handed_in", "days", "share"),
    [
        (TENTH, "2026-03-04T23:00:00-07:00", 0, "0"),
        (TENTH, "2026-03-04T23:00:01-07:00", 1, "1/10"),
        (TENTH, "2026-03-05T23:00:00-07:00", 1, "1/10"),
        (TENTH, "2026-03-05T23:00:01-07:00", 2, "2/10"),
        (TENTH, "2026-03-05T06:30:00+00:00", 1, "1/10"),  # another zone, half an hour late
        (TENTH, "2026-06-01T00:00:00-07:00", 89, "1"),  # never more than all
        (
            LatePolicy(Fraction(1, 10), at_most=Fraction(1, 4)),
            "2026-03-09T00:00:00-07:00",
            5,
            "1/4",
        ),
        (LatePolicy(Fraction(1, 10), grace_s=900), "2026-03-04T23:15:00-07:00", 0, "0"),
        (LatePolicy(Fraction(1, 10), grace_s=900), "2026-03-04T23:15:01-07:00", 1, "1/10"),
        (LatePolicy(Fraction(1, 10), due=at("2026-03-03T23:00:00-07:00")), NOON, 1, "1/10"),
        (LatePolicy(Fraction(1, 10), due=at("2026-03-06T23:00:00-07:00")), NOON, 0, "0"),
        (LatePolicy(Fraction(0)), "2026-06-01T00:00:00-07:00", 0, "0"),
    ],
)
def test_each_day_that_has_begun_costs_its_share(
    policy: LatePolicy, handed_in: str, days: int, share: str, tmp_path: Path
) -> None:
    late = lateness(policy, read(tmp_path, created_at=handed_in))
    assert (late.days if late else 0, late.share if late else 0) == (days, Fraction(share))


def test_an_extension_moves_a_date_of_the_authors_as_well(tmp_path: Path) -> None:
    policy = LatePolicy(Fraction(1, 10), due=at("2026-03-03T23:00:00-07:00"))
    assert lateness(policy, read(tmp_path, users=[user(DUE)])) is not None
    assert lateness(policy, read(tmp_path, users=[user(EXTENDED)])) is None


@pytest.mark.parametrize(
    ("points", "share", "kept"),
    [("76", "1/5", "60.80"), ("0", "1/2", "0.00"), ("93", "1", "0.00"), ("1.05", "1/2", "0.53")],
)
def test_what_is_kept_is_rounded_once(points: str, share: str, kept: str) -> None:
    late = Late(at(DUE), at(NOON), 1, Fraction(share))
    assert late.kept(Decimal(points)) == Decimal(kept)


# --------------------------------------------------------------------------- the whole way

CONFIG = """\
assignment: "Areas"
submission: {file: solution.py}
gradescope:
  submissions_per_day: 2
  late: {per_day: 0.1, grace: 15 min, at_most: 0.5}
  leaderboard: [{name: "Area", question: area}]
questions:
  - id: area
    title: "The area"
    function: area
    reference: shapes
    points: 5
    tags: [geometry, "first week"]
    cases:
      - {name: "two by three", args: [2, 3], expect: 6, shown: full}
      - {name: "other", args: [4, 5]}
"""
SHAPES = "def area(width: int, height: int) -> int:\n    return width * height\n"
SOLUTION = "def area(width, height):\n    return width * height\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "autograder"
    (root / "source" / "reference").mkdir(parents=True)
    (root / "source" / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (root / "source" / "reference" / "shapes.py").write_text(SHAPES, encoding="utf-8")
    (root / "submission").mkdir()
    (root / "submission" / "solution.py").write_text(SOLUTION, encoding="utf-8")
    return root


def marked(root: Path, **known: Any) -> dict[str, Any]:
    (root / "submission_metadata.json").write_text(json.dumps(metadata(**known)), encoding="utf-8")
    assert run_autograder(root, root / "source" / "config.yaml", isolation="off") == 0
    document: dict[str, Any] = json.loads((root / "results" / "results.json").read_text())
    jsonschema.validate(document, SCHEMA)
    return document


def test_in_time_and_within_the_limit_all_points_count(root: Path) -> None:
    document = marked(root)
    assert document["score"] == 5
    assert "late" not in document["extra_data"]
    assert document["leaderboard"] == [{"name": "Area", "value": 5.0}]
    assert document["tests"][0]["tags"] == ["geometry", "first week"]


def test_what_is_late_keeps_a_part_and_says_why(root: Path) -> None:
    document = marked(root, created_at="2026-03-06T01:30:00-07:00")
    assert document["score"] == 4
    assert document["tests"][0]["score"] == 5
    assert document["extra_data"]["late"] == {"days": 2, "share": 0.2}
    flat = " ".join(document["output"].split())
    assert (
        "Handed in 1 day and 2 hours after it was due (2026-03-04 23:00): 20 % of the points are "
        "taken off."
    ) in flat


def test_beyond_the_limit_the_last_result_is_shown_again_with_the_reason(root: Path) -> None:
    previous = [entry(MORNING, score=3.0), entry(DAWN, score=5.0)]
    document = marked(root, previous_submissions=previous)
    assert document["score"] == 3
    assert document["tests"][0]["score"] == 3
    assert document["extra_data"]["counted"] is False
    assert document["extra_data"]["questions"]["area"]["score"] == 3
    assert document["output"].startswith(
        "Submissions are marked 2 times a day, and today's were used up: this one was not marked. "
        "Below is the result of what was handed in on 2026-03-04 at 09:30."
    )


def test_a_result_that_is_not_ours_cannot_be_shown_again_and_so_it_is_marked(root: Path) -> None:
    others = [entry(MORNING), entry(DAWN)]
    for one in others:
        one["results"]["extra_data"] = None
    assert marked(root, previous_submissions=others)["score"] == 5


def test_beyond_the_limit_it_is_marked_where_the_assignment_has_changed_since(root: Path) -> None:
    """Who had used up the day would be left out when all are marked anew."""
    first = marked(root)
    earlier = [entry(DAWN), {**entry(MORNING), "results": first}]
    (root / "submission" / "solution.py").write_text("def area(*sides): return 6\n")
    again = marked(root, previous_submissions=earlier)
    assert again["score"] == 5
    assert all(again[key] == first[key] for key in ("tests", "leaderboard"))
    (root / "source" / "config.yaml").write_text(CONFIG.replace("args: [4, 5]", "args: [4, 6]"))
    assert marked(root, previous_submissions=earlier)["score"] == 2.5


def test_without_metadata_it_is_marked_in_full(root: Path) -> None:
    assert run_autograder(root, root / "source" / "config.yaml", isolation="off") == 0
    document = json.loads((root / "results" / "results.json").read_text())
    assert document["score"] == 5


def test_the_second_time_beyond_the_limit_shows_the_same_result(root: Path) -> None:
    first = marked(root, previous_submissions=[entry(MORNING), entry(DAWN)])
    again = {**entry("2026-03-04T10:00:00-07:00"), "results": first}
    second = marked(root, previous_submissions=[entry(MORNING), again, entry(DAWN)])
    assert second["score"] == first["score"] == 3
    assert second["output"].count("were used up") == 1


# --------------------------------------------------------------------------- the config


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "submissions_per_day: 2",
            "submissions_per_day: 0",
            "gradescope.submissions_per_day: is 0",
        ),
        ("per_day: 0.1,", "per_day: 10 %,", "gradescope.late.per_day: is '10 %'; write a share"),
        ("at_most: 0.5", "at_most: 0.5, due: 2026-10-01", "write a date, a time and the zone"),
        (
            "at_most: 0.5",
            'at_most: 0.5, due: "2026-02-30 23:59 -06:00"',
            "gradescope.late.due: is '2026-02-30 23:59 -06:00': day",
        ),
        ("question: area}", "question: aera}", "did you mean `area`?"),
        (
            '[{name: "Area", question: area}]',
            "[{name: a, question: area}, {name: a, question: area}]",
            "gradescope.leaderboard[1].name: is 'a' once more",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_told(old: str, new: str, complaint: str, root: Path) -> None:
    config = root / "source" / "config.yaml"
    assert CONFIG.count(old) == 1
    config.write_text(CONFIG.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_assignment(config, compare=compare)
    assert complaint in str(refused.value)


def test_nothing_of_it_reaches_a_handout(root: Path) -> None:
    from grader.public import public, write_public

    assignment = load_assignment(root / "source" / "config.yaml", compare=compare)
    assert assignment.gradescope.submissions_per_day == 2
    assert b"geometry" not in write_public(public(assignment), {})


@pytest.fixture(autouse=True)
def quiet(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """What staff read on standard output is not the matter here."""
    yield
    capsys.readouterr()
