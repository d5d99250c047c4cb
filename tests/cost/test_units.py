"""Every unit of the price books has a name that people use, in the singular and the plural."""

from __future__ import annotations

import pytest

from cost.pricebook import PriceBook, regions
from cost.units import called

UNITS = sorted({price.unit for region in regions() for price in PriceBook.of(region).prices()})
UNCOUNTABLE = ("GB", "IOPS", "/s")


@pytest.mark.parametrize(
    ("unit", "one", "two"),
    [
        ("h", "hour", "hours"),
        ("GB-mo", "GB-month", "GB-months"),
        ("GB-s", "GB-second", "GB-seconds"),
        ("vCPU-h", "vCPU-hour", "vCPU-hours"),
        ("ENI-h (per AZ)", "ENI-hour", "ENI-hours"),
        ("IOPS-mo", "IOPS", "IOPS"),
        ("MBps-mo", "MB/s", "MB/s"),
        ("key-mo", "key", "keys"),
        ("certificates-mo", "certificate", "certificates"),
        ("requests", "request", "requests"),
        ("queries", "query", "queries"),
        ("events (64 KB)", "event (64 KB)", "events (64 KB)"),
        ("WRU", "WRU", "WRUs"),
        ("mo", "month", "months"),
    ],
)
def test_a_unit_is_called_by_its_number(unit: str, one: str, two: str) -> None:
    assert (one, two, two) == (called(unit, 1), called(unit, 2), called(unit, 0))


@pytest.mark.parametrize("unit", UNITS)
def test_no_unit_of_the_books_is_shown_in_short_or_with_two_plurals(unit: str) -> None:
    one, many = called(unit, 1), called(unit, 2)

    assert [] == [end for end in ("-mo", "-h", "-s", "ss") if one.endswith(end) or many.endswith(end)]
    assert one != many or one.startswith(UNCOUNTABLE) or one.endswith(UNCOUNTABLE)
