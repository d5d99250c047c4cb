"""Classic web ACLs: the list, each of its rules, and the requests that it looks at."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.pricings.wafv2.web_acl import REQUESTS
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::WAF::WebACL"
GROUP_RULES = Key("rule_group_rules", "rules", "inside rule groups, each of which is a rule itself")
USAGE = (REQUESTS, GROUP_RULES)
PRICES = ("awswaf/web_acl", "awswaf/rule", "awswaf/requests")


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Charged as the newer firewall's lists are."""
    yield Charge("web ACL", Decimal(1), "awswaf/web_acl")
    yield Charge("requests", context.usage(resource, REQUESTS.name), "awswaf/requests")
    yield Charge("rules in rule groups", context.usage(resource, GROUP_RULES.name), "awswaf/rule")
    yield Charge("rules", Decimal(len(context.entries(resource, "Rules"))), "awswaf/rule")
