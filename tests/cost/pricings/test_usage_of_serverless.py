"""Functions, APIs, messages, logs: every usage key changes the bill, or says that it costs nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost import UsageFile, estimate
from cost.registry import priced_types, pricing_of
from tests.cost.systems import deploy, resource

SERVICES = (
    "ApiGateway ApiGatewayV2 CloudWatch CodeBuild Events KMS Lambda Logs Pipes SNS SQS SSM Scheduler "
    "SecretsManager Serverless StepFunctions Synthetics XRay"
)
TYPES = [type_ for type_ in priced_types() if type_.split("::")[1] in SERVICES.split()]
READY = {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 2}}
GROUP = "arn:aws:logs:us-east-1:211234825975:log-group:elsewhere"
KEPT = {"AccessLogSetting": {"DestinationArn": GROUP}, "AccessLogSettings": {"DestinationArn": GROUP}}
FUNCTION: dict[str, Any] = {"SnapStart": {"ApplyOn": "PublishedVersions"}, "Runtime": "python3.13"}
EXPRESS = {"CloudWatchLogsLogGroup": {"LogGroupArn": GROUP}}

PROPERTIES: dict[str, list[dict[str, Any]]] = {
    "AWS::ApiGateway::Stage": [KEPT],
    "AWS::ApiGatewayV2::Api": [{"ProtocolType": "HTTP"}, {"ProtocolType": "WEBSOCKET"}],
    "AWS::ApiGatewayV2::Stage": [KEPT],
    "AWS::CodeBuild::Project": [{"Environment": {"ComputeType": "BUILD_GENERAL1_SMALL"}}],
    "AWS::Lambda::Alias": [READY],
    "AWS::Lambda::EventSourceMapping": [{"ProvisionedPollerConfig": {}, "Topics": ["t"]}],
    "AWS::Lambda::Function": [{}, FUNCTION],
    "AWS::Lambda::Version": [READY],
    "AWS::SNS::Subscription": [{"Protocol": "https"}],
    "AWS::SSM::Parameter": [{"Tier": "Advanced"}, {}],
    "AWS::Scheduler::Schedule": [{"ScheduleExpression": "rate(1 day)"}],
    "AWS::Serverless::Api": [KEPT],
    "AWS::Serverless::Function": [{}, FUNCTION],
    "AWS::Serverless::HttpApi": [KEPT],
    "AWS::Serverless::SimpleTable": [
        {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    ],
    "AWS::Serverless::StateMachine": [
        {"Type": "STANDARD"},
        {"Type": "EXPRESS", "Logging": {"Destinations": [EXPRESS]}},
    ],
    "AWS::StepFunctions::StateMachine": [
        {},
        {"StateMachineType": "EXPRESS", "LoggingConfiguration": {"Destinations": [EXPRESS]}},
    ],
    "AWS::Synthetics::Canary": [{"Schedule": {"Expression": "rate(1 day)"}}],
    "AWS::XRay::Group": [{"InsightsConfiguration": {"InsightsEnabled": True}}],
}
"""Properties with which the keys of a type count."""
MONTH = {
    "cold_start_share": Decimal("0.1"),
    "sms_subscriptions": 1,
    "monthly_messages": 1000,
    "monthly_requests": 1000,
    "monthly_custom_events": 1000,
    "monthly_api_interactions": 1000,
}
"""What goes on beside the key in question."""


def total(type_: str, properties: dict[str, Any], key: str, *figures: Any) -> list[Decimal]:
    """A month's total with each of these figures under a key."""
    known = {each.name for each in getattr(pricing_of(type_), "USAGE", ())}
    others = {name: figure for name, figure in MONTH.items() if name in known and name != key}
    deployment = deploy({"It": resource(type_, **properties)})
    return [
        estimate(deployment, usage=UsageFile.of({"It": others | {key: figure}})).total() for figure in figures
    ]


@pytest.mark.parametrize(
    ("type_", "key"),
    [(type_, key.name) for type_ in TYPES for key in getattr(pricing_of(type_), "USAGE", ())],
)
def test_every_usage_key_changes_the_bill(type_: str, key: str) -> None:
    [found] = [each for each in getattr(pricing_of(type_), "USAGE", ()) if each.name == key]
    figures = found.choices or ((0, "0.5") if key.endswith("_share") else (0, 5, 5000))

    assert any(
        len(set(total(type_, properties, key, *figures))) > 1 for properties in PROPERTIES.get(type_, [{}])
    )


@pytest.mark.parametrize(
    ("type_", "properties", "key"),
    [
        (
            "AWS::ApiGateway::RestApi",
            {"EndpointConfiguration": {"Types": ["PRIVATE"]}},
            "monthly_data_out_gb",
        ),
        ("AWS::ApiGatewayV2::Api", {"ProtocolType": "WEBSOCKET"}, "monthly_requests"),
        ("AWS::ApiGatewayV2::Api", {"ProtocolType": "HTTP"}, "monthly_messages"),
        ("AWS::ApiGatewayV2::Api", {"ProtocolType": "HTTP"}, "monthly_connection_mins"),
        ("AWS::Lambda::Function", FUNCTION, "init_duration_ms"),
        ("AWS::SNS::Topic", {"FifoTopic": True}, "http_subscriptions"),
        ("AWS::SNS::Topic", {"FifoTopic": True}, "sms_notification_price"),
        ("AWS::SSM::Parameter", {"Tier": "Standard"}, "parameter_storage_hrs"),
        ("AWS::StepFunctions::StateMachine", {"StateMachineType": "EXPRESS"}, "monthly_transitions"),
        ("AWS::StepFunctions::StateMachine", {}, "monthly_requests"),
        ("AWS::XRay::Group", {}, "monthly_insights_traces"),
    ],
)
def test_a_key_that_costs_nothing_says_so(type_: str, properties: dict[str, Any], key: str) -> None:
    [found] = [each for each in getattr(pricing_of(type_), "USAGE", ()) if each.name == key]
    [less, more] = total(type_, properties, key, 1, 1000)

    assert less == more
    assert "nothing" in found.about
