"""Whether the API answers, asked as a client would ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.deploying.smoke import address_of, ask_once
from ops.status.part import Finding, Part, Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.deploying.smoke import Health
    from ops.live import Live

NAME: Final = "health"
TIMEOUT: Final = 10.0
"""Seconds: a cold start and a connection to the database take two."""


def ask(address: str) -> Health:
    """Ask a base address once, and not for long: a person waits."""
    return ask_once(address, TIMEOUT)


def look(live: Live, address: str | None = None, *, ask: Callable[[str], Health] = ask) -> Part:
    """Ask the health route at the public address, or at the one that is given."""
    base = address or address_of(live)
    if base is None:
        return Part(NAME, "nothing to ask", (Finding(Standing.WRONG, "there is no API yet"),))
    health = ask(base)
    row = {"url": health.address, "status": health.status, "milliseconds": round(health.milliseconds)}
    if health.is_well:
        return Part(NAME, f"{health.address} answers 200 in {health.milliseconds:.0f} ms", (), (row,))
    sentence = f"{health.address} answers {health.found}; see `miyabi logs {live.environment.name}`"
    return Part(NAME, "not well", (Finding(Standing.WRONG, sentence),), (row,))
