"""File systems: classes of storage and modes of throughput."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost import PropertyRefused
from tests.cost.bills import prices, quantities, told, used
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, resource

PARAMETER = {"Fn::ImportValue": "of-another-stack"}


def files(**properties: Any) -> Resources:
    return {"Files": resource("AWS::EFS::FileSystem", **properties)}


def test_a_file_system_without_use_costs_nothing() -> None:
    assert () == used(files()).lines


def test_every_usage_key_matters_where_throughput_is_elastic() -> None:
    assert [] == without_effect(files(ThroughputMode="elastic"), "Files")


def test_where_throughput_is_not_elastic_reads_and_writes_are_free_as_they_say() -> None:
    idle = without_effect(files(), "Files")

    assert ["monthly_elastic_read_gb", "monthly_elastic_write_gb"] == [key.name for key in idle]
    assert all("free unless" in key.about for key in idle)


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({}, "standard_ia_storage"),
        ({"ThroughputMode": "elastic"}, "standard_ia_storage_elastic"),
        ({"AvailabilityZoneName": "us-east-1a"}, "one_zone_ia_storage"),
        ({"AvailabilityZoneName": "us-east-1a", "ThroughputMode": "elastic"}, "one_zone_ia_storage"),
    ],
)
def test_infrequent_access_is_charged_by_zones_and_throughput(properties: dict[str, str], name: str) -> None:
    found = used(files(**properties), Files={"infrequent_access_storage_gb": 10})

    assert {"infrequent access storage": f"AmazonEFS/{name}"} == prices(found, "Files")


@pytest.mark.parametrize(("stored", "over"), [(0, "100"), (230, "88.5"), (2000, None), (9000, None)])
def test_provisioned_throughput_is_charged_over_what_the_storage_brings(
    stored: int, over: str | None
) -> None:
    provisioned = files(ThroughputMode="provisioned", ProvisionedThroughputInMibps="100")

    found = quantities(used(provisioned, Files={"storage_gb": stored}), "Files")

    assert (None if over is None else Decimal(over)) == found.get("provisioned throughput")


def test_provisioned_throughput_without_a_number_is_refused() -> None:
    with pytest.raises(PropertyRefused, match="ProvisionedThroughputInMibps is missing"):
        used(files(ThroughputMode="provisioned"))


def test_a_mode_that_only_deployment_knows_leaves_the_storage() -> None:
    found = used(files(ThroughputMode=PARAMETER), Files={"storage_gb": 10})

    assert {"storage": 10} == quantities(found, "Files")
    assert {"ThroughputMode"} == {each.name for each in found.unknowns}


def test_automatic_backups_ask_for_their_size_once() -> None:
    backed_up = files(BackupPolicy={"Status": "ENABLED"})

    assert any("automatic backups" in text for text in told(used(backed_up)))
    assert not any(
        "automatic backups" in text for text in told(used(backed_up, Files={"backup_storage_gb": 1}))
    )


def test_a_replica_is_told() -> None:
    replicated = files(ReplicationConfiguration={"Destinations": [{"Region": "us-west-2"}]})

    assert any("the replica" in reason for _, reason in used(replicated).not_priced)
