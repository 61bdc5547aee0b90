"""What the worker tries before it lets the student's code try: eight things it must not be able to.

Each probe returns whether it was refused. A probe that succeeds leaves nothing behind: no signal
but number 0, no file, no stopped process. The layers are tested by what they prevent, not by
whether their calls succeeded.
"""

from __future__ import annotations

import errno
import functools
import os
import socket
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from grader.sandbox import kernel

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEIZE, _DETACH, _INTERRUPT = 0x4206, 17, 0x4207
_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)
_NO_RIGHT: Final = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS})


def probe(*, secrets: Iterable[str], others: Iterable[int], outside: str) -> Mapping[str, bool]:
    """Try all that must be refused; return for each probe whether it was.

    `secrets` are files and directories that exist, `others` the processes of the grader,
    `outside` a directory that everybody may write to.
    """
    others = tuple(others)
    return {
        "read_secret": not any(_reads(secret) for secret in secrets),
        "read_memory": not any(_reads_memory(pid) for pid in others),
        "signal": not any(_succeeds(functools.partial(os.kill, pid, 0)) for pid in others),
        "trace": not any(_traces(pid) for pid in others),
        "network": not any(_opens_socket(family) for family in _FAMILIES),
        "fork": not _forks(),
        "execute": not _executes(),
        "write_outside": not _writes(outside),
    }


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def _reads(secret: str) -> bool:
    return _succeeds(lambda: os.close(os.open(secret, os.O_RDONLY | os.O_CLOEXEC)))


def _reads_memory(pid: int) -> bool:
    if _succeeds(lambda: os.close(os.open(f"/proc/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC))):
        return True
    try:
        kernel.read_memory(pid)
    except OSError as error:
        return error.errno == errno.EFAULT  # allowed to look, nothing at that address
    return True


def _traces(pid: int) -> bool:
    """Seize a process and let it go at once. It is never left stopped."""
    try:
        kernel.ptrace(_SEIZE, pid)
    except OSError:
        return False
    kernel.ptrace(_INTERRUPT, pid)
    os.waitpid(pid, 0x40000000)  # __WALL
    kernel.ptrace(_DETACH, pid)
    return True


def _opens_socket(family: socket.AddressFamily) -> bool:
    return _succeeds(lambda: socket.socket(family, socket.SOCK_DGRAM).close())


def _forks() -> bool:
    try:
        child = os.fork()
    except OSError:
        return False
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True


def _executes() -> bool:
    try:
        os.execve("/nonexistent/program", ["program"], {})
    except OSError as error:
        if error.errno in _NO_RIGHT:
            return False
    try:  # the call is there; whether it starts an existing program, a child may find out
        child = os.fork()
    except OSError:
        return True
    if child == 0:
        try:
            os.execve("/bin/sh", ["sh", "-c", "exit 7"], {})
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def _writes(outside: str) -> bool:
    target = f"{outside}/grader-probe-{os.getpid()}"
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except OSError:
        return False
    os.unlink(target)  # noqa: PTH108 - a text is all that the worker was given
    return True
