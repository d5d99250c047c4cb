"""The firewall in front of CloudFront: a rate rule and AWS's managed rules, logged without tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from troposphere import wafv2

from stacks.log_groups import add_log_group
from stacks.naming import arn
from stacks.values import FIREWALL_NAME

if TYPE_CHECKING:
    from stacks.sections import EdgeSettings
    from stacks.stack import Stack


@dataclass(frozen=True, slots=True)
class ManagedRules:
    """A rule group that AWS maintains; the rules in `only_count` are counted and let through."""

    name: str
    only_count: tuple[str, ...] = ()


MANAGED_RULES = (
    ManagedRules("AWSManagedRulesAmazonIpReputationList"),
    # A workflow's definition may well be longer than the 8 KB at which this rule blocks a body.
    ManagedRules("AWSManagedRulesCommonRuleSet", only_count=("SizeRestrictions_BODY",)),
    ManagedRules("AWSManagedRulesKnownBadInputsRuleSet"),
)
USE_ITS_ACTIONS: dict[str, Any] = {"None": {}}
"""The group's rules block as AWS made them (a keyword of Python's own, so it can't stand in a call)."""
SECRET_HEADERS = ("authorization", "cookie")
"""Left out of the log, like the query, in which GitHub's callback carries its code."""


def add_firewall(stack: Stack, settings: EdgeSettings) -> wafv2.WebACL:
    """Add the web ACL with its log; rules are tried in the order of their priority."""
    name = f"miyabi-{stack.environment.system}"
    acl = stack.add(
        wafv2.WebACL(
            "Firewall",
            Name=name,
            Description="Rate limit and managed rules",
            Scope="CLOUDFRONT",
            DefaultAction=wafv2.DefaultAction(Allow=wafv2.AllowAction()),
            VisibilityConfig=_visible(name),
            Rules=[
                _rate_rule(settings),
                *(_managed_rule(rules, order) for order, rules in enumerate(MANAGED_RULES, 1)),
            ],
        )
    )
    stack.publish(FIREWALL_NAME, name)
    # WAF writes only into groups whose name begins so.
    group = add_log_group(stack, "FirewallLogGroup", LogGroupName=f"aws-waf-logs-{name}")
    stack.add(
        wafv2.LoggingConfiguration(
            "FirewallLogging",
            ResourceArn=acl.get_att("Arn"),
            # Without the `:*` that a log group's Arn attribute ends with; WAF refuses it.
            LogDestinationConfigs=[arn("logs", "log-group:${Group}", Group=group.ref())],
            RedactedFields=[
                wafv2.LoggingConfigurationFieldToMatch(QueryString={}),
                *(
                    wafv2.LoggingConfigurationFieldToMatch(SingleHeader=wafv2.SingleHeader(Name=header))
                    for header in SECRET_HEADERS
                ),
            ],
        )
    )
    return acl


def _rate_rule(settings: EdgeSettings) -> wafv2.WebACLRule:
    return wafv2.WebACLRule(
        Name="RateLimit",
        Priority=0,
        Action=wafv2.RuleAction(Block=wafv2.BlockAction()),
        Statement=wafv2.Statement(
            RateBasedStatement=wafv2.RateBasedStatement(
                AggregateKeyType="IP", EvaluationWindowSec=300, Limit=settings.requests_per_5_minutes
            )
        ),
        VisibilityConfig=_visible("RateLimit"),
    )


def _managed_rule(rules: ManagedRules, priority: int) -> wafv2.WebACLRule:
    overrides: dict[str, Any] = {}
    if rules.only_count:
        counted = wafv2.RuleAction(Count=wafv2.CountAction())
        overrides["RuleActionOverrides"] = [
            wafv2.RuleActionOverride(Name=rule, ActionToUse=counted) for rule in rules.only_count
        ]
    return wafv2.WebACLRule(
        Name=rules.name,
        Priority=priority,
        OverrideAction=wafv2.OverrideAction(**USE_ITS_ACTIONS),
        Statement=wafv2.Statement(
            ManagedRuleGroupStatement=wafv2.ManagedRuleGroupStatement(
                VendorName="AWS", Name=rules.name, **overrides
            )
        ),
        VisibilityConfig=_visible(rules.name),
    )


def _visible(metric: str) -> wafv2.VisibilityConfig:
    return wafv2.VisibilityConfig(
        CloudWatchMetricsEnabled=True, MetricName=metric, SampledRequestsEnabled=True
    )
