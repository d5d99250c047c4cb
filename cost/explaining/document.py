"""An explanation as data: amounts are unrounded decimals, written as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cost.document import SCHEMA, line_document
from cost.money import plain

if TYPE_CHECKING:
    from cost.explaining.explanation import AllowanceUse, Explanation, TierUse
    from cost.explaining.tracing import Figure
    from cost.log_streams import LogStream


def document(explanation: Explanation) -> dict[str, Any]:
    """How a line came about, as a JSON object."""
    price = explanation.line.price
    return {
        "schema": SCHEMA,
        "name": explanation.estimate,
        "currency": "USD",
        **line_document(explanation.line),
        "usage_type": price.usage_type,
        "notes": price.notes,
        "properties": [
            {"name": read.path, "value": read.value, "written": read.is_written}
            for read in explanation.properties
        ],
        "usage": [_figure(figure) for figure in explanation.figures],
        "logs": [_stream(stream) for stream in explanation.streams],
        "tiers": [_tier(use) for use in explanation.tiers],
        "allowances": {
            mode.value: [_allowance(use) for use in uses] for mode, uses in explanation.allowances.items()
        },
        "assumptions": list(explanation.assumptions),
        "about_the_resource": list(explanation.notes),
    }


def _figure(figure: Figure) -> dict[str, str]:
    return {
        "resource": str(figure.resource),
        "key": figure.key,
        "value": figure.value if isinstance(figure.value, str) else plain(figure.value),
        "unit": figure.unit,
        "from": figure.origin,
        "assumption": figure.assumption,
    }


def _stream(stream: LogStream) -> dict[str, str]:
    return {
        "writer": str(stream.writer),
        "gigabytes": plain(stream.gigabytes),
        "assumption": stream.assumption,
    }


def _tier(use: TierUse) -> dict[str, str | None]:
    return {
        "from": plain(use.start),
        "up_to": None if use.up_to is None else plain(use.up_to),
        "usd": plain(use.usd),
        "quantity": plain(use.quantity),
        "used_before": plain(use.others),
        "amount": plain(use.quantity * use.usd),
    }


def _allowance(use: AllowanceUse) -> dict[str, str]:
    return {
        "name": use.allowance.name,
        "allowance": plain(use.allowance.quantity),
        "unit": use.allowance.unit,
        "quantity": plain(use.quantity),
        "used_before": plain(use.others),
    }
