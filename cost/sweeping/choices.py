"""Where the cheaper one of two ways to build a system changes, as its requests grow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from cost.errors import CostError, PriceMissing, PropertyUnknown
from cost.formulas import month_of
from cost.sweeping.load import REQUESTS, formulas_of, left_out
from cost.sweeping.span import between, rounded
from cost.usage.figures import Derived
from cost.variants import VARIANTS, Base
from cost.variants.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cfn.deployment import Deployment
    from cost.context import Context
    from cost.formulas import Formulas, Month
    from cost.lines import FreeTier
    from cost.sweeping.load import Load, System
    from cost.sweeping.span import Span
    from cost.variants import Variant
    from cost.variants.variant import Figures

NEAR = Decimal("1.005")
"""Two numbers of requests so near to each other are not told apart any further."""
SIDE = Decimal("0.01")
"""A flip is held against what is this much, as a share, on either side of it."""


@dataclass(frozen=True, slots=True)
class Flip:
    """Requests a month at which another of the two becomes the cheaper one."""

    requests: Decimal
    below: int
    """1 where the variant costs more with fewer requests, -1 where it costs less, 0 where the same."""
    above: int
    is_verified: bool
    """Whether that is so 1 % on either side; not, where the difference jumps up and down there."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A deployment beside one variant of it."""

    variant: Variant
    now: Decimal | None
    """By how much the variant costs more in the month that the system has now, in USD."""
    differences: Mapping[Decimal, Decimal]
    """The same by requests a month."""
    flips: tuple[Flip, ...]
    not_priced: tuple[str, ...] = ()
    """Why the variant can't be priced; there is then nothing else to say."""

    @property
    def nearest(self) -> Decimal:
        """The least that there ever is between the two."""
        return min(map(abs, self.differences.values()))

    @property
    def farthest(self) -> Decimal:
        """The most."""
        return max(map(abs, self.differences.values()))

    @property
    def cheaper(self) -> str | None:
        """Which of the two is cheaper throughout; None where that changes, or both cost the same."""
        signs = {sign(difference) for difference in self.differences.values()} - {0}
        if self.flips or len(signs) != 1:
            return None
        return self.name_of(signs.pop())

    def name_of(self, side: int) -> str:
        """The cheaper one where the variant costs more (1) or less (-1)."""
        return {1: self.variant.instead_of, -1: self.variant.name, 0: "neither"}[side]


def choose(
    system: System, span: Span, mode: FreeTier, beside: Sequence[Alternative] | None = None
) -> tuple[Choice, ...]:
    """Every variant that applies to a system, beside it over a range of requests.

    Args:
        system: What is built now.
        span: From how few to how many requests.
        mode: Whose amounts are compared.
        beside: Its alternatives, for one who compares them several times; left out, all.

    """
    found = alternatives(system) if beside is None else beside
    return tuple(_choice(system, other, span, mode) for other in found)


def alternatives(system: System) -> tuple[Alternative, ...]:
    """The system in every variant that applies to it."""
    base = Base(system.context(system.load.requests), system.load.traffic)
    return tuple(Alternative(system, variant) for variant in VARIANTS if variant.applies(base))


def sign(amount: Decimal) -> int:
    """1, 0 or -1."""
    return (amount > 0) - (amount < 0)


def _choice(system: System, other: Alternative, span: Span, mode: FreeTier) -> Choice:
    variant = other.variant
    try:
        now = other.difference(system.load.requests, mode)
        reasons = other.not_priced
        if reasons:
            return Choice(variant, None, {}, (), reasons)
        differences = {requests: other.difference(requests, mode) for requests in span.looks()}
        flips = tuple(
            _flip(other, pair, mode)
            for pair in pairwise(differences)
            if sign(differences[pair[0]]) != sign(differences[pair[1]])
        )
        return Choice(variant, now, differences, flips)
    except PriceMissing as error:
        return Choice(variant, None, {}, (), (f"{error.region} has no price {error.name}",))
    except (CostError, PropertyUnknown) as error:
        return Choice(variant, None, {}, (), (str(error),))


@dataclass(frozen=True)
class Alternative:
    """A variant of a system, priced at any number of requests."""

    system: System
    variant: Variant
    _drafts: dict[object, Deployment] = field(default_factory=dict, repr=False)
    _months: dict[Decimal, Month] = field(default_factory=dict, repr=False)

    def month(self, requests: Decimal) -> Month:
        """The lines of its month at a number of requests; raises CostError."""
        if requests not in self._months:
            formulas = self._formulas
            self._months[requests] = (
                month_of(self.context(self.system.load.at(requests)))
                if formulas is None
                else formulas.month({REQUESTS: requests})
            )
        return self._months[requests]

    def difference(self, requests: Decimal, mode: FreeTier) -> Decimal:
        """USD a month that it costs more."""
        return self.month(requests).total(mode) - self.system.month(requests).total(mode)

    @cached_property
    def not_priced(self) -> tuple[str, ...]:
        """What of it has no price, as far as the system itself has one, in the month that it has now."""
        found = left_out(self.context(self.system.load))
        return tuple(reason for reason in found if reason not in self.system.left_out)

    def context(self, load: Load) -> Context:
        """What its pricings look at, under a load."""
        base = Base(self.system.context_of(load), load.traffic)
        return carried(base.context, self._draft(base), self.variant.figures(base))

    @cached_property
    def _formulas(self) -> Formulas | None:
        return formulas_of(lambda requests: self.context(self.system.load.at(requests)))

    def _draft(self, base: Base) -> Deployment:
        key = self.variant.hangs_on(base)
        if key not in self._drafts:
            draft = Draft(self.system.deployment)
            self.variant.edit(draft, base)
            self._drafts[key] = draft.deployment()
        return self._drafts[key]


def carried(context: Context, deployment: Deployment, added: Figures) -> Context:
    """The month of a context in another deployment, resource by resource.

    A variant keeps the use of every resource, even where its templates no longer lead traffic there.

    Args:
        context: The deployment as it is, in a month.
        deployment: The other, in which resources are the same that have the same name.
        added: Figures of some of its resources, by `stack.LogicalId` and key.

    """
    known = {str(resource): figures for resource, figures in context.figures.derived.items()}
    derived = {
        resource: {
            **known.get(str(resource), {}),
            **{key: Derived(value) for key, value in added.get(str(resource), {}).items()},
        }
        for resource in deployment.resources()
    }
    return replace(context, deployment=deployment, figures=replace(context.figures, derived=derived))


def _flip(other: Alternative, pair: Sequence[Decimal], mode: FreeTier) -> Flip:
    """Halve the stretch between two points, on a log scale, until its ends are next to each other."""

    def side(requests: Decimal) -> int:
        return sign(other.difference(requests, mode))

    low, high = pair
    below, above = side(low), side(high)
    while high / low > NEAR and (middle := between(low, high)) is not None:
        if side(middle) == below:
            low = middle
        else:
            high, above = middle, side(middle)
    found = rounded(high)
    is_verified = (side(_whole(found * (1 - SIDE))), side(_whole(found * (1 + SIDE)))) == (below, above)
    return Flip(found, below, above, is_verified)


def _whole(requests: Decimal) -> Decimal:
    return max(Decimal(1), requests.to_integral_value())
