"""CloudWatch Logs: log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.aws.errors import Absent, HandlerError
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.tagging import as_map, as_pairs, retag, without

if TYPE_CHECKING:
    from twin.aws.clients import Aws

_TOLD = {
    "DeletionProtectionEnabled": "deletionProtectionEnabled",
    "KmsKeyId": "kmsKeyId",
    "LogGroupClass": "logGroupClass",
    "LogGroupName": "logGroupName",
    "RetentionInDays": "retentionInDays",
}
"""The API's names of properties."""


def _create_group(request: Request) -> Identifier:
    wanted = {"LogGroupName": request.name(512), **request.desired}
    given = {_TOLD[name]: wanted[name] for name in _TOLD if name in wanted and name != "RetentionInDays"}
    request.client("logs").create_log_group(**given, tags=as_map(wanted.get("Tags")))
    identifier = request.begin(LogGroupName=wanted["LogGroupName"])
    _retain(request, identifier)
    return identifier


def _read_group(aws: Aws, identifier: Identifier) -> Properties:
    logs, name = aws.client("logs"), identifier["LogGroupName"]
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    group = next((group for group in found if group["logGroupName"] == name), None)
    if group is None:
        raise Absent(f"log group {name} does not exist")
    tags = logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"]
    told = {name: group[key] for name, key in _TOLD.items() if key in group}
    return told | {"Arn": group["arn"], "Tags": without(as_pairs(tags))}


def _update_group(request: Request, identifier: Identifier) -> None:
    logs, wanted, name = request.client("logs"), request.desired, identifier["LogGroupName"]
    if request.changed("LogGroupClass"):
        raise HandlerError("NotUpdatable", f"log group {name} keeps its class; make another group")
    if request.changed("KmsKeyId") and "KmsKeyId" in wanted:
        logs.associate_kms_key(logGroupName=name, kmsKeyId=wanted["KmsKeyId"])
    elif request.changed("KmsKeyId"):
        logs.disassociate_kms_key(logGroupName=name)
    if request.changed("DeletionProtectionEnabled"):
        logs.put_log_group_deletion_protection(
            logGroupIdentifier=name,
            deletionProtectionEnabled=wanted.get("DeletionProtectionEnabled", False),
        )
    _retain(request, identifier)
    arn = request.aws.arn("logs", f"log-group:{name}")
    retag(
        request.previous.get("Tags"),
        wanted.get("Tags"),
        lambda tags: logs.tag_resource(resourceArn=arn, tags=tags),
        lambda names: logs.untag_resource(resourceArn=arn, tagKeys=names),
    )


def _delete_group(aws: Aws, identifier: Identifier) -> None:
    aws.client("logs").delete_log_group(logGroupName=identifier["LogGroupName"])


def _retain(request: Request, identifier: Identifier) -> None:
    """Set how long events are kept, which is for ever unless said."""
    if not request.changed("RetentionInDays"):
        return
    logs, name, days = (
        request.client("logs"),
        identifier["LogGroupName"],
        request.desired.get("RetentionInDays"),
    )
    if days is None:
        logs.delete_retention_policy(logGroupName=name)
    else:
        logs.put_retention_policy(logGroupName=name, retentionInDays=days)


HANDLERS = (
    Handler(
        type="AWS::Logs::LogGroup",
        create=_create_group,
        read=_read_group,
        update=_update_group,
        delete=_delete_group,
    ),
)
