"""The nouns of the grader: every arrow of the journey carries one of these values.

All are frozen: a part receives values, makes new ones and hands them on. Nothing here does
anything; what a value means is said once, beside its fields. They are msgspec's structs, whose
classes and values take a tenth of the time of dataclasses. Two rules hold throughout:

- *expected* is the reference's side, *observed* the student's; they are passed by keyword.
- a student's fault is data (an `Outcome`, a `problem`, a remark); an exception is ours or the
  author's (see errors.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct, field

if TYPE_CHECKING:
    import numpy as np

    # What may cross the wire between the grader and a worker, and nothing else.
    Value: TypeAlias = (
        bool
        | int
        | float
        | complex
        | str
        | list["Value"]
        | tuple["Value", ...]
        | dict[Any, "Value"]
        | np.ndarray[Any, Any]
        | None
    )
    FloatArray: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
else:
    Value = FloatArray = Any  # for who asks at run time, so that NumPy need not be there

# --------------------------------------------------------------------------- assignment


class Raises(Struct, frozen=True):
    """The expectation that a call raises this built-in exception (or a subclass of it)."""

    exception: str


class Rule(Struct, frozen=True):
    """How an observed value is compared with the expected one.

    A leaf is compared by the type of the *expected* leaf: an int exactly, a bool as a bool, text
    as text; a float, or any number when `kind` is "close", by
    ``|observed - expected| <= atol + rtol * |expected|``.
    """

    kind: Literal["exact", "close"] = "exact"
    rtol: float = 0.0
    atol: float | FloatArray = 0.0  # a scalar, or one tolerance per element of the expected array
    same_dtype: bool = False
    fold_text: bool = False  # text is equal regardless of case and outer spaces
    extra_keys: bool = False  # keys that were not asked for are ignored
    real_only: bool = False  # no complex number counts as the real one that it is near
    keep_inputs: bool = False  # a changed input fails the case (otherwise it is only a remark)


class Case(Struct, frozen=True):
    """One set of inputs of a question, and what the reference makes of it."""

    name: str
    args: tuple[Value, ...]
    expected: Value | Raises
    rule: Rule = Rule()
    weight: Fraction = Fraction(1)
    shown: bool = False  # True: input, expected and observed are shown; False: counted, no more
    at: tuple[str | int, ...] = ()  # the part of the result that is compared, e.g. ("boxes",)
    partial: tuple[tuple[Fraction, Fraction], ...] = ()  # (matched share, credit), rising
    bands: tuple[tuple[float, Fraction], ...] = ()  # (factor on the tolerance, credit), rising


class WrongAnswer(Struct, frozen=True):
    """A misconception: a wrong function of the author's, and what it makes of every case.

    `predictions` stand in the order of the question's cases. A prediction is the whole result of
    the call (the case's `at` is applied when it is compared), or the exception's name.
    """

    name: str
    share: Fraction  # what it is worth, as a share of the question's points
    feedback: str
    predictions: tuple[Value | Raises, ...]
    formula: Callable[..., Value] | None = None  # trusted side only; None if it takes no step
    steps: tuple[str, ...] = ()  # functions of the question's steps that the formula takes


class BuildsOn(Struct, frozen=True):
    """The questions whose functions are steps of this one (error carried forward)."""

    questions: tuple[str, ...]
    credit: Fraction = Fraction(1)  # what a case is worth that follows from the student's steps
    needs: Fraction = Fraction(1, 4)  # the share that a step's own question must have earned


class TextForm(Struct, frozen=True):
    """What a free text must look like; a person marks what it says."""

    words: tuple[int, int]  # fewest and most words, of the text or of each entry
    entries: tuple[str, ...] = ()  # keys of the dict; empty when the answer is one text
    misplaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # entry -> words that fit another entry better: pointed out to the marker


class Property(Struct, frozen=True):
    """What must hold for right answers of any kind, and gives none away (a check, never a mark).

    `holds(call)` is the author's function; `call(function, *args)` runs the student's function
    and returns its value. It returns None when the property holds, else one sentence.
    """

    name: str
    holds: Callable[..., str | None]


class Question(Struct, frozen=True):
    """A scored unit: one function of the student's."""

    id: str
    title: str
    function: str
    points: Decimal
    cases: tuple[Case, ...] = ()
    credit: tuple[tuple[Fraction, Fraction], ...] | None = None
    # None: proportional; else steps (share of the cases, share of the points), rising.
    # all_or_nothing is the one step (1, 1).
    wrong_answers: tuple[WrongAnswer, ...] = ()
    builds_on: BuildsOn | None = None
    reference: Callable[..., Value] | None = None  # trusted side only; None in a handout
    text: TextForm | None = None  # set when a person marks the question; then no cases
    properties: tuple[Property, ...] = ()
    hidden_count: int = 0  # in a handout: how many hidden cases there are elsewhere
    tags: tuple[str, ...] = ()  # for Gradescope

    @property
    def marked_by_person(self) -> bool:
        return self.text is not None


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What one submission may use. Wall-clock limits are enforced from outside the worker."""

    load_s: float = 30.0
    call_s: float = 5.0
    submission_s: float = 300.0
    memory_bytes: int = 1 << 30  # beyond what the launcher needs after its imports
    output_bytes: int = 64 * 1024  # kept of stdout and of stderr, per call
    reply_bytes: int = 32 * 1024 * 1024  # the largest value that may come back
    file_bytes: int = 16 * 1024 * 1024  # the largest file a student may write
    processes: int = 64  # threads, in fact: new processes are refused


class LatePolicy(Struct, frozen=True):
    """What it costs to hand in late."""

    per_day: Fraction  # share of the points taken off for each day that has begun
    grace_s: float = 0.0
    at_most: Fraction = Fraction(1)
    due: datetime | None = None  # in place of Gradescope's


class BoardEntry(Struct, frozen=True):
    """A column of the leaderboard: a question's score."""

    name: str
    question: str


class GradescopeRules(Struct, frozen=True):
    """What happens on Gradescope only."""

    submissions_per_day: int | None = None
    late: LatePolicy | None = None
    leaderboard: tuple[BoardEntry, ...] = ()


class Assignment(Struct, frozen=True):
    """Everything the author said, validated, with every expected value computed."""

    title: str
    filename: str  # what students hand in, e.g. solution.py
    questions: tuple[Question, ...]
    packages: tuple[str, ...] = ()  # what they may import beside NumPy; needed where it is marked
    limits: Limits = Limits()
    gradescope: GradescopeRules = GradescopeRules()
    digest: str = ""  # of config and reference: equal digests mark alike

    def question(self, question_id: str) -> Question:
        return next(q for q in self.questions if q.id == question_id)

    @property
    def functions(self) -> frozenset[str]:
        return frozenset(question.function for question in self.questions)


class PlanRow(Struct, frozen=True):
    """One question as `grader config` tells it."""

    question: str
    function: str
    shown: int  # cases that students see whole
    hidden: int  # cases that are only counted for them
    points: Decimal
    rules: tuple[str, ...]  # how it is marked, in words
    to_the_last_bit: bool = False  # rounding in another order fails
    idle: tuple[str, ...] = ()  # what has no effect, or one not meant, each in a clause


# --------------------------------------------------------------------------- submission


class Chunk(Struct, frozen=True):
    """A piece of source with a name of its own in messages: a file, or a notebook's cell."""

    label: str  # "solution.py", "cell 3"
    text: str


class Person(Struct, frozen=True):
    """Somebody who handed in; any of it may be empty."""

    name: str = ""
    sid: str = ""
    email: str = ""
    participant: str = ""  # Moodle's number
    canvas: str = ""  # Canvas's number; the name is then as Canvas writes it before a file's


class Submission(Struct, frozen=True):
    """What was handed in, as source text. Nothing of it has run or been parsed as Python."""

    id: str
    filename: str  # as handed in, for people
    chunks: tuple[Chunk, ...] = ()
    helpers: Mapping[str, bytes] = field(default_factory=dict)  # relative path -> content
    remarks: tuple[str, ...] = ()  # to the student: "read homework.py, as there was no solution.py"
    problem: str | None = None  # why there is nothing to run, in a sentence to the student
    digest: str = ""  # of everything that runs: equal digests behave alike


# --------------------------------------------------------------------------- sandbox


class Frame(Struct, frozen=True):
    """One of the student's own lines in a traceback."""

    label: str  # the chunk's or helper file's
    line: int
    function: str
    text: str = ""


class Returned(Struct, frozen=True):
    """The call returned plain data. `notes` are codes of `VALUE_NOTES`."""

    value: Value
    notes: tuple[str, ...] = ()
    encoded: bytes = b""  # as it crossed, if it is short: equal bytes mean equal answers

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Returned):
            return NotImplemented
        return (self.value, self.notes) == (other.value, other.notes)

    def __hash__(self) -> int:
        return hash((self.value, self.notes))


class Raised(Struct, frozen=True):
    """The call raised. `bases` are the built-in classes it is, nearest first."""

    exception: str
    bases: tuple[str, ...] = ()
    message: str = ""
    frames: tuple[Frame, ...] = ()  # outermost first


class TimedOut(Struct, frozen=True):
    limit_s: float


class Killed(Struct, frozen=True):
    """The worker ended before it answered."""

    cause: Literal["memory", "cpu", "exit", "signal"]
    detail: str = ""  # "out of memory at 1 GB", "exit code 3", "SIGSEGV": the grader's words


class Missing(Struct, frozen=True):
    """The submission defines no function of that name. `similar` are names that it does define."""

    similar: tuple[str, ...] = ()


class Malformed(Struct, frozen=True):
    """What came back is no value that may cross; `why` is the grader's sentence."""

    why: str


class NotRun(Struct, frozen=True):
    """The case was not tried; `why` is the grader's sentence ("timed out twice")."""

    why: str


Outcome: TypeAlias = Returned | Raised | TimedOut | Killed | Missing | Malformed | NotRun

# The worker says what it converted by these codes only; text of its own is never repeated.
VALUE_NOTES: Mapping[str, str] = {
    "tensor": "a torch tensor was read as an array",
    "sparse": "a sparse matrix was read as an array",
    "numpy_scalar": "a NumPy scalar was read as a Python number",
    "subclass": "an instance of a subclass was read as its built-in base",
    "masked": "a masked array was read as its plain data",
    "value": "a value was read as what a function without parameters returns; define the function",
    "entry": "an entry of a dict that is no number, text, list, dict or array stands in < >",
    "bfloat16": "bfloat16 was read as float32",
}


class Observation(Struct, frozen=True):
    """What one call of a student's function came to."""

    outcome: Outcome
    stdout: str = ""
    stderr: str = ""
    changed_inputs: tuple[int, ...] = ()  # positions of arguments that the call changed
    wall_s: float = 0.0


class LoadProblem(Struct, frozen=True):
    """A statement of the student's top level that was left out or that raised."""

    label: str  # chunk
    line: int
    what: str  # "SyntaxError: invalid syntax (column 8)", "ModuleNotFoundError: …"
    statement: str = ""  # its first line


class Loaded(Struct, frozen=True):
    """What running the file's top level came to."""

    functions: tuple[str, ...] = ()
    problems: tuple[LoadProblem, ...] = ()
    failure: TimedOut | Killed | Malformed | None = None  # of the first, complete load
    definitions_only: bool = False  # loaded again without the other statements
    stdout: str = ""
    stderr: str = ""
    wall_s: float = 0.0


class Isolation(Struct, frozen=True):
    """Which layers held the worker, and what it was refused when it tried."""

    level: Literal["strong", "partial", "none"] = "none"
    layers: tuple[str, ...] = ()  # active, by name
    missing: tuple[str, ...] = ()  # "landlock: the kernel has none"
    refused: Mapping[str, bool] = field(default_factory=dict)  # probe -> was it refused


class Transcript(Struct, frozen=True):
    """All that a submission's process said: everything that marking may know of it.

    `calls` maps (function, encoded arguments) to what the call came to, in the order asked, so
    that a regrade can mark again without running anything.
    """

    loaded: Loaded
    calls: Mapping[tuple[str, bytes], Observation]
    isolation: Isolation = Isolation()


# --------------------------------------------------------------------------- marking


class Difference(Struct, frozen=True):
    """One leaf that differs. `path` leads to it: ("boxes", 2, 0)."""

    path: tuple[str | int, ...]
    expected: str
    observed: str
    off_by: float | None = None
    allowed: float | None = None


class Comparison(Struct, frozen=True):
    """The verdict on one value, from structure to numbers; the first layer that differs speaks."""

    matches: bool
    claim: str = ""  # "2 of 4 elements differ", "shape (3, 2), expected (2, 2)"
    structural: bool = False  # a type, a shape or an entry differs, not only values
    leaves: int = 1
    matched: int = 0
    differences: tuple[Difference, ...] = ()  # the worst few
    differing: tuple[tuple[str | int, ...], ...] = ()  # paths of all differing leaves (bounded)
    notes: tuple[str, ...] = ()  # cost nothing: "36.0 is a float; a count is an int"
    error_ratio: float = 0.0  # greatest |observed - expected| / allowed (for bands and margins)


class CaseResult(Struct, frozen=True):
    """A case, what happened, and what it earned of its weight."""

    case: Case
    observation: Observation
    comparison: Comparison
    credit: Fraction  # 0 … 1
    followed_from: tuple[str, ...] = ()  # question ids, when the credit is follow-through's
    remarks: tuple[str, ...] = ()  # recognised in the value: "equal to the expected … transposed"
    recurs: bool = False
    # this very object stands for all who came to the same: what is made of it can be kept

    @property
    def passed(self) -> bool:
        return self.comparison.matches


Status: TypeAlias = Literal["passed", "partial", "failed", "missing", "not_run", "to_mark"]


class TextAnswer(Struct, frozen=True):
    """A free text as received, what its form shows, and a person's mark once there is one."""

    text: Mapping[str, str]  # entry -> text; the one key "" when the answer is one text
    findings: tuple[str, ...] = ()  # "object_detection: 5 words, at least 8 were asked for"
    points: Decimal | None = None
    comment: str = ""


class QuestionResult(Struct, frozen=True):
    """What a question earned, and why."""

    question: Question
    status: Status
    score: Decimal  # rounded once, to the hundredth; totals are sums of these
    share: Fraction = Fraction(0)  # of the points, exact
    basis: Literal["cases", "wrong_answer", "follow_through", "person", "nothing"] = "nothing"
    cases: tuple[CaseResult, ...] = ()
    hidden_passed: int = 0  # set by redaction, which takes the hidden cases away
    hidden_total: int = 0
    diagnosis: tuple[WrongAnswer, ...] = ()  # fit equally; the first is the one that counts
    followed_from: tuple[str, ...] = ()
    help: tuple[str, ...] = ()  # at most three sentences to the student
    remarks: tuple[str, ...] = ()  # cost nothing
    text: TextAnswer | None = None
    recurs: bool = False  # as in CaseResult


class Late(Struct, frozen=True):
    """How late something was handed in, and what that costs."""

    due: datetime
    handed_in: datetime
    days: int  # begun
    share: Fraction  # of the points, taken off

    def kept(self, points: Decimal) -> Decimal:
        """What is left of the points, rounded half up to the hundredth."""
        exact = Fraction(points) * (1 - self.share)
        return Decimal(int(exact * 100 + Fraction(1, 2))).scaleb(-2)


Audience: TypeAlias = Literal["student", "staff"]


class Scorecard(Struct, frozen=True):
    """Everything the reports say of one submission. Redacted, it holds what students may see."""

    assignment: str
    submission_id: str
    filename: str
    questions: tuple[QuestionResult, ...]
    audience: Audience = "staff"
    remarks: tuple[str, ...] = ()  # on the submission as a whole, to the student
    loaded: Loaded = Loaded()
    isolation: Isolation = Isolation()
    fault: str | None = None  # the grader itself failed: no score is published as if earned
    wall_s: float = 0.0
    source: tuple[Chunk, ...] = ()
    late: Late | None = None  # on Gradescope: the total is less than the sum of the questions

    @property
    def score(self) -> Decimal:
        return sum((q.score for q in self.questions), Decimal(0))

    @property
    def max_score(self) -> Decimal:
        """The points that are decided: the machine's, and a person's once marked."""
        return sum((q.question.points for q in self.questions if q.status != "to_mark"), Decimal(0))

    @property
    def to_mark(self) -> Decimal:
        """The points that wait for a person."""
        return sum((q.question.points for q in self.questions if q.status == "to_mark"), Decimal(0))


# --------------------------------------------------------------------------- self-check


class PropertyResult(Struct, frozen=True):
    """Whether a property held of a student's results.

    `outcome` is set when a call did not come back with a value and the property could not go on;
    `function` is the one that was called then.
    """

    name: str
    said: str | None = None  # what does not hold, in a sentence; None: it holds
    function: str = ""
    outcome: Outcome | None = None

    @property
    def holds(self) -> bool:
        return self.said is None

    @property
    def waits(self) -> bool:
        """Whether the function that was called is not there, or as the template has it."""
        if isinstance(self.outcome, Raised):
            return self.outcome.exception == "NotImplementedError"
        return isinstance(self.outcome, Missing)


class QuestionCheck(Struct, frozen=True):
    """What can be said of a question without marking it: shown cases, properties, a text's form."""

    result: QuestionResult  # of the shown cases alone; its score means nothing
    properties: tuple[PropertyResult, ...] = ()
    status: Status = "passed"  # "not_run": not written yet; "to_mark": a person marks it

    @property
    def passed(self) -> int:
        """How many public checks passed."""
        held = sum(known.holds for known in self.properties)
        return held + sum(case.passed for case in self.result.cases)

    @property
    def total(self) -> int:
        return len(self.properties) + len(self.result.cases)


class SelfCheck(Struct, frozen=True):
    """What a student's own check found. It holds no marks: hidden cases decide those."""

    assignment: str
    filename: str
    questions: tuple[QuestionCheck, ...]
    remarks: tuple[str, ...] = ()  # on the submission as a whole
    loaded: Loaded = Loaded()
    wall_s: float = 0.0

    @property
    def passed(self) -> int:
        return sum(question.passed for question in self.questions)

    @property
    def total(self) -> int:
        return sum(question.total for question in self.questions)

    @property
    def hidden(self) -> int:
        return sum(question.result.question.hidden_count for question in self.questions)

    @property
    def all_well(self) -> bool:
        """Whether nothing that can be checked here is wrong or missing."""
        return all(question.status in ("passed", "to_mark") for question in self.questions)
