"""A system's month made larger or smaller: what grows with its requests grows in proportion."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from cost.errors import CostError, SweepRefused
from cost.estimate import context_of, price
from cost.estimate import left_out as left_out_of
from cost.formulas import Range, Sheet, month_of, trace
from cost.pricebook import PriceBook
from cost.sweeping.span import MOST
from cost.usage.checked import CheckedUsage
from cost.usage.figures import EMPTY
from cost.usage.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from cfn.deployment import Deployment
    from cost.context import Context
    from cost.estimate import Estimate
    from cost.formulas import Formulas, Month
    from cost.usage.file import Given, UsageFile

GROWING = (
    "requests_per_month",
    "peak_requests_per_second",
    "internet_out_gb",
    "log_gb",
    "database_storage_growth_gb_per_month",
    "logins_per_month",
    "frontend_requests_per_month",
    "frontend_out_gb",
)
"""Figures of traffic that grow with the requests; the others are those of one request."""
MONTHLY = "monthly_"
REQUESTS = "requests"
ALL_REQUESTS = Range(Decimal(1), 2 * MOST)
"""What formulas are told for; a flip is looked at a little beyond the range of a sweep."""
HOURS = ("_hrs", "_hours")
"""Ends of keys that count for how long something runs: a month has no more of them for more requests."""


@dataclass(frozen=True)
class Load:
    """What a month brings to a system, with a number of requests to scale it by."""

    traffic: Traffic | None
    usage: UsageFile
    requests: Decimal
    """Requests of that month: traffic's, or else the largest that the usage file gives for a resource."""

    @classmethod
    def of(cls, traffic: Traffic | None, usage: UsageFile = EMPTY) -> Load:
        """Take what an estimate takes, ranges at their high ends; raises SweepRefused without requests."""
        if usage.traffic:
            traffic = Traffic.of({**(traffic.figures() if traffic else {}), **usage.traffic})
        points = {
            section: {key: given[1] if isinstance(given, tuple) else given for key, given in figures.items()}
            for section, figures in usage.sections.items()
        }
        requests = (traffic and traffic.requests_per_month) or _largest(points)
        if not requests:
            raise SweepRefused(
                "requests",
                "nothing says how many there are in a month now",
                "give monthly_requests, or requests_per_month under [traffic], in a file for --usage",
            )
        return cls(traffic, CheckedUsage(usage.name, points), requests)

    def at(self, requests: Decimal) -> Load:
        """The same at another number of requests."""

        def scaled(figure: Decimal) -> Decimal:
            return figure * requests / self.requests

        traffic = self.traffic and replace(
            self.traffic,
            **{name: scaled(now) for name in GROWING if (now := getattr(self.traffic, name)) is not None},
        )
        sections = {
            section: {
                key: scaled(given) if isinstance(given, Decimal) and _grows(key) else given
                for key, given in figures.items()
            }
            for section, figures in self.usage.sections.items()
        }
        return Load(traffic, CheckedUsage(self.usage.name, sections), requests)


@dataclass(frozen=True)
class System:
    """A deployment under a load, which can be priced at any number of requests; each is priced once."""

    name: str
    deployment: Deployment
    load: Load
    prices: PriceBook
    as_of: date | None = None
    _contexts: dict[Decimal, Context] = field(default_factory=dict, repr=False)
    _estimates: dict[Decimal, Estimate] = field(default_factory=dict, repr=False)
    _months: dict[Decimal, Month] = field(default_factory=dict, repr=False)

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
    ) -> System:
        """Take what an estimate takes; raises CostError."""
        usage.check(deployment.resources())
        prices = prices or PriceBook.of(deployment.region)
        return cls(name or deployment.name, deployment, Load.of(traffic, usage), prices, as_of)

    def context(self, requests: Decimal) -> Context:
        """What its pricings look at, at a number of requests."""
        if requests not in self._contexts:
            self._contexts[requests] = self.context_of(self.load.at(requests))
        return self._contexts[requests]

    def context_of(self, load: Load) -> Context:
        """The same of a load."""
        return context_of(
            self.deployment, load.traffic, usage=load.usage, prices=self.prices, as_of=self.as_of
        )

    def estimate(self, requests: Decimal) -> Estimate:
        """Its month at a number of requests, with all that is said beside the lines; raises CostError."""
        if requests not in self._estimates:
            self._estimates[requests] = price(self.context(requests), self.name)
        return self._estimates[requests]

    def month(self, requests: Decimal) -> Month:
        """The lines of its month at a number of requests; raises CostError."""
        if requests not in self._months:
            formulas = self._formulas
            self._months[requests] = (
                month_of(self.context(requests)) if formulas is None else formulas.month({REQUESTS: requests})
            )
        return self._months[requests]

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """What of it has no price, in the month that it has now."""
        return left_out(self.context(self.load.requests))

    @cached_property
    def _formulas(self) -> Formulas | None:
        return formulas_of(lambda requests: self.context_of(self.load.at(requests)))


def left_out(context: Context) -> tuple[str, ...]:
    """What has no price, as sentences; raises CostError."""
    not_priced, unknowns = left_out_of(context)
    return (
        *(f"{resource.logical_id} ({resource.type}): {reason}" for resource, reason in not_priced),
        *(f"{unknown.resource.logical_id}: {unknown.name}: {unknown.reason}" for unknown in unknowns),
    )


def formulas_of(context: Callable[[Decimal], Context]) -> Formulas | None:
    """Formulas of the requests, which come to what the pricings come to; None where there can be none.

    Args:
        context: What the pricings look at, of a number of requests.

    """
    try:
        return trace(Sheet({REQUESTS: ALL_REQUESTS}), lambda figures: context(figures[REQUESTS]))
    except CostError:  # of a price that is missing, too: it may be asked for at some loads only
        return None


def _grows(key: str) -> bool:
    """Whether a key of a usage file counts something of the month, and not of one request."""
    monthly = any(step.startswith(MONTHLY) for step in key.split("."))
    return monthly and not key.endswith(HOURS)


def _largest(sections: Mapping[str, Mapping[str, Given]]) -> Decimal | None:
    counts = [
        given
        for figures in sections.values()
        for key, given in figures.items()
        if isinstance(given, Decimal) and _grows(key) and "request" in key
    ]
    return max(counts, default=None)
