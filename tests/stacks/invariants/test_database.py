"""Every rule about the database notices its own mutations, and nothing else does."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING

import pytest

from stacks.invariants.catalogue import check
from stacks.invariants.rule import RULES
from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found
from tests.stacks.systems import system

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []


def _instance(name: str, wrong: Sequence[Any], *rules: str, environment: str = "staging") -> None:
    spoils(
        MUTATIONS, "database", f"Database/{name}", [REMOVED, UNKNOWN, *wrong], *rules, environment=environment
    )


def _parameters(name: str, wrong: Sequence[Any], *rules: str) -> None:
    path = f"DatabaseParameterGroup/Parameters/{name}"
    spoils(MUTATIONS, "database", path, [REMOVED, UNKNOWN, *wrong], *rules)


_instance("PubliclyAccessible", [True, "false"], "RDS.2")
_instance("StorageEncrypted", [False], "RDS.3")
_instance("MultiAZ", [False], "RDS.5", environment="production")
_instance("MonitoringInterval", [0, 7, True], "RDS.6")
_instance("MonitoringRoleArn", ["arn:*:iam:::role/unseen", {"Ref": "Database"}], "RDS.6", "MIYABI.TEMPLATE.7")
_instance("DeletionProtection", [False], "RDS.8", environment="production")
_instance("EnableIAMDatabaseAuthentication", [False], "RDS.10")
_instance("BackupRetentionPeriod", [0, 6, 36, "many"], "RDS.11")
_instance("AutoMinorVersionUpgrade", [False], "RDS.13")
_instance("CopyTagsToSnapshot", [False], "RDS.17")
_instance("MasterUsername", ["postgres", "Admin", "root", "user", ""], "RDS.25")
_instance("EnablePerformanceInsights", [False], "MIYABI.DB.1")
_instance("PerformanceInsightsKMSKeyId", ["alias/aws/rds"], "MIYABI.DB.2")
_instance("CACertificateIdentifier", ["rds-ca-2019"], "MIYABI.DB.3")
_instance("StorageType", ["gp2", "gp9"], "MIYABI.DB.4")
_instance("EngineLifecycleSupport", ["open-source-rds-extended-support", "nonsense"], "MIYABI.DB.5")
_instance("MaxAllocatedStorage", [20, "25"], "MIYABI.DB.9")
_instance("AllocatedStorage", ["40", 50], "MIYABI.DB.9")
_instance("EngineVersion", ["13.20", "9.6.24", 17.1], "MIYABI.DB.7", "MIYABI.DB.8")
spoils(MUTATIONS, "database", "Database/EngineVersion", ["16.9"], "MIYABI.DB.7")
_instance("DBSubnetGroupName", ["default"], "RDS.18", "RDS.46", "MIYABI.TEMPLATE.7")
spoils(MUTATIONS, "database", "Database/EnableCloudwatchLogsExports", [REMOVED, ["postgresql"]], "RDS.9")
spoils(MUTATIONS, "database", "Database/EnableCloudwatchLogsExports", [UNKNOWN], "RDS.9", "MIYABI.LOG.2")
_instance("DBParameterGroupName", ["default.postgres17"], "RDS.38", "MIYABI.DB.6")
_instance("MasterUserPassword", ["swordfish", "{{resolve:ssm:/miyabi/password}}"], "MIYABI.DB.10")

_parameters("rds.force_ssl", ["0", 0, True], "RDS.38")
_parameters("log_statement", ["none"], "MIYABI.DB.6")
_parameters("log_min_duration_statement", ["-1", "often"], "MIYABI.DB.6")
spoils(
    MUTATIONS, "database", "DatabaseParameterGroup/Family", [REMOVED, UNKNOWN, "postgres15"], "MIYABI.DB.7"
)

for _policy in ("DeletionPolicy", "UpdateReplacePolicy"):
    spoils(
        MUTATIONS,
        "database",
        f"!Database/{_policy}",
        [REMOVED, "Delete"],
        "MIYABI.DB.11",
        "MIYABI.TEMPLATE.8",
    )
    spoils(MUTATIONS, "database", f"!Database/{_policy}", ["Retain"], "MIYABI.DB.11")

spoils(
    MUTATIONS,
    "database",
    "DatabaseSubnetGroup/SubnetIds",
    [REMOVED, UNKNOWN, [], ["subnet-1", "subnet-2"]],
    "MIYABI.DB.12",
    "MIYABI.TEMPLATE.6",
    "RDS.46",
)


@breaks(MUTATIONS, "MIYABI.DB.12", "MIYABI.NET.8")
def put_both_subnets_into_one_zone(templates: Templates) -> None:
    templates["network"]["Resources"]["DatabaseSubnet2"]["Properties"]["AvailabilityZoneId"] = "use1-az1"


@breaks(MUTATIONS, "MIYABI.DB.12", "MIYABI.NET.8")
def name_one_zone_by_its_id_and_one_by_its_name(templates: Templates) -> None:
    """The two may be one: which name an id has differs from account to account."""
    second = templates["network"]["Resources"]["DatabaseSubnet2"]["Properties"]
    del second["AvailabilityZoneId"]
    second["AvailabilityZone"] = "us-east-1b"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)


def test_every_rule_about_the_database_has_a_mutation() -> None:
    tested = {rule for mutation in MUTATIONS for rule in mutation.rules}
    ours = {rule for rule in RULES if rule.startswith(("RDS.", "MIYABI.DB."))}

    assert ours - {"RDS.20", "RDS.21", "RDS.22", "RDS.26"} <= tested, "events and backups have their own"


@pytest.mark.parametrize(
    ("day", "found"),
    [(date(2027, 2, 28), False), (date(2027, 3, 1), True), (date(2030, 1, 1), True)],
)
def test_the_end_of_support_is_seen_a_year_ahead(day: date, *, found: bool) -> None:
    """Standard support of PostgreSQL 15 ends on 29 February 2028."""
    then = dataclasses.replace(system("production"), as_of=day)

    assert found == any(finding.rule == "MIYABI.DB.8" for finding in check(then))
