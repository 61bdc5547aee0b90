"""What marking costs, next to the least that it could cost and to other graders: `make bench`.

    .venv/bin/python benchmarks/bench.py [--students 1000] [--no-peers] [--out FOLDER]

All mark the same small assignment (course.py). Times are of one submission: of processor, and by
the clock, on one core. The *floor* calls a submission's functions and does nothing else (floor.py).
How many times as many a class marks as another grader is told by the processor's time, and by the
clock with all cores, as classes come: others mark one after the other. Everything is measured in
one run, the floor just before what is compared with it, so that a busy machine slows both alike;
still, it should have nothing else to do. Prints a table in Markdown; writes it, and all numbers as
JSON, to a folder.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from course import EXAMPLES, Call, calls_of, cut_course, write_calls, write_class
from measuring import Cost, machine, run
from msgspec import Struct, to_builtins

ROOT = Path(__file__).parent.parent
GRADER = (sys.executable, "-m", "grader", "grade")
FLOOR = (sys.executable, str(Path(__file__).parent / "floor.py"))
CORES = len(os.sched_getaffinity(0))
SMALL_CLASS = 50


class Line(Struct, frozen=True):
    """What one submission costs: seconds on one core, by the clock and of processor time."""

    arrays: str
    what: str
    wall_s: float
    cpu_s: float
    floor_wall_s: float
    floor_cpu_s: float
    peak_mb: float  # of all processes together

    @property
    def times(self) -> float:
        """The processor time as a multiple of the floor's, which other programs do not sway."""
        return self.cpu_s / self.floor_cpu_s

    @property
    def times_by_the_clock(self) -> float:
        """The same by the clock."""
        return self.wall_s / self.floor_wall_s


class Bench:
    """The small assignment, laid out once for all that mark it."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._config = cut_course(place / "course")
        self.calls: list[Call] = calls_of(self._config)
        self._inputs = write_calls(self.calls, place / "calls.pickle")

    def cold(self, arrays: str, solution: Path, rounds: int) -> Line:
        """One submission, from nothing: Python is started and NumPy imported by both."""
        command = self._grade(solution, jobs=1)
        peak_mb = run(command, ROOT, memory=True).peak_mb  # and warm: byte code, file cache
        found = []
        for _ in range(rounds):
            floor = run([*FLOOR, str(self._inputs), str(solution)], ROOT)
            found.append((run(command, ROOT), floor))
        return _line(arrays, "one, cold", found, 1, 1, peak_mb)

    def whole_class(self, arrays: str, students: int, jobs: int) -> Line:
        """A class, from the command to the report."""
        folder = self._place / f"{arrays}-{students}"
        if not folder.exists():
            write_class(folder, students, torch=arrays == "torch")
        bare = [*FLOOR, str(self._inputs), str(folder), *(["torch"] if arrays == "torch" else [])]
        floor = run(bare, ROOT)
        ours = run(self._grade(folder, jobs=jobs), ROOT, memory=True)
        what = f"class of {students:,}, {jobs} at a time"
        return _line(arrays, what, [(ours, floor)], students, jobs, ours.peak_mb)

    def peers(self, arrays: str, solution: Path, cold: Line, only: int) -> Iterator[Line]:
        """The first of the others, which take one submission at a time, each from nothing."""
        import peers  # late: it is left out by --no-peers

        peers.install()
        for name, mark in list(peers.PEERS.items())[:only]:
            place = self._place / arrays / name
            place.mkdir(parents=True)
            costs = [mark(self.calls, solution, place) for _ in range(2)]
            best = min(costs)
            floor = (cold.floor_wall_s, cold.floor_cpu_s)
            yield Line(arrays, name, best.wall_s, best.cpu_s, *floor, best.peak_mb)

    def _grade(self, submissions: Path, *, jobs: int) -> list[str]:
        out = tempfile.mkdtemp(dir=self._place)
        options = ("--out", out, "--config", str(self._config), "--jobs", str(jobs))
        return [*GRADER, str(submissions), *options]


def _line(
    arrays: str,
    what: str,
    rounds: list[tuple[Cost, Cost]],
    students: int,
    jobs: int,
    peak_mb: float,
) -> Line:
    ours, floors = zip(*rounds, strict=True)
    return Line(
        arrays,
        what,
        median(cost.wall_s for cost in ours) * jobs / students,
        median(cost.cpu_s for cost in ours) / students,
        median(cost.wall_s for cost in floors) / students,
        median(cost.cpu_s for cost in floors) / students,
        peak_mb,
    )


def measured(place: Path, given: argparse.Namespace) -> Iterator[Line]:
    """Measures one thing after the other."""
    bench = Bench(place)
    print(f"{len(bench.calls)} calls a submission. {machine()}.", flush=True)
    classes = sorted({min(SMALL_CLASS, given.students), given.students})
    kinds = {"NumPy": ("perfect_numpy", 3), "torch": ("perfect_torch", 1)}
    for arrays, (example, others) in kinds.items():
        if given.only not in (None, arrays) or find_spec(arrays.lower()) is None:
            continue
        solution = EXAMPLES / example / "solution.py"
        yield (cold := bench.cold(arrays, solution, given.rounds))
        if not given.no_peers:
            yield from bench.peers(arrays, solution, cold, only=others)
        for students in classes:
            yield bench.whole_class(arrays, students, CORES)
    if given.only != "torch":  # what another at a time takes
        for jobs in sorted({1, CORES + 1, 2 * CORES} - {CORES}):
            yield bench.whole_class("NumPy", given.students, jobs)


def table(lines: list[Line]) -> str:
    """The lines in Markdown: ratios, as seconds are of this machine alone."""
    several = [line for line in lines if line.what.startswith("class of")]
    classes = {line.arrays: line for line in several if line.what.endswith(f"{CORES} at a time")}
    rows = [
        "| one submission | processor | times the floor | clock | times the floor "
        f"| a class is faster: processor | clock, {CORES} cores | peak |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for line in lines:
        one = classes.get(line.arrays)
        alone = one is not None and line not in several
        by_processor = f"{line.cpu_s / one.cpu_s:.1f}" if one and alone else ""
        by_the_clock = f"{line.wall_s / one.wall_s * CORES:.1f}" if one and alone else ""
        rows.append(
            f"| {line.arrays}: {line.what} | {1000 * line.cpu_s:.0f} ms | {line.times:.1f} "
            f"| {1000 * line.wall_s:.0f} ms | {line.times_by_the_clock:.1f} "
            f"| {by_processor} | {by_the_clock} | {line.peak_mb:.0f} MB |"
        )
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures what marking costs.")
    parser.add_argument("--students", type=int, default=1000, help="in the large class")
    parser.add_argument("--rounds", type=int, default=5, help="of one submission alone")
    parser.add_argument("--no-peers", action="store_true", help="without other graders")
    parser.add_argument("--only", choices=("NumPy", "torch"), help="one of the kinds")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as place:
        for line in measured(Path(place), given):
            lines.append(line)
            print(f"  {line.arrays}: {line.what}: {line.times:.2f} x the floor", flush=True)
            _write(lines, given.out)
    print(f"\n{table(lines)}\n\nWritten to {given.out}")


def _write(lines: list[Line], out: Path) -> None:
    (out / "bench.md").write_text(table(lines) + "\n", encoding="utf-8")
    document = {"machine": machine(), "lines": to_builtins(lines)}
    (out / "bench.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
