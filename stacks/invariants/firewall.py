"""Rules for the firewall: it belongs to CloudFront, blocks floods and known attacks, and logs no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacks.invariants.reading import inside, literal, mappings, number, said
from stacks.invariants.rule import rule
from stacks.settings import EDGE_REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.invariants.rule import Subject

FIREWALL = "AWS::WAFv2::WebACL"
FIREWALL_LOG = "AWS::WAFv2::LoggingConfiguration"
MANAGED_RULES = {
    "AWSManagedRulesAmazonIpReputationList": frozenset[str](),
    "AWSManagedRulesCommonRuleSet": frozenset({"SizeRestrictions_BODY"}),
    "AWSManagedRulesKnownBadInputsRuleSet": frozenset[str](),
}
"""AWS's groups of rules, and which of each may only count: a workflow's definition is longer than 8 KB."""
SECRET_HEADERS = ("authorization", "cookie")


def _rules(firewall: Subject) -> list[dict[str, Any]]:
    return [*mappings(firewall.get("Rules"))]


@rule(
    "MIYABI.WAF.1",
    FIREWALL,
    remedy="write Scope: CLOUDFRONT and deploy to us-east-1, where CloudFront looks for its firewall",
)
def firewall_is_cloudfronts(firewall: Subject) -> Iterator[str]:
    """The firewall is of the scope CLOUDFRONT, and so in us-east-1."""
    if firewall.get("Scope") != "CLOUDFRONT":
        yield said("Scope", firewall.get("Scope"))
    if firewall.deployment.region != EDGE_REGION:
        yield f"it is in {firewall.deployment.region}"


@rule(
    "MIYABI.WAF.2",
    FIREWALL,
    remedy="write a RateBasedStatement for each address with a Limit and Action: {Block: {}}",
)
def floods_are_blocked(firewall: Subject) -> Iterator[str]:
    """An address that asks too often is blocked, for an HTTP API can't do that itself."""
    expected = firewall.environment.edge.requests_per_5_minutes if firewall.environment.edge else None
    for row in _rules(firewall):
        rate = inside(row, "Statement.RateBasedStatement")
        per_address = inside(rate, "AggregateKeyType") == "IP" and inside(rate, "ScopeDownStatement") is None
        in_5_minutes = number(inside(rate, "EvaluationWindowSec") or 300) == 300  # noqa: PLR2004  (seconds)
        as_set = number(inside(rate, "Limit")) == expected and in_5_minutes
        if per_address and as_set and inside(row, "Action.Block") is not None:
            return
    yield f"no rule blocks an address after {expected} requests in five minutes"


@rule(
    "WAF.10",
    FIREWALL,
    also=("CKV_AWS_175", "CKV_AWS_192", "CKV2_AWS_47"),
    remedy="write the group with OverrideAction {None: {}} and count no rules but those that must not block",
)
def known_attacks_are_blocked(firewall: Subject) -> Iterator[str]:
    """AWS's three groups of managed rules are there, and block."""
    groups = {
        literal(inside(row, "Statement.ManagedRuleGroupStatement.Name")): row for row in _rules(firewall)
    }
    for name, may_count in MANAGED_RULES.items():
        row = groups.get(name)
        statement = inside(row, "Statement.ManagedRuleGroupStatement")
        if row is None or inside(statement, "VendorName") != "AWS":
            yield f"{name} is not there"
        elif (
            inside(row, "OverrideAction.None") is None or inside(statement, "ScopeDownStatement") is not None
        ):
            yield f"{name} does not block"
        else:
            yield from (
                f"{rule} of {name} does not block" for rule in sorted(_defused(statement) - may_count)
            )


def _defused(statement: Any) -> set[str]:
    """Rules of a managed group that have been told to do something else than they would."""
    excluded = [*mappings(inside(statement, "ExcludedRules"))]
    overridden = [*mappings(inside(statement, "RuleActionOverrides"))]
    return {str(row.get("Name")) for row in excluded + overridden}


@rule(
    "WAF.12",
    FIREWALL,
    remedy="write VisibilityConfig with CloudWatchMetricsEnabled and SampledRequestsEnabled true",
)
def firewall_is_measured(firewall: Subject) -> Iterator[str]:
    """The firewall and each of its rules count what they do, and keep samples."""
    for row in ({"Name": "it", "VisibilityConfig": firewall.get("VisibilityConfig")}, *_rules(firewall)):
        for key in ("CloudWatchMetricsEnabled", "SampledRequestsEnabled"):
            found = inside(row, f"VisibilityConfig.{key}")
            if found is not True:
                yield f"{row.get('Name')}: {said(key, found)}"


@rule(
    "WAF.11",
    FIREWALL,
    also=("CKV2_AWS_31",),
    remedy="add an AWS::WAFv2::LoggingConfiguration with RedactedFields for both headers and QueryString",
)
def firewall_logs_without_secrets(firewall: Subject) -> Iterator[str]:
    """What the firewall sees is logged, but neither tokens in headers nor login codes in query strings."""
    logs = [
        log for log in firewall.system.of_type(FIREWALL_LOG) if log.target("ResourceArn") is firewall.resource
    ]
    if not logs:
        yield "it has no log"
    for log in logs:
        redacted = [*mappings(log.get("RedactedFields"))]
        names = {(literal(inside(row, "SingleHeader.Name")) or "").lower() for row in redacted}
        for header in SECRET_HEADERS:
            if header not in names:
                yield f"the header {header} is logged"
        if not any("QueryString" in row for row in redacted):
            yield "query strings are logged"
