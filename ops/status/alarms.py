"""Which alarms ring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.status.part import Finding, Part, Standing

if TYPE_CHECKING:
    from ops.live import Live
    from ops.status.part import Row

NAME: Final = "alarms"
RINGING: Final = "ALARM"
NO_DATA: Final = "INSUFFICIENT_DATA"


def look(live: Live) -> Part:
    """Ask CloudWatch for the alarms that the observability stack has made."""
    if live.environment.observability is None:
        return Part(NAME, "none: the environment has no observability stack")
    found = live.pages(
        "cloudwatch:DescribeAlarms",
        "the alarms",
        "MetricAlarms",
        AlarmNamePrefix=f"{live.stack_name('observability')}-",
    )
    rows: list[Row] = [
        {
            "alarm": one["AlarmName"],
            "metric": one.get("MetricName"),
            "state": one["StateValue"],
            "since": one.get("StateUpdatedTimestamp"),
            "tells": one.get("ActionsEnabled", True),
            "what_to_do": one.get("AlarmDescription"),
        }
        for one in found
    ]
    ringing = [row for row in rows if row["state"] == RINGING]
    findings = [Finding(Standing.WRONG, _sentence(live, row)) for row in ringing]
    if not rows:
        findings.append(Finding(Standing.NOTICE, "there is none: the observability stack is not deployed"))
    silent = sum(row["state"] == NO_DATA for row in rows)
    summary = f"{len(ringing)} of {len(rows)} ring" + (f", {silent} have seen no data yet" if silent else "")
    return Part(NAME, summary, tuple(findings), tuple(rows))


def _sentence(live: Live, row: Row) -> str:
    """The alarm without what CloudFormation put around its logical id, since when, and what to do."""
    name = (
        row["alarm"].removeprefix(f"{live.stack_name('observability')}-").rpartition("-")[0] or row["alarm"]
    )
    since = f" since {row['since']:%Y-%m-%d %H:%M} UTC" if row["since"] else ""
    todo = f": {row['what_to_do']}" if row["what_to_do"] else ""
    return f"{name} rings{since}{todo}"
