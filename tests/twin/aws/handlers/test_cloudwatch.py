"""CloudWatch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.handlers.life import STACK, Life, live, make
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.aws.handler import Properties

TAGS = [{"Key": "Component", "Value": "observability"}, {"Key": "Owner", "Value": "backend"}]
OTHER_TAGS = [{"Key": "Owner", "Value": "frontend"}, {"Key": "Project", "Value": "Miyabi Society"}]
NAME = rf"{STACK}-Thing-[0-9A-F]{{12}}"


def alarm(aws: Aws, **metric: Any) -> Properties:
    """An alarm with every property that our templates give one, but for its metric."""
    return {
        "AlarmDescription": "More than 1 % of requests fail: run the doctor.",
        "AlarmActions": [aws.arn("sns", "alarms")],
        "OKActions": [aws.arn("sns", "alarms")],
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": "1",
        "EvaluationPeriods": "5",
        "DatapointsToAlarm": 3,
        "TreatMissingData": "notBreaching",
        "Tags": TAGS,
        **metric,
    }


def rate(metric: str) -> dict[str, Any]:
    """A query of a metric of the API, for an expression."""
    return {
        "Id": metric.lower(),
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/ApiGateway",
                "MetricName": metric,
                "Dimensions": [{"Name": "ApiId", "Value": "api"}],
            },
            "Period": 60,
            "Stat": "Sum",
        },
        "ReturnData": False,
    }


LATENCY = {
    "Namespace": "AWS/Lambda",
    "MetricName": "Duration",
    "Dimensions": [
        {"Name": "FunctionName", "Value": "miyabi-login"},
        {"Name": "Resource", "Value": "miyabi-login:live"},
    ],
    "Period": 60,
}
SHARE = {"Id": "share", "Expression": "100 * failed / count", "Label": "Failed requests, %"}

LIVES = (
    Life(
        "AWS::CloudWatch::Alarm",
        lambda aws: alarm(aws, **LATENCY, ExtendedStatistic="p99"),
        lambda aws: {
            "ExtendedStatistic": None,
            "Statistic": "Maximum",
            "Unit": "Seconds",
            "Threshold": 12000.5,
            "DatapointsToAlarm": None,
            "AlarmActions": [],
            "OKActions": None,
            "ActionsEnabled": False,
            "InsufficientDataActions": [aws.arn("sns", "alarms")],
            "Tags": OTHER_TAGS,
        },
        attributes=("Arn",),
        ref=NAME,
    ),
    Life(
        "AWS::CloudWatch::Dashboard",
        lambda _: {"DashboardBody": '{"widgets":[{"type":"metric"}]}', "Tags": TAGS},
        lambda _: {"DashboardBody": '{"widgets":[]}', "Tags": OTHER_TAGS},
        ref=NAME,
    ),
)

EXPRESSION = Life(
    "AWS::CloudWatch::Alarm",
    lambda aws: alarm(aws, Metrics=[SHARE, rate("Failed"), rate("Count")]),
    lambda _: {"Metrics": [{**SHARE, "Expression": "failed / count"}, rate("Failed"), rate("Count")]},
    attributes=("Arn",),
    ref=NAME,
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_an_alarm_on_an_expression_is_held_as_it_was_asked_for(aws: Aws) -> None:
    live(aws, EXPRESSION)


def test_a_changed_alarm_keeps_its_state(aws: Aws) -> None:
    cloudwatch = aws.client("cloudwatch")
    living = make(aws, "AWS::CloudWatch::Alarm", alarm(aws, **LATENCY, Statistic="Sum"))
    (new,) = cloudwatch.describe_alarms()["MetricAlarms"]

    cloudwatch.set_alarm_state(**living.identifier, StateValue="ALARM", StateReason="Slow")
    living.update({**living.desired, "Threshold": 2})

    (changed,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert "INSUFFICIENT_DATA" == new["StateValue"]
    assert ("ALARM", "Slow", 2) == (changed["StateValue"], changed["StateReason"], changed["Threshold"])


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_name_that_is_taken_is_refused(aws: Aws, life: Life) -> None:
    taken = make(aws, life.type, life.desired(aws)).identifier

    with pytest.raises(HandlerError, match="is taken; give another name"):
        make(aws, life.type, {**life.desired(aws), **taken})


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_name_used_again_has_no_tags_of_before(aws: Aws, life: Life) -> None:
    desired = life.desired(aws)
    make(aws, life.type, desired).delete()

    again = make(aws, life.type, {name: value for name, value in desired.items() if name != "Tags"})

    assert [] == again.read()["Tags"]
