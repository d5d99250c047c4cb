"""May the function's user come in: does its role log in, may it connect, are there connections for it?

The server names each of these by words of its own; a password that has ended, or a role that is not there, it
does not tell from a password that is wrong.
https://www.postgresql.org/docs/current/client-authentication-problems.html
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.database import FAILED, server_log, unsaid
from ops.doctor.errors import NotThere
from ops.doctor.evidence.troubles import Trouble
from runtime.contract import API_LOGINS
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

NO_LIMIT: Final = "CONNECTION LIMIT -1"


@check("DB-067", Effect.FAILS, signs=FAILED, ran=True)
def rules_refuse(evidence: Evidence) -> Answer:
    """The server's word; RDS writes the rules, and shows them to nobody."""
    if evidence.database.trouble is not Trouble.RULES:
        return unsaid(evidence, Trouble.RULES, "no rule of the server has refused the live request")
    return proved(
        f"a rule of the server (pg_hba.conf) refuses {_who(evidence)}, from where it comes or to database "
        f"{_database(evidence)}, by its own words in the log",
        server_log(evidence),
    )


@check("DB-066", Effect.FAILS, signs=FAILED, ran=True)
def no_login(evidence: Evidence) -> Answer:
    """The server's word, or the role as the migrator sees it."""
    role = _role(evidence)
    if evidence.database.trouble is Trouble.NO_LOGIN or (role.get("exists") and not role.get("login", True)):
        seen = "the server's own words" if evidence.database.trouble is Trouble.NO_LOGIN else "the migrator"
        return proved(
            f"the role of {_who(evidence)} may not log in (NOLOGIN), by {seen}",
            _mend(evidence, "ALTER ROLE {} LOGIN"),
            explains=evidence.database.fits(Trouble.NO_LOGIN, Trouble.UNNAMED),
        )
    return unsaid(evidence, Trouble.NO_LOGIN, "the server lets the role of the function's user log in")


@check("DB-055", Effect.FAILS, signs=FAILED, ran=True)
def may_not_connect(evidence: Evidence) -> Answer:
    """The server's word on the right CONNECT, or what the migrator sees of it."""
    database, role = evidence.database, _role(evidence)
    if database.trouble is Trouble.UNNAMED:
        return unknown(
            "the server, or the driver, refuses the connection, and the code names no reason",
            decide=f"the server's log at that moment: {server_log(evidence)}",
        )
    if database.trouble is Trouble.MAY_NOT or (role.get("exists") and not role.get("may_connect", True)):
        seen = "the server's own words" if database.trouble is Trouble.MAY_NOT else "the migrator"
        named = _database(evidence)
        return proved(
            f"{_who(evidence)} has no right CONNECT on database {named}, by {seen}",
            _mend(evidence, f"GRANT CONNECT ON DATABASE {quoted(named)} TO {{}}"),
            change="GRANT CONNECT ON DATABASE to the API's group role, which `miyabi migrate roles` does",
            explains=database.fits(Trouble.MAY_NOT),
        )
    said = "the server has not refused the user of the live request for want of the right CONNECT"
    return unsaid(evidence, Trouble.MAY_NOT, said)


@check("DB-068", Effect.FAILS, signs=FAILED, ran=True)
def takes_no_connections(evidence: Evidence) -> Answer:
    """The server's word: ALLOW_CONNECTIONS false is for templates."""
    if evidence.database.trouble is not Trouble.CLOSED:
        return unsaid(evidence, Trouble.CLOSED, "the server does not say that the database is closed")
    named = _database(evidence)
    return proved(
        f"database {named} takes no connections (ALLOW_CONNECTIONS), by the server's own words",
        psql(f"ALTER DATABASE {quoted(named)} ALLOW_CONNECTIONS true", "postgres"),
    )


@check("DB-069", Effect.SOME, signs=FAILED, ran=True)
def limited(evidence: Evidence) -> Answer:
    """The server's word, which for a user's or a database's own limit is another than for its own."""
    trouble = evidence.database.trouble
    if trouble is Trouble.CROWDED:
        named = _database(evidence)
        return proved(
            f"database {named} has all the connections that it may have (its CONNECTION LIMIT), by the "
            "server's own words",
            psql(f"ALTER DATABASE {quoted(named)} {NO_LIMIT}", "postgres"),
        )
    if trouble is Trouble.LIMITED:
        return proved(
            f"{_who(evidence)} has all the connections that it may have (its role's CONNECTION LIMIT), by "
            "the server's own words",
            _mend(evidence, f"ALTER ROLE {{}} {NO_LIMIT}"),
        )
    limit = _role(evidence).get("connection_limit")
    if limit is not None and limit >= 0:
        most = evidence.function.reserved
        if most is not None and limit >= most:
            return ruled_out(
                f"{_who(evidence)} may have {limit} connections, and the function runs {most} times"
            )
        return proved(
            f"{_who(evidence)} may have {limit} connections at a time (its role's CONNECTION LIMIT)",
            _mend(evidence, f"ALTER ROLE {{}} {NO_LIMIT}"),
            explains=False,
        )
    return ruled_out("the server refuses the function's user for no limit of its own or of the database")


def _role(evidence: Evidence) -> dict[str, Any]:
    """What the migrator sees of the function's role; empty where it was not asked, or sees nothing of it."""
    try:
        return dict(evidence.inside.role(evidence.database.user) or {})
    except (AccessError, NotThere):
        return {}


def _who(evidence: Evidence) -> str:
    try:
        return f"user {evidence.database.user}"
    except (AccessError, NotThere):
        return "the function's user"


def _database(evidence: Evidence) -> str:
    try:
        return evidence.database.url.get("dbname") or evidence.environment.database.database_name
    except (AccessError, NotThere):
        return evidence.environment.database.database_name


def _mend(evidence: Evidence, statement: str) -> str:
    """The migrator's own command for the roles that it makes; else the statement, for the user's role."""
    try:
        user = evidence.database.user
    except (AccessError, NotThere):
        user = "NAME"
    if user in API_LOGINS.values() and evidence.environment.migrator is not None:
        return f"miyabi migrate roles {evidence.environment.name}"
    return psql(statement.format(quoted(user)))


def psql(statement: str, database: str = "") -> str:
    """The command that has a statement done, as the master user."""
    return f"psql {database + ' ' if database else ''}-c {shlex.quote(statement)}"


def quoted(name: str) -> str:
    """A name as SQL takes any."""
    return '"' + name.replace('"', '""') + '"'
