"""What differs between two estimates, as data: amounts are unrounded decimals, written as text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cost.changes.matching import amount, grouped, quantity
from cost.changes.rows import sums
from cost.document import SCHEMA, about, by_mode
from cost.money import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cost.changes.matching import Change, Changes, Told
    from cost.estimate import Estimate
    from cost.free_tier import Offer
    from cost.lines import FreeTier, Line


def document(changes: Changes, offer: Offer, by: str = "stack") -> dict[str, Any]:
    """Two estimates side by side as a JSON object; unchanged lines are there too, as such.

    Args:
        changes: What to write.
        offer: Whose amounts are `total`, `amount` and `difference`.
        by: `stack` or `resource`, for the subtotals.

    """
    percent = changes.percent(offer)
    return {
        "schema": SCHEMA,
        "currency": "USD",
        "free_tier": str(offer),
        "before": _side(changes.before, offer),
        "after": _side(changes.after, offer),
        "difference": plain(changes.difference(offer)),
        "differences": by_mode(lambda mode: changes.after.total(mode) - changes.before.total(mode)),
        "percent": None if percent is None else plain(percent),
        "changes": [_change(change, offer.mode) for change in changes.all],
        "subtotals": [
            {"by": by, "name": name} | _subtotal(members, offer.mode)
            for name, members in grouped(changes.all, by).items()
        ],
        "newly_left_out": [_told(each) for each in changes.newly_left_out],
        "no_longer_left_out": [_told(each) for each in changes.no_longer_left_out],
    }


def _side(estimate: Estimate, offer: Offer) -> dict[str, Any]:
    return {
        "name": estimate.name,
        "region": estimate.region,
        "total": plain(estimate.due(offer)),
        "totals": by_mode(estimate.total),
    }


def _change(change: Change, mode: FreeTier) -> dict[str, Any]:
    return {
        "kind": change.kind(mode).value,
        "stack": change.stack,
        "logical_id": change.line.resource.logical_id,
        "type": change.line.resource.type,
        "component": change.line.component,
        "before": _lines(change.before, mode),
        "after": _lines(change.after, mode),
        "difference": plain(change.difference(mode)),
    }


def _lines(lines: Sequence[Line], mode: FreeTier) -> dict[str, Any] | None:
    if not lines:
        return None
    return {
        "quantity": plain(quantity(lines)),
        "unit": lines[0].price.unit,
        "unit_price": plain(lines[0].unit_price),
        "price": lines[0].price.name,
        "amount": plain(amount(lines, mode)),
        "amounts": by_mode(partial(amount, lines)),
    }


def _subtotal(changes: Sequence[Change], mode: FreeTier) -> dict[str, str]:
    return dict(zip(("before", "after", "difference"), map(plain, sums(changes, mode)), strict=True))


def _told(told: Told) -> dict[str, str]:
    resource, reason = told
    return about(resource) | {"reason": reason}
