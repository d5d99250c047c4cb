"""Database instances, as variants see them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cfn.template import Resource
    from cost.variants.variant import Base

INSTANCE, CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
SIZES_GB = {"micro": 1, "small": 2, "medium": 4, "large": 8}
XLARGE_GB = 16
"""Memory of the classes t and m by size; 2xlarge has twice that of xlarge, and so on."""
FAMILIES = {
    "c": Decimal("0.5"),
    "m": Decimal(1),
    "r": Decimal(2),
    "t": Decimal(1),
    "x": Decimal(4),
    "z": Decimal(2),
}
"""Memory of a class as a multiple of theirs, by the first letter of its family."""


def databases(base: Base) -> list[Resource]:
    """Instances that are no members of a cluster."""
    instances = base.context.resources(INSTANCE)
    return [each for each in instances if base.context.get(each, "DBClusterIdentifier") is None]


def engine(database: Resource, base: Base) -> str:
    """Its engine, as far as the template says."""
    return str(base.context.get(database, "Engine", ""))


def stands_by(database: Resource, base: Base) -> bool:
    """Whether it has a standby in a second zone."""
    return str(base.context.get(database, "MultiAZ", default=False)).lower() == "true"


def memory_gb(instance_class: str) -> Decimal | None:
    """Memory of a class such as `db.t3.small`; None where its name doesn't say."""
    family, _, size = instance_class.removeprefix("db.").partition(".")
    factor = FAMILIES.get(family[:1])
    gigabytes = _of_size(size)
    return None if factor is None or gigabytes is None else factor * gigabytes


def _of_size(size: str) -> int | None:
    times = size.removesuffix("xlarge")
    if times == size:
        return SIZES_GB.get(size)
    return XLARGE_GB * int(times or 1) if (times or "1").isdecimal() else None
