"""What a product costs, from the form in which AWS lists it."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost.pricebook import Tier
from cost.refresh import ListMalformed
from cost.refresh.errors import NotTaken
from cost.refresh.offers import listed, parse
from cost.refresh.places import bare
from cost.refresh.units import measure
from tests.cost.refresh.answers import one, rates, recorded

BOUNDS = st.lists(st.integers(1, 10**12), min_size=1, max_size=8, unique=True).map(sorted)


def dimension(number: int, begin: int, end: int | None) -> dict[str, Any]:
    """A price dimension as AWS writes it, dearer the lower it stands."""
    return {
        "unit": "GB",
        "beginRange": str(begin),
        "endRange": "Inf" if end is None else str(end),
        "rateCode": f"SKU.JRTCKXETXF.{number}",
        "pricePerUnit": {"USD": f"{1 / Decimal(number + 1):.10f}"},
    }


@given(bounds=BOUNDS, data=st.data())
def test_the_order_of_tiers_in_an_answer_changes_nothing(bounds: list[int], data: st.DataObject) -> None:
    edges = [0, *bounds, None]
    dimensions = [dimension(number, begin or 0, end) for number, (begin, end) in enumerate(pairwise(edges))]
    answer = one("tiers", "5TU3JKA59EGYZ8XY")
    (term,) = answer["terms"]["OnDemand"].values()
    term["priceDimensions"] = {rate["rateCode"]: rate for rate in dimensions}
    expected = listed(parse(answer, "here"))
    shuffled = data.draw(st.permutations(dimensions))
    term["priceDimensions"] = {rate["rateCode"]: rate for rate in shuffled}

    assert expected == listed(parse(answer, "here"))
    assert [*map(Decimal, bounds), None] == [tier.up_to for tier in expected.tiers]


def test_numbers_are_texts_and_stay_exact() -> None:
    found = listed(parse(one("lambda_requests", "3BE8DYKG4FYSZGDW"), "here"))

    assert (Tier(None, Decimal("0.0000002")),) == found.tiers
    assert ("3BE8DYKG4FYSZGDW.JRTCKXETXF.6YS6EN2CT7",) == found.rate_codes


def test_of_two_terms_the_newest_in_force_counts() -> None:
    """One began earlier, and one begins after the list was published."""
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")
    ((code, term),) = answer["terms"]["OnDemand"].items()
    dear = {"6YS6EN2CT7": {**rates(answer)[0], "pricePerUnit": {"USD": "1.0000000000"}}}
    for date in ("2024-01-01", "2027-01-01"):
        answer["terms"]["OnDemand"][f"{code}.{date}"] = {
            **term,
            "effectiveDate": f"{date}T00:00:00Z",
            "priceDimensions": dear,
        }

    assert (Tier(None, Decimal("0.0000002")),) == listed(parse(answer, "here")).tiers


@pytest.mark.parametrize("text", ["", "free", "-0.1", "NaN", "Infinity"])
def test_a_price_that_is_no_number_is_no_price_list(text: str) -> None:
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")
    rates(answer)[0]["pricePerUnit"]["USD"] = text

    with pytest.raises(ListMalformed, match=r"AWSLambda 3BE8DYKG4FYSZGDW: .* is no price or bound"):
        listed(parse(answer, "here"))


@pytest.mark.parametrize("key", ["product", "serviceCode", "version", "publicationDate"])
def test_an_answer_without_a_part_is_no_price_list(key: str) -> None:
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")
    del answer[key]

    with pytest.raises(ListMalformed, match=f"here: a product lacks '{key}'"):
        parse(answer, "here")


@pytest.mark.parametrize("key", ["unit", "beginRange", "endRange", "rateCode", "pricePerUnit"])
def test_a_rate_without_a_part_is_no_price_list(key: str) -> None:
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")
    del rates(answer)[0][key]

    with pytest.raises(ListMalformed, match=key):
        listed(parse(answer, "here"))


def test_rates_in_two_units_are_no_price() -> None:
    answer = one("tiers", "5TU3JKA59EGYZ8XY")
    rates(answer)[0]["unit"] = "Hrs"

    with pytest.raises(NotTaken, match="different units"):
        listed(parse(answer, "here"))


def test_a_product_without_terms_is_no_price() -> None:
    answer = one("lambda_requests", "3BE8DYKG4FYSZGDW")
    answer["terms"] = {}

    with pytest.raises(NotTaken, match="no on-demand term"):
        listed(parse(answer, "here"))


@pytest.mark.parametrize(
    ("usage_type", "region", "expected"),
    [
        ("APN1-Request", "ap-northeast-1", "Request"),
        ("Request", "us-east-1", "Request"),
        ("USE1-Request", "us-east-1", "Request"),
        ("EU-RDS:GP3-Storage", "eu-west-1", "RDS:GP3-Storage"),
        ("EUW2-RDS:GP3-Storage", "eu-west-1", "EUW2-RDS:GP3-Storage"),
        ("APS1-Request", "ap-southeast-1", "Request"),
        ("APS3-Request", "ap-south-1", "Request"),
        ("APS1-Request", "ap-south-1", "APS1-Request"),
        ("eu-west-1-KMS-Keys", "eu-west-1", "KMS-Keys"),
        ("Global-Request", "eu-west-1", "Global-Request"),
        ("EU-DataTransfer-Out-Bytes", "aws-other", "EU-DataTransfer-Out-Bytes"),
    ],
)
def test_a_usage_type_loses_the_prefix_of_its_own_region_only(
    usage_type: str, region: str, expected: str
) -> None:
    assert expected == bare(usage_type, region)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("h", "Hrs"),
        ("vCPU-h", "vCPU-Hour"),
        ("ACU-h", "ACU-Hr"),
        ("ENI-h (per AZ)", "Hrs"),
        ("GB-h", "hours"),
        ("WCU-h", "WriteCapacityUnit-Hrs"),
        ("GB-mo", "GB-Mo"),
        ("GB", "GigaBytes"),
        ("GB-s", "Lambda-GB-Second"),
        ("requests", "Requests"),
        ("key-mo", "Keys"),
        ("IOPS-mo", "IOPS-Mo"),
        ("MBps-mo", "MBPS-Mo"),
        ("minutes", "minutes"),
        ("events (64 KB)", "64K-Chunks"),
    ],
)
def test_units_that_measure_the_same(ours: str, theirs: str) -> None:
    assert measure(ours) == measure(theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("requests", "1M Requests"),
        ("requests", "10K-Requests"),
        ("requests", "1000 requests"),
        ("requests", "Million Requests"),
        ("GB", "GB-Mo"),
        ("GB-mo", "GB-Hours"),
        ("h", "Quantity"),
        ("MBps-mo", "GiBps-mo"),
        ("GB-s", "GB"),
        ("requests", "Hrs"),
    ],
)
def test_units_that_measure_something_else(ours: str, theirs: str) -> None:
    assert measure(ours) != measure(theirs)


def test_every_unit_of_the_recorded_answers_is_of_one_thing() -> None:
    units = {
        rate["unit"]
        for name in ("tiers", "rds_storage", "anywhere")
        for each in recorded(name)
        for rate in rates(each)
    }

    assert [] == [unit for unit in units if measure(unit).startswith("many")]
