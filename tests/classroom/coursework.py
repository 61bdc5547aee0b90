"""A small course, a class that handed in, and ways to have it marked."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.classroom import Outcome, grade_class
from grader.classroom.desk import Marked
from grader.model import Assignment, Limits
from grader.pipeline import read_assignment
from grader.report.rows import Row
from grader.sandbox import Launcher, start_launcher
from grader.submission import find_submissions

CONFIG = """\
assignment: "Rectangles"
submission: {file: solution.py}
limits: {load: 10 s, call: 1 s, memory: 512 MB, submission: 1 min}
hidden_seed: 11
questions:
  - id: area
    title: "The area of a rectangle"
    function: area
    reference: shapes
    points: 5
    cases:
      - {name: "two by three", args: [2, 3], shown: full}
      - {name: "drawn", generate: rectangles, count: 4, weight: 3}
      - {name: "negative", args: [-1, 2], raises: ValueError}
    wrong_answers: {half_the_rim: 0.4}
  - id: volume
    title: "The volume of a box"
    function: volume
    reference: shapes
    points: 4
    cases:
      - {name: "a cube", args: [2, 2, 2], shown: full}
      - {name: "a secret slab", args: [91, 73, 17]}
    builds_on: {questions: [area]}
  - id: mean
    title: "The mean side"
    function: mean
    reference: shapes
    points: 2
    compare: {atol: 1.0e-9}
    cases:
      - {name: "two sides", args: [[1.0, 2.0]], shown: full}
      - {name: "a secret list", args: [[3.5, 7.25, 11.125]]}
  - id: why
    title: "Why?"
    function: why
    points: 3
    marked_by: person
    form: {words: [3, 40]}
"""

REFERENCE = '''\
"""Rectangles."""

import numpy as np


def area(width: int, height: int) -> int:
    if width < 0 or height < 0:
        raise ValueError("a side is negative")
    return width * height


def half_the_rim(width: int, height: int) -> int:
    """Is that how much paint it takes, or how long a fence?"""
    return width + height


def volume(width: int, height: int, depth: int, *, area=area) -> int:
    return area(width, height) * depth


def mean(sides: list[float]) -> float:
    return sum(sides) / len(sides)


def rectangles(rng: np.random.Generator) -> tuple[int, int]:
    return int(rng.integers(2, 900)), int(rng.integers(2, 900))
'''

RIGHT = """\
def area(width, height):
    if width < 0 or height < 0:
        raise ValueError("negative")
    return width * height


def volume(width, height, depth):
    return area(width, height) * depth


def mean(sides):
    return sum(sides) / len(sides)


def why():
    return "Because it is so."
"""

# Every way of going right and wrong, by the name of who handed it in.
CLASS: Mapping[str, str] = {
    "ada": RIGHT,
    "bob": RIGHT.replace("return width * height", "return width + height"),
    "cleo": RIGHT.replace("Because it is so.", "because it is SO!"),
    "dan": "def area(width, height):\n    raise SystemExit\n",
    "eve": "import os\n\n\ndef area(width, height):\n    os.kill(os.getpid(), 9)\n",
    "fay": RIGHT.replace("len(sides)", "len(sides) + 1e-7").replace("Because it is so.", "No."),
    "gus": "this is not Python\n",
}


def course(root: Path, config: str = CONFIG, reference: str = REFERENCE) -> Path:
    """Writes a course; returns the path of its config."""
    (root / "reference").mkdir(parents=True, exist_ok=True)
    (root / "reference" / "shapes.py").write_text(reference)
    (root / "config.yaml").write_text(config)
    return root / "config.yaml"


def handed_in(root: Path, class_: Mapping[str, str] = CLASS) -> Path:
    """Writes what a class handed in, a folder each; returns the folder of the class."""
    for name, source in class_.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / "solution.py").write_text(source)
    return root


def export(
    path: Path, class_: Mapping[str, str], people: Mapping[str, list[dict[str, str]]]
) -> Path:
    """Writes a Gradescope export: a submission for each name of the class."""
    lines = []
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, source in class_.items():
            archive.writestr(f"assignment_1_export/{name}/solution.py", source)
            lines.append(f"{name}:\n  :submitters:")
            for person in people.get(name, []):
                fields = [f":{key}: {json.dumps(value)}" for key, value in person.items()]
                lines.append("  - " + "\n    ".join(fields))
        archive.writestr("assignment_1_export/submission_metadata.yml", "\n".join(lines) + "\n")
    path.write_bytes(buffer.getvalue())
    return path


@dataclass
class Watching:
    """Notes what a run tells."""

    marked_ids: list[str] = field(default_factory=list)
    skipped_ids: list[str] = field(default_factory=list)

    def skipped(self, row: Row) -> None:
        self.skipped_ids.append(row.id)

    def marked(self, marked: Marked) -> None:
        self.marked_ids.append(marked.id)


@dataclass
class Course:
    """A course on disk, as tests use it."""

    config: Path
    submissions: Path
    out: Path
    watching: Watching = field(default_factory=Watching)

    @property
    def assignment(self) -> Assignment:
        return read_assignment(self.config)

    def launcher(self, imports: tuple[str, ...]) -> Launcher:
        return start_launcher(Limits(call_s=1.0), imports=imports, isolation="preferred")

    def grade(self, out: Path | None = None, **options: Any) -> Outcome:
        self.watching = Watching()
        assignment = self.assignment
        return grade_class(
            assignment,
            find_submissions([self.submissions], expected_name=assignment.filename),
            out or self.out,
            open_launcher=self.launcher,
            **{"jobs": 1, "watcher": self.watching, **options},
        )


def command(*arguments: object) -> list[str]:
    code = "from grader.cli import main; main()"
    return [sys.executable, "-c", code, *map(str, arguments)]


def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs the command line as a user would."""
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=120, check=False, **options
    )


_TIMES = (
    (re.compile(rb'"execution_time": [0-9.]+'), b'"execution_time": 0'),
    (re.compile(rb"marked in [0-9.]+ s"), b"marked in 0 s"),
    (re.compile(rb'"number">[0-9.]+</td><td class="wide"'), b'"number"></td><td class="wide"'),
    (re.compile(rb"<section><h2>Failed and slow</h2>.*?</section>", re.DOTALL), b""),
)


def contents(out: Path) -> dict[str, bytes]:
    """Every file of a folder of results, without times; a record by its row and its calls."""
    return dict(_contents(out))


def _contents(out: Path) -> Iterator[tuple[str, bytes]]:
    from grader.classroom import records

    for path in sorted(out.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        name = path.relative_to(out).as_posix()
        if path.suffix == ".record":
            record = records.unpack(data)
            inputs_path = out / "staff" / "inputs" / record.head.inputs
            inputs = records.Inputs.unpack(inputs_path.read_bytes(), record.head.inputs)
            submission, transcript = records.unpack_body(
                record.body, submission_id=record.head.id, inputs=inputs, helpers={}
            )
            calls = {key: (o.outcome, o.stdout, o.stderr) for key, o in transcript.calls.items()}
            row = record.head.row
            _, named = records.source_of(record.body) if record.body else ((), {})
            told = (submission, named, calls, row.questions, row.flags, row.score)
            data = repr(told).encode()
        for pattern, blank in _TIMES:
            data = pattern.sub(blank, data)
        yield name, data


def as_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
