"""What a self-check costs a student: time and memory of `grader check` on a NumPy solution.

    .venv/bin/python benchmarks/start.py

Times are compared within one run, taken in turns, so that a busy machine slows both alike: the
check against starting Python and importing NumPy twice, which is what a grader and a worker of its
own cannot do without. Memory is the greatest sum, over all processes of the check, of their
proportional set sizes (Linux).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "submissions_example" / "perfect_numpy"
ROUNDS = 9
TWICE = [sys.executable, "-c", "import subprocess, sys, numpy; "
         "subprocess.run([sys.executable, '-c', 'import numpy'])"]  # fmt: skip


def seconds(command: list[str], folder: Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def peak_mb(command: list[str], folder: Path) -> float:
    """The greatest sum of proportional set sizes of the command and all that it started."""
    peak = 0.0
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as running:
        while running.poll() is None:
            peak = max(peak, sum(pss_mb(pid) for pid in descendants(running.pid)))
            time.sleep(0.002)
    return peak


def descendants(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def pss_mb(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def main() -> None:
    grader = [sys.executable, "-m", "grader"]
    checks = {"full assignment": ([*grader, "check", str(EXAMPLE)], ROOT)}
    with tempfile.TemporaryDirectory() as place:
        handout = Path(place)
        if built(grader, handout):
            checks["handout"] = ([*grader, "check", str(EXAMPLE)], handout)
        for name, (command, folder) in checks.items():
            seconds(command, folder)  # warm: byte code, file cache
            ours, floor = [], []
            for _ in range(ROUNDS):
                floor.append(seconds(TWICE, folder))
                ours.append(seconds(command, folder))
            ratio = median(a / b for a, b in zip(ours, floor, strict=True))
            print(
                f"{name}: {ratio:.2f} x Python and NumPy twice; {peak_mb(command, folder):.0f} MB"
            )


def built(grader: list[str], place: Path) -> bool:
    """Lays the handout out in `place`, as a student unpacks it."""
    out = place / "built"
    done = subprocess.run([*grader, "build", "--out", str(out)], cwd=ROOT, capture_output=True)
    if done.returncode:
        return False
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(out / "handout.zip"), str(place)])
    return True


if __name__ == "__main__":
    main()
