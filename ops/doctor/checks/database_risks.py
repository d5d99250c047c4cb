"""What threatens the database while it serves: nothing here fails a request."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.status.database import next_window
from stacks.postgresql import SUPPORT_ENDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

SOON: Final = timedelta(days=180)
"""Before the end of an engine's support."""
ENDS: Final = {
    11: date(2024, 2, 29),
    12: date(2025, 2, 28),
    13: date(2026, 2, 28),
    14: date(2027, 2, 28),
    **SUPPORT_ENDS,
}
"""Of versions, too, that we don't offer ("Release calendar for Amazon RDS for PostgreSQL")."""
IN_SYNC: Final = "in-sync"
WORLD: Final = ("0.0.0.0/0", "::/0")
TALKATIVE: Final = {
    "log_statement": ("all", "mod"),
    "log_min_duration_statement": ("0",),
    "log_duration": ("1",),
}
"""Parameters of PostgreSQL by which every statement is logged."""
KEY_STATES: Final = ("Disabled", "PendingDeletion", "PendingImport", "Unavailable")


@check("DB-041", Effect.RISK)
def waiting_for_restart(evidence: Evidence) -> Answer:
    """Static parameters count from the next start on."""
    database = evidence.database
    for group in database.instance.get("DBParameterGroups") or ():
        status = str(group.get("ParameterApplyStatus", IN_SYNC))
        if status not in (IN_SYNC, "applying"):
            return proved(
                f"parameter group {group['DBParameterGroupName']} of {database.name} is {status}",
                f"aws rds reboot-db-instance --db-instance-identifier {database.name}",
            )
    return ruled_out(f"all parameters of {database.name} are in force")


@check("DB-042", Effect.RISK)
def about_to_change(evidence: Evidence) -> Answer:
    """What waits for the maintenance window, of our doing and of RDS's."""
    database = evidence.database
    instance = database.instance
    pending = sorted((instance.get("PendingModifiedValues") or {}).keys())
    found = [f"a change of {' and '.join(pending)}"] if pending else []
    found += [f"{each['Action']}" for each in _maintenance(evidence)]
    if not found:
        return ruled_out(f"nothing waits for the next maintenance of {database.name}")
    window = instance.get("PreferredMaintenanceWindow")
    begins = f" from {next_window(window, datetime.now(UTC)):%Y-%m-%d %H:%M} UTC on" if window else ""
    return proved(
        f"{' and '.join(found)} of {database.name} waits for its maintenance{begins}",
        f"aws rds describe-pending-maintenance-actions --resource-identifier {instance['DBInstanceArn']}",
    )


@check("DB-043", Effect.RISK)
def open_to_the_world(evidence: Evidence) -> Answer:
    """A public address, and a group that admits every address to the port."""
    database, settings = evidence.database, evidence.environment
    instance = database.instance
    if not instance.get("PubliclyAccessible"):
        return ruled_out(f"database instance {database.name} has no public address")
    port = int((instance.get("Endpoint") or {}).get("Port") or 5432)
    groups = [str(each["VpcSecurityGroupId"]) for each in instance.get("VpcSecurityGroups") or ()]
    found = evidence.reading.call(
        "ec2:DescribeSecurityGroups", f"security groups of {database.name}", GroupIds=groups
    )
    opened = [each["GroupId"] for each in found["SecurityGroups"] if _admits_all(each, port)]
    if not opened:
        return ruled_out(f"database instance {database.name} is public, and admits not every address")
    return proved(
        f"database instance {database.name} is public, and security group {opened[0]} admits every address "
        f"to port {port}",
        f"aws rds modify-db-instance --db-instance-identifier {database.name} --no-publicly-accessible",
        change="leave [database] publicly_accessible and [network] database_group_open_to_world out of the "
        "settings, and deploy",
        by_design=settings.database.publicly_accessible and settings.network.database_group_open_to_world,
    )


@check("DB-044", Effect.RISK)
def no_backups(evidence: Evidence) -> Answer:
    """Without them there is no way back to a point in time."""
    database = evidence.database
    days = int(database.instance.get("BackupRetentionPeriod") or 0)
    if days:
        return ruled_out(f"backups of {database.name} are kept for {days} days")
    return proved(
        f"database instance {database.name} keeps no backups",
        f"aws rds modify-db-instance --db-instance-identifier {database.name} --backup-retention-period 7 "
        "--apply-immediately",
        change="set [database] backup_days, and deploy the database stack",
    )


@check("DB-045", Effect.RISK)
def deletable(evidence: Evidence) -> Answer:
    """One call, or one stack, may delete it."""
    database = evidence.database
    if database.instance.get("DeletionProtection"):
        return ruled_out(f"database instance {database.name} is protected from being deleted")
    return proved(
        f"database instance {database.name} has no deletion protection",
        f"aws rds modify-db-instance --db-instance-identifier {database.name} --deletion-protection "
        "--apply-immediately",
        change="set [database] deletion_protection, and deploy the database stack",
        by_design=not evidence.environment.database.deletion_protection,
    )


@check("DB-046", Effect.RISK)
def version_old(evidence: Evidence) -> Answer:
    """Standard support ends five years after a major version's release."""
    database = evidence.database
    version, ends = database.instance.get("EngineVersion"), ENDS.get(database.major)
    today = datetime.now(UTC).date()
    if ends is None:
        return unknown(
            f"when support of PostgreSQL {version} ends is not known here",
            decide="aws rds describe-db-major-engine-versions --engine postgres",
        )
    if ends - today < SOON:
        bills = "; RDS bills Extended Support by the hour since" if ends < today else ""
        return proved(
            f"standard support of PostgreSQL {version} of {database.name} ends on {ends}{bills}",
            change="upgrade by a new [database] engine_version",
        )
    return ruled_out(f"PostgreSQL {version} of {database.name} is supported until {ends}")


@check("DB-047", Effect.RISK)
def key_going(evidence: Evidence) -> Answer:
    """RDS notices within hours that it can't use the key, and stops the instance then."""
    database = evidence.database
    key = database.instance.get("KmsKeyId")
    if not key or not database.instance.get("StorageEncrypted"):
        return ruled_out(f"the storage of {database.name} has no key")
    found = evidence.reading.call("kms:DescribeKey", f"key {key}", KeyId=key)["KeyMetadata"]
    state = str(found.get("KeyState", "Enabled"))
    if state in KEY_STATES:
        date = found.get("DeletionDate")
        return proved(
            f"key {found['KeyId']} of the storage of {database.name} is {state}"
            f"{f' on {date:%Y-%m-%d}' if date else ''}",
            *((f"aws kms cancel-key-deletion --key-id {found['KeyId']}",) if date else ()),
            f"aws kms enable-key --key-id {found['KeyId']}",
        )
    return ruled_out(f"the key of the storage of {database.name} is {state}")


@check("DB-048", Effect.RISK)
def other_instance(evidence: Evidence) -> Answer:
    """Who is led to a restored instance must be meant to be."""
    database, wanted = evidence.database, evidence.environment.database.identifier
    reached = database.reached
    if reached is None:
        return ruled_out("the URL leads to no instance of this account by its own name")
    name = str(reached["DBInstanceIdentifier"])
    if name == wanted or reached.get("DBClusterIdentifier") == wanted:
        return ruled_out(f"function and settings mean the same instance {wanted}")
    return proved(
        f"DATABASE_URL of function {evidence.function.name} leads to instance {name}, and the settings name "
        f"{wanted}",
        change=f'[database] identifier = "{name}", or deploy the service stack',
    )


@check("DB-049", Effect.RISK)
def logs_everything(evidence: Evidence) -> Answer:
    """The server's log lies on the instance's own disk, for three days."""
    database = evidence.database
    parameters = database.parameters
    found = [
        f"{name} is {parameters[name]}"
        for name, values in TALKATIVE.items()
        if parameters.get(name) in values
    ]
    if not found:
        return ruled_out(f"the server of {database.name} does not log every statement")
    return proved(
        f"{' and '.join(found)} in parameter group {database.group}",
        change="deploy the database stack, whose DatabaseParameterGroup logs slow statements alone",
    )


def _maintenance(evidence: Evidence) -> Iterator[Mapping[str, Any]]:
    """What RDS wants to do with the instance."""
    arn = evidence.database.instance["DBInstanceArn"]
    pages = evidence.reading.pages(
        "rds:DescribePendingMaintenanceActions",
        "the database's maintenance",
        "PendingMaintenanceActions",
        ResourceIdentifier=arn,
    )
    for page in pages:
        yield from page.get("PendingMaintenanceActionDetails") or ()


def _admits_all(group: Mapping[str, Any], port: int) -> bool:
    for rule in group.get("IpPermissions") or ():
        ranges = [each.get("CidrIp") for each in rule.get("IpRanges") or ()]
        ranges += [each.get("CidrIpv6") for each in rule.get("Ipv6Ranges") or ()]
        if set(ranges) & set(WORLD) and (
            rule.get("IpProtocol") == "-1" or rule.get("FromPort", 0) <= port <= rule.get("ToPort", 65535)
        ):
            return True
    return False
