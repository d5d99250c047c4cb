"""Classic load balancers."""

from __future__ import annotations

from decimal import Decimal

from cost.money import cents
from tests.cost.bills import price, quantities
from tests.cost.effects import without_effect
from tests.cost.systems import resource

TYPE = "AWS::ElasticLoadBalancing::LoadBalancer"


def test_every_usage_key_matters() -> None:
    assert [] == without_effect({"Balancer": resource(TYPE)}, "Balancer")


def test_one_that_faces_the_internet_has_an_address_in_each_subnet() -> None:
    found = price({"Balancer": resource(TYPE, Subnets=["a", "b"])})

    assert {"load balancer hours": Decimal(730), "public IPv4 address": Decimal(1460)} == quantities(
        found, "Balancer"
    )
    assert "25.55" == cents(found.total())


def test_an_internal_one_has_none() -> None:
    found = price({"Balancer": resource(TYPE, Subnets=["a", "b"], Scheme="internal")})

    assert "18.25" == cents(found.total())
