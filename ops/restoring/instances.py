"""Database instances as RDS tells of them: found, waited for, changed and renamed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ops.errors import NotDeployed
from ops.restoring.errors import InstanceFailed, StillRenaming

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.live import Live

    Document = dict[str, Any]

PAUSE: Final = 30.0
"""Seconds between two questions about an instance."""
RENAMING: Final = 1800.0
"""Seconds that a rename may take; RDS names about ten minutes."""
AVAILABLE: Final = "available"
BROKEN: Final = frozenset(
    {
        "failed",
        "inaccessible-encryption-credentials",
        "incompatible-create",
        "incompatible-network",
        "incompatible-option-group",
        "incompatible-parameters",
        "incompatible-restore",
        "restore-error",
        "stopped",
        "storage-full",
    }
)
"""Statuses that somebody must do something about ("Viewing Amazon RDS DB instance status")."""


@dataclass(frozen=True, slots=True)
class Names:
    """Of the instance that serves, the new one until it does, and the old one from then on."""

    serving: str
    new: str
    aside: str

    @classmethod
    def of(cls, serving: str, stamp: str) -> Names:
        """For a time, as `times.stamp` writes it."""
        return cls(serving, f"{serving}-restored-{stamp}", f"{serving}{ASIDE}{stamp}")


ASIDE: Final = "-before-"


def find(live: Live, identifier: str) -> Document | None:
    """An instance as DescribeDBInstances tells it; None where there is none."""
    try:
        [found] = live.call(
            "rds:DescribeDBInstances", f"database {identifier}", DBInstanceIdentifier=identifier
        )["DBInstances"]
    except NotDeployed:
        return None
    instance: Document = found
    return instance


def put_aside(live: Live, serving: str) -> list[str]:
    """The instances that restores have put aside, by name."""
    found = live.pages("rds:DescribeDBInstances", "the databases", "DBInstances")
    names = [one["DBInstanceIdentifier"] for one in found]
    return sorted(name for name in names if name.startswith(serving + ASIDE))


def wait_for(
    live: Live,
    identifier: str,
    pause: Callable[[float], None],
    say: Callable[[str], None],
    *,
    patience: float | None = None,
) -> Document:
    """The instance when it is available. Raises `InstanceFailed`, and `StillRenaming` after `patience`."""
    waited, told = 0.0, ""
    while True:
        found = find(live, identifier)
        status = found["DBInstanceStatus"] if found else "not there yet"
        if found and status == AVAILABLE:
            return found
        if status in BROKEN:
            raise InstanceFailed(identifier, status)
        if patience is not None and waited >= patience:
            raise StillRenaming(identifier, waited)
        if status != told:
            say(f"{identifier} is {status}")
            told = status
        pause(PAUSE)
        waited += PAUSE


def modify(
    live: Live,
    identifier: str,
    arguments: Document,
    pause: Callable[[float], None],
    say: Callable[[str], None],
) -> Document:
    """Change an instance at once, and wait until it is available again."""
    live.call(
        "rds:ModifyDBInstance",
        f"database {identifier}",
        DBInstanceIdentifier=identifier,
        ApplyImmediately=True,
        **arguments,
    )
    # for a moment it is told to be available before it begins
    pause(PAUSE)
    return wait_for(live, identifier, pause, say)


def rename(
    live: Live, before: str, after: str, pause: Callable[[float], None], say: Callable[[str], None]
) -> Document:
    """Give an instance another name, which restarts it; one that is being renamed is waited for."""
    found = find(live, before)
    if found and not _is_being_renamed(found) and find(live, after) is None:
        wait_for(live, before, pause, say)
        live.call(
            "rds:ModifyDBInstance",
            f"database {before}",
            DBInstanceIdentifier=before,
            NewDBInstanceIdentifier=after,
            ApplyImmediately=True,
        )
        say(f"{before} becomes {after}")
    return wait_for(live, after, pause, say, patience=RENAMING)


def _is_being_renamed(instance: Document) -> bool:
    pending = instance.get("PendingModifiedValues", {})
    return instance["DBInstanceStatus"] == "renaming" or "DBInstanceIdentifier" in pending
