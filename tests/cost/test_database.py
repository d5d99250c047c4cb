"""RDS instances: class, zones, storage, address; what decides a price must be known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost import PriceMissing, PropertyRefused
from cost.money import cents
from tests.cost.bills import price, prices, quantities
from tests.cost.systems import database


def test_two_zones_have_their_own_prices() -> None:
    bill = price({"Database": database(MultiAZ=True, DBInstanceClass="db.t4g.small")})

    assert {
        "instance": "AmazonRDS/postgresql_multi-az_db.t4g.small",
        "storage": "AmazonRDS/storage_gp3_multi-az",
    } == prices(bill, "Database")
    assert "52.05" == cents(bill.total())


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (
            {"AllocatedStorage": 500, "Iops": 13_000, "StorageThroughput": 600},
            {"IOPS": 1000, "throughput": 100},
        ),
        ({"AllocatedStorage": 500, "Iops": 12_000, "StorageThroughput": 500}, {}),
        ({"AllocatedStorage": 20}, {}),
    ],
)
def test_gp3_is_charged_for_what_is_over_the_baseline(properties: Any, expected: dict[str, int]) -> None:
    found = quantities(price({"Database": database(**properties)}), "Database")

    assert {f"{name} over the baseline": Decimal(over) for name, over in expected.items()} == {
        name: over for name, over in found.items() if "baseline" in name
    }


def test_provisioned_storage_pays_for_its_iops() -> None:
    found = quantities(price({"Database": database(StorageType="io1", Iops=3000)}), "Database")

    assert Decimal(3000) == found["IOPS"]


def test_a_private_database_has_no_public_address() -> None:
    assert "public IPv4 address" not in quantities(price({"Database": database()}), "Database")


def test_a_class_without_a_price_stops_the_estimate() -> None:
    with pytest.raises(PriceMissing, match=r"db\.t1\.enormous"):
        price({"Database": database(DBInstanceClass="db.t1.enormous")})


@pytest.mark.parametrize(
    ("properties", "sentence"),
    [
        ({"AllocatedStorage": "plenty"}, "AllocatedStorage is 'plenty', and its price needs a number"),
        ({"Engine": {"Ref": "AWS::NoValue"}}, "Engine is missing"),
        ({"MultiAZ": "maybe"}, "MultiAZ is 'maybe', and its price needs true or false"),
    ],
)
def test_a_property_that_decides_a_price_must_be_known(properties: Any, sentence: str) -> None:
    with pytest.raises(PropertyRefused, match=f"^Database: {sentence}"):
        price({"Database": database(**properties)})


@pytest.mark.parametrize("value", [{"Ref": "AWS::StackName"}, "{{resolve:ssm:/database/class}}"])
def test_a_class_that_only_deployment_knows_is_an_unknown_and_not_in_the_total(value: Any) -> None:
    bill = price({"Database": database(DBInstanceClass=value)})

    [unknown] = bill.unknowns
    assert ("Database", "DBInstanceClass") == (unknown.resource.logical_id, unknown.name)
    assert "instance" not in quantities(bill, "Database")


def test_storage_that_may_grow_tells_what_it_would_cost() -> None:
    grown = price({"Database": database(MaxAllocatedStorage=100)}, database_storage_growth_gb_per_month=2)

    assert "storage may grow by 2 GB a month to 100 GB; it would then cost $11.50" in grown.assumptions
