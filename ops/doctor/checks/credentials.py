"""Is the function let in: to a database that is there, as a user with that password?"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.database import FAILED, unsaid
from ops.doctor.checks.other_instance import RIGHT_ONE, other_instance, told_of_other
from ops.doctor.errors import NotThere
from ops.doctor.evidence.database import OF_PROXY, OF_RDS
from ops.doctor.evidence.troubles import UNCONNECTED, Trouble
from ops.doctor.sign import Sign
from runtime.contract import API_LOGINS, Function
from runtime.migrator.errors import AccessError
from stacks.values import DATABASE_ID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

RESET: Final = "Reset master credentials"
"""RDS's event of a new password of the master user."""
OF_INSTANCE: Final = frozenset(Trouble) - {Trouble.NAME, Trouble.AUTHORITIES, Trouble.NO_PASSWORD}
"""Troubles that another instance may cause, and the right one need not have."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts of whoever asks; an extension that passes connections on would answer health."""
ALWAYS_THERE: Final = ("postgres",)
"""Databases of an instance beside the one that it was made with."""


@check("DB-021", Effect.FAILS, signs=FAILED, ran=True)
def host_or_database_absent(evidence: Evidence) -> Answer:
    """The URL's host against the account's endpoints, its database against the instance's, and the log."""
    database, function = evidence.database, evidence.function
    told = f"DATABASE_URL of function {function.name}"
    if evidence.sign is Sign.WELL and function.code is Function.API:
        return ruled_out("the application has found host and database")
    try:
        host = database.host
    except NotThere:
        if database.trouble in (Trouble.NAME, Trouble.ABSENT):
            return proved(f"for the function {database.trouble}, by the words in its log")
        raise
    if not host:
        return proved(
            f"{told} names no host", change=_DEPLOY, explains=database.fits(Trouble.UNNAMED, *UNCONNECTED)
        )
    if database.reached is not None:
        return _within(evidence, database.reached)
    if OF_PROXY.search(host):
        return ruled_out(f"{told} leads to an RDS Proxy")
    return _elsewhere(evidence, host)


def _within(evidence: Evidence, reached: Mapping[str, Any]) -> Answer:
    """The database within an instance that the host is right for."""
    database, trouble = evidence.database, evidence.database.trouble
    told = f"DATABASE_URL of function {evidence.function.name}"
    wanted = database.url.get("dbname", "")
    name, made = str(reached["DBInstanceIdentifier"]), reached.get("DBName")
    other = f"{name} was made with {made}" if made else f"{name} was made without one"
    if trouble is Trouble.ABSENT:
        found = f"{told} names database {wanted or '(none)'} and user {database.user or '(none)'}"
        return proved(
            f"the server says that there is no such database or user: {found}; {other}", change=_DEPLOY
        )
    if wanted != made and wanted not in ALWAYS_THERE and trouble is None and evidence.sign in FAILED:
        return unknown(
            f"{told} names database {wanted or '(none)'}, and {other}",
            decide="the server's words in the function's log",
        )
    said = f"{told} leads to {name}, and nothing says that database {wanted} is not there"
    return ruled_out(said) if wanted == made else unsaid(evidence, Trouble.ABSENT, said)


def _elsewhere(evidence: Evidence, host: str) -> Answer:
    """A host that is no endpoint of this account and region; all of one have the same end."""
    database, trouble = evidence.database, evidence.database.trouble
    told = f"DATABASE_URL of function {evidence.function.name} names host {host}"
    endpoints = [str((each.get("Endpoint") or {}).get("Address", "")) for each in database.instances]
    near = next(iter(get_close_matches(host, endpoints, n=1) or endpoints[:1]), "")
    meant = f"; {near} is one" if near else ""
    if host in LOOPBACK:
        return proved(
            f"{told}, which within Lambda is the function itself, and no server{meant}",
            change=_DEPLOY,
            explains=database.fits(*UNCONNECTED),
        )
    is_of_us = host.partition(".")[2] in {each.partition(".")[2] for each in endpoints if each}
    if is_of_us or trouble is Trouble.NAME:
        known = ", and that name is not known" if trouble is Trouble.NAME else ""
        return proved(
            f"{told}, which is no endpoint of an instance in this account and region{known}{meant}",
            "aws rds describe-db-instances --query 'DBInstances[].[DBInstanceIdentifier,Endpoint.Address]'",
            change=_DEPLOY,
            explains=database.fits(Trouble.ABSENT, Trouble.OTHER_NAME, Trouble.PASSWORD, *UNCONNECTED),
        )
    kind = "an endpoint of another account or region" if OF_RDS.search(host) else "no endpoint of RDS"
    return unknown(
        f"{told}, which is {kind}{meant}",
        decide=f"where {host} leads to, by `dig {host}` from inside of the network",
    )


@check("DB-065", Effect.SOME, signs=FAILED, ran=True)
def another_database(evidence: Evidence) -> Answer:
    """The URL's instance and database beside those of the stacks: health asks for no table.

    Whatever another instance does to the request, from its groups on, is no fault of that instance.
    """
    database, told = evidence.database, f"DATABASE_URL of function {evidence.function.name}"
    named, ours = database.url.get("dbname", ""), evidence.environment.database
    if (elsewhere := other_instance(evidence)) is not None:
        identifier, wanted = elsewhere
        return proved(
            f"{told} leads to instance {identifier}, and the stacks have {wanted}",
            change=_DEPLOY,
            explains=evidence.sign is not Sign.WELL and database.fits(*OF_INSTANCE),
        )
    if named != ours.database_name:
        return proved(
            f"{told} names database {named or '(none)'}, and {ours.database_name} is migrated",
            change=_DEPLOY,
            explains=False,
        )
    if database.reached is None:
        return ruled_out(f"{told} names database {named}; its host is no instance of this account")
    identifier = str(database.reached["DBInstanceIdentifier"])
    if not evidence.reading.value_or_none(DATABASE_ID) and identifier != ours.identifier:
        return proved(
            f"{told} leads to instance {identifier}, and the settings have {ours.identifier}",
            change=_DEPLOY,
            explains=False,
        )
    return ruled_out(f"{told} leads to database {named} of {identifier}, which the stacks have made")


@check("DB-007", Effect.FAILS, signs=FAILED, ran=True)
def password_wrong(evidence: Evidence) -> Answer:
    """The server's word for the live request; when the secret was renewed, and when the function was made."""
    database = evidence.database
    if database.trouble is not Trouble.PASSWORD:
        said = "the server has not refused user or password of the live request"
        return unsaid(evidence, Trouble.PASSWORD, said)
    try:
        user = database.user
    except (AccessError, NotThere):
        return proved("the server refuses user or password, by its own words in the log")
    if told := told_of_other(evidence):
        return unknown(
            f"{database.name} refuses user {user} or its password{told}", decide=RIGHT_ONE, explains=False
        )
    why, commands = _role_says(evidence, user) or _why(evidence, user)
    return proved(
        f"the server refuses user {user} or its password{why}",
        *commands,
        change="renew passwords by `miyabi rotate`, which gives the function the new one; raise "
        "SecretsRevision by one to have the stacks resolve it again",
    )


def _why(evidence: Evidence, user: str) -> tuple[str, tuple[str, ...]]:
    """What the secret's times say of it."""
    database, secrets = evidence.database, evidence.secrets
    rotate = f"miyabi rotate {evidence.environment.name}"
    master = database.instance.get("MasterUsername")
    if user == master and any(RESET in str(each.get("Message", "")) for each in database.events):
        return ": RDS has given the master user another password within the last half hour", (rotate,)
    if user not in (master, *API_LOGINS.values()):
        alike = _alike(evidence, user)
        return f", and {user} is neither the master user nor a login that the migrator makes: {alike}", ()
    try:
        renewal, given = secrets.renewal(secrets.of_password), secrets.given
    except (AccessError, NotThere) as error:
        return f"; when it was renewed can't be said: {error}", (rotate,)
    name = renewal.secret.rpartition(":secret:")[2] or renewal.secret
    look = f"aws secretsmanager list-secret-version-ids --secret-id {name}"
    if renewal.current_since and renewal.current_since > given:
        renewed = f"{renewal.current_since:%Y-%m-%d %H:%M:%S} UTC"
        got = f"{given:%Y-%m-%d %H:%M:%S} UTC"
        return f": secret {name} was renewed at {renewed}, after the function got its own ({got})", (
            rotate,
            look,
        )
    if renewal.pending_since:
        return f": a renewal of secret {name} has stopped halfway (AWSPENDING)", (rotate, look)
    return f"; secret {name} was not renewed since the function got it, so {_alike(evidence, user)}", (
        f"miyabi migrate roles {evidence.environment.name}",
        look,
    )


@check("DB-015", Effect.FAILS, signs=FAILED, ran=True)
def token_refused(evidence: Evidence) -> Answer:
    """A URL without a password is for tokens of IAM, which instance and role must allow."""
    database = evidence.database
    said = database.trouble is Trouble.IAM
    if not said and database.url.get("password"):
        return ruled_out("the function logs in by password")
    if not said and evidence.function.code is not None:
        return proved(
            f"DATABASE_URL of function {evidence.function.name} has no password, and the code uses no tokens",
            change=_DEPLOY,
            explains=database.fits(Trouble.NO_PASSWORD, Trouble.PASSWORD, Trouble.UNNAMED),
        )
    if not database.instance.get("IAMDatabaseAuthenticationEnabled"):
        return proved(
            f"{database.name} takes no tokens of IAM, and the function has no password",
            f"aws rds modify-db-instance --db-instance-identifier {database.name} "
            "--enable-iam-database-authentication --apply-immediately",
            explains=database.fits(Trouble.IAM, Trouble.PASSWORD),
        )
    role, user = evidence.role, database.user
    named = evidence.function.named
    arn = (
        f"arn:aws:rds-db:{named['region']}:{named['account']}:dbuser:"
        f"{database.instance.get('DbiResourceId', '*')}/{user}"
    )
    if not role.may("rds-db:connect", arn):
        return proved(
            f"role {role.name} may not do rds-db:connect on {arn}",
            change="allow it in a policy of the function's role",
            explains=database.fits(Trouble.IAM, Trouble.PASSWORD),
        )
    if said:
        return proved(
            f"the server refuses the token of user {user}, though {database.name} takes tokens and role "
            f"{role.name} may connect: user {user} lacks rds_iam, or the token is older than 15 minutes"
        )
    return ruled_out(f"{database.name} takes tokens of IAM, and role {role.name} may connect as {user}")


@check("DB-054", Effect.FAILS, signs=FAILED, ran=True)
def driver_too_old(evidence: Evidence) -> Answer:
    """The driver's own word; RDS keeps passwords as SCRAM verifiers from PostgreSQL 14 on."""
    if evidence.database.trouble is Trouble.SCRAM:
        return proved(
            "the function's driver does not know SCRAM, by its words in the log, and "
            f"PostgreSQL {evidence.database.major} keeps passwords so"
        )
    said = "nothing says for the live request that the driver is too old for the server"
    return unsaid(evidence, Trouble.SCRAM, said)


def _role_says(evidence: Evidence, user: str) -> tuple[str, tuple[str, ...]] | None:
    """What the migrator sees of the role from inside; None where that is not known, or tells nothing."""
    role = _role(evidence, user)
    if role is None:
        return None
    mend = (f"miyabi migrate roles {evidence.environment.name}",) if user in API_LOGINS.values() else ()
    if not role.get("exists"):
        return ": there is no such role, by what the migrator sees from inside", mend
    if role.get("expired"):
        return f": its password ended at {role['valid_until']} (VALID UNTIL), by what the migrator sees", mend
    return None


def _alike(evidence: Evidence, user: str) -> str:
    """What the server does not tell apart, as far as the migrator does not either."""
    if _role(evidence, user) is not None:
        return "the password differs: the migrator sees that the role is there, and that none has ended"
    told = "--probe tells which" if user in API_LOGINS.values() else "pg_roles tells which"
    return (
        "the password differs or has ended (VALID UNTIL), or there is no such role: the server says the same "
        f"of each, and {told}"
    )


def _role(evidence: Evidence, user: str) -> Mapping[str, Any] | None:
    """The role as the migrator sees it; None where it was not asked, or tells nothing of it."""
    try:
        return evidence.inside.role(user)
    except (AccessError, NotThere):
        return None


_DEPLOY: Final = "deploy the service stack, whose URL has the endpoint that the database stack has published"
