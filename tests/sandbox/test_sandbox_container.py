"""A worker's memory ends before the container's does, whichever way the system tells of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from sandboxes import children_of, submission

from grader.model import Limits
from grader.sandbox import Launcher, container

MB = 1 << 20
ASKED = Limits(memory_bytes=1024 * MB)
V1 = "12:cpu,cpuacct:/docker/1f\n7:memory:/docker/1f\n1:name=systemd:/docker/1f\n0::/docker/1f\n"

SYSTEMS = {
    "none": ({}, 1024),
    "no limit": ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 1024),
    "v2, as Docker shows it": (
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": f"{768 * MB}\n"},
        512,
    ),
    "v2, with the host's path": (
        {"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/memory.max": f"{768 * MB}\n"},
        512,
    ),
    "v2, in a group above": (
        {
            "proc/self/cgroup": "0::/a/b\n",
            "sys/fs/cgroup/a/b/memory.max": "max\n",
            "sys/fs/cgroup/a/memory.max": f"{512 * MB}\n",
        },
        256,
    ),
    "v1, as Docker shows it": (
        {"proc/self/cgroup": V1, "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{768 * MB}\n"},
        512,
    ),
    "v1, with the host's path": (
        {
            "proc/self/cgroup": V1,
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/memory/docker/1f/memory.limit_in_bytes": f"{768 * MB}\n",
        },
        512,
    ),
    "more than is asked for": (
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": f"{8192 * MB}\n"},
        1024,
    ),
    "hardly any": (
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": f"{100 * MB}\n"},
        64,
    ),
    "not a number": (
        {"proc/self/cgroup": "0::/../x\n", "sys/fs/cgroup/memory.max": "\n"},
        1024,
    ),
}


@pytest.mark.parametrize(("files", "megabytes"), SYSTEMS.values(), ids=SYSTEMS.keys())
def test_a_worker_gets_what_the_container_can_spare(
    files: Mapping[str, str], megabytes: int, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    fitted = container.fitting(ASKED, root=tmp_path)
    assert fitted.memory_bytes == megabytes * MB
    with_torch = container.fitting(ASKED, imports=("torch",), root=tmp_path)
    assert with_torch.memory_bytes <= fitted.memory_bytes


def test_a_launcher_with_packages_leaves_less_to_a_worker(tmp_path: Path) -> None:
    for name, text in SYSTEMS["v2, as Docker shows it"][0].items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for imports, megabytes in ((("torch",), 320), (("scipy",), 416), (("torch", "scipy"), 224)):
        fitted = container.fitting(ASKED, imports=imports, root=tmp_path)
        assert fitted.memory_bytes == megabytes * MB, imports


def test_the_kernel_ends_the_worker_first_and_the_grader_last(launcher: Launcher) -> None:
    with launcher.open(submission("x = 1")):
        launchers = [pid for pid in children_of(os.getpid()) if score(pid) == 500]
        workers = [pid for one in launchers for pid in children_of(one)]
        assert 1000 in map(score, workers)
    assert score(os.getpid()) < 500


def score(pid: int) -> int:
    """How soon the kernel ends a process when memory runs out."""
    return int(Path(f"/proc/{pid}/oom_score_adj").read_text())
