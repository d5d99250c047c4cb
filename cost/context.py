"""What a pricing may look at: deployment, usage and prices, with properties read by their kind."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cfn.values import Reference, Text, Unknown
from cost.errors import PropertyRefused, PropertyUnknown
from cost.log_streams import LogStream, streams
from cost.registry import pricing_of
from cost.usage.figures import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.deployment import Deployment
    from cfn.template import Resource
    from cost.pricebook import Price, PriceBook
    from cost.usage.key import Key

FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
"""How templates write true and false."""
DYNAMIC = "{{resolve:"
"""What a dynamic reference begins with."""


@dataclass(frozen=True)
class Context:
    """One deployment with its usage and its prices."""

    deployment: Deployment
    prices: PriceBook
    figures: Usage = field(default_factory=Usage)
    as_of: date = field(default_factory=lambda: datetime.now(tz=UTC).date())
    """The day on which what changes by the calendar, such as Extended Support, is judged."""

    def price(self, name: str) -> Price:
        """Return one price, such as `AWSLambda/requests`; raises PriceMissing."""
        return self.prices.price(name)

    def usage(self, resource: Resource, key: str) -> Decimal:
        """A figure of a resource's month: stated, else implied by traffic, else the key's default."""
        value = self._figure(resource, key)
        return value if isinstance(value, Decimal) else Decimal(value)

    def word(self, resource: Resource, key: str) -> str:
        """A usage key that takes one of several words."""
        found, known = self._figure(resource, key), _usage_key(resource, key)
        word = found if isinstance(found, str) else str(known.initial)
        return known.choice(word) or word

    def is_told(self, resource: Resource, key: str) -> bool:
        """Whether a usage file gives a key, or traffic implies more than nothing for it."""
        implied = self.figures.implied(resource, key)
        return self.figures.stated(resource, key) is not None or bool(implied and implied.value)

    def _figure(self, resource: Resource, key: str) -> Decimal | str:
        stated = self.figures.stated(resource, key)
        if stated is not None:
            return stated
        implied = self.figures.implied(resource, key)
        return implied.value if implied else _usage_key(resource, key).initial

    @cached_property
    def _streams(self) -> list[LogStream]:
        return list(streams(self))

    @cached_property
    def _by_group(self) -> dict[Resource, list[LogStream]]:
        by_group = defaultdict(list)
        for stream in self._streams:
            if stream.group is not None:
                by_group[stream.group].append(stream)
        return by_group

    @cached_property
    def _by_writer(self) -> dict[Resource, list[LogStream]]:
        by_writer = defaultdict(list)
        for stream in self._streams:
            by_writer[stream.writer].append(stream)
        return by_writer

    def written_to(self, group: Resource) -> list[LogStream]:
        """What other resources write to a log group."""
        return self._by_group.get(group, [])

    def written_by(self, resource: Resource) -> list[LogStream]:
        """What a resource writes to log groups."""
        return self._by_writer.get(resource, [])

    @cached_property
    def origins(self) -> dict[Resource, list[Resource]]:
        """What the databases that were asked about take from others; see cost/shared/databases.py."""
        return {}

    @cached_property
    def log_groups(self) -> dict[str, Resource]:
        """Log groups by their name, as far as it is written."""
        groups = self.resources("AWS::Logs::LogGroup")
        return {str(name): group for group in groups if (name := self.get(group, "LogGroupName")) is not None}

    def resources(self, *types: str) -> list[Resource]:
        """Resources of these types, or all, by stack and logical id."""
        return self.deployment.resources(*types)

    def get(self, resource: Resource, path: str, default: Any = None) -> Any:
        """A property by its dotted path; what only deployment knows is a Reference, an Unknown or a Text."""
        return self.deployment.get(resource, path, default)

    def known(self, resource: Resource, path: str, default: Any = None) -> Any:
        """A property that decides a price; raises PropertyUnknown, or PropertyRefused where it is missing."""
        value = self.get(resource, path, default)
        if value is None:
            raise PropertyRefused(resource.logical_id, path, "missing", "its value")
        if isinstance(value, Reference | Unknown | Text):
            raise PropertyUnknown(resource.logical_id, path, getattr(value, "reason", f"it is {value}"))
        if isinstance(value, str) and DYNAMIC in value:
            raise PropertyUnknown(resource.logical_id, path, f"{value} is read when the stack is deployed")
        return value

    def text(self, resource: Resource, path: str, default: str | None = None) -> str:
        """A property that must be known text; raises PropertyUnknown or PropertyRefused."""
        value = self.known(resource, path, default)
        if isinstance(value, dict | list):
            raise PropertyRefused(resource.logical_id, path, f"a {type(value).__name__}", "text")
        return str(value)

    def number(self, resource: Resource, path: str, default: int | None = None) -> Decimal:
        """A property that must be a known number from 0; raises PropertyUnknown or PropertyRefused."""
        value = str(self.known(resource, path, default))
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise PropertyRefused(resource.logical_id, path, repr(value), "a number") from None
        if not number.is_finite() or number < 0:
            raise PropertyRefused(resource.logical_id, path, value, "a number from 0")
        return number

    def flag(self, resource: Resource, path: str) -> bool:
        """A property that is true or false; left out, false. Raises PropertyUnknown or PropertyRefused."""
        value = str(self.known(resource, path, default=False))
        if value.lower() not in FLAGS:
            raise PropertyRefused(resource.logical_id, path, repr(value), "true or false")
        return FLAGS[value.lower()]

    def entries(self, resource: Resource, path: str) -> list[Any]:
        """A property that is a list; left out, empty. Raises PropertyUnknown."""
        value = self.known(resource, path, [])
        return value if isinstance(value, list) else [value]

    def mappings(self, resource: Resource, path: str) -> list[dict[str, Any]]:
        """A property that is a list of mappings; left out, empty. Raises as `text` does."""
        entries = self.entries(resource, path)
        for entry in entries:
            if isinstance(entry, Reference | Unknown):
                raise PropertyUnknown(resource.logical_id, path, getattr(entry, "reason", f"it is {entry}"))
            if not isinstance(entry, dict):
                raise PropertyRefused(resource.logical_id, path, f"made of {entry}", "mappings")
        return entries

    def targets(self, resource: Resource, path: str) -> Iterator[Resource]:
        """The resources that a property refers to, alone or within text."""
        return self.referred(self.get(resource, path))

    def referred(self, value: Any) -> Iterator[Resource]:
        """The resources that a resolved value refers to."""
        for part in value.parts if isinstance(value, Text) else (value,):
            resource = self.deployment.resource(part)
            if resource is not None:
                yield resource


def _usage_key(resource: Resource, name: str) -> Key:
    pricing = pricing_of(resource.type)
    keys = {key.name: key for key in (pricing.USAGE if pricing else ())}
    return keys[name]
