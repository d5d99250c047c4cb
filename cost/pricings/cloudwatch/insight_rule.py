"""Rules of Contributor Insights."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::CloudWatch::InsightRule"
USAGE: tuple[Key, ...] = ()
PRICES = ("AmazonCloudWatch/contributor_insights_rule",)
MATCHES = "log events that match the rule, beyond those that are free"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """The rule while it is enabled."""
    if context.text(resource, "RuleState", "ENABLED").upper() != "DISABLED":
        yield Charge("contributor insights rule", Decimal(1), "AmazonCloudWatch/contributor_insights_rule")
        yield NotPriced(MATCHES)
