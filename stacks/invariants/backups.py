"""Rules for backups: they are taken every day, kept, encrypted, and keep out of each other's way."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from cfn import Reference
from cfn.values import many
from stacks.invariants.expectations import expect, made_here
from stacks.invariants.reading import inside, literal, mappings, number, said
from stacks.invariants.rule import Subject, rule
from stacks.invariants.windows import (
    HOUR,
    Window,
    daily_window,
    is_daily,
    scheduled_windows,
    weekly_window,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE = "AWS::RDS::DBInstance"
KEY = "AWS::KMS::Key"
PLAN = "AWS::Backup::BackupPlan"
SELECTION = "AWS::Backup::BackupSelection"
VAULT = "AWS::Backup::BackupVault"

SHORTEST_WINDOW = 30
"""In minutes; what RDS takes, and AWS Backup takes an hour or more."""

expect(
    "Backup.1",
    VAULT,
    {"EncryptionKeyArn": made_here(KEY)},
    sentence="Backups are encrypted with our key.",
    remedy="set own_key = true",
    also=("CKV_AWS_166",),
)


@rule(
    "MIYABI.BACKUP.3",
    PLAN,
    remedy="write a rule with ScheduleExpression: cron(<minute> <hour> * * ? *), and in each rule "
    "a vault of ours and Lifecycle.DeleteAfterDays",
)
def backups_are_taken_daily_and_end(plan: Subject) -> Iterator[str]:
    """A backup is taken every day, into a vault of ours, and each has an end."""
    rules = [*mappings(plan.get("BackupPlan.BackupPlanRule"))]
    if not any(is_daily(each.get("ScheduleExpression")) for each in rules):
        yield "none of its rules comes every day"
    for each in rules:
        if not made_here(VAULT)(plan, each.get("TargetBackupVault")):
            yield said("TargetBackupVault", each.get("TargetBackupVault"))
        days = inside(each, "Lifecycle.DeleteAfterDays")
        if (number(days) or 0) < 1:
            yield said("Lifecycle.DeleteAfterDays", days)


@rule(
    "RDS.26",
    DATABASE,
    remedy="name the instance's DBInstanceArn in the Resources of a plan's backup selection",
)
def database_is_in_a_backup_plan(database: Subject) -> Iterator[str]:
    """A backup plan covers the instance, so that backups outlive it and its stack."""
    if not any(_covers(selection, database) for selection in database.system.of_type(SELECTION)):
        yield "no backup selection names it"


def _covers(selection: Subject, database: Subject) -> bool:
    named = many(selection.get("BackupSelection.Resources"))
    return made_here(PLAN)(selection, selection.get("BackupPlanId")) and any(
        isinstance(name, Reference)
        and name.attribute == "DBInstanceArn"
        and selection.deployment.resource(name) is database.resource
        for name in named
    )


@rule(
    "MIYABI.BACKUP.1",
    DATABASE,
    remedy=f"write PreferredMaintenanceWindow, PreferredBackupWindow and, in a cron schedule, AWS Backup's "
    f"StartWindowMinutes: {SHORTEST_WINDOW} minutes or longer, AWS Backup's {HOUR}, in UTC",
)
def windows_are_long_enough(database: Subject) -> Iterator[str]:
    """Maintenance and each backup have a window that is written out and long enough to start in."""
    for name, value, read in (
        ("PreferredMaintenanceWindow", database.get("PreferredMaintenanceWindow"), weekly_window),
        ("PreferredBackupWindow", database.get("PreferredBackupWindow"), daily_window),
    ):
        window = read(name, value)
        if window is None or window.minutes < SHORTEST_WINDOW:
            yield said(name, value)
    for backup in _planned_backups(database):
        if not _opens(backup) or (number(backup.get("StartWindowMinutes")) or 0) < HOUR:
            times = ("ScheduleExpression", "ScheduleExpressionTimezone", "StartWindowMinutes")
            yield ", ".join(said(name, backup.get(name)) for name in times)


@rule(
    "MIYABI.BACKUP.2",
    DATABASE,
    remedy="move one of the windows; AWS Backup can start nothing during RDS's two, nor in the hour before",
)
def windows_are_disjoint(database: Subject) -> Iterator[str]:
    """Maintenance, RDS's own backup and those of AWS Backup keep out of each other's way."""
    own = [
        window
        for window in (
            weekly_window("maintenance", database.get("PreferredMaintenanceWindow")),
            daily_window("RDS's backup", database.get("PreferredBackupWindow")),
        )
        if window
    ]
    planned = [window for backup in _planned_backups(database) for window in _opens(backup)]
    met = [*combinations(own, 2), *combinations(planned, 2)]
    met += [(window.with_hour_before(), other) for window in own for other in planned]
    for window, other in met:
        if window.meets(other):
            yield f"{window.name} and {other.name} meet"


def _planned_backups(database: Subject) -> list[dict[str, Any]]:
    """The rules of every backup plan."""
    plans = database.system.of_type(PLAN)
    return [each for plan in plans for each in mappings(plan.get("BackupPlan.BackupPlanRule"))]


def _opens(backup: dict[str, Any]) -> tuple[Window, ...]:
    """Windows of a plan's rule; none when they can't be told, in UTC, from the template."""
    if backup.get("ScheduleExpressionTimezone") not in (None, "UTC", "Etc/UTC"):
        return ()
    name = f"AWS Backup's rule {literal(backup.get('RuleName')) or 'without a name'}"
    return scheduled_windows(name, backup.get("ScheduleExpression"), backup.get("StartWindowMinutes"))
