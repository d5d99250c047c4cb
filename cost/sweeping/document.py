"""A sweep as data: amounts are unrounded decimals, written as text."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from cost.document import SCHEMA, about, by_mode
from cost.money import plain

if TYPE_CHECKING:
    from decimal import Decimal

    from cost.formulas import Month
    from cost.lines import FreeTier, Line
    from cost.sweeping.choices import Choice, Flip
    from cost.sweeping.growth import Sweep

COLUMNS = ("requests", "stack", "logical_id", "type", "component", "quantity", "unit", "amount", "share")


def document(sweep: Sweep) -> dict[str, Any]:
    """A sweep as a JSON object, with every line at every point."""
    system = sweep.system
    return {
        "schema": SCHEMA,
        "name": system.name,
        "region": system.prices.region,
        "currency": "USD",
        "free_tier": sweep.mode.value,
        "requests": {
            "low": plain(sweep.span.low),
            "high": plain(sweep.span.high),
            "now": plain(system.load.requests),
        },
        "points": [
            _point(requests, month, sweep.mode)
            for requests, month in zip(sweep.points, sweep.months, strict=True)
        ],
        "largest": [{"from": plain(requests), "line": line} for requests, line in sweep.largest],
        "choices": [_choice(choice) for choice in sweep.choices],
    }


def to_csv(sweep: Sweep) -> str:
    """Every line at every point; amounts are unrounded."""
    page = StringIO()
    sheet = csv.DictWriter(page, COLUMNS, extrasaction="ignore", lineterminator="\n")
    sheet.writeheader()
    for point in document(sweep)["points"]:
        for line in point["lines"]:
            sheet.writerow({"requests": point["requests"], **line})
    return page.getvalue().removesuffix("\n")


def _point(requests: Decimal, month: Month, mode: FreeTier) -> dict[str, Any]:
    whole = month.total(mode)
    return {
        "requests": plain(requests),
        "total": plain(whole),
        "totals": by_mode(month.total),
        "lines": [_line(line, whole, mode) for line in month.lines],
    }


def _line(line: Line, whole: Decimal, mode: FreeTier) -> dict[str, Any]:
    amount = line.amount(mode)
    return {
        **about(line.resource),
        "component": line.component,
        "quantity": plain(line.quantity),
        "unit": line.price.unit,
        "price": line.price.name,
        "amount": plain(amount),
        "amounts": by_mode(line.amount),
        "share": plain(amount / whole) if whole else "0",
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "name": choice.variant.name,
        "instead_of": choice.variant.instead_of,
        "changes": choice.variant.sentence,
        "difference_now": None if choice.now is None else plain(choice.now),
        "differences": [
            {"requests": plain(requests), "difference": plain(difference)}
            for requests, difference in choice.differences.items()
        ],
        "flips": [_flip(choice, flip) for flip in choice.flips],
        "cheaper_throughout": choice.cheaper,
        "not_priced": list(choice.not_priced),
    }


def _flip(choice: Choice, flip: Flip) -> dict[str, Any]:
    return {
        "requests": plain(flip.requests),
        "cheaper_below": choice.name_of(flip.below),
        "cheaper_above": choice.name_of(flip.above),
        "verified": flip.is_verified,
    }
