"""Lines put together by stack, service, component, type, resource, or a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.errors import GroupingUnknown
from cost.lines import total

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from cost.estimate import Estimate
    from cost.lines import FreeTier, Line

TAG = "tag:"
UNTAGGED = "(no such tag)"
GROUPINGS: dict[str, Callable[[Line], str]] = {
    "stack": lambda line: line.resource.template.name,
    "service": lambda line: line.price.service,
    "component": lambda line: line.component,
    "type": lambda line: line.resource.type,
    "resource": lambda line: str(line.resource),
}
"""By what a line belongs to its group; `service` is AWS's own code, as it stands on the bill."""


def grouped(estimate: Estimate, by: str) -> dict[str, list[Line]]:
    """Lines by the name of their group, groups in the order of their first line; raises GroupingUnknown."""
    key = _key(estimate, by)
    groups: dict[str, list[Line]] = {}
    for line in estimate.lines:
        groups.setdefault(key(line), []).append(line)
    return groups


def subtotal(lines: list[Line], mode: FreeTier) -> Decimal:
    """USD a month of some lines, unrounded."""
    return total(line.amount(mode) for line in lines)


def _key(estimate: Estimate, by: str) -> Callable[[Line], str]:
    if by.startswith(TAG) and by != TAG:
        tag = by.removeprefix(TAG)
        return lambda line: estimate.tags.get(line.resource, {}).get(tag, UNTAGGED)
    if by not in GROUPINGS:
        raise GroupingUnknown(by, [*GROUPINGS, "tag:NAME"])
    return GROUPINGS[by]
