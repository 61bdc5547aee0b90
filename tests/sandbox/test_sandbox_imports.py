"""What a launcher imports for its workers, and packages that do not let it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sandboxes import LIMITS, children_of, is_alive, submission, wait_until

from grader.model import Returned
from grader.sandbox import hosts, interpreter, start_launcher

TEXT = """
    import os, sys
    there = [name for name in ("scipy.special", "awkward") if name in sys.modules]
    def f(): return there
    def home(): return sorted({os.environ[name] for name in ("HOME", "TMPDIR", "MPLCONFIGDIR")})
    def fills(): return len(bytearray(160 << 20))
    def writes():
        import awkward
        return awkward.__file__ is not None
    """


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a package into a directory of its own, as pip would."""
    place = tmp_path / "site-packages"
    place.mkdir()
    for above in (tmp_path, *tmp_path.parents[:2]):
        above.chmod(0o755)
    monkeypatch.setattr(sys, "path", [*sys.path, str(place)])

    def write(text: str) -> None:
        (place / "awkward.py").write_text(text)

    return write


def found(imports: tuple[str, ...], function: str = "f") -> object:
    with (
        start_launcher(LIMITS, isolation="preferred", imports=imports) as launcher,
        launcher.open(submission(TEXT)) as session,
    ):
        outcome = session.call(function, ()).outcome
        assert isinstance(outcome, Returned), outcome
        return outcome.value


def test_modules_are_there_before_a_submission_is_loaded_if_they_were_asked_for() -> None:
    assert found(("scipy.special",)) == ["scipy.special"]
    assert found(()) == []


def test_a_worker_has_places_of_its_own_after_imports(install: Callable[[str], None]) -> None:
    install("import os\nopen(os.environ['MPLCONFIGDIR'] + '/cache', 'w').write('x')")
    assert found(("awkward",)) == ["awkward"]
    places = found(("awkward",), "home")
    assert isinstance(places, list)
    assert [Path(place).name for place in places] == ["worker-1"]


def test_what_imports_take_is_not_of_a_workers_memory(install: Callable[[str], None]) -> None:
    install("taken = bytes(1) * (160 << 20)")
    assert found(("awkward",), "fills") == 160 << 20


@pytest.mark.parametrize(
    "text",
    [
        "from threading import Timer\none = Timer(60, int)\none.daemon = True\none.start()",
        "import os\nos._exit(3)",
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "import colorsys\nraise RuntimeError('half of it is there')",
        "import signal, wave\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)",
        "import colorsys\nclass Stop(BaseException): pass\nraise Stop",
        "file = open(__file__)",
        "import asyncio\nloop = asyncio.new_event_loop()",
        "import os\nos.register_at_fork(after_in_child=lambda: os._exit(3))",
        "import os\nos.register_at_fork(after_in_parent=lambda: os._exit(3))",
        """
import ctypes, os, tempfile
with tempfile.TemporaryFile() as file:
    file.truncate(4096)
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    shared = libc.mmap(None, ctypes.c_size_t(4096), 3, 1, file.fileno(), ctypes.c_long(0))
assert shared != ctypes.c_void_p(-1).value
""",
    ],
    ids=[
        "starts a thread",
        "ends the process",
        "kills it",
        "fails halfway",
        "is no main thread",
        "raises no Exception halfway",
        "keeps a file open",
        "keeps an event loop",
        "ends forks",
        "ends who forks",
        "has memory that all forks write to",
    ],
)
def test_a_package_that_a_launcher_cannot_import_is_left_to_workers(
    text: str, install: Callable[[str], None]
) -> None:
    install(text)
    assert found(("scipy.special", "awkward")) == []


@pytest.mark.parametrize(
    "text",
    [
        "raise RuntimeError('not here')",
        "import nowhere",
        "import sys\nsys.exit(2)",
        "raise KeyboardInterrupt",
        "x = =",
    ],
)
def test_a_package_that_cannot_be_imported_leaves_the_others(
    text: str, install: Callable[[str], None]
) -> None:
    install(text)
    assert found(("awkward", "scipy.special")) == ["scipy.special"]


def test_what_a_package_tries_when_it_is_imported_fails_as_in_a_worker(
    install: Callable[[str], None],
) -> None:
    """One that found out that it can start processes would try to, in a worker that cannot."""
    install("""
import multiprocessing, os, pathlib, socket, subprocess, sys, tempfile
attempts = {
    "semaphore": multiprocessing.Lock,
    "program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    "socket": lambda: socket.create_server(("127.0.0.1", 0)),
    "passwords": lambda: pathlib.Path("/etc/shadow").read_text(),
    "file": lambda: pathlib.Path("/var/tmp/awkward").touch(),
    "own file": lambda: tempfile.TemporaryFile().write(b"1"),
}
done = []
for name, attempt in attempts.items():
    try:
        attempt()
        done.append(name)
    except OSError:
        pass
""")
    text = "import awkward\ndef f(): return awkward.done"
    for imports in (("awkward",), ()):
        with (
            start_launcher(LIMITS, isolation="preferred", imports=imports) as launcher,
            launcher.open(submission(text)) as session,
        ):
            assert session.call("f", ()).outcome == Returned(["own file"])


@pytest.mark.parametrize("mode", [0o755, 0o700])
@pytest.mark.parametrize("imports", [("awkward",), ()])
def test_a_package_finds_its_own_data_wherever_it_lies(
    mode: int, imports: tuple[str, ...], install: Callable[[str], None], tmp_path: Path
) -> None:
    """A Python below /root is reached by a way that a package must not resolve."""
    install("""
import os, pathlib
file = os.path.realpath(__file__)
def read():
    places = (pathlib.Path(file), pathlib.Path(__file__).resolve())
    return [place.with_name("data.txt").read_text() for place in places]
def misses():
    try:
        os.path.realpath(__file__ + "x", strict=True)
    except FileNotFoundError:
        return os.path.realpath(__file__, strict=True) == file
""")
    (tmp_path / "site-packages" / "data.txt").write_text("1 2 3")
    tmp_path.chmod(mode)
    text = """
        import awkward, os
        def f(): return awkward.read()
        def misses(): return awkward.misses()
        def resolves(path): return os.path.realpath(path)
        """
    with (
        start_launcher(LIMITS, isolation="preferred", imports=imports) as launcher,
        launcher.open(submission(text)) as session,
    ):
        assert session.call("f", ()).outcome == Returned(["1 2 3", "1 2 3"])
        assert session.call("misses", ()).outcome == Returned(True)
        assert session.call("resolves", ("/usr/../usr",)).outcome == Returned("/usr")


def test_what_a_package_prints_is_nobodys_output(install: Callable[[str], None]) -> None:
    install(
        "import sys\nprint('hello')\nprint('beware' * 100_000, file=sys.stderr)\n"
        "sys.stdout.write('more')"
    )
    with (
        start_launcher(LIMITS, isolation="preferred", imports=("awkward",)) as launcher,
        launcher.open(submission(TEXT)) as session,
    ):
        assert (session.loaded.stdout, session.loaded.stderr) == ("", "")
        assert session.call("f", ()).outcome == Returned(["awkward"])
        assert session.call("writes", ()).outcome == Returned(True)


def test_what_a_package_sets_for_its_thread_holds_in_workers(
    install: Callable[[str], None],
) -> None:
    install("""
import decimal, tempfile
import numpy as np
np.seterr(divide="raise")
decimal.getcontext().prec = 5
tempfile.TemporaryFile().close()
""")
    text = """
        import awkward, decimal, os, tempfile
        import numpy as np
        def f(): return np.geterr()["divide"], decimal.getcontext().prec
        def place(): return os.path.basename(tempfile.mkdtemp().rpartition("/")[0])
        """
    for imports in (("awkward",), ()):
        with (
            start_launcher(LIMITS, isolation="preferred", imports=imports) as launcher,
            launcher.open(submission(text)) as session,
        ):
            assert session.call("f", ()).outcome == Returned(("raise", 5))
            assert session.call("place", ()).outcome == Returned("worker-1")


def test_a_launcher_that_never_ends_its_imports_does_not_stay(
    install: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A nursery has started it, so that nobody knows its number before it is up."""
    install("import time\ntime.sleep(600)")
    monkeypatch.setattr(hosts, "START_S", 3.0)
    with (
        interpreter.shared(),
        start_launcher(LIMITS, isolation="preferred", imports=("awkward",)) as launcher,
        launcher.open(submission("import os\ndef f(): return os.getppid()")) as session,
    ):
        outcome = session.call("f", ()).outcome
        assert isinstance(outcome, Returned)
        assert isinstance(outcome.value, int)
        nursery = int(Path(f"/proc/{outcome.value}/stat").read_text().split()[3])
        assert wait_until(
            lambda: [one for one in children_of(nursery) if is_alive(one)] == [outcome.value]
        )
