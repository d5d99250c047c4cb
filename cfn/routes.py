"""Where a subnet's route table leads: whether anything in it can speak to the internet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.security_groups import Identity, identity
from cfn.template import Resource
from cfn.values import Unknown

if TYPE_CHECKING:
    from cfn.deployment import Deployment

_DEFAULT_ROUTES = ("0.0.0.0/0", "::/0")


def internet_facing(deployment: Deployment, subnet: Any) -> bool | Unknown:
    """Whether a subnet, given as its resource or as a property's value, has a route to the internet.

    Unknown when the subnet or its route table is not made by a template.
    """
    routes = internet_routes(deployment, subnet)
    return routes if isinstance(routes, Unknown) else bool(routes)


def internet_routes(deployment: Deployment, subnet: Any) -> list[Resource] | Unknown:
    """Routes of a subnet that lead out: by an internet gateway, a NAT gateway or a default route.

    A subnet without a route table of its own has its VPC's main one: local routes only, in a VPC made here.
    """
    where = identity(deployment, subnet)
    tables = {
        identity(deployment, deployment.get(association, "RouteTableId"))
        for association in deployment.resources("AWS::EC2::SubnetRouteTableAssociation")
        if identity(deployment, deployment.get(association, "SubnetId")) == where
    }
    routes = [
        route
        for route in deployment.resources("AWS::EC2::Route")
        if identity(deployment, deployment.get(route, "RouteTableId")) in tables
        and _leads_out(deployment, route)
    ]
    if routes or _is_known(deployment, where, tables):
        return routes
    return Unknown(f"the route table of subnet {where} is not made by a template")


def _is_known(deployment: Deployment, subnet: Identity, tables: set[Identity]) -> bool:
    if tables:
        return all(isinstance(table, Resource) for table in tables)
    return isinstance(subnet, Resource) and deployment.resource(deployment.get(subnet, "VpcId")) is not None


def _leads_out(deployment: Deployment, route: Resource) -> bool:
    properties = deployment.properties(route)
    if "NatGatewayId" in properties or "EgressOnlyInternetGatewayId" in properties:
        return True
    if properties.get("DestinationCidrBlock", properties.get("DestinationIpv6CidrBlock")) in _DEFAULT_ROUTES:
        return True
    return "GatewayId" in properties and _is_internet_gateway(identity(deployment, properties["GatewayId"]))


def _is_internet_gateway(gateway: Identity) -> bool:
    """An unknown gateway may be one."""
    if isinstance(gateway, Resource):
        return gateway.type == "AWS::EC2::InternetGateway"
    return isinstance(gateway, Unknown) or gateway.startswith("igw-")
