"""A sound assignment is loaded whole, alike every time, and apart from every other one."""

from __future__ import annotations

import sys
import threading
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from authoring import CONFIG, SHAPES, SOLIDS, edited, load, problems_of, write

from grader.assignment import load_assignment
from grader.assignment.inputs import seed_of
from grader.errors import ConfigError
from grader.marking import compare
from grader.model import Assignment, BuildsOn, Limits, Raises, Rule, TextForm


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    return load(write(tmp_path))


def test_the_top_of_the_config_is_carried_over(assignment: Assignment) -> None:
    assert assignment.title == "Areas and volumes"
    assert assignment.filename == "solution.py"
    assert assignment.limits == Limits(
        load_s=10.0, call_s=0.3, submission_s=60.0, memory_bytes=512 * 2**20
    )
    assert [question.id for question in assignment.questions] == ["area", "volume", "sides", "why"]


def test_points_are_exact_decimals(assignment: Assignment) -> None:
    points = [question.points for question in assignment.questions]
    assert points == [Decimal(5), Decimal("2.5"), Decimal("1.5"), Decimal(1)]
    assert str(points[0]) == "5"


def test_expected_values_are_the_references(assignment: Assignment) -> None:
    cases = assignment.question("area").cases
    assert cases[0].expected == 6
    assert cases[-1].expected == Raises("ValueError")
    for case in cases[1:-1]:
        assert case.expected == np.prod(case.args)


def test_what_is_written_as_the_expected_value_has_no_dtype(tmp_path: Path) -> None:
    config = edited(CONFIG, "{rtol: 1e-6, atol: rounding}", "{rtol: 1e-6, dtype: same}")
    solids = edited(
        SOLIDS, "return area(*base) * depth", "return np.float32([area(*base) * depth])"
    )
    solids = edited(solids, "from reference", "import numpy as np\n\nfrom reference")
    config = edited(config, "expect: 8.0", "expect: [8]")
    case = load(write(tmp_path, config, solids=solids)).question("volume").cases[0]
    assert case.rule.same_dtype and str(case.expected.dtype) == "float32"
    written = problems_of(write(tmp_path, edited(config, "[8]", "[9]"), solids=solids))
    assert "expect: is [9], but the reference gives [8.0]" in written[0]


def test_drawn_cases_are_named_weighed_and_all_different(assignment: Assignment) -> None:
    drawn = [case for case in assignment.question("area").cases if case.name.startswith("drawn")]
    assert [case.name for case in drawn] == ["drawn 1", "drawn 2", "drawn 3", "drawn 4"]
    assert [case.weight for case in drawn] == [Fraction(3, 4)] * 4
    assert len({case.args for case in drawn}) == 4


def test_a_case_is_shown_only_when_it_says_so(assignment: Assignment) -> None:
    shown = [case.name for case in assignment.question("area").cases if case.shown]
    assert shown == ["two by three", "negative"]


def test_lists_become_what_the_annotations_ask_for(assignment: Assignment) -> None:
    assert assignment.question("volume").cases[1].args == ((3, 5), 1.0)
    assert assignment.question("sides").cases[0].args == ([(2, 3), (4, 5)],)


def test_a_rule_carries_tolerances_leniencies_and_what_a_changed_input_costs(
    assignment: Assignment,
) -> None:
    rule = assignment.question("volume").cases[0].rule
    assert (rule.kind, rule.rtol, rule.atol, rule.keep_inputs) == ("close", 1e-6, 2e-9, True)
    rule = assignment.question("sides").cases[0].rule
    assert (rule.kind, rule.fold_text, rule.extra_keys) == ("exact", True, True)
    assert not rule.real_only


def test_complex_numbers_may_be_refused(tmp_path: Path) -> None:
    config = edited(CONFIG, "{text: loose, extra_keys: ignored}", "{atol: 0.5, complex: refused}")
    (case,) = load(write(tmp_path, config)).question("sides").cases
    assert case.rule.real_only


def test_a_list_may_have_a_tolerance_for_each_of_its_numbers(tmp_path: Path) -> None:
    shapes = f"{SHAPES}\n\ndef by_side(rectangles):\n    return [0.25, 0.5]\n"
    config = edited(CONFIG, "{text: loose, extra_keys: ignored}", "{atol: by_side}")
    (case,) = load(write(tmp_path, config, shapes=shapes)).question("sides").cases
    assert compare(expected=case.expected, observed=[2.2, 3.4], rule=case.rule).matches
    assert not compare(expected=case.expected, observed=[2.4, 3.4], rule=case.rule).matches


def test_expected_values_are_narrowed_to_what_a_case_compares(assignment: Assignment) -> None:
    question = assignment.question("sides")
    assert question.cases[0].at == ("first",)
    assert question.cases[0].expected == [2, 3]
    assert question.wrong_answers[0].predictions == ({"first": [3, 2]},), "predictions are whole"


def test_credit_in_part_is_carried_over_as_exact_fractions(assignment: Assignment) -> None:
    assert assignment.question("volume").cases[0].bands == ((10.0, Fraction(1, 2)),)
    assert assignment.question("sides").cases[0].partial == ((Fraction(1, 2), Fraction(1, 4)),)


def test_all_cases_passed_is_the_last_step_of_every_scheme(assignment: Assignment) -> None:
    steps = ((Fraction(1, 2), Fraction(2, 5)), (Fraction(1), Fraction(1)))
    assert assignment.question("area").credit == steps
    assert assignment.question("sides").credit == ((Fraction(1), Fraction(1)),)
    assert assignment.question("volume").credit is None


def test_wrong_answers_predict_every_case_and_ask_their_docstring(assignment: Assignment) -> None:
    question = assignment.question("area")
    forgotten = question.wrong_answers[1]
    assert (forgotten.name, forgotten.share) == ("scale_forgotten", Fraction(1, 4))
    assert forgotten.feedback == "What does `scale` do to the area?"
    assert len(forgotten.predictions) == len(question.cases)
    assert forgotten.predictions[-1] == -2, "a wrong answer has no guards"


def test_for_a_check_wrong_answers_are_known_and_what_they_come_to_is_not(tmp_path: Path) -> None:
    path = write(tmp_path)
    assignment = load_assignment(path, compare=compare, wrong_answers=False)
    wrong = assignment.question("area").wrong_answers
    assert [(one.name, one.predictions) for one in wrong] == [
        ("half_the_rim", ()),
        ("scale_forgotten", ()),
    ]
    path.write_text(edited(CONFIG, "half_the_rim", "half_the_brim"))
    with pytest.raises(ConfigError, match="did you mean `half_the_rim`"):
        load_assignment(path, compare=compare, wrong_answers=False)


def test_what_a_wrong_answer_raises_is_predicted_by_its_built_in_name(tmp_path: Path) -> None:
    body = "class Odd(KeyError): ...\n\n\ndef half_the_rim("
    shapes = edited(SHAPES, "def half_the_rim(", body)
    shapes = edited(shapes, "    return (width + height) * scale", "    raise Odd(width)")
    assignment = load(write(tmp_path, shapes=shapes))
    assert set(assignment.question("area").wrong_answers[0].predictions) == {Raises("KeyError")}


def test_a_composite_knows_its_steps(assignment: Assignment) -> None:
    expected = BuildsOn(("area",), credit=Fraction(1), needs=Fraction(1, 2))
    assert assignment.question("volume").builds_on == expected


def test_the_reference_still_works_after_loading(assignment: Assignment) -> None:
    volume = assignment.question("volume").reference
    assert volume is not None
    assert volume((2, 3), 4.0) == 24.0
    assert volume((2, 3), 4.0, area=lambda width, height: 1) == 4.0


def test_properties_ask_by_the_function_that_they_are_given(assignment: Assignment) -> None:
    (exchange,) = assignment.question("area").properties
    assert exchange.name == "sides_exchange"
    assert exchange.holds(lambda name, width, height: width) == "area(2, 5) is not area(5, 2)"


def test_a_question_that_a_person_marks_has_a_form_and_no_cases(assignment: Assignment) -> None:
    question = assignment.question("why")
    assert question.text == TextForm((5, 20), ("cause", "effect"), {"cause": ("therefore",)})
    assert question.marked_by_person and not question.cases and question.reference is None


# --------------------------------------------------------------------------- the same every time


def test_two_loads_make_the_same_assignment(tmp_path: Path) -> None:
    one, other = load(write(tmp_path / "one")), load(write(tmp_path / "other"))
    assert one.digest == other.digest
    for first, second in zip(one.questions, other.questions, strict=True):
        assert first.cases == second.cases
        assert first.wrong_answers == second.wrong_answers


def test_another_seed_draws_other_cases(tmp_path: Path) -> None:
    one = load(write(tmp_path / "one"))
    other = load(write(tmp_path / "other", edited(CONFIG, "hidden_seed: 7", "hidden_seed: 8")))
    assert one.question("area").cases[1] != other.question("area").cases[1]
    assert one.question("area").cases[0] == other.question("area").cases[0]


def test_an_edit_of_one_group_leaves_the_cases_of_another_as_they_were(tmp_path: Path) -> None:
    more = '      - {name: "more", generate: rectangles, count: 2}\n'
    line = '      - {name: "negative", args: [-1, 2], raises: ValueError, shown: full}\n'
    one = load(write(tmp_path / "one"))
    other = load(write(tmp_path / "other", edited(CONFIG, line, more + line)))
    assert one.question("area").cases[1].args == other.question("area").cases[1].args


def test_seeds_differ_by_question_group_and_index() -> None:
    seeds = {
        seed_of(seed, question, group, index)
        for seed in (1, 2)
        for question in ("a", "b")
        for group in ("x", "y")
        for index in (0, 1)
    }
    assert len(seeds) == 16
    assert seed_of(7, "area", "drawn", 0) == seed_of(7, "area", "drawn", 0)


def test_what_was_drawn_before_is_drawn_again(tmp_path: Path) -> None:
    shapes = edited(SHAPES, "rng.integers(2, 30, 3)", "rng.integers(2, 4, 3)")
    config = edited(CONFIG, "count: 4", "count: 8")
    cases = load(write(tmp_path, config, shapes=shapes)).question("area").cases[1:-1]
    assert len({case.args for case in cases}) == 8, "every one of the eight that there are"


def test_what_is_written_is_never_drawn(tmp_path: Path) -> None:
    shapes = edited(SHAPES, "rng.integers(2, 30, 3)", "rng.integers([2, 3, 1], [4, 4, 2])")
    config = edited(CONFIG, "args: [2, 3], expect: 6", "args: [2, 3, 1], expect: 6")
    config = edited(config, "count: 4", "count: 1")
    config = edited(config, ", scale_forgotten: 0.25", "")
    assert load(write(tmp_path, config, shapes=shapes)).question("area").cases[1].args == (3, 3, 1)


@pytest.mark.parametrize(
    "changed",
    ["config.yaml", "reference/shapes.py", "reference/extra.py", "reference/data/table.csv"],
)
def test_the_digest_changes_with_the_config_and_every_file_of_the_reference(
    tmp_path: Path, changed: str
) -> None:
    path = write(tmp_path)
    before = load(path).digest
    (tmp_path / changed).parent.mkdir(exist_ok=True)
    with (tmp_path / changed).open("a", encoding="utf-8") as file:
        file.write("# more\n")
    assert load(path).digest != before


def test_what_tools_leave_in_the_reference_is_no_change_of_it(tmp_path: Path) -> None:
    path = write(tmp_path)
    before = load(path).digest
    (tmp_path / "reference" / "__pycache__").mkdir(exist_ok=True)
    for name in ("__pycache__/old.pyc", ".DS_Store", "shapes.py~"):
        (tmp_path / "reference" / name).write_bytes(b"old")
    assert load(path).digest == before


# --------------------------------------------------------------------------- apart from others


def test_two_assignments_in_one_process_keep_their_own_reference(tmp_path: Path) -> None:
    doubled = edited(SHAPES, "return width * height * scale", "return 2 * width * height * scale")
    config = edited(edited(CONFIG, "expect: 6", "expect: 12"), "expect: 8.0", "expect: 16.0")
    one = load(write(tmp_path / "one"))
    other = load(write(tmp_path / "other", config, shapes=doubled))
    again = load(tmp_path / "one" / "config.yaml")
    for assignment, factor in ((one, 1), (other, 2), (again, 1)):
        volume = assignment.question("volume").reference
        assert volume is not None
        assert volume((1, 1), 1.0) == factor


def test_modules_and_paths_of_the_process_are_as_they_were_before(tmp_path: Path) -> None:
    own = type(sys)("reference")
    sys.modules["reference"] = own
    path_before = list(sys.path)
    try:
        load(write(tmp_path))
        assert sys.modules["reference"] is own
        assert "reference.shapes" not in sys.modules
        assert sys.path == path_before
    finally:
        del sys.modules["reference"]


def test_a_reference_with_an_init_file_is_a_package_like_any_other(tmp_path: Path) -> None:
    solids = edited(SOLIDS, "from reference.shapes", "from . import UNIT\nfrom .shapes")
    assert load(write(tmp_path, __init__="UNIT = 1\n", solids=solids)).question("volume").cases


def test_an_assignment_loads_in_any_thread(tmp_path: Path) -> None:
    path = write(tmp_path)
    loaded: list[Assignment] = []
    thread = threading.Thread(target=lambda: loaded.append(load(path)))
    thread.start()
    thread.join()
    assert loaded[0].digest == load(path).digest


def test_warnings_of_the_reference_do_not_change_what_it_gives(tmp_path: Path) -> None:
    shapes = edited(
        SHAPES, "return (width + height) * scale", "return float(np.float64(width) / 0)"
    )
    assignment = load(write(tmp_path, shapes=shapes))
    assert assignment.question("area").wrong_answers[0].predictions[0] == float("inf")


def test_two_questions_may_build_on_each_other(tmp_path: Path) -> None:
    config = edited(
        CONFIG,
        "    properties: [sides",
        "    builds_on: {questions: [volume]}\n    properties: [sides",
    )
    shapes = edited(
        SHAPES,
        'scale: int = 1) -> int:\n    """Multiply',
        'scale: int = 1, *, volume: object = None) -> int:\n    """Multiply',
    )
    assert load(write(tmp_path, config, shapes=shapes)).question("area").builds_on is not None


def test_a_wrong_answer_without_a_guard_only_shows_where_a_case_must_raise(tmp_path: Path) -> None:
    guard = '''

def unguarded(width: int, height: int, scale: int = 1) -> int:
    """Can a side be negative?"""
    return width * height * scale
'''
    config = edited(CONFIG, "{half_the_rim: 0.5,", "{unguarded: 0.9, half_the_rim: 0.5,")
    assignment = load(write(tmp_path, config, shapes=SHAPES + guard))
    assert assignment.question("area").wrong_answers[0].name == "unguarded"


def test_wrong_answers_that_are_listed_as_inseparable_may_be_alike(tmp_path: Path) -> None:
    twin = (
        SHAPES
        + "\n\ndef twin(width, height, scale=1):\n    'Why?'\n    return (width + height) * scale\n"
    )
    config = edited(CONFIG, "{half_the_rim: 0.5,", "{twin: 0.5, half_the_rim: 0.5,")
    (problem,) = problems_of(write(tmp_path / "not", config, shapes=twin))
    assert "gives what twin gives in every case" in problem
    allowed = edited(
        config, "    properties", "    inseparable: [[twin, half_the_rim]]\n    properties"
    )
    assert problems_of(write(tmp_path / "allowed", allowed, shapes=twin)) == []


def test_where_a_case_must_raise_arguments_of_a_wrong_type_are_handed_over_as_written(
    tmp_path: Path,
) -> None:
    config = edited(
        CONFIG, "args: [-1, 2], raises: ValueError", "args: [two, 3], raises: TypeError"
    )
    cases = load(write(tmp_path, config)).question("area").cases
    assert cases[-1].args == ("two", 3)


def test_an_exception_by_its_old_name_is_known_by_its_new_one(tmp_path: Path) -> None:
    shapes = edited(SHAPES, 'raise ValueError("negative width")', 'raise IOError("negative")')
    config = edited(CONFIG, "raises: ValueError", "raises: IOError")
    cases = load(write(tmp_path, config, shapes=shapes)).question("area").cases
    assert cases[-1].expected == Raises("OSError")


def test_a_group_may_be_drawn_that_must_raise(tmp_path: Path) -> None:
    line = '{name: "negative", args: [-1, 2], raises: ValueError, shown: full}'
    group = '{name: "negatives", generate: negatives, count: 2, raises: ValueError}'
    draw = "\n\ndef negatives(rng):\n    return -int(rng.integers(1, 99)), 2\n"
    assignment = load(write(tmp_path, edited(CONFIG, line, group), shapes=SHAPES + draw))
    drawn = assignment.question("area").cases[-2:]
    assert [case.expected for case in drawn] == [Raises("ValueError")] * 2
    assert all(case.weight == Fraction(1, 2) for case in drawn)


def test_the_defaults_hold_where_a_question_says_nothing(tmp_path: Path) -> None:
    defaults = "{compare: {rtol: 0.001}, shown: full, changed_inputs: fail}"
    config = edited(CONFIG, "{compare: exact, shown: outcome}", defaults)
    assignment = load(write(tmp_path, config))
    case = assignment.question("area").cases[1]
    assert (case.shown, case.rule.kind, case.rule.rtol) == (True, "close", 0.001)
    assert case.rule.keep_inputs
    assert assignment.question("sides").cases[0].rule.kind == "exact"


def test_what_a_question_or_a_case_says_stands_above_the_defaults(tmp_path: Path) -> None:
    """Otherwise a case that is to be hidden is handed out, or a remark costs a case."""
    defaults = "{compare: {rtol: 0.001}, shown: full, changed_inputs: fail}"
    config = edited(CONFIG, "{compare: exact, shown: outcome}", defaults)
    config = edited(config, "count: 4, weight: 3}", "count: 4, weight: 3, shown: outcome}")
    own = "compare: exact\n    changed_inputs: remark\n    credit: {steps:"
    question = load(write(tmp_path, edited(config, "credit: {steps:", own))).question("area")
    assert [case.shown for case in question.cases] == [True, *[False] * 4, True]
    assert {case.rule for case in question.cases} == {Rule()}


def test_what_may_be_left_out_may_be_left_out(tmp_path: Path) -> None:
    config = """\
assignment: "Small"
submission: {file: answers.py}
questions:
  - id: sides
    title: "Sides"
    function: sides
    reference: shapes
    points: 1
    cases:
      - {name: "one", args: [[[2, 3]]]}
"""
    assignment = load(write(tmp_path, config))
    assert assignment.limits == Limits()
    (case,) = assignment.questions[0].cases
    assert (case.shown, case.weight, case.rule) == (False, Fraction(1), Rule())


# --------------------------------------------------------------------------- what is reported


@pytest.mark.parametrize("text", ["[]", "text", "3", "- a: 1"])
def test_a_config_that_is_no_mapping_is_told(tmp_path: Path, text: str) -> None:
    (problem,) = problems_of(write(tmp_path, text))
    assert "write a mapping: {assignment: …, submission: …, questions: …}" in problem


def test_a_group_says_once_what_is_wrong_with_it(tmp_path: Path) -> None:
    shapes = edited(SHAPES, "if width < 0:", "if width < 0 or scale > 1:")
    found = problems_of(write(tmp_path, shapes=shapes))
    assert len(found) == 1, found
    assert "cases[1].generate: for `drawn 1` (" in found[0]
    assert "), the reference raises ValueError: negative width (" in found[0]


def test_all_problems_are_reported_at_once_in_the_files_order(tmp_path: Path) -> None:
    config = edited(CONFIG, "call: 300 ms", "call: 300 msec")
    config = edited(config, "expect: 6,", "expect: 7,")
    config = edited(config, "function: volume", "function: volme")
    config = edited(config, "words: [5, 20]", "words: [20, 5]")
    found = problems_of(write(tmp_path, config))
    assert [line.split("config.yaml:")[1].split(": ")[1] for line in found] == [
        "limits.call",
        "questions[0].cases[0].expect",
        "questions[1].function",
        "questions[3].form.words",
    ]


def test_paths_in_messages_are_as_the_author_gave_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, edited(CONFIG, "points: 5", "points: 6"), shapes=SHAPES + "1 / 0\n")
    line = SHAPES.count("\n") + 1
    monkeypatch.chdir(tmp_path)
    total, broken = problems_of(Path("config.yaml"))
    assert total.startswith("config.yaml:6: total_points: ")
    assert broken.startswith(f"reference/shapes.py:{line}: raises ZeroDivisionError: ")
    monkeypatch.chdir(tmp_path.parent)
    total, broken = problems_of(Path(tmp_path.name, "config.yaml"))
    assert total.startswith(f"{tmp_path.name}/config.yaml:6: ")
    assert broken.startswith(f"{tmp_path.name}/reference/shapes.py:{line}: ")


def test_the_error_holds_the_problems_as_data(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, edited(CONFIG, "points: 5", "points: lots")))
    (problem,) = caught.value.problems
    assert (problem.line, problem.path, problem.what) == (12, "questions[0].points", "is 'lots'")


def test_a_sound_assignment_has_no_problems(tmp_path: Path) -> None:
    assert problems_of(write(tmp_path)) == []


def test_the_projects_own_assignment_has_no_problems() -> None:
    assert problems_of(Path(__file__).parents[2] / "config.yaml") == []
