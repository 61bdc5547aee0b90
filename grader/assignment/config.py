"""The shape of config.yaml: one struct for each mapping, with the words that explain each key.

The structs are what a config is read into and what its JSON Schema is generated from, so that
editors and the grader agree. A key's `Meta` holds its description, its bounds and, as
`extra["write"]`, the remedy when the value is none of them. Optional keys are None when absent.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from grader.assignment.amounts import AMOUNT

_LARGEST = 1e300  # of a tolerance: infinity would accept anything
_MOST = 1_000_000  # of points and weights


def _says(write: str) -> dict[str, str]:
    return {"write": write}


# --------------------------------------------------------------------------- kinds of value

Duration: TypeAlias = Annotated[
    str,
    Meta(
        pattern=rf"^{AMOUNT} ?(ms|s|min)$(?!\n)",
        examples=["500 ms", "30 s", "5 min"],
        extra=_says("write a time with its unit: 500 ms, 30 s or 5 min"),
    ),
]
Size: TypeAlias = Annotated[
    str,
    Meta(
        pattern=rf"^{AMOUNT} ?(MB|GB)$(?!\n)",
        examples=["512 MB", "1 GB"],
        extra=_says("write a size with its unit: 512 MB or 1 GB"),
    ),
]
Line: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        pattern=r"^\S([^\n]*\S)?$(?!\n)",
        extra=_says("write one line of text, in quotes"),
    ),
]
Identifier: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)",
        extra=_says("write a Python name of a-z, A-Z, 0-9 and _, e.g. area_of"),
    ),
]
Id: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$(?!\n)",
        extra=_says("write letters, digits, _, - and . only, e.g. q1a"),
    ),
]
Share: TypeAlias = Annotated[
    float, Meta(ge=0, le=1, extra=_says("write a share from 0 to 1, e.g. 0.5"))
]
Moment: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} [+-][0-9]{2}:[0-9]{2}$(?!\n)",
        examples=["2026-10-01 23:59 -06:00"],
        extra=_says('write a date, a time and the zone in quotes: "2026-10-01 23:59 -06:00"'),
    ),
]
Visibility: TypeAlias = Literal["full", "outcome"]
ChangedInputs: TypeAlias = Literal["remark", "fail"]
Steps: TypeAlias = Annotated[
    dict[Share, Share],
    Meta(min_length=1, extra=_says("write rising steps, e.g. {0.5: 0.4, 0.9: 0.8}")),
]


# --------------------------------------------------------------------------- structs


class _Mapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping of config.yaml: keys by name, none unknown."""


class CompareConfig(_Mapping, frozen=True):
    """How values are compared; several keys may stand together."""

    rtol: Annotated[
        Annotated[float, Meta(ge=0, le=_LARGEST)] | None,
        Meta(
            description="Tolerance relative to the expected number. Makes the comparison close.",
            extra=_says("write a number of at least 0, e.g. 1e-6"),
        ),
    ] = None
    atol: Annotated[
        Annotated[float, Meta(ge=0, le=_LARGEST)] | Identifier | None,
        Meta(
            description="Absolute tolerance: a number, or the name of a function of the reference "
            "module that takes the case's arguments and returns a number or an array.",
            extra=_says("write a number of at least 0, e.g. 1e-9, or the name of a function"),
        ),
    ] = None
    text: Annotated[
        Literal["loose"] | None,
        Meta(description="Text is equal whatever its case and outer spaces."),
    ] = None
    extra_keys: Annotated[
        Literal["ignored"] | None, Meta(description="Keys that were not asked for cost nothing.")
    ] = None
    dtype: Annotated[
        Literal["same"] | None, Meta(description="Arrays must have the expected dtype.")
    ] = None
    complex: Annotated[
        Literal["refused"] | None,
        Meta(
            description="No complex number counts where a real one is expected. Without this, one "
            "counts whose imaginary part is within the tolerance."
        ),
    ] = None


Compare: TypeAlias = Annotated[
    Literal["exact"] | CompareConfig,
    Meta(
        description="How observed values are compared with the expected ones.",
        extra=_says("write exact, or a mapping such as {rtol: 1e-6, atol: 1e-9}"),
    ),
]


Package: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)",
        description="The name by which a package is imported.",
        extra=_says("write the name by which it is imported, e.g. scipy"),
    ),
]


class SubmissionConfig(_Mapping, frozen=True):
    """What students hand in."""

    file: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*\.py$(?!\n)",
            description="The name of the file that students hand in.",
            examples=["solution.py"],
            extra=_says("write the name of a Python file, e.g. solution.py"),
        ),
    ]
    packages: Annotated[
        tuple[Package, ...],
        Meta(
            description="What students may import beside NumPy and Python's own library, by the "
            "name that follows `import`. Where one is not installed, a submission that fails for "
            "want of it is not marked.",
            examples=[["scipy", "torch"]],
            extra=_says("write a list of names as they follow `import`, e.g. [scipy, torch]"),
        ),
    ] = ()


class LimitsConfig(_Mapping, frozen=True):
    """What one submission may use."""

    load: Annotated[Duration, Meta(description="To run the file's top level.")] = "30 s"
    call: Annotated[Duration, Meta(description="For one call of a function.")] = "5 s"
    memory: Annotated[
        Size,
        Meta(
            description="Beyond what Python and its libraries need. "
            "In a container that has less, what that can spare."
        ),
    ] = "1 GB"
    submission: Annotated[
        Duration,
        Meta(
            description="For the whole submission. Gradescope's own time limit (10 min unless it "
            "is raised) has to be 3 min longer."
        ),
    ] = "5 min"


class DefaultsConfig(_Mapping, frozen=True):
    """What holds for every question that does not say otherwise."""

    compare: Compare = "exact"
    shown: Annotated[
        Visibility,
        Meta(description="What students see of a case: all of it, or only how many passed."),
    ] = "outcome"
    changed_inputs: Annotated[
        ChangedInputs, Meta(description="What it costs to change an input: a remark, or the case.")
    ] = "remark"


class LateConfig(_Mapping, frozen=True):
    """What it costs to hand in late, on Gradescope."""

    per_day: Annotated[
        Share, Meta(description="The share of what was earned that each day that has begun costs.")
    ]
    grace: Annotated[Duration, Meta(description="So much later is not late.")] = "0 s"
    at_most: Annotated[Share, Meta(description="No greater share is ever taken off.")] = 1.0
    due: Annotated[
        Moment | None,
        Meta(
            description="When it is due, in place of Gradescope's date. A student's extension on "
            "Gradescope is added to it."
        ),
    ] = None


class BoardConfig(_Mapping, frozen=True):
    """A column of Gradescope's leaderboard."""

    name: Annotated[Line, Meta(description="The column's heading.")]
    question: Annotated[Id, Meta(description="The question whose score stands in it.")]


class GradescopeConfig(_Mapping, frozen=True):
    """What happens on Gradescope only. Nothing of it does unless it is written."""

    submissions_per_day: Annotated[
        Annotated[int, Meta(ge=1, le=1000)] | None,
        Meta(
            description="How many submissions of a day are marked; of later ones the last result "
            "is shown again, unless the assignment has changed since.",
            extra=_says("write a whole number of at least 1, e.g. 5"),
        ),
    ] = None
    late: LateConfig | None = None
    leaderboard: Annotated[
        tuple[BoardConfig, ...],
        Meta(
            description="Scores that students may compare with one another.",
            extra=_says("write a list, e.g. [{name: Speed, question: q1}]"),
        ),
    ] = ()


class CaseConfig(_Mapping, frozen=True):
    """One set of inputs, or a group of them drawn by a generator."""

    name: Annotated[Line, Meta(description="What people call the case; unique in its question.")]
    args: Annotated[
        list[Any] | None,
        Meta(
            description="The arguments, by position; optional ones at the end may be left out.",
            extra=_says("write the arguments as a list, e.g. [3, 4]"),
        ),
    ] = None
    generate: Annotated[
        Identifier | None,
        Meta(
            description="A function of the reference module that takes a seeded "
            "numpy.random.Generator and returns one tuple of arguments.",
        ),
    ] = None
    count: Annotated[
        Annotated[int, Meta(ge=1, le=1000)] | None,
        Meta(
            description="How many cases are drawn (1 unless said).",
            extra=_says("write a whole number from 1 to 1000"),
        ),
    ] = None
    expect: Annotated[
        Any | UnsetType,
        Meta(description="The value that the reference must give, as a check of the reference."),
    ] = UNSET
    raises: Annotated[
        Identifier | None,
        Meta(
            description="The built-in exception that the call must raise; another one earns half "
            "of the case. Such cases count once an ordinary case earned something.",
            examples=["ValueError"],
            extra=_says("write a built-in exception, e.g. ValueError"),
        ),
    ] = None
    at: Annotated[
        tuple[str | int, ...],
        Meta(
            description="The way to the part of the result that is compared.",
            extra=_says("write the keys and positions that lead to the part, e.g. [rows, 0]"),
        ),
    ] = ()
    partial: Annotated[
        Steps | None,
        Meta(description="Credit by the share of values that match: share -> credit, rising."),
    ] = None
    bands: Annotated[
        Annotated[dict[Annotated[float, Meta(gt=1, le=_LARGEST)], Share], Meta(min_length=1)]
        | None,
        Meta(
            description="Credit by tolerance: within so many times the tolerance -> credit.",
            extra=_says("write factors above 1 with their credit, e.g. {10: 0.5}"),
        ),
    ] = None
    weight: Annotated[
        float,
        Meta(
            gt=0,
            le=_MOST,
            description="Of the case, or of a drawn group as a whole, within the question.",
            extra=_says("write a number above 0, e.g. 3"),
        ),
    ] = 1.0
    shown: Annotated[
        Visibility | None,
        Meta(description="full: students see input, expected and observed; outcome: only counts."),
    ] = None


class StepsConfig(_Mapping, frozen=True):
    """Credit in steps."""

    steps: Annotated[
        Steps, Meta(description="Share of the cases passed -> share of the points, rising.")
    ]


class BuildsOnConfig(_Mapping, frozen=True):
    """The questions whose functions are steps of this one (error carried forward)."""

    questions: Annotated[
        tuple[Id, ...],
        Meta(
            min_length=1,
            description="Ids of the questions that are steps of this one. The reference takes "
            "their functions by keyword; wrong answers may, too, and are then recognised on a "
            "student's own steps as well. A student's step may give 100,000 times the true number: "
            "what loops or allocates by a step should refuse what is absurd.",
            extra=_says("write a list of question ids, e.g. [q1a]"),
        ),
    ]
    credit: Annotated[
        Share, Meta(description="What a case is worth that follows from the student's own steps.")
    ] = 1.0
    needs: Annotated[
        Share, Meta(description="The share that a step's own question must have earned.")
    ] = 0.25


class FormConfig(_Mapping, frozen=True):
    """What a free text must look like; a person marks what it says."""

    words: Annotated[
        tuple[int, int],
        Meta(
            description="The fewest and the most words, of the text or of each entry.",
            extra=_says("write the fewest and the most words, e.g. [20, 200]"),
        ),
    ]
    entries: Annotated[
        tuple[Line, ...],
        Meta(
            description="The keys of the answer, when it is a dict of texts.",
            extra=_says("write a list of keys, e.g. [cause, effect]"),
        ),
    ] = ()
    misplaced: Annotated[
        dict[Line, tuple[Line, ...]],
        Meta(
            description="Entry -> words that fit another entry better, pointed out to the marker.",
            extra=_says("write words for each entry, e.g. {cause: [therefore]}"),
        ),
    ] = {}


class QuestionConfig(_Mapping, frozen=True):
    """A scored unit: one function of the student's."""

    id: Annotated[Id, Meta(description="Short and unique; results name the question by it.")]
    title: Annotated[Line, Meta(description="What people call the question.")]
    function: Annotated[Identifier, Meta(description="The function that students write.")]
    points: Annotated[
        float,
        Meta(
            gt=0,
            le=_MOST,
            description="What the question is worth, to the hundredth.",
            extra=_says("write a number above 0 with at most two decimals, e.g. 6 or 2.5"),
        ),
    ]
    reference: Annotated[
        Identifier | None,
        Meta(
            description="The module in reference/ that holds a function of the same name.",
            extra=_says("write the name of a file in reference/ without its .py"),
        ),
    ] = None
    compare: Compare | None = None
    changed_inputs: Annotated[
        ChangedInputs | None, Meta(description="What it costs to change an input.")
    ] = None
    cases: Annotated[
        tuple[CaseConfig, ...],
        Meta(
            min_length=1,
            description="The inputs by which the question is marked.",
            extra=_says("write a list of cases, each with a name and args or generate"),
        ),
    ] = ()
    credit: Annotated[
        Literal["proportional", "all_or_nothing"] | StepsConfig,
        Meta(
            description="How the share of cases passed becomes a share of the points.",
            extra=_says("write proportional, all_or_nothing or {steps: {0.5: 0.4}}"),
        ),
    ] = "proportional"
    wrong_answers: Annotated[
        dict[
            Identifier,
            Annotated[
                float, Meta(ge=0, lt=1, extra=_says("write a share of at least 0 and below 1"))
            ],
        ],
        Meta(
            description="Functions of the reference module that stand for a misconception -> the "
            "share of the points that giving it is worth.",
            extra=_says("write names of functions with their share, e.g. {off_by_one: 0.6}"),
        ),
    ] = {}
    builds_on: BuildsOnConfig | None = None
    tags: Annotated[
        tuple[Line, ...],
        Meta(
            description="Words that Gradescope keeps with the question's result.",
            extra=_says("write a list of words, e.g. [counting]"),
        ),
    ] = ()
    properties: Annotated[
        tuple[Identifier, ...],
        Meta(
            description="Functions of the reference module that check what must hold of any right "
            "answer.",
            extra=_says("write a list of functions, e.g. [grows_with_size]"),
        ),
    ] = ()
    inseparable: Annotated[
        tuple[
            Annotated[
                tuple[Identifier, Identifier],
                Meta(extra=_says("write two wrong answers, e.g. [off_by_one, upside_down]")),
            ],
            ...,
        ],
        Meta(
            description="Pairs of wrong answers that the cases need not tell apart.",
            extra=_says("write pairs of wrong answers, e.g. [[off_by_one, upside_down]]"),
        ),
    ] = ()
    marked_by: Annotated[
        Literal["person"] | None, Meta(description="Set when a person marks the question.")
    ] = None
    form: FormConfig | None = None


MACHINE_ONLY = (
    *("reference", "compare", "changed_inputs", "cases", "credit", "wrong_answers"),
    *("builds_on", "properties", "inseparable"),
)
"""Keys of a question that mean nothing where a person marks it."""


class Config(_Mapping, frozen=True):
    """An assignment: its questions, what they are worth and how they are marked."""

    assignment: Annotated[Line, Meta(description="The assignment's title.")]
    submission: SubmissionConfig
    questions: Annotated[
        tuple[QuestionConfig, ...],
        Meta(
            min_length=1,
            description="The questions, in the order of reports.",
            extra=_says("write a list of questions"),
        ),
    ]
    limits: LimitsConfig = LimitsConfig()
    hidden_seed: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(
            description="Seeds every drawn case; another seed draws other ones.",
            extra=_says("write a whole number of at least 0, e.g. 4711"),
        ),
    ] = None
    defaults: DefaultsConfig = DefaultsConfig()
    gradescope: GradescopeConfig | None = None
    total_points: Annotated[
        Annotated[float, Meta(gt=0, le=_MOST)] | None,
        Meta(
            description="The sum of all points, as a check.",
            extra=_says("write the sum of all points, e.g. 100"),
        ),
    ] = None
