"""Delivery streams: data in, and what is done with it on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cfn import Deployment, Template
from cost import Estimate, PriceMissing, UsageFile, estimate
from cost.pricings.kinesisfirehose.delivery_stream import IN_VPC, OTHER_RATES, S3, USAGE
from tests.cost.bills import quantities, told
from tests.cost.systems import Resources, ref, resource

MONTH = Decimal(730)
CONVERTING: dict[str, Any] = {"DataFormatConversionConfiguration": {"SchemaConfiguration": {}}}
PARTITIONING = {"DynamicPartitioningConfiguration": {"Enabled": True}}


def stream(**properties: Any) -> Resources:
    return {"Stream": resource("AWS::KinesisFirehose::DeliveryStream", **properties)}


def inside(*subnets: Any, name: str = IN_VPC[0]) -> dict[str, Any]:
    return {name: {"VpcConfiguration": {"SubnetIds": list(subnets)}}}


def bill(resources: Resources, region: str = "us-east-2", **usage: int) -> Estimate:
    deployment = Deployment("stream", [Template("stream", {"Resources": resources})], region, "123456789012")
    return estimate(deployment, usage=UsageFile.of({"Stream": usage}))


def test_a_stream_without_use_costs_nothing() -> None:
    assert () == bill(stream(**{S3: CONVERTING | PARTITIONING})).lines


@pytest.mark.parametrize("key", [key.name for key in USAGE])
def test_every_usage_key_matters(key: str) -> None:
    everything = stream(**{S3: CONVERTING | PARTITIONING}, **inside("a"))

    assert bill(everything).total() < bill(everything, "us-east-2", **{key: 1000}).total()


def test_what_is_taken_in_is_converted_partitioned_and_delivered() -> None:
    found = bill(stream(**{S3: CONVERTING | PARTITIONING}, **inside("a")), monthly_data_ingested_gb=100)

    assert {"data", "format conversion", "partitioned data", "delivery into a VPC"} == {
        name for name, quantity in quantities(found, "Stream").items() if quantity == 100
    }


def test_conversion_can_be_turned_off() -> None:
    off = {"DataFormatConversionConfiguration": {"Enabled": False}}

    assert {"data"} == set(quantities(bill(stream(**{S3: off}), monthly_data_ingested_gb=1), "Stream"))


@pytest.mark.parametrize("name", IN_VPC)
def test_delivery_into_a_vpc_takes_each_zone_all_month(name: str) -> None:
    assert {"zones of the VPC": 2 * MONTH} == quantities(
        bill(stream(**inside("a", "b", name=name))), "Stream"
    )


def test_subnets_of_one_zone_count_once() -> None:
    subnets = {
        name: resource("AWS::EC2::Subnet", AvailabilityZone=zone)
        for name, zone in (
            ("A", "us-east-2a"),
            ("B", "us-east-2a"),
            ("C", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
        )
    }
    found = bill({**stream(**inside(ref("A"), ref("B"), ref("C"))), **subnets})

    assert {"zones of the VPC": 2 * MONTH} == quantities(found, "Stream")


@pytest.mark.parametrize("name", OTHER_RATES)
def test_sources_and_destinations_with_rates_of_their_own_are_told(name: str) -> None:
    found = bill(stream(**{name: {"AuthenticationConfiguration": {}}}), monthly_data_ingested_gb=100)

    assert () == found.lines
    assert any(OTHER_RATES[name] in text for text in told(found))


def test_a_region_without_a_known_price_is_named() -> None:
    with pytest.raises(PriceMissing, match="eu-central-1 has no price AmazonKinesisFirehose/data_ingested"):
        bill(stream(), "eu-central-1", monthly_data_ingested_gb=600_000)


def test_more_than_a_first_tier_costs_less_each() -> None:
    found = bill(stream(), "us-east-1", monthly_data_ingested_gb=600_000)

    assert 512_000 * Decimal("0.029") + 88_000 * Decimal("0.025") == found.total()


def test_decompression_is_told() -> None:
    processors = {"Processors": [{"Type": "Lambda"}, {"Type": "Decompression"}]}
    found = bill(stream(**{S3: {"ProcessingConfiguration": processors}}), monthly_data_ingested_gb=1)

    assert {"decompression of logs, by the GB that comes out of it"} == told(found)
