"""The exceptions, drawn as a tree. A student's fault is never one of them: it is data.

GraderError
├── AuthorError              exit code 2: the instructor can mend it
│   ├── ConfigError          config.yaml or reference/; carries every problem found
│   ├── UsageError           a wrong path or argument
│   └── IsolationError       a required layer of isolation is missing
└── GraderFault              exit code 3: ours
    ├── SandboxFault         the launcher could not be started or kept alive
    ├── NotInstalledError    a package that submissions may use is missing where they are marked
    └── NotWrittenError      a results file could not be written
"""

from __future__ import annotations

from msgspec import Struct


class GraderError(Exception):
    """Anything that the grader itself raises on purpose."""

    exit_code = 3


class AuthorError(GraderError):
    """The instructor or the caller can mend it; the message says how."""

    exit_code = 2


class UsageError(AuthorError):
    """A wrong path or argument."""


class IsolationError(AuthorError):
    """A required layer of isolation is missing on this machine."""


class Problem(Struct, frozen=True):
    """One mistake of the author's: where it is, what is wrong, what to write instead."""

    file: str
    line: int  # 1-based; 0 when the file as a whole is meant
    path: str  # key path, e.g. questions[2].cases[0].args
    what: str  # with the bad value
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f"{place}: {self.path}" if self.path else place
        return f"{where}: {self.what}; {self.remedy}"


class ConfigError(AuthorError):
    """The assignment is not sound. `problems` holds all that was found, in the file's order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class GraderFault(GraderError):
    """Ours: nothing that a student or an author did."""


class SandboxFault(GraderFault):
    """The launcher could not be started, or died again after it was replaced."""


class NotWrittenError(GraderFault):
    """A results file could not be written; what was there before is untouched."""


class NotInstalledError(GraderFault):
    """A submission uses a package that it may use, and which is missing where it was marked."""
