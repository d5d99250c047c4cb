"""What the API's roles find when they log in: whether they may, their settings, and what they may not do.

Asked as the migrator, whose session is another than theirs: its settings and its rights tell nothing of them.
Nothing is changed, and no row is read but those of catalogues and of the ledger.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.rows import dict_row

from runtime.contract import API_LOGINS
from runtime.migrator import ledger, scanner
from runtime.migrator.roles import GROUP, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runtime.migrator.context import Document
    from runtime.migrator.files import Migration

_NAMES: Final = r"(?P<names>[\w.\", ]+?)"
_GRANTED: Final = re.compile(
    rf"^GRANT\s+(?P<rights>[A-Z, ]+?)\s+ON\s+(?:TABLE\s+)?{_NAMES}\s+TO\s+{GROUP}$", re.IGNORECASE
)
_REVOKED: Final = re.compile(
    rf"^REVOKE\s+(?P<rights>[A-Z, ]+?)\s+ON\s+(?:TABLE\s+)?{_NAMES}\s+FROM\s+{GROUP}$", re.IGNORECASE
)
_DROPPED: Final = re.compile(
    rf"^DROP\s+(?:TABLE|VIEW)\s+(?:IF\s+EXISTS\s+)?{_NAMES}(?:\s+(?:CASCADE|RESTRICT))?$", re.IGNORECASE
)
_ELSE: Final = re.compile(
    r"^(?:SCHEMA|FUNCTION|SEQUENCE|TYPE|DATABASE|ALL|PROCEDURE|ROUTINE)\b", re.IGNORECASE
)
"""What is no table, after ON."""
_RENAMED: Final = re.compile(
    r"^ALTER\s+(?:TABLE|VIEW)\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?P<old>[\w.\"]+)\s+RENAME\s+TO\s+(?P<new>[\w\"]+)$",
    re.IGNORECASE,
)
ALL: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")
TOLD: Final = frozenset(
    {*SETTINGS, "default_transaction_read_only", "role", "search_path", "transaction_timeout"}
)
"""Settings that keep a session from working, or give it time; a secret may stand in those of applications."""
_STANDING: Final = """
SELECT wanted.name AS role, r.oid IS NOT NULL AS exists, coalesce(r.rolcanlogin, false) AS login,
       r.rolconnlimit AS connection_limit,
       CASE WHEN isfinite(r.rolvaliduntil) THEN r.rolvaliduntil::text END AS valid_until,
       coalesce(r.rolvaliduntil < now(), false) AS expired,
       coalesce(has_database_privilege(r.oid, d.oid, 'CONNECT'), false) AS may_connect,
       coalesce(pg_has_role(r.oid, g.oid, 'USAGE'), false) AS member,
       array(
           SELECT s.setting FROM (
               SELECT unnest(c.setconfig) AS setting, c.setrole <> 0 AS own, c.setdatabase <> 0 AS here
               FROM pg_db_role_setting AS c
               WHERE c.setrole IN (0, r.oid) AND c.setdatabase IN (0, d.oid)
           ) AS s ORDER BY s.own, s.here
       ) AS settings,
       array(
           SELECT DISTINCT n.nspname::text FROM pg_namespace AS n
           WHERE r.oid IS NOT NULL AND n.nspname = ANY(%(schemas)s)
             AND NOT has_schema_privilege(r.oid, n.oid, 'USAGE') ORDER BY 1
       ) AS closed,
       array(
           SELECT t.privilege || ' on ' || t.name
           FROM unnest(%(tables)s::text[], %(privileges)s::text[]) AS t (name, privilege)
           WHERE r.oid IS NOT NULL AND to_regclass(t.name) IS NOT NULL
             AND NOT has_table_privilege(r.oid, to_regclass(t.name)::oid, t.privilege) ORDER BY 1
       ) AS lacks
FROM unnest(%(roles)s::text[]) AS wanted (name)
LEFT JOIN pg_roles AS r ON r.rolname = wanted.name
LEFT JOIN pg_roles AS g ON g.rolname = %(group)s
CROSS JOIN (SELECT * FROM pg_database WHERE datname = current_database()) AS d
ORDER BY 1
"""
_MISSING: Final = (
    "SELECT t.name FROM unnest(%s::text[]) AS t (name) WHERE to_regclass(t.name) IS NULL ORDER BY 1"
)


def read_logins(
    connection: psycopg.Connection,
    rights: dict[str, set[str]],
    roles: Iterable[str] = tuple(API_LOGINS.values()),
) -> Document:
    """The API's logins, and of the tables on which it has rights those that are not there.

    Args:
        connection: As any user.
        rights: What the migrations give to the API's group, by table: see `granted`.
        roles: The logins.

    `settings` holds what a login's sessions begin with, `name=value`, each as the nearest of database, role
    and role in this database says it; `closed` schemas that it may not use, `lacks` rights that it has not.
    """
    pairs = [(_in_schema(table), each) for table, all_rights in rights.items() for each in sorted(all_rights)]
    asked = {
        "roles": sorted(roles),
        "group": GROUP,
        "schemas": sorted({name.partition(".")[0] for name, _ in pairs}),
        "tables": [name for name, _ in pairs],
        "privileges": [right for _, right in pairs],
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_STANDING, asked).fetchall()
    missing = connection.execute(_MISSING, [sorted({name for name, _ in pairs})]).fetchall()
    return {"logins": [_told(row) for row in rows], "missing": [name for (name,) in missing]}


def granted(migrations: Iterable[Migration]) -> dict[str, set[str]]:
    """The rights on tables and views that these migrations leave to the API's group, by table."""
    rights: dict[str, set[str]] = {}
    for migration in migrations:
        if GROUP not in migration.text and not rights:
            continue
        for statement in scanner.split(migration.text):
            _follow(rights, " ".join(statement.text.split()).rstrip("; "))
    return rights


def applied(connection: psycopg.Connection, migrations: Iterable[Migration]) -> Iterator[Migration]:
    """Those of them that the ledger says were applied; none where there is no ledger to read."""
    try:
        found = connection.execute(f"SELECT version FROM public.{ledger.TABLE} WHERE success").fetchall()  # noqa: S608  (the table's name is a constant)
    except psycopg.Error:  # the probe tells by itself that the ledger is not there, or not to be read
        return
    done = {version for (version,) in found}
    yield from (each for each in migrations if each.version in done)


def _follow(rights: dict[str, set[str]], statement: str) -> None:
    if (found := _GRANTED.match(statement)) and not _ELSE.match(found["names"]):
        for table in _tables(found["names"]):
            rights.setdefault(table, set()).update(_rights(found["rights"]))
    elif (found := _REVOKED.match(statement)) and not _ELSE.match(found["names"]):
        for table in _tables(found["names"]):
            rights.get(table, set()).difference_update(_rights(found["rights"]))
    elif (found := _RENAMED.match(statement)) and found["old"] in rights:
        rights[found["new"]] = rights.pop(found["old"])
    elif found := _DROPPED.match(statement):
        for table in _tables(found["names"]):
            rights.pop(table, None)


def _tables(names: str) -> list[str]:
    return [each.strip() for each in names.split(",")]


def _rights(told: str) -> list[str]:
    named = [each.strip().upper() for each in told.split(",")]
    return list(ALL) if named[0] in ("ALL", "ALL PRIVILEGES") else named


def _in_schema(table: str) -> str:
    return table if "." in table else f"public.{table}"


def _told(row: dict[str, Any]) -> Document:
    """A role as data: of settings that several have said, the last counts."""
    named = ((each.partition("=")[0], each) for each in row["settings"])
    settings = {name: each for name, each in named if name in TOLD}
    return {**row, "settings": sorted(settings.values())}
