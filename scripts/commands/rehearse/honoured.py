"""What of a deployment has decided here what happened, as it is read back from the local AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scripts.commands.rehearse.caveats import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twin.deployed import Deployed

    Document = Mapping[str, Any]

FORCE_SSL: Final = "rds.force_ssl"
_USER: Final = "user"
"""Where RDS says that a parameter's value is from, if somebody has set it."""


def honoured(deployed: Deployed) -> list[str]:
    """A sentence for each service that serves."""
    return [
        *_gateway(deployed),
        *_functions(deployed),
        *_network(deployed),
        *_databases(deployed),
        *_edge(deployed),
    ]


def _gateway(deployed: Deployed) -> Iterator[str]:
    for api in deployed.call("apigatewayv2", "get_apis")["Items"]:
        routes = deployed.pages("apigatewayv2", "get_routes", "Items", ApiId=api["ApiId"])
        stages = deployed.call("apigatewayv2", "get_stages", ApiId=api["ApiId"])["Items"]
        limits = ["throttling"] if any(_is_limited(stage) for stage in stages) else []
        logs = ["access log"] if any(stage.get("AccessLogSettings") for stage in stages) else []
        cors = ["CORS"] if api.get("CorsConfiguration") else []
        parts = [_counted(len(routes), "route"), _counted(len(stages), "stage"), *limits, *logs, *cors]
        yield f"HTTP API {api['Name']}: {listed(parts)}, and who may invoke its functions"


def _functions(deployed: Deployed) -> Iterator[str]:
    found = deployed.pages("lambda", "list_functions", "Functions")
    if found:
        placed = [each for each in found if (each.get("VpcConfig") or {}).get("SubnetIds")]
        where = f"{len(placed)} in a VPC" if placed else "not in a VPC"
        yield (
            f"{_counted(len(found), 'function')}, {where}: handler, variables, timeout, memory, concurrency, "
            "aliases, and the rights of the roles"
        )


def _network(deployed: Deployed) -> Iterator[str]:
    groups = deployed.pages("ec2", "describe_security_groups", "SecurityGroups")
    acls = deployed.pages("ec2", "describe_network_acls", "NetworkAcls")
    tables = deployed.pages("ec2", "describe_route_tables", "RouteTables")
    parts = (
        _counted(len(groups), "security group"),
        _counted(len(acls), "network ACL"),
        _counted(len(tables), "route table"),
    )
    yield f"the network between function and database: {listed(parts)}"


def _databases(deployed: Deployed) -> Iterator[str]:
    for instance in deployed.pages("rds", "describe_db_instances", "DBInstances"):
        group = instance["DBParameterGroups"][0]["DBParameterGroupName"]
        own = deployed.pages(
            "rds", "describe_db_parameters", "Parameters", DBParameterGroupName=group, Source=_USER
        )
        forced = {each["ParameterName"]: each.get("ParameterValue") for each in own}.get(FORCE_SSL)
        tls = f", with {FORCE_SSL} {forced}" if forced else ""
        name, size = instance["DBInstanceIdentifier"], instance["DBInstanceClass"]
        said = f"{_counted(len(own), 'parameter')} of its group{tls}"
        yield f"database {name}: {said}, and as many connections as a {size} has"


def _edge(deployed: Deployed) -> Iterator[str]:
    listing = deployed.call("cloudfront", "list_distributions")["DistributionList"]
    for each in listing.get("Items", ()):
        behaviours = 1 + len(each["CacheBehaviors"].get("Items", ()))
        firewall = ", its web ACL" if each.get("WebACLId") else ""
        yield (
            f"distribution {each['Id']}: {_counted(behaviours, 'behaviour')}, origins and their headers, "
            f"caching{firewall}"
        )


def _is_limited(stage: Document) -> bool:
    settings: Sequence[Document] = [
        stage.get("DefaultRouteSettings") or {},
        *(stage.get("RouteSettings") or {}).values(),
    ]
    return any("ThrottlingRateLimit" in each for each in settings)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
