"""Wherever a run is killed, the next one reaches the schema that an undisturbed one reaches."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from runtime.migrator import catalogue
from tests.runtime.migrator.failures.means import ask, held_locks, miyabi, running, session, up, write
from tests.runtime.migrator.failures.means_proxy import proxy
from tests.sampling import examples

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.migrator.catalogue import Catalogue
    from twin.postgres import Server

FILES = {
    "1_tables.sql": (
        "CREATE TABLE account (id int PRIMARY KEY, name text);\n"
        "CREATE TABLE done (what text);\n"
        "INSERT INTO account SELECT n, 'account ' || n FROM generate_series(1, 100) AS n;"
    ),
    "2_rows.sql": "INSERT INTO done VALUES ('rows');\nSELECT pg_sleep(0.02);",
    "3_index.sql": "-- no-transaction\nCREATE INDEX CONCURRENTLY account_name ON account (name);",
    "4_several.sql": (
        "-- no-transaction\n"
        "INSERT INTO done VALUES ('before the index');\n"
        "CREATE UNIQUE INDEX CONCURRENTLY account_name_once ON account (name);\n"
        "INSERT INTO done SELECT 'after the index' FROM pg_sleep(0.02);\n"
        "DROP INDEX CONCURRENTLY account_name;\n"
        "DO $$ BEGIN UPDATE account SET name = 'a ' || id; COMMIT; END $$;\n"
        "ALTER TABLE account ADD COLUMN email text;"
    ),
    "5_column.sql": "ALTER TABLE account ADD COLUMN seen timestamptz;\nINSERT INTO done VALUES ('column');",
    "6_index.sql": '-- no-transaction\nCREATE INDEX CONCURRENTLY "Account seen" ON public.account (seen);',
    "7_last.sql": "CREATE VIEW accounts AS SELECT id, name, email FROM account;",
}
DELAY = 0.01
"""Seconds, at most, between a piece on the line and the kill."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a run left behind, as far as the next must come to the same."""

    schema: Catalogue
    rows: list[tuple[Any, ...]]
    invalid: list[tuple[Any, ...]]
    ledger: list[tuple[Any, ...]]


def left(url: str) -> Left:
    """Read it."""
    with session(url) as connection:
        schema = catalogue.read(connection)
    return Left(
        schema,
        ask(url, "SELECT what FROM done UNION ALL SELECT name FROM account ORDER BY 1"),
        ask(url, "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid"),
        ask(url, "SELECT version, description, success, checksum FROM _sqlx_migrations ORDER BY version"),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The migrations: some in a transaction, some without."""
    return write(tmp_path_factory.mktemp("killing") / "migrations", FILES)


@pytest.fixture(scope="module")
def undisturbed(postgres: Server, folder: Path) -> tuple[Left, int]:
    """What an undisturbed run leaves behind, and how many pieces passed on the line meanwhile."""
    name = postgres.create_database()
    with proxy(postgres.port) as line:
        assert 0 == miyabi(line.url(postgres.url(name)), "up", folder=folder).code
        pieces = line.pieces
    found = left(postgres.url(name))
    postgres.drop_database(name)
    return found, pieces


@pytest.mark.parametrize("number", range(examples(6, 100)))
def test_the_next_run_reaches_the_same_schema(
    postgres: Server, database: str, folder: Path, undisturbed: tuple[Left, int], number: int
) -> None:
    """Case 1: SIGKILL at any moment of the talk with the server. Case 5: without a transaction too."""
    expected, pieces = undisturbed
    chance = random.Random(number)  # noqa: S311  (a choice that can be made again)
    moment = 1 + int(pieces * (number + chance.random()) / examples(6, 100))
    delay = chance.uniform(0, DELAY)

    with proxy(postgres.port) as line, running(line.url(database), "up", folder=folder) as command:

        def kill(piece: int) -> None:
            if piece == moment:
                time.sleep(delay)
                command.signal(signal.SIGKILL)

        line.told = kill
        command.end()
    assert command.code in {-signal.SIGKILL, 0}  # the last pieces may pass after its last word
    up(database, folder, resume=True)

    found = left(database)
    assert [] == [str(difference) for difference in catalogue.compare(expected.schema, found.schema)]
    assert (expected.rows, expected.invalid, expected.ledger) == (found.rows, found.invalid, found.ledger)
    assert [] == held_locks(database)
