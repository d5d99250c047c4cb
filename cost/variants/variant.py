"""A named alternative of a deployment, and what it starts from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cost import month
from cost.lines import total

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from cfn.template import Resource
    from cost.context import Context
    from cost.usage.traffic import Traffic
    from cost.variants.draft import Draft

    Figures = Mapping[str, Mapping[str, Decimal]]
    """Usage figures by section and key."""

FUNCTION = "AWS::Lambda::Function"


@dataclass(frozen=True, slots=True)
class Base:
    """A deployment as it is, in the month that is priced."""

    context: Context
    traffic: Traffic | None

    @property
    def functions(self) -> list[Resource]:
        """Its Lambda functions."""
        return self.context.resources(FUNCTION)

    @property
    def main_function(self) -> Resource | None:
        """The function with most calls; None where none has any."""
        called = [each for each in self.functions if self.calls(each)]
        return max(called, key=self.calls, default=None)

    def calls(self, function: Resource) -> Decimal:
        """Calls of a function in the month."""
        return self.context.usage(function, "monthly_requests")

    def seconds(self, function: Resource) -> Decimal:
        """Duration of a call."""
        return self.context.usage(function, "request_duration_ms") / 1000

    def concurrency(self, *functions: Resource) -> Decimal:
        """Calls that are in progress at an average moment."""
        return total(self.calls(each) * self.seconds(each) for each in functions) / month.SECONDS


@dataclass(frozen=True, slots=True)
class Variant:
    """A named alternative of a deployment."""

    name: str
    """What it is, in a word or two."""
    instead_of: str
    """What the deployment has now."""
    sentence: str
    """What it changes, and what is assumed."""
    applies: Callable[[Base], object]
    """Whether the deployment has what it would change."""
    edit: Callable[[Draft, Base], None]
    """Change a draft of the deployment."""
    hangs_on: Callable[[Base], object] = field(default=lambda _: None)
    """What of the month the edit looks at: where it is the same, so is the draft."""
    figures: Callable[[Base], Figures] = field(default=lambda _: {})
    """The month's use of what it adds or changes."""
