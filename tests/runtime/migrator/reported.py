"""Databases as the reported tool left them: our files' schema, and a ledger that it wrote for other files."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg

from runtime.migrator.actions import perform
from runtime.migrator.connection import read_url
from runtime.migrator.context import Context
from runtime.migrator.files import Migrations, read_migrations
from tests.runtime.migrator.failures.means import Heard, ask
from tests.runtime.migrator.failures.means_sqlx import CREATE, INSERT

if TYPE_CHECKING:
    from runtime.migrator.context import Document
    from runtime.migrator.progress import Progress

FOLDER: Final = Path(__file__).parents[3] / "migrations"
FILES: Final = read_migrations(FOLDER)
REPORTED: Final = FILES.until(20251125000001)
"""The seven that ran on the live database."""
TOOK: Final = 12_345_678
"""Nanoseconds."""
_TIME = "UPDATE _sqlx_migrations SET execution_time = %s WHERE version = %s"


def migrate_as_reported(url: str, migrations: Migrations = REPORTED) -> None:
    """Do what sqlx 0.8 does, with its statements; the checksums are of files that nobody here has."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(CREATE)
        for migration in migrations.up:
            with connection.transaction():
                connection.execute(migration.content)
                row = [migration.version, migration.description, secrets.token_bytes(48)]
                connection.execute(INSERT, row)
            connection.execute(_TIME, [TOOK, migration.version])


def perform_on(
    url: str,
    action: str,
    files: Migrations = FILES,
    progress: Progress | None = None,
    **options: Any,
) -> Document:
    """Have an action done."""
    return perform({"action": action, **options}, Context(read_url(url), files, progress or Heard()))


def rows(url: str) -> list[tuple[Any, ...]]:
    """The ledger, whole."""
    return ask(
        url,
        "SELECT version, description, installed_on, success, checksum, execution_time "
        "FROM _sqlx_migrations ORDER BY version",
    )


def differences(document: Document, part: str = "compared") -> list[str]:
    """What a document says that differs, a line each."""
    return [each["line"] for each in document[part]["differences"]]


def scratch_databases(url: str) -> list[str]:
    """Scratch databases on the server."""
    return [name for (name,) in ask(url, "SELECT datname FROM pg_database WHERE datname ~ '^miyabi_scratch'")]
