"""What a pricing may look at: deployment, traffic and prices, with properties read by their kind."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cfn.values import Reference, Text, Unknown
from cost.errors import PropertyRefused
from cost.log_streams import LogStream, streams
from cost.routing import Routing, route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.deployment import Deployment
    from cfn.template import Resource
    from cost.pricebook import Price, PriceBook
    from cost.traffic import Traffic


@dataclass(frozen=True)
class Context:
    """One deployment with its traffic and its prices."""

    deployment: Deployment
    traffic: Traffic
    prices: PriceBook

    def price(self, service: str, key: str) -> Price:
        """Return one price; raises PriceMissing."""
        return self.prices.price(service, key)

    @cached_property
    def routing(self) -> Routing:
        """Which resource carries which part of the traffic."""
        return route(self)

    @cached_property
    def log_streams(self) -> list[LogStream]:
        """Who writes how much to which log group."""
        return list(streams(self))

    def resources(self, *types: str) -> list[Resource]:
        """Resources of these types, or all, by stack and logical id."""
        return self.deployment.resources(*types)

    def get(self, resource: Resource, path: str, default: Any = None) -> Any:
        """A property by its dotted path; what only deployment knows is a Reference, an Unknown or a Text."""
        return self.deployment.get(resource, path, default)

    def known(self, resource: Resource, path: str, default: Any = None) -> Any:
        """A property that must be known before deployment; raises PropertyRefused."""
        value = self.get(resource, path, default)
        if value is None or isinstance(value, Reference | Unknown | Text):
            found = "missing" if value is None else f"not known before deployment ({value})"
            raise PropertyRefused(resource.logical_id, path, found, "its value")
        return value

    def text(self, resource: Resource, path: str, default: str | None = None) -> str:
        """A property that must be known text; raises PropertyRefused."""
        return str(self.known(resource, path, default))

    def number(self, resource: Resource, path: str, default: int | None = None) -> Decimal:
        """A property that must be a known number; raises PropertyRefused."""
        value = str(self.known(resource, path, default))
        try:
            return Decimal(value)
        except InvalidOperation:
            raise PropertyRefused(resource.logical_id, path, repr(value), "a number") from None

    def flag(self, resource: Resource, path: str) -> bool:
        """A property that is true or false; left out, false."""
        return str(self.known(resource, path, default=False)).lower() == "true"

    def entries(self, resource: Resource, path: str) -> list[Any]:
        """A property that is a list; left out, empty. Raises PropertyRefused."""
        value = self.known(resource, path, [])
        return value if isinstance(value, list) else [value]

    def mappings(self, resource: Resource, path: str) -> list[dict[str, Any]]:
        """A property that is a list of mappings; left out, empty. Raises PropertyRefused."""
        entries = self.entries(resource, path)
        for entry in entries:
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
