"""Every setting of a database instance: how it is told, restored, changed, and compared.

RDS gives a restored instance the default security group, parameter group and subnet group, one zone, and no
monitoring, whatever the old one has, unless it is told otherwise. "Restoring a DB instance to a specified
time", Amazon RDS User Guide; RestoreDBInstanceToPointInTime and ModifyDBInstance, Amazon RDS API Reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Document = dict[str, Any]

SMALL_GP3: Final = 400
"""GB under which gp3 of PostgreSQL has 3,000 IOPS and 125 MB/s, and RDS takes no others, nor these."""
LOGS: Final = "EnabledCloudwatchLogsExports"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting by its name in DescribeDBInstances.

    `restore` and `modify` are the arguments that set it, None where RDS takes it along, or can't change it.
    """

    told: str
    restore: str | None = None
    modify: str | None = None


def _both(name: str, argument: str | None = None) -> Setting:
    return Setting(name, argument or name, argument or name)


def _later(name: str, argument: str | None = None) -> Setting:
    return Setting(name, None, argument or name)


SETTINGS: Final = (
    Setting("Engine"),
    Setting("EngineVersion"),
    Setting("MasterUsername"),
    Setting("DBName"),
    Setting("KmsKeyId"),
    Setting("StorageEncrypted"),
    Setting("LicenseModel"),
    _both("DBInstanceClass"),
    _both("AllocatedStorage"),
    _both("MaxAllocatedStorage"),
    _both("StorageType"),
    _both("Iops"),
    _both("StorageThroughput"),
    _both("MultiAZ"),
    _both("PubliclyAccessible"),
    _both("AutoMinorVersionUpgrade"),
    _both("CopyTagsToSnapshot"),
    _both("DeletionProtection"),
    _both("DBSubnetGroup", "DBSubnetGroupName"),
    _both("VpcSecurityGroups", "VpcSecurityGroupIds"),
    _both("DBParameterGroups", "DBParameterGroupName"),
    _both("OptionGroupMemberships", "OptionGroupName"),
    _both("IAMDatabaseAuthenticationEnabled", "EnableIAMDatabaseAuthentication"),
    _both("CACertificateIdentifier"),
    _both("NetworkType"),
    _both("EngineLifecycleSupport"),
    _both("BackupRetentionPeriod"),
    _both("PreferredBackupWindow"),
    Setting("Port", "Port", "DBPortNumber"),
    _later("PreferredMaintenanceWindow"),
    _later("MonitoringInterval"),
    _later("MonitoringRoleArn"),
    _later("PerformanceInsightsEnabled", "EnablePerformanceInsights"),
    _later("PerformanceInsightsKMSKeyId"),
    _later("PerformanceInsightsRetentionPeriod"),
    _later("DatabaseInsightsMode"),
)
TOGETHER: Final = (
    ("MonitoringInterval", "MonitoringRoleArn"),
    (
        "PerformanceInsightsEnabled",
        "PerformanceInsightsKMSKeyId",
        "PerformanceInsightsRetentionPeriod",
        "DatabaseInsightsMode",
    ),
)
"""Settings of which RDS wants all when one is changed."""


def value(instance: Document, name: str) -> Any:
    """A setting's value as its argument takes it; None where the instance has none."""
    read = _READ.get(name)
    return read(instance) if read else instance.get(name)


def _first(list_name: str, key: str) -> Callable[[Document], Any]:
    return lambda instance: next((one[key] for one in instance.get(list_name) or ()), None)


def _growth_limit(instance: Document) -> int | None:
    """RDS tells of none, or of the storage that there is, where storage does not grow by itself."""
    limit: int = instance.get("MaxAllocatedStorage") or 0
    return limit if limit > instance.get("AllocatedStorage", 0) else None


_READ: Final[Mapping[str, Callable[[Document], Any]]] = {
    "DBSubnetGroup": lambda instance: (instance.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"),
    "VpcSecurityGroups": lambda instance: sorted(
        one["VpcSecurityGroupId"] for one in instance.get("VpcSecurityGroups") or ()
    ),
    "DBParameterGroups": _first("DBParameterGroups", "DBParameterGroupName"),
    "OptionGroupMemberships": _first("OptionGroupMemberships", "OptionGroupName"),
    "Port": lambda instance: (instance.get("Endpoint") or {}).get("Port"),
    LOGS: lambda instance: sorted(instance.get(LOGS) or ()),
    "MaxAllocatedStorage": _growth_limit,
}
"""How a setting is read that is not told as its argument takes it."""


def restore_arguments(old: Document) -> Document:
    """What RestoreDBInstanceToPointInTime is told, so that the new instance is as the old one."""
    given = {
        one.restore: found
        for one in SETTINGS
        if one.restore and _is_taken(one, old) and (found := value(old, one.told)) not in (None, [])
    }
    return given | {"Tags": tags(old)}


def modify_arguments(old: Document, new: Document) -> Document:
    """What ModifyDBInstance is told for what still differs; empty where nothing can be done, or is to be."""
    names = {one.told for one in SETTINGS if one.modify and not _are_same(old, new, one.told)}
    for group in TOGETHER:
        if names & set(group):
            names |= set(group)
    return {
        one.modify: found
        for one in SETTINGS
        if one.told in names
        and one.modify
        and _is_taken(one, old)
        and (found := value(old, one.told)) is not None
    }


def log_arguments(old: Document, new: Document) -> Document:
    """What ModifyDBInstance is told of log exports, which wait for the name: it names the log groups."""
    wanted, found = set(value(old, LOGS)), set(value(new, LOGS))
    changes = {
        "EnableLogTypes": sorted(wanted - found),
        "DisableLogTypes": sorted(found - wanted),
    }
    given = {name: types for name, types in changes.items() if types}
    return {"CloudwatchLogsExportConfiguration": given} if given else {}


def differences(old: Document, new: Document, *, logs: bool) -> Iterator[str]:
    """How the new instance differs from the old one; log exports count where `logs` says so."""
    names = [one.told for one in SETTINGS] + ([LOGS] if logs else [])
    for name in names:
        if not _are_same(old, new, name):
            yield f"{name} is {value(new, name)} and was {value(old, name)}"
    if tags(old) != tags(new):
        yield "its tags are others"


def tags(instance: Document) -> list[dict[str, str]]:
    """The tags that anybody may set, in order; CloudFormation's own can't be given to another instance."""
    found = [one for one in instance.get("TagList", ()) if not one["Key"].startswith("aws:")]
    return sorted(found, key=lambda one: str(one["Key"]))


def _are_same(old: Document, new: Document, name: str) -> bool:
    """What is off or empty may be told as that, or not be told."""
    return (value(old, name) or None) == (value(new, name) or None)


def _is_taken(setting: Setting, old: Document) -> bool:
    """Whether RDS takes the argument for such an instance; its own groups it gives unasked."""
    if setting.told in {"DBParameterGroups", "OptionGroupMemberships"}:
        return not str(value(old, setting.told)).startswith("default")
    if setting.told in {"Iops", "StorageThroughput"}:
        return not (old.get("StorageType") == "gp3" and old.get("AllocatedStorage", 0) < SMALL_GP3)
    return True
