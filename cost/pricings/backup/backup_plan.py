"""Backup plans: what they keep of the databases."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost import month
from cost.assumptions import BACKUP_CHANGE_SHARE
from cost.lines import Charge, NotPriced, total
from cost.money import plain
from cost.shared.databases import CLUSTER, INSTANCE, is_member, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::Backup::BackupPlan"
USAGE: tuple[Key, ...] = ()
PRICES = ("AWSBackup/rds_snapshot", "AWSBackup/aurora_snapshot")
DAY_OF_MONTH, DAY_OF_WEEK = 2, 4
RULES = "BackupPlan.BackupPlanRule"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """GB-months kept: the databases' storage once, and a little more for each further backup."""
    databases = [each for each in context.resources(INSTANCE) if not is_member(each, context)]
    clusters = context.resources(CLUSTER)
    if not databases and not clusters:
        yield NotPriced("what it keeps, as no template here has a database: give figures at its vault")
        return
    rules = range(len(context.mappings(resource, RULES)))
    kept = total(_kept(resource, f"{RULES}.{index}", context) for index in rules)
    others = max(kept - 1, Decimal(0))
    times = 1 + others * BACKUP_CHANGE_SHARE
    said = (
        f"every database of the environment once whole, and for each of the {others:.0f} other backups kept "
        f"{plain(BACKUP_CHANGE_SHARE * 100)} % of its storage"
    )
    storage = total(context.number(*settled(each, "AllocatedStorage", context)) for each in databases)
    yield Charge("backups", storage * times, "AWSBackup/rds_snapshot", said)
    volumes = total(context.usage(cluster, "storage_gb") for cluster in clusters)
    yield Charge("backups of Aurora", volumes * times, "AWSBackup/aurora_snapshot", said)


def _kept(resource: Resource, rule: str, context: Context) -> Decimal:
    """How many backups a rule keeps at a time; without an end, those of a first month."""
    after = f"{rule}.Lifecycle.DeleteAfterDays"
    days = month.DAYS if context.get(resource, after) is None else context.number(resource, after)
    return days / _days_between(context.text(resource, f"{rule}.ScheduleExpression", ""))


def _days_between(schedule: str) -> Decimal:
    """`cron(0 7 1 * ? *)` runs once a month, `cron(0 7 ? * SUN *)` once a week, others daily."""
    fields = schedule.removeprefix("cron(").removesuffix(")").split()
    if len(fields) > DAY_OF_WEEK and fields[DAY_OF_MONTH] not in ("*", "?"):
        return month.DAYS
    if len(fields) > DAY_OF_WEEK and fields[DAY_OF_WEEK] not in ("*", "?"):
        return Decimal(7)
    return Decimal(1)
