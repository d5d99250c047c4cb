"""How any resource of EC2 is found by its id, and tagged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent
from twin.aws.tagging import as_pairs, retag

if TYPE_CHECKING:
    from twin.aws.handler import Identifier, Request


def having(name: str, value: str) -> list[dict[str, Any]]:
    """The Filters of what has a value under a filter's name."""
    return [{"Name": name, "Values": [value]}]


def only(found: list[dict[str, Any]], identifier: Identifier) -> dict[str, Any]:
    """The one that was found; raises Absent if there is none."""
    if not found:
        raise Absent(f"{id_of(identifier)} does not exist")
    return found[0]


def id_of(identifier: Identifier) -> str:
    """Such as `vpc-0123456789abcdef0`."""
    return next(iter(identifier.values()))


def tagged(kind: str, request: Request) -> dict[str, Any]:
    """The argument that tags what is made; none without tags, which EC2 refuses."""
    tags = request.desired.get("Tags")
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def retag_resource(request: Request, identifier: Identifier) -> None:
    """Change what changed of a resource's tags."""
    ec2, resources = request.client("ec2"), [id_of(identifier)]
    retag(
        request.previous.get("Tags"),
        request.desired.get("Tags"),
        lambda tags: ec2.create_tags(Resources=resources, Tags=as_pairs(tags)),
        lambda names: ec2.delete_tags(Resources=resources, Tags=[{"Key": name} for name in names]),
    )
