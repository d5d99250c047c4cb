"""Volumes of machines, as block device mappings describe them, joined by the device's name."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.shared.block_storage import SIZE_LEFT_OUT_GB, volume

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cost.context import Context
    from cost.shared.places import Place

ROOTS = {"/dev/xvda", "/dev/sda1"}
ROOT_ASSUMED = (
    f"the root volume, which no device mapping describes, is taken to be {SIZE_LEFT_OUT_GB} GB of gp2; "
    "the image decides it"
)


def devices(context: Context, lists: Sequence[Place]) -> Mapping[str, list[Place]]:
    """Where each device of a machine is described.

    Args:
        context: Where properties are read.
        lists: Places of the lists of mappings, the nearest first: what is left out in one is taken from
            the next that names the same device.

    """
    found: dict[str, list[Place]] = {}
    gone = set()
    for resource, path in lists:
        for index, mapping in enumerate(context.mappings(resource, path)):
            name = str(mapping.get("DeviceName"))
            if mapping.get("NoDevice") is not None and name not in found:
                gone.add(name)
            elif mapping.get("Ebs") is not None and name not in gone:
                found.setdefault(name, []).append((resource, f"{path}.{index}.Ebs"))
    return found


def volumes(context: Context, lists: Sequence[Place], months: Decimal) -> Iterator[Charge]:
    """What all described devices cost, each for so many months."""
    for name, places in devices(context, lists).items():
        yield from volume(context, places, of=name, months=months)


def has_root(context: Context, lists: Sequence[Place]) -> bool:
    """Whether a mapping describes the root volume."""
    return not ROOTS.isdisjoint(devices(context, lists))


def assumed_root(context: Context, lists: Sequence[Place], count: Decimal = Decimal(1)) -> Iterator[Charge]:
    """The root volumes that an image brings where no mapping describes one."""
    if not has_root(context, lists):
        yield Charge("root storage", SIZE_LEFT_OUT_GB * count, "AmazonEC2/ebs_gp2", ROOT_ASSUMED)
