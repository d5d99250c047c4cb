"""Health checks: the check, and each of the features that AWS calls optional."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Route53::HealthCheck"
USAGE = (Key("endpoint_type", "word", "where the endpoint is", default="aws", choices=("aws", "non_aws")),)
PRICES = ("AmazonRoute53/health_check_*",)
FAST_SECONDS, USUAL_SECONDS = 10, 30
WITHOUT_ENDPOINT = ("CALCULATED", "CLOUDWATCH_METRIC")
"""Checks of other checks and of alarms."""
AS_IN_AWS = "a check that looks at no endpoint is charged as one of an endpoint in AWS"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """One check, and its options at the price of where its endpoint is."""
    kind = context.text(resource, "HealthCheckConfig.Type")
    if kind == "RECOVERY_CONTROL":
        yield NotPriced("a health check of a routing control")
    elif kind in WITHOUT_ENDPOINT:
        yield Charge("health check", Decimal(1), "AmazonRoute53/health_check_aws", AS_IN_AWS)
    else:
        where = context.word(resource, "endpoint_type")
        yield Charge("health check", Decimal(1), f"AmazonRoute53/health_check_{where}")
        options = _options(kind, resource, context)
        yield Charge("options", Decimal(options), f"AmazonRoute53/health_check_option_{where}")


def _options(kind: str, resource: Resource, context: Context) -> int:
    """How many there are of HTTPS, a string to find, a short interval, and measured latency."""
    interval = context.number(resource, "HealthCheckConfig.RequestInterval", USUAL_SECONDS)
    return (
        kind.startswith("HTTPS")
        + kind.endswith("_STR_MATCH")
        + (interval == FAST_SECONDS)
        + context.flag(resource, "HealthCheckConfig.MeasureLatency")
    )
