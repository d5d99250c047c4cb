"""What is priced, at which prices, and what the environments cost."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from cost import Estimate, FreeTier, PriceBook, Traffic, estimate
from cost.free_of_charge import BY_SERVICE
from cost.free_tier import allowances
from cost.grouping import subtotal
from cost.money import cents
from cost.pricebook import regions
from cost.registry import priced_types, pricing_of
from cost.units import called
from scripts.docs.tables import table
from stacks.loading import load_environment
from stacks.synthesis import synthesise

if TYPE_CHECKING:
    from decimal import Decimal

    from cost.usage import Key

ALWAYS: Final = FreeTier.ALWAYS
ENVIRONMENTS: Final = ("reported", "staging", "production")
DAY: Final = "2026-11-22"
"""A day on which every environment keeps the rules, lest a document went stale by the calendar."""


def cost_by_service_table() -> str:
    """What each service costs in each environment, as it is billed with the always-free tier."""
    bills = [_bill(name) for name in ENVIRONMENTS]
    services = dict.fromkeys(line.price.service for bill in reversed(bills) for line in bill.lines)
    costs = {service: [_of_service(bill, service) for bill in bills] for service in services}
    ranked = sorted(services, key=lambda service: costs[service][-1], reverse=True)
    rows = [
        *((service, *map(cents, costs[service])) for service in ranked),
        ("**with the always-free tier**", *(f"**{cents(bill.total(ALWAYS))}**" for bill in bills)),
        ("at list price", *(cents(bill.total()) for bill in bills)),
    ]
    return table("USD a month | " + " | ".join(ENVIRONMENTS), iter(rows))


def _bill(name: str) -> Estimate:
    environment = load_environment(name)
    traffic = Traffic.of(environment.traffic.model_dump())
    return estimate(synthesise(environment).deployment, traffic, as_of=date.fromisoformat(DAY))


def _of_service(bill: Estimate, service: str) -> Decimal:
    return subtotal([line for line in bill.lines if line.price.service == service], ALWAYS)


def priced_types_table() -> str:
    """Every type that is priced, and for what."""
    return table("type | charged for", ((f"`{kind}`", _about(kind)) for kind in priced_types()))


def _about(kind: str) -> str:
    """The first sentence of a pricing's module, as the end of a row."""
    sentence = (sys.modules[_pricing(kind).__name__].__doc__ or "").strip().splitlines()[0]
    return sentence.removesuffix(".")


def _pricing(kind: str) -> Any:
    return pricing_of(kind)


def usage_keys_table() -> str:
    """Every usage key, by type."""
    return table(
        "type | key | takes | default | meaning",
        (
            (f"`{kind}`", f"`{key.name}`", _takes(key), key.default or "", key.about)
            for kind in priced_types()
            for key in _pricing(kind).USAGE
        ),
    )


def _takes(key: Key) -> str:
    return ", ".join(f"`{word}`" for word in key.choices) or key.unit


def free_types_table() -> str:
    """Every type that costs nothing itself."""
    return table(
        "service | types",
        ((service, names.replace(" ", ", ")) for service, names in sorted(BY_SERVICE.items())),
    )


def allowances_table() -> str:
    """What is free each month, by mode."""
    legacy = set(allowances(FreeTier.LEGACY)) - set(allowances(FreeTier.ALWAYS))
    return table(
        "what | a month | unit | free | remark",
        (
            (
                each.name,
                f"{each.quantity:,}",
                called(each.unit, each.quantity),
                "first 12 months" if each in legacy else "always",
                each.notes,
            )
            for each in allowances(FreeTier.LEGACY)
        ),
    )


def price_books_table() -> str:
    """The regions that have prices, and how sure these are."""
    return table("region | prices | high | medium | low | kinds that are missing", map(_book, regions()))


def _book(region: str) -> tuple[object, ...]:
    book = PriceBook.of(region)
    confidence = Counter(price.confidence for price in book.prices())
    return (
        f"`{region}`",
        f"{confidence.total():,}",
        *(f"{confidence[word]:,}" for word in ("high", "medium", "low")),
        len(book.missing),
    )
