"""The estimate as a whole: nothing is silently free, and the bill behaves as a bill does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import FreeTier, Traffic, estimate
from cost.free_of_charge import FREE_OF_CHARGE
from cost.pricings import PRICINGS
from tests.cost.systems import REPORTED_TRAFFIC, deploy, function, reported, resource

ARN = "arn:aws:secretsmanager:us-east-1:211234825975:secret:elsewhere-a1b2c3"

amounts = st.integers(0, 10**9)


def test_an_unknown_type_is_listed_and_never_silently_free() -> None:
    bill = estimate(deploy({"Warehouse": resource("AWS::Redshift::Cluster")}), Traffic())

    [(found, reason)] = bill.not_priced
    assert ("Warehouse", "this type has no pricing yet") == (found.logical_id, reason)
    assert {} == bill.free_of_charge


def test_a_free_type_is_counted() -> None:
    bill = estimate(deploy({name: resource("AWS::IAM::Role") for name in ("A", "B")}), Traffic())

    assert {"AWS::IAM::Role": 2} == bill.free_of_charge
    assert bill.total() == 0


def test_no_type_is_both_free_and_priced() -> None:
    assert set() == FREE_OF_CHARGE & PRICINGS.keys()


def test_an_empty_template_costs_nothing() -> None:
    assert estimate(deploy({}), Traffic.of(REPORTED_TRAFFIC)).total() == 0


@pytest.mark.parametrize(
    ("type_", "properties", "reason"),
    [
        ("AWS::Lambda::Alias", {"ProvisionedConcurrencyConfig": {}, "Name": "live"}, None),
        (
            "AWS::Lambda::Alias",
            {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1}},
            "provisioned concurrency",
        ),
        ("AWS::SSM::Parameter", {"Tier": "Advanced"}, "a parameter that is not of the standard tier"),
        ("AWS::SNS::Subscription", {"Protocol": "sms"}, "deliveries by sms"),
        ("AWS::Route53::RecordSet", {"Type": "A", "TTL": 60}, "queries of a record that is not an alias"),
        ("AWS::Route53::RecordSet", {"Type": "A", "AliasTarget": {"DNSName": "example.org"}}, None),
        (
            "AWS::ApiGatewayV2::Api",
            {"ProtocolType": "WEBSOCKET"},
            "messages and connections of a WebSocket API",
        ),
    ],
)
def test_what_a_type_costs_beyond_its_pricing_is_told(
    type_: str, properties: Any, reason: str | None
) -> None:
    bill = estimate(deploy({"It": resource(type_, **properties)}), Traffic())

    assert ([reason] if reason else []) == [told for _, told in bill.not_priced]


def test_snap_start_is_told_as_not_priced() -> None:
    snapped = function(SnapStart={"ApplyOn": "PublishedVersions"})

    bill = estimate(deploy(snapped), Traffic.of({"requests_per_month": 1}))

    assert ["SnapStart's cache and restores"] == [reason for _, reason in bill.not_priced]


def test_a_secret_that_a_template_makes_under_its_name_is_not_entered_by_a_person() -> None:
    reader = function(
        Environment={
            "Variables": {
                "MADE": "{{resolve:secretsmanager:made:SecretString:value}}",
                "REFERRED": {"Fn::Sub": "{{resolve:secretsmanager:${Own}:SecretString:value}}"},
                "BY_ARN": f"{{{{resolve:secretsmanager:{ARN}:SecretString:value}}}}",
                "ENTERED": "{{resolve:secretsmanager:entered/by-hand:SecretString:value}}",
            }
        }
    )
    secrets = {
        "Own": resource("AWS::SecretsManager::Secret"),
        "Made": resource("AWS::SecretsManager::Secret", Name="made"),
    }

    bill = estimate(deploy(reader | secrets), Traffic())

    assert ("entered/by-hand",) == bill.entered_secrets


@pytest.mark.parametrize("mode", FreeTier)
@given(
    traffic=st.fixed_dictionaries(
        dict.fromkeys(("requests_per_month", "internet_out_gb", "log_gb"), amounts)
    ),
    more=amounts,
)
def test_more_traffic_never_costs_less(mode: FreeTier, traffic: dict[str, int], more: int) -> None:
    deployment = reported()
    less = estimate(deployment, Traffic.of(REPORTED_TRAFFIC | traffic))

    for key, amount in traffic.items():
        grown = estimate(deployment, Traffic.of(REPORTED_TRAFFIC | traffic | {key: amount + more}))
        assert less.total(mode) <= grown.total(mode)


@given(amounts)
def test_the_total_is_the_sum_of_its_lines_and_no_more_with_the_free_tier(requests: int) -> None:
    bill = estimate(reported(), Traffic.of(REPORTED_TRAFFIC | {"requests_per_month": requests}))

    for mode in FreeTier:
        assert bill.total(mode) == sum(line.amount(mode) for line in bill.lines)
    assert bill.total(FreeTier.ALWAYS) <= bill.total()


@given(st.permutations(sorted(function())))
def test_a_permuted_template_costs_the_same(order: list[str]) -> None:
    resources = function(MemorySize=512)
    traffic = Traffic.of(REPORTED_TRAFFIC)

    permuted = estimate(deploy({logical_id: resources[logical_id] for logical_id in order}), traffic)

    assert estimate(deploy(resources), traffic).total() == permuted.total()
