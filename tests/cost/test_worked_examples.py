"""Bills worked out elsewhere for stated inputs; ours must be the same to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from cost import FreeTier, PriceBook, Traffic, estimate
from cost.lines import Charge, total
from cost.money import cents
from cost.settling import settle
from tests.cost.systems import database, deploy, function, resource

if TYPE_CHECKING:
    from cfn import Deployment

LIST, FREE = FreeTier.NONE, FreeTier.ALWAYS
ONE = Decimal(1)


def components(deployment: Deployment, type_: str, mode: FreeTier, **traffic: Any) -> dict[str, str]:
    """Amounts by component of the resources of one type, rounded."""
    lines = estimate(deployment, Traffic.of(traffic)).lines
    return {line.charge.component: cents(line.amount(mode)) for line in lines if line.resource.type == type_}


@pytest.mark.parametrize(
    ("mode", "properties", "traffic", "expected"),
    [
        pytest.param(
            FREE,
            {"MemorySize": 1536, "Architectures": ["x86_64"]},
            {"requests_per_month": 3_000_000, "request_duration_ms": 120},
            {"compute": "2.33", "requests": "0.40"},
            id="AWS Lambda pricing page, mobile application",
        ),
        pytest.param(
            FREE,
            {"MemorySize": 4096, "Architectures": ["x86_64"], "EphemeralStorage": {"Size": 2048}},
            {"requests_per_month": 6_000_000, "request_duration_ms": 280},
            {"compute": "105.33", "requests": "1.00", "temporary storage": "0.08"},
            id="AWS Lambda pricing page, ephemeral storage",
        ),
        pytest.param(
            LIST,
            {"MemorySize": 512, "Architectures": ["x86_64"]},
            {"requests_per_month": 1_000_000, "request_duration_ms": 1000},
            {"compute": "8.33", "requests": "0.20"},
            id="status report corrected, list price",
        ),
        pytest.param(
            FREE,
            {"MemorySize": 512, "Architectures": ["x86_64"]},
            {"requests_per_month": 1_000_000, "request_duration_ms": 1000},
            {"compute": "1.67", "requests": "0.00"},
            id="status report corrected, free tier",
        ),
    ],
)
def test_a_function(mode: FreeTier, properties: Any, traffic: Any, expected: dict[str, str]) -> None:
    assert expected == components(deploy(function(**properties)), "AWS::Lambda::Function", mode, **traffic)


def test_an_http_api_with_large_requests() -> None:
    """AWS API Gateway pricing page: 25 requests of 4.5 MB a minute are 9,720,000 metered ones."""
    found = components(
        deploy(function()), "AWS::ApiGatewayV2::Api", LIST, requests_per_month=1_080_000, request_kb=4608
    )

    assert {"requests": "9.72"} == found


def test_the_reported_database() -> None:
    """The status report corrected: 28.58 for instance and storage."""
    found = components(deploy({"Database": database()}), "AWS::RDS::DBInstance", LIST)

    assert {"instance": "26.28", "storage": "2.30"} == found


def test_the_reported_public_address() -> None:
    found = components(deploy({"Database": database(PubliclyAccessible=True)}), "AWS::RDS::DBInstance", LIST)

    assert "3.65" == found["public IPv4 address"]


def test_logs_written_and_archived() -> None:
    """AWS CloudWatch pricing page: 30 GB in and 6 GB stored are 12.53."""
    prices = PriceBook.of("us-east-1")
    charges = [
        Charge("log ingestion", 30 * ONE, prices.price("AmazonCloudWatch", "logs_ingest_standard_custom")),
        Charge("log storage", 6 * ONE, prices.price("AmazonCloudWatch", "logs_storage")),
    ]

    settled = settle(charges, prices.allowances(FREE))

    assert ["12.50", "0.03"] == [cents(total(part.amount for part in parts)) for parts in settled]


def test_five_secrets_with_2000_calls() -> None:
    """AWS Pricing Calculator: 2.01; the prices of us-west-2 and us-east-1 are the same."""
    secrets = {f"Secret{number}": resource("AWS::SecretsManager::Secret") for number in range(5)}
    calls = PriceBook.of("us-east-1").price("AWSSecretsManager", "api_calls").parts(2000 * ONE)

    bill = estimate(deploy(secrets), Traffic()).total()

    assert "2.01" == cents(bill + total(part.amount for part in calls))
