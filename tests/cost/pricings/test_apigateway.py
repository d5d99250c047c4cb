"""REST APIs and their stages, WebSocket APIs: what the worked bills don't show."""

from __future__ import annotations

from typing import Any

import pytest

from cost import PropertyRefused
from cost.pricings.apigateway.stage import NOT_WRITTEN
from tests.cost.bills import quantities, told, used
from tests.cost.systems import Resources, ref, resource

ALL = {"HttpMethod": "*", "ResourcePath": "/*", "MetricsEnabled": True}
ONE = {"HttpMethod": "GET", "ResourcePath": "/orders", "MetricsEnabled": True}


def system(methods: int = 0, functions: Resources | None = None, **stage: Any) -> Resources:
    """An API with one stage and so many methods, which lead to a function if there is one."""
    uri = {"Fn::Sub": "arn:aws:apigateway:${F.Arn}/invocations"} if functions else "https://example.org"
    method = resource("AWS::ApiGateway::Method", RestApiId=ref("Api"), Integration={"Uri": uri})
    return {
        "Api": resource("AWS::ApiGateway::RestApi", Name="api"),
        "Stage": resource("AWS::ApiGateway::Stage", RestApiId=ref("Api"), **stage),
        **{f"Method{number}": method for number in range(methods)},
        **(functions or {}),
    }


@pytest.mark.parametrize(
    ("stage", "hours"),
    [
        ({"CacheClusterEnabled": True}, 730),
        ({"CacheClusterEnabled": "true", "CacheClusterSize": "6.1"}, 730),
        ({"CacheClusterSize": "6.1"}, None),
        ({}, None),
    ],
)
def test_a_cache_runs_all_month_once_it_is_enabled(stage: Any, hours: int | None) -> None:
    assert hours == quantities(used(system(**stage)), "Stage").get("cache")


def test_a_cache_of_a_size_that_there_is_not_is_refused() -> None:
    with pytest.raises(PropertyRefused, match=r"CacheClusterSize is 2, .*one of 0\.5, 1\.6"):
        used(system(CacheClusterEnabled=True, CacheClusterSize=2))


@pytest.mark.parametrize(
    ("settings", "methods", "metrics"),
    [
        ([ALL], 3, 15),
        ([ONE], 3, 5),
        ([ONE, {**ONE, "HttpMethod": "PUT"}], 3, 10),
        ([{**ALL, "MetricsEnabled": False}], 3, None),
    ],
)
def test_detailed_metrics_are_custom_metrics_of_each_method(
    settings: Any, methods: int, metrics: int | None
) -> None:
    bill = used(system(methods, MethodSettings=settings))

    assert metrics == quantities(bill, "Stage").get("detailed metrics")


def test_metrics_of_methods_that_no_template_has_are_told() -> None:
    assert NOT_WRITTEN in told(used(system(MethodSettings=[ALL])))


def test_requests_of_a_traced_stage_are_traced() -> None:
    assert (
        1000
        == quantities(used(system(TracingEnabled=True), Api={"monthly_requests": 1000}), "Stage")["traces"]
    )


def test_a_trace_is_counted_once_by_the_function_behind_the_stage() -> None:
    traced = {"F": resource("AWS::Lambda::Function", TracingConfig={"Mode": "Active"})}
    resources = system(2, traced, TracingEnabled=True)

    bill = used(resources, Api={"monthly_requests": 1000}, F={"monthly_requests": 600})

    assert {"F": 600, "Stage": 400} == {name: quantities(bill, name)["traces"] for name in ("F", "Stage")}


def test_a_second_traced_stage_of_an_api_counts_no_request_again() -> None:
    second = resource("AWS::ApiGateway::Stage", RestApiId=ref("Api"), TracingEnabled=True)

    bill = used(system(TracingEnabled=True) | {"Stage2": second}, Api={"monthly_requests": 10})

    assert ["Stage"] == [line.resource.logical_id for line in bill.lines if line.component == "traces"]


def test_a_private_api_sends_nothing_to_the_internet() -> None:
    private = resource("AWS::ApiGateway::RestApi", EndpointConfiguration={"Types": ["PRIVATE"]})

    bill = used({"Api": private}, Api={"monthly_requests": 1, "monthly_data_out_gb": 500})

    assert {"requests": 1} == quantities(bill, "Api")


@pytest.mark.parametrize(("size_kb", "metered"), [(0, 10), (32, 10), (33, 20), (128, 40)])
def test_every_32_kb_of_a_message_count_as_one(size_kb: int, metered: int) -> None:
    api = resource("AWS::ApiGatewayV2::Api", ProtocolType="WEBSOCKET")

    bill = used({"Api": api}, Api={"monthly_messages": 10, "message_size_kb": size_kb})

    assert {"messages": metered} == quantities(bill, "Api")


def test_a_protocol_that_there_is_not_is_refused() -> None:
    with pytest.raises(PropertyRefused, match=r"ProtocolType is GRPC, .*HTTP or WEBSOCKET"):
        used({"Api": resource("AWS::ApiGatewayV2::Api", ProtocolType="GRPC")})


def test_an_access_log_that_goes_to_a_delivery_stream_is_in_no_group() -> None:
    stream = {"DestinationArn": "arn:aws:firehose:us-east-1:211234825975:deliverystream/amazon-apigateway-x"}

    assert () == used(system(AccessLogSetting=stream), Stage={"monthly_log_gb": 5}).lines


def test_an_access_log_of_a_rest_stage_is_charged_at_its_group() -> None:
    group = {"Group": resource("AWS::Logs::LogGroup", RetentionInDays=30)}
    resources = system(AccessLogSetting={"DestinationArn": {"Fn::GetAtt": ["Group", "Arn"]}}) | group

    assert 5 == quantities(used(resources, Stage={"monthly_log_gb": 5}), "Group")["ingest"]
