"""Backup vaults and plans: what they hold of each service."""

from __future__ import annotations

import pytest

from cfn import Deployment, Template
from cost import Estimate, PriceMissing, UsageFile, estimate
from cost.pricings.backup.backup_vault import USAGE
from tests.cost.bills import quantities, told, used
from tests.cost.systems import ref, resource

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


def test_a_plan_without_databases_is_told() -> None:
    assert any("no template here has a database" in text for text in told(used({"Plan": PLAN})))
