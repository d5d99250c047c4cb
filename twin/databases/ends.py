"""Both ends of a connection that is passed on."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from typing import TYPE_CHECKING, Protocol

from twin.cluster import ADDRESS
from twin.databases import asking
from twin.databases.instance import Verdict

if TYPE_CHECKING:
    from twin.databases.ways import Judge, Way


class Crowd(Protocol):
    """All ends that are open, and whoever decides for them.

    Attributes:
        ends: Those that are open.
    """

    ends: set[End]

    async def ask(self, judge: Judge, asked: asking.Asked) -> Way:
        """What a judge says."""


class End(asyncio.Protocol):
    """One end of a connection; what it hears goes to the other, in order, and late where that is wanted."""

    transport: asyncio.Transport

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self.other: End | None = None
        self.delay = 0.0
        self._parcels: deque[bytes] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be one of those that are open."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - tells mypy what TCP has
        self.transport = transport
        self._crowd.ends.add(self)

    def data_received(self, data: bytes) -> None:
        """Pass it on."""
        self._pass_on(data)

    def eof_received(self) -> bool:
        """Pass on that no more comes; the other may still speak."""
        self._pass_on(b"")
        return True

    def connection_lost(self, _: Exception | None) -> None:
        """End the other as well, once it has been told all."""
        self._crowd.ends.discard(self)
        if self.other is not None and not self.other.transport.is_closing():
            if self._parcels:
                asyncio.get_running_loop().call_later(self.delay, self.other.transport.close)
            else:
                self.other.transport.close()

    def pause_writing(self) -> None:
        """Nobody reads here: let the other wait."""
        if self.other is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """Let it go on."""
        if self.other is not None and not self.other.transport.is_closing():
            self.other.transport.resume_reading()

    def cut(self) -> None:
        """End at once."""
        self.transport.abort()

    def _pass_on(self, data: bytes) -> None:
        if self.delay:
            self._parcels.append(data)
            asyncio.get_running_loop().call_later(self.delay, self._deliver)
        else:
            self._say(data)

    def _deliver(self) -> None:
        """What was said first, whichever timer it is that ends."""
        if self._parcels:
            self._say(self._parcels.popleft())

    def _say(self, data: bytes) -> None:
        if self.other is None or self.other.transport.is_closing():
            return
        if data:
            self.other.transport.write(data)
        elif self.other.transport.can_write_eof():
            self.other.transport.write_eof()


class Client(End):
    """The end of whoever connects, from before it is known whether it may."""

    def __init__(self, judge: Judge, crowd: Crowd) -> None:
        super().__init__(crowd)
        self._judge = judge
        self._said = bytearray()
        self._tls_accepted = False
        self._deciding: asyncio.Task[None] | None = None

    def data_received(self, data: bytes) -> None:
        """Find out what is wanted, and afterwards pass it on."""
        if self.other is not None:
            self._pass_on(data)
            return
        self._said += data
        if self._deciding is None:
            self._find_out()

    def eof_received(self) -> bool:
        """Whoever goes before it was let in is gone."""
        return super().eof_received() if self.other is not None else False

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody needs to decide any more."""
        super().connection_lost(error)
        if self._deciding is not None and self.other is None:
            self._deciding.cancel()

    def read(self, said: bytes) -> asking.Next | asking.Asked:
        """What is wanted by what was said until now: PostgreSQL's, unless a subclass speaks otherwise."""
        return asking.read(said, tls_accepted=self._tls_accepted)

    def _find_out(self) -> None:
        found = self.read(bytes(self._said))
        if isinstance(found, asking.Asked):
            self._deciding = asyncio.get_running_loop().create_task(self._decide(found))
        elif found is not asking.Next.READ:
            del self._said[: len(asking.TLS_REQUEST)]
            self._tls_accepted = found is asking.Next.ACCEPT_TLS
            self.transport.write(asking.ACCEPTED if self._tls_accepted else asking.DECLINED)
            if self._said:
                self._find_out()

    async def _decide(self, asked: asking.Asked) -> None:
        way = await self._crowd.ask(self._judge, asked)
        if way.verdict is Verdict.DROPPED:
            return  # and never answer
        if way.verdict is Verdict.REFUSED:
            self.cut()
            return
        try:
            server = await self._connect(way.port)
        except OSError:
            self.cut()
            return
        self._join(server, way.round_trip / 2)

    async def _connect(self, port: int) -> End:
        """The other end, which has said yes to TLS if we did in its stead."""
        loop = asyncio.get_running_loop()
        upstream = socket.socket(proto=socket.IPPROTO_TCP)
        upstream.setblocking(False)  # noqa: FBT003 - socket's own
        try:
            await loop.sock_connect(upstream, (ADDRESS, port))
            if self._tls_accepted:
                await loop.sock_sendall(upstream, asking.TLS_REQUEST)
                await loop.sock_recv(upstream, len(asking.ACCEPTED))  # a server with a certificate says yes
            _, end = await loop.create_connection(lambda: End(self._crowd), sock=upstream)
        except BaseException:
            upstream.close()
            raise
        return end

    def _join(self, server: End, delay: float) -> None:
        if self.transport.is_closing():
            server.cut()
            return
        self.other, server.other = server, self
        self.delay = server.delay = delay
        said, self._said = bytes(self._said), bytearray()
        self._pass_on(said)
