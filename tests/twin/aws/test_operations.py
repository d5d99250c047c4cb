"""What operators' commands ask beside CloudFormation is answered as AWS answers it, where moto did not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from twin.aws.clients import Aws

SETTINGS = {
    "DBInstanceClass": "db.t4g.micro",
    "Engine": "postgres",
    "EngineVersion": "15.18",
    "AllocatedStorage": 20,
    "MasterUsername": "miyabi",
    "MasterUserPassword": "known-to-the-tests",
}


def describe(rds: Any, name: str) -> dict[str, Any]:
    """An instance as RDS tells of it."""
    [found] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return dict(found)


def names(rds: Any) -> list[str]:
    """Of all instances."""
    return sorted(one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"])


def restore(rds: Any, **more: Any) -> dict[str, Any]:
    """Restore `a` as `b`, to the newest time unless it is said otherwise."""
    given = {"UseLatestRestorableTime": True} if "RestoreTime" not in more else {}
    source = {"SourceDBInstanceIdentifier": "a", "TargetDBInstanceIdentifier": "b"}
    return dict(rds.restore_db_instance_to_point_in_time(**source | given | more)["DBInstance"])


@pytest.fixture
def rds(aws: Aws) -> Any:
    """A client, where there is an instance `a` with backups."""
    client = aws.client("rds")
    client.create_db_instance(DBInstanceIdentifier="a", BackupRetentionPeriod=7, MultiAZ=True, **SETTINGS)
    return client


# RDS.


def test_a_restored_instance_has_the_old_ones_data_and_what_it_is_given(rds: Any) -> None:
    tags = [{"Key": "why", "Value": "restored"}]
    restored = restore(rds, DeletionProtection=True, DBInstanceClass="db.t4g.small", Tags=tags)
    old = describe(rds, "a")

    assert ("b", "available") == (restored["DBInstanceIdentifier"], restored["DBInstanceStatus"])
    assert old["EngineVersion"] == restored["EngineVersion"]
    assert ("db.t4g.small", True) == (restored["DBInstanceClass"], restored["DeletionProtection"])
    assert (True, False) == (old["MultiAZ"], restored["MultiAZ"]), "which RDS takes along for nobody"
    assert old["DbiResourceId"] != restored["DbiResourceId"]
    assert tags == describe(rds, "b")["TagList"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"SourceDBInstanceIdentifier": "nowhere"}, "DBInstanceNotFound"),
        ({"TargetDBInstanceIdentifier": "a"}, "DBInstanceAlreadyExists"),
        ({"RestoreTime": datetime(2020, 1, 1, tzinfo=UTC)}, "InvalidParameterValue"),
        ({"RestoreTime": datetime.now(UTC) + timedelta(days=1)}, "InvalidParameterValue"),
        ({"UseLatestRestorableTime": False}, "InvalidParameterCombination"),
        (
            {"RestoreTime": datetime.now(UTC), "UseLatestRestorableTime": True},
            "InvalidParameterCombination",
        ),
    ],
    ids=["source", "target", "past", "future", "neither", "both"],
)
def test_a_restore_is_refused_as_rds_does(rds: Any, more: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError, match=code):
        restore(rds, **more)

    assert ["a"] == names(rds)


def test_without_backups_there_is_nothing_to_restore(rds: Any) -> None:
    rds.create_db_instance(DBInstanceIdentifier="c", BackupRetentionPeriod=0, **SETTINGS)

    told = rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert ["a"] == [one["DBInstanceIdentifier"] for one in told]
    with pytest.raises(ClientError, match="PointInTimeRestoreNotEnabled"):
        restore(rds, SourceDBInstanceIdentifier="c")


def test_two_instances_change_places_by_their_names(rds: Any) -> None:
    restore(rds)
    before = {name: describe(rds, name) for name in "ab"}
    for old, new in (("a", "a-before"), ("b", "a")):
        rds.modify_db_instance(DBInstanceIdentifier=old, NewDBInstanceIdentifier=new, ApplyImmediately=True)
    after = describe(rds, "a")

    assert before["a"]["Endpoint"] == after["Endpoint"], "nobody who connects need know"
    assert before["a"]["DBInstanceArn"] == after["DBInstanceArn"]
    assert before["b"]["DbiResourceId"] == after["DbiResourceId"]
    assert before["a"]["DbiResourceId"] == describe(rds, "a-before")["DbiResourceId"]


def test_a_name_that_is_taken_stays_with_who_has_it(rds: Any) -> None:
    restore(rds)

    with pytest.raises(ClientError, match="DBInstanceAlreadyExists"):
        rds.modify_db_instance(DBInstanceIdentifier="b", NewDBInstanceIdentifier="A", ApplyImmediately=True)
    assert ["a", "b"] == names(rds)


def test_a_name_that_need_not_come_at_once_waits(rds: Any) -> None:
    rds.modify_db_instance(DBInstanceIdentifier="a", NewDBInstanceIdentifier="c", ApplyImmediately=False)

    assert {"DBInstanceIdentifier": "c"} == describe(rds, "a")["PendingModifiedValues"]


def test_a_snapshot_outlives_its_instance(rds: Any) -> None:
    rds.create_db_snapshot(DBInstanceIdentifier="a", DBSnapshotIdentifier="by-hand")
    rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier="by-hand")
    rds.delete_db_instance(DBInstanceIdentifier="a", FinalDBSnapshotIdentifier="final")

    assert [] == names(rds)
    found = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert ["by-hand", "final"] == sorted(one["DBSnapshotIdentifier"] for one in found)


def test_an_instance_stops_and_starts(rds: Any) -> None:
    rds.stop_db_instance(DBInstanceIdentifier="a")
    stopped = describe(rds, "a")["DBInstanceStatus"]
    rds.start_db_instance(DBInstanceIdentifier="a")

    assert ("stopped", "available") == (stopped, describe(rds, "a")["DBInstanceStatus"])


# Others.


def test_a_secret_keeps_the_value_before(aws: Aws) -> None:
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name="a", SecretString="1")
    for value in "23":
        secrets.put_secret_value(SecretId="a", SecretString=value)

    values = [
        secrets.get_secret_value(SecretId="a", VersionStage=stage)["SecretString"]
        for stage in ("AWSCURRENT", "AWSPREVIOUS")
    ]
    assert ["3", "2"] == values
    told = secrets.describe_secret(SecretId="a")["VersionIdsToStages"]
    assert [["AWSCURRENT"], ["AWSPREVIOUS"]] == sorted(stages for stages in told.values() if stages)
    generated = secrets.get_random_password(PasswordLength=48, ExcludePunctuation=True)["RandomPassword"]
    assert (48, True) == (len(generated), generated.isalnum())


def test_the_state_of_an_alarm_is_what_it_was_set_to(aws: Aws) -> None:
    watch = aws.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="errors",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    watch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="one error")

    [found] = watch.describe_alarms(StateValue="ALARM")["MetricAlarms"]
    assert ("errors", "one error") == (found["AlarmName"], found["StateReason"])
    assert [] == watch.describe_alarms(StateValue="OK")["MetricAlarms"]


def test_an_invalidation_is_complete_once_it_is_asked_for(aws: Aws) -> None:
    cloudfront = aws.client("cloudfront")
    origin = {
        "Id": "o",
        "DomainName": "o.example.com",
        "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
    }
    behavior = {
        "TargetOriginId": "o",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    }
    made = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": "once",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": behavior,
        }
    )["Distribution"]["Id"]
    asked = {"CallerReference": "a", "Paths": {"Quantity": 1, "Items": ["/index.html"]}}
    told = cloudfront.create_invalidation(DistributionId=made, InvalidationBatch=asked)["Invalidation"]

    found = cloudfront.get_invalidation(DistributionId=made, Id=told["Id"])["Invalidation"]
    assert ("Completed", asked["Paths"]) == (found["Status"], found["InvalidationBatch"]["Paths"])


def test_zones_have_their_ids(aws: Aws) -> None:
    """By which Lambda's refusal of one of them goes."""
    zones = aws.client("ec2").describe_availability_zones()["AvailabilityZones"]
    subnets = aws.client("ec2").describe_subnets()["Subnets"]

    ids = {zone["ZoneName"]: zone["ZoneId"] for zone in zones}
    assert "use1-az3" in ids.values()
    assert {ids[one["AvailabilityZone"]] == one["AvailabilityZoneId"] for one in subnets} == {True}


def test_a_quota_is_told_where_it_is_known(aws: Aws) -> None:
    quotas = aws.client("service-quotas")

    lambdas = quotas.get_service_quota(ServiceCode="lambda", QuotaCode="L-B99A9384")["Quota"]
    vpcs = quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")["Quota"]
    assert [1000, 5] == [lambdas["Value"], vpcs["Value"]]
    assert "arn:aws:servicequotas:us-east-1:423581236540:vpc/L-F678F1CE" == vpcs["QuotaArn"]
    assert lambdas in quotas.list_service_quotas(ServiceCode="lambda")["Quotas"]
    with pytest.raises(ClientError, match="NoSuchResourceException"):
        quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-00000000")
