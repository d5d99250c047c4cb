"""A sweep's months come of formulas, and are what the pricings give at each number of requests."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from cost import FreeTier, Traffic, UsageFile, estimate
from cost.estimate import price
from cost.formulas import Formulas, month_of
from cost.sweeping import System
from cost.sweeping.choices import alternatives
from cost.sweeping.load import formulas_of
from scripts.commands.cost.targets import find
from tests.cost.systems import REPORTED_TRAFFIC, deploy, reported, resource

if TYPE_CHECKING:
    from cost.context import Context
    from cost.estimate import Estimate
    from cost.formulas import Month

LOADS = [Decimal(number) for number in (1, 1_000_000, 2_628_001, 123_456_789)]


def totals(bill: Estimate | Month) -> list[Decimal]:
    """USD under each mode, unrounded."""
    return [bill.total(mode) for mode in FreeTier]


@pytest.fixture(scope="module")
def production() -> System:
    target = find("production")
    return System.of(target.deployment, target.traffic)


@pytest.mark.parametrize("requests", LOADS)
def test_a_month_is_what_an_estimate_says(production: System, requests: Decimal) -> None:
    whole, month = production.estimate(requests), production.month(requests)

    assert totals(whole) == totals(month)
    assert [*whole.lines] == [*month.lines]


@pytest.mark.parametrize("requests", LOADS[1:])
def test_an_alternative_is_what_an_estimate_of_it_says(production: System, requests: Decimal) -> None:
    load = production.load.at(requests)
    others = alternatives(production)

    assert len(others) > 5
    assert {each.variant.name: totals(price(each.context(load), "")) for each in others} == {
        each.variant.name: totals(each.month(requests)) for each in others
    }


def test_figures_of_a_usage_file_grow_in_formulas_too() -> None:
    queue = deploy({"Queue": resource("AWS::SQS::Queue")})
    usage = UsageFile.of({"Queue": {"monthly_requests": 2_000_000, "request_size_kb": 100}})
    system = System.of(queue, usage=usage)

    grown = UsageFile.of({"Queue": {"monthly_requests": 6_000_000, "request_size_kb": 100}})

    assert totals(estimate(queue, usage=grown)) == totals(system.month(Decimal(6_000_000)))


def test_what_can_not_be_followed_is_priced_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System.of(reported(), Traffic.of(REPORTED_TRAFFIC))

    def lost(requests: Decimal) -> Context:
        return system.context(Decimal(int(requests)))

    assert formulas_of(lost) is None
    assert isinstance(formulas_of(lambda requests: system.context_of(system.load.at(requests))), Formulas)
    monkeypatch.setattr("cost.sweeping.load.formulas_of", lambda _: None)
    requests = Decimal(5_000_000)
    assert totals(system.estimate(requests)) == totals(system.month(requests))
    assert totals(month_of(system.context(requests))) == totals(system.month(requests))
