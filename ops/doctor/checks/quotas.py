"""Has the account what the system may need at once?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out
from ops.doctor.check import Effect, check

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

UNRESERVED: Final = 100
"""Executions that Lambda keeps for functions without a reservation: "Configuring reserved concurrency"."""


@check("LAM-003", Effect.RISK)
def few_executions(evidence: Evidence) -> Answer:
    """The account's concurrency is so low that none of it can be reserved."""
    limit = evidence.reading.call("lambda:GetAccountSettings", "the account's settings of Lambda")[
        "AccountLimit"
    ]
    total = limit["ConcurrentExecutions"]
    if total <= UNRESERVED:
        return proved(
            f"the account may run {total} functions at once, and {UNRESERVED} of them can not be reserved",
            "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 "
            "--desired-value 1000",
            change="leave reserved_concurrency out of the settings until the quota is raised",
        )
    return ruled_out(f"the account may run {total:,} functions at once")
