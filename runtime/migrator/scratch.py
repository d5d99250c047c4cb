"""Makes an empty database beside the real one, for as long as a comparison or a rehearsal needs it.

Whoever makes one holds an advisory lock of its number. So one that nobody holds a lock for was left by a
run that was killed, whatever its age, and the next run drops it.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from runtime.migrator import connection as connecting
from runtime.migrator.connection import Target
from runtime.migrator.errors import AccessError, DatabaseError, FilesError, MigratorError, Stopped
from runtime.migrator.exchange import reason
from runtime.migrator.runner import Options, up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.migrator.files import Migrations

PREFIX: Final = "miyabi_scratch_"
DIGITS: Final = 7
"""Hexadecimal digits of a number, so that it is an `integer` without a sign."""
LOCK_CLASS: Final = int.from_bytes(b"mysc", "big")
"""First key of the advisory locks; the second is the number."""
_LEFTOVERS: Final = """
SELECT datname FROM pg_database AS d
WHERE datname ~ %s AND pg_has_role(datdba, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datid = d.oid)
  AND NOT EXISTS (
      SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid = %s
      AND objid::bigint = ('x' || right(datname, %s))::bit(28)::integer)
ORDER BY 1
"""
_LIKENESS: Final = "SELECT to_jsonb(d) FROM pg_database AS d WHERE datname = current_database()"
_SETTINGS: Final = """
SELECT split_part(given, '=', 1), substr(given, strpos(given, '=') + 1)
FROM pg_db_role_setting, unnest(setconfig) AS given
     JOIN pg_settings ON name = split_part(given, '=', 1) AND context = 'user'
WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
ORDER BY setrole
"""
_PROVIDERS: Final = {"c": "libc", "i": "icu", "b": "builtin"}


class ScratchRefused(AccessError):
    """The server, or this user's rights, allow no scratch database."""

    def __init__(self, target: str, reason: str) -> None:
        self.target, self.reason = target, reason
        super().__init__(
            f"no scratch database can be made beside {target}: {reason}; connect to the primary as a user "
            "with CREATEDB, such as the master"
        )


class BuildFailed(DatabaseError):
    """The files do not go through in an empty database."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the files don't go through in an empty scratch database, and nothing else was touched: {reason}"
        )


@contextmanager
def scratch(
    target: Target, connection: psycopg.Connection, *, purpose: str, say: Callable[[str], None]
) -> Iterator[Target]:
    """Make an empty database with the locale and settings of the one that `connection` is in; drop it after.

    It is dropped however the block ends. `purpose` stands in its comment. `connection` is in autocommit
    mode and may be used meanwhile. Raises `ScratchRefused`.
    """
    drop_leftovers(connection, say)
    number = _reserve(connection)
    name = f"{PREFIX}{number:0{DIGITS}x}"
    try:
        _create(connection, name, purpose, target)
        yield _with_settings(target.at(name), connection)
    finally:
        try:
            _drop(target, connection, name)
        except (psycopg.Error, MigratorError) as error:
            said = reason(error) if isinstance(error, psycopg.Error) else error
            say(f"the scratch database {name} is left ({said}); the next run drops it")
        with suppress(psycopg.Error):
            connection.execute("SELECT pg_advisory_unlock(%s::integer, %s::integer)", [LOCK_CLASS, number])


def build(target: Target, migrations: Migrations, *, deadline: float | None = None) -> None:
    """Apply files to a scratch database, as a run does to any other.

    Raises `BuildFailed`, and `Stopped` where a signal ends it.
    """
    try:
        result = up(target, migrations, Options(deadline=deadline))
    except Stopped:
        raise
    except (DatabaseError, FilesError) as error:
        raise BuildFailed(str(error)) from None
    if result.remaining:
        raise BuildFailed(f"the time was over before {result.remaining[0].name}")


def drop_leftovers(connection: psycopg.Connection, say: Callable[[str], None]) -> None:
    """Drop what killed runs have left on this server, and name it."""
    pattern = f"^{PREFIX}[0-9a-f]{{{DIGITS}}}$"
    for (name,) in connection.execute(_LEFTOVERS, [pattern, LOCK_CLASS, DIGITS]).fetchall():
        # another run may be dropping it, or somebody may have come to look at it
        with suppress(psycopg.errors.InvalidCatalogName, psycopg.errors.ObjectInUse):
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
            say(f"dropped the scratch database {name}, left by a run that was killed")


def _reserve(connection: psycopg.Connection) -> int:
    """A number that nobody else has."""
    while True:
        number = secrets.randbits(4 * DIGITS)
        held = connection.execute(
            "SELECT pg_try_advisory_lock(%s::integer, %s::integer)", [LOCK_CLASS, number]
        )
        if held.fetchone() == (True,):
            return number


def _create(connection: psycopg.Connection, name: str, purpose: str, target: Target) -> None:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_LIKENESS).fetchone()
    like = row["to_jsonb"] if row else {}
    likeness = sql.SQL(" ").join(
        sql.SQL("{} {}").format(sql.SQL(option), sql.Literal(value)) for option, value in _likeness(like)
    )
    comment = f"made by miyabi {purpose}, and dropped by it; holds nothing of value"
    try:
        # template0: sessions in template1 would be in the way, and what somebody put there is not ours
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 {}").format(sql.Identifier(name), likeness)
        )
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(comment))
        )
    except psycopg.Error as error:
        raise ScratchRefused(str(target), reason(error)) from None


def _likeness(like: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """The options of CREATE DATABASE that give a database the encoding and the locale of another."""
    yield "ENCODING", like["encoding"]
    yield "LC_COLLATE", like["datcollate"]
    yield "LC_CTYPE", like["datctype"]
    provider = _PROVIDERS.get(like.get("datlocprovider", ""))  # PostgreSQL 15 and later
    if provider is not None:
        yield "LOCALE_PROVIDER", provider
    locale = like.get("datlocale") or like.get("daticulocale")  # 17 and later, and before
    if locale is not None:
        yield f"{provider}_LOCALE".upper(), locale
    if like.get("daticurules") is not None:
        yield "ICU_RULES", like["daticurules"]


def _with_settings(target: Target, connection: psycopg.Connection) -> Target:
    """The target, with what ALTER DATABASE or ALTER ROLE IN DATABASE sets for sessions in the real one."""
    given = [target.parameters["options"]] if "options" in target.parameters else []
    settings = [
        f"-c {name}=" + value.replace("\\", "\\\\").replace(" ", "\\ ")
        for name, value in connection.execute(_SETTINGS).fetchall()
    ]
    return Target(target.parameters | {"options": " ".join([*settings, *given])})


def _drop(target: Target, connection: psycopg.Connection, name: str) -> None:
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    if not connection.closed and connection.info.transaction_status is TransactionStatus.IDLE:
        connection.execute(drop)
        return
    with connecting.connect(target, purpose="scratch") as other:
        other.execute(drop)
