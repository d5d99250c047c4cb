"""AWS Backup: what its plans keep of the databases."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cost import month
from cost.assumptions import BACKUP_CHANGE_SHARE
from cost.lines import Charge, total
from cost.money import plain
from cost.registry import pricing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

DAY_OF_MONTH, DAY_OF_WEEK = 2, 4


@pricing("AWS::Backup::BackupPlan")
def plan(resource: Resource, context: Context) -> Iterator[Item]:
    """GB-months kept: the databases' storage once, and a little more for each further backup."""
    databases = context.resources("AWS::RDS::DBInstance")
    storage = total(context.number(database, "AllocatedStorage") for database in databases)
    kept = total(_kept(rule) for rule in context.mappings(resource, "BackupPlan.BackupPlanRule"))
    others = max(kept - 1, Decimal(0))
    yield Charge(
        "backups",
        storage * (1 + others * BACKUP_CHANGE_SHARE),
        context.price("AWSBackup", "rds_snapshot"),
        f"every database of the environment once whole, and for each of the {others:.0f} other backups kept "
        f"{plain(BACKUP_CHANGE_SHARE * 100)} % of its storage",
    )


def _kept(rule: Mapping[str, Any]) -> Decimal:
    """How many backups a rule keeps at a time; without an end, those of a first month."""
    days = rule.get("Lifecycle", {}).get("DeleteAfterDays", month.DAYS)
    return Decimal(str(days)) / _days_between(str(rule.get("ScheduleExpression", "")))


def _days_between(schedule: str) -> Decimal:
    """`cron(0 7 1 * ? *)` runs once a month, `cron(0 7 ? * SUN *)` once a week, others daily."""
    fields = schedule.removeprefix("cron(").removesuffix(")").split()
    if len(fields) > DAY_OF_WEEK and fields[DAY_OF_MONTH] not in ("*", "?"):
        return month.DAYS
    if len(fields) > DAY_OF_WEEK and fields[DAY_OF_WEEK] not in ("*", "?"):
        return Decimal(7)
    return Decimal(1)
