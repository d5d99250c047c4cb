"""Everything about one line: what was read for it, its tiers, and its share in free allowances."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from cost.explaining.tracing import traced
from cost.free_tier import allowances
from cost.lines import FreeTier, total
from cost.settling import Unsettled, grants

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cost.context import Context
    from cost.estimate import Estimate
    from cost.explaining.tracing import Figure, Property
    from cost.free_tier import Allowance
    from cost.lines import Line
    from cost.log_streams import LogStream


@dataclass(frozen=True, slots=True)
class TierUse:
    """One tier of the price, and how much fell into it at list price."""

    start: Decimal
    up_to: Decimal | None
    usd: Decimal
    others: Decimal
    """Units that other lines had used of it before."""
    quantity: Decimal
    """Units of this line."""


@dataclass(frozen=True, slots=True)
class AllowanceUse:
    """A free allowance that covers the line, and who used how much of it."""

    allowance: Allowance
    others: Decimal
    """Units that went to other lines before."""
    quantity: Decimal
    """Units that went to this line."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a line came about."""

    estimate: str
    """Name of the estimate that has the line."""
    line: Line
    properties: tuple[Property, ...]
    figures: tuple[Figure, ...]
    streams: tuple[LogStream, ...]
    """Logs that make up its quantity."""
    tiers: tuple[TierUse, ...]
    allowances: Mapping[FreeTier, tuple[AllowanceUse, ...]]
    assumptions: tuple[str, ...]
    notes: tuple[str, ...]
    """What else a bill says about the resource."""


def explain(line: Line, estimate: Estimate, context: Context) -> Explanation:
    """Say how a line came about.

    Args:
        line: One of the estimate's lines.
        estimate: The estimate.
        context: What its pricings looked at.

    """
    trace = traced(line, context)
    assumed = [line.assumption, *(figure.assumption for figure in trace.figures)]
    assumptions = tuple(dict.fromkeys(text for text in assumed if text))
    about = [text for text, resources in estimate.assumptions.items() if line.resource in resources]
    others = {each.assumption for each in estimate.lines if each.resource is line.resource}
    return Explanation(
        estimate=estimate.name,
        line=line,
        properties=trace.properties,
        figures=trace.figures,
        streams=trace.streams,
        tiers=tuple(_tiers(line, estimate)),
        allowances={mode: tuple(_allowances(line, estimate, mode)) for mode in FreeTier},
        assumptions=assumptions,
        notes=tuple(text for text in about if text not in assumptions and text not in others),
    )


def _tiers(line: Line, estimate: Estimate) -> Iterator[TierUse]:
    """The price's tiers, filled by the lines that AWS counts together, in their order."""
    before = total(each.quantity for each in _before(line, estimate) if each.price.pool == line.price.pool)
    start = Decimal(0)
    for tier in line.price.tiers:
        end = before + line.quantity
        used = _overlap(start, tier.up_to, Decimal(0), before)
        yield TierUse(start, tier.up_to, tier.usd, used, _overlap(start, tier.up_to, before, end))
        if tier.up_to is not None:
            start = tier.up_to


def _before(line: Line, estimate: Estimate) -> Iterator[Line]:
    for each in estimate.lines:
        if each is line:
            return
        yield each


def _overlap(start: Decimal, up_to: Decimal | None, low: Decimal, high: Decimal) -> Decimal:
    """How much of the units from low to high lies in a tier."""
    end = high if up_to is None else min(high, up_to)
    return max(Decimal(0), end - max(low, start))


def _allowances(line: Line, estimate: Estimate, mode: FreeTier) -> Iterator[AllowanceUse]:
    """Allowances that cover the line's price, with what it got of them."""
    charges = [Unsettled(each.resource, each.quantity, each.price) for each in estimate.lines]
    place = next(index for index, each in enumerate(estimate.lines) if each is line)
    granted = list(grants(charges, allowances(mode)))
    for allowance in allowances(mode):
        if any(allowance.is_for(line.resource, line.price.name, pattern) for pattern in allowance.covers):
            of_it = [grant for grant in granted if grant.allowance is allowance]
            ours = [number for number, grant in enumerate(of_it) if grant.index == place]
            earlier = of_it[: ours[0]] if ours else of_it
            yield AllowanceUse(
                allowance,
                total(grant.quantity for grant in earlier),
                total(of_it[number].quantity for number in ours),
            )
