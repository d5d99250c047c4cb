"""Which product of AWS's price list is which price of a book: `selectors.json`, and what books add to it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cost.pricebook import EVERYWHERE
from cost.refresh.places import NOWHERE, PREFIXES, bare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cost.refresh.offers import Product

FILE = Path(__file__).with_name("selectors.json")
PLAIN = re.compile(r"[\w.:-]+")
"""A usage type that a book gives without remarks."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One of AWS's offers: the products of a service in a region, or under none (`aws-other`)."""

    service: str
    region: str


@dataclass(frozen=True, slots=True)
class Selector:
    """How to find a price, or a family of prices, among the products of an offer."""

    key: str
    """`storage_gp3_single-az`, or `linux_*` for a family."""
    offer: Offer
    usage_types: tuple[str, ...] = ()
    """Without a region's prefix; none where only a rate code tells."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Attributes that AWS is asked for."""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Attributes that are looked at besides, each with the values it may have."""
    member: str = ""
    """Form of the names of a family's members: `{instanceType}`."""
    each: bool = False
    """Whether AWS is asked for each usage type by itself."""

    @property
    def name(self) -> str:
        """`AmazonRDS/storage_gp3_single-az`."""
        return f"{self.offer.service}/{self.key}"

    def fits(self, product: Product) -> bool:
        """Whether the product is what the selector describes."""
        usage_type = bare(product.usage_type, self.offer.region)
        return (
            any(fnmatchcase(usage_type, each) for each in self.usage_types)
            and all(product.attributes.get(name) == value for name, value in self.where.items())
            and all(product.attributes.get(name) in values for name, values in self.attributes.items())
        )

    def name_of(self, product: Product) -> str:
        """Name of the price that a fitting product is: the family's member, or the price itself."""
        if not self.member:
            return self.name
        return self.name.replace("*", self.member.format_map(product.attributes))

    def queries(self) -> Iterator[dict[str, str]]:
        """What to ask AWS for: attributes and their values, one query or one for each usage type."""
        if not self.each:
            yield dict(self.where)
            return
        for usage_type in self.usage_types:
            for prefix in PREFIXES[self.offer.region]:
                yield {**self.where, "usagetype": f"{prefix}{usage_type}"}


def selectors(region: str, book: Mapping[str, Any], missing: Iterable[str] = ()) -> dict[str, Selector]:
    """Name the prices of a book, and those it lacks, that can be looked for, each with how.

    What the table doesn't have is derived: by the usage type that the book gives, or by its rate code
    among the products that are read anyhow.
    """
    names = {f"{service}/{key}" for service, entries in book.items() for key in entries} | set(missing)
    table = _table(region)
    found = {name: table[name] for name in table if name in names or _is_exception(name, names)}
    for service, entries in book.items():
        for key, entry in entries.items():
            name = f"{service}/{key}"
            if name not in found and not _belongs(name, found):
                derived = _derived(region, service, key, entry, found.values())
                found.update({name: derived} if derived else {})
    return found


def _is_exception(family: str, names: Iterable[str]) -> bool:
    """Whether members of a family stand by themselves in a book that has no such family."""
    return family.endswith("*") and any(fnmatchcase(name, family) for name in names)


def _belongs(name: str, found: Mapping[str, Selector]) -> bool:
    return any(fnmatchcase(name, family) for family in found if family.endswith("*"))


def _derived(
    region: str, service: str, key: str, entry: Mapping[str, Any], found: Iterable[Selector]
) -> Selector | None:
    usage_type = entry.get("usage_type", "")
    plain = bool(PLAIN.fullmatch(usage_type)) and "of" not in entry
    siblings = [each for each in found if each.offer.service == service]
    if (not plain and not entry.get("rate_codes")) or (region == EVERYWHERE and not siblings):
        return None
    offer = siblings[0].offer if siblings else Offer(service, region)
    return Selector(
        key=key,
        offer=offer,
        usage_types=(bare(usage_type, offer.region),) if plain else (),
        where={} if offer.region == NOWHERE else {"regionCode": offer.region},
        # Only a rate code is known: it is looked for among what the others of its service ask for.
        each=any(each.each for each in siblings) if plain else bool(siblings),
    )


@cache
def _table(region: str) -> dict[str, Selector]:
    """The table's selectors for a book, by the names of their prices."""
    groups = json.loads(FILE.read_text(encoding="utf-8"))["groups"]
    return {
        selector.name: selector
        for group in groups
        if (group.get("book") == EVERYWHERE) == (region == EVERYWHERE)
        for selector in _group(group, region)
    }


def _group(group: Mapping[str, Any], book: str) -> Iterator[Selector]:
    region = group.get("region", book)
    located = {} if region == NOWHERE else {group.get("by", "regionCode"): region}
    for key, form in group["prices"].items():
        wanted = dict(form) if isinstance(form, dict) else {"usagetype": form}
        usage_types = _several(wanted.pop("usagetype"))
        yield Selector(
            key=key,
            offer=Offer(group["service"], region),
            usage_types=usage_types,
            where={**located, **group.get("where", {})},
            attributes={name: _several(values) for name, values in wanted.items()},
            member=group.get("member", ""),
            each=group.get("each", False),
        )


def _several(values: str | list[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)
