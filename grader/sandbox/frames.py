"""How messages are cut out of a stream: a nonce, a length, that many bytes.

A request carries a nonce that nobody can foresee, and its reply must carry the same. So a reply
written before its request, or a second one, is told from the one that was asked for.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket

HEADER: Final = struct.Struct("<16sQ")
NO_NONCE: Final = bytes(16)
"""Of a message that answers no request: a worker's first."""


class StreamEndedError(EOFError):
    """The other side closed the stream."""


def pack(nonce: bytes, payload: bytes) -> bytes:
    """Return the frame that carries `payload`."""
    return HEADER.pack(nonce, len(payload)) + payload


def send(stream: socket.socket, nonce: bytes, payload: bytes) -> None:
    """Write one frame, however long it takes."""
    stream.sendall(pack(nonce, payload))


def receive(stream: socket.socket) -> tuple[bytes, bytes]:
    """Wait for one frame; return its nonce and its payload."""
    nonce, length = HEADER.unpack(receive_exactly(stream, HEADER.size))
    return nonce, receive_exactly(stream, length)


class Reader:
    """Reads the frames of a stream, as many at once as have come."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._incoming = bytearray()

    def has_next(self) -> bool:
        """Whether a whole frame has been read already."""
        if len(self._incoming) < HEADER.size:
            return False
        _, length = HEADER.unpack_from(self._incoming)
        return len(self._incoming) >= HEADER.size + int(length)

    def next(self) -> tuple[bytes, bytes]:
        """Wait for one frame; return its nonce and its payload."""
        while not self.has_next():
            part = self._stream.recv(1 << 16)
            if not part:
                raise StreamEndedError("the other side closed the stream")
            self._incoming += part
        nonce, length = HEADER.unpack_from(self._incoming)
        end = HEADER.size + length
        payload = bytes(memoryview(self._incoming)[HEADER.size : end])
        del self._incoming[:end]
        return nonce, payload


def receive_exactly(stream: socket.socket, size: int) -> bytes:
    """Wait for `size` bytes; raise StreamEndedError when the stream ends before."""
    parts = bytearray()
    while len(parts) < size:
        part = stream.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise StreamEndedError("the other side closed the stream")
        parts += part
    return bytes(parts)
