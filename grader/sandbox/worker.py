"""The worker's side of the conversation: load the submission, then answer calls, until killed.

Everything here runs in the process that runs the student's code, and may be changed by it. So
nothing here protects anybody: the worker is confined before it begins (isolation.py), and the
trusted side believes none of its words (answers.py). What this module is careful about is the
honest student: an exception, a strange result or a lack of memory is told as what it was.
"""

from __future__ import annotations

import difflib
import io
import linecache
import os
import sys
import time
import types
from typing import TYPE_CHECKING, Any, Final

from grader.sandbox import asking, frames, loading, source, values, wire

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

_HOLD_S: Final = 0.005
_SHORT_BYTES: Final = 1 << 14
MAX_MESSAGE: Final = 2_000
MAX_NAME: Final = loading.MAX_NAME
FIRST_FRAMES, LAST_FRAMES = 4, 12
_BUILTIN_EXCEPTIONS: Final = frozenset(
    kind
    for kind in vars(__import__("builtins")).values()
    if isinstance(kind, type) and issubclass(kind, BaseException)
)
_UNCHANGING: Final = frozenset({int, float, bool, str, complex, type(None)})
_OUT_OF_MEMORY: Final = wire.encode(("memory",))
_UNREADABLE: Final = wire.encode(("refused", "unreadable", ()))


def converse(
    stream: socket.socket, *, scratch: str, reply_bytes: int, ready: Mapping[str, object]
) -> None:
    """Say ready, then answer requests until the grader ends the process.

    Replies are held back while further requests wait, so that many short calls are not as many
    round trips; never for long.
    """
    loading.import_also_from(scratch)
    frames.send(stream, frames.NO_NONCE, wire.encode(("ready", dict(ready))))
    submission = _Submission(scratch, reply_bytes)
    requests = frames.Reader(stream)
    clock = time.perf_counter
    held: list[bytes] = []
    send_at_s = 0.0
    while True:
        nonce, payload = requests.next()
        if not held:
            send_at_s = clock() + _HOLD_S
        # Made beforehand: when memory is out, nothing can be made.
        out_of_memory = frames.pack(nonce, _OUT_OF_MEMORY)
        unreadable = frames.pack(nonce, _UNREADABLE)
        held.append(unreadable)
        try:
            held[-1] = frames.pack(nonce, submission.answer(payload))
        except MemoryError:
            held[-1] = out_of_memory
        except BaseException:  # noqa: BLE001 - the student bent builtins, sys: as it stands
            pass
        if len(held[-1]) > _SHORT_BYTES or clock() > send_at_s or not requests.has_next():
            _flush()
            stream.sendall(held[0] if len(held) == 1 else b"".join(held))
            held.clear()


def prepare_interpreter() -> None:
    """Give the students' code an interpreter as if it had been started for it."""
    sys.argv = [f"{loading.MODULE}.py"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    sys.dont_write_bytecode = True
    for name in ("PYTHONHASHSEED", "GLIBC_TUNABLES"):  # they have done their work
        os.environ.pop(name, None)
    if sys.platform != "win32":  # there the streams are not descriptors
        sys.stdout = sys.__stdout__ = text_stream(io.FileIO(1, "w", closefd=False))  # type: ignore[misc]
        sys.stderr = sys.__stderr__ = text_stream(io.FileIO(2, "w", closefd=False))  # type: ignore[misc]
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.breakpointhook = sys.__breakpointhook__ = loading.pass_over
    loading.provide_grader()


class _Submission:
    """What was loaded, and how its functions are called."""

    def __init__(self, scratch: str, reply_bytes: int) -> None:
        self.scratch = scratch
        self.reply_bytes = reply_bytes
        self.module = types.ModuleType(loading.MODULE)
        self.labels: frozenset[str] = frozenset()
        self.texts: list[str] = []
        self.similar: dict[str, tuple[str, ...]] = {}

    def answer(self, payload: bytes) -> bytes:
        """Do what one request asks for; return the encoded reply."""
        request = asking.unpack(payload)
        if request[0] == "load":
            return self.load(request[1], definitions_only=request[2])
        return self.call(request[1], request[2], payload)

    def load(self, chunks: Any, *, definitions_only: bool) -> bytes:
        self.labels = frozenset(label for label, _ in chunks)
        self.texts = [text for _, text in chunks]
        label = chunks[0][0] if len(chunks) == 1 else f"{loading.MODULE}.py"
        self.module = loading.new_module(self.scratch, label)
        if any("pdb" in text for text in self.texts):
            loading.pass_over_debugger()
        try:
            problems = loading.run(chunks, self.module, definitions_only=definitions_only)
        except loading.OutOfMemory:
            return _OUT_OF_MEMORY
        names = loading.function_names(self.module, self.scratch)
        told = [
            _printable((label, line, self._without_place(what), text))
            for label, line, what, text in problems
        ]
        return wire.encode(("loaded", names, told))

    def call(self, name: str, arguments: tuple[Any, ...], request: bytes) -> bytes:
        """Call one function; tell what it came to, and which arguments it changed."""
        if name not in self.module.__dict__:
            if name not in self.similar:
                self.similar[name] = self._similar(name)
            return wire.encode(("missing", self.similar[name]))
        function = self.module.__dict__[name]
        try:
            if not callable(function):
                if arguments or function is None:
                    return wire.encode(("refused", "not_callable", ()))
                return self._returned(function, (), "value")
            result = function(*arguments)
            if type(result) is types.CoroutineType:
                import asyncio  # only for the student who wrote `async def`

                result = asyncio.run(result)
        except MemoryError as error:
            error.__traceback__ = None  # its frames hold what filled the memory
            return _OUT_OF_MEMORY
        except BaseException as error:  # noqa: BLE001 - the student's code; sys.exit included
            if _torch_ran_out(error):
                return _OUT_OF_MEMORY
            return self._raised(error, _changed(name, arguments, request))
        return self._returned(result, _changed(name, arguments, request))

    def _returned(self, result: object, changed: tuple[int, ...], *more_notes: str) -> bytes:
        try:
            value, notes = values.simplify(result, max_bytes=self.reply_bytes)
            return wire.encode(
                ("returned", value, (*more_notes, *notes), changed),
                max_bytes=self.reply_bytes + 1024,
            )
        except values.Refusal as refusal:
            return wire.encode(("refused", refusal.code, changed))
        except wire.WireError:
            return wire.encode(("refused", "too_large", changed))
        except MemoryError:
            raise
        except BaseException:  # noqa: BLE001 - the student's metaclass, a tensor of a strange kind
            return _UNREADABLE

    def _raised(self, error: BaseException, changed: tuple[int, ...]) -> bytes:
        kinds = type.__dict__["__mro__"].__get__(type(error))
        return wire.encode(
            (
                "raised",
                type.__dict__["__name__"].__get__(type(error))[:MAX_NAME],
                tuple(kind.__name__ for kind in kinds if kind in _BUILTIN_EXCEPTIONS),
                self._without_place(loading.message_of(error, MAX_MESSAGE)),
                self._frames(error.__traceback__),
                changed,
            )
        )

    def _frames(self, traceback: types.TracebackType | None) -> list[tuple[str, int, str, str]]:
        """Return the student's own lines, outermost first; of a deep recursion both ends."""
        found: list[tuple[str, int, str]] = []
        while traceback is not None:
            code = traceback.tb_frame.f_code
            label = self._label(code.co_filename)
            if label is not None:
                found.append((code.co_filename, traceback.tb_lineno, code.co_name))
                if len(found) > FIRST_FRAMES + LAST_FRAMES:
                    del found[FIRST_FRAMES]
            traceback = traceback.tb_next
        return [
            (
                str(self._label(filename))[:MAX_NAME],
                line,
                function[:MAX_NAME],
                linecache.getline(filename, line).strip()[:MAX_NAME],
            )
            for filename, line, function in found
        ]

    def _without_place(self, text: str) -> str:
        """Name the student's files by their places beside the solution: a scratch is of one run."""
        return text.replace(f"{self.scratch}{os.sep}", "").replace(self.scratch, ".")

    def _label(self, filename: str) -> str | None:
        if filename in self.labels:
            return filename
        inside = f"{self.scratch}{os.sep}"
        return filename[len(inside) :] if filename.startswith(inside) else None

    def _similar(self, name: str) -> tuple[str, ...]:
        names = loading.function_names(self.module, self.scratch)
        owners = [owner for text in self.texts if (owner := source.owner_of(name, text))]
        folded = {candidate.lower(): candidate for candidate in reversed(names)}
        close = difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.6)
        similar = [f"{owner}.{name}" for owner in owners] + [folded[match] for match in close]
        return tuple(known[:MAX_NAME] for known in similar[:3])


def _changed(name: str, arguments: tuple[Any, ...], request: bytes) -> tuple[int, ...]:
    """Return the positions of the arguments that are no longer what the request handed over."""
    if all(type(argument) in _UNCHANGING for argument in arguments):
        return ()
    if asking.is_of(request, name, arguments):
        return ()
    handed_over = asking.unpack(request)
    return tuple(
        position
        for position, (argument, before) in enumerate(zip(arguments, handed_over[2], strict=True))
        if not _is_unchanged(argument, wire.encode(before))
    )


def _is_unchanged(argument: object, encoding: bytes) -> bool:
    try:
        return wire.encode(argument, max_bytes=len(encoding)) == encoding
    except (wire.WireError, RecursionError):
        return False


def _torch_ran_out(error: BaseException) -> bool:
    return issubclass(type(error), RuntimeError) and "can't allocate memory" in loading.message_of(
        error, MAX_MESSAGE
    )


def _printable(problem: loading.Problem) -> loading.Problem:
    label, line, what, statement = problem
    return label[:MAX_NAME], line, what[: loading.MAX_TEXT + 100], statement[:MAX_NAME]


def _flush() -> None:
    """Hand over what was printed, before the reply: what comes later belongs to the next call."""
    for stream in (sys.stdout, sys.__stdout__, sys.stderr, sys.__stderr__):
        try:
            if stream is not None:
                stream.flush()
        except Exception:  # noqa: BLE001 - the student may have put anything there
            continue


def text_stream(raw: io.RawIOBase) -> io.TextIOWrapper:
    """Return a stream to print to that refuses no character and holds back no whole line."""
    return io.TextIOWrapper(
        io.BufferedWriter(raw, 1 << 16),
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=True,
    )
