"""Lambda functions: time by memory, requests, and what beside them a function asks for.

Provisioned concurrency stands at the alias or version that configures it; the calls that it serves
stand there too if its own usage tells them, else here, as `provisioned_requests`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.month import HOURS
from cost.shared.apart import apart
from cost.shared.functions import (
    ALIAS,
    READY,
    VERSION,
    Environment,
    billed_seconds,
    environment,
    kept_ready,
    on_ready_ones,
    published,
)
from cost.shared.places import referrers
from cost.shared.traces import PRICE as TRACES
from cost.shared.traces import traces
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Lambda::Function"
USAGE = (
    Key("monthly_requests", "requests", "calls in a month"),
    Key("request_duration_ms", "ms", "billed duration of one call, in whole ones"),
    Key("cold_start_share", "share", "calls, 0 to 1, that start an execution environment"),
    Key("init_duration_ms", "ms", "billed init of such a start; with SnapStart it costs nothing"),
    Key(
        "provisioned_requests",
        "requests",
        "calls, of those of the month, that run on environments kept ready; the price of their time is lower",
    ),
    Key(
        "provisioned_concurrency_hours",
        "h",
        "hours that each environment of an alias or version is kept ready; where no template keeps any, "
        "hours of environments kept ready, and none if left out",
        default=HOURS,
    ),
    Key("snapstart_hours", "h", "hours that each published version is active with SnapStart", default=HOURS),
    Key("response_stream_mb", "MB", "one answer that is streamed; its first 6 MB cost nothing"),
    Key("monthly_durable_operations", "operations", "steps, waits and the like of durable executions"),
    Key("monthly_durable_data_written_gb", "GB", "what durable executions write"),
    Key("durable_data_retained_gb", "GB", "what is kept of durable executions"),
    Key("log_kb_per_request", "KB", "what one call logs"),
    Key("monthly_log_gb", "GB", "what all calls log, instead of the former"),
)
PRICES = (
    "AWSLambda/duration_*",
    "AWSLambda/requests*",
    "AWSLambda/edge_*",
    "AWSLambda/provisioned_*",
    "AWSLambda/ephemeral_storage",
    "AWSLambda/snapstart_*",
    "AWSLambda/response_streaming",
    "AWSLambda/tenant_isolation_*",
    "AWSLambda/durable_*",
    TRACES,
)
FREE_STORAGE_MB = 512
FREE_STREAM_MB = 6
SHORTEST_CACHE_H = 3
DURABLE = (
    ("durable operations", "monthly_durable_operations", "AWSLambda/durable_operations"),
    ("durable data written", "monthly_durable_data_written_gb", "AWSLambda/durable_data_written"),
    ("durable data kept", "durable_data_retained_gb", "AWSLambda/durable_data_retained"),
)
CACHED = "each version that stays published keeps its snapshot, and costs as much again"
PUBLISHED_ELSEWHERE = f"one version is published, though no template has it; {CACHED}"
MANAGED = "machines of a capacity provider, which take the place of the price of time"
ENVIRONMENT_HOURS = (
    "no alias or version of a template keeps environments ready: the hours are those of all together"
)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of a month, by where they run."""

    on_demand: Decimal
    ready: Decimal
    """On environments kept ready, without those that an alias or a version counts."""
    seconds: Decimal
    """Billed time of one call."""
    starts: Decimal
    """Environments started on demand."""

    @property
    def count(self) -> Decimal:
        """All that are counted at the function."""
        return self.on_demand + self.ready


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Calls and their time by memory; then storage, SnapStart, tenants, streams, durable data, traces."""
    kind, calls = environment(resource, context), calls_of(resource, context)
    yield from apart(
        _calls(resource, context, kind, calls),
        _storage(resource, context, calls),
        _snap_start(resource, context, kind, calls),
        _tenants(resource, context, kind, calls),
        _more(resource, context, calls),
        _traced(resource, context),
    )


def calls_of(resource: Resource, context: Context) -> Calls:
    """What the usage of a function, and of what keeps environments of it ready, comes to."""
    requests = context.usage(resource, "monthly_requests")
    on_ready_ones = context.usage(resource, "provisioned_requests")
    on_demand = max(requests - on_ready_ones, Decimal(0))
    told_there = any(context.is_told(each, "monthly_requests") for each in _keepers(resource, context))
    return Calls(
        on_demand=on_demand,
        ready=Decimal(0) if told_there else on_ready_ones,
        seconds=billed_seconds(context.usage(resource, "request_duration_ms")),
        starts=on_demand * context.usage(resource, "cold_start_share"),
    )


def _keepers(resource: Resource, context: Context) -> list[Resource]:
    """Aliases and versions that keep environments of a function ready."""
    return [each for each in published(resource, context, ALIAS, VERSION) if context.get(each, READY)]


def _calls(resource: Resource, context: Context, kind: Environment, calls: Calls) -> Iterator[Item]:
    """Requests and their duration with the init of cold starts, billed since 2025-08-01."""
    init = Decimal(0) if _snaps(resource, context) else context.usage(resource, "init_duration_ms") / 1000
    compute = (calls.on_demand * calls.seconds + calls.starts * init) * kind.memory_gb
    if context.get(resource, "CapacityProviderConfig") is not None:
        yield Charge("requests", calls.count, kind.request_price)
        yield NotPriced(MANAGED)
        return
    if _is_at_edge(resource, context):
        yield Charge("compute", compute, "AWSLambda/edge_duration")
        yield Charge("requests", calls.on_demand, "AWSLambda/edge_requests")
        return
    yield Charge("compute", compute, kind.price("duration"))
    yield Charge("requests", calls.count, kind.request_price)
    yield on_ready_ones(kind, calls.ready, calls.seconds)
    own = context.number(resource, READY, 0)
    hours = context.usage(resource, "provisioned_concurrency_hours")
    if own:
        yield kept_ready(kind, own, hours)
    elif context.is_told(resource, "provisioned_concurrency_hours") and not _keepers(resource, context):
        yield kept_ready(kind, Decimal(1), hours, ENVIRONMENT_HOURS)


def _is_at_edge(resource: Resource, context: Context) -> bool:
    """Whether a distribution calls a version of the function."""
    for version in (resource, *published(resource, context, VERSION)):
        if referrers(context, "AWS::CloudFront::Distribution", "DistributionConfig", version):
            return True
    return False


def _storage(resource: Resource, context: Context, calls: Calls) -> Iterator[Item]:
    storage_gb = (context.number(resource, "EphemeralStorage.Size", FREE_STORAGE_MB) - FREE_STORAGE_MB) / 1024
    init = Decimal(0) if _snaps(resource, context) else context.usage(resource, "init_duration_ms") / 1000
    seconds = calls.count * calls.seconds + calls.starts * init
    yield Charge("ephemeral storage", seconds * max(storage_gb, Decimal(0)), "AWSLambda/ephemeral_storage")


def _snaps(resource: Resource, context: Context) -> bool:
    return context.text(resource, "SnapStart.ApplyOn", "None") != "None"


def _snap_start(resource: Resource, context: Context, kind: Environment, calls: Calls) -> Iterator[Item]:
    """Snapshots of published versions and their restores; both are free for Java."""
    if not _snaps(resource, context) or context.text(resource, "Runtime", "").startswith("java"):
        return
    versions = len(published(resource, context, VERSION))
    hours = max(context.usage(resource, "snapstart_hours"), Decimal(SHORTEST_CACHE_H))
    yield Charge(
        "SnapStart cache",
        max(versions, 1) * hours * 3600 * kind.memory_gb,
        "AWSLambda/snapstart_cache",
        CACHED if versions or context.get(resource, "AutoPublishAlias") else PUBLISHED_ELSEWHERE,
    )
    yield Charge("SnapStart restores", calls.starts * kind.memory_gb, "AWSLambda/snapstart_restore")


def _tenants(resource: Resource, context: Context, kind: Environment, calls: Calls) -> Iterator[Item]:
    if context.text(resource, "TenancyConfig.TenantIsolationMode", "None") == "PER_TENANT":
        yield Charge("tenant isolation", calls.starts * kind.memory_gb, kind.price("tenant_isolation"))


def _more(resource: Resource, context: Context, calls: Calls) -> Iterator[Item]:
    streamed_mb = max(context.usage(resource, "response_stream_mb") - FREE_STREAM_MB, Decimal(0))
    yield Charge("streamed answers", calls.count * streamed_mb / 1024, "AWSLambda/response_streaming")
    for component, key, name in DURABLE:
        yield Charge(component, context.usage(resource, key), name)


def _traced(resource: Resource, context: Context) -> Iterator[Item]:
    if context.text(resource, "TracingConfig.Mode", "PassThrough") == "Active":
        yield traces(context.usage(resource, "monthly_requests"))
