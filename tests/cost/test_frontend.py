"""The edge: what passes through CloudFront and its firewall, charged once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cost.estimate import UNTOLD
from tests.cost.bills import price, quantities
from tests.cost.systems import function, resource

if TYPE_CHECKING:
    from cost import Estimate


def edge(logging: dict[str, Any] | None = None, **traffic: Any) -> Estimate:
    """CloudFront with a firewall before an HTTP API and a bucket."""
    origins = [{"Id": "frontend", "S3OriginConfig": {}}, {"Id": "api", "CustomOriginConfig": {}}]
    managed = {
        "Statement": {
            "ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}
        }
    }
    destination = {
        "Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${FirewallLogGroup}"
    }
    return price(
        function()
        | {
            "Distribution": resource(
                "AWS::CloudFront::Distribution", DistributionConfig={"Origins": origins}
            ),
            "Firewall": resource("AWS::WAFv2::WebACL", Scope="CLOUDFRONT", Rules=[managed, {"Name": "rate"}]),
            "FirewallLogGroup": resource("AWS::Logs::LogGroup", LogGroupName="aws-waf-logs-test"),
            "FirewallLogging": resource(
                "AWS::WAFv2::LoggingConfiguration", LogDestinationConfigs=[destination], **(logging or {})
            ),
            "Router": resource("AWS::CloudFront::Function"),
            "Bucket": resource("AWS::S3::Bucket"),
        },
        **traffic,
    )


def test_the_apis_traffic_passes_through_cloudfront_and_is_charged_there_once() -> None:
    bill = edge(
        requests_per_month=1_000_000,
        frontend_requests_per_month=500_000,
        internet_out_gb=10,
        frontend_out_gb=50,
    )

    found = quantities(bill, "Distribution")
    assert 1_500_000 == found["requests"]
    assert 60 == found["data out"]
    assert {"requests"} == set(quantities(bill, "HttpApi"))


def test_the_firewall_counts_a_managed_group_as_one_rule() -> None:
    bill = edge(requests_per_month=1_000_000)

    assert {"web ACL": 1, "rules": 2, "requests": 1_000_000} == quantities(bill, "Firewall")


def test_the_firewalls_log_goes_to_the_group_in_its_arn() -> None:
    bill = edge(requests_per_month=1024**2)

    assert {"ingest": Decimal(1), "archive": Decimal(1)} == quantities(bill, "FirewallLogGroup")


def test_a_firewall_that_logs_blocked_requests_alone_logs_little() -> None:
    bill = edge({"LoggingFilter": {"DefaultBehavior": "DROP"}}, requests_per_month=1024**2)

    assert Decimal("0.01") == quantities(bill, "FirewallLogGroup")["ingest"]


def test_a_page_router_runs_for_each_request_of_the_frontend() -> None:
    assert {"runs": 3_000_000} == quantities(edge(frontend_requests_per_month=3_000_000), "Router")


def test_a_second_distribution_has_none_of_the_traffic_and_says_so() -> None:
    two = {name: resource("AWS::CloudFront::Distribution", DistributionConfig={}) for name in ("A", "B")}

    bill = price(two, frontend_requests_per_month=1000)

    assert ["B"] == [resource.logical_id for resource in bill.assumptions[UNTOLD]]


def test_a_rule_group_of_another_vendor_is_told_as_not_priced() -> None:
    bought = {"Statement": {"ManagedRuleGroupStatement": {"VendorName": "Fortinet", "Name": "OWASPTop10"}}}

    bill = price({"Firewall": resource("AWS::WAFv2::WebACL", Scope="REGIONAL", Rules=[bought])})

    assert ["what Fortinet asks for its managed rules"] == [reason for _, reason in bill.not_priced]
