"""EC2: networks, what lies in them, and their flow logs.

Endpoints are in `ec2_endpoints`, security groups in `ec2_security`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin.aws.errors import HandlerError
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.handlers import ec2_endpoints, ec2_security
from twin.aws.handlers.ec2_resources import having, only, retag_resource, tagged
from twin.aws.tagging import without

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.aws.clients import Aws

_NOT_HERE = {
    "Ipv4IpamPoolId": "give CidrBlock",
    "Ipv4NetmaskLength": "give CidrBlock",
    "Ipv6IpamPoolId": "give Ipv6CidrBlock",
    "Ipv6NetmaskLength": "give Ipv6CidrBlock",
    "EnableLniAtDeviceIndex": "leave it out",
}
"""Properties that moto ignores and nobody can read back, and what to do instead."""
_VPC_ATTRIBUTES = {"EnableDnsSupport": True, "EnableDnsHostnames": False}
"""What is set after a VPC is made, and what it is otherwise."""
_SUBNET_ATTRIBUTES = {
    "MapPublicIpOnLaunch": False,
    "AssignIpv6AddressOnCreation": False,
    "EnableDns64": False,
}
"""Likewise of a subnet."""
_FLOW_LOG_RESOURCES = {
    "eni": "NetworkInterface",
    "subnet": "Subnet",
    "tgw": "TransitGateway",
    "tgw-attach": "TransitGatewayAttachment",
    "vpc": "VPC",
}
"""A flow log's ResourceType, which EC2 takes and never tells, by how the resource's id begins."""


def _create_vpc(request: Request) -> Identifier:
    _refuse(request.desired)
    wanted = _picked(request.desired, "CidrBlock", "InstanceTenancy")
    made = request.client("ec2").create_vpc(**wanted, **tagged("vpc", request))
    identifier = request.begin(VpcId=made["Vpc"]["VpcId"])
    _set_vpc_attributes(request, identifier["VpcId"])
    return identifier


def _read_vpc(aws: Aws, identifier: Identifier) -> Properties:
    ec2, vpc_id = aws.client("ec2"), identifier["VpcId"]
    vpc = only(ec2.describe_vpcs(Filters=having("vpc-id", vpc_id))["Vpcs"], identifier)
    mine = having("vpc-id", vpc_id)
    groups = ec2.describe_security_groups(Filters=[*mine, *having("group-name", "default")])["SecurityGroups"]
    acls = ec2.describe_network_acls(Filters=[*mine, *having("default", "true")])["NetworkAcls"]
    blocks, blocks_v6 = vpc.get("CidrBlockAssociationSet", []), vpc.get("Ipv6CidrBlockAssociationSet", [])
    return {
        **_picked(vpc, "VpcId", "CidrBlock", "InstanceTenancy"),
        **{name: _vpc_attribute(ec2, vpc_id, name) for name in _VPC_ATTRIBUTES},
        "CidrBlockAssociations": [block["AssociationId"] for block in blocks],
        "Ipv6CidrBlocks": [block["Ipv6CidrBlock"] for block in blocks_v6],
        "DefaultSecurityGroup": groups[0]["GroupId"],
        "DefaultNetworkAcl": acls[0]["NetworkAclId"],
        "Tags": without(vpc.get("Tags", [])),
    }


def _update_vpc(request: Request, identifier: Identifier) -> None:
    if request.changed("InstanceTenancy"):
        tenancy = request.desired.get("InstanceTenancy", "default")
        request.client("ec2").modify_vpc_tenancy(VpcId=identifier["VpcId"], InstanceTenancy=tenancy)
    _set_vpc_attributes(request, identifier["VpcId"])
    retag_resource(request, identifier)


def _delete_vpc(aws: Aws, identifier: Identifier) -> None:
    aws.client("ec2").delete_vpc(VpcId=identifier["VpcId"])


def _set_vpc_attributes(request: Request, vpc_id: str) -> None:
    """Set what differs, one at a time, as EC2 takes no two together."""
    for name, usual in _VPC_ATTRIBUTES.items():
        if request.changed(name):
            value = {"Value": request.desired.get(name, usual)}
            request.client("ec2").modify_vpc_attribute(VpcId=vpc_id, **{name: value})


def _vpc_attribute(ec2: Any, vpc_id: str, name: str) -> Any:
    asked = name[0].lower() + name[1:]
    return ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=asked)[name]["Value"]


def _create_subnet(request: Request) -> Identifier:
    _refuse(request.desired)
    names = ("VpcId", "CidrBlock", "AvailabilityZone", "AvailabilityZoneId", "Ipv6CidrBlock", "Ipv6Native")
    wanted = _picked(request.desired, *names, "OutpostArn")
    made = request.client("ec2").create_subnet(**wanted, **tagged("subnet", request))
    identifier = request.begin(SubnetId=made["Subnet"]["SubnetId"])
    _set_subnet_attributes(request, identifier["SubnetId"])
    return identifier


def _read_subnet(aws: Aws, identifier: Identifier) -> Properties:
    ec2, mine = aws.client("ec2"), having("subnet-id", identifier["SubnetId"])
    subnet = only(ec2.describe_subnets(Filters=mine)["Subnets"], identifier)
    acls = ec2.describe_network_acls(Filters=having("association.subnet-id", identifier["SubnetId"]))
    blocks = [block["Ipv6CidrBlock"] for block in subnet.get("Ipv6CidrBlockAssociationSet", [])]
    plain = ("VpcId", "CidrBlock", "AvailabilityZone", "AvailabilityZoneId", "Ipv6Native", "OutpostArn")
    return {
        **_picked(subnet, "SubnetId", *plain, *_SUBNET_ATTRIBUTES, "PrivateDnsNameOptionsOnLaunch"),
        "Ipv6CidrBlock": next(iter(blocks), None),
        "Ipv6CidrBlocks": blocks,
        "NetworkAclAssociationId": next(
            association["NetworkAclAssociationId"]
            for acl in acls["NetworkAcls"]
            for association in acl["Associations"]
            if association["SubnetId"] == identifier["SubnetId"]
        ),
        "Tags": without(subnet.get("Tags", [])),
    }


def _update_subnet(request: Request, identifier: Identifier) -> None:
    _refuse(request.desired)
    _set_subnet_attributes(request, identifier["SubnetId"])
    retag_resource(request, identifier)


def _delete_subnet(aws: Aws, identifier: Identifier) -> None:
    aws.client("ec2").delete_subnet(SubnetId=identifier["SubnetId"])


def _set_subnet_attributes(request: Request, subnet_id: str) -> None:
    for name, usual in _SUBNET_ATTRIBUTES.items():
        if request.changed(name):
            value = {"Value": request.desired.get(name, usual)}
            request.client("ec2").modify_subnet_attribute(SubnetId=subnet_id, **{name: value})


def _create_route_table(request: Request) -> Identifier:
    made = request.client("ec2").create_route_table(
        VpcId=request.desired["VpcId"], **tagged("route-table", request)
    )
    return request.begin(RouteTableId=made["RouteTable"]["RouteTableId"])


def _read_route_table(aws: Aws, identifier: Identifier) -> Properties:
    mine = having("route-table-id", identifier["RouteTableId"])
    table = only(aws.client("ec2").describe_route_tables(Filters=mine)["RouteTables"], identifier)
    return {**_picked(table, "RouteTableId", "VpcId"), "Tags": without(table.get("Tags", []))}


def _delete_route_table(aws: Aws, identifier: Identifier) -> None:
    aws.client("ec2").delete_route_table(RouteTableId=identifier["RouteTableId"])


def _create_association(request: Request) -> Identifier:
    made = request.client("ec2").associate_route_table(**request.desired)
    return request.begin(Id=made["AssociationId"])


def _read_association(aws: Aws, identifier: Identifier) -> Properties:
    mine = having("association.route-table-association-id", identifier["Id"])
    table = only(aws.client("ec2").describe_route_tables(Filters=mine)["RouteTables"], identifier)
    told = next(it for it in table["Associations"] if it["RouteTableAssociationId"] == identifier["Id"])
    return {"Id": identifier["Id"], **_picked(told, "RouteTableId", "SubnetId")}


def _delete_association(aws: Aws, identifier: Identifier) -> None:
    aws.client("ec2").disassociate_route_table(AssociationId=identifier["Id"])


def _create_flow_log(request: Request) -> Identifier:
    wanted = {name: value for name, value in request.desired.items() if name not in ("ResourceId", "Tags")}
    made = request.client("ec2").create_flow_logs(
        **wanted, ResourceIds=[request.desired["ResourceId"]], **tagged("vpc-flow-log", request)
    )
    for failure in made.get("Unsuccessful", []):
        raise HandlerError("InvalidRequest", failure["Error"]["Message"])
    return request.begin(Id=made["FlowLogIds"][0])


def _read_flow_log(aws: Aws, identifier: Identifier) -> Properties:
    mine = having("flow-log-id", identifier["Id"])
    log = only(aws.client("ec2").describe_flow_logs(Filters=mine)["FlowLogs"], identifier)
    told = {name: value for name, value in log.items() if name not in ("FlowLogId", "CreationTime")}
    kind = _FLOW_LOG_RESOURCES.get(log["ResourceId"].rpartition("-")[0])
    return {**told, "Id": identifier["Id"], "ResourceType": kind, "Tags": without(log.get("Tags", []))}


def _delete_flow_log(aws: Aws, identifier: Identifier) -> None:
    aws.client("ec2").delete_flow_logs(FlowLogIds=[identifier["Id"]])


def _refuse(wanted: Properties) -> None:
    for name, remedy in _NOT_HERE.items():
        if name in wanted:
            raise HandlerError("InvalidRequest", f"the local AWS can't hold {name}; {remedy}")


def _picked(found: Mapping[str, Any], *names: str) -> Properties:
    return {name: found[name] for name in names if name in found}


HANDLERS = (
    Handler(
        type="AWS::EC2::VPC",
        create=_create_vpc,
        read=_read_vpc,
        update=_update_vpc,
        delete=_delete_vpc,
    ),
    Handler(
        type="AWS::EC2::Subnet",
        create=_create_subnet,
        read=_read_subnet,
        update=_update_subnet,
        delete=_delete_subnet,
    ),
    Handler(
        type="AWS::EC2::RouteTable",
        create=_create_route_table,
        read=_read_route_table,
        update=retag_resource,
        delete=_delete_route_table,
    ),
    Handler(
        type="AWS::EC2::SubnetRouteTableAssociation",
        create=_create_association,
        read=_read_association,
        delete=_delete_association,
    ),
    Handler(
        type="AWS::EC2::FlowLog",
        create=_create_flow_log,
        read=_read_flow_log,
        update=retag_resource,
        delete=_delete_flow_log,
    ),
    *ec2_endpoints.HANDLERS,
    *ec2_security.HANDLERS,
)
