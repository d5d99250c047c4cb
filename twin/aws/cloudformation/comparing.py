"""What an update does to a resource: nothing, a change in place, or another resource in its stead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cfn.registry import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.schema import Schema
    from twin.aws.handler import Properties


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """A property of a resource that is to become another."""

    path: str
    """Such as `/Tags`, the top-level property, or the one within it whose change replaces the resource."""
    recreation: str
    """Never, Conditionally or Always."""
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """The top-level property."""
        return self.path.split("/")[1]


def property_changes(schema: Schema, before: Properties, after: Properties) -> list[PropertyChange]:
    """The changes between two sets of properties, by top-level name."""
    names = sorted(before.keys() | after.keys())
    return [
        change
        for name in names
        if before.get(name) != after.get(name)
        for change in _of_property(schema, name, before.get(name), after.get(name))
    ]


def replaces(changes: list[PropertyChange]) -> str:
    """AWS's answer to whether changes replace a resource: True, False or Conditional."""
    found = {change.recreation for change in changes}
    return "True" if "Always" in found else "Conditional" if "Conditionally" in found else "False"


def required_schema(resource_type: str, region: str) -> Schema:
    """The schema of a type that was found to be there when the template was checked."""
    schema = schema_of(resource_type, region)
    assert schema is not None, resource_type  # noqa: S101  (templates with other types were refused)
    return schema


def _of_property(schema: Schema, name: str, before: Any, after: Any) -> Iterator[PropertyChange]:
    for names, recreation in (
        (schema.create_only | set(schema.identifier), "Always"),
        (schema.conditionally_create_only, "Conditionally"),
    ):
        for path in sorted(names):
            top, _, rest = path.partition("/")
            if top == name and _at(before, rest) != _at(after, rest):
                yield PropertyChange(f"/{path}", recreation, before, after)
                return
    yield PropertyChange(f"/{name}", "Never", before, after)


def _at(value: Any, path: str) -> Any:
    """What stands at a path within a value; lists are looked at as a whole."""
    for step in filter(None, path.split("/")):
        value = value.get(step) if isinstance(value, dict) else value
    return value
