"""Lambda functions: memory by time, cold starts, architecture, traces."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cost import PropertyRefused
from cost.estimate import UNTOLD
from tests.cost.bills import price, prices, quantities
from tests.cost.systems import function, resource


def test_a_cold_start_pays_for_its_init() -> None:
    bill = price(
        function(MemorySize=1024),
        requests_per_month=1000,
        request_duration_ms=100,
        cold_start_share="0.1",
        init_duration_ms=900,
    )

    assert Decimal(190) == quantities(bill, "ApiFunction")["compute"]


def test_a_function_without_memory_has_128_mb() -> None:
    bill = price(function(), requests_per_month=1000, request_duration_ms=1000)

    assert Decimal(125) == quantities(bill, "ApiFunction")["compute"]


def test_an_arm_function_has_arm_prices() -> None:
    bill = price(function(Architectures=["arm64"]), requests_per_month=1, request_duration_ms=1)

    assert {"compute": "AWSLambda/duration_arm64", "requests": "AWSLambda/requests_arm64"} == prices(
        bill, "ApiFunction"
    )


def test_an_architecture_that_there_is_not_is_refused() -> None:
    with pytest.raises(
        PropertyRefused, match=r"^ApiFunction: Architectures\.0 is 'sparc', and its price needs x86_64 or"
    ):
        price(function(Architectures=["sparc"]), requests_per_month=1)


@pytest.mark.parametrize(("requests", "traced"), [(1_000_000, 1_000_000), (4_628_000, 2_728_000)])
def test_tracing_samples_the_first_request_of_a_second_and_a_twentieth_of_the_others(
    requests: int, traced: int
) -> None:
    bill = price(function(TracingConfig={"Mode": "Active"}), requests_per_month=requests)

    assert traced == quantities(bill, "ApiFunction")["traces"]


def test_a_function_that_no_route_reaches_has_no_requests() -> None:
    bill = price(function() | {"Migrator": resource("AWS::Lambda::Function")}, requests_per_month=1000)

    assert {} == quantities(bill, "Migrator")
    assert "Migrator" in [resource.logical_id for resource in bill.assumptions[UNTOLD]]
