"""What becomes of a session that was let in: is it ended, may it write, does it wait?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.database import FAILED, server_log
from ops.doctor.errors import NotThere
from ops.doctor.evidence.troubles import UNCONNECTED, Trouble
from ops.doctor.sign import Sign
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

MOVED: Final = re.compile(
    r"failover (?:started|completed)|DB instance (?:restarted|shutdown)|crashed|recovery of the DB instance",
    re.IGNORECASE,
)
"""Events after which sessions are gone ("Amazon RDS event categories and event messages")."""
ALARMING: Final = 1_000_000_000
"""Transaction ids in use from which on it is told: at 2^31 less three millions the server stops."""
WITHIN: Final = 5 * 60
"""Seconds for which what happened to the instance may explain that a connection was lost."""


@check("DB-032", Effect.SOME, signs=FAILED, ran=True)
def moved(evidence: Evidence) -> Answer:
    """RDS tells of it, and connections have ended or are refused."""
    database, at = evidence.database, evidence.reply.at
    told_of = (each for each in database.events if MOVED.search(str(each.get("Message", ""))))
    found = sorted(told_of, key=lambda each: each["Date"])
    if not found:
        return ruled_out(f"RDS tells of no restart and no failover of {database.name} in the last half hour")
    last = found[-1]
    told = f"RDS tells of {database.name} at {last['Date']:%H:%M:%S} UTC: {str(last['Message']).rstrip('.')}"
    is_new = (at - last["Date"]).total_seconds() < WITHIN
    if is_new and database.trouble in {*UNCONNECTED, Trouble.READ_ONLY}:
        return proved(
            f"{told}; the function's {database.trouble}",
            f"aws rds wait db-instance-available --db-instance-identifier {database.name}",
        )
    return unknown(f"{told}; that is over", decide="whether the next requests fail too")


@check("DB-033", Effect.SOME, signs=FAILED, ran=True)
def session_ended(evidence: Evidence) -> Answer:
    """The server's own word, or none: a connection that ends."""
    database = evidence.database
    if database.trouble is Trouble.ENDED:
        return proved(
            f"the server of {database.name} has ended the session of the live request by itself",
            server_log(evidence),
        )
    if database.trouble is Trouble.CUT:
        return unknown(
            f"the function's connection to {database.name} was cut, and nobody says by whom",
            decide=f"the server's log: {server_log(evidence)}",
        )
    return ruled_out("the server has ended no session for the live request")


@check("DB-034", Effect.SOME, signs={*FAILED, Sign.WELL})
def read_only(evidence: Evidence) -> Answer:
    """The server's word, the instance's own, or what the migrator sees from inside."""
    database = evidence.database
    name = database.name
    source = database.instance.get("ReadReplicaSourceDBInstanceIdentifier")
    if source and _leads_there(evidence):
        return proved(
            f"database instance {name} is a replica of {source}, and takes no writes",
            f"aws rds describe-db-instances --db-instance-identifier {source} --query "
            "'DBInstances[0].Endpoint'",
            change="lead DATABASE_URL to the primary's endpoint",
            explains=database.fits(Trouble.READ_ONLY),
        )
    if database.trouble is Trouble.READ_ONLY:
        return proved(f"the server of {name} is read-only, by its own words", *_reconnect(evidence))
    if database.parameters.get("default_transaction_read_only") in ("1", "on", "true"):
        return proved(
            f"default_transaction_read_only is on in parameter group {database.group} of {name}",
            f"aws rds modify-db-parameter-group --db-parameter-group-name {database.group} --parameters "
            "ParameterName=default_transaction_read_only,ParameterValue=0,ApplyMethod=immediate",
            explains=database.fits(Trouble.READ_ONLY),
        )
    try:
        way = evidence.inside.way
    except (AccessError, NotThere):
        way = {}
    if way.get("replica") or way.get("read_only"):
        what = "a replica" if way.get("replica") else "told to be read-only"
        return proved(f"the server that the migrator reaches is {what}", explains=database.trouble is None)
    return ruled_out(f"database instance {name} is no replica, and nothing says that it is read-only")


@check("DB-035", Effect.SOME, signs={*FAILED, Sign.WELL})
def wrapping_around(evidence: Evidence) -> Answer:
    """The server's word; before that, the metric MaximumUsedTransactionIDs."""
    database = evidence.database
    mend = f"aws rds describe-db-parameters --db-parameter-group-name {_group(evidence)} --source user"
    if database.trouble is Trouble.WRAPAROUND:
        return proved(
            f"the server of {database.name} takes no commands lest transaction ids wrap around", mend
        )
    used = max(database.figures("MaximumUsedTransactionIDs", "Maximum"), default=None)
    if used is None:
        return unknown(
            "nothing is measured of transaction ids", decide="the metric MaximumUsedTransactionIDs"
        )
    if used >= ALARMING:
        return proved(
            f"{used:,.0f} transaction ids of {database.name} are in use, and at 2,146,483,648 it stops",
            mend,
            explains=False,
        )
    return ruled_out(f"{used:,.0f} transaction ids of {database.name} are in use, which is few")


@check("DB-036", Effect.SOME, signs=FAILED, ran=True)
def statement_too_long(evidence: Evidence) -> Answer:
    """The server's word for the live request."""
    return _said(evidence, Trouble.STATEMENT, "a statement of the live request ran into its timeout")


@check("DB-037", Effect.SOME, signs=FAILED, ran=True)
def lock_kept(evidence: Evidence) -> Answer:
    """The server's word for the live request."""
    return _said(
        evidence, Trouble.LOCK, "the live request waited in vain for a lock that somebody else keeps"
    )


@check("DB-038", Effect.SOME, signs=FAILED, ran=True)
def out_of_memory(evidence: Evidence) -> Answer:
    """The server's word for the live request."""
    return _said(evidence, Trouble.MEMORY, f"the server of {evidence.database.name} is out of memory")


def _said(evidence: Evidence, trouble: Trouble, because: str) -> Answer:
    if evidence.database.trouble is trouble:
        return proved(because, server_log(evidence))
    return ruled_out(f"nothing says for the live request that {trouble}")


def _leads_there(evidence: Evidence) -> bool:
    """Whether it is known that the function's URL leads to the instance."""
    try:
        return evidence.database.reached is not None
    except (AccessError, NotThere):
        return False


def _group(evidence: Evidence) -> str:
    try:
        return evidence.database.group
    except NotThere:
        return "NAME"


def _reconnect(evidence: Evidence) -> tuple[str, ...]:
    name = evidence.database.name
    parameter = "\"Parameters[?ParameterName=='default_transaction_read_only']\""
    return (
        f"aws rds describe-events --source-type db-instance --source-identifier {name} --duration 60",
        f"aws rds describe-db-parameters --db-parameter-group-name {_group(evidence)} --query {parameter}",
    )
