"""What the templates say of their resources, without ever failing on what can't be read."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from cfn.errors import CfnError
from cfn.values import Reference, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.deployment import Deployment
    from cfn.template import Resource


class Facts:
    """A deployment's resources with their properties and who names whom."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.resources = deployment.resources()
        self._properties: dict[Resource, dict[str, Any]] = {}

    def properties(self, resource: Resource) -> dict[str, Any]:
        """All properties, resolved; none where they can't be read."""
        found = self._properties.get(resource)
        if found is None:
            try:
                found = self.deployment.properties(resource)
            except (CfnError, RecursionError):
                found = {}
            self._properties[resource] = found
        return found

    def get(self, resource: Resource, path: str) -> Any:
        """A property by its dotted path; None where it is not there."""
        value: Any = self.properties(resource)
        for step in path.split("."):
            if not isinstance(value, dict):
                return value if isinstance(value, Unknown) else None
            value = value.get(step)
        return value

    def text(self, resource: Resource, path: str) -> str:
        """A property that is plain text or a number; empty where it is anything else, or not known."""
        return plain(self.get(resource, path))

    def named(self, value: Any) -> list[Resource]:
        """The resources that a value names, each once, in the order in which they stand there."""
        found: dict[Resource, None] = {}
        for reference in references(value):
            resource = self.deployment.resource(reference)
            if resource is not None:
                found[resource] = None
        return list(found)

    def of(self, *types: str) -> list[Resource]:
        """Resources of any of these types."""
        return self.deployment.resources(*types)

    @cached_property
    def referrers(self) -> dict[Resource, list[Resource]]:
        """By resource, those whose properties name it."""
        found: dict[Resource, list[Resource]] = {}
        for resource in self.resources:
            for named in self.named(self.properties(resource)):
                if named is not resource:
                    found.setdefault(named, []).append(resource)
        return found


def references(value: Any) -> Iterator[Reference]:
    """All references within a value; a list for what is left to do, as values may be nested deeply."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, Reference):
            yield each
        elif isinstance(each, Text):
            left.extend(reversed(each.parts))
        elif isinstance(each, dict):
            left.extend(reversed(each.values()))
        elif isinstance(each, list | tuple):
            left.extend(reversed(each))


def plain(value: Any) -> str:
    """A value as text where it is plain; empty for all else."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, Text) else ""


def items(value: Any) -> list[dict[str, Any]]:
    """The mappings of a list, or the one that stands in place of a list."""
    found = value if isinstance(value, list) else [value]
    return [each for each in found if isinstance(each, dict)]
