"""What the cost page tells: a bill, how it grows, what it would be otherwise, and what others cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Self

from cost import FreeTier, compare, estimate
from cost.errors import CostError
from cost.sweeping import Span, System, sweeps
from cost.usage.figures import EMPTY
from cost.what_if import what_if

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from cfn.deployment import Deployment
    from cost import Comparison, Estimate, PriceBook, Traffic, UsageFile
    from cost.sweeping import Sweep
    from cost.what_if import WhatIf

BUDGET = "AWS::Budgets::Budget"
LEAST, MOST = Decimal(10_000), Decimal("1e9")
"""Requests a month from where to where the growth is looked at, unless there are others now."""
ROOM = 1000
"""How many times as many as now are looked at, at least."""


@dataclass(frozen=True, slots=True)
class Growth:
    """A bill over a range of requests, under each free-tier mode; or why there is none."""

    sweeps: tuple[Sweep, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """A document that priced a system before, beside our estimate of it."""

    name: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Bill:
    """All that the cost page tells."""

    estimate: Estimate
    budget: Decimal | None
    """USD a month, as the templates' own budget has it."""
    growth: Growth
    what_if: WhatIf | None
    """None where no traffic is told."""
    others: tuple[Estimate, ...]
    """Estimates to compare with, this one among them at its place; empty where there is no other."""
    documents: tuple[Compared, ...]

    @classmethod
    def of(
        cls,
        deployment: Deployment,
        traffic: Traffic | None = None,
        *,
        usage: UsageFile = EMPTY,
        prices: PriceBook | None = None,
        name: str | None = None,
        as_of: date | None = None,
        others: Iterable[Estimate] = (),
    ) -> Self:
        """Price a deployment in every way that the page shows; raises CostError.

        Args:
            deployment: What is priced.
            traffic: As for `cost.estimate`, and so all that follow.
            usage: Figures of resources.
            prices: A book of prices.
            name: What to call it.
            as_of: The day on which what changes by the calendar is judged.
            others: Estimates of other environments; one of the same name is replaced by this one.

        """
        own = estimate(deployment, traffic, usage=usage, prices=prices, name=name, as_of=as_of)
        beside = tuple(own if each.name == own.name else each for each in others)
        if own not in beside:
            beside = (own, *beside) if beside else ()
        system = _System(deployment, traffic, usage, prices, own.name, as_of)
        return cls(
            estimate=own,
            budget=budget_of(deployment),
            growth=system.growth(),
            what_if=system.what_if(),
            others=beside if len(beside) > 1 else (),
            documents=tuple(
                Compared(each.name, found)
                for each in beside or (own,)
                if (found := compare(each)) is not None
            ),
        )


@dataclass(frozen=True, slots=True)
class _System:
    """What an estimate takes, for what is worked out beside it."""

    deployment: Deployment
    traffic: Traffic | None
    usage: UsageFile
    prices: PriceBook | None
    name: str
    as_of: date | None

    def growth(self) -> Growth:
        try:
            system = System.of(
                self.deployment,
                self.traffic,
                usage=self.usage,
                prices=self.prices,
                name=self.name,
                as_of=self.as_of,
            )
            return Growth(sweeps(system, _span(system.load.requests), FreeTier))
        except CostError as error:
            return Growth((), str(error))

    def what_if(self) -> WhatIf | None:
        found = what_if(
            self.deployment,
            self.traffic,
            usage=self.usage,
            prices=self.prices,
            name=self.name,
            as_of=self.as_of,
        )
        return found if found.offered or found.refused else None


def budget_of(deployment: Deployment) -> Decimal | None:
    """What a month may cost by the budgets of the templates, the least of them; None without any."""
    amounts = [
        _usd(deployment.get(each, "Budget.BudgetLimit.Amount"))
        for each in deployment.resources(BUDGET)
        if deployment.get(each, "Budget.TimeUnit") == "MONTHLY"
    ]
    return min((amount for amount in amounts if amount is not None), default=None)


def _usd(value: object) -> Decimal | None:
    """An amount as it is written; None for what is not known before deployment."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount > 0 else None


def _span(now: Decimal) -> Span:
    """Powers of ten around the requests of now."""
    low, high = LEAST, MOST
    while low > 1 and low * 10 > now:
        low /= 10
    while high < now * ROOM and high < Decimal("1e15"):
        high *= 10
    return Span(low, high)
