"""Reads and writes the ledger that is in production: `_sqlx_migrations`, as sqlx 0.5 to 0.9 made it.

A row is written in two steps of one transaction: first the claim (`success` false), which stops any
other tool at the primary key before it can run the same file, then its completion. So where a file
leaves the transaction, or needs none, a crash leaves a mark that is true, and that sqlx respects.

`execution_time` holds nanoseconds; -1 means unknown (sqlx died before it could tell). In a row that
is not successful it is -1 less the number of statements that are done.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psycopg import errors, sql
from psycopg.rows import class_row

from runtime.migrator.errors import LedgerUnusable

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from runtime.migrator.files import Migration

TABLE: Final = "_sqlx_migrations"
COLUMNS: Final = {
    "version": "bigint",
    "description": "text",
    "installed_on": "timestamp with time zone",
    "success": "boolean",
    "checksum": "bytea",
    "execution_time": "bigint",
}
UNKNOWN_TIME: Final = -1
_CREATE: Final = sql.SQL("""
CREATE TABLE IF NOT EXISTS {} (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL
)""")


@dataclass(frozen=True, slots=True)
class Row:
    """One applied migration."""

    version: int
    description: str
    installed_on: datetime
    success: bool
    checksum: bytes
    execution_time: int

    @property
    def statements_done(self) -> int | None:
        """Of a migration that was not finished: how many of its statements were, if it was ours."""
        return (
            None if self.success or self.execution_time > UNKNOWN_TIME else UNKNOWN_TIME - self.execution_time
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Something of the ledger's name: where it is, what its columns are by name, and whether it can be one.

    `unfilled` are columns that a row of ours would leave without a value, and must not.
    """

    schema: str
    on_path: bool
    columns: dict[str, str]
    is_table: bool
    is_keyed: bool
    unfilled: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of one database; `exists` tells whether its table is there yet."""

    schema: str
    exists: bool

    @property
    def name(self) -> sql.Identifier:
        """Qualified, since a migration may change the search path."""
        return sql.Identifier(self.schema, TABLE)

    def create(self, connection: psycopg.Connection) -> None:
        """Make the table as sqlx does; under the lock, and yet another tool may be first."""
        # IF NOT EXISTS races with itself
        with suppress(errors.UniqueViolation, errors.DuplicateTable):
            connection.execute(_CREATE.format(self.name))

    def rows(self, connection: psycopg.Connection) -> dict[int, Row]:
        """Every row by version, in order."""
        # in binary, since a database's DateStyle may be one that psycopg does not read
        with connection.cursor(binary=True, row_factory=class_row(Row)) as cursor:
            cursor.execute(
                sql.SQL(
                    "SELECT version, description, installed_on, success, checksum, execution_time "
                    "FROM {} ORDER BY version"
                ).format(self.name)
            )
            return {row.version: row for row in cursor}

    def claim(self, migration: Migration) -> sql.SQL:
        """The statement that writes a migration's row, not yet successful.

        Its values are quoted, not bound: it stands in one message with others, which can't have any.
        """
        checksum, description = migration.checksum.hex(), sql.quote(migration.description)
        return sql.SQL(
            f"INSERT INTO {self._quoted} (version, description, success, checksum, execution_time) "  # noqa: S608  (quoted)
            f"VALUES ({migration.version:d}, {description}, false, '\\x{checksum}', {UNKNOWN_TIME})"
        )

    def complete(self, version: int, nanoseconds: int) -> sql.SQL:
        """The statement that makes the row successful."""
        return sql.SQL(
            f"UPDATE {self._quoted} SET success = true, execution_time = {nanoseconds:d} "  # noqa: S608  (numbers)
            f"WHERE version = {version:d}"
        )

    @property
    def _quoted(self) -> str:
        """The name in SQL: the two above are written for every migration, and composing takes its time."""
        return self.name.as_string()

    def progress(self, version: int, done: int) -> sql.Composed:
        """The statement that counts the finished statements of a migration outside of a transaction."""
        return sql.SQL("UPDATE {} SET execution_time = {} WHERE version = {} AND NOT success").format(
            self.name, UNKNOWN_TIME - done, version
        )

    def forget(self, version: int) -> sql.Composed:
        """The statement that deletes the row."""
        return sql.SQL("DELETE FROM {} WHERE version = {}").format(self.name, version)


def locate(found: tuple[Found, ...], current_schema: str | None) -> Ledger:
    """Decide which table is the ledger, or where it will be; raise `LedgerUnusable` if that is not plain."""
    usable = [each for each in found if each.on_path]
    elsewhere = ", ".join(each.schema for each in found if not each.on_path)
    if len(usable) > 1:
        schemas = " and ".join(each.schema for each in usable)
        raise LedgerUnusable(
            f"is there twice, in {schemas}, and both are on the search path",
            "set a search path with one of them",
        )
    if not usable and elsewhere:
        raise LedgerUnusable(
            f"is in schema {elsewhere}, which is not on the search path",
            "connect with a search path that holds it",
        )
    if not usable:
        if current_schema is None:
            raise LedgerUnusable(
                "has no place: the search path names no schema that exists", "set one that does"
            )
        return Ledger(current_schema, exists=False)
    _refuse_other_shape(usable[0])
    return Ledger(usable[0].schema, exists=True)


def _refuse_other_shape(found: Found) -> None:
    if wrong := _what_is_wrong(found):
        raise LedgerUnusable(
            f"in schema {found.schema} {wrong}",
            "see which tool made it; ours is the one of sqlx 0.5 to 0.9",
        )


def _what_is_wrong(found: Found) -> str:
    if not found.is_table:
        return "is no table"
    for column, type_ in COLUMNS.items():
        if (has := found.columns.get(column)) != type_:
            of_type = f"of type {has}" if has else "missing"
            return f"is of another shape: its column {column} is {of_type}, not {type_}"
    if found.unfilled:
        return f"is of another shape: its column {found.unfilled[0]} must be filled, and nobody would"
    return "" if found.is_keyed else "is of another shape: its column version is no key"
