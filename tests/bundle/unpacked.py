"""A handout as a student has it, and a Python that has nothing but what the handout asks for."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterable
from pathlib import Path

from grader.bundle.handout import Handout, folder_name, handout_zip
from grader.model import Assignment
from grader.pipeline import read_assignment

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config.yaml"
PROMISED = ("numpy", "msgspec", "click")
OWN = ("README.md", "solution.py", "solution.ipynb", "assignment.json", "conftest.py", "properties")


def read_course() -> Assignment:
    return read_assignment(CONFIG)


def unpack(packed: Handout, assignment: Assignment, folder: Path) -> Path:
    """Unzips a handout; returns the folder that a student works in."""
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        archive.extractall(folder)
    return folder / folder_name(assignment)


def make(assignment: Assignment, folder: Path) -> Path:
    return unpack(handout_zip(assignment, CONFIG), assignment, folder)


def fresh_python(folder: Path, packages: Iterable[str] = PROMISED) -> Path:
    """Makes an environment with these packages and no others; returns its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    program = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    found = subprocess.run([python, "-c", program], check=True, capture_output=True, text=True)
    site = Path(found.stdout.strip())
    here = Path(sysconfig.get_paths()["purelib"])
    for package in packages:
        for name in (package, f"{package}.libs"):
            if (here / name).exists():
                (site / name).symlink_to(here / name)
    return python


def run(
    python: Path | str, *arguments: str, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs a program as a student would, in the handout's folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [python, *arguments],
        cwd=cwd,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
