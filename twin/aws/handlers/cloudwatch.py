"""CloudWatch: alarms and dashboards."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent, HandlerError
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.tagging import as_pairs, retag, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.clients import Aws

_ALARM_ONLY_TOLD = {
    "AlarmArn",
    "AlarmConfigurationUpdatedTimestamp",
    "StateReason",
    "StateReasonData",
    "StateTransitionedTimestamp",
    "StateUpdatedTimestamp",
    "StateValue",
}
"""What the service tells of an alarm under other names than the schema's, or beyond it."""


def _create_alarm(request: Request) -> Identifier:
    _claim(request, "AlarmName", _read_alarm)
    wanted = {"AlarmName": request.name(255), **request.desired}
    request.client("cloudwatch").put_metric_alarm(**wanted)
    return {"AlarmName": wanted["AlarmName"]}


def _read_alarm(aws: Aws, identifier: Identifier) -> Properties:
    cloudwatch, name = aws.client("cloudwatch"), identifier["AlarmName"]
    found = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    if not found:
        raise Absent(f"alarm {name} does not exist")
    arn = found[0]["AlarmArn"]
    held = {key: value for key, value in found[0].items() if key not in _ALARM_ONLY_TOLD}
    return held | {"Arn": arn, "Tags": _tags(cloudwatch, arn)}


def _update_alarm(request: Request, identifier: Identifier) -> None:
    wanted = {name: value for name, value in request.desired.items() if name != "Tags"}
    request.client("cloudwatch").put_metric_alarm(**{**wanted, **identifier})
    _retag(request, request.aws.arn("cloudwatch", f"alarm:{identifier['AlarmName']}"))


def _delete_alarm(aws: Aws, identifier: Identifier) -> None:
    aws.client("cloudwatch").delete_alarms(AlarmNames=[identifier["AlarmName"]])


def _create_dashboard(request: Request) -> Identifier:
    _claim(request, "DashboardName", _read_dashboard)
    wanted = {"DashboardName": request.name(255), **request.desired}
    request.client("cloudwatch").put_dashboard(**wanted)
    return {"DashboardName": wanted["DashboardName"]}


def _read_dashboard(aws: Aws, identifier: Identifier) -> Properties:
    found = _dashboard(aws, identifier)
    return {
        "DashboardName": found["DashboardName"],
        "DashboardBody": found["DashboardBody"],
        "Tags": _tags(aws.client("cloudwatch"), found["DashboardArn"]),
    }


def _update_dashboard(request: Request, identifier: Identifier) -> None:
    body = request.desired["DashboardBody"]
    request.client("cloudwatch").put_dashboard(**identifier, DashboardBody=body)
    _retag(request, _dashboard(request.aws, identifier)["DashboardArn"])


def _delete_dashboard(aws: Aws, identifier: Identifier) -> None:
    aws.client("cloudwatch").delete_dashboards(DashboardNames=[identifier["DashboardName"]])


def _dashboard(aws: Aws, identifier: Identifier) -> dict[str, str]:
    cloudwatch = aws.client("cloudwatch")
    try:
        found: dict[str, str] = cloudwatch.get_dashboard(**identifier)
    except cloudwatch.exceptions.ResourceNotFound:
        raise Absent(f"dashboard {identifier['DashboardName']} does not exist") from None
    return found


def _claim(request: Request, name: str, read: Callable[[Aws, Identifier], Properties]) -> None:
    """Refuse a given name that is taken: the service would change what has it."""
    if name in request.desired:
        with suppress(Absent):
            read(request.aws, {name: request.desired[name]})
            raise HandlerError(
                "AlreadyExists", f"{name} {request.desired[name]} is taken; give another name, or import it"
            )


def _tags(cloudwatch: Any, arn: str) -> list[dict[str, str]]:
    return without(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"])


def _retag(request: Request, arn: str) -> None:
    cloudwatch = request.client("cloudwatch")
    retag(
        request.previous.get("Tags"),
        request.desired.get("Tags"),
        lambda tags: cloudwatch.tag_resource(ResourceARN=arn, Tags=as_pairs(tags)),
        lambda names: cloudwatch.untag_resource(ResourceARN=arn, TagKeys=names),
    )


HANDLERS = (
    Handler(
        type="AWS::CloudWatch::Alarm",
        create=_create_alarm,
        read=_read_alarm,
        update=_update_alarm,
        delete=_delete_alarm,
    ),
    Handler(
        type="AWS::CloudWatch::Dashboard",
        create=_create_dashboard,
        read=_read_dashboard,
        update=_update_dashboard,
        delete=_delete_dashboard,
    ),
)
