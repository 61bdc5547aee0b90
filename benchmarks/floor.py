"""The least that marking can cost: a student's functions called, and one fork for each submission.

    python floor.py CALLS SOLUTION          imports NumPy, runs the file, makes the calls
    python floor.py CALLS FOLDER [torch]    imports NumPy once, and does that for all in forks

Nothing is compared, kept in or written. It uses nothing of the grader's.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import sys
from pathlib import Path

import numpy  # noqa: F401 - as a student's file does


def make_calls(solution: Path, calls: list[tuple[str, tuple[object, ...]]]) -> None:
    names: dict[str, object] = {"__name__": "solution"}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(solution.read_bytes(), str(solution), "exec"), names)
        for function, args in calls:
            with contextlib.suppress(Exception):
                names[function](*args)  # type: ignore[operator]


def main() -> None:
    calls = pickle.loads(Path(sys.argv[1]).read_bytes())
    place = Path(sys.argv[2])
    if place.is_file():
        make_calls(place, calls)
        return
    if sys.argv[3:] == ["torch"]:
        import torch

        torch.set_num_threads(1)
    for solution in sorted(place.glob("*/solution.py")):
        child = os.fork()
        if child == 0:
            make_calls(solution, calls)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
