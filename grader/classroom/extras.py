"""Libraries that only some ways of marking need, and that may not be there."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

from grader.errors import UsageError


def extra(module: str, *, option: str, name: str) -> Any:
    """Returns a library of one of the grader's extras.

    Args:
        module: of the library.
        option: of the command, which needs it.
        name: of the extra.

    Raises:
        UsageError: it is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of libraries about one another
            return import_module(module)
    except ImportError as error:
        raise UsageError(
            f"{option} needs {module}, which is not installed; "
            f'install the grader with it: pip install "grader[{name}]"'
        ) from error
