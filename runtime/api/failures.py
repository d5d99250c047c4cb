"""What the database refuses, as the caller may know it: by SQLSTATE, never by its words.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

from typing import Final

import psycopg

from runtime.api.errors import Conflict, Fault, Invalid, Refusal, Unavailable

TAKEN: Final = {
    "organizations_slug_key": "this slug is taken; choose another",
    "organization_members_organization_id_user_id_key": "this user is a member, or invited, already",
    "teams_organization_id_slug_key": "a team of the organization has this slug; choose another",
    "team_members_team_id_user_id_key": "this user is in the team already",
    "repositories_once": "this repository is registered here already",
}
"""Sentences of unique constraints and indexes that a caller can run into, by name."""
PASSING: Final = {
    "57014": "a statement ran into its timeout",
    "55P03": "a lock was not given in time",
    "40001": "the transaction could not be serialised",
    "40P01": "the transaction was part of a deadlock",
    "25006": "the server is read-only",
    "53100": "the server's disk is full",
    "53200": "the server is out of memory",
    "53300": "the server has no connection left",
    "57P01": "the server ended the session",
    "57P02": "the server crashed",
    "57P03": "the server is starting or stopping",
    "57P05": "the session was idle for too long",
    "58030": "the server's disk failed",
    "25P03": "the transaction was idle for too long",
}
"""What time mends, by SQLSTATE."""
PASSING_CLASSES: Final = ("08", "53", "57", "58")
"""Connections, resources, an operator's intervention, the system below."""
BROKEN: Final = ("08", "57P", "25006", "25P03")
"""After these the connection is of no more use; a read-only server was the primary until a failover."""
CONFLICTS: Final = {
    "23505": "there is one like this already",
    "23503": "something that this refers to is gone, or is still in use",
}
"""Broken constraints, by SQLSTATE."""
UNCONNECTED: Final = (
    ("no password supplied", "DATABASE_URL has no password"),
    ("pam authentication failed", "the server refuses the token of IAM"),
    ("password authentication failed", "the server refuses user or password"),
    ("not permitted to log in", "the user may not log in"),
    ("permission denied for database", "the user may not connect to the database"),
    ("no pg_hba.conf entry", "the server's rules refuse the user, from there or to the database"),
    ("not currently accepting connections", "the database takes no connections"),
    ("too many connections for role", "the user has all the connections that it may have"),
    ("too many connections for database", "the database has all the connections that it may have"),
    ("certificate verify failed", "the server's certificate is by no authority that is trusted here"),
    ("does not match host name", "the server's certificate is for another name"),
    ("root certificate file", "the file of trusted authorities can't be read"),
    ("does not support ssl", "the server offers no TLS"),
    ("remaining connection slots", PASSING["53300"]),
    ("too many c", PASSING["53300"]),
    ("starting up", PASSING["57P03"]),
    ("shutting down", PASSING["57P03"]),
    ("recovery mode", PASSING["57P03"]),
    ("not yet accepting connections", PASSING["57P03"]),
    ("failed to resolve host", "the host's name is not known"),
    ("'idna' codec", "the host's name can't be one"),
    ("connection refused", "nothing listens at the server's address"),
    ("timeout expired", "no answer came in time"),
    ("does not exist", "there is no such database or user"),
)
"""Why there is no connection, by libpq's words: without a connection psycopg knows no SQLSTATE."""
UNREADABLE: Final = "a value can't be stored: a text holds a NUL character, or a number is out of range"
MISTAKE: Final = "the server made a mistake; it has been logged"


class Unanswered(psycopg.OperationalError):
    """A server took a question and gave no answer while somebody waited."""


def not_connected(error: Exception) -> Unavailable:
    """Tell why there is no connection: in words of ours, for the server's may name anything."""
    said = str(error).lower()
    reason = next((ours for theirs, ours in UNCONNECTED if theirs in said), type(error).__name__)
    return Unavailable(f"no connection: {reason}", broken=True)


def refusal(error: BaseException | None) -> Refusal:
    """Tell what a caller is to be told after an error of the database or of the way to it."""
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return _by_state(error.sqlstate, error.diag.constraint_name or "")
    if isinstance(error, psycopg.DataError | UnicodeError):
        return Invalid(UNREADABLE)
    if isinstance(error, psycopg.ProgrammingError | psycopg.NotSupportedError):
        return Fault(MISTAKE)
    if isinstance(error, Unanswered):
        return Unavailable("the server gave no answer in time", broken=True)
    lost = isinstance(error, psycopg.OperationalError)
    what = "the connection was lost" if lost else f"the connection failed ({type(error).__name__})"
    return Unavailable(what, broken=True)


def _by_state(state: str, constraint: str) -> Refusal:
    if state in PASSING or state.startswith(PASSING_CLASSES):
        return Unavailable(PASSING.get(state, f"SQLSTATE {state}"), broken=state.startswith(BROKEN))
    if state.startswith("23"):
        return Conflict(
            TAKEN.get(constraint) or CONFLICTS.get(state, "this breaks a rule that the data must keep")
        )
    return Invalid(UNREADABLE) if state.startswith("22") else Fault(MISTAKE)
