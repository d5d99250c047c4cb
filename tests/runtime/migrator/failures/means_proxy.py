"""A proxy between a run and its database: it counts what passes, and can cut the line at any moment."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNK: Final = 1 << 16
ADDRESS: Final = "127.0.0.1"


class Proxy:
    """Passes bytes on as they come; TLS goes through unread.

    `told` is called after each piece that was passed on, with how many there have been; after `cut`
    the client is without its server at once, while the server's side stays open until the end.
    """

    def __init__(self, port: int) -> None:
        self.pieces = 0
        self.told: Callable[[int], None] = lambda _: None
        self._server = port
        self._listener = socket.create_server((ADDRESS, 0))
        self._clients: list[socket.socket] = []
        self._upstreams: list[socket.socket] = []
        self._mutex = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._begin(self._accept)

    def url(self, url: str) -> str:
        """The URL of the same database, by way of the proxy."""
        parts = urlsplit(url)
        port = self._listener.getsockname()[1]
        return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{port}")))

    def cut(self) -> None:
        """Cut every line to a client, and pass nothing on any more; new clients are let through."""
        with self._mutex:
            clients, self._clients = self._clients, []
        for client in clients:
            _shut(client)

    def close(self) -> None:
        """Cut everything, and wait until all is quiet."""
        _shut(self._listener)
        self.cut()
        with self._mutex:
            upstreams, self._upstreams = self._upstreams, []
        for upstream in upstreams:
            _shut(upstream)
        for thread in self._threads:
            thread.join()

    def _begin(self, work: Callable[..., None], *about: object) -> None:
        thread = threading.Thread(target=work, args=about, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                upstream = socket.create_connection((ADDRESS, self._server))
                with self._mutex:
                    self._clients.append(client)
                    self._upstreams.append(upstream)
                self._begin(self._pass_on, client, upstream)
                self._begin(self._pass_on, upstream, client)

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(CHUNK):
                sink.sendall(piece)
                with self._mutex:
                    self.pieces += 1
                    number = self.pieces
                self.told(number)
        self._hang_up(source, sink)

    def _hang_up(self, source: socket.socket, sink: socket.socket) -> None:
        """Tell the other side, but not the server of a line that was cut."""
        with self._mutex:
            was_cut = sink in self._upstreams and source not in self._clients
        if not was_cut:
            _shut(sink)


@contextmanager
def proxy(port: int) -> Iterator[Proxy]:
    """A proxy before a server on this machine."""
    between = Proxy(port)
    try:
        yield between
    finally:
        between.close()


def _shut(line: socket.socket) -> None:
    """Close it, and wake whoever waits for it."""
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
