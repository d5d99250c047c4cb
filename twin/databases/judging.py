"""Decides who is let through to which database, at each connection, by what is deployed then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from ops.errors import OperationError
from twin.databases.instance import Verdict
from twin.databases.ways import Way
from twin.errors import TwinError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ops.network.place import Reach
    from twin.databases.asking import Asked
    from twin.databases.hosted import Hosted
    from twin.databases.instance import Instance


class Servers(Protocol):
    """All servers that there are."""

    def servers(self) -> Sequence[Hosted]:
        """Each of them."""

    def attempt(self, work: Callable[[], None]) -> bool:
        """Do something, and tell whether it was done."""

    def trouble(self, sentence: str) -> None:
        """Have it told that something went wrong."""


@dataclass(frozen=True, slots=True)
class PlaceJudge:
    """Of connections from one place to one port.

    Attributes:
        fleet: All servers.
        reached: Whether an instance's port is reached from the place.
        host: The name that is meant where none is said.
        port: The port.
        settle: Be as what is deployed is.
    """

    fleet: Servers
    reached: Callable[[Instance, int], Reach]
    host: str
    port: int
    settle: Callable[[], None]

    def gate(self) -> Verdict:
        """Of the host's own connections; open if any instance can be reached, since another may be meant."""
        own = self._verdict(self._server(self.host))
        others = (self._verdict(hosted) for hosted in self.fleet.servers())
        return Verdict.PASSES if own is Verdict.PASSES or Verdict.PASSES in others else own

    def way(self, asked: Asked) -> Way:
        """Of a connection that says which host it means; a name of nobody's leads nowhere."""
        if not self.fleet.attempt(self.settle):
            return Way(Verdict.DROPPED)
        hosted = self._server(asked.host or self.host)
        verdict = self._verdict(hosted)
        if hosted is None or verdict is not Verdict.PASSES:
            return Way(verdict)
        return Way(verdict, hosted.server.port, hosted.round_trip)

    def _server(self, host: str) -> Hosted | None:
        return next((one for one in self.fleet.servers() if one.instance.host == host), None)

    def _verdict(self, hosted: Hosted | None) -> Verdict:
        if hosted is None:
            return Verdict.REFUSED
        try:
            found = self.reached(hosted.instance, self.port)
        except (TwinError, OperationError, ClientError) as error:
            self.fleet.trouble(f"nobody is let through to database {hosted.instance.identifier}: {error}")
            return Verdict.DROPPED
        if not found.allowed:
            return Verdict.DROPPED
        if hosted.verdict is Verdict.PASSES and self.port != hosted.instance.port:
            return Verdict.REFUSED
        return hosted.verdict
