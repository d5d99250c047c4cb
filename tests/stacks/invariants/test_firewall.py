"""Every rule about the firewall notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
RATE = "Rules/0/Statement/RateBasedStatement"
COMMON = "Rules/2"
GROUP = f"{COMMON}/Statement/ManagedRuleGroupStatement"
LET_THROUGH = {"Name": "Log4JRCE_HEADER", "ActionToUse": {"Count": {}}}
SOME = {"GeoMatchStatement": {"CountryCodes": ["DE"]}}


def _firewall(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "edge", f"Firewall/{path}", wrong, *rules)


_firewall("Scope", [REMOVED, UNKNOWN, "REGIONAL"], "MIYABI.WAF.1")
_firewall(f"{RATE}/Limit", [REMOVED, UNKNOWN, 1_000_000], "MIYABI.WAF.2")
_firewall(f"{RATE}/EvaluationWindowSec", [UNKNOWN, 60], "MIYABI.WAF.2")
_firewall(f"{RATE}/EvaluationWindowSec", [REMOVED])
_firewall(f"{RATE}/AggregateKeyType", [REMOVED, UNKNOWN, "CONSTANT"], "MIYABI.WAF.2")
_firewall(f"{RATE}/ScopeDownStatement", [SOME], "MIYABI.WAF.2")
_firewall("Rules/0/Action", [REMOVED, UNKNOWN, {"Count": {}}], "MIYABI.WAF.2")
_firewall("Rules/0/VisibilityConfig", [REMOVED, UNKNOWN], "WAF.12")
_firewall("VisibilityConfig/CloudWatchMetricsEnabled", [REMOVED, UNKNOWN, False], "WAF.12")
_firewall("VisibilityConfig/SampledRequestsEnabled", [REMOVED, UNKNOWN, False], "WAF.12")
_firewall(f"{GROUP}/Name", [REMOVED, UNKNOWN, "AWSManagedRulesLinuxRuleSet"], "WAF.10")
_firewall(f"{GROUP}/VendorName", [REMOVED, UNKNOWN, "Somebody"], "WAF.10")
_firewall(f"{GROUP}/ScopeDownStatement", [SOME], "WAF.10")
_firewall(f"{GROUP}/ExcludedRules", [[{"Name": "GenericRFI_BODY"}]], "WAF.10")
_firewall(f"{GROUP}/RuleActionOverrides", [[LET_THROUGH]], "WAF.10")
_firewall(f"{GROUP}/RuleActionOverrides", [REMOVED])
_firewall("Rules/3/Statement/ManagedRuleGroupStatement/RuleActionOverrides", [[LET_THROUGH]], "WAF.10")
_firewall(f"{COMMON}/OverrideAction", [REMOVED, UNKNOWN, {"Count": {}}], "WAF.10")
_firewall("Rules", [REMOVED, UNKNOWN, []], "MIYABI.WAF.2", "WAF.10")
spoils(MUTATIONS, "edge", "FirewallLogging/RedactedFields", [REMOVED, UNKNOWN, []], "WAF.11")
spoils(
    MUTATIONS,
    "edge",
    "FirewallLogging/RedactedFields/1/SingleHeader/Name",
    [REMOVED, UNKNOWN, "accept"],
    "WAF.11",
)
spoils(MUTATIONS, "edge", "FirewallLogging/RedactedFields/2/SingleHeader/Name", ["Cookie"])
spoils(MUTATIONS, "edge", "FirewallLogging/RedactedFields/0/QueryString", [REMOVED], "WAF.11")
spoils(MUTATIONS, "edge", "FirewallLogging/ResourceArn", [REMOVED, UNKNOWN], "WAF.11")


@breaks(MUTATIONS, "WAF.11", "MIYABI.TEMPLATE.7")
def log_nothing(templates: Templates) -> None:
    del templates["edge"]["Resources"]["FirewallLogging"]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)
