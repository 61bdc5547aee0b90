"""Several requests to one worker at once, as long as nothing out of the ordinary happens.

A worker answers one request after the other, whether they come singly or together. Sent together
they cost no round trip each, which is most of what a short call costs. But then it cannot be said
which of them printed something, or whether one that takes long was begun at all; and all answers
are in memory before the first is read. So at the first sign of such a thing the volley ends. What
was answered in order before that counts; the rest is left to be asked one by one, of a fresh
worker.
"""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from grader.sandbox import frames

if TYPE_CHECKING:
    from grader.sandbox.channel import Channel

_PATIENCE_S: Final = 0.5
"""For one answer: a call that takes longer is better asked alone."""
_PIECE: Final = 1 << 16
_MOST_BYTES: Final = 4 << 20
"""All answers of a volley together: they are in memory at once before one of them is read."""


class Volley(Struct):
    """What became of several requests: the answers of the first ones, in order."""

    payloads: list[bytes] = field(default_factory=list)
    walls_s: list[float] = field(default_factory=list)
    is_whole: bool = False  # all were answered, and nothing else was said
    is_silent: bool = True  # nothing was printed


def fire(
    channel: Channel,
    requests: Sequence[bytes],
    *,
    limit_s: float,
    total_s: float,
    reply_bytes: int,
) -> Volley:
    """Send requests and collect their answers until the first that is not there in time.

    Args:
        channel: to a worker that waits.
        requests: their payloads.
        limit_s: for one answer.
        total_s: for all of them.
        reply_bytes: the largest answer that counts.
    """
    firing = _Firing(channel, requests, min(limit_s, _PATIENCE_S), total_s, reply_bytes)
    with channel.writing():
        firing.run()
    return firing.volley


class _Firing:
    def __init__(
        self,
        channel: Channel,
        requests: Sequence[bytes],
        limit_s: float,
        total_s: float,
        reply_bytes: int,
    ) -> None:
        self.volley = Volley()
        self._channel = channel
        self._stream = channel.stream
        self._limit_s = limit_s
        self._until_s = time.monotonic() + total_s
        self._room_bytes = min(reply_bytes, _MOST_BYTES)
        random = os.urandom(16 * len(requests))
        self._nonces = [random[at : at + 16] for at in range(0, len(random), 16)]
        sent = [frames.pack(nonce, one) for nonce, one in zip(self._nonces, requests, strict=True)]
        self._unsent = memoryview(b"".join(sent))
        self._incoming = bytearray()
        self._last_s = 0.0

    def run(self) -> None:
        volley = self.volley
        self._last_s = time.monotonic()
        while len(volley.payloads) < len(self._nonces):
            left_s = min(self._last_s + self._limit_s, self._until_s) - time.monotonic()
            ready = self._channel.selector.select(left_s) if left_s > 0 else []
            if not ready:
                return
            for key, events in ready:
                if key.fileobj is not self._stream:
                    volley.is_silent = False
                    return
                if events & selectors.EVENT_WRITE and not self._send():
                    return
                if events & selectors.EVENT_READ and not self._receive():
                    return
        # what was printed before the last answer has come by now
        ready = self._channel.selector.select(0)
        volley.is_silent = all(key.fileobj is self._stream for key, _ in ready)
        volley.is_whole = volley.is_silent and not self._incoming

    def _send(self) -> bool:
        try:
            self._unsent = self._unsent[self._stream.send(self._unsent) :]
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False
        if not self._unsent:
            self._channel.selector.modify(self._stream, selectors.EVENT_READ)
        return True

    def _receive(self) -> bool:
        """Take what has come; return whether it is in order so far."""
        try:
            piece = self._stream.recv(_PIECE)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False
        self._incoming += piece
        is_in_order = bool(piece) and self._cut()
        self._share_the_time()
        return is_in_order

    def _share_the_time(self) -> None:
        """Give answers that came together, which are short ones, the same of the time."""
        came = len(self.volley.payloads) - len(self.volley.walls_s)
        if came:
            now = time.monotonic()
            self.volley.walls_s += [(now - self._last_s) / came] * came
            self._last_s = now

    def _cut(self) -> bool:
        """Cut out the answers that are whole; return whether they are what was asked for."""
        volley, at = self.volley, 0
        incoming, header = self._incoming, frames.HEADER
        while len(incoming) - at >= header.size:
            if len(volley.payloads) == len(self._nonces):
                return False
            nonce, length = header.unpack_from(incoming, at)
            if nonce != self._nonces[len(volley.payloads)] or length > self._room_bytes:
                return False
            end = at + header.size + length
            if len(incoming) < end:
                break
            volley.payloads.append(bytes(memoryview(incoming)[at + header.size : end]))
            at = end
            self._room_bytes -= length
        del incoming[:at]
        return True
