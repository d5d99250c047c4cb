"""Capacity that Application Auto Scaling moves: what it is on average, instead of what a template writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cfn.values import parts_of

if TYPE_CHECKING:
    from decimal import Decimal

    from cfn.template import Resource
    from cost.context import Context

TYPE = "AWS::ApplicationAutoScaling::ScalableTarget"
KEY = "capacity"
SERVICE = "service"
"""First word of the ResourceId of a service of ECS, in which its cluster stands before it."""
AT_LEAST = "capacity that scales stays at its least"


def target_of(
    resource: Resource, dimension: str, name: str, context: Context, ending: str = ""
) -> Resource | None:
    """The scalable target of a resource's dimension, one of the same template before others.

    Args:
        resource: What scales.
        dimension: ScalableDimension, such as `dynamodb:table:ReadCapacityUnits`.
        name: The property with the resource's own name, by which a target may call it.
        context: The deployment.
        ending: What follows the name in the target's ResourceId, such as `/index/by-day`.

    """
    found = [
        target
        for target in context.resources(TYPE)
        if str(context.get(target, "ScalableDimension")) == dimension
        and _means(context.get(target, "ResourceId"), resource, context.get(resource, name), ending, context)
    ]
    here = [target for target in found if target.template is resource.template]
    return next(iter(here or found), None)


def capacity_of(target: Resource, context: Context) -> tuple[Decimal, str]:
    """Mean capacity of a target, and what is assumed of it."""
    if context.is_told(target, KEY):
        return context.usage(target, KEY), ""
    return context.number(target, "MinCapacity"), AT_LEAST


def _means(value: object, resource: Resource, own_name: object, ending: str, context: Context) -> bool:
    """Whether a ResourceId such as `table/Orders/index/by-day` is that of a resource, or of a part of it."""
    if not isinstance(value, str):
        return False
    parts = parts_of(value)
    if any(target is resource for target in context.referred(value)):
        return parts[-1] == ending if ending else not isinstance(parts[-1], str)
    return own_name is not None and _name_in(value) == f"{own_name}{ending}"


def _name_in(resource_id: str) -> str:
    """`Orders/index/by-day` in `table/Orders/index/by-day`, `web` in `service/main/web`."""
    kind, _, name = resource_id.partition("/")
    return name.rpartition("/")[2] if kind == SERVICE else name
