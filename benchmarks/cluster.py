"""What a cluster costs and where its limits are, measured with all of it on this one machine.

    .venv/bin/python benchmarks/cluster.py [SUBMISSIONS]

A class is made of the examples, each with a line of its own so that none is the same, without the
ones that wait for time limits. It is marked here and on a scheduler with one worker, both with as
many desks as there are cores, in turns: their ratio is what handing over costs. Of the grader and
the scheduler the processor time is taken, as each is alone in a cluster of any size: its inverse
is the most that the whole can reach. The grader's is the difference of two classes, so that what
it does once does not count; the scheduler's is taken while it hands over tasks and results of the
usual size as fast as it can, as otherwise it would be that of waiting.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import mean, median

import psutil
from msgspec.structs import replace

from grader.classroom import remote
from grader.classroom.cluster import Sent, _parcel
from grader.classroom.desk import Desk, Marked, Task
from grader.model import Assignment
from grader.pipeline import read_assignment
from grader.sandbox import start_launcher
from grader.submission import find_submissions, read_handed

ROOT = Path(__file__).parent.parent
WAIT = {"infinite_loop"}
ROUNDS = 2
HANDED = 1_000
CORES = os.cpu_count() or 1


def make_class(folder: Path, count: int) -> None:
    examples = sorted(p for p in (ROOT / "submissions_example").iterdir() if p.name not in WAIT)
    files = [file for each in examples for file in each.glob("*.py")]
    for number in range(count):
        place = folder / f"s{number:06}"
        place.mkdir(parents=True)
        source = files[number % len(files)].read_bytes()
        (place / "solution.py").write_bytes(source + f"\n\n# {number}\n".encode())


def start(module: str, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
    with log.open("ab") as file:
        return subprocess.Popen(command, stdout=file, stderr=file)


@contextmanager
def cluster(root: Path) -> Iterator[tuple[str, psutil.Process]]:
    contact, log = root / "scheduler.json", root / "log"
    scheduler = start(
        "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
        "--scheduler-file", str(contact), log=log,
    )  # fmt: skip
    while not (contact.exists() and contact.read_text()):
        time.sleep(0.1)
    address = json.loads(contact.read_text())["address"]
    worker = start(
        "dask_worker", address, "--nthreads", str(CORES), "--memory-limit", "0", "--no-nanny",
        "--no-dashboard", "--local-directory", str(root), log=log,
    )  # fmt: skip
    try:
        yield address, psutil.Process(scheduler.pid)
    finally:
        worker.kill()
        scheduler.kill()
        worker.wait()
        scheduler.wait()


def grade(class_: Path, out: Path, *options: str) -> tuple[float, float]:
    """Marks a class; returns seconds by the clock, and of processor time of it and its children."""
    code = "from grader.cli import main; main()"
    command = [sys.executable, "-c", code, "grade", str(class_), "--out", str(out), *options]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"grading ended with {process.returncode}")
    return time.perf_counter() - started, used.ru_utime + used.ru_stime


def open_desk(assignment: Assignment) -> Desk:
    return Desk(assignment, lambda imports: start_launcher(assignment.limits, imports=imports))


def sizes() -> tuple[int, int, int]:
    """Bytes of the parcel, of a task and of what comes back (both: means of the examples)."""
    assignment = read_assignment(ROOT / "config.yaml")
    sent = Sent(ROOT / "config.yaml", assignment.packages, "preferred")
    handed_in = find_submissions([ROOT / "submissions_example"], expected_name=assignment.filename)
    tasks: list[int] = []
    results: list[int] = []
    with open_desk(assignment) as desk:
        machine = remote.this_machine(assignment.packages)
        parcel = len(pickle.dumps(_parcel(desk, sent, machine)))
        for handed in handed_in:
            if handed.id not in WAIT:
                task = Task(handed.id, read_handed(handed, expected_name=assignment.filename))
                marked = desk.mark(task)
                tasks.append(len(pickle.dumps(task)))
                results.append(len(pickle.dumps(replace(marked, card=None))))
    return parcel, round(mean(tasks)), round(mean(results))


def handing_over(address: str, scheduler: psutil.Process, task: int, result: int) -> float:
    """Seconds of the scheduler's processor time for a task that takes no time itself."""
    from distributed import Client

    from grader.classroom import cluster as clusters

    def at_once(task: bytes, parcel: object) -> bytes:
        return os.urandom(result)

    marking, clusters.remote.mark = clusters.remote.mark, at_once  # type: ignore[assignment]
    assignment = read_assignment(ROOT / "config.yaml")
    sent = Sent(ROOT / "config.yaml", assignment.packages, "off")
    with (
        Client(address, set_as_default=False) as client,
        open_desk(assignment) as desk,
    ):
        parcel = _parcel(desk, sent, remote.this_machine(assignment.packages))
        run = clusters._Run(client, parcel, desk, threading.Event())
        before = sum(scheduler.cpu_times()[:2])
        done = sum(1 for _ in run.work(iter([os.urandom(task)] * HANDED)))  # type: ignore[list-item]
        used = sum(scheduler.cpu_times()[:2]) - before
        run.close()
    clusters.remote.mark = marking
    return used / done


def first_and_later() -> tuple[float, float]:
    """Seconds until a new desk's first answer, and until each later one."""
    assignment = read_assignment(ROOT / "config.yaml")
    sent = Sent(ROOT / "config.yaml", assignment.packages, "required")
    example = ROOT / "submissions_example" / "perfect_numpy"
    (handed,) = find_submissions([example], expected_name=assignment.filename)
    task = Task(handed.id, read_handed(handed, expected_name=assignment.filename))
    with open_desk(assignment) as desk:
        parcel = _parcel(desk, sent, remote.this_machine(assignment.packages))
    times = []
    started = time.perf_counter()
    member = remote._Member(parcel)
    for _ in range(10):
        answer = member.ask(task, 600)
        if not isinstance(answer, Marked):
            sys.exit(f"the desk said: {answer}")
        times.append(time.perf_counter() - started)
        started = time.perf_counter()
    member.end()
    return times[0], median(times[1:])


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    here, there, all_s, grader_s = [], [], [], []
    parcel, task, result = sizes()
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        make_class(root / "class", count)
        make_class(root / "part", count // 4)
        with cluster(root) as (address, scheduler):
            for number in range(ROUNDS):
                wall, used = grade(root / "class", root / f"here{number}", "--jobs", str(CORES))
                here.append(count / wall)
                all_s.append(used / count)
                wall, used = grade(root / "class", root / f"there{number}", "--cluster", address)
                there.append(count / wall)
                _, part = grade(root / "part", root / f"part{number}", "--cluster", address)
                grader_s.append((used - part) / (count - count // 4))
            scheduler_s = handing_over(address, scheduler, task, result)
    first, later = first_and_later()
    print(f"{count} submissions, {CORES} desks, {ROUNDS} rounds in turns")
    print(f"here           {mean(here):8.1f} a second, {mean(here) / CORES:.1f} a core")
    print(f"on a cluster   {mean(there):8.1f} a second; {mean(there) / mean(here):.2f} of that")
    print(f"all of it      {1000 * mean(all_s):8.1f} ms of processor time a submission, here")
    print(f"the grader     {1000 * mean(grader_s):8.1f} ms of processor time a submission")
    print(f"the scheduler  {1000 * scheduler_s:8.1f} ms of processor time a submission")
    print(f"a new desk     {first / later:8.1f} submissions' time until its first answer")
    print(f"the parcel     {parcel / 1000:8.1f} kB, once a worker")
    print(f"a task         {task / 1000:8.1f} kB")
    print(f"a result       {result / 1000:8.1f} kB")


if __name__ == "__main__":
    main()
