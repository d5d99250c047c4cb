"""Tiers and allowances behave for any quantities: sums hold, steps are small, free never costs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from cost import PriceBook
from cost.lines import Charge, total
from cost.pricebook import Allowance, Part, Price
from cost.settling import settle

if TYPE_CHECKING:
    from random import Random

BOOK = PriceBook.of("us-east-1")
PRICES = list(BOOK.prices())
ALWAYS = BOOK.allowances("always")
TIERED = [price for price in PRICES if len(price.tiers) > 1]

quantities = st.decimals(min_value=0, max_value=10**11, places=3)
charges = st.lists(st.builds(Charge, st.just("part"), quantities, st.sampled_from(PRICES)), max_size=8)


def amount(*settled: tuple[Part, ...]) -> Decimal:
    """What all parts come to."""
    return total(part.amount for parts in settled for part in parts)


@given(charges)
def test_the_parts_are_the_whole(several: list[Charge]) -> None:
    for allowances in ((), ALWAYS):
        for charge, parts in zip(several, settle(several, allowances), strict=True):
            assert charge.quantity == sum((part.quantity for part in parts), Decimal(0))


@given(charges)
def test_the_free_tier_never_raises_a_total(several: list[Charge]) -> None:
    assert amount(*settle(several, ALWAYS)) <= amount(*settle(several))


@given(charges, st.sampled_from(PRICES), quantities)
def test_using_more_never_costs_less(several: list[Charge], price: Price, more: Decimal) -> None:
    longer = [*several, Charge("more", more, price)]

    for allowances in ((), ALWAYS):
        assert amount(*settle(several, allowances)) <= amount(*settle(longer, allowances))


@given(charges, st.randoms(use_true_random=False))
def test_the_order_of_charges_changes_no_total(several: list[Charge], random: Random) -> None:
    shuffled = several.copy()
    random.shuffle(shuffled)

    for allowances in ((), ALWAYS):
        assert amount(*settle(several, allowances)) == amount(*settle(shuffled, allowances))


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
    price = BOOK.price("AmazonApiGateway", "http_api_requests")
    half = Charge("requests", Decimal(200_000_000), price)

    first, second = settle([half, half])

    assert [Part(Decimal(200_000_000), Decimal("0.000001"))] == list(first)
    assert [Decimal(100_000_000), Decimal(100_000_000)] == [part.quantity for part in second]
    assert Decimal("0.0000009") == second[1].usd


def test_one_allowance_covers_both_architectures_once() -> None:
    x86, arm = (BOOK.price("AWSLambda", key) for key in ("duration_x86", "duration_arm64"))

    settled = settle([Charge("compute", Decimal(300_000), price) for price in (arm, x86)], ALWAYS)

    free = [part.quantity for parts in settled for part in parts if not part.usd]
    assert [Decimal(100_000), Decimal(300_000)] == free


def test_paid_tiers_begin_after_the_allowance() -> None:
    price = BOOK.price("AWSDataTransfer", "internet_out")
    allowance = Allowance("data", (price.name,), Decimal(100), "GB")

    [parts] = settle([Charge("data", Decimal(10_340), price)], [allowance])

    assert [Decimal(100), Decimal(10_240)] == [part.quantity for part in parts]
