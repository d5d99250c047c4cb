"""The Serverless Application Model: its types cost what they become."""

from __future__ import annotations

from typing import Any

import pytest

from cfn.deployment import Deployment
from cfn.template import Template
from cost import Estimate, UsageFile, estimate
from cost.pricings.serverless.function import BY_API
from tests.cost.bills import prices, quantities, told, used
from tests.cost.systems import ref, resource

CALLS = {"monthly_requests": 1000, "request_duration_ms": 1000}
PAIRS = [
    (
        ("AWS::Serverless::Function", {"MemorySize": 512, "Tracing": "Active", "Architectures": ["arm64"]}),
        (
            "AWS::Lambda::Function",
            {"MemorySize": 512, "TracingConfig": {"Mode": "Active"}, "Architectures": ["arm64"]},
        ),
        CALLS,
    ),
    (
        ("AWS::Serverless::HttpApi", {}),
        ("AWS::ApiGatewayV2::Api", {}),
        {"monthly_requests": 5, "request_size_kb": 600},
    ),
    (
        ("AWS::Serverless::Api", {"StageName": "live", "EndpointConfiguration": {"Type": "PRIVATE"}}),
        ("AWS::ApiGateway::RestApi", {"EndpointConfiguration": {"Types": ["PRIVATE"]}}),
        {"monthly_requests": 5, "monthly_data_out_gb": 5},
    ),
    (
        ("AWS::Serverless::SimpleTable", {}),
        ("AWS::DynamoDB::Table", {"BillingMode": "PAY_PER_REQUEST"}),
        {"monthly_write_request_units": 100, "storage_gb": 3},
    ),
    (
        (
            "AWS::Serverless::SimpleTable",
            {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}},
        ),
        (
            "AWS::DynamoDB::Table",
            {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}},
        ),
        {},
    ),
    (
        ("AWS::Serverless::StateMachine", {"Type": "EXPRESS", "Tracing": {"Enabled": True}}),
        (
            "AWS::StepFunctions::StateMachine",
            {"StateMachineType": "EXPRESS", "TracingConfiguration": {"Enabled": True}},
        ),
        {"monthly_requests": 1000, "memory_mb": 100, "workflow_duration_ms": 150},
    ),
]


@pytest.mark.parametrize(("of_the_model", "real", "usage"), PAIRS)
def test_a_type_of_the_model_costs_what_it_becomes(of_the_model: Any, real: Any, usage: Any) -> None:
    bills = [
        used({"It": resource(type_, **properties)}, It=usage) for type_, properties in (of_the_model, real)
    ]

    assert bills[0].total()
    assert quantities(bills[0], "It") == quantities(bills[1], "It")
    assert prices(bills[0], "It") == prices(bills[1], "It")


def with_globals(given: Any, **properties: Any) -> Estimate:
    """One function in a template with `Globals`."""
    body = {"Resources": {"It": resource("AWS::Serverless::Function", **properties)}, "Globals": given}
    deployment = Deployment("sam", [Template("sam", body)], "us-east-1", "211234825975")
    return estimate(deployment, usage=UsageFile.of({"It": CALLS}))


@pytest.mark.parametrize(
    ("given", "properties", "compute"),
    [
        ({"Function": {"MemorySize": 1024}}, {}, 1000),
        ({"Function": {"MemorySize": 1024}}, {"MemorySize": 512}, 500),
        ({"Function": {"MemorySize": {"Fn::If": ["No", 1, 1024]}}}, {"MemorySize": 512}, 500),
        ({"Api": {"MemorySize": 1024}}, {}, 125),
        ({"Function": None}, {}, 125),
        ("nonsense", {}, 125),
    ],
)
def test_what_a_function_leaves_out_stands_in_the_globals(given: Any, properties: Any, compute: int) -> None:
    assert compute == quantities(with_globals(given, **properties), "It")["compute"]


def test_nested_globals_are_read_too() -> None:
    found = with_globals({"Function": {"EphemeralStorage": {"Size": 1536}, "Tracing": "Active"}})

    assert {"ephemeral storage", "traces"} <= set(quantities(found, "It"))


def test_environments_kept_ready_by_the_function_itself_are_charged_there() -> None:
    ready = {"ProvisionedConcurrentExecutions": 2}
    function = resource(
        "AWS::Serverless::Function",
        MemorySize=1024,
        AutoPublishAlias="live",
        ProvisionedConcurrencyConfig=ready,
    )

    assert {"provisioned concurrency": 2 * 730 * 3600} == quantities(used({"It": function}), "It")


@pytest.mark.parametrize(
    ("events", "price"),
    [
        ({"Get": {"Type": "HttpApi"}}, "AmazonApiGateway/http_api_requests"),
        ({"Get": {"Type": "Api", "Properties": {"Path": "/"}}}, "AmazonApiGateway/rest_api_requests"),
        ({"Get": {"Type": "HttpApi", "Properties": {"ApiId": ref("Api")}}}, None),
        ({"Put": {"Type": "SQS"}}, None),
        ({}, None),
    ],
)
def test_an_api_that_events_imply_takes_the_calls(events: Any, price: str | None) -> None:
    function = resource("AWS::Serverless::Function", Events=events)

    bill = used({"It": function, "Api": resource("AWS::Serverless::HttpApi")}, It=CALLS)

    assert price == prices(bill, "It").get("API requests")
    assert (BY_API in told(bill)) is (price is not None)


def test_a_schedule_among_the_events_runs_as_often_as_it_says() -> None:
    nightly = {"Type": "ScheduleV2", "Properties": {"ScheduleExpression": "rate(1 hour)"}}
    paused = {"Type": "ScheduleV2", "Properties": {"ScheduleExpression": "rate(1 hour)", "State": "DISABLED"}}
    function = resource("AWS::Serverless::Function", Events={"Nightly": nightly, "Paused": paused})

    assert {"schedule": 730} == quantities(used({"It": function}), "It")


def test_a_function_logs_to_a_group_of_its_name() -> None:
    resources = {
        "It": resource("AWS::Serverless::Function", FunctionName="it"),
        "Group": resource("AWS::Logs::LogGroup", LogGroupName="/aws/lambda/it"),
    }

    assert 7 == quantities(used(resources, It={"monthly_log_gb": 7}), "Group")["ingest"]
