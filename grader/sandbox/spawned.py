"""A worker that was not forked: a new interpreter, for systems without fork and isolation.

It has the same conversation as any other. Of the layers it has a directory and limits of its own,
as far as the system knows limits; a student's own machine and a student's own file need no more.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

from grader.sandbox import frames, wire, worker

_WATCH_S: Final = 1.0


def main(descriptor: int) -> None:
    """Serve the grader at the other end of a socket, until it hangs up."""
    if sys.platform == "win32":
        conversation, out, err = (_receive_socket() for _ in range(3))
        sys.stdout = worker.text_stream(socket.SocketIO(out, "w"))
        sys.stderr = worker.text_stream(socket.SocketIO(err, "w"))
    else:
        conversation = socket.socket(fileno=descriptor)
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    _, payload = frames.receive(conversation)
    config: Any = wire.decode(payload)
    home = config["scratch"]
    os.chdir(home)
    for name in ("HOME", "TMPDIR", "MPLCONFIGDIR"):
        os.environ[name] = home
    sys.path += [path for path in config["installed"] if path not in sys.path]
    import numpy  # noqa: F401 - as in a forked worker

    missing = _limit(config["limits"])
    layers = ["environment", "scratch", *([] if missing else ["limits"])]
    worker.prepare_interpreter()
    try:
        worker.converse(
            conversation,
            scratch=home,
            reply_bytes=config["reply_bytes"],
            ready={"layers": layers, "missing": missing, "refused": {}},
        )
    except (frames.StreamEndedError, ConnectionError):
        os._exit(0)


def _receive_socket() -> socket.socket:
    """Read a socket that the grader handed over by value, as Windows has it."""
    size = int.from_bytes(sys.stdin.buffer.read(4), "little")
    from_share: Any = getattr(socket, "fromshare", None)
    received: socket.socket = from_share(sys.stdin.buffer.read(size))
    return received


def _end_with(parent: int) -> None:
    """End this process when the grader is gone, whatever the student's code is doing."""
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(1)


def _limit(limits: dict[str, int]) -> list[str]:
    """Set what limits the system knows; return what it does not know."""
    try:
        import resource
    except ImportError:
        return ["limits: this system has none"]
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": limits["cpu_s"],
        "RLIMIT_FSIZE": limits["file_bytes"],
    }
    status = Path("/proc/self/status")
    if status.exists():
        rows = (line.split() for line in status.read_text().splitlines())
        sizes = {row[0]: int(row[1]) * 1024 for row in rows if row[0] == "VmData:"}
        wanted["RLIMIT_DATA"] = sizes["VmData:"] + limits["memory_bytes"]
    for name, value in wanted.items():
        resource.setrlimit(getattr(resource, name), (value, value))
    return [] if status.exists() else ["limits: this system does not limit memory"]
