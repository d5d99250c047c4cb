"""Log groups: what is written to them in a month, and what they keep."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cost.lines import Charge, Note, NotPriced, total
from cost.log_charges import STORAGE, ingestion, storage
from cost.log_streams import CUSTOM, VENDED
from cost.shared.apart import apart
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Logs::LogGroup"
USAGE = (
    Key("monthly_data_ingested_gb", "GB", "lines written in a month"),
    Key("storage_gb", "GB", "lines kept, compressed"),
    Key("monthly_data_scanned_gb", "GB", "lines read by queries of Logs Insights"),
    Key("monthly_live_tail_mins", "min", "minutes of Live Tail in a month"),
)
PRICES = ("AmazonCloudWatch/logs_*",)
NEVER = 0
KEPT_UNTOLD = "what is kept of its lines is not told and not in the total: tell storage_gb"
INFREQUENT = "AmazonCloudWatch/logs_ingest_infrequent_access"
DELIVERY = "lines of a group of the class DELIVERY, which go on to a bucket or a delivery stream"
READING = (
    ("queries", "monthly_data_scanned_gb", "AmazonCloudWatch/logs_insights_scanned"),
    ("live tail", "monthly_live_tail_mins", "AmazonCloudWatch/logs_live_tail"),
)
VENDED_NAMES = ("/aws/lambda/", "/aws/vendedlogs/", "aws-waf-logs-")


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What its writers write, what retention keeps of it, and what queries read."""
    yield from apart(_written(resource, context), _read(resource, context))


def _written(resource: Resource, context: Context) -> Iterator[Item]:
    """Lines that come in, told or by their writers; masked where sensitive data is looked for; then kept."""
    if context.text(resource, "LogGroupClass", "STANDARD") == "DELIVERY":
        yield NotPriced(DELIVERY)
        return
    written = [stream for stream in context.written_to(resource) if stream.gigabytes]
    if context.is_told(resource, "monthly_data_ingested_gb"):
        gigabytes = context.usage(resource, "monthly_data_ingested_gb")
        yield Charge("ingest", gigabytes, _kind(resource, context))
    else:
        gigabytes = total(stream.gigabytes for stream in written)
        infrequent = INFREQUENT if _is_infrequent(resource, context) else None
        yield from ingestion([replace(each, price=infrequent or each.price) for each in written])
    if context.get(resource, "DataProtectionPolicy") is not None:
        yield Charge("data protection", gigabytes, "AmazonCloudWatch/logs_data_protection")
    yield from _kept(resource, context, gigabytes)


def _read(resource: Resource, context: Context) -> Iterator[Item]:
    for component, key, name in READING:
        yield Charge(component, context.usage(resource, key), name)


def _kept(resource: Resource, context: Context, gigabytes: Decimal) -> Iterator[Item]:
    if context.is_told(resource, "storage_gb"):
        yield Charge("archive", context.usage(resource, "storage_gb"), STORAGE)
    elif context.is_told(resource, "monthly_data_ingested_gb"):
        yield Note(KEPT_UNTOLD)
    elif gigabytes:
        days = context.number(resource, "RetentionInDays", NEVER)
        yield storage(gigabytes, days or None)


def _kind(resource: Resource, context: Context) -> str:
    """The price of ingestion, by the group's class and by who writes to a group of that name."""
    if _is_infrequent(resource, context):
        return INFREQUENT
    writers = {stream.price for stream in context.written_to(resource)}
    by_name = str(context.get(resource, "LogGroupName", "")).startswith(VENDED_NAMES)
    return VENDED if writers == {VENDED} or (by_name and not writers) else CUSTOM


def _is_infrequent(resource: Resource, context: Context) -> bool:
    return context.text(resource, "LogGroupClass", "STANDARD") == "INFREQUENT_ACCESS"
