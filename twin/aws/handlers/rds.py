"""RDS: instances, their subnet and parameter groups, and event subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.handlers.rds_instance import INSTANCE
from twin.aws.tagging import as_pairs, retag, without

if TYPE_CHECKING:
    from twin.aws.clients import Aws

_AT_ONCE = 20
"""How many parameters one request may change."""


def _create_subnet_group(request: Request) -> Identifier:
    wanted = _named(request, "DBSubnetGroupName")
    request.client("rds").create_db_subnet_group(**wanted)
    return {"DBSubnetGroupName": wanted["DBSubnetGroupName"]}


def _read_subnet_group(aws: Aws, identifier: Identifier) -> Properties:
    rds = aws.client("rds")
    try:
        group = rds.describe_db_subnet_groups(**identifier)["DBSubnetGroups"][0]
    except rds.exceptions.DBSubnetGroupNotFoundFault:
        raise Absent(f"subnet group {identifier['DBSubnetGroupName']} does not exist") from None
    return {
        "DBSubnetGroupName": group["DBSubnetGroupName"],
        "DBSubnetGroupDescription": group["DBSubnetGroupDescription"],
        "DBSubnetGroupArn": group["DBSubnetGroupArn"],
        "SubnetIds": [subnet["SubnetIdentifier"] for subnet in group["Subnets"]],
        "Tags": _tags(rds, group["DBSubnetGroupArn"]),
    }


def _update_subnet_group(request: Request, identifier: Identifier) -> None:
    wanted = {name: value for name, value in request.desired.items() if name != "Tags"}
    request.client("rds").modify_db_subnet_group(**{**wanted, **identifier})
    _retag(request, f"subgrp:{identifier['DBSubnetGroupName']}")


def _delete_subnet_group(aws: Aws, identifier: Identifier) -> None:
    aws.client("rds").delete_db_subnet_group(**identifier)


def _create_parameter_group(request: Request) -> Identifier:
    wanted = _named(request, "DBParameterGroupName")
    rds, name = request.client("rds"), wanted["DBParameterGroupName"]
    parameters, family = wanted.pop("Parameters", {}), wanted.pop("Family")
    rds.create_db_parameter_group(**wanted, DBParameterGroupFamily=family)
    identifier = request.begin(DBParameterGroupName=name)
    _set_parameters(rds, name, parameters)
    return identifier


def _read_parameter_group(aws: Aws, identifier: Identifier) -> Properties:
    rds = aws.client("rds")
    try:
        found = rds.describe_db_parameter_groups(**identifier)["DBParameterGroups"]
    except rds.exceptions.DBParameterGroupNotFoundFault:
        found = []
    if not found:
        raise Absent(f"parameter group {identifier['DBParameterGroupName']} does not exist")
    group = found[0]
    pages = rds.get_paginator("describe_db_parameters").paginate(**identifier, Source="user")
    return {
        "DBParameterGroupName": group["DBParameterGroupName"],
        "DBParameterGroupArn": group["DBParameterGroupArn"],
        "Description": group["Description"],
        "Family": group["DBParameterGroupFamily"],
        "Parameters": {
            parameter["ParameterName"]: parameter["ParameterValue"]
            for page in pages
            for parameter in page["Parameters"]
        },
        "Tags": _tags(rds, group["DBParameterGroupArn"]),
    }


def _update_parameter_group(request: Request, identifier: Identifier) -> None:
    rds, name = request.client("rds"), identifier["DBParameterGroupName"]
    before, after = request.previous.get("Parameters", {}), request.desired.get("Parameters", {})
    _set_parameters(rds, name, {key: value for key, value in after.items() if before.get(key) != value})
    for some in _by_twenty([_applied(key) for key in sorted(before.keys() - after.keys())]):
        rds.reset_db_parameter_group(**identifier, ResetAllParameters=False, Parameters=some)
    _retag(request, f"pg:{name}")


def _delete_parameter_group(aws: Aws, identifier: Identifier) -> None:
    aws.client("rds").delete_db_parameter_group(**identifier)


def _set_parameters(rds: Any, group: str, values: Properties) -> None:
    wanted = [_applied(name) | {"ParameterValue": str(value)} for name, value in sorted(values.items())]
    for some in _by_twenty(wanted):
        rds.modify_db_parameter_group(DBParameterGroupName=group, Parameters=some)


def _applied(parameter: str) -> dict[str, str]:
    """A dynamic parameter counts at once, as CloudFormation has it; a static one allows no such method."""
    from twin.aws.mends.rds_telling import STATIC

    return {
        "ParameterName": parameter,
        "ApplyMethod": "pending-reboot" if parameter in STATIC else "immediate",
    }


def _by_twenty(items: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    return [items[first : first + _AT_ONCE] for first in range(0, len(items), _AT_ONCE)]


def _create_event_subscription(request: Request) -> Identifier:
    wanted = {"Enabled": True, **_named(request, "SubscriptionName")}
    request.client("rds").create_event_subscription(**wanted)
    return {"SubscriptionName": wanted["SubscriptionName"]}


def _read_event_subscription(aws: Aws, identifier: Identifier) -> Properties:
    rds, name = aws.client("rds"), identifier["SubscriptionName"]
    try:
        found = rds.describe_event_subscriptions(**identifier)["EventSubscriptionsList"][0]
    except rds.exceptions.SubscriptionNotFoundFault:
        raise Absent(f"event subscription {name} does not exist") from None
    properties = {
        "SubscriptionName": found["CustSubscriptionId"],
        "SnsTopicArn": found["SnsTopicArn"],
        "SourceType": found.get("SourceType"),
        "SourceIds": found.get("SourceIdsList"),
        "EventCategories": found.get("EventCategoriesList"),
        "Enabled": found["Enabled"],
        "Tags": _tags(rds, aws.arn("rds", f"es:{name}")),
    }
    return {key: value for key, value in properties.items() if value not in (None, "", [])}


def _update_event_subscription(request: Request, identifier: Identifier) -> None:
    rds = request.client("rds")
    before, after = (set(side.get("SourceIds", ())) for side in (request.previous, request.desired))
    rds.modify_event_subscription(
        **identifier,
        Enabled=request.desired.get("Enabled", True),
        EventCategories=request.desired.get("EventCategories", []),
        SourceType=request.desired.get("SourceType", ""),
    )
    for source in sorted(before - after):
        rds.remove_source_identifier_from_subscription(**identifier, SourceIdentifier=source)
    for source in sorted(after - before):
        rds.add_source_identifier_to_subscription(**identifier, SourceIdentifier=source)
    _retag(request, f"es:{identifier['SubscriptionName']}")


def _delete_event_subscription(aws: Aws, identifier: Identifier) -> None:
    aws.client("rds").delete_event_subscription(**identifier)


def _named(request: Request, name: str) -> Properties:
    """The wanted properties with a name, given or made, in the lower case in which RDS holds it."""
    return {**request.desired, name: request.desired.get(name, request.name(255)).lower()}


def _tags(rds: Any, arn: str) -> list[dict[str, str]]:
    return without(rds.list_tags_for_resource(ResourceName=arn)["TagList"])


def _retag(request: Request, resource: str) -> None:
    rds, arn = request.client("rds"), request.aws.arn("rds", resource)
    retag(
        request.previous.get("Tags"),
        request.desired.get("Tags"),
        lambda tags: rds.add_tags_to_resource(ResourceName=arn, Tags=as_pairs(tags)),
        lambda names: rds.remove_tags_from_resource(ResourceName=arn, TagKeys=names),
    )


HANDLERS = (
    INSTANCE,
    Handler(
        type="AWS::RDS::DBSubnetGroup",
        create=_create_subnet_group,
        read=_read_subnet_group,
        update=_update_subnet_group,
        delete=_delete_subnet_group,
    ),
    Handler(
        type="AWS::RDS::DBParameterGroup",
        create=_create_parameter_group,
        read=_read_parameter_group,
        update=_update_parameter_group,
        delete=_delete_parameter_group,
    ),
    Handler(
        type="AWS::RDS::EventSubscription",
        create=_create_event_subscription,
        read=_read_event_subscription,
        update=_update_event_subscription,
        delete=_delete_event_subscription,
    ),
)
