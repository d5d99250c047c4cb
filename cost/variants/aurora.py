"""Aurora Serverless v2 in place of a database instance of a fixed size."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost import month
from cost.lines import total
from cost.variants.databases import CLUSTER, INSTANCE, databases, engine, memory_gb, stands_by
from cost.variants.variant import Base, Variant

if TYPE_CHECKING:
    from cfn.template import Resource
    from cost.variants.draft import Draft
    from cost.variants.variant import Figures

ENGINES = {"postgres": "aurora-postgresql", "mysql": "aurora-mysql"}
GB_PER_ACU = 2
LEAST_ACU, MOST_ACU = Decimal("0.5"), Decimal(256)
IOS_PER_CALL = Decimal(2)
"""What Aurora reads and writes for one call of a function."""
OF_THE_INSTANCE = (
    "AllocatedStorage",
    "BackupRetentionPeriod",
    "DBName",
    "Iops",
    "MaxAllocatedStorage",
    "MultiAZ",
    "StorageThroughput",
    "StorageType",
)
"""Properties that Aurora has at its cluster, or not at all."""


def _convertible(base: Base) -> list[Resource]:
    return [
        each
        for each in databases(base)
        if engine(each, base) in ENGINES
        and _most(each, base)
        and base.context.get(each, "SourceDBInstanceIdentifier") is None
    ]


def _most(database: Resource, base: Base) -> Decimal | None:
    """As many capacity units as the instance class has memory for; None where its name doesn't say."""
    memory = memory_gb(str(base.context.get(database, "DBInstanceClass", "")))
    return None if memory is None else min(MOST_ACU, max(Decimal(1), memory / GB_PER_ACU))


def _average(database: Resource, base: Base) -> Decimal:
    busy = min(Decimal(1), base.concurrency(*base.functions))
    return LEAST_ACU + ((_most(database, base) or LEAST_ACU) - LEAST_ACU) * busy


def _convert(draft: Draft, base: Base) -> None:
    for database in _convertible(base):
        cluster = draft.add(
            database,
            _cluster(database),
            CLUSTER,
            Engine=ENGINES[engine(database, base)],
            BackupRetentionPeriod=draft.properties(database).get("BackupRetentionPeriod", 1),
            ServerlessV2ScalingConfiguration={
                "MinCapacity": str(LEAST_ACU),
                "MaxCapacity": str(_most(database, base)),
            },
        )
        member = {
            "Engine": ENGINES[engine(database, base)],
            "DBInstanceClass": "db.serverless",
            "DBClusterIdentifier": cluster,
        }
        writer = draft.properties(database)
        for name in OF_THE_INSTANCE:
            writer.pop(name, None)
        writer.update(member)
        if stands_by(database, base):
            draft.add(database, _reader(database), INSTANCE, **member)


def _figures(base: Base) -> Figures:
    figures: dict[str, dict[str, Decimal]] = {}
    calls = total(base.calls(each) for each in base.functions)
    for database in _convertible(base):
        stack, capacity = database.template.name, _average(database, base)
        members = [database.logical_id, *([_reader(database)] if stands_by(database, base) else [])]
        for member in members:
            figures[f"{stack}.{member}"] = {"capacity_units_per_hr": capacity}
        figures[f"{stack}.{_cluster(database)}"] = {
            "storage_gb": base.context.number(database, "AllocatedStorage", 0),
            "read_requests_per_sec": calls * IOS_PER_CALL / month.SECONDS,
        }
    return figures


def _cluster(database: Resource) -> str:
    return f"Added{database.logical_id}Cluster"


def _reader(database: Resource) -> str:
    return f"Added{database.logical_id}Reader"


VARIANTS = (
    Variant(
        name="Aurora Serverless v2",
        instead_of="RDS instance",
        sentence=(
            f"Aurora from {LEAST_ACU} capacity units to what the instance class has ({GB_PER_ACU} GB of "
            "memory are one), at its least while no call is in progress and at its most while one is; a "
            f"reader where there is a standby; {IOS_PER_CALL} I/Os for each call; as much stored as is "
            "allocated now"
        ),
        applies=_convertible,
        edit=_convert,
        figures=_figures,
    ),
)
