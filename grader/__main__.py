"""The command `grader`, also as `python -m grader`."""

from __future__ import annotations

import os
import sys

_RUN = ("check", "grade", "gradescope")
"""The commands that run what was handed in."""


def main() -> None:
    """Runs a command; what it will need a launcher for starts that before all else."""
    _fill_standard_streams()
    if __name__ == "__main__" and not getattr(sys.flags, "safe_path", False):
        _look_among_students_files_last()
    from grader import require

    require()
    # As for students' code: a sum shall not hang on how many cores the machine has.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.argv[1:2] and sys.argv[1] in _RUN:
        from grader.sandbox.interpreter import start_ahead

        start_ahead()
    try:
        from grader.cli import main as run

        run()
    except KeyboardInterrupt:  # before the commands could say so themselves
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)
    except SystemExit as ended:
        if sys.argv[1:2] and sys.argv[1] in _RUN and isinstance(ended.code, int | None):
            _leave(ended.code or 0)
        raise


def _look_among_students_files_last() -> None:
    """Python looks first where it was started, and there may be a copy.py or a math.py.

    That is the working directory, or this package's own for who leaves the `-m` out.
    """
    here = sys.path.pop(0)
    sys.path.append(here if __package__ else os.path.dirname(os.path.abspath(here)))  # noqa: PTH100, PTH120


def _fill_standard_streams() -> None:
    """Gives what the caller closed (`>&-`) to nobody, before a file of ours gets its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            file = open(os.devnull, "w" if number else "r")  # noqa: PTH123, SIM115 - for good
            os.set_inheritable(file.fileno(), True)
            setattr(sys, name, file)


def _leave(code: int) -> None:
    """Ends the process without taking Python down first: a command has closed all that it opened.

    Taking it down is a fifth of the time that a student waits for a check.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return  # Python says what it has to say
    os._exit(code)


if __name__ == "__main__":
    main()
