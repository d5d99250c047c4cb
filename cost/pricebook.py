"""The price book: what AWS asks for one unit, with where each figure comes from.

The figures are data, one file for each region (`cost/prices/<region>.json`), read when first
needed. A price that is not there is an error, never 0.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cost.errors import PriceMissing, RegionUnknown

if TYPE_CHECKING:
    from collections.abc import Iterator

PRICES = Path(__file__).parent / "prices"


@dataclass(frozen=True, slots=True)
class Part:
    """Some units at one rate in USD; an amount is a sum of these."""

    quantity: Decimal
    usd: Decimal

    @property
    def amount(self) -> Decimal:
        """USD, unrounded."""
        return self.quantity * self.usd


@dataclass(frozen=True, slots=True)
class Tier:
    """A stretch of a month's units with one rate; `up_to` counts from the first unit, None is no bound."""

    up_to: Decimal | None
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs, tier by tier, and who says so."""

    service: str
    key: str
    unit: str
    tiers: tuple[Tier, ...]
    source: str
    date: str
    confidence: str
    rate_codes: tuple[str, ...] = ()
    notes: str = ""

    @property
    def name(self) -> str:
        """`AWSLambda/requests`: how allowances and comparisons refer to it."""
        return f"{self.service}/{self.key}"

    def parts(self, quantity: Decimal, after: Decimal = Decimal(0)) -> Iterator[Part]:
        """Divide `quantity` units over the tiers, `after` units having been used up already."""
        position, end = after, after + quantity
        for tier in self.tiers:
            reach = end if tier.up_to is None else min(end, tier.up_to)
            if reach > position:
                yield Part(reach - position, tier.usd)
                position = reach


@dataclass(frozen=True, slots=True)
class Allowance:
    """Units that an account has free each month, shared by all lines at the prices it covers."""

    name: str
    covers: tuple[str, ...]
    quantity: Decimal
    unit: str
    notes: str = ""


class PriceBook:
    """The prices of one region."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.region: str = document["region"]
        self._document = document

    @classmethod
    def of(cls, region: str) -> PriceBook:
        """Return the book of a region, read once; raises RegionUnknown."""
        return _read(region)

    def price(self, service: str, key: str) -> Price:
        """Return one price, such as `price("AWSLambda", "requests")`; raises PriceMissing."""
        entry = self._document["prices"].get(service, {}).get(key)
        if entry is None:
            raise PriceMissing(self.region, service, key)
        return Price(
            service=service,
            key=key,
            unit=entry["unit"],
            tiers=tuple(_tier(tier) for tier in entry["tiers"]),
            source=self._document["sources"][entry["source"]],
            date=entry["date"],
            confidence=entry["confidence"],
            rate_codes=tuple(entry.get("rate_codes", ())),
            notes=entry.get("notes", ""),
        )

    def prices(self) -> Iterator[Price]:
        """Every price of the book, in its order."""
        for service, entries in self._document["prices"].items():
            for key in entries:
                yield self.price(service, key)

    def allowances(self, mode: str) -> tuple[Allowance, ...]:
        """What is free in a free-tier mode; nothing, where the book knows none."""
        return tuple(
            Allowance(
                name=entry["name"],
                covers=tuple(entry["covers"]),
                quantity=Decimal(entry["quantity"]),
                unit=entry["unit"],
                notes=entry.get("notes", ""),
            )
            for entry in self._document["allowances"].get(mode, ())
        )


def regions() -> list[str]:
    """Regions that have a price book, sorted."""
    return sorted(path.stem for path in PRICES.glob("*.json"))


@cache
def _read(region: str) -> PriceBook:
    try:
        text = (PRICES / f"{region}.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RegionUnknown(region, regions()) from None
    return PriceBook(json.loads(text))


def _tier(entry: dict[str, str | None]) -> Tier:
    up_to, usd = entry["up_to"], entry["usd"]
    return Tier(None if up_to is None else Decimal(up_to), Decimal(str(usd)))
