"""Memory, time and files: however a function uses them up, it is stopped and told so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from sandboxes import LIMITS, Run, submission

from grader.model import Killed, Outcome, Raised, Returned, TimedOut
from grader.sandbox import Launcher, scratch, start_launcher

OUT_OF_MEMORY = Killed("memory", "out of memory at 128 MB")


@pytest.fixture(scope="module")
def small() -> Iterator[Launcher]:
    limits = replace(LIMITS, memory_bytes=128 << 20, call_s=30.0, file_bytes=1 << 20)
    with start_launcher(limits, isolation="preferred") as launcher:
        yield launcher


def outcome_and_next(launcher: Launcher, body: str) -> Outcome:
    """What a function comes to; the next call must find everything in order."""
    text = f"def f():\n    {body}\ndef g():\n    return 1\n"
    with launcher.open(submission(text)) as session:
        outcome = session.call("f", ()).outcome
        assert session.call("g", ()).outcome == Returned(1)
        return outcome


MEMORY = {
    "at once": "return len(bytearray(1 << 30))",
    "in steps": "x = []\n    while True: x.append(bytearray(1 << 20))",
    "in small objects": "x = []\n    while True: x.append([len(x)] * 50)",
    "an array": "import numpy as np; return np.ones((1 << 14, 1 << 14))",
    "by private mapping": "import mmap\n    x = []\n    while True:\n"
    "        x.append(mmap.mmap(-1, 1 << 24, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))\n"
    "        x[-1][:] = b'a' * (1 << 24)",
    "by threads": "import threading\n    def g():\n        x = []\n        try:\n"
    "            while True: x.append(bytearray(1 << 20))\n"
    "        except MemoryError: return\n"
    "    for _ in range(4):\n        try: threading.Thread(target=g).start()\n"
    "        except RuntimeError: pass\n    bytearray(1 << 30)",
    "a big integer": "return 1 << (1 << 33)",
    "a long text": "return 'a' * (1 << 32)",
    "in an exception": "raise ValueError(['a'] * (1 << 30))",
}


@pytest.mark.parametrize("body", MEMORY.values(), ids=MEMORY.keys())
def test_a_function_that_outgrows_its_memory_is_told_so(small: Launcher, body: str) -> None:
    outcome = outcome_and_next(small, body)
    if "mmap" in body:  # mapping says so by an OSError
        assert isinstance(outcome, Raised)
        assert "Cannot allocate memory" in outcome.message
    else:
        assert outcome == OUT_OF_MEMORY


SHARED = {
    "shared mappings": "import mmap; return len(mmap.mmap(-1, 1 << 28))",
    "memory files": "import os; return os.memfd_create('x')",
    "shared segments": "from multiprocessing import shared_memory\n"
    "    return shared_memory.SharedMemory(create=True, size=1 << 28).size",
}


@pytest.mark.parametrize("body", SHARED.values(), ids=SHARED.keys())
def test_memory_that_no_limit_counts_is_refused(small: Launcher, body: str) -> None:
    outcome = outcome_and_next(small, body)
    assert isinstance(outcome, Raised)
    assert "OSError" in outcome.bases


def test_a_function_that_copes_with_a_lack_of_memory_goes_on(small: Launcher) -> None:
    body = "try:\n        bytearray(1 << 30)\n    except MemoryError:\n        return 7"
    assert outcome_and_next(small, body) == Returned(7)


ENDLESS = {
    "a loop": "while True: pass",
    "a loop in C": "return sum(iter(int, 1))",
    "sleep": "import time; time.sleep(100)",
    "waiting for itself": "import threading; threading.Event().wait()",
    "a regular expression": "import re; return re.match('(a+)+$', 'a' * 40 + 'b')",
    "signals ignored": "import signal\n    for s in (1, 2, 15, 14, 24):\n"
    "        signal.signal(s, signal.SIG_IGN)\n    while True: pass",
    "signals blocked": "import signal\n"
    "    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n    while True: pass",
    "exceptions swallowed": "while True:\n        try:\n            while True: pass\n"
    "        except BaseException: pass",
    "a process stopped": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "reading what never comes": "import os; r, w = os.pipe(); return os.read(r, 1)",
    "its end in a thread": "import threading\n    def g():\n        while True: pass\n"
    "    threading.Thread(target=g).start()\n    threading.Event().wait()",
    "a slow text of its exception": "class E(Exception):\n        def __str__(self):\n"
    "            while True: pass\n    raise E",
}


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS.keys())
def test_a_function_that_does_not_return_is_ended_by_the_clock(body: str) -> None:
    started = time.monotonic()
    with start_launcher(replace(LIMITS, call_s=0.3), isolation="preferred") as launcher:
        assert outcome_and_next(launcher, body) == TimedOut(0.3)
    assert time.monotonic() - started < 10


def test_processor_time_burnt_in_threads_counts() -> None:
    body = (
        "import threading, hashlib\n    data = bytes(1 << 24)\n    def g():\n"
        "        while True: hashlib.sha256(data)\n"
        "    for _ in range(8): threading.Thread(target=g, daemon=True).start()\n    g()"
    )
    with start_launcher(replace(LIMITS, call_s=1.0), isolation="preferred") as launcher:
        outcome = outcome_and_next(launcher, body)
    # One core to itself is within its limit by the clock; more than one is over it before.
    assert outcome in (Killed("cpu", "used more than 1 s of processor time"), TimedOut(1.0))


def test_the_processor_time_of_a_workers_life_is_bounded_by_the_kernel_too() -> None:
    limits = replace(LIMITS, load_s=0.4, call_s=5.0, submission_s=0.6)
    text = (
        "import signal, os\ndef f():\n    signal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
        "    import resource\n    return resource.getrlimit(resource.RLIMIT_CPU)\n"
    )
    with (
        start_launcher(limits, isolation="preferred") as launcher,
        launcher.open(submission(text)) as session,
    ):
        assert session.call("f", ()).outcome == Returned((1, 2))


FILES = {
    "one large file": "f = open('x', 'wb')\n    f.write(bytes(1 << 21)); f.flush()",
    "a sparse file": "f = open('x', 'wb'); f.truncate(1 << 40)",
    "too many descriptors": "return [open('/dev/null') for _ in range(1000)]",
    "many processes": "import os\n    while True: os.fork()",
    "another program": "import subprocess; return subprocess.run(['true']).returncode",
}


@pytest.mark.parametrize("body", FILES.values(), ids=FILES.keys())
def test_what_else_there_is_little_of_is_refused(small: Launcher, body: str) -> None:
    outcome = outcome_and_next(small, body)
    assert isinstance(outcome, Raised)
    assert "OSError" in outcome.bases


DISKS = {
    "many files": (
        "i = 0\n    while True:\n        open(str(i), 'w').close(); i += 1",
        "stopped: it made more than 2,000 files",
    ),
    "many megabytes": (
        "i = 0\n    while True:\n        open(str(i), 'wb').write(bytes(1 << 20)); i += 1",
        "stopped: it wrote more than 4 MB of files",
    ),
    "many levels": (
        "import os\n    while True:\n        os.mkdir('d'); os.chdir('d')",
        "stopped: it ",
    ),
}


@pytest.mark.parametrize(("body", "detail"), DISKS.values(), ids=DISKS.keys())
def test_a_worker_that_fills_the_disk_is_stopped(small: Launcher, body: str, detail: str) -> None:
    outcome = outcome_and_next(small, body)
    assert isinstance(outcome, Killed)
    assert outcome.detail.startswith(detail)


def test_files_that_were_handed_in_are_not_counted(small: Launcher) -> None:
    helpers = {"data/large.bin": bytes(6 << 20)}
    text = "import time\ndef f():\n    time.sleep(0.6)\n    return 1\n"
    with small.open(submission(text, helpers=helpers)) as session:
        assert session.call("f", ()).outcome == Returned(1)


def test_what_a_directory_has_outgrown_is_counted_beyond_what_was_allowed(tmp_path: Path) -> None:
    for i in range(3):
        (tmp_path / str(i)).write_bytes(bytes(1 << 20))
    assert scratch.excess(tmp_path, most_bytes=4 << 20) == ""
    assert "more than 1 MB" in scratch.excess(tmp_path, most_bytes=1 << 20)
    assert scratch.excess(tmp_path, most_bytes=1 << 20, allowed_bytes=2 << 20) == ""
    for i in range(scratch.MAX_ENTRIES):
        (tmp_path / f"small-{i}").touch()
    assert "more than 2,000 files" in scratch.excess(tmp_path, most_bytes=4 << 20)
    assert scratch.excess(tmp_path, most_bytes=4 << 20, allowed_files=3) == ""


def test_memory_that_was_freed_can_be_used_again(run: Run) -> None:
    text = "def f():\n    for _ in range(8):\n        bytearray(1 << 27)\n    return 1\n"
    assert run.call(text).outcome == Returned(1)


@pytest.mark.parametrize("layer", ["nothing", "own_user"])
def test_threads_are_counted_also_where_the_user_is_shared(layer: str) -> None:
    """Started by the system's own call they need next to no memory, and take all that there are."""
    text = "import resource\ndef f():\n    return list(resource.getrlimit(resource.RLIMIT_NPROC))\n"
    with (
        start_launcher(LIMITS, isolation="preferred", without=frozenset({layer})) as launcher,
        launcher.open(submission(text)) as session,
    ):
        outcome = session.call("f", ()).outcome
        is_alone = "own_user" in launcher.isolation.layers
    assert isinstance(outcome, Returned)
    assert isinstance(outcome.value, list)
    soft, hard = outcome.value
    assert soft == hard
    # enough, whoever the threads of this machine belong to, and no more
    everybodys = int(Path("/proc/loadavg").read_text().split("/")[1].split()[0])
    assert isinstance(soft, int)
    others = soft - LIMITS.processes
    assert others == 0 if is_alone else everybodys // 2 < others < 10_000 + 2 * everybodys
