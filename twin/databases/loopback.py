"""Addresses of this machine that nobody else uses, each with every port free."""

from __future__ import annotations

import secrets
import socket
import sys
from contextlib import suppress
from typing import Final

ON_LINUX: Final = sys.platform == "linux"
"""Where all of 127.0.0.0/8 is this machine's."""
TRIED: Final = 50
_LOCALHOST: Final = "127.0.0.1"


def bound(address: str, port: int) -> socket.socket:
    """A socket at an address, that does not listen: whoever connects is refused. Raises OSError."""
    # asyncio turns delays off for sockets alone that say of themselves that they are TCP's
    made = socket.socket(proto=socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, port))
    except OSError:
        made.close()
        raise
    return made


def find_address(port: int) -> socket.socket:
    """A socket at an address of its own, such as 127.77.18.201, and the port.

    Where another address than 127.0.0.1 can't be had, as on macOS, or something listens at the port on all
    addresses, it has another port.
    """
    for _ in range(TRIED if ON_LINUX else 0):
        last = 1 + secrets.randbelow(254)
        with suppress(OSError):
            return _alone(f"127.77.{secrets.randbelow(256)}.{last}", port)
    return bound(_LOCALHOST, 0)


def _alone(address: str, port: int) -> socket.socket:
    """As `bound`; an address at which somebody else of ours is bound is not taken."""
    with socket.socket() as probe:
        # without SO_REUSEADDR, which would let two of us have the same address
        probe.bind((address, port))
    return bound(address, port)


def full(address: str, port: int) -> list[socket.socket]:
    """Sockets by which an address answers nobody, as a packet that is dropped on its way has no answer.

    Linux drops what comes when the queue of connections that nobody has accepted is full; one fills it.
    """
    listener = bound(address, port)
    waiting = socket.socket()
    try:
        listener.listen(0)
        waiting.connect((address, port))
    except OSError:
        listener.close()
        waiting.close()
        raise
    return [listener, waiting]
