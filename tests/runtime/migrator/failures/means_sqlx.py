"""Does what sqlx 0.8 does, statement by statement: the migrator built into a program, and its command.

The program takes the lock of the database, the command takes none. Neither gives it back on an error:
it goes when the connection ends.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from typing import TYPE_CHECKING

import psycopg

from runtime.migrator.files import read_migrations

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.migrator.files import Migration

CREATE = """
CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL
);
"""
INSERT = (
    "INSERT INTO _sqlx_migrations ( version, description, success, checksum, execution_time ) "
    "VALUES ( %s, %s, TRUE, %s, -1 )"
)


class SqlxError(Exception):
    """What sqlx would end with, in its words."""


def run_embedded(connection: psycopg.Connection, folder: Path) -> list[int]:
    """`sqlx::migrate!().run(&pool)`: under the lock; return the versions that were applied."""
    row = connection.execute("SELECT current_database()").fetchone()
    assert row is not None
    key = 0x3D32AD9E * zlib.crc32(row[0].encode())
    connection.execute("SELECT pg_advisory_lock(%s)", [key])
    applied = run_command(connection, folder)
    connection.execute("SELECT pg_advisory_unlock(%s)", [key])
    return applied


def run_command(connection: psycopg.Connection, folder: Path) -> list[int]:
    """`sqlx migrate run`: the same without a lock."""
    connection.execute(CREATE.encode())
    dirty = connection.execute(
        "SELECT version FROM _sqlx_migrations WHERE success = false ORDER BY version LIMIT 1"
    ).fetchone()
    if dirty:
        raise SqlxError(f"migration {dirty[0]} is partially applied; fix and remove row from the table")
    rows = connection.execute("SELECT version, checksum FROM _sqlx_migrations ORDER BY version").fetchall()
    known = {migration.version: migration for migration in read_migrations(folder).up}
    for version, _ in rows:
        if version not in known:
            raise SqlxError(
                f"migration {version} was previously applied but is missing in the resolved migrations"
            )
    checksums: dict[int, bytes] = dict(rows)
    applied = []
    for version, migration in known.items():
        if version not in checksums:
            apply(connection, migration)
            applied.append(version)
        elif checksums[version] != hashlib.sha384(migration.content).digest():
            raise SqlxError(f"migration {version} was previously applied but has been modified")
    return applied


def apply(connection: psycopg.Connection, migration: Migration) -> None:
    """One migration, as a whole in one message; its time is written after the COMMIT."""
    start = time.monotonic_ns()
    if not migration.no_transaction:
        connection.execute("BEGIN")
    try:
        connection.execute(migration.content)
        connection.execute(
            INSERT,
            [migration.version, migration.description, hashlib.sha384(migration.content).digest()],
        )
    except psycopg.Error:
        if not connection.closed:
            connection.execute("ROLLBACK")
        raise
    if not migration.no_transaction:
        connection.execute("COMMIT")
    connection.execute(
        "UPDATE _sqlx_migrations SET execution_time = %s WHERE version = %s",
        [time.monotonic_ns() - start, migration.version],
    )
