"""RDS: a restore to a point in time, and the backups that it is made of.

Seen in moto 5.2.5: RestoreDBInstanceToPointInTime takes every setting along, which RDS does not, refuses an
option group that RDS made, and looks at no time; no instance has automated backups until somebody makes one.
"RestoreDBInstanceToPointInTime", Amazon RDS API Reference.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBInstanceAlreadyExists, RDSClientError
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

TAKEN_ALONG: Final = (
    "allocated_storage",
    "auto_minor_version_upgrade",
    "backup_retention_period",
    "ca_certificate_identifier",
    "copy_tags_to_snapshot",
    "db_instance_class",
    "db_name",
    "engine",
    "engine_version",
    "kms_key_id",
    "license_model",
    "master_username",
    "port",
    "preferred_backup_window",
    "preferred_maintenance_window",
    "storage_encrypted",
    "storage_type",
)
"""What a restored instance has of the old one; the rest is RDS's own default, or what the request says."""
OF_THE_REQUEST: Final = frozenset(
    {
        "restore_time",
        "source_db_instance_identifier",
        "source_dbi_resource_id",
        "target_db_instance_identifier",
        "use_latest_restorable_time",
    }
)


def _restored(self: Any, source: str, target: str, given: dict[str, Any]) -> Any:
    """A new instance: the data of the old one, its settings as far as RDS takes them along."""
    old = self.describe_db_instances(source)[0]
    if target in self.databases:
        raise DBInstanceAlreadyExists
    at, newest = given.get("restore_time"), given.get("use_latest_restorable_time")
    if (at is None) != bool(newest):
        both = "RestoreTime and UseLatestRestorableTime exclude each other, and one of them is needed"
        raise RDSClientError("InvalidParameterCombination", both)
    if not old.backup_retention_period:
        raise RDSClientError("PointInTimeRestoreNotEnabled", f"{old.db_instance_identifier} has no backups")
    if at is not None:
        _require_within(old, at)
    settings = {name: getattr(old, name, None) for name in TAKEN_ALONG}
    # which moto keeps and does not tell
    settings["master_user_password"] = old._master_user_password  # noqa: SLF001  (moto has no other way)
    settings |= {name: value for name, value in given.items() if name not in OF_THE_REQUEST}
    settings = {name: value for name, value in settings.items() if value is not None}
    return self.create_db_instance(settings | {"db_instance_identifier": target})


def _require_within(old: Any, at: datetime) -> None:
    if not _utc(old.instance_create_time) <= _utc(at) <= datetime.now(UTC):
        raise RDSClientError(
            "InvalidParameterValue",
            f"The specified instance cannot be restored to {_utc(at):%Y-%m-%dT%H:%M:%SZ}, "
            "which is not between its earliest and latest restorable times.",
        )


def _automated_backups(self: Any) -> ActionResult:
    """One for each instance that has backups, of all its time."""
    wanted = {
        "db_instance_identifier": self.params.get("DBInstanceIdentifier"),
        "dbi_resource_id": self.params.get("DbiResourceId"),
    }
    found = [
        {
            "DBInstanceArn": one.db_instance_arn,
            "DBInstanceIdentifier": one.db_instance_identifier,
            "DbiResourceId": one.dbi_resource_id,
            "BackupRetentionPeriod": one.backup_retention_period,
            "Status": "active",
            "RestoreWindow": {
                "EarliestTime": _utc(one.instance_create_time),
                "LatestTime": datetime.now(UTC),
            },
        }
        for one in self.backend.describe_db_instances()
        if one.backup_retention_period
        and all(value in (None, getattr(one, name)) for name, value in wanted.items())
    ]
    return ActionResult({"DBInstanceAutomatedBackups": found})


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def mend() -> None:
    """Put both onto moto's classes."""
    for kind, name, mended in (
        (RDSBackend, "restore_db_instance_to_point_in_time", _restored),
        (RDSResponse, "describe_db_instance_automated_backups", _automated_backups),
    ):
        setattr(kind, name, mended)
