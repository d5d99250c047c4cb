"""Everything of an account that a fault may change, as its services tell it, by service and name."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.aws.clients import Aws

Entry = tuple[str, str, str]
"""Service, what it is, and its name."""

FLEETING = frozenset(
    {
        *("ResponseMetadata", "LastModified", "LastUpdatedDate", "CreatedDate", "RevisionId", "ETag"),
        *(
            "LastModifiedTime",
            "LockToken",
            "LatestRestorableTime",
            "DeploymentId",
            "creationTime",
            "storedBytes",
        ),
    }
)
"""What changes with every change, or by itself."""


def read_back(aws: Aws) -> dict[Entry, str]:
    """Each thing and what it is like, as a text that can be compared."""
    found = [*_gateway(aws), *_functions(aws), *_roles(aws), *_network(aws), *_databases(aws), *_edge(aws)]
    found += _logs(aws)
    return {entry: json.dumps(_lasting(told), sort_keys=True, default=str) for entry, told in found}


def changed(before: dict[Entry, str], after: dict[Entry, str]) -> set[tuple[str, str]]:
    """Service and kind of all that is new, gone or otherwise."""
    return {(service, kind) for (service, kind, name), _ in before.items() ^ after.items()}


def _gateway(aws: Aws) -> Iterator[tuple[Entry, Any]]:
    gateway = aws.client("apigatewayv2")
    for api in gateway.get_apis()["Items"]:
        yield ("apigatewayv2", "api", api["ApiId"]), api
        # a route that is deleted and made again has another id
        for route in gateway.get_routes(ApiId=api["ApiId"])["Items"]:
            yield ("apigatewayv2", "route", route["RouteKey"]), {**route, "RouteId": ""}
        for each in gateway.get_integrations(ApiId=api["ApiId"])["Items"]:
            yield ("apigatewayv2", "integration", each["IntegrationId"]), _said(each)
        for stage in gateway.get_stages(ApiId=api["ApiId"])["Items"]:
            yield ("apigatewayv2", "stage", stage["StageName"]), _said(stage)


def _functions(aws: Aws) -> Iterator[tuple[Entry, Any]]:
    functions = aws.client("lambda")
    for function in functions.list_functions(FunctionVersion="ALL")["Functions"]:
        yield ("lambda", "function", function["FunctionArn"]), function
    for function in functions.list_functions()["Functions"]:
        name = function["FunctionName"]
        yield ("lambda", "concurrency", name), functions.get_function_concurrency(FunctionName=name)
        for alias in functions.list_aliases(FunctionName=name)["Aliases"]:
            yield ("lambda", "alias", alias["AliasArn"]), alias
        for qualifier in ({}, {"Qualifier": "live"}):
            try:
                policy = json.loads(functions.get_policy(FunctionName=name, **qualifier)["Policy"])
            except ClientError:
                continue
            yield ("lambda", "policy", f"{name} {qualifier}"), policy


def _roles(aws: Aws) -> Iterator[tuple[Entry, Any]]:
    iam = aws.client("iam")
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        yield ("iam", "role", name), iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            yield ("iam", "role policy", f"{name} {policy}"), document


def _network(aws: Aws) -> Iterator[tuple[Entry, Any]]:
    ec2 = aws.client("ec2")
    for group in ec2.describe_security_groups()["SecurityGroups"]:
        for direction in ("IpPermissions", "IpPermissionsEgress"):
            rules = sorted(json.dumps(rule, sort_keys=True) for rule in group[direction])
            yield ("ec2", direction, group["GroupId"]), rules
    for acl in ec2.describe_network_acls()["NetworkAcls"]:
        entries = sorted(json.dumps(entry, sort_keys=True) for entry in acl["Entries"])
        yield ("ec2", "network acl", acl["NetworkAclId"]), entries
    for vpc in ec2.describe_vpcs()["Vpcs"]:
        yield ("ec2", "vpc", vpc["VpcId"]), vpc


def _databases(aws: Aws) -> Iterator[tuple[Entry, Any]]:
    for instance in aws.client("rds").describe_db_instances()["DBInstances"]:
        yield ("rds", "instance", instance["DBInstanceIdentifier"]), instance


def _edge(aws: Aws) -> Iterator[tuple[Entry, Any]]:
    cloudfront, firewall = aws.client("cloudfront"), aws.client("wafv2")
    for each in cloudfront.list_distributions()["DistributionList"].get("Items", []):
        yield (
            ("cloudfront", "distribution", each["Id"]),
            cloudfront.get_distribution_config(Id=each["Id"])["DistributionConfig"],
        )
    for each in firewall.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]:
        found = firewall.get_web_acl(Name=each["Name"], Id=each["Id"], Scope="CLOUDFRONT")["WebACL"]
        yield ("wafv2", "web acl", each["Name"]), found


def _logs(aws: Aws) -> Iterator[tuple[Entry, Any]]:
    for group in aws.client("logs").describe_log_groups()["logGroups"]:
        yield ("logs", "group", group["logGroupName"]), group


def _said(told: dict[str, Any]) -> dict[str, Any]:
    """What says something: an empty text and an absent key are the same to API Gateway."""
    return {name: value for name, value in told.items() if value not in ("", None)}


def _lasting(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _lasting(value) for name, value in told.items() if name not in FLEETING}
    if isinstance(told, list):
        return [_lasting(each) for each in told]
    if isinstance(told, bytes):
        return hashlib.sha256(told).hexdigest()
    return told
