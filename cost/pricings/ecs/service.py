"""Services: tasks on Fargate by the hour; those on machines of the cluster cost nothing beside these."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cost.month import HOURS
from cost.shared import block_storage, data_transfer, fargate
from cost.shared.apart import apart
from cost.shared.scalable_targets import KEY, target_of
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ECS::Service"
USAGE = (
    Key("monthly_hrs", "h", "hours that each of its tasks runs", default=HOURS),
    *data_transfer.TRANSFER,
)
PRICES = (*fargate.PRICES, *block_storage.PRICES, *data_transfer.PRICES)
DIMENSION = "ecs:service:DesiredCount"
SCALED = "tasks that scale stay at DesiredCount, or at the least that scaling allows"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Tasks, as many as DesiredCount says, and data that leaves them."""
    yield from apart(data_transfer.transfer(resource, context), _tasks(resource, context))


def _tasks(resource: Resource, context: Context) -> Iterator[Item]:
    if context.text(resource, "DeploymentController.Type", "ECS") == "EXTERNAL":
        return  # its task sets are charged
    count, said = _count(resource, context)
    hours = context.usage(resource, "monthly_hrs")
    found = fargate.launched(count, [resource], context)
    found = replace(found, assumption=found.assumption or said)
    yield from apart(
        fargate.run(resource, found, hours, context),
        fargate.task_addresses(resource, found, hours, context),
        _volumes(resource, count, context),
    )


def _count(resource: Resource, context: Context) -> tuple[Decimal, str]:
    """Tasks that are wanted, and what is assumed: what scales them keeps at least its minimum."""
    wanted = context.number(resource, "DesiredCount", 1)
    target = target_of(resource, DIMENSION, "ServiceName", context)
    if target is None:
        return wanted, ""
    if context.is_told(target, KEY):
        return context.usage(target, KEY), ""
    return max(wanted, context.number(target, "MinCapacity", 0)), SCALED


def _volumes(resource: Resource, count: Decimal, context: Context) -> Iterator[Item]:
    """Volumes that each task gets."""
    months = count * context.usage(resource, "monthly_hrs") / HOURS
    for index, _ in enumerate(context.mappings(resource, "VolumeConfigurations")):
        place = (resource, f"VolumeConfigurations.{index}.ManagedEBSVolume")
        yield from block_storage.volume(
            context, [place], size="SizeInGiB", kind="gp3", of="task", months=months
        )
