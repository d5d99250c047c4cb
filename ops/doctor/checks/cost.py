"""Does something run away that is paid for?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out
from ops.doctor.check import Effect, check
from ops.doctor.evidence.metrics import LATELY

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

FEWEST: Final = 1000
"""Requests below which no rate is judged: a person who tries something makes as many."""
MANY_BYTES: Final = 100_000_000
"""Bytes of lines in a quarter of an hour below which none are too many: five dollars a day at most."""
TIMES: Final = 10
"""How many times what is expected is too much."""


@check("COST-001", Effect.RISK)
def kept_for_ever(evidence: Evidence) -> Answer:
    """A log group of the path has no retention, so that its lines are paid for as long as it lives."""
    groups = [group for group in (evidence.logs.group, evidence.logs.access_group) if group]
    lasting = [str(group["logGroupName"]) for group in groups if not group.get("retentionInDays")]
    if lasting:
        return proved(
            f"{' and '.join(lasting)} keep{'s' if len(lasting) == 1 else ''} lines for ever",
            *(
                f"aws logs put-retention-policy --log-group-name {name} --retention-in-days 30"
                for name in lasting
            ),
            change="set the log retention in the environment's settings and deploy the service stack",
        )
    return ruled_out("log groups of the path drop lines after some days")


@check("COST-002", Effect.RISK)
def more_requests_than_estimated(evidence: Evidence) -> Answer:
    """What the API has counted lately, beside the peak that the settings expect."""
    counted = sum(
        evidence.metrics.figures("AWS/ApiGateway", "Count", {"ApiId": evidence.gateway.api_id}), start=0.0
    )
    rate, peak = (
        counted / LATELY.total_seconds(),
        float(evidence.environment.traffic.peak_requests_per_second),
    )
    told = f"{counted:,.0f} requests came in the last {LATELY.total_seconds() / 60:.0f} minutes"
    if counted < FEWEST or rate <= peak:
        return ruled_out(f"{told}, no more than the {peak:g} a second that the settings expect at most")
    return proved(
        f"{told}, {rate:,.1f} a second, and the settings expect {peak:g} at most",
        f"miyabi cost {evidence.environment.name}",
        change="lower http_api's limits, or write the traffic that there is into the settings",
    )


@check("COST-003", Effect.RISK)
def invokes_itself(evidence: Evidence) -> Answer:
    """Neither does a subscription send the function its own lines, nor a destination its own results."""
    function, reading = evidence.function, evidence.reading
    filters = reading.find(
        "logs:DescribeSubscriptionFilters",
        f"log group {function.log_group}",
        logGroupName=function.log_group,
    )
    for each in (filters or {}).get("subscriptionFilters", ()):
        if _is_of(str(each["destinationArn"]), function.name):
            return proved(
                f"subscription {each['filterName']} of {function.log_group} sends function {function.name} "
                "the lines that it writes itself",
                f"aws logs delete-subscription-filter --log-group-name {function.log_group} "
                f"--filter-name {each['filterName']}",
            )
    configured = reading.pages(
        "lambda:ListFunctionEventInvokeConfigs",
        f"destinations of function {function.name}",
        "FunctionEventInvokeConfigs",
        FunctionName=function.name,
    )
    for each in configured:
        for end, destination in (each.get("DestinationConfig") or {}).items():
            if _is_of(str(destination.get("Destination") or ""), function.name):
                named = str(each["FunctionArn"]).split(":", 7)[-1]
                at = "" if named in (function.name, "$LATEST") else f" --qualifier {named}"
                return proved(
                    f"the destination {end} of function {function.name} is the function itself",
                    f"aws lambda delete-function-event-invoke-config --function-name {function.name}{at}",
                )
    return ruled_out(f"function {function.name} is sent neither its own lines nor its own results")


@check("COST-004", Effect.RISK)
def more_lines_than_estimated(evidence: Evidence) -> Answer:
    """What CloudWatch Logs has taken lately, beside what the settings expect of so many requests."""
    group, traffic = evidence.function.log_group, evidence.environment.traffic
    written = sum(evidence.metrics.figures("AWS/Logs", "IncomingBytes", {"LogGroupName": group}))
    run = sum(evidence.metrics.of_function("Invocations", evidence.function.name))
    expected = run * float(traffic.log_kb_per_request or 1) * 1000
    minutes = LATELY.total_seconds() / 60
    told = f"{written / 1e6:,.1f} MB of lines came to {group} in the last {minutes:.0f} minutes"
    if written < MANY_BYTES or written <= TIMES * expected:
        return ruled_out(f"{told}, of {run:,.0f} invocations")
    return proved(
        f"{told}, of {run:,.0f} invocations, for which the settings expect {expected / 1e6:,.1f} MB",
        f"aws logs tail {group} --since 1m",
        change="set [api] log_level to INFO, and deploy the service stack",
    )


def _is_of(arn: str, function: str) -> bool:
    """Whether an ARN is of a function, whatever its qualifier."""
    parts = arn.split(":")
    return parts[2:3] == ["lambda"] and parts[6:7] == [function]
