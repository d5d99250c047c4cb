"""Firewalls: rules, groups of rules, and the requests that they look at."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.cost.bills import price, prices, quantities, told, used
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, attribute, resource

MILLION = 1_000_000
PARAMETER = {"Fn::ImportValue": "of-another-stack"}
ELSEWHERE = "arn:aws:wafv2:us-east-1:123456789012:regional/rulegroup/blocked/1"


def managed(name: Any, vendor: Any = "AWS", **statement: Any) -> dict[str, Any]:
    return {"Statement": {"ManagedRuleGroupStatement": {"VendorName": vendor, "Name": name, **statement}}}


def bots(level: Any = None, **statement: Any) -> dict[str, Any]:
    configuration = {"AWSManagedRulesBotControlRuleSet": {"InspectionLevel": level}}
    configured = {"ManagedRuleGroupConfigs": [configuration]} if level else {}
    return managed("AWSManagedRulesBotControlRuleSet", **configured, **statement)


def own(arn: Any = ELSEWHERE) -> dict[str, Any]:
    return {"Statement": {"RuleGroupReferenceStatement": {"Arn": arn}}}


def firewall(*rules: Any) -> Resources:
    return {"Firewall": resource("AWS::WAFv2::WebACL", Scope="REGIONAL", Rules=list(rules))}


def group(rules: int = 3, capacity: Any = 100) -> Resources:
    return {
        "Group": resource(
            "AWS::WAFv2::RuleGroup", Capacity=capacity, Rules=[{"Name": str(each)} for each in range(rules)]
        )
    }


def test_a_list_without_rules_costs_five_dollars() -> None:
    assert Decimal(5) == used(firewall()).total()


def test_every_usage_key_matters_but_for_the_rules_inside_managed_groups() -> None:
    sold = (
        bots(),
        *(managed(f"AWSManagedRules{name}RuleSet") for name in ("ATP", "ACFP", "AntiDDoS")),
    )
    usage = {"monthly_requests": MILLION, "monthly_bot_control_requests": 20 * MILLION}

    [idle] = without_effect(firewall(*sold), "Firewall", usage)

    assert "managed_rule_group_rules" == idle.name
    assert "cost nothing" in idle.about


def test_rules_of_own_groups_are_charged_at_the_list_that_uses_them() -> None:
    found = used(firewall(own(attribute("Group", "Arn"))) | group(rules=3))

    assert {"web ACL": 1, "rules": 1, "rules in rule groups": 3} == quantities(found, "Firewall")
    assert {} == quantities(found, "Group")
    assert any("charged at each web ACL" in text for text in told(found))


def test_a_usage_file_counts_the_rules_of_own_groups_before_the_template() -> None:
    found = used(firewall(own(attribute("Group", "Arn"))) | group(), Firewall={"rule_group_rules": 5})

    assert 5 == quantities(found, "Firewall")["rules in rule groups"]


def test_a_group_that_no_list_here_uses_is_charged_once() -> None:
    found = used(group(rules=3))

    assert {"rules": 3} == quantities(found, "Group")
    assert any("one web ACL, outside" in text for text in told(found))


def test_ten_lists_as_awss_calculator_has_them() -> None:
    """The AWS Pricing Calculator: 10 lists, each of 10 rules, 10 own groups of 10 and 10 managed groups."""
    rules = [{"Name": "rule"}] * 10 + [own()] * 10 + [managed("AWSManagedRulesUnixRuleSet")] * 10
    lists = {f"List{number}": firewall(*rules)["Firewall"] for number in range(10)}
    usage = {name: {"rule_group_rules": 100, "monthly_requests": MILLION} for name in lists}

    assert Decimal(1356) == used(lists, **usage).total()


@pytest.mark.parametrize(("capacity", "steps"), [(1500, 0), (1501, 1), (2000, 1), (2700, 3)])
def test_each_step_of_capacity_makes_requests_dearer(capacity: int, steps: int) -> None:
    usage = {"monthly_requests": MILLION, "capacity_units": capacity}

    found = quantities(used(firewall(), Firewall=usage), "Firewall")

    assert steps * MILLION == found.get("requests over 1,500 capacity units", 0)


def test_capacity_follows_from_the_groups_where_nobody_says_it() -> None:
    names = ("CommonRuleSet", "SQLiRuleSet", "LinuxRuleSet", "KnownBadInputsRuleSet")
    rules = (*(managed(f"AWSManagedRules{name}") for name in names), own(attribute("Group", "Arn")))

    found = used(firewall(*rules) | group(capacity="201"), Firewall={"monthly_requests": MILLION})

    assert MILLION == quantities(found, "Firewall")["requests over 1,500 capacity units"]
    assert any("take 1,501 capacity units" in text for text in told(found))


def test_bot_control_looks_at_every_request() -> None:
    found = used(firewall(bots()), Firewall={"monthly_requests": 11 * MILLION})

    assert 11 * MILLION == quantities(found, "Firewall")["bot control requests"]
    assert Decimal(5) + 1 + Decimal("6.6") + 10 + 1 == found.total()
    assert "bot control looks at every request that the web ACL looks at" in told(found)


def test_bot_control_that_is_narrowed_down_asks_for_its_requests() -> None:
    narrow = bots(ScopeDownStatement={"ByteMatchStatement": {}})

    found = used(firewall(narrow), Firewall={"monthly_requests": 11 * MILLION})

    assert "bot control requests" not in quantities(found, "Firewall")
    assert any("monthly_bot_control_requests in a usage file" in text for text in told(found))


@pytest.mark.parametrize(
    ("level", "name"),
    [
        (None, "bot_control_requests"),
        ("COMMON", "bot_control_requests"),
        ("TARGETED", "bot_control_targeted_requests"),
    ],
)
def test_bot_control_has_two_levels(level: str | None, name: str) -> None:
    found = used(firewall(bots(level)), Firewall={"monthly_bot_control_requests": 7})

    assert f"awswaf/{name}" == prices(found, "Firewall")["bot control requests"]


@pytest.mark.parametrize(
    ("name", "key", "component"),
    [
        ("ATP", "monthly_account_takeover_attempts", "account takeover prevention"),
        ("ACFP", "monthly_account_creation_attempts", "account creation fraud prevention"),
    ],
)
def test_fraud_control_costs_by_the_month_and_by_the_attempt(name: str, key: str, component: str) -> None:
    found = used(firewall(managed(f"AWSManagedRules{name}RuleSet")), Firewall={key: 7})

    assert {component: 1, f"{component} attempts": 7}.items() <= quantities(found, "Firewall").items()


def test_groups_that_are_not_there_cost_nothing_whatever_the_usage_file_says() -> None:
    usage = {"monthly_bot_control_requests": 20 * MILLION, "monthly_account_takeover_attempts": MILLION}

    assert Decimal(5) == used(firewall(), Firewall=usage).total()


def test_the_rules_of_another_vendor_are_one_rule_and_told() -> None:
    found = used(firewall(managed("OWASP", vendor="Imperva")))

    assert {"web ACL": 1, "rules": 1} == quantities(found, "Firewall")
    assert "what Imperva asks for its managed rules" in told(found)


def test_a_group_that_only_deployment_knows_leaves_the_others() -> None:
    found = used(firewall(managed(PARAMETER), managed("AWSManagedRulesATPRuleSet")))

    assert {"web ACL": 1, "rules": 2, "account takeover prevention": 1} == quantities(found, "Firewall")
    assert ["Rules.0.Statement.ManagedRuleGroupStatement.Name"] == [each.name for each in found.unknowns]


def test_rules_that_only_deployment_knows_leave_the_list_and_its_requests() -> None:
    acl = {"Firewall": resource("AWS::WAFv2::WebACL", Scope="REGIONAL", Rules=PARAMETER)}

    found = used(acl, Firewall={"monthly_requests": MILLION})

    assert {"web ACL": 1, "requests": MILLION} == quantities(found, "Firewall")
    assert {"Rules"} == {each.name for each in found.unknowns}


@pytest.mark.parametrize("type_", ["AWS::WAF::WebACL", "AWS::WAFRegional::WebACL"])
def test_a_classic_list_costs_what_a_new_one_does(type_: str) -> None:
    classic = {"Firewall": resource(type_, Rules=[{"RuleId": "1"}, {"RuleId": "2"}])}

    found = used(classic, Firewall={"rule_group_rules": 5, "monthly_requests": MILLION})

    assert Decimal("12.6") == found.total()
    assert [] == without_effect(classic, "Firewall")


@pytest.mark.parametrize(("scope", "logged"), [("CLOUDFRONT", True), ("REGIONAL", False)])
def test_the_log_of_a_regional_firewall_has_no_requests_of_a_distribution(
    scope: str,
    logged: bool,  # noqa: FBT001
) -> None:
    bill = price(
        {
            "Site": resource("AWS::CloudFront::Distribution", DistributionConfig={}),
            "Acl": resource("AWS::WAFv2::WebACL", Scope=scope, Rules=[]),
            "Logs": resource("AWS::Logs::LogGroup", LogGroupName="aws-waf-logs-site"),
            "Logging": resource(
                "AWS::WAFv2::LoggingConfiguration",
                ResourceArn=attribute("Acl", "Arn"),
                LogDestinationConfigs=[attribute("Logs", "Arn")],
            ),
        },
        requests_per_month=0,
        request_duration_ms=0,
        frontend_requests_per_month=MILLION,
    )

    assert logged is ("ingest" in quantities(bill, "Logs"))
