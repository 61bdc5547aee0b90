"""The filter on system calls: an allow-list in the kernel's own little machine code (BPF).

A program sees the call's number and its arguments, not what pointers point to, and cannot be
removed. Its rules: a foreign architecture or x32 ends the process (a 32-bit call would be told
apart by number only); calls of the table are allowed, refused or looked into; the rest does not
exist. Arguments that the kernel takes as 32 bits are compared by their low word, as it does.
"""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass
from typing import Final

from grader.sandbox import syscalls

ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32: Final = 0x40000000

KILL: Final = 0x80000000
ALLOW: Final = 0x7FFF0000
REFUSE: Final = 0x00050000 | errno.EPERM
UNKNOWN: Final = 0x00050000 | errno.ENOSYS

_LOAD, _AND, _RETURN, _JUMP = 0x20, 0x54, 0x06, 0x05
_EQUAL, _AT_LEAST, _ANY_BIT = 0x15, 0x35, 0x45
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_SELF: Final = 0x7FFFFFF7
"""Stands for the worker's process id until there is one."""

_CLONE_THREAD: Final = 0x00010000
_SHARED_ANONYMOUS: Final = 0x21  # MAP_SHARED | MAP_ANONYMOUS: no limit counts such memory
_ACCESS_MODE, _TRUNCATE = 0x3, 0x200
_FOR_WRITING: Final = _ACCESS_MODE | 0x40 | _TRUNCATE | 0x400000  # O_CREAT, O_TMPFILE
_FILE_CONTROLS: Final = (*range(8), 9, 36, 37, 38, 1030, 1031, 1032, 1033, 1034)
"""Descriptors, flags, locks, pipe sizes; not F_SETOWN, F_SETSIG, F_SETOWN_EX, leases: signals."""
_DEVICE_CONTROLS: Final = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS (is it a terminal?), TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX."""
_PROCESS_CONTROLS: Final = (3, 15, 16, 21, 29, 30, 39, 0x53564D41)
"""Getting dumpable, seccomp, no_new_privs; names and timer slack; naming memory."""
_AF_UNIX: Final = 1

_Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


@dataclass(frozen=True, slots=True)
class Filter:
    """An assembled program, and where it holds the place of the process id."""

    program: bytearray
    places: tuple[int, ...]

    def for_process(self, pid: int) -> bytearray:
        """Write the id of a process into the program; return it."""
        for place in self.places:
            struct.pack_into("=I", self.program, place, pid)
        return self.program


def assemble(machine: str, *, may_write: bool, owns_files: bool) -> Filter:
    """Assemble the filter of an architecture.

    Without `may_write` no file can be changed (there is no Landlock to say which). With
    `owns_files`, files of the grader belong to the worker's user too, and modes stay as they are.
    """
    program: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, ARCHITECTURES[machine]),
        (_RETURN, 0, 0, KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    if machine == "x86_64":
        program += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, KILL)]
    decisions: dict[int, list[_Instruction]] = {}
    for table, verdict in (
        (syscalls.ALLOWED, ALLOW),
        (syscalls.WRITING, ALLOW if may_write else REFUSE),
        (syscalls.OWNING, ALLOW if may_write and not owns_files else REFUSE),
        (syscalls.REFUSED, REFUSE),
    ):
        for number in syscalls.numbers(table, machine).values():
            decisions[number] = [(_RETURN, 0, 0, verdict)]
    checks = _checks(may_write)
    for name, number in syscalls.numbers(syscalls.CHECKED, machine).items():
        decisions[number] = checks[name]
    program += _search(_ranges(decisions))
    return Filter(
        program=bytearray().join(struct.pack("=HBBI", *instruction) for instruction in program),
        places=tuple(8 * i + 4 for i, step in enumerate(program) if step[3] == _SELF),
    )


_Range = tuple[int, list[_Instruction]]  # from which number on, and what then decides


def _ranges(decisions: dict[int, list[_Instruction]]) -> list[_Range]:
    """Return the decisions on all numbers, those of neighbours that are alike as one."""
    unknown: list[_Instruction] = [(_RETURN, 0, 0, UNKNOWN)]
    ranges: list[_Range] = []
    for number in range(max(decisions) + 2):
        block = decisions.get(number, unknown)
        if not ranges or block != ranges[-1][1]:
            ranges.append((number, block))
    return ranges


def _search(ranges: list[_Range]) -> list[_Instruction]:
    """Find a number's range by halves: the kernel tries every number when a filter is installed."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    below, above = _search(ranges[:middle]), _search(ranges[middle:])
    return [(_AT_LEAST, 0, 1, ranges[middle][0]), (_JUMP, 0, 0, len(below)), *below, *above]


def _checks(may_write: bool) -> dict[str, list[_Instruction]]:
    """Return for each checked call the instructions that decide on it."""
    return {
        "open": _opening(1, may_write),
        "openat": _opening(2, may_write),
        "mmap": _not_exactly(3, _SHARED_ANONYMOUS, _SHARED_ANONYMOUS),
        "clone": [
            (_LOAD, 0, 0, _low(0)),
            (_ANY_BIT, 0, 1, _CLONE_THREAD),
            (_RETURN, 0, 0, ALLOW),
            (_RETURN, 0, 0, REFUSE),
        ],
        "ioctl": _one_of(1, _DEVICE_CONTROLS),
        "fcntl": _one_of(1, _FILE_CONTROLS),
        "prctl": _one_of(0, _PROCESS_CONTROLS),
        "socketpair": _one_of(0, (_AF_UNIX,)),
        "kill": _one_of(0, (_SELF,)),
        "tgkill": _one_of(0, (_SELF,)),
        "sched_setaffinity": _one_of(0, (0, _SELF)),
        "sendto": _zero(4),  # no address: only to the peer that it already has
        "prlimit64": [
            (_LOAD, 0, 0, _low(0)),
            (_EQUAL, 2, 0, 0),
            (_EQUAL, 1, 0, _SELF),
            (_RETURN, 0, 0, REFUSE),
            *_zero(2),  # no new limit: it may look, not change
        ],
    }


def _low(argument: int) -> int:
    return _ARGUMENTS_AT + 8 * argument


def _one_of(argument: int, values: tuple[int, ...]) -> list[_Instruction]:
    block: list[_Instruction] = [(_LOAD, 0, 0, _low(argument))]
    for value in values:
        block += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, ALLOW)]
    return [*block, (_RETURN, 0, 0, REFUSE)]


def _without_bits(argument: int, bits: int) -> list[_Instruction]:
    return [
        (_LOAD, 0, 0, _low(argument)),
        (_ANY_BIT, 0, 1, bits),
        (_RETURN, 0, 0, REFUSE),
        (_RETURN, 0, 0, ALLOW),
    ]


def _opening(argument: int, may_write: bool) -> list[_Instruction]:
    """Refuse to open for writing, or else only to truncate a file that is opened for reading."""
    if may_write:
        return _not_exactly(argument, _ACCESS_MODE | _TRUNCATE, _TRUNCATE)
    return _without_bits(argument, _FOR_WRITING)


def _not_exactly(argument: int, mask: int, bits: int) -> list[_Instruction]:
    """Allow unless, of the bits of the mask, exactly these are set."""
    return [
        (_LOAD, 0, 0, _low(argument)),
        (_AND, 0, 0, mask),
        (_EQUAL, 0, 1, bits),
        (_RETURN, 0, 0, REFUSE),
        (_RETURN, 0, 0, ALLOW),
    ]


def _zero(argument: int) -> list[_Instruction]:
    """Allow when all 64 bits of the argument, a pointer, are zero."""
    return [
        (_LOAD, 0, 0, _low(argument)),
        (_EQUAL, 0, 3, 0),
        (_LOAD, 0, 0, _low(argument) + 4),
        (_EQUAL, 0, 1, 0),
        (_RETURN, 0, 0, ALLOW),
        (_RETURN, 0, 0, REFUSE),
    ]
