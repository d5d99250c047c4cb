"""The price book: what AWS asks for one unit, with where each figure comes from.

The figures are data, one file for each region (`cost/prices/<region>.json`) and one for what costs
the same everywhere (`global.json`), read when first needed. A price that is not there is an error,
never 0. Prices of instance classes stand together, in families: `linux_*` holds `linux_m5.large`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cost.errors import PriceMissing, RegionUnknown
from cost.money import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PRICES = Path(__file__).parent / "prices"
EVERYWHERE = "global"
"""Stem of the file of prices that are the same everywhere, or go by edge location."""


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
    usage_type: str = ""
    """AWS's name of what is metered, without the prefix of a region."""
    notes: str = ""
    region: str = ""
    """Region of the book that it stands in."""

    @property
    def name(self) -> str:
        """`AWSLambda/requests`: how pricings, allowances and comparisons refer to it."""
        return f"{self.service}/{self.key}"

    @property
    def pool(self) -> str:
        """What AWS adds up before it looks at tiers: units at this price in this region."""
        return f"{self.region} {self.name}"

    def parts(self, quantity: Decimal, after: Decimal = Decimal(0)) -> Iterator[Part]:
        """Divide `quantity` units over the tiers, `after` units having been used up already.

        Raises PriceMissing beyond the last tier that is known.
        """
        position, end = after, after + quantity
        for tier in self.tiers:
            reach = end if tier.up_to is None else min(end, tier.up_to)
            if reach > position:
                yield Part(reach - position, tier.usd)
                position = reach
        if position < end:
            raise PriceMissing(self.region, f"{self.name} beyond {plain(position)} {self.unit}")


class PriceBook:
    """The prices of one region, with those that are the same everywhere."""

    def __init__(self, document: Mapping[str, Any], everywhere: PriceBook | None = None) -> None:
        self.region: str = document["region"]
        self.missing: tuple[str, ...] = tuple(document.get("missing", ()))
        self._document, self._everywhere = document, everywhere
        self._found: dict[str, Price] = {}

    @classmethod
    def of(cls, region: str) -> PriceBook:
        """Return the book of a region, read once; raises RegionUnknown."""
        if region not in regions():
            raise RegionUnknown(region, regions())
        return _read(region)

    def price(self, name: str) -> Price:
        """Return one price, such as `price("AWSLambda/requests")`; raises PriceMissing."""
        if name not in self._found:
            price = self._look_up(name) or (self._everywhere and self._everywhere._look_up(name))  # noqa: SLF001
            if not price:
                raise PriceMissing(self.region, name, self._names)
            self._found[name] = price
        return self._found[name]

    def has(self, name: str) -> bool:
        """Whether a price of this name is there."""
        try:
            self.price(name)
        except PriceMissing:
            return False
        return True

    def names(self) -> list[str]:
        """Names of all prices, family by family, those that are the same everywhere at the end."""
        return [*self._names]

    def prices(self) -> Iterator[Price]:
        """Every price of the book, in its order."""
        return map(self.price, self.names())

    @cached_property
    def _names(self) -> tuple[str, ...]:
        own = [
            f"{service}/{name}"
            for service, entries in self._document["prices"].items()
            for key, entry in entries.items()
            for name in _members(key, entry)
        ]
        return (*own, *(self._everywhere.names() if self._everywhere else ()))

    def _look_up(self, name: str) -> Price | None:
        service, _, key = name.partition("/")
        entries = self._document["prices"].get(service, {})
        entry, tiers = entries.get(key), None
        if entry is None:
            family, _, member = key.rpartition("_")
            entry = entries.get(f"{family}_*", {"of": {}})
            if member not in entry["of"]:
                return None
            usd, *codes = entry["of"][member]
            tiers = (Tier(None, Decimal(usd)),)
            entry = {**entry, "rate_codes": codes, "usage_type": _of(entry.get("usage_type", ""), member)}
        return Price(
            service=service,
            key=key,
            unit=entry["unit"],
            tiers=tiers or tuple(_tier(tier) for tier in entry["tiers"]),
            source=self._document["sources"][entry["source"]],
            date=entry["date"],
            confidence=entry["confidence"],
            rate_codes=tuple(entry.get("rate_codes", ())),
            usage_type=entry.get("usage_type", ""),
            notes=entry.get("notes", ""),
            region=self.region,
        )


@cache
def regions() -> tuple[str, ...]:
    """Regions that have a price book, sorted."""
    return tuple(sorted(path.stem for path in PRICES.glob("*.json") if path.stem != EVERYWHERE))


@cache
def _read(region: str) -> PriceBook:
    everywhere = None if region == EVERYWHERE else _read(EVERYWHERE)
    return PriceBook(json.loads((PRICES / f"{region}.json").read_text(encoding="utf-8")), everywhere)


def _members(key: str, entry: Mapping[str, Any]) -> Iterator[str]:
    if "of" not in entry:
        yield key
    for member in entry.get("of", ()):
        yield _of(key, member)


def _of(pattern: str, member: str) -> str:
    return pattern.replace("*", member)


def _tier(entry: Mapping[str, str | None]) -> Tier:
    up_to, usd = entry["up_to"], entry["usd"]
    return Tier(None if up_to is None else Decimal(up_to), Decimal(str(usd)))
