"""Delivery streams: gigabytes taken in, and what is done with them on their way."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.month import HOURS
from cost.shared.apart import apart
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::KinesisFirehose::DeliveryStream"
USAGE = (
    Key("monthly_data_ingested_gb", "GB", "taken in, each record rounded up to 5 KB"),
    Key("monthly_vpc_delivery_gb", "GB", "delivered into a VPC; left out, what is taken in"),
    Key("monthly_dynamic_partitioning_gb", "GB", "partitioned by content; left out, what is taken in"),
    Key("monthly_dynamic_partitioning_objects", "objects", "written by partition"),
    Key("monthly_jq_hours", "h", "spent on finding partitions by JQ"),
)
PRICES = ("AmazonKinesisFirehose/*",)
S3 = "ExtendedS3DestinationConfiguration"
CONVERSION = f"{S3}.DataFormatConversionConfiguration"
PARTITIONING = f"{S3}.DynamicPartitioningConfiguration"
IN_VPC = (
    "AmazonOpenSearchServerlessDestinationConfiguration",
    "AmazonopensearchserviceDestinationConfiguration",
    "ElasticsearchDestinationConfiguration",
)
"""Destinations that may stand in a VPC."""
OTHER_RATES = {
    "MSKSourceConfiguration": "data from Amazon MSK",
    "DatabaseSourceConfiguration": "changes of a database",
    "SnowflakeDestinationConfiguration": "delivery to Snowflake",
    "IcebergDestinationConfiguration": "delivery to Apache Iceberg tables",
}
"""Sources and destinations that have rates of their own."""
SUBNET = "AWS::EC2::Subnet"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What is taken in, converted, partitioned, and delivered into a VPC."""
    other = [said for name, said in OTHER_RATES.items() if context.get(resource, name) is not None]
    for said in other:
        yield NotPriced(f"{said}, which has a rate of its own")
    yield from apart(
        () if other else _ingested(resource, context),
        _converted(resource, context),
        _partitioned(resource, context),
        _delivered_into_vpc(resource, context),
        _decompressed(resource, context),
    )


def _ingested(resource: Resource, context: Context) -> Iterator[Charge]:
    gigabytes = context.usage(resource, "monthly_data_ingested_gb")
    yield Charge("data", gigabytes, "AmazonKinesisFirehose/data_ingested")


def _converted(resource: Resource, context: Context) -> Iterator[Charge]:
    if context.get(resource, CONVERSION) is not None and not _is_off(resource, CONVERSION, context):
        gigabytes = context.usage(resource, "monthly_data_ingested_gb")
        yield Charge("format conversion", gigabytes, "AmazonKinesisFirehose/format_conversion")


def _decompressed(resource: Resource, context: Context) -> Iterator[NotPriced]:
    processors = f"{S3}.ProcessingConfiguration.Processors"
    kinds = [
        context.text(resource, f"{processors}.{index}.Type", "")
        for index, _ in enumerate(context.mappings(resource, processors))
    ]
    if "Decompression" in kinds:
        yield NotPriced("decompression of logs, by the GB that comes out of it")


def _partitioned(resource: Resource, context: Context) -> Iterator[Charge]:
    if not context.flag(resource, f"{PARTITIONING}.Enabled"):
        return
    for component, quantity, price in (
        ("partitioned data", _or_ingested(resource, "monthly_dynamic_partitioning_gb", context), "data"),
        ("partitions", context.usage(resource, "monthly_dynamic_partitioning_objects"), "objects"),
    ):
        yield Charge(component, quantity, f"AmazonKinesisFirehose/dynamic_partitioning_{price}")
    hours = context.usage(resource, "monthly_jq_hours")
    yield Charge("JQ processing", hours, "AmazonKinesisFirehose/jq_processing_hour")


def _delivered_into_vpc(resource: Resource, context: Context) -> Iterator[Charge]:
    paths = [f"{name}.VpcConfiguration" for name in IN_VPC]
    inside = [path for path in paths if context.get(resource, path) is not None]
    if not inside:
        return
    gigabytes = _or_ingested(resource, "monthly_vpc_delivery_gb", context)
    yield Charge("delivery into a VPC", gigabytes, "AmazonKinesisFirehose/vpc_delivery_data")
    zones = sum((_zones(resource, f"{path}.SubnetIds", context) for path in inside), Decimal(0))
    yield Charge(
        "zones of the VPC",
        zones * HOURS,
        "AmazonKinesisFirehose/vpc_delivery_az_hour",
        "subnets are each in a zone of their own, unless the templates show otherwise",
    )


def _zones(resource: Resource, path: str, context: Context) -> Decimal:
    """How many availability zones the subnets of a destination are in."""
    subnets = context.entries(resource, path)
    return Decimal(len({str(_zone(subnet, context)) for subnet in subnets}))


def _zone(subnet: object, context: Context) -> object:
    """The zone of a subnet; where none is written, the subnet stands for one."""
    for target in context.referred(subnet):
        zone = context.get(target, "AvailabilityZone") if target.type == SUBNET else None
        if isinstance(zone, str):
            return zone
    return subnet


def _or_ingested(resource: Resource, key: str, context: Context) -> Decimal:
    return context.usage(resource, key if context.is_told(resource, key) else "monthly_data_ingested_gb")


def _is_off(resource: Resource, path: str, context: Context) -> bool:
    return str(context.get(resource, f"{path}.Enabled", "true")).lower() == "false"
