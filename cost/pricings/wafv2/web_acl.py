"""Web ACLs: the list, its rules, the requests that it looks at, and the groups of rules that AWS sells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from cfn.values import whole
from cost.lines import Charge, Note, NotPriced
from cost.shared.apart import apart
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::WAFv2::WebACL"
PRICES = ("awswaf/*",)
RULE_GROUP = "AWS::WAFv2::RuleGroup"
GROUP_RULES = Key("rule_group_rules", "rules", "inside own rule groups, if they are in no template here")
REQUESTS = Key("monthly_requests", "requests", "looked at in a month")
CAPACITY = Key("capacity_units", "WCU", "of the web ACL; unsaid, those of its rule groups")


@dataclass(frozen=True, slots=True)
class Paid:
    """A group of rules that AWS sells: by the month, and by what it looks at."""

    name: str
    subscription: str
    key: str
    units: str
    price: str
    every_request: bool = False
    """Whether it looks at each request that the web ACL does, unless it is narrowed down."""


PAID = {
    "AWSManagedRulesBotControlRuleSet": Paid(
        "bot control",
        "bot_control_subscription",
        "monthly_bot_control_requests",
        "requests",
        "bot_control_requests",
        every_request=True,
    ),
    "AWSManagedRulesATPRuleSet": Paid(
        "account takeover prevention",
        "account_takeover_subscription",
        "monthly_account_takeover_attempts",
        "attempts",
        "account_takeover_attempts",
    ),
    "AWSManagedRulesACFPRuleSet": Paid(
        "account creation fraud prevention",
        "account_creation_fraud_subscription",
        "monthly_account_creation_attempts",
        "attempts",
        "account_creation_fraud_attempts",
    ),
    "AWSManagedRulesAntiDDoSRuleSet": Paid(
        "anti-DDoS",
        "anti_ddos_subscription",
        "monthly_anti_ddos_requests",
        "requests",
        "anti_ddos_requests",
        every_request=True,
    ),
}
TARGETED = "bot_control_targeted_requests"
CAPACITIES = {
    "AWSManagedRulesACFPRuleSet": 50,
    "AWSManagedRulesATPRuleSet": 50,
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesAntiDDoSRuleSet": 50,
    "AWSManagedRulesBotControlRuleSet": 50,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesPHPRuleSet": 100,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
    "AWSManagedRulesWindowsRuleSet": 200,
    "AWSManagedRulesWordPressRuleSet": 100,
}
"""Capacity units of AWS's own groups, whatever they find (WAF Developer Guide, "Managed Rules")."""
INCLUDED_CAPACITY, CAPACITY_STEP = 1_500, 500
BODIES = (
    ("monthly_requests_body_over_16kb", "16", "32", 1),
    ("monthly_requests_body_over_32kb", "32", "48", 2),
    ("monthly_requests_body_over_48kb", "48", "64", 3),
)
"""Usage key, KB of a body's inspected part from and to, steps of 16 KB over the 16 that are included."""
ANSWERS = (
    ("challenges", "monthly_challenge_responses", "responses", "challenge_responses"),
    ("CAPTCHA attempts", "monthly_captcha_attempts", "attempts", "captcha_attempts"),
)
USAGE = (
    REQUESTS,
    GROUP_RULES,
    Key("managed_rule_group_rules", "rules", "inside managed rule groups; cost nothing: a group is one rule"),
    CAPACITY,
    *(
        Key(key, "requests", f"of which a body of {start} to {end} KB is inspected in a month")
        for key, start, end, _ in BODIES
    ),
    *(
        Key(key, unit, f"{name} by own rules in a month; by groups of rules that are paid for they are free")
        for name, key, unit, _ in ANSWERS
    ),
    *(
        Key(
            paid.key,
            paid.units,
            f"that {paid.name} looks at in a month"
            + ("; unsaid, all requests, unless it is narrowed down" if paid.every_request else ""),
        )
        for paid in PAID.values()
    ),
)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """A managed group of rules counts as one rule; an own group as one, and each rule in it as one more."""
    yield Charge("web ACL", Decimal(1), "awswaf/web_acl")
    yield from apart(
        _rules(resource, context),
        _requests(resource, context),
        _capacity(resource, context),
        _managed(resource, context),
    )


def _rules(resource: Resource, context: Context) -> Iterator[Item]:
    yield Charge("rules", Decimal(len(context.mappings(resource, "Rules"))), "awswaf/rule")
    inside = context.usage(resource, GROUP_RULES.name)
    if not context.is_told(resource, GROUP_RULES.name):
        groups = _own_groups(resource, context)
        inside = Decimal(sum(len(context.entries(group, "Rules")) for group in groups))
    yield Charge("rules in rule groups", inside, "awswaf/rule")


def _requests(resource: Resource, context: Context) -> Iterator[Item]:
    yield Charge("requests", context.usage(resource, REQUESTS.name), "awswaf/requests")
    for key, start, end, steps in BODIES:
        units = context.usage(resource, key) * steps
        yield Charge(f"bodies of {start} to {end} KB", units, "awswaf/body_inspection_overage")
    for component, key, _, name in ANSWERS:
        yield Charge(component, context.usage(resource, key), f"awswaf/{name}")


def _capacity(resource: Resource, context: Context) -> Iterator[Item]:
    """Each request costs more for every 500 capacity units, begun, over the 1,500 that are included."""
    said, capacity = "", context.usage(resource, CAPACITY.name)
    if not context.is_told(resource, CAPACITY.name):
        capacity = Decimal(_least_capacity(resource, context))
        said = f"rule groups take {capacity:,} capacity units; what own rules take is not counted"
    over = max(capacity - INCLUDED_CAPACITY, Decimal(0))
    steps = (over / CAPACITY_STEP).to_integral_value(ROUND_CEILING)
    units = context.usage(resource, REQUESTS.name) * steps
    yield Charge("requests over 1,500 capacity units", units, "awswaf/requests_wcu_overage", said)


def _least_capacity(resource: Resource, context: Context) -> int:
    managed = [str(context.get(resource, f"{path}.Name")) for path in _managed_groups(resource, context)]
    own = [whole(context.get(group, "Capacity")) or 0 for group in _own_groups(resource, context)]
    return sum(CAPACITIES.get(name, 0) for name in managed) + sum(own)


def _own_groups(resource: Resource, context: Context) -> list[Resource]:
    """Rule groups of the deployment that the web ACL refers to, as often as it does."""
    paths = _statements(resource, context, "RuleGroupReferenceStatement")
    return [
        group
        for path in paths
        for group in context.targets(resource, f"{path}.Arn")
        if group.type == RULE_GROUP
    ]


def _managed_groups(resource: Resource, context: Context) -> list[str]:
    return _statements(resource, context, "ManagedRuleGroupStatement")


def _statements(resource: Resource, context: Context, kind: str) -> list[str]:
    """Paths of all statements of a kind among the rules."""
    paths = (f"Rules.{index}.Statement.{kind}" for index in range(len(context.mappings(resource, "Rules"))))
    return [path for path in paths if context.get(resource, path) is not None]


def _managed(resource: Resource, context: Context) -> Iterator[Item]:
    groups = _managed_groups(resource, context)
    yield from apart(*(_sold(path, resource, context) for path in groups))


def _sold(path: str, resource: Resource, context: Context) -> Iterator[Item]:
    """What a managed group costs beside its place as a rule."""
    vendor = context.text(resource, f"{path}.VendorName", "AWS")
    if vendor != "AWS":
        yield NotPriced(f"what {vendor} asks for its managed rules")
        return
    paid = PAID.get(context.text(resource, f"{path}.Name"))
    if paid is not None:
        yield Charge(paid.name, Decimal(1), f"awswaf/{paid.subscription}")
        yield from _looked_at(paid, path, resource, context)


def _looked_at(paid: Paid, path: str, resource: Resource, context: Context) -> Iterator[Item]:
    said, units = "", context.usage(resource, paid.key)
    if paid.every_request and not context.is_told(resource, paid.key):
        if context.get(resource, f"{path}.ScopeDownStatement") is None:
            said = f"{paid.name} looks at every request that the web ACL looks at"
            units = context.usage(resource, REQUESTS.name)
        else:
            yield Note(f"{paid.name} is narrowed down: {paid.key} in a usage file says how many it looks at")
    name = TARGETED if _is_targeted(path, resource, context) else paid.price
    yield Charge(f"{paid.name} {paid.units}", units, f"awswaf/{name}", said)


def _is_targeted(path: str, resource: Resource, context: Context) -> bool:
    """Whether bot control works at its dearer level."""
    configurations = f"{path}.ManagedRuleGroupConfigs"
    level = "AWSManagedRulesBotControlRuleSet.InspectionLevel"
    return any(
        context.text(resource, f"{configurations}.{index}.{level}", "COMMON") == "TARGETED"
        for index in range(len(context.entries(resource, configurations)))
    )
