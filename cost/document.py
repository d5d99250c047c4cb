"""An estimate as data, for programs: amounts are unrounded decimals, written as text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cost import month
from cost.grouping import grouped, subtotal
from cost.lines import FreeTier
from cost.money import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from cfn.template import Resource
    from cost.comparison import Comparison
    from cost.estimate import Estimate
    from cost.free_tier import Offer
    from cost.lines import Line
    from cost.pricebook import Part

SCHEMA = 1
"""Raised when a key changes its meaning or goes away; new keys may come without."""


def document(
    estimate: Estimate, offer: Offer, *, by: str = "stack", comparison: Comparison | None = None
) -> dict[str, Any]:
    """One estimate as a JSON object; docs/estimating.md describes its keys.

    Args:
        estimate: What to write.
        offer: Whose total is `total`.
        by: How lines are grouped under `groups`.
        comparison: A document to lay beside it.

    """
    result: dict[str, Any] = {
        "schema": SCHEMA,
        "name": estimate.name,
        "region": estimate.region,
        "currency": "USD",
        "hours_per_month": int(month.HOURS),
        "free_tier": str(offer),
        "total": plain(estimate.due(offer)),
        "totals": by_mode(estimate.total),
        "year": plain(estimate.over(12, offer)),
        "lines": [_line(line, offer) for line in estimate.lines],
        "groups": [
            {"by": by, "name": name, "amounts": by_mode(partial(subtotal, lines))}
            for name, lines in grouped(estimate, by).items()
        ],
        "assumptions": [
            {"text": text, "resources": [str(resource) for resource in about]}
            for text, about in estimate.assumptions.items()
        ],
        "not_priced": [about(resource) | {"reason": reason} for resource, reason in estimate.not_priced],
        "unknowns": [
            about(unknown.resource) | {"name": unknown.name, "reason": unknown.reason}
            for unknown in estimate.unknowns
        ],
        "free_of_charge": dict(estimate.free_of_charge),
        "entered_secrets": list(estimate.entered_secrets),
    }
    if estimate.low is not None:
        result["range"] = {"low": plain(estimate.low.due(offer)), "high": result["total"]}
    if offer.credits is not None:
        applied = offer.applied(estimate.total(offer.mode))
        left = offer.credits - applied
        result["credits"] = {"balance": plain(offer.credits), "applied": plain(applied), "left": plain(left)}
    return result | ({"comparison": _comparison(comparison)} if comparison else {})


def by_mode(amount: Callable[[FreeTier], Decimal]) -> dict[str, str]:
    """An amount under each free-tier mode."""
    return {mode.value: plain(amount(mode)) for mode in FreeTier}


def line_document(line: Line) -> dict[str, Any]:
    """What is the same of a line wherever it is told: units, amounts by mode, and who says the price."""
    price = line.price
    return about(line.resource) | {
        "component": line.component,
        "quantity": plain(line.quantity),
        "unit": price.unit,
        "unit_price": plain(line.unit_price),
        "amounts": by_mode(line.amount),
        "price": price.name,
        "region": price.region,
        "source": price.source,
        "date": price.date,
        "confidence": price.confidence,
        "rate_codes": list(price.rate_codes),
    }


def _line(line: Line, offer: Offer) -> dict[str, Any]:
    return line_document(line) | {
        "tiers": [_part(part) for part in line.parts[offer.mode]],
        "amount": plain(line.amount(offer.mode)),
        "assumption": line.assumption,
    }


def about(resource: Resource) -> dict[str, str]:
    """Which resource something is about."""
    return {"stack": resource.template.name, "logical_id": resource.logical_id, "type": resource.type}


def _part(part: Part) -> dict[str, str]:
    return {"quantity": plain(part.quantity), "usd": plain(part.usd), "amount": plain(part.amount)}


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "document": comparison.document,
        "total": plain(comparison.total),
        "rows": [
            {
                "name": row.name,
                "theirs": None if row.theirs is None else plain(row.theirs),
                "ours": by_mode(row.ours),
                "difference": plain(row.difference),
                "why": row.why,
            }
            for row in comparison.rows
        ],
    }
