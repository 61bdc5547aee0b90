"""Every mistake in config.yaml is told with its line, its key path, its value and a remedy.

A row breaks one place of a sound config. The line that the message must name is marked with
`# <<` in what is written instead; the message must hold all of the row's parts, and must be the
only one.
"""

# ruff: noqa: E501 (a message reads best as the one line that it is)

from __future__ import annotations

from pathlib import Path

import pytest
from authoring import CONFIG, edited, problems_of, write

PRINTED = '{name: "two by three", args: [2, 3], expect: 6, shown: full}'
DRAWN = '{name: "drawn", generate: rectangles, count: 4, weight: 3}'
NEGATIVE = '{name: "negative", args: [-1, 2], raises: ValueError, shown: full}'
CUBE = '{name: "a cube", args: [[2, 2], 2.0], expect: 8.0, bands: {10: 0.5}}'
FIRST = '{name: "the first", args: [[[2, 3], [4, 5]]], at: [first], partial: {0.5: 0.25}}'
WRONG = "    wrong_answers: {half_the_rim: 0.5, scale_forgotten: 0.25}"
STEPS = "    credit: {steps: {0.5: 0.4}}"
VOLUME = "    compare: {rtol: 1e-6, atol: rounding}"
BUILDS_ON = "    builds_on: {questions: [area], needs: 0.5}"
FORM = "    form: {words: [5, 20], entries: [cause, effect], misplaced: {cause: [therefore]}}"
POINTS = "    points: 5"


def case(text: str, **changes: str) -> str:
    """A case's line with some keys written otherwise."""
    for key, value in changes.items():
        head, _, rest = text.partition(f"{key}: ")
        depth = 0
        end = next(
            index
            for index, char in enumerate(rest)
            if (depth := depth + (char in "[{") - (char in "]}")) < 0 or (char == "," and not depth)
        )
        text = head + (f"{key}: {value}" if value else "").strip() + rest[end:]
    return f"{text}  # <<"


# what is broken, the text that stands there, what is written instead, parts of the message
ROWS = [
    # ------------------------------------------------------------------ keys and types
    ("unknown key", POINTS, f"{POINTS}\n    color: red  # <<",
     "questions[0].color: is not a known key; write a known key: "),
    ("misspelled optional key", STEPS, "    credits: proportional  # <<",
     "questions[0].credits: is not a known key; did you mean `credit`?"),
    ("misspelled required key", POINTS, "    pionts: 5  # <<",
     "questions[0].pionts: is not a known key; did you mean `points`?"),
    ("unknown key of a case", PRINTED, case(PRINTED, shown="full, argz: []"),
     "questions[0].cases[0].argz: is not a known key; did you mean `args`?"),
    ("a tolerance in a case", PRINTED, case(PRINTED, shown="full, rtol: 0.1"),
     "questions[0].cases[0].rtol: is not a known key; put it into the question\'s `compare`"),
    ("a rule in a case", PRINTED, case(PRINTED, shown="full, compare: exact"),
     "questions[0].cases[0].compare: is not a known key; put it into a question"),
    ("a limit at the top", "hidden_seed: 7", "hidden_seed: 7\nmemory: 1 GB  # <<",
     "memory: is not a known key; put it into `limits`"),
    ("unknown key at the top", "hidden_seed: 7", "hidden_seed: 7\nhiden_sed: 8  # <<",
     "hiden_sed: is not a known key; did you mean `hidden_seed`?"),
    ("merge key", POINTS, f"{POINTS}\n    <<: {{color: red}}  # <<",
     "questions[0][\'<<\']: is not a known key; write the keys out"),
    ("key twice", POINTS, f"{POINTS}\n    points: 6  # <<",
     "questions[0].points: stands twice, first in line 12; keep one of the two"),
    ("required key missing", '  - id: volume\n    title: "The', '  - title:  # <<\n      "The',
     "questions[1]: has no `id`; add `id: …` (short and unique"),
    ("no title of the assignment", 'assignment: "Areas and volumes"\n', "",
     "config.yaml:1: has no `assignment`; add `assignment: …` (the assignment's title)"),
    ("empty value", POINTS, "    points:  # <<", "questions[0].points: is empty; write a number"),
    ("empty optional value", "    credit: all_or_nothing", "    credit:  # <<",
     "questions[2].credit: is empty; write proportional, all_or_nothing or {steps: "),
    ("null in a nested mapping", VOLUME, "    compare: {rtol: null, atol: rounding}  # <<",
     "questions[1].compare.rtol: is empty; write a number of at least 0"),
    ("text for a number", POINTS, "    points: five  # <<",
     "questions[0].points: is 'five'; write a number above 0"),
    ("a bool for a number", POINTS, "    points: true  # <<", "questions[0].points: is true; write"),
    ("a number for text", '    title: "Why?"', "    title: 3  # <<",
     "questions[3].title: is 3; write it in quotes: \"3\""),
    ("two lines for one", '    title: "Why?"', "    title: |  # <<\n      Why?\n      Why?",
     r"questions[3].title: is 'Why?\nWhy?\n'; write one line of text"),
    ("a mapping for a list", "cases:\n      - " + FIRST, "cases:  # <<\n        one: " + FIRST,
     "questions[2].cases: is {", "write a list of cases"),
    ("a text for a case", PRINTED, "two by three  # <<",
     "questions[0].cases[0]: is 'two by three'; write a mapping: {name: …}"),
    ("a case that is empty", FIRST, "",
     "questions[2].cases[0]: is null; write a mapping: {name: …}"),
    ("no cases at all", f"    cases:\n      - {FIRST}\n", "",
     "questions[2]: has no `cases`; add at least one case"),
    ("a list of no cases", "cases:\n      - " + FIRST, "cases: []  # <<",
     "questions[2].cases: is []; write a list of cases"),
    ("an id with a space", "  - id: sides", "  - id: the sides  # <<",
     "questions[2].id: is 'the sides'; write letters, digits"),
    ("an id without quotes", "  - id: sides", "  - id: 3  # <<",
     'questions[2].id: is 3; write it in quotes: "3"'),
    ("a package that is no list", "{file: solution.py}", "{file: solution.py, packages: scipy}  # <<",
     "submission.packages: is 'scipy'; write a list of names as they follow `import`"),
    ("a package that is no name", "{file: solution.py}", "{file: solution.py, packages: [a-b]}  # <<",
     "submission.packages[0]: is 'a-b'; write the name by which it is imported"),
    ("a function that is no name", "function: why", "function: why-not  # <<",
     "questions[3].function: is 'why-not'; write a Python name"),
    ("a function that is a keyword", "function: why", "function: while  # <<",
     "questions[3].function: is the Python keyword while; write another name"),
    ("a submission that is a path", "{file: solution.py}", "{file: src/solution.py}  # <<",
     "submission.file: is 'src/solution.py'; write the name of a Python file"),
    ("a file that hides a module", "{file: solution.py}", "{file: random.py}  # <<",
     "submission.file: is 'random.py', which would be imported in place of the module of that name; take another"),
    ("a file that hides a package", "{file: solution.py}", "{file: scipy.py, packages: [scipy]}  # <<",
     "submission.file: is 'scipy.py', which would be imported in place"),
    ("arguments that are no list", PRINTED, case(PRINTED, args="2"),
     "questions[0].cases[0].args: is 2; write the arguments as a list"),
    ("exceptions by a list", NEGATIVE, case(NEGATIVE, raises="[ValueError, TypeError]"),
     "questions[0].cases[2].raises: is ['ValueError', 'TypeError']; write a built-in exception, e.g."),
    # ------------------------------------------------------------------ units, numbers, words
    ("a unit spelled out", "load: 10 s", "load: 10 sec", "limits.load: is '10 sec'; write 10 s"),
    ("no unit", "load: 10 s", "load: 10", "limits.load: is 10; write 10 s"),
    ("minutes by their letter", "submission: 1 min", "submission: 2 M",
     "limits.submission: is '2 M'; write 2 min"),
    ("a unit of something else", "load: 10 s", "load: 10 kg",
     "limits.load: is '10 kg'; write a time with its unit: 500 ms, 30 s or 5 min"),
    ("mebibytes", "512 MB", "512 MiB", "limits.memory: is '512 MiB'; write 512 MB"),
    ("no time at all", "call: 300 ms", "call: 0 s", "limits.call: is 0 s; write a time above 0"),
    ("no memory at all", "512 MB", "0 MB", "limits.memory: is 0 MB; write a size"),
    ("more time than there is", "call: 300 ms", "call: 99999999999999 s",
     "limits.call: is 99999999999999 s, more than a day; write less, e.g. 5 min"),
    ("more memory than there is", "512 MB", "99999999999 GB",
     "limits.memory: is 99999999999 GB, more than any machine has; write less, e.g. 1 GB"),
    ("a grace without an end", "hidden_seed: 7",
     "hidden_seed: 7\ngradescope: {late: {per_day: 0.1, grace: 99999999999999 min}}  # <<",
     "gradescope.late.grace: is 99999999999999 min, more than a year; write less, e.g. 60 min"),
    ("a seed that is no number", "hidden_seed: 7", "hidden_seed: '7'  # <<",
     "hidden_seed: is '7'; write a whole number of at least 0, e.g. 4711"),
    ("a call longer than the submission", "submission: 1 min", "submission: 100 ms",
     "limits.load: is 10 s, more than the 100 ms of the whole submission; lower it", 2),
    ("shown misspelled", PRINTED, case(PRINTED, shown="ful"),
     "questions[0].cases[0].shown: is 'ful'; write full or outcome"),
    ("shown misspelled as a default", "shown: outcome}", "shown: outcom}  # <<",
     "defaults.shown: is 'outcom'; write full or outcome"),
    ("compare misspelled", "{compare: exact,", "{compare: exakt,",
     "defaults.compare: is 'exakt'; write exact, or a mapping such as {rtol: 1e-6, atol: 1e-9}"),
    ("compare without a word", VOLUME, "    compare: {}  # <<",
     "questions[1].compare: says nothing; write exact, or a tolerance"),
    ("a tolerance misspelled beside bands", "compare: {rtol: 1e-6, atol: rounding}", "compare: {rtoll: 1e-6}",
     "questions[1].compare.rtoll: is not a known key; did you mean `rtol`?"),
    ("credit misspelled", "credit: all_or_nothing", "credit: all  # <<",
     "questions[2].credit: is 'all'; write proportional, all_or_nothing or"),
    ("a tolerance below zero", "rtol: 1e-6", "rtol: -1e-6",
     "questions[1].compare.rtol: is -1e-06; write a number of at least 0"),
    ("a tolerance that is infinite", "rtol: 1e-6", "rtol: .inf",
     "questions[1].compare.rtol: is inf; write a number of at least 0"),
    ("a tolerance that is no number", "rtol: 1e-6", "rtol: .nan",
     "questions[1].compare.rtol: is nan; write a number of at least 0"),
    ("a weight of nothing", DRAWN, case(DRAWN, weight="0"),
     "questions[0].cases[1].weight: is 0; write a number above 0"),
    ("a count of nothing", DRAWN, case(DRAWN, count="0"),
     "questions[0].cases[1].count: is 0; write a whole number from 1 to 1000"),
    ("a broken count", DRAWN, case(DRAWN, count="2.5"),
     "questions[0].cases[1].count: is 2.5; write a whole number"),
    ("a share above one", BUILDS_ON, "    builds_on: {questions: [area], needs: 1.5}  # <<",
     "questions[1].builds_on.needs: is 1.5; write a share from 0 to 1"),
    ("credit below zero", BUILDS_ON, "    builds_on: {questions: [area], credit: -1}  # <<",
     "questions[1].builds_on.credit: is -1; write a share from 0 to 1"),
    ("a wrong answer worth everything", WRONG, f"{WRONG.replace('0.25', '1')}  # <<",
     "questions[0].wrong_answers.scale_forgotten: is 1; write a share of at least 0 and below 1"),
    # ------------------------------------------------------------------ points, ids, steps
    ("points of nothing", POINTS, "    points: 0  # <<", "questions[0].points: is 0; write a number"),
    ("thousandths of a point", POINTS, "    points: 4.995  # <<",
     "questions[0].points: is 4.995, which has more than two decimals; write e.g.", 2),
    ("less than a hundredth of a point", POINTS, "    points: 0.001  # <<",
     "questions[0].points: is 0.001, which has more than two decimals; write e.g. 0.01", 2),
    ("points that do not add up", "total_points: 10", "total_points: 100  # <<",
     "total_points: is 100, but the questions' points add up to 10; mend"),
    ("an id twice", "  - id: why", "  - id: area  # <<",
     "questions[3].id: is 'area', as that of questions[0]; give each question an id of its own"),
    ("an id twice, both with cases", "  - id: sides", "  - id: area  # <<",
     "questions[2].id: is 'area', as that of questions[0]; give each question an id of its own"),
    ("a function twice", "function: why", "function: sides  # <<",
     "questions[3].function: is 'sides', which sides already marks; mark each function in one"),
    ("a case's name twice", NEGATIVE, case(NEGATIVE, name='"two by three"'),
     "questions[0].cases[2].name: makes a second case named 'two by three'; give each"),
    ("a drawn case's name twice", NEGATIVE, case(NEGATIVE, name='"drawn 3"'),
     "questions[0].cases[2].name: makes a second case named 'drawn 3'; give each"),
    ("steps that fall", STEPS, "    credit: {steps: {0.5: 0.4, 0.9: 0.3}}  # <<",
     "questions[0].credit.steps: does not rise from 0.5: 0.4 to 0.9: 0.3; write e.g."),
    ("steps out of order", STEPS, "    credit: {steps: {0.9: 0.8, 0.5: 0.4}}  # <<",
     "questions[0].credit.steps: does not rise from 0.9: 0.8 to 0.5: 0.4"),
    ("a step at nothing", STEPS, "    credit: {steps: {0: 0.4}}  # <<",
     "questions[0].credit.steps: has a step at 0, which everyone reaches"),
    ("a last step below everything", STEPS, "    credit: {steps: {1: 0.9}}  # <<",
     "questions[0].credit.steps[1]: gives 0.9 when every case passes; write 1"),
    ("a step by a word", STEPS, "    credit: {steps: {half: 0.4}}  # <<",
     "questions[0].credit.steps.half: has 'half' as its key; write rising steps"),
    ("no steps", STEPS, "    credit: {steps: {}}  # <<",
     "questions[0].credit.steps: is {}; write rising steps"),
    ("partial credit for everything", FIRST, case(FIRST, partial="{1: 0.5}"),
     "questions[2].cases[0].partial: has a share or a credit of 1; write shares and credits"),
    ("partial credit that falls", FIRST, case(FIRST, partial="{0.5: 0.5, 0.7: 0.4}"),
     "questions[2].cases[0].partial: does not rise from 0.5: 0.5 to 0.7: 0.4"),
    ("a band inside the tolerance", CUBE, case(CUBE, bands="{0.5: 0.5}"),
     "questions[1].cases[0].bands[0.5]: has 0.5 as its key; write factors above 1"),
    ("bands that rise", CUBE, case(CUBE, bands="{10: 0.2, 100: 0.5}"),
     "questions[1].cases[0].bands: goes from 10: 0.2 to 100: 0.5; write rising factors"),
    ("a band worth nothing", CUBE, case(CUBE, bands="{10: 0}"),
     "questions[1].cases[0].bands: has a credit that is not between 0 and 1; write rising"),
    ("bands without a tolerance", FIRST, case(FIRST, partial="{0.5: 0.25}, bands: {10: 0.5}"),
     "questions[2].cases[0].bands: needs a tolerance to be a multiple of; give the question"),
    # ------------------------------------------------------------------ what goes together
    ("a case without arguments", DRAWN, '{name: "drawn", weight: 3}  # <<',
     "questions[0].cases[1]: has neither `args` nor `generate`; add `args: […]`"),
    ("a generator that is called", DRAWN, case(DRAWN, generate="rectangles()"),
     "questions[0].cases[1].generate: is 'rectangles()'; write a Python name of a-z"),
    ("arguments twice", PRINTED, case(PRINTED, shown="full, generate: rectangles"),
     "questions[0].cases[0].generate: stands beside `args`; keep one of the two", 2),
    ("a count of what is written", PRINTED, case(PRINTED, shown="full, count: 3"),
     "questions[0].cases[0].count: stands without `generate`; take it out"),
    ("an expected value of what is drawn", DRAWN, case(DRAWN, weight="3, expect: 6"),
     "questions[0].cases[1].expect: stands beside `generate`; the reference gives it"),
    ("a value and an exception", NEGATIVE, case(NEGATIVE, shown="full, expect: 6"),
     "questions[0].cases[2].expect: stands beside `raises`, where there is no value; keep one"),
    ("drawing without a seed", "hidden_seed: 7\n", "",
     "questions[0].cases[1].generate: is 'rectangles', but there is no `hidden_seed` to draw by"),
    ("no built-in exception", NEGATIVE, case(NEGATIVE, raises="TooSmall"),
     "questions[0].cases[2].raises: is 'TooSmall', which is no built-in exception; write a"),
    ("an exception of a library's", NEGATIVE, case(NEGATIVE, raises="LinAlgError"),
     "questions[0].cases[2].raises: is 'LinAlgError', which is no built-in exception; write a"),
    ("an exception misspelled", NEGATIVE, case(NEGATIVE, raises="ValueEror"),
     "questions[0].cases[2].raises: is 'ValueEror', which is no built-in", "did you mean `ValueError`?"),
    ("an exception that ends the program", NEGATIVE, case(NEGATIVE, raises="SystemExit"),
     "questions[0].cases[2].raises: is 'SystemExit', which is no built-in exception"),
    ("no reference", "    reference: solids\n", "",
     "questions[1]: has no `reference` for volume; add `reference: …`"),
    ("a form where no person marks", "    marked_by: person\n", "",
     "questions[3].form: is for texts; add `marked_by: person`", 3),
    ("a person without a form", FORM, "",
     "questions[3]: has no `form`; add e.g. `form: {words: [20, 200]}`"),
    ("wrong answers where a person marks", FORM, f"{FORM}\n    wrong_answers: {{a: 0.5}}  # <<",
     "questions[3].wrong_answers: means nothing where a person marks; take it out"),
    ("cases where a person marks", FORM, f"{FORM}\n    cases:  # <<\n      - {{name: a, args: []}}",
     "questions[3].cases: mean nothing where a person marks; take them out"),
    ("words the wrong way round", "[5, 20]", "[20, 5]",
     "questions[3].form.words: is [20, 5]; write the fewest words first"),
    ("words by one number", "[5, 20]", "5", "questions[3].form.words: is 5; write the fewest and"),
    ("a misplaced word of no entry", "misplaced: {cause:", "misplaced: {causes:",
     "questions[3].form.misplaced.causes: is none of the entries; did you mean `cause`?"),
    ("an entry twice", "[cause, effect]", "[cause, effect, cause]",
     "questions[3].form.entries: name an entry twice; name each once"),
    # ------------------------------------------------------------------ questions that build
    ("builds on no question", BUILDS_ON, "    builds_on: {questions: [aera]}  # <<",
     "questions[1].builds_on.questions[0]: is 'aera', which is no question's id; did you mean `area`?"),
    ("builds on itself", BUILDS_ON, "    builds_on: {questions: [volume]}  # <<",
     "questions[1].builds_on.questions[0]: is 'volume', the question itself; name another"),
    ("builds on one twice", BUILDS_ON, "    builds_on: {questions: [area, area]}  # <<",
     "questions[1].builds_on.questions[1]: is 'area' once more; name each step once"),
    ("builds on a text", BUILDS_ON, "    builds_on: {questions: [why]}  # <<",
     "questions[1].builds_on.questions[0]: is 'why', which a person marks; name a question"),
    ("builds on nothing", BUILDS_ON, "    builds_on: {questions: []}  # <<",
     "questions[1].builds_on.questions: is []; write a list of question ids"),
    ("inseparable from what is not there", WRONG, f"{WRONG}\n    inseparable: [[half_the_rims, scale_forgotten]]  # <<",
     "questions[0].inseparable[0]: names 'half_the_rims', which is no wrong answer here; did you mean `half_the_rim`?"),
    ("a pair without a list around it", WRONG, f"{WRONG}\n    inseparable: [[half_the_rim, scale_forgotten], half_the_rim]  # <<",
     "questions[0].inseparable[1]: is 'half_the_rim'; write two wrong answers, e.g. ["),
    ("inseparable from itself", WRONG, f"{WRONG}\n    inseparable: [[half_the_rim, half_the_rim]]  # <<",
     "questions[0].inseparable[0]: pairs half_the_rim with itself; name two"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "parts"), [(r[1], r[2], r[3:]) for r in ROWS], ids=[r[0] for r in ROWS]
)
def test_a_mistake_in_the_config_is_told_with_its_place_and_a_remedy(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old: str,
    new: str,
    parts: tuple[str | int, ...],
) -> None:
    count = next((part for part in parts if isinstance(part, int)), 1)
    text = edited(CONFIG, old, new)
    write(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    found = problems_of(Path("config.yaml"))
    fitting = [line for line in found if all(str(p) in line for p in parts if isinstance(p, str))]
    assert len(fitting) == 1, found
    assert len(found) == count, found
    if "# <<" in text:
        line = text[: text.index("# <<")].count("\n") + 1
        assert fitting[0].startswith(f"config.yaml:{line}: ")
    else:
        assert fitting[0].startswith("config.yaml:")


def test_three_questions_may_not_build_on_one_another(tmp_path: Path) -> None:
    config = edited(CONFIG, BUILDS_ON, "    builds_on: {questions: [area]}")
    config = edited(
        config,
        "    properties: [sides",
        "    builds_on: {questions: [sides]}\n    properties: [sides",
    )
    config = edited(config, "credit: all_or_nothing", "builds_on: {questions: [volume]}")
    found = [line for line in problems_of(write(tmp_path, config)) if "circle" in line]
    (problem,) = found
    assert (
        "questions[0].builds_on.questions: makes a circle: area, volume, sides build on one"
        in problem
    )


def test_a_mistake_in_one_case_does_not_hide_those_of_its_neighbours(tmp_path: Path) -> None:
    config = edited(CONFIG, "expect: 6, shown: full", "expect: 7, shown: fully")
    config = edited(config, "raises: ValueError, shown", "raises: TypeError, shown")
    config = edited(config, "weight: 3", "weight: -3")
    found = problems_of(write(tmp_path, config))
    told = ["cases[0].shown", "cases[0].expect", "cases[1].weight", "cases[2].raises"]
    assert len(found) == len(told), found
    assert all(place in line for place, line in zip(told, found, strict=True))
