"""Runs the project's migrations, or some of them, without the runner: the SQL alone is tested here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from runtime.migrator.files import read_migrations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

    from runtime.migrator.files import Migration

FOLDER: Final = Path(__file__).parents[2] / "migrations"
ALL: Final = read_migrations(FOLDER).up
REPORTED: Final = ALL[:7]
"""Those that the status report names; they ran on the live database."""
MENDING: Final = ALL[7:]


def apply(connection: Connection, migrations: Iterable[Migration]) -> None:
    """Run files as the runner does: each as one message, in a transaction unless it asks for none."""
    for migration in migrations:
        if migration.no_transaction:
            connection.execute(migration.content)
        else:
            with connection.transaction():
                connection.execute(migration.content)


def mending(word: str) -> Migration:
    """Find the only mending migration whose description starts so."""
    (found,) = [migration for migration in MENDING if migration.description.startswith(word)]
    return found
