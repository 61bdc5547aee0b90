"""What is kept of a submission: its row, and all that its process said, to be marked again from.

A record is one file. Its head (JSON: keys, row, what else was written) is read alone when a run
is taken up again; its body (plain data in the sandbox's own encoding, compressed) only when the
submission is marked again. Both stand under their hashes: a file that was cut short, or changed,
is as good as none.

The inputs of the assignment's cases are the same for every submission, so they are not repeated:
the body counts on a list of them (`Inputs`) that is kept once and named by its hash.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, Final

import msgspec
from msgspec import Struct, field

from grader.model import (
    Assignment,
    Chunk,
    Frame,
    Isolation,
    Killed,
    Loaded,
    LoadProblem,
    Malformed,
    Missing,
    NotRun,
    Observation,
    Raised,
    Returned,
    Submission,
    TimedOut,
    Transcript,
)
from grader.report.rows import Row
from grader.sandbox import answers, wire

_MAGIC: Final = b"grader record 1\n"
_BEFORE_HEAD: Final = len(_MAGIC) + 32 + 4  # a hash and a length
_MOST_HEAD: Final = 16 << 20
_MOST_BODY: Final = 256 << 20
_KEPT: Final = 16 << 20
"""Bytes of values that are kept of one submission; a call for which there is no room is not, and
would be run again."""
_ANSWER: Final = struct.Struct("<IdI")  # place or size of the inputs, seconds, size of the name
_MANY_ARGUMENTS: Final = 1 << 16  # how many there were was checked when the answer came
_LEVEL: Final = 1  # of compression: half the time of the default, a tenth more bytes


class DamagedRecordError(ValueError):
    """A record that is not whole, or of another version of the grader's."""


class Head(Struct, frozen=True):
    """All of a record but what the process said."""

    id: str
    submission: str  # digest of what was handed in
    assignment: str  # digest of what it was marked by
    harness: str  # digest of the grader and of the libraries that students' code met
    marks: str  # digest of the marks that a person gave it
    row: Row
    code: str = ""  # digest of the code alone; empty when none was handed in
    files: Mapping[str, str] = field(default_factory=dict)  # name -> hash of what was written
    inputs: str = ""  # name of the list of inputs that the body counts on
    body: str = ""  # hash; empty when there is none, after a fault
    limits: str = ""  # under which it ran, in words


class Record(Struct, frozen=True):
    head: Head
    body: bytes = b""


class Inputs(Struct, frozen=True):
    """The encoded inputs of an assignment's cases, each once, in a fixed order."""

    encoded: tuple[bytes, ...]
    places: Mapping[bytes, int]
    name: str

    @staticmethod
    def of(encoded: Iterable[bytes]) -> Inputs:
        every = tuple(dict.fromkeys(encoded))
        name = hashlib.sha256(b"".join(len(e).to_bytes(8, "little") + e for e in every))
        return Inputs(every, {e: place for place, e in enumerate(every)}, name.hexdigest()[:32])

    @staticmethod
    def of_assignment(assignment: Assignment) -> Inputs:
        cases = (case for question in assignment.questions for case in question.cases)
        return Inputs.of(wire.encode(args) for args in [(), *(case.args for case in cases)])

    def pack(self) -> bytes:
        """The list as a file holds it."""
        return zlib.compress(wire.encode([_as_array(e) for e in self.encoded]))

    @staticmethod
    def unpack(data: bytes, name: str) -> Inputs:
        """Read a list back; raise DamagedRecordError unless it is the one of that name."""
        try:
            items: Any = wire.decode(_inflate(data))
            inputs = Inputs.of(item.tobytes() for item in items)
        except (wire.WireError, zlib.error, AttributeError, TypeError) as error:
            raise DamagedRecordError(f"the list of inputs {name} is damaged") from error
        if inputs.name != name:
            raise DamagedRecordError(f"the list of inputs {name} is another one")
        return inputs


# --------------------------------------------------------------------------- as a file


def pack(record: Record) -> bytes:
    """Decides the bytes of a record's file."""
    head = msgspec.json.encode(record.head)
    digest = hashlib.sha256(head).digest()
    return b"".join((_MAGIC, digest, len(head).to_bytes(4, "little"), head, record.body))


def unpack(data: bytes) -> Record:
    """Read a record's file whole.

    Raises:
        DamagedRecordError: it is not whole, or not of this version.
    """
    file = io.BytesIO(data)
    head = read_head(file)
    body = file.read()
    if (hash_of(body) if body else "") != head.body:
        raise DamagedRecordError("the record's body is not whole")
    return Record(head, body)


def read_head(file: IO[bytes]) -> Head:
    """Read the head alone, from a record's file at its beginning.

    Raises:
        DamagedRecordError: it is not whole, or not of this version.
    """
    before = file.read(_BEFORE_HEAD)
    if not before.startswith(_MAGIC) or len(before) < _BEFORE_HEAD:
        raise DamagedRecordError("not a record of this version of the grader")
    size = int.from_bytes(before[-4:], "little")
    encoded = file.read(min(size, _MOST_HEAD))
    if hashlib.sha256(encoded).digest() != before[len(_MAGIC) : -4]:
        raise DamagedRecordError("the record's head is not whole")
    try:
        return msgspec.json.decode(encoded, type=Head)
    except msgspec.MsgspecError as error:
        raise DamagedRecordError(f"the record's head is not of this version: {error}") from error


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --------------------------------------------------------------------------- the body


def pack_body(
    submission: Submission,
    transcript: Transcript,
    inputs: Inputs,
    helpers: Mapping[str, str] | None = None,
) -> bytes:
    """Decides what is kept of a submission and of what its process said.

    Helper files are named by their hashes alone; they are kept elsewhere, each content once.

    Args:
        submission: as it was handed in.
        transcript: all that its process said.
        inputs: the list that the record counts on.
        helpers: their paths and hashes, where the submission was kept and came without them.
    """
    if helpers is None:
        helpers = {name: hash_of(data) for name, data in submission.helpers.items()}
    kept = {
        "submission": {
            "filename": submission.filename,
            "chunks": [(chunk.label, chunk.text) for chunk in submission.chunks],
            "helpers": dict(helpers),
            "remarks": list(submission.remarks),
            "problem": submission.problem,
            "digest": submission.digest,
        },
        "loaded": _plain(transcript.loaded),
        "isolation": _plain(transcript.isolation),
    }
    parts = [wire.encode(kept)]
    left = _KEPT
    for (function, args), observation in transcript.calls.items():
        call = _pack_call(function, inputs.places.get(args, args), observation)
        if call and len(call) <= left:
            parts.append(call)
            left -= len(call)
    return zlib.compress(b"".join(map(_prefixed, parts)), _LEVEL)


def _pack_call(function: str, asked: int | bytes, observation: Observation) -> bytes:
    """One call; nothing of what is as deep or as large as can cross, for here it stands deeper.

    Most answers are short and were received in the very form in which they can be kept.
    """
    outcome = observation.outcome
    printed = observation.stdout or observation.stderr
    if isinstance(outcome, Returned) and outcome.encoded and not printed:
        name = function.encode("utf-8", "surrogatepass")
        answered = name + outcome.encoded
        if isinstance(asked, int):
            return b"A" + _ANSWER.pack(asked, observation.wall_s, len(name)) + answered
        return b"B" + _ANSWER.pack(len(asked), observation.wall_s, len(name)) + asked + answered
    place = asked if isinstance(asked, int) else _as_array(asked)
    try:
        return b"C" + wire.encode((function, place, _plain(observation)))
    except wire.WireError:
        return b""


def unpack_body(
    body: bytes, *, submission_id: str, inputs: Inputs, helpers: Mapping[str, bytes]
) -> tuple[Submission, Transcript]:
    """Read a body back.

    Args:
        body: of a record that is whole.
        submission_id: the record's.
        inputs: the list that it counts on.
        helpers: hash -> content, of the helper files that are wanted; a helper that is not among
            them is left out, which matters only if the code is to run again.

    Raises:
        DamagedRecordError: it is not of this version.
    """
    try:
        first, *calls = _split(_inflate(body))
        kept: Any = wire.decode(first)
        handed = kept["submission"]
        submission = Submission(
            id=submission_id,
            filename=handed["filename"],
            chunks=tuple(Chunk(label, text) for label, text in handed["chunks"]),
            helpers={
                name: helpers[digest]
                for name, digest in handed["helpers"].items()
                if digest in helpers
            },
            remarks=tuple(handed["remarks"]),
            problem=handed["problem"],
            digest=handed["digest"],
        )
        transcript = Transcript(
            loaded=_built(kept["loaded"], Loaded),
            calls=dict(_unpack_call(call, inputs) for call in calls),
            isolation=_built(kept["isolation"], Isolation),
        )
    except (wire.WireError, zlib.error, LookupError, TypeError, ValueError, struct.error) as error:
        raise DamagedRecordError(f"the record's body is not of this version: {error}") from error
    return submission, transcript


def source_of(body: bytes) -> tuple[tuple[tuple[str, str], ...], Mapping[str, str]]:
    """Return a submission's source alone: its chunks (label, text), and its helpers' hashes.

    Raises:
        DamagedRecordError: it is not of this version.
    """
    try:
        kept: Any = wire.decode(next(_split(_inflate(body))))
        handed = kept["submission"]
        chunks = tuple((str(label), str(text)) for label, text in handed["chunks"])
        return chunks, dict(handed["helpers"])
    except (
        *(wire.WireError, zlib.error, LookupError, TypeError, ValueError, StopIteration),
    ) as error:
        raise DamagedRecordError("the record's body is not of this version") from error


def _unpack_call(packed: bytes, inputs: Inputs) -> tuple[tuple[str, bytes], Observation]:
    if packed[:1] in (b"A", b"B"):
        where, wall_s, size = _ANSWER.unpack_from(packed, 1)
        at = 1 + _ANSWER.size
        if packed[:1] == b"A":
            args = inputs.encoded[where]
        else:
            args, at = packed[at : at + where], at + where
        function = packed[at : at + size].decode("utf-8", "surrogatepass")
        payload = packed[at + size :]
        answer = answers.called(payload, arguments=_MANY_ARGUMENTS, memory=Killed("memory"))
        if not isinstance(answer.outcome, Returned):
            raise DamagedRecordError("an answer that was none")
        changed = answer.changed_inputs
        return (function, args), Observation(answer.outcome, "", "", changed, wall_s)
    plain: Any = wire.decode(packed[1:])
    function, asked, observation = plain
    args = inputs.encoded[asked] if type(asked) is int else asked.tobytes()
    return (function, args), _built(observation, Observation)


# What a process says is made of these, and of plain data. Fields go by position, so a change of
# theirs is a change of the record's version.
_KINDS: Final[Mapping[str, type[Struct]]] = {
    kind.__name__: kind
    for kind in (
        *(Observation, Loaded, LoadProblem, Isolation, Frame),
        *(Returned, Raised, TimedOut, Killed, Missing, Malformed, NotRun),
    )
}
_FIELDS: Final = {
    kind: tuple(name for name in kind.__struct_fields__ if name != "encoded")
    for kind in _KINDS.values()
}
_VALUES: Final = frozenset({("Returned", "value")})
"""Fields that hold a student's value, which is plain already and is not looked into."""
_PLAIN: Final = frozenset({str, int, float, bool, bytes, type(None)})


def _plain(value: Any) -> Any:
    """One of our values as plain data: its kind's name, then its fields."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    fields = _FIELDS.get(kind)
    if fields is not None:
        name = kind.__name__
        return (
            name,
            *[
                getattr(value, field) if (name, field) in _VALUES else _plain(getattr(value, field))
                for field in fields
            ],
        )
    if kind is tuple:
        return [_plain(item) for item in value]  # a list: a tuple is one of our own values
    if isinstance(value, Mapping):
        return dict(value)
    return value


def _built(plain: Any, wanted: type | None = None) -> Any:
    if type(plain) is tuple:
        name, *values = plain
        kind = _KINDS[name]
        if wanted is not None and kind is not wanted:
            raise DamagedRecordError(f"{name} stands where {wanted.__name__} should")
        fields = _FIELDS[kind]
        if len(values) != len(fields):
            raise DamagedRecordError(f"{name} has {len(values)} fields, not {len(fields)}")
        return kind(
            *(
                value if (name, field) in _VALUES else _built(value)
                for field, value in zip(fields, values, strict=True)
            )
        )
    if wanted is not None:
        raise DamagedRecordError(f"no {wanted.__name__}")
    if type(plain) is list:
        return tuple(_built(item) for item in plain)
    return plain


# --------------------------------------------------------------------------- pieces


def _prefixed(piece: bytes) -> bytes:
    return len(piece).to_bytes(8, "little") + piece


def _split(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 8], "little")
        at += 8
        if at + size > len(data):
            raise DamagedRecordError("a piece of the record is cut short")
        yield data[at : at + size]
        at += size


def _inflate(data: bytes) -> bytes:
    decompressor = zlib.decompressobj()
    inflated = decompressor.decompress(data, _MOST_BODY)
    if not decompressor.eof:
        raise DamagedRecordError("the compressed part is cut short, or larger than any of ours")
    return inflated


def _as_array(data: bytes) -> Any:
    """Bytes as the wire knows them."""
    import numpy as np

    return np.frombuffer(data, np.uint8)
