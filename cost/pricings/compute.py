"""Lambda functions: time by memory, requests, temporary storage, traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost import month
from cost.assumptions import TRACED_SHARE, TRACES_PER_SECOND
from cost.lines import Charge, Note, NotPriced
from cost.registry import pricing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

DEFAULT_MEMORY_MB = 128
FREE_STORAGE_MB = 512


@pricing("AWS::Lambda::Function")
def function(resource: Resource, context: Context) -> Iterator[Item]:
    """Requests, and their duration with the init of cold starts (billed since 2025-08-01) by memory."""
    requests = context.routing.requests(resource)
    if not requests:
        yield Note("no route leads to it: priced at no use")
        return
    seconds = requests * _seconds_per_request(context)
    memory_gb = context.number(resource, "MemorySize", DEFAULT_MEMORY_MB) / 1024
    arm = "arm64" in context.entries(resource, "Architectures")
    compute, count = ("duration_arm64", "requests_arm64") if arm else ("duration_x86", "requests")
    yield Charge("compute", seconds * memory_gb, context.price("AWSLambda", compute))
    yield Charge("requests", requests, context.price("AWSLambda", count))
    storage_gb = (context.number(resource, "EphemeralStorage.Size", FREE_STORAGE_MB) - FREE_STORAGE_MB) / 1024
    yield Charge("temporary storage", seconds * storage_gb, context.price("AWSLambda", "ephemeral_storage"))
    if context.text(resource, "SnapStart.ApplyOn", "None") != "None":
        yield NotPriced("SnapStart's cache and restores")
    if context.text(resource, "TracingConfig.Mode", "PassThrough") == "Active":
        yield _traces(requests, context)


@pricing("AWS::Lambda::Version", "AWS::Lambda::Alias")
def version(resource: Resource, context: Context) -> Iterator[Item]:
    """Free, unless it keeps execution environments ready."""
    if context.get(resource, "ProvisionedConcurrencyConfig"):
        yield NotPriced("provisioned concurrency")


def _seconds_per_request(context: Context) -> Decimal:
    traffic = context.traffic
    return (traffic.request_duration_ms + traffic.cold_start_share * traffic.init_duration_ms) / 1000


def _traces(requests: Decimal, context: Context) -> Charge:
    """X-Ray's default sampling rule, for requests spread evenly over the month."""
    first = min(requests, TRACES_PER_SECOND * month.SECONDS)
    return Charge(
        "traces",
        first + (requests - first) * TRACED_SHARE,
        context.price("AWSXRay", "traces_recorded"),
        "X-Ray's default rule: the first request of each second and 5 % of the others; requests come evenly, "
        "so this is the most that is traced",
    )
