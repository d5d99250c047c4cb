"""Templates that make no sense, value by value, where traffic tells what their resources are used for."""

from __future__ import annotations

from functools import partial

import pytest

from tests.cost.bills import price
from tests.cost.nonsense import assert_refused_in_a_sentence_or_priced, spoiled
from tests.cost.systems import attribute, database, function, ref, resource

SENSE = {
    **function(MemorySize=512, LoggingConfig={"LogGroup": ref("Logs")}),
    "Alias": resource("AWS::Lambda::Alias", FunctionName=ref("ApiFunction"), Name="live"),
    "Stage": resource(
        "AWS::ApiGatewayV2::Stage",
        ApiId=ref("HttpApi"),
        AccessLogSettings={"DestinationArn": attribute("Logs", "Arn")},
        DefaultRouteSettings={"DetailedMetricsEnabled": True},
    ),
    "Logs": resource("AWS::Logs::LogGroup", RetentionInDays=30),
    "Bucket": resource("AWS::S3::Bucket", BucketName="site"),
    "Site": resource(
        "AWS::CloudFront::Distribution",
        DistributionConfig={
            "Origins": [
                {"DomainName": attribute("Bucket", "RegionalDomainName")},
                {"DomainName": attribute("HttpApi", "ApiEndpoint"), "CustomOriginConfig": {}},
            ]
        },
    ),
    "Firewall": resource("AWS::WAFv2::WebACL", Scope="CLOUDFRONT", Rules=[]),
    "FirewallLog": resource(
        "AWS::WAFv2::LoggingConfiguration",
        ResourceArn=attribute("Firewall", "Arn"),
        LogDestinationConfigs=[attribute("Logs", "Arn")],
        LoggingFilter={"DefaultBehavior": "DROP"},
    ),
    "FlowLog": resource("AWS::EC2::FlowLog", LogGroupName=ref("Logs")),
    "QueryLog": resource(
        "AWS::Route53Resolver::ResolverQueryLoggingConfig", DestinationArn=attribute("Logs", "Arn")
    ),
    "Database": database(EnableCloudwatchLogsExports=["postgresql"], MonitoringInterval=60),
    "Topic": resource("AWS::SNS::Topic", TopicName="alarms"),
    "Mail": resource("AWS::SNS::Subscription", TopicArn=ref("Topic"), Protocol="email"),
}
priced = partial(price, requests_per_month=1000, request_duration_ms=100, frontend_requests_per_month=1000)


@pytest.mark.parametrize("logical_id", SENSE)
def test_nonsense_is_refused_in_a_sentence_or_priced(logical_id: str) -> None:
    for changed in spoiled(SENSE[logical_id]):
        assert_refused_in_a_sentence_or_priced(partial(priced, SENSE | {logical_id: changed}))


def test_what_makes_sense_is_priced() -> None:
    bill = priced(SENSE)

    assert bill.total() > 0
    assert () == bill.unknowns
