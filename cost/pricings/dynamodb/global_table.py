"""DynamoDB global tables: a replica in each region, all of which every write reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.month import HOURS
from cost.pricebook import PriceBook, regions
from cost.shared import table_use
from cost.shared.apart import apart
from cost.shared.scalable_targets import AT_LEAST
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.pricebook import Price

TYPE = "AWS::DynamoDB::GlobalTable"
OF_EACH = {
    "storage_gb": "held in each region, indexes included",
    "pitr_backup_storage_gb": "backed up continuously in each region that has point-in-time recovery on",
}
USAGE = (
    *(Key(key.name, key.unit, OF_EACH.get(key.name, key.about)) for key in table_use.USAGE),
    Key("write_capacity_units", "WCU", "mean of the table's writes; left out, the least it may scale to"),
    Key(
        "read_capacity_units", "RCU", "mean of the reads in each region; left out, the least or what is fixed"
    ),
)
PRICES = (*table_use.PRICES, "AmazonDynamoDB/global_table_*")
WRITES = "WriteProvisionedThroughputSettings.WriteCapacityAutoScalingSettings.MinCapacity"
READS = "ReadProvisionedThroughputSettings"
TRANSFER = "data transferred between the regions of a global table"


@dataclass(frozen=True, slots=True)
class Replica:
    """One region's copy of a table."""

    table: Resource
    index: int
    region: str
    class_: str
    """Ending of the prices of its table class."""
    alone: bool
    """Whether it is the only one, so that the table is like any other."""
    on_demand: bool

    @property
    def path(self) -> str:
        """Where its properties stand."""
        return f"Replicas.{self.index}."

    def charge(self, component: str, quantity: Decimal, key: str, context: Context, said: str = "") -> Charge:
        """A charge at its region's price."""
        return Charge(f"{component} in {self.region}", quantity, self._price(key, context), said)

    def _price(self, key: str, context: Context) -> str | Price:
        name = f"AmazonDynamoDB/{key}"
        return name if self.region == context.prices.region else PriceBook.of(self.region).price(name)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Every replica's capacity and storage; backups made by hand, restores and streams once."""
    count = len(context.mappings(resource, "Replicas"))
    yield from apart(
        *(_replica(resource, index, count, context) for index in range(count)),
        _reads_on_demand(resource, context),
        table_use.beside(resource, context),
    )
    if count > 1:
        yield NotPriced(TRANSFER)


def _replica(resource: Resource, index: int, count: int, context: Context) -> Iterator[Item]:
    path = f"Replicas.{index}."
    replica = Replica(
        resource,
        index,
        context.text(resource, f"{path}Region"),
        table_use.suffix(context.text(resource, f"{path}TableClass", "STANDARD")),
        count == 1,
        _is_on_demand(resource, context),
    )
    if replica.region not in regions():
        yield NotPriced(f"the replica in {replica.region}, which has no price book")
        return
    yield from apart(
        _writes(replica, context),
        () if replica.on_demand else _reads(replica, context),
        () if replica.on_demand else _index_capacity(replica, context),
        _kept(replica, context),
        table_use.features(resource, path, context),
    )


def _writes(replica: Replica, context: Context) -> Iterator[Charge]:
    table = replica.table
    if replica.on_demand:
        key = "on_demand_write_request_units" if replica.alone else "global_table_replicated_wru"
        units = context.usage(table, "monthly_write_request_units")
        yield replica.charge("writes", units, key + replica.class_, context)
        return
    key = "provisioned_wcu" if replica.alone else "global_table_replicated_wcu"
    if context.is_told(table, "write_capacity_units"):
        units, said = context.usage(table, "write_capacity_units"), ""
    else:
        units, said = context.number(table, WRITES), AT_LEAST
    yield replica.charge("writes", units * HOURS, key + replica.class_, context, said)


def _reads(replica: Replica, context: Context) -> Iterator[Charge]:
    if context.is_told(replica.table, "read_capacity_units"):
        units, said = context.usage(replica.table, "read_capacity_units"), ""
    else:
        units, said = _read_capacity(replica, f"{replica.path}{READS}", context)
    yield replica.charge("reads", units * HOURS, f"provisioned_rcu{replica.class_}", context, said)


def _read_capacity(replica: Replica, path: str, context: Context) -> tuple[Decimal, str]:
    scaled = f"{path}.ReadCapacityAutoScalingSettings.MinCapacity"
    if context.get(replica.table, scaled) is not None:
        return context.number(replica.table, scaled), AT_LEAST
    return context.number(replica.table, f"{path}.ReadCapacityUnits"), ""


def _index_capacity(replica: Replica, context: Context) -> Iterator[Charge]:
    """Capacity of indexes, whose writes cost no more than those of a table in one region."""
    for index in range(len(context.mappings(replica.table, "GlobalSecondaryIndexes"))):
        units = context.number(replica.table, f"GlobalSecondaryIndexes.{index}.{WRITES}")
        price = f"provisioned_wcu{replica.class_}"
        yield replica.charge("writes of an index", units * HOURS, price, context, AT_LEAST)
    for index in range(len(context.mappings(replica.table, f"{replica.path}GlobalSecondaryIndexes"))):
        path = f"{replica.path}GlobalSecondaryIndexes.{index}.{READS}"
        units, said = _read_capacity(replica, path, context)
        price = f"provisioned_rcu{replica.class_}"
        yield replica.charge("reads of an index", units * HOURS, price, context, said)


def _kept(replica: Replica, context: Context) -> Iterator[Charge]:
    gigabytes = context.usage(replica.table, "storage_gb")
    yield replica.charge("storage", gigabytes, f"storage{replica.class_}", context)
    if context.flag(
        replica.table, f"{replica.path}PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"
    ):
        backups = context.usage(replica.table, "pitr_backup_storage_gb")
        yield replica.charge("continuous backups", backups, "pitr", context)


def _reads_on_demand(resource: Resource, context: Context) -> Iterator[Charge]:
    if _is_on_demand(resource, context):
        units = context.usage(resource, "monthly_read_request_units")
        said = "all reads are made in the stack's own region"
        yield Charge("reads", units, "AmazonDynamoDB/on_demand_read_request_units", said)


def _is_on_demand(resource: Resource, context: Context) -> bool:
    return context.text(resource, "BillingMode", "PROVISIONED") == table_use.ON_DEMAND
