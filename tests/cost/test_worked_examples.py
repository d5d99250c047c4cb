"""The worked examples that the project began with, as they were given: each to the cent, line by line."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cfn import Deployment, Template
from cost import Estimate, FreeTier, Traffic, UsageFile, estimate
from cost.money import cents
from tests.cost.systems import REPORTED_TRAFFIC, reported

CASES = json.loads((Path(__file__).parent / "worked_examples.json").read_text("utf-8"))["cases"]
ONE = [case for case in CASES if "cfn" in case]
WHOLE = [case for case in CASES if "cfn" not in case]
KEYS = {
    "requests": "monthly_requests",
    "api_calls": "monthly_requests",
    "duration_ms": "request_duration_ms",
    "request_kb": "request_size_kb",
    "ingest_gb": "monthly_data_ingested_gb",
    "stored_gb": "storage_gb",
}
"""Which usage key an input is, where it is one."""
ELSEWHERE = {"public-ipv4": "public IPv4 address"}
"""Cases that are about one component of a resource alone."""


def mode_of(case: dict[str, Any]) -> FreeTier:
    """Whether the case has the free tier taken off."""
    return FreeTier.ALWAYS if case["free_tier_applied"] else FreeTier.NONE


def priced(case: dict[str, Any]) -> Estimate:
    """The case's resource, as often as it says, with its inputs as usage."""
    inputs = case["inputs"]
    count = inputs.get("secrets", 1)
    resources = {f"Resource{number}": case["cfn"] for number in range(count)}
    figures = {KEYS[name]: Decimal(value) / count for name, value in inputs.items() if name in KEYS}
    return estimate(
        Deployment(case["id"], [Template("stack", {"Resources": resources})], case["region"]),
        usage=UsageFile.of({case["cfn"]["Type"]: figures}),
    )


@pytest.mark.parametrize("case", ONE, ids=lambda case: str(case["id"]))
def test_an_example_comes_out_to_the_cent(case: dict[str, Any]) -> None:
    mode, only = mode_of(case), ELSEWHERE.get(case["service"])
    lines = [line for line in priced(case).lines if only in (None, line.component)]

    assert f"{case['expected_usd']:.2f}" == cents(sum((line.amount(mode) for line in lines), Decimal(0)))
    assert {line["component"]: f"{line['usd']:.2f}" for line in case.get("lines", ())}.items() <= {
        line.component: cents(line.amount(mode)) for line in lines
    }.items()


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: str(case["id"]))
def test_the_reported_system_comes_out_to_the_cent(case: dict[str, Any]) -> None:
    bill = estimate(reported(), Traffic.of(REPORTED_TRAFFIC))

    assert f"{case['expected_usd']:.2f}" == cents(bill.total(mode_of(case)))
