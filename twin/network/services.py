"""Whether a place reaches a service of AWS: by an endpoint in its VPC, or over the internet.

https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from twin.network.acls import stopped_by_acls
from twin.network.flow import Flow, Ports
from twin.network.groups import stopped_by_groups
from twin.network.internet import stopped_on_the_way_out
from twin.network.place import OUTSIDE, Place, Reach
from twin.network.reaching import reach, together
from twin.network.routes import table_of
from twin.network.subnets import network_of, resolves_names
from twin.policies.documents import read
from twin.policies.evaluating import decide
from twin.policies.request import Caller, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.deployed import Deployed
    from twin.policies.decision import Decision
    from twin.policies.request import Context

HTTPS: Final = 443
_NAMES: Final[Mapping[str, str]] = {"cloudwatch": "monitoring"}
"""Names of services in those of endpoints, where boto3 has another."""


def reach_service(deployed: Deployed, source: Place, service: str) -> Reach:
    """Whether whoever is at the source can connect to a service, named as boto3 names it.

    An interface endpoint with private DNS takes the service's name for the whole VPC: whoever may not use it
    does not get around it. The endpoint that is used is `Reach.through`: ask `endpoint_may` of its policy.
    """
    if source.vpc_id is None:
        return Reach(allowed=True, why=f"{source.name} reaches {service} over the internet")
    if not resolves_names(deployed, source):
        return reach(deployed, source, OUTSIDE, HTTPS)
    endpoints = _endpoints(deployed, source, service)
    for endpoint in endpoints:
        if endpoint["VpcEndpointType"] == "Interface" and endpoint.get("PrivateDnsEnabled"):
            return _by_interface(deployed, source, endpoint)
    ways = [_way(deployed, one, service, endpoints) for one in source.spread()]
    found = together([stop for stop, _ in ways], f"{source.name} reaches {service}")
    return replace(found, through=next((through for _, through in ways if through), None))


def endpoint_may(
    deployed: Deployed,
    endpoint_id: str,
    role_arn: str,
    action: str,
    resource: str,
    context: Context | None = None,
) -> Decision:
    """Whether an endpoint's policy lets a role's request pass; the role's own policies must allow it besides.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """
    found = deployed.call("ec2", "describe_vpc_endpoints", VpcEndpointIds=[endpoint_id])["VpcEndpoints"]
    name = f"the policy of endpoint {endpoint_id}"
    caller = Caller.principal(role_arn)
    given: Context = {
        "aws:PrincipalArn": role_arn,
        "aws:PrincipalAccount": role_arn.split(":")[4],
        "aws:SourceVpce": endpoint_id,
        "aws:SourceVpc": found[0]["VpcId"],
        **(context or {}),
    }
    request = Request.of(action, resource, given, Caller(caller.names | caller.accounts))
    return decide(request, name, resource=read(found[0]["PolicyDocument"], name))


def _endpoints(deployed: Deployed, source: Place, service: str) -> list[dict[str, Any]]:
    """Endpoints of a service in the source's VPC that are ready."""
    filters = [{"Name": "vpc-id", "Values": [source.vpc_id]}]
    name = f"com.amazonaws.{deployed.aws.region}.{_NAMES.get(service, service)}"
    return [
        endpoint
        for endpoint in deployed.call("ec2", "describe_vpc_endpoints", Filters=filters)["VpcEndpoints"]
        if endpoint["ServiceName"] == name and endpoint["State"] == "available"
    ]


def _by_interface(deployed: Deployed, source: Place, endpoint: Mapping[str, Any]) -> Reach:
    target = Place(
        f"endpoint {endpoint['VpcEndpointId']}",
        endpoint["VpcId"],
        tuple(endpoint["SubnetIds"]),
        tuple(group["GroupId"] for group in endpoint["Groups"]),
    )
    return replace(reach(deployed, source, target, HTTPS), through=endpoint["VpcEndpointId"])


def _way(
    deployed: Deployed, source: Place, service: str, endpoints: list[dict[str, Any]]
) -> tuple[str | None, str | None]:
    """From one subnet: why there is no way or None, and what the way goes through."""
    [subnet] = source.subnet_ids
    table = table_of(deployed, str(source.vpc_id), subnet)
    gateways = {endpoint["VpcEndpointId"] for endpoint in endpoints}
    for route in table["Routes"]:
        if route.get("GatewayId") in gateways:
            return _by_gateway(deployed, source, service, route), route["GatewayId"]
    return stopped_on_the_way_out(deployed, source, OUTSIDE, Ports(HTTPS, HTTPS), "tcp")


def _by_gateway(deployed: Deployed, source: Place, service: str, route: Mapping[str, Any]) -> str | None:
    """Rules may name the service by the prefix list that the route is for."""
    [subnet] = source.subnet_ids
    here = network_of(deployed, subnet)
    if here is None:
        return f"subnet {subnet} is not there"
    target = replace(OUTSIDE, name=service, prefix_list_id=route.get("DestinationPrefixListId"))
    flow = Flow(here, target.network, Ports(HTTPS, HTTPS))
    return stopped_by_groups(deployed, "egress", source, target, flow) or stopped_by_acls(
        deployed, subnet, flow, leaves=True
    )
