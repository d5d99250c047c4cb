"""AWS's price list as it is recorded: a product with its terms, and the rates of its on-demand term.

Numbers are strings (`"0.0000002000"`), tiers are a term's price dimensions in no order, each from
`beginRange` (cumulative) to `endRange`, the last to `Inf`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cost.pricebook import Tier
from cost.refresh.errors import ListMalformed, NotTaken
from cost.refresh.places import LOCATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ON_DEMAND = "JRTCKXETXF"
"""Offer term code of what is paid by use; reserved terms have others, and upfront fees among their rates."""
NO_END = "Inf"
CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class Product:
    """Something AWS sells, with what it says about it."""

    service: str
    sku: str
    attributes: Mapping[str, str]
    """AWS's attributes, with `productFamily`, and `regionCode` where only the region's name is given."""
    terms: Mapping[str, Any]
    """On-demand terms by code."""
    version: str
    published: str
    """Day of publication, `2025-10-30`."""

    @property
    def usage_type(self) -> str:
        """What is metered, with the region's prefix."""
        return self.attributes.get("usagetype", "")


@dataclass(frozen=True, slots=True)
class Listed:
    """What AWS asks for a product by use."""

    product: Product
    unit: str
    tiers: tuple[Tier, ...]
    rate_codes: tuple[str, ...]
    """One for each tier."""

    @property
    def free(self) -> bool:
        """Whether it costs nothing at all: an allowance, written as a product."""
        return not any(tier.usd for tier in self.tiers)


def attributes(product: Mapping[str, Any]) -> dict[str, str]:
    """A product's attributes, with its family and its region's code."""
    found = {**product.get("attributes", {}), "productFamily": product.get("productFamily", "")}
    if "regionCode" not in found and found.get("location") in LOCATIONS:
        found["regionCode"] = LOCATIONS[found["location"]]
    return found


def parse(answer: Mapping[str, Any], where: str) -> Product:
    """Read one answer of GetProducts; raises ListMalformed, which names `where`."""
    try:
        product = answer["product"]
        return Product(
            service=answer["serviceCode"],
            sku=product["sku"],
            attributes=attributes(product),
            terms=answer.get("terms", {}).get("OnDemand", {}),
            version=answer["version"],
            published=answer["publicationDate"][:10],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ListMalformed(where, f"a product lacks {error}") from None


def listed(product: Product) -> Listed:
    """Return what a product costs by use, tier by tier in their order; raises NotTaken or ListMalformed."""
    try:
        return _listed(product, _in_force(product))
    except (KeyError, TypeError, AttributeError) as error:
        raise ListMalformed(f"{product.service} {product.sku}", f"its terms lack {error}") from None


def _listed(product: Product, term: Mapping[str, Any]) -> Listed:
    rates = sorted(term["priceDimensions"].values(), key=lambda rate: _number(product, rate["beginRange"]))
    units = {rate["unit"] for rate in rates}
    if len(units) != 1:
        raise NotTaken(f"its rates are in different units ({', '.join(sorted(units))})")
    return Listed(
        product=product,
        unit=units.pop(),
        tiers=_tiers(product, rates),
        rate_codes=tuple(rate["rateCode"] for rate in rates),
    )


def _in_force(product: Product) -> Mapping[str, Any]:
    """Return the on-demand term: the newest that had begun on the day of the list, or the first to come."""
    terms = sorted(
        (term for term in product.terms.values() if term["offerTermCode"] == ON_DEMAND),
        key=lambda term: term.get("effectiveDate", ""),
    )
    begun = [term for term in terms if term.get("effectiveDate", "")[:10] <= product.published]
    if not terms:
        raise NotTaken("it has no on-demand term")
    term: Mapping[str, Any] = begun[-1] if begun else terms[0]
    if not term["priceDimensions"]:
        raise NotTaken("its on-demand term has no rate")
    return term


def _tiers(product: Product, rates: Sequence[Mapping[str, Any]]) -> tuple[Tier, ...]:
    tiers = tuple(Tier(_end(product, rate["endRange"]), _usd(product, rate)) for rate in rates)
    starts = [_number(product, rate["beginRange"]) for rate in rates]
    ends = [tier.up_to for tier in tiers]
    if (
        starts[0]
        or ends[-1] is not None
        or any(end != start for end, start in zip(ends, starts[1:], strict=False))
    ):
        raise NotTaken("its tiers leave a gap or overlap")
    if any(before.usd and not after.usd for before, after in pairwise(tiers)):
        raise NotTaken("it costs something first and nothing after")
    return tiers


def _usd(product: Product, rate: Mapping[str, Any]) -> Decimal:
    per_unit = rate["pricePerUnit"]
    if CURRENCY not in per_unit:
        raise NotTaken(
            f"it is priced in {' and '.join(sorted(per_unit)) or 'no currency'}, not in {CURRENCY}"
        )
    return _number(product, per_unit[CURRENCY])


def _end(product: Product, text: str) -> Decimal | None:
    return None if text == NO_END else _number(product, text)


def _number(product: Product, text: str) -> Decimal:
    """Read a number of at least 0; anything else is no price list."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0:
        raise ListMalformed(f"{product.service} {product.sku}", f"{text!r} is no price or bound")
    return number
