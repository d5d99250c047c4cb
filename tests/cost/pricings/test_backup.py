"""Backup vaults and plans: what they hold of each service."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cfn import Deployment, Template
from cost import Estimate, PriceMissing, UsageFile, estimate
from cost.assumptions import BACKUP_CHANGE_SHARE
from cost.pricings.backup.backup_vault import USAGE
from tests.cost.bills import quantities, told, used
from tests.cost.systems import attribute, database, ref, resource

VAULT = {"Vault": resource("AWS::Backup::BackupVault", BackupVaultName="kept")}


def priced(region: str, usage: dict[str, int]) -> Estimate:
    deployment = Deployment("vault", [Template("vault", {"Resources": VAULT})], region, "123456789012")
    return estimate(deployment, usage=UsageFile.of({"Vault": usage}))


def test_a_vault_without_use_costs_nothing() -> None:
    assert () == priced("us-east-1", {}).lines


@pytest.mark.parametrize("key", [key.name for key in USAGE])
def test_every_usage_key_has_a_line_of_its_own(key: str) -> None:
    [line] = priced("us-west-1", {key: 10}).lines

    assert 10 == line.quantity


def test_a_region_without_a_price_names_it() -> None:
    with pytest.raises(
        PriceMissing, match="Vault: the price book of eu-west-1 has no price AWSBackup/efs_warm"
    ):
        priced("eu-west-1", {"monthly_efs_warm_backup_gb": 1})


PLAN = resource(
    "AWS::Backup::BackupPlan", BackupPlan={"BackupPlanRule": [{"Lifecycle": {"DeleteAfterDays": 1}}]}
)


def test_a_plan_counts_the_volumes_of_aurora_and_no_instances_of_clusters() -> None:
    found = used(
        {
            "Plan": PLAN,
            "Cluster": resource("AWS::RDS::DBCluster", Engine="aurora-mysql"),
            "Instance": resource(
                "AWS::RDS::DBInstance", DBClusterIdentifier=ref("Cluster"), DBInstanceClass="db.t3.large"
            ),
        },
        Cluster={"storage_gb": 10},
    )

    assert {"backups of Aurora": 10} == quantities(found, "Plan")


def test_a_member_that_a_selection_names_stands_for_its_cluster_once() -> None:
    member = resource(
        "AWS::RDS::DBInstance", DBClusterIdentifier=ref("Cluster"), DBInstanceClass="db.t3.large"
    )
    named = [attribute(name, "DBInstanceArn") for name in ("Writer", "Reader")]
    found = used(
        {
            "Plan": PLAN,
            "Some": selection(*named),
            "Cluster": resource("AWS::RDS::DBCluster", Engine="aurora-mysql"),
            "Writer": member,
            "Reader": member,
            "Other": resource("AWS::RDS::DBCluster", Engine="aurora-mysql"),
        },
        Cluster={"storage_gb": 10},
        Other={"storage_gb": 500},
    )

    assert {"backups of Aurora": 10} == quantities(found, "Plan")


def test_a_plan_without_databases_is_told() -> None:
    assert any("no template here has a database" in text for text in told(used({"Plan": PLAN})))


def selection(*resources: Any, **more: Any) -> dict[str, Any]:
    """A selection of the plan."""
    return resource(
        "AWS::Backup::BackupSelection",
        BackupPlanId=ref("Plan"),
        BackupSelection={"Resources": [*resources], **more},
    )


SYSTEM = {
    "Plan": resource("AWS::Backup::BackupPlan", BackupPlan={"BackupPlanRule": []}),
    "Orders": database(AllocatedStorage=20),
    "Archive": database(AllocatedStorage=500),
    "Files": resource("AWS::EFS::FileSystem"),
}
ARN = attribute("Orders", "DBInstanceArn")


@pytest.mark.parametrize(
    ("chosen", "gigabytes"),
    [
        ({}, 520),
        ({"Some": selection(ARN)}, 20),
        ({"Some": selection(ARN), "More": selection(attribute("Archive", "DBInstanceArn"))}, 520),
        ({"Some": selection(ARN, "arn:aws:rds:*:*:db:*")}, 520),
        ({"Some": selection(ARN, ListOfTags=[{"ConditionKey": "backup"}])}, 520),
    ],
)
def test_a_plan_keeps_what_its_selections_name(chosen: Any, gigabytes: int) -> None:
    assert {"backups": gigabytes} == quantities(used(SYSTEM | chosen), "Plan")


def test_what_a_selection_names_beside_databases_is_told() -> None:
    said = "what it keeps of AWS::EFS::FileSystem: give figures at its vault"
    files = attribute("Files", "Arn")

    assert {said} <= told(used(SYSTEM | {"Some": selection(ARN, files)}))
    assert {} == quantities(used(SYSTEM | {"Some": selection(files)}), "Plan")
    assert {said} == {reason for _, reason in used(SYSTEM | {"Some": selection(files)}).not_priced}


@pytest.mark.parametrize(
    ("schedule", "kept"),
    [("cron(0 */6 * * ? *)", 40), ("cron(0 5 1,16 * ? *)", "0.6575"), (None, 10)],
)
def test_a_plan_keeps_as_many_backups_as_its_schedule_makes(schedule: str | None, kept: Any) -> None:
    rule = {"ScheduleExpression": schedule} if schedule else {}
    rules = [{**rule, "Lifecycle": {"DeleteAfterDays": 10}}]
    plan = resource("AWS::Backup::BackupPlan", BackupPlan={"BackupPlanRule": rules})
    times = 1 + max(Decimal(kept) - 1, Decimal(0)) * BACKUP_CHANGE_SHARE

    found = quantities(used({"Database": database(AllocatedStorage=20), "Plan": plan}), "Plan")

    assert round(20 * times, 6) == round(found["backups"], 6)
