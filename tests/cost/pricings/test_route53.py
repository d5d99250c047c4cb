"""Zones, records, health checks, and resolvers between networks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost import PropertyRefused
from cost.pricings.route53.health_check import AS_IN_AWS
from cost.pricings.route53.record_set import FREE
from tests.cost.bills import price, quantities, told, used
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, attribute, ref, resource

QUERIES = {"monthly_standard_queries": 1000}
ELSEWHERE, ZONE = "Z2FDTNDATAQYW2", "Z1"


def record(**properties: Any) -> Resources:
    return {"Record": resource("AWS::Route53::RecordSet", Name="example.org", Type="A", **properties)}


def together(*records: Any) -> Resources:
    return {"Record": resource("AWS::Route53::RecordSetGroup", HostedZoneId=ZONE, RecordSets=list(records))}


def alias(zone: Any = ELSEWHERE) -> dict[str, Any]:
    return {"AliasTarget": {"DNSName": "d1.cloudfront.net", "HostedZoneId": zone}}


def check(kind: Any = "HTTP", **config: Any) -> Resources:
    return {"Check": resource("AWS::Route53::HealthCheck", HealthCheckConfig={"Type": kind, **config})}


def resolver(addresses: Any) -> Resources:
    return {"Resolver": resource("AWS::Route53Resolver::ResolverEndpoint", IpAddresses=addresses)}


KINDS = {
    "a record": record(ResourceRecords=["192.0.2.1"]),
    "records together": together({"ResourceRecords": ["192.0.2.1"]}),
    "a resolver": resolver([{"SubnetId": "a"}, {"SubnetId": "b"}]),
    "a health check": check(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_usage_key_matters(kind: str) -> None:
    [logical_id] = KINDS[kind]

    assert [] == without_effect(KINDS[kind], logical_id)


def test_the_twenty_sixth_zone_of_an_account_is_cheaper() -> None:
    zones = {f"Zone{number}": resource("AWS::Route53::HostedZone") for number in range(26)}

    assert Decimal("12.6") == used(zones).total()


def test_a_zone_that_logs_its_queries_says_where_that_is_charged() -> None:
    zone = {"Zone": resource("AWS::Route53::HostedZone", QueryLoggingConfig={})}

    assert any("logs of queries" in text for text in told(used(zone)))


@pytest.mark.parametrize(
    "free", [record(HostedZoneId=ZONE, **alias()), record(**alias()), together(alias(), alias())]
)
def test_queries_of_an_alias_of_something_in_aws_are_free(free: Resources) -> None:
    found = used(free, Record=QUERIES)

    assert () == found.lines
    assert FREE in told(found)


@pytest.mark.parametrize(
    "paid",
    [
        record(HostedZoneId=ref("Zone"), **alias(ref("Zone"))),
        together(alias(ZONE)),
        together(alias(), {"ResourceRecords": ["192.0.2.1"]}),
    ],
)
def test_queries_of_an_alias_of_the_record_beside_it_are_not(paid: Resources) -> None:
    found = used(paid | {"Zone": resource("AWS::Route53::HostedZone")}, Record=QUERIES)

    assert {"queries": 1000} == quantities(found, "Record")


@pytest.mark.parametrize(
    ("config", "options"),
    [
        ({}, 0),
        ({"RequestInterval": "30"}, 0),
        ({"RequestInterval": "10"}, 1),
        ({"MeasureLatency": "true"}, 1),
        ({"kind": "HTTPS"}, 1),
        ({"kind": "HTTP_STR_MATCH"}, 1),
        ({"kind": "HTTPS_STR_MATCH", "RequestInterval": 10, "MeasureLatency": True}, 4),
        ({"kind": "TCP"}, 0),
    ],
)
def test_a_health_check_is_charged_by_its_options(config: dict[str, Any], options: int) -> None:
    assert options == quantities(used(check(**config)), "Check").get("options", 0)


@pytest.mark.parametrize("word", ["non_aws", "Non_AWS", "non-aws"])
def test_a_health_check_of_an_endpoint_elsewhere_costs_more(word: str) -> None:
    assert Decimal("2.75") == used(check("HTTPS"), Check={"endpoint_type": word}).total()


@pytest.mark.parametrize("kind", ["CALCULATED", "CLOUDWATCH_METRIC"])
def test_a_health_check_without_an_endpoint_has_no_options(kind: str) -> None:
    found = used(check(kind, RequestInterval=10), Check={"endpoint_type": "non_aws"})

    assert Decimal("0.5") == found.total()
    assert AS_IN_AWS in told(found)


def test_a_health_check_of_a_routing_control_is_told() -> None:
    assert ["a health check of a routing control"] == [
        reason for _, reason in used(check("RECOVERY_CONTROL")).not_priced
    ]


def test_a_health_check_of_no_type_is_refused() -> None:
    with pytest.raises(PropertyRefused, match=r"HealthCheckConfig\.Type is missing"):
        price({"Check": resource("AWS::Route53::HealthCheck")})


def test_a_resolver_costs_by_address_and_hour() -> None:
    found = used(resolver([{"SubnetId": "a"}, {"SubnetId": "b"}, {"SubnetId": "c"}]))

    assert {"endpoint hours": 2190} == quantities(found, "Resolver")


def test_addresses_that_only_deployment_knows_leave_the_queries() -> None:
    found = used(resolver({"Fn::ImportValue": "subnets"}), Resolver={"monthly_queries": 1000})

    assert {"queries": 1000} == quantities(found, "Resolver")
    assert ["IpAddresses"] == [each.name for each in found.unknowns]


@pytest.mark.parametrize(
    ("destination", "price"),
    [
        (attribute("Logs", "Arn"), "AmazonCloudWatch/logs_ingest_vended"),
        (attribute("Bucket", "Arn"), "AmazonCloudWatch/logs_delivery_s3"),
        ("arn:aws:firehose:us-east-1:1:deliverystream/d", "AmazonCloudWatch/logs_delivery_firehose"),
    ],
)
def test_logs_of_dns_queries_are_charged_by_where_they_go(destination: Any, price: str) -> None:
    log = resource("AWS::Route53Resolver::ResolverQueryLoggingConfig", DestinationArn=destination)
    beside = {"Logs": resource("AWS::Logs::LogGroup"), "Bucket": resource("AWS::S3::Bucket")}
    found = used({**beside, "QueryLog": log}, QueryLog={"monthly_log_gb": 10})

    assert {(price, Decimal(10))} == {
        (line.price.name, line.quantity) for line in found.lines if "storage" not in line.price.name
    }
