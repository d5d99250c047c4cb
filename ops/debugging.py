"""Lines of level DEBUG for a while: the functions are told until when, and go back by themselves."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ops.adjusting import adjust, deployed
from ops.errors import Unready
from ops.rotating.half_done import refuse_half_done

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.live import Live
    from ops.stack import Event

PARAMETER: Final = "DebugUntil"
"""Of the service stack: a time such as 2026-11-26T03:00:00Z, or nothing."""
LONGEST: Final = timedelta(hours=24)
SPAN: Final = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,4})m)?")


class SpanRefused(Unready):
    """How long is said in a way that is not understood, or too long."""

    def __init__(self, given: str) -> None:
        self.given = given
        super().__init__(
            f"--for {given} is no time from 1m to 24h; write minutes or hours, such as 30m or 2h"
        )


class NotSwitchable(Unready):
    """The functions that are deployed can't be told to debug for a while."""

    def __init__(self, environment: str, remedy: str) -> None:
        self.environment = environment
        super().__init__(f"the functions of {environment} don't know of an end to debugging; {remedy}")


@dataclass(frozen=True, slots=True)
class Debugging:
    """What is, and what is to be: `until` and `until_now` are None where it is off."""

    until: datetime | None
    until_now: datetime | None

    @property
    def is_change(self) -> bool:
        """Whether anything would change."""
        return self.until != self.until_now


def read_span(given: str) -> timedelta:
    """How long, such as `30m`, `2h` or `1h30m`; raises `SpanRefused`."""
    found = SPAN.fullmatch(given)
    hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0)
    span = timedelta(hours=hours, minutes=minutes)
    if not timedelta() < span <= LONGEST:
        raise SpanRefused(given)
    return span


def plan(
    live: Live, span: timedelta | None, now: datetime, *, pause: Callable[[float], None] = time.sleep
) -> Debugging:
    """What switching it on for a while changes, or off where there is no span.

    Raises `NotSwitchable` and `HalfDone`.
    """
    service = deployed(live, "service", pause=pause)
    if PARAMETER not in service.parameters:
        raise NotSwitchable(live.environment.name, _remedy(live))
    refuse_half_done(live, service)
    until = (now.astimezone(UTC) + span).replace(microsecond=0) if span else None
    found = service.parameters[PARAMETER]
    before = datetime.fromisoformat(found) if found else None
    return Debugging(until, before if before and (before > now or until is None) else None)


def switch(
    live: Live,
    planned: Debugging,
    watch: Callable[[Event], None] = lambda _: None,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Tell the functions, by a new version of them."""
    text = f"{planned.until:%Y-%m-%dT%H:%M:%SZ}" if planned.until else ""
    adjust(live, "service", {PARAMETER: text}, watch, pause=pause)


def _remedy(live: Live) -> str:
    if live.environment.api.rust_log:
        return (
            "their filter is RUST_LOG: `MIYABI_API__RUST_LOG=debug miyabi deploy "
            f"{live.environment.name} --only service` sets it, and the same without it in front ends it"
        )
    return f"deploy the present templates by `miyabi deploy {live.environment.name}` first"
