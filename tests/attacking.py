"""The attacks of tests/attacks/: what each says of itself, and how one is handed in.

An attack is a Python file that opens with comments, prose in two of them and YAML in the rest:

    # tries: what it does, in a sentence
    # must: what has to happen
    # keeps: [conv_output_size]     honest functions that keep their points; all three by default
    # earns: {pixels: 1.25}         what other questions earn by right answers; nothing by default
    # sees: {pixels: "timed out"}   a pattern that the staff's account of the question has to match
    # needs: [torch]                what it cannot be tried without: torch, root, linux
    # relies_on: [seccomp]          layers without which it is not contained
    # control: network              the canary that it does reach when nothing holds it
    # time: 6                       seconds within which it is graded
    # builder: true                 it is not handed in itself: its `build` makes what is

The names in capitals between @ in it stand for places that an attacker who knew everything would
know: a secret's path, a port, the grader's process id (see canaries.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from grader.model import Submission
from grader.submission import read_submission

ATTACKS = Path(__file__).parent / "attacks"
CONFIG = ATTACKS / "assignment" / "config.yaml"
HONEST = ("conv_output_size", "classifier_params", "fc_layer_params")
GROUPS = (
    "forging",
    "comparing",
    "reading",
    "exhausting",
    "outliving",
    "escaping",
    "speaking",
)
_KNOWN = frozenset(
    ("tries", "must", "keeps", "earns", "sees", "needs", "relies_on", "control", "time", "builder")
)
_PLACE = re.compile(r"@([A-Z_]+)@")


@dataclass(frozen=True)
class Attack:
    path: Path
    tries: str
    must: str
    keeps: tuple[str, ...] = HONEST
    earns: Mapping[str, float] = field(default_factory=dict)
    sees: Mapping[str, str] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    relies_on: frozenset[str] = frozenset()
    control: str = ""
    time_s: float = 6.0
    builder: bool = False

    @property
    def id(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    def hand_in(self, folder: Path, places: Mapping[str, str]) -> Submission:
        """Lay the attack out below an empty folder and read it as any submission is read."""
        if self.builder:
            made = _built(self.path, folder, places)
        else:
            made = folder / "solution.py"
            made.write_text(in_place(self.path.read_text(encoding="utf-8"), places), "utf-8")
        return read_submission(made, expected_name="solution.py", submission_id="attack")


def in_place(text: str, places: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda match: places[match[1]], text)


def honest_source() -> str:
    """The three honest functions as every attack holds them: from the first file that does."""
    return (ATTACKS / "forging" / "exit_zero.py").read_text(encoding="utf-8").partition(MARK)[2]


MARK = "\n# honest\n"


def _built(path: Path, folder: Path, places: Mapping[str, str]) -> Path:
    """Run a builder of ours: it makes a file or a folder that no repository can hold."""
    names: dict[str, Any] = {"HONEST": honest_source()}
    source = in_place(path.read_text(encoding="utf-8"), places)
    exec(compile(source, str(path), "exec"), names)
    made = names["build"](folder)
    assert isinstance(made, Path)
    return made


def _header(path: Path) -> dict[str, Any]:
    header: dict[str, Any] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            break
        key, colon, value = line[2:].partition(": ")
        assert colon, f"{path}: {line}"
        header[key] = value if key in ("tries", "must") else yaml.safe_load(value)
    return header


def read_attack(path: Path) -> Attack:
    header = _header(path)
    assert header.keys() <= _KNOWN, f"{path}: {header.keys() - _KNOWN}"
    return Attack(
        path=path,
        tries=header["tries"],
        must=header["must"],
        keeps=tuple(header.get("keeps", HONEST)),
        earns=header.get("earns", {}),
        sees=header.get("sees", {}),
        needs=frozenset(header.get("needs", ())),
        relies_on=frozenset(header.get("relies_on", ())),
        control=header.get("control", ""),
        time_s=float(header.get("time", 6)),
        builder=header.get("builder", False),
    )


def corpus() -> list[Attack]:
    return [
        read_attack(path) for group in GROUPS for path in sorted((ATTACKS / group).glob("*.py"))
    ]


def defines_honest_functions(attack: Attack) -> bool:
    source = attack.path.read_text(encoding="utf-8")
    return attack.builder or source.endswith(MARK + honest_source())
