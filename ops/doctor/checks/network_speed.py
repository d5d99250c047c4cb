"""The way is open, and yet no answer comes in time: is it slow, or does nobody answer at its end?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.database import FAILED
from ops.doctor.checks.network_stops import decided_by, is_silent
from ops.doctor.errors import NotThere
from ops.doctor.sign import Sign
from ops.status.database import AVAILABLE
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

SLOW: Final = 1000.0
"""Milliseconds for a way there and back: within a region it takes one or two."""


@check("DB-023", Effect.SOME, signs={*FAILED, Sign.WELL}, ran=True)
def slow_way(evidence: Evidence) -> Answer:
    """By the migrator's own measure from inside; without it, silence may be anything at the way's end."""
    measured = _measured(evidence)
    if measured and (took := _slowest(measured)) >= SLOW:
        return proved(
            f"from inside of the network, {evidence.database.name} takes {took / 1000:.1f} s to answer",
            "aws rds describe-db-instances --db-instance-identifier "
            f"{evidence.database.name} --query 'DBInstances[].[AvailabilityZone,DBInstanceStatus]'",
        )
    if not is_silent(evidence):
        return ruled_out("no answer of the database was waited for in vain")
    network, database = evidence.network, evidence.database
    if not network.is_open:
        return ruled_out(f"the way to {network.target.name} is not open, so that its speed says nothing")
    if database.status != AVAILABLE:
        return ruled_out(
            f"database instance {database.name} is {database.status}, so that it does not answer"
        )
    told = f"the way to {network.target.name} at {network.port} is open by its configuration"
    if measured and measured.get("reached"):
        return unknown(
            f"{told}, and the migrator is answered in {_slowest(measured):.0f} ms: it was slow then, or is "
            f"for function {evidence.function.short} alone",
            decide="a second request, and CPUUtilization and DatabaseConnections by the minute",
        )
    return unknown(
        f"{told}, and no answer came in time: the way or the server is slow, or it gets more connections "
        "than it takes, or its process hangs; these can't be told apart from outside",
        decide=f"{decided_by(evidence)}; then CPUUtilization, CPUCreditBalance and DiskQueueDepth of "
        f"{database.name}, and whether its log has `connection received` for the request",
    )


def _measured(evidence: Evidence) -> Mapping[str, Any] | None:
    try:
        return evidence.inside.way
    except (AccessError, NotThere):
        return None


def _slowest(measured: Mapping[str, Any]) -> float:
    """Milliseconds of the connection, or of a round trip on it."""
    return max(float(measured.get(name) or 0) for name in ("round_trip_ms", "connect_ms", "resolve_ms"))
