"""Asking a bill: units and prices of one resource, by component."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cost import Estimate, Traffic, UsageFile, estimate
from tests.cost.systems import Resources, deploy

if TYPE_CHECKING:
    from decimal import Decimal


def price(resources: Resources, **traffic: Any) -> Estimate:
    """Price one stack."""
    return estimate(deploy(resources), Traffic.of(traffic))


def used(resources: Resources, **usage: Any) -> Estimate:
    """Price one stack with what a usage file says, section by section."""
    return estimate(deploy(resources), usage=UsageFile.of(usage))


def told(bill: Estimate) -> set[str]:
    """Everything that is said beside the lines."""
    return {*bill.assumptions, *(reason for _, reason in bill.not_priced)}


def quantities(bill: Estimate, logical_id: str) -> dict[str, Decimal]:
    """Units of a resource by component."""
    return {line.component: line.quantity for line in bill.lines if line.resource.logical_id == logical_id}


def prices(bill: Estimate, logical_id: str) -> dict[str, str]:
    """Names of a resource's prices by component."""
    return {line.component: line.price.name for line in bill.lines if line.resource.logical_id == logical_id}
