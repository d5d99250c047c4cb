"""Has anybody's request failed lately that the live ones do not show?

What failed in one go and is well since was mended, or is over; what comes and goes is not, unless it is as
rare as in any system that is busy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.evidence.lately import OF_ALL
from ops.doctor.sign import Sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.lately import Failing
    from ops.doctor.evidence.whole import Evidence


@check("PKG-050", Effect.SOME, signs={Sign.WELL})
def comes_and_goes(evidence: Evidence) -> Answer:
    """The gateway's log, the function's, or CloudWatch, since the last change and within the last hour."""
    if evidence.sign is not Sign.WELL:
        return ruled_out("the live request itself has failed")
    found = list(_failing(evidence))
    still = [each for each in found if each.worries]
    if still:
        return unknown(
            f"{_told(still[0])}; {len(evidence.asked)} live requests for health were well",
            decide=f"{_look(evidence, still[0])}, and the same requests once more",
            worries=True,
        )
    if found:
        return ruled_out(f"{_told(found[0])}: {_why_well(found[0])}")
    return ruled_out(f"no request has failed since {evidence.lately.begin:%Y-%m-%d %H:%M:%S} UTC")


@check("PKG-051", Effect.RISK)
def was_over(evidence: Evidence) -> Answer:
    """The same, of what failed in one go and has not since, or is no more than one in a hundred."""
    if evidence.sign is not Sign.WELL:
        return ruled_out("the live request itself has failed")
    for each in _failing(evidence):
        if not each.worries:
            return proved(f"{_told(each)}: {_why_well(each)}", _look(evidence, each))
    return ruled_out("nothing has failed lately that is over, or rare")


def _why_well(failing: Failing) -> str:
    return "that is over" if failing.is_over else "that is no more than 1 %"


def _failing(evidence: Evidence) -> Iterator[Failing]:
    """What the logs tell; without a log of the gateway, what is counted besides."""
    found = evidence.lately.failing([each.since for each in evidence.asked])
    yield from found
    counted = evidence.lately.counted if evidence.gateway.access_log_group is None else None
    if counted and counted.failed > sum(each.failed for each in found):
        yield counted


def _told(failing: Failing) -> str:
    """How many failed of how many, when the last did, and why as far as it is known."""
    of = f"of {failing.of} requests" if failing.route == OF_ALL else f"of {failing.of} to {failing.route}"
    how = f", by {failing.told}" if failing.told else ""
    after = f", and none of the {failing.since} since" if failing.since else ""
    return f"{failing.failed} {of} failed lately, the last at {failing.last:%H:%M:%S} UTC{how}{after}"


def _look(evidence: Evidence, failing: Failing) -> str:
    group = evidence.gateway.access_log_group or evidence.function.log_group
    return f"aws logs tail {group} --since {failing.last:%Y-%m-%dT%H:%M:%S}"
