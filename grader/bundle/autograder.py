"""autograder.zip: what an instructor uploads to Gradescope. Only root may read it there.

setup.sh            runs once, when Gradescope builds the image
run_autograder      runs for each submission
requirements.txt    the versions that are installed here, where the assignment was tried
unfinished.json     the results that stand until better ones are written
config.yaml         the assignment, with reference/ beside it
grader/             the harness
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.bundle.archive import files_below, zipped
from grader.bundle.pins import requirements
from grader.errors import GraderFault
from grader.pipeline import fault_card, redact
from grader.report.gradescope import encoded

if TYPE_CHECKING:
    from grader.model import Assignment

NAME: Final = "autograder.zip"
_HERE: Final = Path(__file__).parent
_SCRIPTS: Final = ("setup.sh", "run_autograder")


def autograder_zip(assignment: Assignment, config: Path) -> bytes:
    """Decides the content of autograder.zip; the same to the bit each time.

    Args:
        assignment: whole.
        config: its config.yaml, whatever it is called; the reference stands beside it.

    Raises:
        UsageError: a package that must be pinned is not installed here.
    """
    files = {
        "requirements.txt": requirements(assignment.packages).encode(),
        "unfinished.json": _unfinished(assignment),
        "config.yaml": config.read_bytes(),
    }
    files |= {name: (_HERE / name).read_bytes() for name in _SCRIPTS}
    files |= files_below(_HERE.parent, "grader")
    files |= files_below(config.parent / "reference", "reference")
    return zipped(files)


def _unfinished(assignment: Assignment) -> bytes:
    """No points, the full maximum, and that this is no verdict."""
    card = fault_card(assignment, "", GraderFault("the grader did not start"))
    return encoded(redact(card, "student"), digest=assignment.digest)
