"""Own groups of rules: each rule is charged at every web ACL that uses the group."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, Note
from cost.pricings.wafv2.web_acl import RULE_GROUP
from cost.pricings.wafv2.web_acl import TYPE as WEB_ACL
from cost.shared.places import referrers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = RULE_GROUP
USAGE: tuple[Key, ...] = ()
PRICES = ("awswaf/rule",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Its rules, where the web ACL that uses it is in none of the templates."""
    if referrers(context, WEB_ACL, "Rules", resource):
        yield Note("the rules of a rule group are charged at each web ACL that uses it")
    else:
        rules = Decimal(len(context.entries(resource, "Rules")))
        yield Charge(
            "rules", rules, "awswaf/rule", "one web ACL, outside these templates, uses the rule group"
        )
