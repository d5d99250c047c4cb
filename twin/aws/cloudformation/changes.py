"""Foretells what bringing a stack to a goal does to each of its resources, without doing it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cfn.leaves import leaves
from cfn.recreation import ALWAYS, NEVER, recreation
from cfn.values import unsettled_parts
from twin.aws.cloudformation.causes import STATIC, Moved, causes, expression_at
from twin.aws.cloudformation.comparing import required_schema
from twin.aws.cloudformation.foretold import ForetoldResolver
from twin.aws.cloudformation.masking import masked, secrets_of
from twin.aws.cloudformation.state import PRESERVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.state import Goal, Held, Stack

KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""How AWS shows what only the execution will know."""
OTHERS = ("Metadata", "CreationPolicy", "UpdatePolicy", "DeletionPolicy", "UpdateReplacePolicy")
"""What a resource has besides its properties, under the names that templates and the API use."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One reason for a Modify: a value of the resource that becomes another."""

    attribute: str
    """Properties, Tags, or one of OTHERS."""
    name: str | None
    """The top-level property, where the attribute is Properties."""
    path: str
    recreation: str
    evaluation: str
    source: str
    entity: str | None
    kind: str
    """Add, Modify or Remove."""
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one resource: Add, Modify, Remove or Import."""

    action: str
    logical_id: str
    type: str
    physical_id: str | None = None
    replacement: str | None = None
    policy_action: str | None = None
    details: tuple[Detail, ...] = ()
    before: str | None = None
    """The resource's context before, as JSON text without secrets."""
    after: str | None = None

    @property
    def scope(self) -> list[str]:
        """Which of the resource's attributes change."""
        return list(dict.fromkeys(detail.attribute for detail in self.details))


class Foretelling:
    """What an update of one stack to one goal will do."""

    def __init__(self, cloud: CloudFormation, stack: Stack, goal: Goal) -> None:
        self.stack, self.goal, self._region = stack, goal, cloud.aws.region
        self.resolver = ForetoldResolver(cloud, stack, goal)
        self._last = stack.attempt if stack.status in PRESERVED else stack.goal
        self._secrets = stack.secrets | secrets_of(goal)
        parameters = _moved_parameters(self._last, goal)
        self._moved = Moved(parameters, self.resolver.replaced, self.resolver.changed)

    def changes(self) -> list[Change]:
        """One change for each resource to which something happens, by logical id."""
        found = [*self._removals(), *filter(None, map(self._change, self.resolver.wanted))]
        return sorted(found, key=lambda change: change.logical_id)

    def imported(self, resource: Resource, physical_id: str) -> Change:
        """The change of a resource that is taken in as it is."""
        _, after = self._properties(resource)
        return Change("Import", resource.logical_id, resource.type, physical_id, after=after)

    def _removals(self) -> Iterator[Change]:
        wanted = {resource.logical_id for resource in self.resolver.wanted}
        for held in self.stack.held.values():
            if held.logical_id not in wanted:
                yield Change(
                    "Remove",
                    held.logical_id,
                    held.type,
                    held.physical_id,
                    policy_action=_policy(held.deletion_policy),
                    before=self._before(held),
                )

    def _change(self, resource: Resource) -> Change | None:
        held = self.stack.held.get(resource.logical_id)
        properties, after = self._properties(resource)
        if held is None:
            return Change("Add", resource.logical_id, resource.type, after=after)
        details = [*self._property_details(held, resource, properties), *self._other_details(held, resource)]
        if not details:
            return None
        replacement = _replacement(details)
        self.resolver.note(held.logical_id, replacement, changes=any(map(_is_property, details)))
        return Change(
            "Modify",
            held.logical_id,
            held.type,
            held.physical_id,
            replacement,
            f"ReplaceAnd{_policy(held.update_replace_policy)}" if replacement == "True" else None,
            tuple(details),
            self._before(held),
            after,
        )

    def _property_details(
        self, held: Held, resource: Resource, properties: dict[str, Any]
    ) -> Iterator[Detail]:
        schema = required_schema(held.type, self._region)
        old = self._body(held).get("Properties", {})
        for leaf in leaves(held.written, properties):
            steps, tagged = leaf.steps, leaf.steps[0] == schema.tags
            # the stack's own tags stand among a resource's, so that positions tell nothing of the template
            place = steps[:1] if tagged else steps
            found = causes(
                expression_at(old, place),
                expression_at(resource.properties, place),
                self._moved,
                known=not any(unsettled_parts(leaf.after)),
            )
            for cause in found:
                yield Detail(
                    attribute="Tags" if tagged else "Properties",
                    name=None if tagged else steps[0],
                    path=f"/Properties/{'/'.join(steps)}",
                    recreation=recreation(schema, leaf),
                    evaluation=cause.evaluation,
                    source=cause.source,
                    entity=cause.entity,
                    kind=leaf.kind,
                    before=self._shown(leaf.before),
                    after=self._shown(leaf.after),
                )

    def _other_details(self, held: Held, resource: Resource) -> Iterator[Detail]:
        old = self._body(held)
        for name in OTHERS:
            before, after = old.get(name), resource.body.get(name)
            if before != after:
                kind = "Add" if before is None else "Remove" if after is None else "Modify"
                yield Detail(
                    attribute=name,
                    name=None,
                    path=f"/{name}",
                    recreation=NEVER,
                    evaluation=STATIC,
                    source="DirectModification",
                    entity=None,
                    kind=kind,
                    before=self._shown(before),
                    after=self._shown(after),
                )

    def _properties(self, resource: Resource) -> tuple[dict[str, Any], str]:
        """Properties as they will be, and the context in which they are shown."""
        properties = self.resolver.written(resource)
        return properties, self._context(properties, resource.body)

    def _before(self, held: Held) -> str:
        return self._context(held.written, self._body(held))

    def _body(self, held: Held) -> dict[str, Any]:
        """The resource as the stack's last template has it."""
        before = self._last and self._last.template.resources.get(held.logical_id)
        return before.body if before else {}

    def _context(self, properties: dict[str, Any], body: dict[str, Any]) -> str:
        others = {name: body[name] for name in OTHERS if name in body}
        shown = masked(_known({"Properties": properties, **others}), self._secrets)
        return json.dumps(shown, sort_keys=True)

    def _shown(self, value: Any) -> str | None:
        if value is None:
            return None
        shown = masked(_known(value), self._secrets)
        return shown if isinstance(shown, str) else json.dumps(shown, sort_keys=True)


def _moved_parameters(before: Goal | None, after: Goal) -> frozenset[str]:
    old = before.settled if before else {}
    names = old.keys() | after.settled.keys()
    return frozenset(name for name in names if old.get(name) != after.settled.get(name))


def _replacement(details: list[Detail]) -> str:
    """AWS's answer to whether the resource is replaced: the change with the most impact decides."""
    if any(detail.recreation == ALWAYS and detail.evaluation == STATIC for detail in details):
        return "True"
    return "Conditional" if any(detail.recreation != NEVER for detail in details) else "False"


def _is_property(detail: Detail) -> bool:
    return detail.attribute not in OTHERS


def _policy(policy: str) -> str:
    return "Retain" if policy.startswith("Retain") else policy


def _known(value: Any) -> Any:
    """The value with AWS's placeholder for what is not known yet."""
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_known(item) for item in value]
    return KNOWN_AFTER_APPLY if any(unsettled_parts(value)) else value
