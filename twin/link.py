"""A network link to a server of this machine: as long as is wanted, and counting what crosses it.

It passes bytes on as they are, so TLS runs through it:

    with Link(server.port, round_trip=0.020) as link:
        connect(server.url(database).replace(str(server.port), str(link.port)))
        print(link.round_trips)

Bytes arrive half a round trip after they were sent, however many are on their way: there is delay, and no
limit to throughput. Since this machine answers TCP's handshake at once, the first bytes of a connection
leave one round trip late.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, Self

from twin.cluster import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK: Final = 1 << 18
"""Bytes that are read at a time."""
ACCEPT_PATIENCE: Final = 0.1
"""Seconds after which a closed link is noticed while nobody connects."""

_Parcel = tuple[float, bytes]


@dataclass(slots=True)
class Link:
    """Listens on a port of its own, on 127.0.0.1, and connects whoever comes to the server.

    Attributes:
        server_port: The server's port on 127.0.0.1.
        round_trip: Seconds from a question to its answer, if the server takes none.
        round_trips: How often the server has answered: so often has somebody waited for the link, besides
            for TCP's handshake.
        connections: How many were made.
    """

    server_port: int
    round_trip: float = 0.0
    round_trips: int = 0
    connections: int = 0
    _listener: socket.socket = field(init=False)
    _accepting: threading.Thread = field(init=False)
    _open: set[socket.socket] = field(default_factory=set)
    _threads: set[threading.Thread] = field(default_factory=set)
    _closing: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._listener = socket.create_server((ADDRESS, 0))
        self._listener.settimeout(ACCEPT_PATIENCE)
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Cut every connection, and end."""
        self._closing.set()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        with self._lock:
            threads = tuple(self._threads)
        for thread in threads:
            thread.join()
        self._listener.close()

    @property
    def port(self) -> int:
        """Where to connect to."""
        port: int = self._listener.getsockname()[1]
        return port

    def _count(self) -> None:
        with self._lock:
            self.round_trips += 1

    def _begin(self, conversation: _Conversation, work: Callable[..., None], *arguments: object) -> None:
        def run() -> None:
            work(*arguments)
            with self._lock:
                self._threads.discard(thread)
                conversation.at_work -= 1
                if not conversation.at_work:
                    self._open -= set(conversation.sockets)
                    for connection in conversation.sockets:
                        connection.close()

        thread = threading.Thread(target=run, daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client = self._listener.accept()[0]
            except TimeoutError:
                continue
            try:
                server = socket.create_connection((ADDRESS, self.server_port))
            except OSError:
                client.close()
                continue
            self._join(client, server)

    def _join(self, client: socket.socket, server: socket.socket) -> None:
        """Pass on what either says."""
        with self._lock:
            if self._closing.is_set():
                client.close()
                server.close()
                return
            self.connections += 1
            self._open |= {client, server}
        established = time.monotonic() + self.round_trip
        conversation = _Conversation((client, server), self.round_trip / 2, established, self._count)
        for source, sink, heard in (
            (client, server, conversation.client_spoke),
            (server, client, conversation.server_spoke),
        ):
            for each in (source, sink):
                each.settimeout(None)
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            parcels: SimpleQueue[_Parcel] = SimpleQueue()
            self._begin(conversation, _take, source, parcels, heard)
            self._begin(conversation, _deliver, sink, parcels)


@dataclass(slots=True)
class _Conversation:
    """Who spoke last on one connection; what either says is told here, and when it arrives is answered."""

    sockets: tuple[socket.socket, socket.socket]
    delay: float
    established: float
    """When TCP's handshake would be over."""
    count: Callable[[], None]
    waits_for_answer: bool = False
    at_work: int = 4
    """Threads that still take or deliver something; the last one closes."""

    def client_spoke(self) -> float:
        self.waits_for_answer = True
        return max(time.monotonic(), self.established) + self.delay

    def server_spoke(self) -> float:
        if self.waits_for_answer:
            self.waits_for_answer = False
            self.count()
        return time.monotonic() + self.delay


def _take(source: socket.socket, parcels: SimpleQueue[_Parcel], heard: Callable[[], float]) -> None:
    """Read as fast as it comes; an empty parcel is the end."""
    content = b"more"
    while content:
        try:
            content = source.recv(CHUNK)
        except OSError:
            content = b""
        parcels.put((heard() if content else time.monotonic(), content))


def _deliver(sink: socket.socket, parcels: SimpleQueue[_Parcel]) -> None:
    """Write each parcel when it is due."""
    content = b"more"
    while content:
        due, content = parcels.get()
        time.sleep(max(due - time.monotonic(), 0))
        try:
            if content:
                sink.sendall(content)
            else:
                sink.shutdown(socket.SHUT_WR)
        except OSError:
            content = b""
