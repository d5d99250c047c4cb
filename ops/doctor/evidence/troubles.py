"""What a function's lines say of its way to the database: in our code's words, in drivers', in the server's.

A server's message is the same for every driver; without a connection libpq knows no SQLSTATE.
https://www.postgresql.org/docs/current/errcodes-appendix.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.troubleshooting.html
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class Trouble(StrEnum):
    """Where the way to an answer of the database has ended."""

    PLAIN = "the connection is without TLS, which the server asks for"
    NO_TLS = "the server offers no TLS"
    AUTHORITIES = "the file of trusted authorities can't be read"
    EXPIRED = "the server's certificate has expired"
    AUTHORITY = "the server's certificate is by no authority that is trusted there"
    OTHER_NAME = "the server's certificate is for another name"
    PROXY = "RDS Proxy refuses the connection"
    IAM = "the server refuses the token of IAM"
    SCRAM = "the driver does not know how the server keeps passwords"
    PASSWORD = "the server refuses user or password"  # noqa: S105  (a sentence)
    NO_PASSWORD = "the function gives no password"  # noqa: S105  (a sentence)
    ABSENT = "there is no such database or user"
    NO_LOGIN = "the user may not log in"
    MAY_NOT = "the user may not connect to the database"
    RULES = "the server's rules refuse the user"
    CLOSED = "the database takes no connections"
    LIMITED = "the user has all the connections that it may have"
    CROWDED = "the database has all the connections that it may have"
    FULL = "the server has no connection left"
    STARTING = "the server is starting or stopping"
    WRAPAROUND = "the server takes no commands, lest transaction ids wrap around"
    READ_ONLY = "the server is read-only"
    DISK = "the server's disk is full"
    MEMORY = "the server is out of memory"
    STATEMENT = "a statement ran into its timeout"
    LOCK = "a lock was not given in time"
    ENDED = "the server has ended the session"
    MIGRATION = "the migrations in the code are not those of the database"
    LACKS = "the schema lacks what the code asks for"
    DENIED = "the user may not do what the code asks for"
    NAME = "the host's name is not known"
    NOBODY = "nothing listens at the server's address"
    SILENCE = "no answer came in time"
    CUT = "the connection was lost"
    UNNAMED = "the driver gets no connection, and the code does not say why"


UNCONNECTED: Final = frozenset(
    {Trouble.NAME, Trouble.NOBODY, Trouble.SILENCE, Trouble.STARTING, Trouble.CUT, Trouble.ENDED}
)
"""What an instance shows that does not serve."""
STAGES: Final = (
    {Trouble.NAME},
    {Trouble.NOBODY, Trouble.SILENCE},
    {Trouble.NO_TLS, Trouble.AUTHORITIES, Trouble.PROXY},
    {Trouble.AUTHORITY, Trouble.EXPIRED, Trouble.OTHER_NAME},
    {Trouble.PLAIN},
    {Trouble.RULES, Trouble.NO_PASSWORD},
    {Trouble.SCRAM, Trouble.IAM, Trouble.PASSWORD},
    {Trouble.ABSENT, Trouble.NO_LOGIN, Trouble.MAY_NOT, Trouble.CLOSED, Trouble.LIMITED, Trouble.CROWDED},
    {
        Trouble.READ_ONLY,
        Trouble.DISK,
        Trouble.STATEMENT,
        Trouble.LOCK,
        Trouble.MIGRATION,
        Trouble.LACKS,
        Trouble.DENIED,
    },
)
"""The troubles in the order in which a connection meets them; others may come at any time."""
_STATE: Final = r"(?:SQLSTATE|sqlstate|[Cc]ode)\W{1,6}"
"""Before a SQLSTATE: its five characters alone may be anything."""
_QUOTED: Final = r"\\*[\"“«`'][^\"”»`']+[\"”»`']"
SAID: Final[tuple[tuple[Trouble, str], ...]] = (
    (Trouble.PLAIN, r"allows a connection without TLS|no pg_hba\.conf entry.*(?:no encryption|SSL off)"),
    (Trouble.PROXY, r"RDS [Pp]roxy (?:requires TLS|has no credentials|currently doesn.t support)"),
    (Trouble.PROXY, r"Timed-out waiting to acquire database connection"),
    (Trouble.NO_TLS, r"server offers no TLS|server (?:does not|doesn't) support (?:SSL|TLS)"),
    (Trouble.AUTHORITIES, r"file of trusted authorities can't be read|root certificate file"),
    (Trouble.OTHER_NAME, r"certificate is for another name|does not match host name"),
    (Trouble.AUTHORITY, r"certificate is by no authority that is trusted here"),
    (Trouble.IAM, r"PAM authentication failed|IAM authentication (?:is allowed only|failed)"),
    (Trouble.SCRAM, r"SCRAM authentication (?:requires|is not supported)|authentication (?:method|type) 10 "),
    (Trouble.SCRAM, r"unsupported authentication method|unknown authentication type: ?10"),
    (Trouble.IAM, r"server refuses the token of IAM"),
    (Trouble.NO_PASSWORD, r"no password supplied|DATABASE_URL has no password"),
    (Trouble.PASSWORD, r"refuses user or password|password authentication failed"),
    (Trouble.PASSWORD, rf"password that was provided for the role|InvalidPasswordError|{_STATE}28P01"),
    (Trouble.ABSENT, rf"no such database or user|(?:database|role) {_QUOTED} does not exist|{_STATE}3D000"),
    (Trouble.NO_LOGIN, r"is not permitted to log in|user may not log in"),
    (Trouble.MAY_NOT, r"permission denied for database|user may not connect to the database"),
    (Trouble.RULES, r"no pg_hba\.conf entry|server's rules refuse the user"),
    (Trouble.CLOSED, r"is not currently accepting connections|database takes no connections"),
    (Trouble.LIMITED, r"too many connections for role|user has all the connections that it may have"),
    (Trouble.CROWDED, r"too many connections for database|database has all the connections that it may have"),
    (Trouble.FULL, rf"server has no connection left|connection slots are reserved|{_STATE}53300"),
    (Trouble.FULL, r"too many clients already"),
    (
        Trouble.STARTING,
        r"server is starting or stopping|database system is (?:starting|shutting|in recovery)",
    ),
    (Trouble.STARTING, rf"not yet accepting connections|{_STATE}57P03"),
    (Trouble.WRAPAROUND, r"to avoid wraparound|wraparound data loss"),
    (Trouble.READ_ONLY, rf"server is read-only|in a read-only transaction|{_STATE}25006"),
    (Trouble.DISK, rf"server's disk is full|could not extend file|{_STATE}53100|could not write.*No space"),
    (Trouble.MEMORY, rf"server is out of memory|{_STATE}53200|Failed on request of size"),
    (Trouble.STATEMENT, r"statement ran into its timeout|due to statement timeout"),
    (Trouble.LOCK, r"lock was not given in time|due to lock timeout|part of a deadlock|deadlock detected"),
    (Trouble.LOCK, rf"{_STATE}(?:55P03|40P01)"),
    (Trouble.ENDED, r"server ended the session|server crashed|(?:session|transaction) was idle for too long"),
    (Trouble.ENDED, rf"terminating connection (?:due to|because of)|{_STATE}(?:57P0[125]|25P03)"),
    (Trouble.MIGRATION, r"migration \d+ (?:was previously applied|is partially applied)|MigrateError"),
    (Trouble.MIGRATION, r"VersionMis(?:sing|match)\(|while executing migrations?"),
    (Trouble.LACKS, r"(?:relation|schema|type|column|sequence) \S+(?: of relation \S+)? does not exist"),
    (Trouble.LACKS, rf"Undefined(?:Table|Column|Function)|{_STATE}(?:42P01|42703|42883|3F000)"),
    (Trouble.LACKS, r"function \S+\(.*\) does not exist"),
    (Trouble.DENIED, r"permission denied for (?:table|relation|schema|sequence|function|view|column)"),
    (Trouble.DENIED, rf"{_STATE}42501|InsufficientPrivilege"),
    (Trouble.NAME, r"host's name (?:is not known|can't be one)"),
    (Trouble.NOBODY, r"nothing listens at the server's address"),
    (Trouble.SILENCE, r"no connection: no answer came in time|server gave no answer in time"),
    (Trouble.CUT, r"a new connection ended at once|the connection (?:was lost|failed \()"),
    (Trouble.CUT, r"server closed the connection unexpectedly|SSL connection has been closed unexpectedly"),
    (Trouble.UNNAMED, r"no connection: [A-Z]\w+"),
)
"""The server's words, libpq's and our code's, the most special first; nobody else has them."""
OF_ANY_HOST: Final[tuple[tuple[Trouble, str], ...]] = (
    (Trouble.EXPIRED, r"certificate has expired|[Cc]ertificate[:(] ?Expired|CERT_HAS_EXPIRED"),
    (Trouble.OTHER_NAME, r"NotValidForName|[Hh]ostname mismatch|ERR_TLS_CERT_ALTNAME_INVALID"),
    (Trouble.AUTHORITY, r"certificate verify failed|UnknownIssuer|unable to get local issuer certificate"),
    (Trouble.AUTHORITY, r"[Ss]elf[- ]signed certificate|SELF_SIGNED_CERT_IN_CHAIN"),
    (Trouble.NAME, r"could not translate host ?name|failed to resolve host|failed to lookup address"),
    (Trouble.NAME, r"Name or service not known|nodename nor servname|ENOTFOUND|EAI_AGAIN|gaierror"),
    (Trouble.NOBODY, r"[Cc]onnection refused|ECONNREFUSED"),
    (Trouble.SILENCE, r"timeout expired|[Cc]onnection timed out|ETIMEDOUT|pool timed out|PoolTimedOut"),
    (Trouble.CUT, r"[Cc]onnection reset by peer|ECONNRESET|SSL SYSCALL error: EOF"),
)
"""What is said of every host alike, and counts where the line speaks of a database."""
_OF_DATABASE: Final = r"postgres|psycopg|asyncpg|sqlx|libpq|diesel|database|\bpg[_.:]|PoolTimedOut|\b5432\b"


def trouble_in(lines: Iterable[str], host: str = "") -> Trouble | None:
    """What the lines say, the first of them that says something; None where none does.

    Args:
        lines: As the function wrote them.
        host: Of the database; a line that names it speaks of it.
    """
    for line in lines:
        if found := _in_line(line, host):
            return found
    return None


def is_past(trouble: Trouble, met: Trouble) -> bool:
    """Whether a connection that met one trouble had come past another."""
    stages = {each: number for number, stage in enumerate(STAGES) for each in stage}
    return stages.get(met, -1) > stages.get(trouble, len(STAGES))


def _in_line(line: str, host: str) -> Trouble | None:
    for trouble, pattern in SAID:
        if re.search(pattern, line):
            return trouble
    if (host and host in line) or re.search(_OF_DATABASE, line, re.IGNORECASE):
        for trouble, pattern in OF_ANY_HOST:
            if re.search(pattern, line):
                return trouble
    return None
