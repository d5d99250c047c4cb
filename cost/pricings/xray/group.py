"""Groups of traces: free, but for Insights; traces that nothing else counts stand here too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::XRay::Group"
USAGE = (
    Key(
        "monthly_traces_recorded",
        "traces",
        "recorded in a month, beside those of functions, stages, workflows",
    ),
    Key("monthly_traces_retrieved_scanned", "traces", "retrieved or scanned in a month"),
    Key(
        "monthly_insights_traces",
        "traces",
        "looked at by Insights in a month; without Insights they cost nothing",
    ),
)
PRICES = ("AWSXRay/traces_*", "AWSXRay/insights_traces")


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Traces, by what is done with them."""
    recorded, read = "monthly_traces_recorded", "monthly_traces_retrieved_scanned"
    yield Charge("traces", context.usage(resource, recorded), "AWSXRay/traces_recorded")
    yield Charge("traces read", context.usage(resource, read), "AWSXRay/traces_retrieved_scanned")
    if context.flag(resource, "InsightsConfiguration.InsightsEnabled"):
        seen = context.usage(resource, "monthly_insights_traces")
        yield Charge("insights", seen, "AWSXRay/insights_traces")
