"""A network to change in each test, and networks that are deployed and only looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ops.network.place import Place
from twin.aws import kept_services
from twin.aws.clients import Aws
from twin.deployed import Deployed

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "271828182811"
POSTGRESQL = 5432


@dataclass
class Net:
    """A VPC with two subnets for a function and two for a database, which a group lets the function reach."""

    deployed: Deployed
    vpc: str
    function: Place
    database: Place

    @property
    def ec2(self) -> Any:
        """What changes it."""
        return self.deployed.aws.client("ec2")

    def table(self, *subnets: str) -> str:
        """A route table of its own for some subnets."""
        table: str = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        for subnet in subnets:
            self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        return table

    def gateway(self) -> str:
        """An internet gateway of the VPC."""
        gateway: str = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        return gateway

    def nat(self, subnet: str, **more: Any) -> str:
        """A NAT gateway in a subnet."""
        address = {} if more else {"AllocationId": self.ec2.allocate_address(Domain="vpc")["AllocationId"]}
        nat: str = self.ec2.create_nat_gateway(SubnetId=subnet, **address, **more)["NatGateway"][
            "NatGatewayId"
        ]
        return nat

    def acl6(self, subnet: str) -> None:
        """Let everything through a subnet's ACL by IPv6, as in a VPC that came with IPv6."""
        filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
        [found] = self.ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
        for egress in (True, False):
            self.ec2.create_network_acl_entry(
                NetworkAclId=found["NetworkAclId"],
                RuleNumber=101,
                Egress=egress,
                RuleAction="allow",
                Ipv6CidrBlock="::/0",
                Protocol="-1",
            )

    def acl(self, subnet: str, *rules: tuple[int, bool, str, str, tuple[int, int] | None]) -> str:
        """An ACL of its own for a subnet: number, egress, action, CIDR and ports of each rule."""
        acl: str = self.ec2.create_network_acl(VpcId=self.vpc)["NetworkAcl"]["NetworkAclId"]
        for number, egress, action, cidr, ports in rules:
            ranges = {"PortRange": {"From": ports[0], "To": ports[1]}} if ports else {}
            self.ec2.create_network_acl_entry(
                NetworkAclId=acl,
                RuleNumber=number,
                Egress=egress,
                RuleAction=action,
                CidrBlock=cidr,
                Protocol="6" if ports else "-1",
                **ranges,
            )
        filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
        [found] = self.ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
        for association in found["Associations"]:
            if association["SubnetId"] == subnet:
                self.ec2.replace_network_acl_association(
                    AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl
                )
        return acl


@pytest.fixture(scope="session")
def network_aws() -> Iterator[Aws]:
    """The services of an account in which each test has a VPC of its own."""
    yield Aws(ACCOUNT, "us-east-1")
    kept_services.forget(ACCOUNT)


@pytest.fixture
def net(network_aws: Aws) -> Net:
    """A network anew."""
    return made(network_aws)


def made(aws: Aws) -> Net:
    """A network of its own."""
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
        for number in range(4)
    ]
    groups = [
        ec2.create_security_group(VpcId=vpc, GroupName=name, Description=name)["GroupId"]
        for name in ("function", "database")
    ]
    ec2.authorize_security_group_ingress(
        GroupId=groups[1], IpPermissions=[tcp(POSTGRESQL, UserIdGroupPairs=[{"GroupId": groups[0]}])]
    )
    return Net(
        Deployed(aws),
        vpc,
        Place("function f", vpc, tuple(subnets[:2]), (groups[0],)),
        Place("database d", vpc, tuple(subnets[2:]), (groups[1],)),
    )


def tcp(port: int, last: int | None = None, **peers: Any) -> dict[str, Any]:
    """A rule of a security group."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": last or port, **peers}
