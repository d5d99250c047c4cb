"""One HTTP request with an end: bounded in time and size, no redirect followed, no proxy, TLS verified."""

from __future__ import annotations

import http.client
import socket
import ssl
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from threading import Event, Timer
from time import monotonic
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import Message

LARGEST: Final = 256 * 1024
"""Bytes of an answer; GitHub's have a few thousand."""
PORTS: Final = {"https": 443, "http": 80}


class CallFailed(Exception):
    """No whole answer came. The reason holds nothing of request or answer."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Call:
    """What to ask, and of whom."""

    address: str
    """Scheme, host and port: https://api.github.com."""
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Message
    body: bytes


def perform(call: Call, seconds: float) -> Reply:
    """Ask, and wait for the whole answer. Raises `CallFailed`.

    A timeout of the socket alone would begin anew with every byte of a server that sends them one by
    one, so the connection is shut when the time is over.
    """
    end = monotonic() + seconds
    try:
        with closing(_connect(call.address, seconds)) as connection, _shut(connection, end) as late:
            try:
                return _converse(connection, call)
            finally:
                # also where it looks whole: an end within the headers is taken for theirs
                if late.is_set():
                    raise TimeoutError
    except TimeoutError:
        raise CallFailed(f"no answer within {seconds:.1f} s") from None
    except (OSError, http.client.HTTPException) as error:
        raise CallFailed(f"the connection failed ({type(error).__name__})") from None


def _connect(address: str, seconds: float) -> socket.socket:
    """A connection; over TLS, the handshake is still to be done."""
    place = urlsplit(address)
    host = place.hostname or ""
    connection = socket.create_connection((host, place.port or PORTS[place.scheme]), max(seconds, 0.001))
    if place.scheme == "http":
        return connection
    return _trust().wrap_socket(connection, server_hostname=host, do_handshake_on_connect=False)


@contextmanager
def _shut(connection: socket.socket, end: float) -> Iterator[Event]:
    """Shut the connection when the time is over; the event tells that it was."""
    late = Event()

    def shut() -> None:
        late.set()
        # of the plain socket: TLS would first forget its state, under the hands of who is reading
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = Timer(max(end - monotonic(), 0), shut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        timer.join()


def _converse(connection: socket.socket, call: Call) -> Reply:
    if isinstance(connection, ssl.SSLSocket):
        connection.do_handshake()
    client = http.client.HTTPConnection(urlsplit(call.address).netloc)
    client.sock = connection
    client.request(call.method, call.path, call.body, dict(call.headers))
    with client.getresponse() as response:
        body = response.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise CallFailed(f"the answer has more than {LARGEST} bytes")
        if response.length:
            raise CallFailed("the answer ends before its end")
        return Reply(response.status, response.headers, body)


@cache
def _trust() -> ssl.SSLContext:
    """The system's certificates; reading them takes longer than a request."""
    return ssl.create_default_context()
