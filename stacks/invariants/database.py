"""Rules for the PostgreSQL instance and what belongs to it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from stacks.invariants.expectations import (
    between,
    expect,
    including,
    is_false,
    is_true,
    made_here,
    one_of,
    text_other_than,
)
from stacks.invariants.network import zones
from stacks.invariants.reading import is_dynamic_reference, literal, number, said
from stacks.invariants.rule import Subject, rule
from stacks.postgresql import SUPPORT_ENDS

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTANCE = "AWS::RDS::DBInstance"
PARAMETER_GROUP = "AWS::RDS::DBParameterGroup"
SUBNET_GROUP = "AWS::RDS::DBSubnetGroup"

CURRENT_AUTHORITIES = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")
GUESSED_NAMES = ("postgres", "admin", "root", "user")
MONITORING_INTERVALS = (1, 5, 10, 15, 30, 60)
STATEMENT_LOGGING = {"log_statement": one_of("ddl", "mod", "all"), "log_min_duration_statement": between(0)}
NO_EXTENDED_SUPPORT = "open-source-rds-extended-support-disabled"
A_YEAR = timedelta(days=365)

# Storage grows only if the ceiling is this many per cent of what is allocated, or more
# ("Managing capacity automatically with Amazon RDS storage autoscaling").
LEAST_CEILING_PERCENT = 126


expect(
    "RDS.2",
    INSTANCE,
    {"PubliclyAccessible": is_false},
    sentence="The instance has no public address.",
    remedy="write PubliclyAccessible: false; left out, RDS chooses true in a VPC with an internet gateway",
    also=("CKV_AWS_17",),
)
expect(
    "RDS.3",
    INSTANCE,
    {"StorageEncrypted": is_true},
    sentence="The storage is encrypted, and with it every snapshot.",
    remedy="write StorageEncrypted: true; a later change replaces the instance",
    also=("CKV_AWS_16", "AwsSolutions-RDS2"),
)
expect(
    "RDS.5",
    INSTANCE,
    {"MultiAZ": is_true},
    sentence="A standby waits in a second availability zone.",
    remedy="set multi_az = true",
    also=("CKV_AWS_157", "AwsSolutions-RDS3"),
)
expect(
    "RDS.6",
    INSTANCE,
    {"MonitoringInterval": one_of(*MONITORING_INTERVALS), "MonitoringRoleArn": made_here("AWS::IAM::Role")},
    sentence="Enhanced monitoring is on and has a role to write with.",
    remedy="set monitoring_seconds, and let MonitoringRoleArn refer to a role of the template",
    also=("CKV_AWS_118",),
)
expect(
    "RDS.8",
    INSTANCE,
    {"DeletionProtection": is_true},
    sentence="The instance can't be deleted before somebody takes its protection off.",
    remedy="set deletion_protection = true",
    also=("CKV_AWS_293", "AwsSolutions-RDS10"),
)
expect(
    "RDS.9",
    INSTANCE,
    {"EnableCloudwatchLogsExports": including("postgresql", "upgrade")},
    sentence="PostgreSQL's log and the upgrade log go to CloudWatch.",
    remedy="set export_logs = true",
    also=("RDS.36", "CKV_AWS_129"),
)
expect(
    "RDS.10",
    INSTANCE,
    {"EnableIAMDatabaseAuthentication": is_true},
    sentence="People can connect with tokens of IAM instead of a shared password.",
    remedy="set iam_authentication = true",
    also=("CKV_AWS_161",),
)
expect(
    "RDS.11",
    INSTANCE,
    {"BackupRetentionPeriod": between(7, 35)},
    sentence="Automated backups reach back a week or longer.",
    remedy="set backup_days to 7 or more, 35 at most",
    also=("CKV_AWS_133", "AwsSolutions-RDS13"),
)
expect(
    "RDS.13",
    INSTANCE,
    {"AutoMinorVersionUpgrade": is_true},
    sentence="Minor versions, with their security fixes, are applied in the maintenance window.",
    remedy="set auto_minor_upgrade = true",
    also=("CKV_AWS_226",),
)
expect(
    "RDS.17",
    INSTANCE,
    {"CopyTagsToSnapshot": is_true},
    sentence="Snapshots carry the instance's tags.",
    remedy="write CopyTagsToSnapshot: true",
    also=("CKV2_AWS_60",),
)
expect(
    "RDS.18",
    INSTANCE,
    {"DBSubnetGroupName": made_here(SUBNET_GROUP)},
    sentence="The instance lies in a subnet group of its own, not in the default VPC's.",
    remedy="refer to a subnet group of the template in DBSubnetGroupName",
)
expect(
    "RDS.25",
    INSTANCE,
    {"MasterUsername": text_other_than(*GUESSED_NAMES)},
    sentence="The master user has no name that everybody tries first.",
    remedy=f"choose a master_user other than {', '.join(GUESSED_NAMES)}",
)
expect(
    "MIYABI.DB.1",
    INSTANCE,
    {"EnablePerformanceInsights": is_true},
    sentence="Database Insights records which statements cost time.",
    remedy="set insights = true; the standard mode's seven days are free of charge",
    also=("CKV_AWS_353",),
)
expect(
    "MIYABI.DB.2",
    INSTANCE,
    {"PerformanceInsightsKMSKeyId": made_here("AWS::KMS::Key")},
    sentence="What Database Insights records, statements included, is encrypted with our key.",
    remedy="set insights = true and own_key = true",
    also=("CKV_AWS_354",),
)
expect(
    "MIYABI.DB.3",
    INSTANCE,
    {"CACertificateIdentifier": one_of(*CURRENT_AUTHORITIES)},
    sentence="The server's certificate comes from an authority that is current.",
    remedy=f"write CACertificateIdentifier: {' or '.join(CURRENT_AUTHORITIES)}; rds-ca-2019 has expired",
    also=("CKV_AWS_211",),
)
expect(
    "MIYABI.DB.4",
    INSTANCE,
    {"StorageType": one_of("gp3")},
    sentence="The storage is gp3, whose throughput does not hang on its size.",
    remedy="write StorageType: gp3",
)
expect(
    "MIYABI.DB.5",
    INSTANCE,
    {"EngineLifecycleSupport": one_of(NO_EXTENDED_SUPPORT)},
    sentence="An engine that has grown too old is upgraded, not billed for Extended Support.",
    remedy=f"write EngineLifecycleSupport: {NO_EXTENDED_SUPPORT}; left out, RDS bills every vCPU by the hour",
)


@rule(
    "RDS.38",
    INSTANCE,
    also=("CKV2_AWS_69",),
    remedy='set "rds.force_ssl": "1" in the parameter group that DBParameterGroupName refers to',
)
def connections_are_encrypted(database: Subject) -> Iterator[str]:
    """PostgreSQL refuses connections without TLS."""
    forced = _parameter(database, "rds.force_ssl")
    if number(forced) != 1:
        yield said("rds.force_ssl", forced)


@rule(
    "MIYABI.DB.6",
    INSTANCE,
    also=("CKV2_AWS_30",),
    remedy="set log_statement to ddl, mod or all, and log_min_duration_statement to 0 or more milliseconds",
)
def statements_are_logged(database: Subject) -> Iterator[str]:
    """Changes of the schema and slow statements are logged."""
    for name, expected in STATEMENT_LOGGING.items():
        value = _parameter(database, name)
        if not expected(database, value):
            yield said(name, value)


def _parameter(database: Subject, name: str) -> Any:
    """A parameter of PostgreSQL as the instance's own group sets it."""
    group = _parameter_group(database)
    return group and group.get(f"Parameters.{name}")


def _parameter_group(database: Subject) -> Subject | None:
    group = database.target("DBParameterGroupName")
    return Subject(group, database.system) if group and group.type == PARAMETER_GROUP else None


@rule("MIYABI.DB.7", INSTANCE, remedy='write Family: "postgres" and the major version of EngineVersion')
def parameter_group_fits_the_engine(database: Subject) -> Iterator[str]:
    """The instance's own parameter group is of its engine's major version."""
    group, major = _parameter_group(database), _major_version(database)
    if group and (major is None or group.get("Family") != f"postgres{major}"):
        yield f"{said('Family', group.get('Family'))}, {said('EngineVersion', database.get('EngineVersion'))}"


@rule("MIYABI.DB.8", INSTANCE, remedy="plan the upgrade to a newer major version, then set engine_version")
def engine_is_supported_for_another_year(database: Subject) -> Iterator[str]:
    """The engine's major version has more than a year of standard support left."""
    ends = SUPPORT_ENDS.get(_major_version(database) or 0)
    version = said("EngineVersion", database.get("EngineVersion"))
    if ends is None:
        yield f"{version}, of which no end of support is known"
    elif ends - database.system.as_of <= A_YEAR:
        yield f"{version}, whose standard support ends on {ends}"


def _major_version(database: Subject) -> int | None:
    found = re.fullmatch(r"(\d{1,3})(\.\d+)?", literal(database.get("EngineVersion")) or "")
    return int(found[1]) if found else None


@rule(
    "MIYABI.DB.9",
    INSTANCE,
    remedy=f"set max_storage_gb to {LEAST_CEILING_PERCENT} % of storage_gb or more; a full disk is an outage",
)
def storage_can_grow(database: Subject) -> Iterator[str]:
    """Storage grows by itself, up to a ceiling that leaves room to."""
    allocated, ceiling = database.get("AllocatedStorage"), database.get("MaxAllocatedStorage")
    now, most = number(allocated), number(ceiling)
    if now is None or most is None or most * 100 < now * LEAST_CEILING_PERCENT:
        yield f"{said('AllocatedStorage', allocated)}, {said('MaxAllocatedStorage', ceiling)}"


@rule(
    "MIYABI.DB.10",
    INSTANCE,
    also=("W2501",),
    remedy="let MasterUserPassword be a dynamic reference to a secret of Secrets Manager",
)
def master_password_is_not_in_the_template(database: Subject) -> Iterator[str]:
    """The master user's password is filled in from Secrets Manager and stands nowhere else."""
    if not is_dynamic_reference(database.get("MasterUserPassword")):
        yield "MasterUserPassword is no dynamic reference"


@rule(
    "MIYABI.DB.11",
    INSTANCE,
    also=("I3011", "W3011"),
    remedy="write DeletionPolicy: Snapshot and UpdateReplacePolicy: Snapshot beside Properties",
)
def data_outlives_the_instance(database: Subject) -> Iterator[str]:
    """Deletion and replacement leave a snapshot."""
    for name in ("DeletionPolicy", "UpdateReplacePolicy"):
        policy = database.resource.body.get(name)
        if policy != "Snapshot":
            yield said(name, policy)


@rule("MIYABI.DB.12", SUBNET_GROUP, remedy="name subnets of two availability zones or more in SubnetIds")
def subnet_group_spans_zones(group: Subject) -> Iterator[str]:
    """The database's subnets span two availability zones, so that a standby has a place."""
    known = zones(group.deployment, group.get("SubnetIds"))
    if len(known) < 2:  # noqa: PLR2004  (two, as the sentence says)
        yield f"its subnets are known to lie in {', '.join(sorted(known)) or 'no zone'}"
