"""RDS as a restore needs it, and the labels of a secret's versions, on the local AWS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from twin.aws.clients import Aws


def instance(aws: Aws, name: str) -> dict[str, Any]:
    """An instance as it is told."""
    found: list[dict[str, Any]] = aws.client("rds").describe_db_instances(DBInstanceIdentifier=name)[
        "DBInstances"
    ]
    return found[0]


def test_a_restored_instance_has_the_data_and_not_all_of_the_settings(aws: Aws) -> None:
    rds = aws.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="old",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        MasterUsername="someone",
        MasterUserPassword="known-to-the-tests",
        AllocatedStorage=20,
        MultiAZ=True,
        DeletionProtection=True,
        BackupRetentionPeriod=7,
    )
    now = datetime.now(UTC)
    for at in (now - timedelta(days=1), now + timedelta(days=1)):
        with pytest.raises(ClientError, match="InvalidParameterValue"):
            rds.restore_db_instance_to_point_in_time(
                SourceDBInstanceIdentifier="old", TargetDBInstanceIdentifier="new", RestoreTime=at
            )
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="old",
        TargetDBInstanceIdentifier="new",
        UseLatestRestorableTime=True,
        DBInstanceClass="db.t4g.small",
    )
    with pytest.raises(ClientError, match="DBInstanceAlreadyExists"):
        rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier="old", TargetDBInstanceIdentifier="new", UseLatestRestorableTime=True
        )
    old, new = instance(aws, "old"), instance(aws, "new")
    backups = rds.describe_db_instance_automated_backups(DbiResourceId=old["DbiResourceId"])

    assert (20, "someone", "db.t4g.small") == (
        new["AllocatedStorage"],
        new["MasterUsername"],
        new["DBInstanceClass"],
    )
    assert (False, False) == (new["MultiAZ"], new["DeletionProtection"])
    [backup] = backups["DBInstanceAutomatedBackups"]
    assert "old" == backup["DBInstanceIdentifier"]
    assert backup["RestoreWindow"]["EarliestTime"] <= now <= backup["RestoreWindow"]["LatestTime"]


def test_a_renamed_instance_has_another_address_and_is_the_same(aws: Aws) -> None:
    rds = aws.client("rds")
    rds.create_db_instance(DBInstanceIdentifier="old", DBInstanceClass="db.t4g.micro", Engine="postgres")
    before = instance(aws, "old")
    rds.modify_db_instance(DBInstanceIdentifier="old", NewDBInstanceIdentifier="new", ApplyImmediately=True)
    after = instance(aws, "new")

    assert before["DbiResourceId"] == after["DbiResourceId"]
    assert after["Endpoint"]["Address"].startswith("new.")
    assert after["DBInstanceArn"].endswith(":db:new")
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        instance(aws, "old")


def test_a_label_that_is_moved_is_followed(aws: Aws) -> None:
    secrets = aws.client("secretsmanager")
    first = secrets.create_secret(Name="one", SecretString="a")["VersionId"]
    second = secrets.put_secret_value(SecretId="one", SecretString="b", VersionStages=["AWSPENDING"])[
        "VersionId"
    ]
    before = secrets.get_secret_value(SecretId="one")["SecretString"]
    secrets.update_secret_version_stage(
        SecretId="one", VersionStage="AWSCURRENT", MoveToVersionId=second, RemoveFromVersionId=first
    )
    secrets.update_secret_version_stage(SecretId="one", VersionStage="AWSPENDING", RemoveFromVersionId=second)
    listed = secrets.list_secret_version_ids(SecretId="one")

    assert ("a", "b") == (before, secrets.get_secret_value(SecretId="one")["SecretString"])
    assert "a" == secrets.get_secret_value(SecretId="one", VersionStage="AWSPREVIOUS")["SecretString"]
    assert {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]} == {
        one["VersionId"]: one["VersionStages"] for one in listed["Versions"]
    }
    assert listed["ARN"].startswith("arn:aws:secretsmanager:")
