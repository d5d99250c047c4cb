"""What logs cost: written once, by who writes them, then kept."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost import month
from cost.lines import Charge, total
from cost.money import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cfn.template import Resource
    from cost.context import Context
    from cost.log_streams import LogStream

STORAGE = "AmazonCloudWatch/logs_storage"
FOR_EVER = "kept for ever: the first month's are counted, and each month adds as much again"


def without_group(resource: Resource, context: Context) -> Iterator[Charge]:
    """What a resource writes to log groups that no template has; raises PropertyUnknown."""
    for stream in context.written_by(resource):
        if stream.unknown is not None:
            raise stream.unknown
        if stream.group is None:
            days = None if stream.kept_days is None else Decimal(stream.kept_days)
            yield from ingestion([stream], "log ingest")
            yield storage(_gigabytes([stream]), days, "log archive")


def ingestion(streams: Sequence[LogStream], component: str = "ingest") -> Iterator[Charge]:
    """Gigabytes written, by the kind of writer."""
    for price in sorted({stream.price for stream in streams}):
        kindred = [stream for stream in streams if stream.price == price]
        said = "; ".join(dict.fromkeys(stream.assumption for stream in kindred if stream.assumption))
        yield Charge(component, _gigabytes(kindred), price, said)


def storage(gigabytes: Decimal, days: Decimal | None, component: str = "archive") -> Charge:
    """Gigabyte-months of what is written in a month and kept for so many days; None is for ever."""
    months = Decimal(1) if days is None else days / month.DAYS
    kept = f"kept for {plain(days)} days: what is there once these have passed" if days else FOR_EVER
    return Charge(
        component,
        months * gigabytes,
        STORAGE,
        f"logs are {kept}; AWS compresses them, so the bill may be lower",
    )


def _gigabytes(streams: Sequence[LogStream]) -> Decimal:
    return total(stream.gigabytes for stream in streams)
