"""Asking a bill: units and prices of one resource, by component."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cost import Estimate, Traffic, estimate
from tests.cost.systems import Resources, deploy

if TYPE_CHECKING:
    from decimal import Decimal


def price(resources: Resources, **traffic: Any) -> Estimate:
    """Price one stack."""
    return estimate(deploy(resources), Traffic.of(traffic))


def quantities(bill: Estimate, logical_id: str) -> dict[str, Decimal]:
    """Units of a resource by component."""
    return {
        line.charge.component: line.charge.quantity
        for line in bill.lines
        if line.resource.logical_id == logical_id
    }


def prices(bill: Estimate, logical_id: str) -> dict[str, str]:
    """Names of a resource's prices by component."""
    return {
        line.charge.component: line.charge.price.name
        for line in bill.lines
        if line.resource.logical_id == logical_id
    }
