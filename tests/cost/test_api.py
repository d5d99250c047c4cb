"""HTTP APIs: requests by size, metrics for each route, the access log."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.cost.bills import price, quantities
from tests.cost.systems import attribute, function, ref, resource


@pytest.mark.parametrize(
    ("request_kb", "response_kb", "metered"), [(0, 0, 1), (2, 512, 1), (2, 513, 2), (1025, 8, 3)]
)
def test_an_api_counts_every_512_kb_of_the_larger_of_request_and_response(
    request_kb: int, response_kb: int, metered: int
) -> None:
    bill = price(function(), requests_per_month=10, request_kb=request_kb, response_kb=response_kb)

    assert 10 * metered == quantities(bill, "HttpApi")["requests"]


def test_detailed_metrics_are_custom_metrics_of_each_route() -> None:
    stage = resource(
        "AWS::ApiGatewayV2::Stage",
        ApiId=ref("HttpApi"),
        DefaultRouteSettings={"DetailedMetricsEnabled": True},
    )

    bill = price(function() | {"Stage": stage})

    assert {"detailed metrics": Decimal(6)} == quantities(bill, "Stage")


def test_an_access_log_is_written_for_each_request() -> None:
    group = resource("AWS::Logs::LogGroup", RetentionInDays=365)
    stage = resource(
        "AWS::ApiGatewayV2::Stage",
        ApiId=ref("HttpApi"),
        AccessLogSettings={"DestinationArn": attribute("AccessLogGroup", "Arn")},
    )

    bill = price(function() | {"Stage": stage, "AccessLogGroup": group}, requests_per_month=2 * 1024**2)

    found = quantities(bill, "AccessLogGroup")
    assert Decimal(1) == found["ingest"]
    assert Decimal(12) == round(found["archive"], 3)
