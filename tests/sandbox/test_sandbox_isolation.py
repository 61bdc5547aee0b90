"""What a worker cannot do, by which layer, and what is said when a layer is missing."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sandboxes import LIMITS, Run, children_of, submission

from grader.errors import IsolationError
from grader.model import Raised, Returned
from grader.sandbox import landlock, libraries, start_launcher

IS_ROOT = os.geteuid() == 0


class Outside:
    """Things that belong to the grader and that no submission may touch."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.chmod(0o755)
        self.secret = place / "reference"
        self.secret.mkdir(mode=0o700)
        self.answer = self.secret / "answers.py"
        self.answer.write_text("42")
        self.answer.chmod(0o600)
        self.open_to_all = place / "open"
        self.open_to_all.mkdir()
        self.open_to_all.chmod(0o777)
        self.shared = self.open_to_all / "shared.txt"
        self.shared.write_text("untouched")
        self.shared.chmod(0o666)
        self.abstract = f"\0grader-test-{os.urandom(8).hex()}"
        self.reached: list[str] = []
        self.servers = [
            socket.create_server(("127.0.0.1", 0)),
            self._unix(str(self.open_to_all / "socket")),
            self._unix(self.abstract),
        ]
        for server in self.servers:
            threading.Thread(target=self._listen, args=(server,), daemon=True).start()
        (self.open_to_all / "socket").chmod(0o777)
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind(("127.0.0.1", 0))

    def _unix(self, name: str) -> socket.socket:
        server = socket.socket(socket.AF_UNIX)
        server.bind(name)
        server.listen()
        return server

    def _listen(self, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            name = str(server.getsockname())
            while True:
                connection, _ = server.accept()
                with connection:
                    self.reached.append(name)

    def close(self) -> None:
        for server in (*self.servers, self.datagrams):
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()

    def names(self) -> dict[str, Any]:
        """What the attempts below find in their namespace."""
        return {
            "GRADER": os.getpid(),
            "ANSWER": str(self.answer),
            "SECRET": str(self.secret),
            "SHARED": str(self.shared),
            "OPEN": str(self.open_to_all),
            "TCP": self.servers[0].getsockname()[1],
            "UDP": self.datagrams.getsockname()[1],
            "UNIX": str(self.open_to_all / "socket"),
            "ABSTRACT": self.abstract,
        }


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    place = Path("/tmp") / f"grader-outside-{os.urandom(6).hex()}"
    place.mkdir()
    things = Outside(place)
    yield things
    things.close()
    shutil.rmtree(place)


# attempt -> its code, and the layers each of which is meant to stop it alone
ATTEMPTS: dict[str, tuple[str, set[str]]] = {
    "read a secret file": ("open(ANSWER).read()", {"own_user", "landlock"}),
    "list a secret directory": ("os.listdir(SECRET)", {"own_user", "landlock"}),
    "read through a link": (
        "os.symlink(ANSWER, 'link'); open('link').read()",
        {"own_user", "landlock"},
    ),
    "read the grader's environment": (
        "open(f'/proc/{GRADER}/environ', 'rb').read()",
        {"own_user", "landlock"},
    ),
    "read the grader's memory": (
        "open(f'/proc/{GRADER}/mem', 'rb')",
        {"own_user", "landlock"},
    ),
    "read the launcher's memory": (
        "open(f'/proc/{os.getppid()}/mem', 'rb')",
        {"own_user", "landlock"},
    ),
    "read memory by a call": (
        "check(libc.process_vm_readv(GRADER, vector(), 1, vector(), 1, 0), ok=(errno.EFAULT,))",
        {"own_user", "landlock", "seccomp"},
    ),
    "signal the grader": ("os.kill(GRADER, 0)", {"own_user", "landlock", "seccomp"}),
    "signal the launcher": ("os.kill(os.getppid(), 0)", {"own_user", "landlock", "seccomp"}),
    "signal everybody": ("os.kill(-1, 0)", {"seccomp"}),
    "signal by a descriptor of the process": (
        "signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 0)",
        {"own_user", "landlock", "seccomp"},
    ),
    "trace the launcher": (
        "check(libc.ptrace(0x4206, os.getppid(), None, None))",
        {"own_user", "landlock", "seccomp"},
    ),
    "connect by TCP": (
        "socket.create_connection(('127.0.0.1', TCP), 1)",
        {"landlock", "seccomp", "namespaces"},
    ),
    "listen by TCP": ("socket.create_server(('127.0.0.1', 0))", {"landlock", "seccomp"}),
    "send by UDP": (
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', UDP))",
        {"seccomp", "namespaces"},
    ),
    "connect to a socket file": ("socket.socket(socket.AF_UNIX).connect(UNIX)", {"seccomp"}),
    "connect to an abstract socket": (
        "socket.socket(socket.AF_UNIX).connect(ABSTRACT)",
        {"landlock", "seccomp", "namespaces"},
    ),
    "send from a pair to a socket file": (
        "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', UNIX)",
        {"seccomp"},
    ),
    "talk to the kernel by netlink": ("socket.socket(16, 3, 0)", {"seccomp"}),
    "fork": ("os.fork() or os._exit(0)", {"seccomp"}),
    "start another process": ("check(libc.vfork())", {"seccomp"}),
    "run a program": ("os.execv('/bin/true', ['true'])", {"landlock", "seccomp"}),
    "write where all may write": ("open(SHARED, 'w').write('x')", {"landlock", "seccomp"}),
    "make a file where all may": ("open(OPEN + '/new', 'w')", {"landlock", "seccomp"}),
    "delete where all may": ("os.unlink(SHARED)", {"landlock", "seccomp"}),
    "truncate where all may": ("os.truncate(SHARED, 0)", {"landlock", "seccomp"}),
    "rename where all may": ("os.rename(SHARED, OPEN + '/other')", {"landlock", "seccomp"}),
    "link what is outside": ("os.link(SHARED, 'mine')", {"landlock", "seccomp"}),
    "change a mode": ("os.chmod(SHARED, 0o600)", {"own_user", "seccomp"}),
    "change a time": ("os.utime(SHARED, (0, 0))", {"own_user", "seccomp"}),
    "become root": ("os.setresuid(0, 0, 0); os.getuid() == 0 or 1 / 0", {"own_user", "seccomp"}),
    "leave the namespaces": ("check(libc.unshare(0x10000000))", {"seccomp"}),
    "make memory that no limit counts": ("os.memfd_create('x')", {"seccomp"}),
    "raise its limits": (
        "check(libc.prlimit(0, 7, (ctypes.c_ulong * 2)(10**6, 10**6), None))",
        {"own_user", "seccomp"},
    ),
    "outlive the launcher": ("check(libc.prctl(1, 0, 0, 0, 0))", {"seccomp"}),
    "have its signals sent by a descriptor": (
        "fcntl.fcntl(os.pipe()[0], 8, os.getppid())",
        {"seccomp"},
    ),
    "make a device": ("os.mknod('dev', 0o60600, 0)", {"own_user", "landlock", "seccomp"}),
}

PRELUDE = """
import ctypes, errno, fcntl, os, signal, socket
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
def check(result, ok=()):
    if result < 0 and ctypes.get_errno() not in ok:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
def vector():
    return (ctypes.c_size_t * 2)(4096, 1)
"""


def tried(outside: Outside, without: frozenset[str]) -> tuple[set[str], dict[str, bool]]:
    """Which layers a submission is under, without these, and which attempts it gets refused."""
    lines = [PRELUDE, *(f"{name} = {value!r}" for name, value in outside.names().items())]
    lines += [f"def attempt_{i}():\n    {code}\n" for i, (code, _) in enumerate(ATTEMPTS.values())]
    refused = {}
    with (
        start_launcher(LIMITS, isolation="preferred", without=without) as launcher,
        launcher.open(submission("\n".join(lines))) as session,
    ):
        assert session.loaded.problems == ()
        for i, name in enumerate(ATTEMPTS):
            outcome = session.call(f"attempt_{i}", ()).outcome
            refused[name] = isinstance(outcome, Raised) and "OSError" in outcome.bases
        return set(launcher.isolation.layers), refused


def test_the_canaries_can_be_reached_from_outside_of_the_sandbox(outside: Outside) -> None:
    """Else a mistake in their set-up would look like isolation."""
    socket.create_connection(("127.0.0.1", outside.servers[0].getsockname()[1]), 5).close()
    for name in (outside.names()["UNIX"], outside.names()["ABSTRACT"]):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(name)
    assert outside.answer.read_text() == "42"


# A plain user has no other user to become, and a container no namespaces: the rest must hold.
LEFT_OUT = ["nothing", "landlock", "seccomp", "own_user", "namespaces", "not_dumpable"]


@pytest.mark.parametrize("left_out", LEFT_OUT)
def test_every_attempt_is_refused_even_when_one_layer_is_missing(
    outside: Outside, left_out: str
) -> None:
    present, refused = tried(outside, frozenset({left_out} - {"nothing"}))
    assert left_out not in present
    assert {"landlock", "seccomp"} - {left_out} <= present
    for name, (_, layers) in ATTEMPTS.items():
        if layers & present:
            assert refused[name], f"{name}, without {left_out}"
    if left_out != "seccomp":
        assert outside.reached == []
    assert outside.shared.read_text() == "untouched"
    assert [path.name for path in outside.open_to_all.iterdir()].count("new") == 0


def test_everything_is_refused_and_said_when_all_layers_are_there(run: Run) -> None:
    isolation = run.launcher.isolation
    assert isolation.level == "strong"
    assert all(isolation.refused.values())
    assert set(isolation.refused) == {
        *("read_secret", "read_memory", "signal", "trace"),
        *("network", "fork", "execute", "write_outside"),
    }
    assert {"landlock", "seccomp", "no_new_privs", "limits", "scratch"} <= set(isolation.layers)
    if IS_ROOT:
        assert "own_user" in isolation.layers


@pytest.mark.parametrize(
    ("without", "open_probes"),
    [
        ({"seccomp"}, {"network", "fork"}),
        ({"landlock", "own_user"}, {"read_secret"}),
        ({"landlock", "seccomp"}, {"network", "fork", "execute", "write_outside"}),
    ],
    ids=lambda names: "+".join(sorted(names)),
)
def test_a_probe_that_succeeds_is_told(without: set[str], open_probes: set[str]) -> None:
    if not IS_ROOT and "landlock" in without:
        open_probes = (
            open_probes | {"read_secret"} | ({"signal"} if "seccomp" in without else set())
        )
    with start_launcher(LIMITS, isolation="preferred", without=frozenset(without)) as launcher:
        isolation = launcher.isolation
    assert {probe for probe, refused in isolation.refused.items() if not refused} == open_probes
    vital = open_probes & {"read_secret", "read_memory", "signal", "trace"}
    assert isolation.level == ("none" if vital else "partial")


UNCONFINED = """
import json, subprocess, sys
from grader.sandbox import attest
with subprocess.Popen(["sleep", "60"]) as other:
    refused = attest.probe(secrets=sys.argv[1:2], others=[other.pid], outside=sys.argv[2])
    assert other.poll() is None
    other.kill()
print(json.dumps(refused))
"""


@pytest.mark.skipif(not IS_ROOT, reason="to a plain user more is open, and what depends")
def test_it_is_the_grader_and_its_launcher_that_a_worker_tries_to_reach() -> None:
    without = frozenset({"landlock", "own_user", "seccomp", "not_dumpable"})
    with start_launcher(LIMITS, isolation="preferred", without=without) as launcher:
        assert launcher.isolation.refused["signal"] is False


def test_each_probe_notices_what_nothing_prevents(tmp_path: Path) -> None:
    """Else a worker would attest what it never tried."""
    (tmp_path / "secret").write_text("42")
    arguments = [str(tmp_path / "secret"), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", UNCONFINED, *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    refused = json.loads(done.stdout)
    assert len(refused) == 8
    assert not any(refused.values()), refused
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_required_isolation_that_is_missing_stops_with_an_explanation() -> None:
    without = frozenset({"landlock", "own_user"})
    with (
        start_launcher(LIMITS, without=without) as launcher,
        pytest.raises(IsolationError) as error,
    ):
        launcher.open(submission("def f(): return 1"))
    said = str(error.value)
    assert "read the reference and the hidden cases" in said
    assert "--no-isolation" in said


def test_required_isolation_without_fork_stops_at_once() -> None:
    with pytest.raises(IsolationError, match="--no-isolation"):
        start_launcher(LIMITS, fork=False)


def test_no_isolation_asked_for_is_none_but_limits(outside: Outside) -> None:
    with start_launcher(LIMITS, isolation="off", secrets=[outside.secret]) as launcher:
        assert launcher.isolation.level == "none"
        assert "landlock" not in launcher.isolation.layers
        assert "limits" in launcher.isolation.layers
        outcome = Run(launcher).call("def f(): bytearray(1 << 30)").outcome
    assert "out of memory" in getattr(outcome, "detail", "")


def test_a_secret_below_a_path_that_workers_read_is_refused() -> None:
    secret = Path(sysconfig.get_path("stdlib")) / "os.py"
    with (
        start_launcher(LIMITS, secrets=[secret]) as launcher,
        pytest.raises(IsolationError, match=r"os\.py lies below .*; keep the course outside"),
    ):
        _ = launcher.isolation


def test_secrets_are_probed_one_by_one(outside: Outside) -> None:
    outside.secret.chmod(0o755)
    outside.answer.chmod(0o644)
    with start_launcher(LIMITS, secrets=[outside.secret, outside.answer]) as launcher:
        assert launcher.isolation.refused["read_secret"], "Landlock keeps them"
    if IS_ROOT:
        with (
            start_launcher(
                LIMITS, secrets=[outside.answer], without=frozenset({"landlock"})
            ) as launcher,
            pytest.raises(IsolationError, match="read the reference"),
        ):
            _ = launcher.isolation


def test_the_way_out_through_a_door_is_probed_too(tmp_path: Path) -> None:
    """A descriptor below a closed directory leads to what lies beside it, without entering it."""
    closed = tmp_path / "closed"
    (closed / "lib").mkdir(parents=True)
    (closed / "reference").mkdir()
    secret = closed / "reference" / "answers.py"
    secret.write_text("42")
    closed.chmod(0o700)
    doors = libraries.open_doors((closed / "lib",))
    try:
        itself, through = libraries.ways_to(secret, doors)
        assert itself == secret
        assert str(through).startswith("/proc/self/fd/")
        assert through.read_text() == "42"
    finally:
        for door in doors.values():
            os.close(door)


def test_without_landlock_nothing_can_be_written_at_all() -> None:
    with start_launcher(LIMITS, isolation="preferred", without=frozenset({"landlock"})) as launcher:
        outcome = Run(launcher).call("def f(): open('x', 'w')").outcome
        assert isinstance(outcome, Raised)
        assert outcome.exception == "PermissionError"
        text = "import helper\ndef f(): return helper.x"
        with launcher.open(submission(text, helpers={"helper.py": b"x = 5"})) as session:
            assert session.call("f", ()).outcome == Returned(5)


def test_workers_side_by_side_share_neither_user_nor_directory(run: Run) -> None:
    text = """
        import os
        def who(): return os.getuid(), os.getgid(), os.getgroups(), os.getcwd()
        def peek(place): return os.listdir(place)
        def modes(): return os.stat(".").st_mode & 0o777, os.umask(0)
        """
    with (
        run.launcher.open(submission(text)) as one,
        run.launcher.open(submission(text)) as other,
    ):
        first, second = (session.call("who", ()).outcome for session in (one, other))
        assert isinstance(first, Returned)
        assert isinstance(second, Returned)
        mine, yours = first.value, second.value
        assert isinstance(mine, tuple)
        assert isinstance(yours, tuple)
        assert mine[3] != yours[3]
        assert isinstance(one.call("peek", (yours[3],)).outcome, Raised)
        assert one.call("modes", ()).outcome == Returned((0o700, 0o077))
        if IS_ROOT:
            assert mine[0] != yours[0]
            assert 0 not in (*mine[:2], *yours[:2])
            assert mine[2] == []


def test_a_worker_leads_a_session_and_leaves_neither_core_nor_locked_memory(run: Run) -> None:
    text = """
        import os, resource
        def leads(): return os.getsid(0) == os.getpgrp() == os.getpid()
        def limits(): return [
            resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in ("CORE", "MEMLOCK")]
        """
    with run.launcher.open(submission(text)) as session:
        assert session.call("leads", ()).outcome == Returned(True)
        assert session.call("limits", ()).outcome == Returned([(0, 0), (0, 0)])


def test_a_worker_s_user_has_a_name_as_packages_expect(run: Run) -> None:
    assert run.call("import getpass\ndef f(): return getpass.getuser()").outcome == Returned(
        "student"
    )


def test_a_worker_sees_where_its_own_libraries_are_and_nobody_else_s(run: Run) -> None:
    """scikit-learn looks there for the libraries whose threads it sets, in k-means among others."""
    text = """
        import os
        def own(): return "numpy" in open("/proc/self/maps").read()
        def others(pids): return [pid for pid in pids if readable(f"/proc/{pid}/maps")]
        def more(): return [name for name in ("mem", "environ", "status") if readable(name)]
        def readable(name):
            try:
                return bool(open(os.path.join("/proc/self", name), "rb").read(1))
            except OSError:
                return False
        """
    with run.launcher.open(submission(text)) as one, run.launcher.open(submission(text)) as two:
        for session in (one, two):
            assert session.call("own", ()).outcome == Returned(True)
            assert session.call("more", ()).outcome == Returned([])
            launchers = children_of(os.getpid())
            workers = [pid for launcher in launchers for pid in children_of(launcher)]
            others = [os.getpid(), 1, *launchers, *workers]
            seen = session.call("others", (others,)).outcome
            assert isinstance(seen, Returned)
            assert len(seen.value) == 1, "itself"  # type: ignore[arg-type]


def test_a_worker_finds_nothing_of_the_grader_in_its_process(run: Run) -> None:
    text = """
        import os, sys
        def descriptors(): return sorted(
            (int(n), os.readlink(f"/proc/self/fd/{n}").split(":")[0]) for n in range(64)
            if os.path.lexists(f"/proc/self/fd/{n}"))
        def modules(): return [m for m in sys.modules if m.split(".")[0] == "grader"]
        def path(): return [p for p in sys.path if "-packages" not in p and "python3" not in p]
        def threads(): return len(sys._current_frames())
        def check():
            import grader
            return grader.check("q1")
        """
    with run.launcher.open(submission(text)) as session:
        assert session.call("modules", ()).outcome == Returned(["grader"])
        assert session.call("threads", ()).outcome == Returned(1)
        assert session.call("check", ()).outcome == Returned(None)
        outcome = session.call("path", ()).outcome
        assert isinstance(outcome, Returned)
        assert isinstance(outcome.value, list)
        assert all("worker-" in str(p) or "/proc/self/fd/" in str(p) for p in outcome.value)


def test_what_a_worker_has_open_is_its_streams_and_its_libraries() -> None:
    """Looked at from outside: the worker itself may not read /proc."""
    with (
        start_launcher(
            LIMITS, isolation="preferred", without=frozenset({"not_dumpable"})
        ) as launcher,
        launcher.open(submission("def f(): pass")) as session,
    ):
        assert session._worker is not None
        place = Path(f"/proc/{session._worker.pid}/fd")
        try:
            targets = {int(one.name): str(one.readlink()) for one in place.iterdir()}
        except PermissionError:  # without the rights of a full root not even the grader may look
            assert "namespaces" not in launcher.isolation.layers
            return
    assert targets[0] == "/dev/null"
    assert all(targets[number].startswith("socket:") for number in (1, 2, 3))
    assert all(
        target == "/dev/null" or Path(target).is_dir()
        for number, target in targets.items()
        if number > 3
    )


def test_a_worker_has_a_network_of_its_own_or_the_lack_of_it_is_told(run: Run) -> None:
    with run.launcher.open(submission("def f(): pass")) as session:
        isolation = run.launcher.isolation
        if "namespaces" not in isolation.layers:
            assert any(one.startswith("namespaces: ") for one in isolation.missing)
            return
        assert session._worker is not None
        for kind in ("net", "ipc", "uts"):
            ours, theirs = (
                Path(f"/proc/{pid}/ns/{kind}").stat().st_ino
                for pid in ("self", session._worker.pid)
            )
            assert ours != theirs


def as_plain_user() -> list[str]:
    """The start of a command that runs this Python without any right but to read files."""
    if not IS_ROOT:
        return [sys.executable]
    by_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"]
    by_namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    again = (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import numpy'], check=True)"
    )
    for prefix in (by_user, by_namespace):  # a Python below /root is nobody's but root's
        command = [*prefix, sys.executable]
        if subprocess.run([*command, "-c", again], capture_output=True).returncode == 0:
            return command
    raise AssertionError("neither setpriv nor unshare gives a plain user to test with")


OLD_LANDLOCK = """
import os, sys
from pathlib import Path
from grader.sandbox import kernel, landlock
version, inside, outside = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
assert version <= landlock.abi()
kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
landlock.enter(landlock.build(version, read=[], write=[inside]), version)
(inside / "new").write_text("x")
assert (inside / "new").read_text() == "x"
for attempt in (outside.read_text, lambda: outside.write_text("x"), outside.unlink):
    try:
        attempt()
    except PermissionError:
        continue
    raise SystemExit("not refused")
"""


@pytest.mark.parametrize("version", range(1, landlock.abi() + 1))
def test_an_older_landlock_confines_reading_and_writing_too(
    outside: Outside, tmp_path: Path, version: int
) -> None:
    arguments = [str(version), str(tmp_path), str(outside.shared)]
    subprocess.run([sys.executable, "-c", OLD_LANDLOCK, *arguments], check=True, timeout=30)


def test_what_an_older_landlock_does_not_know_is_said() -> None:
    assert landlock.gaps(1) == "truncating files, TCP, device ioctls, signals and sockets"
    assert landlock.gaps(5) == "signals and sockets"
    assert landlock.gaps(7) == ""


def test_a_plain_user_is_isolated_as_well(outside: Outside) -> None:
    script = Path(__file__).with_name("plain_user.py")
    run = subprocess.run(
        [*as_plain_user(), str(script), str(outside.secret)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ.get("PATH", ""), "TMPDIR": "/tmp"},
    )
    assert run.returncode == 0, run.stdout + run.stderr
    said = json.loads(run.stdout)
    assert said["uid"] != 0
    assert said["level"] == "strong"
    assert said["refused"]
    assert said["hidden"] == [True] * 3, "the grader, the launcher, the worker"
    assert "own_user" not in said["layers"]
    assert said["problems"] == 0
    assert said["outcomes"] == [
        *("Returned", "Killed", "Killed", "TimedOut", "Raised", "Raised", "Returned", "Raised"),
        *("Returned", "Returned", "Returned"),
    ]


def test_what_the_graders_shell_ignored_is_no_matter_of_a_submissions() -> None:
    """A shell's job in the background ignores some signals, and what it starts inherits that."""
    ignored = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in ignored}
    try:
        with start_launcher(LIMITS, isolation="preferred") as launcher:
            answered = Run(launcher).call(
                "from signal import SIG_IGN, getsignal, valid_signals\n"
                "def f():\n"
                "    return [int(n) for n in sorted(valid_signals()) if getsignal(n) == SIG_IGN]"
            )
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert answered.outcome == Returned([signal.SIGPIPE, signal.SIGXFSZ]), "as Python has them"
