"""The edge: CloudFront, its functions, the firewall before it and the bucket behind."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.assumptions import BUCKET_GB, CACHE_MISS_SHARE
from cost.lines import Charge, NotPriced
from cost.money import plain
from cost.registry import pricing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

KB_IN_GB = 1024**2
BEHIND = "the API's requests and answers pass through CloudFront; viewers are in the United States and Europe"
PAID_RULE_GROUPS = {
    "AWSManagedRulesACFPRuleSet": "account creation fraud prevention",
    "AWSManagedRulesATPRuleSet": "account takeover prevention",
    "AWSManagedRulesBotControlRuleSet": "bot control",
}


@pricing("AWS::CloudFront::Distribution")
def distribution(resource: Resource, context: Context) -> Iterator[Item]:
    """Requests, what goes out to viewers, what they send to the API, what the bucket is asked for."""
    routing = context.routing
    if resource is not routing.distribution:
        yield NotPriced("a second distribution: [traffic] has one")
        return
    said = BEHIND if routing.api_behind_distribution else ""
    yield Charge(
        "requests",
        routing.distribution_requests,
        context.price("AmazonCloudFront", "requests_https_united-states"),
        said,
    )
    yield Charge(
        "data out",
        routing.distribution_out_gb,
        context.price("AmazonCloudFront", "data_transfer_out_us-europe"),
        said,
    )
    if routing.api_behind_distribution:
        sent = routing.api_requests * context.traffic.request_kb / KB_IN_GB
        yield Charge(
            "data to the API",
            sent,
            context.price("AmazonCloudFront", "data_transfer_to_origin_us-europe"),
            said,
        )
    yield Charge(
        "bucket reads",
        context.traffic.frontend_requests_per_month * CACHE_MISS_SHARE,
        context.price("AmazonS3", "requests_get_other"),
        f"{plain(CACHE_MISS_SHARE * 100)} % of the frontend's requests are not in CloudFront's cache",
    )


@pricing("AWS::CloudFront::Function")
def edge_function(_: Resource, context: Context) -> Iterator[Item]:
    """One run for each request of the frontend."""
    yield Charge(
        "runs",
        context.traffic.frontend_requests_per_month,
        context.price("AmazonCloudFront", "functions_invocations"),
        "a CloudFront function runs once for each request of the frontend",
    )


@pricing("AWS::S3::Bucket")
def bucket(_: Resource, context: Context) -> Iterator[Item]:
    """What it stores; reads belong to whoever reads."""
    said = f"a bucket holds {plain(BUCKET_GB)} GB; writes to it are few and not counted"
    yield Charge("storage", BUCKET_GB, context.price("AmazonS3", "standard_storage"), said)


@pricing("AWS::WAFv2::WebACL")
def web_acl(resource: Resource, context: Context) -> Iterator[Item]:
    """The list, each of its rules (a managed group is one), and the requests that it looks at."""
    rules = context.mappings(resource, "Rules")
    requests = (
        context.routing.distribution_requests
        if context.text(resource, "Scope") == "CLOUDFRONT"
        else Decimal(0)
    )
    yield Charge("web ACL", Decimal(1), context.price("awswaf", "web_acl"))
    yield Charge("rules", Decimal(len(rules)), context.price("awswaf", "rule"))
    yield Charge("requests", requests, context.price("awswaf", "requests"))
    for rule in rules:
        group = rule.get("Statement", {}).get("ManagedRuleGroupStatement", {}).get("Name")
        if group in PAID_RULE_GROUPS:
            yield NotPriced(f"WAF {PAID_RULE_GROUPS[group]}")
