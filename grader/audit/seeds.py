"""Draws the generated cases again under other seeds: near inputs to search, and a check of luck.

The cases that stand in an assignment were drawn once. Loading it with another `hidden_seed` gives
as many again, of the same kinds; and if the loader then refuses (two wrong answers fall together,
say), the assignment as it stands is sound by the luck of its seed, which its author should know.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from grader.assignment.document import read_document
from grader.audit.sources import PACKAGE
from grader.errors import ConfigError
from grader.pipeline import read_assignment

if TYPE_CHECKING:
    from grader.audit.bench import Progress
    from grader.audit.inputs import Args

_SEEDS: Final = 4


class Drawn(Struct, frozen=True):
    """What other seeds gave."""

    seeds: tuple[int, ...]
    args: dict[str, list[Args]]  # by question
    refused: tuple[tuple[int, str], ...]  # seed -> the first problem that the loader found


def draw_again(config: Path, progress: Progress) -> Drawn:
    """Loads the assignment under other seeds."""
    document = read_document(config)
    data: Any = document.data
    if "hidden_seed" not in data:
        return Drawn((), {}, ())  # nothing is drawn
    seeds = tuple(data["hidden_seed"] + offset for offset in range(1, _SEEDS + 1))
    lines = config.read_text("utf-8-sig").split("\n")
    place = document.line(("hidden_seed",)) - 1
    args: dict[str, list[Args]] = {}
    refused = []
    progress("other seeds", 0, len(seeds))
    with tempfile.TemporaryDirectory(prefix="grader-audit-") as folder:
        shutil.copytree(config.parent / PACKAGE, Path(folder) / PACKAGE)
        copy = Path(folder) / config.name
        for number, seed in enumerate(seeds, start=1):
            lines[place] = f"hidden_seed: {seed}"
            copy.write_text("\n".join(lines), "utf-8")
            try:
                assignment = read_assignment(copy)
            except ConfigError as error:
                problem = error.problems[0]
                refused.append((seed, f"{problem.path}: {problem.what}"))
                continue
            finally:
                progress("other seeds", number, len(seeds))
            for question in assignment.questions:
                found = args.setdefault(question.id, [])
                found.extend(case.args for case in question.cases)
    return Drawn(seeds, args, tuple(refused))
