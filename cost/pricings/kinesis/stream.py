"""Data streams: shards or data, what reads them, and how long records are kept."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.month import HOURS
from cost.shared.apart import apart
from cost.shared.places import referrers
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Kinesis::Stream"
PROVISIONED = (
    (
        Key("monthly_provisioned_put_units", "units", "of 25 KB or less that a record takes"),
        "records",
        "put_payload_units",
    ),
    (
        Key("monthly_provisioned_long_term_retention_gb", "GB", "kept for more than 7 days"),
        "long-term retention",
        "long_term_retention",
    ),
    (
        Key("monthly_provisioned_long_term_retrieval_gb", "GB", "read after more than 7 days"),
        "long-term retrieval",
        "long_term_retrieval",
    ),
    (
        Key("monthly_provisioned_efo_data_out_gb", "GB", "read by enhanced fan-out"),
        "enhanced fan-out data",
        "efo_data",
    ),
)
ON_DEMAND = (
    (
        Key("monthly_on_demand_data_in_gb", "GB", "written, each record rounded up to 1 KB"),
        "data in",
        "on_demand_data_in",
    ),
    (Key("monthly_on_demand_data_out_gb", "GB", "read"), "data out", "on_demand_data_out"),
    (
        Key("monthly_on_demand_efo_data_out_gb", "GB", "read by enhanced fan-out"),
        "enhanced fan-out data",
        "on_demand_efo_data_out",
    ),
    (
        Key("monthly_on_demand_extended_retention_gb", "GB", "kept for 1 to 7 days"),
        "extended retention",
        "on_demand_extended_retention",
    ),
    (
        Key("monthly_on_demand_long_term_retention_gb", "GB", "kept for more than 7 days"),
        "long-term retention",
        "on_demand_long_term_retention",
    ),
)
"""Usage key, component, price: a stream pays those of its own mode."""
CONSUMER_HOURS = Key(
    "monthly_provisioned_efo_consumer_hours",
    "h",
    "of enhanced fan-out: consumers x shards x hours; left out, those of the template all month",
)
USAGE = (
    *(key for key, _, __ in PROVISIONED),
    CONSUMER_HOURS,
    Key(
        "monthly_provisioned_extended_retention_gb",
        "GB",
        "costs nothing: to keep records for 1 to 7 days is charged by shards and hours",
    ),
    *(key for key, _, __ in ON_DEMAND),
)
PRICES = ("AmazonKinesis/*", "AmazonCloudWatch/metrics_custom")
DEFAULT_HOURS = 24
METRICS = 7
"""What ALL stands for in DesiredShardLevelMetrics."""
CONSUMER = "AWS::Kinesis::StreamConsumer"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What the stream's own mode charges; without one, it has shards."""
    mode = context.text(resource, "StreamModeDetails.StreamMode", "PROVISIONED")
    metrics = _metrics(resource, context)
    if mode == "ON_DEMAND":
        yield Charge("stream", HOURS, "AmazonKinesis/on_demand_stream_hour")
        for key, component, name in ON_DEMAND:
            yield Charge(component, context.usage(resource, key.name), f"AmazonKinesis/{name}")
        if metrics:
            yield NotPriced("metrics of each shard, whose number is not known")
        return
    for key, component, name in PROVISIONED:
        yield Charge(component, context.usage(resource, key.name), f"AmazonKinesis/{name}")
    shards = context.number(resource, "ShardCount", 1)
    yield Charge("shards", shards * HOURS, "AmazonKinesis/provisioned_shard_hour")
    yield Charge("metrics of shards", shards * metrics, "AmazonCloudWatch/metrics_custom")
    yield from apart(_retention(resource, shards, context), _consumers(resource, shards, context))


def _retention(resource: Resource, shards: Decimal, context: Context) -> Iterator[Charge]:
    if context.number(resource, "RetentionPeriodHours", DEFAULT_HOURS) > DEFAULT_HOURS:
        yield Charge("extended retention", shards * HOURS, "AmazonKinesis/extended_retention_shard_hour")


def _consumers(resource: Resource, shards: Decimal, context: Context) -> Iterator[Charge]:
    hours, said = len(referrers(context, CONSUMER, "StreamARN", resource)) * shards * HOURS, ""
    if context.is_told(resource, CONSUMER_HOURS.name):
        hours = context.usage(resource, CONSUMER_HOURS.name)
    elif hours:
        said = "each consumer of the template is registered all month"
    yield Charge("enhanced fan-out", hours, "AmazonKinesis/efo_consumer_shard_hour", said)


def _metrics(resource: Resource, context: Context) -> Decimal:
    """How many metrics each shard has."""
    names = context.entries(resource, "DesiredShardLevelMetrics")
    return Decimal(METRICS if "ALL" in names else len(names))
