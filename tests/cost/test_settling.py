"""Tiers and allowances behave for any quantities: sums hold, steps are small, free never costs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import FreeTier, PriceBook, PriceMissing
from cost.free_tier import Allowance, allowances
from cost.lines import total
from cost.pricebook import Part, Price, Tier
from cost.settling import Unsettled, settle
from tests.cost.systems import deploy, resource

if TYPE_CHECKING:
    from random import Random

BOOK = PriceBook.of("us-east-1")
PRICES = [price for price in BOOK.prices() if price.tiers[-1].up_to is None]
TIERED = [price for price in PRICES if len(price.tiers) > 1]
FUNCTION, INSTANCE = deploy(
    {"Function": resource("AWS::Lambda::Function"), "Instance": resource("AWS::EC2::Instance")}
).resources()

quantities = st.decimals(min_value=0, max_value=10**11, places=3)
charges = st.lists(
    st.builds(Unsettled, st.sampled_from([FUNCTION, INSTANCE]), quantities, st.sampled_from(PRICES)),
    max_size=8,
)
regressive = st.lists(
    st.builds(
        Unsettled,
        st.just(FUNCTION),
        quantities,
        st.sampled_from([price for price in PRICES if price.tiers[0].usd]),
    ),
    max_size=4,
)
"""Charges at prices that fall from tier to tier; a first tier of 0 is used up once for all."""
modes = pytest.mark.parametrize("mode", FreeTier)


def amount(*settled: tuple[Part, ...]) -> Decimal:
    """What all parts come to."""
    return total(part.amount for parts in settled for part in parts)


@modes
@given(several=charges)
def test_the_parts_are_the_whole(mode: FreeTier, several: list[Unsettled]) -> None:
    for charge, parts in zip(several, settle(several, allowances(mode)), strict=True):
        assert charge.quantity == sum((part.quantity for part in parts), Decimal(0))


@given(charges)
def test_the_free_tier_never_raises_a_total(several: list[Unsettled]) -> None:
    none, always, legacy = (amount(*settle(several, allowances(mode))) for mode in FreeTier)

    assert legacy <= always <= none


@modes
@given(several=charges, price=st.sampled_from(PRICES), more=quantities)
def test_using_more_never_costs_less(
    mode: FreeTier, several: list[Unsettled], price: Price, more: Decimal
) -> None:
    longer = [*several, Unsettled(FUNCTION, more, price)]

    assert amount(*settle(several, allowances(mode))) <= amount(*settle(longer, allowances(mode)))


@modes
@given(several=charges, random=st.randoms(use_true_random=False))
def test_the_order_of_charges_changes_no_total(
    mode: FreeTier, several: list[Unsettled], random: Random
) -> None:
    shuffled = several.copy()
    random.shuffle(shuffled)

    assert amount(*settle(several, allowances(mode))) == amount(*settle(shuffled, allowances(mode)))


@given(regressive, regressive)
def test_units_counted_together_cost_no_more_than_apart(
    some: list[Unsettled], others: list[Unsettled]
) -> None:
    together = amount(*settle([*some, *others]))

    assert together <= amount(*settle(some)) + amount(*settle(others))


@given(st.sampled_from(TIERED), st.integers(0, 5))
def test_a_tiers_bound_is_no_step(price: Price, index: int) -> None:
    """One unit more costs one unit's price, on either side of every bound."""
    bounds = [tier.up_to for tier in price.tiers if tier.up_to is not None]
    bound, rates = bounds[index % len(bounds)], [tier.usd for tier in price.tiers]

    for quantity in (bound - 1, bound, bound + 1):
        step = amount(tuple(price.parts(quantity + 1))) - amount(tuple(price.parts(quantity)))
        assert step in rates


def test_units_of_one_kind_fill_the_tiers_together() -> None:
    """Two functions share the account's tiers, as AWS counts them."""
    price = BOOK.price("AmazonApiGateway/http_api_requests")
    half = Unsettled(FUNCTION, Decimal(200_000_000), price)

    first, second = settle([half, half])

    assert [Part(Decimal(200_000_000), Decimal("0.000001"))] == list(first)
    assert [Decimal(100_000_000), Decimal(100_000_000)] == [part.quantity for part in second]
    assert Decimal("0.0000009") == second[1].usd


def test_units_of_two_regions_fill_tiers_of_their_own() -> None:
    prices = [PriceBook.of(region).price("AWSLambda/duration_x86") for region in ("us-east-1", "us-east-2")]

    settled = settle([Unsettled(FUNCTION, Decimal(6_000_000_000), price) for price in prices])

    assert [1, 1] == [len(parts) for parts in settled]


def test_one_allowance_covers_both_architectures_once() -> None:
    x86, arm = (BOOK.price(f"AWSLambda/{key}") for key in ("duration_x86", "duration_arm64"))

    settled = settle(
        [Unsettled(FUNCTION, Decimal(300_000), price) for price in (arm, x86)], allowances(FreeTier.ALWAYS)
    )

    free = [part.quantity for parts in settled for part in parts if not part.usd]
    assert [Decimal(100_000), Decimal(300_000)] == free


def test_paid_tiers_begin_after_the_allowance() -> None:
    price = BOOK.price("AWSDataTransfer/internet_out")
    allowance = Allowance("data", (price.name,), Decimal(100), "GB")

    [parts] = settle([Unsettled(FUNCTION, Decimal(10_340), price)], [allowance])

    assert [Decimal(100), Decimal(10_240)] == [part.quantity for part in parts]


def test_units_beyond_the_last_tier_that_is_known_have_no_price() -> None:
    price = replace(BOOK.price("AWSLambda/requests"), tiers=(Tier(Decimal(100), Decimal(1)),))

    assert [Part(Decimal(100), Decimal(1))] == list(price.parts(Decimal(100)))
    with pytest.raises(PriceMissing, match="AWSLambda/requests beyond 100 requests"):
        list(price.parts(Decimal(101)))


def test_an_allowance_for_some_types_is_for_no_other() -> None:
    """Public addresses of EC2 instances are free for a year, those of databases are not."""
    price = BOOK.price("AmazonVPC/public_ipv4_in_use")

    instance, other = settle(
        [Unsettled(each, Decimal(730), price) for each in (INSTANCE, FUNCTION)], allowances(FreeTier.LEGACY)
    )

    assert [Decimal(0), Decimal("0.005")] == [instance[0].usd, other[0].usd]
