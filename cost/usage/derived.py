"""What a month's traffic means for each resource: the usage keys it fills, and what is assumed on the way."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from cost.assumptions import (
    ACCESS_LOG_KB,
    BUCKET_GB,
    CACHE_MISS_SHARE,
    DATABASE_LOG_GB,
    FIREWALL_LOG_KB,
    FIREWALL_LOGGED_SHARE,
    FLOW_LOG_GB,
    NOTIFICATIONS,
)
from cost.money import plain
from cost.usage.figures import Derived
from cost.usage.routing import API, DISTRIBUTION, FUNCTION, origins, route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cfn.template import Resource
    from cost.context import Context
    from cost.usage.routing import Routing
    from cost.usage.traffic import Traffic

    Implied = Iterator[tuple[str, Decimal, str]]

KB_IN_GB = 1024**2
VIEWERS = "viewers are in the United States, Mexico or Canada"
BEHIND = f"the API's requests and answers pass through CloudFront; {VIEWERS}"


def derive(context: Context, traffic: Traffic) -> Mapping[Resource, Mapping[str, Derived]]:
    """The figures of each resource that carries some of the traffic.

    Args:
        context: The deployment, whose own figures are not looked at.
        traffic: What the month brings.

    """
    routing = route(context, traffic)
    figures: defaultdict[Resource, dict[str, Derived]] = defaultdict(dict)
    for resource in context.resources(*SHARES):
        for key, value, assumption in SHARES[resource.type](resource, context, routing):
            figures[resource][key] = Derived(value, assumption)
    return figures


def _function(resource: Resource, _: Context, routing: Routing) -> Implied:
    traffic, requests = routing.traffic, routing.requests(resource)
    if not requests:
        return
    yield "monthly_requests", requests, ""
    yield "request_duration_ms", traffic.request_duration_ms, ""
    yield "cold_start_share", traffic.cold_start_share, ""
    yield "init_duration_ms", traffic.init_duration_ms, ""
    if traffic.log_gb is None:
        yield "log_kb_per_request", traffic.log_kb_per_request or Decimal(0), ""
    elif resource is routing.main_function:
        yield "monthly_log_gb", traffic.log_gb, ""


def _api(resource: Resource, _: Context, routing: Routing) -> Implied:
    if resource is not routing.api:
        return
    yield "monthly_requests", routing.api_requests, ""
    yield "request_size_kb", max(routing.traffic.request_kb, routing.traffic.response_kb), ""
    if not routing.api_behind_distribution:
        yield "monthly_data_out_gb", routing.traffic.internet_out_gb, ""


def _stage(resource: Resource, context: Context, routing: Routing) -> Implied:
    if any(api is routing.api for api in context.targets(resource, "ApiId")):
        said = f"{plain(ACCESS_LOG_KB)} KB of access log for each request"
        yield "monthly_log_gb", routing.api_requests * ACCESS_LOG_KB / KB_IN_GB, said


def _distribution(resource: Resource, _: Context, routing: Routing) -> Implied:
    if resource is not routing.distribution:
        return
    said = BEHIND if routing.api_behind_distribution else VIEWERS
    yield "monthly_https_requests.us", routing.distribution_requests, said
    yield "monthly_data_transfer_to_internet_gb.us", routing.distribution_out_gb, said
    if routing.api_behind_distribution:
        sent = routing.api_requests * routing.traffic.request_kb / KB_IN_GB
        yield "monthly_data_transfer_to_origin_gb.us", sent, said


def _edge_function(_: Resource, __: Context, routing: Routing) -> Implied:
    yield "monthly_requests", routing.traffic.frontend_requests_per_month, ""


def _bucket(resource: Resource, context: Context, routing: Routing) -> Implied:
    yield (
        "standard.storage_gb",
        BUCKET_GB,
        f"a bucket holds {plain(BUCKET_GB)} GB; writes to it are few and not counted",
    )
    if routing.distribution is not None and resource in _origins(routing.distribution, context):
        reads = routing.traffic.frontend_requests_per_month * CACHE_MISS_SHARE
        said = f"{plain(CACHE_MISS_SHARE * 100)} % of the frontend's requests are not in CloudFront's cache"
        yield "standard.monthly_tier_2_requests", reads, said


def _origins(distribution: Resource, context: Context) -> set[Resource]:
    return {
        target
        for origin in origins(distribution, context)
        for target in context.referred(origin.get("DomainName"))
    }


def _web_acl(resource: Resource, context: Context, routing: Routing) -> Implied:
    if context.get(resource, "Scope") == "CLOUDFRONT":
        yield "monthly_requests", routing.distribution_requests, ""


def _firewall_log(resource: Resource, context: Context, routing: Routing) -> Implied:
    if any(context.get(acl, "Scope") == "REGIONAL" for acl in context.targets(resource, "ResourceArn")):
        return
    drops = context.get(resource, "LoggingFilter.DefaultBehavior") == "DROP"
    share = FIREWALL_LOGGED_SHARE if drops else Decimal(1)
    said = f"{plain(FIREWALL_LOG_KB)} KB of WAF log for {plain(share * 100)} % of requests"
    yield "monthly_log_gb", routing.distribution_requests * share * FIREWALL_LOG_KB / KB_IN_GB, said


def _flow_log(_: Resource, __: Context, ___: Routing) -> Implied:
    yield "monthly_log_gb", FLOW_LOG_GB, f"{plain(FLOW_LOG_GB)} GB of flow log a month"


def _database(resource: Resource, context: Context, routing: Routing) -> Implied:
    yield "storage_growth_gb", routing.traffic.database_storage_growth_gb_per_month, ""
    exports = context.get(resource, "EnableCloudwatchLogsExports")
    if isinstance(exports, list) and "postgresql" in exports:
        yield "monthly_log_gb", DATABASE_LOG_GB, f"{plain(DATABASE_LOG_GB)} GB of PostgreSQL log a month"


def _topic(_: Resource, __: Context, ___: Routing) -> Implied:
    yield "monthly_requests", NOTIFICATIONS, f"{plain(NOTIFICATIONS)} messages a month to each topic"


SHARES: dict[str, Callable[[Resource, Context, Routing], Implied]] = {
    FUNCTION: _function,
    API: _api,
    DISTRIBUTION: _distribution,
    "AWS::ApiGatewayV2::Stage": _stage,
    "AWS::CloudFront::Function": _edge_function,
    "AWS::EC2::FlowLog": _flow_log,
    "AWS::RDS::DBInstance": _database,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Subscription": _topic,
    "AWS::SNS::Topic": _topic,
    "AWS::WAFv2::LoggingConfiguration": _firewall_log,
    "AWS::WAFv2::WebACL": _web_acl,
}
