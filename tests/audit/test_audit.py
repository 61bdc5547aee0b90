"""An assignment with known gaps is audited, and the same one mended."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.audit import AuditReport, audit, page, terminal, to_json
from grader.audit.judge import Fate, Mutant
from grader.cli import cli
from grader.pipeline import read_assignment
from grader.report.terminal import Screen

PLAIN = Screen(plain=True)


def of(report: AuditReport, fate: Fate, before: str, after: str) -> Mutant:
    """The one mutant of that fate which is this slip."""
    found = [m for m in report.of_fate(fate) if (m.before, m.after) == (before, after)]
    assert len(found) == 1, [(m.before, m.after, m.fate, m.why) for m in report.mutants]
    return found[0]


def test_where_a_person_marks_everything_there_is_nothing_to_mend(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        "assignment: Essays\nsubmission: {file: essay.py}\nquestions:\n"
        "  - {id: e, title: Why?, function: why, points: 2,\n"
        "     marked_by: person, form: {words: [1, 9]}}\n"
    )
    report = audit(read_assignment(config), config, workers=1)
    assert report.exit_code == 0
    assert "question" in terminal(report, PLAIN)
    assert "Essays" in page(report) and to_json(report)


# --------------------------------------------------------------------------- mutants


def test_most_mutants_are_killed_by_the_question_whose_cases_fail(sound: AuditReport) -> None:
    mutant = of(sound, "killed", "width + 2 * frame", "width - 2 * frame")
    (verdict,) = mutant.verdicts
    assert (mutant.file, mutant.function, verdict.question) == (
        "reference/boards.py",
        "area",
        "area",
    )
    assert verdict.killed
    assert "framed" in verdict.failed and "a small board" not in verdict.failed
    assert 0 < verdict.share < 1


def test_a_mutant_that_no_case_tells_survives_with_an_input_that_does(flawed: AuditReport) -> None:
    mutant = of(flawed, "survived", "value > high", "False")
    assert mutant.place == "reference/limits.py:12"
    ((question, witness),) = mutant.witnesses
    assert question == "part"
    total, parts = witness.args
    assert isinstance(total, int) and isinstance(parts, int)
    assert witness.expected == 10 == min(total // parts, 10)
    assert total // parts > 10


def test_survivors_that_one_input_would_kill_are_one_gap(flawed: AuditReport) -> None:
    (gap,) = flawed.gaps
    assert len(gap.mutants) == flawed.fates["survived"] > 5


def test_the_case_that_closes_the_gap_leaves_no_survivor(sound: AuditReport) -> None:
    assert not sound.of_fate("survived")
    of(sound, "killed", "value > high", "False")


def test_a_mutant_that_gives_the_same_on_all_inputs_is_equivalent(sound: AuditReport) -> None:
    mutant = of(sound, "equivalent", "value < low", "value <= low")
    assert mutant.ground == "inputs"
    assert "inputs of part" in mutant.why


def test_a_mutant_of_a_line_that_never_runs_is_equivalent_by_that(sound: AuditReport) -> None:
    mutant = of(sound, "equivalent", "TypeError", "ValueError")
    assert mutant.ground == "unreached"


def test_a_mutant_that_differs_only_where_a_ruling_excludes_cases_is_excused(
    sound: AuditReport,
) -> None:
    (mutant,) = sound.of_fate("excused")
    assert (mutant.file, mutant.before, mutant.after) == ("reference/limits.py", "1", "0")
    assert mutant.why.endswith("there are parts")


# --------------------------------------------------------------------------- the other measures


def test_wrong_answers_are_diagnosed_in_every_form(sound: AuditReport) -> None:
    forms = {(c.name, form.name): form for c in sound.confusions for form in c.forms}
    assert forms["frame_on_one_side", "guarded"].diagnosis == ("frame_on_one_side",)
    assert forms["summed", "float32"].diagnosis == ("summed",)
    # behind guards, a wrong answer that lacks nothing but guards is right
    assert ("no_board_unchecked", "guarded") not in forms
    assert not any(c.missed or c.confused for c in sound.confusions)


def test_listed_twins_are_no_flaw_and_unlisted_ones_are(
    sound: AuditReport, flawed: AuditReport
) -> None:
    listed = {c.name: c for c in sound.confusions}
    assert listed["frame_forgotten"].twins == ("frame_left_out",)
    assert listed["frame_forgotten"].confused == ()
    unlisted = {c.name: c for c in flawed.confusions}
    assert unlisted["frame_forgotten"].confused == ("frame_left_out",)
    assert sum("is taken for" in flaw.what for flaw in flawed.flaws) == 2


def test_a_right_answer_that_a_tolerance_fails_is_a_flaw(
    sound: AuditReport, flawed: AuditReport
) -> None:
    assert {(r.name, r.share) for r in sound.rights if r.question == "area"} == {
        ("area_by_rows", 1)
    }
    assert all(right.share == 1 for right in sound.rights if right.runs)
    (strict,) = [flaw for flaw in flawed.flaws if "a right answer fails" in flaw.what]
    assert strict.where == "smooth: the reference in float32"
    assert strict.remedy.endswith("write `dtype: same` where double precision is asked for")


def test_where_the_dtype_is_asked_for_no_other_precision_is_tried(exact: AuditReport) -> None:
    names = {right.name for right in exact.rights if right.question == "smooth" and right.runs}
    assert names == {"the reference, as nested lists"}
    assert exact.exit_code == 0


def test_a_right_answer_whose_library_is_missing_is_no_flaw(sound: AuditReport) -> None:
    assert [right.name for right in sound.rights if not right.runs] == ["smooth_by_torch"]


def test_margins_lie_between_the_right_answers_and_the_nearest_wrong_one(
    sound: AuditReport,
) -> None:
    margins = {margin.case: margin for margin in sound.margins}
    assert set(margins) == {"three", "real 1", "real 2"}
    assert 0 < margins["real 1"].used < 1 < margins["real 1"].nearest
    assert margins["real 1"].used_by == "the reference in float32"
    assert not sound.loose


def test_guesses_earn_what_the_cases_give_away(sound: AuditReport) -> None:
    guesses = {guess.name: guess.scores for guess in sound.guesses}
    assert set(guesses["always None"].values()) == {0}
    # two printed cases of eleven parts; the raising ones count for nobody who answers nothing
    assert float(guesses["every printed answer, looked up"]["area"]) == round(4 * 2 / 11, 2)
    assert float(guesses["always 0"]["part"]) == round(2 / 5, 2)  # the debt
    assert "why" not in guesses["always 0"]
    totals = [guess.total for guess in sound.guesses]
    assert totals == sorted(totals, reverse=True)


def test_each_case_is_weighed_by_what_it_alone_tells(sound: AuditReport) -> None:
    worths = {worth.name: worth for telling in sound.tellings for worth in telling.cases}
    assert worths["more than there is room for"].alone > 5
    assert worths["more than there is room for"].needed
    assert worths["no width"].alone > 0
    assert not worths["seven by two"].alone
    for telling in sound.tellings:
        needed = {w.name for w in telling.cases if w.needed}
        assert {w.name for w in telling.cases if w.alone} <= needed


def test_other_seeds_show_an_assignment_that_is_sound_by_luck(
    sound: AuditReport, flawed: AuditReport
) -> None:
    assert sound.seeds == (8, 9, 10, 11)
    assert not sound.refused_seeds
    ((seeds, problem),) = flawed.refusals  # unlisted twins, which the loader minds
    assert seeds == (8, 9, 10, 11)
    assert "gives what frame_forgotten gives" in problem


# --------------------------------------------------------------------------- what is shown


def test_the_exit_code_is_1_while_there_is_anything_to_mend(
    sound: AuditReport, flawed: AuditReport
) -> None:
    assert sound.exit_code == 0
    assert flawed.exit_code == 1


def test_the_command_writes_both_reports_and_exits_with_1(
    flawed: AuditReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.pipeline.read_assignment", lambda path: None)
    monkeypatch.setattr("grader.audit.audit", lambda *given, **more: flawed)
    with pytest.raises(SystemExit) as ended:
        cli.main(["audit", "--out", str(tmp_path / "out"), "--plain"], standalone_mode=False)
    assert ended.value.code == 1
    assert json.loads((tmp_path / "out" / "audit.json").read_text())["exit_code"] == 1
    assert (tmp_path / "out" / "audit.html").read_text() == page(flawed)


def test_the_terminal_says_first_what_to_mend(sound: AuditReport, flawed: AuditReport) -> None:
    assert "Nothing to mend" in terminal(sound, PLAIN)
    text = terminal(flawed, PLAIN)
    head, _, rest = text.partition("question  cases  needed")
    assert rest
    assert "things to mend" in head
    assert "reference/limits.py:12" in head
    assert "- {name:" in head
    assert "With hidden_seed 8 or 9 or 10 or 11" in rest
    assert all(len(line) <= 80 for line in text.split("\n"))
    assert text.isascii()


def test_the_json_file_holds_everything_and_nothing_infinite(flawed: AuditReport) -> None:
    data = json.loads(json.dumps(to_json(flawed), allow_nan=False))
    assert set(data) == {
        "assignment",
        "digest",
        "exit_code",
        "flaws",
        "mutants",
        "wrong_answers",
        "right_answers",
        "tolerances",
        "guesses",
        "cases",
        "seeds",
        "run",
    }
    assert data["exit_code"] == 1
    assert sum(data["mutants"]["counts"].values()) == len(data["mutants"]["each"])
    survivor = next(m for m in data["mutants"]["each"] if m["fate"] == "survived")
    assert survivor["diff"].startswith("--- reference/")
    assert survivor["verdicts"][0]["search"]["witness"]["case"].startswith("- {name:")
    assert {flaw["where"] for flaw in data["flaws"]} >= {"smooth: the reference in float32"}


class Tags(HTMLParser):
    """Checks that tags are balanced, and keeps ids, links and texts."""

    EMPTY = frozenset({"meta", "br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids += [named["id"] or ""] if "id" in named else []
        self.links += [named["href"] or ""] if "href" in named else []
        assert not {"src", "onclick", "srcset"} & set(named)
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("which", ["sound", "flawed"])
def test_the_page_is_whole_and_needs_nothing_else(
    which: str, request: pytest.FixtureRequest
) -> None:
    report: AuditReport = request.getfixturevalue(which)
    html = page(report)
    tags = Tags()
    tags.feed(html)
    assert not tags.open
    assert len(set(tags.ids)) == len(tags.ids)
    assert {link.removeprefix("#") for link in tags.links} <= set(tags.ids)
    assert "<script" not in html and "http:" not in html and "https:" not in html
    assert "Content-Security-Policy" in html
    assert "prefers-color-scheme: dark" in html
    assert ("Nothing to mend" in tags.text) == (which == "sound")
    for mutant in report.mutants:
        assert mutant.operator in tags.text


Show = Callable[[AuditReport], object]


@pytest.mark.parametrize("show", [lambda r: terminal(r, PLAIN), to_json, page])
def test_what_is_shown_does_not_vary(show: Show, flawed: AuditReport) -> None:
    assert show(flawed) == show(flawed)
