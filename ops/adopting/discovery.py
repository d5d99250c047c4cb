"""Finds what was made by hand, beginning with the names that the settings have; reads only.

The report says names; ids, the VPC, the key and descriptions are only known to the account.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ops.errors import NotDeployed, Unready

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ops.live import Live
    from stacks.settings import Environment

    Document = dict[str, Any]

WITHOUT_LAMBDA: Final = frozenset({"use1-az3"})
"""Zones without network interfaces of Lambda: "Giving Lambda functions access to resources in a VPC"."""
FEWEST_SUBNETS: Final = 2


class NotFound(Unready):
    """Something that the settings name is not there, or is there more than once."""

    def __init__(self, what: str, found: str, remedy: str) -> None:
        self.what, self.found = what, found
        super().__init__(f"{what} {found}; {remedy}")


@dataclass(frozen=True, slots=True)
class Hints:
    """What an operator says where names alone leave a choice."""

    api_id: str | None = None
    security_group: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A resource that is there: its stack and logical id in the templates, and what identifies it.

    `identifier` has the values of the schema's primaryIdentifier, in its order.
    """

    stack: str
    logical_id: str
    type: str
    identifier: tuple[str, ...]

    def __str__(self) -> str:
        """For example `service.HttpApi 2zdtm81iyl`."""
        return f"{self.stack}.{self.logical_id} {'|'.join(self.identifier)}"


@dataclass(frozen=True, slots=True)
class Discovered:
    """All that belongs to the system, and the values of the parameters that the templates ask for."""

    places: tuple[Place, ...]
    parameters: Mapping[str, Mapping[str, str]]
    function_subnets: tuple[str, ...]
    """Subnets that functions may be put into later."""
    notes: tuple[str, ...]
    """What is good to know, and no obstacle."""


def discover(live: Live, hints: Hints | None = None) -> Discovered:
    """Find everything; raises `NotFound` for the first thing that is missing or ambiguous."""
    hints = hints or Hints()
    environment = live.environment
    database = _database(live, environment)
    group = _security_group(live, database, hints)
    subnet_group = _subnet_group(live, database, environment)
    function = _function(live, environment)
    api = _api(live, environment, hints)
    service, notes = _service(live, environment, function, api)
    subnets = [one["SubnetIdentifier"] for one in subnet_group["Subnets"]]
    places = (
        Place("network", "DatabaseSecurityGroup", "AWS::EC2::SecurityGroup", (group["GroupId"],)),
        Place("database", "Database", "AWS::RDS::DBInstance", (database["DBInstanceIdentifier"],)),
        Place(
            "database",
            "DatabaseSubnetGroup",
            "AWS::RDS::DBSubnetGroup",
            (subnet_group["DBSubnetGroupName"],),
        ),
        *service,
    )
    return Discovered(
        places,
        {
            "network": {
                "AdoptedVpcId": group["VpcId"],
                "AdoptedDatabaseSubnetIds": ",".join(sorted(subnets)),
                "AdoptedSecurityGroupDescription": group["Description"],
            },
            "database": {
                "AdoptedStorageKeyArn": database["KmsKeyId"],
                "AdoptedSubnetGroupDescription": subnet_group["DBSubnetGroupDescription"],
            },
        },
        _function_subnets(live, group["VpcId"]),
        (*_permission_note(live, environment, api), *notes),
    )


def _database(live: Live, environment: Environment) -> Document:
    identifier = environment.database.identifier
    try:
        [found] = live.call(
            "rds:DescribeDBInstances", f"database {identifier}", DBInstanceIdentifier=identifier
        )["DBInstances"]
    except NotDeployed:
        raise NotFound(
            f"database {identifier}",
            f"is not there in {live.region}",
            "correct database.identifier, or region",
        ) from None
    if not found.get("KmsKeyId"):
        raise NotFound(
            f"database {identifier}",
            "is not encrypted, and can't be made so in place",
            "restore an encrypted copy of a snapshot of it first",
        )
    document: Document = found
    return document


def _security_group(live: Live, database: Document, hints: Hints) -> Document:
    """The group that the instance has; of several the one that is named."""
    ids = [one["VpcSecurityGroupId"] for one in database["VpcSecurityGroups"]]
    wanted = [hints.security_group] if hints.security_group else ids
    if len(wanted) != 1 or wanted[0] not in ids:
        raise NotFound(
            f"database {database['DBInstanceIdentifier']}",
            f"has the security groups {', '.join(ids) or 'none'}, and the template has one",
            "name it by --security-group, and take the others off the instance first",
        )
    [found] = live.call("ec2:DescribeSecurityGroups", f"group {wanted[0]}", GroupIds=wanted)["SecurityGroups"]
    document: Document = found
    return document


def _subnet_group(live: Live, database: Document, environment: Environment) -> Document:
    name = database["DBSubnetGroup"]["DBSubnetGroupName"]
    if name != environment.database.subnet_group_name:
        raise NotFound(
            f"database {database['DBInstanceIdentifier']}",
            f"is in subnet group {name}, and the settings say {environment.database.subnet_group_name}",
            f"write subnet_group_name = {name!r} into [database] of the environment's file",
        )
    [found] = live.call("rds:DescribeDBSubnetGroups", f"subnet group {name}", DBSubnetGroupName=name)[
        "DBSubnetGroups"
    ]
    document: Document = found
    return document


def _function(live: Live, environment: Environment) -> Document:
    name = environment.api.function_name
    try:
        found: Document = live.call("lambda:GetFunctionConfiguration", f"function {name}", FunctionName=name)
    except NotDeployed:
        raise NotFound(
            f"function {name}", f"is not there in {live.region}", "correct api.function_name, or region"
        ) from None
    role = found["Role"].rpartition("/")[2]
    if role != environment.api.role_name:
        raise NotFound(
            f"function {name}",
            f"runs as role {role}, and the settings say {environment.api.role_name}",
            f"write role_name = {role!r} into [api] of the environment's file",
        )
    return found


def _api(live: Live, environment: Environment, hints: Hints) -> Document:
    """The HTTP API of the name; of several the one whose id is given."""
    name = environment.http_api.name
    named = [
        one
        for one in live.pages("apigatewayv2:GetApis", "the region's APIs", "Items")
        if one["ProtocolType"] == "HTTP" and (one["ApiId"] == hints.api_id or not hints.api_id)
    ]
    found = [one for one in named if hints.api_id or one["Name"] == name]
    if len(found) == 1:
        document: Document = found[0]
        return document
    if not found:
        raise NotFound(
            f"HTTP API {hints.api_id or name}",
            f"is not there in {live.region}",
            "name its id by --api-id, or correct http_api.name",
        )
    ids = ", ".join(sorted(one["ApiId"] for one in found))
    raise NotFound(f"HTTP API {name}", f"is there {len(found)} times ({ids})", "name one by --api-id")


def _service(
    live: Live, environment: Environment, function: Document, api: Document
) -> tuple[list[Place], list[str]]:
    name, api_id, thing = function["FunctionName"], api["ApiId"], f"API {api['ApiId']}"
    group = f"/aws/lambda/{name}"
    integration = _one(
        [
            one
            for one in live.pages("apigatewayv2:GetIntegrations", thing, "Items", ApiId=api_id)
            if one.get("IntegrationUri", "").endswith(
                (function["FunctionArn"], f"{function['FunctionArn']}/invocations")
            )
        ],
        f"{thing}'s integration with function {name}",
    )
    routes = list(live.pages("apigatewayv2:GetRoutes", thing, "Items", ApiId=api_id))
    route = _one([one for one in routes if one["RouteKey"] == "$default"], f"{thing}'s route $default")
    others = sorted(one["RouteKey"] for one in routes if one["RouteKey"] != "$default")
    stages = live.pages("apigatewayv2:GetStages", thing, "Items", ApiId=api_id)
    stage = _one([one for one in stages if one["StageName"] == "$default"], f"{thing}'s stage $default")
    _refuse_managed(thing, integration=integration, route=route, stage=stage)
    _require_log_group(live, group)
    places = [
        Place("service", "ApiFunction", "AWS::Lambda::Function", (name,)),
        Place(
            "service",
            "ApiIntegration",
            "AWS::ApiGatewayV2::Integration",
            (api_id, integration["IntegrationId"]),
        ),
        Place("service", "ApiLogGroup", "AWS::Logs::LogGroup", (group,)),
        Place("service", "ApiRole", "AWS::IAM::Role", (str(environment.api.role_name),)),
        Place("service", "DefaultRoute", "AWS::ApiGatewayV2::Route", (api_id, route["RouteId"])),
        Place("service", "DefaultStage", "AWS::ApiGatewayV2::Stage", (api_id, "$default")),
        Place("service", "HttpApi", "AWS::ApiGatewayV2::Api", (api_id,)),
    ]
    notes = [f"{thing} has other routes, which stay as they are: {', '.join(others)}"] if others else []
    return places, notes


def _refuse_managed(thing: str, **parts: Document) -> None:
    """What quick create has made can't be changed: `ApiGatewayManaged`, API Gateway's API Reference."""
    managed = [name for name, found in parts.items() if found.get("ApiGatewayManaged")]
    if managed:
        raise NotFound(
            f"{thing}'s {' and '.join(managed)}",
            "was made by quick create, and API Gateway lets nobody change it",
            "make an API of that name with route, integration and stage of its own, and adopt that",
        )


def _one(found: Sequence[Document], what: str) -> Document:
    if len(found) == 1:
        return found[0]
    count = "is not there" if not found else f"is there {len(found)} times"
    raise NotFound(what, count, "make it as the report has it, or delete what is too much, and adopt again")


def _require_log_group(live: Live, name: str) -> None:
    """Lambda makes it at the first invocation that may write; until then there is nothing to adopt."""
    found = live.pages("logs:DescribeLogGroups", f"log group {name}", "logGroups", logGroupNamePrefix=name)
    if name not in {one["logGroupName"] for one in found}:
        raise NotFound(
            f"log group {name}", "is not there", f"make it: aws logs create-log-group --log-group-name {name}"
        )


def _permission_note(live: Live, environment: Environment, api: Document) -> list[str]:
    """The report's root cause: nobody ever allowed the API to invoke the function."""
    name = environment.api.function_name
    try:
        policy = live.call("lambda:GetPolicy", f"the policy of function {name}", FunctionName=name)["Policy"]
    except NotDeployed:
        policy = ""
    if api["ApiId"] in policy:
        return []
    sentence = (
        f"function {name} has no permission for API {api['ApiId']} to invoke it: that is why the API answers "
        "500 and the log is empty; `production` brings the permission"
    )
    return [sentence]


def _function_subnets(live: Live, vpc: str) -> tuple[str, ...]:
    """One subnet of each zone in which Lambda makes network interfaces, sorted by zone."""
    subnets = live.pages(
        "ec2:DescribeSubnets", f"VPC {vpc}", "Subnets", Filters=[{"Name": "vpc-id", "Values": [vpc]}]
    )
    by_zone = {
        one["AvailabilityZoneId"]: one["SubnetId"]
        for one in sorted(subnets, key=lambda one: str(one["SubnetId"]), reverse=True)
        if one["AvailabilityZoneId"] not in WITHOUT_LAMBDA
    }
    if len(by_zone) < FEWEST_SUBNETS:
        raise NotFound(
            f"VPC {vpc}",
            f"has subnets in {len(by_zone)} zones that Lambda supports, and two are needed",
            "add one",
        )
    return tuple(by_zone[zone] for zone in sorted(by_zone))
