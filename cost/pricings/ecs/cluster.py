"""Clusters of containers: free themselves, but for the metrics of Container Insights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::ECS::Cluster"
USAGE: tuple[Key, ...] = ()
PRICES: tuple[str, ...] = ()
SETTING, OFF = "containerInsights", "disabled"
INSIGHTS = "metrics and logs of Container Insights, by the services and tasks of the cluster"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Nothing beside what the cluster measures of its tasks."""
    for index, _ in enumerate(context.mappings(resource, "ClusterSettings")):
        setting = f"ClusterSettings.{index}"
        is_insights = context.text(resource, f"{setting}.Name", "") == SETTING
        if is_insights and context.text(resource, f"{setting}.Value", OFF) != OFF:
            yield NotPriced(INSIGHTS)
