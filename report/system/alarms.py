"""Alarms: what each watches, when it rings, what to do then, and whether it rings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cfn.values import many
from ops.status.alarms import NO_DATA, RINGING
from ops.status.part import Standing
from report.system.facts import WORDS, State
from report.system.model import Alarm, Alarms
from report.system.sizes import size

if TYPE_CHECKING:
    from cfn import Resource
    from ops.status.part import Part
    from report.system.telling import Told

ALARM: Final = "AWS::CloudWatch::Alarm"
SIGNS: Final = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": "≥",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}
BYTES: Final = "bytes"
UNITS: Final = {
    "Duration": "ms",
    "Latency": "ms",
    "IntegrationLatency": "ms",
    "CPUUtilization": "%",
    "5xxErrorRate": "%",
    "FreeableMemory": BYTES,
    "FreeStorageSpace": BYTES,
    "SwapUsage": BYTES,
}
"""What metrics are counted in, where it is no number of things."""
STATES: Final = {
    RINGING: State(Standing.WRONG, "rings"),
    NO_DATA: State(Standing.UNASKED, "no data yet"),
    "OK": State(Standing.WELL, "quiet"),
}


def alarms(told: Told, part: Part | None) -> Alarms:
    """Every alarm of the templates, with its state where CloudWatch was asked."""
    states = {str(row["alarm"]): str(row["state"]) for row in part.rows} if part else {}
    rows = tuple(_alarm(told, one, states) for one in told.deployment.resources(ALARM))
    if not rows:
        return Alarms(
            State(Standing.NOTICE, "none", "The templates have no alarm: nobody is told when it breaks."), ()
        )
    if part is None:
        return Alarms(
            State.unknown(
                f"Whether one rings is not known from templates: `{told.command('status')}` tells it."
            ),
            rows,
        )
    return Alarms(State(part.standing, WORDS[part.standing], part.summary), rows)


def _alarm(told: Told, alarm: Resource, states: dict[str, str]) -> Alarm:
    name = told.id(alarm, "AlarmName")
    state = states.get(name.text) if name.is_known else None
    return Alarm(
        alarm.logical_id,
        _metric(told, alarm),
        _rings(told, alarm),
        told.text(told.get(alarm, "AlarmDescription", "")),
        STATES.get(state or "", State.unknown()),
    )


def _metric(told: Told, alarm: Resource) -> str:
    name = told.get(alarm, "MetricName")
    if name is not None:
        return f"{told.text(told.get(alarm, 'Namespace', ''))} {told.text(name)}".strip()
    return next(
        (_metric_of(told, one) for one in many(told.get(alarm, "Metrics")) if isinstance(one, dict)), ""
    )


def _metric_of(told: Told, query: dict[str, Any]) -> str:
    label, expression = query.get("Label"), query.get("Expression")
    return told.text(label or expression or query.get("Id", ""))


def _rings(told: Told, alarm: Resource) -> str:
    sign = SIGNS.get(told.text(told.get(alarm, "ComparisonOperator", "")), "outside")
    threshold = told.text(told.get(alarm, "Threshold", "its usual"))
    periods, of = told.get(alarm, "DatapointsToAlarm"), told.get(alarm, "EvaluationPeriods", 1)
    metric = told.text(told.get(alarm, "MetricName", ""))
    points = f"{told.text(periods)} of {told.text(of)}" if periods is not None else told.text(of)
    length = _minutes(told.text(_period(told, alarm)))
    spans = f"{points} spans of {length}" if length else f"{points} spans"
    return f"{sign} {_figure(threshold, UNITS.get(metric, ''))} in {spans}"


def _period(told: Told, alarm: Resource) -> Any:
    """Of the alarm itself, or of the first metric that it reckons with."""
    found = [
        one["MetricStat"].get("Period")
        for one in many(told.get(alarm, "Metrics"))
        if isinstance(one, dict) and isinstance(one.get("MetricStat"), dict)
    ]
    return told.get(alarm, "Period", next(iter(found), ""))


def _figure(threshold: str, unit: str) -> str:
    """A threshold as people read it: 3.2 GB for 3221225472 bytes."""
    if unit == BYTES and threshold.isdecimal():
        return size(int(threshold))
    return f"{threshold} {unit}".strip()


def _minutes(seconds: str) -> str:
    if not seconds.isdecimal():
        return seconds
    whole, rest = divmod(int(seconds), 60)
    return f"{whole} min" if whole and not rest else f"{seconds} s"
