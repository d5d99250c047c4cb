"""Web ACLs of AWS WAF: rules by rate and by sets of addresses; all others are let pass, and told.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html. AWS looks at
rates only now and then, and so blocks a little later than here.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from ipaddress import ip_address, ip_network
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from twin.deployed import Deployed
    from twin.event import Request
    from twin.recording import Recorder

    Rule = Mapping[str, Any]

NAMESPACE: Final = "AWS/WAFV2"
SCOPE: Final = "CLOUDFRONT"
WINDOW: Final = 300
"""Seconds over which requests are counted where the rule says nothing."""
DEFAULT_ACTION: Final = "Default_Action"
TRIED: Final = frozenset({"Allow", "Block", "Count"})
"""Actions of rules; one that asks the viewer something is not."""


class Firewall:
    """Decides for one web ACL after another; keeps the times of requests by rule and address."""

    def __init__(
        self, deployed: Deployed, recorder: Recorder, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._deployed, self._recorder, self._clock = deployed, recorder, clock
        self._times: dict[tuple[str, str, str], deque[float]] = defaultdict(deque)
        self._lock = Lock()

    def lets_pass(self, arn: str, request: Request) -> bool:
        """Whether a web ACL lets a request through; one that is not there lets all through."""
        acl = read_acl(self._deployed, arn)
        if acl is None:
            return True
        for rule in sorted(acl["Rules"], key=lambda rule: int(rule["Priority"])):
            action = rule.get("Action") or {}
            if not ({"Allow", "Block"} & action.keys()) or not self._matches(arn, rule, request):
                continue
            return self._done(acl, rule["VisibilityConfig"]["MetricName"], blocked="Block" in action)
        return self._done(acl, DEFAULT_ACTION, blocked="Block" in acl["DefaultAction"])

    def _done(self, acl: Rule, rule: str, *, blocked: bool) -> bool:
        name = "BlockedRequests" if blocked else "AllowedRequests"
        dimensions = {"WebACL": acl["VisibilityConfig"]["MetricName"], "Rule": rule}
        self._recorder.count(NAMESPACE, name, dimensions, 1)
        return not blocked

    def _matches(self, arn: str, rule: Rule, request: Request) -> bool:
        statement = rule["Statement"]
        if by_rate := statement.get("RateBasedStatement"):
            return _is_known(rule) and self._is_over(arn, rule["Name"], by_rate, request.source_ip)
        if in_set := statement.get("IPSetReferenceStatement"):
            address = ip_address(request.source_ip)
            return any(address in network for network in _networks(self._deployed, in_set["ARN"]))
        return False

    def _is_over(self, arn: str, rule: str, by_rate: Rule, source: str) -> bool:
        now = self._clock()
        window = by_rate.get("EvaluationWindowSec") or WINDOW
        with self._lock:
            times = self._times[arn, rule, source]
            times.append(now)
            limit = int(by_rate["Limit"])
            while times[0] <= now - window or len(times) > limit + 1:
                times.popleft()
            return len(times) > limit


def read_acl(deployed: Deployed, arn: str) -> Rule | None:
    """A web ACL by its ARN."""
    listed = deployed.call("wafv2", "list_web_acls", Scope=SCOPE)["WebACLs"]
    found = next((each for each in listed if each["ARN"] == arn), None)
    if found is None:
        return None
    acl: Rule = deployed.call("wafv2", "get_web_acl", Name=found["Name"], Id=found["Id"], Scope=SCOPE)[
        "WebACL"
    ]
    return acl


def unchecked(deployed: Deployed, arn: str) -> Iterator[str]:
    """What of a web ACL has no effect here, a sentence each."""
    acl = read_acl(deployed, arn)
    if acl is None:
        yield f"the web ACL {arn} is not there: everything passes"
        return
    for rule in acl["Rules"]:
        if not _is_known(rule):
            (kind,) = rule["Statement"]
            yield f"rule {rule['Name']} of web ACL {acl['Name']} is not tried ({kind})"
        action = rule.get("Action") or {}
        for name in sorted(action.keys() - TRIED):
            yield f"rule {rule['Name']} of web ACL {acl['Name']} lets pass whom it matches ({name})"
        if (action.get("Block") or {}).get("CustomResponse"):
            yield f"rule {rule['Name']} of web ACL {acl['Name']} blocks in CloudFront's words, not its own"


def _is_known(rule: Rule) -> bool:
    """Whether a rule is of the kinds that are tried here, and ends with what they may end with."""
    statement = rule["Statement"]
    by_rate = statement.get("RateBasedStatement")
    if by_rate:
        return by_rate["AggregateKeyType"] == "IP" and "ScopeDownStatement" not in by_rate
    return "IPSetReferenceStatement" in statement and not statement["IPSetReferenceStatement"].get(
        "IPSetForwardedIPConfig"
    )


def _networks(deployed: Deployed, arn: str) -> list[Any]:
    listed = deployed.call("wafv2", "list_ip_sets", Scope=SCOPE)["IPSets"]
    found = next((each for each in listed if each["ARN"] == arn), None)
    if found is None:
        return []
    held = deployed.call("wafv2", "get_ip_set", Name=found["Name"], Id=found["Id"], Scope=SCOPE)["IPSet"]
    return [ip_network(each) for each in held["Addresses"]]
