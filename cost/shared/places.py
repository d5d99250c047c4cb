"""Where a property stands, of several places, and which resource means which."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cfn.values import Reference, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cfn.deployment import Deployment
    from cfn.template import Resource
    from cost.context import Context

Place = tuple["Resource", str]
"""A resource and the dotted path of one of its properties."""

DEPLOYMENTS = 32
"""Of so many the referrers are kept: an estimate asks about each of its resources."""


def nearest(context: Context, places: Sequence[Place]) -> Place:
    """The first place that has a value; where none has, the first."""
    return next((place for place in places if context.get(*place) is not None), places[0])


def meant(context: Context, value: Any, type_: str, name: str) -> Resource | None:
    """The resource of a type that a value refers to, or tells by its fixed name, such as `ClusterName`."""
    for target in context.referred(value):
        if target.type == type_:
            return target
    if not isinstance(value, str):
        return None
    named = (each for each in context.resources(type_) if context.get(each, name) == value)
    return next(named, None)


def referrers(context: Context, type_: str, path: str, target: Resource) -> Sequence[Resource]:
    """Resources of a type that refer to a resource somewhere within a property."""
    return _referrers(context.deployment, type_, path).get(target, ())


@lru_cache(maxsize=DEPLOYMENTS)
def _referrers(deployment: Deployment, type_: str, path: str) -> Mapping[Resource, list[Resource]]:
    found: dict[Resource, list[Resource]] = {}
    for referrer in deployment.resources(type_):
        for reference in _references(deployment.get(referrer, path)):
            target = deployment.resource(reference)
            if target is not None:
                found.setdefault(target, []).append(referrer)
    return found


def _references(value: Any) -> Iterator[Reference]:
    match value:
        case Reference():
            yield value
        case Text():
            yield from (part for part in value.parts if isinstance(part, Reference))
        case dict():
            yield from _within(value.values())
        case list():
            yield from _within(value)


def _within(values: Iterable[Any]) -> Iterator[Reference]:
    for value in values:
        yield from _references(value)
