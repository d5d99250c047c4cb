"""An estimate as data, for programs: amounts are unrounded decimals, written as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cost import month
from cost.lines import FreeTier
from cost.money import plain

if TYPE_CHECKING:
    from cfn.template import Resource
    from cost.comparison import Comparison
    from cost.estimate import Estimate
    from cost.lines import Line
    from cost.pricebook import Part


def document(estimate: Estimate, comparison: Comparison | None = None) -> dict[str, Any]:
    """One estimate as a JSON object; docs/cost.md describes its keys."""
    result = {
        "environment": estimate.name,
        "region": estimate.region,
        "currency": "USD",
        "hours_per_month": int(month.HOURS),
        "total": plain(estimate.total()),
        "totals": {mode.value: plain(estimate.total(mode)) for mode in FreeTier},
        "lines": [_line(line) for line in estimate.lines],
        "assumptions": [
            {"text": text, "resources": [str(resource) for resource in about]}
            for text, about in estimate.assumptions.items()
        ],
        "not_priced": [_about(resource) | {"reason": reason} for resource, reason in estimate.not_priced],
        "free_of_charge": dict(estimate.free_of_charge),
        "entered_secrets": list(estimate.entered_secrets),
    }
    return result | ({"comparison": _comparison(comparison)} if comparison else {})


def _line(line: Line) -> dict[str, Any]:
    price = line.charge.price
    return _about(line.resource) | {
        "component": line.charge.component,
        "quantity": plain(line.charge.quantity),
        "unit": price.unit,
        "unit_price": plain(line.unit_price),
        "tiers": [_part(part) for part in line.parts[FreeTier.NONE]],
        "amount": plain(line.amount()),
        "amounts": {mode.value: plain(line.amount(mode)) for mode in FreeTier},
        "price": price.name,
        "source": price.source,
        "date": price.date,
        "confidence": price.confidence,
        "rate_codes": list(price.rate_codes),
        "assumption": line.charge.assumption,
    }


def _about(resource: Resource) -> dict[str, str]:
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
                "ours": {mode.value: plain(row.ours(mode)) for mode in FreeTier},
                "difference": plain(row.difference),
                "why": row.why,
            }
            for row in comparison.rows
        ],
    }
