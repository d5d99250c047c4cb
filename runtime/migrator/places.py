"""Finds the place in a file that the database complained about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from runtime.migrator import scanner
from runtime.migrator.errors import MigrationFailed
from runtime.migrator.exchange import reason

if TYPE_CHECKING:
    import psycopg

    from runtime.migrator.files import Migration

EXCERPT: Final = 160
"""Characters of a statement that an error shows."""
_STRING: Final = re.compile(r"'(?:[^']|'')*'")


def failed_at(
    migration: Migration, error: psycopg.Error, offset: int, statement: str, state: str, cause: str = ""
) -> MigrationFailed:
    """Make the error of a statement; `offset` counts characters from the file's start.

    `cause` goes on with the server's words, where we know more.
    """
    line, column = scanner.position(migration.text, offset)
    excerpt = " ".join(statement.split())
    if "password" in excerpt.lower():
        excerpt = _STRING.sub("'…'", excerpt)
    shown = excerpt if len(excerpt) <= EXCERPT else excerpt[: EXCERPT - 1] + "…"
    place = f"{migration.path}:{line}:{column}"
    return MigrationFailed(place, error.sqlstate, reason(error) + cause, shown, state)


def failed_in_file(
    migration: Migration, error: psycopg.Error, *, done: int, prefix: int, state: str, cause: str = ""
) -> MigrationFailed:
    """Make the error of a file that was sent in one message behind `prefix` characters.

    `done` counts its statements that succeeded: so the failing one is known even where the server
    names no position. It is negative where the server ran none, because it could not read them all.
    """
    statements = scanner.split(migration.text)
    told = int(error.diag.statement_position or 0)
    if told > prefix:
        offset = told - 1 - prefix
        statement = next((each for each in statements if each.start <= offset <= each.end), None)
    else:
        statement = statements[done] if 0 <= done < len(statements) else None
        offset = statement.start if statement else 0
    return failed_at(migration, error, offset, statement.text if statement else "", state, cause)


def failed_at_commit(migration: Migration, error: psycopg.Error, state: str) -> MigrationFailed:
    """Make the error of a file that ran and could not be committed, such as a deferred constraint's."""
    return MigrationFailed(f"{migration.path}, at COMMIT", error.sqlstate, reason(error), "", state)
