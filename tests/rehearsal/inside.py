"""Becomes a container as Docker starts one by default, then runs a command in it. Root on Linux.

Started by container.py in namespaces of its own (mounts, processes, IPC, host name). What follows
is what Docker does, in an order that leaves each step the rights it needs:

1.  the control group, while the host's files can be seen;
2.  the image and a layer above it as one file system (overlay), /proc, /sys, /dev as Docker lays
    them out, with the same paths masked or read-only, and the container's control group;
3.  the root is changed and the host's file system is let go of;
4.  the filter on system calls: what Docker's default profile refuses a container without special
    rights, written from its documentation. It names calls of this architecture only; Docker's has
    a table for 32-bit programs too;
5.  the fourteen capabilities that Docker leaves, and no more.

What is not Docker's: the network is the host's, so that an attack has one to reach for.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import socket
import stat
import struct
import sys
from pathlib import Path

from grader.sandbox import kernel
from grader.sandbox.seccomp import ARCHITECTURES

_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
_REMOUNT, _BIND, _RECURSIVE = 32, 4096, 16384
_PLAIN = _NO_SUID | _NO_DEVICES | _NO_PROGRAMS
_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_DEVICES = {"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9}
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "ptmx": "pts/ptmx",
}
_MASKED = """
/proc/acpi /proc/asound /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats
/proc/sched_debug /proc/scsi /proc/timer_list /proc/timer_stats /sys/devices/virtual/powercap
/sys/firmware
"""
_UNWRITABLE = "/proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger"

# By number: CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW
# SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP
CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)

REFUSED = """
acct 163 89, add_key 248 217, bpf 321 280, clock_adjtime 305 266, clock_settime 227 112,
create_module 174 -, delete_module 176 106, fanotify_init 300 262, finit_module 313 273,
fsconfig 431 431, fsmount 432 432, fsopen 430 430, fspick 433 433, get_kernel_syms 177 -,
get_mempolicy 239 236, init_module 175 105, io_uring_setup 425 425, io_uring_enter 426 426,
io_uring_register 427 427, ioperm 173 -, iopl 172 -, kcmp 312 272, kexec_file_load 320 294,
kexec_load 246 104, keyctl 250 219, lookup_dcookie 212 18, mbind 237 235, migrate_pages 256 238,
mount 165 40, mount_setattr 442 442, move_mount 429 429, move_pages 279 239, nfsservctl 180 42,
open_by_handle_at 304 265, open_tree 428 428, perf_event_open 298 241, pidfd_getfd 438 438,
pivot_root 155 41, quotactl 179 60, reboot 169 142, request_key 249 218, set_mempolicy 238 237,
setdomainname 171 162, sethostname 170 161, setns 308 268, settimeofday 164 170, swapoff 168 225,
swapon 167 224, syslog 103 116, umount2 166 39, unshare 272 97, uselib 134 -, userfaultfd 323 282,
vhangup 153 58
"""
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_NEW_NAMESPACES = 0x7E020000
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    asked = json.loads(sys.argv[1])
    groups = [Path(folder) for folder in asked["groups"]]
    for group in groups:
        (group / "cgroup.procs").write_text("0")
    root = Path(asked["root"])
    lower = ":".join(asked["images"])
    layers = f"lowerdir={lower},upperdir={asked['layer']},workdir={asked['work']}"
    mount("overlay", root, "overlay", 0, layers)
    for path in asked["binds"]:
        bind(Path(path), root / path.lstrip("/"))
    system_files(root)
    if asked["shows_groups"]:
        control_groups(root / "sys" / "fs" / "cgroup", groups)
    change_root(root)
    socket.sethostname("container")
    machine = os.uname().machine
    kernel.install_filter(docker_filter(machine))
    keep_capabilities(CAPABILITIES)
    os.umask(0o022)
    os.execve(asked["command"][0], asked["command"], asked["environment"])


# --------------------------------------------------------------------------- files


def mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    result = _libc.mount(
        source.encode(),
        str(target).encode(),
        kind.encode(),
        ctypes.c_ulong(flags),
        options.encode(),
    )
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(target))


def bind(source: Path, target: Path) -> None:
    """Shows a file or folder of the host's at the same place in the container, read-only."""
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    mount(str(source), target, "", _BIND | _RECURSIVE)
    mount("", target, "", _BIND | _REMOUNT | _READ_ONLY)


def system_files(root: Path) -> None:
    mount("proc", root / "proc", "proc", _PLAIN)
    mount("sysfs", root / "sys", "sysfs", _PLAIN | _READ_ONLY)
    mount("tmpfs", root / "dev", "tmpfs", _NO_SUID, "mode=755,size=65536k")
    for name, number in _DEVICES.items():
        os.mknod(root / "dev" / name, stat.S_IFCHR | 0o666, os.makedev(1, number))
        (root / "dev" / name).chmod(0o666)
    for name, target in _LINKS.items():
        (root / "dev" / name).symlink_to(target)
    for name, kind, options in (
        ("pts", "devpts", "newinstance,ptmxmode=0666,mode=0620"),
        ("shm", "tmpfs", "mode=1777,size=65536k"),
        ("mqueue", "mqueue", ""),
    ):
        (root / "dev" / name).mkdir()
        mount(kind, root / "dev" / name, kind, _PLAIN if name != "pts" else _NO_SUID, options)
    for path in (root / name.lstrip("/") for name in _MASKED.split()):
        if path.is_dir():
            mount("tmpfs", path, "tmpfs", _READ_ONLY)
        elif path.exists():
            mount(str(root / "dev" / "null"), path, "", _BIND)
    for path in (root / name.lstrip("/") for name in _UNWRITABLE.split()):
        if path.exists():
            mount(str(path), path, "", _BIND | _RECURSIVE)
            mount("", path, "", _BIND | _REMOUNT | _READ_ONLY | _PLAIN)


def control_groups(place: Path, groups: list[Path]) -> None:
    """Shows the container's own control group as if there were none above it."""
    if len(groups) == 1:  # one hierarchy for all controllers
        bind(groups[0], place)
        return
    mount("tmpfs", place, "tmpfs", _PLAIN, "mode=755")
    for group in groups:
        bind(group, place / group.parent.name)


def change_root(root: Path) -> None:
    """Lets the container's root take the place of the host's, of which nothing stays in reach."""
    os.chdir(root)
    kernel.syscall(_PIVOT_ROOT[os.uname().machine], b".", b".")
    if _libc.umount2(b".", _DETACH) < 0:
        raise OSError(ctypes.get_errno(), "the host's root stays in reach")
    os.chdir("/")


# --------------------------------------------------------------------------- rights


def docker_filter(machine: str) -> bytearray:
    """The program that refuses what Docker's default profile does."""
    column = 1 if machine == "x86_64" else 2
    rows = [row.split() for row in REFUSED.replace("\n", " ").split(",")]
    numbers = [int(row[column]) for row in rows if row[column] != "-"]
    program = [
        (_LOAD, 0, 0, 4),  # the architecture
        (_EQUAL, 1, 0, ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, 0),  # the call's number
    ]
    for number in numbers:
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERROR | errno.EPERM)]
    program += [
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
        (_EQUAL, 0, 3, _CLONE[machine]),
        (_LOAD, 0, 0, 16),  # the low word of its flags
        (_ANY_BIT, 0, 1, _NEW_NAMESPACES),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return bytearray().join(struct.pack("=HBBI", *instruction) for instruction in program)


def keep_capabilities(kept: tuple[int, ...]) -> None:
    """Gives up every capability but these, for good."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        if capability not in kept:
            kernel.prctl(kernel.PR_CAPBSET_DROP, capability)
    low = sum(1 << capability for capability in kept)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    # effective, permitted, inheritable: of the first 32 capabilities, then of the others
    sets = (ctypes.c_uint32 * 6)(low, low, 0, 0, 0, 0)
    if _libc.capset(ctypes.byref(header), ctypes.byref(sets)) < 0:
        raise OSError(ctypes.get_errno(), "the capabilities could not be given up")


if __name__ == "__main__":
    main()
