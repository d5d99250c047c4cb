"""Does the firewall before the API let the request pass?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ops.deploying.smoke import HEALTH
from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.distribution import behind_edge
from ops.doctor.checks.edge_mending import changed, put
from ops.doctor.evidence.forwarding import items
from ops.doctor.sign import Sign
from runtime.migrator.errors import AccessError
from stacks.values import FIREWALL_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

    Document = Mapping[str, Any]

REFUSED: Final = frozenset({Sign.EDGE_REFUSED, Sign.EDGE_FAILED, Sign.UNLIKE, Sign.APPLICATION_REFUSED})
BLOCKED: Final = "Request blocked"
"""What CloudFront's page says of what a firewall has blocked."""
COUNTRY: Final = "block access from your country"
ASKED: Final = "x-amzn-waf-action"
"""Header of an answer that asks for a captcha, or sets a challenge."""
STOPS: Final = ("Block", "Captcha", "Challenge")
SAMPLED: Final = timedelta(minutes=5)
"""After the live request, within which it is looked for among the sampled ones."""
CHANGE: Final = "deploy the edge stack, whose firewall lets pass what no rule stops"


@check("API-031", Effect.FAILS, signs=REFUSED, ran=False)
@behind_edge
def firewall_blocks(evidence: Evidence) -> Answer:
    """Neither the default action nor a rule stops the live request."""
    acl = evidence.edge.web_acl
    if acl is None:
        return _without_rules(evidence)
    if evidence.sign is Sign.WELL:
        return ruled_out(f"firewall {acl['Name']} lets the live request pass")
    if ASKED in evidence.reply.headers:
        asked = evidence.reply.headers[ASKED]
        return proved(
            f"firewall {acl['Name']} answers with a {asked}, which no client of ours solves", change=CHANGE
        )
    is_own = "CustomResponse" in str([acl.get("DefaultAction"), acl.get("Rules")])
    replaced = [
        each for each in items(evidence.edge.config, "CustomErrorResponses") if each.get("ResponsePagePath")
    ]
    if BLOCKED not in evidence.reply.body and not is_own and not replaced:
        return ruled_out(f"what was answered is not what firewall {acl['Name']} answers")
    return _blocked(evidence, acl)


def _without_rules(evidence: Evidence) -> Answer:
    """Where no rules can be read: there is no firewall, or one that is gone, or of another kind."""
    name = evidence.edge.config.get("WebACLId") or ""
    if name and not name.startswith("arn:"):
        return unknown("the firewall is of the classic kind", "the sampled requests in WAF Classic")
    return ruled_out(f"there is no firewall {name}".strip() + ", so it stops nothing")


def _blocked(evidence: Evidence, acl: Document) -> Answer:
    """Which of a firewall's rules has stopped the live request, if one has."""
    name, rules = acl["Name"], acl.get("Rules", [])
    stops = [rule for rule in rules if _stops(rule)]
    begin, end = (evidence.reply.since + span for span in (timedelta(), SAMPLED))
    metrics = " ".join(rule["VisibilityConfig"]["MetricName"] for rule in stops) or "ALL"
    command = (
        f"for metric in {metrics}; do aws wafv2 get-sampled-requests --web-acl-arn {acl['ARN']} "
        f"--rule-metric-name $metric --scope CLOUDFRONT --max-items 100 --region us-east-1 "
        f"--time-window StartTime={begin:%Y-%m-%dT%H:%M:%SZ},EndTime={end:%Y-%m-%dT%H:%M:%SZ}; done"
    )
    if sampled := _sampled(evidence, acl):
        return proved(
            f"rule {sampled} of firewall {name} has blocked a request for {HEALTH}", command, change=CHANGE
        )
    if "Block" in acl.get("DefaultAction", {}):
        allows = [rule["Name"] for rule in rules if "Allow" in (rule.get("Action") or {})]
        besides = f", but for what {', '.join(allows)} allows" if allows else ""
        return proved(
            f"firewall {name} blocks everything by its default action{besides}",
            f"aws wafv2 get-web-acl --name {name} --scope CLOUDFRONT --id {acl['Id']}",
            change=CHANGE,
        )
    stopping = ", ".join(rule["Name"] for rule in stops)
    if BLOCKED in evidence.reply.body and stopping:
        told = f"CloudFront says that the request was blocked, and of firewall {name} {stopping} may do so"
        return proved(told, command, change=CHANGE)
    if stopping:
        return unknown(f"{stopping} of firewall {name} may have stopped the request", command)
    return ruled_out(f"firewall {name} has no rule that stops anything")


@check("API-072", Effect.RISK)
@behind_edge
def firewall_absent(evidence: Evidence) -> Answer:
    """Where the edge stack has published a firewall, the distribution names one."""
    edge, name = evidence.edge, evidence.reading.value_or_none(FIREWALL_NAME)
    if name is None:
        return ruled_out("no stack makes a firewall")
    if edge.config.get("WebACLId"):
        return ruled_out(f"distribution {edge.distribution_id} has a firewall")
    find = "aws wafv2 list-web-acls --scope CLOUDFRONT --region us-east-1 --output text --query"
    return proved(
        f"distribution {edge.distribution_id} names no firewall, and the edge stack has made {name}",
        f"""acl=$({find} "WebACLs[?Name=='{name}'].ARN") && """
        + changed(edge, ".WebACLId = env.acl").replace("jq '", "acl=$acl jq '"),
        change=CHANGE,
    )


@check("API-046", Effect.FAILS, signs={Sign.EDGE_REFUSED}, ran=False)
@behind_edge
def country_blocked(evidence: Evidence) -> Answer:
    """The distribution serves the country of the caller."""
    edge = evidence.edge
    geography = (edge.config.get("Restrictions") or {}).get("GeoRestriction") or {}
    kind = geography.get("RestrictionType", "none")
    if kind == "none":
        return ruled_out(f"distribution {edge.distribution_id} serves every country")
    listed = ", ".join((geography.get("Items") or ())[:10])
    rule = f"serves {'only ' if kind == 'whitelist' else 'all but '}{listed}"
    if COUNTRY in evidence.reply.body:
        return proved(
            f"distribution {edge.distribution_id} {rule}, and refuses the country of the caller",
            changed(edge, put(".Restrictions.GeoRestriction", {"RestrictionType": "none", "Quantity": 0})),
            change=CHANGE,
        )
    if evidence.sign is Sign.EDGE_REFUSED:
        return unknown(f"distribution {edge.distribution_id} {rule}", f"curl -s {evidence.reply.url}")
    return ruled_out(
        f"distribution {edge.distribution_id} {rule}, the caller's country among those it serves"
    )


def _stops(rule: Document) -> bool:
    """Whether a rule may stop a request; a group of rules may unless it only counts."""
    if "OverrideAction" in rule:
        return "Count" not in (rule["OverrideAction"] or {})
    return any(action in (rule.get("Action") or {}) for action in STOPS)


def _sampled(evidence: Evidence, acl: Document) -> str:
    """The rule that has blocked a request for the API since the live one was made; empty where none is known.

    https://docs.aws.amazon.com/waf/latest/APIReference/API_GetSampledRequests.html
    """
    since = evidence.reply.since
    window = {"StartTime": since, "EndTime": since + SAMPLED}
    for metric, name in _metrics(acl):
        try:
            found = evidence.reading.call(
                "wafv2:GetSampledRequests",
                f"firewall {acl['Name']}",
                WebAclArn=acl["ARN"],
                RuleMetricName=metric,
                Scope="CLOUDFRONT",
                TimeWindow=window,
                MaxItems=100,
            )
        except AccessError:
            return ""
        for each in found.get("SampledRequests", ()):
            if each.get("Action") == "BLOCK" and each["Request"].get("URI") == HEALTH:
                return str(each.get("RuleNameWithinRuleGroup") or name)
    return ""


def _metrics(acl: Document) -> Iterator[tuple[str, str]]:
    for rule in acl.get("Rules", ()):
        if _stops(rule):
            yield rule["VisibilityConfig"]["MetricName"], rule["Name"]
