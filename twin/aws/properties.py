"""What of a resource's properties the API of its service takes and tells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cfn.registry import schema_of
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twin.aws.handler import Properties


def told(
    resource_type: str, region: str, answer: Mapping[str, Any], renamed: Mapping[str, str] | None = None
) -> Properties:
    """The type's own properties in an answer of its service; `renamed` are names of the service's by ours.

    Nothing is told of what the answer has no value for.
    """
    schema, names = schema_of(resource_type, region), renamed or {}
    known = schema.properties if schema else {}
    found = {name: answer.get(names.get(name, name)) for name in known}
    return {name: value for name, value in found.items() if value is not None}


def taken_away(
    previous: Mapping[str, Any], desired: Mapping[str, Any], empty: Mapping[str, Any]
) -> Properties:
    """What to say to an API that leaves alone what is not mentioned: the properties no longer desired.

    `empty` has the values that stand for "none"; where it has no word, a value empty of its kind does.
    """
    gone = previous.keys() - desired.keys()
    return {name: empty[name] if name in empty else type(previous[name])() for name in gone}


def as_json(document: Any) -> str:
    """A document, such as a policy, as its API takes it; a template may have written it as text already."""
    return document if isinstance(document, str) else json.dumps(document)


def refuse(resource_type: str, properties: Mapping[str, Any], names: Iterable[str]) -> None:
    """Raise HandlerError for a property that nothing could hold and that, written only, nothing compares."""
    for name in names:
        if name in properties:
            raise HandlerError(
                "InvalidRequest",
                f"property {name} of {resource_type} is not supported by the local AWS; leave it out",
            )
