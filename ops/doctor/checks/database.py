"""Does the instance serve: is it there, in which state, at which port, with a connection to give?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.errors import NotThere
from ops.doctor.evidence.troubles import UNCONNECTED, Trouble
from ops.doctor.sign import Sign
from ops.status.database import AVAILABLE
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

FAILED: Final = frozenset(
    {
        Sign.APPLICATION_ERROR,
        Sign.APPLICATION_UNAVAILABLE,
        Sign.GATEWAY_ERROR,
        Sign.GATEWAY_UNAVAILABLE,
    }
)
"""What a request comes to whose function has no database."""
AWAY: Final = frozenset({"creating", "deleting", "rebooting", "starting", "stopped", "stopping", "upgrading"})
"""Statuses in which an instance does not serve, for now ("Viewing DB instance status", RDS User Guide)."""
LOST: Final = frozenset(
    {
        "failed",
        "inaccessible-encryption-credentials",
        "inaccessible-encryption-credentials-recoverable",
        "incompatible-create",
        "incompatible-network",
        "incompatible-option-group",
        "incompatible-parameters",
        "incompatible-restore",
        "insufficient-capacity",
        "restore-error",
    }
)
"""Statuses in which it does not serve before somebody has mended something."""
FULL: Final = "storage-full"
NEARLY: Final = 0.9
"""Share of the connections from which on it is told."""
LEFT: Final = 3
"""Connections that are kept for RDS's own users."""


@check("DB-031", Effect.FAILS, signs=FAILED, ran=True)
def instance_gone(evidence: Evidence) -> Answer:
    """Neither the one that the URL leads to nor the one that the settings name."""
    database, name = evidence.database, evidence.environment.database.identifier
    try:
        found = database.name
    except NotThere:
        others = [str(each["DBInstanceIdentifier"]) for each in database.instances]
        known = f"; there is {' and '.join(others)}, be it renamed or restored" if others else ""
        if evidence.sign is Sign.WELL:
            return unknown(
                f"there is no database instance {name} in {evidence.reading.region}, and yet it is well",
                decide="where the function's URL leads to",
            )
        return proved(
            f"there is no database instance {name} in {evidence.reading.region}, and no other at the host in "
            f"the function's URL{known}",
            f"aws rds describe-db-snapshots --query "
            f"\"DBSnapshots[?DBInstanceIdentifier=='{name}'].[DBSnapshotIdentifier,SnapshotCreateTime]\"",
            change="deploy the database stack; restore the data by `miyabi restore`",
            explains=_is_url_ours(evidence),
        )
    return ruled_out(f"there is database instance {found}")


@check("DB-013", Effect.FAILS, signs=FAILED, ran=True)
def instance_lost(evidence: Evidence) -> Answer:
    """RDS has stopped it, and starts it only once the reason is mended."""
    database = evidence.database
    if database.status not in LOST:
        return ruled_out(f"database instance {database.name} is {database.status}")
    because = f"database instance {database.name} is {database.status}"
    explains = database.explains(*UNCONNECTED)
    if database.status.startswith("inaccessible-encryption"):
        key = str(database.instance.get("KmsKeyId", "")).rpartition("/")[2]
        return proved(
            f"{because}: RDS can't use its key {key}",
            f"aws kms enable-key --key-id {key}",
            f"aws rds start-db-instance --db-instance-identifier {database.name}",
            explains=explains,
        )
    if database.status == "incompatible-parameters":
        return proved(
            f"{because}: those of group {database.group}",
            f"aws rds reset-db-parameter-group --db-parameter-group-name {database.group} "
            "--reset-all-parameters",
            change="deploy the database stack, whose DatabaseParameterGroup it is",
            explains=explains,
        )
    return proved(
        because,
        f"aws rds describe-events --source-type db-instance --source-identifier {database.name} "
        "--duration 1440",
        explains=explains,
    )


@check("DB-012", Effect.FAILS, signs=FAILED, ran=True)
def instance_away(evidence: Evidence) -> Answer:
    """RDS's own word for it, or the server's."""
    database, trouble = evidence.database, evidence.database.trouble
    told = f"database instance {database.name} is {database.status}"
    if database.status in AWAY:
        restart = database.instance.get("AutomaticRestartTime")
        more = f", until RDS starts it by itself at {restart:%Y-%m-%d %H:%M} UTC" if restart else ""
        stopped = database.status in ("stopped", "stopping")
        return proved(
            f"{told}{more}",
            f"aws rds {'start-db-instance' if stopped else 'wait db-instance-available'} "
            f"--db-instance-identifier {database.name}",
            explains=database.explains(*UNCONNECTED - {Trouble.NAME}),
        )
    if trouble is Trouble.STARTING or _inside(evidence) == "starting":
        return proved(
            f"the server of {database.name} says that it is starting or stopping, though RDS says "
            f"{database.status}",
            f"aws rds wait db-instance-available --db-instance-identifier {database.name}",
        )
    if trouble in (Trouble.NOBODY, Trouble.SILENCE) and database.status not in LOST:
        return unknown(
            f"{told}, and for the function {trouble}",
            decide=f"`miyabi doctor {evidence.environment.name} --probe`, which looks from inside of the "
            "network",
        )
    return ruled_out(told)


@check("DB-030", Effect.FAILS, signs=FAILED, ran=True)
def other_port(evidence: Evidence) -> Answer:
    """The URL's against the endpoint's."""
    database = evidence.database
    instance = database.reached
    listens = ((instance or {}).get("Endpoint") or {}).get("Port")
    if instance is None or listens is None:
        return ruled_out("the URL leads to no instance whose port is known")
    if database.port != int(listens):
        name = instance["DBInstanceIdentifier"]
        moved = _is_moved(evidence)
        back = (
            f"aws rds modify-db-instance --db-instance-identifier {name} "
            f"--db-port-number {database.port} --apply-immediately"
        )
        return proved(
            f"DATABASE_URL of function {evidence.function.name} names port {database.port}, and {name} "
            f"listens at {listens}" + (", where the network lets nobody in" if moved else ""),
            *([back] if moved else ()),
            change="have the instance listen at the port that the rules and the URL have"
            if moved
            else "deploy the service stack, whose URL has the port that the database stack has published",
            explains=database.fits(Trouble.NOBODY, Trouble.SILENCE),
        )
    return ruled_out(f"DATABASE_URL has the port {listens} of {instance['DBInstanceIdentifier']}")


def _is_moved(evidence: Evidence) -> bool:
    """Whether the network lets in at the URL's port, and not at the one where the instance listens."""
    try:
        return evidence.network.open_elsewhere is not None and not evidence.network.is_open
    except (AccessError, NotThere):
        return False


@check("DB-010", Effect.SOME, signs=FAILED, ran=True)
def no_connection_left(evidence: Evidence) -> Answer:
    """The server's own word for the live request, or what the migrator counts from inside."""
    database = evidence.database
    step, counted = _inside(evidence), _counted(evidence)
    if database.trouble in (Trouble.LIMITED, Trouble.CROWDED):
        return ruled_out(f"the server itself has connections left: {database.trouble}")
    look = (
        "aws cloudwatch get-metric-statistics --namespace AWS/RDS --metric-name DatabaseConnections "
        f"--dimensions Name=DBInstanceIdentifier,Value={database.name} --statistics Maximum --period 60 "
        "--start-time $(date -ud '-1 hour' +%FT%TZ) --end-time $(date -u +%FT%TZ)"
    )
    change = "lower reserved_concurrency of the functions, or take a larger instance_class"
    most = database.most_connections
    if database.trouble is Trouble.FULL and counted and counted[0] < NEARLY * counted[1]:
        return proved(
            f"the function's user, or its database, may have no more connections, though {counted[0]} of "
            f"{counted[1]} of the server are in use",
            "psql -c 'SELECT rolname, rolconnlimit FROM pg_roles WHERE rolconnlimit >= 0'",
        )
    if database.trouble is Trouble.FULL or step == "full":
        known = f", of {most} at most" if most else ""
        return proved(
            f"the server of {database.name} has no connection left{known}, for the function's user at least",
            look,
            change=change,
        )
    if counted and counted[0] >= counted[1] - LEFT:
        return proved(
            f"{counted[0]} of {counted[1]} connections of {database.name} are in use",
            look,
            change=change,
            explains=database.trouble is None,
        )
    peak = max(database.figures("DatabaseConnections", "Maximum"), default=None)
    if peak is not None and most and peak >= NEARLY * most:
        return unknown(
            f"{peak:.0f} of at most {most} connections of {database.name} were in use within the last 15 "
            "minutes",
            decide=f"`miyabi doctor {evidence.environment.name} --probe`, which counts them",
        )
    told = f"at most {peak:.0f} connections" if peak is not None else "no count of connections"
    return ruled_out(f"the server refuses nobody for want of connections; {told} of late")


@check("DB-018", Effect.SOME, signs={*FAILED, Sign.WELL})
def storage_full(evidence: Evidence) -> Answer:
    """RDS's own word for it, or the server's; RDS gives no more connections when nothing is left at all."""
    database = evidence.database
    size = int(database.instance.get("AllocatedStorage", 0))
    if database.status == FULL or database.trouble is Trouble.DISK:
        said = f"is {FULL}" if database.status == FULL else "has a full disk by the server's own words"
        return proved(
            f"database instance {database.name} {said}, with {size} GB",
            f"aws rds modify-db-instance --db-instance-identifier {database.name} "
            f"--allocated-storage {size + max(10, size // 5)} --apply-immediately",
            change="set [database] storage_gb and max_storage_gb, and deploy the database stack",
            explains=database.explains(Trouble.DISK, Trouble.READ_ONLY, *UNCONNECTED - {Trouble.NAME}),
        )
    return ruled_out(f"database instance {database.name} is {database.status or AVAILABLE}")


def _is_url_ours(evidence: Evidence) -> bool:
    """Whether the URL, as far as it is known, names the instance that the settings name."""
    database = evidence.database
    try:
        host = database.host
    except (AccessError, NotThere):
        return database.fits(*UNCONNECTED)
    named = host.partition(".")[0] == evidence.environment.database.identifier
    return named and database.fits(*UNCONNECTED)


def unsaid(evidence: Evidence, trouble: Trouble, because: str) -> Answer:
    """What nothing says is ruled out only by a request that has come past it, and is else not known."""
    database = evidence.database
    if database.came_past(trouble):
        return ruled_out(because)
    return unknown(
        f"{because}; whether it came so far is not known",
        decide="the same once what is before it is mended",
        explains=database.trouble in (None, trouble, Trouble.UNNAMED) and evidence.sign in FAILED,
    )


def server_log(evidence: Evidence) -> str:
    """What shows the server's own log."""
    name = evidence.database.name
    if "postgresql" in (evidence.database.instance.get("EnabledCloudwatchLogsExports") or ()):
        return f"aws logs tail /aws/rds/instance/{name}/postgresql --since 15m"
    return f"aws rds describe-db-log-files --db-instance-identifier {name}"


def _inside(evidence: Evidence) -> str | None:
    """The step at which the migrator's way ends; None where it was not asked, or reaches the database."""
    try:
        return evidence.inside.step
    except (AccessError, NotThere):
        return None


def _counted(evidence: Evidence) -> tuple[int, int] | None:
    """Connections in use and at most, as the server tells the migrator."""
    try:
        found = evidence.inside.way.get("connections")
    except (AccessError, NotThere):
        return None
    return (int(found["used"]), int(found["most"])) if found else None
