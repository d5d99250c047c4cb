"""What the use of a DynamoDB table costs, in one region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, NotPriced
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context

USAGE = (
    Key("monthly_write_request_units", "WRU", "writes of 1 KB; only on demand"),
    Key("monthly_read_request_units", "RRU", "strongly consistent reads of 4 KB; only on demand"),
    Key("storage_gb", "GB", "held, indexes included"),
    Key("pitr_backup_storage_gb", "GB", "backed up continuously, for point-in-time recovery"),
    Key("on_demand_backup_storage_gb", "GB", "held in backups made by hand"),
    Key("monthly_data_restored_gb", "GB", "restored from backups"),
    Key("monthly_streams_read_request_units", "requests", "GetRecords calls; those of Lambda are free"),
)
PRICES = (
    "AmazonDynamoDB/on_demand_*",
    "AmazonDynamoDB/provisioned_*",
    "AmazonDynamoDB/storage*",
    "AmazonDynamoDB/pitr",
    "AmazonDynamoDB/restore",
    "AmazonDynamoDB/streams_reads",
)
ON_DEMAND = "PAY_PER_REQUEST"
INFREQUENT = "STANDARD_INFREQUENT_ACCESS"
BESIDE = (
    ("backups", "on_demand_backup_storage_gb", "on_demand_backup"),
    ("restored data", "monthly_data_restored_gb", "restore"),
    ("stream reads", "monthly_streams_read_request_units", "streams_reads"),
)
"""Component, usage key, price: what costs the same for every kind of table."""
FEATURES = (
    ("ContributorInsightsSpecification.Enabled", "Contributor Insights"),
    ("KinesisStreamSpecification", "change records sent to a Kinesis stream"),
    ("ImportSourceSpecification", "the import of data from S3, once"),
    ("WarmThroughput", "warm throughput over what every table has, once"),
)
"""Properties that bring charges whose amount nothing here tells."""


def suffix(table_class: str) -> str:
    """Ending of the prices of a table class."""
    return "_ia" if table_class == INFREQUENT else ""


def beside(resource: Resource, context: Context) -> Iterator[Charge]:
    """Backups made by hand, restores and streams."""
    for component, key, price in BESIDE:
        yield Charge(component, context.usage(resource, key), f"AmazonDynamoDB/{price}")


def features(resource: Resource, path: str, context: Context) -> Iterator[NotPriced]:
    """What a table, or a replica at a path of it, has turned on beside."""
    for name, said in FEATURES:
        value = context.get(resource, f"{path}{name}")
        if value is not None and str(value).lower() != "false":
            yield NotPriced(said)
