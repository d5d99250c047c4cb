"""Looks at a database before anything is done to it: one round trip, and it changes nothing.

It asks the catalogue, and never creates the ledger to read it: so it works on a replica, and as a user
who may only read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import dict_row

from runtime.migrator import ledger
from runtime.migrator.errors import Pooled, ReadOnly, RightMissing

if TYPE_CHECKING:
    import psycopg

_SURVEY: Final = """
SELECT current_database()::text AS database, current_user::text AS user, current_schema()::text AS schema,
       pg_backend_pid() AS pid, pg_is_in_recovery() AS replica,
       current_setting('transaction_read_only')::bool AS read_only,
       current_setting('server_version_num')::int AS version,
       to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS')::bigint AS moment,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
       (SELECT count(*) FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')) AS tables,
       (SELECT min(nspname)::text FROM pg_namespace
        WHERE nspname = ANY(string_to_array(translate(current_setting('search_path'), '" ', ''), ','))
          AND NOT has_schema_privilege(oid, 'USAGE')) AS closed,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object(
               'schema', n.nspname, 'on_path', n.nspname = ANY(current_schemas(false)),
               'is_table', c.relkind IN ('r', 'p'),
               'columns', (
                   SELECT jsonb_object_agg(a.attname, format_type(a.atttypid, a.atttypmod))
                   FROM pg_attribute AS a
                   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
               ),
               'unfilled', array(
                   SELECT a.attname FROM pg_attribute AS a
                   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull
                     AND NOT a.atthasdef AND a.attidentity = '' AND a.attname <> ALL(%s)
                   ORDER BY a.attnum
               ),
               'is_keyed', EXISTS (
                   SELECT FROM pg_index AS i
                   JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                   WHERE i.indrelid = c.oid AND a.attname = 'version' AND i.indnkeyatts = 1
                     AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
               ),
               'missing', array(
                   SELECT wanted FROM unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted
                   WHERE NOT has_table_privilege(c.oid, wanted)
               )) ORDER BY array_position(current_schemas(false), n.nspname))
           FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
           WHERE c.relname = '_sqlx_migrations' AND c.relkind IN ('r', 'p', 'v', 'f', 'm')
       ), '[]') AS ledgers
"""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a database is to us: where we are, as whom, and what may be done there."""

    database: str
    user: str
    schema: str | None
    pid: int
    replica: bool
    read_only: bool
    version: int
    """As in `server_version_num`: 150018 is PostgreSQL 15.18."""
    moment: int
    """The server's clock, in UTC, as a version tells it: 20251126093000."""
    may_create: bool
    tables: int
    """In the schema in which new ones are made."""
    ledger: ledger.Ledger
    ledger_rights_missing: tuple[str, ...]

    def require_writable(self) -> None:
        """Raise `ReadOnly` or `RightMissing` where a run could not write; before it has tried."""
        if self.replica:
            raise ReadOnly(f"{self.database} is a replica")
        if self.read_only:
            raise ReadOnly(
                f"sessions of {self.user} in {self.database} are read-only (default_transaction_read_only)"
            )
        if not self.may_create:
            raise RightMissing(self.user, "CREATE", f"schema {self.schema}")
        if self.ledger_rights_missing:
            *first, last = self.ledger_rights_missing
            rights = f"{', '.join(first)} and {last}" if first else last
            raise RightMissing(self.user, rights, f"{self.ledger.schema}.{ledger.TABLE}")

    def require_readable(self) -> None:
        """Raise `RightMissing` where the ledger can't be read."""
        if "SELECT" in self.ledger_rights_missing:
            raise RightMissing(self.user, "SELECT", f"{self.ledger.schema}.{ledger.TABLE}")


def survey(connection: psycopg.Connection) -> Survey:
    """Look at the database.

    Raises `Pooled` behind a pooler, `LedgerUnusable` for a strange ledger, and `RightMissing` where no
    schema of the search path may be used.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_SURVEY, [list(ledger.COLUMNS)]).fetchone()
    assert row is not None  # noqa: S101  (a SELECT without FROM has one row)
    if row["pid"] != connection.pgconn.backend_pid:
        raise Pooled(connection.pgconn.backend_pid, row["pid"])
    closed = row.pop("closed")
    if closed and row["schema"] is None:
        raise RightMissing(row["user"], "USAGE", f"schema {closed}")
    found: list[dict[str, Any]] = row.pop("ledgers")
    rights = {each["schema"]: tuple(each.pop("missing")) for each in found}
    tables = tuple(ledger.Found(**each | {"unfilled": tuple(each["unfilled"])}) for each in found)
    place = ledger.locate(tables, row["schema"])
    return Survey(**row, ledger=place, ledger_rights_missing=rights.get(place.schema, ()))
