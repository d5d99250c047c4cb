"""AWS Backup: how much a plan keeps."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.cost.bills import price, quantities
from tests.cost.systems import database, resource


@pytest.mark.parametrize(
    ("schedule", "days", "gigabytes"),
    [
        ("cron(0 7 * * ? *)", 35, "40.4"),
        ("cron(0 7 ? * SUN *)", 70, "25.4"),
        ("cron(0 8 1 * ? *)", 365, "26.6"),
        ("cron(0 7 * * ? *)", 1, "20"),
    ],
    ids=["daily", "weekly", "monthly", "one"],
)
def test_a_plan_keeps_the_storage_once_and_a_little_for_each_further_backup(
    schedule: str, days: int, gigabytes: str
) -> None:
    rule = {"ScheduleExpression": schedule, "Lifecycle": {"DeleteAfterDays": days}}
    plan = resource("AWS::Backup::BackupPlan", BackupPlan={"BackupPlanRule": [rule]})

    bill = price({"Database": database(), "Plan": plan})

    assert Decimal(gigabytes) == round(quantities(bill, "Plan")["backups"], 1)
