"""EC2: a VPC's endpoints of services."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.handlers.ec2_resources import having, only, retag_resource, tagged
from twin.aws.properties import as_json
from twin.aws.tagging import without

if TYPE_CHECKING:
    from twin.aws.clients import Aws

_LISTS = ("RouteTableIds", "SecurityGroupIds", "SubnetIds")
"""What an update adds to and takes from."""
_TOLD = (
    "DnsOptions",
    "IpAddressType",
    "NetworkInterfaceIds",
    "PrivateDnsEnabled",
    "RouteTableIds",
    "ServiceName",
    "SubnetIds",
    "VpcEndpointType",
    "VpcId",
)
"""Properties under the API's own names."""


def _create_endpoint(request: Request) -> Identifier:
    wanted = {"VpcEndpointType": "Gateway", **request.desired}
    wanted.pop("Tags", None)
    if "PolicyDocument" in wanted:
        wanted["PolicyDocument"] = as_json(wanted["PolicyDocument"])
    made = request.client("ec2").create_vpc_endpoint(**wanted, **tagged("vpc-endpoint", request))
    return request.begin(Id=made["VpcEndpoint"]["VpcEndpointId"])


def _read_endpoint(aws: Aws, identifier: Identifier) -> Properties:
    mine = having("vpc-endpoint-id", identifier["Id"])
    found = aws.client("ec2").describe_vpc_endpoints(Filters=mine)["VpcEndpoints"]
    endpoint = only([it for it in found if it["State"] != "deleted"], identifier)
    entries = [f"{it['HostedZoneId']}:{it['DnsName']}" for it in endpoint.get("DnsEntries", [])]
    return {
        **{name: endpoint[name] for name in _TOLD if name in endpoint},
        "Id": identifier["Id"],
        "CreationTimestamp": endpoint["CreationTimestamp"].isoformat(),
        "DnsEntries": entries,
        "PolicyDocument": json.loads(endpoint["PolicyDocument"]),
        "SecurityGroupIds": [group["GroupId"] for group in endpoint.get("Groups", [])],
        "Tags": without(endpoint.get("Tags", [])),
    }


def _update_endpoint(request: Request, identifier: Identifier) -> None:
    changes: dict[str, Any] = {}
    for name in _LISTS:
        before, after = (set(side.get(name, [])) for side in (request.previous, request.desired))
        changes |= {f"Add{name}": sorted(after - before), f"Remove{name}": sorted(before - after)}
    if request.changed("PolicyDocument"):
        policy = request.desired.get("PolicyDocument")
        changes |= {"PolicyDocument": as_json(policy)} if policy else {"ResetPolicy": True}
    if request.changed("PrivateDnsEnabled"):
        changes["PrivateDnsEnabled"] = request.desired.get("PrivateDnsEnabled", False)
    request.client("ec2").modify_vpc_endpoint(
        VpcEndpointId=identifier["Id"], **{name: value for name, value in changes.items() if value != []}
    )
    retag_resource(request, identifier)


def _delete_endpoint(aws: Aws, identifier: Identifier) -> None:
    aws.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[identifier["Id"]])


HANDLERS = (
    Handler(
        type="AWS::EC2::VPCEndpoint",
        create=_create_endpoint,
        read=_read_endpoint,
        update=_update_endpoint,
        delete=_delete_endpoint,
    ),
)
