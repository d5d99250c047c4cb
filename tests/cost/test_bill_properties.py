"""What holds for every bill, whatever it is for: drawn from all worked bills, with their usage varied."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cfn import Deployment, Template
from cost import Estimate, FreeTier, Offer, UsageFile, estimate
from cost.grouping import GROUPINGS, grouped, subtotal
from cost.registry import pricing_of
from tests.cost.test_worked_bills import A_DAY, BILLS

if TYPE_CHECKING:
    from random import Random

modes = pytest.mark.parametrize("mode", FreeTier)
bills = st.sampled_from(BILLS)
DUST = Decimal("1e-15")
"""What sums of endless fractions, such as 100 hours of 730, differ by when added in another order."""
CHEAPER_BY_USE = {"AWS::EFS::FileSystem"}
"""What is stored earns throughput that would else be bought."""
AT_A_LOWER_PRICE = {"provisioned_requests"}
"""Calls of those of the month that run at a lower price."""


def price(bill: dict[str, Any], usage: dict[str, Any] | None = None) -> Estimate:
    """A bill, with its own usage or another."""
    template = Template("bill", {"Resources": bill["resources"]})
    return estimate(
        Deployment("bill", [template], bill["region"], "123456789012"),
        usage=UsageFile.of(bill.get("usage", {}) if usage is None else usage),
        as_of=A_DAY,
    )


@st.composite
def uses(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A bill with two usages, of which the second has more of one key."""
    bill = draw(bills)
    logical_id = draw(st.sampled_from(sorted(bill["resources"])))
    type_ = bill["resources"][logical_id]["Type"]
    pricing = pricing_of(type_)
    assume(pricing is not None and type_ not in CHEAPER_BY_USE)
    assert pricing is not None
    keys = [key.name for key in pricing.USAGE if not key.choices and key.name not in AT_A_LOWER_PRICE]
    assume(keys)
    figures = st.decimals(0, 10**7, places=2)
    key, less, more = draw(st.sampled_from(keys)), draw(figures), draw(figures)
    if key.endswith("_share"):
        less, more = less / 10**8, more / 10**8
    usage = bill.get("usage", {})
    with_key = [{**usage, f"bill.{logical_id}": {key: amount}} for amount in (less, less + more)]
    return bill, with_key[0], with_key[1]


@modes
@given(drawn=uses())
def test_more_use_never_costs_less(mode: FreeTier, drawn: tuple[Any, Any, Any]) -> None:
    bill, less, more = drawn

    assert price(bill, less).total(mode) <= price(bill, more).total(mode) + DUST


@modes
@given(bill=bills)
def test_the_sum_of_the_parts_is_the_whole(mode: FreeTier, bill: dict[str, Any]) -> None:
    found = price(bill)

    assert found.total(mode) == sum((line.amount(mode) for line in found.lines), Decimal(0))
    for line in found.lines:
        assert abs(line.quantity - sum((part.quantity for part in line.parts[mode]), Decimal(0))) <= DUST
    for by in GROUPINGS:
        groups = grouped(found, by).values()
        assert abs(found.total(mode) - sum((subtotal(lines, mode) for lines in groups), Decimal(0))) <= DUST


@given(bills)
def test_the_free_tier_never_raises_a_total(bill: dict[str, Any]) -> None:
    found = price(bill)

    assert found.total(FreeTier.LEGACY) <= found.total(FreeTier.ALWAYS) <= found.total()


@given(bill=bills, months=st.integers(0, 36), offer=st.sampled_from([Offer(mode) for mode in FreeTier]))
def test_so_many_months_cost_so_many_times_as_much(bill: dict[str, Any], months: int, offer: Offer) -> None:
    found = price(bill)

    assert months * found.due(offer) == found.over(months, offer)


@given(bill=bills, months=st.integers(1, 36), balance=st.integers(0, 500))
def test_credits_are_spent_once(bill: dict[str, Any], months: int, balance: int) -> None:
    found, offer = price(bill), Offer(FreeTier.ALWAYS, Decimal(balance))

    whole = months * found.total(FreeTier.ALWAYS)
    assert max(whole - balance, Decimal(0)) == found.over(months, offer)


@given(bill=bills, random=st.randoms(use_true_random=False))
def test_a_permuted_template_costs_the_same(bill: dict[str, Any], random: Random) -> None:
    names = sorted(bill["resources"])
    random.shuffle(names)

    permuted = bill | {"resources": {name: bill["resources"][name] for name in names}}

    assert abs(price(bill).total() - price(permuted).total()) <= DUST


@given(bills)
def test_pricing_twice_changes_nothing(bill: dict[str, Any]) -> None:
    first, second = price(bill), price(bill)

    assert [(line.component, line.quantity, line.parts) for line in first.lines] == [
        (line.component, line.quantity, line.parts) for line in second.lines
    ]
