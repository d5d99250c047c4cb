"""Scalable targets: free themselves."""

from __future__ import annotations

import pytest

from cost.pricings.applicationautoscaling.scalable_target import BESIDE, USAGE
from tests.cost.bills import told, used
from tests.cost.systems import resource

TYPE = "AWS::ApplicationAutoScaling::ScalableTarget"


def test_a_target_costs_nothing_and_says_where_its_capacity_is_charged() -> None:
    found = used({"Target": resource(TYPE, MinCapacity=1)}, Target={"capacity": 5})

    assert () == found.lines
    assert {TYPE: 1} == found.free_of_charge
    assert all("charged there" in key.about for key in USAGE)


@pytest.mark.parametrize("dimension", BESIDE)
def test_capacity_that_is_no_resource_of_a_template_is_told(dimension: str) -> None:
    found = used({"Target": resource(TYPE, MinCapacity=1, ScalableDimension=dimension)})

    assert {BESIDE[dimension]} == told(found)
