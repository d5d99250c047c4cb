"""What becomes of a connection, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from twin.databases.asking import Asked
    from twin.databases.instance import Verdict


@dataclass(frozen=True, slots=True)
class Way:
    """What becomes of one connection: where it leads if it passes, and seconds from question to answer."""

    verdict: Verdict
    port: int = 0
    round_trip: float = 0.0


class Judge(Protocol):
    """Decides on connections; it may be asked by several threads at once, and never raises."""

    def gate(self) -> Verdict:
        """What becomes of every connection, so far as that is known before it says what it wants."""

    def way(self, asked: Asked) -> Way:
        """What becomes of this one."""
