"""Goes on where an earlier run was stopped in a migration without a transaction.

Most statements are counted in the transaction that runs them. One that must run alone is counted
after it, so a run may have been killed between the two: of an index that is built or dropped, the
catalogue tells which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psycopg import sql

from runtime.migrator import indexes, scanner

if TYPE_CHECKING:
    import psycopg

    from runtime.migrator.ledger import Ledger

_SETTING: Final = ("SET", "RESET")
_OWN_TRANSACTION: Final = ("TRANSACTION", "LOCAL", "CONSTRAINTS")
_YOUNGER: Final = sql.SQL("""
SELECT EXISTS (
    SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE i.indrelid = %s::regclass AND c.relname = %s AND i.indisvalid
      AND age(c.xmin) < (SELECT age(l.xmin) FROM {} AS l WHERE l.version = %s)
)""")
"""Whether a valid index of this name was made after the ledger's row was last written."""


def sets_session(statement: scanner.Statement) -> bool:
    """Whether a statement sets what holds for the statements after it, and so must be said again."""
    first, second = (*statement.words, "", "")[:2]
    return (first in _SETTING and second not in _OWN_TRANSACTION) or "SET_CONFIG" in statement.words


def is_done(
    connection: psycopg.Connection, ledger: Ledger, version: int, statement: scanner.Statement
) -> bool:
    """Whether the statement that is not counted as done was done before the earlier run ended."""
    created = indexes.created_by(connection, statement.text)
    if created and created.name is None:
        return False
    if created:
        found = connection.execute(
            _YOUNGER.format(ledger.name), [created.table, created.name, version]
        ).fetchone()
        return found == (True,)
    if name := indexes.dropped_by(statement.text):
        return connection.execute("SELECT to_regclass(%s) IS NULL", [name]).fetchone() == (True,)
    return False
