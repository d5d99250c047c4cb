"""RDS: events of what happens to an instance, and parameters that wait for a reboot.

Seen in moto 5.2.5: a reboot leaves no trace, nor does a new password of the master user, nor where a restored
instance has its data from; and every parameter group is told to be in sync.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBParameterGroupStatus.html
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from moto.rds.models import DBInstance, Event, RDSBackend

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS: Final = {
    "DB_INSTANCE_SHUTDOWN": ("availability", "DB instance shutdown"),
    "DB_INSTANCE_RESTART": ("availability", "DB instance restarted"),
    "DB_INSTANCE_RESTORED": ("restoration", "Restored from snapshot"),
}
"""Category and message of what moto does not know: RDS-EVENT-0004, -0006, -0019 and -0043."""
STATIC: Final = frozenset(
    {
        "autovacuum_freeze_max_age",
        "autovacuum_max_workers",
        "autovacuum_multixact_freeze_max_age",
        "huge_pages",
        "max_connections",
        "max_files_per_process",
        "max_locks_per_transaction",
        "max_logical_replication_workers",
        "max_pred_locks_per_transaction",
        "max_prepared_transactions",
        "max_replication_slots",
        "max_wal_senders",
        "max_worker_processes",
        "rds.logical_replication",
        "shared_buffers",
        "shared_preload_libraries",
        "superuser_reserved_connections",
        "track_activity_query_size",
        "track_commit_timestamp",
        "wal_buffers",
    }
)
"""Parameters that RDS lets change and that count from the next start on, `postmaster` to PostgreSQL."""

_MENDED: Final = "tells"
"""Attribute of what was mended here."""
_SINCE_START: Final = "parameters_since_start"
"""Attribute of an instance: the group and its static parameters as they were when it last started."""


def mend() -> None:
    """Mend moto's classes."""
    for event, (category, message) in EVENTS.items():
        Event.EVENT_MAP.setdefault(event, {"Categories": [category], "Message": message})
    for kind, name, mending in (
        (RDSBackend, "reboot_db_instance", _telling_of_a_reboot),
        (RDSBackend, "start_db_instance", _noting_a_start),
        (RDSBackend, "create_db_instance", _noting_a_start),
        (RDSBackend, "modify_db_instance", _telling_of_a_password),
        (RDSBackend, "restore_db_instance_from_db_snapshot", _telling_of_a_snapshot),
        (RDSBackend, "restore_db_instance_to_point_in_time", _telling_of_a_source),
    ):
        found = getattr(kind, name)
        # Others mend some of these as well, and may do so again.
        if not getattr(found, _MENDED, False):
            mended = mending(found)
            setattr(mended, _MENDED, True)
            setattr(kind, name, mended)
    setattr(DBInstance, "db_parameter_group_status_list", property(_told_groups))  # noqa: B010  (a mend)


def _telling_of_a_reboot(reboot: Callable[..., Any]) -> Callable[..., Any]:
    def rebooted(self: Any, *arguments: Any, **named: Any) -> Any:
        instance = reboot(self, *arguments, **named)
        instance.add_event("DB_INSTANCE_SHUTDOWN")
        instance.add_event("DB_INSTANCE_RESTART")
        _note(instance)
        return instance

    return rebooted


def _noting_a_start(begin: Callable[..., Any]) -> Callable[..., Any]:
    def started(self: Any, *arguments: Any, **named: Any) -> Any:
        instance = begin(self, *arguments, **named)
        _note(instance)
        return instance

    return started


def _telling_of_a_password(modify: Callable[..., Any]) -> Callable[..., Any]:
    def modified(self: Any, name: str, changes: dict[str, Any]) -> Any:
        resets = changes.get("master_user_password") is not None
        instance = modify(self, name, changes)
        if resets:
            instance.add_event("DB_INSTANCE_RESET_MASTER_CREDENTIALS")
        return instance

    return modified


def _telling_of_a_snapshot(restore: Callable[..., Any]) -> Callable[..., Any]:
    def restored(self: Any, snapshot: str, *arguments: Any, **named: Any) -> Any:
        instance = restore(self, snapshot, *arguments, **named)
        _tell_of_origin(instance, f"Restored from snapshot {snapshot.rpartition(':snapshot:')[2]}")
        return instance

    return restored


def _telling_of_a_source(restore: Callable[..., Any]) -> Callable[..., Any]:
    def restored(self: Any, source: str, target: str, given: dict[str, Any]) -> Any:
        instance = restore(self, source, target, given)
        at = given.get("restore_time") or "the latest restorable time"
        name = source.rpartition(":db:")[2]
        _tell_of_origin(instance, f"Restored from DB instance {name} to {at}")
        return instance

    return restored


def _tell_of_origin(instance: Any, message: str) -> None:
    instance.add_event("DB_INSTANCE_RESTORED")
    instance.backend.events[-1].message = message


def _note(instance: Any) -> None:
    if hasattr(instance, "db_parameter_group_name"):
        setattr(instance, _SINCE_START, _static_parameters(instance))


def _static_parameters(instance: Any) -> tuple[str, dict[str, str]]:
    [group] = instance.db_parameter_groups()
    values = {
        name: str(parameter.get("ParameterValue"))
        for name, parameter in group.parameters.items()
        if name in STATIC
    }
    return group.name, values


def _told_groups(self: Any) -> list[Any]:
    """The instance's group: it waits for a reboot where it, or a static parameter of it, is another."""
    [group] = self.db_parameter_groups()
    found = _static_parameters(self)
    told = copy.copy(group)
    told.ParameterApplyStatus = "in-sync" if getattr(self, _SINCE_START, found) == found else "pending-reboot"
    return [told]
