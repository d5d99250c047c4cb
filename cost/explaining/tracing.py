"""A context that remembers what a pricing reads: properties, figures of use, and where each came from."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from itertools import chain
from typing import TYPE_CHECKING, Any

from cfn.deployment import Deployment
from cfn.values import Unknown
from cost.context import Context
from cost.lines import Charge
from cost.log_charges import without_group
from cost.registry import pricing_of
from cost.usage.figures import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from cfn.template import Resource
    from cost.lines import Item, Line
    from cost.log_streams import LogStream

NOTHING = "nothing"
"""How a property is shown that is left out and has no default."""
ABSENT = Unknown("it is left out")


@dataclass(frozen=True, slots=True)
class Property:
    """A property that a pricing read."""

    path: str
    value: str
    """As it stands in a sentence."""
    is_written: bool
    """Whether the template says so; what is left out counts as its value here."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of use that a pricing read."""

    resource: Resource
    key: str
    value: Decimal | str
    """A number, or one of the words that the key knows."""
    unit: str
    origin: str
    assumption: str = ""


class WatchedDeployment(Deployment):
    """A deployment that takes notes of what is read of one resource."""

    def __init__(self, deployment: Deployment, resource: Resource) -> None:
        vars(self).update(vars(deployment))
        self._watched = resource
        self.read: dict[str, Property] = {}

    def get(self, resource: Resource, path: str, default: Any = None) -> Any:
        """A property, as a Deployment gives it."""
        value = super().get(resource, path, default)
        if resource is self._watched:
            is_written = super().get(resource, path, ABSENT) is not ABSENT
            self.read.setdefault(path, Property(path, shown(value), is_written))
        return value


@dataclass(frozen=True)
class WatchedUsage(Usage):
    """Figures that take notes of which of them are asked for."""

    asked: dict[tuple[Resource, str], None] = field(default_factory=dict)

    def stated(self, resource: Resource, key: str) -> Decimal | str | None:
        """A figure, as a Usage gives it."""
        self.asked.setdefault((resource, key))
        return super().stated(resource, key)


@dataclass(frozen=True)
class Tracer(Context):
    """A context in which deployment and figures are watched, and which takes notes of logs."""

    streams: list[LogStream] = field(default_factory=list)
    """What is written to the resource, or by it to a group that AWS makes."""

    @classmethod
    def watching(cls, resource: Resource, context: Context) -> Tracer:
        """The same context, with an eye on one resource."""
        given = {each.name: getattr(context, each.name) for each in fields(Context)}
        figures = {each.name: getattr(context.figures, each.name) for each in fields(Usage)}
        given["deployment"] = WatchedDeployment(context.deployment, resource)
        given["figures"] = WatchedUsage(**figures)
        return cls(**given)

    def written_to(self, group: Resource) -> list[LogStream]:
        """What is written to a log group, as a Context gives it."""
        return self._noted(super().written_to(group))

    def written_by(self, resource: Resource) -> list[LogStream]:
        """What a resource writes, as a Context gives it."""
        return self._noted(super().written_by(resource))

    def _noted(self, streams: list[LogStream]) -> list[LogStream]:
        self.streams.extend(stream for stream in streams if stream not in self.streams)
        return streams


@dataclass(frozen=True, slots=True)
class Trace:
    """What was read until a line was there."""

    properties: tuple[Property, ...]
    figures: tuple[Figure, ...]
    """Of the resource, and of those that write what it keeps; no defaults of nothing."""
    streams: tuple[LogStream, ...]


def traced(line: Line, context: Context) -> Trace:
    """Price a line's resource again, until the line is there, and see what is read for it."""
    tracer = Tracer.watching(line.resource, context)
    for item in _items(line.resource, tracer):
        if isinstance(item, Charge) and _is_same(item, line):
            break
    streams = tuple(stream for stream in tracer.streams if stream.gigabytes)
    about = [line.resource, *(stream.writer for stream in streams)]
    asked = tracer.figures.asked if isinstance(tracer.figures, WatchedUsage) else {}
    told = (_told_of(*each, context) for each in asked if each[0] in about)
    read = tracer.deployment.read if isinstance(tracer.deployment, WatchedDeployment) else {}
    return Trace(tuple(read.values()), tuple(figure for figure in told if figure is not None), streams)


def _told_of(resource: Resource, key: str, context: Context) -> Figure | None:
    """A figure with where it comes from; None for one of another type, or a default of nothing."""
    pricing = pricing_of(resource.type)
    own = next((each for each in (pricing.USAGE if pricing else ()) if each.name == key), None)
    if own is None:
        return None
    value = context.word(resource, key) if own.choices else context.usage(resource, key)
    section, implied = context.figures.file.section_for(resource, key), context.figures.implied(resource, key)
    if section is not None:
        return Figure(resource, key, value, own.unit, f"{context.figures.file.name}, [{section}]")
    if implied is not None:
        return Figure(resource, key, value, own.unit, "traffic", implied.assumption)
    return Figure(resource, key, value, own.unit, "default") if own.initial else None


def shown(value: Any) -> str:
    """A resolved value, in a few words."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return f"a mapping of {len(value)}"
    if isinstance(value, list):
        return _listed(value)
    return NOTHING if value is None else str(value)


def _listed(values: list[Any]) -> str:
    if any(isinstance(value, dict | list) for value in values):
        return f"a list of {len(values)}"
    return ", ".join(map(str, values)) or "none"


def _items(resource: Resource, context: Context) -> Iterator[Item]:
    pricing = pricing_of(resource.type)
    own: Iterable[Item] = pricing.price(resource, context) if pricing else ()
    return chain(own, _ungrouped(resource, context))


def _ungrouped(resource: Resource, context: Context) -> Iterator[Item]:
    yield from without_group(resource, context)


def _is_same(charge: Charge, line: Line) -> bool:
    name = charge.price if isinstance(charge.price, str) else charge.price.name
    return (charge.component, name, charge.quantity) == (line.component, line.price.name, line.quantity)
