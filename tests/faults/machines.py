"""A small /autograder to break things on, and what must hold of it whatever was broken."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jsonschema
from attacking import ATTACKS, CONFIG

from grader.errors import GraderFault
from grader.pipeline import fault_card, read_assignment, redact
from grader.report.gradescope import encoded

SCHEMA = json.loads((Path(__file__).parents[1] / "gradescope.schema.json").read_text("utf-8"))
GOOD = (ATTACKS / "next.py").read_text("utf-8")
SLOW = re.sub(r"^(def .*:)$", r"\1\n    import time; time.sleep(60)", GOOD, flags=re.MULTILINE)
FULL = 63


def autograder(root: Path, text: str = GOOD) -> Path:
    """Lay a submission and the small course out as Gradescope does; only the owner may look."""
    shutil.copytree(CONFIG.parent, root / "source")
    (root / "submission").mkdir()
    (root / "submission" / "solution.py").write_text(text)
    (root / "results").mkdir()
    for folder in (root, root / "source", root / "results"):
        folder.chmod(0o700)
    return root


def begin(root: Path) -> Path:
    """Lay down the results that run_autograder copies there before Python starts."""
    assignment = read_assignment(root / "source" / "config.yaml")
    card = redact(fault_card(assignment, "", GraderFault("the grader did not start")), "student")
    (root / "results" / "results.json").write_bytes(encoded(card, digest=assignment.digest))
    return root


def command(root: Path) -> list[str]:
    return [sys.executable, "-m", "grader", "gradescope", "--root", str(root)]


def mark(
    root: Path, *, prepare: Callable[[], None] | None = None, prefix: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Mark what lies at `root`, in a process for which `prepare` has done something.

    It keeps no byte code: where a disk is full Python leaves half a file, and trusts it ever after.
    """
    return subprocess.run(
        [*prefix, *command(root)],
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=prepare,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def results(root: Path) -> dict[str, Any] | None:
    """The results, proven valid and with the full maximum; None when there are none."""
    path = root / "results" / "results.json"
    if not path.exists():
        return None
    document: dict[str, Any] = json.loads(path.read_bytes())
    jsonschema.validate(document, SCHEMA)
    assert sum(test["max_score"] for test in document["tests"]) == FULL
    return document


def assert_sound(root: Path, code: int, told: str = "") -> None:
    """Either all is right, or the code says that it is not and no points are published."""
    document = results(root)
    if code == 0:
        assert document is not None
        assert document["score"] == FULL, told
        assert document["extra_data"]["graded"] is True
    elif document is not None:
        assert document["score"] == 0, told
        assert document["extra_data"]["graded"] is False, told


def assert_mends(root: Path) -> None:
    """Marking once more, on a machine that is well again, repairs everything."""
    (root / "submission" / "solution.py").write_text(GOOD)
    again = mark(root)
    assert again.returncode == 0, again.stdout + again.stderr
    assert_sound(root, 0)


def descendants(pid: int) -> set[int]:
    """Process ids of all children, theirs included."""
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            text = Path(f"/proc/{one}/task/{one}/children").read_text()
        except OSError:
            continue
        children = {int(child) for child in text.split()} - found
        found |= children
        waiting += children
    return found


def wait_until(holds: Callable[[], bool], limit_s: float = 60.0) -> None:
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


def are_gone(pids: set[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def is_root() -> bool:
    return os.geteuid() == 0
