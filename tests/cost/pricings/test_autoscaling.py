"""Groups of machines: how many, of which class, on demand or not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost import Estimate, UsageFile, estimate
from cost.shared.machines import SPOT
from tests.cost.bills import prices, quantities
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, deploy, ref, resource

TEMPLATE = resource("AWS::EC2::LaunchTemplate", LaunchTemplateData={"InstanceType": "m5.large"})
CONFIGURATION = resource("AWS::AutoScaling::LaunchConfiguration", InstanceType="t3.medium", ImageId="ami-1")


def group(**properties: Any) -> Resources:
    """A group of m5.large by a launch template."""
    given = {"LaunchTemplate": {"LaunchTemplateId": ref("Template"), "Version": "1"}, **properties}
    return {"Template": TEMPLATE, "Group": resource("AWS::AutoScaling::AutoScalingGroup", **given)}


def mixed(capacity: int, weight: int | None = None, **distribution: Any) -> Resources:
    """A group of two classes, of which the first counts."""
    first = {"InstanceType": "m5.xlarge"} | ({} if weight is None else {"WeightedCapacity": str(weight)})
    policy = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateId": ref("Template"), "Version": "1"},
            "Overrides": [first, {"InstanceType": "m5.2xlarge"}],
        },
        "InstancesDistribution": distribution,
    }
    wanted = {"DesiredCapacity": str(capacity), "MixedInstancesPolicy": policy}
    return {"Template": TEMPLATE, "Group": resource("AWS::AutoScaling::AutoScalingGroup", **wanted)}


def bill(resources: Resources, **usage: Any) -> Estimate:
    return estimate(deploy(resources), usage=UsageFile.of(usage))


def test_every_usage_key_matters_or_says_that_it_does_not() -> None:
    resources = {
        "Configuration": CONFIGURATION,
        "Group": resource(
            "AWS::AutoScaling::AutoScalingGroup", MinSize="1", LaunchConfigurationName=ref("Configuration")
        ),
    }

    unmoved = without_effect(resources, "Group", {"monthly_cpu_credit_hrs": 10})
    assert [] == [key.name for key in unmoved if "not priced" not in key.about]


@pytest.mark.parametrize(
    ("properties", "usage", "expected"),
    [
        ({"MinSize": "2", "MaxSize": "9"}, {}, 2),
        ({"MinSize": "2", "DesiredCapacity": "4"}, {}, 4),
        ({"MinSize": "2", "DesiredCapacity": "4"}, {"instances": "2.5"}, Decimal("2.5")),
        ({"MinSize": "2"}, {"instances": 0}, 0),
        ({"MinSize": "0"}, {}, 0),
    ],
)
def test_a_group_has_as_many_machines_as_it_wants(properties: Any, usage: Any, expected: Decimal) -> None:
    found = quantities(bill(group(**properties), Group=usage), "Group")

    assert found.get("instance", Decimal(0)) == expected * 730


@pytest.mark.parametrize(
    ("resources", "on_demand", "spot"),
    [
        (mixed(6), 6, False),
        (mixed(6, weight=4), 2, False),
        (mixed(6, OnDemandBaseCapacity=2, OnDemandPercentageAboveBaseCapacity=25), 3, True),
        (mixed(6, OnDemandPercentageAboveBaseCapacity=0), 0, True),
        (mixed(8, weight=2, OnDemandBaseCapacity=4, OnDemandPercentageAboveBaseCapacity=0), 2, True),
        (mixed(1, OnDemandBaseCapacity=5), 1, False),
    ],
)
def test_what_is_not_on_demand_is_told(resources: Resources, on_demand: int, spot: bool) -> None:  # noqa: FBT001
    found = bill(resources)

    assert quantities(found, "Group").get("instance", 0) == on_demand * 730
    assert spot is (SPOT in {reason for _, reason in found.not_priced})
    assert set(prices(found, "Group").values()) <= {"AmazonEC2/linux_m5.xlarge"}


def test_a_launch_configuration_monitors_in_detail_and_its_image_has_a_root_volume() -> None:
    resources = {
        "Configuration": CONFIGURATION,
        "Group": resource(
            "AWS::AutoScaling::AutoScalingGroup",
            DesiredCapacity=3,
            LaunchConfigurationName=ref("Configuration"),
        ),
    }

    found = quantities(bill(resources), "Group")

    assert {"instance": 2190, "detailed monitoring": 21, "root storage": 24} == found


def test_machines_in_public_subnets_have_public_addresses() -> None:
    public = resource("AWS::EC2::Subnet", MapPublicIpOnLaunch=True)
    resources = group(MinSize=2, VPCZoneIdentifier=[ref("A"), ref("B")])

    found = bill({**resources, "A": public, "B": public})
    private = bill({**resources, "A": public, "B": resource("AWS::EC2::Subnet")})

    assert 1460 == quantities(found, "Group")["public IPv4 address"]
    assert "public IPv4 address" not in quantities(private, "Group")


def test_a_size_that_only_deployment_knows_leaves_the_transfer() -> None:
    found = bill(group(MinSize={"Fn::ImportValue": "size"}), Group={"monthly_data_out_gb": 5})

    assert ["MinSize"] == [unknown.name for unknown in found.unknowns]
    assert {"data out": Decimal(5)} == quantities(found, "Group")


def test_a_group_of_a_class_that_aws_chooses_is_told() -> None:
    template = resource(
        "AWS::EC2::LaunchTemplate", LaunchTemplateData={"InstanceRequirements": {"VCpuCount": {"Min": 2}}}
    )

    found = bill({**group(MinSize=1), "Template": template})

    assert ["LaunchTemplateData.InstanceType"] == [unknown.name for unknown in found.unknowns]
