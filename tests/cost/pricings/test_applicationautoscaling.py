"""Scalable targets: free themselves."""

from __future__ import annotations

from cost.pricings.applicationautoscaling.scalable_target import USAGE
from tests.cost.bills import used
from tests.cost.systems import resource

TYPE = "AWS::ApplicationAutoScaling::ScalableTarget"


def test_a_target_costs_nothing_and_says_where_its_capacity_is_charged() -> None:
    found = used({"Target": resource(TYPE, MinCapacity=1)}, Target={"capacity": 5})

    assert () == found.lines
    assert {TYPE: 1} == found.free_of_charge
    assert all("charged there" in key.about for key in USAGE)
