"""The command `grader`, also as `python -m grader`."""

from __future__ import annotations

import sys

from grader import require

_RUN = ("check", "grade", "gradescope")
"""The commands that run what was handed in."""


def main() -> None:
    """Runs a command; what it will need a launcher for starts that before all else."""
    require()
    if sys.argv[1:2] and sys.argv[1] in _RUN:
        from grader.sandbox.interpreter import start_ahead

        start_ahead()
    from grader.cli import main as run

    run()


if __name__ == "__main__":
    main()
