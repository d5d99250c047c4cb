"""Applies a folder of migrations by a bare psycopg loop: the floor that `make bench` compares runners with.

No locks, no checks, no session settings: each file in a transaction with its row, four round trips each.
The folder is its one argument, DATABASE_URL names the database.
"""

import hashlib
import os
import sys
import time
from pathlib import Path

import psycopg

LEDGER = """
CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz NOT NULL DEFAULT now(),
    success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL
)"""
INSERT = """
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
VALUES (%s, %s, true, %s, %s)"""


def main() -> None:
    """Apply what has no row yet, in order of version."""
    files = []
    for path in Path(sys.argv[1]).iterdir():
        number, _, rest = path.name.partition("_")
        content = path.read_bytes()
        files.append((int(number), rest.removesuffix(".sql"), content, hashlib.sha384(content).digest()))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(LEDGER)
        rows = connection.execute("SELECT version, checksum FROM _sqlx_migrations").fetchall()
        applied: dict[int, bytes] = dict(rows)
        for version, description, content, checksum in sorted(files):
            if version not in applied:
                start = time.monotonic_ns()
                connection.execute("BEGIN")
                connection.execute(content)
                row = (version, description, checksum, time.monotonic_ns() - start)
                connection.execute(INSERT, row)
                connection.execute("COMMIT")
            elif applied[version] != checksum:
                raise SystemExit(f"{version} was applied from another file")


if __name__ == "__main__":
    main()
