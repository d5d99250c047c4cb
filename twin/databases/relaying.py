"""Passes on the bytes of connections, to databases for one, or does not, as it is told at each connection.

One thread does it for all: an event loop of its own. Who may pass is asked in other threads, since the answer
may take a while; what crosses a connection that was let through is not looked at.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Final, Self

from twin.databases.ends import Client
from twin.databases.instance import Verdict
from twin.databases.loopback import ON_LINUX, bound, find_address, full

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine
    from typing import Any

    from twin.databases.asking import Asked
    from twin.databases.ends import End
    from twin.databases.ways import Judge, Way

ASKING: Final = 8
"""Connections that are decided on at a time."""
BACKLOG: Final = 512


@dataclass(slots=True)
class Door:
    """A port of one address at which somebody listens, or seems to.

    Attributes:
        host: Its address.
        port: Its port.
    """

    judge: Judge
    host: str
    port: int
    _holds: list[socket.socket] = field(default_factory=list)
    _listener: socket.socket | None = None
    _gate: Verdict | None = None
    _closed: bool = False

    def turn(self, verdict: Verdict, relay: Relaying) -> None:
        """Let connections come, refuse them, or answer nobody; what is open stays."""
        if self._closed or verdict is self._gate:
            return
        self._leave()
        if verdict is Verdict.PASSES or (verdict is Verdict.DROPPED and not ON_LINUX):
            self._listen(relay)
        elif verdict is Verdict.DROPPED:
            self._holds = full(self.host, self.port)
        else:
            self._holds = [bound(self.host, self.port)]
        self._gate = verdict

    def take(self, held: socket.socket) -> None:
        """Have the socket that keeps the address until somebody listens there."""
        self._holds, self._gate = [held], Verdict.REFUSED

    def _listen(self, relay: Relaying) -> None:
        """Let in whoever connects.

        A server of asyncio loses, open, a connection that comes while it is being closed (CPython 3.11).
        """
        listener = bound(self.host, self.port)
        listener.settimeout(0)
        listener.listen(BACKLOG)
        self._listener = listener
        asyncio.get_running_loop().add_reader(listener, self._let_in, listener, relay)

    def _let_in(self, listener: socket.socket, relay: Relaying) -> None:
        with suppress(BlockingIOError, ConnectionAbortedError):  # it went away again
            connection, _ = listener.accept()
            connection.settimeout(0)
            relay.adopt(connection, self.judge)

    def _leave(self) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        for held in self._holds:
            held.close()
        self._holds = []

    def close(self) -> None:
        """Listen no more, whatever is said later."""
        self._closed = True
        self._leave()


class Relaying:
    """The event loop, and all doors; a context manager.

    Closing it cuts every connection.

    Args:
        client: What becomes of a connection's end: it finds out what is wanted.
    """

    def __init__(self, client: Callable[[Judge, Relaying], Client] = Client) -> None:
        self._client = client
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="relaying", daemon=True)
        self._asking = ThreadPoolExecutor(ASKING, thread_name_prefix="relaying-asking")
        self._doors: list[Door] = []
        self._adopting: set[asyncio.Task[Any]] = set()
        self.ends: set[End] = set()
        """Of connections that are open."""

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Cut all connections, and end."""
        self._do(self._close())
        # The loop goes on meanwhile: whoever decides may be waiting for it.
        self._asking.shutdown(wait=True, cancel_futures=True)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def open(self, judge: Judge, port: int, *, near: Door | None = None) -> Door:
        """A new door, at another's address where its port is free there, else at an address of its own."""
        held = None
        if near is not None and ON_LINUX:
            with suppress(OSError):
                held = bound(near.host, port)
        held = held or find_address(port)
        address, taken = held.getsockname()[:2]
        door = Door(judge, address, taken)
        door.take(held)
        self._doors.append(door)
        self.turn([(door, judge.gate())])
        return door

    def adopt(self, connection: socket.socket, judge: Judge) -> None:
        """Have a connection that was accepted decided on; called by the loop."""
        begun = self._loop.create_task(
            self._loop.connect_accepted_socket(lambda: self._client(judge, self), connection)
        )
        self._adopting.add(begun)
        begun.add_done_callback(self._adopting.discard)

    def turn(self, turns: list[tuple[Door, Verdict]]) -> None:
        """Turn doors, and wait until it is done."""
        self._do(self._turn(turns))

    def review(self) -> None:
        """Ask about every door anew."""
        self.turn([(door, door.judge.gate()) for door in list(self._doors)])

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _turn(self, turns: list[tuple[Door, Verdict]]) -> None:
        for door, verdict in turns:
            door.turn(verdict, self)

    async def _close(self) -> None:
        for door in self._doors:
            door.close()
        # one that has broken meanwhile is over as well
        await asyncio.gather(*self._adopting, return_exceptions=True)
        for end in list(self.ends):
            end.cut()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # What was cut is told so in the loop's next rounds, and there is nobody to set an event.
        while self.ends:  # noqa: ASYNC110 - as said
            await asyncio.sleep(0)

    async def ask(self, judge: Judge, asked: Asked) -> Way:
        """What a judge says, while the others go on."""
        return await self._loop.run_in_executor(self._asking, judge.way, asked)
