"""How a worker is confined: every layer, in the order in which it is put on.

Theory of operation
-------------------
A worker is a fork of the launcher that will run arbitrary code. Between the fork and the first
byte of that code it gives up, for good, everything that the code does not need. No layer trusts
another: what would matter most (reading secrets, memory of others, signals, tracing, connections,
programs, writing) is stopped by at least two of own user, Landlock and seccomp, where the machine
has them. What is the same for all workers the launcher does once, as every page of memory that a
worker writes to is copied first: it leaves the network for an empty one, where that is granted, is
not dumpable, adopts what its workers leave behind, answers signals as a new process would, and
works out limits, rules and filter. The order in a worker is not free:

1.  session, descriptors: stdin empty, stdout and stderr to the grader, the conversation; all else
    is closed, so that nothing open leaks in and no later step can be reached from outside.
2.  out-of-memory score: while we still may write to /proc. If memory runs out in spite of the
    limits, the kernel ends the worker first, then the launcher, and the grader last.
3.  limits: before the user changes, as the counts of processes belong to the user. Memory is what
    the launcher uses now plus the budget: an absolute limit would charge the imports to students.
4.  (Landlock's ruleset was built by the launcher, with the scratch directory, which an earlier
    worker may have had and left empty.)
5.  user: groups, then group, then user, one that nobody else has, no two workers the same. That
    it cannot be undone is tried. The kernel clears all capabilities with it. Where another user
    could not read the interpreter, the worker stays who it is, without capabilities.
6.  scratch directory: home, working directory, and the only place to write to.
7.  dies with the launcher: after the user, which would clear it; then the parent is looked at, as
    it may have died before.
8.  not dumpable: nobody of the same user reads its memory (it is the launcher's, too).
9.  no_new_privs: before Landlock and seccomp, which ask for it.
10. Landlock: reads the interpreter, its libraries and where they are in its own memory, reads and
    writes the scratch directory; no TCP, no abstract sockets, no signals outwards.
11. seccomp: last, as it forbids what the steps above need.
12. the interpreter: environment and search path hold nothing of the grader's (the launcher's do
    not either).

Then the worker attests (attest.py): it tries what it must not be able to do, and tells the grader
before it is given any of the student's code. What it says there is true, since nothing else has
run in it; what it says later is only an answer.

A layer that the machine does not have is named in `missing`, with the reason; the grader decides
(supervisor.py) whether that is enough. What stays open: the student's code may see that files
exist (`stat`), read the time, and use its limits up.
"""

from __future__ import annotations

import contextlib
import contextvars
import fcntl
import itertools
import os
import resource
import signal
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.sandbox import attest, kernel, landlock, libraries, seccomp

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

SECURITY: Final = frozenset(
    {"own_user", "dies_with_parent", "not_dumpable", "landlock", "seccomp", "namespaces"}
)
"""Layers that can be left out, to see whether the others hold alone, or all of them at once."""

CONVERSATION: Final = 3
"""The descriptor of the conversation, in every worker."""
_ADDRESS_SPACE_SLACK: Final = 512 << 20  # mapped but never touched: thread stacks, arenas
_OPEN_FILES: Final = 64
_OTHERS_THREADS: Final = 500  # which may come up while workers run
_WORKERS_OOM_SCORE, _LAUNCHERS_OOM_SCORE = b"1000", b"500"  # a launcher can be replaced
_FREE_USERS: Final = range(1_900_000_000, 2_100_000_000)  # nobody hands out ids from here
_FEW_FREE_USERS: Final = range(61_184, 65_520)  # where a container maps 65,536 ids only


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use; see grader.model.Limits."""

    memory_bytes: int
    file_bytes: int
    processes: int
    cpu_s: int


@dataclass(frozen=True, slots=True)
class Request:
    """What the grader asks of the launcher."""

    limits: Limits
    without: frozenset[str]
    others: tuple[int, ...]  # processes that workers must not reach: the grader's, and between
    secrets: tuple[Path, ...]
    installed: tuple[str, ...]  # directories of packages that the grader itself uses
    base: Path  # holds the scratch directories


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is decided once, in the launcher, before the first worker."""

    request: Request
    launcher: int
    limits: tuple[tuple[int, tuple[int, int]], ...]  # see `measured`
    users: range | None  # None: workers stay who the launcher is
    doors: tuple[int, ...]
    ways: tuple[str, ...]  # by which the secrets might be reached
    grants: tuple[Path, ...]
    landlock_abi: int  # 0: without
    filter: seccomp.Filter | None
    inherited: tuple[str, ...]  # layers of the launcher's own
    missing: tuple[str, ...]

    def user(self, number: int) -> int | None:
        """Return the user id of the launcher's worker of this number."""
        return None if self.users is None else self.users[number % len(self.users)]


class _Layers:
    """Which layers are on, and why others are not."""

    def __init__(self, on: tuple[str, ...], missing: tuple[str, ...]) -> None:
        self.on = list(on)
        self.missing = list(missing)

    def put(self, layer: str, action: Callable[[], object]) -> bool:
        """Put a layer on; a machine that refuses it is no reason to stop here."""
        try:
            action()
        except (OSError, ValueError) as error:
            self.missing.append(f"{layer}: {error}")
            return False
        self.on.append(layer)
        return True


def prepare(request: Request) -> Plan:
    """Find out what this machine offers and decide how workers will be confined.

    Called in the launcher, whose own layers it puts on, too. What is imported from here on comes
    from the workers' search path.
    """
    layers = _Layers((), ())
    grants = libraries.readable(request.installed)
    users = None if "own_user" in request.without else _choose_users(layers)
    doors = {} if users is None else libraries.open_doors(grants)
    if "namespaces" not in request.without:
        flags = kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
        layers.put("namespaces", lambda: kernel.unshare(flags))
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    with contextlib.suppress(OSError):
        _volunteer_for_oom(_LAUNCHERS_OOM_SCORE)
    if "not_dumpable" not in request.without:
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    abi = 0 if "landlock" in request.without else landlock.abi()
    if "landlock" not in request.without:
        gaps = landlock.gaps(abi)
        if not abi:
            layers.missing.append("landlock: this kernel has none, or a container forbids it")
        elif gaps:
            layers.missing.append(f"landlock: this kernel's does not know of {gaps}")
    _answer_signals_as_new()
    os.umask(0o077)
    # nothing of the grader's: all that this process still imports is for students
    sys.path[:] = libraries.search_path(grants)
    libraries.clean_finders()
    return Plan(
        request=request,
        launcher=os.getpid(),
        limits=(),
        users=users,
        doors=tuple(doors.values()),
        ways=tuple(str(way) for one in request.secrets for way in libraries.ways_to(one, doors)),
        grants=grants,
        landlock_abi=abi,
        filter=_filter(request.without, layers, may_write=bool(abi), owns_files=users is None),
        inherited=tuple(layers.on),
        missing=tuple(layers.missing),
    )


def measured(plan: Plan) -> Plan:
    """Work out the limits: what this process has now counts for no worker."""
    return replace(plan, limits=_limits(plan.request.limits, own_user=plan.users is not None))


def do_as_a_worker(plan: Plan, scratch: Path, action: Callable[[], object]) -> None:
    """Do something behind the Landlock and seccomp of a worker, and come back from there.

    Both hold for a thread. So it is done in one that ends; what a package tries when it is imported
    (to make a semaphore, to start a program) comes to what it would come to in a worker. What it
    sets for its thread, as NumPy's answer to a division by zero is, is set here.
    """
    import numpy as np  # late: not all that confine themselves need it

    answers: dict[str, Any] = {}

    def confined() -> None:
        with contextlib.suppress(OSError, ValueError):  # as in a worker: told by each of those
            kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
            if ruleset >= 0:
                landlock.enter(ruleset, plan.landlock_abi)
            if plan.filter is not None:
                kernel.install_filter(plan.filter.for_process(os.getpid()))
        action()
        answers.update(np.geterr())

    ruleset = ruleset_for(plan, scratch)
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(confined,))
    thread.start()
    thread.join()
    for variable, value in context.items():
        variable.set(value)
    np.seterr(**answers)  # no variable of the context before NumPy 2
    if ruleset >= 0:
        os.close(ruleset)


def ruleset_for(plan: Plan, scratch: Path) -> int:
    """Build the Landlock ruleset of workers that have this scratch directory; -1 without."""
    if not plan.landlock_abi:
        return -1
    writable = (scratch, Path(os.devnull))
    return landlock.build(plan.landlock_abi, read=plan.grants, write=writable)


def confine(
    plan: Plan, *, user: int | None, scratch: str, ruleset: int, streams: tuple[int, int, int]
) -> Mapping[str, object]:
    """Put every layer on this process, attest, and return what is to be told to the grader."""
    without = plan.request.without
    layers = _Layers(plan.inherited, plan.missing)
    layers.put("descriptors", lambda: _take_descriptors(streams, (*plan.doors, ruleset)))
    layers.put("session", os.setsid)
    layers.put("oom_score", lambda: _volunteer_for_oom(_WORKERS_OOM_SCORE))
    layers.put("limits", lambda: _limit(plan.limits))
    if user is not None:
        layers.put("own_user", lambda: _become(user))
    if os.geteuid() == 0 and not without >= SECURITY:
        layers.put("no_capabilities", kernel.drop_capabilities)
    layers.put("scratch", lambda: os.chdir(scratch))
    if "dies_with_parent" not in without:
        layers.put("dies_with_parent", lambda: _die_with(plan.launcher))
    if "not_dumpable" not in without:
        layers.put("not_dumpable", lambda: kernel.prctl(kernel.PR_SET_DUMPABLE, 0))
    layers.put("no_new_privs", lambda: kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1))
    if plan.landlock_abi:
        layers.put("landlock", lambda: landlock.enter(ruleset, plan.landlock_abi))
        os.close(ruleset)
    if plan.filter is not None:
        program = plan.filter.for_process(os.getpid())
        layers.put("seccomp", lambda: kernel.install_filter(program))
    layers.put("environment", lambda: move_home(scratch))
    refused: Mapping[str, bool] = {}
    if not without >= SECURITY:
        refused = attest.probe(
            secrets=plan.ways,
            others=(plan.launcher, *plan.request.others),
            outside=str(plan.request.base.parent),
        )
    return {"layers": layers.on, "missing": layers.missing, "refused": dict(refused)}


def exposed(plan: Plan) -> list[str]:
    """Name the secrets that lie below a path which every worker may read."""
    found = []
    for secret in plan.request.secrets:
        grant = libraries.holding(secret, plan.grants)
        if grant is not None:
            found.append(f"{secret} lies below {grant}")
    return found


# ------------------------------------------------------------------- decisions


def _choose_users(layers: _Layers) -> range | None:
    """Return the user ids for workers; None, and why, when they must stay who the launcher is."""
    if os.geteuid() != 0:
        layers.missing.append("own_user: the grader does not run as root")
        return None
    closed = libraries.closed_to_others()
    if closed is not None:
        layers.missing.append(f"own_user: other users cannot read {closed}; chmod o+rX would help")
        return None
    users = next((ids for ids in (_FREE_USERS, _FEW_FREE_USERS) if _are_mapped(ids)), None)
    if users is None:
        layers.missing.append("own_user: this container has no user ids to spare")
        return None
    start = int.from_bytes(os.urandom(4), "little") % (len(users) // 2)
    return users[start:]


def _are_mapped(users: range) -> bool:
    """Whether all these ids exist in the user namespace that we are in."""
    for name in ("uid_map", "gid_map"):
        rows = [row.split() for row in Path(f"/proc/self/{name}").read_text().splitlines()]
        if not any(
            int(first) <= users[0] and users[-1] < int(first) + int(count)
            for first, _, count in rows
        ):
            return False
    return True


def _filter(
    without: Collection[str], layers: _Layers, *, may_write: bool, owns_files: bool
) -> seccomp.Filter | None:
    if "seccomp" in without:
        return None
    machine = os.uname().machine
    if machine not in seccomp.ARCHITECTURES:
        layers.missing.append(f"seccomp: there is no table of system calls for {machine}")
        return None
    return seccomp.assemble(machine, may_write=may_write, owns_files=owns_files)


def _memory_in_use() -> tuple[int, int]:
    """Return the bytes of data and of address space that this process has now."""
    rows = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
    sizes = {row[0]: int(row[1]) * 1024 for row in rows if row[0] in ("VmData:", "VmSize:")}
    return sizes["VmData:"], sizes["VmSize:"]


def _others_threads() -> int | None:
    """Return how many threads all others have, and may have soon; None if nobody tells.

    Whoever's they are: those of one user the kernel counts across containers, and who looks out of
    one does not see them all.
    """
    with contextlib.suppress(OSError, IndexError, ValueError):
        running_and_all = Path("/proc/loadavg").read_text().split()[3]
        return int(running_and_all.partition("/")[2]) + _OTHERS_THREADS
    return None


# ------------------------------------------------------------------- steps


def _take_descriptors(streams: tuple[int, int, int], kept: tuple[int, ...]) -> None:
    """Make stdin empty, stdout and stderr the grader's, the conversation number 3; close the rest.

    Any of them may stand where another must go, so all move up first.
    """
    high = max((CONVERSATION, *kept)) + 1
    moved = [fcntl.fcntl(stream, fcntl.F_DUPFD, high) for stream in streams]
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in zip((null, *moved), (0, CONVERSATION, 1, 2), strict=True):
        os.dup2(source, target)
    edges = [*sorted({CONVERSATION, *kept} - {-1}), 1 << 20]
    for low, above in itertools.pairwise(edges):
        os.closerange(low + 1, above)


def _answer_signals_as_new() -> None:
    """Undo what Python set up, and what a shell did that started the grader in the background."""
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}:  # as Python has them
        if signal.getsignal(number) not in (signal.SIG_DFL, None):
            signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _volunteer_for_oom(score: bytes) -> None:
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # else the file is root's; a later step takes it back
    file = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(file, score)
    finally:
        os.close(file)


def _limits(limits: Limits, *, own_user: bool) -> tuple[tuple[int, tuple[int, int]], ...]:
    """Work out every limit: its kind, soft and hard."""
    data_bytes, address_space_bytes = _memory_in_use()
    data = data_bytes + limits.memory_bytes
    address_space = address_space_bytes + limits.memory_bytes + _ADDRESS_SPACE_SLACK
    wanted = {
        resource.RLIMIT_CORE: (0, 0),
        # The first one sends SIGXCPU, which can be ignored; the second one kills.
        resource.RLIMIT_CPU: (limits.cpu_s, limits.cpu_s + 1),
        resource.RLIMIT_FSIZE: (limits.file_bytes, limits.file_bytes),
        resource.RLIMIT_NOFILE: (_OPEN_FILES, _OPEN_FILES),
        resource.RLIMIT_MEMLOCK: (0, 0),
        resource.RLIMIT_MSGQUEUE: (0, 0),
        resource.RLIMIT_DATA: (data, data),
        resource.RLIMIT_AS: (address_space, address_space),
    }
    # The kernel counts all threads of a user. Of a user that is not the worker's alone others have
    # some and will have more; but it shall not take all that there are.
    others = 0 if own_user else _others_threads()
    if others is not None:
        wanted[resource.RLIMIT_NPROC] = (limits.processes + others,) * 2
    for kind, (soft, hard) in wanted.items():
        _, most = resource.getrlimit(kind)
        if most != resource.RLIM_INFINITY:
            wanted[kind] = min(soft, most), min(hard, most)
    return tuple(wanted.items())


def _limit(limits: tuple[tuple[int, tuple[int, int]], ...]) -> None:
    for kind, soft_and_hard in limits:
        resource.setrlimit(kind, soft_and_hard)


def _become(user: int) -> None:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    with contextlib.suppress(PermissionError):
        os.setuid(0)
        os._exit(1)  # a user that can become root again is no layer


def _die_with(launcher: int) -> None:
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != launcher:
        os._exit(1)


def move_home(scratch: str) -> None:
    """Have files go to a directory that are written without a place being named."""
    for name in ("HOME", "TMPDIR", "MPLCONFIGDIR"):
        os.environ[name] = scratch
