"""Tables: on demand or provisioned, alone or in several regions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost import PriceMissing, PropertyRefused
from cost.money import cents
from cost.pricings.dynamodb.global_table import TRANSFER
from cost.shared.scalable_targets import AT_LEAST
from tests.cost.bills import prices, quantities, told, used
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, ref, resource

MONTH = Decimal(730)
CAPACITY = {"ReadCapacityUnits": 30, "WriteCapacityUnits": "20"}
RECOVERY = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
ON_DEMAND = {"BillingMode": "PAY_PER_REQUEST"}
PARAMETER = {"Fn::ImportValue": "of-another-stack"}


def table(**properties: Any) -> Resources:
    return {"Table": resource("AWS::DynamoDB::Table", **properties)}


def provisioned(**properties: Any) -> Resources:
    return table(ProvisionedThroughput=CAPACITY, **properties)


def target(resource_id: Any, dimension: str = "table:ReadCapacityUnits", least: Any = 5) -> Resources:
    return {
        "Target": resource(
            "AWS::ApplicationAutoScaling::ScalableTarget",
            ServiceNamespace="dynamodb",
            ResourceId=resource_id,
            ScalableDimension=f"dynamodb:{dimension}",
            MinCapacity=least,
            MaxCapacity=100,
        )
    }


def scaled(least: Any, **fixed: Any) -> dict[str, Any]:
    return {"WriteCapacityAutoScalingSettings": {"MinCapacity": least, "MaxCapacity": 100}} | fixed


def everywhere(*regions: Any, **properties: Any) -> Resources:
    """A global table with a replica in each region."""
    replicas = [region if isinstance(region, dict) else {"Region": region} for region in regions]
    return {"Table": resource("AWS::DynamoDB::GlobalTable", Replicas=replicas, **properties)}


def reading(region: str, settings: Any) -> dict[str, Any]:
    return {"Region": region, "ReadProvisionedThroughputSettings": settings}


def test_a_table_has_provisioned_capacity_where_nothing_is_said() -> None:
    assert {"writes": 20 * MONTH, "reads": 30 * MONTH} == quantities(used(provisioned()), "Table")


def test_a_provisioned_table_must_say_how_much() -> None:
    with pytest.raises(PropertyRefused, match=r"ProvisionedThroughput\.WriteCapacityUnits is missing"):
        used(table())


def test_an_unknown_capacity_takes_storage_not_with_it() -> None:
    found = used(table(ProvisionedThroughput=PARAMETER), Table={"storage_gb": 1})

    assert {"storage": Decimal(1)} == quantities(found, "Table")


def test_every_usage_key_of_a_table_on_demand_matters_and_requests_to_a_provisioned_one_say_so() -> None:
    idle = without_effect(provisioned(**RECOVERY), "Table")

    assert [] == without_effect(table(**ON_DEMAND, **RECOVERY), "Table")
    assert ["monthly_write_request_units", "monthly_read_request_units"] == [key.name for key in idle]
    assert all("only on demand" in key.about for key in idle)


def test_continuous_backups_that_are_told_are_charged_and_turn_recovery_on() -> None:
    backups = {"pitr_backup_storage_gb": 100}
    recovery = {"PointInTimeRecoveryEnabled": True}

    assumed = used(table(**ON_DEMAND), Table=backups)
    stated = used(table(**ON_DEMAND, PointInTimeRecoverySpecification=recovery), Table=backups)

    assert [] == without_effect(table(**ON_DEMAND), "Table")
    assert Decimal(20) == assumed.total() == stated.total()
    assert [True, False] == [
        any("point-in-time recovery is turned on" in text for text in bill.assumptions)
        for bill in (assumed, stated)
    ]


def test_tables_of_infrequent_access_have_prices_of_their_own() -> None:
    rare = table(**ON_DEMAND, TableClass="STANDARD_INFREQUENT_ACCESS")

    assert {"storage": "AmazonDynamoDB/storage_ia"} == prices(used(rare, Table={"storage_gb": 1}), "Table")
    with pytest.raises(PriceMissing, match="on_demand_write_request_units_ia"):
        used(rare, Table={"monthly_write_request_units": 1})


@pytest.mark.parametrize(
    "resource_id",
    [
        {"Fn::Sub": "table/${Table}"},
        {"Fn::Join": ["/", ["table", ref("Table")]]},
        "table/orders",
    ],
)
def test_a_scalable_target_tells_the_capacity_instead(resource_id: Any) -> None:
    resources = provisioned(TableName="orders") | target(resource_id)

    least, mean = used(resources), used(resources, Target={"capacity": 8})

    assert {"writes": 20 * MONTH, "reads": 5 * MONTH} == quantities(least, "Table")
    assert AT_LEAST in told(least)
    assert 8 * MONTH == quantities(mean, "Table")["reads"]


@pytest.mark.parametrize(
    "resource_id", ["table/others", {"Fn::Sub": "table/${Table}/index/by-day"}, 5, [], {}]
)
def test_a_target_of_something_else_changes_nothing(resource_id: Any) -> None:
    found = used(provisioned(TableName="orders") | target(resource_id))

    assert 30 * MONTH == quantities(found, "Table")["reads"]


def test_indexes_have_capacity_of_their_own_that_scales_by_itself() -> None:
    index = {
        "IndexName": "by-day",
        "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2},
    }
    resources = provisioned(GlobalSecondaryIndexes=[index])
    scaling = target({"Fn::Sub": "table/${Table}/index/by-day"}, "index:ReadCapacityUnits")

    assert {"writes of an index": 2 * MONTH, "reads of an index": MONTH}.items() <= quantities(
        used(resources), "Table"
    ).items()
    assert 5 * MONTH == quantities(used(resources | scaling), "Table")["reads of an index"]


def test_what_a_table_has_turned_on_beside_is_told() -> None:
    features = {
        "ContributorInsightsSpecification": {"Enabled": True},
        "KinesisStreamSpecification": {"StreamArn": "arn"},
        "ImportSourceSpecification": {"InputFormat": "CSV"},
    }
    found = used(provisioned(**features))
    quiet = used(provisioned(ContributorInsightsSpecification={"Enabled": "false"}))

    assert 3 == len(found.not_priced)
    assert () == quiet.not_priced


def test_a_write_to_a_global_table_is_charged_in_every_region_and_nowhere_else() -> None:
    found = used(
        everywhere("us-east-1", "eu-west-1", **ON_DEMAND), Table={"monthly_write_request_units": 1_000_000}
    )

    assert {
        "writes in us-east-1": "AmazonDynamoDB/global_table_replicated_wru",
        "writes in eu-west-1": "AmazonDynamoDB/global_table_replicated_wru",
    } == prices(found, "Table")
    assert ["us-east-1", "eu-west-1"] == [line.price.region for line in found.lines]
    assert "1.33" == cents(found.total())
    assert TRANSFER in told(found)


def test_a_global_table_in_one_region_is_like_any_other() -> None:
    usage = {"monthly_write_request_units": 1000, "monthly_read_request_units": 1000, "storage_gb": 5}
    alone = used(everywhere("us-east-1", **ON_DEMAND), Table=usage)

    assert used(table(**ON_DEMAND), Table=usage).total() == alone.total()
    assert () == alone.not_priced


def test_every_usage_key_of_a_global_table_matters() -> None:
    on_demand = everywhere({"Region": "us-east-1", **RECOVERY}, "us-west-2", **ON_DEMAND)
    capacity = everywhere(
        reading("us-east-1", {"ReadCapacityUnits": 1}), WriteProvisionedThroughputSettings=scaled(1)
    )

    idle = {key.name for key in without_effect(on_demand, "Table")}
    assert {"write_capacity_units", "read_capacity_units"} == idle
    assert not idle & {key.name for key in without_effect(capacity, "Table")}


def test_capacity_of_a_global_table_is_that_of_each_region_with_its_indexes() -> None:
    index = {"IndexName": "by-day", "WriteProvisionedThroughputSettings": scaled(3)}
    reads = {"ReadCapacityAutoScalingSettings": {"MinCapacity": 4, "MaxCapacity": 9}}
    read_index = {"IndexName": "by-day", "ReadProvisionedThroughputSettings": {"ReadCapacityUnits": 6}}
    resources = everywhere(
        reading("us-east-1", reads) | {"GlobalSecondaryIndexes": [read_index]},
        reading("us-west-2", {"ReadCapacityUnits": 5}),
        WriteProvisionedThroughputSettings=scaled(2),
        GlobalSecondaryIndexes=[index],
    )

    found = {name: units / MONTH for name, units in quantities(used(resources), "Table").items()}

    assert {
        "writes in us-east-1": 2,
        "writes in us-west-2": 2,
        "writes of an index in us-east-1": 3,
        "writes of an index in us-west-2": 3,
        "reads in us-east-1": 4,
        "reads in us-west-2": 5,
        "reads of an index in us-east-1": 6,
    } == found


def test_a_replica_without_a_price_book_or_a_known_region_is_told() -> None:
    found = used(
        everywhere("us-east-1", "mars-north-1", {"Region": PARAMETER}, **ON_DEMAND), Table={"storage_gb": 1}
    )

    assert "the replica in mars-north-1, which has no price book" in told(found)
    assert ["Replicas.2.Region"] == [unknown.name for unknown in found.unknowns]
    assert {"storage in us-east-1": Decimal(1)} == quantities(found, "Table")


def test_warm_throughput_is_told() -> None:
    warm = {"ReadUnitsPerSecond": 15000}
    table = resource("AWS::DynamoDB::Table", BillingMode="PAY_PER_REQUEST", WarmThroughput=warm)

    assert "warm throughput over what every table has, once" in told(used({"Table": table}))
