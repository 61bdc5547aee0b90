"""Landlock: which files a process may read and write, whoever it is. Linux 5.13 and later.

A ruleset names what is *handled* (refused unless granted) and grants parts of it below some
directories. Every kernel handles as much as its ABI knows; what it does not know stays allowed,
which is why the other layers do not lean on it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
from typing import TYPE_CHECKING, Final

from grader.sandbox import kernel

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_CREATE_RULESET_VERSION: Final = 1
_RULE_PATH_BENEATH: Final = 1
_LOG_SAME_EXEC_OFF: Final = 1  # a hostile loop of refusals must not fill the machine's audit log

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_FILE_RIGHTS: Final = _WRITE_FILE | _READ_FILE | _TRUNCATE
_READ: Final = _READ_FILE | _READ_DIR
_WRITE: Final = (
    _READ
    | _WRITE_FILE
    | _REMOVE_DIR
    | _REMOVE_FILE
    | _MAKE_DIR
    | _MAKE_REG
    | _MAKE_SYM
    | _REFER
    | _TRUNCATE
)
_HANDLED_FS: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_HANDLED_NET: Final = 0b11  # bind and connect of TCP, from ABI 4; granted to nobody
_SCOPED: Final = 0b11  # abstract sockets and signals, from ABI 6


def abi() -> int:
    """Return the ABI of this kernel's Landlock, 0 if there is none or it is switched off."""
    try:
        return kernel.syscall(_CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION)
    except OSError:
        return 0


def gaps(version: int) -> str:
    """Return what this ABI does not know of yet, in words; empty when it knows all we ask for."""
    since = ((3, "truncating files"), (4, "TCP"), (5, "device ioctls"), (6, "signals and sockets"))
    return ", ".join(gap for first, gap in since if version < first)


def build(version: int, *, read: Iterable[Path], write: Iterable[Path]) -> int:
    """Make a ruleset that grants reading and writing below these paths; return its descriptor.

    A path that does not exist is left out. No path grants execution: what is loaded as a
    library is mapped, not executed.
    """
    handled = max((known, bits) for known, bits in _HANDLED_FS.items() if known <= version)[1]
    words = [handled]
    if version >= 4:
        words.append(_HANDLED_NET)
    if version >= 6:
        words.append(_SCOPED)
    attributes = (ctypes.c_uint64 * len(words))(*words)
    ruleset = kernel.syscall(
        _CREATE_RULESET, ctypes.byref(attributes), ctypes.sizeof(attributes), 0
    )
    for paths, rights in ((read, _READ), (write, _WRITE)):
        for path in paths:
            _grant(ruleset, path, rights & handled)
    return ruleset


def enter(ruleset: int, version: int) -> None:
    """Put this thread under the ruleset, for good. Needs no_new_privs.

    Its process may also read where its libraries are in memory, as scikit-learn does.
    """
    _grant(ruleset, "/proc/self/maps", _READ_FILE)
    kernel.syscall(_RESTRICT_SELF, ruleset, _LOG_SAME_EXEC_OFF if version >= 7 else 0)


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"  # the kernel's structure is packed; Python 3.14 wants this said
    _fields_ = (("rights", ctypes.c_uint64), ("parent", ctypes.c_int32))


def _grant(ruleset: int, path: Path | str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _FILE_RIGHTS
        rule = _PathBeneath(rights, place)
        with contextlib.suppress(OSError):  # of a kind that cannot be granted: it stays closed
            kernel.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(place)
