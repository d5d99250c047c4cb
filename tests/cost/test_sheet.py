"""A bill as CSV for a spreadsheet, and as Markdown for a pull request."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from cost import Offer, Traffic, UsageFile, estimate
from cost.sheet import to_csv, to_markdown
from cost.table import render, summary
from tests.cost.systems import REPORTED_TRAFFIC, deploy, reported, resource
from tests.cost.test_fitting import printed

if TYPE_CHECKING:
    from cost import Estimate


@pytest.fixture(scope="module")
def bill() -> Estimate:
    return estimate(reported(), Traffic.of(REPORTED_TRAFFIC))


def test_a_spreadsheet_adds_up_to_the_total(bill: Estimate) -> None:
    rows = list(csv.DictReader(StringIO(to_csv([bill], Offer()))))

    assert bill.total() == sum(Decimal(row["amount"]) for row in rows)


def test_markdown_begins_with_the_sentence_of_the_table(bill: Estimate) -> None:
    told = "reported in us-east-1: $43.19 a month at list price, $34.90 with the always-free tier"

    assert f"### {told}" == to_markdown([bill]).splitlines()[0]
    assert told == printed(render(bill), 120)[0].strip()


def test_list_price_alone_has_no_second_column(bill: Estimate) -> None:
    page, table = to_markdown([bill], Offer()), "\n".join(printed(render(bill, Offer()), 120))

    assert "free tier" not in page.lower()
    assert "Free tier" not in table
    assert "Free tier" not in "\n".join(printed(summary([bill], Offer()), 120))


def test_credits_stand_below_the_total_with_what_is_left_to_pay(bill: Estimate) -> None:
    offer = Offer.parse("credits(20)")

    page, table = to_markdown([bill], offer).splitlines(), printed(render(bill, offer), 120)

    assert {"| credits |  |  |  |  | -20.00 |", "| **left to pay** |  |  |  |  | **14.90** |"} <= set(page)
    assert {"credits -20.00", "left to pay 14.90"} <= {" ".join(line.split()) for line in table}
    assert ["reported", "43.19", "14.90"] == printed(summary([bill], offer), 120)[-1].split()


def test_markdown_says_what_is_not_in_the_total_and_what_was_assumed() -> None:
    bill = estimate(
        deploy({"Warehouse": resource("AWS::Redshift::Cluster"), "Queue": resource("AWS::SQS::Queue")})
    )

    page = to_markdown([bill]).splitlines()

    assert "- not priced: Warehouse (AWS::Redshift::Cluster): this type has no pricing yet" in page
    assert "- Queue: no use is told: what a month's use costs is not in the total" in page


def test_a_range_is_one_in_every_headline() -> None:
    usage = UsageFile.of({"Queue": {"monthly_requests": [0, 10_000_000]}})
    bill = estimate(deploy({"Queue": resource("AWS::SQS::Queue")}), usage=usage)

    assert "$0.00 to $4.00 a month at list price" in to_markdown([bill]).splitlines()[0]


def test_a_range_that_rounds_to_one_amount_is_told_as_one() -> None:
    usage = UsageFile.of({"Queue": {"monthly_requests": [0, 10]}})
    bill = estimate(deploy({"Queue": resource("AWS::SQS::Queue")}), usage=usage)

    assert "$0.00 a month at list price, $0.00 with" in to_markdown([bill]).splitlines()[0]
    assert "Total USD a month, at most 0.00 0.00" in {" ".join(x.split()) for x in printed(render(bill), 120)}


def test_a_bar_in_a_name_ends_no_cell() -> None:
    tagged = resource("AWS::KMS::Key", Tags=[{"Key": "team", "Value": "a|b"}])

    page = to_markdown([estimate(deploy({"Key": tagged}))], by="tag:team")

    assert "| **a\\|b** |" in page


def test_groups_other_than_stacks_have_subtotals(bill: Estimate) -> None:
    page, table = to_markdown([bill], by="service"), printed(render(bill, by="service"), 120)

    assert "| **AmazonRDS** |  |  |  | **28.58** | **28.58** |" in page.splitlines()
    assert "AmazonRDS 28.58 28.58" in {" ".join(line.split()) for line in table}


def test_a_bill_of_nothing_has_no_empty_lists() -> None:
    lines = printed(render(estimate(deploy({}))), 120)

    assert lines[-1].startswith("Total")


def test_one_is_called_one() -> None:
    queues = {f"Queue{number}": resource("AWS::SQS::Queue") for number in range(4)}
    lines = "\n".join(printed(render(estimate(deploy(queues | {"Role": resource("AWS::IAM::Role")}))), 160))

    assert "Queue0, Queue1, Queue2 and 1 other:" in lines
    assert "free of charge: 1 resource (IAM::Role)" in lines
