"""Log groups: what is written to them in a month, and what they keep."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost import month
from cost.lines import Charge, Note, total
from cost.money import plain
from cost.registry import pricing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.log_streams import LogStream

NEVER = 0
FOR_EVER = "kept for ever: the first month's are counted, and each month adds as much again"


@pricing("AWS::Logs::LogGroup")
def log_group(resource: Resource, context: Context) -> Iterator[Item]:
    """What its writers write, and what retention keeps of it."""
    written = [stream for stream in context.log_streams if stream.group is resource and stream.gigabytes]
    if not written:
        yield Note("nothing is counted as written to it")
    days = context.number(resource, "RetentionInDays", NEVER)
    yield from _logs(written, context, days or None)


def without_group(resource: Resource, context: Context) -> Iterator[Item]:
    """What a resource writes to log groups that no template has."""
    for stream in context.log_streams:
        if stream.writer is resource and stream.group is None:
            yield from _logs(
                [stream], context, None if stream.kept_days is None else Decimal(stream.kept_days)
            )


def _logs(written: Sequence[LogStream], context: Context, days: Decimal | None) -> Iterator[Charge]:
    for key in sorted({stream.price for stream in written}):
        kindred = [stream for stream in written if stream.price == key]
        said = "; ".join(dict.fromkeys(stream.assumption for stream in kindred if stream.assumption))
        yield Charge("log ingestion", _gigabytes(kindred), context.price("AmazonCloudWatch", key), said)
    months = Decimal(1) if days is None else days / month.DAYS
    price = context.price("AmazonCloudWatch", "logs_storage")
    yield Charge("log storage", months * _gigabytes(written), price, _kept(days))


def _gigabytes(written: Sequence[LogStream]) -> Decimal:
    return total(stream.gigabytes for stream in written)


def _kept(days: Decimal | None) -> str:
    kept = f"kept for {plain(days)} days: what is there once these have passed" if days else FOR_EVER
    return f"logs are {kept}; AWS compresses them, so the bill may be lower"
