"""To when a database can be restored: read from the command line, and held against what RDS offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ops.errors import NotDeployed
from ops.restoring.errors import TimeRefused, WindowUnknown

if TYPE_CHECKING:
    from ops.live import Live


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when RDS can restore an instance; `earliest` is None where it does not tell."""

    earliest: datetime | None
    latest: datetime


def read_time(given: str, now: datetime) -> datetime:
    """A time with its zone, in UTC and whole seconds, which is past; raises `TimeRefused`."""
    try:
        at = datetime.fromisoformat(given.strip())
    except ValueError:
        raise TimeRefused(repr(given), "it is no time; write it such as 2026-11-26T03:00:00Z") from None
    if at.tzinfo is None:
        raise TimeRefused(
            given,
            f"it has no time zone; write {at:%Y-%m-%dT%H:%M:%S}Z if it is UTC, or its offset such as +09:00",
        )
    at = at.astimezone(UTC).replace(microsecond=0)
    if at > now:
        raise TimeRefused(text(at), f"that is in the future; it is {text(now)} now")
    return at


def window_of(live: Live, instance: dict[str, Any]) -> Window:
    """What RDS offers for an instance. Raises `WindowUnknown`."""
    latest, earliest = instance.get("LatestRestorableTime"), None
    resource = instance["DbiResourceId"]
    try:
        answer = live.call(
            "rds:DescribeDBInstanceAutomatedBackups",
            f"the backups of database {instance['DBInstanceIdentifier']}",
            DbiResourceId=resource,
        )
        backups = answer["DBInstanceAutomatedBackups"]
    except NotDeployed:
        backups = []
    for one in backups:
        offered = one.get("RestoreWindow", {})
        if one.get("DbiResourceId") == resource and offered:
            earliest = offered.get("EarliestTime")
            latest = latest or offered.get("LatestTime")
    if latest is None:
        raise WindowUnknown(instance["DBInstanceIdentifier"])
    return Window(earliest.astimezone(UTC) if earliest else None, latest.astimezone(UTC))


def require_within(at: datetime, window: Window, instance: str) -> None:
    """Raise `TimeRefused` for a time that RDS can't restore to."""
    if at > window.latest:
        raise TimeRefused(
            text(at),
            f"RDS can restore {instance} up to {text(window.latest)} as yet; "
            "wait some minutes, or name that time",
        )
    if window.earliest and at < window.earliest:
        raise TimeRefused(
            text(at),
            f"the backups of {instance} begin at {text(window.earliest)}; for an older time there may be a "
            "snapshot, see docs/recovery.md",
        )


def text(at: datetime) -> str:
    """Such as 2026-11-26T03:00:00Z."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def stamp(at: datetime) -> str:
    """As a part of an instance's name, such as 20261126t030000z."""
    return f"{at.astimezone(UTC):%Y%m%dt%H%M%Sz}"
