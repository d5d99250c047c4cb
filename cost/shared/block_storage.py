"""Volumes of block storage, alone or as devices of machines: gigabytes, IOPS and throughput by their kind."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.shared.places import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cost.context import Context
    from cost.shared.places import Place

PRICES = ("AmazonEC2/ebs_*",)
SIZE_LEFT_OUT_GB = 8
SIZE_ASSUMED = (
    f"a volume without a size is taken to have {SIZE_LEFT_OUT_GB} GB; its snapshot or image decides it"
)
NAMES = {"standard": "magnetic"}
"""Kinds whose prices have another name."""
IOPS_FREE, MBPS_FREE = 3_000, 125
"""What every gp3 volume has."""
MB_IN_GB = 1024
IO2_TIERS = (("IOPS", 0, 32_000), ("IOPS over 32,000", 32_000, 64_000), ("IOPS over 64,000", 64_000, None))
"""Component, from, to: tiers of each volume alone, not of the account."""


def volume(
    context: Context,
    places: Sequence[Place],
    *,
    size: str = "VolumeSize",
    kind: str = "gp2",
    of: str = "",
    months: Decimal = Decimal(1),
) -> Iterator[Charge]:
    """What one volume, or several alike, cost.

    Args:
        context: Where properties are read.
        places: Resources with the path of what describes the volume, the nearest first.
        size: Name of the property that has the size in GB.
        kind: The kind where none is written.
        of: What to put before the names of components, such as a device.
        months: How long the volumes exist, added up.

    """
    lead = f"{of} " if of else ""
    kind = context.text(*_place(context, places, "VolumeType"), kind)
    where = _place(context, places, size)
    said = "" if context.get(*where) is not None else SIZE_ASSUMED
    gigabytes = context.number(*where, SIZE_LEFT_OUT_GB)
    yield Charge(f"{lead}storage", gigabytes * months, f"AmazonEC2/ebs_{NAMES.get(kind, kind)}", said)
    for component, quantity, price in _performance(context, places, kind):
        yield Charge(f"{lead}{component}", quantity * months, f"AmazonEC2/{price}")


def _performance(context: Context, places: Sequence[Place], kind: str) -> Iterator[tuple[str, Decimal, str]]:
    iops = _place(context, places, "Iops")
    if kind == "io1":
        yield "IOPS", context.number(*iops), "ebs_io1_iops"
    elif kind == "io2":
        yield from _io2(context.number(*iops))
    elif kind == "gp3":
        yield "IOPS over 3,000", _over(context.number(*iops, IOPS_FREE), IOPS_FREE), "ebs_gp3_iops_over_3000"
        throughput = context.number(*_place(context, places, "Throughput"), MBPS_FREE)
        gigabytes = _over(throughput, MBPS_FREE) / MB_IN_GB
        yield "throughput over 125 MiB/s", gigabytes, "ebs_gp3_throughput_over_125"


def _io2(iops: Decimal) -> Iterator[tuple[str, Decimal, str]]:
    for number, (component, start, end) in enumerate(IO2_TIERS, start=1):
        within = iops if end is None else min(iops, Decimal(end))
        yield component, _over(within, start), f"ebs_io2_iops_tier{number}"


def _over(quantity: Decimal, free: int) -> Decimal:
    return max(Decimal(0), quantity - free)


def _place(context: Context, places: Sequence[Place], name: str) -> Place:
    return nearest(context, [(resource, f"{path}.{name}" if path else name) for resource, path in places])
