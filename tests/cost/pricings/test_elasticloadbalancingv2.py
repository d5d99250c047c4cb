"""Load balancers: capacity units by their largest dimension, addresses by subnet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost import Estimate, PropertyRefused, UsageFile, estimate
from tests.cost.bills import prices, quantities
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, attribute, deploy, ref, resource

TYPE = "AWS::ElasticLoadBalancingV2::LoadBalancer"


def balancer(kind: str | None = None, **properties: Any) -> Resources:
    given = {} if kind is None else {"Type": kind}
    return {"Balancer": resource(TYPE, **given, **properties)}


def bill(resources: Resources, **usage: Any) -> Estimate:
    return estimate(deploy(resources), usage=UsageFile.of({"Balancer": usage}))


def test_every_usage_key_matters() -> None:
    assert [] == without_effect(balancer(), "Balancer")


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"new_connections": 25 * 3600 * 730}, 730),
        ({"active_connections": 3_000}, 730),
        ({"processed_bytes_gb": 730}, 730),
        ({"rule_evaluations": 1_000}, 730),
        ({"active_connections": 3_000, "processed_bytes_gb": 800, "rule_evaluations": 2_000}, 1460),
    ],
)
def test_a_capacity_unit_serves_so_much_of_each_dimension(usage: Any, expected: int) -> None:
    assert quantities(bill(balancer(), **usage), "Balancer")["capacity units"] == expected


@pytest.mark.parametrize(
    ("protocols", "expected"),
    [
        ([], 73),
        (["TCP"], 73),
        (["UDP"], 146),
        (["TLS"], Decimal(10_000) * 730 / 3_000),
        (["TLS", "TCP"], 73),
    ],
)
def test_a_unit_of_a_network_load_balancer_goes_by_the_protocol_of_its_listeners(
    protocols: list[str], expected: Decimal
) -> None:
    listeners = {
        f"Listener{protocol}": resource(
            "AWS::ElasticLoadBalancingV2::Listener", LoadBalancerArn=ref("Balancer"), Protocol=protocol
        )
        for protocol in protocols
    }

    found = bill({**balancer("network"), **listeners}, active_connections=10_000)

    assert quantities(found, "Balancer")["capacity units"] == expected


def test_rules_cost_nothing_but_with_an_application_load_balancer() -> None:
    assert {"load balancer hours"} == set(
        quantities(bill(balancer("network"), rule_evaluations=5_000), "Balancer")
    )


def test_each_kind_has_its_prices_and_a_gateway_one_is_charged_in_each_zone() -> None:
    for kind, short, hours in (
        ("application", "alb", 730),
        ("network", "nlb", 730),
        ("gateway", "gwlb", 1460),
    ):
        found = bill(balancer(kind, Scheme="internal", Subnets=["a", "b"]), processed_bytes_gb=1)
        assert f"AWSELB/{short}_hour" == prices(found, "Balancer")["load balancer hours"]
        assert hours == quantities(found, "Balancer")["load balancer hours"]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"Subnets": ["a", "b"]}, 1460),
        ({"Subnets": ["a", "b"], "Scheme": "internal"}, None),
        ({"Subnets": ["a", "b"], "IpAddressType": "dualstack-without-public-ipv4"}, None),
        ({"SubnetMappings": [{"SubnetId": "a"}, {"SubnetId": "b", "AllocationId": "eipalloc-1"}]}, 730),
        ({}, None),
    ],
)
def test_one_that_faces_the_internet_has_an_address_in_each_subnet(
    properties: Any, expected: int | None
) -> None:
    found = bill(balancer("network", **properties))

    assert quantities(found, "Balancer").get("public IPv4 address") == expected


def test_an_address_of_the_template_is_charged_once_and_in_use() -> None:
    mapping = {"SubnetId": "a", "AllocationId": attribute("Address", "AllocationId")}
    resources = balancer("network", SubnetMappings=[mapping]) | {"Address": resource("AWS::EC2::EIP")}

    found = bill(resources)

    assert {"public IPv4 address": "AmazonVPC/public_ipv4_in_use"} == prices(found, "Address")
    assert {"load balancer hours"} == set(quantities(found, "Balancer"))


def test_subnets_that_only_deployment_knows_leave_hours_and_units() -> None:
    found = bill(balancer(Subnets={"Fn::ImportValue": "subnets"}), processed_bytes_gb=10)

    assert ["Subnets"] == [unknown.name for unknown in found.unknowns]
    assert {"load balancer hours", "capacity units"} == set(quantities(found, "Balancer"))


def test_reserved_capacity_is_told() -> None:
    found = bill(balancer(MinimumLoadBalancerCapacity={"CapacityUnits": 100}))

    assert ["capacity units that are reserved"] == [reason for _, reason in found.not_priced]


def test_a_kind_that_there_is_not_is_refused() -> None:
    with pytest.raises(PropertyRefused, match="Balancer: Type is 'classic'"):
        bill(balancer("classic"))
