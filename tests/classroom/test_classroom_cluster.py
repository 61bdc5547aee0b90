"""A class that is marked on a cluster: the same files as here, whatever becomes of the workers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster import Cluster, cluster_of, descendants, end_at_once, wait_until
from coursework import CLASS, RIGHT, Course, command, contents, handed_in, run

from grader.classroom import cluster as clusters
from grader.classroom.cluster import ClusterError, Sent, cluster
from grader.errors import UsageError


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster_of(tmp_path_factory.mktemp("cluster"), workers=2) as running:
        yield running


def grade_on(running: Cluster, course: Course, out: Path | None = None, **options: Any) -> Any:
    sent = Sent(course.config, (), "preferred", (course.config, course.out))
    with cluster(running.address, sent, say=print) as mark:
        return course.grade(out, mark=mark, **options)


def test_a_cluster_writes_the_same_files_as_this_machine(
    small_course: Course, two_workers: Cluster, tmp_path: Path
) -> None:
    small_course.grade(tmp_path / "here")
    grade_on(two_workers, small_course, tmp_path / "there")
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_a_run_leaves_nothing_running_on_the_workers(
    small_course: Course, two_workers: Cluster
) -> None:
    grade_on(two_workers, small_course)
    wait_until(lambda: not any(map(descendants, two_workers.workers)))
