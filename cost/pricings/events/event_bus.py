"""Event buses: events that are put on them, kept, replayed and sent on; those of AWS services are free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge
from cost.shared.metering import steps
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::Events::EventBus"
USAGE = (
    Key("monthly_custom_events", "events", "events of our own in a month"),
    Key("monthly_third_party_events", "events", "events of partners in a month"),
    Key("event_size_kb", "KB", "one event, in steps of 64"),
    Key("monthly_archive_processing_gb", "GB", "events that go into its archives in a month"),
    Key("archive_storage_gb", "GB", "events that its archives keep"),
    Key("monthly_replayed_events", "events", "events that are replayed from its archives in a month"),
    Key("monthly_schema_discovery_events", "events", "events of 8 KB that schema discovery reads in a month"),
    Key(
        "monthly_cross_account_aws_events",
        "events",
        "events of AWS services sent to other accounts in a month",
    ),
    Key("monthly_cross_account_events", "events", "other events sent to other accounts in a month"),
)
PRICES = ("AWSEvents/*",)
CHUNK_KB = 64
BY_SIZE = (
    ("custom events", "monthly_custom_events", "custom_events"),
    ("partner events", "monthly_third_party_events", "partner_events"),
    ("replayed events", "monthly_replayed_events", "replay_events"),
    ("AWS events to other accounts", "monthly_cross_account_aws_events", "cross_account_aws_events"),
    ("events to other accounts", "monthly_cross_account_events", "cross_account_other_events"),
)
ARCHIVES = (
    ("archive processing", "monthly_archive_processing_gb", "archive_processing"),
    ("archive", "archive_storage_gb", "archive_storage"),
)
DISCOVERY = ("schema discovery", "monthly_schema_discovery_events", "schema_discovery")


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Every 64 KB of an event count as one; archives by the gigabyte."""
    chunks = steps(context.usage(resource, "event_size_kb"), CHUNK_KB)
    for component, key, name in BY_SIZE:
        yield Charge(component, context.usage(resource, key) * chunks, f"AWSEvents/{name}")
    for component, key, name in (*ARCHIVES, DISCOVERY):
        yield Charge(component, context.usage(resource, key), f"AWSEvents/{name}")
