"""A class that is marked on a cluster: the same files as here, whatever becomes of the workers."""

from __future__ import annotations

import csv
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import psutil
import pytest
from coursework import CLASS, RIGHT, Course, command, contents, export, handed_in, run
from dask_cluster import Cluster, cluster_of, descendants, end_at_once, wait_until
from msgspec.structs import replace

from grader.classroom import cluster as clusters
from grader.classroom import remote
from grader.classroom.cluster import ClusterError, Sent, cluster
from grader.classroom.desk import Desk, Marked, Task
from grader.classroom.desks import DeskError
from grader.classroom.remote import Machine
from grader.classroom.run import MarkAll
from grader.errors import IsolationError, NotWrittenError, UsageError
from grader.sandbox import start_launcher
from grader.sandbox.supervisor import IsolationMode
from grader.submission import find_submissions, read_handed


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster_of(tmp_path_factory.mktemp("cluster"), workers=2) as running:
        yield running


def grade_on(running: Cluster, course: Course, out: Path | None = None, **options: Any) -> Any:
    sent = Sent(course.config, (), "preferred", (course.config, course.out))
    with cluster(running.address, sent, say=print) as mark:
        return course.grade(out, mark=mark, **options)


def test_a_cluster_writes_the_same_files_as_this_machine(
    small_course: Course, two_workers: Cluster, tmp_path: Path
) -> None:
    small_course.grade(tmp_path / "here")
    grade_on(two_workers, small_course, tmp_path / "there")
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_a_run_leaves_nothing_running_on_the_workers(
    small_course: Course, two_workers: Cluster
) -> None:
    grade_on(two_workers, small_course)
    wait_until(lambda: not any(map(descendants, two_workers.workers)))


# --------------------------------------------------------------------------- what is lost


def after(count: int, mark: MarkAll, act: Callable[[], object]) -> MarkAll:
    """Marks, and does something when so many have been marked."""

    def marking(tasks: Iterable[Task], make_desk: Callable[[], Desk]) -> Iterator[Marked]:
        for number, marked in enumerate(mark(tasks, make_desk), 1):
            yield marked
            if number == count:
                act()

    return marking


def grade_until(running: Cluster, course: Course, count: int, act: Callable[[], object]) -> Any:
    sent = Sent(course.config, (), "preferred", (course.config, course.out))
    with cluster(running.address, sent, say=print) as mark:
        return course.grade(mark=after(count, mark, act))


@pytest.fixture
def class_of_twenty(small_course: Course, tmp_path: Path) -> Course:
    slow = RIGHT.replace("return width * height", "__import__('time').sleep(.05)\n    return 6")
    handed_in(small_course.submissions, {f"slow{n:02}": f"{slow}\nN = {n}\n" for n in range(13)})
    small_course.grade(tmp_path / "here")
    return small_course


def test_a_worker_that_is_killed_loses_nothing(class_of_twenty: Course, tmp_path: Path) -> None:
    with cluster_of(tmp_path / "cluster", workers=2) as running:
        grade_until(running, class_of_twenty, 3, lambda: end_at_once(running.workers[0]))
    assert contents(class_of_twenty.out) == contents(tmp_path / "here")
    marked = class_of_twenty.watching.marked_ids
    assert len(marked) == len(set(marked)) == 20


@pytest.mark.slow
def test_a_worker_that_joins_late_can_carry_on_alone(
    class_of_twenty: Course, tmp_path: Path
) -> None:
    with cluster_of(tmp_path / "cluster", workers=1) as running:

        def replace_the_worker() -> None:
            running.start_worker()
            running.wait_for_workers(2)
            end_at_once(running.workers[0])

        grade_until(running, class_of_twenty, 2, replace_the_worker)
    assert contents(class_of_twenty.out) == contents(tmp_path / "here")


@pytest.mark.slow
def test_a_desk_that_is_killed_loses_nothing(
    class_of_twenty: Course, two_workers: Cluster, tmp_path: Path
) -> None:
    def kill_the_desks() -> None:
        for worker in two_workers.workers:
            for process in descendants(worker):
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    grade_until(two_workers, class_of_twenty, 3, kill_the_desks)
    assert contents(class_of_twenty.out) == contents(tmp_path / "here")


def test_a_desk_that_dies_of_a_submission_twice_is_a_fault_of_ours_for_that_one_alone(
    small_course: Course, two_workers: Cluster
) -> None:
    def mark(tasks: Iterable[Task], make_desk: Callable[[], Desk]) -> Iterator[Marked]:
        spoilt = (replace(t, kept=cast(Any, 3)) if t.id == "bob" else t for t in tasks)
        yield from on_cluster(spoilt, make_desk)

    sent = Sent(small_course.config, (), "preferred")
    with cluster(two_workers.address, sent, say=print) as on_cluster:
        outcome = small_course.grade(mark=mark)
    assert [row.id for row in outcome.rows if row.faulted] == ["bob"]


@pytest.mark.slow
def test_when_all_workers_are_gone_it_says_so_and_what_is_done_is_taken_up_again(
    class_of_twenty: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "GONE_S", 1.0)
    with cluster_of(tmp_path / "cluster", workers=2) as running:

        def kill_all() -> None:
            for worker in running.workers:
                end_at_once(worker)

        with pytest.raises(ClusterError, match=r"all workers .* are gone.*--resume"):
            grade_until(running, class_of_twenty, 3, kill_all)
    outcome = class_of_twenty.grade(resume=True)
    assert outcome.skipped >= 3
    assert contents(class_of_twenty.out) == contents(tmp_path / "here")


@pytest.mark.slow
def test_when_the_scheduler_is_gone_it_says_so(class_of_twenty: Course, tmp_path: Path) -> None:
    with cluster_of(tmp_path / "cluster", workers=2) as running:
        assert running.scheduler is not None
        scheduler = running.scheduler
        with pytest.raises(ClusterError, match=r"scheduler was lost.*--resume"):
            grade_until(running, class_of_twenty, 3, lambda: end_at_once(scheduler))
        wait_until(lambda: not any(map(descendants, running.workers)))


@pytest.mark.slow
def test_a_submission_under_which_workers_die_is_a_fault_of_ours_until_it_is_marked_again(
    class_of_twenty: Course, tmp_path: Path
) -> None:
    environment = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with Cluster(tmp_path / "cluster", environment=environment) as running:
        running.start_scheduler()
        for _ in range(2):
            running.start_worker()
        running.wait_for_workers(2)

        def lose_all_that_are_at_work() -> None:
            for worker in list(running.workers):
                end_at_once(worker)
            running.start_worker()

        outcome = grade_until(running, class_of_twenty, 3, lose_all_that_are_at_work)
    assert "workers died while they marked" in outcome.faults[0]
    assert len(outcome.rows) == 20
    class_of_twenty.grade(resume=True)
    assert contents(class_of_twenty.out) == contents(tmp_path / "here")


def test_ctrl_c_ends_the_run_and_what_it_started_elsewhere(
    small_course: Course, two_workers: Cluster, tmp_path: Path
) -> None:
    endless = RIGHT + "\n\nimport time\ntime.sleep(9)\n"
    handed_in(small_course.submissions, {f"slow{n}": endless for n in range(4)})
    process = subprocess.Popen(
        command(
            "grade", small_course.submissions, "--config", small_course.config,
            "--out", small_course.out, "--cluster", two_workers.address, "--no-isolation",
        ),
        stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_until((small_course.out / "staff" / "records" / "ada.record").exists)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    wait_until(lambda: not any(map(descendants, two_workers.workers)))
    assert list((small_course.out / "staff" / "records").glob("*.record"))


def test_an_interrupt_that_python_drops_ends_the_run_all_the_same(
    class_of_twenty: Course, two_workers: Cluster
) -> None:
    def interrupt_in_vain() -> None:
        with suppress(KeyboardInterrupt):  # as in a destructor
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        grade_until(two_workers, class_of_twenty, 3, interrupt_in_vain)
    assert len(class_of_twenty.watching.marked_ids) < 20
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.slow
def test_a_run_that_fails_here_ends_what_it_started_elsewhere(
    class_of_twenty: Course, two_workers: Cluster
) -> None:
    """A full disk, say: raised beside the loop over what was marked, not in it."""

    def fail() -> None:
        raise NotWrittenError("no space left")

    def failing(tasks: Iterable[Task], make_desk: Callable[[], Desk]) -> Iterator[Marked]:
        marking.append(iter(on_cluster(tasks, make_desk)))  # kept, so that nobody else closes it
        yield from marking[0]

    marking: list[Iterator[Marked]] = []
    sent = Sent(class_of_twenty.config, (), "preferred")
    with (
        pytest.raises(NotWrittenError),
        cluster(two_workers.address, sent, say=print) as on_cluster,
    ):
        class_of_twenty.grade(mark=after(2, failing, fail))
    wait_until(lambda: not any(map(descendants, two_workers.workers)), 30)


@pytest.mark.slow
def test_a_cluster_never_holds_the_whole_class(
    class_of_twenty: Course, two_workers: Cluster
) -> None:
    under_way: list[int] = []
    taken = 0

    def counting(tasks: Iterable[Task], make_desk: Callable[[], Desk]) -> Iterator[Marked]:
        def count() -> Iterator[Task]:
            nonlocal taken
            for task in tasks:
                taken += 1
                yield task

        for done, marked in enumerate(on_cluster(count(), make_desk)):
            under_way.append(taken - done)
            yield marked

    sent = Sent(class_of_twenty.config, (), "preferred")
    with cluster(two_workers.address, sent, say=print) as on_cluster:
        class_of_twenty.grade(mark=counting)
    assert max(under_way) <= 2 * 2  # two threads, each with one task at work and one that waits


# --------------------------------------------------------------------------- what is refused


def test_no_submission_reaches_the_cluster_or_what_it_was_sent(
    small_course: Course, two_workers: Cluster
) -> None:
    port = int(two_workers.address.rpartition(":")[2])
    spy = f"""\
def area(width, height):
    import socket
    try:
        socket.create_connection(("127.0.0.1", {port}), 1).close()
    except OSError:
        return width * height


def volume(width, height, depth):
    import pathlib
    try:
        list(pathlib.Path({str(two_workers.root)!r}).iterdir())
        pathlib.Path({str(small_course.config)!r}).read_text()
    except OSError:
        return width * height * depth
"""
    handed_in(small_course.submissions, {"spy": spy})
    done = run(
        "grade", small_course.submissions / "spy", "--config", small_course.config,
        "--out", small_course.out, "--cluster", two_workers.address,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = (small_course.out / "grades.csv").read_text().splitlines()
    row = dict(zip(next(csv.reader(rows[:1])), next(csv.reader(rows[1:])), strict=True))
    assert (row["area"], row["volume"]) == ("4", "4"), row


def test_a_dask_worker_that_marks_hides_its_memory_from_others_of_its_user(
    small_course: Course, two_workers: Cluster
) -> None:
    """It holds the reference, and is no fork of a launcher."""
    from distributed import Client

    grade_on(two_workers, small_course)
    with Client(two_workers.address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        dumpable = client.run(lambda: __import__("ctypes").CDLL(None).prctl(3, 0, 0, 0, 0))
    assert 0 in dumpable.values()


@pytest.mark.parametrize("mode", ["required", "off"])
def test_a_worker_is_told_whether_submissions_must_be_isolated(
    small_course: Course, mode: IsolationMode
) -> None:
    desk = Desk(small_course.assignment, small_course.launcher)
    sent = Sent(small_course.config, (), mode)
    assert clusters._parcel(desk, sent, remote.this_machine(())).isolation == mode


def test_no_name_and_no_address_goes_to_a_worker(small_course: Course, tmp_path: Path) -> None:
    people = {"ada": [{"name": "Ada Lovelace", "sid": "s-1815", "email": "ada@example.org"}]}
    small_course.submissions = export(tmp_path / "export.zip", {"ada": RIGHT}, people)
    sent: list[bytes] = []

    def mark(tasks: Iterable[Task], make_desk: Callable[[], Desk]) -> Iterator[Marked]:
        with make_desk() as desk:
            machine = remote.this_machine(())
            parcel = clusters._parcel(desk, Sent(small_course.config, (), "off"), machine)
            sent.append(pickle.dumps(parcel))
            for task in tasks:
                sent.append(pickle.dumps(task))
                yield desk.mark(task)

    outcome = small_course.grade(mark=mark)
    assert outcome.rows[0].people[0].name == "Ada Lovelace"
    for secret in (b"Lovelace", b"s-1815", b"example.org"):
        assert not any(secret in each for each in sent)


def test_a_package_is_told_by_its_version_by_whatever_name_it_is_imported() -> None:
    machine = remote.this_machine(("yaml", "json", "no_such_package"))
    assert machine.packages["yaml"] == version("PyYAML")
    assert machine.packages["json"] == "of unknown version"
    assert machine.packages["no_such_package"] == "missing"


def test_without_dask_it_says_what_to_install(
    small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install \"grader\[cluster\]\""):
        grade_on(Cluster(small_course.out, "tcp://127.0.0.1:1"), small_course)


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "gopher://127.0.0.1:1", "nonsense", ""]
)
def test_an_address_where_no_scheduler_is_is_refused(
    address: str, small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "CONNECT_S", 1.0)
    with pytest.raises(UsageError, match="no Dask scheduler answers"):
        grade_on(Cluster(small_course.out, address), small_course)
    assert not small_course.out.exists()


def test_a_cluster_without_workers_is_waited_for_and_then_refused(
    small_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "WORKERS_S", 1.0)
    said: list[str] = []
    with (
        cluster_of(tmp_path / "cluster", workers=0) as running,
        pytest.raises(UsageError, match=r"no worker came within 1 s.*dask worker tcp://"),
        cluster(running.address, Sent(small_course.config, (), "off"), say=said.append),
    ):
        pass
    assert "waiting" in said[0]


def test_the_first_worker_may_come_late(small_course: Course, tmp_path: Path) -> None:
    with cluster_of(tmp_path / "cluster", workers=0) as running:
        sent = Sent(small_course.config, (), "preferred")
        with cluster(running.address, sent, say=lambda _: running.start_worker()) as mark:
            assert len(small_course.grade(mark=mark).rows) == len(CLASS)


def other_grader(root: Path) -> dict[str, str]:
    """The environment of a worker whose grader is another than ours."""
    package = Path(clusters.__file__).parent.parent
    shutil.copytree(package, root / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    with (root / "grader" / "marking" / "compare.py").open("a") as file:
        file.write("# changed\n")
    return {"PYTHONPATH": str(root)}


def no_grader(root: Path) -> dict[str, str]:
    (root / "grader").mkdir(parents=True)
    (root / "grader" / "__init__.py").write_text("raise ImportError('not here')\n")
    return {"PYTHONPATH": str(root)}


@pytest.mark.parametrize(
    ("environment", "told"),
    [(other_grader, "another grader is installed there"), (no_grader, "no grader")],
)
def test_workers_that_would_mark_otherwise_are_refused(
    environment: Callable[[Path], dict[str, str]], told: str, small_course: Course, tmp_path: Path
) -> None:
    with cluster_of(tmp_path / "cluster", workers=1) as running:
        running.start_worker(environment=environment(tmp_path / "other"))
        running.wait_for_workers(2)
        with pytest.raises(UsageError, match=told):
            grade_on(running, small_course)


@pytest.mark.slow
def test_a_worker_that_joins_late_and_would_mark_otherwise_ends_the_run(
    class_of_twenty: Course, tmp_path: Path
) -> None:
    environment = other_grader(tmp_path / "other")
    with cluster_of(tmp_path / "cluster", workers=1) as running:

        def join() -> None:
            running.start_worker(environment=environment)
            running.wait_for_workers(2)
            end_at_once(running.workers[0])

        with pytest.raises(UsageError, match="marks otherwise: another grader"):
            grade_until(running, class_of_twenty, 2, join)
    assert len(list((class_of_twenty.out / "staff" / "records").iterdir())) >= 2


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        (Machine("h", "3.11.2", {"numpy": "2.0"}), ""),
        (Machine("h2", "3.11.2", {"numpy": "2.0"}), "another grader is installed there"),
        (Machine("h2", "3.10.1", {"numpy": "2.0"}), "Python 3.10.1 there, 3.11.2 here"),
        (Machine("h2", "3.11.2", {"numpy": "1.9"}), "numpy 1.9 there, 2.0 here"),
        (Machine("h2", "3.11.2", {}), "numpy None there, 2.0 here"),
    ],
)
def test_in_what_two_machines_differ_is_told(theirs: Machine, told: str) -> None:
    assert Machine("h", "3.11.2", {"numpy": "2.0"}).differences(theirs) == told


def test_jobs_and_cluster_are_not_asked_for_together(small_course: Course) -> None:
    done = run("grade", small_course.submissions, "--jobs", 2, "--cluster", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "--jobs is for this machine" in done.stderr


# --------------------------------------------------------------------------- on a worker


def parcel_of(course: Course, **changes: Any) -> remote.Parcel:
    desk = Desk(course.assignment, course.launcher)
    sent = Sent(course.config, (), "preferred")
    return replace(clusters._parcel(desk, sent, remote.this_machine(())), **changes)


def test_the_assignments_files_are_on_a_workers_disk_only_while_they_are_read(
    small_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "disk"))
    (tmp_path / "disk").mkdir()
    modes = []
    read = remote.read_assignment

    def reading(path: Path) -> Any:
        modes.append(path.parent.stat().st_mode & 0o777)
        return read(path)

    monkeypatch.setattr(remote, "read_assignment", reading)
    with remote.desk_of(parcel_of(small_course)) as desk:
        assert desk.assignment.digest == small_course.assignment.digest
    assert modes == [0o700]
    assert not list((tmp_path / "disk").iterdir())


def test_a_desk_that_nobody_asks_ends_and_another_takes_its_place(small_course: Course) -> None:
    pool = remote._Pool(parcel_of(small_course, idle_s=0.2))
    (handed, *_) = find_submissions([small_course.submissions], expected_name="solution.py")
    task = Task(handed.id, read_handed(handed, expected_name="solution.py"))
    assert isinstance(pool.mark(task), Marked)
    (first,) = pool._all
    wait_until(lambda: first.process.poll() == 0)
    assert isinstance(pool.mark(task), Marked)
    assert pool._all != [first]
    pool.close()


def test_a_desk_ends_when_whoever_asks_is_no_more(small_course: Course) -> None:
    member = remote._Member(parcel_of(small_course))
    (handed, *_) = find_submissions([small_course.submissions], expected_name="solution.py")
    task = Task(handed.id, read_handed(handed, expected_name="solution.py"))
    assert isinstance(member.ask(task, 60), Marked)
    started = descendants(member.process)
    assert started
    member._wire.close()
    member.process.wait(20)
    wait_until(lambda: not any(process.is_running() for process in started))


def test_a_closed_pool_marks_nothing(small_course: Course) -> None:
    pool = remote._Pool(parcel_of(small_course))
    pool.close()
    answer = pool.mark(Task("ada"))
    assert isinstance(answer, DeskError)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"digest": "0" * 64}, "changed while it was sent"),
        ({"files": {"config.yaml": b"assignment: 3\n"}}, "cannot load the assignment"),
        ({"files": {"../config.yaml": b""}}, "does not lie with the assignment"),
        ({"machine": Machine("h", "2.7", {})}, "marks otherwise: Python"),
    ],
)
def test_a_parcel_that_cannot_be_marked_by_is_refused(
    changes: dict[str, Any], told: str, small_course: Course
) -> None:
    with pytest.raises(UsageError, match=told):
        remote.desk_of(parcel_of(small_course, **changes))


def test_a_reference_that_reads_files_when_it_is_called_is_refused(small_course: Course) -> None:
    """Its files are gone by then; a table that is read on import is as good as on one machine."""
    shapes = small_course.config.parent / "reference" / "shapes.py"
    (shapes.parent / "one.txt").write_text("1")
    table = "int(__import__('pathlib').Path(__file__).with_name('one.txt').read_text())"
    text = shapes.read_text()
    shapes.write_text(f"{text}\nONE = {table}\n".replace("* depth", "* depth * ONE"))
    remote.desk_of(parcel_of(small_course))
    shapes.write_text(text.replace("* depth", f"* depth * {table}"))
    with pytest.raises(UsageError, match="reference of volume reads a file when it is called"):
        remote.desk_of(parcel_of(small_course))


@pytest.mark.parametrize(
    ("without", "told"),
    [({"seccomp"}, "could connect to the cluster"), ({"own_user", "landlock"}, "be isolated")],
)
def test_a_worker_that_does_not_isolate_marks_nothing_unless_it_was_asked_to(
    small_course: Course, monkeypatch: pytest.MonkeyPatch, without: set[str], told: str
) -> None:
    weaker = partial(start_launcher, without=frozenset(without))
    monkeypatch.setattr(remote, "start_launcher", weaker)
    (handed, *_) = find_submissions([small_course.submissions], expected_name="solution.py")
    task = Task(handed.id, read_handed(handed, expected_name="solution.py"))
    with (
        remote.desk_of(parcel_of(small_course, isolation="required")) as desk,
        pytest.raises(IsolationError, match=told),
    ):
        desk.mark(task)
    with remote.desk_of(parcel_of(small_course, isolation="off")) as desk:
        assert desk.mark(task).fault == ""


# --------------------------------------------------------------------------- with TLS

_TLS = Path(__file__).parent.parent / "data" / "tls"


def test_a_cluster_with_tls_is_used_as_dasks_own_configuration_says(
    small_course: Course, tmp_path: Path
) -> None:
    environment = {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(_TLS / "certificate.pem"),
        **{
            f"DASK_DISTRIBUTED__COMM__TLS__{role}__{part}": str(_TLS / file)
            for role in ("SCHEDULER", "WORKER", "CLIENT")
            for part, file in (("CERT", "certificate.pem"), ("KEY", "key.pem"))
        },
    }
    arguments = (
        "grade", small_course.submissions, "--config", small_course.config,
        "--out", small_course.out, "--no-isolation", "--cluster",
    )  # fmt: skip
    running = Cluster(tmp_path / "cluster", environment=environment)
    with running:
        running.start_scheduler("--protocol", "tls")
        running.start_worker()
        assert running.address.startswith("tls://")
        done = run(*arguments, running.address, env={**os.environ, **environment})
        assert done.returncode == 0, done.stderr
        refused = run(*arguments, running.address)
        assert refused.returncode == 2
        assert "no Dask scheduler answers" in refused.stderr
