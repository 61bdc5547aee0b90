"""Example scorecards: what the reports must be able to show, one card for each kind of trouble.

The cards are as redaction leaves them: a student's holds shown cases and counts, staff's all. The
functions of the problem set serve as material; the numbers are made up where that reads better.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from msgspec.structs import replace

from grader.model import (
    Case,
    CaseResult,
    Chunk,
    Comparison,
    Frame,
    Isolation,
    Killed,
    Loaded,
    LoadProblem,
    Malformed,
    Missing,
    NotRun,
    Observation,
    Outcome,
    Question,
    QuestionResult,
    Raised,
    Raises,
    Returned,
    Rule,
    Scorecard,
    TextAnswer,
    TextForm,
    TimedOut,
    WrongAnswer,
)

TITLE = "Problem Set 3: vision tasks, layer sizes, convolution"

SOURCE = """import numpy as np


def conv_layer_params(in_channels, out_channels, kernel_size, bias=True):
    weights = in_channels * out_channels * kernel_size**2
    return weights


def transposed_conv2d(image, kernel, stride=1, padding=0):
    out = np.zeros((6, 6))
    for i, row in enumerate(image):
        for j, value in enumerate(row):
            out[i:i + 3, j:j + 3] += value * kernel
    return out
"""

IMAGE = np.array([[2, 0, -1, -1], [0, 1, 0, 2], [-2, 0, 1, 1], [1, 1, 0, -1]])
KERNEL = np.array([[1, -1, 1], [0, 1, 0], [1, -1, 1]])
RESULT = np.array(
    [
        [2, -2, 1, 0, 0, -1],
        [0, 3, -1, 2, -3, 2],
        [0, 0, 1, 0, 2, 0],
        [1, -1, -1, 4, 0, 1],
        [-2, 3, 0, 0, -1, 1],
        [1, 0, 0, 0, 1, -1],
    ]
)

STRONG = Isolation(
    level="strong",
    layers=("own user", "no_new_privs", "resource limits", "landlock", "seccomp"),
    missing=("cgroups: not granted in this container",),
    refused={"read the grader's memory": True, "open a socket": True, "write outside": True},
)


def question(id: str, title: str, function: str, points: str, **more: Any) -> Question:
    return Question(id=id, title=title, function=function, points=Decimal(points), **more)


TABLE = question("q1a_table", "Q1a Four tasks and what they need", "task_table", "8")
WRITTEN = question(
    "q1a_text",
    "Q1a Similarities and differences",
    "similarities_and_differences",
    "3",
    text=TextForm((20, 200)),
)
USES = question("q1b", "Q1b Applications", "applications", "4", text=TextForm((8, 80)))
FULLY = question(
    "q2a_i", "Q2a (i) Parameters of each fully connected layer", "fc_layer_params", "8"
)
CONV = question("q2b_i", "Q2b (i) Parameters of one convolutional layer", "conv_layer_params", "6")
NEEDED = question("q2b_ii", "Q2b (ii) Layers needed", "conv_layers_needed", "7")
NETWORK = question("q2b_iv", "Q2b (iv) The whole network", "conv_network_params", "5")
CORRELATE = question("q3a", "Q3a Cross-correlation", "cross_correlate2d", "10")
TRANSPOSED = question("q3b", "Q3b Transposed convolution", "transposed_conv2d", "11")
ENCODER = question("q4_layers", "Q4 Parameters of each encoder layer", "encoder_layer_params", "9")

QUESTIONS = (
    TABLE, WRITTEN, USES, FULLY, CONV, NEEDED, NETWORK, CORRELATE, TRANSPOSED, ENCODER,
)  # fmt: skip

NO_BIAS = WrongAnswer(
    "no_bias",
    Fraction(3, 5),
    "Each map that comes out has one more number that is learnt. Which one is it?",
    (),
)


def case(
    name: str,
    args: tuple[Any, ...],
    expected: Any,
    outcome: Outcome,
    *,
    claim: str = "",
    credit: Fraction | int | None = None,
    shown: bool = True,
    differing: Sequence[tuple[str | int, ...]] = (),
    matches: bool = False,
    rule: Rule = Rule(),  # noqa: B008 - frozen
    at: tuple[str | int, ...] = (),
    stdout: str = "",
    stderr: str = "",
    notes: tuple[str, ...] = (),
    remarks: tuple[str, ...] = (),
    followed_from: tuple[str, ...] = (),
) -> CaseResult:
    return CaseResult(
        case=Case(name, args, expected, rule=rule, shown=shown, at=at),
        observation=Observation(outcome, stdout=stdout, stderr=stderr, wall_s=0.01),
        comparison=Comparison(matches, claim=claim, differing=tuple(differing), notes=notes),
        credit=Fraction(1 if matches else 0) if credit is None else Fraction(credit),
        remarks=remarks,
        followed_from=followed_from,
    )


def passed(name: str, args: tuple[Any, ...], value: Any, *, shown: bool = True) -> CaseResult:
    return case(name, args, value, Returned(value), matches=True, shown=shown)


def full(asked: Question, *cases: CaseResult, hidden: int = 12) -> QuestionResult:
    return QuestionResult(
        question=asked,
        status="passed",
        score=asked.points,
        share=Fraction(1),
        basis="cases",
        cases=cases,
        hidden_passed=hidden,
        hidden_total=hidden,
    )


def nothing(asked: Question, *cases: CaseResult, **more: Any) -> QuestionResult:
    more.setdefault("status", "failed")
    more.setdefault("hidden_total", 12)
    return QuestionResult(question=asked, score=Decimal(0), cases=cases, **more)


def to_mark(asked: Question, texts: dict[str, str], *findings: str) -> QuestionResult:
    return QuestionResult(
        question=asked,
        status="to_mark",
        score=Decimal(0),
        text=TextAnswer(texts, findings=findings),
    )


SIMILAR = (
    "All four look at one image and name what is in it, and all of them can share a backbone. They "
    "differ in how finely they answer: once for the image, once for each object, once for each "
    "pixel. Only instance segmentation does both.\n\nSegmentation needs far more annotation."
)
USED = {
    "image_classification": "Sorting photographs of skin into harmless and suspicious ones.",
    "object_detection": "Finding the outline of cars.",
    "semantic_segmentation": "Telling road from pavement for a car that drives by itself.",
    "instance_segmentation": "",
}

MARKED_BY_PERSON = (
    to_mark(WRITTEN, {"": SIMILAR}),
    to_mark(
        USES,
        USED,
        "object_detection: 5 words, at least 8 were asked for",
        "object_detection: “outline” fits another task better",
        "instance_segmentation: empty",
    ),
)

PASSED_CONV = full(
    CONV,
    passed("more maps out than in", (3, 16, 3), 448),
    case("no channels", (0, 3, 3), Raises("ValueError"), Raised("ValueError"), matches=True),
)

DIAGNOSED = QuestionResult(
    question=CONV,
    status="partial",
    score=Decimal("3.60"),
    share=Fraction(3, 5),
    basis="wrong_answer",
    cases=(
        case(
            "more maps out than in",
            (3, 16, 3),
            448,
            Returned(432),
            claim="observed 432, expected 448",
            differing=((),),
        ),
        passed("without bias", (3, 16, 3, False), 432),
    ),
    hidden_passed=2,
    hidden_total=12,
    diagnosis=(NO_BIAS,),
    help=(NO_BIAS.feedback,),
)

CUT_EDGE = RESULT.copy()
CUT_EDGE[3, 3] = 3
CUT_EDGE[0, 5] = 0

MATRICES = QuestionResult(
    question=TRANSPOSED,
    status="partial",
    score=Decimal("7.33"),
    share=Fraction(2, 3),
    basis="cases",
    cases=(
        case(
            "the printed case",
            (IMAGE, KERNEL),
            RESULT,
            Returned(CUT_EDGE.astype(float), ("tensor",)),
            claim="2 of 36 values differ; the greatest difference is 1.0 at [0, 5]",
            differing=((0, 5), (3, 3)),
            stdout="image has 4 rows\n",
        ),
        case(
            "stride 2",
            (IMAGE[:2, :2], KERNEL, 2),
            np.arange(25).reshape(5, 5),
            Returned(np.arange(36).reshape(6, 6)),
            claim="shape (6, 6), expected (5, 5)",
        ),
        case(
            "real numbers",
            (IMAGE[:2, :2] / 4, KERNEL / 3, 1, 1),
            [[0.25, -1.5], [0.1 + 0.2, 4.0]],
            Returned([[0.25, -1.5], [0.3, 40.125]]),
            claim="1 of 4 values differ; the greatest difference is 36.125 at [1, 1]",
            differing=((1, 1),),
        ),
    ),
    hidden_passed=9,
    hidden_total=12,
    help=("Where does the output start to be larger than six rows?",),
    remarks=("the first argument was changed by the call; work on a copy",),
)

LAYERS = [448, 4640, 18496, 73856, 295168, *[590080] * 99]

LISTS = QuestionResult(
    question=ENCODER,
    status="partial",
    score=Decimal("5"),
    share=Fraction(5, 9),
    basis="follow_through",
    followed_from=("q2b_i", "q2b_ii"),
    cases=(
        case(
            "the printed encoder",
            (224, 16, 3, [16, 32, 64, 128, 256]),
            LAYERS,
            Returned([*LAYERS[:50], 590081, *LAYERS[51:]]),
            claim="1 of 104 values differ; the greatest difference is 1.0 at [50]",
            differing=((50,),),
        ),
        case(
            "one layer",
            (16, 14, 3, [16]),
            [448],
            Returned([432]),
            claim="1 of 1 values differ",
            differing=((0,),),
            credit=1,
            followed_from=("q2b_i",),
        ),
        case(
            "two layers too few",
            (224, 16, 3, [16, 32, 64, 128, 256]),
            LAYERS,
            Returned(LAYERS[:102]),
            claim="102 entries, expected 104",
        ),
        case("no widths", (20, 10, 3, []), Raises("ValueError"), Returned([])),
    ),
    hidden_passed=7,
    hidden_total=12,
)

ROWS = QuestionResult(
    question=TABLE,
    status="partial",
    score=Decimal("7"),
    share=Fraction(7, 8),
    basis="cases",
    cases=(
        case(
            "object_detection",
            (),
            {
                "annotation": "box and class per object",
                "output": "boxes with class scores",
                "granularity": "object",
                "separates_instances": True,
            },
            Returned(
                {
                    "object_detection": {
                        "annotation": "box per object",
                        "output": "boxes with class scores",
                        "granularity": "object",
                        "separates_instances": True,
                        "my own column": 1,
                    }
                }
            ),
            claim="1 of 4 values differ, first at ['annotation']",
            differing=(("annotation",),),
            at=("object_detection",),
            credit=Fraction(1, 2),
            rule=Rule(fold_text=True, extra_keys=True),
        ),
    ),
)

BROKEN = nothing(
    CORRELATE,
    case(
        "the printed case",
        (IMAGE, KERNEL),
        [[1, 0], [-1, 4]],
        Raised(
            "IndexError",
            ("IndexError", "LookupError"),
            "index 4 is out of bounds for axis 0 with size 4",
            (
                Frame("solution.py", 13, "transposed_conv2d", "    out[i:i + 3, j:j + 3] += value"),
                Frame("helpers.py", 40, "window", "return image[i + 1]"),
            ),
        ),
        stdout="i = 0\ni = 1\n",
        stderr="RuntimeWarning: overflow\n",
    ),
    case("a wide image", (IMAGE[:3], KERNEL), [[1, 0]], TimedOut(5.0)),
    case("a tall image", (IMAGE[:, :3], KERNEL), [[1], [0]], Killed("memory", "limit 1 GB")),
    case("a kernel as large as the image", (KERNEL, KERNEL), [[5]], Killed("exit", "exit code 3")),
    case("stride 2", (IMAGE, KERNEL, 2), [[1]], Malformed("a value nested more than 100 deep")),
    case("padding", (IMAGE, KERNEL, 1, 1), [[1]], NotRun("timed out twice")),
    case("a kernel too large", (KERNEL, IMAGE), Raises("ValueError"), Returned(None)),
    help=("How often does your outer loop run for an image of 4 rows and a kernel of 3?",),
)

NOT_FOUND = nothing(
    NEEDED,
    case("the printed case", (224, 8, 7), 36, Missing(("conv_layer_needed",))),
    status="missing",
    help=(
        "No function named conv_layers_needed is defined; is it the one you called "
        "conv_layer_needed?",
    ),
)

NOT_RUN = nothing(
    NETWORK,
    case("the printed case", ((3, 224, 224), 8, 7, 100), 35284, NotRun("the time was used up")),
    status="not_run",
)


def card(*questions: QuestionResult, **more: Any) -> Scorecard:
    more.setdefault("assignment", TITLE)
    more.setdefault("submission_id", "ada")
    more.setdefault("filename", "solution.py")
    more.setdefault("audience", "student")
    more.setdefault("source", (Chunk("solution.py", SOURCE),))
    more.setdefault("wall_s", 1.25)
    more.setdefault("isolation", STRONG)
    return Scorecard(questions=questions, **more)


def perfect() -> Scorecard:
    return card(
        full(TABLE),
        *MARKED_BY_PERSON,
        full(FULLY, passed("the printed network", ([150528, 75264, 100],), [11329414656, 7526500])),
        PASSED_CONV,
        full(NEEDED),
        full(NETWORK),
        full(CORRELATE),
        full(TRANSPOSED, passed("the printed case", (IMAGE, KERNEL), RESULT)),
        full(ENCODER),
    )


def mixed() -> Scorecard:
    """A bit of everything that ordinary submissions hold."""
    return card(
        ROWS,
        *MARKED_BY_PERSON,
        full(FULLY, passed("the printed network", ([150528, 75264, 100],), [11329414656, 7526500])),
        DIAGNOSED,
        NOT_FOUND,
        NOT_RUN,
        BROKEN,
        MATRICES,
        LISTS,
        remarks=("read homework.py, as there was no solution.py",),
        loaded=Loaded(
            problems=(
                LoadProblem(
                    "solution.py", 3, "ModuleNotFoundError: No module named 'cv2'", "import cv2"
                ),
            ),
        ),
    )


def staffed() -> Scorecard:
    """The mixed card before redaction: hidden cases are there, and what was printed."""
    hidden = case(
        "random layers 4",
        (5, 7, (3, 2)),
        217,
        Returned(210),
        claim="observed 210, expected 217",
        shown=False,
        stdout="weights 210\n",
    )
    card = mixed()
    questions = tuple(
        replace(q, cases=(*q.cases, hidden), hidden_passed=0, hidden_total=0)
        if q is DIAGNOSED
        else q
        for q in card.questions
    )
    return replace(card, audience="staff", questions=questions)


def syntax_error() -> Scorecard:
    return card(
        PASSED_CONV,
        replace(NOT_FOUND, help=()),
        loaded=Loaded(
            functions=("conv_layer_params",),
            problems=(
                LoadProblem(
                    "solution.py",
                    12,
                    "SyntaxError: expected ':' (column 31)",
                    "def conv_layers_needed(size)",
                ),
            ),
        ),
    )


def hanging() -> Scorecard:
    """Loading took too long, and the definitions alone were loaded instead."""
    return card(
        PASSED_CONV,
        nothing(NEEDED, case("the printed case", (224, 8, 7), 36, TimedOut(5.0))),
        loaded=Loaded(failure=TimedOut(30.0), definitions_only=True, stdout="epoch 1\nepoch 2\n"),
    )


def unreadable() -> Scorecard:
    """Nothing could be run."""
    return card(
        *(nothing(q, status="not_run", hidden_total=0) for q in QUESTIONS if not q.text),
        *(nothing(q, status="missing", hidden_total=0) for q in QUESTIONS if q.text),
        remarks=("Nothing to mark was found in upload.zip: it holds report.pdf only.",),
        filename="upload.zip",
        source=(),
        isolation=Isolation(),
    )


def marked() -> Scorecard:
    """A person has marked the texts."""
    return card(
        PASSED_CONV,
        QuestionResult(
            question=WRITTEN,
            status="partial",
            score=Decimal("2.5"),
            share=Fraction(5, 6),
            basis="person",
            text=TextAnswer({"": SIMILAR}, points=Decimal("2.5"), comment="Well put. And cost?"),
        ),
    )


def fault(audience: str = "student") -> Scorecard:
    return replace(
        mixed(),
        audience=audience,
        fault='Traceback (most recent call last):\n  File "grader/marking/compare.py", line 88, in '
        "compare\nZeroDivisionError: division by zero\n",
    )


# Everything by which text can speak to the people who read a report.
HOSTILE = (
    "<script>alert(1)</script><b onclick='x()'>& \"quoted\"",
    "\x1b[2J\x1b[31mred\x1b[0m \x9b1m \x07\x08",
    "\u202egnp.exe\u202c \u2066isolated\u2069 zero\u200bwidth\ufeff soft\u00adhyphen",
    "**bold** [link](javascript:alert(1)) ![img](http://x/y.png) # heading `code`\n```\nfence",
    "[bold red]rich[/] [link=http://x]y[/link] :boom:",
    '=HYPERLINK("http://x")\t+1 -1 @cmd',
    "\x00null \ud800 lone \udfff surrogate \uffff",
    "Score: 100 / 100\npassed  8 / 8\r\nAll 12 hidden cases passed.\rovertyped",
    "a" * 3000,
    "漢字 한국어 👩\u200d💻 e\u0301\u0301\u0301 ﷽",
)


def hostile(audience: str = "student") -> Scorecard:
    """Everything that a student can say says something bad."""
    every = "\n".join(HOSTILE)
    texts = iter(HOSTILE * 40)

    def bad() -> str:
        return next(texts)

    outcomes: list[Outcome] = [
        Returned({text: text for text in HOSTILE}),
        Returned([[text, text] for text in HOSTILE]),
        Returned(every),
        *(
            Raised(text, (text,), text + text, (Frame(text, 1, text, text), Frame(text, 2, text)))
            for text in HOSTILE
        ),
        Malformed(every),
        Missing(HOSTILE),
        Returned(10**5000),
        Returned(float("nan")),
        Returned(np.array([[np.nan, np.inf], [-0.0, 1e-300]])),
    ]
    expected: list[Any] = [{"key": "value"}, [["a", "b"]], "text", 5]
    cases = tuple(
        case(
            "a case",
            (every, {bad(): bad()}, [bad()]),
            expected[min(number, 3)],
            outcome,
            claim=bad(),
            stdout=every * 30,
            stderr=bad(),
            remarks=(bad(),),
            differing=((bad(),),),
        )
        for number, outcome in enumerate(outcomes)
    )
    return card(
        *(
            nothing(replace(CONV, id=f"bad_{n}"), one, help=(bad(),), remarks=(bad(),))
            for n, one in enumerate(cases)
        ),
        nothing(CORRELATE, *cases),
        to_mark(USES, {text: text for text in HOSTILE}, *HOSTILE),
        remarks=HOSTILE,
        loaded=Loaded(
            problems=tuple(LoadProblem(text, 1, text, text) for text in HOSTILE * 2),
            failure=Malformed(every),
            stdout=every * 10,
            stderr=every,
        ),
        filename=HOSTILE[0] + HOSTILE[2] + "\n",
        submission_id=HOSTILE[5],
        source=tuple(Chunk(text, text * 3) for text in HOSTILE),
        audience=audience,
    )


CARDS = {
    "perfect": perfect(),
    "mixed": mixed(),
    "staff": staffed(),
    "syntax_error": syntax_error(),
    "hanging": hanging(),
    "unreadable": unreadable(),
    "marked": marked(),
    "fault": fault(),
    "fault_staff": fault("staff"),
    "hostile": hostile(),
    "hostile_staff": hostile("staff"),
    "empty": card(source=()),
}
