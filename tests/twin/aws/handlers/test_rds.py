"""RDS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from tests.twin.aws.handlers.life import STACK, Life, live, make

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.aws.handler import Properties

TAGS = [{"Key": "Component", "Value": "database"}, {"Key": "Owner", "Value": "backend"}]
PASSWORD = "correct horse battery staple"
SMALL = {
    "Engine": "postgres",
    "DBInstanceClass": "db.t4g.micro",
    "AllocatedStorage": "20",
    "MasterUserPassword": PASSWORD,
    "VPCSecurityGroups": ["sg-1"],
}
OTHER_TAGS = [{"Key": "Owner", "Value": "frontend"}, {"Key": "Project", "Value": "Miyabi Society"}]


def subnets(aws: Aws, first: int = 0) -> list[str]:
    """Two subnets of the default VPC."""
    found = aws.client("ec2").describe_subnets()["Subnets"]
    return sorted(subnet["SubnetId"] for subnet in found)[first : first + 2]


def subnet_group(aws: Aws) -> str:
    """The name of a new subnet group."""
    made = aws.client("rds").create_db_subnet_group(
        DBSubnetGroupName="isolated", DBSubnetGroupDescription="Isolated", SubnetIds=subnets(aws)
    )
    name: str = made["DBSubnetGroup"]["DBSubnetGroupName"]
    return name


def parameter_group(aws: Aws, name: str) -> str:
    """The name of a new parameter group."""
    aws.client("rds").create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily="postgres17", Description="Ours"
    )
    return name


def security_group(aws: Aws, name: str) -> str:
    """The id of a new security group."""
    made: str = aws.client("ec2").create_security_group(GroupName=name, Description="Ours")["GroupId"]
    return made


def instance(aws: Aws) -> Properties:
    """An instance with every property that our templates give one."""
    return {
        "DBInstanceIdentifier": "miyabi-test-1",
        "Engine": "postgres",
        "EngineVersion": "17.11",
        "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
        "DBInstanceClass": "db.t4g.micro",
        "DBName": "miyabi",
        "MasterUsername": "miyabi_admin",
        "MasterUserPassword": PASSWORD,
        "AllocatedStorage": "20",
        "MaxAllocatedStorage": 50,
        "StorageType": "gp3",
        "StorageEncrypted": True,
        "KmsKeyId": aws.arn("kms", "key/storage"),
        "DBSubnetGroupName": subnet_group(aws),
        "DBParameterGroupName": parameter_group(aws, "first"),
        "VPCSecurityGroups": [security_group(aws, "first")],
        "PubliclyAccessible": False,
        "MultiAZ": False,
        "AllowMajorVersionUpgrade": False,
        "AutoMinorVersionUpgrade": True,
        "BackupRetentionPeriod": 7,
        "PreferredBackupWindow": "03:00-04:00",
        "PreferredMaintenanceWindow": "mon:04:30-mon:05:30",
        "CopyTagsToSnapshot": True,
        "DeleteAutomatedBackups": False,
        "DeletionProtection": False,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
        "EnableIAMDatabaseAuthentication": True,
        "DatabaseInsightsMode": "standard",
        "EnablePerformanceInsights": True,
        "PerformanceInsightsKMSKeyId": aws.arn("kms", "key/insights"),
        "PerformanceInsightsRetentionPeriod": 7,
        "MonitoringInterval": 60,
        "MonitoringRoleArn": "arn:aws:iam::123456789012:role/monitoring",
        "Tags": TAGS,
    }


def changed_instance(aws: Aws) -> Properties:
    """Other values of everything that can change in place, some of it taken away."""
    return {
        "EngineVersion": "17.12",
        "EngineLifecycleSupport": None,
        "DBInstanceClass": "db.t3.small",
        "MasterUserPassword": "another",
        "AllocatedStorage": "40",
        "MaxAllocatedStorage": 100,
        "StorageType": "gp2",
        "DBParameterGroupName": parameter_group(aws, "second"),
        "VPCSecurityGroups": [security_group(aws, "second")],
        "PubliclyAccessible": True,
        "MultiAZ": True,
        "AutoMinorVersionUpgrade": False,
        "BackupRetentionPeriod": 14,
        "PreferredBackupWindow": "01:00-02:00",
        "PreferredMaintenanceWindow": "tue:02:00-tue:03:00",
        "CopyTagsToSnapshot": None,
        "CACertificateIdentifier": "rds-ca-ecc384-g1",
        "EnableCloudwatchLogsExports": ["postgresql"],
        "EnableIAMDatabaseAuthentication": None,
        "DatabaseInsightsMode": "advanced",
        "EnablePerformanceInsights": False,
        "PerformanceInsightsKMSKeyId": None,
        "PerformanceInsightsRetentionPeriod": None,
        "MonitoringInterval": None,
        "MonitoringRoleArn": None,
        "Port": "5433",
        "Tags": OTHER_TAGS,
    }


LIVES = (
    Life(
        "AWS::RDS::DBInstance",
        instance,
        changed_instance,
        attributes=("DBInstanceArn", "DbiResourceId", "Endpoint.Address", "Endpoint.Port"),
        ref="miyabi-test-1",
    ),
    Life(
        "AWS::RDS::DBSubnetGroup",
        lambda aws: {
            "DBSubnetGroupDescription": "Isolated subnets of the database",
            "SubnetIds": subnets(aws),
            "Tags": TAGS,
        },
        lambda aws: {
            "DBSubnetGroupDescription": "Others",
            "SubnetIds": subnets(aws, first=2),
            "Tags": OTHER_TAGS,
        },
        attributes=("DBSubnetGroupArn",),
        ref=f"{STACK}-thing-[0-9a-f]{{12}}",
    ),
    Life(
        "AWS::RDS::DBParameterGroup",
        lambda _: {
            "DBParameterGroupName": "parameters",
            "Description": "TLS forced",
            "Family": "postgres17",
            "Parameters": {f"p{number}": "1" for number in range(42)},
            "Tags": TAGS,
        },
        lambda _: {"Parameters": {"p1": "2", "rds.force_ssl": "1"}, "Tags": None},
        attributes=("DBParameterGroupArn",),
        ref="parameters",
    ),
    Life(
        "AWS::RDS::EventSubscription",
        lambda aws: {
            "SnsTopicArn": aws.arn("sns", "alarms"),
            "SourceType": "db-instance",
            "SourceIds": ["miyabi-test-1", "miyabi-test-2"],
            "EventCategories": ["availability", "configuration change", "failover"],
            "Enabled": True,
            "Tags": TAGS,
        },
        lambda _: {
            "SourceIds": ["miyabi-test-2", "miyabi-test-3"],
            "EventCategories": None,
            "Enabled": False,
            "Tags": OTHER_TAGS,
        },
        ref=f"{STACK}-thing-[0-9a-f]{{12}}",
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_the_endpoint_looks_as_that_of_aws_does(aws: Aws) -> None:
    one, other = (
        make(aws, "AWS::RDS::DBInstance", {**SMALL, "DBInstanceIdentifier": name}).read() for name in "ab"
    )

    name, middle, *rest = one["Endpoint"]["Address"].split(".")
    assert (name, len(middle), rest) == ("a", 12, ["us-east-1", "rds", "amazonaws", "com"])
    assert f"b.{middle}.us-east-1.rds.amazonaws.com" == other["Endpoint"]["Address"]
    assert ("5432", "5432") == (one["Endpoint"]["Port"], one["Port"])
    assert len("db-ABCDEFGHIJKLMNOPQRSTUVWXYZ") == len(one["DbiResourceId"])
    assert one["DbiResourceId"] != other["DbiResourceId"]


def test_storage_that_may_grow_no_more_stays_as_it_is(aws: Aws) -> None:
    living = make(aws, "AWS::RDS::DBInstance", {**SMALL, "MaxAllocatedStorage": 50})

    living.update(SMALL)

    assert "MaxAllocatedStorage" not in living.read()


def test_insights_that_were_off_are_on_again_with_all_their_properties(aws: Aws) -> None:
    whole = instance(aws)
    off = {name: value for name, value in whole.items() if name != "EnablePerformanceInsights"}
    living = make(aws, "AWS::RDS::DBInstance", whole)
    living.update(off)
    living.update(whole)

    assert living.differences(whole) == []


def test_a_protected_instance_is_not_deleted(aws: Aws) -> None:
    living = make(aws, "AWS::RDS::DBInstance", {**SMALL, "DeletionProtection": True})

    with pytest.raises(ClientError, match="disable deletion protection"):
        living.delete()

    assert living.read()["DBInstanceStatus"] == "available"


def test_a_snapshot_outlives_its_instance(aws: Aws) -> None:
    living = make(aws, "AWS::RDS::DBInstance", {**SMALL, "CopyTagsToSnapshot": True, "Tags": TAGS})
    assert living.handler.snapshot is not None

    living.handler.snapshot(aws, living.identifier, "Kept")
    living.delete()

    (kept,) = aws.client("rds").describe_db_snapshots()["DBSnapshots"]
    assert ("kept", TAGS) == (kept["DBSnapshotIdentifier"], kept["TagList"])


def test_a_password_is_never_told(aws: Aws) -> None:
    living = make(aws, "AWS::RDS::DBInstance", SMALL)

    assert PASSWORD not in str(living.read())


def test_what_the_service_does_not_take_is_refused(aws: Aws) -> None:
    with pytest.raises(ParamValidationError, match="DBSnapshotIdentifier"):
        make(aws, "AWS::RDS::DBInstance", {**SMALL, "DBSnapshotIdentifier": "kept"})
