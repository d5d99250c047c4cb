"""Makes the API's database roles: a group that holds the rights, and two logins that are used in turn.

The group `miyabi_api` can't log in; migrations grant to it. Its two members own nothing and may do
nothing but what it may. While the API connects as one of them, the other's password is renewed: open
sessions survive a new password, new ones with the old password fail. So a password is never renewed
under sessions that are connected with it, unless that is asked for.

The server gets SCRAM verifiers, made here: a password is in no statement, no log and no error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from psycopg import errors, sql

from runtime.contract import API_LOGINS
from runtime.migrator.errors import AccessError, ConnectionFailed, DatabaseError
from runtime.migrator.standing import Standing, read_standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import psycopg

    from runtime.migrator.files import Migration

    Accepts = Callable[[str, str], bool]
    """Whether the server lets a role in with a password."""

GROUP: Final = "miyabi_api"
SETTINGS: Final = {
    "statement_timeout": "25s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
    "idle_session_timeout": "5min",
}
"""With what each session of a login begins, unless it asks for something else.

The first is a backstop, above the 20 s that the API asks for itself and below the 29 s that a request
may take. A request gives up on a lock before that, to be able to say so. A transaction that is idle for
longer than a request may take belongs to a frozen or killed execution environment; so does a session
that is idle for 5 minutes, since the API renews connections of more than 4.
There is no CONNECTION LIMIT: the functions' reserved concurrency bounds the connections, and a limit
kept here would hold back the API after the instance was enlarged.
"""
PER_GRANT: Final = 160000
"""From PostgreSQL 16 on, a membership says for itself whether it hands rights on."""


class RoleExcessive(DatabaseError):
    """A role of the API's name exists, and may do more than the API should."""

    def __init__(self, role: str, excess: Iterable[str]) -> None:
        self.role, self.excess = role, tuple(excess)
        super().__init__(
            f"database role {role} exists and has too much ({', '.join(self.excess)}); "
            "take that away from it, or drop the role, and run again"
        )


class LoginInUse(DatabaseError):
    """A password would be renewed under the sessions that are connected with it."""

    def __init__(self, letter: str, role: str, sessions: int) -> None:
        self.letter, self.role, self.sessions = letter, role, sessions
        others = ", ".join(other for other in API_LOGINS if other != letter)
        count = "a session is" if sessions == 1 else f"{sessions} sessions are"
        super().__init__(
            f"the password of {role} is not renewed, as {count} connected with it and new ones would fail; "
            f"let the API use login {others} first and wait until they are gone, or give --force"
        )


class PasswordMissing(AccessError):
    """No password was given for a login."""

    def __init__(self, letter: str, role: str) -> None:
        self.letter, self.role = letter, role
        super().__init__(f"there is no password for {role}; set API_LOGIN_{letter.upper()}_PASSWORD")


class RolesRefused(AccessError):
    """The user may not make, or not change, the roles."""

    def __init__(self, user: str, reason: str) -> None:
        self.user, self.reason = user, reason
        super().__init__(
            f"user {user} can't prepare the API's roles ({reason}); "
            "connect as the master user, or as the one who made them"
        )


@dataclass(slots=True)
class Login:
    """What was done to a login, and what was found."""

    letter: str
    sessions: int = 0
    """How many were connected as it, before anything was changed."""
    changes: list[str] = field(default_factory=list)
    password: str | None = None
    """`set`, `kept` where the server has the one that was given, or None where none was asked for."""

    @property
    def role(self) -> str:
        """The role's name."""
        return API_LOGINS[self.letter]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The group and both logins, as they are now."""

    group_created: bool
    logins: tuple[Login, ...]
    warnings: tuple[str, ...]


def ensure_group_for(connection: psycopg.Connection, pending: Iterable[Migration]) -> bool:
    """Create the group if it is missing and one of the migrations names it; tell whether it was created.

    For a run to call before its first migration. Raises `RolesRefused`.
    """
    return any(GROUP in migration.text for migration in pending) and ensure_group(connection)


def ensure_group(connection: psycopg.Connection) -> bool:
    """Create the group role if it is missing; tell whether it was created. Raises `RolesRefused`."""
    if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [GROUP]).fetchone() is not None:
        return False
    try:
        with connection.transaction():
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(GROUP)))
    except (errors.DuplicateObject, errors.UniqueViolation):  # another run, in another database
        return False
    except errors.InsufficientPrivilege as error:
        raise _refused(connection, error) from None
    return True


def prepare(
    connection: psycopg.Connection,
    passwords: Mapping[str, str],
    *,
    accepts: Accepts,
    force: bool = False,
) -> Prepared:
    """Bring the group and both logins to what they should be; nothing changes the second time.

    Args:
        connection: In autocommit mode, as a user with CREATEROLE who made the roles if they exist.
        passwords: The password of each login to set, by its letter.
        accepts: Whether the server lets a role in with a password.
        force: Renew a password under the sessions that are connected with it.

    Raises:
        RoleExcessive: A role may do more than it should; nothing was changed.
        LoginInUse: A password is another than the server's, and sessions are connected with that.
        RolesRefused: The user lacks the right.
        ConnectionFailed: The server could not be asked, or does not let a login in.
    """
    found = _refuse_excess(connection)
    logins = tuple(
        Login(letter, found[role].sessions if role in found else 0) for letter, role in API_LOGINS.items()
    )
    created = ensure_group(connection)
    try:
        with connection.transaction():
            for login in logins:
                _make(connection, login, found.get(login.role))
            _let_connect(connection, found.get(GROUP))
        _set_passwords(connection, logins, passwords, accepts=accepts, force=force)
    except errors.InsufficientPrivilege as error:
        raise _refused(connection, error) from None
    return Prepared(created, logins, tuple(_warnings(connection)))


def _refuse_excess(connection: psycopg.Connection) -> dict[str, Standing]:
    found = read_standing(connection, [GROUP, *API_LOGINS.values()])
    for role in found.values():
        excess = role.excess([] if role.name == GROUP else [GROUP])
        if role.name == GROUP and role.login:
            excess = ("LOGIN", *excess)
        if excess:
            raise RoleExcessive(role.name, excess)
    return found


def _make(connection: psycopg.Connection, login: Login, found: Standing | None) -> None:
    """Bring one login to its attributes, its group and its settings."""
    role = sql.Identifier(login.role)
    group = sql.Identifier(GROUP)
    if found is None:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN INHERIT IN ROLE {}").format(role, group))
        login.changes.append("created")
    elif not (found.login and found.inherit and found.connection_limit < 0):
        connection.execute(sql.SQL("ALTER ROLE {} LOGIN INHERIT CONNECTION LIMIT -1").format(role))
        login.changes.append("attributes")
    if found and not _is_member(connection, login.role):
        per_grant = " WITH INHERIT TRUE" if connection.info.server_version >= PER_GRANT else ""
        connection.execute(sql.SQL("GRANT {} TO {}" + per_grant).format(group, role))
        login.changes.append("membership")
    for name, value in SETTINGS.items():
        if found is None or f"{name}={value}" not in found.settings:
            connection.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(name), sql.Literal(value))
            )
            login.changes.append(name)


def _is_member(connection: psycopg.Connection, role: str) -> bool:
    """Whether a login has the group's rights without asking for them."""
    return connection.execute("SELECT pg_has_role(%s, %s, 'USAGE')", [role, GROUP]).fetchone() == (True,)


def _let_connect(connection: psycopg.Connection, group: Standing | None) -> None:
    """Grant by name what PUBLIC has by default, so that the API goes on when that is taken away."""
    if group is None or not group.granted_connect:
        database = sql.Identifier(connection.info.dbname)
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(GROUP))
        )


def _set_passwords(
    connection: psycopg.Connection,
    logins: Iterable[Login],
    passwords: Mapping[str, str],
    *,
    accepts: Accepts,
    force: bool,
) -> None:
    """Set the passwords that the server does not have yet, all or none, and try each."""
    asked = [login for login in logins if login.letter in passwords]
    renewed = [
        login
        for login in asked
        if "created" in login.changes or not accepts(login.role, passwords[login.letter])
    ]
    for login in asked:
        login.password = "set" if login in renewed else "kept"
    if busy := next((login for login in renewed if login.sessions and not force), None):
        raise LoginInUse(busy.letter, busy.role, busy.sessions)
    with connection.transaction():
        for login in renewed:
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {} VALID UNTIL 'infinity'").format(
                    sql.Identifier(login.role), _verifier(connection, login.role, passwords[login.letter])
                )
            )
    for login in renewed:
        if not accepts(login.role, passwords[login.letter]):
            raise ConnectionFailed(login.role, "the server refuses the password that it was given")


def _verifier(connection: psycopg.Connection, role: str, password: str) -> sql.Literal:
    made = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return sql.Literal(made.decode())


def _warnings(connection: psycopg.Connection) -> Iterable[str]:
    """What others were given that the roles should not have; the operator decides about it."""
    found = read_standing(connection, [GROUP, *API_LOGINS.values()])
    known = {GROUP, *API_LOGINS.values()}
    if others := [name for name in found[GROUP].used_by if name not in known]:
        yield f"{', '.join(others)} may do what the API may, as members of {GROUP}"
    if any(role.may_create for role in found.values()):
        yield (
            "the API's roles may create objects in schema public, by a grant to them or to PUBLIC "
            "(as databases from before PostgreSQL 15 have it); revoke CREATE on schema public"
        )
    if any(role.reads_ledger for role in found.values()):
        yield "the API's roles may read the ledger of migrations; revoke that on _sqlx_migrations"


def _refused(connection: psycopg.Connection, error: psycopg.Error) -> RolesRefused:
    return RolesRefused(connection.info.user, error.diag.message_primary or "permission denied")
