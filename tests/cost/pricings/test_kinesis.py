"""Data streams: shards or data, retention and consumers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.cost.bills import quantities, told, used
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, attribute, resource

MONTH = Decimal(730)


def stream(mode: str | None = None, **properties: Any) -> Resources:
    given = {} if mode is None else {"StreamModeDetails": {"StreamMode": mode}}
    return {"Stream": resource("AWS::Kinesis::Stream", **given, **properties)}


def consumer(name: str, of: Any) -> Resources:
    return {name: resource("AWS::Kinesis::StreamConsumer", ConsumerName=name, StreamARN=of)}


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        (stream(), {"shards": MONTH}),
        (stream(ShardCount="3"), {"shards": 3 * MONTH}),
        (stream("PROVISIONED", ShardCount=2), {"shards": 2 * MONTH}),
        (stream("ON_DEMAND"), {"stream": MONTH}),
    ],
)
def test_a_stream_has_shards_unless_it_is_on_demand(
    resources: Resources, expected: dict[str, Decimal]
) -> None:
    assert expected == quantities(used(resources), "Stream")


@pytest.mark.parametrize(("hours", "charged"), [(24, False), (25, True), (8760, True)])
def test_longer_retention_is_charged_for_every_shard(hours: int, *, charged: bool) -> None:
    found = quantities(used(stream(ShardCount=2, RetentionPeriodHours=hours)), "Stream")

    assert (2 * MONTH if charged else None) == found.get("extended retention")


def test_every_usage_key_matters_in_its_mode_but_one_that_costs_nothing() -> None:
    provisioned, on_demand = (
        {key.name: key for key in without_effect(stream(mode), "Stream")}
        for mode in ("PROVISIONED", "ON_DEMAND")
    )

    assert ["monthly_provisioned_extended_retention_gb"] == [
        name for name in provisioned if "_on_demand_" not in name
    ]
    assert "costs nothing" in provisioned["monthly_provisioned_extended_retention_gb"].about
    assert all("_provisioned_" in name for name in on_demand)


def test_consumers_of_the_template_read_all_month_where_usage_says_nothing_else() -> None:
    resources = {
        **stream(ShardCount=2),
        **consumer("A", attribute("Stream", "Arn")),
        **consumer("B", attribute("Stream", "Arn")),
    }
    stated = used(resources, Stream={"monthly_provisioned_efo_consumer_hours": 10})

    assert 4 * MONTH == quantities(used(resources), "Stream")["enhanced fan-out"]
    assert "each consumer of the template is registered all month" in told(used(resources))
    assert 10 == quantities(stated, "Stream")["enhanced fan-out"]


def test_a_consumer_of_a_stream_elsewhere_is_told() -> None:
    found = used(consumer("A", "arn:aws:kinesis:us-east-1:123456789012:stream/theirs"))

    assert any("in none of these templates" in text for text in told(found))


@pytest.mark.parametrize(
    ("names", "metrics"), [([], None), (["IncomingBytes"], 2), (["ALL"], 14), (["ALL", "IncomingBytes"], 14)]
)
def test_metrics_of_shards_are_custom_metrics(names: list[str], metrics: int | None) -> None:
    found = quantities(used(stream(ShardCount=2, DesiredShardLevelMetrics=names)), "Stream")

    assert metrics == found.get("metrics of shards")


def test_metrics_of_shards_that_nobody_counts_are_told() -> None:
    found = used(stream("ON_DEMAND", DesiredShardLevelMetrics=["ALL"]))

    assert 1 == len(found.not_priced)
