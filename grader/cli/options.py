"""What several doors share: their options, and how they start a launcher."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from grader.model import Assignment
    from grader.sandbox import Launcher
    from grader.sandbox.supervisor import IsolationMode

Command = TypeVar("Command", bound=Callable[..., Any])

OURS = 3
"""The exit code for what is no one's fault but ours."""

config_option = click.option(
    "--config",
    "-c",
    "config_path",
    type=click.Path(path_type=Path),
    default=Path("config.yaml"),
    show_default=True,
    help="The assignment.",
)
plain_option = click.option("--plain", is_flag=True, help="No colour and no drawing, for a file.")
isolation_option = click.option(
    "--no-isolation",
    is_flag=True,
    help="Run student code even where nothing keeps it in. Never for other people's work.",
)


def out_option(default: str, holds: str) -> Callable[[Command], Command]:
    """The option that names the folder for what a command writes."""
    folder = click.Path(path_type=Path)
    return click.option("--out", type=folder, default=Path(default), show_default=True, help=holds)


def make_folder(out: Path) -> None:
    """Makes the folder for what a command writes.

    Raises:
        UsageError: there can be none.
    """
    from grader.errors import UsageError

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror}; name another folder with --out") from error


def launcher(
    assignment: Assignment,
    config_path: Path,
    isolation: IsolationMode,
    secrets: Sequence[Path] = (),
    imports: tuple[str, ...] = (),
) -> Launcher:
    """Starts a launcher whose workers can read nothing of the assignment's."""
    from grader.sandbox import start_launcher

    reference = config_path.parent / "reference"
    return start_launcher(
        assignment.limits,
        imports=imports,
        isolation=isolation,
        secrets=[path for path in (config_path, reference, *secrets) if path.exists()],
    )
