"""A catalogue holds all that makes a schema what it is, and a comparison names what differs."""

from __future__ import annotations

import json
import tempfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from runtime.migrator.catalogue import Catalogue, Difference, compare, read
from tests.runtime.migrator.schema_changes import CHANGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.postgres import Server

RICH = (Path(__file__).parent / "rich_schema.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rich(postgres: Server) -> Iterator[psycopg.Connection]:
    """A superuser's connection to a database with the rich schema, which every test leaves as it was."""
    name = postgres.create_database()
    with psycopg.connect(postgres.superuser_url(name), autocommit=True) as connection:
        connection.execute(RICH)
        connection.execute("CREATE TABLE parent (id integer)")
        yield connection
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def expected(rich: psycopg.Connection) -> Catalogue:
    """What the rich schema reads as."""
    return read(rich)


def built(url: str, *statements: str) -> Catalogue:
    """What the statements make of a database that is emptied again."""
    with psycopg.connect(url, autocommit=True) as connection, connection.transaction(force_rollback=True):
        connection.execute(";".join(statements).encode())
        return read(connection)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_one_difference_that_names_it(
    rich: psycopg.Connection, expected: Catalogue, change: str
) -> None:
    with rich.transaction(force_rollback=True):
        rich.execute(change.encode())
        differences = compare(expected, read(rich))

    assert [CHANGES[change]] == [str(difference) for difference in differences]


def test_an_index_of_the_replica_identity_is_named(rich: psycopg.Connection, expected: Catalogue) -> None:
    with rich.transaction(force_rollback=True):
        rich.execute("ALTER TABLE users REPLICA IDENTITY USING INDEX users_name_key")
        differences = compare(expected, read(rich))

    assert ["table users, replica identity: expected none, found public.users_name_key"] == [
        str(difference) for difference in differences
    ]


def test_what_hangs_on_a_renamed_table_is_told_and_its_parts_are_not(
    rich: psycopg.Connection, expected: Catalogue
) -> None:
    with rich.transaction(force_rollback=True):
        rich.execute("ALTER TABLE users RENAME TO people")
        differences = compare(expected, read(rich))

    assert [
        ("constraint orders.orders_user_id_fkey", "shape"),
        ("table people", "shape"),
        ("table users", "shape"),
        ("view happy", "text"),
    ] == [(f"{each.kind} {each.name}", each.severity) for each in differences]


def test_only_what_may_be_written_otherwise_is_a_difference_of_text() -> None:
    texts = [
        ("function", "body"),
        ("function", "parameter names"),
        ("view", "definition"),
        ("materialized view", "definition"),
        ("table", "comment"),
    ]
    shapes = [
        ("function", "result"),
        ("trigger", "definition"),
        ("index", "definition"),
        ("policy", "using"),
        ("table", "granted to PUBLIC"),
        ("view", "existence"),
    ]

    assert dict.fromkeys(texts, "text") | dict.fromkeys(shapes, "shape") == {
        (kind, facet): Difference(kind, "it", facet, "a", "b").severity for kind, facet in texts + shapes
    }


def test_a_schema_built_in_another_order_is_the_same(database: str) -> None:
    one = (
        "CREATE TABLE a (id integer PRIMARY KEY, name text NOT NULL UNIQUE, size integer CHECK (size > 0))",
        "CREATE TABLE b (id integer, a_id integer REFERENCES a (id))",
        "CREATE INDEX i ON a (size)",
        "CREATE INDEX j ON a (name, size)",
        "CREATE VIEW v AS SELECT id, name FROM a",
        "GRANT INSERT, SELECT ON a TO pg_monitor",
    )
    other = (
        "CREATE TABLE b (gone integer, id integer)",
        "CREATE TABLE a (size integer, dropped text, name varchar(5), id integer)",
        "ALTER TABLE a DROP COLUMN dropped, ALTER COLUMN name TYPE text, ALTER COLUMN name SET NOT NULL",
        "CREATE INDEX j ON a (name, size)",
        "CREATE INDEX i ON a (size)",
        "ALTER TABLE a ADD UNIQUE (name), ADD CHECK (size > 0), ADD PRIMARY KEY (id)",
        "ALTER TABLE b ADD COLUMN a_id integer CONSTRAINT b_a_id_fkey REFERENCES a, DROP COLUMN gone",
        "GRANT SELECT ON a TO pg_monitor",
        "GRANT INSERT ON a TO pg_monitor",
        "CREATE VIEW v AS SELECT id, name FROM a",
    )

    assert () == compare(built(database, *one), built(database, *other))


def test_two_databases_of_one_schema_are_the_same_whoever_owns_them(
    database: str, expected: Catalogue
) -> None:
    """Whose default privileges they are is a part of the schema, so those of the superuser's stay apart."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(RICH)
        connection.execute("CREATE TABLE parent (id integer)")
        found = read(connection)

    assert {("default privileges", False), ("default privileges", True)} == {
        (difference.kind, difference.found is None) for difference in compare(expected, found)
    }


def test_neither_the_ledger_nor_what_an_extension_brings_is_listed(rich: psycopg.Connection) -> None:
    with rich.transaction(force_rollback=True):
        rich.execute("CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY)")
        names = {entry.name for entry in read(rich).entries}

    assert "hstore" in names
    assert [] == [name for name in names - {"hstore"} if "_sqlx_migrations" in name or "hstore" in name]


def test_another_schema_is_read_under_its_name(rich: psycopg.Connection) -> None:
    with rich.transaction(force_rollback=True):
        rich.execute('CREATE SCHEMA "Other"; CREATE TABLE "Other".users (id integer)')
        found = read(rich, schemas=["Other"]).to_json()

    assert {'"Other".users'} == found["table"].keys()
    assert {'"Other".users.id': {"null": "nullable", "type": "integer"}} == found["column"]


SETTINGS = {
    "search_path": "public, pg_catalog",
    "DateStyle": "SQL, DMY",
    "IntervalStyle": "iso_8601",
    "TimeZone": "Asia/Tokyo",
    "quote_all_identifiers": "on",
    "transaction_read_only": "off",
}


@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a transaction"])
def test_the_session_decides_nothing_and_keeps_its_settings(
    rich: psycopg.Connection, expected: Catalogue, *, inside: bool
) -> None:
    with psycopg.connect(rich.info.dsn, password=rich.info.password, autocommit=True) as connection:
        for name, value in SETTINGS.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        if inside:
            connection.execute("BEGIN; CREATE TABLE made_before (id integer)")
        found = read(connection)
        kept = {name: connection.execute(f"SHOW {name}").fetchone() for name in SETTINGS}
        prepared = connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
        status = connection.info.transaction_status
        connection.rollback()

    assert ["table made_before: unexpected"] * inside == [str(each) for each in compare(expected, found)]
    assert {name: (value,) for name, value in SETTINGS.items()} == kept
    assert (0,) == prepared
    assert (TransactionStatus.INTRANS if inside else TransactionStatus.IDLE) == status


def test_a_user_without_any_right_on_the_tables_reads_the_same(
    rich: psycopg.Connection, expected: Catalogue
) -> None:
    with rich.transaction(force_rollback=True):
        rich.execute("CREATE ROLE nobody_here; SET LOCAL ROLE nobody_here")
        found = read(rich)

    assert () == compare(expected, found)


@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a transaction"])
def test_a_reading_that_fails_leaves_the_connection_usable(
    rich: psycopg.Connection, expected: Catalogue, *, inside: bool
) -> None:
    before = TransactionStatus.INTRANS if inside else TransactionStatus.IDLE
    with psycopg.connect(rich.info.dsn, password=rich.info.password, autocommit=True) as connection:
        connection.execute("SET lock_timeout = '20ms'")
        if inside:
            connection.execute("BEGIN")
        with rich.transaction(force_rollback=True):
            rich.execute("LOCK TABLE happy IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                read(connection)
        status = connection.info.transaction_status

        assert before == status
        assert () == compare(expected, read(connection))


def test_a_reading_takes_one_round_trip(rich: psycopg.Connection) -> None:
    with tempfile.TemporaryFile("w+") as trace:
        rich.pgconn.trace(trace.fileno())
        read(rich)
        rich.pgconn.untrace()
        trace.seek(0)
        directions = [line.split("\t")[1] for line in trace if "\t" in line]

    assert ["F", "B"] == [direction for direction, _ in groupby(directions)]


def test_a_catalogue_and_its_differences_are_plain_data(
    rich: psycopg.Connection, expected: Catalogue
) -> None:
    with rich.transaction(force_rollback=True):
        rich.execute("ALTER TABLE users ALTER mail DROP NOT NULL")
        found = read(rich)
    (difference,) = compare(expected, found)

    assert {"type": "public.email", "null": "nullable", "comment": "where they are"} == json.loads(
        json.dumps(found.to_json())
    )["column"]["users.mail"]
    assert {
        "kind": "column",
        "name": "users.mail",
        "facet": "null",
        "expected": "not null",
        "found": "nullable",
        "severity": "shape",
        "line": "column users.mail: expected not null, found nullable",
    } == json.loads(json.dumps(difference.to_json()))
