"""The estimate as a whole: nothing is silently free, and the bill behaves as a bill does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import FreeTier, Traffic, UsageFile, estimate
from cost.free_of_charge import FREE_OF_CHARGE
from cost.registry import priced_types
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
    assert set() == FREE_OF_CHARGE & set(priced_types())


def test_an_empty_template_costs_nothing() -> None:
    assert estimate(deploy({}), Traffic.of(REPORTED_TRAFFIC)).total() == 0


@pytest.mark.parametrize(
    ("type_", "properties", "reason"),
    [
        ("AWS::Lambda::Alias", {"ProvisionedConcurrencyConfig": {}, "Name": "live"}, None),
        ("AWS::SNS::Subscription", {"Protocol": "pigeon"}, "deliveries by pigeon"),
        (
            "AWS::CodeBuild::Project",
            {"Environment": {"Fleet": {"FleetArn": "arn:aws:codebuild:us-east-1:211234825975:fleet/f"}}},
            "builds on a fleet: its machines are charged by the minute that they are there",
        ),
        ("AWS::Route53::HealthCheck", {"HealthCheckConfig": {"Type": "HTTP"}}, None),
        (
            "AWS::Route53::HealthCheck",
            {"HealthCheckConfig": {"Type": "RECOVERY_CONTROL"}},
            "a health check of a routing control",
        ),
        ("AWS::Route53::RecordSet", {"Type": "A", "AliasTarget": {"DNSName": "example.org"}}, None),
    ],
)
def test_what_a_type_costs_beyond_its_pricing_is_told(
    type_: str, properties: Any, reason: str | None
) -> None:
    bill = estimate(deploy({"It": resource(type_, **properties)}), Traffic())

    assert ([reason] if reason else []) == [told for _, told in bill.not_priced]


@pytest.mark.parametrize(
    ("type_", "properties", "usage", "components"),
    [
        (
            "AWS::Lambda::Alias",
            {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1}},
            {},
            {"provisioned concurrency"},
        ),
        ("AWS::SSM::Parameter", {"Tier": "Advanced"}, {}, {"advanced parameter"}),
        ("AWS::SNS::Subscription", {"Protocol": "sms"}, {"monthly_requests": 1}, {"deliveries"}),
        (
            "AWS::ApiGatewayV2::Api",
            {"ProtocolType": "WEBSOCKET"},
            {"monthly_messages": 1, "monthly_connection_mins": 1},
            {"messages", "connections"},
        ),
    ],
)
def test_what_is_priced_is_not_told_as_left_out(
    type_: str, properties: Any, usage: Any, components: set[str]
) -> None:
    bill = estimate(deploy({"It": resource(type_, **properties)}), usage=UsageFile.of({"It": usage}))

    assert components == {line.component for line in bill.lines if line.amount()}
    assert () == bill.not_priced


def test_snap_start_is_priced_but_for_java() -> None:
    snapped = {
        runtime: function(SnapStart={"ApplyOn": "PublishedVersions"}, Runtime=runtime)
        for runtime in ("python3.13", "java21")
    }
    traffic = Traffic.of({"requests_per_month": 1, "cold_start_share": 1})

    bills = {runtime: estimate(deploy(resources), traffic) for runtime, resources in snapped.items()}

    assert [(), ()] == [bill.not_priced for bill in bills.values()]
    assert {"python3.13": {"SnapStart cache", "SnapStart restores"}, "java21": set()} == {
        runtime: {line.component for line in bill.lines if line.component.startswith("SnapStart")}
        for runtime, bill in bills.items()
    }


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
