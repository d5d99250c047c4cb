"""Is the live request answered in a time that anybody waits for?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.sign import Sign

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

SLOW: Final = 5.0
"""Seconds for an answer to health, which asks next to nothing; a start from cold takes one or two."""


@check("PKG-052", Effect.SHOWS, signs={Sign.WELL})
def takes_seconds(evidence: Evidence) -> Answer:
    """The quickest of the live requests: the first may have had to wait for a start."""
    if evidence.sign is not Sign.WELL:
        return ruled_out("the live request itself has failed")
    took = [each.seconds for each in evidence.asked]
    if min(took) < SLOW:
        return ruled_out(f"health is answered in {min(took):.1f} s")
    look = f"the REPORT lines of {evidence.function.log_group}, and the latency of API "
    look += f"{evidence.gateway.api_id} beside IntegrationLatency"
    if len(took) == 1:
        return unknown(
            f"health was answered after {took[0]:.1f} s, be it that the function had to start or that it "
            "takes as long each time",
            decide=f"the same request once more; {look}",
            worries=True,
        )
    return proved(
        f"health is well, and was answered after {' s, '.join(f'{each:.1f}' for each in took)} s, one "
        "request after the other",
        f"aws logs filter-log-events --log-group-name {evidence.function.log_group} --filter-pattern REPORT",
        change=f"where the time goes is told by {look}",
    )
