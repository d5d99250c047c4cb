"""Buckets: what they hold in each storage class, and what is asked of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, Note, NotPriced
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

    Row = tuple[str, str, str, str, str]

TYPE = "AWS::S3::Bucket"
PRICES = ("AmazonS3/*", "AWSDataTransfer/internet_out", "AWSDataTransfer/inter_region_out")


def _requests(
    price: str, put: str = "requests_put", get: str = "requests_get", name: str = ""
) -> tuple[Row, Row]:
    return (
        (
            "monthly_tier_1_requests",
            "requests",
            "PUT, COPY, POST and LIST in a month",
            f"{name}writes",
            price + put,
        ),
        (
            "monthly_tier_2_requests",
            "requests",
            "GET and all others in a month; DELETE is free",
            f"{name}reads",
            price + get,
        ),
    )


def _transitions(price: str, name: str) -> Row:
    return (
        "monthly_lifecycle_transition_requests",
        "requests",
        "objects moved into the class in a month",
        f"{name}transitions",
        f"{price}lifecycle_transition",
    )


def _select(price: str, name: str, kind: str = "") -> tuple[Row, Row]:
    of, how = (f"_{kind}", f", {kind}") if kind else ("", "")
    prefix = f"monthly_{kind}_" if kind else "monthly_"
    return (
        (
            f"{prefix}select_data_scanned_gb",
            "GB",
            f"scanned by S3 Select in a month{how}",
            f"{name}select scanned{how}",
            f"{price}select_scanned{of}",
        ),
        (
            f"{prefix}select_data_returned_gb",
            "GB",
            f"returned by S3 Select in a month{how}",
            f"{name}select returned{how}",
            f"{price}select_returned{of}",
        ),
    )


def _retrievals(price: str, name: str, kind: str, beside: str = "") -> tuple[Row, Row]:
    """What a class that must be asked for its objects first takes for it."""
    return (
        (
            f"monthly_{kind}_data_retrieval_requests",
            "requests",
            f"{kind} retrievals asked for in a month",
            f"{name}{kind} requests",
            f"{price}retrieval_requests_{kind}",
        ),
        (
            f"monthly_{kind}_data_retrieval_gb",
            "GB",
            f"by {kind} retrieval in a month{beside}",
            f"{name}{kind} data",
            f"{price}retrieval_{kind}",
        ),
    )


def _infrequent(price: str, name: str) -> tuple[Row, ...]:
    """A class whose objects are there at once, for a fee."""
    return (
        ("storage_gb", "GB", "held; at least 128 KB for each object", f"{name}storage", f"{price}storage"),
        *_requests(price, name=name),
        _transitions(price, name),
        ("monthly_data_retrieval_gb", "GB", "read in a month", f"{name}retrieval", f"{price}retrieval"),
        *_select(price, name),
    )


CLASSES: dict[str, tuple[Row, ...]] = {
    "standard": (
        ("storage_gb", "GB", "held", "storage", "standard_storage"),
        *_requests("requests_", "put_copy_post_list", "get_other"),
        *_select("standard_", ""),
    ),
    "intelligent_tiering": (
        *(
            (
                f"{tier}_access_storage_gb",
                "GB",
                f"held for {tier.replace('_', ' ')} access",
                f"intelligent tiering {tier.replace('_', ' ')} storage",
                f"intelligent_tiering_{tier}",
            )
            for tier in ("frequent", "infrequent", "archive_instant", "archive", "deep_archive")
        ),
        (
            "monitored_objects",
            "objects",
            "of 128 KB or more: smaller ones are not monitored",
            "intelligent tiering monitoring",
            "intelligent_tiering_monitoring",
        ),
        *_requests("intelligent_tiering_", name="intelligent tiering "),
        _transitions("intelligent_tiering_", "intelligent tiering "),
        *_select("intelligent_tiering_", "intelligent tiering "),
    ),
    "standard_infrequent_access": _infrequent("standard_ia_", "infrequent access "),
    "one_zone_infrequent_access": _infrequent("one_zone_ia_", "one zone "),
    "glacier_instant_retrieval": _infrequent("glacier_instant_", "instant retrieval "),
    "glacier_flexible_retrieval": (
        ("storage_gb", "GB", "held", "flexible retrieval storage", "glacier_flexible_storage"),
        *_requests("glacier_flexible_", name="flexible retrieval "),
        _transitions("glacier_flexible_", "flexible retrieval "),
        *_retrievals("glacier_flexible_", "flexible retrieval ", "standard", "; bulk retrieval is free"),
        *_retrievals("glacier_flexible_", "flexible retrieval ", "expedited", "; bulk retrieval is free"),
        *(
            row
            for kind in ("standard", "expedited", "bulk")
            for row in _select("glacier_flexible_", "flexible retrieval ", kind)
        ),
    ),
    "glacier_deep_archive": (
        ("storage_gb", "GB", "held", "deep archive storage", "glacier_deep_archive_storage"),
        *_requests("glacier_deep_archive_", name="deep archive "),
        _transitions("glacier_deep_archive_", "deep archive "),
        *_retrievals("glacier_deep_archive_", "deep archive ", "standard"),
        *_retrievals("glacier_deep_archive_", "deep archive ", "bulk"),
    ),
}
"""Figures by storage class: name, unit, what it is, component, price."""
WHOLE: tuple[Row, ...] = (
    ("object_tags", "tags", "on objects", "object tags", "AmazonS3/object_tags"),
    (
        "monthly_monitored_objects",
        "objects",
        "looked at by storage class analysis",
        "analytics",
        "AmazonS3/analytics_objects",
    ),
    (
        "monthly_listed_objects",
        "objects",
        "listed in all inventories of a month",
        "inventory",
        "AmazonS3/inventory_objects",
    ),
    (
        "monthly_data_out_gb",
        "GB",
        "sent to the internet in a month; to CloudFront it is free",
        "data out",
        "AWSDataTransfer/internet_out",
    ),
    (
        "monthly_data_to_other_regions_gb",
        "GB",
        "sent to other regions in a month, by replication too",
        "data to other regions",
        "AWSDataTransfer/inter_region_out",
    ),
)
"""Figures of the whole bucket."""
EARLY = {
    "glacier_flexible_retrieval": ("flexible retrieval early deletion", "glacier_flexible_storage", 90),
    "glacier_deep_archive": ("deep archive early deletion", "glacier_deep_archive_storage", 180),
}
"""Classes that charge what is deleted early as if it were still there: component, price, days to stay."""
NO_MINIMUM = "intelligent_tiering.early_delete_gb"
USAGE = (
    *(
        Key(f"{name}.{figure}", unit, about)
        for name, rows in CLASSES.items()
        for figure, unit, about, _, _ in rows
    ),
    *(
        Key(f"{name}.early_delete_gb", "GB", f"deleted a month before its {days} days were over")
        for name, (_, _, days) in EARLY.items()
    ),
    Key(NO_MINIMUM, "GB", "deleted within 30 days; costs nothing since 2021-09"),
    *(Key(figure, unit, about) for figure, unit, about, _, _ in WHOLE),
)
NOT_PRICED = {
    "AccelerateConfiguration.AccelerationStatus": ("Enabled", "transfer acceleration"),
    "MetadataConfiguration": (None, "metadata tables"),
    "MetadataTableConfiguration": (None, "metadata tables"),
    "MetricsConfigurations": (None, "request metrics, which CloudWatch charges as custom metrics"),
}
"""Properties that cost more than the figures say: the value that does, None for any, and what it is."""
RULES, TIME = "ReplicationConfiguration.Rules", "Destination.ReplicationTime.Status"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Storage, requests and retrieval by class, and what is charged for the bucket as a whole."""
    for name, rows in CLASSES.items():
        for figure, _, _, component, key in rows:
            yield Charge(component, context.usage(resource, f"{name}.{figure}"), f"AmazonS3/{key}")
    for name, (component, key, days) in EARLY.items():
        said = f"what is deleted early is charged as storage until its {days} days are over: for a month here"
        yield Charge(component, context.usage(resource, f"{name}.early_delete_gb"), f"AmazonS3/{key}", said)
    if context.is_told(resource, NO_MINIMUM):
        yield Note("intelligent tiering has no least time of storage since 2021-09: early deletion is free")
    for figure, _, _, component, key in WHOLE:
        yield Charge(component, context.usage(resource, figure), key)
    yield from _beside(resource, context)


def _is_timed(resource: Resource, context: Context) -> bool:
    """Whether a rule of replication promises to be done in 15 minutes."""
    rules = context.get(resource, RULES)
    paths = [f"{RULES}.{index}.{TIME}" for index in range(len(rules) if isinstance(rules, list) else 0)]
    return any(context.get(resource, path) == "Enabled" for path in paths)


def _beside(resource: Resource, context: Context) -> Iterator[Item]:
    for path, (value, what) in NOT_PRICED.items():
        found = context.get(resource, path)
        if found == value if value else found is not None:
            yield NotPriced(what)
    if _is_timed(resource, context):
        yield NotPriced("replication within a time that is promised, by the GB")
    if context.get(resource, "ReplicationConfiguration") is not None:
        yield Note(
            "replicas are charged at the bucket that holds them, and what goes to another region by the GB"
        )
