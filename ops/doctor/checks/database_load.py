"""Has the instance enough of what it works with: processor, disk, connections?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.sign import Sign
from ops.status.database import GIB, LOW

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

BUSY: Final = 95.0
"""Per cent of the processors, in every minute of the quarter of an hour."""
FEWEST: Final = 5
"""Figures without which nothing is said of all of them."""
QUEUED: Final = 20.0
"""Requests to the disk that wait, in every minute."""
BURSTS: Final = ("BurstBalance", "EBSIOBalance%", "EBSByteBalance%")
"""Per cent that is left of what a disk, or a class, may do beyond its share."""
NOTHING: Final = 1.0
STANDARD: Final = ("db.t2.", "db.t1.")
"""Classes that are slow without credits; the later ones go on, and what they take is paid for."""
SLOW: Final = frozenset(
    {Sign.APPLICATION_UNAVAILABLE, Sign.GATEWAY_ERROR, Sign.GATEWAY_UNAVAILABLE, Sign.WELL}
)


@check("DB-017", Effect.SOME, signs=SLOW)
def exhausted(evidence: Evidence) -> Answer:
    """What CloudWatch has measured in the last quarter of an hour, all of it."""
    database = evidence.database
    name, kind = database.name, str(database.instance.get("DBInstanceClass", ""))
    change = "take a larger [database] instance_class, and deploy the database stack"
    credits_left, busy = database.figures("CPUCreditBalance", "Minimum"), database.figures("CPUUtilization")
    if credits_left and max(credits_left) < NOTHING and kind.startswith(STANDARD):
        return proved(f"database instance {name} ({kind}) has had no CPU credits for minutes", change=change)
    for metric in BURSTS:
        left = database.figures(metric, "Minimum")
        if left and max(left) < NOTHING:
            return proved(f"{metric} of database instance {name} has been 0 for minutes", change=change)
    queue = database.figures("DiskQueueDepth")
    if len(queue) >= FEWEST and min(queue) > QUEUED:
        return proved(
            f"{min(queue):.0f} and more requests have waited for the disk of {name} for minutes",
            change=change,
        )
    if len(busy) >= FEWEST and min(busy) > BUSY:
        return proved(f"the processors of {name} have been busy for {min(busy):.0f} % and more for minutes")
    if not busy:
        return unknown(
            f"nothing is measured of database instance {name}",
            decide="the metrics CPUUtilization, CPUCreditBalance and DiskQueueDepth",
        )
    return ruled_out(
        f"the processors of {name} were busy for {max(busy):.0f} % at most, and its disk had time"
    )


@check("DB-039", Effect.RISK)
def nearly_full(evidence: Evidence) -> Answer:
    """The metric FreeStorageSpace, and what takes it without being data."""
    database = evidence.database
    name, size = database.name, int(database.instance.get("AllocatedStorage", 0))
    free = database.figures("FreeStorageSpace", "Minimum")
    if not free:
        return unknown(f"nothing is measured of the disk of {name}", decide="the metric FreeStorageSpace")
    left = max(free) / GIB
    if not size or left >= size * LOW:
        return ruled_out(f"{left:.1f} GiB of {size} GB of {name} are free")
    lag = max(database.figures("OldestReplicationSlotLag", "Maximum"), default=0) / GIB
    slots = f"; a replication slot that nobody reads keeps {lag:.1f} GiB" if lag > 1 else ""
    most = database.instance.get("MaxAllocatedStorage")
    grows = f", and it may grow to {most} GB" if most and int(most) > size else ", and it does not grow"
    return proved(
        f"{left:.1f} GiB of {size} GB of {name} are free{grows}{slots}",
        f"aws rds modify-db-instance --db-instance-identifier {name} --allocated-storage "
        f"{size + max(10, size // 5)} --apply-immediately",
        change="set [database] storage_gb and max_storage_gb, and deploy the database stack",
    )


@check("DB-040", Effect.RISK)
def more_than_there_are(evidence: Evidence) -> Answer:
    """One connection for each execution environment of our code; other code may have pools."""
    database, function = evidence.database, evidence.function
    most = database.most_connections
    if most is None:
        return unknown(
            f"how many connections a {database.instance.get('DBInstanceClass')} has is not known here",
            decide="SHOW max_connections",
        )
    if database.proxy is not None:
        return ruled_out("RDS Proxy stands between, which shares connections")
    each = "one connection each" if function.code else "at least one connection each"
    if function.reserved is None:
        return proved(
            f"function {function.name} may run as often as the account allows, with {each}, and "
            f"{database.name} has {most}",
            f"aws lambda put-function-concurrency --function-name {function.name} "
            f"--reserved-concurrent-executions {max(1, most * 3 // 4)}",
            change="set [api] reserved_concurrency, and deploy the service stack",
        )
    if function.reserved >= most:
        return proved(
            f"function {function.name} may run {function.reserved} times at once, with {each}, and "
            f"{database.name} has {most}",
            change="lower [api] reserved_concurrency, or take a larger [database] instance_class",
        )
    return ruled_out(
        f"function {function.name} may run {function.reserved} times at once, and {database.name} has {most} "
        "connections"
    )
