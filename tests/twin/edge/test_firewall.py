"""A web ACL blocks whom it says, and what of it is not tried is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.edge.deploying import total
from tests.twin.http_api.deploying import ask

if TYPE_CHECKING:
    from tests.twin.edge.deploying import Deployed
    from twin.aws.clients import Aws
    from twin.edge import Edge
    from twin.recording import Recorder


def attach(distribution: Deployed, default: str, *rules: dict[str, Any]) -> str:
    visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}
    firewall = distribution.aws.client("wafv2")
    acl = firewall.create_web_acl(
        Name="wall",
        Scope="CLOUDFRONT",
        DefaultAction={default: {}},
        VisibilityConfig={**visible, "MetricName": "wall"},
        Rules=[
            {"Priority": order, "VisibilityConfig": {**visible, "MetricName": rule["Name"]}, **rule}
            for order, rule in enumerate(rules)
        ],
    )["Summary"]
    distribution.change(lambda config: config.update(WebACLId=acl["ARN"]))
    return str(acl["ARN"])


def test_the_firewall_blocks_everybody_by_its_default(
    aws: Aws, address: str, distribution: Deployed, recorder: Recorder
) -> None:
    attach(distribution, "Block")
    answer = ask(address, target="/api/")
    recorder.flush()

    assert (403, True) == (answer.status, b"Request blocked" in answer.body)
    assert "Error from cloudfront" == answer.headers["x-cache"]
    found = total(aws, "AWS/WAFV2", "BlockedRequests", {"WebACL": "wall", "Rule": "Default_Action"})
    assert 1 == found


def test_the_firewall_blocks_who_asks_too_often(address: str, distribution: Deployed) -> None:
    rate = {"RateBasedStatement": {"AggregateKeyType": "IP", "Limit": 10}}
    attach(distribution, "Allow", {"Name": "Rate", "Action": {"Block": {}}, "Statement": rate})
    statuses = [ask(address, target="/api/").status for _ in range(12)]

    assert [200] * 10 + [403] * 2 == statuses


@pytest.mark.parametrize(("network", "status"), [("127.0.0.0/8", 403), ("10.0.0.0/8", 200)])
def test_the_firewall_blocks_a_set_of_addresses(
    address: str, distribution: Deployed, network: str, status: int
) -> None:
    addresses = distribution.aws.client("wafv2").create_ip_set(
        Name="set", Scope="CLOUDFRONT", IPAddressVersion="IPV4", Addresses=[network]
    )["Summary"]["ARN"]
    rule = {"IPSetReferenceStatement": {"ARN": addresses}}
    attach(distribution, "Allow", {"Name": "Set", "Action": {"Block": {}}, "Statement": rule})

    assert status == ask(address, target="/api/").status


def test_a_rate_of_some_requests_only_is_not_tried(address: str, distribution: Deployed) -> None:
    some = {"GeoMatchStatement": {"CountryCodes": ["US"]}}
    rate = {"RateBasedStatement": {"AggregateKeyType": "IP", "Limit": 10, "ScopeDownStatement": some}}
    attach(distribution, "Allow", {"Name": "Rate", "Action": {"Block": {}}, "Statement": rate})

    assert {200} == {ask(address, target="/api/").status for _ in range(12)}


def test_the_first_rule_that_matches_decides(address: str, distribution: Deployed) -> None:
    addresses = distribution.aws.client("wafv2").create_ip_set(
        Name="set", Scope="CLOUDFRONT", IPAddressVersion="IPV4", Addresses=["127.0.0.0/8"]
    )["Summary"]["ARN"]
    rule = {"Statement": {"IPSetReferenceStatement": {"ARN": addresses}}}
    attach(
        distribution,
        "Block",
        {"Name": "Second", "Action": {"Block": {}}, **rule, "Priority": 7},
        {"Name": "First", "Action": {"Allow": {}}, **rule, "Priority": 3},
    )

    assert 200 == ask(address, target="/api/").status


def test_the_firewall_tells_which_rules_are_not_tried(edge: Edge, distribution: Deployed) -> None:
    group = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}
    rate = {"RateBasedStatement": {"AggregateKeyType": "IP", "Limit": 10}}
    attach(
        distribution,
        "Allow",
        {"Name": "Common", "OverrideAction": {"None": {}}, "Statement": group},
        {"Name": "Puzzle", "Action": {"Captcha": {}}, "Statement": rate},
        {"Name": "Own", "Action": {"Block": {"CustomResponse": {"ResponseCode": 429}}}, "Statement": rate},
        {"Name": "Plain", "Action": {"Block": {}}, "Statement": rate},
    )
    told = [each for each in edge.unchecked if "web ACL wall" in each]

    assert [
        "rule Common of web ACL wall is not tried (ManagedRuleGroupStatement)",
        "rule Puzzle of web ACL wall lets pass whom it matches (Captcha)",
        "rule Own of web ACL wall blocks in CloudFront's words, not its own",
    ] == told
