"""Are the words known by which code, drivers and servers tell of trouble with a database, and no others?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ops.doctor.evidence.troubles import Trouble, trouble_in
from runtime.api.failures import PASSING, UNCONNECTED
from tests.ops.doctor.databases import HOST

SAID = {
    "no connection: the server refuses user or password": Trouble.PASSWORD,
    'FATAL:  password authentication failed for user "app"': Trouble.PASSWORD,
    'PgDatabaseError { severity: Fatal, code: "28P01", message: "..." }': Trouble.PASSWORD,
    'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "app", no encryption': Trouble.PLAIN,
    'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "app", SSL encryption': Trouble.RULES,
    'FATAL:  role "app" is not permitted to log in': Trouble.NO_LOGIN,
    'FATAL:  permission denied for database "miyabi"': Trouble.MAY_NOT,
    'FATAL:  database "template0" is not currently accepting connections': Trouble.CLOSED,
    'FATAL:  too many connections for role "app"': Trouble.LIMITED,
    'FATAL:  too many connections for database "miyabi"': Trouble.CROWDED,
    "fe_sendauth: no password supplied": Trouble.NO_PASSWORD,
    'root certificate file "/home/sbx_user1051/.postgresql/root.crt" does not exist': Trouble.AUTHORITIES,
    "sqlx: error communicating with database: invalid peer certificate: UnknownIssuer": Trouble.AUTHORITY,
    "psycopg.OperationalError: SSL error: certificate verify failed": Trouble.AUTHORITY,
    'server certificate for "a" does not match host name "b"': Trouble.OTHER_NAME,
    "FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute": Trouble.FULL,
    "FATAL:  sorry, too many clients already": Trouble.FULL,
    'FATAL:  database "miyabi_old" does not exist': Trouble.ABSENT,
    '{"message": "FATAL: role \\"app\\" does not exist"}': Trouble.ABSENT,
    'FATAL:  PAM authentication failed for user "app"': Trouble.IAM,
    "SCRAM authentication requires libpq version 10 or above": Trouble.SCRAM,
    "This RDS proxy has no credentials for the role app.": Trouble.PROXY,
    "Timed-out waiting to acquire database connection.": Trouble.PROXY,
    "the database system is starting up": Trouble.STARTING,
    "cannot execute INSERT in a read-only transaction": Trouble.READ_ONLY,
    'could not extend file "base/1": No space left on device': Trouble.DISK,
    "canceling statement due to statement timeout": Trouble.STATEMENT,
    "canceling statement due to lock timeout": Trouble.LOCK,
    "terminating connection due to administrator command": Trouble.ENDED,
    "database is not accepting commands that assign new XIDs to avoid wraparound": Trouble.WRAPAROUND,
    "migration 20251024000000 was previously applied but has been modified": Trouble.MIGRATION,
    '{"message": "relation \\"tasks\\" does not exist\\nLINE 1"}': Trouble.LACKS,
    "column t.colour does not exist": Trouble.LACKS,
    "permission denied for table tasks": Trouble.DENIED,
    f"could not translate host name {HOST}: Name or service not known": Trouble.NAME,
    f"connection to server at {HOST} failed: Connection refused": Trouble.NOBODY,
    "PoolTimedOut": Trouble.SILENCE,
    "server closed the connection unexpectedly": Trouble.CUT,
}
UNSPOKEN = {"the transaction could not be serialised", "the server's disk failed"}
"""What our code says of passing troubles that are no fault of their own here."""


def test_servers_and_drivers_words_are_known() -> None:
    assert {line: trouble_in([line], HOST) for line in SAID} == SAID


def test_what_our_code_says_of_the_way_to_the_database_is_known() -> None:
    ours = {reason: trouble_in([f"no connection: {reason}"]) for _, reason in UNCONNECTED}
    assert [reason for reason, trouble in ours.items() if trouble is None] == []
    passing = {reason: trouble_in([reason]) for reason in PASSING.values()}
    assert {reason for reason, trouble in passing.items() if trouble is None} == UNSPOKEN


def test_what_is_said_of_another_host_is_none_of_the_databases() -> None:
    lines = ["https://api.github.com: certificate verify failed", "github.com: Connection refused"]
    assert trouble_in(lines, HOST) is None


@given(st.integers(min_value=0))
def test_a_number_alone_is_no_sqlstate(number: int) -> None:
    assert trouble_in([f"REPORT RequestId: {number} Duration: {number} ms"], HOST) is None
