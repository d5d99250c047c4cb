"""Backup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.aws.handlers.life import Life, live, make

if TYPE_CHECKING:
    from twin.aws.clients import Aws

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TAGS = {"Component": "observability", "Owner": "backend"}
OTHER_TAGS = {"Owner": "frontend", "Project": "Miyabi Society"}


def rule(name: str, days: int, **more: Any) -> dict[str, Any]:
    """A rule with every property that our templates give one."""
    return {
        "RuleName": name,
        "TargetBackupVault": "miyabi-test",
        "ScheduleExpression": "cron(0 7 * * ? *)",
        "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 180,
        "Lifecycle": {"DeleteAfterDays": days},
        **more,
    }


def plan(*rules: dict[str, Any]) -> dict[str, Any]:
    """A plan of these rules."""
    return {"BackupPlanName": "miyabi-test", "BackupPlanRule": list(rules)}


def selection(aws: Aws) -> dict[str, Any]:
    """What a new plan is to back up."""
    made = make(aws, "AWS::Backup::BackupPlan", {"BackupPlan": plan(rule("Daily", 35))})
    return {
        **made.identifier,
        "BackupSelection": {
            "SelectionName": "database",
            "IamRoleArn": "arn:aws:iam::123456789012:role/backup",
            "Resources": [aws.arn("rds", "db:miyabi-test-1")],
        },
    }


LIVES = (
    Life(
        "AWS::Backup::BackupVault",
        lambda aws: {
            "BackupVaultName": "miyabi-test",
            "EncryptionKeyArn": aws.arn("kms", "key/backup"),
            "BackupVaultTags": TAGS,
        },
        lambda _: {
            "LockConfiguration": {"MinRetentionDays": 7, "MaxRetentionDays": 365},
            "BackupVaultTags": OTHER_TAGS,
        },
        attributes=("BackupVaultArn",),
        ref="miyabi-test",
    ),
    Life(
        "AWS::Backup::BackupPlan",
        lambda _: {"BackupPlan": plan(rule("Daily", 35), rule("Monthly", 365)), "BackupPlanTags": TAGS},
        lambda _: {
            "BackupPlan": plan(
                rule("Daily", 14, EnableContinuousBackup=True),
                rule("Weekly", 90, RecoveryPointTags={"Owner": "backend"}),
            ),
            "BackupPlanTags": OTHER_TAGS,
        },
        attributes=("BackupPlanArn", "VersionId"),
        ref=UUID,
    ),
    Life("AWS::Backup::BackupSelection", selection, attributes=("BackupPlanId", "SelectionId"), ref=UUID),
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_a_lock_is_taken_off_a_vault(aws: Aws) -> None:
    open_vault = {"BackupVaultName": "miyabi-test"}
    locked = {**open_vault, "LockConfiguration": {"MinRetentionDays": 7}}
    living = make(aws, "AWS::Backup::BackupVault", locked)
    assert living.differences(locked) == []

    living.update(open_vault)

    assert "LockConfiguration" not in living.read()


def test_a_plan_with_a_selection_is_not_deleted(aws: Aws) -> None:
    backup = aws.client("backup")
    living = make(aws, "AWS::Backup::BackupSelection", selection(aws))
    plan_id = living.read()["BackupPlanId"]

    with pytest.raises(ClientError, match="selections must be deleted prior"):
        backup.delete_backup_plan(BackupPlanId=plan_id)

    assert ["database"] == [
        found["SelectionName"]
        for found in backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    ]
    living.delete()
    backup.delete_backup_plan(BackupPlanId=plan_id)
    assert [] == backup.list_backup_plans()["BackupPlansList"]


@pytest.mark.parametrize("life", LIVES[:2], ids=str)
def test_a_name_used_again_has_no_tags_of_before(aws: Aws, life: Life) -> None:
    desired = life.desired(aws)
    make(aws, life.type, desired).delete()

    again = make(aws, life.type, {name: value for name, value in desired.items() if "Tags" not in name})

    assert not {name for name, value in again.read().items() if "Tags" in name and value}
