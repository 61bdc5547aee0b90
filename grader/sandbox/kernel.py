"""The few system calls that Python does not offer, by ctypes. Linux only; loaded in the launcher.

Each raises OSError as Python's own would. Numbers and structures are the kernel's ABI, which
never changes; where architectures differ, the number is in seccomp.py's table.
"""

from __future__ import annotations

import ctypes
import os
from typing import Final

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_CAPBSET_DROP: Final = 24
PR_SET_SECCOMP: Final = 22
PR_SET_CHILD_SUBREAPER: Final = 36
PR_SET_NO_NEW_PRIVS: Final = 38
PR_CAP_AMBIENT: Final = 47
PR_CAP_AMBIENT_CLEAR_ALL: Final = 4
SECCOMP_MODE_FILTER: Final = 2
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWNET: Final = 0x40000000
_CAPABILITY_VERSION_3: Final = 0x20080522

_libc: Final = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class _FilterInstruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("jt", ctypes.c_uint8),
        ("jf", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    )


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_FilterInstruction)))


class IoVec(ctypes.Structure):
    """One piece of memory, as process_vm_readv wants it."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


_PIECES: Final = (ctypes.POINTER(IoVec), ctypes.c_ulong)
_libc.process_vm_readv.restype = ctypes.c_ssize_t
_libc.process_vm_readv.argtypes = [ctypes.c_int, *_PIECES, *_PIECES, ctypes.c_ulong]


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def prctl(option: int, *arguments: int) -> None:
    """Call prctl; raise OSError when it refuses."""
    padded = (*arguments, 0, 0, 0, 0)[:4]
    _checked(_libc.prctl(option, *padded))


def syscall(number: int, *arguments: object) -> int:
    """Make the system call of this number; raise OSError when it fails."""
    wrapped = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *wrapped))


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` name for new, empty ones."""
    _checked(_libc.unshare(ctypes.c_int(flags)))


def drop_capabilities() -> None:
    """Give up every capability for good: effective, permitted, inheritable, ambient, bounding."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    capability = 0
    while True:
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last one, or not ours to drop: no_new_privs makes that harmless
        capability += 1
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _checked(_libc.capset(ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)())))


def install_filter(program: bytearray) -> None:
    """Put this process, and all it becomes, behind an assembled seccomp program."""
    count = len(program) // ctypes.sizeof(_FilterInstruction)
    instructions = (_FilterInstruction * count).from_buffer(program)
    fprog = _FilterProgram(count, instructions)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(fprog))


def ptrace(request: int, pid: int) -> None:
    """Call ptrace without an argument; raise OSError when it refuses."""
    _checked(_libc.ptrace(request, pid, None, None))


def read_memory(pid: int) -> None:
    """Read a byte of another process's memory, at an address that nothing has; raise OSError."""
    buffer = ctypes.create_string_buffer(1)
    local = IoVec(ctypes.addressof(buffer), 1)
    remote = IoVec(0x1000, 1)
    _checked(_libc.process_vm_readv(pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0))
