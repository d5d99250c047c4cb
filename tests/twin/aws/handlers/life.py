"""The life of a resource, told once for every type: made, read, changed, read again, deleted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from cfn.registry import schema_of
from twin.aws.cloudformation.working import held_differences, physical_id
from twin.aws.errors import Absent
from twin.aws.handler import Request
from twin.aws.handlers import handler_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cfn.schema import Difference, Schema
    from twin.aws.clients import Aws
    from twin.aws.handler import Handler, Identifier, Properties

REGION = "us-east-1"
STACK = "miyabi-test-stack"


@dataclass(frozen=True, slots=True)
class Life:
    """What a test needs to know of a type.

    `desired` makes what the resource needs, by the services' own APIs, and gives its properties;
    `changes` are properties as they become in an update, None for one that is taken away.
    """

    type: str
    desired: Callable[[Aws], Properties]
    changes: Callable[[Aws], Properties] = field(default=lambda _: {})
    attributes: tuple[str, ...] = ()
    """Dotted names that Fn::GetAtt must know."""
    ref: str = ""
    """A pattern that Ref must match as a whole, as the type's page in the documentation says."""

    def __str__(self) -> str:
        """For the names of tests."""
        return self.type.removeprefix("AWS::").replace("::", ".")


@dataclass(slots=True)
class Living:
    """A resource under test."""

    aws: Aws
    handler: Handler
    schema: Schema
    desired: Properties
    identifier: Identifier

    def read(self) -> Properties:
        """What the service holds now."""
        return self.handler.read(self.aws, self.identifier)

    def update(self, desired: Properties) -> None:
        """Change it to other properties, with which it is then compared."""
        assert self.handler.update is not None, f"{self.handler.type} can't be updated"
        coerced = self.schema.coerced(desired)
        self.handler.update(request(self.aws, coerced, self.desired), self.identifier)
        self.desired = coerced

    def delete(self) -> None:
        """Take it away."""
        self.handler.delete(self.aws, self.identifier)

    def differences(self, desired: Properties) -> list[Difference]:
        """How the service's resource differs from properties."""
        return held_differences(self.schema, self.handler, desired, self.read())


def request(aws: Aws, desired: Properties, previous: Properties | None = None) -> Request:
    """A request of a stack for a resource."""
    return Request(aws, "Thing", STACK, desired, previous or {})


def make(aws: Aws, resource_type: str, desired: Properties) -> Living:
    """Make a resource of a type."""
    handler, schema = handler_of(resource_type), schema_of(resource_type, REGION)
    assert handler is not None
    assert schema is not None
    coerced = schema.coerced(desired)
    assert schema.problems(coerced) == []
    identifier = handler.create(request(aws, coerced))
    assert set(identifier) == set(schema.identifier)
    return Living(aws, handler, schema, coerced, identifier)


def attribute(properties: Properties, name: str) -> Any:
    """What Fn::GetAtt gives."""
    value: Any = properties
    for step in name.split("."):
        value = value[step]
    return value


def live(aws: Aws, life: Life) -> None:
    """Lead a resource through its life and hold what its service tells against what was asked for."""
    living = make(aws, life.type, life.desired(aws))
    assert living.differences(living.desired) == []
    told = {**living.read(), **living.identifier}
    assert re.fullmatch(life.ref or ".+", physical_id(living.handler, living.identifier, told))
    assert all(attribute(told, name) not in (None, "", {}) for name in life.attributes)

    first, changes = living.desired, life.changes(aws)
    if changes:
        living.update({name: value for name, value in {**first, **changes}.items() if value is not None})
        assert living.differences(living.desired) == []
        seen = {difference.path.split("/")[1] for difference in living.differences(first)}
        added = {name for name in changes if name not in first}
        untold = living.handler.not_held.keys()
        assert seen | untold >= changes.keys() - added
        assert seen <= changes.keys()

    living.delete()
    with pytest.raises(Absent):
        living.read()
