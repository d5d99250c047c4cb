"""Backup plans: what they keep of the databases."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost import month
from cost.assumptions import BACKUP_CHANGE_SHARE
from cost.lines import Charge, NotPriced, total
from cost.money import plain
from cost.shared.databases import CLUSTER, INSTANCE, cluster_of, is_member, settled
from cost.shared.places import referrers
from cost.shared.schedules import runs_a_month

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::Backup::BackupPlan"
USAGE: tuple[Key, ...] = ()
PRICES = ("AWSBackup/rds_snapshot", "AWSBackup/aurora_snapshot")
SELECTION = "AWS::Backup::BackupSelection"
RULES = "BackupPlan.BackupPlanRule"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """GB-months kept: the databases' storage once, and a little more for each further backup."""
    chosen = [_whole(each, context) for each in _chosen(resource, context)]
    databases = [each for each in chosen if each.type == INSTANCE and not is_member(each, context)]
    clusters = list(dict.fromkeys(each for each in chosen if each.type == CLUSTER))
    others = {each.type for each in chosen} - {INSTANCE, CLUSTER}
    if others:
        yield NotPriced(f"what it keeps of {', '.join(sorted(others))}: give figures at its vault")
    if not databases and not clusters and others:
        return
    if not databases and not clusters:
        yield NotPriced("what it keeps, as no template here has a database: give figures at its vault")
        return
    rules = range(len(context.mappings(resource, RULES)))
    kept = total(_kept(resource, f"{RULES}.{index}", context) for index in rules)
    further = max(kept - 1, Decimal(0))
    times = 1 + further * BACKUP_CHANGE_SHARE
    said = (
        f"every database of the environment once whole, and for each of the {further:.0f} other backups kept "
        f"{plain(BACKUP_CHANGE_SHARE * 100)} % of its storage"
    )
    storage = total(context.number(*settled(each, "AllocatedStorage", context)) for each in databases)
    yield Charge("backups", storage * times, "AWSBackup/rds_snapshot", said)
    volumes = total(context.usage(cluster, "storage_gb") for cluster in clusters)
    yield Charge("backups of Aurora", volumes * times, "AWSBackup/aurora_snapshot", said)


def _chosen(plan: Resource, context: Context) -> list[Resource]:
    """What its selections name one by one; all databases where they choose otherwise, or are elsewhere."""
    selections = referrers(context, SELECTION, "BackupPlanId", plan)
    named = [
        target
        for selection in selections
        for value in _many(context.get(selection, "BackupSelection.Resources"))
        for target in _one(value, context)
    ]
    if not selections or None in named or any(_by_tags(each, context) for each in selections):
        return context.resources(INSTANCE, CLUSTER)
    return [each for each in dict.fromkeys(named) if each is not None]


def _whole(chosen: Resource, context: Context) -> Resource:
    """A member of a cluster stands for the cluster, which keeps its data."""
    cluster = cluster_of(chosen, context) if chosen.type == INSTANCE else None
    return cluster or chosen


def _many(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _one(value: object, context: Context) -> list[Resource | None]:
    return [*context.referred(value)] or [None]


def _by_tags(selection: Resource, context: Context) -> bool:
    return context.get(selection, "BackupSelection.ListOfTags") is not None


def _kept(resource: Resource, rule: str, context: Context) -> Decimal:
    """How many backups a rule keeps at a time; without an end, those of a first month."""
    after = f"{rule}.Lifecycle.DeleteAfterDays"
    days = month.DAYS if context.get(resource, after) is None else context.number(resource, after)
    schedule = f"{rule}.ScheduleExpression"
    if context.get(resource, schedule) is None:
        return days
    return days * runs_a_month(resource, schedule, context) / month.DAYS
