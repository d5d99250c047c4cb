"""The status report's system, priced: both totals to the cent, every line, the report beside it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cost import Comparison, Estimate, FreeTier, Traffic, compare, estimate
from cost.money import cents
from tests.cost.systems import REPORTED_TRAFFIC, reported

LINES = [
    ("Database", "instance", "730", "26.28", "26.28"),
    ("Database", "storage", "20", "2.30", "2.30"),
    ("Database", "public IPv4 address", "730", "3.65", "3.65"),
    ("ApiFunction", "compute", "500000", "8.33", "1.67"),
    ("ApiFunction", "requests", "1000000", "0.20", "0.00"),
    ("ApiLogGroup", "ingest", "1", "0.50", "0.00"),
    ("ApiLogGroup", "archive", "1", "0.03", "0.00"),
    ("HttpApi", "requests", "1000000", "1.00", "1.00"),
    ("HttpApi", "data out", "10", "0.90", "0.00"),
]


@pytest.fixture(scope="module")
def bill() -> Estimate:
    return estimate(reported(), Traffic.of(REPORTED_TRAFFIC))


@pytest.fixture(scope="module")
def comparison(bill: Estimate) -> Comparison:
    beside = compare(bill)
    assert beside is not None
    return beside


def test_the_totals_come_out_to_the_cent(bill: Estimate) -> None:
    assert "43.19" == cents(bill.total())
    assert "34.90" == cents(bill.total(FreeTier.ALWAYS))


def test_every_line_comes_out_to_the_cent(bill: Estimate) -> None:
    found = [
        (
            line.resource.logical_id,
            line.component,
            f"{line.quantity:f}".removesuffix(".0"),
            cents(line.amount()),
            cents(line.amount(FreeTier.ALWAYS)),
        )
        for line in bill.lines
    ]

    assert LINES == found


def test_every_line_says_where_its_price_comes_from(bill: Estimate) -> None:
    for line in bill.lines:
        price = line.price
        assert price.source
        assert price.unit
        assert price.date.startswith("202")
        assert price.confidence == "high"


def test_nothing_is_left_without_a_price(bill: Estimate) -> None:
    assert () == bill.not_priced


def test_secrets_that_a_person_enters_are_told_and_not_charged(bill: Estimate) -> None:
    assert ("miyabi/production/database", "miyabi/production/jwt") == bill.entered_secrets
    assert not any(line.component == "secret" for line in bill.lines)


def test_the_reports_own_column_adds_up_to_its_total(comparison: Comparison) -> None:
    assert comparison.total == sum(row.theirs for row in comparison.rows if row.theirs is not None)


def test_every_line_of_ours_stands_beside_a_row_of_the_report(comparison: Comparison) -> None:
    assert () == comparison.unmatched
    assert all(row.lines for row in comparison.rows)


def test_every_difference_is_explained_in_a_sentence(comparison: Comparison) -> None:
    assert all(row.why.endswith(".") for row in comparison.rows)


def test_the_reports_compute_is_40_times_too_low(comparison: Comparison) -> None:
    [row] = [row for row in comparison.rows if row.name == "Lambda, compute"]

    assert row.theirs is not None
    assert 40 < row.ours() / row.theirs < 42


def test_the_reports_database_has_the_rate_of_mysql(bill: Estimate, comparison: Comparison) -> None:
    from cost import PriceBook

    [row] = [row for row in comparison.rows if row.name == "RDS, instance"]
    mysql = PriceBook.of(bill.region).price("AmazonRDS/mysql_single-az_db.t3.small")

    assert row.theirs == mysql.tiers[0].usd * 730


def test_the_public_address_is_missing_in_the_report(comparison: Comparison) -> None:
    [row] = [row for row in comparison.rows if row.theirs is None]

    assert ("Public IPv4 address", Decimal("3.65")) == (row.name, row.difference)


def test_an_environment_without_such_a_document_has_no_comparison() -> None:
    assert compare(estimate(reported(), Traffic(), name="staging")) is None
