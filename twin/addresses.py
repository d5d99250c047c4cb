"""Addresses of this machine for what is served by its id: each gets a port when it is first asked for."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Self

from twin.http_server import HttpServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.answer import Answer
    from twin.event import Request


class Addresses:
    """Servers on 127.0.0.1, one for each id, while the context lasts.

    Args:
        handle: Answers a request to an id; called by several threads at once.
        require: Raises where there is nothing of an id.
        max_body: Bytes of the longest body that is taken.
        too_large: The answer to a longer one.
    """

    def __init__(
        self,
        handle: Callable[[str, Request], Answer],
        require: Callable[[str], None],
        max_body: int,
        too_large: Answer,
    ) -> None:
        self._handle, self._require = handle, require
        self._max_body, self._too_large = max_body, too_large
        self._servers: dict[str, HttpServer] = {}
        self._lock = Lock()

    def find(self, served_id: str) -> str:
        """Where an id answers, such as `http://127.0.0.1:41231`; raises what `require` does."""
        with self._lock:
            if served_id not in self._servers:
                self._require(served_id)
                server = HttpServer(partial(self._handle, served_id), 0, self._max_body, self._too_large)
                server.start()
                self._servers[served_id] = server
            return f"http://127.0.0.1:{self._servers[served_id].port}"

    def __enter__(self) -> Self:
        """Each begins to listen when its address is asked for."""
        return self

    def __exit__(self, *error: object) -> None:
        """Answer what is under way, and end."""
        with self._lock:
            for server in self._servers.values():
                server.close()
            self._servers.clear()
