"""Machines, their volumes and addresses, and the ways in and out of a network."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost import Estimate, PriceMissing, PropertyRefused, UsageFile, estimate
from cost.money import cents
from cost.pricings.ec2.vpn_connection import LARGE
from cost.shared.machines import FEE, IMAGE_ROOT, SPOT, UNLIMITED
from tests.cost.bills import prices, quantities
from tests.cost.effects import without_effect
from tests.cost.systems import Resources, attribute, deploy, ref, resource

PARAMETER = {"Fn::ImportValue": "of-another-stack"}


def instance(class_: Any = "m5.large", **properties: Any) -> dict[str, Any]:
    """An instance of a class that does not burst."""
    given = {} if class_ is None else {"InstanceType": class_}
    return resource("AWS::EC2::Instance", **given, **properties)


def volume(**properties: Any) -> Resources:
    return {"Volume": resource("AWS::EC2::Volume", AvailabilityZone="us-east-1a", **properties)}


def template(**data: Any) -> dict[str, Any]:
    return resource("AWS::EC2::LaunchTemplate", LaunchTemplateName="web", LaunchTemplateData=data)


def bill(resources: Resources, **usage: Any) -> Estimate:
    """Price one stack with the usage of its resources."""
    return estimate(deploy(resources), usage=UsageFile.of(usage))


def told(found: Estimate) -> set[str]:
    """Everything beside the lines."""
    return {*found.assumptions, *(reason for _, reason in found.not_priced)}


KINDS = {
    "AWS::EC2::Instance": (instance("t3.medium"), {"monthly_cpu_credit_hrs": 10}),
    "AWS::EC2::Volume": (volume(Size=8, VolumeType="standard")["Volume"], {}),
    "AWS::EC2::EIP": (resource("AWS::EC2::EIP"), {}),
    "AWS::EC2::NatGateway": (resource("AWS::EC2::NatGateway"), {}),
    "AWS::EC2::VPCEndpoint": (resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface"), {}),
    "AWS::EC2::VPNConnection": (resource("AWS::EC2::VPNConnection", TransitGatewayId="tgw-1"), {}),
    "AWS::EC2::TransitGatewayAttachment": (resource("AWS::EC2::TransitGatewayAttachment"), {}),
    "AWS::EC2::TransitGatewayVpcAttachment": (resource("AWS::EC2::TransitGatewayVpcAttachment"), {}),
    "AWS::EC2::TransitGatewayPeeringAttachment": (resource("AWS::EC2::TransitGatewayPeeringAttachment"), {}),
    "AWS::EC2::ClientVpnEndpoint": (resource("AWS::EC2::ClientVpnEndpoint"), {}),
    "AWS::EC2::ClientVpnTargetNetworkAssociation": (
        resource("AWS::EC2::ClientVpnTargetNetworkAssociation"),
        {},
    ),
    "AWS::EC2::Host": (resource("AWS::EC2::Host", InstanceType="mac1.metal"), {}),
}


@pytest.mark.parametrize("type_", KINDS)
def test_every_usage_key_matters_or_says_that_it_does_not(type_: str) -> None:
    body, usage = KINDS[type_]

    assert [] == [
        key.name for key in without_effect({"It": body}, "It", usage) if "not priced" not in key.about
    ]


def test_an_instance_has_the_root_volume_of_its_image() -> None:
    assert {"instance": Decimal(730), "root storage": Decimal(8)} == quantities(
        bill({"Server": instance()}), "Server"
    )


@pytest.mark.parametrize("device", ["/dev/xvda", "/dev/sda1"])
def test_a_described_root_volume_is_the_only_one(device: str) -> None:
    mappings = [{"DeviceName": device, "Ebs": {"VolumeSize": "30", "VolumeType": "gp3"}}]

    found = bill({"Server": instance(BlockDeviceMappings=mappings)})

    assert {"instance": Decimal(730), f"{device} storage": Decimal(30)} == quantities(found, "Server")


def test_a_device_that_is_no_volume_costs_nothing() -> None:
    mappings = [
        {"DeviceName": "/dev/xvdb", "VirtualName": "ephemeral0"},
        {"DeviceName": "/dev/xvdc", "NoDevice": {}},
        {"DeviceName": "/dev/xvda", "Ebs": {}},
    ]

    found = bill({"Server": instance(BlockDeviceMappings=mappings)})

    assert {"instance", "/dev/xvda storage"} == set(quantities(found, "Server"))


@pytest.mark.parametrize(
    ("class_", "mode", "expected"),
    [
        ("t3.medium", None, 20),
        ("t3a.medium", None, 20),
        ("t4g.2xlarge", None, 80),
        ("t2.medium", None, None),
        ("t2.micro", "unlimited", 10),
        ("t3.medium", "standard", None),
        ("m5.large", "unlimited", None),
    ],
)
def test_unlimited_machines_pay_for_every_vcpu(class_: str, mode: str | None, expected: int | None) -> None:
    given = {} if mode is None else {"CreditSpecification": {"CPUCredits": mode}}

    found = bill({"Server": instance(class_, **given)}, Server={"monthly_cpu_credit_hrs": 10})

    assert quantities(found, "Server").get("CPU credits") == expected


def test_an_unlimited_machine_says_that_none_of_its_credits_are_paid() -> None:
    assert UNLIMITED in told(bill({"Server": instance("t3.small")}))
    assert UNLIMITED not in told(bill({"Server": instance("t2.micro")}))


def test_monitoring_in_detail_is_charged_for_the_hours_that_a_machine_runs() -> None:
    found = bill({"Server": instance(Monitoring="true")}, Server={"monthly_hrs": 365})

    assert Decimal("3.5") == quantities(found, "Server")["detailed monitoring"]


def test_optimization_for_volumes_costs_only_where_a_class_has_it_at_a_price() -> None:
    for class_, costs in (("m5.large", False), ("r3.xlarge", True)):
        found = bill({"Server": instance(class_, EbsOptimized=True)})
        assert costs is ("EBS optimization" in quantities(found, "Server"))


def test_a_dedicated_machine_has_its_own_price_and_the_region_a_fee() -> None:
    found = bill({"Server": instance("m3.medium", Tenancy="dedicated")})

    assert "AmazonEC2/dedicated_linux_m3.medium" == prices(found, "Server")["instance"]
    assert FEE in told(found)


def test_a_machine_with_windows_has_its_own_price() -> None:
    found = bill({"Server": instance("t3.medium")}, Server={"operating_system": "windows"})

    assert "AmazonEC2/windows_t3.medium" == prices(found, "Server")["instance"]


def test_the_hours_of_a_machine_on_a_host_are_the_hosts() -> None:
    found = bill({"Server": instance("mac1.metal", HostId="h-1")})

    assert {"root storage"} == set(quantities(found, "Server"))


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"NetworkInterfaces": [{"AssociatePublicIpAddress": True, "DeviceIndex": "0"}]}, 730),
        ({"NetworkInterfaces": [{"AssociatePublicIpAddress": False, "SubnetId": ref("Public")}]}, None),
        ({"NetworkInterfaces": [{"SubnetId": ref("Public")}]}, 730),
        ({"SubnetId": ref("Public")}, 730),
        ({"SubnetId": ref("Private")}, None),
        ({"SubnetId": "subnet-1"}, None),
        ({}, None),
    ],
)
def test_a_machine_pays_for_the_public_address_that_it_starts_with(
    properties: Any, expected: int | None
) -> None:
    subnets = {
        "Public": resource("AWS::EC2::Subnet", MapPublicIpOnLaunch=True),
        "Private": resource("AWS::EC2::Subnet"),
    }

    found = bill({**subnets, "Server": instance(**properties)})

    assert quantities(found, "Server").get("public IPv4 address") == expected


def test_an_elastic_address_is_charged_once_and_takes_the_place_of_another() -> None:
    interfaces = [{"AssociatePublicIpAddress": True, "DeviceIndex": "0"}]
    association = resource(
        "AWS::EC2::EIPAssociation",
        InstanceId=ref("Server"),
        AllocationId=attribute("Address", "AllocationId"),
    )

    found = bill(
        {
            "Server": instance(NetworkInterfaces=interfaces),
            "Address": resource("AWS::EC2::EIP"),
            "Association": association,
        }
    )

    assert {"public IPv4 address": "AmazonVPC/public_ipv4_in_use"} == prices(found, "Address")
    assert "public IPv4 address" not in quantities(found, "Server")


def test_an_address_that_nobody_holds_is_idle_and_one_of_ones_own_is_free() -> None:
    found = bill(
        {
            "Idle": resource("AWS::EC2::EIP"),
            "Own": resource("AWS::EC2::EIP", PublicIpv4Pool="ipv4pool-ec2-1"),
            "Pooled": resource("AWS::EC2::EIP", IpamPoolId="ipam-pool-1"),
        }
    )

    assert {"public IPv4 address": "AmazonVPC/public_ipv4_idle"} == prices(found, "Idle")
    assert "3.65" == cents(found.total())
    assert ["Pooled"] == [each.logical_id for each, _ in found.not_priced]


def test_an_instance_takes_what_it_leaves_out_from_its_launch_template() -> None:
    data = {
        "InstanceType": "m5.xlarge",
        "Monitoring": {"Enabled": True},
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvdb", "Ebs": {"VolumeType": "io1", "Iops": 100, "VolumeSize": 5}}
        ],
    }
    own = [{"DeviceName": "/dev/xvdb", "Ebs": {"VolumeSize": 20}}]

    for name in ({"LaunchTemplateId": ref("Template")}, {"LaunchTemplateName": "web"}):
        server = instance(None, LaunchTemplate={**name, "Version": "1"}, BlockDeviceMappings=own)
        found = bill({"Template": template(**data), "Server": server})

        assert "AmazonEC2/linux_m5.xlarge" == prices(found, "Server")["instance"]
        assert {
            "instance": Decimal(730),
            "detailed monitoring": Decimal(7),
            "/dev/xvdb storage": Decimal(20),
            "/dev/xvdb IOPS": Decimal(100),
            "root storage": Decimal(8),
        } == quantities(found, "Server")


def test_a_spot_instance_has_no_price_and_its_volumes_have() -> None:
    data = {"InstanceType": "m5.large", "InstanceMarketOptions": {"MarketType": "spot"}}
    server = instance(None, LaunchTemplate={"LaunchTemplateName": "web", "Version": "1"})

    found = bill({"Template": template(**data), "Server": server})

    assert SPOT in told(found)
    assert {"root storage"} == set(quantities(found, "Server"))


def test_a_class_that_only_deployment_knows_leaves_the_rest_of_the_bill() -> None:
    found = bill({"Server": instance(PARAMETER, Monitoring=True)}, Server={"monthly_data_out_gb": 10})

    assert ["InstanceType"] == [unknown.name for unknown in found.unknowns]
    assert {"detailed monitoring", "root storage", "data out"} == set(quantities(found, "Server"))


def test_a_launch_template_of_elsewhere_is_told() -> None:
    server = instance(None, LaunchTemplate={"LaunchTemplateId": "lt-1", "Version": "1"})

    found = bill({"Server": server})

    assert ["InstanceType"] == [unknown.name for unknown in found.unknowns]
    assert ["what a launch template adds that is in none of these templates"] == [
        reason for _, reason in found.not_priced
    ]


def test_a_reservation_is_told_and_not_priced() -> None:
    found = bill({"Server": instance()}, Server={"reserved_instance_type": "standard"})

    assert any(text.startswith("a reservation is not priced") for text in found.assumptions)


def test_data_between_zones_is_charged_at_both_ends() -> None:
    found = bill({"Server": instance()}, Server={"monthly_data_between_zones_gb": 100})

    assert Decimal(200) == quantities(found, "Server")["data between zones"]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"Size": 10}, {"storage": 10}),
        ({"Size": "10", "VolumeType": "gp3", "Iops": "4000", "Throughput": 253},
         {"storage": 10, "IOPS over 3,000": 1000, "throughput over 125 MiB/s": Decimal("0.125")}),
        ({"Size": 10, "VolumeType": "gp3", "Iops": 100}, {"storage": 10}),
        ({"Size": 10, "VolumeType": "io1", "Iops": 200}, {"storage": 10, "IOPS": 200}),
        ({"Size": 10, "VolumeType": "io2", "Iops": 70_000},
         {"storage": 10, "IOPS": 32_000, "IOPS over 32,000": 32_000, "IOPS over 64,000": 6_000}),
        ({"SnapshotId": "snap-1"}, {"storage": 8}),
    ],
)  # fmt: skip
def test_a_volume_is_charged_by_its_kind(properties: Any, expected: dict[str, Any]) -> None:
    assert expected == quantities(bill(volume(**properties)), "Volume")


def test_tiers_of_io2_count_for_each_volume_alone() -> None:
    two = {name: volume(Size=1, VolumeType="io2", Iops=32_000)["Volume"] for name in ("A", "B")}

    assert {"storage", "IOPS"} == {line.component for line in bill(two).lines}


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"VolumeType": "io1", "Size": 10}, "Iops is missing"),
        ({"Size": "large"}, "Size is 'large'"),
        ({"Size": -1}, "Size is -1"),
        ({"Size": {"Gb": 1}}, "Size is"),
    ],
)
def test_a_volume_that_can_t_be_is_refused(properties: Any, message: str) -> None:
    with pytest.raises(PropertyRefused, match=message):
        bill(volume(**properties))


def test_a_kind_of_volume_that_there_is_not_has_no_price() -> None:
    with pytest.raises(PriceMissing, match=r"Volume: .*ebs_gp9"):
        bill(volume(Size=1, VolumeType="gp9"))


def test_a_nat_gateway_s_address_is_charged_once() -> None:
    gateway = resource("AWS::EC2::NatGateway", AllocationId=attribute("Address", "AllocationId"))

    found = bill({"Gateway": gateway, "Address": resource("AWS::EC2::EIP")})

    assert "36.50" == cents(found.total())
    assert {"public IPv4 address": "AmazonVPC/public_ipv4_in_use"} == prices(found, "Address")


def test_a_regional_nat_gateway_works_in_several_zones() -> None:
    zones = [{"AvailabilityZone": f"us-east-1{zone}"} for zone in "abc"]
    gateway = resource("AWS::EC2::NatGateway", AvailabilityMode="regional", AvailabilityZoneAddresses=zones)

    assert {"gateway hours": Decimal(2190)} == quantities(bill({"Gateway": gateway}), "Gateway")


@pytest.mark.parametrize(("kind", "expected"), [("public", {"public IPv4 address": 730}), ("private", {})])
def test_a_regional_nat_gateway_without_addresses_gets_one_of_aws(kind: str, expected: Any) -> None:
    gateway = resource("AWS::EC2::NatGateway", AvailabilityMode="regional", ConnectivityType=kind)

    assert {"gateway hours": 730, **expected} == quantities(bill({"Gateway": gateway}), "Gateway")


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, "0.00"),
        ({"VpcEndpointType": "Gateway"}, "0.00"),
        ({"VpcEndpointType": "Interface", "SubnetIds": ["a", "b", "c"]}, "22.90"),
        ({"VpcEndpointType": "GatewayLoadBalancer", "SubnetIds": ["a"]}, "7.65"),
    ],
)
def test_an_endpoint_is_charged_by_kind_and_subnets(properties: Any, expected: str) -> None:
    endpoint = resource("AWS::EC2::VPCEndpoint", **properties)

    found = bill({"Endpoint": endpoint}, Endpoint={"monthly_data_processed_gb": 100})

    assert expected == cents(found.total())


def test_an_endpoint_of_another_kind_is_told() -> None:
    found = bill({"Endpoint": resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Resource")})

    assert ["an endpoint of the kind Resource"] == [reason for _, reason in found.not_priced]


def test_subnets_that_only_deployment_knows_leave_the_data() -> None:
    endpoint = resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds=PARAMETER)

    found = bill({"Endpoint": endpoint}, Endpoint={"monthly_data_processed_gb": 100})

    assert ["SubnetIds"] == [unknown.name for unknown in found.unknowns]
    assert {"data processed": Decimal(100)} == quantities(found, "Endpoint")


def test_a_vpn_connection_without_a_transit_gateway_processes_nothing() -> None:
    connection = resource("AWS::EC2::VPNConnection", VpnGatewayId="vgw-1")

    found = bill({"Vpn": connection}, Vpn={"monthly_data_processed_gb": 100})

    assert {"connection hours"} == set(quantities(found, "Vpn"))


def test_what_an_accelerated_connection_adds_is_told() -> None:
    connection = resource("AWS::EC2::VPNConnection", TransitGatewayId="tgw-1", EnableAcceleration=True)

    [(_, reason)] = bill({"Vpn": connection}).not_priced
    assert "accelerators" in reason


def test_a_client_vpn_without_clients_costs_its_subnets() -> None:
    found = bill(
        {
            "Endpoint": resource("AWS::EC2::ClientVpnEndpoint"),
            "Association": resource("AWS::EC2::ClientVpnTargetNetworkAssociation"),
        }
    )

    assert {"Association"} == {line.resource.logical_id for line in found.lines}


def test_a_host_needs_a_class_or_a_family() -> None:
    for host in ({"InstanceFamily": "mac1"}, {"InstanceType": "mac1.metal"}):
        assert "790.59" == cents(bill({"Host": resource("AWS::EC2::Host", **host)}).total())
    with pytest.raises(PropertyRefused, match="Host: InstanceType is missing"):
        bill({"Host": resource("AWS::EC2::Host")})


def test_the_root_of_a_group_s_image_is_told() -> None:
    group = resource(
        "AWS::AutoScaling::AutoScalingGroup", MinSize=1, LaunchTemplate={"LaunchTemplateName": "web"}
    )

    assert IMAGE_ROOT in told(bill({"Template": template(InstanceType="m5.large"), "Group": group}))


def test_hours_of_tunnels_with_a_large_bandwidth_are_told() -> None:
    found = bill({"Vpn": resource("AWS::EC2::VPNConnection", TunnelBandwidth="large")})

    assert {} == quantities(found, "Vpn")
    assert LARGE in told(found)
