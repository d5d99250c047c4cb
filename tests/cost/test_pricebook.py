"""The price book: complete, plausible, and never silent about a price that it lacks."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from fnmatch import fnmatchcase
from itertools import pairwise

import pytest

from cost import FreeTier, PriceBook, PriceMissing, RegionUnknown
from cost.free_tier import allowances
from cost.pricebook import EVERYWHERE, PRICES, regions
from cost.registry import priced_types, pricing_of

BOOKS = [PriceBook.of(region) for region in regions()]
FIRST_FREE = {"AmazonCloudFront/invalidation_paths", "awswaf/bot_control_requests"}
"""Prices whose first units cost nobody anything: they belong to the price, and are no free tier."""

CLASS = re.compile(r"(^|_)((db|cache|dax)\.)?[a-z][a-z0-9-]*\.[a-z0-9-]+$")
"""A key that ends in the class of an instance: such prices differ from region to region."""

ANCHORS = [
    ("us-east-1", "AWSLambda/duration_x86", "0.0000166667"),
    ("us-east-1", "AWSLambda/requests", "0.0000002"),
    ("us-east-1", "AmazonApiGateway/http_api_requests", "0.000001"),
    ("us-east-1", "AmazonApiGateway/rest_api_requests", "0.0000035"),
    ("us-east-1", "AmazonRDS/postgresql_single-az_db.t3.small", "0.036"),
    ("us-east-1", "AmazonRDS/postgresql_multi-az_db.t4g.small", "0.065"),
    ("us-east-1", "AmazonVPC/public_ipv4_in_use", "0.005"),
    ("us-east-1", "AWSDataTransfer/internet_out", "0.09"),
    ("us-east-1", "AmazonCloudWatch/logs_ingest_vended", "0.5"),
    ("us-east-1", "AWSSecretsManager/secret", "0.4"),
    ("us-east-1", "AmazonEC2/nat_gateway_hour", "0.045"),
    ("us-east-1", "awskms/key", "1"),
    ("us-west-2", "AmazonDynamoDB/on_demand_write_request_units", "0.000000625"),
    ("eu-west-1", "AmazonRDS/storage_gp2_multi-az", "0.253"),
    ("eu-west-1", "AmazonEC2/nat_gateway_hour", "0.048"),
    ("eu-central-1", "AWSSecretsManager/secret", "0.4"),
    ("ap-northeast-1", "AmazonRDS/postgresql_single-az_db.t3.small", "0.056"),
    ("ap-southeast-1", "AmazonRDS/postgresql_multi-az_db.t3.small", "0.112"),
]


@pytest.fixture
def book() -> PriceBook:
    return PriceBook.of("us-east-1")


def test_there_are_books_of_twelve_regions() -> None:
    assert len(regions()) >= 12
    assert {"us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1"} <= set(regions())


@pytest.mark.parametrize(("region", "name", "usd"), ANCHORS)
def test_a_well_known_price_is_what_everybody_knows(region: str, name: str, usd: str) -> None:
    assert Decimal(usd) == PriceBook.of(region).price(name).tiers[0].usd


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.region)
def test_a_price_is_positive_and_says_where_it_comes_from(book: PriceBook) -> None:
    for price in book.prices():
        paid = price.tiers[1:] if price.name in FIRST_FREE else price.tiers
        assert all(tier.usd > 0 for tier in paid), price.name
        assert price.source, price.name
        assert price.unit, price.name
        assert "2020-01-01" <= price.date < "2027", price.name
        assert price.confidence in {"high", "medium", "low"}, price.name


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.region)
def test_tiers_rise_and_the_last_has_no_end(book: PriceBook) -> None:
    for price in book.prices():
        bounds = [tier.up_to for tier in price.tiers]
        assert bounds[-1] is None, price.name
        assert all(low < high for low, high in pairwise(each for each in bounds if each is not None)), (
            price.name
        )


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.region)
def test_more_units_never_cost_more_each(book: PriceBook) -> None:
    for price in book.prices():
        rates = [tier.usd for tier in price.tiers if tier.usd]
        assert sorted(rates, reverse=True) == rates, price.name


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.region)
def test_arm_costs_a_fifth_less(book: PriceBook) -> None:
    for name in ("duration", "provisioned_concurrency", "provisioned_duration"):
        x86, arm = (book.price(f"AWSLambda/{name}_{kind}").tiers[0].usd for kind in ("x86", "arm64"))
        assert abs(arm / x86 - Decimal("0.8")) < Decimal("0.001"), name


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.region)
def test_two_zones_cost_about_twice_as_much(book: PriceBook) -> None:
    singles = [name for name in book.names() if "_single-az" in name]

    assert len(singles) > 80
    for name in singles:
        twin = name.replace("single", "multi")
        if book.has(twin):
            ratio = book.price(twin).tiers[0].usd / book.price(name).tiers[0].usd
            assert abs(ratio - 2) < Decimal("0.06"), name


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.region)
def test_a_class_of_twice_the_size_costs_about_twice_as_much(book: PriceBook) -> None:
    for family in ("AmazonRDS/postgresql_single-az_db.m6g", "AmazonEC2/linux_m5", "AmazonEC2/linux_r6g"):
        small, large = (book.price(f"{family}.{size}").tiers[0].usd for size in ("large", "xlarge"))
        assert abs(large / small - 2) < Decimal("0.05"), family


@pytest.mark.parametrize("type_", priced_types())
def test_every_priced_type_has_its_prices_in_every_region_or_the_region_says_which_are_missing(
    type_: str,
) -> None:
    pricing = pricing_of(type_)
    assert pricing is not None
    everything = {name for book in BOOKS for name in book.names()}
    for pattern in pricing.PRICES:
        assert any(fnmatchcase(name, pattern) for name in everything), pattern
        for book in BOOKS:
            known = any(fnmatchcase(name, pattern) for name in (*book.names(), *book.missing))
            assert known, f"{pattern} in {book.region}"


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.region)
def test_a_region_tells_every_price_that_another_has_and_it_lacks(book: PriceBook) -> None:
    """Classes of instances apart, which differ from region to region."""
    keys = {name for other in BOOKS for name in _families(other)}

    assert sorted(keys - _families(book)) == sorted(book.missing)


def _families(book: PriceBook) -> set[str]:
    """Names of single prices and of families of a region's own file."""
    document = json.loads((PRICES / f"{book.region}.json").read_text(encoding="utf-8"))
    return {
        f"{service}/{key}"
        for service, entries in document["prices"].items()
        for key in entries
        if not CLASS.search(key)
    }


def test_a_missing_price_is_an_error_that_names_it(book: PriceBook) -> None:
    with pytest.raises(PriceMissing, match=r"us-east-1 has no price AmazonRDS/nosql_single-az_db\.t3\.small"):
        book.price("AmazonRDS/nosql_single-az_db.t3.small")


def test_a_price_that_is_nearly_written_right_is_offered() -> None:
    with pytest.raises(PriceMissing, match=r"\(near: AWSLambda/duration_arm64\)"):
        PriceBook.of("us-east-1").price("AWSLambda/duration_arm46")


def test_a_region_without_prices_is_an_error_that_names_those_with() -> None:
    with pytest.raises(RegionUnknown, match="'mars-north-1' has no price book; there are prices for ap-"):
        PriceBook.of("mars-north-1")


def test_the_file_of_what_is_the_same_everywhere_is_no_region() -> None:
    with pytest.raises(RegionUnknown):
        PriceBook.of(EVERYWHERE)


@pytest.mark.parametrize("mode", FreeTier)
def test_every_allowance_covers_prices_of_its_unit(mode: FreeTier, book: PriceBook) -> None:
    for allowance in allowances(mode):
        for pattern in allowance.covers:
            covered = [name for name in book.names() if fnmatchcase(name, pattern)]
            assert {allowance.unit} == {book.price(name).unit for name in covered}, pattern


def test_list_price_has_no_allowances() -> None:
    assert () == allowances(FreeTier.NONE)
