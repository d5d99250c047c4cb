"""The database's turn in a deployment: a snapshot if there is something to lose, then what is pending."""

from __future__ import annotations

import re
import time
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ops import artifacts
from ops.deploying.errors import MigratorBehind, SnapshotFailed
from ops.migrating import ask_migrator
from stacks.values import DATABASE_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from ops.live import Live

    Document = dict[str, Any]

SNAPSHOT_PAUSE: Final = 15.0
"""Seconds between two questions about a snapshot; one of 20 GB takes minutes."""
BEHIND_PAUSE: Final = 3.0
BEHIND_ROUNDS: Final = 10
"""Questions to a migrator that was just updated: an alias is moved everywhere within seconds."""
MISSING: Final = "missing"
"""The state of a version that is applied and has no file in the migrator."""


def migrate(
    live: Live,
    say: Callable[[str], None],
    *,
    with_roles: bool,
    is_new: bool = False,
    expected: Collection[int] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    pause: Callable[[float], None] = time.sleep,
) -> Document:
    """Apply what is pending by the migrator function, after a snapshot where something is applied already.

    `with_roles` has the API's roles made, which a service stack that is not there yet will need; `is_new`
    says that there was none, so that a database without a migration has nothing to lose; `expected` are
    versions that the migrator must have. The answer has `applied` (versions), `snapshot` (identifier or None)
    and `roles` (whether they were looked after). Raises `MigratorBehind`, `MigratorError`, and `AccessError`
    of RDS.
    """
    _require_present(live, expected, say, pause)
    pending = [
        one["version"] for one in ask_migrator(live, {"action": "plan"}, say=say, pause=pause)["pending"]
    ]
    snapshot = None
    if pending and (not is_new or _holds_something(live, say, pause)):
        snapshot = take_snapshot(live, f"before-{pending[-1]}", say, now=now, pause=pause)
    applied: list[int] = []
    if pending:
        say("1 migration is pending" if len(pending) == 1 else f"{len(pending)} migrations are pending")
        document = ask_migrator(live, {"action": "up"}, say=say, pause=pause)
        applied = [one["version"] for one in document["applied"]]
    if with_roles:
        ask_migrator(live, {"action": "roles"}, say=say, pause=pause)
    return {"applied": applied, "snapshot": snapshot, "roles": with_roles}


def migrations_of(package: Path) -> list[int]:
    """Versions of the migrations in a package, oldest first; raises `PackageUnreadable`."""
    try:
        with zipfile.ZipFile(package) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        raise artifacts.PackageUnreadable(package, str(error)) from None
    found = (re.fullmatch(r"migrations/(\d+)_.*(?<!\.down)\.sql", name) for name in names)
    return sorted(int(one[1]) for one in found if one)


def lacking(steps: Iterable[Document], expected: Iterable[int]) -> list[int]:
    """Which versions have no file in a migrator, by the `steps` that it tells as its status."""
    there = {step["version"] for step in steps if step["state"] != MISSING}
    return sorted(set(expected) - there)


def _require_present(
    live: Live, expected: Collection[int], say: Callable[[str], None], pause: Callable[[float], None]
) -> None:
    """Wait until the migrator has all that is expected: Lambda may run the version before for a moment."""
    found: list[int] = list(expected)
    for _ in range(BEHIND_ROUNDS if expected else 0):
        found = lacking(ask_migrator(live, {"action": "status"}, say=say, pause=pause)["steps"], expected)
        if not found:
            return
        pause(BEHIND_PAUSE)
    if found:
        raise MigratorBehind(live.environment.name, found)


def _holds_something(live: Live, say: Callable[[str], None], pause: Callable[[float], None]) -> bool:
    """Whether any migration is applied."""
    counts = ask_migrator(live, {"action": "status"}, say=say, pause=pause)["counts"]
    return set(counts) != {"pending"}


def take_snapshot(
    live: Live,
    why: str,
    say: Callable[[str], None],
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    pause: Callable[[float], None] = time.sleep,
) -> str:
    """Take a snapshot of the database and wait until it is there; returns its identifier."""
    instance = live.value(DATABASE_ID)
    identifier = f"{instance}-{why}-{now():%Y%m%d%H%M%S}"
    thing = f"database {instance}"
    live.call(
        "rds:CreateDBSnapshot",
        thing,
        DBInstanceIdentifier=instance,
        DBSnapshotIdentifier=identifier,
        Tags=[{"Key": "ManagedBy", "Value": "miyabi"}],
    )
    say(f"taking snapshot {identifier}")
    while True:
        [found] = live.call(
            "rds:DescribeDBSnapshots", f"snapshot {identifier}", DBSnapshotIdentifier=identifier
        )["DBSnapshots"]
        if found["Status"] == "available":
            return identifier
        if found["Status"] == "failed":
            raise SnapshotFailed(identifier)
        pause(SNAPSHOT_PAUSE)
