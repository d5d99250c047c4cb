"""CloudFront: requests and data by the place of the viewer, and what a distribution has beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.shared.apart import apart
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::CloudFront::Distribution"
PRICES = ("AmazonCloudFront/*",)
HOME = "us"
PLACES = {
    HOME: "the United States, Mexico and Canada",
    "europe": "Europe, Israel and Turkey",
    "south_africa": "South Africa, Kenya, Nigeria and the Middle East",
    "south_america": "South America",
    "japan": "Japan",
    "australia": "Australia and New Zealand",
    "asia_pacific": "the rest of Asia",
    "india": "India",
}
"""Where viewers are, as CloudFront's prices divide the world."""
KINDS = (
    (
        "data out",
        "monthly_data_transfer_to_internet_gb",
        "GB",
        "to viewers in {} in a month",
        "data_transfer_out",
    ),
    (
        "data to the origin",
        "monthly_data_transfer_to_origin_gb",
        "GB",
        "from viewers in {} to the origin in a month",
        "data_transfer_to_origin",
    ),
    ("HTTP requests", "monthly_http_requests", "requests", "by HTTP from {} in a month", "requests_http"),
    ("requests", "monthly_https_requests", "requests", "by HTTPS from {} in a month", "requests_https"),
)
"""Component, usage key, unit, what it is, price."""
SHIELDS = {
    "us": ("us-",),
    "europe": ("eu-", "il-"),
    "south_america": ("sa-",),
    "japan": ("ap-northeast-1", "ap-northeast-3"),
    "south_korea": ("ap-northeast-2",),
    "singapore": ("ap-southeast-1",),
    "australia": ("ap-southeast-2", "ap-southeast-4"),
    "india": ("ap-south-",),
}
"""Places of origin shields, with the beginnings of their regions' names."""
ADDITIONS = (
    (
        "invalidations",
        "monthly_invalidation_requests",
        "paths",
        "invalidated in a month; the first 1,000 are free for everybody",
        "invalidation_paths",
    ),
    (
        "field-level encryption",
        "monthly_encryption_requests",
        "requests",
        "with encrypted fields in a month",
        "field_level_encryption_requests",
    ),
    (
        "real-time log lines",
        "monthly_log_lines",
        "lines",
        "of real-time logs in a month; standard logs are free",
        "realtime_log_lines",
    ),
)
CERTIFICATES = "custom_ssl_certificates"
EDGE_RUNS, EDGE_MS, EDGE_MB = (
    "monthly_edge_function_requests",
    "edge_function_duration_ms",
    "edge_function_memory_mb",
)
USAGE = (
    *(
        Key(f"{key}.{place}", unit, about.format(where))
        for _, key, unit, about, _ in KINDS
        for place, where in PLACES.items()
    ),
    *(
        Key(
            f"monthly_shield_requests.{place}",
            "requests",
            "to an origin shield there; none where a template has its shields elsewhere",
        )
        for place in SHIELDS
    ),
    *(Key(key, unit, about) for _, key, unit, about, _ in ADDITIONS),
    Key(
        CERTIFICATES, "certificates", 'at an address of their own ("vip"); where one is, 1 if nothing is said'
    ),
    Key(EDGE_RUNS, "requests", "that run a Lambda function at the edge in a month"),
    Key(EDGE_MS, "ms", "for one run of a Lambda function at the edge"),
    Key(EDGE_MB, "MB", "of memory of a Lambda function at the edge", default=128),
)
MB_IN_GB, MS_IN_SECOND = 1024, 1000


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What viewers ask for and get, and what stands between them and the origin."""
    yield from apart(
        _traffic(resource, context),
        _additions(resource, context),
        _edge_functions(resource, context),
        _shields(resource, context),
        _certificates(resource, context),
    )


def _traffic(resource: Resource, context: Context) -> Iterator[Item]:
    for component, key, _, _, name in KINDS:
        for place in PLACES:
            where = "" if place == HOME else f", {_named(place)}"
            units = context.usage(resource, f"{key}.{place}")
            yield Charge(component + where, units, f"AmazonCloudFront/{name}_{place}")


def _named(place: str) -> str:
    return place.replace("_", " ").title()


def _additions(resource: Resource, context: Context) -> Iterator[Item]:
    for component, key, _, _, name in ADDITIONS:
        yield Charge(component, context.usage(resource, key), f"AmazonCloudFront/{name}")


def _edge_functions(resource: Resource, context: Context) -> Iterator[Item]:
    """Lambda@Edge has prices of its own, wherever its functions run."""
    runs = context.usage(resource, EDGE_RUNS)
    seconds = runs * context.usage(resource, EDGE_MS) / MS_IN_SECOND
    yield Charge("edge function requests", runs, "AmazonCloudFront/lambda_edge_requests")
    yield Charge(
        "edge function duration",
        seconds * context.usage(resource, EDGE_MB) / MB_IN_GB,
        "AmazonCloudFront/lambda_edge_duration",
    )


def _shields(resource: Resource, context: Context) -> Iterator[Item]:
    """Requests to origin shields: those of the template, or any that are told where it has none."""
    origins = "DistributionConfig.Origins"
    there: dict[str, None] = {}
    for index in range(len(context.entries(resource, origins))):
        shield = f"{origins}.{index}.OriginShield"
        if context.flag(resource, f"{shield}.Enabled"):
            there[context.text(resource, f"{shield}.OriginShieldRegion")] = None
    for place in dict.fromkeys(map(_shield_place, there)) if there else SHIELDS:
        if place is not None:
            units = context.usage(resource, f"monthly_shield_requests.{place}")
            yield Charge(
                f"origin shield, {'US' if place == HOME else _named(place)}",
                units,
                f"AmazonCloudFront/origin_shield_requests_{place}",
            )
    for region in there:
        if _shield_place(region) is None:
            yield NotPriced(f"origin shield in {region}")


def _shield_place(region: str) -> str | None:
    return next((place for place, starts in SHIELDS.items() if region.startswith(starts)), None)


def _certificates(resource: Resource, context: Context) -> Iterator[Item]:
    """A certificate for viewers that send no name of the server has addresses of its own."""
    units = context.usage(resource, CERTIFICATES)
    if not context.is_told(resource, CERTIFICATES):
        method = context.text(resource, "DistributionConfig.ViewerCertificate.SslSupportMethod", "")
        units = Decimal(1 if method == "vip" else 0)
    yield Charge("dedicated IP certificate", units, "AmazonCloudFront/dedicated_ip_certificate")
