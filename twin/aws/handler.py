"""How a resource type is made, read, changed and deleted: the contract of the CloudFormation registry.

A handler calls the API of the type's service through boto3, so that botocore checks every property. What
it reads it has from that API alone, so that what is read is what the service holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from twin.aws.clients import Aws

Properties: TypeAlias = dict[str, Any]
"""Resolved properties by name, in the shape of the type's schema."""
Identifier: TypeAlias = Mapping[str, str]
"""What names one resource: the properties that the schema calls its primary identifier."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted of a resource. `previous` is empty when it is made."""

    aws: Aws
    logical_id: str
    stack_name: str
    desired: Properties = field(repr=False)
    previous: Properties = field(default_factory=dict, repr=False)
    token: str = ""
    """Distinguishes a resource from the one that it replaces."""
    begun: list[Identifier] = field(default_factory=list)
    """What a handler has made so far, for the engine to clear away should the rest fail."""

    def client(self, service: str) -> Any:
        """The client of a service."""
        return self.aws.client(service)

    def name(self, most: int, *, lower: bool = False) -> str:
        """A physical name as CloudFormation makes one: stack, logical id and twelve characters.

        `most` is how long the service lets it be. The same stack gives the same name.
        """
        seed = f"{self.aws.account}/{self.aws.region}/{self.stack_name}/{self.logical_id}/{self.token}"
        ending = hashlib.sha256(seed.encode()).hexdigest()[:12].upper()
        room = most - len(ending) - 2
        own = self.logical_id[: room // 2]
        name = f"{self.stack_name[: room - len(own)]}-{own}-{ending}"
        return name.lower() if lower else name

    def begin(self, **identifier: str) -> Identifier:
        """Note what there is to clear away from now on; gives the identifier back."""
        self.begun.append(identifier)
        return identifier

    def changed(self, *properties: str) -> bool:
        """Whether any of these properties is to become another."""
        return any(self.desired.get(name) != self.previous.get(name) for name in properties)


@dataclass(frozen=True, slots=True)
class Handler:
    """One resource type.

    `read` gives all properties and attributes that the service's API tells, in the schema's shape; it
    raises Absent, as `update` and `delete` do, for a resource that is not there. Any may raise HandlerError
    or botocore's ClientError.
    """

    type: str
    create: Callable[[Request], Identifier]
    read: Callable[[Aws, Identifier], Properties]
    delete: Callable[[Aws, Identifier], None]
    update: Callable[[Request, Identifier], None] | None = None
    """None for a type of which every property is createOnly."""
    ref: str = ""
    """The property that Ref gives; the last part of the identifier when left out."""
    snapshot: Callable[[Aws, Identifier, str], None] | None = None
    """Keeps what the resource holds under a name, before it is deleted under the policy Snapshot."""
    delete_as: Callable[[Aws, Identifier, Properties], None] | None = None
    """Deletes in `delete`'s stead where the properties are known and say how, as PendingWindowInDays does."""
    not_held: Mapping[str, str] = field(default_factory=dict)
    """Properties, such as `AutoPublish` or `Tags`, that can't be read back, and why."""
