"""The price book: complete, plausible, and never silent about a price that it lacks."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from cost import PriceBook, PriceMissing, RegionUnknown
from cost.pricebook import Price, regions

PRICES = [price for region in regions() for price in PriceBook.of(region).prices()]
INLINE_FREE = {
    "AmazonCloudFront/functions_invocations",
    "AmazonSNS/delivery_email",
    "AmazonSNS/delivery_http",
}
"""Prices whose first tier is free in AWS's own price list."""

ANCHORS = [
    ("AWSLambda", "duration_x86", "0.0000166667"),
    ("AWSLambda", "requests", "0.0000002"),
    ("AmazonApiGateway", "http_api_requests", "0.000001"),
    ("AmazonRDS", "postgresql_single-az_db.t3.small", "0.036"),
    ("AmazonRDS", "postgresql_multi-az_db.t4g.small", "0.065"),
    ("AmazonVPC", "public_ipv4_in_use", "0.005"),
    ("AWSDataTransfer", "internet_out", "0.09"),
    ("AmazonCloudWatch", "logs_ingest_vended", "0.5"),
    ("AWSSecretsManager", "secret", "0.4"),
    ("awskms", "key", "1"),
]


@pytest.fixture
def book() -> PriceBook:
    return PriceBook.of("us-east-1")


@pytest.mark.parametrize(("service", "key", "usd"), ANCHORS)
def test_a_well_known_price_is_what_everybody_knows(
    book: PriceBook, service: str, key: str, usd: str
) -> None:
    assert Decimal(usd) == book.price(service, key).tiers[0].usd


@pytest.mark.parametrize("price", PRICES, ids=lambda price: price.name)
def test_a_price_is_positive_and_says_where_it_comes_from(price: Price) -> None:
    free = price.tiers[:1] if price.name in INLINE_FREE else ()

    assert all(tier.usd > 0 for tier in price.tiers[len(free) :])
    assert all(tier.usd == 0 for tier in free)
    assert price.source
    assert price.date
    assert price.confidence in {"high", "medium", "low"}


@pytest.mark.parametrize("price", PRICES, ids=lambda price: price.name)
def test_tiers_rise_and_the_last_has_no_end(price: Price) -> None:
    bounds = [tier.up_to for tier in price.tiers]

    assert bounds[-1] is None
    assert all(low < high for low, high in pairwise(bound for bound in bounds if bound is not None))


def test_arm_costs_a_fifth_less(book: PriceBook) -> None:
    x86, arm = (book.price("AWSLambda", key).tiers[0].usd for key in ("duration_x86", "duration_arm64"))

    assert abs(arm / x86 - Decimal("0.8")) < Decimal("0.001")


@pytest.mark.parametrize(
    "single", [price for price in PRICES if "_single-az_db." in price.key], ids=lambda price: price.key
)
def test_two_zones_cost_about_twice_as_much(book: PriceBook, single: Price) -> None:
    multi = book.price(single.service, single.key.replace("single", "multi"))

    assert abs(multi.tiers[0].usd / single.tiers[0].usd - 2) < Decimal("0.05")


def test_a_missing_price_is_an_error_that_names_it(book: PriceBook) -> None:
    with pytest.raises(
        PriceMissing, match=r"us-east-1 has no price AmazonRDS/oracle_single-az_db\.t3\.small"
    ):
        book.price("AmazonRDS", "oracle_single-az_db.t3.small")


def test_a_region_without_prices_is_an_error_that_names_those_with() -> None:
    with pytest.raises(
        RegionUnknown, match="'mars-north-1' has no price book; there are prices for us-east-1"
    ):
        PriceBook.of("mars-north-1")


def test_every_allowance_covers_prices_of_its_unit(book: PriceBook) -> None:
    for allowance in book.allowances("always"):
        for name in allowance.covers:
            assert allowance.unit == book.price(*name.split("/")).unit


def test_no_allowance_doubles_a_free_first_tier(book: PriceBook) -> None:
    covered = {name for allowance in book.allowances("always") for name in allowance.covers}

    assert set() == covered & INLINE_FREE


def test_a_mode_without_allowances_has_none(book: PriceBook) -> None:
    assert () == book.allowances("none")
