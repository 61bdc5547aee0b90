"""Calls a student's functions in this very process: for notebooks, and for a debugger.

There is no sandbox here and no time limit. The functions are the student's own and so is the
machine; whoever marks other people's work uses the sandbox. What a call comes to is told in the
same words, and arguments are handed over fresh, as there.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import linecache
import time
import types
from collections.abc import Callable, Coroutine, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from grader.model import (
    Frame,
    Loaded,
    Malformed,
    Missing,
    Observation,
    Outcome,
    Raised,
    Returned,
)
from grader.sandbox import loading
from grader.sandbox.answers import REFUSALS, UNREADABLE, refusal
from grader.sandbox.values import Refusal, simplify
from grader.sandbox.wire import WireError, encode

if TYPE_CHECKING:
    from grader.model import Value

_MOST_BYTES = 32 << 20
_TEXT = 64 * 1024  # kept of what a call prints
_MESSAGE = 2_000


class Foreground:
    """Answers calls as a sandbox's session does, with functions that are here already.

    Args:
        names: what the student has defined.
        label: a file's name in messages, or None for what is not the student's.
    """

    def __init__(self, names: Mapping[str, Any], label: Callable[[str], str | None]) -> None:
        self._names = names
        self._label = label

    @property
    def loaded(self) -> Loaded:
        """What there is to call; nothing is loaded here."""
        own = (name for name, value in list(self._names.items()) if callable(value))
        return Loaded(functions=tuple(sorted(name for name in own if not name.startswith("_"))))

    def call(self, function: str, args: tuple[Value, ...]) -> Observation:
        """Calls a function with a copy of `args`; tells what it came to."""
        if function not in self._names:
            return Observation(Missing(self._similar(function)))
        found = self._names[function]
        if not callable(found) and (args or found is None):
            return Observation(Malformed(REFUSALS["not_callable"]))
        copies = deepcopy(args)
        started = time.monotonic()
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            outcome = self._outcome(found, copies)
        return Observation(
            outcome,
            stdout=out.getvalue()[:_TEXT],
            stderr=err.getvalue()[:_TEXT],
            changed_inputs=tuple(
                position
                for position, (copy, arg) in enumerate(zip(copies, args, strict=True))
                if not _equal(copy, arg)
            ),
            wall_s=time.monotonic() - started,
        )

    def _outcome(self, function: Any, args: tuple[Value, ...]) -> Outcome:
        try:
            result = function(*args) if callable(function) else function
            if type(result) is types.CoroutineType:
                result = _awaited(result)
        except KeyboardInterrupt:
            raise  # the student stops a loop
        except BaseException as error:  # noqa: BLE001 - the student's code; sys.exit included
            return self._raised(error)
        try:
            value, notes = simplify(result, max_bytes=_MOST_BYTES)
            return Returned(value, notes if callable(function) else ("value", *notes))
        except Refusal as refused:
            return refusal(refused.code) or UNREADABLE
        except Exception:  # noqa: BLE001 - a sparse matrix that is damaged, an odd tensor
            return UNREADABLE

    def _raised(self, error: BaseException) -> Raised:
        builtin = (kind for kind in type(error).__mro__ if kind.__module__ == "builtins")
        return Raised(
            exception=type(error).__name__,
            bases=tuple(kind.__name__ for kind in builtin if issubclass(kind, BaseException)),
            message=loading.message_of(error, _MESSAGE),
            frames=self._frames(error.__traceback__),
        )

    def _frames(self, step: types.TracebackType | None) -> tuple[Frame, ...]:
        frames = []
        while step is not None:
            code = step.tb_frame.f_code
            label = self._label(code.co_filename)
            if label is not None:
                text = linecache.getline(code.co_filename, step.tb_lineno).strip()
                frames.append(Frame(label, step.tb_lineno, code.co_name, text))
            step = step.tb_next
        return tuple(frames)

    def _similar(self, function: str) -> tuple[str, ...]:
        return tuple(difflib.get_close_matches(function, self.loaded.functions, n=3))


def _awaited(coroutine: Coroutine[Any, Any, object]) -> object:
    """What an `async def` of the student's comes to; a notebook's own loop runs already."""
    import asyncio  # only for the student who wrote one
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def _equal(copy: object, arg: object) -> bool:
    try:
        return encode(copy) == encode(arg)
    except (WireError, RecursionError):
        return False
