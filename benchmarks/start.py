"""What a self-check costs a student: time and memory of `grader check` on a NumPy solution.

    .venv/bin/python benchmarks/start.py

Times are compared within one run, taken in turns, so that a busy machine slows both alike: the
check against starting Python and importing NumPy twice, which is what a grader and a worker of its
own cannot do without. By the clock the two can be had at once, where there are two cores. Memory is
the greatest sum, over all processes of the check, of their proportional set sizes (Linux).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from measuring import run

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "submissions_example" / "perfect_numpy"
GRADER = [sys.executable, "-m", "grader"]
ROUNDS = 9
TWICE = [sys.executable, "-c", "import subprocess, sys, numpy; "
         "subprocess.run([sys.executable, '-c', 'import numpy'])"]  # fmt: skip


def ratios(command: list[str], folder: Path, rounds: int = ROUNDS) -> tuple[float, float, float]:
    """How a command compares with Python and NumPy twice: clock, processor time; and MB."""
    peak_mb = run(command, folder, memory=True).peak_mb  # and warm: byte code, file cache
    pairs = [(run(command, folder), run(TWICE, folder)) for _ in range(rounds)]
    wall = median(ours.wall_s / floor.wall_s for ours, floor in pairs)
    cpu = median(ours.cpu_s / floor.cpu_s for ours, floor in pairs)
    return wall, cpu, peak_mb


def unpacked_handout(place: Path) -> Path:
    """Lays the handout out, as a student unpacks it; returns its folder."""
    run([*GRADER, "build", "--out", str(place / "built")], ROOT)
    there = place / "unpacked"
    run(
        [sys.executable, "-m", "zipfile", "-e", str(place / "built/handout.zip"), str(there)], place
    )
    (folder,) = there.iterdir()
    return folder


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        handout = unpacked_handout(Path(place))
        for name, folder in {"handout": handout, "full assignment": ROOT}.items():
            wall, cpu, peak_mb = ratios([*GRADER, "check", str(EXAMPLE)], folder)
            print(
                f"{name}: {wall:.2f} x Python and NumPy twice ({cpu:.2f} x in processor time); "
                f"{peak_mb:.0f} MB"
            )


if __name__ == "__main__":
    main()
