"""Guards against invalid indexes: what a CREATE INDEX CONCURRENTLY that failed leaves behind.

Such an index costs every write and serves no read, and `IF NOT EXISTS` takes it for done.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psycopg import sql
from psycopg.rows import class_row

from runtime.migrator import scanner

if TYPE_CHECKING:
    import psycopg

_INVALID: Final = """
SELECT n.nspname AS schema, c.relname AS name, i.indrelid::regclass::text AS table
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid)
ORDER BY 1, 2
"""
# the two below read what `scanner.code` makes of a statement: one space between two tokens
_NAME: Final = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_CREATED: Final = re.compile(
    r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY (?:IF NOT EXISTS )?"
    rf"(?:(?P<name>{_NAME}) )??ON (?:ONLY )?(?P<table>{_NAME}(?: \. {_NAME})?)",
    re.IGNORECASE,
)
_DROPPED: Final = re.compile(
    rf"DROP INDEX CONCURRENTLY (?:IF EXISTS )?(?P<name>{_NAME}(?: \. {_NAME})?)", re.IGNORECASE
)
LONGEST_NAME: Final = 63
"""Bytes that PostgreSQL keeps of a name."""
_REBUILT: Final = re.compile(r"_ccnew\d*$")
"""How PostgreSQL names the index that REINDEX CONCURRENTLY builds beside the old one."""


@dataclass(frozen=True, slots=True)
class Created:
    """An index that a statement would create: its name, and its table as the server writes it."""

    name: str | None
    """None where the server chooses it."""
    table: str


@dataclass(frozen=True, slots=True)
class InvalidIndex:
    """An index that is not valid, and that nobody is building."""

    schema: str
    name: str
    table: str

    def __str__(self) -> str:
        """Name it as an operator would."""
        return f"{self.schema}.{self.name} on {self.table}"


def invalid(connection: psycopg.Connection) -> frozenset[InvalidIndex]:
    """Every invalid index outside of the system's schemas."""
    with connection.cursor(row_factory=class_row(InvalidIndex)) as cursor:
        return frozenset(cursor.execute(_INVALID))


def drop(connection: psycopg.Connection, index: InvalidIndex) -> None:
    """Drop it without locking its table."""
    name = sql.Identifier(index.schema, index.name)
    connection.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(name))


def created_by(connection: psycopg.Connection, statement: str) -> Created | None:
    """The index that a statement would create concurrently; None if it creates none, or there is no table."""
    found = _CREATED.match(scanner.code(statement))
    if not found:
        return None
    row = connection.execute("SELECT to_regclass(%s)::text", [found["table"]]).fetchone()
    return Created(_folded(found["name"]), row[0]) if row and row[0] else None


def _folded(name: str | None) -> str | None:
    """A name as the server keeps it: lower case unless quoted, at most 63 bytes."""
    if name is None:
        return None
    plain = name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
    return plain.encode()[:LONGEST_NAME].decode(errors="ignore")


def left_by(
    connection: psycopg.Connection,
    statement: scanner.Statement,
    before: frozenset[InvalidIndex] | None = None,
) -> frozenset[InvalidIndex]:
    """The invalid indexes that a statement has left: the one that it creates, or what a REINDEX began.

    `before` are those that were there before, without which nothing is known of a REINDEX, or of an index
    whose name the server chooses.
    """
    created = created_by(connection, statement.text)
    if created and created.name is None:
        new = invalid(connection) - before if before is not None else frozenset()
        return frozenset(index for index in new if index.table == created.table)
    if created:
        names = (created.name, created.table)
        return frozenset(index for index in invalid(connection) if (index.name, index.table) == names)
    if before is not None and statement.words[:1] == ("REINDEX",):
        new = invalid(connection) - before
        return frozenset(index for index in new if _REBUILT.search(index.name))
    return frozenset()


def dropped_by(statement: str) -> str | None:
    """The name, as it is written, of the index that a statement drops concurrently."""
    found = _DROPPED.match(scanner.code(statement))
    return found["name"] if found else None
