"""Metric streams: updates that they send; the delivery stream that takes them is charged apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::CloudWatch::MetricStream"
USAGE = (Key("monthly_metric_updates", "updates", "values of metrics that are sent in a month"),)
PRICES = ("AmazonCloudWatch/metric_stream_updates",)


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """So much an update."""
    updates = context.usage(resource, "monthly_metric_updates")
    yield Charge("metric updates", updates, "AmazonCloudWatch/metric_stream_updates")
