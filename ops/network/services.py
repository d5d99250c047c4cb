"""Whether a place reaches a service of AWS: by an endpoint in its VPC, or over the internet.

https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ops.network.acls import stopped_by_acls
from ops.network.flow import Flow, Ports
from ops.network.groups import stopped_by_groups
from ops.network.internet import stopped_on_the_way_out
from ops.network.place import OUTSIDE, Place, Reach
from ops.network.reaching import reach, together
from ops.network.routes import table_of
from ops.network.stop import Kind, Stop, first_of
from ops.network.subnets import gives_names, network_of, resolves_names
from ops.policies.documents import read
from ops.policies.evaluating import decide
from ops.policies.request import Caller, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.network.account import Account
    from ops.policies.decision import Decision
    from ops.policies.request import Context

HTTPS: Final = 443
_NAMES: Final[Mapping[str, str]] = {
    "cloudwatch": "monitoring",
    "efs": "elasticfilesystem",
    "stepfunctions": "states",
}
"""Names of services in those of endpoints, and in signatures, where boto3 has another."""
_INTERNET: Final = ""
"""No service's name: what has no endpoint is asked over the internet."""


def reach_service(account: Account, source: Place, service: str) -> Reach:
    """Whether whoever is at the source can connect to a service, named as by boto3 or in its signatures.

    An interface endpoint with private DNS takes the service's name for the whole VPC: whoever may not use it
    does not get around it. The endpoint that is used is `Reach.through`: ask `endpoint_may` of its policy.
    """
    if source.vpc_id is None:
        return Reach(allowed=True, why=f"{source.name} reaches {service} over the internet")
    if not resolves_names(account, source):
        return reach(account, source, OUTSIDE, HTTPS)
    endpoints = _endpoints(account, source, service)
    for endpoint in endpoints:
        if endpoint["VpcEndpointType"] == "Interface" and _takes_the_name(account, endpoint):
            return _by_interface(account, source, endpoint)
    ways = [_way(account, one, service, endpoints) for one in source.spread()]
    found = together([stop for stop, _ in ways], f"{source.name} reaches {service}")
    return replace(found, through=next((through for _, through in ways if through), None))


def reaches_any_service(account: Account, source: Place) -> bool:
    """Whether there is a service that whoever is at the source can connect to."""
    names = {_INTERNET}
    if source.vpc_id is not None:
        names |= {endpoint["ServiceName"].rpartition(".")[2] for endpoint in _ready(account, source)}
    return any(reach_service(account, source, name).allowed for name in names)


def endpoint_may(
    account: Account,
    endpoint_id: str,
    role_arn: str,
    action: str,
    resource: str,
    context: Context | None = None,
) -> Decision:
    """Whether an endpoint's policy lets a role's request pass; the role's own policies must allow it besides.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """
    found = account.call("ec2", "describe_vpc_endpoints", VpcEndpointIds=[endpoint_id])["VpcEndpoints"]
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


def _endpoints(account: Account, source: Place, service: str) -> list[dict[str, Any]]:
    """Endpoints of a service in the source's VPC that are ready."""
    name = f"com.amazonaws.{account.region}.{_NAMES.get(service, service)}"
    return [endpoint for endpoint in _ready(account, source) if endpoint["ServiceName"] == name]


def _ready(account: Account, source: Place) -> list[dict[str, Any]]:
    """Endpoints in the source's VPC that are ready."""
    filters = [{"Name": "vpc-id", "Values": [source.vpc_id]}]
    found = account.call("ec2", "describe_vpc_endpoints", Filters=filters)["VpcEndpoints"]
    return [endpoint for endpoint in found if endpoint["State"].lower() == "available"]


def _takes_the_name(account: Account, endpoint: Mapping[str, Any]) -> bool:
    """Whether the service's name leads to the endpoint: private DNS needs the VPC's DNS hostnames as well.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
    """
    return bool(endpoint.get("PrivateDnsEnabled")) and gives_names(account, endpoint["VpcId"])


def _by_interface(account: Account, source: Place, endpoint: Mapping[str, Any]) -> Reach:
    target = Place(
        f"endpoint {endpoint['VpcEndpointId']}",
        endpoint["VpcId"],
        tuple(endpoint["SubnetIds"]),
        tuple(group["GroupId"] for group in endpoint["Groups"]),
    )
    return replace(reach(account, source, target, HTTPS), through=endpoint["VpcEndpointId"])


def _way(
    account: Account, source: Place, service: str, endpoints: list[dict[str, Any]]
) -> tuple[Stop | None, str | None]:
    """From one subnet: why there is no way or None, and what the way goes through."""
    [subnet] = source.subnet_ids
    table = table_of(account, str(source.vpc_id), subnet)
    gateways = {endpoint["VpcEndpointId"] for endpoint in endpoints}
    for route in table["Routes"]:
        if route.get("GatewayId") in gateways:
            return _by_gateway(account, source, service, route), route["GatewayId"]
    return stopped_on_the_way_out(account, source, OUTSIDE, Ports(HTTPS, HTTPS), "tcp")


def _by_gateway(account: Account, source: Place, service: str, route: Mapping[str, Any]) -> Stop | None:
    """Rules may name the service by the prefix list that the route is for."""
    [subnet] = source.subnet_ids
    here = network_of(account, subnet)
    if here is None:
        return Stop(Kind.SUBNET, f"subnet {subnet} is not there", subnet)
    target = replace(OUTSIDE, name=service, prefix_list_id=route.get("DestinationPrefixListId"))
    flow = Flow(here, target.network, Ports(HTTPS, HTTPS))
    return first_of(
        [
            partial(stopped_by_groups, account, "egress", source, target, flow),
            partial(stopped_by_acls, account, subnet, flow, leaves=True),
        ]
    )
