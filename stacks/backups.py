"""AWS Backup: copies of the database that outlive the instance's own automated backups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import backup, cloudwatch, iam

from stacks import values
from stacks.alarm import Metric, Threshold, add_alarm
from stacks.naming import managed_policy
from stacks.policies import trust

if TYPE_CHECKING:
    from stacks.sections import BackupSettings
    from stacks.stack import Stack

START_WITHIN_MINUTES = 60
"""The least that AWS Backup takes."""
FINISH_WITHIN_MINUTES = 180
MONTHLY_SCHEDULE = "cron(0 8 1 * ? *)"


def add_backups(stack: Stack, settings: BackupSettings, topic: Any) -> list[cloudwatch.Alarm]:
    """Add vault, plan and selection; the alarm tells when a job failed.

    No continuous backup: AWS Backup would take over the instance's retention, and the template drift.
    """
    name = f"miyabi-{stack.environment.system}"
    encryption = stack.encrypted_by("EncryptionKeyArn")
    vault = stack.add(backup.BackupVault("BackupVault", BackupVaultName=name, **encryption, **stack.keep))
    rules = [_rule("Daily", vault, settings.daily_schedule, settings.daily_days)]
    if settings.monthly_days:
        rules.append(_rule("Monthly", vault, MONTHLY_SCHEDULE, settings.monthly_days))
    plan = stack.add(
        backup.BackupPlan(
            "BackupPlan", BackupPlan=backup.BackupPlanResourceType(BackupPlanName=name, BackupPlanRule=rules)
        )
    )
    stack.add(
        backup.BackupSelection(
            "BackupSelection",
            BackupPlanId=plan.ref(),
            BackupSelection=backup.BackupSelectionResourceType(
                SelectionName="database",
                IamRoleArn=_add_role(stack).get_att("Arn"),
                Resources=[stack.read(values.DATABASE_ARN)],
            ),
        )
    )
    failed = Threshold(
        "BackupFailed",
        Metric("AWS/Backup", "NumberOfBackupJobsFailed", {"BackupVaultName": vault.ref()}),
        "Sum",
        "Last night's backup failed: see the job in AWS Backup; the instance's automated backups still run.",
        above=0,
        minutes=1,
    )
    return [add_alarm(stack, failed, topic)]


def _rule(name: str, vault: backup.BackupVault, schedule: str, days: int) -> backup.BackupRuleResourceType:
    return backup.BackupRuleResourceType(
        RuleName=name,
        TargetBackupVault=vault.ref(),
        ScheduleExpression=schedule,
        StartWindowMinutes=START_WITHIN_MINUTES,
        CompletionWindowMinutes=FINISH_WITHIN_MINUTES,
        Lifecycle=backup.LifecycleResourceType(DeleteAfterDays=days),
    )


def _add_role(stack: Stack) -> iam.Role:
    """AWS's own policy for backups, a part of that service's contract; it can restore nothing."""
    return stack.add(
        iam.Role(
            "BackupRole",
            AssumeRolePolicyDocument=trust("backup.amazonaws.com", own_account=True),
            ManagedPolicyArns=[managed_policy("service-role/AWSBackupServiceRolePolicyForBackup")],
        )
    )
