"""Every attack of tests/attacks/ is contained: it earns nothing, and costs nobody else anything.

Each is taken through the whole journey, reading, sandbox, marking and all reports, by a launcher
that it shares with the attacks before and after it. What must hold is written in `contained`; what
an attack could reach lies in canaries.py. The slow tests take the corpus through machines that lack
a layer, and through a grader that is not root.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar, Literal

import jsonschema
import pytest
from attacking import ATTACKS, CONFIG, GROUPS, Attack, corpus, defines_honest_functions
from canaries import Canaries, launcher_pid, waiting_workers

from grader.errors import IsolationError
from grader.marking.credit import claim_of
from grader.model import Assignment, Chunk, QuestionResult, Scorecard, Submission, Transcript
from grader.pipeline import grade, read_assignment, redact
from grader.report import page as web
from grader.report.gradescope import write_results
from grader.report.terminal import Screen, render
from grader.sandbox import Launcher, start_launcher

CORPUS = corpus()
SCHEMA = json.loads((Path(__file__).parent / "gradescope.schema.json").read_text("utf-8"))
IS_ROOT = os.geteuid() == 0
DESCRIPTORS_OF_A_WORKER = 4  # three sockets and what selects among them
PEAK_BYTES = 220 << 20  # that the grader may grow by while it deals with one attack
NEXT = Submission("next", "next.py", (Chunk("next.py", (ATTACKS / "next.py").read_text("utf-8")),))
SEAL = "targets-reference-seal"
HIDDEN = ("76421", "89173", "6814689833")  # of a hidden case of `pixels`


def test_the_corpus_is_large_and_every_group_of_attacks_is_in_it() -> None:
    assert len(CORPUS) >= 120
    for group in GROUPS:
        assert sum(attack.path.parent.name == group for attack in CORPUS) >= 10, group


def test_every_attack_answers_the_honest_questions_beside_it() -> None:
    assert [attack.id for attack in CORPUS if not defines_honest_functions(attack)] == []


# --------------------------------------------------------------------------- the range


class Range:
    """A launcher with the canaries about it, on which attacks are tried one after the other."""

    def __init__(
        self,
        assignment: Assignment,
        course: Path,
        *,
        torch: bool,
        without: frozenset[str],
        isolation: Literal["required", "off"] = "required",
    ) -> None:
        self.assignment = assignment
        self.launcher = start_launcher(
            assignment.limits,
            imports=("torch",) if torch else (),
            isolation=isolation,
            secrets=[course],
            without=without,
        )
        try:
            self.canaries = Canaries(self.launcher, course)
        except BaseException:
            self.launcher.close()
            raise

    def close(self) -> None:
        self.canaries.__exit__(None, None, None)
        process_id = launcher_pid(self.launcher)
        self.launcher.close()
        assert not Path(f"/proc/{process_id}").exists()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course where it belongs: in a directory that is the grader's alone."""
    copy = tmp_path_factory.mktemp("course") / "private"
    shutil.copytree(CONFIG.parent, copy)
    copy.chmod(0o700)
    return copy


@pytest.fixture(scope="module")
def assignment(course: Path) -> Assignment:
    return read_assignment(course / "config.yaml")


@pytest.fixture(scope="module")
def ranges(assignment: Assignment, course: Path) -> Iterator[Ranges]:
    opened = Ranges(assignment, course)
    yield opened
    opened.close()


class Ranges:
    """One range for each kind of machine, opened when the first attack needs it."""

    def __init__(self, assignment: Assignment, course: Path) -> None:
        self._assignment = assignment
        self._course = course
        self._open: dict[tuple[bool, frozenset[str]], Range] = {}

    def get(self, *, torch: bool, without: frozenset[str]) -> Range:
        key = (torch, without)
        if key not in self._open:
            self._open[key] = Range(self._assignment, self._course, torch=torch, without=without)
        return self._open[key]

    def close(self) -> None:
        for one in self._open.values():
            one.close()


# --------------------------------------------------------------------------- one attack


def contained(attack: Attack, place: Range, folder: Path) -> list[str]:
    """Everything that the attack achieved, a clause each; empty when it is contained."""
    canaries, launcher = place.canaries, place.launcher
    canaries.assert_set_up()
    before = _own_state(launcher)
    submission = attack.hand_in(folder, canaries.places)
    _forget_peak()
    started = time.monotonic()
    card, transcript = grade(place.assignment, submission, launcher)
    took_s = time.monotonic() - started
    peak_bytes = _peak_bytes() - before["memory"]
    failures = [
        *_points(attack, card),
        *_sights(attack, card),
        *_reports(card, folder),
        *_said(card, transcript, canaries),
        *canaries.trouble(),
        *_next_submission(place),
    ]
    if not took_s <= attack.time_s:
        failures.append(f"took {took_s:.1f} s of {attack.time_s:g} s")
    if not peak_bytes <= PEAK_BYTES:
        failures.append(f"made the grader grow by {peak_bytes >> 20} MB")
    del before["memory"]
    after = _own_state(launcher)
    failures += [
        f"{what}: {before[what]} → {after[what]}" for what in before if before[what] != after[what]
    ]
    return failures


def _points(attack: Attack, card: Scorecard) -> Iterator[str]:
    """No point that right answers did not earn, and every point that they did."""
    for result in card.questions:
        question = result.question
        if question.marked_by_person:
            if result.status != "to_mark":
                yield f"{question.id} is {result.status}"
            continue
        honest = question.points if question.id in attack.keeps else Decimal(0)
        due = Decimal(str(attack.earns.get(question.id, honest)))
        if result.score != due:
            yield f"{question.id}: {result.score} points, not {due} ({_account(result)[:300]})"
    if card.max_score + card.to_mark != 68:
        yield f"the maximum is {card.max_score} and {card.to_mark}"
    if card.fault is not None:
        yield f"the grader failed: {card.fault}"


def _account(result: QuestionResult) -> str:
    """What the staff are told of a question's cases."""
    text = "\n".join(
        f"{claim_of(one.observation)}; {one.comparison.claim}; {one.remarks}"
        for one in result.cases
    )
    return text + "" if result.text is None else text + f"{result.text}"


def _sights(attack: Attack, card: Scorecard) -> Iterator[str]:
    for what, pattern in attack.sees.items():
        if what == "loaded":
            seen = f"{card.loaded.failure} {card.loaded.problems} {card.loaded.definitions_only}"
        elif what == "remarks":
            seen = "\n".join(card.remarks)
        else:
            seen = _account(next(r for r in card.questions if r.question.id == what))
        if not re.search(pattern, seen):
            yield f"{what}: no {pattern!r} in {seen[:500]!r}"


def _said(card: Scorecard, transcript: Transcript, canaries: Canaries) -> Iterator[str]:
    """Nothing that the worker said may hold what it must not have been able to read."""
    heard = repr((transcript.loaded, list(transcript.calls.values()), card.loaded, card.remarks))
    if canaries.gave_away(heard):
        yield "read the token"
    if SEAL in heard:
        yield "read the reference"


def _reports(card: Scorecard, folder: Path) -> Iterator[str]:
    seen = redact(card, "student")
    path = folder / "out" / "results.json"
    path.parent.mkdir()
    write_results(seen, path, digest="d")
    results = json.loads(path.read_bytes())
    try:
        jsonschema.validate(results, SCHEMA)
    except jsonschema.ValidationError as error:
        yield f"results.json: {error.message[:300]}"
    most = sum(test["max_score"] for test in results["tests"])
    if most != 63:
        yield f"results.json: the maximum is {most}"
    pages = {"student": web.encoded(seen).decode(), "staff": web.encoded(card).decode()}
    for audience, page in pages.items():
        yield from (f"the {audience}'s page: {what}" for what in _Page.foreign(page))
    screens = [
        render(one, screen)
        for one in (seen, card)
        for screen in (Screen(width=80, plain=True), Screen(width=80, plain=False))
    ]
    for text in screens:
        if _STEERS.search(_OUR_COLOURS.sub("", text)):
            yield "a control character reaches the terminal"
    for what, text in (("results.json", path.read_text("utf-8")), ("the page", pages["student"])):
        yield from (
            f"{what} tells the student {value}" for value in HIDDEN if value in _numbers(text)
        )
    yield from (f"the screen tells {value}" for value in HIDDEN if value in _numbers(screens[0]))


def _numbers(text: str) -> set[str]:
    """All whole numbers in a text: the digits of another number are none."""
    return set(re.findall(r"(?<![\d.])\d+", text))


_OUR_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_STEERS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


class _Page(HTMLParser):
    """Finds what is none of our page's elements or attributes."""

    TAGS: ClassVar[set[str]] = set()
    ATTRIBUTES: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    @classmethod
    def parts(cls, page: str) -> _Page:
        parser = cls()
        parser.feed(page)
        return parser

    @classmethod
    def foreign(cls, page: str) -> Iterator[str]:
        parser = cls.parts(page)
        acting = {"script", "img", "iframe", "object", "embed", "link", "form", "base", "svg"}
        yield from (f"<{tag}>" for tag in parser.tags & acting)
        yield from (f"{name}=" for name in parser.attributes if name.startswith("on"))
        yield from (f"{name}=" for name in parser.attributes & {"src", "action", "srcdoc"})


def _next_submission(place: Range) -> Iterator[str]:
    """Whoever comes next is marked as if nothing had been."""
    card, _ = grade(place.assignment, NEXT, place.launcher)
    if card.score != card.max_score:
        yield f"the next submission lost points: {card.score}"


def _own_state(launcher: Launcher) -> dict[str, Any]:
    return {
        "descriptors": len(list(Path("/proc/self/fd").iterdir()))
        - DESCRIPTORS_OF_A_WORKER * len(waiting_workers(launcher)),
        "directory": Path.cwd(),
        "umask": _umask(),
        "memory": _memory_bytes("VmRSS"),
    }


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak_bytes() -> int:
    return _memory_bytes("VmHWM")


def _memory_bytes(row: str) -> int:
    rows = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return int(rows[row].split()[0]) * 1024


# --------------------------------------------------------------------------- all of them


def can_be_tried(attack: Attack) -> bool:
    here = {"torch", os.uname().machine} | ({"root"} if IS_ROOT else set())
    return attack.needs <= here and (IS_ROOT or "own_user" not in attack.relies_on)


TRIED = [attack for attack in CORPUS if can_be_tried(attack)]


def named(attack: Attack) -> str:
    return attack.id


@pytest.mark.parametrize("attack", TRIED, ids=named)
def test_an_attack_is_contained(attack: Attack, ranges: Ranges, tmp_path: Path) -> None:
    place = ranges.get(torch="torch" in attack.needs, without=frozenset())
    failures = contained(attack, place, tmp_path)
    assert not failures, f"{attack.tries}\n" + "\n".join(failures)


# --------------------------------------------------------------------------- less than all layers

OUTWARD = ("forging", "reading", "exhausting", "outliving")
"""The groups that reach out of the worker; the others need no layer to fail."""
LAYERS = {
    "own_user": OUTWARD,
    "landlock": OUTWARD,
    "seccomp": OUTWARD,
    "namespaces": ("reading", "outliving"),
    "not_dumpable": ("reading", "outliving"),
    "dies_with_parent": ("reading", "outliving"),
}
SUFFICIENT = [layer for layer in LAYERS if IS_ROOT or layer in ("seccomp", "not_dumpable")]
"""Those that the others make up for. To a plain user, Landlock is what keeps files apart."""


def without_one_layer() -> list[Any]:
    return [
        pytest.param(attack, layer, id=f"{layer}-{attack.id}")
        for layer in SUFFICIENT
        for attack in TRIED
        if attack.path.parent.name in LAYERS[layer] and layer not in attack.relies_on
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("attack", "layer"), without_one_layer())
def test_an_attack_is_contained_without_one_layer(
    attack: Attack, layer: str, ranges: Ranges, tmp_path: Path
) -> None:
    place = ranges.get(torch="torch" in attack.needs, without=frozenset({layer}))
    if set(SUFFICIENT) - {layer} - set(place.launcher.isolation.layers):
        pytest.skip(f"this machine lacks more: {'; '.join(place.launcher.isolation.missing)}")
    milder = replace(attack, sees={}, time_s=2 * attack.time_s)
    failures = contained(milder, place, tmp_path)
    assert not failures, f"{attack.tries}\n" + "\n".join(failures)


def test_without_the_layers_that_keep_files_apart_nothing_is_graded(
    assignment: Assignment, course: Path
) -> None:
    with (
        start_launcher(
            assignment.limits, without=frozenset({"own_user", "landlock"}), secrets=[course]
        ) as launcher,
        pytest.raises(IsolationError, match="read the reference and the hidden cases"),
    ):
        grade(assignment, NEXT, launcher)


# --------------------------------------------------------------------------- the canaries sing

SIGNS = {
    "token": "read the token",
    "seal": "read the reference",
    "results": "wrote the results",
    "sibling": "stopped the sibling",
    "left": "left /tmp",
    **{name: f"knocked at {name}" for name in ("tcp", "udp", "unix", "abstract")},
}


@pytest.fixture(scope="module")
def open_range(assignment: Assignment, course: Path) -> Iterator[Range]:
    """A range on which nothing holds an attack. Only attacks that harm nobody else come here."""
    place = Range(assignment, course, torch=False, without=frozenset(), isolation="off")
    yield place
    place.close()


@pytest.mark.parametrize("attack", [one for one in TRIED if one.control], ids=named)
def test_an_attack_reaches_its_canary_when_nothing_holds_it(
    attack: Attack, open_range: Range, tmp_path: Path
) -> None:
    """So that it is the isolation which contains it, and not a mistake in the attack."""
    try:
        failures = contained(replace(attack, sees={}), open_range, tmp_path)
    finally:
        open_range.canaries.mend()
    assert any(failure.startswith(SIGNS[attack.control]) for failure in failures), failures


def test_every_canary_is_reached_by_some_attack() -> None:
    assert {attack.control for attack in CORPUS} == {"", *SIGNS}


# --------------------------------------------------------------------------- not as root


def as_plain_user() -> list[str]:
    """The start of a command that runs this Python without the rights of root."""
    by_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"]
    by_namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    again = "import subprocess, sys; subprocess.check_call([sys.executable, '-c', 'import numpy'])"
    for prefix in (by_user, by_namespace):  # a Python below /root is nobody's but root's
        command = [*prefix, sys.executable]
        if subprocess.run([*command, "-c", again], capture_output=True).returncode == 0:
            return command
    raise AssertionError("neither setpriv nor unshare gives a plain user to test with")


@pytest.mark.slow
@pytest.mark.parametrize("chosen", ["not slow", "slow"])
def test_the_corpus_is_contained_when_the_grader_is_not_root(chosen: str) -> None:
    if not IS_ROOT:
        return  # then every test of this file was such a one
    with tempfile.TemporaryDirectory(prefix="plain-") as home:
        Path(home).chmod(0o777)
        run = subprocess.run(
            [
                *as_plain_user(),
                *("-m", "pytest", "-p", "no:cacheprovider", "-m", chosen, __file__),
                f"--basetemp={home}/tests",
            ],
            cwd=Path(__file__).parents[1],
            env={"PATH": os.environ["PATH"], "HOME": home, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
        )
    assert run.returncode == 0, run.stdout[-20_000:]
