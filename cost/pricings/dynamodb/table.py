"""DynamoDB tables: requests or provisioned capacity, storage, backups, streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.month import HOURS
from cost.shared import table_use
from cost.shared.apart import apart
from cost.shared.scalable_targets import capacity_of, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::DynamoDB::Table"
USAGE = table_use.USAGE
PRICES = table_use.PRICES
RECOVERY = "PointInTimeRecoverySpecification"
TURNED_ON = "point-in-time recovery is turned on, since backups of it are told and no template turns it on"
KINDS = (("writes", "write", "Write", "wcu"), ("reads", "read", "Read", "rcu"))
"""Component, and how usage keys, properties and prices call it."""


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What a month of the table costs."""
    on_demand = context.text(resource, "BillingMode", "PROVISIONED") == table_use.ON_DEMAND
    class_ = table_use.suffix(context.text(resource, "TableClass", "STANDARD"))
    yield from apart(
        _requests(resource, class_, context) if on_demand else _capacity(resource, class_, context),
        _kept(resource, class_, context),
        table_use.beside(resource, context),
        table_use.features(resource, "", context),
    )


def _requests(resource: Resource, class_: str, context: Context) -> Iterator[Item]:
    for component, key, _, __ in KINDS:
        units = context.usage(resource, f"monthly_{key}_request_units")
        yield Charge(component, units, f"AmazonDynamoDB/on_demand_{key}_request_units{class_}")


def _capacity(resource: Resource, class_: str, context: Context) -> Iterator[Item]:
    indexes = range(len(context.mappings(resource, "GlobalSecondaryIndexes")))
    for component, _, property_, key in KINDS:
        price = f"AmazonDynamoDB/provisioned_{key}{class_}"
        yield from _units(resource, component, "", property_, price, context)
        for index in indexes:
            path = f"GlobalSecondaryIndexes.{index}."
            yield from _units(resource, f"{component} of an index", path, property_, price, context)


def _units(
    resource: Resource, component: str, path: str, property_: str, price: str, context: Context
) -> Iterator[Charge]:
    """Unit hours of the table, or of an index at a path of it."""
    name = context.text(resource, f"{path}IndexName") if path else ""
    target = target_of(
        resource,
        f"dynamodb:{'index' if path else 'table'}:{property_}CapacityUnits",
        "TableName",
        context,
        f"/index/{name}" if path else "",
    )
    if target is not None:
        units, said = capacity_of(target, context)
    else:
        units = context.number(resource, f"{path}ProvisionedThroughput.{property_}CapacityUnits")
        said = ""
    yield Charge(component, units * HOURS, price, said)


def _kept(resource: Resource, class_: str, context: Context) -> Iterator[Charge]:
    yield Charge("storage", context.usage(resource, "storage_gb"), f"AmazonDynamoDB/storage{class_}")
    backups = context.usage(resource, "pitr_backup_storage_gb")
    said = "" if context.get(resource, RECOVERY) is not None else TURNED_ON
    yield Charge("continuous backups", backups, "AmazonDynamoDB/pitr", said)
