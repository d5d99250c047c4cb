"""Evaluates a goal over the resources of a stack as they will be, as far as that is known beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.graph import order
from cfn.resolve import Resolver
from twin.aws.cloudformation.comparing import required_schema
from twin.aws.cloudformation.living import LivingResolver
from twin.aws.cloudformation.tags import with_stack_tags

if TYPE_CHECKING:
    from cfn.template import Resource
    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.state import Goal, Held, Stack


class ForetoldResolver(LivingResolver):
    """A LivingResolver that forgets what will not stay.

    A resource that is noted as replaced is not known to it, nor are the attributes of one that is noted as
    changed.
    """

    def __init__(self, cloud: CloudFormation, stack: Stack, goal: Goal) -> None:
        self._known: dict[str, Held] = dict(stack.held)
        super().__init__(goal.template, stack, goal, cloud.aws, self._known, cloud.exported)
        self._region, self._tags = cloud.aws.region, goal.tags
        self.replaced: dict[str, str] = {}
        """True or Conditional, by logical id."""
        self.changed: set[str] = set()

    @property
    def wanted(self) -> list[Resource]:
        """Resources of the goal, each behind those that it needs."""
        ordered = (self.template.resources[logical_id] for logical_id in order(self.template))
        return [resource for resource in ordered if self.exists(resource) is not False]

    def note(self, logical_id: str, replacement: str, *, changes: bool) -> None:
        """What was found of a resource, for those that need it."""
        if replacement != "False":
            self.replaced[logical_id] = replacement
            self._known.pop(logical_id)
        elif changes:
            self.changed.add(logical_id)

    def attribute(self, logical_id: str, attribute: str) -> Any:
        """What Fn::GetAtt comes to."""
        if logical_id in self.changed:
            return Resolver.attribute(self, logical_id, attribute)
        return super().attribute(logical_id, attribute)

    def written(self, resource: Resource) -> dict[str, Any]:
        """A resource's properties as they will be, of the kinds that its schema asks for."""
        schema, properties = required_schema(resource.type, self._region), self.properties(resource)
        if isinstance(properties.get(schema.tags or "", []), list | dict):
            properties = with_stack_tags(schema, properties, self._tags)
        return schema.coerced(properties)
