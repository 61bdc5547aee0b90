"""The system-call filter, run by a little machine of our own, for both architectures.

The kernel of the machine that tests run on has one architecture only; the program that the other
one would get is checked here, instruction by instruction.
"""

from __future__ import annotations

import struct
from typing import Any

import pytest

from grader.sandbox import seccomp, syscalls

PID = 4242
MACHINES = tuple(seccomp.ARCHITECTURES)


def verdict(
    machine: str,
    number: int,
    *arguments: int,
    architecture: int | None = None,
    may_write: bool = True,
    owns_files: bool = False,
) -> int:
    """What the filter decides on one call, by interpreting its program."""
    assembled = seccomp.assemble(machine, may_write=may_write, owns_files=owns_files)
    program = list(struct.iter_unpack("=HBBI", assembled.for_process(PID)))
    assert len(program) < 4096, "the kernel takes no longer one"
    arch = seccomp.ARCHITECTURES[machine] if architecture is None else architecture
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<IIQ6Q", number, arch, 0, *(a & (2**64 - 1) for a in padded))
    accumulator = at = 0
    while True:
        code, if_true, if_false, k = program[at]
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, k)[0]
        elif code == 0x54:
            accumulator &= k
        elif code == 0x05:
            at += k
        elif code == 0x06:
            return int(k)
        elif code in (0x15, 0x35, 0x45):
            holds = {0x15: accumulator == k, 0x35: accumulator >= k, 0x45: accumulator & k}[code]
            at += if_true if holds else if_false
        else:
            raise AssertionError(f"an instruction that the kernel may not know: {code:#x}")


def number_of(machine: str, name: str) -> int:
    tables = (syscalls.ALLOWED, syscalls.WRITING, syscalls.OWNING, syscalls.CHECKED)
    for table in (*tables, syscalls.REFUSED):
        numbers = syscalls.numbers(table, machine)
        if name in numbers:
            return numbers[name]
    raise LookupError(name)


A, R, U, K = seccomp.ALLOW, seccomp.REFUSE, seccomp.UNKNOWN, seccomp.KILL
HIGH = 1 << 40
DECISIONS: list[tuple[str, tuple[int, ...], int]] = [
    ("read", (0, 0, 1), A),
    ("exit_group", (0,), A),
    ("socket", (2, 1, 0), R),
    ("connect", (), R),
    ("sendmsg", (), R),
    ("socketpair", (1, 1, 0), A),
    ("socketpair", (2, 1, 0), R),
    ("socketpair", (16, 3, 0), R),
    ("sendto", (3, 0, 5, 0, 0, 0), A),
    ("sendto", (3, 0, 5, 0, 0x7FFF0000, 16), R),
    ("sendto", (3, 0, 5, 0, HIGH, 16), R),
    ("ptrace", (16, 1), R),
    ("process_vm_readv", (1,), R),
    ("execve", (), R),
    ("execveat", (), R),
    ("clone", (0x00010000 | 0x100 | 0x800,), A),
    ("clone", (17,), R),
    ("clone", (0x10000000 | 17,), R),
    ("kill", (PID, 15), A),
    ("kill", (PID + 1, 0), R),
    ("kill", (0, 9), R),
    ("kill", (-1, 9), R),
    ("kill", (1, 9), R),
    ("tgkill", (PID, 77, 6), A),
    ("tgkill", (1, 1, 9), R),
    ("tkill", (PID, 9), R),
    ("rt_sigqueueinfo", (PID, 9), R),
    ("pidfd_open", (1,), R),
    ("pidfd_send_signal", (1,), R),
    ("prlimit64", (0, 7, 0, 1), A),
    ("prlimit64", (PID, 7, 0, 1), A),
    ("prlimit64", (1, 7, 0, 1), R),
    ("prlimit64", (0, 7, 0x1000, 0), R),
    ("prlimit64", (0, 7, HIGH, 0), R),
    ("setrlimit", (), R),
    ("sched_setaffinity", (0,), A),
    ("sched_setaffinity", (1,), R),
    ("fcntl", (1, 3), A),
    ("fcntl", (1, 1030, 3), A),
    ("fcntl", (1, 8, 1), R),
    ("fcntl", (1, 10, 9), R),
    ("fcntl", (1, 15, 0), R),
    ("fcntl", (1, 1024, 0), R),
    ("ioctl", (1, 0x5401), A),
    ("ioctl", (1, 0x5412), R),
    ("ioctl", (1, 0x8901), R),
    ("ioctl", (1, 0x8902), R),
    ("prctl", (15,), A),
    ("prctl", (1, 0), R),
    ("prctl", (4, 1), R),
    ("prctl", (22,), R),
    ("mmap", (0, 4096, 3, 0x22), A),
    ("mmap", (0, 4096, 3, 0x01, 5), A),
    ("mmap", (0, 4096, 3, 0x21), R),
    ("mmap", (0, 4096, 3, 0x20021), R),
    ("mmap", (0, 4096, 3, 0x23), R),
    ("memfd_create", (), R),
    ("shmget", (), R),
    ("unshare", (), R),
    ("setns", (), R),
    ("mount", (), R),
    ("bpf", (), R),
    ("io_uring_setup", (), R),
    ("perf_event_open", (), R),
    ("userfaultfd", (), R),
    ("keyctl", (), R),
    ("setuid", (0,), R),
    ("setresuid", (0, 0, 0), R),
    ("setsid", (), R),
    ("seccomp", (), R),
    ("mknodat", (), R),
    ("open_by_handle_at", (), R),
    ("openat", (0, 0, 0), A),
    ("openat", (0, 0, 0x241), A),
    ("openat", (0, 0, 0x200), R),
    ("renameat2", (), A),
    ("fchmodat", (), A),
]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "decided"),
    DECISIONS,
    ids=[f"{name}{arguments}" for name, arguments, _ in DECISIONS],
)
def test_a_call_is_decided_on_as_the_table_says(
    machine: str, name: str, arguments: tuple[int, ...], decided: int
) -> None:
    assert verdict(machine, number_of(machine, name), *arguments) == decided


CLONE3, OPENAT2 = 435, 437  # the same on both


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("number", [CLONE3, OPENAT2, 463, 2000, 0x3FFFFFFF])
def test_a_call_that_stands_in_no_table_does_not_exist(machine: str, number: int) -> None:
    assert verdict(machine, number) == U


@pytest.mark.parametrize("machine", MACHINES)
def test_a_foreign_architecture_ends_the_process(machine: str) -> None:
    for architecture in (0x40000003, 0x40000028, 0, *seccomp.ARCHITECTURES.values()):
        own = architecture == seccomp.ARCHITECTURES[machine]
        read = number_of(machine, "read")
        assert verdict(machine, read, architecture=architecture) == (A if own else K)


@pytest.mark.parametrize("number", [0x40000000, 0x40000001, 0x40000000 + 59, 0xFFFFFFFF])
def test_x32_ends_the_process(number: int) -> None:
    assert verdict("x86_64", number) == K


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", [*syscalls.numbers(syscalls.WRITING, "aarch64")])
def test_without_landlock_no_file_is_changed(machine: str, name: str) -> None:
    assert verdict(machine, number_of(machine, name), may_write=False) == R


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("flags", [0x1, 0x2, 0x40, 0x200, 0x410000, 0x442])
def test_without_landlock_no_file_is_opened_for_writing(machine: str, flags: int) -> None:
    openat = number_of(machine, "openat")
    assert verdict(machine, openat, 0, 0, flags, may_write=False) == R
    assert verdict(machine, openat, 0, 0, 0x80000, may_write=False) == A


@pytest.mark.parametrize("machine", MACHINES)
def test_a_user_who_owns_other_files_changes_no_modes(machine: str) -> None:
    for number in syscalls.numbers(syscalls.OWNING, machine).values():
        assert verdict(machine, number, owns_files=True) == R
        assert verdict(machine, number, owns_files=False) == A


def test_no_call_stands_in_two_tables_and_no_number_twice() -> None:
    tables = (syscalls.ALLOWED, syscalls.WRITING, syscalls.OWNING, syscalls.CHECKED)
    for machine in MACHINES:
        names: list[str] = []
        numbers: list[int] = []
        for table in (*tables, syscalls.REFUSED):
            found = syscalls.numbers(table, machine)
            names += found
            numbers += found.values()
        assert len(names) == len(set(names))
        assert len(numbers) == len(set(numbers))


def test_every_checked_call_has_its_check() -> None:
    checks: dict[str, Any] = seccomp._checks(True)
    assert set(checks) == set(syscalls.numbers(syscalls.CHECKED, "x86_64"))
    assert set(syscalls.numbers(syscalls.CHECKED, "aarch64")) == set(checks) - {"open"}


@pytest.mark.parametrize("machine", MACHINES)
def test_every_number_is_decided_on_as_its_table_says(machine: str) -> None:
    expected = dict.fromkeys(range(600), U)
    for table, decided in (
        (syscalls.ALLOWED, A),
        (syscalls.WRITING, A),
        (syscalls.OWNING, A),
        (syscalls.REFUSED, R),
    ):
        expected |= dict.fromkeys(syscalls.numbers(table, machine).values(), decided)
    for number in syscalls.numbers(syscalls.CHECKED, machine).values():
        del expected[number]  # they hang on their arguments, see above
    assert {number: verdict(machine, number) for number in expected} == expected
