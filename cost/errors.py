"""What can stop an estimate.

    CostError
    ├── RegionUnknown    there is no price book for that region
    ├── PriceMissing     the book has no such price: never taken for 0
    ├── TrafficRefused   a figure in [traffic] that no month can have
    └── PropertyRefused  a property that decides a price is missing, or not known before deployment

Each is a mistake an operator can mend: one sentence, exit code 2, no total printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class CostError(Exception):
    """Something an operator can mend before there is an estimate."""


class RegionUnknown(CostError):
    """There is no price book for that region."""

    def __init__(self, region: str, known: Sequence[str]) -> None:
        self.region, self.known = region, tuple(known)
        super().__init__(f"region {region!r} has no price book; there are prices for {', '.join(known)}")


class PriceMissing(CostError):
    """The price book has no such price."""

    def __init__(self, region: str, service: str, key: str) -> None:
        self.region, self.service, self.key = region, service, key
        super().__init__(
            f"the price book of {region} has no price {service}/{key}; "
            "add it with its source, or use what has a price"
        )


class TrafficRefused(CostError):
    """A figure in [traffic] that no month can have."""

    def __init__(self, key: str, value: object, allowed: str) -> None:
        self.key, self.value, self.allowed = key, value, allowed
        super().__init__(f"traffic: {key} = {value} is refused: {allowed}")


class PropertyRefused(CostError):
    """A property that decides a price is missing, unknown before deployment, or not of its kind."""

    def __init__(self, logical_id: str, name: str, found: str, needed: str) -> None:
        self.logical_id, self.name, self.found, self.needed = logical_id, name, found, needed
        super().__init__(
            f"{logical_id}: {name} is {found}, and its price needs {needed}; write it into the template"
        )
