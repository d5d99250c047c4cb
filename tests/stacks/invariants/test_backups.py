"""Every rule about backups notices its own mutations, and windows meet when their times of day do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacks.invariants.rule import RULES
from stacks.invariants.windows import Window, daily_window, is_daily, scheduled_windows, weekly_window
from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
DAILY = "BackupPlan/BackupPlan/BackupPlanRule/0"


def _plan(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "observability", path, wrong, *rules)


spoils(
    MUTATIONS,
    "observability",
    "BackupVault/EncryptionKeyArn",
    [REMOVED, UNKNOWN, "alias/aws/backup"],
    "Backup.1",
)
spoils(
    MUTATIONS,
    "database",
    "Database/PreferredMaintenanceWindow",
    [REMOVED, UNKNOWN, "mon:05:00-mon:05:29", "04:30-05:30", "someday"],
    "MIYABI.BACKUP.1",
)
spoils(
    MUTATIONS,
    "database",
    "Database/PreferredBackupWindow",
    [REMOVED, UNKNOWN, "03:00-03:29", "mon:03:00-mon:04:00", 300],
    "MIYABI.BACKUP.1",
)
_plan(f"{DAILY}/StartWindowMinutes", [REMOVED, UNKNOWN, 59], "MIYABI.BACKUP.1")
_plan(f"{DAILY}/ScheduleExpressionTimezone", [UNKNOWN, "Asia/Tokyo"], "MIYABI.BACKUP.1")
_plan(f"{DAILY}/ScheduleExpression", [REMOVED, UNKNOWN, "rate(1 day)"], "MIYABI.BACKUP.1", "MIYABI.BACKUP.3")
_plan(f"{DAILY}/ScheduleExpression", ["cron(0 7 1 * ? *)", "cron(0 7 ? * SUN *)"], "MIYABI.BACKUP.3")
_plan(f"{DAILY}/Lifecycle/DeleteAfterDays", [REMOVED, UNKNOWN, 0], "MIYABI.BACKUP.3")
_plan(f"{DAILY}/TargetBackupVault", [REMOVED, UNKNOWN, "Default"], "MIYABI.BACKUP.3")
_plan("BackupPlan/BackupPlan/BackupPlanRule", [REMOVED, UNKNOWN, []], "MIYABI.BACKUP.3")
_plan(
    "BackupSelection/BackupSelection/Resources",
    [REMOVED, UNKNOWN, ["arn:*:rds:*:*:db:other"], [{"Ref": "DatabaseInstanceId"}]],
    "RDS.26",
    "MIYABI.TEMPLATE.6",
)
_plan("!BackupSelection", [REMOVED], "RDS.26", "MIYABI.TEMPLATE.6", "MIYABI.TEMPLATE.7")
_plan("BackupSelection/BackupPlanId", [REMOVED, UNKNOWN, "a-plan"], "RDS.26", "MIYABI.TEMPLATE.7")

spoils(
    MUTATIONS,
    "database",
    "Database/PreferredBackupWindow",
    ["04:00-05:00", "05:29-06:00", "06:59-07:30", "23:30-08:00"],
    "MIYABI.BACKUP.2",
)
spoils(
    MUTATIONS,
    "database",
    "Database/PreferredMaintenanceWindow",
    ["tue:03:30-tue:04:30", "sun:07:30-sun:08:30", "sun:08:30-sun:09:30", "sat:23:00-sun:03:01"],
    "MIYABI.BACKUP.2",
)
_plan(f"{DAILY}/ScheduleExpression", ["cron(15 2 * * ? *)", "cron(0 7,4 * * ? *)"], "MIYABI.BACKUP.2")
_plan(f"{DAILY}/StartWindowMinutes", [1440], "MIYABI.BACKUP.2")


@breaks(MUTATIONS, "MIYABI.BACKUP.2", environment="production")
def start_the_monthly_backup_during_the_daily_one(templates: Templates) -> None:
    plan = templates["observability"]["Resources"]["BackupPlan"]["Properties"]["BackupPlan"]
    plan["BackupPlanRule"][1]["ScheduleExpression"] = "cron(30 7 1 * ? *)"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)


def test_every_rule_about_backups_has_a_mutation() -> None:
    tested = {rule for mutation in MUTATIONS for rule in mutation.rules}

    assert {rule for rule in RULES if "BACKUP." in rule.upper()} | {"RDS.26"} <= tested


@pytest.mark.parametrize(
    ("one", "other", "met"),
    [
        ("03:00-04:00", "04:00-05:00", False),
        ("03:00-04:00", "03:59-05:00", True),
        ("03:00-04:00", "03:15-03:45", True),
        ("23:30-00:30", "00:00-01:00", True),
        ("23:30-00:30", "00:30-01:00", False),
        ("23:30-00:30", "22:00-23:31", True),
    ],
)
def test_windows_meet_over_midnight_too(one: str, other: str, *, met: bool) -> None:
    first, second = daily_window("one", one), daily_window("other", other)
    assert first
    assert second

    assert met == first.meets(second) == second.meets(first)


def test_a_weekly_window_may_span_days() -> None:
    assert Window("w", 23 * 60, 120) == weekly_window("w", "Sun:23:00-Mon:01:00")
    assert Window("w", 23 * 60, 25 * 60) == weekly_window("w", "sat:23:00-mon:00:00")


def test_a_schedule_opens_a_window_at_each_of_its_times() -> None:
    found = scheduled_windows("w", "cron(0,30 1,13 * * ? *)", 60)

    assert [60, 90, 780, 810] == [window.start for window in found]


@pytest.mark.parametrize("schedule", ["cron(0 25 * * ? *)", "cron(* 7 * * ? *)", "at noon", None])
def test_a_schedule_that_can_not_be_read_opens_none(schedule: str | None) -> None:
    assert scheduled_windows("w", schedule, 60) == ()


def test_a_schedule_is_daily_if_days_months_and_years_are_all() -> None:
    assert is_daily("cron(0 7 * * ? *)")
    assert is_daily("cron(0 7 ? * * *)")
    assert not is_daily("cron(0 7 ? * MON-FRI *)")
    assert not is_daily("cron(0 7 * 1 ? *)")
