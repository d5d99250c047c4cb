"""Archives of events: what goes into them, and what they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, Note
from cost.pricings.events.event_bus import ARCHIVES
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Events::Archive"
USAGE = (
    Key(
        "monthly_archive_processing_gb",
        "GB",
        "events that go into it in a month; nothing where its bus tells it",
    ),
    Key("archive_storage_gb", "GB", "events that it keeps; nothing where its bus tells it"),
)
PRICES = ("AWSEvents/archive_*",)
BUS = "AWS::Events::EventBus"
AT_THE_BUS = "what its bus tells of archives is charged there"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Gigabytes in, and gigabytes kept, unless its bus tells them."""
    buses = [bus for bus in context.targets(resource, "SourceArn") if bus.type == BUS]
    for component, key, name in ARCHIVES:
        if any(context.is_told(bus, key) for bus in buses):
            yield Note(AT_THE_BUS)
        else:
            yield Charge(component, context.usage(resource, key), f"AWSEvents/{name}")
