"""Stages of REST APIs: a cache by the hour, metrics of methods, traces."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.assumptions import METRICS_PER_METHOD
from cost.errors import PropertyRefused
from cost.lines import Charge, NotPriced, total
from cost.month import HOURS
from cost.shared.apart import apart
from cost.shared.functions import FUNCTION, SAM_FUNCTION
from cost.shared.places import referrers
from cost.shared.sam import read_as_real
from cost.shared.traces import PRICE as TRACES
from cost.shared.traces import traces
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::ApiGateway::Stage"
USAGE = (Key("monthly_log_gb", "GB", "access log"),)
PRICES = ("AmazonApiGateway/cache_*", "AmazonCloudWatch/metrics_custom", TRACES)
API, METHOD = "AWS::ApiGateway::RestApi", "AWS::ApiGateway::Method"
SMALLEST_CACHE = "0.5"
CACHES = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
"""GB that a cache can have."""
ALL_PATHS, ALL = "/*", "*"
MEASURED = f"{METRICS_PER_METHOD} metrics for each method, every method used in every hour of the month"
NOT_WRITTEN = "metrics of methods: the templates have no method of the API, so they can't be counted"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What the stage itself costs; its requests are charged at the API."""
    apis = [api for api in context.targets(resource, "RestApiId") if api.type == API]
    yield from apart(
        cache(resource, context),
        metrics(resource, sum(len(referrers(context, METHOD, "RestApiId", api)) for api in apis), context),
        _traced(resource, apis, context),
    )


def cache(resource: Resource, context: Context, path: str = "") -> Iterator[Item]:
    """Hours of a cache of the size of the stage at a path, whether requests come or not."""
    if not context.flag(resource, f"{path}CacheClusterEnabled"):
        return
    size = context.text(resource, f"{path}CacheClusterSize", SMALLEST_CACHE)
    if size not in CACHES:
        name = f"{path}CacheClusterSize"
        raise PropertyRefused(resource.logical_id, name, size, f"one of {', '.join(CACHES)}")
    yield Charge("cache", HOURS, f"AmazonApiGateway/cache_{size}GB")


def metrics(resource: Resource, methods: int, context: Context) -> Iterator[Item]:
    """Metrics of methods, of which the API has so many; 0 where the templates don't say how many."""
    measured = [
        index
        for index, _ in enumerate(context.entries(resource, "MethodSettings"))
        if context.flag(resource, f"MethodSettings.{index}.MetricsEnabled")
    ]
    of_all = any(_is_for_all(resource, index, context) for index in measured)
    if of_all and not methods:
        yield NotPriced(NOT_WRITTEN)
        return
    count = Decimal((methods if of_all else len(measured)) * METRICS_PER_METHOD)
    yield Charge("detailed metrics", count, "AmazonCloudWatch/metrics_custom", MEASURED)


def _is_for_all(resource: Resource, index: int, context: Context) -> bool:
    path = context.text(resource, f"MethodSettings.{index}.ResourcePath", ALL_PATHS)
    return path == ALL_PATHS and context.text(resource, f"MethodSettings.{index}.HttpMethod", ALL) == ALL


def _traced(resource: Resource, apis: list[Resource], context: Context) -> Iterator[Item]:
    """Traces of requests, at the first stage of the API that traces; functions behind it count their own."""
    if not context.flag(resource, "TracingEnabled"):
        return
    for api in apis:
        stages = referrers(context, TYPE, "RestApiId", api)
        if next(each for each in stages if _traces(each, context)) is resource:
            own = total(context.usage(each, "monthly_requests") for each in _traced_functions(api, context))
            yield traces(max(context.usage(api, "monthly_requests") - own, Decimal(0)))


def _traces(stage: Resource, context: Context) -> bool:
    return str(context.get(stage, "TracingEnabled")).lower() == "true"


def _traced_functions(api: Resource, context: Context) -> list[Resource]:
    """Functions that methods of an API lead to, and that trace their calls."""
    context = read_as_real(context)
    methods = referrers(context, METHOD, "RestApiId", api)
    behind = {each: None for method in methods for each in context.targets(method, "Integration.Uri")}
    return [
        each
        for each in behind
        if each.type in (FUNCTION, SAM_FUNCTION) and context.get(each, "TracingConfig.Mode") == "Active"
    ]
