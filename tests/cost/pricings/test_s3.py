"""Buckets: classes of storage, and what is asked of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost.pricings.s3.bucket import NO_MINIMUM, USAGE
from tests.cost.bills import prices, quantities, told, used
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, resource


def bucket(**properties: Any) -> Resources:
    return {"Bucket": resource("AWS::S3::Bucket", **properties)}


def test_a_bucket_without_use_costs_nothing() -> None:
    assert () == used(bucket()).lines


def test_every_usage_key_matters_but_for_deletion_without_a_least_time_of_storage() -> None:
    [idle] = without_effect(bucket(), "Bucket")

    assert NO_MINIMUM == idle.name
    assert "costs nothing" in idle.about


def test_no_two_components_are_called_the_same() -> None:
    found = used(bucket(), Bucket={key.name: 1000 for key in USAGE})

    assert len(found.lines) == len({line.component for line in found.lines}) == len(USAGE) - 1


def test_early_deletion_is_charged_as_storage() -> None:
    found = used(bucket(), Bucket={"glacier_deep_archive": {"early_delete_gb": 10}})

    assert {"deep archive early deletion": "AmazonS3/glacier_deep_archive_storage"} == prices(found, "Bucket")


def test_early_deletion_from_intelligent_tiering_is_free_and_said_to_be() -> None:
    found = used(bucket(), Bucket={"intelligent_tiering": {"early_delete_gb": 10}})

    assert () == found.lines
    assert any("no least time of storage" in text for text in told(found))


def test_standard_retrieval_from_flexible_retrieval_costs_five_cents_a_thousand() -> None:
    found = used(
        bucket(), Bucket={"glacier_flexible_retrieval": {"monthly_standard_data_retrieval_requests": 1000}}
    )

    assert Decimal("0.05") == found.total()


def test_storage_of_two_buckets_fills_the_tiers_together() -> None:
    two = {"A": resource("AWS::S3::Bucket"), "B": resource("AWS::S3::Bucket")}
    usage = {"standard.storage_gb": 51_200}

    found = used(two, A=usage, B=usage)

    assert [Decimal("1177.6"), Decimal("1126.4")] == [line.amount() for line in found.lines]


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"AccelerateConfiguration": {"AccelerationStatus": "Enabled"}}, "transfer acceleration"),
        (
            {"MetricsConfigurations": [{"Id": "all"}]},
            "request metrics, which CloudWatch charges as custom metrics",
        ),
        ({"MetadataTableConfiguration": {"S3TablesDestination": {}}}, "metadata tables"),
    ],
)
def test_what_costs_more_than_its_figures_is_told(properties: dict[str, Any], said: str) -> None:
    assert said in told(used(bucket(**properties)))


def test_suspended_acceleration_is_not_told() -> None:
    suspended = bucket(AccelerateConfiguration={"AccelerationStatus": "Suspended"})

    assert () == used(suspended).not_priced


def test_replicas_are_told_and_what_they_send_is_charged() -> None:
    found = used(bucket(ReplicationConfiguration={}), Bucket={"monthly_data_to_other_regions_gb": 10})

    assert {"data to other regions": Decimal(10)} == quantities(found, "Bucket")
    assert any("replicas" in text for text in told(found))


@pytest.mark.parametrize(("status", "is_told"), [("Enabled", True), ("Disabled", False)])
def test_replication_within_a_time_is_told(status: str, is_told: bool) -> None:  # noqa: FBT001
    rules = [{"Destination": {"Bucket": "b"}}, {"Destination": {"ReplicationTime": {"Status": status}}}]
    found = used({"Bucket": resource("AWS::S3::Bucket", ReplicationConfiguration={"Rules": rules})})

    assert is_told is ("replication within a time that is promised, by the GB" in told(found))
