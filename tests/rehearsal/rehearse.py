"""The rehearsal: autograder.zip, built, set up and run as on Gradescope, on examples and attacks.

    python tests/rehearsal/rehearse.py            what `make rehearse` runs; as root, on Linux
    python tests/rehearsal/rehearse.py --all      every attack of the corpus that is a single file

For each submission a container is started from the image: half a core, 768 MB, the rights that
Docker leaves (container.py, inside.py). Then its results.json is held against the schema and
against what it has to earn, and memory, what was left behind and who may read what are looked at.
The images are looked at, too, and the container itself: whether it is as strict as it should be.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import re
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(Path(__file__).parent)]

from attacking import CONFIG as TARGETS  # noqa: E402 - found by the path above
from attacking import Attack, corpus, in_place  # noqa: E402
from container import Container, Finished, Limits, limits_are_real  # noqa: E402
from image import BUILD, BuildError, build  # noqa: E402

from grader.bundle.autograder import autograder_zip  # noqa: E402
from grader.model import Assignment, Question  # noqa: E402
from grader.pipeline import read_assignment  # noqa: E402

COURSE = TESTS.parent / "config.yaml"
EXAMPLES = TESTS.parent / "submissions_example"
SCHEMA = json.loads((TESTS / "gradescope.schema.json").read_text(encoding="utf-8"))
LIMITS = Limits(memory_bytes=768 << 20, cores=0.5)
LIMIT_S = 600.0
NUMPY_BYTES, TORCH_BYTES = 200 << 20, 600 << 20

REHEARSED_EXAMPLES = (
    "perfect_numpy",
    "perfect_torch",
    "perfect_notebook",
    "carried_forward",
    "no_bias",
    "crash",
    "infinite_loop",
    "syntax_error",
    "empty",
)
REHEARSED_ATTACKS = (
    "forging/exit_at_import",
    "forging/exit_in_thread",
    "forging/write_results",
    "forging/write_results_everywhere",
    "forging/wire_huge_length",
    "comparing/equal_to_everything",
    "reading/secret_file",
    "reading/course_files",
    "reading/memory_of_others",
    "reading/trace_others",
    "reading/whole_disk",
    "reading/network_tcp",
    "exhausting/answers",
    "exhausting/memory_steps",
    "exhausting/memory_shared",
    "exhausting/forks",
    "exhausting/threads_burn",
    "outliving/daemon",
    "outliving/kill_everybody",
    "outliving/files_everywhere",
)
SEALED = ("targets-reference-seal", "6814689833")
"""What stands in the targets' reference and among their hidden cases, and nowhere else."""

METADATA = {
    "id": 314159,
    "created_at": "2026-03-01T12:00:00.000000-08:00",
    "assignment": {
        "id": 2718,
        "course_id": 1618,
        "title": "Rehearsal",
        "due_date": "2026-03-02T23:59:00.000000-08:00",
        "late_due_date": None,
        "release_date": "2026-02-01T00:00:00.000000-08:00",
        "group_submission": False,
        "group_size": None,
        "total_points": "100.0",
    },
    "submission_method": "upload",
    "users": [{"id": 1, "name": "A Student", "email": "student@example.edu", "sid": None}],
    "previous_submissions": [],
}


@dataclass(frozen=True)
class Rehearsed:
    """One submission's run, and all that was wrong with it."""

    name: str
    finished: Finished
    results: Mapping[str, Any]
    failures: tuple[str, ...]


# --------------------------------------------------------------------------- one submission


class Stage:
    """An image, and the runs from it."""

    def __init__(self, name: str, config: Path) -> None:
        self.assignment: Assignment = read_assignment(config)
        self._image = build(name, autograder_zip(self.assignment, config))
        self._run = BUILD / f"run-{name}"

    def image_failures(self) -> Iterator[str]:
        """Yields what is wrong with the image itself."""
        layer = self._image.layer
        for place in ("usr/bin/python3", "usr/local/lib", "usr/local/bin"):
            if list(_files(layer / place)):
                yield f"setup.sh changed /{place}"
        source = layer / "autograder" / "source"
        for path in (source, *source.rglob("*")):
            if path.stat().st_uid != 0 or stat.S_IMODE(path.stat().st_mode) & 0o077:
                yield f"others than root may read /autograder/source/{path.relative_to(source)}"
        yield from self._package_failures(layer)

    def _package_failures(self, layer: Path) -> Iterator[str]:
        """Yields which packages are not those that requirements.txt pins."""
        (packages,) = (layer / "opt" / "grader" / "lib").glob("python3*/site-packages")
        python = packages.parent.name.removeprefix("python")
        named = (path.name.removesuffix(".dist-info") for path in packages.glob("*.dist-info"))
        found = {canonicalize_name(name.split("-")[0]): name.split("-")[1] for name in named}
        lines = (layer / "autograder" / "source" / "requirements.txt").read_text().splitlines()
        for wanted in map(Requirement, lines):
            if wanted.marker and not wanted.marker.evaluate({"python_version": python}):
                continue
            version = found.pop(canonicalize_name(wanted.name), "none")
            if version == "none" or not wanted.specifier.contains(version):
                yield f"{wanted} is pinned, {version} is installed"
            if wanted.name == "torch" and "torch" not in self.assignment.packages:
                yield "torch is installed, which no submission may use"
        own = {"pip", "setuptools"}  # what a new virtual environment holds
        if found.keys() - own:
            yield f"nobody asked for {', '.join(sorted(found.keys() - own))}"

    def hand_in(
        self,
        files: Mapping[str, bytes],
        command: Sequence[str] = (),
        *,
        limit_s: float = LIMIT_S,
        shows_groups: bool = True,
    ) -> _Run:
        """Runs run_autograder on a submission, in a container of its own."""
        shutil.rmtree(self._run, ignore_errors=True)
        layer = self._run / "layer"
        submission = layer / "autograder" / "submission"
        for name, content in files.items():
            (submission / name).parent.mkdir(parents=True, exist_ok=True)
            (submission / name).write_bytes(content)
        metadata = layer / "autograder" / "submission_metadata.json"
        metadata.write_text(json.dumps(METADATA))
        for folder in (layer, layer / "autograder", submission):
            folder.chmod(0o755)
        images = (self._image.layer, *self._image.images)
        container = Container(images, layer, shows_groups=shows_groups)
        # Gradescope's harness is process 1 and waits for the script; so does this shell
        script = "; ".join((*command, "cd /autograder", "./run_autograder", "exit $?"))
        finished = container.run(["/bin/bash", "-c", script], limits=LIMITS, limit_s=limit_s)
        return _Run(layer, finished)


@dataclass(frozen=True)
class _Run:
    """What a run left in its layer."""

    layer: Path
    finished: Finished

    @property
    def results(self) -> Any:
        path = self.layer / "autograder" / "results" / "results.json"
        return json.loads(path.read_bytes()) if path.is_file() else None

    def failures(self, most_bytes: int | None = None, changed: str = "") -> Iterator[str]:
        """Yields what must hold of every run, and did not; `changed` is a file of our own doing."""
        finished = self.finished
        if finished.code is None:
            yield f"was still running after {LIMIT_S:g} s"
        elif finished.code != 0:
            yield f"ended with exit code {finished.code}: {finished.output[-1500:]}"
        if most_bytes is not None and finished.peak_bytes > most_bytes:
            yield f"took {finished.peak_bytes >> 20} MB, more than {most_bytes >> 20} MB"
        if self.results is None:
            yield f"left no results: {finished.output[-1500:]}"
            return
        yield from invalid(self.results)
        autograder = self.layer / "autograder"
        for path, mode in (
            ("results", 0o700),
            ("submission", 0o700),
            ("submission_metadata.json", 0o600),
        ):
            if stat.S_IMODE((autograder / path).stat().st_mode) != mode:
                yield f"others than root may read /autograder/{path}"
        for file in _files(self.layer):
            if not file.is_relative_to(autograder / "submission") and file not in (
                autograder / "results" / "results.json",
                autograder / "submission_metadata.json",
                autograder / changed,
            ):
                yield f"left /{file.relative_to(self.layer)}"


def invalid(results: Any) -> Iterator[str]:
    """Yields where results break the schema."""
    for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(results):
        yield f"results.json: {error.json_path}: {error.message[:200]}"


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if not path.is_dir() or path.is_symlink():
            yield path


# --------------------------------------------------------------------------- examples


def rehearse_example(stage: Stage, name: str) -> Rehearsed:
    """Takes an example through a run and compares it with its expect.yaml."""
    folder = EXAMPLES / name
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in _files(folder)
        if path.name != "expect.yaml" and "__pycache__" not in path.parts
    }
    run = stage.hand_in(files)
    torch = any(b"torch" in content for content in files.values())
    failures = [*run.failures(TORCH_BYTES if torch else NUMPY_BYTES)]
    if run.results is not None:
        expect = yaml.safe_load((folder / "expect.yaml").read_text(encoding="utf-8"))
        failures += _unexpected(run.results, expect)
    return Rehearsed(name, run.finished, run.results or {}, tuple(failures))


def _unexpected(results: Any, expect: Any) -> Iterator[str]:
    extra = results["extra_data"]
    if extra["isolation"] != "strong":
        yield f"isolation is {extra['isolation']}"
    if results["score"] != expect["score"]:
        yield f"score {results['score']}, not {expect['score']}"
    found = {
        name: [question["status"], question["score"]]
        for name, question in extra["questions"].items()
        if question["status"] not in (expect["else"], "to_mark")
    }
    if found != expect["questions"]:
        yield f"questions {found}, not {expect['questions']}"


# --------------------------------------------------------------------------- attacks


class _Places(dict[str, str]):
    """Where things are in the container; what there is none of is process 1, or no file."""

    def __missing__(self, name: str) -> str:
        return "1"


PLACES = _Places(
    SECRET="/autograder/source/reference/targets.py",
    RESULTS="/autograder/results/results.json",
    SOURCE="/autograder/source",
    HOME="/autograder",
    PRECIOUS="/autograder/results",
    GRADER="2",  # the script's process, in which bash gives way to the grader
    LAUNCHER="3",
    NEIGHBOUR_HOME="/tmp",
    SOCKET="/run/socket",
    ABSTRACT="nobody",
    TCP="22",
    UDP="53",
    MARK="attack-was-here",
)


def rehearse_attack(stage: Stage, attack: Attack) -> Rehearsed:
    """Takes an attack through a run; it must earn what its honest functions earn."""
    source = in_place(attack.path.read_text(encoding="utf-8"), PLACES)
    run = stage.hand_in({"solution.py": source.encode()})
    failures = [*run.failures()]
    if run.results is not None:
        failures += _undue(run.results, attack, stage.assignment)
    return Rehearsed(attack.id, run.finished, run.results or {}, tuple(failures))


def _undue(results: Any, attack: Attack, assignment: Assignment) -> Iterator[str]:
    for question in assignment.questions:
        if question.marked_by_person:
            continue
        honest = question.points if question.id in attack.keeps else 0
        due = float(attack.earns.get(question.id, honest))
        found = results["extra_data"]["questions"][question.id]
        if found["score"] != due:
            yield f"{question.id}: {found['score']} points, not {due}"
    if any(seal in json.dumps(results) for seal in SEALED):
        yield "the results hold what only the reference knows"


def can_be_rehearsed(attack: Attack) -> bool:
    return not attack.builder and not attack.needs & {"torch"}


# --------------------------------------------------------------------------- the set-up

_ASKING = r"""
import os, time
kept = ("CapEff", "CapPrm", "CapBnd", "CapInh", "Seccomp", "NoNewPrivs")
for line in open("/proc/self/status"):
    if line.startswith(kept):
        print("asked", *line.split())
def tries(name, action):
    try:
        action()
    except OSError as error:
        print("asked", name, error.strerror)
    else:
        print("asked", name, "is allowed")
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
tries("mount", lambda: call("mount", b"none", b"/mnt", b"tmpfs", 0, None))
tries("unshare", lambda: call("unshare", 0x10000000))
tries("hostname", lambda: call("sethostname", b"other", 5))
tries("clock", lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()))
tries("sysctl", lambda: open("/proc/sys/kernel/hostname", "w"))
tries("kcore", lambda: open("/proc/kcore", "rb").read(1)[0])
started = time.monotonic()
while time.monotonic() < started + 2:
    pass
print("asked cores", round(time.process_time() / (time.monotonic() - started), 2))
"""
_CAPABILITIES = "00000000a80425fb"  # those that inside.py names, as a number
_DUE = {
    "CapEff:": _CAPABILITIES,
    "CapPrm:": _CAPABILITIES,
    "CapBnd:": _CAPABILITIES,
    "CapInh:": "0000000000000000",
    "Seccomp:": "2",
    "NoNewPrivs:": "0",
    "mount": "Operation not permitted",
    "unshare": "Operation not permitted",
    "hostname": "Operation not permitted",
    "clock": "Operation not permitted",
    "sysctl": "Read-only file system",
}


def rehearse_container(stage: Stage) -> Rehearsed:
    """Asks within the container what is allowed there; half a core must be half a core."""
    run = stage.hand_in({"solution.py": b""}, [f"/opt/grader/bin/python -c '{_ASKING}'"])
    pairs = re.findall(r"^asked (\S+) (.*)$", run.finished.output, re.MULTILINE)
    found = dict(pairs)
    failures = [*run.failures()]
    failures += [
        f"{name} {found.get(name)}, not {due}"
        for name, due in _DUE.items()
        if found.get(name) != due
    ]
    if "kcore" not in found or found["kcore"] == "is allowed":
        failures.append("the kernel's memory can be read")
    if limits_are_real() and not float(found.get("cores", "1")) <= 0.6:
        failures.append(f"{found.get('cores')} cores, not half a one")
    return Rehearsed("the container itself", run.finished, run.results or {}, tuple(failures))


_SECRETS = ("source/reference/targets.py", "source/config.yaml", "source/grader/pipeline.py")
_SECRETS += ("submission_metadata.json", "results/results.json")
_PEEKING = f"""
def pixels(height, width):
    for name in {_SECRETS}:
        try:
            print("opened", len(open("/autograder/" + name).read()), name)
        except OSError as error:
            print(error)
    return 0
"""
_UNISOLATED = "sed -i 's/ gradescope / gradescope --no-isolation /' /autograder/run_autograder"


def rehearse_peeking(stage: Stage) -> Rehearsed:
    """Reads what is root's alone twice: isolation must prevent what works without it."""
    files = {"solution.py": _PEEKING.encode()}
    bare = stage.hand_in(files, [_UNISOLATED])
    held = stage.hand_in(files)
    failures = [*held.failures()]
    for name in _SECRETS:
        opened = re.compile(rf"opened [1-9]\d* {re.escape(name)}")
        if not opened.search(bare.finished.output):
            failures.append(f"{name} cannot be read without isolation either")
        if opened.search(held.finished.output):
            failures.append(f"{name} can be read")
    return Rehearsed("reading what is root's", held.finished, held.results or {}, tuple(failures))


_HOG = """

def {function}(*args, **others):
    kept = []
    while True:
        kept.append(b"x" * (16 << 20))
"""


def rehearse_hog(stage: Stage) -> Rehearsed:
    """Takes more memory than the container has, in one function: the others keep their points."""
    files, due = _hog(stage)
    run = stage.hand_in(files)
    failures = [*run.failures()]
    if run.results is not None and run.results["score"] != due:
        failures.append(f"score {run.results['score']}, not {due}")
    if run.finished.killed_for_memory:
        failures.append("memory ran out in the container, before the worker came to its limit")
    return Rehearsed("all the memory there is", run.finished, run.results or {}, tuple(failures))


def rehearse_hidden_limit(stage: Stage) -> Rehearsed:
    """The same where nobody can know what the container has: no wrong score is published."""
    files, due = _hog(stage)
    run = stage.hand_in(files, shows_groups=False)
    failures = []
    if run.results is None:
        failures.append("left no results")
    else:
        failures += invalid(run.results)
        graded = run.results["extra_data"]["graded"]
        if run.results["score"] != (due if graded else 0) or graded is (run.finished.code != 0):
            failures.append(f"score {run.results['score']}, exit code {run.finished.code}")
    if limits_are_real() and not run.finished.killed_for_memory:
        failures.append("the container's memory was enough, which makes this no rehearsal")
    return Rehearsed("memory, the limit unseen", run.finished, run.results or {}, tuple(failures))


def _hog(stage: Stage) -> tuple[Mapping[str, bytes], float]:
    """A right solution but for one question, and what it has to earn."""
    question = next(q for q in stage.assignment.questions if q.cases and not _is_a_step(stage, q))
    right = (EXAMPLES / "perfect_numpy" / "solution.py").read_text(encoding="utf-8")
    due = sum(q.points for q in stage.assignment.questions if q.cases) - question.points
    files = {"solution.py": (right + _HOG.format(function=question.function)).encode()}
    return files, float(due)


def _is_a_step(stage: Stage, question: Question) -> bool:
    """Whether another question builds on this one."""
    chains = (q.builds_on.questions for q in stage.assignment.questions if q.builds_on)
    return any(question.id in chain for chain in chains)


# --------------------------------------------------------------------------- time is up

_SLEEPING = """
import time

def conv_output_size(size, kernel_size, stride=1, padding=0):
    time.sleep(0.8)
    return (size + 2 * padding - kernel_size) // stride + 1
"""
_IN_A_HURRY = "sed -i 's/submission: 20 s/submission: 2500 ms/' /autograder/source/config.yaml"


def rehearse_deadline(stage: Stage) -> Rehearsed:
    """Takes longer than a submission may: what was found by then is marked and published."""
    run = stage.hand_in({"solution.py": _SLEEPING.encode()}, [_IN_A_HURRY])
    failures = [*run.failures(changed="source/config.yaml")]
    if run.results is not None:
        question = next(q for q in stage.assignment.questions if q.id == "conv_output_size")
        if not 0 < run.results["score"] < float(question.points):
            failures.append(f"score {run.results['score']}, though some cases were right in time")
        if "the submission's time was used up" not in run.finished.output:
            failures.append("staff are not told that the time was used up")
    return Rehearsed("its own deadline", run.finished, run.results or {}, tuple(failures))


def rehearse_strike(stage: Stage) -> Rehearsed:
    """Is ended from outside, as by Gradescope's own limit: what stands there is no verdict."""
    run = stage.hand_in({"solution.py": _SLEEPING.encode()}, limit_s=2.0)
    failures = _not_a_verdict(run)
    if run.finished.code is not None:
        failures.append("it had ended by itself, which makes this no rehearsal")
    return Rehearsed("Gradescope's deadline", run.finished, run.results or {}, tuple(failures))


def _not_a_verdict(run: _Run) -> list[str]:
    if run.results is None:
        return ["left no results"]
    failures = [*invalid(run.results)]
    if run.results["score"] != 0 or run.results["extra_data"]["graded"]:
        failures.append(f"the results claim a verdict: {run.results['output']!r}")
    return failures


# --------------------------------------------------------------------------- the machine fails


def rehearse_without_python(stage: Stage) -> Rehearsed:
    """Runs where the virtual environment is gone: the results laid down first must stand."""
    run = stage.hand_in({"solution.py": b""}, ["rm -rf /opt/grader/bin"])
    failures = _not_a_verdict(run)
    if run.finished.code == 0:
        failures.append("nobody would notice: the exit code is 0")
    return Rehearsed("without Python", run.finished, run.results or {}, tuple(failures))


# --------------------------------------------------------------------------- all of them


def rehearse(*, every_attack: bool = False) -> Iterator[Rehearsed]:
    """Builds both images and yields each run when it is done. One rehearsal at a time."""
    with _alone():
        yield from _rehearse(every_attack)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Waits for another rehearsal to end, which has the same folders."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _rehearse(every_attack: bool) -> Iterator[Rehearsed]:
    course = Stage("course", COURSE)
    yield _of_the_image("the image of the course", course)
    for name in REHEARSED_EXAMPLES:
        yield rehearse_example(course, name)
    yield rehearse_hog(course)
    yield rehearse_hidden_limit(course)
    yield rehearse_without_python(course)
    targets = Stage("targets", TARGETS)
    yield _of_the_image("the image of the targets", targets)
    yield rehearse_container(targets)
    yield rehearse_peeking(targets)
    yield rehearse_deadline(targets)
    yield rehearse_strike(targets)
    for attack in corpus():
        if (every_attack or attack.id in REHEARSED_ATTACKS) and can_be_rehearsed(attack):
            yield rehearse_attack(targets, attack)


def _of_the_image(name: str, stage: Stage) -> Rehearsed:
    nothing = Finished(0, "", wall_s=0.0, peak_bytes=0, killed_for_memory=0)
    return Rehearsed(name, nothing, {}, tuple(stage.image_failures()))


def line_of(one: Rehearsed) -> str:
    score = one.results.get("score", "")
    took = f"{one.finished.wall_s:5.1f} s  {one.finished.peak_bytes >> 20:4d} MB"
    killed = f"  ({one.finished.killed_for_memory} out of memory)"
    return (
        f"{'FAILED' if one.failures else 'passed'}  {one.name:34}  {score!s:>6}  "
        f"{took if one.finished.wall_s else ''}"
        f"{killed if one.finished.killed_for_memory else ''}"
    )


def main() -> None:
    limited = "" if limits_are_real() else " NOT limited, as no control group may be made here:"
    say(f"half a core and 768 MB;{limited} score, time, memory of all processes at its highest\n")
    failed = 0
    try:
        for one in rehearse(every_attack="--all" in sys.argv[1:]):
            say(line_of(one))
            for failure in one.failures:
                say(f"        {failure}")
            failed += bool(one.failures)
    except BuildError as error:
        say(str(error))
        failed += 1
    say(f"\n{failed} failed." if failed else "\nAll went well.")
    sys.exit(bool(failed))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
