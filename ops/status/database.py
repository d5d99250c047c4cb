"""How the database instance is: status, storage, what is about to change, and when it is maintained."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ops.errors import NotDeployed
from ops.status.part import Finding, Part, Standing
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.live import Live
    from ops.status.part import Row

NAME: Final = "database"
AVAILABLE: Final = "available"
CHANGING: Final = frozenset(
    {
        "backing-up",
        "configuring-enhanced-monitoring",
        "configuring-iam-database-auth",
        "configuring-log-exports",
        "maintenance",
        "modifying",
        "renaming",
        "storage-config-upgrade",
        "storage-initialization",
        "storage-optimization",
        "upgrading",
    }
)
"""Statuses in which the instance serves, or will soon ("Viewing DB instance status", RDS User Guide)."""
GIB: Final = 2**30
LOW: Final = 0.15
"""Share of free storage below which the alarm of our stacks rings too."""
WINDOW: Final = timedelta(minutes=20)
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def look(live: Live, now: datetime | None = None) -> Part:
    """Ask RDS for the instance, and CloudWatch for its free storage."""
    identifier, moment = live.environment.database.identifier, now or datetime.now(UTC)
    try:
        found = live.call(
            "rds:DescribeDBInstances", f"database instance {identifier}", DBInstanceIdentifier=identifier
        )["DBInstances"][0]
    except NotDeployed:
        return Part(NAME, "not there", (Finding(Standing.WRONG, f"there is no instance {identifier}"),))
    row = _row(found, moment)
    unasked: list[Finding] = []
    for key, ask in (("free_gb", _free_gb), ("maintenance", _maintenance)):
        try:
            row[key] = ask(live, found, moment)
        except AccessError as error:
            unasked.append(Finding(Standing.UNASKED, str(error)))
    return Part(NAME, _summary(row), (*_findings(row), *unasked), (row,))


def next_window(window: str, now: datetime) -> datetime:
    """When a weekly window in UTC, such as `mon:04:30-mon:05:30`, begins next."""
    day, hour, minute = window.partition("-")[0].split(":")
    days = (DAYS.index(day) - now.weekday()) % 7
    begin = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0) + timedelta(days=days)
    return begin if begin >= now else begin + timedelta(days=7)


def _row(found: dict[str, Any], now: datetime) -> Row:
    return {
        "instance": found["DBInstanceIdentifier"],
        "status": found["DBInstanceStatus"],
        "class": found["DBInstanceClass"],
        "engine_version": found["EngineVersion"],
        "multi_az": found.get("MultiAZ", False),
        "storage_gb": found["AllocatedStorage"],
        "max_storage_gb": found.get("MaxAllocatedStorage"),
        "free_gb": None,
        "pending": sorted(_told(found.get("PendingModifiedValues", {}))),
        "next_window": next_window(found["PreferredMaintenanceWindow"], now),
        "maintenance": [],
        "restorable_until": found.get("LatestRestorableTime"),
    }


def _told(pending: dict[str, Any]) -> Iterator[str]:
    """What is about to change; a password is named and not told."""
    for name, value in pending.items():
        yield name if "Password" in name else f"{name}={value}"


def _free_gb(live: Live, found: dict[str, Any], now: datetime) -> float | None:
    """The newest figure of the last minutes, in GiB; None where there is none."""
    answer = live.call(
        "cloudwatch:GetMetricStatistics",
        "the database's metrics",
        Namespace="AWS/RDS",
        MetricName="FreeStorageSpace",
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": found["DBInstanceIdentifier"]}],
        StartTime=now - WINDOW,
        EndTime=now,
        Period=60,
        Statistics=["Minimum"],
    )
    points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    return round(points[-1]["Minimum"] / GIB, 1) if points else None


def _maintenance(live: Live, found: dict[str, Any], now: datetime) -> list[str]:
    """What RDS wants to do with the instance, and when."""
    del now
    pages = live.pages(
        "rds:DescribePendingMaintenanceActions",
        "the database's maintenance",
        "PendingMaintenanceActions",
        ResourceIdentifier=found["DBInstanceArn"],
    )
    actions = [action for page in pages for action in page["PendingMaintenanceActionDetails"]]
    return [_action(action) for action in actions]


def _action(action: dict[str, Any]) -> str:
    when = (
        action.get("CurrentApplyDate") or action.get("ForcedApplyDate") or action.get("AutoAppliedAfterDate")
    )
    return f"{action['Action']} {f'{when:%Y-%m-%d %H:%M} UTC' if when else 'when you say so'}"


def _findings(row: Row) -> Iterator[Finding]:
    status = row["status"]
    if status in CHANGING:
        yield Finding(Standing.NOTICE, f"{row['instance']} is {status}")
    elif status != AVAILABLE:
        yield Finding(Standing.WRONG, f"{row['instance']} is {status}")
    if row["free_gb"] is not None and row["free_gb"] < row["storage_gb"] * LOW:
        yield Finding(Standing.WRONG, f"{row['free_gb']} GB of {row['storage_gb']} GB are free")
    if row["pending"]:
        yield Finding(
            Standing.NOTICE,
            f"changes with the next maintenance, {row['next_window']:%Y-%m-%d %H:%M} UTC, or a restart: "
            + ", ".join(row["pending"]),
        )
    for action in row["maintenance"]:
        yield Finding(Standing.NOTICE, f"RDS is to do {action}")


def _summary(row: Row) -> str:
    free = f", {row['free_gb']} GB free" if row["free_gb"] is not None else ""
    zones = "two zones" if row["multi_az"] else "one zone"
    return (
        f"{row['instance']} {row['status']}, PostgreSQL {row['engine_version']} on {row['class']}, {zones}, "
        f"{row['storage_gb']} GB{free}"
    )
