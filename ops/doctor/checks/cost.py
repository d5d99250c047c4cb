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
