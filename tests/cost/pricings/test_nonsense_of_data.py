"""Templates that make no sense, value by value: what keeps and carries data is refused or priced."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import partial
from typing import Any

import pytest

from cost import estimate
from tests.cost.nonsense import assert_refused_in_a_sentence_or_priced, spoiled
from tests.cost.systems import attribute, database, deploy, ref, resource
from tests.sampling import examples

WITH_TWO_YEARS_OF_INSIGHTS, WITH_EXTENDED_SUPPORT = date(2026, 6, 1), date(2026, 11, 25)
INDEX = {"IndexName": "by-day", "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}
SCALED = {"WriteCapacityAutoScalingSettings": {"MinCapacity": 1, "MaxCapacity": 2}}
SENSE = {
    "Database": database(
        EngineVersion="13",
        Iops=4000,
        StorageThroughput=200,
        MaxAllocatedStorage=100,
        EnablePerformanceInsights=True,
        PerformanceInsightsRetentionPeriod=731,
        DatabaseInsightsMode="standard",
        EngineLifecycleSupport="open-source-rds-extended-support",
        LicenseModel="postgresql-license",
    ),
    "Replica": resource(
        "AWS::RDS::DBInstance", SourceDBInstanceIdentifier=ref("Database"), DBInstanceClass="db.t3.micro"
    ),
    "Cluster": resource(
        "AWS::RDS::DBCluster",
        Engine="aurora-mysql",
        EngineVersion="5.7",
        StorageType="aurora",
        BackupRetentionPeriod=2,
        BacktrackWindow=3600,
        ServerlessV2ScalingConfiguration={"MinCapacity": 1, "MaxCapacity": 2},
        GlobalClusterIdentifier=ref("World"),
    ),
    "World": resource("AWS::RDS::GlobalCluster", GlobalClusterIdentifier="world"),
    "Member": resource(
        "AWS::RDS::DBInstance", DBClusterIdentifier=ref("Cluster"), DBInstanceClass="db.serverless"
    ),
    "Machines": resource(
        "AWS::RDS::DBCluster",
        Engine="postgres",
        EngineVersion="13",
        DBClusterInstanceClass="db.m6gd.large",
        AllocatedStorage=100,
        Iops=1000,
    ),
    "Proxy": resource("AWS::RDS::DBProxy", DBProxyName="app"),
    "Targets": resource(
        "AWS::RDS::DBProxyTargetGroup",
        DBProxyName=ref("Proxy"),
        DBInstanceIdentifiers=[ref("Database")],
        DBClusterIdentifiers=[ref("Cluster")],
    ),
    "Table": resource(
        "AWS::DynamoDB::Table",
        BillingMode="PROVISIONED",
        TableName="orders",
        TableClass="STANDARD",
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        GlobalSecondaryIndexes=[INDEX],
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    ),
    "Reads": resource(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        ResourceId={"Fn::Sub": "table/${Table}"},
        ScalableDimension="dynamodb:table:ReadCapacityUnits",
        MinCapacity=1,
    ),
    "Everywhere": resource(
        "AWS::DynamoDB::GlobalTable",
        WriteProvisionedThroughputSettings=SCALED,
        GlobalSecondaryIndexes=[{"IndexName": "by-day", "WriteProvisionedThroughputSettings": SCALED}],
        Replicas=[
            {"Region": region, "ReadProvisionedThroughputSettings": {"ReadCapacityUnits": 1}}
            for region in ("us-east-1", "us-west-2")
        ],
    ),
    "Plan": resource(
        "AWS::Backup::BackupPlan",
        BackupPlan={
            "BackupPlanRule": [
                {"ScheduleExpression": "cron(0 7 * * ? *)", "Lifecycle": {"DeleteAfterDays": 35}}
            ]
        },
    ),
    "Vault": resource("AWS::Backup::BackupVault", BackupVaultName="vault"),
    "Cache": resource(
        "AWS::ElastiCache::CacheCluster", Engine="redis", CacheNodeType="cache.m4.large", NumCacheNodes=1
    ),
    "Group": resource(
        "AWS::ElastiCache::ReplicationGroup",
        CacheNodeType="cache.m4.large",
        EngineVersion="5.0",
        NodeGroupConfiguration=[{"ReplicaCount": 1}],
        ReplicasPerNodeGroup=1,
        SnapshotRetentionLimit=2,
    ),
    "Serverless": resource(
        "AWS::ElastiCache::ServerlessCache",
        Engine="valkey",
        CacheUsageLimits={"DataStorage": {"Minimum": 2}, "ECPUPerSecond": {"Minimum": 1}},
    ),
    "Stream": resource(
        "AWS::Kinesis::Stream",
        ShardCount=1,
        RetentionPeriodHours=48,
        StreamModeDetails={"StreamMode": "PROVISIONED"},
        DesiredShardLevelMetrics=["ALL"],
    ),
    "Consumer": resource(
        "AWS::Kinesis::StreamConsumer", ConsumerName="reader", StreamARN=attribute("Stream", "Arn")
    ),
    "Delivery": resource(
        "AWS::KinesisFirehose::DeliveryStream",
        ExtendedS3DestinationConfiguration={"DataFormatConversionConfiguration": {"Enabled": True}},
    ),
}


WHOLE = examples(24, soak=1)
"""One of so many is priced within the whole system, and every one within the part of it that it is of."""


def priced(resources: dict[str, Any], day: date) -> Any:
    return estimate(deploy(resources), as_of=day)


def around(logical_id: str) -> dict[str, Any]:
    """The part of the system that a resource is of: what it names, what names it, and so on from there."""
    found, names = {logical_id}, {one: set(re.findall(r"\w+", json.dumps(SENSE[one]))) for one in SENSE}
    for _ in SENSE:
        found |= {one for one in SENSE for other in found if one in names[other] or other in names[one]}
    return {one: SENSE[one] for one in SENSE if one in found}


@pytest.mark.parametrize("day", [WITH_TWO_YEARS_OF_INSIGHTS, WITH_EXTENDED_SUPPORT])
@pytest.mark.parametrize("logical_id", SENSE)
def test_nonsense_is_refused_in_a_sentence_or_priced(logical_id: str, day: date) -> None:
    small = around(logical_id)
    for number, changed in enumerate(spoiled(SENSE[logical_id])):
        system = small if number % WHOLE else SENSE
        assert_refused_in_a_sentence_or_priced(partial(priced, system | {logical_id: changed}, day))


def test_what_makes_sense_is_priced() -> None:
    assert priced(SENSE, WITH_EXTENDED_SUPPORT).total() > 0
    assert () == priced(SENSE, WITH_EXTENDED_SUPPORT).unknowns
