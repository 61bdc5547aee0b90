"""Starts clean interpreters for a launcher or a spawned worker, and a launcher's ahead of time.

What a launcher imports takes as long as all that the grader does before it needs one. A door that
is going to need a launcher says so first of all (`start_ahead`), and the two go on side by side.
So this module imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent.parent
# The package's own __init__ is not run: what it imports is the grader's business.
_BOOTSTRAP: Final = """
import sys, types
sys.path[:] = [path for path in sys.path if path]
for name, path in (("grader", sys.argv[1]), ("grader.sandbox", sys.argv[1] + "/sandbox")):
    module = types.ModuleType(name)
    module.__path__ = [path]
    sys.modules[name] = module
from grader.sandbox.MODULE import main
main(int(sys.argv[2]))
"""

ENVIRONMENT: Final = {
    # The interpreter is as isolated as with -I, as nothing else of Python's is in here; but that
    # would ignore this, and then sets of texts had another order in every run.
    "PYTHONHASHSEED": "0",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",  # a plot must not look for a screen
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TORCHDYNAMO_DISABLE": "1",
    "CUDA_VISIBLE_DEVICES": "",  # its threads would not survive a fork
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # of large pages a fork has fewer to copy
}
"""What a launcher, and with it every worker, finds in its environment."""


def command_for(module: str, *arguments: str) -> list[str]:
    """Return the command that starts a clean interpreter with `main` of a module of this room."""
    if not sys.executable:
        raise FileNotFoundError("the path of the Python interpreter is unknown")
    bootstrap = _BOOTSTRAP.replace("MODULE", module)
    return [sys.executable, "-s", "-X", "utf8", "-c", bootstrap, str(_PACKAGE), *arguments]


def environment() -> dict[str, str]:
    """Return all that a clean interpreter finds in its environment."""
    kept = ("LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")  # what an interpreter may need to start at all
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **ENVIRONMENT}


def run_python(module: str, descriptor: int, out: int, err: int) -> subprocess.Popen[bytes]:
    """Start a clean interpreter that runs a module of this package, given one descriptor."""
    return subprocess.Popen(
        command_for(module, str(descriptor)),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        env=environment(),
        cwd=os.sep,
        pass_fds=(descriptor,),
        start_new_session=True,  # Ctrl-C in a terminal is the grader's to handle
    )


class Started:
    """A launcher's interpreter, and our end of the connection with it. Nothing was said yet."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair()
        try:
            with theirs:
                self.process = run_python(
                    "launcher", theirs.fileno(), subprocess.DEVNULL, subprocess.PIPE
                )
        except BaseException:
            self.control.close()
            raise


_ahead: list[Started] = []


def start_ahead() -> None:
    """Start the interpreter of the first launcher now; it ends by itself if none is needed."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # told by who needs it
            _ahead.append(Started())


def started() -> Started:
    """Return the interpreter that was started ahead, or else a new one."""
    return _ahead.pop() if _ahead else Started()


def end_ahead() -> None:
    """End an interpreter that was started ahead: who is about to fork has no use for it."""
    while _ahead:
        one = _ahead.pop()
        one.control.close()
        with one.process as process:
            process.kill()
