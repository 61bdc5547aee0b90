"""The nursery: an interpreter that has imported the libraries, and forks launchers on request.

The desks of a class need a launcher each, and what launchers import is the same. So one process
imports it, once, and every launcher is a fork of it: it is there at once, and shares that memory.
A desk asks with one message at the nursery's door, a socket that all desks have: whether torch is
wanted, and with that the launcher's end of a connection, and its stderr. Launchers with torch come
from a nursery of their own, a fork of the first one, so that no other submission meets an
interpreter that has imported torch.

A nursery ends when nobody holds its door any more. It never runs a line of a student's.
"""

from __future__ import annotations

import contextlib
import os
import socket
import traceback
from typing import TYPE_CHECKING, Final

from grader.sandbox import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN: Final = b"plain"
TORCH: Final = b"torch"
_LONGEST: Final = 16


def serve(
    door: socket.socket, launch: Callable[[int], None], import_torch: Callable[[], object]
) -> None:
    """Fork launchers until nobody is left who could ask for one; does not return.

    `launch` becomes a launcher at one end of a connection and returns when that is closed.
    """
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)  # who could trace it could have it fork anything
    with_torch: socket.socket | None = None
    while True:
        wanted, descriptors, _, _ = socket.recv_fds(door, _LONGEST, 2)
        if not wanted:
            break
        _bury(os.WNOHANG)
        with contextlib.suppress(OSError):  # no process to be had: the desk sees that none came
            if wanted == TORCH:
                with_torch = _pass_on(with_torch, descriptors, door, launch, import_torch)
            elif os.fork() == 0:
                _become(launch, descriptors, (door, with_torch))
        for descriptor in descriptors:
            os.close(descriptor)
    if with_torch is not None:
        with_torch.close()
    _bury(0)  # they end as this did; what they used is then known to who waits for this
    os._exit(0)


def _become(
    launch: Callable[[int], None],
    descriptors: list[int],
    others: tuple[socket.socket | None, ...],
) -> None:
    try:
        for other in others:
            if other is not None:
                other.close()
        control, err = descriptors
        os.dup2(err, 2)
        os.close(err)
        launch(control)
    except BaseException:  # noqa: BLE001 - told on its stderr; it must not go on as the nursery
        traceback.print_exc()
    finally:
        os._exit(0)


def _pass_on(
    nursery: socket.socket | None,
    descriptors: list[int],
    door: socket.socket,
    launch: Callable[[int], None],
    import_torch: Callable[[], object],
) -> socket.socket:
    """Ask the nursery with torch, or a new one if there is none; return its door."""
    if nursery is not None:
        try:
            socket.send_fds(nursery, [PLAIN], descriptors)
        except OSError:
            nursery.close()  # it has ended
        else:
            return nursery
    nursery, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        door.close()
        nursery.close()
        os.dup2(descriptors[1], 2)  # for what importing torch may have to say
        for descriptor in descriptors:
            os.close(descriptor)
        try:
            import_torch()
            os.dup2(0, 2)
            serve(inside, launch, import_torch)
        except BaseException:  # noqa: BLE001 - told on the stderr of who asked
            traceback.print_exc()
        finally:
            os._exit(1)
    inside.close()
    socket.send_fds(nursery, [PLAIN], descriptors)
    return nursery


def _bury(options: int) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass
