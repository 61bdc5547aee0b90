"""`python -m grader`: the same as the command `grader`, where that is not installed."""

from __future__ import annotations

from grader import require

if __name__ == "__main__":
    require()
    from grader.cli import main

    main()
