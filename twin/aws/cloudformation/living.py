"""Evaluates a template over resources that are there: Ref and Fn::GetAtt come to what the services told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.errors import Misfit
from cfn.resolve import Resolver
from cfn.values import compose
from twin.aws.clients import Aws

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cfn.template import Template
    from twin.aws.cloudformation.state import Goal, Held, Stack


class LivingResolver(Resolver):
    """A Resolver that knows what a stack has; a resource that is not there yet stays a Reference."""

    def __init__(
        self,
        template: Template,
        stack: Stack,
        goal: Goal,
        aws: Aws,
        held: Mapping[str, Held],
        exported: Callable[[str], Any],
    ) -> None:
        self._held, self._aws = held, aws
        self._of_the_stack = {
            "AWS::StackId": stack.id,
            "AWS::NotificationARNs": list(goal.notification_arns),
        }
        super().__init__(
            template,
            region=aws.region,
            account=aws.account,
            stack_name=stack.name,
            parameters=goal.given,
            exported=exported,
        )
        self._names.update(goal.settled)

    def named(self, name: str) -> Any:
        """What Ref of a name comes to."""
        if name in self._of_the_stack:
            return self._of_the_stack[name]
        return self._held[name].physical_id if name in self._held else super().named(name)

    def _called(self, raw: dict[str, Any]) -> Any:
        [(function, argument)] = raw.items()
        if function != "Fn::GetAZs":
            return super()._called(raw)
        region = compose([self.value(argument)]) or self._aws.region
        return zones_of(self._aws, region) if isinstance(region, str) else super()._called(raw)

    def attribute(self, logical_id: str, attribute: str) -> Any:
        """What Fn::GetAtt comes to."""
        if logical_id not in self._held:
            return super().attribute(logical_id, attribute)
        found: Any = self._held[logical_id].model
        for step in attribute.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if found is None:
            raise Misfit(
                found=f"resource {logical_id} does not support attribute type {attribute} in Fn::GetAtt",
                remedy="name one that the type has",
            )
        return found


def zones_of(aws: Aws, region: str) -> list[str]:
    """What Fn::GetAZs gives: the zones with a default subnet, or all zones of a region that has none such."""
    ec2 = Aws(aws.account, region).client("ec2")
    only = [{"Name": "default-for-az", "Values": ["true"]}]
    found = {subnet["AvailabilityZone"] for subnet in ec2.describe_subnets(Filters=only)["Subnets"]}
    return sorted(
        found or {zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]}
    )
