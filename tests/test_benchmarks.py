"""The benchmarks run; what they measure is nobody's to hold a busy machine to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parent.parent / "benchmarks" / "bench.py"


@pytest.mark.slow
def test_a_small_class_is_measured_next_to_the_floor(tmp_path: Path) -> None:
    few = ["--students", "2", "--rounds", "1", "--no-peers", "--only", "NumPy"]
    done = subprocess.run(
        [sys.executable, str(BENCH), *few, "--out", str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = json.loads((tmp_path / "bench.json").read_text())["lines"]
    assert {line["what"].partition(",")[0] for line in lines} == {"one", "class of 2"}
    for line in lines:
        assert line["cpu_s"] > line["floor_cpu_s"] > 0
        assert line["peak_mb"] > 0
    assert (tmp_path / "bench.md").read_text().count("NumPy: ") == len(lines)


@pytest.mark.slow
def test_what_a_cluster_costs_is_measured(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCH.with_name("cluster.py")), "8"]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()[1:]
    assert [row[:15].strip() for row in rows] == [
        *("here", "on a cluster", "all of it", "the grader", "the scheduler"),
        *("a new desk", "the parcel", "a task", "a result"),
    ]
    numbers = {row[:15].strip(): float(row[15:].split()[0]) for row in rows}
    del numbers["the grader"]  # a difference, which means nothing for so few
    assert all(number > 0 for number in numbers.values())
