"""Kubernetes: the control plane by the support of its version, nodes by their class."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cost import Estimate, PropertyRefused, UsageFile, estimate
from cost.money import cents
from cost.pricings.eks.cluster import STANDARD_SUPPORT_ENDS
from tests.cost.bills import prices, quantities
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, deploy, ref, resource

A_DAY = date(2026, 11, 22)
STANDARD, EXTENDED = "73.00", "438.00"


def cluster(**properties: Any) -> Resources:
    return {"Cluster": resource("AWS::EKS::Cluster", **properties)}


def nodes(**properties: Any) -> Resources:
    return {"Nodes": resource("AWS::EKS::Nodegroup", **properties)}


def bill(resources: Resources, as_of: date = A_DAY, **usage: Any) -> Estimate:
    return estimate(deploy(resources), usage=UsageFile.of(usage), as_of=as_of)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, STANDARD),
        ({"Version": "1.34"}, STANDARD),
        ({"Version": "1.99"}, STANDARD),
        ({"Version": "1.33"}, EXTENDED),
        ({"Version": "1.9"}, EXTENDED),
        ({"Version": "1.33", "UpgradePolicy": {"SupportType": "EXTENDED"}}, EXTENDED),
        ({"Version": "1.33", "UpgradePolicy": {"SupportType": "STANDARD"}}, STANDARD),
    ],
)
def test_a_version_past_its_standard_support_costs_more(properties: Any, expected: str) -> None:
    assert expected == cents(bill(cluster(**properties)).total())


def test_extended_support_begins_when_the_standard_one_has_ended() -> None:
    end = STANDARD_SUPPORT_ENDS[31]

    assert STANDARD == cents(bill(cluster(Version="1.31"), as_of=end).total())
    assert EXTENDED == cents(bill(cluster(Version="1.31"), as_of=date(2025, 11, 27)).total())


def test_standard_support_ends_later_for_later_versions() -> None:
    ends = list(STANDARD_SUPPORT_ENDS.values())

    assert sorted(ends) == ends


@pytest.mark.parametrize("version", ["latest", "1", "2.0", ""])
def test_a_version_that_can_t_be_is_refused(version: str) -> None:
    with pytest.raises(PropertyRefused, match="Cluster: Version is"):
        bill(cluster(Version=version))


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ({"ComputeConfig": {"Enabled": True}}, 1),
        ({"ComputeConfig": {"Enabled": False}}, 0),
        ({"RemoteNetworkConfig": {"RemoteNodeNetworks": []}}, 1),
        ({"Logging": {"ClusterLogging": {"EnabledTypes": [{"Type": "api"}]}}}, 1),
        ({"Logging": {"ClusterLogging": {"EnabledTypes": []}}}, 0),
    ],
)
def test_what_else_a_cluster_costs_is_told(properties: Any, told: int) -> None:
    assert told == len(bill(cluster(**properties)).not_priced)


def test_every_usage_key_of_nodes_matters_or_says_that_it_does_not() -> None:
    resources = nodes(ScalingConfig={"DesiredSize": 1})

    unmoved = without_effect(resources, "Nodes", {"monthly_cpu_credit_hrs": 10})
    assert [] == [key.name for key in unmoved if "not priced" not in key.about]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"ScalingConfig": {"DesiredSize": 3, "MinSize": 1}}, 3),
        ({"ScalingConfig": {"MinSize": 1}}, 1),
        ({}, 2),
    ],
)
def test_nodes_are_t3_medium_with_20_gb_where_nothing_is_said(properties: Any, expected: int) -> None:
    found = bill(nodes(**properties))

    assert {"instance": Decimal(730) * expected, "disk storage": Decimal(20) * expected} == quantities(
        found, "Nodes"
    )
    assert "AmazonEC2/linux_t3.medium" == prices(found, "Nodes")["instance"]


def test_nodes_with_windows_have_their_own_price_and_a_larger_disk() -> None:
    found = bill(nodes(ScalingConfig={"DesiredSize": 1}, AmiType="WINDOWS_CORE_2022_x86_64"))

    assert "AmazonEC2/windows_t3.medium" == prices(found, "Nodes")["instance"]
    assert 50 == quantities(found, "Nodes")["disk storage"]


def test_spot_nodes_have_no_price_and_their_disks_have() -> None:
    found = bill(nodes(CapacityType="SPOT"))

    assert {"disk storage"} == set(quantities(found, "Nodes"))
    assert 1 == len(found.not_priced)


def test_a_launch_template_describes_the_disks_of_nodes() -> None:
    data = {
        "InstanceType": "m5.large",
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 50, "VolumeType": "gp3"}}],
    }
    template = resource("AWS::EC2::LaunchTemplate", LaunchTemplateData=data)
    group = nodes(ScalingConfig={"DesiredSize": 2}, LaunchTemplate={"Id": ref("Template")})

    found = bill({"Template": template, **group})

    assert {"instance": Decimal(1460), "/dev/xvda storage": Decimal(100)} == quantities(found, "Nodes")
    assert "AmazonEC2/linux_m5.large" == prices(found, "Nodes")["instance"]


def test_a_launch_template_of_elsewhere_leaves_the_class_unknown() -> None:
    found = bill(nodes(LaunchTemplate={"Id": "lt-1"}), Nodes={"monthly_data_out_gb": 1})

    assert ["InstanceTypes.0"] == [unknown.name for unknown in found.unknowns]
    assert {"data out"} == set(quantities(found, "Nodes"))
