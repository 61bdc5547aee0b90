"""Whatever happened to a folder of results, it ends as if the class had been marked once, now.

A class is marked, interrupted, taken up, changed, handed in again, regraded and marked by people in
any order. What must lie there afterwards is known without asking what went before: it is what
marking anew into an empty folder gives, with the same marks of people.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from coursework import CONFIG, REFERENCE, RIGHT, Course, contents, course, handed_in
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from grader.classroom import records, regrade, run
from grader.classroom.folder import Folder
from grader.classroom.regrade import regrade_class
from grader.classroom.review import Key, Mark, Marks
from grader.errors import UsageError
from grader.model import TextAnswer
from grader.report.answers import answer_key

# What an author may change afterwards: what stands there, and what comes in its place.
EDITS: tuple[tuple[str, str], ...] = (
    ("points: 5", "points: 6.5"),
    ("1.0e-9", "1.0e-3"),
    ("half_the_rim: 0.4", "half_the_rim: 0.8"),
    ("    wrong_answers: {half_the_rim: 0.4}\n", ""),
    ("args: [91, 73, 17]}", "args: [91, 73, 17], weight: 5}"),
    ('"a secret list", args: [[3.5', '"a secret list", shown: full, args: [[3.5'),
    ("    builds_on: {questions: [area]}\n", ""),
    ("points: 4\n", "points: 4\n    credit: all_or_nothing\n"),
    ('"Because"', '"Why so?"'),
    (
        "raises: ValueError}\n    wrong",
        'raises: ValueError}\n      - {name: "new", args: [7, 8]}\n    wrong',
    ),
)
FEEDBACK = ("or how long a fence?", "or is it the length of a fence?")

SOURCES: Mapping[str, str] = {
    "right": RIGHT,
    "the rim": RIGHT.replace("return width * height", "return width + height"),
    "near": RIGHT.replace("len(sides)", "len(sides) + 1e-7").replace("Because it is so.", "No."),
    "one more": RIGHT.replace("return area(width, height) * depth", "return area(width, 1)"),
    "ends": "def area(width, height):\n    raise SystemExit\n",
    "nothing": "",
}
TEXTS = ("Because it is so.", "No.")
NAMES = ("ada", "bob", "cleo", "dan")


# What a regrade changed, and the sheets that people fill in, which are not written over.
_SHEETS = ("changes.csv", "review.csv", "review.new.csv")


class _Interrupted(BaseException):
    """As Ctrl-C is, but nobody else's."""


class _Interrupting(Folder):
    """A folder that is written to so often, and notes what."""

    def __init__(self, path: Path, after: int | None) -> None:
        super().__init__(path)
        self.left = after
        self.written: list[str] = []

    def write(self, path: Path, data: bytes) -> None:
        if len(self.written) == self.left:
            raise _Interrupted
        super().write(path, data)
        self.written.append(path.name)


def key_of(text: str) -> Key:
    return ("why", answer_key("why", TextAnswer({"": text})))


def laid(out: Path, class_: Mapping[str, str]) -> dict[str, Any]:
    """What a folder says of these students and of the class, without what was ever asked of them.

    A record is its row: the calls that it holds besides are those of every assignment so far.
    """
    told: dict[str, Any] = {}
    for name, data in contents(out).items():
        part, _, rest = name.partition("/")
        if name.endswith(".record"):
            if Path(name).stem in class_:
                told[name] = records.unpack((out / name).read_bytes()).head.row
        elif part == "staff":
            if not rest.startswith(("inputs/", "helpers/")) and Path(rest).stem in (
                *class_,
                *("rules", "class", "marks", "before-regrade"),
            ):
                told[name] = data
        elif name not in _SHEETS and (not rest or part in class_):
            told[name] = data
    return {
        name: what if isinstance(what, bytes) else _untimed(what) for name, what in told.items()
    }


def _untimed(row: Any) -> object:
    return (row.id, row.questions, row.flags, row.score)


class History(RuleBasedStateMachine):
    """One folder of results, and what has happened to it."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="history-"))
        self.edits: set[int] = set()
        self.class_: dict[str, str] = {}  # as it lies in the folder of submissions
        self.marked: dict[str, str] = {}  # what each student's record was made of
        self.members: dict[str, str] | None = None  # the class of the last run
        self.given: dict[Key, Mark] = {}
        self.course = Course(self.root / "course/config.yaml", self.root / "in", self.root / "out")

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    @initialize(sources=st.lists(st.sampled_from(list(SOURCES)), min_size=4, max_size=4))
    def begin(self, sources: list[str]) -> None:
        course(self.root / "course")
        for name, source in zip(NAMES, sources, strict=True):
            self.hand_in(name, source)
        self.grade(resume=False, marks={}, after=None)

    # ----------------------------------------------------------- what people do

    @rule(edit=st.integers(0, len(EDITS)))
    def edit(self, edit: int) -> None:
        """The author changes something, or takes the change back."""
        self.edits ^= {edit}
        config, reference = CONFIG, REFERENCE
        for index in sorted(self.edits):
            if index == len(EDITS):
                reference = reference.replace(*FEEDBACK)
            else:
                config = config.replace(*EDITS[index])
        course(self.root / "course", config, reference)

    @rule(name=st.sampled_from(NAMES), source=st.sampled_from(list(SOURCES)))
    def hand_in(self, name: str, source: str) -> None:
        self.class_[name] = SOURCES[source]
        handed_in(self.root / "in", {name: SOURCES[source]})

    @rule(name=st.sampled_from(NAMES))
    def take_back(self, name: str) -> None:
        if len(self.class_) > 2 and name in self.class_:
            del self.class_[name]
            shutil.rmtree(self.root / "in" / name)

    @rule(name=st.sampled_from(NAMES), what=st.sampled_from(["results.json", "report.html"]))
    def lose(self, name: str, what: str) -> None:
        (self.root / "out" / name / what).unlink(missing_ok=True)

    @rule(name=st.sampled_from(NAMES))
    def damage(self, name: str) -> None:
        page = self.root / "out/staff/pages" / f"{name}.html"
        if page.exists():
            page.write_bytes(page.read_bytes()[:100])

    # ----------------------------------------------------------- what the grader does

    marks = st.dictionaries(
        st.sampled_from([key_of(text) for text in TEXTS]),
        st.tuples(st.sampled_from([Decimal(1), Decimal("2.5")]), st.sampled_from(["", "Ok"])),
        max_size=2,
    ).map(lambda marks: {key: Mark(*key, *mark) for key, mark in marks.items()})
    after = st.none() | st.integers(0, 25)

    @rule(resume=st.booleans(), marks=marks, after=after)
    def grade(self, resume: bool, marks: dict[Key, Mark], after: int | None) -> None:
        class_ = dict(self.class_)
        given = {**(self.given if resume else {}), **marks}
        self.run(lambda: self.course.grade(resume=resume, marks=Marks(marks)), class_, given, after)

    @rule(may_run=st.booleans(), marks=marks, after=after)
    def regrade(self, may_run: bool, marks: dict[Key, Mark], after: int | None) -> None:
        given = {**self.given, **marks}

        def again() -> None:
            regrade_class(
                self.course.assignment,
                self.course.out,
                open_launcher=self.course.launcher,
                watcher=self.course.watching,
                may_run=may_run,
                marks=Marks(marks),
            )

        try:
            self.run(again, None, given, after)
        except UsageError as refused:
            known = self.marked.keys() >= (self.members or {}).keys()
            assert not known or ("never" in str(refused) and not may_run), refused

    def run(
        self,
        what: Callable[[], object],
        class_: Mapping[str, str] | None,
        given: dict[Key, Mark],
        after: int | None,
    ) -> None:
        """Does something to the folder, until so much is written; notes how far it came.

        Args:
            what: it.
            class_: what is marked, unless it is what was marked before.
            given: the marks that count.
            after: this many files are written; all if None.
        """
        folder = _Interrupting(self.course.out, after)
        with pytest.MonkeyPatch.context() as patch, suppress(_Interrupted):
            for module in (run, regrade):
                patch.setattr(module, "Folder", lambda path: folder)
            what()
            folder.written.append("all")
        if "marks.json" in folder.written:
            self.given = given
        if class_ is not None:
            self.members = class_ if "class.json" in folder.written else self.members
            for name in (name for name in class_ if f"{name}.record" in folder.written):
                self.marked[name] = class_[name]
        if "all" in folder.written:
            # what lay there and had not changed was not written again
            self.marked |= class_ or {}
            self.compare()

    # ----------------------------------------------------------- what must be

    def compare(self) -> None:
        """The folder is as a fresh one of what was marked, by the assignment as it is now."""
        assert self.members is not None
        class_ = {name: self.marked[name] for name in self.members}
        anew = self.root / "anew"
        shutil.rmtree(anew, ignore_errors=True)
        fresh = Course(self.course.config, handed_in(anew / "in", class_), anew / "out")
        fresh.grade(marks=Marks(self.given))
        found, expected = laid(self.course.out, class_), laid(fresh.out, class_)
        assert found.keys() == expected.keys()
        differing = [name for name in found if found[name] != expected[name]]
        assert not differing, [(name, found[name], expected[name]) for name in differing]


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=8, stateful_step_count=12)


@pytest.mark.slow
class TestLongHistory(History.TestCase):  # type: ignore[name-defined, misc]
    settings = settings(max_examples=60, stateful_step_count=20)
