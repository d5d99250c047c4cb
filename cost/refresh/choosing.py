"""Taking one product of several for a price, or none, with the reason why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cost.money import plain
from cost.refresh.errors import NotTaken
from cost.refresh.offers import listed
from cost.refresh.units import measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cost.pricebook import Tier
    from cost.refresh.offers import Listed, Product

ALLOWANCES = "Global-"
"""Beginning of the usage types under which AWS lists what an account has free, at a price of 0."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that may be a price: it fits the selector, or has the SKU of the book's rate code."""

    product: Product
    fits: bool
    known: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a book says about a price that matters for the choice."""

    unit: str
    first_free: bool = False
    """Whether the price begins with a tier of 0 that belongs to it; any other such tier is a free tier."""


@dataclass(frozen=True, slots=True)
class Found:
    """A price as AWS lists it, in the form that books have."""

    tiers: tuple[Tier, ...]
    rate_codes: tuple[str, ...]
    product: Product


def choose(candidates: Sequence[Candidate], wanted: Wanted) -> Found:
    """Take the product that the price is; raises NotTaken.

    The SKU that the book knows decides where it is among those that fit; otherwise all have to agree.
    """
    offers = list(_priced(candidates))
    sure = [offer for candidate, offer in offers if candidate.fits and candidate.known]
    rates = {offer.tiers: offer for offer in sure or [offer for _, offer in offers]}
    if len(rates) > 1:
        raise NotTaken(f"{len(offers)} products disagree: {_described(rates.values())}")
    offer = next(iter(rates.values()))
    if measure(offer.unit) != measure(wanted.unit):
        raise NotTaken(f"AWS lists it by {offer.unit}, and the book by {wanted.unit}")
    start = 1 if not offer.tiers[0].usd and not wanted.first_free else 0
    return Found(offer.tiers[start:], offer.rate_codes[start:], offer.product)


def _priced(candidates: Iterable[Candidate]) -> Iterable[tuple[Candidate, Listed]]:
    """Each candidate with its rates, unless it costs nothing; raises NotTaken where none is left."""
    priced, reasons = {}, []
    for candidate in candidates:
        try:
            offer = listed(candidate.product)
        except NotTaken as refusal:
            reasons.append(refusal.reason)
            continue
        if offer.free:
            reasons.append("it costs 0, which is no price")
        else:
            priced[candidate.product.sku] = (candidate, offer)
    if not priced:
        raise NotTaken(reasons[0] if reasons else "nothing of it is listed")
    return priced.values()


def _described(offers: Iterable[Listed]) -> str:
    return ", ".join(f"{offer.product.usage_type} {offer.product.sku} at {_rates(offer)}" for offer in offers)


def _rates(offer: Listed) -> str:
    return " then ".join(plain(tier.usd) for tier in offer.tiers)
