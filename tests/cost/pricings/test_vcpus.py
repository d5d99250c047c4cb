"""Virtual CPUs and memory by the name of a class."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cost import PriceBook
from cost.pricebook import regions
from cost.shared.vcpus import family, memory_gb, vcpus

SIZES = [
    ("db.t3.micro", 2, "1"),
    ("db.t3.large", 2, "8"),
    ("db.t4g.2xlarge", 8, "32"),
    ("t2.small", 1, "2"),
    ("t2.medium", 2, "4"),
    ("db.m6i.12xlarge", 48, "192"),
    ("db.r4.8xlarge", 32, "244"),
    ("m7g.medium", 1, "4"),
    ("c5.9xlarge", 36, "72"),
    ("c4.8xlarge", 36, "60"),
    ("c5.metal", 96, "192"),
    ("r7i.metal-24xl", 96, "768"),
    ("db.x2g.large", 2, "32"),
    ("db.z1d.12xlarge", 48, "384"),
    ("m3.medium", 1, "3.75"),
    ("m2.4xlarge", 8, None),
    ("cache.r6g.large", 2, "16"),
    ("db.r5.2xlarge.tpc2.mem4x", 8, "256"),
]


@pytest.mark.parametrize(("class_", "count", "gigabytes"), SIZES)
def test_a_size_is_known_by_its_name(class_: str, count: int, gigabytes: str | None) -> None:
    assert count == vcpus(class_)
    assert (None if gigabytes is None else Decimal(gigabytes)) == memory_gb(class_)


@pytest.mark.parametrize("class_", ["db.serverless", "db.x.huge", "", "x.metal", "t3.3large"])
def test_a_name_that_tells_nothing_gives_nothing(class_: str) -> None:
    assert vcpus(class_) is None
    assert memory_gb(class_) is None


def test_the_family_is_what_stands_before_the_size() -> None:
    assert ["t3", "r5", "m5"] == [family(each) for each in ("db.t3.large", "db.r5.large.tpc1", "m5.large")]


@pytest.mark.parametrize("region", regions())
def test_every_class_of_a_database_with_a_price_has_vcpus(region: str) -> None:
    names = [name for name in PriceBook.of(region).names() if "_db." in name]

    assert names
    assert [] == [name for name in names if vcpus(name[name.index("_db.") + 1 :]) is None]
