"""Brings a stack's resources to where its goal wants them, each after those that it needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cfn.errors import CfnError
from cfn.graph import order
from cfn.values import unsettled_parts
from twin.aws.cloudformation.comparing import property_changes, replaces, required_schema
from twin.aws.cloudformation.errors import Failed
from twin.aws.cloudformation.living import LivingResolver
from twin.aws.cloudformation.stack_policy import DELETE, MODIFY, REPLACE
from twin.aws.cloudformation.state import Held, Undo, now
from twin.aws.cloudformation.tags import with_stack_tags
from twin.aws.cloudformation.working import CUSTOM_NAMED

if TYPE_CHECKING:
    from cfn.schema import Difference, Schema
    from cfn.template import Resource
    from twin.aws.cloudformation.journal import Journal
    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.stack_policy import Guard
    from twin.aws.cloudformation.state import Goal, Stack
    from twin.aws.cloudformation.working import Worker
    from twin.aws.handler import Properties

REPLACED = "Requested update requires the creation of a new physical resource; hence creating one."


class Bringing:
    """The way of one stack to one goal. Each step that can be taken back is noted in the stack's `undo`."""

    def __init__(
        self,
        cloud: CloudFormation,
        stack: Stack,
        goal: Goal,
        journal: Journal,
        worker: Worker,
        guard: Guard,
    ) -> None:
        self.cloud, self.stack, self.goal = cloud, stack, goal
        self._journal, self._worker, self._guard = journal, worker, guard
        self.resolver = living_resolver(cloud, stack, goal)

    @property
    def wanted(self) -> list[Resource]:
        """Resources of the goal, each behind those that it needs."""
        resources = self.resolver.template.resources
        ordered = (resources[logical_id] for logical_id in order(self.resolver.template))
        return [resource for resource in ordered if self.resolver.exists(resource) is not False]

    def bring_all(self) -> None:
        """Make and change all that is wanted; raises Failed for the first resource that fails."""
        wanted = self.wanted
        kept = {resource.logical_id for resource in wanted}
        for held in self.stack.held.values():
            if held.logical_id not in kept:
                self._refuse(DELETE, held)
        for resource in wanted:
            self._bring(resource)

    def described(self, resource: Resource) -> Held:
        """The resource as it is to be, before it is there; raises Failed."""
        return Held(
            logical_id=resource.logical_id,
            type=resource.type,
            identifier={},
            physical_id="",
            written=self._written(resource),
            model={},
            deletion_policy=resource.deletion_policy or _default_policy(resource),
            update_replace_policy=resource.update_replace_policy or "Delete",
            status="",
            reason=None,
            updated=now(),
            metadata=resource.metadata,
        )

    def _bring(self, resource: Resource) -> None:
        before = self.stack.held.get(resource.logical_id)
        try:
            after = self.described(resource)
        except Failed as failed:
            word = "CREATE" if before is None else "UPDATE"
            blank = before or replace(BLANK, logical_id=resource.logical_id, type=resource.type)
            self._journal.tell(blank, f"{word}_FAILED", failed.reason)
            raise
        if before is None:
            self._make(after, before)
        else:
            self._change(before, after)

    def _make(self, held: Held, before: Held | None) -> None:
        """Make a resource, in the stead of another if there is one."""
        word = "CREATE" if before is None else "UPDATE"
        shown = held if before is None else replace(held, physical_id=before.physical_id)
        self._journal.tell(shown, f"{word}_IN_PROGRESS", None if before is None else REPLACED)
        try:
            made = self._worker.create(held, before)
        except Failed as failed:
            self._journal.tell(shown, f"{word}_FAILED", failed.reason)
            raise
        self._journal.tell(made, f"{word}_IN_PROGRESS", "Resource creation Initiated")
        self.stack.undo.append(Undo(held.logical_id, before, made))
        self._journal.hold(made, f"{word}_COMPLETE")

    def _change(self, before: Held, after: Held) -> None:
        """Change a resource in place or replace it; what differs in nothing keeps its status."""
        schema = required_schema(after.type, self.cloud.aws.region)
        changes = property_changes(schema, before.written, after.written)
        if replaces(changes) == "True":
            self._refuse(REPLACE, before)
            self._refuse_same_name(schema, before, after)
            self._make(after, before)
            return
        after = replace(
            after, identifier=before.identifier, physical_id=before.physical_id, model=before.model
        )
        if not changes and before.status != "UPDATE_FAILED":
            self.stack.held[after.logical_id] = replace(
                after, status=before.status, reason=before.reason, updated=before.updated, drift=before.drift
            )
            return
        self._refuse(MODIFY, before)
        self._journal.tell(after, "UPDATE_IN_PROGRESS")
        drifted: tuple[Difference, ...] = ()
        try:
            drifted = self._worker.drifted(before)
            changed = self._worker.update(before, after, drifted)
        except Failed as failed:
            self._journal.tell(after, "UPDATE_FAILED", failed.reason)
            self.stack.undo.append(Undo(after.logical_id, before, after, drifted))
            self.stack.held[after.logical_id] = replace(before, status="UPDATE_FAILED", reason=failed.reason)
            raise
        self.stack.undo.append(Undo(after.logical_id, before, changed, drifted))
        self._journal.hold(changed, "UPDATE_COMPLETE")

    def _refuse(self, action: str, held: Held) -> None:
        """Raise Failed for what the stack's policy does not let happen to a resource."""
        try:
            self._guard.refuse(action, held)
        except Failed as failed:
            self._journal.tell(held, "UPDATE_FAILED", failed.reason)
            raise

    def _refuse_same_name(self, schema: Schema, before: Held, after: Held) -> None:
        """Raise Failed where the template names a resource as the one in whose stead it is to be made."""
        names = [after.written.get(name) for name in schema.identifier]
        if all(names) and names == [before.written.get(name) for name in schema.identifier]:
            reason = CUSTOM_NAMED.format(name="|".join(map(str, names)))
            self._journal.tell(before, "UPDATE_FAILED", reason)
            raise Failed(before.logical_id, reason)

    def _written(self, resource: Resource) -> Properties:
        """The properties as the template means them, of the kinds that the schema asks for."""
        try:
            properties = self.resolver.properties(resource)
        except CfnError as error:
            raise Failed(resource.logical_id, f"Template error: {error}") from None
        for unknown in unsettled_parts(properties):
            raise Failed(resource.logical_id, f"the local AWS can't know what {unknown} comes to")
        schema = required_schema(resource.type, self.cloud.aws.region)
        written = schema.coerced(with_stack_tags(schema, properties, self.goal.tags))
        problems = schema.problems(written)
        if problems:
            raise Failed(resource.logical_id, invalid_properties(resource.logical_id, problems))
        return written


BLANK = Held("", "", {}, "", {}, {}, "Delete", "Delete", "", None, now())
"""Stands for a resource of which nothing could be worked out."""


def _default_policy(resource: Resource) -> str:
    """What becomes of a resource whose template does not say; "DeletionPolicy attribute", User Guide."""
    is_own_database = resource.type == "AWS::RDS::DBInstance" and (
        "DBClusterIdentifier" not in resource.properties
    )
    return "Snapshot" if is_own_database or resource.type == "AWS::RDS::DBCluster" else "Delete"


def living_resolver(cloud: CloudFormation, stack: Stack, goal: Goal) -> LivingResolver:
    """What evaluates a stack's goal over the resources that the stack has."""
    return LivingResolver(goal.template, stack, goal, cloud.aws, stack.held, cloud.exported)


def invalid_properties(logical_id: str, problems: list[str]) -> str:
    """AWS's sentence for properties that a type's schema does not allow."""
    told = "\n".join(problems)
    return f"Properties validation failed for resource {logical_id} with message:\n{told}"
