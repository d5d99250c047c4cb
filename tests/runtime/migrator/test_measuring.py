"""What PostgreSQL locks, rewrites and scans for a statement is measured as it is, with rows and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.migrator import scanner
from runtime.migrator.connection import connect, read_url
from runtime.migrator.measuring import WRITES, Effects, Meter
from runtime.migrator.verdicts import judge
from tests.runtime.migrator.rehearsed_statements import CASES, FILLING, MODES, SCHEMA, Case

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from runtime.migrator.scanner import Statement
    from twin.postgres import Server

SAMPLE = tuple(
    case
    for case in CASES
    if case.work
    or case.statement.startswith(("ALTER TABLE entries", "SET LOCAL", "ALTER TABLE accounts VALIDATE"))
)


@pytest.fixture(scope="module")
def empty(postgres: Server) -> Iterator[psycopg.Connection]:
    """A connection to a database without rows, in which nobody commits."""
    name = postgres.create_database()
    with connect(read_url(postgres.url(name))) as connection:
        connection.execute(SCHEMA)
        yield connection
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def filled(postgres: Server) -> Iterator[psycopg.Connection]:
    """The same with rows."""
    name = postgres.create_database()
    with connect(read_url(postgres.url(name))) as connection:
        connection.execute(SCHEMA)
        for statement in scanner.split(FILLING):
            connection.execute(statement.text.encode())
        yield connection
    postgres.drop_database(name)


def measured(connection: psycopg.Connection, statements: str) -> tuple[Statement, Effects]:
    """Run statements in a transaction, undo them, and return the last with its effects."""
    with connection.transaction(force_rollback=True):
        meter = Meter(connection)
        after = meter.look()
        for statement in scanner.split(statements):
            before = after
            connection.execute(statement.text.encode())
            after = meter.look()
        truncates = statement.words[0] == "TRUNCATE"
        return statement, meter.compare(before, after, truncates=truncates)


def case_of(connection: psycopg.Connection, statements: str) -> Case:
    """What was measured, as the table of cases has it."""
    statement, effects = measured(connection, statements)
    short = {mode: name for name, mode in MODES.items()}
    work = [
        *(f"rewrites {name}" for name in effects.rewritten),
        *(f"rebuilds {name}" for name in effects.rebuilt),
        *(f"checks {table} against {target}" for table, target in effects.checked),
        *(f"scans {name}" for name in effects.scanned),
        *(f"empties {name}" for name in effects.emptied),
        *(f"drops {name}" for name in effects.dropped),
    ]
    return Case(
        statements,
        ", ".join(f"{short[lock.mode]} {lock.relation}" for lock in effects.taken if lock.rank >= WRITES),
        ", ".join(work),
        judge(statement, effects, {}).level,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.statement)
def test_without_rows(empty: psycopg.Connection, case: Case) -> None:
    assert case == case_of(empty, case.statement)


@pytest.mark.parametrize("case", SAMPLE, ids=lambda case: case.statement)
def test_with_rows_it_is_the_same(filled: psycopg.Connection, case: Case) -> None:
    assert case == case_of(filled, case.statement)


def test_a_table_that_the_transaction_made_is_nobody_elses(empty: psycopg.Connection) -> None:
    _, effects = measured(
        empty, "CREATE TABLE mine AS SELECT 1 AS one; ALTER TABLE mine ALTER one TYPE bigint"
    )

    assert Effects() == effects


def test_a_weaker_lock_than_the_one_that_is_held_is_no_news(empty: psycopg.Connection) -> None:
    _, effects = measured(empty, "LOCK TABLE accounts; UPDATE accounts SET balance = 0")

    assert () == effects.taken
    assert [("accounts", "AccessExclusiveLock")] == [
        (lock.relation, lock.mode) for lock in effects.held if lock.rank >= WRITES
    ]


def test_what_was_dropped_and_made_anew_is_known_again(empty: psycopg.Connection) -> None:
    with empty.transaction(force_rollback=True):
        meter = Meter(empty)
        before = {relation.name for relation in meter.known.values()}
        empty.execute("DROP VIEW names; CREATE VIEW names AS SELECT 1 AS one; CREATE VIEW fresh AS SELECT 1")
        meter.recognise()
        known = [relation.name for relation in meter.known.values()]

    assert before == set(known)
    assert 2 == known.count("names")


@pytest.mark.parametrize(
    ("statement", "catalogue"),
    [
        ("CREATE ROLE passing", "pg_authid"),
        ("ALTER DATABASE {} SET work_mem = '8MB'", "pg_db_role_setting"),
        ("GRANT CONNECT ON DATABASE {} TO pg_monitor", "pg_database"),
        ("COMMENT ON DATABASE {} IS 'x'", "pg_shdescription"),
        ("CREATE TABLE fresh (id bigint)", None),
        ("GRANT SELECT ON accounts TO pg_monitor", None),
        ("DROP TABLE entries CASCADE", None),
        ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor", None),
    ],
)
def test_a_write_to_what_all_databases_share_is_noticed(
    empty: psycopg.Connection, statement: str, catalogue: str | None
) -> None:
    with empty.transaction(force_rollback=True):
        empty.execute(statement.format(empty.info.dbname).encode())
        state = Meter(empty).look()

    assert catalogue == state.beyond
